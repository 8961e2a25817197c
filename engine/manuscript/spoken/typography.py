"""Typography undone, in every language: what print adds to words, and words in capitals."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import groupby

from engine.manuscript.spoken.draft import Draft, Edit
from engine.manuscript.spoken.numbers import roman_number

# A picture's caption as plain-text editions carry it: "[Illustration: The old mill]".
ILLUSTRATION = re.compile(r"\[\s*Illustrations?\b[^\[\]]{0,400}\]", re.IGNORECASE)

NEVER_SEEN = "".join(
    chr(code)
    for code in (
        *(0x00AD, 0x200B, 0x2060, 0xFEFF, 0xFFFC, *range(0x200E, 0x2010), *range(0x202A, 0x202F)),
        *(*range(0x2066, 0x206A), *(code for code in (*range(0x20), *range(0x7F, 0xA0)) if not chr(code).isspace())),
    )
)
INVISIBLE = re.compile(f"[{re.escape(NEVER_SEEN)}]+")
JOINERS = re.compile(r"(?<![\u0600-\u0dff\u1000-\u109f\u1780-\u17ff])[\u200c\u200d]")  # those scripts spell with them
SOFT_HYPHEN_AT_LINE_END = re.compile("\u00ad[ \t]*\r?\n[ \t]*")
BULLET = re.compile(r"^\s*[*•‣◦▪·●○–-]\s+(?=\S)")
EMPHASIS_MARKS = re.compile(r"(?<![\w*])[_*]++(?=\S)|(?<=[^\s_*])[_*]++(?![^\W_])")
DOUBLE_HYPHEN = re.compile(r"(?<!-)--{1,3}(?!-)")
SPACED_ELLIPSIS = re.compile(r"\.(?:\s\.){2,}")
SPACE = re.compile(r"\s+")
LINE_END_IN_HEADING = re.compile(r"(?<=[^\W_])[ \t]*\n+(?=\s*\S)")

TITLE_ABBREVIATIONS = frozenset({"MR", "MRS", "MS", "DR", "ST", "JR", "SR"})
# Short words that are never an acronym where several words stand in capitals.
SMALL = """
    A AM AN AND ARE AS AT BE BUT BY DO FOR GO HAD HAS HE HER HIM HIS HOW IF IN IS IT ITS ME MY NO NOT NOW OF OFF OLD ON
    OR OUR OUT SHE SO THE TO TWO UP US WAS WE WHO WHY YET YOU
"""
SMALL_WORDS = frozenset(SMALL.split())
WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
TWO_CAPITALS = re.compile(r"[^\W\d_a-z]{2}")  # perhaps: no script but ours is told apart here
ONLY_CONSONANTS = re.compile("[B-DF-HJ-NP-TV-XZ]+")
ROMAN_NUMERAL = re.compile("[XVI]+|[MDCLXVI]{4,}")
VOWEL = re.compile("[AEIOUY]")
# A name alone in capitals ("MARLEY!") an engine that does not know it would spell; so long an acronym is a word.
LONG_WORD = 5

# What a numeral in a heading may count, in the languages whose books number their parts in Roman numerals.
COUNTED = (
    "chapter|book|part|volume|act|scene|canto|section|letter|stave|appendix|chapitre|livre|partie|tome|acte|scène"
    "|kapitel|buch|teil|band|akt|szene|capítulo|libro|parte|tomo|acto|escena|capitolo|atto|scena|hoofdstuk|deel"
)
NUMBERED = re.compile(rf"\b({COUNTED})(\s+)([IVXLCDM]+|\d+)\b(\.?)(?=(\s+\w)?)", re.IGNORECASE)
LEADING_NUMERAL = re.compile(r"^([IVXLCDM]+)(?=\s*$|[.:)—–]|\s+[-–—])")


def undo_typography(draft: Draft, heading: bool) -> None:
    """One line without captions, invisible letters, bullets and marks of emphasis, its white space single blanks."""
    draft.sub(ILLUSTRATION, " ")
    draft.sub(SOFT_HYPHEN_AT_LINE_END, "")
    draft.sub(INVISIBLE, "")
    for marks in (JOINERS, BULLET, EMPHASIS_MARKS):
        draft.sub(marks, "")
    if heading:
        strip(draft)
        draft.sub(LINE_END_IN_HEADING, ". ")
    draft.sub(SPACED_ELLIPSIS, "…")
    straighten(draft)


def straighten(draft: Draft) -> None:
    """Single blanks between words and none around them."""
    if draft.tracked:
        strip(draft)
        draft.sub(SPACE, " ")
    else:
        draft.text = " ".join(draft.text.split())


def strip(draft: Draft) -> None:
    length, left, right = len(draft.text), len(draft.text.lstrip()), len(draft.text.rstrip())
    draft.replace([(0, length - left, ""), (right, length, "")] if right else [(0, length, "")])


def read_heading(draft: Draft) -> None:
    """A heading as it is said: "CHAPTER IV THE RIVER BANK" is "Chapter 4. The River Bank"."""
    in_capitals = not any(letter.islower() for letter in draft.text)
    draft.sub(LEADING_NUMERAL, lambda match: str(roman_number(match.group()) or match.group()))
    draft.sub(NUMBERED, read_numbered)
    if in_capitals:
        draft.sub(WORD, lambda match: capitalize(match.group()))
    else:
        soften_capitals(draft)


def read_numbered(match: re.Match[str]) -> str:
    """ "Chapter XIV" as "Chapter 14"; a stop follows when more of the heading does."""
    counted, space, numeral, stop, more = match.groups()
    if not numeral.isdigit():
        number = roman_number(numeral, "IVXLCDM" if counted.lower() in ("chapter", "chapitre", "kapitel") else "IVX")
        if not number:  # "Appendix C", "Book Mix"
            return match.group()
        numeral = str(number)
    return f"{capitalize(counted)}{space}{numeral}{stop or ('.' if more and not more.lstrip().islower() else '')}"


def soften_capitals(draft: Draft) -> None:
    """Runs of words in capitals, as at a chapter's opening, as ordinary words; short ones that may be acronyms stay."""
    if TWO_CAPITALS.search(draft.text):
        draft.replace(list(find_capitals(draft.text)))


def find_capitals(line: str) -> Iterator[Edit]:
    for in_capitals, run in groupby(WORD.finditer(line), key=lambda match: match.group().isupper()):
        if not in_capitals:
            continue
        words = list(run)
        several = sum(len(word.group()) > 1 for word in words) > 1
        for word in words:
            yield word.start(), word.end(), soften_word(word.group(), several)


def soften_word(word: str, several: bool) -> str:
    if ROMAN_NUMERAL.fullmatch(word) and len(word) > 1 and word not in SMALL_WORDS:
        return word
    if not several:
        return capitalize(word) if len(word) >= LONG_WORD and VOWEL.search(word) else word
    return capitalize(word) if len(word) > 3 or word in SMALL_WORDS or word in TITLE_ABBREVIATIONS else word


def capitalize(word: str) -> str:
    """ "MARLEY'S" as "Marley's"; what has no vowel (BBC) is an acronym and stays, a title (MRS) does not."""
    if not word.isupper() or (word not in TITLE_ABBREVIATIONS and ONLY_CONSONANTS.fullmatch(word)):
        return word
    return word[0] + word[1:].lower()
