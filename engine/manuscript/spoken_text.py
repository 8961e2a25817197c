"""The words of a piece of source text as they will be said: typography undone, nothing else changed yet."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import groupby

# A picture's caption as plain-text editions carry it: "[Illustration: The old mill]".
ILLUSTRATION = re.compile(r"\[\s*Illustrations?\b[^\[\]]{0,400}\]", re.IGNORECASE)

INVISIBLE = dict.fromkeys(
    [0x00AD, 0x200B, 0x2060, 0xFEFF, 0xFFFC, *range(0x200E, 0x2010), *range(0x202A, 0x202F), *range(0x2066, 0x206A)]
    + [code for code in (*range(0x20), *range(0x7F, 0xA0)) if not chr(code).isspace()]
)
JOINERS = re.compile(r"(?<![\u0600-\u0dff\u1000-\u109f\u1780-\u17ff])[\u200c\u200d]")  # those scripts spell with them
SOFT_HYPHEN_AT_LINE_END = re.compile("\u00ad[ \t]*\r?\n[ \t]*")
BULLET = re.compile(r"^\s*[*•‣◦▪·●○–-]\s+(?=\S)")
EMPHASIS_MARKS = re.compile(r"(?<![\w*])[_*]++(?=\S)|(?<=[^\s_*])[_*]++(?![^\W_])")
DOUBLE_HYPHEN = re.compile(r"(?<!-)--{1,3}(?!-)")
SPACED_ELLIPSIS = re.compile(r"\.(?:\s\.){2,}")
SAYABLE = re.compile(r"[^\W_]")

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

ROMAN = re.compile(r"(?=.)M{0,3}(?:CM|CD|D?C{0,3})(?:XC|XL|L?X{0,3})(?:IX|IV|V?I{0,3})")
ROMAN_VALUES = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100, "D": 500, "M": 1000}
# What a numeral in a heading may count, in the languages whose books number their parts in Roman numerals.
COUNTED = (
    "chapter|book|part|volume|act|scene|canto|section|letter|stave|appendix|chapitre|livre|partie|tome|acte|scène"
    "|kapitel|buch|teil|band|akt|szene|capítulo|libro|parte|tomo|acto|escena|capitolo|atto|scena|hoofdstuk|deel"
)
NUMBERED = re.compile(rf"\b({COUNTED})(\s+)([IVXLCDM]+|\d+)\b(\.?)(?=(\s+\w)?)", re.IGNORECASE)
LEADING_NUMERAL = re.compile(r"([IVXLCDM]+)(?=\s*$|[.:)—–]|\s+[-–—])")


def spoken_form(text: str, silent: Sequence[tuple[int, int]] = (), heading: bool = False) -> str:
    """``text`` in one line as an engine is to be given it; "" when nothing in it can be said.

    ``silent`` are spans of ``text`` left out, in order and apart from each other. Quotation marks, dashes and numbers
    stay: the engine reads them. In a heading capitals become words and Roman numerals numbers, and the end of a line
    is a stop. Elsewhere several words in capitals become words too: an engine would spell them letter by letter.
    """
    spoken = ILLUSTRATION.sub(" ", leave_out(text, silent))
    spoken = SOFT_HYPHEN_AT_LINE_END.sub("", spoken).translate(INVISIBLE)
    spoken = EMPHASIS_MARKS.sub("", BULLET.sub("", JOINERS.sub("", spoken)))
    if heading:
        spoken = re.sub(r"(?<=[^\W_])[ \t]*\n+(?=\s*\S)", ". ", spoken.strip())
    spoken = " ".join(SPACED_ELLIPSIS.sub("…", spoken).split())
    if not SAYABLE.search(spoken):
        return ""
    return read_heading(spoken) if heading else soften_capitals(DOUBLE_HYPHEN.sub("—", spoken))


def leave_out(text: str, silent: Sequence[tuple[int, int]]) -> str:
    kept, place = [], 0
    for start, end in silent:
        kept.append(text[place:start])
        place = end
    return "".join([*kept, text[place:]])


def read_heading(line: str) -> str:
    """A heading as it is said: "CHAPTER IV THE RIVER BANK" is "Chapter 4. The River Bank"."""
    line = DOUBLE_HYPHEN.sub("—", line)
    in_capitals = not any(letter.islower() for letter in line)
    leading = LEADING_NUMERAL.match(line)
    if leading and (number := roman_number(leading.group())):
        line = f"{number}{line[leading.end() :]}"
    line = NUMBERED.sub(read_numbered, line)
    if in_capitals:
        return WORD.sub(lambda match: capitalize(match.group()), line)
    return soften_capitals(line)


def read_numbered(match: re.Match[str]) -> str:
    """ "Chapter XIV" as "Chapter 14"; a stop follows when more of the heading does."""
    counted, space, numeral, stop, more = match.groups()
    if not numeral.isdigit():
        number = roman_number(numeral, "IVXLCDM" if counted.lower() in ("chapter", "chapitre", "kapitel") else "IVX")
        if not number:  # "Appendix C", "Book Mix"
            return match.group()
        numeral = str(number)
    return f"{capitalize(counted)}{space}{numeral}{stop or ('.' if more and not more.lstrip().islower() else '')}"


def roman_number(numeral: str, single_letters: str = "IVX") -> int:
    """The value of a well-formed Roman numeral in capitals; 0 for anything else, or a letter not in single_letters."""
    if not ROMAN.fullmatch(numeral) or (len(numeral) == 1 and numeral not in single_letters):
        return 0
    values = [ROMAN_VALUES[letter] for letter in numeral]
    following = [*values[1:], 0]
    return sum(-value if value < after else value for value, after in zip(values, following, strict=True))


def soften_capitals(line: str) -> str:
    """Runs of words in capitals, as at a chapter's opening, as ordinary words; short ones that may be acronyms stay."""
    if not TWO_CAPITALS.search(line):
        return line
    softened, place = [], 0
    for in_capitals, run in groupby(WORD.finditer(line), key=lambda match: match.group().isupper()):
        words = list(run)
        if in_capitals and sum(len(word.group()) > 1 for word in words) > 1:
            for word in words:
                softened += [line[place : word.start()], soften_word(word.group())]
                place = word.end()
    return "".join([*softened, line[place:]])


def soften_word(word: str) -> str:
    return capitalize(word) if len(word) > 3 or word in SMALL_WORDS or word in TITLE_ABBREVIATIONS else word


def capitalize(word: str) -> str:
    """ "MARLEY'S" as "Marley's"; what has no vowel (BBC) is an acronym and stays, a title (MRS) does not."""
    if not word.isupper() or (word not in TITLE_ABBREVIATIONS and ONLY_CONSONANTS.fullmatch(word)):
        return word
    return word[0] + word[1:].lower()
