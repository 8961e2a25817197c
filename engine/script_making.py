"""From what the analysis finds to the script a person works on: characters become roles, quotations become speech.

What a person has decided goes before what is found: a settled line is held while its conversation is solved, and names
that were merged, split or changed stay so. Nothing here is kept; the desk does that.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from engine.core_types import (
    LEFT_OUT_BY_DEFAULT,
    NARRATOR,
    UNKNOWN,
    Book,
    Chapter,
    MarkKind,
    OnProgress,
    Segment,
    SegmentKind,
)
from engine.manuscript.dialogue import Quotation
from engine.manuscript.lexicon import Lexicon
from engine.manuscript.segments import segment_book
from engine.manuscript.speakers import Attribution, Character, SpokenLine, Study
from engine.project.script_rows import KeptRole, ScriptRow

BY_HAND = "settled by hand"
LONGEST_NAME = 80
MOST_ALIASES = 24
SPOKEN_KINDS = frozenset({SegmentKind.DIALOGUE, SegmentKind.THOUGHT, SegmentKind.LETTER})
NOBODY = frozenset({NARRATOR.casefold(), UNKNOWN.casefold()})  # names that no role of the book's people has

Place = tuple[int, int]  # of a quotation: its chapter's place among those studied, and where it starts
AnyLine = TypeVar("AnyLine", Segment, ScriptRow)
MakeStudy = Callable[[Sequence[Chapter], str, Mapping[str, str], OnProgress | None], Study]
Prepared = tuple[list[tuple[Segment, ...]], list[KeptRole]]  # the lines of each chapter, and the roles
RoleChange = tuple[KeptRole | None, KeptRole]  # as it was, None for a new one; as it is to be


@dataclass(frozen=True, slots=True)
class Casting:
    """What was found and what a person decided, brought together."""

    speech: list[list[SpokenLine]]  # of each chapter, by the names of roles
    changes: list[RoleChange]  # to the roles that were there
    names: dict[str, str]  # name of a character -> name of its role


def prepare_script(
    book: Book,
    make_study: MakeStudy,
    on_progress: OnProgress | None = None,
    left_out: frozenset[MarkKind] = LEFT_OUT_BY_DEFAULT,
    lexicon: Lexicon | None = None,
) -> Prepared:
    """The lines of each chapter of a book just read, cut where the speaker changes, and its roles.

    Only the chapters that are read aloud are studied; the others are the narrator's. Progress is of the stations
    "finding speakers" and "reading". Raises ManuscriptError.
    """
    aloud = [place for place, chapter in enumerate(book.chapters) if chapter.include]
    study = make_study([book.chapters[place] for place in aloud], book.language, {}, on_progress)
    casting = cast_speech(study, [()] * len(aloud), [])
    speech: list[Sequence[SpokenLine]] = [()] * len(book.chapters)
    for place, lines in zip(aloud, casting.speech, strict=True):
        speech[place] = lines
    script = segment_book(
        book.chapters, book.language, left_out=left_out, on_progress=on_progress, lexicon=lexicon, speech=speech
    )
    return script, [role for _, role in casting.changes]


def cast_speech(study: Study, lines: Sequence[Sequence[Segment]], roles: Sequence[KeptRole]) -> Casting:
    """The speech of each chapter studied, around what is settled among its ``lines``, in the mouths of ``roles``."""
    decided: dict[Place, str] = {}
    loose: list[list[SpokenLine]] = []
    for number, chapter_lines in enumerate(lines):
        settled = [line for line in chapter_lines if line.settled]
        loose.append([])
        for line, starts in zip(settled, find_places(study.quotations[number], settled), strict=True):
            if not starts:
                end = line.start + len(line.text.rstrip())
                loose[-1].append(SpokenLine(line.start, end, "dialogue", line.speaker, 0.0, BY_HAND))
            for start in starts:
                decided.setdefault((number, start), line.speaker)
    attribution = study.attribute(hold(decided, study, roles))
    changes = unite_roles(roles, attribution.characters)
    names = name_roles(roles, changes)
    speech = [
        [*_name_lines(number, found, names, decided, loose[number]), *loose[number]]
        for number, found in enumerate(attribution.lines)
    ]
    return Casting([sorted(found, key=lambda line: line.start) for found in speech], changes, names)


def _name_lines(
    number: int,
    found: Sequence[SpokenLine],
    names: Mapping[str, str],
    decided: Mapping[Place, str],
    loose: Sequence[SpokenLine],
) -> Iterable[SpokenLine]:
    for line in found:
        if not any(line.start < other.end and line.end > other.start for other in loose):
            speaker = decided.get((number, line.start)) or names.get(line.speaker or "")
            yield replace(line, speaker=speaker)


# --- lines and quotations -------------------------------------------------------------------------------------------


def find_places(quotations: Sequence[Quotation], lines: Sequence[AnyLine]) -> list[tuple[int, ...]]:
    """For each of a chapter's ``lines`` the starts of the quotations it says; none for one that is told.

    A word or two that are only quoted make no speech of the sentence around them.
    """
    ends = [quotation.end for quotation in quotations]
    found = []
    for line in lines:
        starts = []
        for quotation in quotations[bisect_right(ends, line.start) :]:
            if quotation.start >= line.end:
                break
            shared = min(quotation.end, line.end) - max(quotation.start, line.start)
            if quotation.kind in ("dialogue", "thought") or 2 * shared > line.end - line.start:
                starts.append(quotation.start)
        found.append(tuple(starts))
    return found


def hold(decided: Mapping[Place, str], study: Study, roles: Sequence[KeptRole]) -> dict[Place, str]:
    """What a person decided, in the names the study knows: of several that are one role, the likeliest there."""
    known = {role.name: role for role in roles}
    teller = next((role for role in roles if role.is_narrator), None)
    labels = {person.label for person in study.roster.people}
    held: dict[Place, str] = {}
    for place, speaker in decided.items():
        role = teller if speaker == NARRATOR else known.get(speaker)
        if role is not None and role.found_names:
            likely = [name for name in study.candidates(*place) if name in role.found_names]
            current = [name for name in role.found_names if name in labels]
            held[place] = (likely or current or role.found_names)[0]
        elif speaker != NARRATOR:
            held[place] = speaker
    return held


def list_lines(attribution: Attribution) -> dict[Place, SpokenLine]:
    """The quotations of all chapters by their place."""
    return {(number, line.start): line for number, lines in enumerate(attribution.lines) for line in lines}


def compare_attributions(before: Attribution, after: Attribution) -> dict[Place, SpokenLine]:
    """The quotations whose speaker, doubt or reason changed, as they are after."""
    was = list_lines(before)
    return {place: line for place, line in list_lines(after).items() if line != was[place]}


# --- characters and roles -------------------------------------------------------------------------------------------


def unite_roles(roles: Sequence[KeptRole], characters: Sequence[Character]) -> list[RoleChange]:
    """How the roles change when these characters are found: new ones, and what is learnt of those that are there."""
    now = list(roles)
    current = {character.name for character in characters}
    split_off = {alias: place for place, role in enumerate(roles) for alias in role.split_off}
    for character in characters:
        place = _find_role(now, character, current)
        if place is None:
            now.append(_make_role(character, now))
        else:
            role = now[place]
            theirs = {alias for alias, owner in split_off.items() if owner != place}
            aliases = (*role.aliases, *(alias for alias in character.aliases if alias not in theirs))
            now[place] = replace(
                role,
                aliases=tidy_aliases(role.name, aliases),
                found_names=tuple(dict.fromkeys((*role.found_names, character.name))),
                gender=role.gender or character.gender,
                age=role.age or character.age,
            )
    was: list[KeptRole | None] = [*roles, *([None] * (len(now) - len(roles)))]
    return [(before, after) for before, after in zip(was, now, strict=True) if before != after]


def _find_role(roles: Sequence[KeptRole], character: Character, current: set[str]) -> int | None:
    """The role that this character is: by what the analysis called it, by its name, or by an alias when orphaned."""
    for place, role in enumerate(roles):
        if character.name in role.found_names:
            return place
    for place, role in enumerate(roles):
        if role.name.casefold() == character.name.casefold() and role.name.casefold() not in NOBODY:
            return place
    for place, role in enumerate(roles):
        orphaned = not current.intersection(role.found_names)
        if orphaned and role.found_names and role.names.intersection(_fold(character.aliases)):
            return place
    return None


def _fold(names: Iterable[str]) -> set[str]:
    return {name.casefold() for name in names}


def _make_role(character: Character, roles: Sequence[KeptRole]) -> KeptRole:
    taken = NOBODY | {role.name.casefold() for role in roles}
    stem = " ".join(character.name.split())[: LONGEST_NAME - 5].strip() or "Somebody"
    name, number = stem, 2
    while name.casefold() in taken:
        name, number = f"{stem} ({number})", number + 1
    return KeptRole(
        name,
        tidy_aliases(name, character.aliases),
        (character.name,),
        gender=character.gender,
        age=character.age,
        is_narrator=character.is_narrator,
    )


def tidy_aliases(name: str, aliases: Iterable[str]) -> tuple[str, ...]:
    """Each once, whatever its capitals, and the role's own name not at all."""
    known = {name.casefold()}
    kept = []
    for alias in aliases:
        if alias.casefold() not in known:
            known.add(alias.casefold())
            kept.append(alias)
    return tuple(kept[:MOST_ALIASES])


def name_roles(roles: Sequence[KeptRole], changes: Sequence[RoleChange]) -> dict[str, str]:
    """Name of a character -> name of its role, once the changes are made."""
    names = {found: role.name for role in reversed(roles) for found in role.found_names}
    names |= {found: role.name for _, role in changes for found in role.found_names if found not in names}
    return names


def set_apart(roles: Iterable[KeptRole]) -> dict[str, str]:
    """What a person split off, as the study is told of it: a name the book uses -> the character it is of."""
    return {alias: role.found_names[0] for role in roles for alias in role.split_off if role.found_names}


def recall_speech(lines: Sequence[Segment]) -> list[SpokenLine]:
    """The speech of a chapter as its lines tell it, to cut them again without a study."""
    return [
        SpokenLine(
            line.start,
            line.start + len(line.text.rstrip()),
            line.kind.value if line.kind in SPOKEN_KINDS else SegmentKind.DIALOGUE.value,
            line.speaker,
            line.doubt,
            line.reason,
        )
        for line in lines
        if line.kind in SPOKEN_KINDS or line.speaker != NARRATOR
    ]
