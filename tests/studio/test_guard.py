"""Who may talk to the studio."""

from __future__ import annotations

import pytest
from fastapi.testclient import TestClient
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from studio.guard import Guard

OURS = "127.0.0.1:7860"


async def answer(request: Request) -> PlainTextResponse:
    return PlainTextResponse("welcome")


@pytest.fixture
def door() -> TestClient:
    app = Starlette(routes=[Route("/", answer, methods=["GET", "POST"])])
    app.add_middleware(Guard, host="studio.example")
    return TestClient(app, base_url=f"http://{OURS}")


@pytest.mark.parametrize(
    "host", [OURS, "localhost:7860", "[::1]:7860", "studio.example", "LOCALHOST", "192.168.1.7:80"]
)
def test_our_own_addresses_are_welcome(door: TestClient, host: str) -> None:
    assert door.get("/", headers={"host": host}).text == "welcome"


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "", "[", "a@b:c"])
def test_a_name_pointed_at_this_machine_is_refused(door: TestClient, host: str) -> None:
    answer = door.get("/", headers={"host": host})
    assert answer.status_code == 403 and "Open the address" in answer.text


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", "http://127.0.0.1:9999", f"http://{OURS}.evil.example"]
)
def test_another_pages_requests_are_refused(door: TestClient, origin: str) -> None:
    assert door.post("/", headers={"origin": origin}).status_code == 403
    assert door.get("/", headers={"origin": origin}).status_code == 403


def test_our_own_page_may_post(door: TestClient) -> None:
    headers = {"origin": f"http://{OURS}", "sec-fetch-site": "same-origin", "sec-fetch-mode": "cors"}
    assert door.post("/", headers=headers).text == "welcome"


def test_a_foreign_page_may_link_here_but_not_load_from_here(door: TestClient) -> None:
    link = {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate"}
    picture = {"sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors"}
    assert door.get("/", headers=link).status_code == 200
    assert door.get("/", headers=picture).status_code == 403


@pytest.mark.parametrize("host", [OURS, "evil.example"])
def test_every_answer_has_the_security_headers(door: TestClient, host: str) -> None:
    headers = door.get("/", headers={"host": host}).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["referrer-policy"] == "same-origin"
    assert "default-src 'self'" in headers["content-security-policy"]
    assert "http:" not in headers["content-security-policy"] and "*" not in headers["content-security-policy"]


# --- other devices -----------------------------------------------------------------------------------------------

KEY = "a-long-key"
OPEN = ("/guest", "/guest/terms", "/sitting/recording.js", "/media/studio.css")
CLOSED = ("/", "/recording", "/media/log", "/guests", "/sitting/../recording", "/guest/../media/log")


def knock(client: str, **more: object) -> TestClient:
    """A visitor whose connection comes from this address."""
    app = Starlette(routes=[Route(path, answer, methods=["GET", "POST"]) for path in (*OPEN, *CLOSED)])
    app.add_middleware(Guard, host="0.0.0.0", **more)
    return TestClient(app, base_url="http://192.168.1.7:7860", client=(client, 50_000), follow_redirects=False)


@pytest.mark.parametrize("path", OPEN)
def test_another_device_reaches_a_guests_page(path: str) -> None:
    assert knock("192.168.1.20").get(path).text == "welcome"


@pytest.mark.parametrize("path", CLOSED)
def test_another_device_reaches_nothing_else(path: str) -> None:
    for visitor in (knock("192.168.1.20"), knock("192.168.1.20", key=KEY), knock("fe80::1")):
        refused = visitor.get(path)
        assert refused.status_code == 403 and "only the links" in refused.text


def test_this_machine_needs_no_key() -> None:
    assert knock("127.0.0.1", key=KEY).get("/media/log").text == "welcome"
    assert knock("::1").get("/").text == "welcome"


def test_the_owners_key_opens_everything_and_leaves_the_address() -> None:
    visitor = knock("192.168.1.20", key=KEY)
    answer = visitor.get("/", params={"key": KEY})
    assert answer.status_code == 303 and answer.headers["location"] == "/"
    assert "HttpOnly" in answer.headers["set-cookie"] and "SameSite=strict" in answer.headers["set-cookie"]
    assert visitor.get("/media/log").text == "welcome"
    assert knock("192.168.1.20", key=KEY).get("/", params={"key": "another"}).status_code == 403
    assert knock("192.168.1.20").get("/", params={"key": ""}).status_code == 403


def test_a_key_in_an_address_leads_to_no_other_host() -> None:
    answer = knock("192.168.1.20", key=KEY).get("//evil.example/", params={"key": KEY})
    assert not answer.headers.get("location", "/").startswith("//")


def test_whoever_comes_through_a_tunnel_is_a_guest() -> None:
    visitor = knock("127.0.0.1", public_names=["abc.example"])
    assert visitor.get("/", headers={"host": "abc.example"}).status_code == 403
    assert visitor.get("/guest", headers={"host": "abc.example"}).text == "welcome"
    assert visitor.get("/", headers={"host": "127.0.0.1:7860", "x-forwarded-for": "8.8.8.8"}).status_code == 403
