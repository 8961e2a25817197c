"""The next version of a manuscript put into the place of the one before: its file, its chapters and its lines."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, delete, update

from engine.core_types import Chapter, Segment
from engine.disk import disk_errors, flush_folder, hash_file, write_beside
from engine.project import tables
from engine.project.database import Database
from engine.project.folders import BookFolder
from engine.project.rows import insert_chapter, renumber, replace_segments, write_chapter
from engine.project.script_change import ScriptChange
from engine.project.script_rows import KeptRole, find_book
from engine.project.script_store import ScriptView, load_view

CURRENT = "manuscript"  # the name, without its suffix, of the manuscript's file; older ones are manuscript-1, ...


def find_source(folder: BookFolder) -> Path | None:
    """The manuscript's file as it is in use."""
    return next((path for path in sorted(folder.source.glob(f"{CURRENT}.*")) if path.suffix != ".partial"), None)


def keep_version(
    database: Database,
    folder: BookFolder,
    seen: ScriptView,
    script: Sequence[tuple[Chapter, Sequence[Segment]]],
    changes: Sequence[tuple[KeptRole | None, KeptRole]],
    source: Path,
    columns: Mapping[str, Any],
) -> bool:
    """Keep a new version, all of it or nothing; False when the project is no longer as ``seen``.

    A chapter with an id takes the place of the one that had it; the old ones that are not among them go. ``columns``
    are the book's own. The file before stays beside the new one, with a number. Raises WorkspaceError.
    """
    suffix = Path(str(columns["source_name"])).suffix.lower()
    try:
        with (
            disk_errors("keep the manuscript", folder.root),
            _change_source(folder, source, suffix),
            database.write("keep the manuscript") as connection,
        ):
            book_id = find_book(connection, folder.root.name)
            if load_view(connection, book_id) != seen:
                raise _OutOfDate
            _replace_chapters(connection, book_id, [chapter.id for chapter in seen.chapters], script)
            change = ScriptChange(connection, book_id)
            for was, now in changes:
                change.put_role(was, now)
            values = {**columns, "source_sha256": hash_file(source)}
            connection.execute(update(tables.books).where(tables.books.c.id == book_id).values(**values))
    except _OutOfDate:
        return False
    return True


class _OutOfDate(Exception):
    """The project was changed while its next version was made ready."""


def _replace_chapters(
    connection: Connection, book_id: int, old_ids: Sequence[int], script: Sequence[tuple[Chapter, Sequence[Segment]]]
) -> None:
    chapters, order = tables.chapters, list[int]()
    for place, (chapter, lines) in enumerate(script):
        if chapter.id:
            statement = update(chapters).where(chapters.c.id == chapter.id)
            connection.execute(statement.values(**write_chapter(chapter)))
            replace_segments(connection, chapter.id, lines)
            order.append(chapter.id)
        else:
            order.append(insert_chapter(connection, book_id, place, chapter, lines))
    connection.execute(delete(chapters).where(chapters.c.id.in_(set(old_ids).difference(order))))
    renumber(connection, order)


@contextmanager
def _change_source(folder: BookFolder, source: Path, suffix: str) -> Iterator[None]:
    """Put another file in the place of the manuscript's; when the body fails, everything is as it was."""
    before, now = find_source(folder), folder.source / f"{CURRENT}{suffix}"
    aside = None
    if before is not None:
        older = {path.stem for path in folder.source.iterdir()}
        number = next(number for number in count(1) if f"{CURRENT}-{number}" not in older)
        aside = before.with_name(f"{CURRENT}-{number}{before.suffix}")
        before.replace(aside)
    try:
        with write_beside(now, "keep the manuscript") as partial:
            shutil.copyfile(source, partial)
        yield
    except BaseException:
        now.unlink(missing_ok=True)
        if before is not None and aside is not None:
            aside.replace(before)
        raise
    flush_folder(folder.source)
