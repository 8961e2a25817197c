"""What speaks for and against each candidate at each turn, as named features; their weights are in weights.py."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from engine.manuscript.speakers.characters import Roster
from engine.manuscript.speakers.mentions import Mention
from engine.manuscript.speakers.tags import Tag
from engine.manuscript.speakers.turns import FAR_PARAGRAPHS, Turn

MOST_CANDIDATES = 8
HEAT_KEPT = 0.85  # of what a mention is worth, from one turn to the next
NEIGHBOURS = 8  # turns each way whose tags make a candidate

Features = dict[str, float]


@dataclass(slots=True)
class Choice:
    """A turn with its candidates and what is known of each."""

    turn: Turn
    people: list[int]
    subject: int | None = None  # whom the narration before it tells of last
    features: list[Features] = field(default_factory=list)
    genders: list[str] = field(default_factory=list)


def weigh_evidence(turns: Sequence[Turn], roster: Roster) -> list[Choice]:
    """Each turn's candidates and their features, from the turns of one book in order."""
    tagged = count_tagged(turns)
    choices: list[Choice] = []
    for group in split_conversations(turns):
        heat: dict[int, float] = {}
        focus: dict[str, int] = {}
        cast = count_tagged(group)
        for place, turn in enumerate(group):
            subject = _follow(turn, heat, focus, roster)
            people = _find_candidates(group, place, heat, roster, tagged)
            choice = Choice(turn, people, subject, genders=[roster.people[person].gender for person in people])
            for person in people:
                choice.features.append(_describe(group, place, person, roster, heat, focus, subject, cast, tagged))
            choices.append(choice)
            _cool(turn, heat, focus, roster)
    return choices


def count_tagged(turns: Sequence[Turn]) -> Counter[int]:
    """How many turns are tagged with each person's own name."""
    people = (turn.tag.mention.person for turn in turns if turn.tag)
    return Counter(person for person in people if person is not None)


def split_conversations(turns: Sequence[Turn]) -> list[list[Turn]]:
    """Turns with little narration between them, together."""
    groups: list[list[Turn]] = []
    for turn in turns:
        if not groups or turn.gap >= FAR_PARAGRAPHS or turn.chapter != groups[-1][-1].chapter:
            groups.append([])
        groups[-1].append(turn)
    return groups


def _follow(turn: Turn, heat: dict[int, float], focus: dict[str, int], roster: Roster) -> int | None:
    """Take in the narration before a turn: who is warm, who "he" and "she" are. The person told of last."""
    last: int | None = None
    for mention in turn.told:
        person = _resolve(mention, focus)
        if person is None:
            continue
        worth = (1.0 if mention.kind == "name" else 0.4) * (1.0 if mention.subject else 0.5)
        heat[person] = heat.get(person, 0.0) * 0.9 + worth
        gender = roster.people[person].gender
        if gender:
            focus["last " + gender] = person
            if mention.subject:
                focus[gender] = person
        last = person if mention.subject else last
    return last


def _resolve(mention: Mention, focus: dict[str, int]) -> int | None:
    if mention.person is not None:
        return mention.person
    return focus.get(mention.gender) if mention.kind in ("he", "she") else None


def _cool(turn: Turn, heat: dict[int, float], focus: dict[str, int], roster: Roster) -> None:
    for warm in heat:
        heat[warm] *= HEAT_KEPT
    for tag in (turn.tag, turn.act):
        if tag is None:
            continue
        person = _resolve(tag.mention, focus)
        if person is not None:
            heat[person] = heat.get(person, 0.0) + 1.0
            gender = roster.people[person].gender
            if gender:
                focus[gender] = focus["last " + gender] = person
    for person in turn.called:
        heat[person] = heat.get(person, 0.0) + 0.8


def _find_candidates(
    group: Sequence[Turn], place: int, heat: dict[int, float], roster: Roster, tagged: Counter[int]
) -> list[int]:
    scores: dict[int, float] = {person: min(3.0, worth) for person, worth in heat.items() if worth > 0.05}

    def add(person: int | None, worth: float) -> None:
        if person is not None:
            scores[person] = scores.get(person, 0.0) + worth

    for other in range(max(0, place - NEIGHBOURS), min(len(group), place + NEIGHBOURS + 1)):
        turn = group[other]
        near = 1.0 / (1 + abs(other - place) / 3)
        for tag in (turn.tag, turn.act):
            if tag is not None:
                add(tag.mention.person, (3.0 if tag.strong else 1.5) * near)
                add(_hearer(turn), 2.0 * near)
        for person in turn.called:
            add(person, 1.5 * near * (other != place))
        for mention in turn.told if other > place else ():
            add(mention.person, 0.3 * near)
    for warm in scores:
        scores[warm] += 0.15 * math.log1p(tagged[warm])
    own = group[place].tag or group[place].act
    wanted = own.mention.gender if own is not None and own.strong else ""
    if wanted:  # "he said": those who cannot be he leave their places to others
        for person in list(scores):
            gender = roster.people[person].gender
            if gender and gender != wanted:
                scores[person] -= 3.0
    people = sorted(scores, key=lambda person: -scores[person])[:MOST_CANDIDATES]
    for tag in (group[place].tag, group[place].act):
        if tag is not None and tag.mention.person is not None and tag.mention.person not in people:
            people.append(tag.mention.person)
    if not people:
        people = [person for person, _ in tagged.most_common(4) if person is not None]
    return people


def _describe(
    group: Sequence[Turn],
    place: int,
    person: int,
    roster: Roster,
    heat: dict[int, float],
    focus: dict[str, int],
    subject: int | None,
    cast: Counter[int],
    tagged: Counter[int],
) -> Features:
    turn = group[place]
    someone = roster.people[person]
    features: Features = {"warm": math.log1p(8 * heat.get(person, 0.0)), "known": math.log1p(tagged[person])}
    features["present"] = math.log1p(cast[person] - bool(turn.tag and turn.tag.mention.person == person))
    for name, tag in (("tag", turn.tag), ("act", turn.act)):
        if tag is not None:
            _match_tag(features, name, tag, person, roster, focus)
    if subject is not None and turn.tag is None and turn.act is None:
        features["told last"] = float(subject == person)
    if person in turn.called:
        features["calls self"] = 1.0
    if person in turn.named and not someone.narrator:
        features["names self"] = 1.0
    if place and person in group[place - 1].called and turn.gap < 2:
        features["called before"] = 1.0
    if place + 1 < len(group) and person in group[place + 1].called and group[place + 1].gap < 2:
        features["called after"] = 1.0
    if place and turn.gap < 2 and _hearer(group[place - 1]) == person:
        features["spoken to"] = 1.0
    if _hearer(turn) == person:
        features["speaks to self"] = 1.0
    if someone.described and not someone.narrator:
        features["described"] = 1.0
    if someone.narrator:
        features["narrator"] = 1.0
    return features


def _hearer(turn: Turn) -> int | None:
    if turn.tag is not None and turn.tag.addressee is not None:
        return turn.tag.addressee
    return turn.hearer


def _match_tag(features: Features, name: str, tag: Tag, person: int, roster: Roster, focus: dict[str, int]) -> None:
    mention, someone = tag.mention, roster.people[person]
    if mention.person is not None:
        sure = tag.sureness
        features[f"{name} names" if mention.person == person else f"{name} names another"] = tag.weight * sure
        if sure == 1.0 or mention.person == person:
            return
    if someone.narrator:
        features[f"{name} not I"] = 1.0
        return
    if mention.gender and someone.gender:
        features[f"{name} fits" if mention.gender == someone.gender else f"{name} wrong gender"] = 1.0
    if mention.gender and not mention.kin and focus.get(mention.gender) == person:
        features[f"{name} in focus"] = 1.0
    if mention.gender and not mention.kin and focus.get("last " + mention.gender) == person:
        features[f"{name} last told"] = 1.0
    if mention.owner and focus.get(mention.owner) == person:
        features[f"{name} owner"] = 1.0  # "her mother" is not she
    if mention.kin and mention.owner in focus:
        owner = roster.people[focus[mention.owner]]
        if person != focus[mention.owner] and owner.surnames & someone.surnames:
            features[f"{name} kin"] = 1.0
