"""English number words: cardinals, ordinals, years, decimals, digits, fractions."""

from __future__ import annotations

import re

ONES = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
]
TENS = ["-", "-", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
SCALES = [
    "-",
    "thousand",
    "million",
    "billion",
    "trillion",
    "quadrillion",
    "quintillion",
    "sextillion",
    "septillion",
    "octillion",
    "nonillion",
    "decillion",
]
ORDINALS = {
    "one": "first", "two": "second", "three": "third", "five": "fifth", "eight": "eighth", "nine": "ninth",
    "twelve": "twelfth",
}  # fmt: skip
LARGEST = 10**36
DIGIT_BY_DIGIT = 14  # so long a number without commas is a code
FRACTION_SIGNS = {
    "½": (1, 2), "⅓": (1, 3), "⅔": (2, 3), "¼": (1, 4), "¾": (3, 4), "⅕": (1, 5), "⅖": (2, 5), "⅗": (3, 5), "⅘": (4, 5),
    "⅙": (1, 6), "⅚": (5, 6), "⅐": (1, 7), "⅛": (1, 8), "⅜": (3, 8), "⅝": (5, 8), "⅞": (7, 8), "⅑": (1, 9),
    "⅒": (1, 10),
}  # fmt: skip
NUMBER = r"(?:\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+)"  # 1,234.5 or 1234.5 or .5


def cardinal(number: int) -> str:
    """ "one hundred five": without "and", as the built-in voice says it, and without hyphens, which change stress."""
    if number < 0:
        return f"minus {cardinal(-number)}"
    if number >= LARGEST:
        return digits(str(number))
    words: list[str] = []
    for scale in range(len(SCALES) - 1, -1, -1):
        group = number // 1000**scale % 1000
        if group:
            words += hundreds(group)
            words += [SCALES[scale]] if scale else []
    return " ".join(words) or "zero"


def hundreds(number: int) -> list[str]:
    words = [ONES[number // 100], "hundred"] if number >= 100 else []
    rest = number % 100
    if rest >= 20:
        words.append(TENS[rest // 10])
        rest %= 10
    return [*words, ONES[rest]] if rest else words


def ordinal(number: int) -> str:
    head, space, last = cardinal(number).rpartition(" ")
    if last in ORDINALS:
        last = ORDINALS[last]
    else:
        last = f"{last[:-1]}ieth" if last.endswith("y") else f"{last}th"
    return f"{head}{space}{last}"


def year(number: int) -> str:
    """ "nineteen oh five", "twelve hundred", "two thousand one"; a number that is no year of four digits in full."""
    high, low = divmod(number, 100)
    if not 10 <= high <= 99 or (high % 10 == 0 and low < 10):
        return cardinal(number)
    if low == 0:
        return f"{cardinal(high)} hundred"
    return f"{cardinal(high)} {'oh ' if low < 10 else ''}{cardinal(low)}"


def in_hundreds(number: int) -> str:
    """ "nineteen hundred fifty", as a number of things is said; from 2000 on in thousands."""
    high, low = divmod(number, 100)
    if not 11 <= high <= 19:
        return cardinal(number)
    return f"{cardinal(high)} hundred{' ' + cardinal(low) if low else ''}"


def digits(text: str) -> str:
    """ "four oh one" for "401": each digit by itself, a nought as "oh" inside and "zero" where it stands first."""
    return " ".join(ONES[int(digit)] for digit in text if digit.isdigit())


def pairs(text: str) -> str:
    """A house number, a room, a code of three or four digits: "twelve eleven", "one twenty three", "four oh one"."""
    number = int(text)
    if text.startswith("0"):
        return digits(text)
    if len(text) == 3 and number % 100:
        rest = cardinal(number % 100)
        return f"{ONES[number // 100]} {'oh ' if number % 100 < 10 else ''}{rest}"
    return year(number) if len(text) == 4 and number % 1000 else (cardinal(number) if len(text) < 5 else digits(text))


def decimal(text: str) -> str:
    """ "1,234.50" as "one thousand two hundred thirty four point five zero"; ".5" as "point five"."""
    whole, dot, part = text.replace(",", "").partition(".")
    words = "" if not whole else cardinal(int(whole)) if "," in text else plain(whole)
    if dot:
        words = f"{words} point {digits(part)}"
    return words.strip()


def plain(text: str) -> str:
    """The digits of a whole number: a cardinal; one that starts with 0 or is very long, digit by digit."""
    if len(text) == 3 and text.startswith("00") and text != "000":
        return f"double oh {ONES[int(text)]}"
    if (len(text) > 1 and text.startswith("0")) or len(text) >= DIGIT_BY_DIGIT:
        return digits(text)
    return cardinal(int(text))


def counts_one(text: str) -> bool:
    """Whether the unit after this number stands in the singular."""
    return text.replace(",", "").lstrip("-") in ("1", "01")


def fraction(top: int, bottom: int) -> str:
    """ "three quarters", "one half", "thirty one thirty seconds", "one over zero"."""
    if bottom < 2:
        return f"{cardinal(top)} over {cardinal(bottom)}"
    if bottom == 2:
        part, parts = "half", "halves"
    else:
        part = "quarter" if bottom == 4 else ordinal(bottom)
        parts = f"{part}s"
    return f"{cardinal(top)} {part if top == 1 else parts}"


def mixed(whole: int, top: int, bottom: int) -> str:
    """ "two and a half", "three and five halves"."""
    if (top, bottom) in ((1, 2), (1, 4), (1, 3)):
        return f"{cardinal(whole)} and a {fraction(1, bottom).removeprefix('one ')}"
    return f"{cardinal(whole)} and {fraction(top, bottom)}"


def name_letter_a(words: str) -> str:
    """The letter A tied to what follows: before a blank an engine takes it for the article."""
    return LETTER_A.sub("A-", words)


LETTER_A = re.compile(r"\bA (?=\w)")
ROMAN = re.compile(r"(?=.)M{0,3}(?:CM|CD|D?C{0,3})(?:XC|XL|L?X{0,3})(?:IX|IV|V?I{0,3})")
ROMAN_VALUES = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100, "D": 500, "M": 1000}


def roman_number(numeral: str, single_letters: str = "IVX") -> int:
    """The value of a well-formed Roman numeral in capitals; 0 for anything else, or a letter not in single_letters."""
    if not ROMAN.fullmatch(numeral) or (len(numeral) == 1 and numeral not in single_letters):
        return 0
    values = [ROMAN_VALUES[letter] for letter in numeral]
    following = [*values[1:], 0]
    return sum(-value if value < after else value for value, after in zip(values, following, strict=True))
