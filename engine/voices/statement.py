"""The statement a person reads aloud: its wording, six random words, and how much of it was heard again.

The wordings are in assets/consent, one file a language. A transcript is compared with what was to be read, never the
other way round: names, dates and titles are not counted, since a recogniser spells them in its own way.
"""

from __future__ import annotations

import functools
import re
import secrets
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from engine.errors import StatementRefused
from engine.voice_types import ConsentTerms

FOLDER = Path(__file__).parents[2] / "assets" / "consent"
WORDS = 6  # of 1,024 and more: a choice of some 10^18
TOKEN = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")


@dataclass(frozen=True, slots=True)
class Heard:
    """How much of a statement is in what a recogniser understood; each 0 to 1."""

    wording: float  # of the fixed words, in their order
    keys: float  # of the words that carry the meaning
    challenge: float  # of the six words, in their order


def draw_words(language: str, avoid: str = "") -> tuple[str, ...]:
    """Six different words from the list, by the system's own randomness, none of them in the text ``avoid``."""
    taken = set(split_words(avoid))
    chosen: list[str] = []
    listed = list_words(language)
    while len(chosen) < WORDS:
        word = secrets.choice(listed)
        if word not in taken:
            chosen.append(word)
            taken.add(word)
    return tuple(chosen)


def write_statement(terms: ConsentTerms, titles: Mapping[str, str], day: date, words: Sequence[str]) -> str:
    """The whole statement for these terms; ``titles`` are the books' by slug. Raises StatementRefused."""
    wording = read_wording(terms.language)
    named = [titles.get(slug, slug) for slug in terms.projects]
    shape = wording["books"]["any" if not named else "one" if len(named) == 1 else "several"]
    return str(
        wording["statement"].format(
            person=terms.person.strip(),
            day=write_date(day, terms.language),
            books=shape.format(titles=_list_titles(named, wording["books"]["and"])),
            use=wording["use"][terms.use],
            until=write_date(date.fromisoformat(terms.until), terms.language),
            words=", ".join(words),
        )
    )


def wording_version(language: str) -> str:
    return str(read_wording(language)["version"])


def write_date(day: date, language: str) -> str:
    """As it is read aloud: 31 December 2027."""
    calendar = read_wording(language)["calendar"]
    return str(calendar["date"].format(day=day.day, month=calendar["months"][day.month - 1], year=day.year))


def compare_statement(terms: ConsentTerms, words: Sequence[str], transcript: str) -> Heard:
    """How much of the statement for these terms and words stands in the transcript."""
    wording = read_wording(terms.language)
    heard = split_words(transcript)
    places = dict.fromkeys(("person", "day", "books", "until", "words"), "")
    fixed = split_words(wording["statement"].format(use=wording["use"][terms.use], **places))
    keys = [*wording["keys"]["always"], *wording["keys"][terms.use]]
    found = sum(any(sound_same(key, word) for key in group for word in heard) for group in keys)
    return Heard(
        wording=count_in_order(fixed, heard) / len(fixed),
        keys=found / len(keys),
        challenge=count_in_order(list(words), heard) / len(words),
    )


def count_in_order(wanted: Sequence[str], heard: Sequence[str]) -> int:
    """How many of the wanted words can be found among the heard ones in the same order, each in one word or two."""
    best = [[0] * (len(heard) + 3) for _ in range(len(wanted) + 1)]
    for row in range(len(wanted) - 1, -1, -1):
        for at in range(len(heard) - 1, -1, -1):
            most = max(best[row + 1][at], best[row][at + 1])
            if sound_same(wanted[row], heard[at]):
                most = max(most, 1 + best[row + 1][at + 1])
            elif at + 1 < len(heard) and sound_same(wanted[row], heard[at] + heard[at + 1]):
                most = max(most, 1 + best[row + 1][at + 2])  # "sun flower"
            best[row][at] = most
    return best[0][0]


@functools.lru_cache(maxsize=65_536)
def sound_same(wanted: str, heard: str) -> bool:
    """Whether a heard word is the wanted one, give or take how a recogniser spells: one letter in four may differ."""
    if wanted == heard:
        return True
    most = min(2, len(wanted) // 4)
    if abs(len(wanted) - len(heard)) > most:
        return False
    row = list(range(len(heard) + 1))
    for number, letter in enumerate(wanted, start=1):
        above, row[0] = row[0], number
        for column, other in enumerate(heard, start=1):
            above, row[column] = row[column], min(row[column] + 1, row[column - 1] + 1, above + (letter != other))
    return row[-1] <= most


def split_words(text: str) -> list[str]:
    """The words of a text in small letters, without signs."""
    return [word.replace("’", "").replace("'", "") for word in TOKEN.findall(text.lower())]


@functools.lru_cache
def read_wording(language: str) -> dict[str, Any]:
    """The wording of a language. Raises StatementRefused when there is none."""
    path = FOLDER / f"{language}.toml"
    if not re.fullmatch(r"[a-z]{2,3}", language) or not path.is_file():
        raise StatementRefused("A statement can be read in English only so far. Choose English for it.")
    return tomllib.loads(path.read_text(encoding="utf-8"))


@functools.lru_cache
def list_words(language: str) -> tuple[str, ...]:
    """The words that challenges are drawn from: common, plainly spelt, none that sounds like another."""
    read_wording(language)  # whoever has a wording has words
    name = "words.txt" if language == "en" else f"words-{language}.txt"
    return tuple((FOLDER / name).read_text(encoding="utf-8").split())


def _list_titles(titles: Sequence[str], and_word: str) -> str:
    quoted = [f"“{title}”" for title in titles]
    return quoted[0] if len(quoted) == 1 else f"{', '.join(quoted[:-1])} {and_word} {quoted[-1]}" if quoted else ""
