"""A script in memory: the methods of the script desk that the cast, its page and its command call, without analysis.

Settling a line settles the untold ones after it in the same chapter as well, as a conversation solved anew would.
"""

from __future__ import annotations

import copy
import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from engine.core_types import NARRATOR, UNKNOWN, OnProgress, Progress, Segment, SegmentKind, Shape
from engine.errors import EditRefused, ManuscriptError, NotFound
from engine.shelf_types import DoubtfulLine, Reading, Role, StripPart

Told = tuple[str, str, float]  # speaker, words, doubt


@dataclass
class FakeScript:
    """One book's script, whatever slug it is asked for; ``edits`` is what undo goes back to."""

    chapters: dict[int, list[Segment]] = field(default_factory=dict)
    cast: dict[str, Role] = field(default_factory=dict)
    reading: Reading = Reading.ONE_VOICE
    kept_series: str = ""
    found: list[str] = field(default_factory=list)  # books whose speakers were looked for
    studied: list[str] = field(default_factory=list)  # ahead of the first settled line
    edits: list[tuple[str, object]] = field(default_factory=list)

    @classmethod
    def of(cls, *chapters: Sequence[Told], roles: Sequence[Role] = ()) -> FakeScript:
        """A book of chapters told as (speaker, words, doubt); what is told of its roles in ``roles``."""
        made = cls(cast={role.name: role for role in (Role(NARRATOR, voice="hazel"), *roles)})
        for number, lines in enumerate(chapters, start=1):
            start, segments = 0, []
            for place, (speaker, words, doubt) in enumerate(lines):
                kind = SegmentKind.NARRATION if speaker == NARRATOR else SegmentKind.DIALOGUE
                text, id_ = f"{words} ", number * 1000 + place
                reason = "" if speaker == NARRATOR else f"tag: said {speaker}"
                segments.append(
                    Segment(start, start + len(text), text, words, kind, speaker=speaker, doubt=doubt, reason=reason,
                            id=id_)
                )  # fmt: skip
                start += len(text)
                made.cast.setdefault(speaker, Role(speaker))
            made.chapters[number] = segments
        return made

    # -- looking -----------------------------------------------------------------------------------------------

    def roles(self, slug: str) -> list[Role]:
        counted = [self._count(role) for role in self.cast.values()]
        return sorted(counted, key=lambda role: (role.name != NARRATOR, role.name == UNKNOWN, -role.lines))

    def _count(self, role: Role) -> Role:
        lines = [line for line in self._lines() if line.speaker == role.name]
        first = max(lines, key=lambda line: len(line.text), default=None)
        characters = sum(len(line.text) for line in lines)
        return replace(role, lines=len(lines), characters=characters, first_segment=first.id if first else 0)

    def strip(self, slug: str, chapter_id: int | None = None) -> list[StripPart]:
        return [
            StripPart(id_, line.id, line.speaker, len(line.text), line.doubt)
            for id_, lines in self.chapters.items()
            if chapter_id in (None, id_)
            for line in lines
        ]

    def doubtful(self, slug: str, above: float, count: int = 20, after: int = 0) -> list[DoubtfulLine]:
        """From the line that follows ``after`` in the queue; from the first when that is not there."""
        queue = sorted(self._doubtful(above), key=lambda line: -line.doubt)
        first = next((place for place, line in enumerate(queue, start=1) if line.id == after), 0)
        return [self._show(line) for line in queue[first : first + count]]

    def count_doubtful(self, slug: str, above: float) -> int:
        return len(self._doubtful(above))

    def line(self, slug: str, segment_id: int) -> DoubtfulLine:
        return self._show(self._find(segment_id))

    def _doubtful(self, above: float) -> list[Segment]:
        return [line for line in self._lines() if line.doubt > above and not line.settled]

    def _show(self, line: Segment) -> DoubtfulLine:
        id_ = line.id // 1000
        text = "".join(each.text for each in self.chapters[id_])
        names = [line.speaker, *(role.name for role in self.roles("") if role.name not in (NARRATOR, line.speaker))]
        return DoubtfulLine(id_, f"Chapter {id_}", line, text[: line.start], text[line.end :], tuple(names[:9]))

    def _lines(self) -> list[Segment]:
        return [line for lines in self.chapters.values() for line in lines]

    def _find(self, segment_id: int) -> Segment:
        for line in self._lines():
            if line.id == segment_id:
                return line
        raise NotFound("This line is no longer in the book. Reload the page.")

    def _role(self, name: str) -> Role:
        if name not in self.cast:
            raise NotFound(f"Nobody in this book is called “{name}”.")
        return self.cast[name]

    # -- changing ----------------------------------------------------------------------------------------------

    def find_speakers(self, slug: str, on_progress: OnProgress | None = None) -> None:
        if on_progress:
            on_progress(Progress("finding speakers", 1, 2))
        self.found.append(slug)

    def warm_up(self, slug: str) -> None:
        self.studied.append(slug)

    def settle(self, slug: str, segment_id: int, speaker: str) -> list[int]:
        line = self._find(segment_id)
        self._keep(f"settle a line on {speaker}")
        self.cast.setdefault(speaker, Role(speaker))
        untold = [
            each
            for each in self.chapters[line.id // 1000]
            if each.id > line.id and each.speaker == UNKNOWN and not each.settled
        ]
        self._change(line, speaker=speaker, doubt=0.0, settled=True)
        for each in untold:
            self._change(each, speaker=speaker)
        return [line.id, *(each.id for each in untold)]

    def replace_speaker(self, slug: str, old: str, new: str, chapter_ids: Sequence[int] | None = None) -> int:
        lines = [line for line in self._lines() if line.speaker == self._role(old).name]
        lines = [line for line in lines if chapter_ids is None or line.id // 1000 in chapter_ids]
        self._keep(f"replace {old} by {new}")
        self.cast.setdefault(new, Role(new))
        for line in lines:
            self._change(line, speaker=new, settled=True)
        return len(lines)

    def rename_role(self, slug: str, name: str, new_name: str) -> None:
        role = self._role(name)
        if new_name in self.cast:
            raise EditRefused(f"There is a {new_name} already. To make the two one, merge them.")
        self._keep(f"rename {name} to {new_name}")
        self.cast[new_name] = replace(self.cast.pop(name), name=new_name)
        self._speak(role.name, new_name)

    def merge_roles(self, slug: str, name: str, into: str) -> None:
        role, other = self._role(name), self._role(into)
        self._keep(f"merge {name} into {into}")
        del self.cast[name]
        self.cast[into] = replace(other, aliases=(*other.aliases, name, *role.aliases))
        self._speak(name, into)

    def split_role(self, slug: str, name: str, alias: str, new_name: str) -> None:
        role = self._role(name)
        self._keep(f"split {alias} off {name}")
        self.cast[name] = replace(role, aliases=tuple(each for each in role.aliases if each != alias))
        self.cast[new_name] = Role(new_name, (alias,))

    def mark_narrator(self, slug: str, name: str, is_it: bool) -> None:
        self._change_role(name, f"mark {name} as who tells the book", is_narrator=is_it)

    def give_voice(self, slug: str, role: str, voice: str, shape: Shape | None = None) -> None:
        self._change_role(role, f"give {role} the voice {voice}", voice=voice, shape=shape)

    def give_voices(self, slug: str, given: Mapping[str, tuple[str, Shape | None]], deed: str) -> None:
        self._keep(deed)
        for name, (voice, shape) in given.items():
            self.cast[name] = replace(self._role(name), voice=voice, shape=shape)

    def change_role(self, slug: str, name: str, *, gender: str | None = None, age: str | None = None) -> None:
        given = {key: value for key, value in (("gender", gender), ("age", age)) if value is not None}
        self._change_role(name, f"describe {name}", **given)

    def set_reading(self, slug: str, reading: Reading) -> None:
        self._keep(f"read in {reading}")
        self.reading = reading

    def set_series(self, slug: str, series: str) -> int:
        self.kept_series = series
        return 0

    def series(self) -> list[str]:
        return [self.kept_series] if self.kept_series else []

    def last_edit(self, slug: str) -> str:
        return self.edits[-1][0] if self.edits else ""

    def undo(self, slug: str) -> str:
        if not self.edits:
            raise EditRefused("There is nothing to undo.")
        deed, (self.chapters, self.cast, self.reading) = self.edits.pop()  # type: ignore[misc]
        return deed

    # -- as a table --------------------------------------------------------------------------------------------

    def write_csv(self, slug: str, path: Path) -> None:
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([line.id, line.speaker, line.text] for line in self._lines())

    def read_csv(self, slug: str, path: Path) -> int:
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.reader(file))
        if any(len(row) != 3 for row in rows):
            raise ManuscriptError("This file is no script. Export the script first, change it, and give that file.")
        self._keep("read the script from a table")
        changed = [(int(id_), speaker) for id_, speaker, _ in rows if self._find(int(id_)).speaker != speaker]
        for id_, speaker in changed:
            self._change(self._find(id_), speaker=speaker, settled=True)
        return len(changed)

    def _keep(self, deed: str) -> None:
        self.edits.append((deed, copy.deepcopy((self.chapters, self.cast, self.reading))))

    def _change(self, line: Segment, **changes: object) -> None:
        lines = self.chapters[line.id // 1000]
        lines[lines.index(line)] = replace(line, **changes)  # type: ignore[arg-type]

    def _change_role(self, name: str, deed: str, **changes: object) -> None:
        role = self._role(name)
        self._keep(deed)
        self.cast[name] = replace(role, **changes)  # type: ignore[arg-type]

    def _speak(self, old: str, new: str) -> None:
        for line in [line for line in self._lines() if line.speaker == old]:
            self._change(line, speaker=new)
