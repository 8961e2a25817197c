"""Takes, mastered chapters and exports: files first, rows after, so that a row always has its file."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from sqlalchemy import Connection, select
from sqlalchemy.dialects.sqlite import insert

from engine.audio import measure_take, read_clip, write_clip
from engine.core_types import Audiobook, AudioMeasures, ChapterAudio, Clip, Finding, Take, TakeMeasures
from engine.disk import disk_errors
from engine.errors import AudioError, NotFound
from engine.project import tables
from engine.project.database import Database
from engine.project.folders import BookFolder

Made = TypeVar("Made")
KEYS_A_QUERY = 500
STALE_S = 600  # a file half-written for this long is nobody's any more


@dataclass(frozen=True, slots=True)
class NewTake:
    """A line just spoken, not yet kept."""

    key: str
    clip: Clip
    seed: int
    findings: tuple[Finding, ...] = ()


class TakeStore:
    """What was rendered, found again by what went into it."""

    def __init__(self, database: Database, books_folder: Path) -> None:
        self._database = database
        self._books_folder = books_folder

    # -- takes -------------------------------------------------------------------------------------------------

    def keep(self, slug: str, new_takes: Sequence[NewTake]) -> list[Take]:
        """Write takes to the disk, then note them in one transaction. After this returns none of them is lost."""
        folder = BookFolder(self._books_folder / slug).takes
        kept: list[Take] = []
        for new in new_takes:
            path = folder / f"{new.key}.flac"
            write_clip(new.clip, path, "keep a take")
            kept.append(_read_take(path, new.seed, new.findings))
        self._note(slug, kept)
        return kept

    def find(self, slug: str, keys: Iterable[str]) -> dict[str, Take]:
        """The takes that are there, by key. A row whose file a person deleted does not count."""
        wanted = list(dict.fromkeys(keys))
        folder = BookFolder(self._books_folder / slug).takes
        there = {path.stem for path in folder.glob("*.flac")} if len(wanted) > KEYS_A_QUERY else None
        found: dict[str, Take] = {}
        with self._database.read() as connection:
            book_id = _book_id(connection, slug)
            for first in range(0, len(wanted), KEYS_A_QUERY):
                query = select(tables.takes).where(
                    tables.takes.c.book_id == book_id, tables.takes.c.key.in_(wanted[first : first + KEYS_A_QUERY])
                )
                for row in connection.execute(query):
                    path = folder / f"{row.key}.flac"
                    if row.key in there if there is not None else path.exists():
                        measures = TakeMeasures(row.speech_start_s, row.speech_end_s, row.rms_db, row.peak_db)
                        findings = tuple(Finding(**finding) for finding in row.findings)
                        found[row.key] = Take(row.key, path, row.seconds, row.rate_hz, row.seed, measures, findings)
        return found

    def keys(self, slug: str) -> set[str]:
        """The keys of all takes that are there: quick, for counting."""
        there = {path.stem for path in BookFolder(self._books_folder / slug).takes.glob("*.flac")}
        with self._database.read() as connection:
            query = select(tables.takes.c.key).where(tables.takes.c.book_id == _book_id(connection, slug))
            return there.intersection(connection.scalars(query))

    def adopt_orphans(self, slug: str) -> int:
        """Note the takes that were written whole when the program died before noting them; returns how many.

        A take gets its name only once it is complete, so a file with a key's name is a finished take. Files left
        half-written are removed.
        """
        folder = BookFolder(self._books_folder / slug).takes
        with self._database.read() as connection:
            query = select(tables.takes.c.key).where(tables.takes.c.book_id == _book_id(connection, slug))
            known = set(connection.scalars(query))
        orphans: list[Take] = []
        with disk_errors("look through the takes", self._books_folder):
            for path in folder.glob("*.partial"):
                if time.time() - path.stat().st_mtime > STALE_S:
                    path.unlink(missing_ok=True)
            for path in folder.glob("*.flac"):
                if path.stem in known:
                    continue
                try:
                    orphans.append(_read_take(path))
                except AudioError:
                    path.unlink(missing_ok=True)  # cut off by a power failure; it will be spoken again
        self._note(slug, orphans)
        return len(orphans)

    def mend(self, slug: str, make: Callable[[], Made]) -> Made:
        """Make something from the takes; when one of them proves damaged, take it away and try once more."""
        try:
            return make()
        except AudioError:
            if not self.drop_damaged(slug):
                raise
            return make()

    def drop_damaged(self, slug: str) -> int:
        """Remove the takes that cannot be read, so that they are spoken again; returns how many there were."""
        dropped = 0
        with disk_errors("look through the takes", self._books_folder):
            for path in BookFolder(self._books_folder / slug).takes.glob("*.flac"):
                try:
                    read_clip(path)
                except AudioError:
                    path.unlink(missing_ok=True)
                    dropped += 1
        return dropped

    def _note(self, slug: str, takes: Sequence[Take]) -> None:
        if not takes:
            return
        now = datetime.now(UTC).isoformat()
        with self._database.write("keep a take") as connection:
            book_id = _book_id(connection, slug)
            connection.execute(
                insert(tables.takes).on_conflict_do_nothing(),
                [
                    {
                        "book_id": book_id,
                        "key": take.key,
                        "seconds": take.seconds,
                        "rate_hz": take.rate_hz,
                        "seed": take.seed,
                        **asdict(take.measures),
                        "findings": [asdict(finding) for finding in take.findings],
                        "created_at": now,
                    }
                    for take in takes
                ],
            )

    # -- mastered chapters -------------------------------------------------------------------------------------

    def keep_chapter(self, chapter_id: int, key: str, audio: ChapterAudio) -> None:
        values = {
            "chapter_id": chapter_id,
            "key": key,
            "file": audio.path.name,
            "measures": asdict(audio.measures),
            "line_starts": list(audio.line_starts_s),
        }
        with self._database.write("keep the chapter") as connection:
            if connection.scalar(select(tables.chapters.c.id).where(tables.chapters.c.id == chapter_id)) is None:
                return  # merged or split while it was being mastered
            statement = insert(tables.chapter_audio).values(**values)
            connection.execute(statement.on_conflict_do_update(index_elements=["chapter_id"], set_=values))

    def chapter_audio(self, slug: str) -> dict[int, tuple[str, ChapterAudio]]:
        """By chapter id: the key of what went into the mastered chapter, and the chapter, where its file is there."""
        chapters, audio = tables.chapters, tables.chapter_audio
        folder = BookFolder(self._books_folder / slug).chapters
        found: dict[int, tuple[str, ChapterAudio]] = {}
        with self._database.read() as connection:
            query = select(audio, chapters.c.title).join_from(audio, chapters)
            for row in connection.execute(query.where(chapters.c.book_id == _book_id(connection, slug))):
                path = folder / row.file
                if path.exists():
                    measures = AudioMeasures(**row.measures)
                    found[row.chapter_id] = (row.key, ChapterAudio(path, row.title, measures, tuple(row.line_starts)))
        return found

    # -- exports -----------------------------------------------------------------------------------------------

    def keep_export(self, slug: str, book: Audiobook) -> None:
        with self._database.write("keep the export") as connection:
            values = {
                "book_id": _book_id(connection, slug),
                "format": book.format,
                "path": str(book.path),
                "seconds": book.seconds,
                "bytes": book.bytes,
                "marks": [list(mark) for mark in book.marks],
                "created_at": datetime.now(UTC).isoformat(),
            }
            statement = insert(tables.exports).values(**values)
            connection.execute(statement.on_conflict_do_update(index_elements=["book_id", "path"], set_=values))

    def exports(self, slug: str) -> list[Audiobook]:
        """Finished audiobooks whose files are still there, newest first."""
        with self._database.read() as connection:
            query = select(tables.exports).where(tables.exports.c.book_id == _book_id(connection, slug))
            rows = connection.execute(query.order_by(tables.exports.c.created_at.desc())).all()
        return [
            Audiobook(
                Path(row.path),
                row.format,
                row.seconds,
                row.bytes,
                tuple((title, start, end) for title, start, end in row.marks),
            )
            for row in rows
            if Path(row.path).exists()
        ]


def _read_take(path: Path, seed: int = 0, findings: tuple[Finding, ...] = ()) -> Take:
    """A take measured as it stands in its file: the same whether it was just written or found again."""
    clip = read_clip(path)
    return Take(path.stem, path, clip.seconds, clip.rate_hz, seed, measure_take(clip), findings)


def _book_id(connection: Connection, slug: str) -> int:
    book_id: int | None = connection.scalar(select(tables.books.c.id).where(tables.books.c.slug == slug))
    if book_id is None:
        raise NotFound(f"There is no project named “{slug}”. The list of projects shows what there is.")
    return book_id
