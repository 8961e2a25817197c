"""A shelf to look at, a page to press on, and the whole application in front of them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import gradio as gr
import pytest
from fastapi.testclient import TestClient

from engine.shelf_types import JobState
from studio.app import create_app
from studio.pages.frame import Page, Update
from tests.studio.fake_production import FakeProduction

HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(2)> & \"quotes' ${1+1} {{x}}"


def fill_shelf(production: FakeProduction) -> None:
    """Books in every state a page can meet."""
    production.put("light", "The Keeper of the Light", (12, 120, 3))
    production.put("hostile", HOSTILE, author=HOSTILE)
    production.notice("hostile", HOSTILE)
    production.contents_desk.rename("hostile", production.chapters("hostile")[0].id, HOSTILE)
    for slug, state, done in (
        ("waiting", JobState.WAITING, 0.0),
        ("busy", JobState.RUNNING, 0.4),
        ("stopped", JobState.STOPPED, 0.4),
        ("failed", JobState.FAILED, 0.4),
        ("done", JobState.DONE, 1.0),
    ):
        production.put(slug, f"The {slug} book")
        production.work(slug, state, done, "The disk is full. Make room and try again." if slug == "failed" else "")


@pytest.fixture
def production(tmp_path: Path) -> FakeProduction:
    made = FakeProduction(tmp_path / "workspace")
    fill_shelf(made)
    return made


class Visitor:
    """Someone at a page: opens it at an address, presses things, reads what it shows."""

    def __init__(self, page: Page) -> None:
        self.page = page
        with gr.Blocks(analytics_enabled=False) as blocks:
            page.build(blocks)
        self.names = {part: name for name, part in vars(page).items() if isinstance(part, gr.blocks.Block)}

    def open(self, **address: str) -> dict[str, Any]:
        return self.read(self.page.answer(self.page.show)(request(**address)))

    def press(self, act: str, data: dict[str, object] | None = None, **address: str) -> dict[str, Any]:
        event = SimpleNamespace(act=act, **(data or {}))
        return self.read(self.page.answer(self.page.act)(event, request(**address)))

    def read(self, changes: Update) -> dict[str, Any]:
        """What changed, by the name the page has for the part."""
        assert isinstance(changes, dict)
        assert all(part in self.page.parts for part in changes), "a part that Gradio was not told of"
        return {self.names.get(part, part.elem_id): value for part, value in changes.items()}


def request(**address: str) -> SimpleNamespace:
    return SimpleNamespace(query_params=address)


@pytest.fixture
def visit(production: FakeProduction) -> Callable[[type[Page]], Visitor]:
    return lambda page: Visitor(page(production))  # type: ignore[arg-type]


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> FakeProduction:
    """What the application of these tests serves; tests that change it make their own."""
    made = FakeProduction(tmp_path_factory.mktemp("served"))
    fill_shelf(made)
    return made


@pytest.fixture(scope="session")
def client(served: FakeProduction) -> TestClient:
    """A browser at the whole application."""
    return TestClient(create_app(served), base_url="http://127.0.0.1:7860")  # type: ignore[arg-type]
