"""Firefox, driven over WebDriver BiDi, the way that it is remote controlled without any further program."""

from __future__ import annotations

import base64
import json
import os
import shutil
import socket
import struct
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

PROGRAMS = (
    "firefox",
    "firefox-esr",
    "/Applications/Firefox.app/Contents/MacOS/firefox",
    r"C:\Program Files\Mozilla Firefox\firefox.exe",
)
OPENS_WITHIN_S = 60.0
PATIENCE_S = 60.0  # for what a page does at once on a quiet machine
POLL_S = 0.05
WIDE = (1280, 900)
PHONE = (390, 844)
PLAIN: Mapping[str, bool | int | str] = {  # a browser that asks nothing and looks nothing up
    "app.normandy.enabled": False,
    "app.update.disabledForTesting": True,
    "browser.shell.checkDefaultBrowser": False,
    "browser.startup.homepage_override.mstone": "ignore",
    "datareporting.policy.dataSubmissionEnabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "toolkit.telemetry.reportingpolicy.firstRun": False,
}
EVENTS = ("log.entryAdded", "network.beforeRequestSent", "browsingContext.userPromptOpened")
TEXT, CLOSE, PING, PONG = 1, 8, 9, 10  # kinds of a websocket's frames


def find_firefox() -> str | None:
    """The path of a Firefox on this computer."""
    return next((found for name in PROGRAMS if (found := shutil.which(name))), None)


class Wire:
    """A websocket, as far as Firefox needs one (RFC 6455): texts that go and come."""

    def __init__(self, port: int, path: str) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=2 * PATIENCE_S)
        key = base64.b64encode(os.urandom(16)).decode()
        asked = (
            f"GET {path} HTTP/1.1",
            f"Host: 127.0.0.1:{port}",
            "Connection: Upgrade",
            "Upgrade: websocket",
            "Sec-WebSocket-Version: 13",
            f"Sec-WebSocket-Key: {key}",
        )
        self._socket.sendall("\r\n".join((*asked, "\r\n")).encode())
        self._file = self._socket.makefile("rb")
        head = [line.strip() for line in iter(self._file.readline, b"\r\n")]
        if not head or b" 101 " not in head[0]:
            raise ConnectionError(f"Firefox did not open a websocket and said: {head[:1]}")

    def send(self, text: str, kind: int = TEXT) -> None:
        content, mask = text.encode(), os.urandom(4)
        size = len(content)
        head = bytes([0x80 | kind, 0x80 | (size if size < 126 else 126 if size < 65_536 else 127)])
        head += b"" if size < 126 else struct.pack(">H", size) if size < 65_536 else struct.pack(">Q", size)
        spread = (mask * (size // 4 + 1))[:size]
        masked = (int.from_bytes(content, "big") ^ int.from_bytes(spread, "big")).to_bytes(size, "big")
        self._socket.sendall(head + mask + masked)

    def receive(self) -> str:
        """The next text. Raises ConnectionError when Firefox has gone, TimeoutError when it says nothing."""
        text = b""
        while True:
            first, size = self._read(2)
            if size >= 126:
                size = int.from_bytes(self._read(2 if size == 126 else 8), "big")
            content, kind = self._read(size), first & 0x0F
            if kind == CLOSE:
                raise ConnectionError("Firefox closed the connection.")
            if kind == PING:
                self.send(content.decode(), PONG)
            elif kind != PONG:
                text += content
                if first & 0x80:
                    return text.decode()

    def close(self) -> None:
        self._file.close()
        self._socket.close()

    def _read(self, size: int) -> bytes:
        content = self._file.read(size)
        if len(content) < size:
            raise ConnectionError("Firefox has gone.")
        return content


class Firefox:
    """A Firefox with a profile of its own, without a window. Use as a context manager."""

    def __init__(
        self, program: str, folder: Path, prefs: Mapping[str, bool | int | str], environment: Mapping[str, str]
    ) -> None:
        """``folder`` is new and becomes the profile; ``environment`` goes on top of the process's own."""
        self._program, self._folder = program, folder
        self._environment = {**os.environ, "MOZ_CRASHREPORTER_DISABLE": "1", **environment}
        folder.mkdir(parents=True)
        self.downloads = folder.parent / "downloads"
        kept = {"browser.download.folderList": 2, "browser.download.dir": str(self.downloads)}
        settings = {**PLAIN, **kept, **prefs}.items()
        lines = [f"user_pref({json.dumps(name)}, {json.dumps(value)});" for name, value in settings]
        (folder / "user.js").write_text("\n".join(lines) + "\n", encoding="utf-8")
        self.events: list[tuple[str, dict[str, Any]]] = []  # name and what is told
        self._number = 0

    def __enter__(self) -> Firefox:
        with (self._folder / "output.txt").open("wb") as output:
            self._process = subprocess.Popen(
                [
                    self._program,
                    "--headless",
                    "--no-remote",
                    *("--profile", str(self._folder)),
                    *("--remote-debugging-port", "0"),
                    "about:blank",
                ],
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        try:
            self._wire = Wire(self._wait_for_port(), "/session")
            told = self.do(
                "session.new",
                capabilities={
                    "alwaysMatch": {"unhandledPromptBehavior": {"default": "ignore", "beforeUnload": "ignore"}}
                },
            )
            self.version = str(told["capabilities"]["browserVersion"])
            self.do("session.subscribe", events=list(EVENTS))
        except BaseException:
            self._process.kill()
            self._process.wait()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self.do("browser.close")
            self._process.wait(OPENS_WITHIN_S)
        except (ConnectionError, TimeoutError, subprocess.TimeoutExpired):
            self._process.kill()
            self._process.wait()
        finally:
            self._wire.close()

    def do(self, method: str, **fields: Any) -> dict[str, Any]:
        """A command of WebDriver BiDi and its result; what happens meanwhile is kept in ``events``."""
        self._number += 1
        self._wire.send(json.dumps({"id": self._number, "method": method, "params": fields}))
        while True:
            told: dict[str, Any] = json.loads(self._wire.receive())
            if told["type"] == "event":
                self.events.append((told["method"], told["params"]))
            elif told["id"] == self._number:
                if told["type"] == "error":
                    raise RuntimeError(f"{method}: {told['error']}: {told['message']}")
                result: dict[str, Any] = told["result"]
                return result

    def _wait_for_port(self) -> int:
        found = self._folder / "WebDriverBiDiServer.json"
        given_up_at = time.monotonic() + OPENS_WITHIN_S
        while time.monotonic() < given_up_at and self._process.poll() is None:
            try:
                return int(json.loads(found.read_text(encoding="utf-8"))["ws_port"])
            except (FileNotFoundError, ValueError):
                time.sleep(POLL_S)
        said = (self._folder / "output.txt").read_text(encoding="utf-8", errors="replace")
        raise RuntimeError(f"Firefox did not open and said: {said[-2000:]}")


class FirefoxVisitor:
    """Somebody at a page in Firefox. ``troubles`` tells what no visit may see: errors, dialogs, other hosts."""

    def __init__(self, firefox: Firefox, address: str, size: tuple[int, int] = WIDE) -> None:
        self.address, self._firefox = address, firefox
        self._tab = str(firefox.do("browsingContext.create", type="tab")["context"])
        width, height = size
        self._do("browsingContext.setViewport", viewport={"width": width, "height": height})

    def go(self, path: str) -> None:
        self._do("browsingContext.navigate", url=self.address + path, wait="complete")

    def tell(self, script: str, *arguments: Any) -> Any:
        """What a function's body returns in the page; a promise is waited for."""
        told = self._firefox.do(
            "script.callFunction",
            functionDeclaration=f"async (...given) => JSON.stringify(await (async () => {{ {script} }})() ?? null)",
            awaitPromise=True,
            target={"context": self._tab},
            arguments=[{"type": "string", "value": str(each)} for each in arguments],
            userActivation=False,
        )
        if told["type"] == "exception":
            raise RuntimeError(f"{script}: {told['exceptionDetails']['text']}")
        return json.loads(told["result"]["value"])

    def wait_for(self, selector: str, text: str = "", seconds: float = PATIENCE_S) -> None:
        """Until something that fits is seen, with this text in it when one is named."""
        looked = (
            "return [...document.querySelectorAll(given[0])].some(each => each.checkVisibility() "
            "&& each.textContent.includes(given[1]))"
        )
        given_up_at = time.monotonic() + seconds
        while not self.tell(looked, selector, text):
            if time.monotonic() > given_up_at:
                raise AssertionError(f"{selector} {text!r} was not seen in {seconds:.0f} s; troubles: {self.troubles}")
            time.sleep(POLL_S)

    def read(self, selector: str) -> str:
        """The text of what fits first, as it is seen."""
        self.wait_for(selector)
        return str(self.tell("return document.querySelector(given[0]).innerText", selector))

    def count(self, selector: str) -> int:
        return int(self.tell("return document.querySelectorAll(given[0]).length", selector))

    def click(self, selector: str, text: str = "") -> None:
        """As a hand does: where it is, with the mouse."""
        self.wait_for(selector, text)
        found = (
            "[...document.querySelectorAll(given[0])].find(each => each.checkVisibility() "
            "&& each.textContent.includes(given[1]))"
        )
        self.tell(f"{found}.scrollIntoView({{ block: 'center', behavior: 'instant' }})", selector, text)
        x, y = self.tell(
            f"const box = {found}.getBoundingClientRect(); "
            "return [Math.round(box.x + box.width / 2), Math.round(box.y + box.height / 2)]",
            selector,
            text,
        )
        moves = [
            {"type": "pointerMove", "x": x, "y": y},
            *({"type": t, "button": 0} for t in ("pointerDown", "pointerUp")),
        ]
        self._do("input.performActions", actions=[{"type": "pointer", "id": "mouse", "actions": moves}])

    def leave_by(self, selector: str) -> None:
        """Click what leads to another page, and wait until that is there."""
        self.tell("window.leaving = true")
        self.click(selector)
        given_up_at = time.monotonic() + PATIENCE_S
        while time.monotonic() < given_up_at:
            try:
                if self.tell("return !window.leaving && document.readyState === 'complete'"):
                    return
            except RuntimeError:  # asked between two pages
                time.sleep(POLL_S)
        raise AssertionError(f"{selector} led nowhere; troubles: {self.troubles}")

    def press(self, keys: str) -> None:
        """Type into whatever has the focus; keys without a letter go by their code points in WebDriver."""
        strokes = [{"type": kind, "value": key} for key in keys for kind in ("keyDown", "keyUp")]
        self._do("input.performActions", actions=[{"type": "key", "id": "keys", "actions": strokes}])

    def write(self, selector: str, text: str) -> None:
        """Click into a field, and type."""
        self.click(selector)
        self.press(text)

    def choose_file(self, selector: str, path: Path) -> None:
        found = self._do("browsingContext.locateNodes", locator={"type": "css", "value": selector})["nodes"]
        self._do("input.setFiles", element={"sharedId": found[0]["sharedId"]}, files=[str(path)])

    def photograph(self, path: Path, origin: str = "viewport") -> None:
        path.write_bytes(base64.b64decode(self._do("browsingContext.captureScreenshot", origin=origin)["data"]))

    def is_sideways(self) -> bool:
        """Does the page scroll sideways?"""
        return bool(self.tell("return document.documentElement.scrollWidth > innerWidth"))

    @property
    def troubles(self) -> list[str]:
        near = (f"{self.address}/", f"blob:{self.address}/", "data:", "about:")
        found = []
        self._firefox.do("session.status")  # whatever happened before its answer has come by then
        for method, told in self._firefox.events:
            if self._tab not in (told.get("context"), told.get("source", {}).get("context")):
                continue
            if method == "log.entryAdded" and told["level"] == "error":
                found.append(f"error in the console: {told['text']}")
            elif method == "browsingContext.userPromptOpened":
                found.append(f"a dialog opened: {told['message'] or told['type']}")
            elif method == "network.beforeRequestSent" and not told["request"]["url"].startswith(near):
                found.append(f"a request to another host: {told['request']['url']}")
        return found

    def answer(self, accept: bool) -> None:
        """Answer the question that the browser itself asks, as soon as it does."""
        given_up_at = time.monotonic() + PATIENCE_S
        while True:
            try:
                self._do("browsingContext.handleUserPrompt", accept=accept)
                return
            except RuntimeError as refused:
                if "no such alert" not in str(refused) or time.monotonic() > given_up_at:
                    raise
                time.sleep(POLL_S)

    def close(self) -> None:
        self._do("browsingContext.close")

    def _do(self, method: str, **fields: Any) -> dict[str, Any]:
        return self._firefox.do(method, context=self._tab, **fields)
