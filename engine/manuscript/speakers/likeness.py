"""Who "the painter" is: a described speaker who is somebody with a name, by where and with whom he speaks.

Two ways show it. The book says so beside the name ("Basil Hallward, the painter"); or the two take the same turns: in
talk that goes to and fro, "said the painter" stands two turns from "said Basil", and never right after it.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence

from engine.manuscript.speakers.characters import Roster
from engine.manuscript.speakers.evidence import split_conversations
from engine.manuscript.speakers.mentions import Mentions
from engine.manuscript.speakers.name_words import LOOSE_NOUNS, PERSON_NOUNS
from engine.manuscript.speakers.turns import Turn
from engine.manuscript.speech_words import read_words

Titles = Counter[tuple[int, str]]  # person, noun: how often the book puts them side by side

NOUN_AFTER = re.compile(
    r",\s+(?:the|a|an|our|his|her|their)\s+(?:[a-z-]+\s+){0,2}?([a-z][a-z-]+)(?=[,.;:!?—\"”]|\s+(?:who|of|and|at)\b)"
)
NOUN_BEFORE = re.compile(
    r"\b(?:the|our|his|her|their)\s+(?:[a-z-]+\s+){0,2}?([a-z][a-z-]+)(?:\s+(?:himself|herself))?,?\s+$"
)
PRESENT_SHARE = 0.6  # of the conversations a description speaks in, those its bearer must be in
NOBODY_IN_PARTICULAR = read_words("other others one latter former first second third youngest eldest voice")
LEAST_TURNS = 2  # two turns apart, to be thought one


def note_titles(text: str, mentions: Mentions, titles: Titles) -> None:
    """Count the nouns that stand beside names: "Basil Hallward, the painter", "the butler, Bayliss"."""
    for mention in mentions.found:
        if mention.kind != "name" or mention.person is None or mention.inside:
            continue
        after = NOUN_AFTER.match(text, mention.end, mention.end + 60)
        before = NOUN_BEFORE.search(text[max(0, mention.start - 50) : mention.start])
        for match in (after, before):
            if match:
                titles[mention.person, match[1]] += 1


def unite_described(turns: Sequence[Turn], roster: Roster, titles: Titles) -> None:
    """Give the tags of described speakers to those with names who they are, wherever these are present."""
    groups = split_conversations(turns)
    beside, apart = _count_turns(groups)
    spoken: dict[int, list[int]] = defaultdict(list)  # described person -> numbers of the conversations
    present: list[set[int]] = []
    for number, group in enumerate(groups):
        here: set[int] = set()
        for turn in group:
            here.update(mention.person for mention in turn.told if mention.person is not None and mention.subject)
            here.update(turn.called)
            if turn.tag is not None and turn.tag.mention.person is not None:
                person = turn.tag.mention.person
                here.add(person)
                if turn.tag.mention.kind == "description" and roster.people[person].described:
                    spoken[person].append(number)
        present.append(here)
    for described, numbers in spoken.items():
        bearer = _find_bearer(described, set(numbers), present, beside, apart, roster, titles)
        if bearer is not None:
            for number in set(numbers):
                if bearer in present[number]:
                    _hand_over(groups[number], described, bearer)


def _count_turns(groups: Sequence[Sequence[Turn]]) -> tuple[Counter[tuple[int, int]], Counter[tuple[int, int]]]:
    """How often two people are tagged in turns next to each other, and two turns apart, without a break."""
    beside: Counter[tuple[int, int]] = Counter()
    apart: Counter[tuple[int, int]] = Counter()
    for group in groups:
        people = [turn.tag.mention.person if turn.tag and turn.tag.strong else None for turn in group]
        for place, person in enumerate(people):
            for back, counts in ((1, beside), (2, apart)):
                if place < back or any(turn.gap for turn in group[place - back + 1 : place + 1]):
                    continue
                other = people[place - back]
                if person is not None and other is not None and person != other:
                    counts[person, other] += 1
                    counts[other, person] += 1
    return beside, apart


def _find_bearer(
    described: int,
    numbers: set[int],
    present: Sequence[set[int]],
    beside: Counter[tuple[int, int]],
    apart: Counter[tuple[int, int]],
    roster: Roster,
    titles: Titles,
) -> int | None:
    """The one with a name who is described so; None when nobody, or more than one, can be."""
    someone = roster.people[described]
    head = someone.described.split()[-1]
    if head in NOBODY_IN_PARTICULAR or (head.endswith("s") and head[:-1] in PERSON_NOUNS) or head == "ladies":
        return None
    able: list[tuple[int, int]] = []
    for person, other in enumerate(roster.people):
        if other.described or (someone.gender and other.gender and someone.gender != other.gender):
            continue
        share = sum(person in present[number] for number in numbers) / len(numbers)
        told = titles[person, head] * (head not in LOOSE_NOUNS)
        turns = apart[described, person] - 4 * beside[described, person]
        if share >= PRESENT_SHARE and (turns >= LEAST_TURNS or (told and turns >= 0)):
            able.append((turns + 3 * told, person))
    able.sort(reverse=True)
    if not able or (len(able) > 1 and able[0][0] < 2 * able[1][0]):
        return None
    return able[0][1]


def _hand_over(group: Sequence[Turn], described: int, bearer: int) -> None:
    for turn in group:
        for tag in (turn.tag, turn.act):
            if tag is not None and tag.mention.person == described:
                tag.mention.person = bearer
        for mention in turn.told:
            if mention.person == described:
                mention.person = bearer
