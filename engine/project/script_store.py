"""The script and its roles: who speaks, with which voice, how doubtful it is; changed so that it can be undone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

from sqlalchemy import Connection, case, func, select

from engine.core_types import Chapter, MarkKind, Segment
from engine.errors import NotFound
from engine.project import tables
from engine.project.choices import keep_choices
from engine.project.database import Database
from engine.project.rows import load_segments, read_chapter, read_segment, replace_segments, said
from engine.project.script_change import ScriptChange, forget_edits, restore_edit
from engine.project.script_rows import (
    SPEECH,
    KeptRole,
    ScriptRow,
    find_book,
    load_roles,
    load_rows,
    load_series_roles,
    load_texts,
    read_row,
    select_rows,
)
from engine.shelf_types import Reading, StripPart

WORTH_HEARING = (30, 220)  # characters of a line that shows a voice well


@dataclass(frozen=True, slots=True)
class Tally:
    """What a speaker says in the chapters that are read aloud."""

    lines: int
    characters: int
    first_segment: int  # a line that shows the voice well


@dataclass(frozen=True, slots=True)
class Doubt:
    """A stretch of speech whose speaker is in doubt."""

    rows: tuple[ScriptRow, ...]  # in order, nothing between them
    chapter_title: str


@dataclass(frozen=True, slots=True)
class ScriptView:
    """A book's script at one moment."""

    language: str
    left_out: frozenset[MarkKind]
    chapters: list[Chapter]
    lines: list[list[Segment]]  # of each chapter
    roles: list[KeptRole]


class ScriptStore:
    """Scripts and roles. Whatever is changed through ``change`` can be undone, the latest first."""

    def __init__(self, database: Database) -> None:
        self._database = database

    # -- looking -----------------------------------------------------------------------------------------------

    def roles(self, slug: str) -> list[KeptRole]:
        """All that are kept, in the order they came."""
        with self._database.read() as connection:
            return load_roles(connection, find_book(connection, slug))

    def tallies(self, slug: str) -> dict[str, Tally]:
        """By speaker, what is said in the chapters read aloud."""
        segments, chapters = tables.segments, tables.chapters
        length = func.length(said())
        shown = case((length.between(*WORTH_HEARING), 0), else_=1)
        order = (shown, segments.c.doubt, segments.c.id)
        with self._database.read() as connection:
            lines = (
                select(
                    segments.c.speaker,
                    segments.c.id,
                    length.label("length"),
                    func.row_number().over(partition_by=segments.c.speaker, order_by=order).label("place"),
                )
                .join_from(segments, chapters)
                .where(chapters.c.book_id == find_book(connection, slug), chapters.c.include, length > 0)
                .subquery()
            )
            first = func.max(case((lines.c.place == 1, lines.c.id), else_=0))
            query = select(lines.c.speaker, func.count(), func.sum(lines.c.length), first).group_by(lines.c.speaker)
            return {speaker: Tally(*counts) for speaker, *counts in connection.execute(query)}

    def strip(self, slug: str, chapter_id: int | None = None) -> list[StripPart]:
        """What is said in the chapters read aloud (or in one), in order, each stretch of one speaker as one part."""
        segments, chapters = tables.segments, tables.chapters
        length = func.length(said())
        columns = (segments.c.chapter_id, segments.c.id, segments.c.speaker, length, segments.c.doubt)
        query = select(*columns).join_from(segments, chapters).where(length > 0)
        query = query.where(chapters.c.include if chapter_id is None else chapters.c.id == chapter_id)
        parts: list[StripPart] = []
        with self._database.read() as connection:
            query = query.where(chapters.c.book_id == find_book(connection, slug))
            for chapter, id_, speaker, characters, doubt in connection.execute(
                query.order_by(chapters.c.position, segments.c.start)
            ):
                last = parts[-1] if parts else None
                if last and (last.chapter_id, last.speaker) == (chapter, speaker):
                    characters, doubt = last.characters + characters, max(last.doubt, doubt)
                    parts[-1] = StripPart(chapter, last.segment_id, speaker, characters, doubt)
                else:
                    parts.append(StripPart(chapter, id_, speaker, characters, doubt))
        return parts

    def rows(self, slug: str, chapter_ids: Sequence[int] | None = None) -> list[ScriptRow]:
        """The lines of the chapters read aloud (or of those named), in order."""
        with self._database.read() as connection:
            return load_rows(connection, find_book(connection, slug), chapter_ids)

    def row(self, slug: str, segment_id: int) -> ScriptRow:
        """Raises NotFound."""
        with self._database.read() as connection:
            query = select_rows(find_book(connection, slug)).where(tables.segments.c.id == segment_id)
            found = connection.execute(query).one_or_none()
        if found is None:
            raise NotFound("That line is no longer in the book. Reload the page to see the lines as they are now.")
        return read_row(found)

    def doubtful(self, slug: str, above: float) -> list[Doubt]:
        """Speech with more doubt than ``above`` that nobody has settled, the most doubtful first.

        A quotation that fills several lines is given once.
        """
        found: list[Doubt] = []
        segments, chapters = tables.segments, tables.chapters
        with self._database.read() as connection:
            book_id = find_book(connection, slug)
            query = select_rows(book_id).where(chapters.c.include, segments.c.doubt > above, ~segments.c.settled)
            rows = [read_row(row) for row in connection.execute(query)]
            names = select(chapters.c.id, chapters.c.title).where(chapters.c.book_id == book_id)
            titles = {row.id: row.title for row in connection.execute(names)}
        for row in rows:
            if found and _is_one_quotation(found[-1].rows[-1], row):
                found[-1] = replace(found[-1], rows=(*found[-1].rows, row))
            else:
                found.append(Doubt((row,), titles[row.chapter_id]))
        return sorted(found, key=lambda doubt: -doubt.rows[0].doubt)  # in the book's order where it is the same

    def quotation(self, slug: str, segment_id: int) -> Doubt:
        """The whole quotation that a line is of, however sure its speaker is; a line that is told alone.

        Raises NotFound.
        """
        row = self.row(slug, segment_id)
        rows = self.rows(slug, [row.chapter_id])
        first = last = rows.index(row)
        while row.kind in SPEECH and first and _is_one_quotation(rows[first - 1], rows[first]):
            first -= 1
        while row.kind in SPEECH and last + 1 < len(rows) and _is_one_quotation(rows[last], rows[last + 1]):
            last += 1
        with self._database.read() as connection:
            title = connection.scalar(select(tables.chapters.c.title).where(tables.chapters.c.id == row.chapter_id))
        return Doubt(tuple(rows[first : last + 1]), title or "")

    def segments(self, slug: str, segment_ids: Sequence[int]) -> dict[int, Segment]:
        """Lines by id."""
        segments, chapters = tables.segments, tables.chapters
        with self._database.read() as connection:
            book_id = find_book(connection, slug)
            query = select(segments).join(chapters).where(chapters.c.book_id == book_id)
            rows = connection.execute(query.where(segments.c.id.in_(segment_ids))).all()
            texts = load_texts(connection, book_id, {row.chapter_id for row in rows})
        return {row.id: read_segment(row, texts[row.chapter_id]) for row in rows}

    def texts(self, slug: str, chapter_ids: Sequence[int]) -> dict[int, str]:
        """The text of chapters by id."""
        with self._database.read() as connection:
            return load_texts(connection, find_book(connection, slug), chapter_ids)

    def view(self, slug: str) -> ScriptView:
        """Everything the analysis needs, as it is at one moment."""
        with self._database.read() as connection:
            return load_view(connection, find_book(connection, slug))

    def manuscript(self, slug: str) -> tuple[str, list[Chapter]]:
        """The book's language, and the chapters read aloud."""
        books, chapters = tables.books, tables.chapters
        with self._database.read() as connection:
            book_id = find_book(connection, slug)
            query = select(chapters).where(chapters.c.book_id == book_id, chapters.c.include)
            found = [read_chapter(row) for row in connection.execute(query.order_by(chapters.c.position))]
            return str(connection.scalar(select(books.c.language).where(books.c.id == book_id))), found

    def reading(self, slug: str) -> tuple[Reading, str]:
        """Who reads the book, and the name of the narrator's voice."""
        books = tables.books
        with self._database.read() as connection:
            book_id = find_book(connection, slug)
            row = connection.execute(select(books.c.reading, books.c.voice).where(books.c.id == book_id)).one()
        return Reading(row.reading), row.voice

    # -- series ------------------------------------------------------------------------------------------------

    def series(self) -> list[str]:
        """The names of all series, in the order of the alphabet."""
        with self._database.read() as connection:
            books = connection.scalars(select(tables.books.c.series).where(tables.books.c.series != "").distinct())
            kept = connection.scalars(select(tables.series_roles.c.series).distinct())
            return sorted({*books, *kept}, key=str.casefold)

    def series_roles(self, series: str) -> list[KeptRole]:
        """What a series keeps of its casts."""
        with self._database.read() as connection:
            return load_series_roles(connection, series)

    # -- making anew -------------------------------------------------------------------------------------------

    def replace_lines(
        self,
        slug: str,
        seen: ScriptView,
        script: Sequence[Sequence[Segment]],
        changes: Sequence[tuple[KeptRole | None, KeptRole]] = (),
        left_out: frozenset[MarkKind] | None = None,
    ) -> bool:
        """Put newly made lines into each chapter and change the roles; False when ``seen`` is out of date.

        What a person has chosen for lines, up to this moment, is carried to the new ones. ``left_out``, where given,
        is what they were made without.
        """
        with self._database.write("keep the script") as connection:
            book_id = find_book(connection, slug)
            there = load_view(connection, book_id)
            if (there.roles, there.chapters) != (seen.roles, seen.chapters):
                return False
            for chapter, lines, before in zip(there.chapters, script, there.lines, strict=True):
                carried = keep_choices(lines, before)
                replace_segments(connection, chapter.id, carried.lines)
            change = ScriptChange(connection, book_id)
            for was, now in changes:
                change.put_role(was, now)
            if left_out is not None:
                change.set_book(left_out=sorted(left_out))
        return True

    # -- changing ----------------------------------------------------------------------------------------------

    @contextmanager
    def change(self, slug: str, deed: str) -> Iterator[ScriptChange]:
        """One transaction that can be undone; ``deed`` says in words what it does ("merge Lizzy into Elizabeth")."""
        with self._database.write("keep the change") as connection:
            change = ScriptChange(connection, find_book(connection, slug))
            yield change
            change.remember(deed)

    def last_edit(self, slug: str) -> str:
        """What undo would take back, in words; "" when there is nothing."""
        edits = tables.edits
        with self._database.read() as connection:
            query = select(edits.c.deed).where(edits.c.book_id == find_book(connection, slug))
            return connection.scalar(query.order_by(edits.c.id.desc()).limit(1)) or ""

    def undo(self, slug: str) -> str:
        """Take the latest change back; returns its deed. Raises EditRefused, and forgets what can never be undone."""
        try:
            with self._database.write("undo the change") as connection:
                return restore_edit(connection, find_book(connection, slug))
        except LookupError as error:
            with self._database.write("undo the change") as connection:
                refusal = forget_edits(connection, find_book(connection, slug))
            raise refusal from error


def _is_one_quotation(row: ScriptRow, following: ScriptRow) -> bool:
    same = (row.chapter_id, row.end, row.kind, row.speaker, row.doubt, row.reason)
    found = (following.kind, following.speaker, following.doubt, following.reason)
    return same == (following.chapter_id, following.start, *found)


def load_view(connection: Connection, book_id: int) -> ScriptView:
    """A book's script as it is now."""
    books, chapters = tables.books, tables.chapters
    book = connection.execute(select(books.c.language, books.c.left_out).where(books.c.id == book_id)).one()
    query = select(chapters).where(chapters.c.book_id == book_id).order_by(chapters.c.position)
    found = [read_chapter(row) for row in connection.execute(query)]
    return ScriptView(
        language=book.language,
        left_out=frozenset(MarkKind(kind) for kind in book.left_out),
        chapters=found,
        lines=[load_segments(connection, chapter) for chapter in found],
        roles=load_roles(connection, book_id),
    )
