"""Were the right words read? What a recogniser heard against what was asked for."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import SequenceMatcher

# What a recogniser writes in figures was read in words; only the small ones are told apart from years and sums.
SMALL = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
FIGURES = {str(number): word for number, word in enumerate(SMALL)}
LONGEST_REPEAT = 5  # words
# A recogniser that has lost the thread writes the same words over and over; nobody reads a prompt like that.
LOOP_TIMES, LONGEST_LOOP = 4, 12


@dataclass(frozen=True, slots=True)
class WordCheck:
    """How a reading compares with its prompt."""

    right: float  # share of the words, 0 to 1
    missing: tuple[str, ...] = ()  # of the prompt, not heard
    repeated: tuple[str, ...] = ()  # heard twice running: a word that was begun again


def compare_words(prompt: str, heard: str) -> WordCheck:
    """Word by word, in order. Words that sound alike may be written in two ways, so no one word decides."""
    wanted, got = split_words(prompt), leave_loops(split_words(heard))
    matcher = SequenceMatcher(a=wanted, b=got, autojunk=False)
    alike = sum(block.size for block in matcher.get_matching_blocks())
    lost = [(start, end) for tag, start, end, _, _ in matcher.get_opcodes() if tag in ("replace", "delete")]
    missing = tuple(word for start, end in lost for word in wanted[start:end])
    return WordCheck(alike / max(len(wanted), len(got), 1), missing, find_repeats(got, wanted))


def check_fluency(heard: str) -> WordCheck:
    """Without a prompt: the share of words that were not said twice over."""
    words = leave_loops(split_words(heard))
    repeated = find_repeats(words, [])
    again = sum(len(phrase.split()) for phrase in repeated)
    return WordCheck(1.0 - again / max(1, len(words)), (), repeated)


def find_repeats(words: list[str], wanted: list[str]) -> tuple[str, ...]:
    """Phrases of up to five words that come twice running and are not meant to."""
    meant = " ".join(wanted)
    repeats, at = [], 0
    while at < len(words):
        for length in range(LONGEST_REPEAT, 0, -1):
            phrase = words[at : at + length]
            if len(phrase) == length and words[at + length : at + 2 * length] == phrase:
                said = " ".join(phrase)
                if f"{said} {said}" not in meant:
                    repeats.append(said)
                at += length - 1
                break
        at += 1
    return tuple(repeats)


def leave_loops(words: list[str]) -> list[str]:
    """The words, with what comes four times running and more once."""
    kept: list[str] = []
    at = 0
    while at < len(words):
        for length in range(1, LONGEST_LOOP + 1):
            times = 1
            while words[at + times * length : at + (times + 1) * length] == words[at : at + length]:
                times += 1
            if times >= LOOP_TIMES:
                kept += words[at : at + length]
                at += times * length
                break
        else:
            kept.append(words[at])
            at += 1
    return kept


def split_words(text: str) -> list[str]:
    """Lower-case words without signs; small numbers in words."""
    words = re.findall(r"[^\W_]+(?:'[^\W_]+)*", text.casefold().replace("’", "'").replace("-", " "))
    return [FIGURES.get(word, word) for word in words]
