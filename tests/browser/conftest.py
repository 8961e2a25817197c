"""A browser for the tests that look at real pages; they are skipped where there is none."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.browser.studio_process import StudioProcess
from tests.browser.visitor import Visitor, find_chromium, open_chromium


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.timeout(600))


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    program = find_chromium()
    if program is None:
        pytest.skip("needs Chromium or Chrome, and there is none on this computer")
    with sync_playwright() as playwright:
        opened = open_chromium(playwright, program)
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def studio(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[StudioProcess]:
    """One studio for all tests of a file."""
    with StudioProcess(tmp_path_factory.mktemp("studio") / "workspace") as opened:
        yield opened


@pytest.fixture(scope="module")
def visitor(browser: Browser, studio: StudioProcess) -> Iterator[Visitor]:
    """One visitor for all tests of a file."""
    came = Visitor(browser, studio.address)
    yield came
    came.close()
