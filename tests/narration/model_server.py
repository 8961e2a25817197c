"""A place that models are fetched from, on this machine: it serves bytes, and misbehaves as it is told to."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Served:
    """What lies at the place, and how it behaves."""

    files: dict[str, bytes] = field(default_factory=dict)
    url: str = ""
    cut_after: int = 0  # bytes of a body after which the line breaks; 0 for never
    cuts: int = 0  # how many times it still does
    ranges: bool = True  # does it send only the rest when asked for that
    refuse: int = 0  # a status to answer everything with
    refusals: int = 10**9  # how many times it still does
    hub: bool = False  # tell size and checksum, and lead on to another address, as the hub does
    page: bytes = b""  # a web page to answer everything with
    asked: list[dict[str, str]] = field(default_factory=list)  # headers of each request, with its path


class _Handler(BaseHTTPRequestHandler):
    served: Served

    def do_GET(self) -> None:
        served, path = self.served, self.path.lstrip("/")
        served.asked.append({"path": path, **dict(self.headers.items())})
        if served.refuse and served.refusals > 0:
            served.refusals -= 1
            self.send_response(served.refuse)
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        if served.page:
            self.answer(200, served.page, {"Content-Type": "text/html; charset=utf-8"})
            return
        if served.hub and not path.startswith("far/"):
            body = served.files[path]
            self.send_response(302)
            self.send_header("X-Linked-Size", str(len(body)))
            self.send_header("X-Linked-Etag", f'"{hashlib.sha256(body).hexdigest()}"')
            self.send_header("Location", f"{served.url.replace('127.0.0.1', 'localhost')}/far/{path}")
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        body = served.files.get(path.removeprefix("far/"))
        if body is None:
            self.answer(404, b"", {})
            return
        wanted = self.headers.get("Range", "")
        if wanted and served.ranges:
            start = int(wanted.removeprefix("bytes=").rstrip("-"))
            if start >= len(body):
                self.answer(416, b"", {"Content-Range": f"bytes */{len(body)}"})
                return
            self.answer(206, body[start:], {"Content-Range": f"bytes {start}-{len(body) - 1}/{len(body)}"})
        else:
            self.answer(200, body, {})

    def answer(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.served.cuts > 0 and len(body) > self.served.cut_after:
            self.served.cuts -= 1
            self.wfile.write(body[: self.served.cut_after])
            self.wfile.flush()
            self.connection.close()
            self.close_connection = True
            return
        self.wfile.write(body)

    def log_message(self, format: str, *arguments: Any) -> None:
        pass


@contextmanager
def serving() -> Iterator[Served]:
    """A server for the length of a ``with``."""
    served = Served()
    handler = type("Handler", (_Handler,), {"served": served})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.handle_error = lambda request, address: None  # type: ignore[method-assign]  # a client that hangs up
    served.url = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield served
    finally:
        server.shutdown()
        server.server_close()
