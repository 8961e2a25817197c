"""Sounds, covers and files are found by what they are."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from engine.errors import SynthesisError
from studio.media import media_routes
from tests.studio.fake_production import FakeProduction

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 20


@pytest.fixture
def media(production: FakeProduction) -> TestClient:
    app = FastAPI()
    app.include_router(media_routes(production))  # type: ignore[arg-type]
    return TestClient(app, raise_server_exceptions=False)


def test_a_narrated_chapter_is_heard_and_can_be_fetched_in_parts(media: TestClient, production: FakeProduction) -> None:
    chapter = production.chapters("done")[0]
    whole = media.get(f"/media/chapter/done/{chapter.id}")
    part = media.get(f"/media/chapter/done/{chapter.id}", headers={"range": "bytes=10-19"})
    assert whole.headers["content-type"] == "audio/flac"
    assert part.status_code == 206 and part.content == whole.content[10:20]


def test_a_chapter_that_is_not_narrated_says_so(media: TestClient, production: FakeProduction) -> None:
    answer = media.get(f"/media/chapter/light/{production.chapters('light')[0].id}")
    assert answer.status_code == 404 and "Press Narrate" in answer.text


def test_a_voice_says_the_sentence_it_is_given(media: TestClient, production: FakeProduction) -> None:
    assert media.get("/media/voice/otto", params={"text": " Good \n evening. "}).status_code == 200
    assert media.get("/media/voice/otto").status_code == 200
    assert production.asked == [("hear_voice", "otto", "Good evening."), ("hear_voice", "otto", None)]


def test_a_trial_sentence_has_an_end(media: TestClient, production: FakeProduction) -> None:
    media.get("/media/voice/otto", params={"text": "very " * 5000})
    assert len(str(production.asked[-1][2])) <= 400


def test_what_is_not_there_is_a_sentence(media: TestClient) -> None:
    for path in ("voice/nobody", "chapter/nobook/1", "cover/light", "export/light/x.m4b", "nothing.css"):
        answer = media.get(f"/media/{path}")
        assert answer.status_code == 404 and answer.text.endswith(".")


def test_an_engines_refusal_reaches_the_listener(media: TestClient, production: FakeProduction) -> None:
    def refuse(slug: str, segment_id: int) -> Path:
        raise SynthesisError("The voice cannot say this line. Change its words.")

    production.hear_line = refuse  # type: ignore[method-assign]
    answer = media.get("/media/line/light/1")
    assert (answer.status_code, answer.text) == (409, "The voice cannot say this line. Change its words.")


def test_the_unforeseen_shows_no_trace(media: TestClient, production: FakeProduction) -> None:
    production.hear_line = lambda slug, id_: 1 / 0  # type: ignore[assignment, method-assign]
    answer = media.get("/media/line/light/1")
    assert answer.status_code == 500 and "log file" in answer.text and "ZeroDivision" not in answer.text


def test_a_cover_is_shown_only_when_it_is_a_picture(
    media: TestClient, production: FakeProduction, tmp_path: Path
) -> None:
    cover = tmp_path / "cover.png"
    production.shelf["light"] = replace(production.book("light"), cover=cover)
    cover.write_bytes(PNG)
    assert media.get("/media/cover/light").headers["content-type"] == "image/png"
    cover.write_text("<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", encoding="utf-8")
    assert media.get("/media/cover/light").status_code == 404


def test_a_finished_file_comes_under_its_own_name(media: TestClient, production: FakeProduction) -> None:
    production.finish_export("done", "Sea & Tales é.m4b")
    answer = media.get("/media/export/done/Sea%20%26%20Tales%20%C3%A9.m4b")
    assert answer.content == b"sound"
    assert "attachment" in answer.headers["content-disposition"]


def test_a_set_of_mp3s_comes_as_one_zip(media: TestClient, production: FakeProduction) -> None:
    production.finish_export("done", "Sea Tales", folder=True)
    answer = media.get("/media/export/done/Sea%20Tales.zip")
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert archive.testzip() is None
        assert {name: archive.read(name) for name in archive.namelist()} == {
            "Sea Tales/01 - Chapter 1.mp3": b"sound",
            "Sea Tales/02 - Chapter 2.mp3": b"soundsound",
        }


@pytest.mark.parametrize("name", ["..%2F..%2Fstudio.db", "%2Fetc%2Fpasswd", "..", "studio.db", "..%5C..%5Cstudio.db"])
def test_no_name_leads_out_of_the_finished_files(media: TestClient, production: FakeProduction, name: str) -> None:
    production.settings.database.write_bytes(b"secret")
    production.finish_export("done", "Sea Tales.m4b")
    answer = media.get(f"/media/export/done/{name}")
    assert answer.status_code == 404 and b"secret" not in answer.content


def test_the_log_is_given_with_the_workers_beside_it(media: TestClient, production: FakeProduction) -> None:
    production.settings.log_file.write_text("studio line", encoding="utf-8")
    production.settings.log_file.with_name("voxfolio-worker.log").write_text("worker line", encoding="utf-8")
    answer = media.get("/media/log")
    assert answer.text == "studio line\nworker line"
    assert answer.headers["content-disposition"].startswith("attachment")
