"""The door: who may talk to the studio. Everything is refused that does not come from the studio's own page.

A web page open in the same browser can send requests to this machine too (cross-site requests), and a hostile name
can be pointed at 127.0.0.1 (DNS rebinding). The first is told by its Origin, the second by its Host.

Where other devices can reach the studio, they see a guest's page and nothing else, unless they hold the owner's key.
"""

from __future__ import annotations

import ipaddress
import secrets
import socket
from collections.abc import Collection
from http.cookies import CookieError, SimpleCookie
from urllib.parse import parse_qs, urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse, RedirectResponse, Response
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
    "Permissions-Policy": "microphone=(self), camera=(), geolocation=()",
    "Cross-Origin-Resource-Policy": "same-origin",
}


# What a guest's page is made of; all that is shown to devices that have no key.
FOR_GUESTS = ("/guest", "/sitting/", "/media/studio.css", "/media/studio.js", "/media/icon.svg")
KEY_COOKIE, KEY_FIELD = "voxfolio-key", "key"
GUESTS_ONLY = (
    "From another device this studio opens only the links it has given out. To use all of it there, open the address "
    "with the key that Voxfolio printed when it started."
)


class Guard:
    """ASGI middleware: refuses foreign hosts and foreign origins, and sets the security headers on every answer."""

    def __init__(self, app: ASGIApp, host: str, key: str = "", public_names: Collection[str] = ()) -> None:
        """``key`` opens the whole studio to another device, "" to none; ``public_names`` are those of a tunnel, which
        comes from this machine and brings strangers."""
        self.app = app
        self.key = key
        self.public_names = {name.lower() for name in public_names}
        self.names = {"localhost", host.lower(), socket.gethostname().lower(), f"{socket.gethostname().lower()}.local"}
        self.names |= self.public_names

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

        headers = Headers(scope=scope)
        refusal = self.find_refusal(headers)
        app = PlainTextResponse(refusal, status_code=403) if refusal else self.admit(scope, headers)
        await app(scope, receive, send_guarded)

    def admit(self, scope: Scope, headers: Headers) -> ASGIApp:
        """The studio, for whoever sits at this machine or holds the key; for others a guest's page or a sentence."""
        if not self.is_from_outside(scope, headers) or self.holds_key(headers):
            return self.app
        path = str(scope["path"])
        if ".." not in path and any(
            path == each or path.startswith(each if each.endswith("/") else f"{each}/") for each in FOR_GUESTS
        ):
            return self.app
        asked = parse_qs(scope.get("query_string", b"").decode("latin-1")).get(KEY_FIELD, [""])[0]
        if self.key and secrets.compare_digest(asked.encode(), self.key.encode()):
            return self.give_key(path, secure=scope.get("scheme") == "https")
        return PlainTextResponse(GUESTS_ONLY, status_code=403)

    def give_key(self, path: str, secure: bool) -> Response:
        """Once the key was in an address it is kept in a cookie, and the address is shown without it."""
        onward = RedirectResponse(f"/{path.lstrip('/')}", 303)  # never //elsewhere
        onward.set_cookie(KEY_COOKIE, self.key, max_age=30 * 86400, httponly=True, secure=secure, samesite="strict")
        return onward

    def holds_key(self, headers: Headers) -> bool:
        try:
            held = SimpleCookie(headers.get("cookie", "")).get(KEY_COOKIE)
        except CookieError:
            return False
        return bool(self.key and held and secrets.compare_digest(held.value.encode(), self.key.encode()))

    def is_from_outside(self, scope: Scope, headers: Headers) -> bool:
        """Whether a request came from another device, straight or through a tunnel."""
        host = (urlsplit(f"//{headers.get('host', '')}").hostname or "").lower()
        if host in self.public_names or "x-forwarded-for" in headers:
            return True
        try:
            return not ipaddress.ip_address((scope.get("client") or ("127.0.0.1", 0))[0]).is_loopback
        except ValueError:
            return False  # no address of a network: a test's, or a socket of this machine

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
