"""The Engines page: what stands on it, and what its buttons do."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from types import SimpleNamespace
from unittest.mock import patch

import pytest

from engine.errors import NotFound
from studio.engine_comparing import Comparer
from studio.pages.engines import EnginesPage
from tests.engines.conftest import WEIGHTS
from tests.studio.conftest import Visitor

HOSTILE = "<script>alert(1)</script>"


@pytest.fixture
def page(production):
    return Visitor(EnginesPage(production))


def test_every_engine_stands_there_with_what_it_needs(page, card):
    shown = page.open()
    engines = shown["engines"]
    for words in (
        "XTTS v2",
        "Pocket TTS",
        "Kokoro",
        "hibari",
        "python3 launch.py add xtts",
        "28 of its own",
        "Whisper",
    ):
        assert words in engines
    assert engines.count('class="mark ready"') == 1 and "For private, unpaid use only." in engines
    assert "graphics card" in shown["heading"] and "Back to the book" not in shown["heading"]


def test_a_model_is_got_only_after_its_licence_is_accepted(page, card, settings):
    before = page.open()["engines"]
    assert "accept-beeps" in before and "get-beeps" not in before and "Patent Defense" in before
    accepted = page.press("accept", {"name": "beeps", "value": "Ada <b>"})
    assert "get-beeps" in accepted["engines"] and "Ada &lt;b&gt;" in accepted["engines"]
    shown = page.press("get", {"name": "beeps"})
    for _ in range(300):
        if "remove-beeps" in (shown := page.open())["engines"]:
            break
        time.sleep(0.02)
    assert "downloaded" in shown["engines"]
    assert (settings.models / "beeps" / "weights.bin").read_bytes() == WEIGHTS
    assert "is deleted" in page.press("remove", {"name": "beeps"})["notice"]


def test_an_empty_name_accepts_nothing(page, card, desk):
    assert "type your name" in page.press("accept", {"name": "beeps", "value": " "})["notice"]
    assert not desk.model("beeps").accepted


def test_a_failed_download_is_told_where_the_model_stands(page, card, desk, server):
    server.refuse = 404
    desk.accept("beeps", "Ada")
    page.press("get", {"name": "beeps"})
    for _ in range(300):
        if "no longer" in page.open()["engines"]:
            break
        time.sleep(0.02)
    assert "no longer" in page.open()["engines"] and "get-beeps" in page.open()["engines"]


def test_a_download_shows_how_far_it_is_and_can_be_stopped(page, card, desk, server, monkeypatch):
    monkeypatch.setattr("engine.narration.downloads.TRIES", 10_000)
    server.refuse = 503
    desk.accept("beeps", "Ada")
    shown = page.press("get", {"name": "beeps"})["engines"]
    assert 'data-act="stop" data-name="beeps"' in shown and "<progress" in shown
    for _ in range(300):
        watched = page.read(page.page.watch(shown, ""))
        if "Trying again" in watched["engines"]:
            break
        time.sleep(0.02)
    assert "stop-beeps" in watched["engines"] and "the server answers 503. Trying again." in watched["engines"]
    page.press("stop", {"name": "beeps"})
    for _ in range(300):
        if "stop-beeps" not in page.open()["engines"]:
            break
        time.sleep(0.02)
    assert page.page.watch(page.open()["engines"], "") == {}


def test_a_model_is_brought_from_a_folder(page, card, desk, tmp_path):
    desk.accept("beeps", "Ada")
    (tmp_path / "stick").mkdir()
    assert "does not hold Beeps" in page.press("bring", {"name": "beeps", "value": str(tmp_path / "stick")})["notice"]
    (tmp_path / "stick" / "weights.bin").write_bytes(WEIGHTS)
    assert "is here" in page.press("bring", {"name": "beeps", "value": f' "{tmp_path / "stick"}" '})["notice"]


def test_models_of_makers_who_want_to_be_asked_are_led_through(page, desk):
    desk.accept("pocket-tts", "Ada")
    shown = page.open()["engines"]
    assert "huggingface.co/kyutai/pocket-tts" in shown and "Your access token" in shown
    assert "cannot speak with a recorded voice" in shown


def test_what_recorded_voices_speak_with_is_chosen_where_there_is_a_choice(page, desk):
    assert "speak-with" not in page.open()["engines"]
    states = [replace(state, installed=True, models=()) for state in desk.engines()]
    with patch.object(type(desk), "engines", lambda _desk: states):
        shown = page.open()["engines"]
        assert "(now Pocket TTS)" in shown and "Pocket TTS: English" in shown and "XTTS v2: 17 languages" in shown
        assert "What XTTS v2 speaks is for private use only." in shown
        shown = page.press("choose", {"name": "", "value": "xtts"})
    assert desk.chosen_engine() == "xtts" and 'value="xtts" selected' in shown["engines"]
    assert "only with one of" in page.press("choose", {"name": "", "value": HOSTILE})["notice"]


def test_an_engine_whose_model_is_looked_at_says_so(page, desk):
    states = [replace(state, looking=state.card.name == "xtts") for state in desk.engines()]
    with patch.object(type(desk), "engines", lambda _desk: states):
        assert page.open()["engines"].count("Looking at its model") == 1


def test_an_unknown_model_is_a_sentence(page):
    assert "There is no model" in page.press("get", {"name": HOSTILE})["notice"]
    assert HOSTILE not in page.press("get", {"name": HOSTILE})["notice"]


def test_the_table_shows_what_has_come_and_never_what_it_does_not_name(page, desk):
    folder = desk.comparison_folder
    folder.mkdir(parents=True)
    rows = [
        {"engine": "hibari", "voice": "hazel", "label": HOSTILE, "file": "hibari-hazel.wav", "seconds": 3.0,
         "times_real_time": 31.24, "similarity": None, "predicted_score": 3.3, "licence": "Apache-2.0",
         "publishable": True, "needs": "", "trouble": ""},
        {"engine": "xtts", "voice": "ada", "label": "Ada", "file": None, "trouble": "The model is not here."},
    ]  # fmt: skip
    (folder / "comparison.json").write_text(json.dumps({"lines": [HOSTILE], "voices": rows, "total": 2}), "utf-8")
    (folder / "hibari-hazel.wav").write_bytes(b"RIFF")
    shown = page.open()["comparison"]
    assert "31.2" in shown and "3.30" in shown and "The model is not here." in shown and HOSTILE not in shown
    assert 'data-sound="/media/comparison/hibari-hazel.wav"' in shown
    comparer = Comparer(page.page.production.settings, folder)
    assert comparer.find_sound("hibari-hazel.wav").is_file()
    for name in ("comparison.json", "../studio.db", "", "ada"):
        with pytest.raises(NotFound):
            comparer.find_sound(name)


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"voices": 3}', "not json"])
def test_a_damaged_result_is_no_table(page, desk, content):
    desk.comparison_folder.mkdir(parents=True)
    (desk.comparison_folder / "comparison.json").write_text(content, encoding="utf-8")
    assert "<table" not in page.open()["comparison"] and "compare" in page.open()["comparison"]


def test_a_comparison_runs_beside_the_page_and_tells_when_it_fails(page, monkeypatch):
    comparer = page.page.comparer
    monkeypatch.setattr("studio.engine_comparing.sys.executable", "/no/such/python")
    assert "foresee" in page.press("compare", {"text": "Hello."})["notice"]
    monkeypatch.undo()
    process = SimpleNamespace(
        stderr=SimpleNamespace(read=lambda: "loading\nThere is nothing to say.\n"), wait=lambda: 1
    )
    comparer._watch(process)
    assert "There is nothing to say." in page.open()["comparison"]
