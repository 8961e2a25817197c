"""The application as a browser meets it, and how the studio opens and closes."""

from __future__ import annotations

import json
import re
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from engine.settings import Settings
from studio.app import PAGES, PortTaken, address_of, open_port
from tests.studio.conftest import HOSTILE
from tests.studio.fake_production import FakeProduction

ADDRESSES = [page.path for page in PAGES]
# A namespace is a name, not a place: nothing is fetched from it.
NAMES_ONLY = {"http://www.w3.org"}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def read_config(client: TestClient, address: str) -> dict[str, object]:
    found = re.search(r"window\.gradio_config = (\{.*?\});</script>", client.get(address).text, re.DOTALL)
    assert found
    config: dict[str, object] = json.loads(found[1])
    return config


@pytest.mark.parametrize("address", [*ADDRESSES, "/theme.css", "/media/studio.css", "/media/studio.js"])
def test_what_is_served_names_no_other_host(client: TestClient, address: str) -> None:
    text = client.get(address).text
    hosts = set(re.findall(r"https?://[\w.-]+|(?<=[\"'(])//[\w-]+\.[\w.-]+", text))
    assert hosts - NAMES_ONLY - {"http://127.0.0.1"} == set()


@pytest.mark.parametrize("address", ADDRESSES)
def test_every_page_is_called_voxfolio_and_styled_from_the_start(client: TestClient, address: str) -> None:
    text = client.get(address).text
    assert "<title>Voxfolio</title>" in text and 'href="/media/studio.css"' in text


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_page_holds_nothing_of_any_book_until_it_is_asked(client: TestClient, address: str) -> None:
    """What is opened is the same for a book of ten lines and of ten thousand."""
    text = client.get(f"{address}?book=light").text
    assert "Keeper" not in text and len(text) < 150_000


def test_gradio_tells_nobody_and_offers_no_api(client: TestClient) -> None:
    config = read_config(client, "/")
    assert config["analytics_enabled"] is False
    assert config["footer_links"] == []
    assert client.get("/openapi.json").status_code == 404
    assert client.get("/docs").status_code == 404


def test_no_handler_has_a_public_name(client: TestClient) -> None:
    info = client.get("/gradio_api/info").json()
    assert info["named_endpoints"] == {} and info["unnamed_endpoints"] == {}


@pytest.mark.parametrize("path", ["studio.db", "voxfolio.log", "books/light/takes/1.flac"])
def test_gradio_serves_no_file_of_the_workspace(client: TestClient, served: FakeProduction, path: str) -> None:
    file = served.settings.workspace / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(b"secret")
    answer = client.get(f"/gradio_api/file={file.as_posix()}")
    assert answer.status_code in (403, 404) and b"secret" not in answer.content


def test_a_hostile_title_goes_through_the_whole_application_as_text(client: TestClient) -> None:
    config = read_config(client, "/manuscript")
    dependencies = config["dependencies"]
    assert isinstance(dependencies, list)
    load = next(each for each in dependencies if each["targets"][0][1] == "load")
    answer = client.post(
        "/gradio_api/run/predict?book=hostile", json={"data": [], "fn_index": load["id"], "session_hash": "s"}
    )
    shown = "".join(value for value in answer.json()["data"] if str(value).startswith(("<a ", "<section ")))
    assert HOSTILE not in shown and "&lt;script&gt;" in shown


def test_a_foreign_page_cannot_press_a_button(client: TestClient) -> None:
    answer = client.post("/gradio_api/run/predict", json={"data": []}, headers={"origin": "https://evil.example"})
    assert answer.status_code == 403


def test_a_port_in_use_is_told_with_the_way_out(tmp_path: Path) -> None:
    settings = Settings(tmp_path, port=free_port())
    with (
        open_port(settings),
        pytest.raises(PortTaken, match=rf"Port {settings.port} is in use.*--port {settings.port + 1}"),
    ):
        open_port(settings)


def test_an_address_that_is_not_ours_is_told(tmp_path: Path) -> None:
    with pytest.raises(PortTaken, match="--host"):
        open_port(Settings(tmp_path, host="203.0.113.7", port=free_port()))


@pytest.mark.parametrize(
    ("host", "address"),
    [("127.0.0.1", "http://127.0.0.1:80"), ("0.0.0.0", "http://127.0.0.1:80"), ("::1", "http://[::1]:80")],
)
def test_the_address_told_is_one_a_browser_can_open(tmp_path: Path, host: str, address: str) -> None:
    assert address_of(Settings(tmp_path, host=host, port=80)) == address


@pytest.mark.skipif(sys.platform == "win32", reason="Ctrl-C cannot be sent to one process on Windows")
def test_the_studio_opens_with_its_worker_and_closes_quietly(tmp_path: Path, project: Path) -> None:
    port = free_port()
    code = (
        "import sys; from pathlib import Path; from engine.settings import Settings; from studio.app import run_studio;"
        f"run_studio(Settings(Path({str(tmp_path / 'projects')!r}), port={port}, open_browser=False))"
    )
    studio = subprocess.Popen(
        [sys.executable, "-c", code],
        cwd=project,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )
    try:
        assert studio.stdout is not None
        assert f"http://127.0.0.1:{port}" in studio.stdout.readline()
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=10) as page:
            assert b"Voxfolio" in page.read()
        time.sleep(0.5)
        studio.send_signal(2)
        _, errors = studio.communicate(timeout=90)
        assert (studio.returncode, errors) == (0, "")
    finally:
        studio.kill()
