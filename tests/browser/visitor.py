"""Someone at the studio's pages, in a real browser, who notes everything that a page should not do."""

from __future__ import annotations

import os
import re
import shutil
from typing import Any

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Dialog, Locator, Page, Playwright

PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PATIENCE_MS = 60_000  # for what a page does at once on a quiet machine
WIDE = {"width": 1280, "height": 900}
PHONE = {"width": 390, "height": 844}


def find_chromium() -> str | None:
    """The path of a Chromium or Chrome on this computer."""
    return next((found for name in PROGRAMS if (found := shutil.which(name))), None)


def open_chromium(playwright: Playwright, program: str) -> Browser:
    as_root = hasattr(os, "geteuid") and os.geteuid() == 0  # then Chromium's sandbox does not start
    return playwright.chromium.launch(
        executable_path=program, args=["--mute-audio", *(["--no-sandbox"] if as_root else [])]
    )


class Visitor:
    """A browser window of its own. ``troubles`` is what no visit may see: errors, dialogs, requests to other hosts."""

    def __init__(self, browser: Browser, address: str, size: dict[str, int] = WIDE, **more: Any) -> None:
        self.address = address
        self.troubles: list[str] = []
        self.context: BrowserContext = browser.new_context(viewport=size, accept_downloads=True, **more)
        self.context.set_default_timeout(PATIENCE_MS)
        self.context.on("request", lambda request: self._note_host(request.url))
        self.page = self.open_tab()

    def open_tab(self) -> Page:
        page = self.context.new_page()
        page.on("console", self._note_console)
        page.on("pageerror", lambda error: self._note(f"error in the page: {error}"))
        page.on("dialog", self._note_dialog)
        return page

    def go(self, path: str) -> None:
        self.page.goto(self.address + path)

    def read_slug(self) -> str:
        """The book in the page's address."""
        return re.findall(r"[?&]book=([^&]+)", self.page.url)[0]

    def find(self, selector: str, **more: Any) -> Locator:
        return self.page.locator(selector, **more)

    def fetch(self, path: str) -> bytes:
        answer = self.context.request.get(self.address + path)
        assert answer.ok, f"{path}: {answer.status} {answer.text()}"
        return answer.body()

    def close(self) -> None:
        self.context.close()

    def _note(self, trouble: str) -> None:
        self.troubles.append(trouble)

    def _note_console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self._note(f"error in the console: {message.text} ({message.location.get('url')})")

    def _note_dialog(self, dialog: Dialog) -> None:
        self._note(f"a dialog opened: {dialog.message}")
        dialog.dismiss()

    def _note_host(self, url: str) -> None:
        if not url.startswith((f"{self.address}/", f"blob:{self.address}/", "data:")):
            self._note(f"a request to another host: {url}")


def is_sideways(page: Page) -> bool:
    """Does the page scroll sideways?"""
    page.wait_for_function("document.readyState === 'complete'")  # a page on its way to the next has no width
    return bool(page.evaluate("document.documentElement.scrollWidth > innerWidth"))


def tab_to(page: Page, elem_id: str, most: int = 120) -> bool:
    """Press Tab until the element has the focus; False when it is never reached."""
    for _ in range(most):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement?.id") == elem_id:
            return True
    return False
