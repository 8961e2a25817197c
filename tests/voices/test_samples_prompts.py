"""What is read, and what was: the prompts, the sounds in them, and words compared with words."""

from __future__ import annotations

import re

import pytest

from engine.voices.prompts import SOUNDS, coverage, find_sounds, list_prompts, next_prompts, sounds_read
from engine.voices.word_check import check_fluency, compare_words


def test_the_prompts_are_short_sentences_each_of_its_own() -> None:
    texts = [prompt.text for prompt in list_prompts()]
    assert len(texts) >= 30
    assert len(set(texts)) == len(texts)
    for text in texts:
        assert 8 <= len(text.split()) <= 20
        assert re.search(r"[.!?][\"”]?$", text), text
        assert not re.search(r"\d", text), text


def test_a_dozen_prompts_hold_every_sound_of_english_twice() -> None:
    first = [prompt.sounds for prompt in list_prompts()[:12]]
    assert min(sum(sound in sounds for sounds in first) for sound in SOUNDS) >= 2
    assert coverage(first[0] | first[1] | first[2]) == 1.0


def test_the_sounds_beside_the_prompts_are_those_the_engine_says() -> None:
    engine = pytest.importorskip("hibari").Hibari()
    for prompt in list_prompts():
        assert find_sounds(" ".join(engine.phonemize(prompt.text))) == prompt.sounds, prompt.text


def test_sounds_are_found_in_either_spelling() -> None:
    assert find_sounds("ʤˈʌʤ") == find_sounds("dʒʌdʒ") == {"dʒ", "ʌ"}
    assert find_sounds("bˈY") == find_sounds("bɔɪ") == {"b", "ɔɪ"}
    assert find_sounds("ɹˈiəl") >= {"ɹ", "i", "ə", "l"}


def test_what_to_read_next_adds_what_is_missing() -> None:
    read: list[str] = []
    have = frozenset[str]()
    for _ in range(4):
        [prompt] = next_prompts(read)
        assert prompt.text not in read
        assert len(prompt.sounds - have) == max(len(other.sounds - have) for other in list_prompts())
        read.append(prompt.text)
        have |= prompt.sounds
    assert coverage(have) == 1.0
    assert len(next_prompts(read, 100)) == len(list_prompts()) - 4
    assert next_prompts([prompt.text for prompt in list_prompts()]) == []


def test_a_prompt_is_known_however_it_is_typed() -> None:
    prompt = list_prompts()[0]
    assert sounds_read([prompt.text.upper().replace("'", "’").replace(".", "!")]) == prompt.sounds
    assert sounds_read(["Nobody wrote this one."]) is None
    assert sounds_read(["Nobody wrote this one."], lambda text: "noʊ") == {"n", "oʊ"}


def test_a_language_without_prompts_has_none() -> None:
    assert list_prompts("tlh") == ()


# --- words ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("prompt", "heard", "right", "missing"),
    [
        ("The old boat.", "the old boat", 1.0, ()),
        ("The old boat.", "the boat", 2 / 3, ("old",)),
        ("The old boat.", "", 0.0, ("the", "old", "boat")),
        ("Half-past two, it's late", "half past 2 it’s late", 1.0, ()),
        ("one two", "one two three four", 0.5, ()),
    ],
)
def test_words_are_compared_in_order(prompt: str, heard: str, right: float, missing: tuple[str, ...]) -> None:
    check = compare_words(prompt, heard)
    assert (check.right, check.missing) == (pytest.approx(right), missing)


def test_words_said_twice_are_found_unless_they_are_meant() -> None:
    assert compare_words("far, far away", "far far away").repeated == ()
    assert compare_words("the far hill", "the far the far hill").repeated == ("the far",)
    assert check_fluency("a line, a line, a line of trees").repeated == ("a line", "a line")
    assert check_fluency("no stumbling here at all").right == 1.0
