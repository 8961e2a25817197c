"""Nouns to rows and back: what book_store's queries are made of."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, bindparam, func, insert, select, update

from engine.core_types import Chapter, Mark, MarkKind, PauseKind, Segment, SegmentKind
from engine.project import tables


def said() -> ColumnElement[str]:
    """SQL for Segment.said."""
    return func.trim(func.coalesce(func.nullif(tables.segments.c.own_words, ""), tables.segments.c.spoken_text))


def insert_chapter(
    connection: Connection, book_id: int, position: int, chapter: Chapter, lines: Sequence[Segment]
) -> int:
    """Keep a chapter with its lines; returns its id."""
    chapter_id: int = connection.execute(
        insert(tables.chapters)
        .values(book_id=book_id, position=position, **write_chapter(chapter))
        .returning(tables.chapters.c.id)
    ).scalar_one()
    insert_segments(connection, chapter_id, lines)
    return chapter_id


def insert_segments(connection: Connection, chapter_id: int, lines: Sequence[Segment]) -> None:
    if lines:
        connection.execute(
            insert(tables.segments), [{"chapter_id": chapter_id, **_write_segment(line)} for line in lines]
        )


def replace_segments(connection: Connection, chapter_id: int, lines: Sequence[Segment]) -> None:
    """Put ``lines`` in the place of the chapter's; one whose span is there already keeps its id."""
    segments = tables.segments
    query = select(segments.c.start, segments.c.end, segments.c.id).where(segments.c.chapter_id == chapter_id)
    there = {(start, end): id_ for start, end, id_ in connection.execute(query)}
    staying = [(there.pop((line.start, line.end), 0), line) for line in lines]
    if there:
        connection.execute(
            segments.delete().where(segments.c.id == bindparam("segment")), [{"segment": id_} for id_ in there.values()]
        )
    kept = [{"segment": id_, **_write_segment(line)} for id_, line in staying if id_]
    if kept:
        connection.execute(update(segments).where(segments.c.id == bindparam("segment")), kept)
    insert_segments(connection, chapter_id, [line for id_, line in staying if not id_])


def _write_segment(line: Segment) -> dict[str, Any]:
    return {
        "start": line.start,
        "end": line.end,
        "spoken_text": line.spoken_text,
        "own_words": line.own_words,
        "kind": line.kind,
        "pause": line.pause,
        "speaker": line.speaker,
        "doubt": line.doubt,
        "seed": line.seed,
        "reason": line.reason,
        "settled": line.settled,
    }


def load_segments(connection: Connection, chapter: Chapter) -> list[Segment]:
    """The lines of a chapter in order."""
    query = select(tables.segments).where(tables.segments.c.chapter_id == chapter.id).order_by(tables.segments.c.start)
    return [read_segment(row, chapter.text) for row in connection.execute(query)]


def write_chapter(chapter: Chapter) -> dict[str, Any]:
    """The columns of a chapter, but for its id, its book and its place."""
    return {
        "title": chapter.title,
        "text": chapter.text,
        "words": chapter.words,
        "marks": [[mark.kind, mark.start, mark.end, mark.level] for mark in chapter.marks],
        "include": chapter.include,
        "left_out_reason": chapter.left_out_reason,
        "source": chapter.source,
        "source_start": chapter.source_start,
    }


def read_chapter(row: Row[Any]) -> Chapter:
    return Chapter(
        id=row.id,
        title=row.title,
        text=row.text,
        marks=tuple(Mark(MarkKind(kind), start, end, level) for kind, start, end, level in row.marks),
        include=row.include,
        left_out_reason=row.left_out_reason,
        source=row.source,
        source_start=row.source_start,
    )


def read_segment(row: Row[Any], chapter_text: str) -> Segment:
    return Segment(
        id=row.id,
        start=row.start,
        end=row.end,
        text=chapter_text[row.start : row.end],
        spoken_text=row.spoken_text,
        own_words=row.own_words,
        kind=SegmentKind(row.kind),
        pause=PauseKind(row.pause),
        speaker=row.speaker,
        doubt=row.doubt,
        seed=row.seed,
        reason=row.reason,
        settled=row.settled,
    )


def renumber(connection: Connection, chapter_ids: Sequence[int]) -> None:
    """Make the chapters' places follow this order."""
    statement = (
        update(tables.chapters).where(tables.chapters.c.id == bindparam("chapter")).values(position=bindparam("place"))
    )
    connection.execute(statement, [{"chapter": id_, "place": place} for place, id_ in enumerate(chapter_ids)])
