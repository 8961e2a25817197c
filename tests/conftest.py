"""What all tests share: where the real material lies, and a promise that no test touches a person's own projects."""

from __future__ import annotations

from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def project() -> Path:
    """The root of the source."""
    return PROJECT


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real books and recordings that may lie beside the source; a stranger's copy has none."""
    folder = PROJECT.parent / "shared"
    if not folder.is_dir():
        pytest.skip(f"needs the folder of real material, {folder}, which is not part of the source")
    return folder


@pytest.fixture(scope="session", autouse=True)
def _a_home_for_tests(tmp_path_factory: pytest.TempPathFactory) -> object:
    """Whatever forgets to name a workspace gets a temporary one."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("VOXFOLIO_WORKSPACE", str(tmp_path_factory.mktemp("home") / "Voxfolio"))
        patch.setenv("VOXFOLIO_NO_BROWSER", "1")
        for name in ("VOXFOLIO_HOST", "VOXFOLIO_PORT"):
            patch.delenv(name, raising=False)
        yield
