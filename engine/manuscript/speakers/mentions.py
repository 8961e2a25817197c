"""Who is mentioned where: names, pronouns and descriptions, in narration and in speech."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

from engine.manuscript.speakers.characters import Roster
from engine.manuscript.speakers.name_words import KIN_NOUNS, PERSON_NOUNS, TITLES, gender_of_word
from engine.manuscript.speakers.names import find_runs, split_name

DETERMINERS = "the|a|an|his|her|my|our|their|another|one|some|this|that"
DESCRIPTION = re.compile(
    rf"\b(?i:({DETERMINERS}))(?!\s+(?:of|or|and)\b)((?:\s+(?!(?:of|and|or|to|in|at|with|who|that|had|was|the|his|her|my|a|an|Mr|Mrs|Miss|Ms|Sir|Dr|M|St)\b)[A-Za-z][\w-]*){{1,4}}"
    r"(?:\s+with\s+the(?:\s+[a-z]+){1,2}(?=[,.;:\s]))?)"
)
PRONOUN = re.compile(r"\b(he|she|they|we|I|He|She|They|We)\b(?!['’]s\s+\w+ed\b)")
OWNERS = {"his": "M", "her": "F", "my": "I"}
PRONOUN_GENDER = {"he": "M", "she": "F"}


@dataclass(slots=True)
class Mention:
    """One place where somebody is mentioned."""

    start: int
    end: int
    kind: str  # "name", "he", "she", "I", "they" (also "we") or "description"
    person: int | None  # who, when the words themselves tell
    gender: str  # "M", "F" or ""
    head: str = ""  # of a description, the noun
    kin: bool = False  # of a description: "her mother", not "the landlord"
    inside: bool = False  # in speech
    owner: str = ""  # of a description: "M", "F" or "I" for his, her, my
    fresh: bool = False  # of a description: "a man", "another": somebody new
    subject: bool = False  # in narration: it stands where a subject does


class Mentions:
    """A chapter's mentions in order, those of any stretch at hand."""

    def __init__(self, found: list[Mention]) -> None:
        self.found = sorted(found, key=lambda mention: mention.start)
        self.starts = [mention.start for mention in self.found]

    def between(self, start: int, end: int) -> list[Mention]:
        """Those that begin in the stretch."""
        return self.found[bisect_left(self.starts, start) : bisect_left(self.starts, end)]


def find_mentions(text: str, spans: Sequence[tuple[int, int]], roster: Roster) -> Mentions:
    """All mentions in a chapter; ``spans`` are its quotations."""
    inside = bytearray(len(text) + 1)
    for start, end in spans:
        inside[start:end] = b"\1" * (end - start)
    found: list[Mention] = []
    taken = bytearray(len(text) + 1)
    for match in find_runs(text):
        mention = _name_mention(match, roster)
        if mention is not None:
            mention.inside = bool(inside[mention.start])
            found.append(mention)
            taken[mention.start : mention.end] = b"\1" * (mention.end - mention.start)
    for match in DESCRIPTION.finditer(text):
        if not inside[match.start()]:
            mention = _described_mention(match)
            if mention is not None and not any(taken[mention.start : mention.end]):
                found.append(mention)
    for match in PRONOUN.finditer(text):
        if not inside[match.start()]:
            word = match[0].lower()
            kind = "I" if word == "i" else "they" if word in ("they", "we") else word
            found.append(Mention(match.start(), match.end(), kind, None, PRONOUN_GENDER.get(word, "")))
    for mention in found:
        mention.subject = not mention.inside and _stands_as_subject(text, mention)
    return Mentions(found)


def _stands_as_subject(text: str, mention: Mention) -> bool:
    """Whether nothing before a mention makes it an object, and nothing after it an owner."""
    if mention.kind in ("he", "she", "I", "they"):
        return True
    after = text[mention.end : mention.end + 2]
    if after in ("'s", "’s") or (after[:1] in "'’" and after[:1]):
        return False
    before = text[max(0, mention.start - 24) : mention.start]
    return not NOT_SUBJECT.search(before)


NOT_SUBJECT = re.compile(
    r"\b(?:to|at|of|with|for|by|from|upon|on|in|toward|towards|after|before|behind|beside|near|about|against|into|than|"
    r"over|between|among|through|\w+ed|\w+ing|saw|told|met|took|found|left|gave|made|led|held|let)\s+"
    r"(?:the\s+|poor\s+|dear\s+|old\s+|little\s+)*$"
)


def _name_mention(match: re.Match[str], roster: Roster) -> Mention | None:
    run = match[0]
    words = split_name(run)
    offsets = [piece.start() for piece in re.finditer(r"\S+", run)]
    for size in range(len(words), 0, -1):  # the longest name anywhere in the run
        for first in range(len(words) - size + 1):
            person = roster.by_name.get(words[first : first + size])
            if person is not None:
                last = first + size - 1
                end = match.start() + offsets[last] + len(run.split()[last])
                gender = roster.people[person].gender
                return Mention(match.start() + offsets[first], end, "name", person, gender)
    return None


def _described_mention(match: re.Match[str]) -> Mention | None:
    """ "the old lady": the first word that is a person, but for one that only describes the next."""
    place = match.start(2)
    words = [(piece[0], place + piece.start(), place + piece.end()) for piece in re.finditer(r"\S+", match[2])]
    for number, (word, _, end) in enumerate(words):
        noun = word.lower()
        if noun not in PERSON_NOUNS and not (noun in TITLES and word != noun):
            continue
        if number + 1 < len(words) and (words[number + 1][0] in PERSON_NOUNS or words[number + 1][0][0].isupper()):
            continue
        if number + 1 < len(words) and words[number + 1][0] == "with":
            end = match.end()
        kin = noun in KIN_NOUNS and match[1].lower() in ("his", "her", "my", "our", "their")
        determiner = match[1].lower()
        mention = Mention(match.start(), end, "description", None, gender_of_word(noun), noun, kin)
        mention.owner = OWNERS.get(determiner, "")
        if noun == "voice" and mention.owner:  # "her voice faltered": she herself
            kind = {"M": "he", "F": "she", "I": "I"}[mention.owner]
            return Mention(match.start(), end, kind, None, PRONOUN_GENDER.get(kind, ""))
        mention.fresh = determiner in ("a", "an", "another", "one", "some")
        return mention
    return None
