"""What every engine promises, held against each: the fake that other tests use, the embedded one, and the others where
their models can be had.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest

from engine.audio import measure_take, peak_db, rms_db
from engine.core_types import EngineCard, Shape, SpeechRequest, Synthesizer, VoiceProfile
from engine.errors import ConsentMissing, ConsentOver, NotFound, StudioError, SynthesisError
from engine.narration.synthesizer import ENGINES, engine_cards, find_card, load_synthesizer, warm_engine
from engine.narration.takes import speak_one
from engine.voices.presets import ShippedOnly, find_preset
from tests.fakes import FAKE_VOICE, FakeSynthesizer, plug_in

LINE = "The lamp went out, and nobody spoke for a while."
LINES = (LINE, "Who is there?", "“Only the wind,” said the keeper.", "Ninety-nine steps.", "It was past midnight.")


@pytest.fixture(params=["fake", "hibari", "kokoro", "pocket", "xtts"])
def engine(request: pytest.FixtureRequest) -> tuple[Synthesizer, VoiceProfile]:
    """An engine and a voice it can speak with."""
    if request.param == "fake":
        return FakeSynthesizer(), FAKE_VOICE
    if request.param == "hibari":
        return load_synthesizer("hibari", ShippedOnly()), find_preset("hazel")
    if request.param == "kokoro":
        return request.getfixturevalue("kokoro"), find_preset("kokoro-emma")
    if request.param == "xtts":
        return request.getfixturevalue("xtts")
    return request.getfixturevalue("pocket"), request.getfixturevalue("pocket_voice")


def lines_for(engine: tuple[Synthesizer, VoiceProfile]) -> tuple[str, ...]:
    """As many lines as can be spoken over and over in a test: slow engines get the short ones."""
    return LINES if engine[0].card.name in ("fake", "hibari") else LINES[1:4:2]


def speak(engine: tuple[Synthesizer, VoiceProfile], text: str, shape: Shape = Shape(), seed: int = 0) -> np.ndarray:
    synthesizer, voice = engine
    return speak_one(synthesizer, SpeechRequest(text, replace(voice, shape=shape), seed)).samples


def test_the_card_says_all_that_a_chooser_needs(engine):
    card = engine[0].card
    assert card.name and card.version and card.licence and card.description
    assert card.rate_hz >= 16_000
    assert "en" in card.languages
    assert card.max_characters >= 100


def test_a_clip_is_mono_sound_at_the_cards_rate(engine):
    (clip,) = engine[0].speak([SpeechRequest(LINE, engine[1])])
    assert clip.rate_hz == engine[0].card.rate_hz
    assert clip.samples.dtype == np.float32 and clip.samples.ndim == 1
    assert 1.0 < clip.seconds < 10.0


def test_a_clip_is_finite_audible_and_not_clipped(engine):
    samples = speak(engine, LINE)
    assert np.isfinite(samples).all()
    assert -40.0 < rms_db(samples) < -10.0
    assert peak_db(samples) < 0.0


def test_a_clip_begins_and_ends_quietly(engine):
    (clip,) = engine[0].speak([SpeechRequest(LINE, engine[1])])
    measures = measure_take(clip)
    assert measures.speech_start_s >= 0.05
    assert clip.seconds - measures.speech_end_s >= 0.05


def test_clips_come_one_for_each_request_in_order(engine):
    clips = list(engine[0].speak([SpeechRequest(line, engine[1]) for line in lines_for(engine)]))
    assert len(clips) == len(lines_for(engine))
    for clip, line in zip(clips, lines_for(engine), strict=True):
        assert np.array_equal(clip.samples, speak(engine, line))


def test_no_requests_make_no_clips(engine):
    assert list(engine[0].speak([])) == []


def test_the_same_request_gives_the_same_samples_whatever_was_said_before(engine):
    first = speak(engine, LINE)
    for line in lines_for(engine):
        speak(engine, line, Shape(semitones=-4.0), seed=3)
    assert np.array_equal(first, speak(engine, LINE))


@pytest.mark.parametrize("shape", [Shape(), Shape(-6.0, 0.9, 1.1)])
def test_the_same_requests_give_the_same_samples_from_several_threads_at_once(engine, shape):
    alone = [speak(engine, line, shape, seed) for seed in (0, 1) for line in lines_for(engine)]
    with ThreadPoolExecutor(4) as pool:
        for _ in range(3 if len(lines_for(engine)) > 2 else 1):
            calls = [pool.submit(speak, engine, line, shape, seed) for seed in (0, 1) for line in lines_for(engine)]
            for expected, call in zip(alone, calls, strict=True):
                assert np.array_equal(expected, call.result())


def test_another_seed_is_another_take(engine):
    takes = [speak(engine, LINE, seed=seed) for seed in range(3)]
    assert not any(np.array_equal(takes[a], takes[b]) for a, b in ((0, 1), (0, 2), (1, 2)))


def test_other_words_are_another_take(engine):
    assert not np.array_equal(speak(engine, LINE), speak(engine, "The lamp went on."))


def test_a_quicker_pace_is_a_shorter_clip(engine):
    slow, plain, quick = (len(speak(engine, LINE, Shape(pace=pace))) for pace in (0.8, 1.0, 1.25))
    assert slow > 1.1 * plain and quick < 0.9 * plain


def test_another_pitch_is_another_take(engine):
    assert not np.array_equal(speak(engine, LINE), speak(engine, LINE, Shape(semitones=2.0)))


def test_words_are_said_whatever_white_space_stands_around_them(engine):
    assert len(speak(engine, "  One step.\n\n  Two steps.  ")) > len(speak(engine, "One step."))


@pytest.mark.parametrize("text", ["", "   ", "\n", "…", "?!", "— —", "***"])
def test_a_line_without_words_is_refused_with_a_sentence(engine, text):
    with pytest.raises(SynthesisError, match=r"^\w.*\.$"):
        speak(engine, text)


def test_engines_are_listed_with_the_embedded_one_first():
    assert [card.name for card in engine_cards()][0] == "hibari"
    assert all(isinstance(card, EngineCard) for card in engine_cards())


def test_an_engine_is_loaded_once_even_when_asked_for_from_many_threads():
    with ThreadPoolExecutor(8) as pool:
        loaded = list(pool.map(lambda _: ENGINES["hibari"].synthesizer, range(16)))
    assert all(synthesizer is loaded[0] for synthesizer in loaded)


def test_the_card_of_an_engine_is_the_one_it_speaks_with():
    assert find_card("hibari") == load_synthesizer("hibari", ShippedOnly()).card


@pytest.mark.parametrize("ask", [warm_engine, find_card])
def test_an_unknown_engine_is_refused_with_the_names_of_those_there_are(ask):
    with pytest.raises(NotFound, match=r'no voice engine called "parrot".*hibari') as caught:
        ask("parrot")
    assert isinstance(caught.value, StudioError)


def test_an_engine_can_be_plugged_in_and_taken_out_again():
    fake = FakeSynthesizer("hibari")
    with plug_in(fake):
        assert ENGINES["hibari"].synthesizer is fake
    assert ENGINES["hibari"].synthesizer is not fake
    with plug_in(FakeSynthesizer()):
        assert "fake" in ENGINES
    assert "fake" not in ENGINES


class ClosesAfter:
    """A gate that lets so many lines through, as one does whose leave is withdrawn meanwhile."""

    def __init__(self, lines: int) -> None:
        self.left = lines + 1  # the look before the batch

    def check(self, voice: VoiceProfile) -> None:
        self.left -= 1
        if self.left < 0:
            raise ConsentOver("The leave is over.")


def test_no_engine_speaks_with_a_voice_the_gate_does_not_let_through():
    with plug_in(FakeSynthesizer()), pytest.raises(ConsentMissing):
        next(load_synthesizer("fake", ShippedOnly()).speak([SpeechRequest(LINE, FAKE_VOICE)]))


def test_a_leave_withdrawn_ends_the_very_next_line():
    heard = []
    with plug_in(FakeSynthesizer()), pytest.raises(ConsentOver):
        for clip in load_synthesizer("fake", ClosesAfter(2)).speak([SpeechRequest(x, FAKE_VOICE) for x in LINES]):
            heard.append(clip)
    assert len(heard) == 2
