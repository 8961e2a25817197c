"""Pocket TTS, with a small random model of the true architecture in the real package."""

from __future__ import annotations

import shutil
from dataclasses import replace

import numpy as np
import pytest

from engine.audio import write_clip
from engine.core_types import Clip, Shape, SpeechRequest
from engine.errors import ModelError, SynthesisError
from engine.narration.pocket_synthesizer import PocketSynthesizer, read_card
from engine.narration.takes import speak_one
from engine.voices.presets import find_preset
from tests.narration.conftest import hum


def test_the_card_can_be_read_without_the_package():
    assert read_card().clones and not read_card(clones=False).clones
    assert read_card("ab" * 32).version != read_card().version


def test_a_voice_sounds_like_the_recording_it_was_made_of(pocket, pocket_voice, tmp_path):
    other = tmp_path / "other.flac"
    write_clip(Clip(hum(110.0, 60_000), 24_000), other)
    voices = (pocket_voice, replace(pocket_voice, fingerprint="2" * 64, clips=(other,)))
    one, two = (speak_one(pocket, SpeechRequest("Who is there?", voice)).samples for voice in voices)
    assert not np.array_equal(one[:10_000], two[:10_000])


def test_without_leave_it_has_only_its_own_voices_and_says_so(pocket_folder, pocket_voice):
    fixed = PocketSynthesizer(pocket_folder, "0" * 64, clones=False)
    assert not fixed.has_voice_cloning and not fixed.card.clones
    with pytest.raises(SynthesisError, match=r"only its own voices.*Engines"):
        speak_one(fixed, SpeechRequest("Hello.", pocket_voice))


def test_a_fixed_voice_is_read_from_its_file(pocket, pocket_folder, pocket_voice):
    from pocket_tts import export_model_state  # type: ignore[attr-defined]

    state = pocket._find_voice(pocket_voice)
    (pocket_folder / "voices").mkdir(exist_ok=True)
    export_model_state(state, pocket_folder / "voices" / "alba.safetensors")
    fixed = speak_one(pocket, SpeechRequest("Who is there?", find_preset("pocket-alba"))).samples
    assert np.array_equal(fixed, speak_one(pocket, SpeechRequest("Who is there?", pocket_voice)).samples)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"engine": "xtts"}, "made for xtts"),
        ({"clips": (), "speaker": "nobody"}, "does not have"),
        ({"shape": Shape(pace=9.0)}, "bent too far"),
    ],
)
def test_a_voice_it_does_not_have_is_refused_with_a_sentence(pocket, pocket_voice, changes, sentence):
    with pytest.raises(SynthesisError, match=sentence):
        speak_one(pocket, SpeechRequest("Hello.", replace(pocket_voice, **changes)))


def test_a_recording_without_a_voice_is_a_sentence(pocket, pocket_voice, tmp_path):
    noise = 0.1 * np.random.default_rng(1).standard_normal(48_000)
    tone = 0.1 * np.sin(2 * np.pi * 220 * np.arange(48_000) / 24_000)
    paths = {name: tmp_path / f"{name}.flac" for name in ("silent", "noise", "tone", "gone")}
    for name, samples in (("silent", np.zeros(48_000)), ("noise", noise), ("tone", tone)):
        write_clip(Clip(samples.astype(np.float32), 24_000), paths[name])
    said = {"silent": "are silent", "noise": "only noise or a tone", "tone": "only noise or a tone"}
    for name, clip in paths.items():
        sentence = said.get(name, "cannot be read")
        voice = replace(pocket_voice, fingerprint=name, clips=(clip,))
        with pytest.raises(SynthesisError, match=sentence):
            speak_one(pocket, SpeechRequest("Hello.", voice))


def test_text_of_another_script_is_refused_with_a_sentence(pocket, pocket_voice):
    with pytest.raises(SynthesisError, match="speaks English"):
        speak_one(pocket, SpeechRequest("Лампа погасла, и все молчали.", pocket_voice))


def test_a_damaged_model_is_a_sentence(pocket_folder, tmp_path):
    broken = tmp_path / "broken"
    shutil.copytree(pocket_folder, broken)
    whole = (broken / "model.safetensors").read_bytes()
    (broken / "model.safetensors").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(ModelError, match="cannot be loaded"):
        PocketSynthesizer(broken, "0" * 64, clones=True)
    (broken / "tokenizer.model").unlink()
    with pytest.raises(ModelError, match="no tokenizer"):
        PocketSynthesizer(broken, "0" * 64, clones=True)
