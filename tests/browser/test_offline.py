"""The studio with its network closed, and its pages on a phone's screen and without a mouse."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Route

from tests.browser.studio_process import ROOT, StudioProcess
from tests.browser.visitor import PHONE, Visitor, is_sideways, tab_to

# Python runs a module of this name in every process, before anything else: in the studio and in its worker.
CLOSED_NETWORK = """
import os, sys

def note(words):
    with open(os.environ["NETWORK_NOTES"], "a", encoding="utf-8") as notes:
        notes.write(words + "\\n")

def is_near(host):
    if isinstance(host, bytes):
        host = host.decode("ascii", "replace")
    return not host or host in ("localhost", "::1", "0.0.0.0", "::") or str(host).startswith("127.")

def refuse(event, arguments):
    if event in ("socket.connect", "socket.sendto", "socket.sendmsg"):
        address = arguments[-1]
        host = address[0] if isinstance(address, tuple) else None  # else a socket that is a file
    elif event in ("socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr"):
        host = arguments[0]
    else:
        return
    if not is_near(host):
        note(f"asked {event} {host}")
        raise OSError("the network is closed")

sys.addaudithook(refuse)
note("closed in " + " ".join(sys.orig_argv))
"""
PAGES = {
    "/": "#shelf .card",
    "/manuscript": "#reading .page",
    "/voices": "#voices li.voice",
    "/narration": "#lines li",
    "/audiobook": "#export",
}
LONG_MS = 240_000


class ClosedNetwork:
    """A folder that closes the network of every Python started with ``environment``, and what was tried there."""

    def __init__(self, folder: Path) -> None:
        (folder / "sitecustomize.py").write_text(textwrap.dedent(CLOSED_NETWORK), encoding="utf-8")
        self.notes = folder / "notes.txt"
        self.environment = {"PYTHONPATH": os.pathsep.join([str(folder), str(ROOT)]), "NETWORK_NOTES": str(self.notes)}

    def read_notes(self, kind: str) -> list[str]:
        return [line for line in self.notes.read_text(encoding="utf-8").splitlines() if line.startswith(kind)]


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> ClosedNetwork:
    return ClosedNetwork(tmp_path_factory.mktemp("network"))


@pytest.fixture(scope="module")
def studio(
    browser: Browser, network: ClosedNetwork, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[StudioProcess]:
    """The studio without a network."""
    with StudioProcess(tmp_path_factory.mktemp("studio") / "workspace", network.environment) as opened:
        yield opened


@pytest.fixture(scope="module")
def visitor(browser: Browser, studio: StudioProcess) -> Iterator[Visitor]:
    """Someone with a phone."""
    came = Visitor(browser, studio.address, PHONE)
    yield came
    came.close()


@pytest.fixture(scope="module")
def slug(visitor: Visitor) -> str:
    """The sample book, on the shelf, its first chapter narrated."""
    visitor.go("/")
    visitor.find("#open-sample").click()
    visitor.page.wait_for_url("**/manuscript?book=*")
    slug = visitor.read_slug()
    visitor.go(f"/narration?book={slug}")
    visitor.find("#narrate-chapter").click()
    visitor.find("#chapters button.play").wait_for(timeout=LONG_MS)
    return slug


def test_every_page_works_without_a_network(slug: str, visitor: Visitor, network: ClosedNetwork) -> None:
    for path, part in PAGES.items():
        visitor.go(f"{path}?book={slug}")
        visitor.find(part).first.wait_for()
        broken = "[...document.images].filter(image => image.complete && !image.naturalWidth).map(image => image.src)"
        visitor.page.wait_for_function("[...document.images].every(image => image.complete)")
        assert visitor.page.evaluate(broken) == []
    visitor.go(f"/voices?book={slug}")
    visitor.find("#own-sentence textarea").fill("Nobody else hears this.")
    visitor.find("#voices button.play").nth(2).click()
    visitor.find("#voices button.play[aria-pressed=true]").wait_for()
    assert visitor.troubles == []
    started = " ".join(network.read_notes("closed in"))
    assert "-m studio" in started, "the network was not closed in the studio"
    assert "-m engine.worker" in started, "the network was not closed in the worker"
    assert network.read_notes("asked") == []


def test_a_closed_network_notices_what_is_tried(tmp_path: Path) -> None:
    network = ClosedNetwork(tmp_path)
    trial = (
        "import socket, urllib.request\n"
        "listener = socket.create_server(('127.0.0.1', 0))\n"
        "socket.create_connection(listener.getsockname())\n"
        "urllib.request.urlopen('http://192.0.2.1/')"
    )
    tried = subprocess.run([sys.executable, "-c", trial], env=network.environment, capture_output=True, check=False)
    assert b"the network is closed" in tried.stderr
    assert network.read_notes("asked") == ["asked socket.getaddrinfo 192.0.2.1"]


def test_a_page_that_turned_to_another_host_would_be_noticed(browser: Browser, studio: StudioProcess) -> None:
    visitor = Visitor(browser, studio.address)
    visitor.go("/")
    answered = visitor.page.evaluate("fetch('http://192.0.2.1/').then(() => true, () => false)")
    visitor.page.wait_for_function("true")  # lets the notes arrive
    visitor.close()
    assert not answered
    assert any("192.0.2.1" in trouble for trouble in visitor.troubles)


def test_a_page_whose_script_comes_late_works_all_the_same(browser: Browser, slug: str, studio: StudioProcess) -> None:
    def hold(route: Route) -> None:
        time.sleep(1.5)  # longer than the rest of the page takes
        route.continue_()

    visitor = Visitor(browser, studio.address)
    visitor.page.route("**/media/studio.js", hold)
    visitor.go(f"/manuscript?book={slug}")
    visitor.find("#chapter-rename").click()
    visitor.find("#answer").wait_for()
    visitor.close()
    assert visitor.troubles == []


@pytest.mark.parametrize("path", PAGES)
def test_no_page_scrolls_sideways_on_a_phone(path: str, slug: str, visitor: Visitor) -> None:
    visitor.go(f"{path}?book={slug}")
    visitor.find(PAGES[path]).first.wait_for()
    assert not is_sideways(visitor.page)
    for fold in visitor.find("button.label-wrap").all():
        fold.click()
    assert not is_sideways(visitor.page), "with everything unfolded"


def test_narrate_is_reached_and_pressed_with_the_keyboard(slug: str, visitor: Visitor, studio: StudioProcess) -> None:
    visitor.go(f"/narration?book={slug}")
    visitor.find("#narrate").wait_for()
    visitor.page.keyboard.press("Tab")
    assert visitor.page.evaluate("document.activeElement.className") == "skip"
    assert tab_to(visitor.page, "narrate")
    assert visitor.page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    visitor.page.keyboard.press("Enter")
    visitor.find("#stop").wait_for()
    assert visitor.page.evaluate("document.activeElement.id") == "stop", (
        "the same button, which now stops, has the focus"
    )
    visitor.page.keyboard.press("Space")
    visitor.find("#narrate, #narration #next-step").wait_for(timeout=LONG_MS)
    assert visitor.troubles == []


@pytest.mark.parametrize(
    ("path", "controls"),
    [
        ("/", ["to-shelf", "open-sample"]),
        ("/manuscript", ["to-voices", "next-step", "chapter-rename", "chapter-split"]),
        ("/voices", ["next-step", "hear-arthur", "choose-arthur"]),
        ("/audiobook", ["export", "export-mp3"]),
    ],
)
def test_main_controls_are_reached_with_the_keyboard(
    path: str, controls: list[str], slug: str, visitor: Visitor
) -> None:
    visitor.go(f"{path}?book={slug}")
    visitor.find(f"#{controls[-1]}").wait_for()
    assert [name for name in controls if not tab_to(visitor.page, name)] == []
