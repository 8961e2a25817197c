"""Books studied lately, so that a line is settled in a moment; and where in a study each line of the script is."""

from __future__ import annotations

import hashlib
from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from threading import RLock
from typing import TypeVar

from engine.core_types import NARRATOR, UNKNOWN, Chapter, OnProgress, Segment
from engine.errors import NotFound
from engine.manuscript.dialogue import Quotation
from engine.manuscript.speakers import Attribution, SpokenLine, Study, study_book
from engine.project.script_rows import SPEECH, KeptRole, ScriptRow

BY_HAND = "settled by hand"
MOST_STUDIES = 2  # in memory: the book being cast, and the one before


Place = tuple[int, int]  # of a quotation: its chapter's place among those studied, and where it starts
AnyLine = TypeVar("AnyLine", Segment, ScriptRow)


class Studies:
    """The last few books studied, found again by their text and by the names that a person set apart."""

    def __init__(self) -> None:
        self._known: OrderedDict[str, Study] = OrderedDict()
        self.turn = RLock()  # a study changes while it is asked, so one thread asks at a time

    def make(
        self,
        chapters: Sequence[Chapter],
        language: str,
        apart: Mapping[str, str],
        on_progress: OnProgress | None = None,
    ) -> Study:
        """The study of these chapters: slow the first time."""
        with self.turn:
            key = _sum_up(chapters, language, apart)
            study = self._known.pop(key, None)
            if study is None:
                study = study_book(chapters, language, on_progress, apart)
                study.attribute()  # all of it solved once, so that whoever looks on meets nothing half done
            self._known[key] = study
            while len(self._known) > MOST_STUDIES:
                self._known.popitem(last=False)
            return study

    def recall(self, chapters: Sequence[Chapter], language: str, apart: Mapping[str, str]) -> Study | None:
        """The study of these chapters, if it was made lately."""
        return self._known.get(_sum_up(chapters, language, apart))


def _sum_up(chapters: Sequence[Chapter], language: str, apart: Mapping[str, str]) -> str:
    digest = hashlib.sha256(f"{language}\n{sorted(apart.items())}".encode())
    for chapter in chapters:
        marks = [(mark.kind.value, mark.start, mark.end) for mark in chapter.marks]
        digest.update(f"\n{len(chapter.text)}{marks}".encode())
        digest.update(chapter.text.encode("utf-8", "surrogatepass"))
    return digest.hexdigest()


class PlacedScript:
    """The lines of a book beside the quotations that its study found."""

    def __init__(self, study: Study, chapter_ids: Sequence[int], rows: Sequence[ScriptRow]) -> None:
        """``chapter_ids`` as studied; ``rows`` are lines of these chapters and maybe others, in order."""
        self._study = study
        self.rows = {row.id: row for row in rows}
        spoken: dict[int, list[ScriptRow]] = {id_: [] for id_ in chapter_ids}
        for row in rows:
            if row.chapter_id in spoken and (row.settled or row.kind in SPEECH or row.speaker != NARRATOR):
                spoken[row.chapter_id].append(row)
        self.places: dict[int, tuple[Place, ...]] = {}
        for number, lines in enumerate(spoken.values()):
            for row, starts in zip(lines, find_places(study.quotations[number], lines), strict=True):
                self.places[row.id] = tuple((number, start) for start in starts)

    @cached_property
    def rows_at(self) -> dict[Place, list[ScriptRow]]:
        """The lines of each quotation."""
        found: dict[Place, list[ScriptRow]] = {}
        for id_, places in self.places.items():
            for place in places:
                found.setdefault(place, []).append(self.rows[id_])
        return found

    def find(self, segment_id: int) -> ScriptRow:
        """Raises NotFound."""
        if segment_id not in self.rows:
            raise NotFound("That line is no longer in the book. Reload the page to see the lines as they are now.")
        return self.rows[segment_id]

    def attribute(self, roles: Sequence[KeptRole], extra: Mapping[Place, str] | None = None) -> Attribution:
        """Who speaks, with all that is settled held, and ``extra`` as if it were."""
        decided = {place: row.speaker for place, rows in self.rows_at.items() for row in rows if row.settled}
        return self._study.attribute(hold({**decided, **(extra or {})}, self._study, roles))

    def list_changes(
        self, found: Mapping[Place, SpokenLine], names: Mapping[str, str]
    ) -> list[tuple[ScriptRow, ScriptRow]]:
        """Unsettled lines as they are, and as these quotations have them; ``names`` of characters -> of roles."""
        changes: dict[int, tuple[ScriptRow, ScriptRow]] = {}
        for place, line in found.items():
            for row in self.rows_at.get(place, ()):
                if not row.settled and row.id not in changes and (line.speaker or row.kind in SPEECH):
                    speaker = names.get(line.speaker, line.speaker) if line.speaker else UNKNOWN
                    changes[row.id] = (row, replace(row, speaker=speaker, doubt=line.doubt, reason=line.reason))
        return list(changes.values())


def settle_row(row: ScriptRow, speaker: str) -> tuple[ScriptRow, ScriptRow]:
    """A line as it is and as it is once a person has decided who speaks."""
    return row, replace(row, speaker=speaker, doubt=0.0, reason=BY_HAND, settled=True)


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
