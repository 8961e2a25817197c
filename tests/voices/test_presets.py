"""The voices that come with Voxfolio: named well, and told apart by ear, which here is pitch and vocal tract."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from engine.audio import rms_db
from engine.core_types import Shape, SpeechRequest
from engine.errors import NotFound
from engine.narration.synthesizer import engine_cards, load_synthesizer
from engine.voices.presets import ShippedOnly, find_preset, preset_voices
from tests.hearing import find_stretch, measure_envelope, measure_pitch

SENTENCE = "In the morning a letter came with the boat, and it was short, and it was kind, and nobody had signed it."
LEAST_SEMITONES = 2.0  # further apart in pitch than this, or
LEAST_STRETCH = 1.08  # in vocal tract than this: a man's and a woman's differ by some 1.18


@pytest.fixture(scope="module")
def heard():
    """For each preset: its samples, its median pitch in hertz, its envelope."""
    readings = {}
    for voice in preset_voices():
        (clip,) = load_synthesizer(voice.engine, ShippedOnly()).speak([SpeechRequest(SENTENCE, voice)])
        pitch = measure_pitch(clip.samples)
        readings[voice.name] = (clip.samples, float(np.median(pitch[pitch > 0])), measure_envelope(clip.samples))
    return readings


def test_there_are_at_least_eight_and_the_narrator_is_first_and_unbent():
    assert len(preset_voices()) >= 8
    assert preset_voices()[0].shape == Shape()


def test_names_are_easy_to_type_and_each_is_used_once():
    names = [voice.name for voice in preset_voices()]
    assert len(set(names)) == len(names)
    assert all(name.isascii() and name.isalpha() and name.islower() for name in names)


def test_each_is_described_in_a_sentence_of_its_own():
    descriptions = [voice.description for voice in preset_voices()]
    assert len(set(descriptions)) == len(descriptions)
    assert all(text[0].isupper() and text.endswith(".") and len(text) < 80 for text in descriptions)


def test_each_may_be_used_freely_and_says_so():
    assert {voice.licence for voice in preset_voices()} == {"Apache-2.0"}


def test_each_belongs_to_an_engine_that_is_there():
    assert {voice.engine for voice in preset_voices()} <= {card.name for card in engine_cards()}


def test_no_two_voices_would_share_a_take():
    made_of = [(voice.engine, voice.fingerprint, voice.shape) for voice in preset_voices()]
    assert len(set(made_of)) == len(made_of)
    assert all(len(fingerprint) == 64 for _, fingerprint, _ in made_of)


@pytest.mark.parametrize("name", ["hazel", "Hazel", " HAZEL "])
def test_a_preset_is_found_by_name_whatever_its_capitals(name):
    assert find_preset(name) is preset_voices()[0]


@pytest.mark.parametrize("name", ["", "zelda", "hazel2"])
def test_an_unknown_name_is_refused_with_the_names_there_are(name):
    with pytest.raises(NotFound, match=f'^There is no voice called "{name}". There is: hazel, .*\\.$') as caught:
        find_preset(name)
    assert all(voice.name in str(caught.value) for voice in preset_voices())


def test_any_two_voices_differ_in_pitch_or_in_vocal_tract(heard):
    alike = []
    for (name, (_, pitch, envelope)), (other, (_, other_pitch, other_envelope)) in combinations(heard.items(), 2):
        semitones = abs(12 * np.log2(pitch / other_pitch))
        stretch = find_stretch(envelope, other_envelope)
        if semitones < LEAST_SEMITONES and max(stretch, 1 / stretch) < LEAST_STRETCH:
            alike.append((name, other, semitones, stretch))
    assert not alike


def test_the_pitches_reach_from_a_mans_to_a_childs(heard):
    pitches = [pitch for _, pitch, _ in heard.values()]
    assert min(pitches) < 120.0
    assert max(pitches) > 250.0


def test_each_voice_is_bent_as_its_shape_says(heard):
    neutral = preset_voices()[0]
    _, plain_pitch, plain_envelope = heard[neutral.name]
    for voice in preset_voices():
        _, pitch, envelope = heard[voice.name]
        assert pitch == pytest.approx(plain_pitch * 2 ** (voice.shape.semitones / 12), rel=0.06), voice.name
        assert find_stretch(plain_envelope, envelope) == pytest.approx(voice.shape.formant, abs=0.06), voice.name


def test_all_are_equally_loud_and_none_clips(heard):
    levels = [rms_db(samples) for samples, _, _ in heard.values()]
    assert max(levels) - min(levels) < 1.5
    assert all(np.abs(samples).max() < 1.0 for samples, _, _ in heard.values())
