"""Titles, abbreviations and street addresses: "Dr. Smith", "St. Paul" and "Elm St.", "etc.", "No. 5"."""

from __future__ import annotations

import re

from engine.manuscript.spoken.money import ends_sentence
from engine.manuscript.spoken.numbers import digits, pairs
from engine.manuscript.spoken.rules import Rule, alternatives

# Said before a name; "Gen" and "Rep" without their stop may be something else, so the stop is asked for.
TITLES = {
    "Mr": "Mister", "Mrs": "Missus", "Dr": "Doctor", "Prof": "Professor", "Rev": "Reverend", "Revd": "Reverend",
    "Hon": "Honorable", "Capt": "Captain", "Cap": "Captain", "Col": "Colonel", "Gen": "General", "Lt": "Lieutenant",
    "Lieut": "Lieutenant", "Sgt": "Sergeant", "Sergt": "Sergeant", "Serg": "Sergeant", "Maj": "Major",
    "Cmdr": "Commander", "Adm": "Admiral", "Gov": "Governor", "Sen": "Senator", "Rep": "Representative",
    "Supt": "Superintendent", "Insp": "Inspector", "Corp": "Corporal", "Cpl": "Corporal", "Pte": "Private",
    "Pvt": "Private", "Fr": "Father", "Messrs": "Messieurs", "Mme": "Madame", "Mlle": "Mademoiselle", "Mt": "Mount",
    "Ft": "Fort", "Pres": "President",
}  # fmt: skip
WITHOUT_STOP = ("Mr", "Mrs", "Dr", "Mme", "Mlle", "Messrs", "Lt", "Capt", "Prof", "Revd")
AFTER_NAMES = {
    "Jr": "Junior", "Sr": "Senior", "Jun": "Junior", "Sen": "Senior", "Esq": "Esquire", "Bart": "Baronet",
    "Bt": "Baronet", "Co": "Company", "Ltd": "Limited", "Inc": "Incorporated", "Bros": "Brothers",
}  # fmt: skip
# Said wherever they stand; the stop is part of them, and stays a stop where it ends the sentence too.
ANYWHERE = {
    "i.e.": "that is", "e.g.": "for example", "etc.": "et cetera", "&c.": "et cetera", "&c": "et cetera",
    "viz.": "namely", "vs.": "versus", "approx.": "approximately", "dept.": "department", "Dept.": "Department",
    "govt.": "government", "cf.": "compare", "et al.": "et alii", "ult.": "ultimo", "inst.": "instant",
    "prox.": "proximo", "Esqre.": "Esquire", "w/o": "without",
}  # fmt: skip
COUNTED = {
    "No": "Number", "Nos": "Numbers", "no": "number", "nos": "numbers", "Vol": "Volume", "vol": "volume",
    "Vols": "Volumes", "vols": "volumes", "p": "page", "pp": "pages", "Ch": "Chapter", "ch": "chapter",
    "Chap": "Chapter", "chap": "chapter", "Fig": "Figure", "fig": "figure", "Figs": "Figures", "figs": "figures",
    "Sec": "Section", "sec": "section", "Art": "Article", "Pt": "Part", "Bk": "Book", "bk": "book", "Rm": "Room",
    "Apt": "Apartment", "Ste": "Suite", "Eq": "Equation", "eq": "equation", "Sc": "Scene", "sc": "scene",
}  # fmt: skip
STREETS = {
    "St": "Street", "Ave": "Avenue", "Av": "Avenue", "Blvd": "Boulevard", "Rd": "Road", "Ln": "Lane", "Ct": "Court",
    "Sq": "Square", "Pl": "Place", "Dr": "Drive", "Expy": "Expressway", "Hwy": "Highway", "Pkwy": "Parkway",
    "Ter": "Terrace", "Cir": "Circle", "Tpke": "Turnpike",
}  # fmt: skip
WINDS = {
    "N": "North",
    "S": "South",
    "E": "East",
    "W": "West",
    "NE": "Northeast",
    "NW": "Northwest",
    "SE": "Southeast",
    "SW": "Southwest",
}
STATES = {
    "AL": "Alabama", "AK": "Alaska", "AZ": "Arizona", "AR": "Arkansas", "CA": "California", "CO": "Colorado",
    "CT": "Connecticut", "DE": "Delaware", "DC": "D.C.", "FL": "Florida", "GA": "Georgia", "HI": "Hawaii",
    "ID": "Idaho", "IL": "Illinois", "IN": "Indiana", "IA": "Iowa", "KS": "Kansas", "KY": "Kentucky", "LA": "Louisiana",
    "ME": "Maine", "MD": "Maryland", "MA": "Massachusetts", "MI": "Michigan", "MN": "Minnesota", "MS": "Mississippi",
    "MO": "Missouri", "MT": "Montana", "NE": "Nebraska", "NV": "Nevada", "NH": "New Hampshire", "NJ": "New Jersey",
    "NM": "New Mexico", "NY": "New York", "NC": "North Carolina", "ND": "North Dakota", "OH": "Ohio", "OK": "Oklahoma",
    "OR": "Oregon", "PA": "Pennsylvania", "RI": "Rhode Island", "SC": "South Carolina", "SD": "South Dakota",
    "TN": "Tennessee", "TX": "Texas", "UT": "Utah", "VT": "Vermont", "VA": "Virginia", "WA": "Washington",
    "WV": "West Virginia", "WI": "Wisconsin", "WY": "Wyoming",
}  # fmt: skip

NAME = r"[A-Z][\w'’-]*"
HOUSE = re.compile(
    r"(?<![\w.,$£€/-])(?P<house>\d{1,5}) (?:(?P<wind>[NSEW]|[NS][EW])\.? )?"
    rf"(?P<road>(?:{NAME} |\d+(?:st|nd|rd|th) ){{1,3}})"
    rf"(?P<kind>{alternatives(STREETS)})\b(?P<stop>\.?)"
)
STREET = re.compile(
    r"(?<=[a-z] )(?P<kind>St|Ave|Blvd|Rd)\.(?!\s+[A-Z][a-z]+ (?:Street|Road|Church))"
    r"|(?<=\d(?:st|nd|rd|th) )(?P<numbered>St|Ave)\."
)
STATE = re.compile(
    rf"(?<=[a-z], )(?P<state>{alternatives(STATES)})(?: (?P<zip>\d{{5}})(?:-(?P<more>\d{{4}}))?)?(?=[.,;:)]|\Z)"
)
SAINT = re.compile(r"\b(?:St|Ste)\.? (?=[A-Z][a-z]|[A-Z]{4,}\b)(?<!\d\dst )")
SAINTS = re.compile(r"\bSS?TS?\. (?=[A-Z]{3,}\b)|\bSts\. (?=[A-Z])")
TITLE = re.compile(
    rf"\b(?P<title>{alternatives(TITLES)})\.(?=[ \u00a0]?(?:[A-Z“\"]|d['’]|de |von |van |la |le ))"
    rf"|\b(?P<bare>{alternatives(WITHOUT_STOP)}) (?=[A-Z])"
)
CAPITAL_TITLE = re.compile(r"\b(?P<title>MR|MRS|DR)\.?(?= [A-Z])")
LOWER_TITLE = re.compile(r"(?<![\w.])(?P<title>mr|mrs|dr)\. (?=[a-z])|\A(?P<alone>Rev|Mt|Mr|Mrs|Dr|Capt|Gen)\.\Z")
MISTER_ALONE = re.compile(r"\b(?P<title>Mr|Mrs)\.?(?=[ ,!?—-]|$)")
MONSIEUR = re.compile(r"\bM\. (?=(?:de|du|le|la|des|d['’])\b|d['’])")
AFTER_NAME = re.compile(rf"(?:(?<=[\w.&] )|(?<=[\w.&], ))(?<!\bthe )(?P<word>{alternatives(AFTER_NAMES)})\.(?![\w])")
CAPITAL_AFTER = re.compile(r"(?<=[A-Z] )(?P<word>JR|SR|ESQ)\.")
ABBREVIATION = re.compile(rf"(?<![\w.])(?P<word>{alternatives(ANYWHERE)})(?!\w)", re.IGNORECASE)
COUNT = re.compile(rf"(?<![\w.])(?P<word>{alternatives(COUNTED)})\. ?(?=\d|[ivxlcIVXLC]{{2,}}\b)")
SIGN_NUMBER = re.compile(r"(?<![\w&])(?:#|№ ?)(?=\d)")
# Letters with stops in between: a stop ends the sentence only before a capital, and not inside a name.


def read_house(match: re.Match[str]) -> str:
    wind = f"{WINDS[match['wind']]} " if match["wind"] else ""
    stop = "." if match["stop"] and ends_sentence(match) else ""
    return f"{pairs(match['house'])} {wind}{match['road']}{STREETS[match['kind']]}{stop}"


def read_street(match: re.Match[str]) -> str | None:
    before = match.string[: match.start()].split()[-1]
    if match["kind"] == "St" and not before[:1].isupper():
        return None  # "in St. James’s", "to St. Ives"
    following = match.string[match.end() :].lstrip()
    if (
        match["kind"] == "St"
        and following[:1].isupper()
        and match.start()
        and not following.startswith(("It ", "He ", "She "))
    ):
        return None  # "Mount St. Helens"
    return STREETS[match["kind"] or match["numbered"]] + ("." if ends_sentence(match) else "")


def read_state(match: re.Match[str]) -> str:
    code = f" {digits(match['zip'])}" if match["zip"] else ""
    return STATES[match["state"]] + code + (f", {digits(match['more'])}" if match["more"] else "")


def read_title(match: re.Match[str]) -> str:
    return TITLES[match["title"]] if match["title"] else f"{TITLES[match['bare']]} "


def read_lower_title(match: re.Match[str]) -> str:
    return TITLES[match["alone"]] if match["alone"] else f"{TITLES[match['title'].capitalize()].lower()} "


def read_after_name(match: re.Match[str]) -> str:
    return AFTER_NAMES[match["word"].capitalize()] + ("." if closes(match) else "")


def read_abbreviation(match: re.Match[str]) -> str | None:
    word = match["word"]
    said = ANYWHERE.get(word) or ANYWHERE.get(word.lower())
    if said is None or (
        word.lower() in ("ult.", "inst.", "prox.")
        and not match.string[: match.start()].rstrip().endswith(("th", "st", "nd", "rd"))
    ):
        return None
    return said + (
        "." if word.endswith(".") and said not in ("that is", "for example", "namely") and closes(match) else ""
    )


def closes(match: re.Match[str]) -> bool:
    """Whether a full stop must stay: another sentence or the end follows, and no other mark does."""
    after = match.string[match.end() :]
    return not after.strip(" \"'”’)") or (after[:1] in " \"'”’)" and after.lstrip(" \"'”’)“‘")[:1].isupper())


HOUSES = (Rule("house", HOUSE, read_house),)  # before their numbers are read
STATES_AFTER = (Rule("state", STATE, read_state),)
RULES = (
    Rule("street", STREET, read_street),
    Rule("saint", SAINT, "Saint "),
    Rule("saints", SAINTS, "Saint "),
    Rule("title", TITLE, read_title),
    Rule("title-capitals", CAPITAL_TITLE, lambda match: TITLES[match["title"].capitalize()]),
    Rule("title-lower", LOWER_TITLE, read_lower_title),
    Rule("mister", MISTER_ALONE, lambda match: TITLES[match["title"]]),
    Rule("monsieur", MONSIEUR, "Monsieur "),
    Rule("after-name", AFTER_NAME, read_after_name),
    Rule("after-name-capitals", CAPITAL_AFTER, read_after_name),
    Rule("abbreviation", ABBREVIATION, read_abbreviation),
    Rule("count", COUNT, lambda match: f"{COUNTED[match['word']]} "),
    Rule("number-sign", SIGN_NUMBER, "number "),
)
