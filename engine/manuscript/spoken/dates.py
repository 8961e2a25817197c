"""Dates, years, decades and times of day."""

from __future__ import annotations

import re

from engine.manuscript.spoken.numbers import cardinal, in_hundreds, ordinal, plain, year
from engine.manuscript.spoken.rules import Rule

MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
SHORT_MONTHS = {**{month[:3]: month for month in MONTHS if month != "May"}, "Sept": "September"}
# "May" is no abbreviation, and "jan 5" must not be found in "trojan 5".
SHORT = "|".join(sorted(SHORT_MONTHS, key=len, reverse=True))
MONTH = rf"(?P<month>{'|'.join(MONTHS)}|(?:{SHORT})\b\.?)"
DAY = r"(?P<day>[12]?\d|3[01])"
YEAR = r"(?P<year>[12]\d{3}|'\d\d|’\d\d)"
WEEKDAYS = {
    "Mon": "Monday", "Tu": "Tuesday", "Tue": "Tuesday", "Tues": "Tuesday", "Wed": "Wednesday", "Thu": "Thursday",
    "Thur": "Thursday", "Thurs": "Thursday", "Fri": "Friday", "Sat": "Saturday", "Sun": "Sunday",
}  # fmt: skip
WEEKDAY = "|".join(sorted(WEEKDAYS, key=len, reverse=True))
ANY_CASE = re.IGNORECASE

MONTH_DAY = re.compile(
    rf"\b{MONTH} (?:the )?{DAY}(?:st|nd|rd|th)?\b(?![\d:%]|[.,]\d)(?P<comma>,? ?)(?:{YEAR}\b)?", ANY_CASE
)
DAY_MONTH = re.compile(
    rf"(?P<the>\bthe )?(?<![\w.,-]){DAY}(?P<th>st|nd|rd|th)?,? (?:of )?{MONTH}(?!\w)(?:(?P<gap> ?,? ){YEAR}\b)?",
    ANY_CASE,
)
MONTH_YEAR = re.compile(rf"\b{MONTH}(?P<comma>,? )(?P<year>1\d{{3}}|20\d\d)\b", ANY_CASE)
BIG_FIRST = re.compile(r"(?<![\w/.-])(\d{4})([-/.])(\d{1,2})\2(\d{1,2})(?![\w/-]|\.\d)")
BIG_LAST = re.compile(r"(?<![\w/.-])(\d{1,2})([-/.])(\d{1,2})\2(\d{4}|\d{2})(?![\w/-]|\.\d)")
QUARTER = re.compile(r"(?<!\w)([1-4])([QH])(\d{2})(?!\w)")
WEEKDAYS_RANGE = re.compile(rf"\b({WEEKDAY})\.? ?[-–] ?({WEEKDAY})\b\.?")
WEEKDAY_DATE = re.compile(rf"\b({WEEKDAY})\.?(?=,? (?:\(|\d|(?:{'|'.join(MONTHS)}|{'|'.join(SHORT_MONTHS)})\b))")

DECADE = re.compile(r"(?<![\w.,£$€])(?P<century>1\d|20)(?P<tens>\d)0(?:['’]?| (?=s\Z))s\b(?:[-–](?P<to>\d)0['’]?s\b)?")
SHORT_DECADE = re.compile(r"(?:(?<!\w)['’‘](?P<cut>[2-9])0s|(?<![\w.,£$€'’])(?P<plain>[2-9])0['’]?s)(?!\w)")
CIRCA = re.compile(r"\b(?:ca?|circ)\. ?(?=\d{3,4}\b)")
LIFE = re.compile(r"(?<=\()([bd])\. ?(?=\d{4}\b)")
CUT_YEAR = re.compile(r"(?<=\w )['’](\d\d)(?![\w'’])")
ERA = re.compile(r"(?<![\w.,])(\d{1,4})(?= ?(?:B\.? ?C\.?|A\.? ?D\.?|BCE|CE)(?:\b|(?<=\.)))")
HIDDEN_YEAR = re.compile(r"(?<![\w.,])(1[5-9])(\d)(?:-(?![\w-])|—)")  # "in April, 187-"
YEARS = re.compile(
    r"(?<![\w.,/$£€-])(1[1-9]\d\d|20\d\d)(?: ?[-–—] ?|/(?=\d\d\b))(1[1-9]\d\d|20\d\d|\d\d)(?![\w/]|[.,-]\d)"
)
# "had 1950 apples" is no year: a number of things that somebody has, loses or sells, or more or fewer of them.
NUMBER_OF_THINGS = re.compile(
    r"\b(?P<lead>(?:have|has|had|than|some|over|only|with|held|all|nearly|almost) )(?P<number>1[1-9]\d\d|2[01]\d\d)"
    r"(?= (?:men|women|people|children|horse|sheep|feet|[a-z]+[^\Wsui]s)\b)",
    ANY_CASE,
)
PLAIN_YEAR = re.compile(r"(?<![\w.,$£€/:+*=#-])(1\d{3}|2[01]\d\d)(?![\w/%°]|:\d|[.,]\d|-\d)")

MERIDIEM = r"(?P<half>[AaPp])(?P<dot>\.?) ?[Mm](?P<stop>\.?)(?![A-Za-z])"
ZONE = r"(?: ?(?P<zone>[eECcMmPp]\.?[sSdD]\.?[tT]|G\.?M\.?T|UTC)\b\.?)?"
CLOCK = r"(?P<hour>[01]?\d|2[0-4]):(?P<minute>[0-5]\d)(?::(?P<second>[0-5]\d))?"
TIME = re.compile(rf"(?<![\w:.,$£€]){CLOCK}(?: ?{MERIDIEM})?{ZONE}(?![:\d])")
HOUR = re.compile(rf"(?<![\w:.,$£€])(?P<hour>1?\d)(?:\.(?P<minute>[0-5]\d))? ?{MERIDIEM}{ZONE}")
# "the 8.30", "about 12.15", as British books write it; a measure would name its unit.
SPOKEN_CLOCK = re.compile(
    r"\b(?P<lead>(?:at|about|by|the|till|until|before|after|past) )"
    r"(?P<hour>1\d|2[0-3]|[1-9])\.(?P<minute>[0-5]\d)(?!\d)"
    r"(?=[,;:.!?)”’\"'—]|$| (?:this|that|the|to|from|train|bus|on|and|in|I|he|she|they|we|it|at|yesterday|tomorrow)\b)"
)
TIMES = re.compile(r"(?<=[APap]\.[Mm]\.)( ?[-–—] ?)(?=[a-z]+ )|(?<=[APap]\.[Mm]) ?[-–—] ?(?=[a-z]+ )")
OCLOCK = re.compile(r"(?<![\w:.])(\d{1,2})(?= ?o['’] ?clock)")
SCRIPTURE = (
    "Genesis|Exodus|Leviticus|Numbers|Deuteronomy|Joshua|Judges|Ruth|Samuel|Kings|Chronicles|Ezra|Nehemiah|Esther|Job"
    "|Psalms?|Proverbs|Ecclesiastes|Isaiah|Jeremiah|Lamentations|Ezekiel|Daniel|Hosea|Joel|Amos|Obadiah|Jonah|Micah"
    "|Nahum|Habakkuk|Zephaniah|Haggai|Zechariah|Malachi|Matthew|Mark|Luke|John|Acts|Romans|Corinthians|Galatians"
    "|Ephesians|Philippians|Colossians|Thessalonians|Timothy|Titus|Philemon|Hebrews|James|Peter|Jude|Revelation"
)
VERSE = re.compile(
    rf"\b(?P<book>{SCRIPTURE})\.? (?P<chapter>\d{{1,3}}):(?P<verse>\d{{1,3}})(?:[-–](?P<last>\d{{1,3}}))?(?!\d)"
)
RATIO = re.compile(r"(?<![\w:.,])(\d{1,3}):(\d)(?![\w:]|[.,]\d)")


def name_month(text: str) -> str:
    stem = text.rstrip(".").capitalize()
    return SHORT_MONTHS.get(stem, stem)


def read_year(text: str) -> str:
    return year(int(text)) if text.isdigit() else year_of_century(text.lstrip("'’"))


def year_of_century(text: str) -> str:
    """Two digits of a year: "ninety eight", "oh five"."""
    return f"oh {cardinal(int(text))}" if text.startswith("0") and text != "00" else plain(text)


def read_month_day(match: re.Match[str]) -> str | None:
    month = match["month"]
    if month == "may" and not match["year"]:  # "you may 2 or 3 times"
        return None
    said = f"{name_month(month)} {ordinal(int(match['day']))}" if int(match["day"]) else None
    if said is None:
        return None
    return f"{said}{match['comma']}{read_year(match['year'])}" if match["year"] else said + match["comma"]


def read_day_month(match: re.Match[str]) -> str | None:
    month, day = match["month"], int(match["day"])
    if not day or month == "may" or (month.islower() and month in ("march", "mar", "sun") and not match["year"]):
        return None
    said = f"the {ordinal(day)} of {name_month(month)}"
    if match["the"] and match["the"][0] == "T":
        said = said.capitalize()[:4] + said[4:]
    return f"{said}{match['gap']}{read_year(match['year'])}" if match["year"] else said


def read_month_year(match: re.Match[str]) -> str:
    return f"{name_month(match['month'])}{match['comma']}{year(int(match['year']))}"


def read_date(year_text: str, month: int, day: int) -> str | None:
    """Three numbers as a date, the month first as Americans write it; what cannot be a month is the day."""
    swapped = month > 12
    if swapped:
        month, day = day, month
    if not (1 <= month <= 12 and 1 <= day <= 31):
        return None
    told = year(int(year_text)) if len(year_text) == 4 else year_of_century(year_text)
    if swapped:
        return f"the {ordinal(day)} of {MONTHS[month - 1]} {told}"
    return f"{MONTHS[month - 1]} {ordinal(day)}, {told}"


def read_day_first(year_text: str, day: int, month: int) -> str | None:
    """The same with the day first, as it is written in Britain: "5/13/2005" can only be the thirteenth of May."""
    if month > 12 >= day:
        day, month = month, day
    if not (1 <= month <= 12 and 1 <= day <= 31):
        return None
    told = year(int(year_text)) if len(year_text) == 4 else year_of_century(year_text)
    return f"the {ordinal(day)} of {MONTHS[month - 1]} {told}"


def read_decade(match: re.Match[str]) -> str:
    century, tens, to = int(match["century"]), int(match["tens"]), match["to"]
    if tens == 0:
        said = f"{cardinal(century * 100)}s" if century == 20 else f"{cardinal(century)} hundreds"
    else:
        said = f"{cardinal(century)} {name_decade(tens)}"
    return f"{said} to {name_decade(int(to))}" if to else said


def name_decade(tens: int) -> str:
    return f"{cardinal(tens * 10)[:-1]}ies" if tens > 1 else "tens"


def read_years(match: re.Match[str]) -> str | None:
    first, second = match.groups()
    if len(second) == 2:
        if int(first[2:]) >= int(second):
            return None
        return f"{year(int(first))} to {year_of_century(second)}"
    return f"{year(int(first))} to {year(int(second))}"


def read_era(match: re.Match[str]) -> str:
    return year(int(match[1])) + " " * match.string[match.end()].isalpha()


def read_time(match: re.Match[str]) -> str:
    hour, minute = int(match["hour"]), int(match["minute"])
    if match["second"]:
        names = ((hour, "hour"), (minute, "minute"), (int(match["second"]), "second"))
        parts = [f"{cardinal(count)} {name}{'' if count == 1 else 's'}" for count, name in names]
        return f"{parts[0]} {parts[1]} and {parts[2]}{read_half(match)}"
    if match["half"]:
        hour = hour or 12
    words = cardinal(hour)
    if minute:
        words += f" {'oh ' if minute < 10 else ''}{cardinal(minute)}"
    elif not match["half"]:
        words += " o'clock" if 0 < hour < 13 else " hundred hours"
    return words + read_half(match)


def read_hour(match: re.Match[str]) -> str | None:
    hour, minute = int(match["hour"]), match["minute"]
    if hour > 12 or not hour:
        return None
    return read_minutes(match["hour"], minute or "00") + read_half(match)


def read_minutes(hour: str, minute: str) -> str:
    """ "eight thirty", "eight oh five", "eight"."""
    if not int(minute):
        return cardinal(int(hour))
    return f"{cardinal(int(hour))} {'oh ' if int(minute) < 10 else ''}{cardinal(int(minute))}"


def read_half(match: re.Match[str]) -> str:
    """ " a.m.", whose stops make an engine spell it, with the time zone; one stop where a sentence ends with it."""
    zone = f" {match['zone'].replace('.', '').upper()}" if match["zone"] else ""
    if not match["half"]:
        return zone
    closed = match.string[match.end() : match.end() + 1] == "." and not zone
    return f" {match['half'].lower()}.m{'' if closed else '.'}{zone}"


def read_verse(match: re.Match[str]) -> str:
    chapter, verse, last = (cardinal(int(part)) if part else "" for part in match.group("chapter", "verse", "last"))
    return f"{match['book']} {chapter} {verse}{' to ' + last if last else ''}"


YEAR_FIRST = Rule("date-year-first", BIG_FIRST, lambda match: read_date(match[1], int(match[3]), int(match[4])))
MONTH_FIRST = Rule("date-year-last", BIG_LAST, lambda match: read_date(match[4], int(match[1]), int(match[3])))
# What stands in their place where the day comes first.
DAY_FIRST = {
    YEAR_FIRST: Rule(
        "date-year-first-british", BIG_FIRST, lambda match: read_day_first(match[1], int(match[4]), int(match[3]))
    ),
    MONTH_FIRST: Rule("date-day-first", BIG_LAST, lambda match: read_day_first(match[4], int(match[1]), int(match[3]))),
}
WEEKDAY_RULES = (Rule("weekdays", WEEKDAYS_RANGE, lambda match: f"{WEEKDAYS[match[1]]} to {WEEKDAYS[match[2]]}"),)
RULES = (
    Rule("scripture", VERSE, read_verse),
    Rule("weekday", WEEKDAY_DATE, lambda match: WEEKDAYS[match[1]]),
    YEAR_FIRST,
    MONTH_FIRST,
    Rule("date-month-day", MONTH_DAY, read_month_day),
    Rule("date-day-month", DAY_MONTH, read_day_month),
    Rule("date-month-year", MONTH_YEAR, read_month_year),
    Rule(
        "quarter",
        QUARTER,
        lambda match: f"the {ordinal(int(match[1]))} {'quarter' if match[2] == 'Q' else 'half'} of {plain(match[3])}",
    ),
    Rule("time", TIME, read_time),
    Rule("hour", HOUR, read_hour),
    Rule("clock-with-stop", SPOKEN_CLOCK, lambda match: match["lead"] + read_minutes(match["hour"], match["minute"])),
    Rule("times", TIMES, " to "),
    Rule("o-clock", OCLOCK, lambda match: cardinal(int(match[1]))),
    Rule("ratio", RATIO, lambda match: f"{cardinal(int(match[1]))} to {cardinal(int(match[2]))}"),
    Rule("decade", DECADE, read_decade),
    Rule("decade-short", SHORT_DECADE, lambda match: name_decade(int(match["cut"] or match["plain"]))),
    Rule("circa", CIRCA, "circa "),
    Rule("life", LIFE, lambda match: "born " if match[1] == "b" else "died "),
    Rule("years", YEARS, read_years),
    Rule("year-hidden", HIDDEN_YEAR, lambda match: f"{cardinal(int(match[1]))} {cardinal(int(match[2]) * 10)}—"),
    Rule("era", ERA, read_era),
    Rule("year-cut", CUT_YEAR, lambda match: year_of_century(match[1])),
)
YEAR_RULES = (
    Rule("number-of-things", NUMBER_OF_THINGS, lambda match: match["lead"] + in_hundreds(int(match["number"]))),
    Rule("year", PLAIN_YEAR, lambda match: year(int(match[1]))),
)
