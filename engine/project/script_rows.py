"""Roles and lines as the project keeps them, and the rows they come from."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import Connection, Row, Select, insert, select

from engine.core_types import NARRATOR, SegmentKind, Shape
from engine.errors import NotFound
from engine.project import tables

KINDS = {kind.value: kind for kind in SegmentKind}  # looked up for every line of a book
SPEECH = (SegmentKind.DIALOGUE, SegmentKind.THOUGHT)  # the kinds of line that somebody speaks


@dataclass(frozen=True, slots=True)
class KeptRole:
    """A speaker as the project keeps it: what a person decided, and what the analysis calls them."""

    name: str
    aliases: tuple[str, ...] = ()
    found_names: tuple[str, ...] = ()  # names of the analysis's characters who are this one
    split_off: tuple[str, ...] = ()  # names a person took from another role; the analysis keeps them apart
    gender: str = ""
    age: str = ""
    voice: str = ""
    shape: Shape | None = None
    is_narrator: bool = False

    @property
    def names(self) -> frozenset[str]:
        """The name and the aliases, whatever their capitals."""
        return frozenset(name.casefold() for name in (self.name, *self.aliases))


@dataclass(frozen=True, slots=True)
class ScriptRow:
    """A line's place and speaker, without its words."""

    id: int
    chapter_id: int
    start: int
    end: int
    kind: SegmentKind
    speaker: str
    doubt: float
    reason: str
    settled: bool


def find_book(connection: Connection, slug: str) -> int:
    """The book's id. Raises NotFound."""
    book_id: int | None = connection.scalar(select(tables.books.c.id).where(tables.books.c.slug == slug))
    if book_id is None:
        raise NotFound(f"There is no project named “{slug}”. The list of projects shows what there is.")
    return book_id


def select_rows(book_id: int) -> Select[Any]:
    """The query for a book's lines, in order."""
    segments, chapters = tables.segments, tables.chapters
    columns = (
        segments.c.id, segments.c.chapter_id, segments.c.start, segments.c.end, segments.c.kind,
        segments.c.speaker, segments.c.doubt, segments.c.reason, segments.c.settled,
    )  # fmt: skip
    query = select(*columns).join_from(segments, chapters).where(chapters.c.book_id == book_id)
    return query.order_by(chapters.c.position, segments.c.start)


def read_row(row: Row[Any]) -> ScriptRow:
    return ScriptRow(
        row.id, row.chapter_id, row.start, row.end, KINDS[row.kind], row.speaker, row.doubt, row.reason, row.settled
    )


def load_rows(connection: Connection, book_id: int, chapter_ids: Sequence[int] | None = None) -> list[ScriptRow]:
    """The lines of the chapters read aloud, or of those named, in order."""
    chapters = tables.chapters
    chosen = chapters.c.include if chapter_ids is None else chapters.c.id.in_(chapter_ids)
    return [read_row(row) for row in connection.execute(select_rows(book_id).where(chosen))]


def load_spoken(connection: Connection, book_id: int, chapter_ids: Sequence[int], segment_id: int) -> list[ScriptRow]:
    """The lines of these chapters that are not plainly told, and the one asked for, in order."""
    segments = tables.segments
    told = ~segments.c.settled & (segments.c.speaker == NARRATOR) & segments.c.kind.not_in(SPEECH)
    query = select_rows(book_id).where(segments.c.chapter_id.in_(chapter_ids))
    return [read_row(row) for row in connection.execute(query.where(~told | (segments.c.id == segment_id)))]


def load_texts(connection: Connection, book_id: int, chapter_ids: Iterable[int]) -> dict[int, str]:
    """The text of chapters by id."""
    chapters = tables.chapters
    query = select(chapters.c.id, chapters.c.text).where(chapters.c.book_id == book_id)
    return {row.id: row.text for row in connection.execute(query.where(chapters.c.id.in_(list(chapter_ids))))}


def load_roles(connection: Connection, book_id: int) -> list[KeptRole]:
    """A book's roles, in the order they came."""
    query = select(tables.roles).where(tables.roles.c.book_id == book_id).order_by(tables.roles.c.id)
    return [read_role({**row}) for row in connection.execute(query).mappings()]


def insert_roles(connection: Connection, book_id: int, roles: Sequence[KeptRole]) -> None:
    if roles:
        connection.execute(insert(tables.roles), [{"book_id": book_id, **write_role(role)} for role in roles])


def load_series_roles(connection: Connection, series: str) -> list[KeptRole]:
    """What a series keeps of its casts, in the order it came."""
    query = select(tables.series_roles).where(tables.series_roles.c.series == series)
    rows = connection.execute(query.order_by(tables.series_roles.c.id)).mappings()
    return [read_role({**row}) for row in rows]


def read_role(columns: dict[str, Any]) -> KeptRole:
    """A role from its columns; those that a series does not keep may be missing."""
    shape = columns["shape"]
    return KeptRole(
        name=columns["name"],
        aliases=tuple(columns["aliases"]),
        found_names=tuple(columns.get("found_names", ())),
        split_off=tuple(columns.get("split_off", ())),
        gender=columns["gender"],
        age=columns["age"],
        voice=columns["voice"],
        shape=Shape(**shape) if shape else None,
        is_narrator=columns.get("is_narrator", False),
    )


def write_role(role: KeptRole) -> dict[str, Any]:
    """The columns of a role, lists for JSON."""
    columns = asdict(role)
    return {name: list(value) if isinstance(value, tuple) else value for name, value in columns.items()}


def write_series_role(role: KeptRole) -> dict[str, Any]:
    """The columns that a series keeps of a role."""
    kept = ("name", "aliases", "gender", "age", "voice", "shape")
    return {name: value for name, value in write_role(role).items() if name in kept}
