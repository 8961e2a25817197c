"""Sounds given in IPA are the sounds that are heard."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.core_types import Sounds, SpeechRequest
from engine.errors import LexiconError, SynthesisError
from engine.narration.hibari_sounds import CONSONANTS, VOWELS, add_s, check_sounds, write_sounds
from engine.narration.hibari_synthesizer import HibariSynthesizer, find_unknown_words, mark_sounds
from engine.narration.synthesizer import ENGINES
from engine.narration.takes import speak_one
from engine.voices.presets import find_preset


@pytest.fixture(scope="module")
def hibari() -> HibariSynthesizer:
    synthesizer = ENGINES["hibari"].synthesizer
    assert isinstance(synthesizer, HibariSynthesizer)
    return synthesizer


def sound(text: str, word: str, ipa: str) -> Sounds:
    start = text.index(word)
    return Sounds(start, start + len(word), ipa)


def read(hibari: HibariSynthesizer, text: str, *sounds: Sounds) -> str:
    return " ".join(hibari._hibari.phonemize(mark_sounds(text, sounds)))


@pytest.mark.parametrize(
    ("ipa", "sounds"),
    [
        ("ˈwɪn", "wˈɪn"),  # hibari has the stress right before the vowel
        ("wɪn", "wˈɪn"),  # a word without any is stressed
        ("d͡ʒɔɪ", "ʤˈY"),
        ("həˈləʊ", "həlˈO"),
        ("ˈgɜːtə", "ɡˈɜɹtə"),
        ("ˈfɜːɹst", "fˈɜɹst"),
        ("ˈbʌtn̩", "bˈʌtᵊn"),
        ("ʒɑ̃", "ʒˈɑn"),
        ("ˈʁiçaː", "ɹˈiʃɑ"),
        ("'hɛr.maɪ.o", "hˈɛɹmIO"),
        ("ðə ˈbɪə", "ðə bˈɪɹ"),
        ("ɪnˌvɪzɪˈbɪlɪti", "ɪnvˌɪzɪbˈɪlɪti"),
    ],
)
def test_ipa_becomes_the_sounds_of_the_voice(ipa: str, sounds: str) -> None:
    assert write_sounds(ipa) == sounds


@pytest.mark.parametrize(
    ("ipa", "part"), [("w1n", "“1”"), ("ɓa", "“ɓ”"), ("AB", "“A”"), (" ", "no sounds"), ("ˈ", "no")]
)
def test_a_sign_without_a_sound_is_named(ipa: str, part: str) -> None:
    with pytest.raises(LexiconError, match=part) as refused:
        check_sounds(ipa)
    assert str(refused.value).endswith(".")


@settings(max_examples=200, derandomize=True, deadline=None)
@given(st.lists(st.sampled_from([*VOWELS, *CONSONANTS, "ˈ", "ˌ", "ː", "\u0303", "\u0329", ".", " "]), max_size=20))
def test_what_is_accepted_is_in_the_alphabet_of_the_model(hibari: HibariSynthesizer, ipa: list[str]) -> None:
    try:
        said = write_sounds("".join(ipa))
    except LexiconError as error:
        assert "no sounds" in str(error)
    else:
        assert set(said) <= hibari._hibari.vocab.keys()


def test_only_the_word_is_said_otherwise(hibari: HibariSynthesizer) -> None:
    text = "Old Nguyen met the others [late] (x = y/z)."
    said = read(hibari, text, sound(text, "Nguyen", "ˈwɪn"))
    assert said.split()[1] == "wˈɪn" != read(hibari, text).split()[1]
    assert said.split()[2:] == read(hibari, text).split()[2:]


@pytest.mark.parametrize(("ipa", "heard"), [("ˈɹiːs", "ɹˈisᵻz"), ("ˈwɪn", "wˈɪnz"), ("ˈpɪt", "pˈɪts")])
def test_a_possessive_keeps_its_ending(hibari: HibariSynthesizer, ipa: str, heard: str) -> None:
    for text in ("Rhys’s book", "Rhys's book"):
        assert read(hibari, text, sound(text, "Rhys", ipa)).split()[0] == heard
    assert add_s("") == "z"


def test_brackets_in_a_text_set_no_sounds(hibari: HibariSynthesizer) -> None:
    assert read(hibari, "[cat](/dˈɔɡ/)") != read(hibari, "cat", sound("cat", "cat", "dɔɡ"))


def test_words_of_several_parts_and_a_stop_are_one(hibari: HibariSynthesizer) -> None:
    text = "He met St. John. Then he left."
    assert read(hibari, text, sound(text, "St. John", "ˈsɪndʒən")).startswith("hˌi mˈɛt sˈɪnʤən.")


def test_the_sound_itself_changes_and_without_sounds_does_not(hibari: HibariSynthesizer) -> None:
    text = "Mister Nguyen came."
    plain = SpeechRequest(text, find_preset("hazel"))
    told = replace(plain, sounds=(sound(text, "Nguyen", "ˈwɪn"),))
    respelled = speak_one(hibari, replace(plain, spoken_text="Mister Win came.")).samples
    assert np.array_equal(speak_one(hibari, told).samples, respelled)
    assert not np.array_equal(speak_one(hibari, plain).samples, respelled)
    assert hibari.card.takes_phonemes


def test_sounds_that_cannot_be_said_are_the_line_s_error(hibari: HibariSynthesizer) -> None:
    with pytest.raises(SynthesisError, match="“8”"):
        speak_one(hibari, SpeechRequest("Rhys.", find_preset("hazel"), sounds=(Sounds(0, 4, "8"),)))


def test_words_in_no_dictionary_are_told() -> None:
    assert find_unknown_words(["Emma", "walked", "Nguyen", "Pemberley", "lighthouse"]) == ["Nguyen", "Pemberley"]
