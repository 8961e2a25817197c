"""Changing the contents without changing the text: two chapters into one, one into two."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from engine.core_types import Chapter, Mark, PauseKind, Segment
from engine.errors import EditRefused

BETWEEN = "\n\n"  # what stands between two merged chapters, unless they were neighbours in one text file

Script = tuple[Chapter, tuple[Segment, ...]]


def merge_chapters(first: Script, second: Script) -> Script:
    """One chapter with the title of the first and the text of both; every line keeps its words and its try."""
    (chapter, lines), (following, following_lines) = first, second
    text = chapter.text + _space_between(chapter, following) + following.text
    offset = len(text) - len(following.text)
    marks = [replace(mark, start=mark.start + offset, end=mark.end + offset) for mark in following.marks]
    merged = replace(chapter, text=text, marks=(*chapter.marks, *marks), include=chapter.include or following.include)
    head = _end_with(lines, PauseKind.PARAGRAPH)
    tail = [replace(line, start=line.start + offset, end=line.end + offset) for line in following_lines]
    if head:  # the white space between belongs to the line before it
        head[-1] = replace(head[-1], end=offset, text=text[head[-1].start : offset])
    elif tail:
        tail[0] = replace(tail[0], start=0, text=text[: tail[0].end])
    elif text:
        tail = [Segment(0, len(text), text, "", pause=PauseKind.CHAPTER)]
    return merged, (*head, *tail)


def _space_between(chapter: Chapter, following: Chapter) -> str:
    neighbours = chapter.source == following.source and following.source_start > 0
    if neighbours and chapter.source_start + len(chapter.text) == following.source_start:
        return ""  # slices of one file: together they are again a slice of it
    return BETWEEN


def split_chapter(chapter: Chapter, lines: Sequence[Segment], at: int, title: str) -> tuple[Script, Script]:
    """Two chapters, the second starting with the line whose place in ``lines`` is ``at``."""
    if not 0 < at < len(lines):
        raise EditRefused("A chapter can be split at any line but its first. Choose a later line.")
    cut = lines[at].start
    before = replace(chapter, text=chapter.text[:cut], marks=_clip_marks(chapter.marks, 0, cut))
    after = replace(
        chapter,
        title=title.strip() or f"{chapter.title} (continued)",
        text=chapter.text[cut:],
        marks=_clip_marks(chapter.marks, cut, len(chapter.text)),
        source_start=chapter.source_start + cut,
        id=0,
    )
    moved = [replace(line, start=line.start - cut, end=line.end - cut) for line in lines[at:]]
    return (before, tuple(_end_with(lines[:at], PauseKind.CHAPTER))), (after, tuple(moved))


def _end_with(lines: Sequence[Segment], pause: PauseKind) -> list[Segment]:
    changed = list(lines)
    for place in range(len(changed) - 1, -1, -1):  # the last line that is said, and silent ones after it
        changed[place] = replace(changed[place], pause=pause)
        if changed[place].said:
            break
    return changed


def _clip_marks(marks: Sequence[Mark], start: int, end: int) -> tuple[Mark, ...]:
    """The marks within start to end, moved so that ``start`` is 0; one that reaches across is cut."""
    return tuple(
        replace(mark, start=max(mark.start, start) - start, end=min(mark.end, end) - start)
        for mark in marks
        if mark.end > start and mark.start < end
    )
