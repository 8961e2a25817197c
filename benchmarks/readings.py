"""Two readings of one text compared as a listener would: the same words, however spelled, grouped or hyphenated.

``agrees`` is strict about words and easy about four things on which good readers differ: case, punctuation, hyphens and
white space; "and" next to a number; a four-digit number read as a year or in full; the order of a date. Where a case
says that its reading is one of several, any reading of the same digits in the same order is right.
"""

from __future__ import annotations

import re

ONES = {
    word: value
    for value, word in enumerate(
        [
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
    )
}
TENS = {
    word: 10 * value
    for value, word in enumerate(["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"], 2)
}
NAMES = ["million", "billion", "trillion", "quadrillion", "quintillion", "sextillion", "septillion"]
SCALES = {"hundred": 100, "thousand": 1000, "lakh": 10**5, "crore": 10**7}
SCALES.update({name: 10 ** (6 + 3 * step) for step, name in enumerate(NAMES)})
MONTHS = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
]
ORDINAL_ENDINGS = ["st", "nd", "rd", "th"]
IRREGULAR_ORDINALS = {
    "first": "one", "second": "two", "third": "three", "fifth": "five", "eighth": "eight", "ninth": "nine",
    "twelfth": "twelve",
}  # fmt: skip
SAME_WORDS = {
    "negative": "minus", "oh": "zero", "misses": "missus", "cent": "cent", "quarters": "fourths", "quarter": "fourth",
}  # fmt: skip
CLOCK = re.compile(r"#(\d{1,2}) to #(\d{1,2})(?= [ap]m)|#4th to #(\d{1,2})|#4th past #(\d{1,2})|half past #(\d{1,2})")
YEAR = re.compile(r"#(1[1-9])(\d\d)\b")
WORD = re.compile(r"#\d+(?:th)?|[^\W_]+")
DAY_OF_MONTH = re.compile(rf"(?:the )?(#\d+th)(?: of)? ({'|'.join(MONTHS)})\b")
ARTICLED_DAY = re.compile(rf"({'|'.join(MONTHS)}) the (?=#\d+th)")


def agrees(said: str, expected: str, match: str) -> bool:
    """Whether ``said`` is a reading that a case accepts; ``match`` is "exact", "any", "contains" or "one ..."."""
    open_to_others = match.startswith("one")
    readings = expected.split(" || ") if match == "any" else [expected]
    heard = bring_to_one_form(said.replace("#", " "), open_to_others)
    for reading in readings:
        wanted = {
            bring_to_one_form(reading.replace("#", " "), open_to_others),
            bring_to_one_form(write_out(reading), open_to_others),
        }
        if heard in wanted:
            return True
        in_full = YEAR.sub(r"#\g<1>00#\2", heard)  # "nineteen hundred twenty five" is another reading of that year
        if match == "contains" and any(one in heard or one in in_full for one in wanted):
            return True
    return False


def write_out(reading: str) -> str:
    """An expected reading that itself keeps digits ("order 1,000 units") also accepts them as a number."""
    reading = re.sub(r"(?<=\d),(?=\d{3})", "", reading.replace("#", " ")).replace("%", " percent")
    reading = re.sub(r"(?<=\d)\.(?=\d)", " point ", re.sub(r"(?<=\d)[-–](?=\d)", " to ", reading))
    reading = re.sub(r"(?<=[a-z])\.(?=[a-z]{2})", " dot ", reading.replace(" St.", " Street"))
    reading = re.sub(rf"({'|'.join(MONTHS)}) (\d\d?)\b", r"\1 \2th", reading, flags=re.IGNORECASE)
    return re.sub(r"(\d+)(th)?", lambda match: mark_digits(*match.groups("")), reading)


def mark_digits(digits: str, ending: str) -> str:
    return " ".join(
        ["", *("#0" for _ in digits[: len(digits) - len(digits.lstrip("0"))]), f"#{digits.lstrip('0')}{ending} "]
    )


def bring_to_one_form(text: str, open_to_others: bool = False) -> str:
    text = text.lower().replace("°", " degrees ")
    text = re.sub(r"['’‘`]", "", text).replace("per cent", "percent")
    words = [SAME_WORDS.get(word, word) for word in WORD.findall(text)]
    words = join_letters(words)
    tokens = read_numbers(words, open_to_others)
    form = " ".join(tokens)
    form = ARTICLED_DAY.sub(r"\1 ", DAY_OF_MONTH.sub(r"\2 \1", form))
    if open_to_others:
        form = CLOCK.sub(read_clock, form).replace("united states ", "").replace("dollars", "dollar")
        form = re.sub(r"\bfoot\b", "feet", form)
        form = re.sub(r"(?<=\d)(?:th)? #", "", form)
    return form.replace(" ", "")


def read_clock(match: re.Match[str]) -> str:
    minutes, hour, quarter_to, quarter_past, half_past = match.groups()
    if minutes:
        return f"#{(int(hour) - 2) % 12 + 1} #{60 - int(minutes)}"
    if quarter_to:
        return f"#{(int(quarter_to) - 2) % 12 + 1} #45"
    return f"#{quarter_past} #15" if quarter_past else f"#{half_past} #30"


def join_letters(words: list[str]) -> list[str]:
    """ "h t t p s" as "https"; a lone "o" beside number words is a zero."""
    joined: list[str] = []
    single = False
    for place, word in enumerate(words):
        beside = [words[other] for other in (place - 1, place + 1) if 0 <= other < len(words)]
        if word == "o" and any(other in ONES or other in TENS or other in ("point", "dot", "o") for other in beside):
            word = "zero"
        if len(word) == 1 and word.isalpha():
            if single:
                joined[-1] += word
            else:
                joined.append(word)
            single = True
        else:
            joined.append(word)
            single = False
    return joined


def read_numbers(words: list[str], open_to_others: bool) -> list[str]:
    tokens: list[str] = []
    place = 0
    while place < len(words):
        if words[place] == "double" and place + 1 < len(words) and words[place + 1] in ONES:
            words = [*words[:place], words[place + 1], *words[place + 1 :]]
        number, ending, after = read_number(words, place)
        if after == place:
            if words[place] == "and" and ((tokens and is_number(tokens[-1])) or is_number_word(words, place + 1)):
                place += 1
                continue
            tokens.append(words[place])
            place += 1
            continue
        if number >= 10 and not ending.startswith("0") and tokens and pairs_up(tokens[-1], number, open_to_others):
            tokens[-1] = f"#{int(tokens[-1][1:]) * 100 + number}{ending}"
        elif 0 < number < 10 and len(tokens) > 1 and tokens[-1] == "#0" and re.fullmatch(r"#[12]\d", tokens[-2]):
            tokens[-2:] = [f"#{tokens[-2][1:]}0{number}{ending}"]
        else:
            tokens.append(f"#{number}{ending}")
        place = after
    return tokens


def pairs_up(before: str, number: int, open_to_others: bool) -> bool:
    """Nineteen | eighty four is 1984 and four | fifty two is 452; but five | forty of a clock is as good either way."""
    return bool(re.fullmatch(r"#[1-9]\d?", before)) and 10 <= number <= 99


def is_number(token: str) -> bool:
    return token.startswith("#") or token in ("dollars", "dollar", "pounds", "pound", "minutes", "minute", "point")


def is_number_word(words: list[str], place: int) -> bool:
    return place < len(words) and read_number(words, place)[2] > place


def cardinal_of(word: str) -> tuple[str, str]:
    """A word and its ending: ("five", "th") for "fifth", ("fifty", "s") for "fifties"."""
    if word in IRREGULAR_ORDINALS:
        return IRREGULAR_ORDINALS[word], "th"
    for ending, kind in (("ieths", "ths"), ("ieth", "th"), ("ies", "s"), ("ys", "s")):
        if word.endswith(ending) and word.removesuffix(ending) + "y" in TENS:
            return word.removesuffix(ending) + "y", kind
    for ending, kind in (("ths", "ths"), ("th", "th"), ("s", "s")):
        stem = word.removesuffix(ending)
        if stem != word and (stem in ONES or stem in SCALES):
            return stem, kind
        if stem != word and stem in IRREGULAR_ORDINALS and ending == "s":
            return IRREGULAR_ORDINALS[stem], "ths"
    return word, ""


def read_number(words: list[str], place: int) -> tuple[int, str, int]:
    """The number whose words begin at ``place``, its ending, and the place after it; that same place for none."""
    if words[place].startswith("#"):
        number, ending = re.fullmatch(r"#(\d+)(th)?", words[place]).groups("")  # type: ignore[union-attr]
        return int(number), ending, place + 1
    total = group = last = 0
    start, ending = place, ""
    while place < len(words) and not ending:
        word, kind = cardinal_of(words[place])
        fresh = place == start
        if word in ONES and (fresh or (last >= 20 and ONES[word] and (last > 90 or ONES[word] < 10))):
            group, last = group + ONES[word], ONES[word]
        elif word in TENS and (fresh or last >= 100):
            group, last = group + TENS[word], TENS[word]
        elif word == "hundred" and 0 < group < 100 and last < 100:
            group, last = group * 100, 100
        elif word in SCALES and word != "hundred" and (group or fresh):
            total, group, last = total + (group or 1) * SCALES[word], 0, SCALES[word]
        elif word == "and" and last >= 100 and place + 1 < len(words) and is_small(words[place + 1]):
            place += 1
            continue
        else:
            break
        ending = kind
        place += 1
        if last == 0 and fresh and group == 0:
            break
    return total + group, ending, place


def is_small(word: str) -> bool:
    stem = cardinal_of(word)[0]
    return stem in TENS or (stem in ONES and stem != "zero")
