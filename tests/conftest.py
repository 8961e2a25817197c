"""What all tests share: where the real material lies, and a promise that no test touches a person's own projects."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from studio.cli import main
from studio.logbook import SharedRotatingFile

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
def _a_home_for_tests(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Whatever forgets to name a workspace gets a temporary one."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("VOXFOLIO_WORKSPACE", str(tmp_path_factory.mktemp("home") / "Voxfolio"))
        patch.setenv("VOXFOLIO_NO_BROWSER", "1")
        for name in ("VOXFOLIO_HOST", "VOXFOLIO_PORT"):
            patch.delenv(name, raising=False)
        yield


@pytest.fixture(autouse=True)
def _logs_end_with_their_test() -> Iterator[None]:
    """A command run inside a test opens the log of a workspace that is gone afterwards."""
    yield
    logging.captureWarnings(False)
    for handler in [handler for handler in logging.getLogger().handlers if isinstance(handler, SharedRotatingFile)]:
        logging.getLogger().removeHandler(handler)
        handler.close()


@pytest.fixture
def run(workspace: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    """Run a command in this process, in the workspace of the test's own file: status, standard output and error."""

    def run(*arguments: str | Path) -> tuple[int, str, str]:
        try:
            status = main([str(argument) for argument in arguments] + ["--workspace", str(workspace)])
        except SystemExit as leaving:
            status = int(leaving.code or 0)
        told = capsys.readouterr()
        return status, told.out, told.err

    return run
