"""The door for other devices: https with a certificate of the studio's own, beside the plain one, into the same app."""

from __future__ import annotations

import asyncio
import socket
import ssl
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from cryptography import x509
from fastapi import FastAPI, Request

from engine.settings import Settings
from studio import secure_door
from studio.app import PortTaken, make_server, open_secure_port, serve
from studio.invitations import find_link
from studio.secure_door import FILE, VALID, find_certificate, make_certificate, secure_port


def test_the_certificate_is_for_this_computer_and_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(secure_door, "find_own_address", lambda: "192.168.1.5")
    path = find_certificate(tmp_path)
    first = path.read_bytes()
    named = x509.load_pem_x509_certificate(first).extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert "192.168.1.5" in map(str, named.get_values_for_type(x509.IPAddress))
    assert find_certificate(tmp_path).read_bytes() == first
    if sys.platform != "win32":
        assert path.stat().st_mode & 0o077 == 0  # nobody else may read the key
    monkeypatch.setattr(secure_door, "find_own_address", lambda: "192.168.1.77")
    assert find_certificate(tmp_path).read_bytes() != first


@pytest.mark.parametrize("content", [b"", b"no certificate", "nearly over"], ids=["empty", "damaged", "nearly over"])
def test_a_certificate_that_no_longer_holds_is_made_anew(tmp_path: Path, content: bytes | str) -> None:
    names = {secure_door.find_own_address(), socket.gethostname(), f"{socket.gethostname()}.local"}
    old = make_certificate({*names, "localhost", "127.0.0.1"}, datetime.now(UTC) - VALID + timedelta(days=20))
    (tmp_path / FILE).write_bytes(old if isinstance(content, str) else content)
    made = x509.load_pem_x509_certificate(find_certificate(tmp_path).read_bytes())
    assert made.not_valid_after_utc > datetime.now(UTC) + timedelta(days=300)


@pytest.fixture
def doors(tmp_path: Path) -> Iterator[tuple[int, int, Path]]:
    """An application served at both doors: the plain port, the secure port, the certificate."""
    app = FastAPI(openapi_url=None)

    @app.get("/")
    def scheme(request: Request) -> str:
        return request.url.scheme

    listeners = [socket.create_server(("127.0.0.1", 0)) for _ in range(2)]
    certificate = find_certificate(tmp_path)
    servers = [make_server(app), make_server(app, ssl_certfile=str(certificate), ssl_keyfile=str(certificate))]
    running = threading.Thread(target=lambda: asyncio.run(serve(list(zip(servers, listeners, strict=True)))))
    running.start()
    yield (*(listener.getsockname()[1] for listener in listeners), certificate)
    for server in servers:
        server.should_exit = True
    running.join(10)
    assert not running.is_alive()


def test_both_doors_lead_into_one_application(doors: tuple[int, int, Path]) -> None:
    plain, secure, certificate = doors
    assert httpx.get(f"http://127.0.0.1:{plain}/").json() == "http"
    trusted = ssl.create_default_context(cafile=str(certificate))
    assert httpx.get(f"https://localhost:{secure}/", verify=trusted).json() == "https"
    with pytest.raises(httpx.ConnectError, match=r"(?i)certificate"):
        httpx.get(f"https://localhost:{secure}/")


def test_a_taken_port_for_other_devices_is_told() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        settings = Settings(Path("w"), host="127.0.0.1", port=taken.getsockname()[1] - 1)
        with pytest.raises(PortTaken, match="by which other devices would come"):
            open_secure_port(settings)


def test_a_link_leads_through_the_door_that_gives_the_microphone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(secure_door, "find_own_address", lambda: "192.168.1.5")
    here, network = Settings(Path("w")), Settings(Path("w"), host="0.0.0.0")
    for seen_at in ("localhost", "192.168.1.5"):
        link = str(find_link("/guest?token=t", seen_at, network)["html"])
        assert f"https://192.168.1.5:{secure_port(network)}/guest" in link and "does not know this studio" in link
    assert "https://anna.example/guest" in str(find_link("/guest?token=t", "anna.example", here)["html"])
    assert "works here alone" in str(find_link("/guest?token=t", "127.0.0.1", here)["html"])
