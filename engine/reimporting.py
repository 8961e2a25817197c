"""The next version of a manuscript made ready for the project of the one before; what a person did comes along."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from engine.carrying_over import Text, align_texts, carry_lines
from engine.chapter_edits import match_chapters, reshape_chapters
from engine.core_types import Book, Chapter, Segment
from engine.errors import EditRefused
from engine.project.choices import keep_choices
from engine.project.script_store import ScriptView
from engine.shelf_types import BookSummary

LEAST_SHARED = 0.2  # of the old version's words; with fewer it is another book
MOST_NAMED = 3  # of what found no place, in a sentence
DETAILS = ("title", "author", "language", "year", "description")


@dataclass(frozen=True, slots=True)
class Version:
    """A new version's chapters, with what the old one's lines bring along."""

    chapters: list[Chapter]  # with the ids of the old ones they replace
    before: list[list[Segment]]  # of each chapter, the old lines that are in it
    unsettled: list[Segment]  # settled lines that have no place any more
    unsaid: list[Segment]  # lines with own words, the same


def lay_over(seen: ScriptView, read: Book | None, book: Book) -> Version:
    """The new ``book`` laid over the project; ``read`` is the old version as its file is read today, when it can be.

    Raises EditRefused when the two have next to nothing in common.
    """
    as_read = read.chapters if read else None
    matched = match_chapters(seen.chapters, as_read, reshape_chapters(seen.chapters, as_read, book.chapters))
    old, new = Text(seen.chapters), Text(matched)
    found = align_texts(old, new)
    if sum(place >= 0 for place in found) < LEAST_SHARED * len(found):
        raise EditRefused(
            "This manuscript has next to nothing in common with the one in the project. "
            "Open it as a project of its own; nothing was changed."
        )
    carried = carry_lines(old, new, found, seen.lines)
    return Version(matched, carried.lines, carried.unsettled, carried.unsaid)


def change_details(summary: BookSummary, read: Book | None, book: Book, name: str) -> dict[str, Any]:
    """The book's columns for a new version: what a person has changed of title, author and the like stays."""
    columns: dict[str, Any] = {
        field: getattr(book, field)
        for field in DETAILS
        if read is not None and getattr(summary, field) == getattr(read, field) and getattr(book, field)
    }
    findings = [{"check": finding.check, "sentence": finding.sentence} for finding in book.findings]
    return {**columns, "findings": findings, "source_name": name}


def finish_lines(version: Version, script: Sequence[Sequence[Segment]]) -> list[list[Segment]]:
    """The new lines with the old ones' choices; what finds no place is added to the version's lists."""
    finished = []
    for lines, before in zip(script, version.before, strict=True):
        carried = keep_choices(lines, before)
        version.unsettled.extend(carried.unsettled)
        version.unsaid.extend(carried.unsaid)
        finished.append(carried.lines)
    return finished


def tell_what_came_along(seen: ScriptView, version: Version, script: Sequence[Sequence[Segment]]) -> list[str]:
    """Sentences for a person: what was kept, and what had no place any more."""
    old, new = [line for lines in seen.lines for line in lines], [line for lines in script for line in lines]
    said, said_now = (Counter(line.said for line in lines if line.said) for lines in (old, new))
    same = (said & said_now).total()
    told = [f"{same:,} of {said_now.total():,} lines are as they were and need not be spoken again."]
    settled, own = sum(line.settled for line in old), sum(bool(line.own_words) for line in old)
    if settled:
        lost = [f"“{shorten(line.text)}” ({line.speaker})" for line in version.unsettled]
        told.append(_tell_kept("correction", settled - len(lost), lost))
    if own:
        lost = [f"“{shorten(line.said)}”" for line in version.unsaid]
        told.append(_tell_kept("line with your own words", own - len(lost), lost))
    kept = {chapter.id for chapter in version.chapters}
    gone = [f"“{chapter.title}”" for chapter in seen.chapters if chapter.id not in kept]
    fresh = [f"“{chapter.title}”" for chapter in version.chapters if not chapter.id]
    told += [f"New: {_name_some(fresh)}."] if fresh else []
    told += [f"Gone: {_name_some(gone)}."] if gone else []
    return told


def _tell_kept(noun: str, kept: int, lost: Sequence[str]) -> str:
    nouns = noun if kept == 1 else noun.replace("line ", "lines ", 1) if " " in noun else f"{noun}s"
    sentence = f"{kept:,} {nouns} kept"
    return f"{sentence}; {len(lost):,} had no place any more: {_name_some(lost)}." if lost else f"{sentence}."


def _name_some(names: Sequence[str]) -> str:
    more = len(names) - MOST_NAMED
    return ", ".join(names[:MOST_NAMED]) + (f" and {more:,} more" if more > 0 else "")


def shorten(text: str, most: int = 50) -> str:
    """The beginning of a line, without its quotation marks."""
    tidy = " ".join(text.split()).strip('"“”„«»')
    return tidy if len(tidy) <= most else tidy[:most].rsplit(" ", 1)[0] + "…"
