"""A book studied once, and attributed as often as a person settles a line.

Studying is the slow part: names, turns, evidence. Attributing solves the conversations; a conversation is solved again
only when what is settled in it has changed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from engine.core_types import Chapter, OnProgress, Progress
from engine.manuscript.dialogue import Quotation, choose_marks, find_quotations
from engine.manuscript.speakers.ages import note_ages, settle_ages
from engine.manuscript.speakers.capitals import restore_capitals
from engine.manuscript.speakers.characters import Roster, gather_characters
from engine.manuscript.speakers.describing import name_described, note_genders, recognize_described, settle_genders
from engine.manuscript.speakers.evidence import Choice, weigh_evidence
from engine.manuscript.speakers.exchanges import solve_conversation
from engine.manuscript.speakers.likeness import Titles, note_titles, unite_described
from engine.manuscript.speakers.manner import weigh_manner
from engine.manuscript.speakers.mentions import Mentions, find_mentions
from engine.manuscript.speakers.names import split_name
from engine.manuscript.speakers.turns import FAR_PARAGRAPHS, SPOKEN, Turn, find_turns
from engine.manuscript.speakers.uniting import gender_of_names
from engine.manuscript.speakers.weights import RELIABILITY

STATION = "finding speakers"
MOST_CANDIDATES = 9  # one key each
KIND_OF_TAG = {"name": "name", "I": "I", "description": "description"}
BY_HAND = "settled by hand"
CUE_DOUBT = 0.02  # a play says who speaks; its printer may not

Place = tuple[int, int]  # place of the chapter from 0, a quotation's start


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
    age: str = ""  # "child", "young", "old", or "" where the words do not say


@dataclass(frozen=True, slots=True)
class Attribution:
    """The lines of each chapter, and the characters, who speaks most first."""

    lines: tuple[tuple[SpokenLine, ...], ...]
    characters: tuple[Character, ...]


@dataclass(frozen=True, slots=True)
class Solution:
    """A conversation solved: of each turn the candidates, the likeliest first, the doubt and the reason."""

    settled: tuple[tuple[int, str], ...]  # place in the conversation, speaker: what was held
    ranked: tuple[tuple[str, ...], ...]
    doubts: tuple[float, ...]
    reasons: tuple[str, ...]


@dataclass(slots=True, eq=False)
class Study:
    """What a book shows of who speaks in it, kept so that its conversations can be solved again in a moment."""

    quotations: list[tuple[Quotation, ...]]  # of each chapter
    roster: Roster
    conversations: list[list[Choice]]
    places: dict[Place, tuple[int, int]] = field(default_factory=dict)  # -> conversation, turn in it
    solutions: dict[int, Solution] = field(default_factory=dict)  # conversation -> as it was solved last
    cues: dict[str, str] = field(default_factory=dict)  # of a play, the name before the words -> character

    def __post_init__(self) -> None:
        for number, conversation in enumerate(self.conversations):
            for place, choice in enumerate(conversation):
                for quotation in choice.turn.quotations:
                    self.places[choice.turn.chapter, quotation.start] = number, place

    def attribute(self, settled: Mapping[Place, str] | None = None) -> Attribution:
        """Every quotation with its speaker.

        ``settled``: what a person has decided, (place of the chapter from 0, a quotation's start) -> a character's
        name, of the book or new. It is held, without doubt, and the rest of its conversation is solved around it.
        """
        settled = settled or {}
        held: dict[int, dict[int, str]] = {}
        for where, name in settled.items():
            if where in self.places:
                conversation, place = self.places[where]
                held.setdefault(conversation, {}).setdefault(place, name)
        for number in range(len(self.conversations)):
            self._solve(number, tuple(sorted(held.get(number, {}).items())))
        lines = tuple(
            tuple(self._make_line((chapter, quotation.start), quotation, settled) for quotation in found)
            for chapter, found in enumerate(self.quotations)
        )
        return Attribution(lines, _list_characters(self.roster, lines))

    def candidates(self, chapter: int, start: int) -> tuple[str, ...]:
        """Who may speak the quotation, the likeliest first, as last attributed; at most nine."""
        names: list[str] = []
        if (chapter, start) in self.places:
            number, place = self.places[chapter, start]
            solution = self.solutions.get(number) or self._solve(number, ())
            names += solution.ranked[place]
            names += [name for name, _ in Counter(ranked[0] for ranked in solution.ranked).most_common()]
        spoken = Counter(ranked[0] for solution in self.solutions.values() for ranked in solution.ranked)
        for found in self.quotations:
            spoken.update(self._name_cue(quotation.cue) for quotation in found if quotation.cue)
            names += [self._name_cue(q.cue) for q in found if q.cue and q.start == start]
        names += [name for name, _ in spoken.most_common(MOST_CANDIDATES)]
        return tuple(dict.fromkeys(names))[:MOST_CANDIDATES]

    def _name_cue(self, cue: str) -> str:
        """The character a play's cue names: one the narration knows, else the cue itself."""
        if cue not in self.cues:
            person = self.roster.find_label(cue)
            self.cues[cue] = cue if person is None else self.roster.people[person].label
        return self.cues[cue]

    def _solve(self, number: int, settled: tuple[tuple[int, str], ...]) -> Solution:
        known = self.solutions.get(number)
        if known is not None and known.settled == settled:
            return known
        labels = {person: self.roster.people[person].label for c in self.conversations[number] for person in c.people}
        conversation, held = _hold_settled(self.conversations[number], dict(settled), self.roster, labels)
        solved = zip(conversation, solve_conversation(conversation, held), strict=True)
        ranked, doubts, reasons = [], [], []
        for place, (choice, chances) in enumerate(solved):
            order = (-chances).argsort(kind="stable")
            best = int(order[0])
            evidence, reason = _give_reason(choice, best)
            ranked.append(tuple(labels[choice.people[candidate]] for candidate in order))
            doubts.append(0.0 if place in held else 1 - float(chances[best]) * RELIABILITY[evidence])
            reasons.append(BY_HAND if place in held else reason)
        solution = Solution(settled, tuple(ranked), tuple(doubts), tuple(reasons))
        self.solutions[number] = solution
        return solution

    def _make_line(self, where: Place, quotation: Quotation, settled: Mapping[Place, str]) -> SpokenLine:
        start, end, kind = quotation.start, quotation.end, quotation.kind
        if where in settled:
            return SpokenLine(start, end, "dialogue" if kind == "quoted" else kind, settled[where], 0.0, BY_HAND)
        if quotation.cue:
            return SpokenLine(start, end, kind, self._name_cue(quotation.cue), CUE_DOUBT, "named before the words")
        if where not in self.places:
            return SpokenLine(start, end, kind, None, 1.0 if kind in SPOKEN else 0.0, "")
        number, place = self.places[where]
        solution = self.solutions[number]
        return SpokenLine(start, end, kind, solution.ranked[place][0], solution.doubts[place], solution.reasons[place])


def study_book(
    chapters: Sequence[Chapter],
    language: str,
    on_progress: OnProgress | None = None,
    apart: Mapping[str, str] | None = None,
) -> Study:
    """The slow part of finding speakers: names, turns and evidence, in the order of the chapters.

    ``apart``: a name the book uses -> the character it is of, where a person has split two that were put together.
    """
    chapters = [restore_capitals(chapter) for chapter in chapters]
    texts = [chapter.text for chapter in chapters]
    marks = choose_marks(texts, language)
    quotations = [find_quotations(chapter, language, marks) for chapter in chapters]
    spans = [[(q.start, q.end) for q in found] for found in quotations]
    roster = gather_characters(texts, spans, apart or {})
    turns: list[Turn] = []
    told: list[Mentions] = []
    titles: Titles = Counter()
    for number, chapter in enumerate(chapters):
        mentions = find_mentions(chapter.text, spans[number], roster)
        note_genders(mentions, roster)
        note_ages(chapter.text, mentions, roster)
        note_titles(chapter.text, mentions, titles)
        told.append(mentions)
        turns += find_turns(number, chapter, [q for q in quotations[number] if not q.cue], mentions)
        if on_progress is not None:
            done, total = number + 1, len(chapters)
            on_progress(Progress(STATION, done, total, message=f"Chapter {done} of {total}"))
    settle_genders(roster)
    name_described(turns, roster, texts)
    for text, mentions in zip(texts, told, strict=True):
        recognize_described(text, mentions, roster)
    unite_described(turns, roster, titles)
    settle_ages(roster)
    conversations = _split_choices(weigh_evidence(turns, roster))
    weigh_manner(conversations, texts)
    return Study(quotations, roster, conversations)


def attribute_speakers(
    chapters: Sequence[Chapter],
    language: str,
    on_progress: OnProgress | None = None,
    settled: Mapping[Place, str] | None = None,
) -> Attribution:
    """Every quotation of the book with its speaker: ``study_book`` and ``Study.attribute`` in one."""
    return study_book(chapters, language, on_progress).attribute(settled)


def _split_choices(choices: Sequence[Choice]) -> list[list[Choice]]:
    """The turns that are solved together; one without candidates is nobody's and divides."""
    groups: list[list[Choice]] = [[]]
    for choice in choices:
        far = choice.turn.gap >= FAR_PARAGRAPHS
        if not choice.people or far or (groups[-1] and choice.turn.chapter != groups[-1][-1].turn.chapter):
            groups.append([])
        if choice.people:
            groups[-1].append(choice)
    return [group for group in groups if group]


def _hold_settled(
    conversation: Sequence[Choice], settled: Mapping[int, str], roster: Roster, labels: dict[int, str]
) -> tuple[list[Choice], dict[int, int]]:
    """The conversation with what is settled among the candidates, and place -> person; ``labels`` gains new people."""
    held: dict[int, int] = {}
    choices = list(conversation)
    for place, name in settled.items():
        person = roster.find_label(name)
        if person is None:  # somebody the book's analysis knows nothing of
            person = next((known for known, label in labels.items() if label == name), -1 - len(held))
        labels[person] = name
        choice = choices[place]
        if person not in choice.people:
            gender = roster.people[person].gender if person >= 0 else ""
            choices[place] = replace(
                choice,
                people=[*choice.people, person],
                genders=[*choice.genders, gender],
                features=[*choice.features, {}],
            )
        held[place] = person
    return choices, held


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


def _list_characters(roster: Roster, lines: Sequence[Sequence[SpokenLine]]) -> tuple[Character, ...]:
    counts = Counter(line.speaker for chapter in lines for line in chapter if line.speaker is not None)
    made = [
        Character(
            person.label,
            tuple(sorted(person.evidence.spellings, key=lambda spelling: -person.evidence.spellings[spelling])),
            person.gender,
            counts.pop(person.label, 0),
            person.narrator,
            person.age,
        )
        for person in roster.people
        if counts[person.label] or person.evidence.is_told_of()
    ]
    made += [  # named by a person, or by a play, alone
        Character(name, (), gender_of_names([split_name(name)]), count) for name, count in counts.items() if count
    ]
    return tuple(sorted(made, key=lambda character: -character.count))
