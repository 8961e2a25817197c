"""The script of a book: every line told or spoken, in order, with who says it, how sure that is, and why."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from engine.core_types import LEFT_OUT_BY_DEFAULT, NARRATOR, UNKNOWN, Chapter, MarkKind, OnProgress, SegmentKind
from engine.manuscript.dialogue import Paragraph, split_paragraphs
from engine.manuscript.readers import read_book
from engine.manuscript.speakers import Character, SpokenLine, attribute_speakers
from engine.manuscript.spoken_text import spoken_form

SPOKEN_KINDS = ("dialogue", "thought")  # a letter or verse between quotation marks is read out by who tells the book
EDGES = ' \t\n\u00a0"“”„«»‹›'  # between lines: white space and the marks around speech
KINDS = {kind.value: kind.value for kind in SegmentKind} | {MarkKind.PARAGRAPH.value: SegmentKind.NARRATION.value}


@dataclass(frozen=True, slots=True)
class ScriptEntry:
    """A stretch of one paragraph that one speaker says, without the quotation marks around it."""

    chapter: int  # place among the chapters given, from 1
    start: int  # offset into Chapter.text, in characters
    end: int
    kind: str  # "narration", "dialogue", "thought", "letter", or the block's: "heading", "verse", ...
    speaker: str
    doubt: float  # 0 sure to 1 a guess
    reason: str  # in words; "" for what is told
    text: str
    spoken: str


@dataclass(frozen=True, slots=True)
class Script:
    """A book as a director reads it."""

    entries: tuple[ScriptEntry, ...]
    characters: tuple[Character, ...]


def write_script(chapters: Sequence[Chapter], language: str, on_progress: OnProgress | None = None) -> Script:
    """The script of these chapters; what is silent (notes, page numbers) has no entry."""
    attribution = attribute_speakers(chapters, language, on_progress)
    entries = [
        entry
        for number, (chapter, lines) in enumerate(zip(chapters, attribution.lines, strict=True), start=1)
        for entry in _write_chapter(number, chapter, lines, language)
    ]
    return Script(tuple(entries), attribution.characters)


def read_script(manuscript: Path, on_progress: OnProgress | None = None) -> tuple[list[Chapter], Script]:
    """The chapters of a manuscript that are read aloud, and who says what in them. Raises ManuscriptError."""
    book = read_book(manuscript)
    chapters = [chapter for chapter in book.chapters if chapter.include]
    return chapters, write_script(chapters, book.language, on_progress)


def _write_chapter(number: int, chapter: Chapter, lines: Sequence[SpokenLine], language: str) -> Iterator[ScriptEntry]:
    silent = [(mark.start, mark.end) for mark in chapter.marks if mark.kind in LEFT_OUT_BY_DEFAULT]
    for start, end, kind, line in _divide_chapter(chapter, lines):
        inside = [(max(a, start) - start, min(b, end) - start) for a, b in silent if a < end and b > start]
        text = chapter.text[start:end]
        spoken = spoken_form(text, inside, heading=kind == SegmentKind.HEADING)
        if spoken:
            speaker, doubt, reason = (line.speaker or UNKNOWN, line.doubt, line.reason) if line else (NARRATOR, 0.0, "")
            yield ScriptEntry(number, start, end, kind, speaker, round(doubt, 3), reason, text, spoken)


def _divide_chapter(chapter: Chapter, lines: Sequence[SpokenLine]) -> Iterator[tuple[int, int, str, SpokenLine | None]]:
    """Start, end, kind and, where somebody speaks, the spoken line. Words only quoted stay in what is told."""
    waiting = deque(line for line in lines if line.kind != "quoted")
    for paragraph in split_paragraphs(chapter):
        at = paragraph.start
        while waiting and waiting[0].start < paragraph.end:
            line = waiting.popleft()
            yield from _trim_told(chapter, paragraph, at, line.start)
            yield line.start, line.end, line.kind, line if line.kind in SPOKEN_KINDS else None
            at = line.end
        yield from _trim_told(chapter, paragraph, at, paragraph.end)


def _trim_told(
    chapter: Chapter, paragraph: Paragraph, start: int, end: int
) -> Iterator[tuple[int, int, str, SpokenLine | None]]:
    while start < end and chapter.text[start] in EDGES:
        start += 1
    while end > start and chapter.text[end - 1] in EDGES:
        end -= 1
    if start < end:
        yield start, end, KINDS[paragraph.kind.value], None
