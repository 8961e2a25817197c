"""The door: who may talk to the studio. Everything is refused that does not come from the studio's own page.

A web page open in the same browser can send requests to this machine too (cross-site requests), and a hostile name
can be pointed at 127.0.0.1 (DNS rebinding). The first is told by its Origin, the second by its Host.
"""

from __future__ import annotations

import ipaddress
import socket
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

# Gradio compiles its templates in the browser, hence 'unsafe-eval', and has inline scripts and styles.
CONTENT_POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; media-src 'self' blob:; font-src 'self' data:; worker-src 'self' blob:; "
    "object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": CONTENT_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


class Guard:
    """ASGI middleware: refuses foreign hosts and foreign origins, and sets the security headers on every answer."""

    def __init__(self, app: ASGIApp, host: str) -> None:
        self.app = app
        self.names = {"localhost", host.lower(), socket.gethostname().lower(), f"{socket.gethostname().lower()}.local"}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self.app(scope, receive, send)
            return  # the studio speaks no websocket

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers[name] = value
            await send(message)

        refusal = self.find_refusal(Headers(scope=scope))
        app = PlainTextResponse(refusal, status_code=403) if refusal else self.app
        await app(scope, receive, send_guarded)

    def find_refusal(self, headers: Headers) -> str:
        """Why a request with these headers is refused, as a sentence; "" when it is welcome."""
        host, origin = headers.get("host", ""), headers.get("origin")
        if not self.is_ours(host):
            return "This address is not one of Voxfolio's. Open the address that it printed when it started."
        if origin is not None and urlsplit(origin).netloc != host:
            return "Voxfolio only answers its own page. Open its address in the browser directly."
        foreign = headers.get("sec-fetch-site") in ("cross-site", "same-site")
        if foreign and headers.get("sec-fetch-mode") != "navigate":
            return "Voxfolio only answers its own page. Open its address in the browser directly."
        return ""

    def is_ours(self, host: str) -> bool:
        """A known name, or a bare number: a number cannot be rebound."""
        try:
            name = (urlsplit(f"//{host}").hostname or "").lower()
            return name in self.names or bool(ipaddress.ip_address(name))
        except ValueError:
            return False
