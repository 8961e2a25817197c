"""From manuscript to script: studied, its lines cut where the speaker changes, its characters made roles.

What a person has decided goes before what is found: a settled line is held while its conversation is solved, and names
that were merged, split or changed stay so. Nothing here is kept; the desk does that.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from engine.core_types import LEFT_OUT_BY_DEFAULT, NARRATOR, Chapter, MarkKind, OnProgress, Segment, SegmentKind
from engine.found_roles import RoleChange, name_roles, set_apart, unite_roles
from engine.manuscript.lexicon import Lexicon
from engine.manuscript.segments import segment_book
from engine.manuscript.speakers import SpokenLine, Study
from engine.project.script_rows import KeptRole
from engine.studies import BY_HAND, Place, Studies, find_places, hold

SPOKEN_KINDS = frozenset({SegmentKind.DIALOGUE, SegmentKind.THOUGHT, SegmentKind.LETTER})


@dataclass(frozen=True, slots=True)
class Manuscript:
    """What a script is made of."""

    chapters: Sequence[Chapter]
    language: str
    left_out: frozenset[MarkKind] = LEFT_OUT_BY_DEFAULT
    lexicon: Lexicon | None = None  # the words a person has for the book


@dataclass(frozen=True, slots=True)
class NewScript:
    """The lines of each chapter, and how the roles change with them."""

    lines: list[tuple[Segment, ...]]
    changes: list[RoleChange]


def make_script(
    manuscript: Manuscript,
    before: Sequence[Sequence[Segment]],
    roles: Sequence[KeptRole],
    studies: Studies,
    on_progress: OnProgress | None = None,
) -> NewScript:
    """The script of a manuscript, around what is settled among the lines ``before`` of each of its chapters.

    Only the chapters that are read aloud are studied; in the others everybody stays who they are. Progress is of the
    stations "finding speakers" and "reading". Raises ManuscriptError.
    """
    aloud = [place for place, chapter in enumerate(manuscript.chapters) if chapter.include]
    chapters = [manuscript.chapters[place] for place in aloud]
    with studies.turn:
        study = studies.make(chapters, manuscript.language, set_apart(roles), on_progress)
        found, changes = cast_speech(study, [before[place] for place in aloud], roles)
    speech: list[Sequence[SpokenLine]] = [recall_speech(lines) for lines in before]
    for place, lines in zip(aloud, found, strict=True):
        speech[place] = lines
    return NewScript(cut_script(manuscript, speech, on_progress), changes)


def cut_script(
    manuscript: Manuscript, speech: Sequence[Sequence[SpokenLine]], on_progress: OnProgress | None = None
) -> list[tuple[Segment, ...]]:
    """The lines of each chapter, cut at its ``speech``. Raises ManuscriptError."""
    return segment_book(
        manuscript.chapters,
        manuscript.language,
        left_out=manuscript.left_out,
        on_progress=on_progress,
        lexicon=manuscript.lexicon,
        speech=speech,
    )


def cast_speech(
    study: Study, lines: Sequence[Sequence[Segment]], roles: Sequence[KeptRole]
) -> tuple[list[list[SpokenLine]], list[RoleChange]]:
    """The speech of each chapter studied, around what is settled among its ``lines``; and how the roles change."""
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
    return [sorted(found, key=lambda line: line.start) for found in speech], changes


def _name_lines(
    number: int,
    found: Sequence[SpokenLine],
    names: Mapping[str, str],
    decided: Mapping[Place, str],
    loose: Sequence[SpokenLine],
) -> Iterator[SpokenLine]:
    for line in found:
        if not any(line.start < other.end and line.end > other.start for other in loose):
            speaker = decided.get((number, line.start)) or names.get(line.speaker or "")
            yield replace(line, speaker=speaker)


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
