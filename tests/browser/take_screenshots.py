"""Takes the pictures of the documentation from the studio itself, with the sample book.

    python -m tests.browser.take_screenshots [FOLDER]

Run it in the root of the source; it needs Chromium. The pictures go to docs/images unless another folder is named.
"""

from __future__ import annotations

import io
import sys
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, sync_playwright

from tests.browser.studio_process import ROOT, StudioProcess
from tests.browser.visitor import PHONE, Visitor, find_chromium, open_chromium

SCREEN = {"width": 1280, "height": 860}
LARGEST_BYTES = 250_000
LONG_MS = 240_000
LINE = "The crow’s name was Mr. Pim."
OWN_WORDS = "The crow’s name was Mister Pimm."
HOME = "/home/you/Voxfolio"  # where a person's books would be


class Photographer(Visitor):
    """A visitor with a camera."""

    def __init__(self, browser: Browser, address: str, folder: Path, size: dict[str, int]) -> None:
        super().__init__(browser, address, size, reduced_motion="reduce")
        self.folder = folder

    def take(self, name: str) -> None:
        """A picture of what is in the window, in few enough colours for a page of documentation."""
        self.page.wait_for_function("[...document.images].every(image => image.complete)")
        self.page.mouse.move(0, 0)
        self.page.evaluate("home => document.querySelectorAll('code').forEach(path => path.textContent = home)", HOME)
        picture = Image.open(io.BytesIO(self.page.screenshot(animations="disabled"))).convert("RGB")
        path = self.folder / f"{name}.png"
        picture.quantize(colors=256, dither=Image.Dither.NONE).save(path, "PNG", optimize=True)
        assert path.stat().st_size < LARGEST_BYTES, f"{path} is too large"
        print(f"{path}: {path.stat().st_size // 1000} kB")


def photograph_screen(camera: Photographer) -> str:
    """Every station on a wide screen, in the order a person walks; returns the book's short name."""
    camera.go("/")
    camera.find("#empty-shelf").wait_for()
    camera.take("home")
    camera.find("#open-sample").click()
    camera.page.wait_for_url("**/manuscript?book=*")
    slug = camera.read_slug()
    camera.find("#contents li.in a").nth(1).click()
    camera.find("#chapter-title", has_text="Mr. Pim").wait_for()
    camera.take("manuscript")
    camera.go(f"/voices?book={slug}")
    camera.find("li.voice.chosen").wait_for()
    camera.find("#own-sentence textarea").fill("The clock has stopped, and nobody knows the time.")
    camera.take("voices")
    photograph_cast(camera, slug)
    photograph_narration(camera, slug)
    camera.go(f"/audiobook?book={slug}")
    camera.find("#export").click()
    camera.find("#download-m4b").wait_for(timeout=LONG_MS)
    camera.find("#verdict").wait_for()
    camera.find(".notice.good").wait_for(state="hidden")
    camera.take("audiobook")
    camera.go("/")
    camera.find("#shelf .card").wait_for()
    camera.take("shelf")
    return slug


def photograph_cast(camera: Photographer, slug: str) -> None:
    """A full cast with its voices, for as long as the picture is taken."""
    camera.go(f"/cast?book={slug}")
    camera.find("#full-cast").click()
    camera.find("#uncast").wait_for()
    camera.take("cast")
    camera.find("#suggest").click()
    camera.find("#uncast").wait_for(state="detached")
    camera.find(".notice.good").wait_for(state="hidden")
    camera.find("#cast-panes").evaluate("panes => panes.scrollIntoView()")
    camera.take("cast-voices")
    camera.find("#one-voice").click()
    camera.find("#one-voice[aria-pressed=true]").wait_for()


def photograph_narration(camera: Photographer, slug: str) -> None:
    """One chapter is heard while the others are spoken; then a line is given other words."""
    camera.go(f"/narration?book={slug}")
    camera.find("#narrate-chapter").click()
    camera.find("#chapters button.play").wait_for(timeout=LONG_MS)
    camera.find("#chapters button.play").click()
    camera.find("#narrate").click()
    camera.page.wait_for_function("document.querySelector('#progress')?.value > 0.25", timeout=LONG_MS)
    camera.take("studio")
    camera.find("#player button").click()
    camera.find("#narration #next-step").wait_for(timeout=LONG_MS)
    camera.find("#chapters li a", has_text="Mr. Pim").click()
    camera.find("#lines-title", has_text="Mr. Pim").wait_for()
    line = camera.find("#lines li", has_text=LINE)
    line.locator(".line-words").click()
    camera.find("#answer").fill(OWN_WORDS)
    camera.page.evaluate("scrollTo(0, 0)")
    camera.take("narration")
    camera.find("dialog.ask button", has_text="Cancel").click()


def photograph_phone(camera: Photographer, slug: str) -> None:
    """The same stations on a phone."""
    for path, part in (
        ("/", "#shelf .card img"),
        ("/manuscript", "#reading .page"),
        ("/voices", "li.voice.chosen"),
        ("/cast", "#doubt-line"),
        ("/narration", "#chapters button.play"),
        ("/audiobook", "#verdict"),
    ):
        camera.go(f"{path}?book={slug}")
        camera.find(part).first.wait_for()
        if path == "/narration":
            camera.find(part).first.click()
            camera.page.wait_for_function("document.querySelector('#chapter-player')?.currentTime > 1")
        if path == "/cast":
            camera.find("#doubts").evaluate("desk => desk.scrollIntoView()")
        camera.take(f"{path.strip('/') or 'home'}-phone")


def take_pictures(folder: Path) -> None:
    program = find_chromium()
    if program is None:
        raise SystemExit("Taking the pictures needs Chromium or Chrome. Install one and try again.")
    folder.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as made,
        StudioProcess(Path(made) / "Voxfolio") as studio,
        sync_playwright() as playwright,
    ):
        browser = open_chromium(playwright, program)
        slug = photograph_screen(Photographer(browser, studio.address, folder, SCREEN))
        photograph_phone(Photographer(browser, studio.address, folder, PHONE), slug)
        browser.close()


if __name__ == "__main__":
    take_pictures(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs" / "images")
