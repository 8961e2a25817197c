"""A text of no book: in its language, with its words said as a lexicon has them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from engine.core_types import Clip, Sounds, SpeechRequest
from engine.errors import LanguageNotSpoken, SynthesisError
from engine.manuscript.lexicon import Lexicon, LexiconEntry
from engine.recital import Sample, find_sample, read_sample, recite
from tests.fakes import FAKE_VOICE, FakeSynthesizer, plug_in

WORDS = Lexicon((LexiconEntry("Rhys", "Reese"), LexiconEntry("Nguyen", phonemes="ˈwɪn")))


class Anyone:
    def check(self, voice: object) -> None:
        pass


class Listener(FakeSynthesizer):
    """A fake engine that keeps what it was asked to say."""

    def __init__(self, takes_phonemes: bool, *languages: str) -> None:
        super().__init__()
        self.card = replace(self.card, takes_phonemes=takes_phonemes, languages=languages)
        self.asked: list[SpeechRequest] = []

    def speak(self, requests: Sequence[SpeechRequest]) -> Iterator[Clip | SynthesisError]:
        self.asked += requests
        return super().speak(requests)


@pytest.mark.parametrize("takes_phonemes", [True, False])
def test_the_lexicon_is_heeded_and_sounds_where_the_engine_takes_them(tmp_path: Path, takes_phonemes: bool) -> None:
    listener = Listener(takes_phonemes, "en")
    with plug_in(listener):
        recite("Rhys met Nguyen.", FAKE_VOICE, tmp_path / "a.wav", Anyone(), "en-GB", WORDS)
    (request,) = listener.asked
    assert (request.spoken_text, request.language) == ("Reese met Nguyen.", "en")
    assert request.sounds == ((Sounds(10, 16, "ˈwɪn"),) if takes_phonemes else ())


def test_a_language_reaches_the_engine_and_one_it_does_not_speak_is_told(tmp_path: Path) -> None:
    listener = Listener(False, "en", "de")
    with plug_in(listener):
        recite("Am 5. Mai.", FAKE_VOICE, tmp_path / "a.wav", Anyone(), "de-AT")
        with pytest.raises(LanguageNotSpoken, match="“fr”"):
            recite("Le 5 mai.", FAKE_VOICE, tmp_path / "b.wav", Anyone(), "fr")
    assert [(one.spoken_text, one.language) for one in listener.asked] == [("Am 5. Mai.", "de")]
    assert not (tmp_path / "b.wav").exists()


def test_a_sample_is_spoken_once_for_each_way_of_saying_it(tmp_path: Path) -> None:
    listener = Listener(True, "en")
    with plug_in(listener):
        found = [
            find_sample(tmp_path, "Nguyen.", FAKE_VOICE, Anyone(), "en", words)
            for words in (Lexicon(), WORDS, Lexicon(), WORDS)
        ]
    assert len(set(found)) == 2 and len(listener.asked) == 2


def test_a_sample_goes_through_the_queue_whole() -> None:
    sample = Sample("iris", "Nguyen.", "en-GB", WORDS)
    assert read_sample(json.loads(json.dumps(sample.note()))) == sample
    assert read_sample({"voice": "iris", "text": "Nguyen."}) == Sample("iris", "Nguyen.")
