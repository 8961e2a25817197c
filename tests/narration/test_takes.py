"""A take is its content; lines are spoken together and stopped at once."""

from dataclasses import replace

import pytest

from engine.core_types import Clip, EngineCard, Shape, SpeechRequest, VoiceProfile
from engine.errors import Stopped, SynthesisError
from engine.narration.takes import speak_lines, take_key

CARD = EngineCard("fake", "1", 24_000, ("en",), 300, "none")
VOICE = VoiceProfile("ann", "Ann", "", "fake", "ann", "f1")
REQUEST = SpeechRequest("Hello.", VOICE, 0)


@pytest.mark.parametrize(
    "changed",
    [
        replace(REQUEST, spoken_text="Hello!"),
        replace(REQUEST, seed=1),
        replace(REQUEST, voice=replace(VOICE, fingerprint="f2")),
        replace(REQUEST, voice=replace(VOICE, shape=Shape(semitones=-1.0))),
        replace(REQUEST, voice=replace(VOICE, shape=Shape(formant=0.9))),
        replace(REQUEST, voice=replace(VOICE, shape=Shape(pace=1.1))),
    ],
)
def test_every_ingredient_changes_the_key(changed):
    assert take_key(changed, CARD) != take_key(REQUEST, CARD)


def test_engine_and_version_change_the_key():
    keys = {take_key(REQUEST, card) for card in (CARD, replace(CARD, version="2"), replace(CARD, name="other"))}
    assert len(keys) == 3


def test_what_a_voice_is_called_does_not_change_the_key():
    renamed = replace(REQUEST, voice=replace(VOICE, name="b", label="Bea", description="changed"))
    assert take_key(renamed, CARD) == take_key(REQUEST, CARD)


def test_a_seed_and_a_text_cannot_be_taken_for_one_another():
    assert take_key(SpeechRequest("2 Hello", VOICE, 1), CARD) != take_key(SpeechRequest("Hello", VOICE, 12), CARD)


class Speaker:
    card = CARD

    def __init__(self, unsayable=()):
        self.unsayable = unsayable

    def speak(self, requests):
        for request in requests:
            if request.spoken_text in self.unsayable:
                yield SynthesisError("cannot")
            else:
                yield Clip([0.0] * len(request.spoken_text), 24_000)


def requests(count):
    return {f"k{n}": SpeechRequest("x" * (n + 1), VOICE) for n in range(count)}


@pytest.mark.parametrize("threads", [1, 3])
def test_every_line_comes_back_with_its_key(threads):
    spoken = dict(speak_lines(requests(40), Speaker(), threads, lambda: False))
    assert {key: len(clip.samples) for key, clip in spoken.items()} == {f"k{n}": n + 1 for n in range(40)}


def test_a_line_that_cannot_be_said_does_not_stop_the_others():
    spoken = dict(speak_lines(requests(10), Speaker({"xxx"}), 2, lambda: False))
    assert [key for key, clip in spoken.items() if isinstance(clip, SynthesisError)] == ["k2"] and len(spoken) == 10


def test_a_stop_comes_before_the_next_line():
    heard = []
    with pytest.raises(Stopped):
        for key, _ in speak_lines(requests(500), Speaker(), 2, lambda: len(heard) >= 5):
            heard.append(key)
    assert 5 <= len(heard) < 30


def test_nothing_to_say_is_said_at_once():
    assert list(speak_lines({}, Speaker(), 2, lambda: False)) == []
