"""A change to the script in the making, which remembers how things were; and the way back."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, bindparam, delete, func, insert, select, update

from engine.core_types import NARRATOR, UNKNOWN
from engine.errors import EditRefused, NotFound
from engine.project import tables
from engine.project.script_rows import (
    KeptRole,
    ScriptRow,
    load_roles,
    load_rows,
    load_series_roles,
    load_spoken,
    load_texts,
    read_role,
    read_row,
    select_rows,
    write_role,
    write_series_role,
)

MOST_EDITS = 200  # kept for a book


class ScriptChange:
    """A transaction on one book's roles, speakers and reading. What it replaces is noted, so that undo finds it."""

    def __init__(self, connection: Connection, book_id: int) -> None:
        self._connection, self._book_id = connection, book_id
        self._roles: list[dict[str, Any]] = []
        self._lines: list[tuple[ScriptRow, ScriptRow]] = []
        self._book: dict[str, Any] = {}

    # -- looking -----------------------------------------------------------------------------------------------

    def roles(self) -> list[KeptRole]:
        """As they are now, in the order they came."""
        return load_roles(self._connection, self._book_id)

    def find_role(self, name: str) -> KeptRole:
        """Raises NotFound."""
        for role in self.roles():
            if role.name == name:
                return role
        raise NotFound(f"Nobody in this book is called “{name}”. Reload the page to see the cast as it is now.")

    def series_roles(self, series: str) -> list[KeptRole]:
        return load_series_roles(self._connection, series)

    def rows(self, chapter_ids: Sequence[int] | None = None) -> list[ScriptRow]:
        """The lines of the chapters read aloud, or of those named, in order."""
        return load_rows(self._connection, self._book_id, chapter_ids)

    def spoken_rows(self, chapter_ids: Sequence[int], segment_id: int = 0) -> list[ScriptRow]:
        """The lines of these chapters that are not plainly told, and the one asked for, in order."""
        return load_spoken(self._connection, self._book_id, chapter_ids, segment_id)

    def all_rows(self) -> list[ScriptRow]:
        """The lines of all chapters, in order."""
        return [read_row(row) for row in self._connection.execute(select_rows(self._book_id))]

    def book(self, column: str) -> Any:
        """A column of the book: "voice", "reading", "series"."""
        books = tables.books
        return self._connection.scalar(select(books.c[column]).where(books.c.id == self._book_id))

    # -- changing ----------------------------------------------------------------------------------------------

    def put_role(self, was: KeptRole | None, now: KeptRole | None) -> None:
        """Make a role (``was`` None), change it, or take it away (``now`` None)."""
        if was == now:
            return
        _put_role(self._connection, self._book_id, was.name if was else None, now)
        self._roles.append({"now": now and now.name, "was": was and write_role(was)})

    def put_series_role(self, series: str, was: KeptRole | None, now: KeptRole) -> None:
        """Make or change what a series keeps of a role."""
        if was == now:
            return
        _put_series_role(self._connection, series, was.name if was else None, now)
        self._roles.append({"series": series, "now": now.name, "was": was and write_series_role(was)})

    def set_rows(self, changes: Iterable[tuple[ScriptRow, ScriptRow]]) -> None:
        """Give lines another speaker: each as it was and as it is to be."""
        changed = [(was, now) for was, now in changes if was != now]
        _set_rows(self._connection, [now for _, now in changed])
        self._lines += changed

    def set_book(self, **columns: Any) -> None:
        """Set columns of the book: voice, reading, series."""
        for name, value in columns.items():
            if value == self.book(name):
                continue
            self._book.setdefault(name, self.book(name))
            statement = update(tables.books).where(tables.books.c.id == self._book_id)
            self._connection.execute(statement.values(**{name: value}))

    def remember(self, deed: str) -> None:
        """Note how things were, under the words for what was done; nothing when nothing was."""
        if not (self._roles or self._lines or self._book):
            return
        texts = load_texts(self._connection, self._book_id, {was.chapter_id for was, _ in self._lines})
        lines = [
            [was.chapter_id, was.start, was.end, _sum_up(texts[was.chapter_id], was.start, was.end),
             was.speaker, was.doubt, was.reason, was.settled]
            for was, _ in self._lines
        ]  # fmt: skip
        edits = tables.edits
        self._connection.execute(
            insert(edits).values(
                book_id=self._book_id,
                deed=deed,
                before={"book": self._book, "roles": self._roles, "lines": lines},
                made_at=datetime.now(UTC).isoformat(),
            )
        )
        kept = select(edits.c.id).where(edits.c.book_id == self._book_id).order_by(edits.c.id.desc()).limit(MOST_EDITS)
        self._connection.execute(delete(edits).where(edits.c.book_id == self._book_id, edits.c.id.not_in(kept)))


# --- the way back ---------------------------------------------------------------------------------------------------


def restore_edit(connection: Connection, book_id: int) -> str:
    """Put everything back as it was before the latest change; returns its deed.

    Raises EditRefused when there is none, LookupError when the lines or roles it changed are no longer there.
    """
    edits = tables.edits
    query = select(edits.c.id, edits.c.deed, edits.c.before).where(edits.c.book_id == book_id)
    edit = connection.execute(query.order_by(edits.c.id.desc()).limit(1)).one_or_none()
    if edit is None:
        raise EditRefused("There is nothing to undo.")
    before = edit.before
    if before["book"]:
        connection.execute(update(tables.books).where(tables.books.c.id == book_id).values(**before["book"]))
    _restore_lines(connection, book_id, before["lines"])
    for step in reversed(before["roles"]):
        _restore_role(connection, book_id, step)
    known = {NARRATOR, UNKNOWN, *(role.name for role in load_roles(connection, book_id))}
    if any(line[4] not in known for line in before["lines"]):
        raise LookupError("a speaker is gone")
    connection.execute(delete(edits).where(edits.c.id == edit.id))
    return str(edit.deed)


def forget_edits(connection: Connection, book_id: int) -> EditRefused:
    """Forget all that could be undone, because the latest cannot; returns the sentence that says so."""
    edits = tables.edits
    query = select(edits.c.deed).where(edits.c.book_id == book_id).order_by(edits.c.id.desc()).limit(1)
    deed = connection.scalar(query)
    connection.execute(delete(edits).where(edits.c.book_id == book_id))
    return EditRefused(
        f"“{deed}” cannot be undone any more: the script was made anew since. Everything stays as it is now."
    )


def _restore_lines(connection: Connection, book_id: int, lines: Sequence[Sequence[Any]]) -> None:
    texts = load_texts(connection, book_id, {line[0] for line in lines})
    there = {(row.chapter_id, row.start, row.end): row for row in load_rows(connection, book_id, list(texts))}
    back = []
    for chapter_id, start, end, check, speaker, doubt, reason, settled in reversed(lines):
        row = there.get((chapter_id, start, end))
        if row is None or _sum_up(texts[chapter_id], start, end) != check:
            raise LookupError("a line is gone")
        back.append(replace(row, speaker=speaker, doubt=doubt, reason=reason, settled=settled))
    _set_rows(connection, back)


def _restore_role(connection: Connection, book_id: int, step: dict[str, Any]) -> None:
    was = read_role(step["was"]) if step["was"] else None
    series = step.get("series")
    if series is not None:
        there = {role.name for role in load_series_roles(connection, series)}
    else:
        there = {role.name for role in load_roles(connection, book_id)}
    if was is None and series is None and _speaks(connection, book_id, step["now"]):
        return  # the analysis has found more lines for this role meanwhile
    if was is not None and was.name != step["now"] and was.name in there:
        raise LookupError("another role has that name now")
    if step["now"] is not None and step["now"] not in there:
        if was is None:
            return
        raise LookupError("a role is gone")
    if series is not None:
        _put_series_role(connection, series, step["now"], was)
    else:
        _put_role(connection, book_id, step["now"], was)


def _speaks(connection: Connection, book_id: int, speaker: str) -> bool:
    segments, chapters = tables.segments, tables.chapters
    query = select(func.count()).select_from(segments.join(chapters))
    return bool(connection.scalar(query.where(chapters.c.book_id == book_id, segments.c.speaker == speaker)))


# --- rows -----------------------------------------------------------------------------------------------------------


def _put_role(connection: Connection, book_id: int, name: str | None, role: KeptRole | None) -> None:
    roles = tables.roles
    if name is None and role is not None:
        connection.execute(insert(roles).values(book_id=book_id, **write_role(role)))
    elif role is None:
        connection.execute(delete(roles).where(roles.c.book_id == book_id, roles.c.name == name))
    else:
        there = (roles.c.book_id == book_id, roles.c.name == name)
        connection.execute(update(roles).where(*there).values(**write_role(role)))


def _put_series_role(connection: Connection, series: str, name: str | None, role: KeptRole | None) -> None:
    roles = tables.series_roles
    there = (roles.c.series == series, roles.c.name == name)
    if name is None and role is not None:
        connection.execute(insert(roles).values(series=series, **write_series_role(role)))
    elif role is None:
        connection.execute(delete(roles).where(*there))
    else:
        connection.execute(update(roles).where(*there).values(**write_series_role(role)))


def _set_rows(connection: Connection, rows: Sequence[ScriptRow]) -> None:
    if rows:
        connection.execute(
            update(tables.segments).where(tables.segments.c.id == bindparam("segment")),
            [
                {
                    "segment": row.id,
                    "speaker": row.speaker,
                    "doubt": row.doubt,
                    "reason": row.reason,
                    "settled": row.settled,
                }
                for row in rows
            ],
        )


def _sum_up(text: str, start: int, end: int) -> int:
    """A number by which a line is known again even when its id and its chapter's have been given to others."""
    return zlib.crc32(text[start:end].encode("utf-8", "surrogatepass"))
