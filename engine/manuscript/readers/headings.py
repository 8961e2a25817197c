"""What a chapter's heading looks like in print, whatever file it comes from."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from typing import Final

ROMAN: Final = r"(?=[ivxlc])(?:x{0,3}c)?(?:xc|xl|l?x{0,4})(?:ix|iv|v?i{0,4})"
NUMBER_WORDS: Final = (
    "one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen"
    "|nineteen|twenty|thirty|forty|fifty|first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|eleventh|twelfth"
    "|thirteenth|fourteenth|fifteenth|sixteenth|seventeenth|eighteenth|nineteenth|twentieth|thirtieth|last"
)
NUMBER: Final = rf"(?:the\s+)?(?:\d{{1,3}}|{ROMAN}|(?:{NUMBER_WORDS})(?:[\s-](?:{NUMBER_WORDS}))?)"
CHAPTER_WORDS: Final = (
    "chapter|chap|chapitre|kapitel|capítulo|capitulo|capitolo|capitol|hoofdstuk|rozdział|глава|letter|stave|scene|canto"
    "|scène|szene"
)
PART_WORDS: Final = (
    "book|part|volume|vol|epoch|act|section|livre|partie|buch|teil|tome|acte|akt|libro|parte|часть|книга"
)
NAMED_SECTIONS: Final = (
    "prologue|epilogue|preface|foreword|afterword|introduction|introductory|conclusion|postscript|interlude|dedication"
    r"|author['’]s\s+(?:note|preface)|appendix(?:\s+\w{1,4})?|acknowledge?ments?|prelude|epigraph|envoi|finale|preamble|postface"
    "|prolog|epilog|vorwort|nachwort|einleitung|préface|avant-propos|épilogue|introducción|prólogo|epílogo|prologo|epilogo"
)

CHAPTER = re.compile(rf"(?:{CHAPTER_WORDS})s?\.?\s+{NUMBER}\b(?P<rest>.*)", re.IGNORECASE | re.DOTALL)
PART = re.compile(
    rf"(?:(?:{PART_WORDS})s?\.?\s+{NUMBER}\b|{NUMBER}\s+(?:{PART_WORDS})\b)(?P<rest>.*)", re.IGNORECASE | re.DOTALL
)
BARE_NUMBER = re.compile(rf"[\[(]?(?:\d{{1,3}}|{ROMAN})[\])]?\s*[.:]?", re.IGNORECASE)
NUMBERED_TITLE = re.compile(rf"(?:\d{{1,3}}|{ROMAN.upper()})\s*[.:—–-]\s*(?=\S)(?P<rest>.+)", re.DOTALL)
NAMED = re.compile(
    rf"(?:the\s+|an?\s+)?(?:{NAMED_SECTIONS})(?:\s*[.:—–-].*|\s+to\s+the\s+.*)?", re.IGNORECASE | re.DOTALL
)
THE_END = re.compile(r"(?:the\s+)?end(?:\s+of\b.*)?|finis|fin|ende|fine|to be continued", re.IGNORECASE | re.DOTALL)
TITLE_CHARACTERS: Final = 160


def is_part_heading(text: str) -> bool:
    """ "BOOK THE SECOND", "Part 3: The Return"."""
    match = PART.fullmatch(text.strip())
    return match is not None and _rest_is_title(match.group("rest"))


def is_chapter_heading(text: str) -> bool:
    """ "CHAPTER XII.", "Chapter 3: The Storm", "Letter 4"; not "Chapter 3 was the hardest"."""
    match = CHAPTER.fullmatch(text.strip())
    return match is not None and _rest_is_title(match.group("rest"))


def is_named_section(text: str) -> bool:
    """ "PROLOGUE", "Author's Note", "Introduction to the Second Edition"."""
    return len(text) <= TITLE_CHARACTERS and NAMED.fullmatch(text.strip().rstrip(".")) is not None


def is_bare_number(text: str) -> bool:
    """ "XIV", "3.", "[12]": a number and nothing else."""
    return bool(text.strip()) and BARE_NUMBER.fullmatch(text.strip()) is not None


def is_numbered_title(text: str) -> bool:
    """ "I. THE RIVER BANK", "3: Return"."""
    return len(text) <= TITLE_CHARACTERS and NUMBERED_TITLE.fullmatch(text.strip()) is not None


def opens_chapter(text: str) -> bool:
    """Whether a heading says by itself that a chapter, a part or a named section begins."""
    return is_chapter_heading(text) or is_part_heading(text) or is_bare_number(text) or is_named_section(text)


def is_end_line(text: str) -> bool:
    """ "THE END", "End of the First Epoch": closes a part, and heads nothing."""
    return len(text) <= 80 and THE_END.fullmatch(text.strip().rstrip(".!")) is not None


def read_number(text: str) -> int | None:
    """The number a heading begins with or consists of ("XIV.", "3. Return"), or None."""
    match = re.match(rf"[\[(]?(\d{{1,3}}|{ROMAN})(?![^\W\d_])", text.strip(), re.IGNORECASE)
    if match is None or not match.group(1):
        return None
    digits = match.group(1)
    return int(digits) if digits.isdigit() else _roman_value(digits.upper())


def plain_words(text: str) -> str:
    """Lower case words alone, without accents or punctuation, to compare titles by."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return " ".join(re.findall(r"[^\W_]+", "".join(c for c in decomposed if not unicodedata.combining(c))))


def join_title(lines: Sequence[str]) -> str:
    """Lines of one heading as one title: "CHAPTER I" and "Loomings" make "CHAPTER I: Loomings"."""
    title = ""
    for line in (re.sub(r"\s+", " ", line).strip() for line in lines):
        if line and title:
            title += line if line[0] in ":;,.—–" else f" {line}" if title[-1] in ".:;,!?—–-" else f": {line}"
        else:
            title = title or line
    return shorten_title(title)


def shorten_title(title: str) -> str:
    """At most TITLE_CHARACTERS, cut between words."""
    if len(title) <= TITLE_CHARACTERS:
        return title
    return title[: TITLE_CHARACTERS - 1].rsplit(" ", 1)[0].rstrip(",;:. ") + "…"


def choose_title(headings: Sequence[str], book_title: str) -> str:
    """The title of a chapter that opens with these headings, outermost first.

    "PART ONE", "CHAPTER I", "The River Bank" is "CHAPTER I: The River Bank"; the book's own title is passed over.
    """
    lines = [line for heading in headings for line in _split_number(heading)]
    own = [line for line in lines if plain_words(line) != plain_words(book_title)] or lines
    numbered = [place for place, line in enumerate(own) if is_chapter_heading(line) or is_bare_number(line)]
    if numbered:
        return join_title(own[numbered[-1] : numbered[-1] + 2])
    parts = [place for place, line in enumerate(own) if is_part_heading(line)]
    if parts:
        return join_title(own[parts[-1] : parts[-1] + 3])
    return join_title(own[:1])


def _split_number(heading: str) -> list[str]:
    """The lines of one heading as one; as two where the first is a number and the others its title."""
    lines = [line.strip() for line in heading.split("\n") if line.strip()]
    numbered = bool(lines) and (is_chapter_heading(lines[0]) or is_part_heading(lines[0]) or is_bare_number(lines[0]))
    parts = [lines[:1], lines[1:]] if numbered else [lines]
    return [" ".join(part) for part in parts if part]


def _rest_is_title(rest: str) -> bool:
    """Whether what follows "Chapter 3" can be its title: set off by punctuation or a line, or capitalised."""
    if len(rest) > TITLE_CHARACTERS:
        return False
    stripped = rest.strip()
    if not stripped or rest.lstrip(" ")[0] in ".:;,—–-\n()[]":
        return True
    letters = [character for character in stripped if character.isalpha()]
    return bool(letters) and letters[0].isupper() and not stripped.endswith((".", ",", "?", "!", '"', "”"))


def _roman_value(numeral: str) -> int:
    values = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100}
    total = 0
    for digit, following in zip(numeral, [*numeral[1:], ""], strict=True):
        value = values[digit]
        total += -value if following and values[following] > value else value
    return total
