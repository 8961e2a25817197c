"""The project as a person sees it: the nouns that go between the project and the studio.

Like core_types, these are frozen and do no work; rooms other than ``project`` have no use for them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from engine.core_types import Finding, MarkKind, Pauses, Progress, Segment, Shape, Take


@dataclass(frozen=True, slots=True)
class BookSummary:
    """One project on the shelf."""

    slug: str  # its folder's name, and what addresses it everywhere
    title: str
    author: str
    language: str
    year: str
    description: str
    source_name: str  # the manuscript's file name
    voice: str  # name of the narrator's VoiceProfile
    reading: Reading
    series: str  # "" for a book that stands alone
    narrator: str  # as credited in the finished book; "" for the voice's label
    pauses: Pauses
    left_out: frozenset[MarkKind]  # kinds of text inside chapters that are not read aloud
    cover: Path | None
    chapters: int
    words: int  # of the chapters that are read aloud
    estimated_minutes: float
    created_at: str  # ISO 8601, UTC
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class ChapterSummary:
    """One row of the contents: a chapter and how far it is."""

    id: int
    place: int  # in the contents, from 1
    number: int  # among the chapters read aloud, from 1, as listeners count; 0 for one left out
    title: str
    words: int
    estimated_minutes: float
    include: bool
    left_out_reason: str
    lines: int  # segments that are said aloud
    rendered: int  # of those, how many have a take for the present voice and words
    audio: Path | None  # the mastered chapter, when it is up to date


@dataclass(frozen=True, slots=True)
class Line:
    """A segment with the take that is in use for it, if it is rendered."""

    segment: Segment  # or several that one voice says in one breath, joined; its id is the first one's
    take: Take | None


class Reading(StrEnum):
    """Who reads a book: a person chooses, and both pages and commands say which it is."""

    ONE_VOICE = "one voice"  # the narrator's voice reads every speaker's lines
    FULL_CAST = "full cast"  # each speaker has a voice; one without is an error


@dataclass(frozen=True, slots=True)
class Role:
    """A speaker of a book, as cast. The narrator is one, and so is UNKNOWN where lines have nobody yet."""

    name: str  # unique in the book; Segment.speaker
    aliases: tuple[str, ...] = ()  # other names the manuscript uses
    gender: str = ""  # "M", "F" or ""
    age: str = ""  # "child", "young", "old" or "", from the words the manuscript uses
    lines: int = 0  # segments spoken
    characters: int = 0  # of the words spoken
    voice: str = ""  # VoiceProfile's name; "" uncast
    shape: Shape | None = None  # the voice bent for this role; None as the voice is
    is_narrator: bool = False  # the "I" who tells the book: reads with the narrator's voice
    first_segment: int = 0  # id of a line worth hearing; 0 when the role speaks none


@dataclass(frozen=True, slots=True)
class StripPart:
    """A stretch of the book in one speaker's mouth, for the picture of the whole."""

    chapter_id: int
    segment_id: int  # where it begins
    speaker: str
    characters: int
    doubt: float  # the greatest in the stretch


@dataclass(frozen=True, slots=True)
class DoubtfulLine:
    """A line whose speaker is in doubt, with what a person needs to settle it."""

    chapter_id: int
    chapter_title: str
    segment: Segment
    before: str  # the text just before, as it stands in the manuscript
    after: str
    candidates: tuple[str, ...]  # role names, the likeliest first; at most nine, one key each


class JobKind(StrEnum):
    NARRATE = "narrate"
    EXPORT = "export"
    LINE = "line"  # one line, said now: a redo or a first hearing
    SAMPLE = "sample"  # a sentence in a voice, for no book


class JobState(StrEnum):
    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    STOPPED = "stopped"  # a person pressed stop
    FAILED = "failed"

    @property
    def over(self) -> bool:
        return self in (JobState.DONE, JobState.STOPPED, JobState.FAILED)


@dataclass(frozen=True, slots=True)
class Job:
    """A piece of work in the render queue; it outlives the page and the process that asked for it."""

    id: int
    slug: str  # the book; "" for a sample
    kind: JobKind
    state: JobState
    progress: Progress
    message: str = ""  # the sentence of a failure, or what was made
    details: dict[str, object] = field(default_factory=dict)  # what exactly: {"formats": ["m4b"]}
    results: tuple[Path, ...] = ()
