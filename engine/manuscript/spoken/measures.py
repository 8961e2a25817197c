"""Numbers with a unit: lengths, weights, speeds, temperatures, percentages."""

from __future__ import annotations

import re

from engine.manuscript.spoken.money import PERIODS, ends_sentence
from engine.manuscript.spoken.numbers import FRACTION_SIGNS, NUMBER, counts_one, decimal, mixed
from engine.manuscript.spoken.rules import Rule, alternatives

# unit -> one, many; "in", "at", "a" and the like are words first.
UNITS = {
    "kg": "kilogram", "kgs": "kilogram", "g": "gram", "gm": "gram", "mg": "milligram", "µg": "microgram", "lb": "pound",
    "lbs": "pound", "oz": "ounce", "fl oz": "fluid ounce", "fl. oz": "fluid ounce", "cwt": "hundredweight",
    "km": "kilometer", "cm": "centimeter", "mm": "millimeter", "dm": "decimeter", "m": "meter", "nm": "nanometer",
    "μm": "micrometer", "µm": "micrometer", "mi": "mile", "yd": "yard", "yds": "yard", "ft": "foot", "ha": "hectare",
    "sq ft": "square foot", "sq. ft": "square foot", "sq mi": "square mile", "sq m": "square meter", "ml": "milliliter",
    "mL": "milliliter", "cl": "centiliter", "l": "liter", "L": "liter", "gal": "gallon", "pt": "pint", "qt": "quart",
    "mph": "mile per hour", "kmh": "kilometer per hour", "km/h": "kilometer per hour", "m/s": "meter per second",
    "rpm": "revolution per minute", "kph": "kilometer per hour", "ms": "millisecond", "sec": "second", "secs": "second",
    "min": "minute", "mins": "minute", "h": "hour", "hr": "hour", "hrs": "hour", "yo": "year-old", "Hz": "hertz",
    "hz": "hertz", "kHz": "kilohertz", "khz": "kilohertz", "MHz": "megahertz", "mhz": "megahertz", "GHz": "gigahertz",
    "ghz": "gigahertz", "W": "watt", "kW": "kilowatt", "MW": "megawatt", "kWh": "kilowatt hour", "MWh": "megawatt hour",
    "gWh": "gigawatt hour", "GWh": "gigawatt hour", "v": "volt", "V": "volt", "kV": "kilovolt", "hp": "horsepower",
    "lm": "lumen", "dB": "decibel", "kb": "kilobyte", "KB": "kilobyte", "kB": "kilobyte", "MB": "megabyte",
    "GB": "gigabyte", "TB": "terabyte", "cc": "c c", "kcal": "kilocalorie",
}  # fmt: skip
SAME_IN_NUMBER = frozenset(
    {"hertz", "kilohertz", "megahertz", "gigahertz", "horsepower", "c c", "hundredweight", "year-old"}
)
POWERS = {"²": "square ", "2": "square ", "³": "cubic ", "3": "cubic "}
LENGTHS = ("km", "cm", "mm", "dm", "m", "mi", "ft", "yd")
ANY_NUMBER = (
    rf"(?:(?P<whole>\d+) (?P<top>\d+)/(?P<bottom>\d+)|(?P<number>{NUMBER})(?P<sign>[{''.join(FRACTION_SIGNS)}])?)"
)
LEAD = r"(?<![\w.,:/$£€])"
UNIT = re.compile(
    rf"{LEAD}(?P<minus>(?<![\w-])[-−])?(?P<range>{NUMBER}(?P<to> ?[-–] ?| to ))?{ANY_NUMBER}(?P<space>[ -]?)"
    rf"(?:(?P<unit>{alternatives(UNITS)})(?P<stop>\.(?=\W|$))?(?![\w/])"
    rf"|(?P<length>{alternatives(LENGTHS)})(?P<power>[²³]|\^[23])(?!\w))"
)
NEEDS_NO_STOP = frozenset({"a", "g", "m", "l", "h", "v", "V", "W", "L", "pt", "min", "sec", "ms", "mi", "yo"})
NUMERALS = frozenset({"V", "v", "L", "l", "m"})  # "34 V. The Denunciation"
DEGREES = re.compile(rf"{LEAD}(?P<minus>(?<!\w)[-−])?(?P<number>{NUMBER}) ?[°º] ?(?P<scale>[CFK]\b)?(?!\w)")
SCALES = {"C": " Celsius", "F": " Fahrenheit", "K": " Kelvin"}
COMPASS = re.compile(r"(?<![\w.])(\d{1,3})[°º] ?(\d{1,2})[′'’](?: ?(\d{1,2})(?:[″\"”]|''))? ?([NSEW])?\b")
WINDS = {"N": " north", "S": " south", "E": " east", "W": " west"}
PERCENT = re.compile(
    rf"{LEAD}(?P<minus>(?<!\w)[-−])?(?:(?P<first>{NUMBER})%? ?[-–] ?)?(?P<number>{NUMBER}) ?(?P<sign>[%‰])"
)
HEIGHT = re.compile(r"(?<![\w.])(\d{1,2})['’′] ?(\d{1,2})[\"”″](?!\w)")
INCHES = re.compile(r"(?<![\w.\"“])(\d{1,3}(?:\.\d+)?)[\"″](?!\w)")
TIMES_AS_MANY = re.compile(rf"{LEAD}(\d+\.\d+|\d{{1,2}})x(?![\w])")
PER = re.compile(rf"{LEAD}(\d+)/({'|'.join(PERIODS)}|[a-z])\b")
CC_PER = re.compile(rf"{LEAD}(\d+) cc/s\b")


def read_unit(match: re.Match[str]) -> str | None:
    unit, number = match["unit"] or match["length"], match["number"] or ""
    if match["stop"] and (unit in NUMERALS or (unit in NEEDS_NO_STOP and not ends_sentence(match))):
        return None
    if unit in ("m", "l", "h", "v") and match["space"] == "-":
        return None
    one = POWERS[match["power"].lstrip("^")] * bool(match["power"]) + UNITS[unit] if match["power"] else UNITS[unit]
    if match["whole"]:
        said = mixed(int(match["whole"]), int(match["top"]), int(match["bottom"]))
    elif match["sign"]:
        said = mixed(int(number.replace(",", "")), *FRACTION_SIGNS[match["sign"]])
    else:
        said = decimal(number)
    if match["range"]:
        first = match["range"][: -len(match["to"])]
        said = f"{decimal(first)} to {said}"
    single = match["space"] == "-" or (counts_one(number) and not match["range"] and not match["sign"])
    stop = "." if match["stop"] and ends_sentence(match) else ""
    return f"{'minus ' if match['minus'] else ''}{said} {one if single else many(one)}{stop}"


def many(one: str) -> str:
    """ "feet", "square feet", "miles per hour", "hertz"."""
    head, per, tail = one.partition(" per ")
    if head in SAME_IN_NUMBER:
        return one
    plural = head.removesuffix("foot") + "feet" if head.endswith("foot") else f"{head}s"
    return plural + per + tail


def read_degrees(match: re.Match[str]) -> str:
    degrees = "degree" if counts_one(match["number"]) else "degrees"
    minus = "minus " if match["minus"] else ""
    return f"{minus}{decimal(match['number'])} {degrees}{SCALES.get(match['scale'] or '', '')}"


def read_compass(match: re.Match[str]) -> str:
    names = zip(match.groups()[:3], ("degree", "minute", "second"), strict=True)
    parts = [f"{decimal(count)} {name}{'' if counts_one(count) else 's'}" for count, name in names if count]
    return " ".join(parts) + WINDS.get(match[4] or "", "")


def read_percent(match: re.Match[str]) -> str:
    sign = "percent" if match["sign"] == "%" else "per mille"
    first = f"{decimal(match['first'])} to " if match["first"] else ""
    return f"{'minus ' if match['minus'] else ''}{first}{decimal(match['number'])} {sign}"


def read_per(match: re.Match[str]) -> str:
    return f"{decimal(match[1])} per {PERIODS.get(match[2], match[2].upper())}"


def read_inches(match: re.Match[str]) -> str | None:
    if match.string.count('"', 0, match.start()) % 2 and match.group().endswith('"'):
        return None  # the mark closes a quotation
    return f"{decimal(match[1])} {'inch' if counts_one(match[1]) else 'inches'}"


RULES = (
    Rule("height", HEIGHT, lambda match: f"{decimal(match[1])} feet {decimal(match[2])} inches"),
    Rule("compass", COMPASS, read_compass),
    Rule("degrees", DEGREES, read_degrees),
    Rule("percent", PERCENT, read_percent),
    Rule("unit-per-second", CC_PER, lambda match: f"{decimal(match[1])} c c per second"),
    Rule("unit", UNIT, read_unit),
    Rule("per", PER, read_per),
    Rule("times-as-many", TIMES_AS_MANY, lambda match: f"{decimal(match[1])} x"),
    Rule("inches", INCHES, read_inches),
)
