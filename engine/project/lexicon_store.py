"""How words are said, as kept: for a book, for a series, for every book. A change and what it makes of the lines is one
transaction.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, bindparam, delete, insert, select, update

from engine.core_types import Chapter, MarkKind, Segment
from engine.errors import NotFound
from engine.project import tables
from engine.project.database import Database
from engine.project.rows import load_segments, read_chapter


@dataclass(frozen=True, slots=True)
class Reach:
    """Which books an entry is for: one, those of a series, or all when neither is named."""

    slug: str = ""
    series: str = ""


@dataclass(frozen=True, slots=True)
class EntryRow:
    """An entry as it is kept; its fields are those of manuscript's LexiconEntry."""

    written: str
    spoken: str
    phonemes: str
    whole_word: bool
    match_case: bool
    part_of_speech: str
    note: str
    id: int = 0  # 0 before it is kept


@dataclass(frozen=True, slots=True)
class BookWords:
    """What the words of a book's lines depend on, beside its text."""

    slug: str
    language: str
    left_out: frozenset[MarkKind]
    book: tuple[EntryRow, ...]
    series: tuple[EntryRow, ...]
    shared: tuple[EntryRow, ...]


# A book's words as they now are, one of its chapters with its lines -> the new spoken text of those that change, by id.
Respeak = Callable[[BookWords, Chapter, Sequence[Segment]], dict[int, str]]


class LexiconStore:
    """Entries of all three kinds, in the order in which they were made."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def entries(self, reach: Reach) -> list[EntryRow]:
        """Raises NotFound when there is no such book."""
        with self._database.read() as connection:
            return _load(connection, _those_for(connection, reach))

    def words(self, slug: str) -> BookWords:
        """Raises NotFound."""
        with self._database.read() as connection:
            return _load_words(connection, _book_row(connection, slug))

    def shared_words(self, series: str = "") -> BookWords:
        """What holds for a book that is not on the shelf yet."""
        with self._database.read() as connection:
            of_series = _load(connection, _those_for(connection, Reach(series=series))) if series else []
            shared = _load(connection, _those_for(connection, Reach()))
        return BookWords("", "", frozenset(), (), tuple(of_series), tuple(shared))

    def slugs(self, reach: Reach) -> list[str]:
        """The books an entry is for."""
        with self._database.read() as connection:
            return [row.slug for row in _books_in(connection, reach)]

    def series(self) -> list[str]:
        """The names of all series that have books or entries."""
        with self._database.read() as connection:
            names = set(connection.scalars(select(tables.books.c.series)))
            names |= set(connection.scalars(select(tables.lexicon_entries.c.series)))
        return sorted(names - {""}, key=str.casefold)

    def read_chapters(self, slug: str) -> list[tuple[Chapter, list[Segment]]]:
        """The chapters that are read aloud, with their lines, in the book's order."""
        with self._database.read() as connection:
            chapters = _load_chapters(connection, _book_row(connection, slug).id)
            return [(chapter, load_segments(connection, chapter)) for chapter in chapters if chapter.include]

    def change(
        self, reach: Reach, add: Sequence[EntryRow], remove: Sequence[int], respeak: Respeak, *, doing: str
    ) -> None:
        """Keep entries and take others away, and make the lines of the books they are for anew with ``respeak``.

        An entry that is added with an id takes the place of the one removed with that id. All of it happens, in every
        book the entries are for, or nothing.
        """
        with self._database.write(doing) as connection:
            entries = tables.lexicon_entries
            mine = _those_for(connection, reach)
            connection.execute(delete(entries).where(mine, entries.c.id.in_(remove)))
            book_id = _book_row(connection, reach.slug).id if reach.slug else None
            for row in add:
                values = {**asdict(row), "book_id": book_id, "series": reach.series}
                if not row.id:
                    del values["id"]
                connection.execute(insert(entries).values(**values))
            for book in _books_in(connection, reach):
                _respeak_book(connection, book, respeak)

    def respeak(self, slug: str, respeak: Respeak) -> int:
        """Make the lines of a book anew with nothing changed in the entries; returns how many have other words now."""
        with self._database.write("keep the words") as connection:
            return _respeak_book(connection, _book_row(connection, slug), respeak)


def _respeak_book(connection: Connection, book: Any, respeak: Respeak) -> int:
    words = _load_words(connection, book)
    segments = tables.segments
    statement = update(segments).where(segments.c.id == bindparam("line")).values(spoken_text=bindparam("said"))
    changed = 0
    for chapter in _load_chapters(connection, book.id):
        said = respeak(words, chapter, load_segments(connection, chapter))
        if said:
            connection.execute(statement, [{"line": id_, "said": text} for id_, text in said.items()])
        changed += len(said)
    return changed


def _load_words(connection: Connection, book: Any) -> BookWords:
    def load(reach: Reach) -> tuple[EntryRow, ...]:
        return tuple(_load(connection, _those_for(connection, reach)))

    return BookWords(
        book.slug,
        book.language,
        frozenset(MarkKind(kind) for kind in book.left_out),
        load(Reach(slug=book.slug)),
        load(Reach(series=book.series)) if book.series else (),
        load(Reach()),
    )


def _load_chapters(connection: Connection, book_id: int) -> list[Chapter]:
    chapters = tables.chapters
    query = select(chapters).where(chapters.c.book_id == book_id).order_by(chapters.c.position)
    return [read_chapter(row) for row in connection.execute(query)]


def _load(connection: Connection, which: ColumnElement[bool]) -> list[EntryRow]:
    entries = tables.lexicon_entries
    return [
        EntryRow(
            row.written,
            row.spoken,
            row.phonemes,
            row.whole_word,
            row.match_case,
            row.part_of_speech,
            row.note,
            row.id,
        )
        for row in connection.execute(select(entries).where(which).order_by(entries.c.id))
    ]


def _those_for(connection: Connection, reach: Reach) -> ColumnElement[bool]:
    entries = tables.lexicon_entries
    if reach.slug:
        book_id: int = _book_row(connection, reach.slug).id
        return entries.c.book_id == book_id
    return entries.c.book_id.is_(None) & (entries.c.series == reach.series)


def _books_in(connection: Connection, reach: Reach) -> list[Any]:
    if reach.slug:
        return [_book_row(connection, reach.slug)]
    query = select(tables.books).order_by(tables.books.c.id)
    return list(connection.execute(query.where(tables.books.c.series == reach.series) if reach.series else query))


def _book_row(connection: Connection, slug: str) -> Any:
    row = connection.execute(select(tables.books).where(tables.books.c.slug == slug)).one_or_none()
    if row is None:
        raise NotFound(f"There is no project named “{slug}”. The list of projects shows what there is.")
    return row
