"""Who speaks each line of a book, and how sure that is.

The names are gathered over the whole book (characters), the quotations put into turns with what their tags say (turns,
tags, mentions), every candidate of a turn is weighed (evidence, weights), and each conversation is solved as a whole
(exchanges). No model is loaded: a novel takes seconds.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from engine.core_types import Chapter, OnProgress, Progress
from engine.manuscript.dialogue import Quotation, choose_marks, find_quotations
from engine.manuscript.speakers.capitals import restore_capitals
from engine.manuscript.speakers.characters import Roster, gather_characters
from engine.manuscript.speakers.evidence import Choice, weigh_evidence
from engine.manuscript.speakers.exchanges import solve_conversation
from engine.manuscript.speakers.mentions import Mentions, find_mentions
from engine.manuscript.speakers.name_words import LOOSE_NOUNS
from engine.manuscript.speakers.turns import FAR_PARAGRAPHS, Turn, find_turns
from engine.manuscript.speakers.weights import RELIABILITY

STATION = "finding speakers"


@dataclass(frozen=True, slots=True)
class SpokenLine:
    """A quotation and who speaks it."""

    start: int  # offset into its Chapter.text
    end: int
    kind: str  # as Quotation.kind
    speaker: str | None  # a Character's name; None when nobody could be found, and for what is only quoted
    doubt: float  # 0 sure to 1 a guess
    reason: str  # in words: "tag: said Emma"


@dataclass(frozen=True, slots=True)
class Character:
    """Somebody who is named or speaks in the book."""

    name: str
    aliases: tuple[str, ...]
    gender: str  # "M", "F" or ""
    count: int  # lines spoken
    is_narrator: bool = False  # the "I" who tells the book


@dataclass(frozen=True, slots=True)
class Attribution:
    """The lines of each chapter, and the characters, who speaks most first."""

    lines: tuple[tuple[SpokenLine, ...], ...]
    characters: tuple[Character, ...]


def attribute_speakers(
    chapters: Sequence[Chapter],
    language: str,
    on_progress: OnProgress | None = None,
    settled: Mapping[tuple[int, int], str] | None = None,
) -> Attribution:
    """Every quotation of the book with its speaker, in the order of the chapters.

    ``settled``: what a person has decided, (place of the chapter from 0, a quotation's start) -> a character's name.
    It is held, without doubt, and the rest of its conversation is solved around it.
    """
    chapters = [restore_capitals(chapter) for chapter in chapters]
    texts = [chapter.text for chapter in chapters]
    marks = choose_marks(texts, language)
    quotations = [find_quotations(chapter, language, marks) for chapter in chapters]
    spans = [[(q.start, q.end) for q in found] for found in quotations]
    roster = gather_characters(texts, spans)
    turns: list[Turn] = []
    told: list[Mentions] = []
    for number, chapter in enumerate(chapters):
        mentions = find_mentions(chapter.text, spans[number], roster)
        _note_genders(mentions, roster)
        told.append(mentions)
        turns += find_turns(number, chapter, quotations[number], mentions)
        _report(on_progress, number + 1, len(chapters))
    _settle_genders(roster)
    _name_described(turns, roster, chapters)
    for chapter, mentions in zip(chapters, told, strict=True):
        _recognize_described(chapter.text, mentions, roster)
    choices = weigh_evidence(turns, roster)
    speakers: dict[tuple[int, int], tuple[str | None, float, str]] = {}
    for group in _conversations(choices):
        held = _hold_settled(group, settled or {}, roster)
        for place, (choice, chances) in enumerate(zip(group, solve_conversation(group, held), strict=True)):
            best = int(chances.argmax())
            person = choice.people[best]
            evidence, reason = _give_reason(choice, best)
            doubt = 1 - float(chances[best]) * RELIABILITY[evidence]
            if place in held:
                doubt, reason = 0.0, "settled by hand"
            result = (roster.people[person].label, doubt, reason)
            for quotation in choice.turn.quotations:
                speakers[choice.turn.chapter, quotation.start] = result
    lines = tuple(
        tuple(_make_line(quotation, speakers.get((number, quotation.start))) for quotation in found)
        for number, found in enumerate(quotations)
    )
    return Attribution(lines, _list_characters(roster, lines))


def _report(on_progress: OnProgress | None, done: int, total: int) -> None:
    if on_progress is not None:
        on_progress(Progress(STATION, done, total, message=f"Chapter {done} of {total}"))


def _make_line(quotation: Quotation, found: tuple[str | None, float, str] | None) -> SpokenLine:
    speaker, doubt, reason = found or (None, 1.0 if quotation.kind in ("dialogue", "thought") else 0.0, "")
    return SpokenLine(quotation.start, quotation.end, quotation.kind, speaker, doubt, reason)


def _conversations(choices: Sequence[Choice]) -> list[list[Choice]]:
    groups: list[list[Choice]] = []
    for choice in choices:
        if not choice.people:
            groups.append([])
            continue
        if (
            not groups
            or choice.turn.gap >= FAR_PARAGRAPHS
            or (groups[-1] and choice.turn.chapter != groups[-1][-1].turn.chapter)
        ):
            groups.append([])
        groups[-1].append(choice)
    return [group for group in groups if group]


def _hold_settled(group: Sequence[Choice], settled: Mapping[tuple[int, int], str], roster: Roster) -> dict[int, int]:
    """Place in the conversation -> person, for the turns that somebody has settled; they become candidates there."""
    held: dict[int, int] = {}
    for place, choice in enumerate(group):
        names = [settled.get((choice.turn.chapter, quotation.start)) for quotation in choice.turn.quotations]
        name = next((name for name in names if name is not None), None)
        if name is None:
            continue
        person = roster.find_label(name)
        if person not in choice.people:
            choice.people.append(person)
            choice.genders.append(roster.people[person].gender)
            choice.features.append({})
        held[place] = person
    return held


def _note_genders(mentions: Mentions, roster: Roster) -> None:
    """Count which pronoun next follows each name in the narration."""
    last: int | None = None
    end = 0
    for mention in mentions.found:
        if mention.inside:
            continue
        if mention.kind == "name":
            last, end = mention.person, mention.end
        elif mention.kind in ("he", "she") and last is not None and mention.start - end < 160:
            roster.people[last].pronouns[mention.gender] += 1
            last = None
        elif mention.kind == "description":
            last = None


def _settle_genders(roster: Roster) -> None:
    for person in roster.people:
        he, she = person.pronouns["M"], person.pronouns["F"]
        if not person.gender and max(he, she) >= 2 and max(he, she) >= 2 * min(he, she):
            person.gender = "M" if he > she else "F"


def _name_described(turns: Sequence[Turn], roster: Roster, chapters: Sequence[Chapter]) -> None:
    """Make characters of "the landlord" and of "I" where a tag says that they speak."""
    narrator = _is_told_by_one(turns)
    for turn in turns:
        for tag in (turn.tag, turn.act):
            if tag is None or tag.mention.person is not None:
                continue
            mention = tag.mention
            if mention.kind == "I" and narrator:
                mention.person = roster.add_narrator()
            elif mention.kind == "description" and not mention.kin:
                words = chapters[turn.chapter].text[mention.start : mention.end].split()
                titled = roster.find_titled(mention.head) if words[0].lower() == "the" else None
                if titled is not None:
                    mention.person = titled
                elif tag.strong:
                    mention.person = roster.add_described(
                        " ".join(["the", *words[1:]]) if words[1:] else "somebody", mention.gender
                    )
                    if not mention.fresh and mention.head in LOOSE_NOUNS:  # may well be somebody with a name
                        tag.sureness = 0.25


def _recognize_described(text: str, mentions: Mentions, roster: Roster) -> None:
    """ "The detective" in the narration is the detective who speaks elsewhere."""
    for mention in mentions.found:
        if mention.kind == "description" and mention.person is None and not mention.kin and not mention.fresh:
            words = text[mention.start : mention.end].lower().split()
            label = " ".join(["the", *words[1:]])
            mention.person = roster.by_name.get((label,))
            if mention.person is None and mention.head not in LOOSE_NOUNS:
                mention.person = roster.by_name.get((f"the {mention.head}",))


def _is_told_by_one(turns: Sequence[Turn]) -> bool:
    tags = Counter(turn.tag.mention.kind for turn in turns if turn.tag)
    return tags["I"] * 50 > sum(tags.values())


def _give_reason(choice: Choice, best: int) -> tuple[str, str]:
    """The kind of evidence, a key of RELIABILITY, and the reason in words."""
    turn, features = choice.turn, choice.features[best]
    if turn.tag is not None:
        return KIND_OF_TAG.get(turn.tag.mention.kind, "pronoun"), f"tag: {turn.tag.words}"
    if turn.act is not None and "act names another" not in features and "act wrong gender" not in features:
        return "act", f"acts beside the words: {turn.act.words}"
    if "called before" in features:
        return "called", "called by name in the line before"
    if "spoken to" in features:
        return "called", "spoken to just before"
    if turn.gap == 0:
        return "turn", "turn in the conversation"
    return "present", "the likeliest of those present"


KIND_OF_TAG = {"name": "name", "I": "I", "description": "description"}


def _list_characters(roster: Roster, lines: Sequence[Sequence[SpokenLine]]) -> tuple[Character, ...]:
    counts = Counter(line.speaker for chapter in lines for line in chapter)
    made = [
        Character(
            person.label,
            tuple(sorted(person.evidence.spellings, key=lambda spelling: -person.evidence.spellings[spelling])),
            person.gender,
            counts[person.label],
            person.narrator,
        )
        for person in roster.people
        if counts[person.label] or person.evidence.is_told_of()
    ]
    return tuple(sorted(made, key=lambda character: -character.count))


__all__ = ["Attribution", "Character", "SpokenLine", "attribute_speakers"]
