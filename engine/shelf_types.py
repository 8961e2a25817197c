"""The project as a person sees it: the nouns that go between the project and the studio.

Like core_types, these are frozen and do no work; rooms other than ``project`` have no use for them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from engine.core_types import Finding, MarkKind, Pauses, Progress, Segment, Take


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

    segment: Segment
    take: Take | None


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
