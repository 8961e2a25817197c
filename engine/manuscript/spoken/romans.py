"""Roman numerals: of kings and popes as ordinals, of wars, chapters and acts as numbers; never the word "I"."""

from __future__ import annotations

import re

from engine.manuscript.spoken.numbers import cardinal, ordinal, roman_number
from engine.manuscript.spoken.rules import Rule

MONARCHS = (
    "Adrian|Albert|Alexander|Alexandra|Alfonso|Alphonse|Anne|Antiochus|Baldwin|Benedict|Boniface|Carlos|Casimir|Catherine"
    "|Charles|Christian|Clement|Constantine|Darius|David|Edmund|Edward|Elizabeth|Emmanuel|Eugenius|Ferdinand|Francis"
    "|Franz|Frederick|Friedrich|George|Gregory|Gustavus|Haakon|Henri|Henry|Innocent|Isabella|Ivan|James|Joan|John|Joseph"
    "|Juan|Julius|Justinian|Katharine|Leo|Leopold|Louis|Ludwig|Malcolm|Manuel|Margaret|Maria|Mary|Matthias|Maximilian"
    "|Mehmed|Murad|Napoleon|Nicholas|Otto|Paul|Pedro|Peter|Philip|Philippe|Pius|Ptolemy|Ramesses|Ramses|Richard|Robert"
    "|Rudolf|Rudolph|Selim|Sigismund|Sixtus|Stephen|Theodosius|Umberto|Urban|Victor|Victoria|Vladislav|Wilhelm|William|Xerxes"
)
COUNTED = (
    "Chapter|Chap|Book|Part|Volume|Vol|Act|Scene|Canto|Section|Sect|Letter|Stave|Appendix|Article|Figure|Fig|Plate|Table"
    "|Phase|Type|Title|Tome|No|Number|Rule|Lecture|Psalm|Sonnet|Ode|Epistle|Class|Apollo|Mark|Rocky|Episode|Level|Stage"
    "|Division|Corps|Superbowl|Super Bowl|Olympiad|Corollary|Proposition|Problem|Exercise|Lesson|Page|Note"
)
SMALL_COUNTED = (
    "chapter|chap|book|part|volume|vol|act|scene|sc|canto|section|sect|page|pp|p|plate|fig|verse|line|no|letter"
)
NUMERAL = r"(?=[MDCLXVI])M{0,3}(?:CM|CD|D?C{0,3})(?:XC|XL|L?X{0,3})(?:IX|IV|V?I{0,3})"

WAR = re.compile(r"\b(World War|W\.?W\.?)(?P<gap> ?)(I{1,3})\b(?!')")
REIGN = re.compile(
    rf"\b(?P<title>(?:King|Queen|Pope|Emperor|Empress|Tsar|Czar|Kaiser|Sultan|Prince) )?(?P<name>{MONARCHS})"
    rf" (?P<numeral>{NUMERAL})(?![\w.]*[A-Za-z])(?P<own>['’]s)?"
)
# "Charles I." and "Charles I, who" are the king; "as for Charles I am sure" is not.
KING_THE_FIRST = re.compile(r"\A(?:['’]s\b|[),;:—–]|--|\.(?:\W|$)|$| (?:of|and the|and his|at the)\b)")
HEIR = re.compile(
    r"(?<![.!?] )\b(?P<name>[A-Z][a-z]+(?:-[A-Z][a-z]+)?),? (?P<numeral>I{2,3}|IV|VI{1,3}|IX)"
    r"(?![\w.]*[A-Za-z]|\. [A-Z])"
)
COUNT = re.compile(
    rf"\b(?P<counted>{COUNTED})(?P<stop>\.?) (?P<numeral>{NUMERAL})(?![\w'’]|\.\w)(?P<to> ?[-–] ?{NUMERAL}\b)?", 0
)
SMALL_COUNT = re.compile(
    rf"\b(?P<counted>{SMALL_COUNTED})(?P<stop>\.?) (?P<numeral>[ivxlc]+|[IVXLC]+)(?![\w'’-])", re.IGNORECASE
)
ALONE = re.compile(r"\A(?P<numeral>[IVXLC]{2,}|[VX])(?P<stop>[.:]?)\Z")
WORDS_TOO = frozenset({"mix", "mild", "dim", "v", "x", "c", "l"})
NEVER_FIRST = frozenset({"no", "line", "page", "p", "pp", "letter", "note"})
NEXT_WORD = re.compile(r"\A(?: (?:of|and|to|in|is|was|—|–|-)\b|[.,;:)\]—–-]|$)")


def read_reign(match: re.Match[str]) -> str | None:
    number = roman_number(match["numeral"])
    following = match.string[match.end("numeral") :]
    if not number or number > 30 or (match["name"], match["numeral"]) == ("Malcolm", "X"):
        return None
    if match["numeral"] == "I" and not match["title"] and not KING_THE_FIRST.match(following):
        return None
    return f"{match['title'] or ''}{match['name']} the {ordinal(number)}{match['own'] or ''}"


def read_heir(match: re.Match[str]) -> str | None:
    return f"{match['name']} the {ordinal(roman_number(match['numeral']))}"


def read_count(match: re.Match[str]) -> str | None:
    numeral, counted = match["numeral"], match["counted"]
    number = roman_number(numeral, "IVX")
    if not number or (numeral == "I" and not NEXT_WORD.match(match.string[match.end("numeral") :])):
        return None
    if counted in ("No", "Number", "Note", "Class", "Mark", "Type", "Title") and len(numeral) == 1:
        return None
    to = match["to"]
    last = roman_number(to.strip(" -–")) if to else 0
    said = f"{counted}{match['stop']} {cardinal(number)}"
    return f"{said} to {cardinal(last)}" if last else f"{said}{to or ''}"


def read_small_count(match: re.Match[str]) -> str | None:
    """ "act iii", "p. xii", "PART XL"; "part I" only where no word follows that "I" could belong to."""
    counted, numeral, stop = match["counted"], match["numeral"], match["stop"]
    number = roman_number(numeral.upper(), "IVX")
    if not number or (numeral in WORDS_TOO and not stop):
        return None
    if numeral in ("I", "i"):
        following = match.string[match.end("numeral") :]
        sure = stop or numeral == "i" or not counted.islower() or following.startswith((".", ":", ")"))
        if not sure or counted.lower() in NEVER_FIRST or not NEXT_WORD.match(following):
            return None
    return f"{counted}{stop} {cardinal(number)}"


def read_war(match: re.Match[str]) -> str:
    return f"World War {cardinal(len(match[3]))}"


def read_alone(match: re.Match[str]) -> str | None:
    number = roman_number(match["numeral"])
    return f"{cardinal(number)}{match['stop']}" if number else None


RULES = (
    Rule("roman-war", WAR, read_war),
    Rule("roman-reign", REIGN, read_reign),
    Rule("roman-count", COUNT, read_count),
    Rule("roman-small-count", SMALL_COUNT, read_small_count),
    Rule("roman-heir", HEIR, read_heir),
    Rule("roman-alone", ALONE, read_alone),
)
