"""What a person is asked to read: short sentences that together hold every sound of English.

``assets/prompts/en.txt`` has a sentence and its sounds to a line. The sentences were written for Voxfolio; the sounds
were found by ``assets/prompts/find_sounds.py``.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parents[2] / "assets" / "prompts"

# The sounds of general American English, in IPA: 24 consonants, 16 vowels.
CONSONANTS = ("p", "b", "t", "d", "k", "ɡ", "tʃ", "dʒ", "f", "v", "θ", "ð", "s", "z", "ʃ", "ʒ")
SONORANTS = ("h", "m", "n", "ŋ", "l", "ɹ", "j", "w")
VOWELS = ("i", "ɪ", "ɛ", "æ", "ɑ", "ɔ", "ʊ", "u", "ʌ", "ɜ", "ə", "eɪ", "aɪ", "oʊ", "aʊ", "ɔɪ")
SOUNDS = frozenset((*CONSONANTS, *SONORANTS, *VOWELS))

# How transcriptions write them: single letters for affricates and diphthongs, accents of one and the same sound.
SPELLINGS = {
    "ʧ": "tʃ", "ʤ": "dʒ", "A": "eɪ", "I": "aɪ", "O": "oʊ", "W": "aʊ", "Y": "ɔɪ", "Q": "oʊ", "əʊ": "oʊ",
    "g": "ɡ", "r": "ɹ", "ɾ": "t", "T": "t", "ʔ": "t", "ɐ": "ə", "ᵊ": "ə", "ᵻ": "ɪ", "ɚ": "ə", "ɝ": "ɜ", "ɜː": "ɜ",
    "e": "ɛ", "a": "æ", "ɒ": "ɑ", "o": "ɔ",
}  # fmt: skip
SOUND = re.compile("|".join(sorted(map(re.escape, {*SOUNDS, *SPELLINGS}), key=len, reverse=True)))

Phonemize = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Prompt:
    """A sentence to read, and the sounds in it."""

    text: str
    sounds: frozenset[str]


@functools.cache
def list_prompts(language: str = "en") -> tuple[Prompt, ...]:
    """Every prompt in the order they are best read in. There are none yet for languages other than English."""
    path = FOLDER / f"{language}.txt"
    if not path.is_file():
        return ()
    lines = path.read_text(encoding="utf-8").splitlines()
    rows = [line.split("\t") for line in lines if line.strip() and not line.startswith("#")]
    return tuple(Prompt(text, frozenset(sounds.split())) for text, sounds in rows)


def find_sounds(ipa: str) -> frozenset[str]:
    """The sounds of English in a transcription, whichever of the usual spellings it uses."""
    return frozenset(SPELLINGS.get(sound, sound) for sound in SOUND.findall(ipa))


def sounds_read(texts: Iterable[str], phonemize: Phonemize | None = None) -> frozenset[str] | None:
    """The sounds in what was read; None when a text is no prompt and nothing tells how it is said."""
    known = {_fold(prompt.text): prompt.sounds for prompt in list_prompts()}
    read: frozenset[str] = frozenset()
    for text in texts:
        sounds = known.get(_fold(text))
        if sounds is None:
            if phonemize is None:
                return None
            sounds = find_sounds(phonemize(text))
        read |= sounds
    return read


def coverage(sounds: frozenset[str]) -> float:
    """The share of the sounds of English, 0 to 1."""
    return len(sounds & SOUNDS) / len(SOUNDS)


def next_prompts(read: Sequence[str], count: int = 1, phonemize: Phonemize | None = None) -> list[Prompt]:
    """What to read next: of the prompts not yet read, those that add most of the sounds still missing."""
    done = {_fold(text) for text in read}
    have = sounds_read([text for text in read if phonemize or _fold(text) in _known_texts()], phonemize) or frozenset()
    left = [prompt for prompt in list_prompts() if _fold(prompt.text) not in done]
    chosen: list[Prompt] = []
    while left and len(chosen) < count:
        best = max(left, key=lambda prompt: len(prompt.sounds - have))  # the first of equals
        left.remove(best)
        chosen.append(best)
        have |= best.sounds
    return chosen


@functools.cache
def _known_texts() -> frozenset[str]:
    return frozenset(_fold(prompt.text) for prompt in list_prompts())


def _fold(text: str) -> str:
    return " ".join(re.findall(r"[\w']+", text.casefold().replace("’", "'")))
