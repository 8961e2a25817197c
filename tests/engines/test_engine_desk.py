"""What can speak here, with what, and which to take."""

from __future__ import annotations

import json
import os
import pickle
import re
import threading
import time
import zipfile
from dataclasses import replace
from pathlib import Path
from unittest.mock import patch

import pytest

from engine import engine_desk as desk_file
from engine.engine_desk import EngineDesk, recommend_engine
from engine.errors import LicenceNotAccepted, ModelError, ModelMissing, NotFound, SynthesisError
from engine.narration import models as models_file
from engine.narration import synthesizer as synthesizer_file
from engine.narration.machine import GraphicsCard, Machine, find_card, look_again, measure_memory_gb, read_card_line
from engine.narration.model_list import MODELS
from engine.narration.models import recall_sha256
from engine.narration.synthesizer import ENGINES, Engine, engine_cards, load_synthesizer
from engine.settings import read_settings
from engine.voices.presets import ShippedOnly
from tests.engines.conftest import AllowAll
from tests.fakes import FakeSynthesizer

CARD = GraphicsCard("GeForce RTX 4090", 24_000, "590.10", 8.9, 23_000)


def wait_until_over(desk, name="beeps"):
    for _ in range(500):
        fetching = desk.fetching(name)
        if fetching and fetching.over:
            return fetching
        time.sleep(0.02)
    raise AssertionError("the download does not end")


def test_an_engine_is_ready_when_its_packages_and_its_model_are_here(desk, card):
    state = {engine.card.name: engine for engine in desk.engines()}
    assert state["hibari"].ready and not state["xtts"].installed and not state["kokoro"].ready
    assert state["kokoro"].installed and not state["fake"].ready
    assert desk.ready() == ["hibari"]
    desk.accept("beeps", "Ada")
    desk.begin("beeps")
    assert not wait_until_over(desk).trouble
    assert desk.ready() == ["hibari", "fake"]
    assert desk.remove("beeps") > 0 and desk.ready() == ["hibari"]


def test_a_download_that_fails_says_why_and_can_be_begun_again(desk, card, server):
    desk.begin("beeps")
    assert "licence" in wait_until_over(desk).trouble
    desk.accept("beeps", "Ada")
    server.refuse = 404
    desk.begin("beeps")
    assert "no longer" in wait_until_over(desk).trouble
    server.refuse = 0
    desk.begin("beeps")
    assert not wait_until_over(desk).trouble and desk.model("beeps").usable


def test_a_download_is_stopped_from_elsewhere(desk, card, server):
    server.refuse = 503  # it would try for a long time
    desk.accept("beeps", "Ada")
    with patch("engine.narration.downloads.TRIES", 1000):
        desk.begin("beeps")
        desk.begin("beeps")
        desk.stop("beeps")
        assert not wait_until_over(desk).trouble


def test_a_large_model_is_copied_beside_the_page_and_can_be_stopped(desk, card, tmp_path, monkeypatch):
    stick = tmp_path / "stick"
    stick.mkdir()
    (stick / "weights.bin").write_bytes(b"weights " * 40_000)
    desk.accept("beeps", "Ada")
    monkeypatch.setattr(desk_file, "BRING_WAIT_S", 0.01)
    monkeypatch.setattr(models_file, "CHUNK", 8)  # a slow stick
    assert not desk.begin_bringing("beeps", stick) and desk.fetching("beeps").progress.station == "copying"
    assert not desk.begin_bringing("beeps", stick)  # asking twice is asking once
    desk.stop("beeps")
    assert not wait_until_over(desk).trouble and not desk.model("beeps").here
    monkeypatch.undo()
    assert desk.begin_bringing("beeps", stick) and desk.model("beeps").usable
    with pytest.raises(ModelError, match="There is no folder"):
        desk.begin_bringing("beeps", tmp_path / "nowhere")


def test_recorded_voices_are_offered_by_engines_that_clone(desk, recorded):
    assert [voice.engine for voice in desk.voices("xtts")] == ["xtts"]
    assert [voice.name for voice in desk.voices("pocket")] == ["ada"] and desk.voices("pocket")[0].engine == "pocket"
    assert len(desk.voices("kokoro")) == 28 and len(desk.voices("hibari")) == 8


def test_recorded_voices_speak_with_the_best_engine_there_is(desk):
    states = {state.card.name: state for state in desk.engines()}

    def with_ready(*names: str) -> str:
        made = [
            replace(states[name], installed=name in names, models=() if name in names else states[name].models)
            for name in ("xtts", "pocket")
        ]
        with patch.object(type(desk), "engines", lambda _desk: made):
            return desk.cloning_engine()

    assert with_ready() == "pocket" and with_ready("pocket") == "pocket"
    assert with_ready("xtts") == "xtts" and with_ready("xtts", "pocket") == "pocket"  # there is no graphics card
    with patch("engine.engine_desk.look_at_machine", lambda: Machine(CARD, 64.0, 16)):
        assert with_ready("xtts", "pocket") == "xtts" and with_ready() == "xtts"
    assert desk.cloning_engine("de") == "xtts"  # none is ready: the one to get, which speaks the language


def make_states(desk, *ready: str):
    """The engines as if these were ready, with the cards they have then."""
    states = {state.card.name: state for state in desk.engines()}
    return [
        replace(states[name], installed=name in ready, models=() if name in ready else states[name].models)
        for name in ("xtts", "pocket")
    ]


def test_a_recorded_voice_reads_a_book_with_an_engine_that_speaks_its_language(desk, recorded):
    both, english = make_states(desk, "xtts", "pocket"), make_states(desk, "pocket")
    with patch.object(type(desk), "engines", lambda _desk: both):
        assert desk.cloning_engine("en-GB") == "pocket" and desk.cloning_engine("de") == "xtts"
        assert desk.fit_voice(recorded, "de-AT").engine == "xtts" and desk.fit_voice(recorded, "en").engine == "pocket"
        assert desk.cloning_engine("sv") == "pocket"  # which then says that it does not speak Swedish
    shipped = desk.voices("hibari")[0]
    assert desk.fit_voice(shipped, "de") is shipped
    with patch.object(type(desk), "engines", lambda _desk: english):
        assert desk.cloning_engine("de") == "pocket"


def test_a_person_chooses_what_recorded_voices_speak_with(desk, settings, recorded):
    both = make_states(desk, "xtts", "pocket")
    with patch.object(type(desk), "engines", lambda _desk: both):
        desk.choose_engine("xtts")
        assert desk.chosen_engine() == desk.cloning_engine() == "xtts"
        assert EngineDesk(settings, AllowAll, lambda: [recorded]).cloning_engine() == "xtts"  # another process, too
        desk.choose_engine("pocket")
        assert desk.cloning_engine("en") == "pocket" and desk.cloning_engine("de") == "xtts"
        desk.choose_engine("")
        assert desk.chosen_engine() == "" and desk.cloning_engine() == "pocket"
    with pytest.raises(NotFound, match="only with one of: xtts, pocket"):
        desk.choose_engine("kokoro")
    (settings.models / "chosen.json").write_text("[]", encoding="utf-8")
    assert desk.chosen_engine() == ""


def test_what_has_to_go_with_what_an_engine_speaks(desk):
    assert "coqui.ai/cpml.txt" in desk.notice("xtts") and "Kyutai" in desk.notice("pocket")
    assert desk.notice("hibari") == desk.notice("kokoro") == ""


def test_voices_to_compare_are_those_that_can_speak(desk):
    assert {voice.engine for voice in desk.choose_voices()} == {"hibari"}
    assert [voice.name for voice in desk.choose_voices(voices=["Hazel", "bruno"])] == ["hazel", "bruno"]
    with patch.object(type(desk), "ready", lambda _desk: ["hibari", "kokoro"]):
        assert [voice.engine for voice in desk.choose_voices()[:4]] == ["hibari", "kokoro"] * 2
        assert len(desk.choose_voices()) == 8 + 28
    with pytest.raises(NotFound, match=r"“nobody”.*hazel"):
        desk.choose_voices(voices=["nobody"])
    with pytest.raises(NotFound, match=r"cannot speak here yet\. It needs .*add xtts” and then .*models get xtts-v2"):
        desk.choose_voices(engines=["xtts"])
    with pytest.raises(NotFound, match=r"It needs “python3 launch\.py models get kokoro-82m”\."):
        desk.choose_voices(engines=["kokoro"])
    with pytest.raises(NotFound, match=r"“parrot”.*hibari"):
        desk.choose_voices(engines=["parrot"])
    with (
        patch.object(desk, "_recorded", list),
        patch.object(type(desk), "ready", lambda _desk: ["xtts"]),
        pytest.raises(NotFound, match=r"xtts speaks with recorded voices, and there is none.*Record one"),
    ):
        desk.choose_voices(engines=["xtts"])


# --- an engine and its model --------------------------------------------------------------------------------------


def test_engines_whose_model_is_missing_are_listed_and_say_how_to_get_it(desk):
    assert {"hibari", "xtts", "kokoro", "pocket"} <= {card.name for card in engine_cards()}
    with pytest.raises(ModelMissing, match=r"launch\.py models get kokoro-82m"):
        load_synthesizer("kokoro", ShippedOnly())
    for name, place in (("xtts", "engine.narration.xtts.card"), ("pocket", "engine.narration.pocket_synthesizer")):
        with (
            patch(f"{place}.find_spec", lambda _name: None),
            pytest.raises(SynthesisError, match=rf"launch\.py add {name}"),
        ):
            load_synthesizer(name, ShippedOnly())


def test_a_model_that_comes_or_changes_is_seen_and_the_engine_is_loaded_anew():
    stamp, loaded = [0], []

    def load() -> FakeSynthesizer:
        loaded.append(stamp[0])
        return FakeSynthesizer()

    engine = Engine(lambda: FakeSynthesizer(f"fake{stamp[0]}").card, load, lambda: stamp[0])
    assert engine.card.name == "fake0" and engine.synthesizer is engine.synthesizer and loaded == [0]
    stamp[0] = 1
    assert engine.card.name == "fake1" and engine.synthesizer and loaded == [0, 1]


def test_the_card_of_an_engine_knows_its_model(desk, settings, card):
    assert "no-model" in ENGINES["kokoro"].card.version
    place = settings.models / "kokoro-82m"
    for file in MODELS["kokoro-82m"].files:
        path = place / file.name
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as writing:
            writing.write(b"\x08")
            writing.truncate(file.bytes)
    assert "no-model" not in ENGINES["kokoro"].card.version
    with pytest.raises(ModelError, match="damaged"):
        load_synthesizer("kokoro", ShippedOnly())
    desk.remove("kokoro-82m")
    assert "no-model" in ENGINES["kokoro"].card.version


def test_a_model_put_there_by_hand_still_needs_its_licence_accepted(desk, settings, card):
    (settings.models / "beeps").mkdir(parents=True)
    (settings.models / "beeps" / "weights.bin").write_bytes(b"weights " * 40_000)
    with pytest.raises(LicenceNotAccepted):
        desk.find_model("beeps")
    assert desk.model("beeps").here and not desk.engine("fake").ready


def make_other_model(folder: Path, config: str = "{}") -> None:
    """Files with the names of XTTS and the content of something else."""
    folder.mkdir(parents=True)
    (folder / "config.json").write_text(config, encoding="utf-8")
    (folder / "vocab.json").write_text("{}", encoding="utf-8")
    with zipfile.ZipFile(folder / "model.pth", "w") as archive:
        archive.writestr("model/data.pkl", pickle.dumps({"model": {}}, 2))


def test_a_model_of_another_kind_is_refused_before_anything_is_kept(desk, tmp_path):
    make_other_model(tmp_path / "brought", '{"model": "vits"}')
    desk.accept("xtts-v2", "Ada")
    with pytest.raises(ModelError, match=r"is not XTTS: its config\.json says “vits”"):
        desk.bring("xtts-v2", tmp_path / "brought")
    assert not desk.model("xtts-v2").here and not desk.model("xtts-v2").bytes


def test_settings_and_weights_of_two_models_are_refused_together(desk, tmp_path):
    arguments = {
        "gpt_use_perceiver_resampler": True, "gpt_layers": 30, "gpt_n_heads": 16, "gpt_n_model_channels": 1024,
        "decoder_input_dim": 1024, "gpt_num_audio_tokens": 1026, "gpt_max_text_tokens": 402,
        "gpt_max_audio_tokens": 605, "gpt_start_audio_token": 1024, "gpt_stop_audio_token": 1025,
    }  # fmt: skip
    config = {"model": "xtts", "model_args": arguments, "languages": ["en"]}
    make_other_model(tmp_path / "brought", json.dumps(config))
    words = {"model": {"vocab": {"[START]": 0, "[STOP]": 1}}, "added_tokens": []}
    (tmp_path / "brought" / "vocab.json").write_text(json.dumps(words), encoding="utf-8")
    desk.accept("xtts-v2", "Ada")
    with pytest.raises(ModelError, match="does not hold the weights of XTTS"):
        desk.bring("xtts-v2", tmp_path / "brought")
    with zipfile.ZipFile(tmp_path / "brought" / "model.pth", "w") as archive:
        archive.writestr("model/data.pkl", pickle.dumps({f"gpt.gpt.h.{layer}.ln_1.bias": 0 for layer in range(12)}, 2))
    with pytest.raises(ModelError, match=r"speaks of 30 layers, and model\.pth has 12"):
        desk.bring("xtts-v2", tmp_path / "brought")
    assert not desk.model("xtts-v2").bytes


def test_a_network_of_another_kind_is_not_taken_for_kokoro(desk, tmp_path):
    (tmp_path / "brought" / "voices").mkdir(parents=True)
    for file in MODELS["kokoro-82m"].files:
        (tmp_path / "brought" / file.name).write_bytes(b"\x08 not a network")
    with pytest.raises(ModelError, match=r"model\.onnx is damaged or cut short\. Nothing was taken\."):
        desk.bring("kokoro-82m", tmp_path / "brought")
    assert not desk.model("kokoro-82m").bytes


def test_a_model_of_another_kind_is_a_trouble_of_its_engine_and_of_no_other(desk, settings):
    desk.accept("xtts-v2", "Ada")
    place = settings.models / "xtts-v2"
    make_other_model(place)
    files = {path.name: {"bytes": path.stat().st_size, "sha256": "0" * 64} for path in place.iterdir()}
    (settings.models / "xtts-v2.json").write_text(json.dumps({"source": "imported", "files": files}), "utf-8")
    state = desk.engine("xtts")
    assert state.models[0].here and state.trouble and state.trouble.endswith(".") and not state.ready
    assert desk.ready() == ["hibari", "fake"]


def test_what_is_known_of_a_large_model_is_not_read_from_it_again(desk, settings):
    card = MODELS["kokoro-82m"]
    assert recall_sha256(settings.models, card.name) == ""
    weights = settings.models / card.name / card.files[0].name
    weights.parent.mkdir(parents=True)
    weights.write_bytes(b"weights")
    record = settings.models / f"{card.name}.json"
    record.write_text(json.dumps({"files": {weights.name: {"bytes": 7, "sha256": "ab" * 32}}}), encoding="utf-8")
    assert recall_sha256(settings.models, card.name) == "ab" * 32
    os.utime(weights, ns=(2**62, 2**62))  # changed after it was written down
    assert recall_sha256(settings.models, card.name) == ""


def test_a_model_put_there_by_hand_is_looked_at_beside_the_page(desk, settings, card, monkeypatch):
    (settings.models / "beeps").mkdir(parents=True)
    (settings.models / "beeps" / "weights.bin").write_bytes(b"weights " * 40_000)
    desk.accept("beeps", "Ada")
    go_on, real = threading.Event(), desk_file.find_model
    monkeypatch.setattr(desk_file, "LOOK_WAIT_S", 0.01)
    monkeypatch.setattr(desk_file, "find_model", lambda *given: go_on.wait(20) and real(*given))
    began = time.monotonic()
    assert desk.engine("fake").looking and desk.engine("fake").ready and time.monotonic() - began < 5
    go_on.set()
    for _ in range(500):
        if not desk.engine("fake").looking:
            break
        time.sleep(0.01)
    assert not desk.engine("fake").looking and desk.model("beeps").recorded


# --- the machine --------------------------------------------------------------------------------------------------


def test_a_graphics_card_is_read_from_what_its_driver_says():
    card = read_card_line("NVIDIA GeForce RTX 4090, 24564, 590.10, 8.9, 23000\nNVIDIA T4, 16000, 590.10, 7.5, 1\n")
    assert card and (card.name, card.memory_mb, card.driver, card.generation) == (
        "GeForce RTX 4090",
        24564,
        "590.10",
        8.9,
    )
    assert not card.trouble
    for nonsense in ("", "\n", "NVIDIA-SMI has failed", ", , , ,"):
        assert read_card_line(nonsense) is None
    odd = read_card_line("NVIDIA GB10, [N/A], 590.10, 12.1, [N/A]")
    assert odd and odd.memory_mb == 0


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"driver": "535.104.05"}, r"driver.*too old.*535\.104\.05"),
        ({"generation": 6.1}, "too old for today's PyTorch"),
        ({"memory_mb": 2_000}, "needs 4 GB"),
    ],
)
def test_what_is_wrong_with_a_graphics_card_is_a_sentence(changes, sentence):
    card = replace(CARD, **changes)
    assert re.search(sentence, card.trouble) and card.trouble.endswith(".")
    advice = recommend_engine(Machine(card, 32.0, 8), {"hibari"})
    assert advice.endswith(card.trouble) and "take hibari" in advice and not Machine(card, 32.0, 8).has_card


def test_a_card_that_another_program_fills_is_told_and_stays_the_card_to_use():
    full = Machine(replace(CARD, free_mb=900), 32.0, 8)
    advice = recommend_engine(full, {"hibari"})
    assert full.has_card and "take XTTS" in advice
    assert "(0.9 of 24 GB are free)" in advice and "close the other program" in advice
    with patch("engine.narration.machine.find_card", lambda: CARD):  # closed meanwhile
        assert "free)" not in recommend_engine(look_again(full), {"hibari"})


def test_a_card_that_shares_the_machines_memory_is_not_taken_for_a_small_one():
    card = read_card_line("NVIDIA GB10, [N/A], 590.10, 12.1, [N/A]")
    assert card and not card.trouble and not card.is_full
    assert "(0 GB)" not in recommend_engine(Machine(card, 120.0, 20), {"hibari"})


def test_a_card_may_be_left_alone(settings, recorded, monkeypatch):
    assert not read_settings().processor_only
    monkeypatch.setenv("VOXFOLIO_PROCESSOR_ONLY", "1")
    assert read_settings().processor_only
    before = synthesizer_file._models, synthesizer_file._device
    with patch("engine.engine_desk.look_at_machine", lambda: Machine(CARD, 64.0, 16)):
        desk = EngineDesk(replace(settings, processor_only=True), AllowAll, lambda: [recorded])
        assert not desk.machine.has_card and "RTX" not in desk.recommend()
        assert synthesizer_file._device == "cpu"
    synthesizer_file.use_models(*before)


def test_a_driver_that_does_not_answer_is_no_graphics_card():
    with patch("engine.narration.machine.shutil.which", lambda _name: "/no/such/nvidia-smi"):
        assert find_card() is None


def test_the_machines_memory_is_told():
    assert 0.5 < measure_memory_gb() < 100_000


def test_the_advice_is_one_sentence_for_this_machine():
    with_card = recommend_engine(Machine(CARD, 64.0, 16), {"hibari"})
    assert "RTX 4090 (24 GB)" in with_card and "add xtts" in with_card
    assert "add xtts" not in recommend_engine(Machine(CARD, 64.0, 16), {"hibari", "xtts"})
    plain = recommend_engine(Machine(None, 16.0, 8), {"hibari", "kokoro"})
    assert "hibari" in plain and "add pocket" in plain and "get its model" not in plain
    assert "Pocket" not in recommend_engine(Machine(None, 2.0, 2), {"hibari"})
    for advice in (with_card, plain):
        assert advice.count(". ") == 0 and advice.endswith(".")
