"""How old a character is, where the words beside the name say so: a child, young, old."""

from __future__ import annotations

import re
from collections import Counter

from engine.manuscript.speakers.characters import Person, Roster
from engine.manuscript.speakers.mentions import Mention, Mentions
from engine.manuscript.speech_words import read_words

CHILD_NOUNS = read_words("boy child baby infant schoolboy schoolgirl urchin toddler")
YOUNG_NOUNS = read_words("girl lad lass youth maiden damsel student")
OLD_NOUNS = read_words("grandfather grandpa grandmother grandma granny crone patriarch greybeard dowager")
OLD_WORDS = read_words("old aged elderly ancient venerable white-haired grey-haired gray-haired white-bearded")
YOUNG_WORDS = read_words("young youthful")
CHILD_TITLES = read_words("master")
# "Tom, a boy of twelve", "Ann was a little girl"; "of twelve" is a child, "of seventy" is old
CALLED_A = re.compile(
    r"(?:,|\s+(?:was|is))\s+(?:a|an|the|then|now|only|quite|but|still|about|just|perhaps|\s)*"
    r"((?:[a-z-]+\s+){0,3}?)(boy|girl|child|lad|lass|youth|man|woman|lady|gentleman|fellow)\b(?!['’])"
)
YEARS = re.compile(
    r"(?:,|\s+was|\s+is)[^.;!?\"“”]{0,40}?\b(?:aged|(?:boy|girl|child|man|woman|lady|gentleman|person|lad)\s+of)?\s*"
    r"\b([a-z]+(?:-[a-z]+)?|\d{1,2})\s*(?:years\s+(?:old|of\s+age)\b)"
    r"|(?:,|\s+was|\s+is)[^.;!?\"“”]{0,40}?\b(?:aged|(?:boy|girl|child|man|woman|lady|gentleman|person|lad)\s+of)\s+"
    r"(?:some\s+|about\s+|perhaps\s+)?([a-z]+(?:-[a-z]+)?|\d{1,2})\b"
)
SMALL = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen")
UNITS = {word: number for number, word in enumerate(SMALL, 1)} | {"fourteen": 14}
TEENS = {"fifteen": 15, "sixteen": 16, "seventeen": 17, "eighteen": 18, "nineteen": 19}
TENS = {"twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90}
# Of a name's mentions in the narration, those that must say an age: "little" is a word of love as well.
LEAST_SHARE = {"old": 0.04, "young": 0.04, "child": 0.08}
LEAST_TIMES = 2


def note_ages(text: str, mentions: Mentions, roster: Roster) -> None:
    """Count what a chapter's narration says of the age of each name in it."""
    for mention in mentions.found:
        if mention.kind == "name" and mention.person is not None:
            person = roster.people[mention.person]
            age = _read_age(text, mention)
            if age and (not mention.inside or text[mention.start : mention.end].startswith("Master ")):
                person.ages[age] += 1


def _read_age(text: str, mention: Mention) -> str:
    """What stands beside one name: "old Mr. Hall", "little Tom", "Tom, a boy of nine"."""
    before = re.findall(r"[A-Za-z'’-]+", text[max(0, mention.start - 24) : mention.start])
    if text[max(0, mention.start - 1) : mention.start] in (" ", "\n"):
        for word in reversed(before[-2:]):
            low = word.lower()
            if low in OLD_WORDS:
                return "old"
            if low in YOUNG_WORDS:
                return "young"
            if low == "little":
                return "child"
            if low not in ("poor", "dear", "good", "kind", "handsome"):
                break
    return _read_age_after(text, mention.end)


def _read_age_after(text: str, end: int) -> str:
    years = YEARS.match(text, end, end + 90)
    if years:
        age = _count_years(years[1] or years[2])
        if age:
            return age
    called = CALLED_A.match(text, end, end + 60)
    return age_of_description(f"{called[1]} {called[2]}") if called else ""


def _count_years(words: str) -> str:
    tens, _, units = words.partition("-")
    years = int(words) if words.isdigit() else TENS.get(tens, 0) + (UNITS | TEENS).get(units or tens, 0)
    if not years:
        return ""
    return "child" if years < 14 else "young" if years < 26 else "old" if years >= 60 else ""


def age_of_description(words: str) -> str:
    """The age that "the old lady", "the little boy", "a youth" tell, or ""."""
    parts = words.lower().split()
    if not parts:
        return ""
    if any(part in OLD_WORDS for part in parts) or parts[-1] in OLD_NOUNS:
        return "old"
    if any(part in YOUNG_WORDS for part in parts):
        return "young"
    little = "little" in parts and parts[-1] in YOUNG_NOUNS
    return "child" if little or parts[-1] in CHILD_NOUNS else "young" if parts[-1] in YOUNG_NOUNS else ""


def settle_ages(roster: Roster) -> None:
    """Give each person the age most often told, where it is told more than by the way."""
    for person in roster.people:
        person.age = _settle_age(person)


def _settle_age(person: Person) -> str:
    if person.described and not person.narrator:
        return age_of_description(person.described)
    if any(word in OLD_NOUNS for name in person.names for word in name):
        return "old"
    ages = Counter(person.ages)
    for name in person.names:
        ages["child"] += 2 * (len(name) > 1 and name[0] in CHILD_TITLES)
    if not ages:
        return ""
    age, times = ages.most_common(1)[0]
    told = max(1, person.evidence.told)
    enough = times >= LEAST_TIMES and times >= LEAST_SHARE[age] * told
    return age if enough and times * 2 > sum(ages.values()) else ""
