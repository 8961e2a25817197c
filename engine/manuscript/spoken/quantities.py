"""Numbers that are nothing special: ordinals, fractions, ranges, sums, codes, and all that is left."""

from __future__ import annotations

import re

from engine.manuscript.spoken.numbers import (
    FRACTION_SIGNS,
    NUMBER,
    cardinal,
    decimal,
    digits,
    fraction,
    mixed,
    name_letter_a,
    ordinal,
    pairs,
    plain,
)
from engine.manuscript.spoken.rules import Rule

SUBSCRIPTS = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")
SUBSCRIPT = re.compile("[₀-₉]+")
NOTE_MARK = re.compile(r"(?:(?<=[a-z]{2})|(?<=[.,;:!?”’\"')]))[⁰¹²³⁴-⁹]+(?=[\s”’\"')]|[.,;:!?]|$)")
NOTE_NUMBER = re.compile(r"(?:(?<=[a-z]{2})|(?<=[.,;:!?”’\"')]))\[(?:\d{1,3}|[*†‡])\](?!\w)")
POWER = re.compile(r"(?<=[A-Za-z0-9])([²³])(?!\w)")
POWERS = {"²": " squared", "³": " cubed"}

ORDINAL = re.compile(r"(?<![\w.,/-])(\d{1,3}(?:,\d{3})+|\d{1,15})(st|nd|rd|th)\b(?!/)", re.IGNORECASE)
TROOPS = "Regiment|Battalion|Brigade|Division|Corps|Infantry|Cavalry|Artillery"
OLD_ORDINAL = re.compile(rf"(?<![\w.,£$€-])(\d*[23])d(?= (?:of|inst|ult|{TROOPS})\b|(?<=the \dd) )")
ENDINGS = {1: "st", 2: "nd", 3: "rd"}

SIGN_FRACTION = re.compile(rf"(?:(?<![\w.,])(\d{{1,3}}(?:,\d{{3}})+|\d+)[ -]?)?([{''.join(FRACTION_SIGNS)}])")
MIXED = re.compile(r"(?<![\w.,/-])(\d+)[ -](\d{1,3})/(\d{1,3})(?:th|nd|rd|st)?s?(?![\w/]|[.,]\d)")
FRACTION = re.compile(r"(?<![\w.,/:-])(\d{1,6}) ?/ ?(\d{1,6})(?:th|nd|rd|st)?s?(?![\w/]|[.,]\d)")

RANGE = re.compile(rf"(?<![\w.,$£€/-])({NUMBER})( ?[-–—] ?)({NUMBER})(?![\w/*+=-]| ?[=+*]|[.,]\d)")
SUM = re.compile(rf"(?<![\w.,])({NUMBER})( ?[-−+*×÷=x] ?)(?=[-−]?{NUMBER}(?:\b|$))")
SUM_SIGNS = {
    "-": "minus",
    "−": "minus",
    "+": "plus",
    "*": "times",
    "×": "times",
    "÷": "divided by",
    "=": "equals",
    "x": "x",
}
LAST_SUM = re.compile(r"(?<=[\d\w]) ?= ?(?=-?\d)")
PLUS_MINUS = re.compile(r"± ?")

CODE = re.compile(r"(?<![\w.,$£€@/'’-])(?=[A-Za-z-]*\d)(?=\d*[A-Za-z])[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*(?![\w@]|['’]\w)")
WORD_NUMBER = re.compile(r"(?<=[A-Za-z])-(\d+)\b(?![.,]\d)")
PART = re.compile(r"\d+|[A-Za-z]+|-")
PLURAL = re.compile(r"(?<![\w.,])(\d+)(?P<s>['’]?s)\b")
VERSION = re.compile(r"(?<![\w.])\d+(?:\.\d+){2,}(?![\w])")
NEGATIVE = re.compile(r"(?<![\w.)\]])[-−](?=\.?\d)")
BROKEN_GROUPS = re.compile(r"(?<![\w.,])(\d{1,3}),(\d{4,})(?![\w,.])")
ANY = re.compile(r"(?<![\d.])(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?|(?<![\w.])\.\d+|\d+")


def read_ordinal(match: re.Match[str]) -> str | None:
    number = int(match[1].replace(",", ""))
    wanted = "th" if 10 <= number % 100 <= 20 else ENDINGS.get(number % 10, "th")
    if match[2].lower() == wanted:
        return ordinal(number)
    said = cardinal(number) if number < 100 else digits(match[1])
    return f"{said} {match[2]}"


def read_fraction(match: re.Match[str]) -> str | None:
    top, bottom = int(match[1]), int(match[2])
    if match[1].startswith("0") or match[2].startswith("0"):
        return f"{plain(match[1])} slash {plain(match[2])}"
    return fraction(top, bottom)


def read_sign_fraction(match: re.Match[str]) -> str:
    top, bottom = FRACTION_SIGNS[match[2]]
    if match[1]:
        return mixed(int(match[1].replace(",", "")), top, bottom)
    space = " " if match.string[: match.start()][-1:].isalnum() else ""
    return f"{space}{fraction(top, bottom)}"


def read_range(match: re.Match[str]) -> str:
    """ "3-5" as "three to five"; what is far too uneven for a range is a number of something: "64-6221541"."""
    first, second = match[1], match[3]
    if len(second) > len(first) + 3 and match[2] == "-" and second.isdigit():
        return f"{digits(first)}, {digits(second)}"
    return f"{decimal(first)} to {decimal(second)}"


def read_sum(match: re.Match[str]) -> str | None:
    """ "2 + 3" as "two plus three"; a hyphen is a minus only where "=" shows that this is a sum."""
    sign = match[2].strip()
    if sign == "-" and "=" not in match.string[match.end() :]:
        return None
    return f"{decimal(match[1])} {SUM_SIGNS[sign]} "


def read_code(match: re.Match[str]) -> str | None:
    """ "C24" as "C twenty four", "B2A23C" as "B two A-twenty three C"."""
    code = match.group()
    if "-" in code and not re.search(r"[A-Za-z]\d|\d[A-Za-z]", code):
        return None
    said = []
    for part in PART.findall(code):
        said.append(read_part(part) if part.isdigit() else " ".join(part) if re.fullmatch("[A-Z]{2}", part) else part)
    return name_letter_a(" ".join(said).replace(" - ", "-"))


def read_part(part: str) -> str:
    if len(part) in (3, 4) and int(part) % 1000:
        return pairs(part)
    return plain(part) if len(part) < 5 else digits(part)


def read_plural(match: re.Match[str]) -> str:
    """ "two 5s" as "two fives", "the 60's" is a decade and was read before."""
    said, ending = cardinal(int(match[1])) if len(match[1]) < 7 else digits(match[1]), match["s"]
    if len(ending) > 1:
        return said + ending
    return f"{said[:-1]}ies" if said.endswith("y") else f"{said}es" if said.endswith("x") else f"{said}s"


def read_any(match: re.Match[str]) -> str:
    said = decimal(match.group())
    before, after = match.string[: match.start()][-1:], match.string[match.end() :][:1]
    return " " * (before.isalpha() or before == ".") + said + " " * after.isalpha()


SIGN_RULES = (
    Rule("subscript", SUBSCRIPT, lambda match: match.group().translate(SUBSCRIPTS)),
    Rule("note-mark", NOTE_MARK, ""),
    Rule("power", POWER, lambda match: POWERS[match[1]]),
)
SUMS = (Rule("sum", SUM, read_sum), Rule("plus-minus", PLUS_MINUS, "plus or minus "))
BEFORE_YEARS = (
    Rule("ordinal", ORDINAL, read_ordinal),
    Rule("ordinal-old", OLD_ORDINAL, lambda match: ordinal(int(match[1]))),
    Rule("fraction-mixed", MIXED, lambda match: mixed(int(match[1]), int(match[2]), int(match[3]))),
    Rule("fraction-sign", SIGN_FRACTION, read_sign_fraction),
    Rule("fraction", FRACTION, read_fraction),
)
RULES = (
    Rule("note-number", NOTE_NUMBER, ""),
    Rule("range", RANGE, read_range),
    Rule("equals", LAST_SUM, " equals "),
    Rule("version", VERSION, lambda match: " point ".join(plain(part) for part in match.group().split("."))),
    Rule("plural", PLURAL, read_plural),
    Rule("code", CODE, read_code),
    Rule("code-end", WORD_NUMBER, lambda match: f"-{read_part(match[1])}"),
    Rule("negative", NEGATIVE, "minus "),
    Rule("broken-groups", BROKEN_GROUPS, lambda match: f"{cardinal(int(match[1]))}, {digits(match[2])}"),
    Rule("number", ANY, read_any),
)
