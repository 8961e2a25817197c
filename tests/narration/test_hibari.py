"""The embedded voice: what is said of it, measured in the sound itself."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from functools import lru_cache
from types import SimpleNamespace

import numpy as np
import pytest
from hibari import Hibari, voices

from engine.audio import rms_db
from engine.core_types import Shape, SpeechRequest
from engine.errors import SynthesisError
from engine.narration import hibari_synthesizer
from engine.narration.hibari_synthesizer import LONGEST_CHUNK, HibariSynthesizer, split_phonemes
from engine.narration.shaping import HIGHEST_PEAK, LOWEST
from engine.narration.synthesizer import ENGINES
from engine.narration.takes import speak_one
from engine.voices.presets import MODEL_SHA256, find_preset, preset_voices
from tests.hearing import find_stretch, measure_envelope, measure_pitch

RATE_HZ = 24_000
PARAGRAPH = (
    "The old house stood silent at the end of the lane, and nobody had opened its shutters since the summer before "
    "the war. Every evening the lamp was lit in the upper window, and every morning it was out again."
)


@pytest.fixture(scope="module")
def hibari() -> HibariSynthesizer:
    """The engine itself: what its gate lets through is tested beside the gate."""
    return ENGINES["hibari"].synthesizer


def speak(hibari, text=PARAGRAPH, shape=Shape(), seed=0, **changes):
    voice = replace(find_preset("hazel"), shape=shape, **changes)
    return speak_one(hibari, SpeechRequest(text, voice, seed)).samples


@lru_cache(maxsize=2)
def hear_plainly(hibari):
    """The paragraph in the neutral voice: samples and pitch. Kept, for most tests compare with it."""
    samples = speak(hibari)
    return samples, measure_pitch(samples)


# --- the neutral voice --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", [PARAGRAPH, "Yes.", "It cost $4.50 on the 3rd of May, 1871."])
def test_the_neutral_voice_is_plain_hibari_to_the_bit(hibari, text):
    assert np.array_equal(speak(hibari, text), Hibari(threads=1)(text, seed=0))


def test_a_redo_is_read_at_a_slightly_other_pace(hibari):
    lengths = [len(speak(hibari, seed=seed)) for seed in range(7)]
    assert len(set(lengths)) == 7
    assert max(abs(length / lengths[0] - 1) for length in lengths) < 0.15


def test_the_presets_are_made_of_the_model_that_is_installed():
    path = voices.voice_path("heart", download_missing=False)
    with open(path, "rb") as file:  # noqa: PTH123  hibari gives a string
        assert hashlib.file_digest(file, "sha256").hexdigest() == MODEL_SHA256


# --- shapes ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("semitones", [-9.0, -5.0, -2.0, 3.0, 7.0])
def test_pitch_moves_by_the_semitones_asked_for(hibari, semitones):
    (_, plain), bent = hear_plainly(hibari), measure_pitch(speak(hibari, shape=Shape(semitones=semitones)))
    both = (plain > 0) & (bent > 0)
    assert both.sum() > 100
    assert np.median(bent[both] / plain[both]) == pytest.approx(2 ** (semitones / 12), rel=0.03)


@pytest.mark.parametrize("formant", [0.8, 0.9, 1.1, 1.25])
def test_formant_moves_the_spectrum_and_not_the_pitch(hibari, formant):
    (plain, pitch), bent = hear_plainly(hibari), speak(hibari, shape=Shape(formant=formant))
    assert find_stretch(measure_envelope(plain), measure_envelope(bent)) == pytest.approx(formant, abs=0.05)
    bent_pitch = measure_pitch(bent)
    both = (pitch > 0) & (bent_pitch > 0)
    assert np.median(bent_pitch[both] / pitch[both]) == pytest.approx(1.0, rel=0.02)


@pytest.mark.parametrize("semitones", [-8.0, 6.0])
def test_pitch_leaves_the_spectrum_where_it_was(hibari, semitones):
    (plain, _), bent = hear_plainly(hibari), speak(hibari, shape=Shape(semitones=semitones))
    assert find_stretch(measure_envelope(plain), measure_envelope(bent)) == pytest.approx(1.0, abs=0.05)


@pytest.mark.parametrize("pace", [0.75, 0.9, 1.1, 1.3])
def test_pace_sets_the_length(hibari, pace):
    (plain, _), bent = hear_plainly(hibari), speak(hibari, shape=Shape(pace=pace))
    assert len(plain) / len(bent) == pytest.approx(pace, rel=0.01)


@pytest.mark.parametrize("pace", [0.8, 1.25])
def test_pace_leaves_the_pitch_where_it_was(hibari, pace):
    (_, plain), bent = hear_plainly(hibari), measure_pitch(speak(hibari, shape=Shape(pace=pace)))
    assert np.median(bent[bent > 0]) == pytest.approx(np.median(plain[plain > 0]), rel=0.02)


@pytest.mark.parametrize("shape", [Shape(-9, 0.8, 0.9), Shape(-3, 1.0, 1.2), Shape(5, 1.2, 1.0), Shape(9, 1.35, 0.9)])
def test_a_bent_voice_is_as_loud_as_the_neutral_one(hibari, shape):
    assert rms_db(speak(hibari, shape=shape)) == pytest.approx(rms_db(hear_plainly(hibari)[0]), abs=0.5)


@pytest.mark.parametrize("shape", [LOWEST, Shape(-12, 1.4), Shape(12, 0.7), Shape(12, 1.4, 2.0)])
def test_even_the_furthest_shapes_do_not_clip(hibari, shape):
    samples = speak(hibari, shape=shape)
    assert np.isfinite(samples).all()
    assert np.abs(samples).max() <= HIGHEST_PEAK


@pytest.mark.parametrize("shape", [Shape(-9, 0.8), Shape(-5, 0.9, 0.9), Shape(6, 1.25)])
def test_bending_makes_no_clicks(hibari, shape):
    """A click is a step between two samples far beyond what speech of that level holds."""

    def steepest(samples):
        return np.abs(np.diff(samples)).max() / np.sqrt(np.mean(np.square(samples)))

    assert steepest(speak(hibari, shape=shape)) < 1.5 * steepest(hear_plainly(hibari)[0])


@pytest.mark.parametrize("formant", [0.75, 0.85, 1.2])
def test_bending_leaves_no_hole_at_the_top_of_the_band(hibari, formant):
    (plain, _), bent = hear_plainly(hibari), speak(hibari, shape=Shape(formant=formant))
    fall = measure_envelope(plain)[350:580] - measure_envelope(bent)[350:580]  # 7,000 to 11,600 Hz
    assert fall.max() < 15.0


def test_silence_between_sentences_stays_silent(hibari):
    plain, bent = (speak(hibari, "Yes. No.", shape) for shape in (Shape(), Shape(-6.0, 0.85)))
    quiet = np.abs(plain[:1200]).max()
    assert np.abs(bent[:1200]).max() < 2 * quiet


# --- what it is given -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "A.",
        "I",
        "3.14",
        "1,234,567",
        "http://example.com/a?b=c",
        "Hm!",
        "one\ntwo",
        "naïve Dvořák",
        "a\x00b",
        "($4.50)",
    ],
)
def test_odd_but_sayable_lines_are_said(hibari, text):
    samples = speak(hibari, text)
    assert np.isfinite(samples).all() and np.abs(samples).max() > 0.05


@pytest.mark.parametrize("text", ["😀 👍", "中文", "Καλημέρα κόσμε", "Привет мир, hello", "\u200b\x00", "(", "’"])
def test_lines_it_cannot_say_are_refused_with_a_sentence(hibari, text):
    with pytest.raises(SynthesisError, match=r"^(There is nothing to say in|.* cannot be said by hibari).*\.$"):
        speak(hibari, text)


@pytest.mark.parametrize("text", ["A.", "No!", "Hm?", "Six."])
def test_even_the_shortest_lines_are_said_in_every_voice(hibari, text):
    for voice in preset_voices():
        samples = speak_one(hibari, SpeechRequest(text, voice)).samples
        assert 0.3 * RATE_HZ < len(samples) < 2 * RATE_HZ, voice.name
        assert np.isfinite(samples).all() and 0.05 < np.abs(samples).max() < 1.0, voice.name


def test_one_foreign_word_in_an_english_line_is_let_through(hibari):
    assert len(speak(hibari, "He wrote λόγος on the wall, and went away.")) > RATE_HZ


@pytest.mark.parametrize("text", ["[word](/həlˈO/)", "[word](/x/)", "[word](http://example.com)", "[[a]](/b/)"])
def test_square_brackets_in_a_manuscript_are_not_commands(hibari, text):
    plain = text.replace("[", "(").replace("]", ")")
    assert np.array_equal(speak(hibari, text), speak(hibari, plain))
    assert not np.array_equal(speak(hibari, "[word](/həlˈO/)"), Hibari(threads=1)("[word](/həlˈO/)", seed=0))


def test_a_line_of_2000_characters_is_said_whole(hibari):
    line = ("so it goes and goes " * 100).strip()
    part = len(speak(hibari, line[:199])) / RATE_HZ
    assert 8 * part < len(speak(hibari, line)) / RATE_HZ < 12 * part


@pytest.mark.parametrize("phonemes", ["", "a" * 399, "a" * 1000, "ab cd " * 300])
def test_long_phonemes_are_split_between_words_and_nothing_is_lost(phonemes):
    pieces = list(split_phonemes(phonemes))
    assert all(0 < len(piece) <= LONGEST_CHUNK for piece in pieces)
    assert "".join(pieces).replace(" ", "") == phonemes.replace(" ", "")
    assert all(len(piece.split()[-1]) == 2 for piece in pieces if " " in piece)


def test_a_voice_of_another_engine_is_refused(hibari):
    with pytest.raises(SynthesisError, match=r'The voice "hazel" is made for xtts'):
        speak(hibari, engine="xtts")


def test_a_voice_that_would_have_to_be_downloaded_is_refused(hibari):
    with pytest.raises(SynthesisError, match="emma"):
        speak(hibari, speaker="emma")


@pytest.mark.parametrize("shape", [Shape(semitones=40), Shape(formant=0.0), Shape(pace=0.0), Shape(pace=float("nan"))])
def test_a_shape_beyond_what_a_person_could_be_is_refused(hibari, shape):
    with pytest.raises(SynthesisError, match="is bent too far"):
        speak(hibari, shape=shape)


# --- the package ----------------------------------------------------------------------------------------------------


def test_another_layout_of_the_package_is_named_as_such(monkeypatch):
    class Rearranged(Hibari):
        def __init__(self, **options):
            super().__init__(**options)
            self.sess = SimpleNamespace(get_outputs=lambda: [SimpleNamespace(name="wave")])

    monkeypatch.setattr("hibari.Hibari", Rearranged)
    with pytest.raises(SynthesisError, match="is not laid out as this Voxfolio expects"):
        HibariSynthesizer()


def test_a_missing_part_of_the_package_is_named_as_such(monkeypatch):
    monkeypatch.delattr("hibari.Hibari.phonemize")
    monkeypatch.delattr("hibari.dsp.synth")
    with pytest.raises(SynthesisError, match="cannot be loaded"):
        HibariSynthesizer()


def test_a_missing_package_is_a_sentence(monkeypatch):
    monkeypatch.setattr(hibari_synthesizer, "version", _find_no_package)
    with pytest.raises(SynthesisError, match="is not installed"):
        hibari_synthesizer.read_card()


def _find_no_package(name):
    raise hibari_synthesizer.PackageNotFoundError(name)


def test_sound_that_is_not_a_number_is_refused(hibari, monkeypatch):
    monkeypatch.setattr(hibari._dsp, "synth", lambda *parts: np.full(2400, np.nan, np.float32))
    with pytest.raises(SynthesisError, match="came out silent or damaged"):
        speak(hibari, "Yes.")
