"""Sittings over HTTP: the walk's pages, recordings that come in, and a guest who sees one voice and nothing else."""

from __future__ import annotations

import io
import re
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile
from fastapi import FastAPI
from fastapi.testclient import TestClient

from engine.core_types import Clip, OnProgress, Progress, ShouldStop
from engine.production import Production
from engine.settings import Settings
from engine.voice_types import BadPlace, Measure, Sample, Scorecard, Verdict
from studio.guard import Guard
from studio.pages.scorecards import show_legend
from studio.pages.sitting_clips import find_best
from studio.sitting_forms import name_safely
from studio.sitting_media import sitting_routes
from studio.works import Works
from tests.voices.people import OTHER_READING, READING, make_terms, pass_all, read_aloud, record_sample

HOSTILE = "<img src=x onerror=alert(1)>"


@pytest.fixture(scope="module")
def production(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Production]:
    opened = Production(Settings(tmp_path_factory.mktemp("studio").absolute(), open_browser=False))
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def client(production: Production) -> TestClient:
    app = FastAPI(openapi_url=None)
    app.include_router(sitting_routes(production))
    app.add_middleware(Guard, host="127.0.0.1")
    return TestClient(app, base_url="http://127.0.0.1:7860")


@pytest.fixture(scope="module")
def anna(production: Production) -> str:
    """A voice with leave."""
    desk = production.voice_desk
    name = desk.begin("Anna Lind")
    folder = desk.voice(name).row.folder
    samples = [record_sample(folder), record_sample(folder, text=OTHER_READING)]
    desk._voices.keep_samples(name, samples)
    desk.consents.grant(pass_all(desk.consents.issue(name, make_terms(), {}), samples))
    desk._voices.change(name, state="ready")
    return name


def wav(clip: Clip) -> bytes:
    file = io.BytesIO()
    soundfile.write(file, clip.samples, clip.rate_hz, format="WAV", subtype="PCM_16")
    return file.getvalue()


def finish(client: TestClient, base: str, told: dict[str, object]) -> dict[str, object]:
    """What came of a piece of work."""
    assert "work" in told, told
    for _ in range(600):
        answer = client.get(f"{base}/work/{told['work']}").json()
        if not answer["busy"]:
            return dict(answer)
        time.sleep(0.05)
    raise AssertionError("the work does not end")


def begin(client: TestClient, person: str) -> str:
    told = client.post("/recording", json={"person": person, "label": "", "book": ""}).json()
    return str(told["go"])


# --- the walk ----------------------------------------------------------------------------------------------------


def test_a_voice_begins_with_a_name_and_the_notice_of_the_voiceprint(client: TestClient) -> None:
    assert "voiceprint" in client.get("/recording").text
    page = client.get(begin(client, "Peter Hall")).text
    assert "Is the microphone right?" in page and "A link for Peter Hall" in page


def test_a_name_that_is_none_is_told_so(client: TestClient) -> None:
    answer = client.post("/recording", json={"person": " ", "label": ""}).json()
    assert "Say who is speaking" in answer["trouble"]


def test_names_are_text_wherever_they_are_shown(client: TestClient) -> None:
    base = begin(client, HOSTILE)
    for step in ("microphone", "reading", "consent"):
        assert "<img src=x" not in client.get(f"{base}?step={step}").text


def test_a_reading_is_looked_at_and_kept(client: TestClient, production: Production) -> None:
    base = begin(client, "Mary Poole")
    (prompt,) = re.findall('id="prompt">([^<]+)<', client.get(f"{base}?step=reading").text)
    words = prompt.replace("&#x27;", "'")
    sound = wav(read_aloud("hazel", words))
    told = finish(client, base, client.post(f"{base}/reading", params={"prompt": words}, content=sound).json())
    assert "Kept" in str(told["html"]) and 'class="waveform"' in str(told["html"])
    (sample,) = production.voice_desk.voice(base.rsplit("/", 1)[1]).samples
    assert sample.words == words and sample.recording is not None and sample.recording.is_file()
    assert client.get(f"{base}/sample/{sample.id}").headers["content-type"] == "audio/flac"
    assert client.post(f"{base}/forget", json={"ids": sample.id}).json() == {}
    assert production.voice_desk.voice(base.rsplit("/", 1)[1]).samples == ()


def test_noise_is_taken_out_heard_before_and_after_and_given_up(client: TestClient, production: Production) -> None:
    base = begin(client, "Ada Frost")
    clip = read_aloud("hazel", OTHER_READING)
    hiss = np.random.default_rng(3).normal(0.0, 0.004, len(clip.samples)).astype(np.float32)
    noisy = wav(Clip(clip.samples + hiss, clip.rate_hz))
    answer = client.post(f"{base}/upload?reduce-noise=true&file=ada.wav", content=noisy)
    told = str(finish(client, base, answer.json())["html"])
    (sample,) = production.voice_desk.voice(base.rsplit("/", 1)[1]).samples
    heard = [client.get(match.replace("&amp;", "&")).content for match in re.findall('data-sound="([^"]+)"', told)]
    assert heard == [sample.before.read_bytes(), sample.path.read_bytes()] and heard[0] != heard[1]
    assert client.post(f"{base}/forget", json={"ids": sample.id, "redraw": "yes"}).json() == {"again": True}
    assert not sample.path.exists() and not sample.before.exists()


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"", "empty"),
        (b"no sound at all" * 50, "cannot be read as sound"),
        (wav(Clip(np.zeros(24_000, np.float32), 24_000)), "Not kept"),
    ],
    ids=["nothing", "no sound", "silence"],
)
def test_what_is_no_reading_gets_a_sentence_and_is_not_kept(client: TestClient, body: bytes, said: str) -> None:
    base = begin(client, "Nobody")
    told = finish(client, base, client.post(f"{base}/reading", params={"prompt": "A cat."}, content=body).json())
    assert said in str(told.get("trouble", told.get("html")))


def test_a_recording_beyond_all_size_is_refused_while_it_comes(
    client: TestClient, monkeypatch: pytest.MonkeyPatch, production: Production
) -> None:
    from studio import sitting_media

    base = begin(client, "Too Much")
    before = sorted(production.settings.scratch.iterdir())
    answer = client.post(f"{base}/reading?prompt=x", content=iter([bytes(1 << 20)] * 70))
    assert answer.status_code == 409 and f"{sitting_media.LARGEST_READING / 1e6:.0f} MB" in answer.json()["trouble"]
    assert sorted(production.settings.scratch.iterdir()) == before


def test_the_consent_waits_for_enough_speech(client: TestClient) -> None:
    base = begin(client, "Too Little")
    assert "Is the microphone right?" in client.get(f"{base}?step=consent").text
    assert (
        "Record at least" in client.post(f"{base}/terms", json={"person": "X", "until": "2027-01-01"}).json()["trouble"]
    )


def test_a_missing_recogniser_is_told_before_the_statement_is_read(client: TestClient, anna: str) -> None:
    fields = {"person": "Anna Lind", "use": "private", "scope": "", "until": make_terms().until}
    told = client.post(f"/recording/{anna}/terms", json=fields).json()
    assert "trouble" in told or "challenge" in told.get("html", "")


def test_a_page_of_a_voice_that_is_not_there_is_closed(client: TestClient) -> None:
    answer = client.get("/recording/nobody-at-all")
    assert answer.status_code == 404 and "no recorded voice" in answer.text


# --- looked after ------------------------------------------------------------------------------------------------


def test_the_result_shows_leave_clips_and_what_can_be_done(client: TestClient, anna: str) -> None:
    page = client.get(f"/recording/{anna}").text
    for part in ("lets this voice read", "Clips", "Characters", "same voice", "Take the leave back", "LJSpeech"):
        assert part in page


def test_clips_are_left_out_and_taken_in(client: TestClient, anna: str, production: Production) -> None:
    id_ = production.voice_desk.voice(anna).samples[0].id
    client.post(f"/recording/{anna}/choose", json={"id": id_, "value": "false"})
    assert not production.voice_desk.voice(anna).samples[0].chosen
    production.voice_desk._voices.choose(anna, id_, True)


def test_the_words_of_a_clip_are_put_right(client: TestClient, anna: str, production: Production) -> None:
    sample = production.voice_desk.voice(anna).samples[0]
    client.post(f"/recording/{anna}/words", json={"id": sample.id, "value": f"She  counted. {HOSTILE}"})
    assert production.voice_desk.voice(anna).samples[0].words == f"She counted. {HOSTILE}"
    assert "<img src=x" not in client.get(f"/recording/{anna}?step=result").text
    production.voice_desk.write_words(anna, sample.id, sample.words)


def test_a_character_is_heard_kept_and_taken_away(client: TestClient, anna: str, production: Production) -> None:
    shape = {"semitones": "-3", "formant": "0.92", "pace": "0.9"}
    assert client.get(f"/recording/{anna}/bent", params=shape).headers["content-type"] == "audio/flac"
    assert client.get(f"/recording/{anna}/bent?semitones=high").status_code == 409
    client.post(f"/recording/{anna}/bend", json={**shape, "label": "Old Anna"})
    (character,) = production.voice_desk.voice(anna).characters
    client.post(f"/recording/{anna}/unbend", json={"name": character.name})
    assert production.voice_desk.voice(anna).characters == ()


def test_a_voice_leaves_as_a_sealed_file_and_the_receipt_as_json(client: TestClient, anna: str) -> None:
    sealed = client.post(f"/recording/{anna}/parcel", data={"passphrase": "seven grey geese"})
    assert sealed.content.startswith(b"VOXVOICE1") and "anna-lind.voxvoice" in sealed.headers["content-disposition"]
    assert client.post(f"/recording/{anna}/parcel", data={"passphrase": "x"}).status_code == 409
    assert client.get(f"/recording/{anna}/receipt").json()["kind"].startswith("voxfolio consent")
    header = {"X-Passphrase": b"seven grey geese".hex()}
    again = client.post("/recording/parcel", content=sealed.content, headers=header)
    assert "here already" in again.json()["trouble"]


def test_a_data_set_is_made_and_downloaded(client: TestClient, anna: str) -> None:
    assert client.get(f"/recording/{anna}/dataset.zip").status_code == 404
    finish(client, f"/recording/{anna}", client.post(f"/recording/{anna}/dataset", json={}).json())
    assert client.get(f"/recording/{anna}/dataset.zip").content.startswith(b"PK")


def test_deeds_there_are_not_are_refused(client: TestClient, anna: str) -> None:
    assert "no such thing" in client.post(f"/recording/{anna}/explode", json={}).json()["trouble"]


# --- said early, lost never --------------------------------------------------------------------------------------


def test_what_is_missing_is_said_before_anything_is_read(client: TestClient, anna: str) -> None:
    assert "Still missing on this computer" in client.get("/recording").text
    for step in ("microphone", "reading"):
        assert 'id="fetch-recogniser"' in client.get(f"{begin(client, 'Ellis Poe')}?step={step}").text
    page = client.get(f"/recording/{anna}?step=consent").text
    assert 'id="fetch-recogniser"' in page and 'id="show-statement"' not in page


def test_what_hears_the_consent_is_fetched_while_somebody_reads(
    client: TestClient, production: Production, anna: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = threading.Event()

    def get(name: str, on_progress: OnProgress, should_stop: ShouldStop, token: str = "") -> None:
        on_progress(Progress("fetching", 30.0, 100.0))
        done.wait(20)

    monkeypatch.setattr(production.engine_desk, "get", get)
    told = client.post(f"/recording/{anna}/fetch", json={"step": "reading"}).json()
    assert "Being fetched" in told["replace"]["#missing"]
    work = re.search('data-work="([^"]+)"', client.get(f"/recording/{anna}?step=consent").text)
    assert work and client.get(f"/recording/{anna}/work/{work[1]}").json()["busy"]
    done.set()
    assert finish(client, f"/recording/{anna}", {"work": work[1]})["again"]


def test_a_guest_is_told_that_the_studio_cannot_hear_and_can_fetch_nothing(client: TestClient, guest: str) -> None:
    page = client.get("/guest", params={"token": guest}).text
    assert "tell who sent you the link" in page and "fetch-recogniser" not in page


def test_a_voice_from_another_studio_can_be_brought_on_the_first_page(client: TestClient) -> None:
    page = client.get("/recording").text
    assert "data-parcel" in page and 'name="parcel"' in page and 'name="passphrase"' in page


def test_clips_are_looked_at_and_deleted_before_the_consent(client: TestClient, production: Production) -> None:
    base = begin(client, "Tom Early")
    answer = client.post(f"{base}/upload", params={"file": "t.wav"}, content=wav(read_aloud("hazel", OTHER_READING)))
    told = finish(client, base, answer.json())
    assert "Look at the 1 clip so far" in told["replace"][".way-on"]  # type: ignore[index]
    page = client.get(f"{base}?step=result").text
    assert "Not ready" in page and 'id="remove"' in page and "Go on to the reading" in page
    (sample,) = production.voice_desk.voice(base.rsplit("/", 1)[1]).samples
    assert f'data-ids="{sample.id}"' in page
    assert client.post(f"{base}/forget", json={"ids": sample.id, "redraw": "yes"}).json() == {"again": True}
    assert not sample.path.exists()


def test_a_voice_with_nothing_recorded_can_be_removed(client: TestClient, production: Production) -> None:
    base = begin(client, "Miss Take")
    assert 'id="remove"' in client.get(base).text
    assert client.post(f"{base}/remove", json={}).json()["go"] == "/voices"
    assert base.rsplit("/", 1)[1] not in [voice.row.name for voice in production.voice_desk.voices()]


def test_another_persons_recording_is_pointed_out_at_once(client: TestClient) -> None:
    base = begin(client, "One Person")
    cards = [
        str(finish(client, base, client.post(f"{base}/upload", content=wav(read_aloud(reader, text))).json())["html"])
        for reader, text in (("hazel", READING), ("hazel", OTHER_READING), ("bruno", READING))
    ]
    assert ["Another voice?" in card for card in cards] == [False, False, True]


def test_what_came_of_work_is_told_to_the_next_page_when_nobody_saw_it() -> None:
    works = Works()
    started = str(works.start("anna", lambda report: {"again": True})["work"])
    while works._works[started].answer is None:
        time.sleep(0.01)
    assert works.find_busy("anna") == started and works.find_busy("peter") == ""
    assert works.tell(started)["again"]
    assert works.find_busy("anna") == ""
    works.close()


def test_without_an_engine_the_voice_says_so_and_leads_there(client: TestClient, anna: str) -> None:
    page = client.get(f"/recording/{anna}?step=result").text
    assert 'id="no-engine"' in page and 'href="/engines"' in page and 'id="trial-words"' not in page


def test_a_consent_is_shown_to_whoever_comes_back_to_its_step(client: TestClient, anna: str) -> None:
    page = client.get(f"/recording/{anna}?step=consent").text
    assert "There is a consent until" in page and not re.search(r"until \d{4}-\d\d", page)


def test_marks_are_explained_in_words() -> None:
    places = (BadPlace(0.5, 2.04, "reverberation"), *(BadPlace(each, each, "clipping") for each in range(6)))
    told = show_legend(Scorecard(Verdict.AMBER, (), (), places, ((1.0, 4.0),)))
    assert "<b>the room sounds along</b> from 0.5 to 2.0 s" in told
    assert "and 2 more" in told and "<b>worth keeping</b> from 1.0 to 4.0 s" in told


def test_the_best_three_clips_are_named_once_there_are_more(tmp_path: Path) -> None:
    def clip(number: int, verdict: Verdict, score: float, seconds: float = 6.0, chosen: bool = True) -> Sample:
        card = Scorecard(verdict, (Measure("listening score", score, "of 5", verdict, ""),), ())
        return Sample(str(number), tmp_path / f"{number}.flac", "", seconds, scorecard=card, chosen=chosen)

    clips = [
        clip(1, Verdict.GREEN, 3.0), clip(2, Verdict.AMBER, 3.4), clip(3, Verdict.GREEN, 3.3),
        clip(4, Verdict.GREEN, 3.4, chosen=False), clip(5, Verdict.GREEN, 3.4, 2.0),
        clip(6, Verdict.GREEN, 2.9),
    ]  # fmt: skip
    assert find_best(clips, {}) == {"1", "3", "6"}
    assert find_best(clips[:3], {}) == set()


# --- guests ------------------------------------------------------------------------------------------------------


@pytest.fixture
def guest(client: TestClient, production: Production) -> str:
    return production.voice_desk.invite(production.voice_desk.begin("Nora Far"))


def test_a_guest_sees_the_walk_and_nothing_of_the_studio(client: TestClient, guest: str, anna: str) -> None:
    page = client.get("/guest", params={"token": guest}).text
    assert "Hello, Nora Far" in page and "voiceprint" in page
    for secret in ("Anna", "/recording/", "/voices", "/manuscript", "All voices"):
        assert secret not in page


@pytest.mark.parametrize("deed", ["revoke", "remove", "invite", "parcel", "choose", "review", "dataset", "bend"])
def test_a_guest_can_do_nothing_but_record(client: TestClient, guest: str, deed: str) -> None:
    assert client.post(f"/guest/{deed}", params={"token": guest}, json={}).status_code in (404, 405)


def test_a_guest_hears_no_other_voice(client: TestClient, guest: str, anna: str, production: Production) -> None:
    id_ = production.voice_desk.voice(anna).samples[0].id
    assert client.get(f"/guest/sample/{id_}", params={"token": guest}).status_code == 404


@pytest.mark.parametrize("token", ["", "guessed", "x" * 4000])
def test_a_link_that_is_none_opens_nothing(client: TestClient, token: str) -> None:
    answer = client.get("/guest", params={"token": token})
    assert answer.status_code == 404 and "Ask who sent it to you" in answer.text
    assert "trouble" in client.post("/guest/terms", params={"token": token}, json={}).json()


def test_a_spent_link_says_so(client: TestClient, guest: str, production: Production) -> None:
    production.voice_desk.close_invitation(guest)
    assert "was used already" in client.get("/guest", params={"token": guest}).text


def test_an_invitation_is_a_link_for_this_voice(client: TestClient, anna: str, production: Production) -> None:
    html = client.post(f"/recording/{anna}/invite", json={"project": []}).json()["html"]
    token = re.search(r"token=([\w-]+)", html)
    assert token and production.voice_desk.open_invitation(token[1]) == anna


# --- small things ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("../../etc/passwd", "recording.wav"),
        ("C:\\Users\\a\\take 1.mp3", "take 1.mp3"),
        ("a\0b.wav", "a_b.wav"),
        ("", "recording.wav"),
        (".wav", "recording.wav"),
        ("été (2).m4a", "été (2).m4a"),
    ],
)
def test_a_files_name_is_never_a_path(name: str, safe: str) -> None:
    assert name_safely(name) == safe
    assert Path(name_safely(name)).name == name_safely(name)
