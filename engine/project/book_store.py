"""Books, their chapters and their lines: saved from nouns, loaded as nouns."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select, update

from engine.core_types import (
    Book,
    Chapter,
    Finding,
    MarkKind,
    PauseKind,
    Pauses,
    Segment,
    SegmentKind,
)
from engine.disk import disk_errors, flush_folder, hash_file
from engine.errors import NotFound
from engine.project import tables
from engine.project.database import Database
from engine.project.folders import BookFolder, name_folder, write_cover
from engine.project.rows import (
    insert_chapter,
    load_segments,
    read_chapter,
    read_segment,
    renumber,
    said,
)
from engine.project.script_rows import KeptRole, insert_roles
from engine.shelf_types import BookSummary, Reading

CHARACTERS_A_MINUTE = 900  # spoken; measured on the embedded voice reading novels, pauses included


@dataclass(frozen=True, slots=True)
class ChapterRow:
    """A chapter's entry in the contents, without its text."""

    id: int
    place: int  # from 1
    title: str
    words: int
    include: bool
    left_out_reason: str
    lines: int  # that are said aloud
    characters: int  # of the words said aloud


@dataclass(frozen=True, slots=True)
class ScriptLine:
    """A line as rendering needs it: without the manuscript's text."""

    id: int
    said: str
    kind: SegmentKind
    pause: PauseKind
    speaker: str
    seed: int


class BookStore:
    """The shelf. Every change is one transaction."""

    def __init__(self, database: Database, books_folder: Path) -> None:
        self._database = database
        self._books_folder = books_folder

    # -- the shelf ---------------------------------------------------------------------------------------------

    def folder(self, slug: str) -> BookFolder:
        return BookFolder(self._books_folder / slug)

    def add(
        self,
        book: Book,
        script: Sequence[Sequence[Segment]],
        source: Path,
        name: str,
        voice: str,
        left_out: frozenset[MarkKind],
        roles: Sequence[KeptRole] = (),
    ) -> str:
        """Keep a book just read, with a copy of its file; returns its slug. All of it is kept, or nothing."""
        with self._database.read() as connection:
            taken = set(connection.scalars(select(tables.books.c.slug)))
        if self._books_folder.exists():
            taken |= {folder.name for folder in self._books_folder.iterdir()}
        slug = name_folder(book.title, taken)
        folder = self.folder(slug)
        try:
            with disk_errors("keep the manuscript", self._books_folder):
                folder.make()
                shutil.copyfile(source, folder.source / f"manuscript{Path(name).suffix.lower()}")
                cover_file = write_cover(folder, book.cover)
                flush_folder(folder.source)
            with self._database.write("keep the manuscript") as connection:
                book_id = connection.execute(
                    insert(tables.books)
                    .values(
                        slug=slug,
                        title=book.title,
                        author=book.author,
                        language=book.language,
                        year=book.year,
                        description=book.description,
                        narrator="",
                        source_name=name,
                        source_sha256=hash_file(source),
                        cover_file=cover_file,
                        voice=voice,
                        pauses=asdict(Pauses()),
                        left_out=sorted(left_out),
                        findings=[asdict(finding) for finding in book.findings],
                        created_at=datetime.now(UTC).isoformat(),
                    )
                    .returning(tables.books.c.id)
                ).scalar_one()
                for position, (chapter, segments) in enumerate(zip(book.chapters, script, strict=True)):
                    insert_chapter(connection, book_id, position, chapter, segments)
                insert_roles(connection, book_id, roles)
        except BaseException:
            folder.delete()
            raise
        return slug

    def slugs(self) -> list[str]:
        """Newest first."""
        with self._database.read() as connection:
            return list(connection.scalars(select(tables.books.c.slug).order_by(tables.books.c.id.desc())))

    def find_source(self, sha256: str) -> str | None:
        """The newest book made from a file with this content."""
        query = select(tables.books.c.slug).where(tables.books.c.source_sha256 == sha256)
        with self._database.read() as connection:
            return connection.scalar(query.order_by(tables.books.c.id.desc()).limit(1))

    def summary(self, slug: str) -> BookSummary:
        """Raises NotFound."""
        with self._database.read() as connection:
            row = self._book_row(connection, slug)
            chapters = tables.chapters
            count, words = connection.execute(
                select(func.count(), func.coalesce(func.sum(chapters.c.words), 0)).where(
                    chapters.c.book_id == row.id, chapters.c.include
                )
            ).one()
            characters = connection.scalar(
                select(func.coalesce(func.sum(func.length(said())), 0))
                .join_from(tables.segments, chapters)
                .where(chapters.c.book_id == row.id, chapters.c.include)
            )
        return BookSummary(
            slug=row.slug,
            title=row.title,
            author=row.author,
            language=row.language,
            year=row.year,
            description=row.description,
            source_name=row.source_name,
            voice=row.voice,
            reading=Reading(row.reading),
            series=row.series,
            narrator=row.narrator,
            pauses=Pauses(**row.pauses),
            left_out=frozenset(MarkKind(kind) for kind in row.left_out),
            cover=self.folder(slug).source / row.cover_file if row.cover_file else None,
            chapters=count,
            words=words,
            estimated_minutes=(characters or 0) / CHARACTERS_A_MINUTE,
            created_at=row.created_at,
            findings=tuple(Finding(**finding) for finding in row.findings),
        )

    def change(self, slug: str, **columns: Any) -> None:
        """Set columns of the book: title, author, language, year, description, narrator, voice, pauses, left_out."""
        if "pauses" in columns:
            columns["pauses"] = asdict(columns["pauses"])
        if "left_out" in columns:
            columns["left_out"] = sorted(columns["left_out"])
        with self._database.write("keep the change") as connection:
            book_id = self._book_row(connection, slug).id
            connection.execute(update(tables.books).where(tables.books.c.id == book_id).values(**columns))

    def change_cover(self, slug: str, cover: bytes) -> None:
        with disk_errors("keep the cover", self._books_folder):
            cover_file = write_cover(self.folder(slug), cover)
        self.change(slug, cover_file=cover_file)

    def delete(self, slug: str) -> None:
        """Take the book off the shelf with everything rendered for it."""
        with self._database.write("delete the book") as connection:
            book_id = self._book_row(connection, slug).id
            connection.execute(tables.books.delete().where(tables.books.c.id == book_id))
        self.folder(slug).delete()

    # -- chapters and lines ------------------------------------------------------------------------------------

    def contents(self, slug: str) -> list[ChapterRow]:
        """The chapters in order, without their text."""
        chapters, segments = tables.chapters, tables.segments
        length = func.length(said())
        query = (
            select(
                chapters.c.id,
                chapters.c.title,
                chapters.c.words,
                chapters.c.include,
                chapters.c.left_out_reason,
                func.count(segments.c.id).filter(length > 0).label("lines"),
                func.coalesce(func.sum(length), 0).label("characters"),
            )
            .select_from(chapters.outerjoin(segments))
            .group_by(chapters.c.id)
            .order_by(chapters.c.position)
        )
        with self._database.read() as connection:
            rows = connection.execute(query.where(chapters.c.book_id == self._book_row(connection, slug).id)).all()
        return [
            ChapterRow(row.id, place, row.title, row.words, row.include, row.left_out_reason, row.lines, row.characters)
            for place, row in enumerate(rows, start=1)
        ]

    def chapter(self, slug: str, chapter_id: int) -> Chapter:
        """Raises NotFound."""
        with self._database.read() as connection:
            return self._chapter(connection, slug, chapter_id)

    def segments(self, slug: str, chapter_id: int) -> list[Segment]:
        """All lines of a chapter in order, silent ones included."""
        with self._database.read() as connection:
            chapter = self._chapter(connection, slug, chapter_id)
            return load_segments(connection, chapter)

    def segment(self, slug: str, segment_id: int) -> tuple[int, Segment]:
        """The chapter's id and the line. Raises NotFound."""
        with self._database.read() as connection:
            query = (
                select(tables.segments.c.chapter_id)
                .join_from(tables.segments, tables.chapters)
                .where(
                    tables.segments.c.id == segment_id,
                    tables.chapters.c.book_id == self._book_row(connection, slug).id,
                )
            )
            chapter_id = connection.scalar(query)
            if chapter_id is None:
                raise NotFound("That line is no longer in the book. Reload the page to see the lines as they are now.")
            chapter = self._chapter(connection, slug, chapter_id)
            row = connection.execute(select(tables.segments).where(tables.segments.c.id == segment_id)).one()
            return chapter_id, read_segment(row, chapter.text)

    def script(self, slug: str, chapter_ids: Sequence[int] | None = None) -> dict[int, list[ScriptLine]]:
        """The lines of the chapters (all, unless named) by chapter id, in order, silent ones included."""
        segments, chapters = tables.segments, tables.chapters
        columns = (
            segments.c.chapter_id,
            segments.c.id,
            segments.c.kind,
            segments.c.pause,
            segments.c.speaker,
            segments.c.seed,
        )
        query = select(*columns, said().label("said")).join_from(segments, chapters).order_by(segments.c.start)
        if chapter_ids is not None:
            query = query.where(chapters.c.id.in_(chapter_ids))
        found: dict[int, list[ScriptLine]] = {}
        with self._database.read() as connection:
            book_id = self._book_row(connection, slug).id
            for row in connection.execute(query.where(chapters.c.book_id == book_id)):
                line = ScriptLine(row.id, row.said, SegmentKind(row.kind), PauseKind(row.pause), row.speaker, row.seed)
                found.setdefault(row.chapter_id, []).append(line)
        return found

    def change_segment(self, segment_id: int, **columns: Any) -> None:
        """Set own_words or seed of a line."""
        with self._database.write("keep the change") as connection:
            connection.execute(update(tables.segments).where(tables.segments.c.id == segment_id).values(**columns))

    def change_chapter(self, slug: str, chapter_id: int, **columns: Any) -> None:
        """Set title or include of a chapter."""
        with self._database.write("keep the change") as connection:
            self._chapter(connection, slug, chapter_id)
            connection.execute(update(tables.chapters).where(tables.chapters.c.id == chapter_id).values(**columns))

    def move_chapter(self, slug: str, chapter_id: int, number: int) -> None:
        """Put a chapter at another place, counted from 1; numbers beyond the ends mean the ends."""
        with self._database.write("move the chapter") as connection:
            self._chapter(connection, slug, chapter_id)
            order = self._order(connection, slug)
            order.remove(chapter_id)
            order.insert(max(0, number - 1), chapter_id)
            renumber(connection, order)

    def replace_chapters(
        self, slug: str, old_ids: Sequence[int], new: Sequence[tuple[Chapter, Sequence[Segment]]]
    ) -> list[int]:
        """Put ``new`` chapters with their lines where the ``old_ids`` stood (merge, split); returns the new ids."""
        with self._database.write("keep the change") as connection:
            book_id = self._book_row(connection, slug).id
            order = self._order(connection, slug)
            place = order.index(old_ids[0])
            made = [insert_chapter(connection, book_id, place, chapter, lines) for chapter, lines in new]
            connection.execute(tables.chapters.delete().where(tables.chapters.c.id.in_(old_ids)))
            renumber(connection, [*order[:place], *made, *(id_ for id_ in order[place:] if id_ not in old_ids)])
        return made

    # -- rows --------------------------------------------------------------------------------------------------

    def _book_row(self, connection: Connection, slug: str) -> Row[Any]:
        row = connection.execute(select(tables.books).where(tables.books.c.slug == slug)).one_or_none()
        if row is None:
            raise NotFound(f"There is no project named “{slug}”. The list of projects shows what there is.")
        return row

    def _order(self, connection: Connection, slug: str) -> list[int]:
        query = select(tables.chapters.c.id).where(tables.chapters.c.book_id == self._book_row(connection, slug).id)
        return list(connection.scalars(query.order_by(tables.chapters.c.position)))

    def _chapter(self, connection: Connection, slug: str, chapter_id: int) -> Chapter:
        row = connection.execute(
            select(tables.chapters).where(
                tables.chapters.c.id == chapter_id,
                tables.chapters.c.book_id == self._book_row(connection, slug).id,
            )
        ).one_or_none()
        if row is None:
            raise NotFound(
                "That chapter is no longer in the book. Reload the page to see the chapters as they are now."
            )
        return read_chapter(row)
