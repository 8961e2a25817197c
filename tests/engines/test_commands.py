"""`voxfolio models`, `add` and `compare`."""

from __future__ import annotations

import json
import sys
from contextlib import nullcontext
from dataclasses import replace
from types import SimpleNamespace
from unittest.mock import patch

import pytest

from engine.errors import EmptyManuscript, LicenceNotAccepted, ModelError, NotFound, SynthesisError
from engine.narration.machine import GraphicsCard, Machine
from studio import engine_setup
from studio.compare_command import add_compare_options, find_lines, print_comparison
from studio.engine_setup import (
    SetupTrouble,
    add_engine,
    add_engine_options,
    explain_pip,
    has_torch,
    offer_engine,
    plan_torch,
)
from studio.models_command import add_models_options, run_models
from tests.engines.conftest import WEIGHTS
from tests.fakes import FAKE_VOICE, FakeSynthesizer, plug_in

CARD = GraphicsCard("GeForce RTX 4090", 24_000, "590.10", 8.9, 23_000)
WITH_CARD, WITHOUT = Machine(CARD, 64.0, 16), Machine(None, 8.0, 2)


# --- models -------------------------------------------------------------------------------------------------------


@pytest.fixture
def models(command, settings, capsys):
    """Run `voxfolio models` with these words: what it told on standard output and error."""

    def run(*words):
        run_models(command(add_models_options, *words), settings)
        told = capsys.readouterr()
        return told.out, told.err

    return run


def test_models_are_listed_with_their_licences(models, card):
    out, _ = models("list")
    assert "xtts-v2" in out and "(to be accepted)" in out and "1,868 MB" in out
    listed = {model["name"]: model for model in json.loads(models("list", "--json")[0])["models"]}
    assert listed["beeps"]["needs_acceptance"] and not listed["beeps"]["here"] and listed["kokoro-82m"]["bytes"] > 1e8


def test_a_model_is_got_after_its_licence_is_shown_and_accepted(models, card, settings):
    with pytest.raises(LicenceNotAccepted, match="--accept-licence"):
        models("get", "beeps")
    out, err = models("get", "beeps", "--accept-licence", "Ada Lovelace", "--json")
    assert "Patent Defense" in err and "Accepted by Ada Lovelace" in err
    told = json.loads(out)
    assert told["usable"] and told["as_published"] and told["accepted_by"] == "Ada Lovelace"
    assert (settings.models / "beeps" / "weights.bin").read_bytes() == WEIGHTS


def test_a_licence_is_asked_for_at_a_terminal(models, card, monkeypatch):
    answers = iter(["\n", "Grace\n"])
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(isatty=lambda: True, readline=lambda: next(answers)))
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    with pytest.raises(LicenceNotAccepted, match="was not accepted"):
        models("get", "beeps")
    assert "Grace" in models("get", "beeps")[1]


def test_a_model_is_brought_and_removed(models, card, tmp_path):
    (tmp_path / "stick").mkdir()
    (tmp_path / "stick" / "weights.bin").write_bytes(WEIGHTS + b"trained further")
    out, err = models("import", "beeps", tmp_path / "stick", "--accept-licence", "Ada")
    assert "not the published ones" in err and "is in" in out
    assert models("remove", "beeps")[0].startswith("Beeps is deleted; 0 MB are free again.")
    assert models("remove", "beeps")[0] == "Beeps was not here.\n"


def test_what_recorded_voices_speak_with_is_chosen(models, production):
    with patch("studio.cli.opened_production", lambda _settings: nullcontext(production)):
        assert "speak with xtts from now on. It needs “python3 launch.py add xtts”" in models("choose", "XTTS")[0]
        assert production.engine_desk.chosen_engine() == "xtts"
        assert json.loads(models("choose", "best", "--json")[0])["speaking"] == "pocket"
        with pytest.raises(NotFound, match="only with one of"):
            models("choose", "hibari")


@pytest.mark.parametrize(
    "words", [["get"], ["choose"], ["list", "beeps"], ["import", "beeps"], ["remove"], ["fly", "beeps"]]
)
def test_missing_words_are_answered_with_the_usage(models, words, capsys):
    with pytest.raises(SystemExit):
        models(*words)
    assert "usage" in capsys.readouterr().err


@pytest.mark.parametrize("content", ["", "two words", "ключ"])
def test_a_file_without_a_token_is_a_sentence(models, card, tmp_path, content):
    (tmp_path / "token").write_text(content, encoding="utf-8")
    with pytest.raises(ModelError, match="no access token"):
        models("get", "beeps", "--accept-licence", "Ada", "--token-file", tmp_path / "token")
    with pytest.raises(ModelError, match="cannot be read"):
        models("get", "beeps", "--accept-licence", "Ada", "--token-file", tmp_path / "nowhere")


# --- add ----------------------------------------------------------------------------------------------------------


class Pip:
    """Stands in for pip: notes what it is asked and fails as it is told."""

    def __init__(self, **failures: str) -> None:
        self.asked: list[list[str]] = []
        self.failures = failures

    def __call__(self, arguments, log):
        self.asked.append(list(arguments))
        joined = " ".join(arguments)
        return next((said for part, said in self.failures.items() if part in joined), None)


@pytest.fixture
def add(command, settings, tmp_path, monkeypatch):
    """Run `voxfolio add` on a machine, with a stand-in for pip."""
    (tmp_path / "root").mkdir()
    (tmp_path / "root" / "requirements-xtts.lock").write_text("something==1\n", encoding="utf-8")
    monkeypatch.setattr(engine_setup, "ROOT", tmp_path / "root")
    monkeypatch.setattr(engine_setup, "_is_installed", lambda _package: False)
    monkeypatch.setattr(engine_setup, "has_torch", lambda _machine: False)

    def run(pip, machine, *words):
        with (
            patch("engine.narration.machine.look_at_machine", lambda: machine),
            patch.object(engine_setup, "run_pip", pip),
        ):
            add_engine(command(add_engine_options, *(words or ["xtts"])), settings)
        return pip.asked

    return run


def test_without_a_graphics_card_the_small_pytorch_is_tried_first(add):
    torch, others = add(Pip(), WITHOUT)
    assert f"{engine_setup.TORCH_PLACES}/cpu" in torch and "10" in torch
    assert "--require-hashes" in others and any("requirements-xtts.lock" in word for word in others)


def test_when_its_place_is_not_reached_pytorch_comes_from_the_package_index(add):
    asked = add(Pip(**{"whl/cpu": "ConnectTimeout"}), WITHOUT)
    assert len(asked) == 3 and asked[1] == ["torch==2.13.0"]


def test_with_a_graphics_card_pytorch_is_the_build_for_it(add):
    assert add(Pip(), WITH_CARD)[0] == ["torch==2.13.0"]
    (windows,) = plan_torch(WITH_CARD, "win32")
    assert "https://download.pytorch.org/whl/cu130" in windows.options
    (mac,) = plan_torch(WITHOUT, "darwin")
    assert not any("index" in option for option in mac.options)


def test_a_card_with_an_old_driver_is_told_of_and_not_counted_on(add, capsys):
    from dataclasses import replace

    old = Machine(replace(CARD, driver="470.1"), 64.0, 16)
    assert "whl/cpu" in " ".join(add(Pip(), old)[0])
    assert "driver" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ("No space left on device", "disk became full"),
        ("THESE PACKAGES DO NOT MATCH THE HASHES", "not the one Voxfolio was tested with"),
        ("NewConnectionError: name resolution", "was not reached"),
        ("error: externally-managed-environment", "launch.py"),
        ("No matching distribution found for torch==2.13.0", "no ready-made torch"),
        ("something new", "something new"),
        ("", "nothing"),
    ],
)
def test_what_pip_says_is_told_in_a_sentence(tmp_path, said, sentence):
    assert sentence in explain_pip(said, tmp_path / "log")


def test_a_failure_of_the_other_packages_is_a_sentence(add):
    with pytest.raises(SetupTrouble, match="was not reached"):
        add(Pip(**{"require-hashes": "Connection refused"}), WITHOUT)
    with pytest.raises(SetupTrouble, match="disk became full"):
        add(Pip(torch="No space left on device"), WITHOUT)


def test_a_disk_without_room_is_told_before_anything_is_fetched(add, monkeypatch):
    pip = Pip()
    monkeypatch.setattr(engine_setup.shutil, "disk_usage", lambda _path: SimpleNamespace(free=10_000_000))
    with pytest.raises(SetupTrouble, match="Make room"):
        add(pip, WITHOUT)
    assert not pip.asked


def test_a_dry_run_changes_nothing(add, capsys):
    assert add(Pip(), WITH_CARD, "xtts", "--dry-run") == []
    assert "2,660 MB" in capsys.readouterr().err


def test_kokoro_needs_only_its_model(add, capsys):
    assert add(Pip(), WITHOUT, "kokoro") == []
    assert "models get kokoro-82m" in capsys.readouterr().err


def test_a_copy_without_the_list_of_packages_is_a_sentence(add):
    with pytest.raises(SetupTrouble, match=r"pip install 'voxfolio\[pocket\]'"):
        add(Pip(), WITHOUT, "pocket")


def test_the_real_pip_is_asked_and_its_words_are_kept(tmp_path):
    said = engine_setup.run_pip(["--no-index", "no-such-package-at-all"], tmp_path / "log")
    assert said and "No matching distribution" in said
    assert "no-such-package-at-all" in (tmp_path / "log").read_text(encoding="utf-8")


def test_pytorch_is_right_when_it_fits_the_machine():
    with patch.object(engine_setup, "version", lambda _name: "2.13.0+cpu"):
        assert has_torch(WITHOUT) and not has_torch(WITH_CARD)
    with patch.object(engine_setup, "version", lambda _name: "2.13.0"):
        assert has_torch(WITH_CARD)
    with patch.object(engine_setup, "version", lambda _name: "2.1.0"):
        assert not has_torch(WITHOUT)


def test_xtts_is_offered_once_there_is_a_graphics_card(desk):
    with patch("engine.narration.machine.look_at_machine", lambda: WITH_CARD):
        assert "RTX 4090" in offer_engine() and "add xtts" in offer_engine()
    with patch("engine.narration.machine.look_at_machine", lambda: WITHOUT):
        assert offer_engine() == ""


# --- compare ------------------------------------------------------------------------------------------------------


@pytest.fixture
def compare(command, settings, production, capsys):
    def run(*words):
        with patch("studio.cli.opened_production", lambda _settings: nullcontext(production)):
            print_comparison(command(add_compare_options, *words), settings)
        return capsys.readouterr().out

    return run


def test_the_same_lines_are_said_in_each_voice_and_measured(compare, tmp_path):
    folder = tmp_path / "side by side"
    told = json.loads(
        compare("--text", "Who is there?\nOnly the wind.", "--voices", "hazel", "edwin", "-o", folder, "--json")
    )
    assert told["lines"] == ["Who is there?", "Only the wind."] and told["recommendation"]
    assert [row["voice"] for row in told["voices"]] == ["hazel", "edwin"]
    for row in told["voices"]:
        assert (folder / row["file"]).stat().st_size > 10_000 and row["seconds"] > 1.0 and row["times_real_time"] > 0.5
        assert 1.0 <= row["predicted_score"] <= 5.0 and row["similarity"] is None and not row["trouble"]
        assert row["licence"] == "Apache-2.0" and row["publishable"] and row["needs"]
    assert json.loads((folder / "comparison.json").read_text(encoding="utf-8")) == told
    assert "| hibari | Hazel |" in (folder / "comparison.md").read_text(encoding="utf-8")


def test_a_voice_that_cannot_say_a_line_says_why_and_the_others_go_on(compare, tmp_path):
    out = compare("--text", "Лампа погасла.", "--voices", "hazel", "bruno", "-o", tmp_path / "o")
    assert out.count("cannot be said by hibari") == 2 and "| hibari | Bruno | - | - | - |" in out


def test_a_text_without_words_is_a_sentence(compare, tmp_path):
    with pytest.raises(EmptyManuscript, match="nothing to say"):
        compare("--text", "…\n***", "-o", tmp_path / "o")


def test_without_a_text_lines_of_ours_are_said(compare, tmp_path):
    told = json.loads(compare("--voices", "hazel", "-o", tmp_path / "o", "--json"))
    assert len(told["lines"]) == 4 and told["voices"][0]["seconds"] > 8


def test_lines_in_another_language_are_said_by_those_who_speak_it(compare, tmp_path):
    words = ("--text", "Wer ist da?", "--language", "de-AT", "-o", tmp_path / "o", "--json")
    (hazel,) = json.loads(compare(*words, "--voices", "hazel"))["voices"]
    assert hazel["trouble"] == "It does not speak the language of these lines, “de-AT”." and hazel["file"] is None
    german = FakeSynthesizer()
    german.card = replace(german.card, languages=("de",), publishable=False)
    asked = []
    real = german.speak
    german.speak = lambda requests: asked.extend(requests) or real(requests)
    with plug_in(german), patch("engine.engine_desk.EngineDesk.voices", lambda _desk, _name: [FAKE_VOICE]):
        (fake,) = json.loads(compare(*words, "--engines", "fake"))["voices"]
    assert fake["file"] and [request.language for request in asked] == ["de"] and not fake["publishable"]


def test_the_first_lines_of_a_book_are_in_its_language(command):
    line = SimpleNamespace(segment=SimpleNamespace(said="Es war Nacht."))
    book = SimpleNamespace(slug="nacht", language="de")
    production = SimpleNamespace(
        books=lambda: [book],
        chapters=lambda _slug: [SimpleNamespace(include=True, id=1)],
        line_desk=SimpleNamespace(lines=lambda *_: [line] * 3),
    )
    options = command(add_compare_options, "nacht", "-o", "o")
    with patch("studio.cli.find_project", lambda *_: book):
        assert find_lines(production, options) == (["Es war Nacht."] * 3, "de")


def test_a_voice_that_cannot_speak_is_not_said_to_be_publishable(compare, tmp_path):
    silent = FakeSynthesizer()
    silent.card = replace(silent.card, publishable=False)
    with (
        plug_in(silent),
        patch("engine.engine_desk.EngineDesk.voices", lambda _desk, _name: [FAKE_VOICE]),
        patch.object(silent, "speak", side_effect=SynthesisError("The memory is full.")),
    ):
        (row,) = json.loads(compare("--text", "Who?", "--engines", "fake", "-o", tmp_path / "o", "--json"))["voices"]
    assert row["trouble"] == "The memory is full." and not row["publishable"]
