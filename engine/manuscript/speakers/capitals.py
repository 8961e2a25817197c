"""Names in a text without a difference between capitals and small letters: all capitals, or none."""

from __future__ import annotations

import re
from dataclasses import replace

from engine.core_types import Chapter
from engine.manuscript.speakers.name_words import FEMALE_NAMES, MALE_NAMES, NOBODY, TITLES
from engine.manuscript.speech_words import SAYING

SPOKEN_BY = re.compile(rf"\b(?:{SAYING})\s+([a-z]{{2,}})\b(?=\s*(?:[,.;:!?\"“”]|$))")
TITLED = re.compile(r"\b(mr|mrs|ms|miss|dr|sir|lady|lord|captain|colonel|aunt|uncle)(\.?\s+)([a-z]+)")
ORDINARY = frozenset(
    {"will", "may", "grace", "hope", "joy", "mark", "rose", "bill", "jack", "pat", "rob", "sue", "art"}
)
FEW_LETTERS = 200  # too short a text to tell


def restore_capitals(chapter: Chapter) -> Chapter:
    """The chapter with capitals for the names that can be told, when it has none or nothing else; else as it is.

    The text keeps its length, so that offsets stay true.
    """
    text = chapter.text
    letters = sum(map(str.isalpha, text))
    capitals = sum(map(str.isupper, text))
    if letters < FEW_LETTERS or letters / 200 < capitals < letters * 0.7:
        return chapter
    lower = text.lower()
    if len(lower) != len(text):  # a letter whose small form is longer
        return chapter
    names = {match[1] for match in SPOKEN_BY.finditer(lower)} - NOBODY - TITLES
    names |= (MALE_NAMES | FEMALE_NAMES) - ORDINARY
    lower = re.sub(r"[a-z]+", lambda match: match[0].capitalize() if match[0] in names else match[0], lower)
    lower = TITLED.sub(lambda match: match[1].capitalize() + match[2] + match[3].capitalize(), lower)
    lower = re.sub(r"\bi\b", "I", lower)
    return replace(chapter, text=lower)
