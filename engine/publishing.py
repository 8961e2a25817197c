"""Mastered chapters become files a store or a player takes."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, replace
from pathlib import Path

from engine.assembly.audiobook import bind_m4b, write_mp3
from engine.core_types import (
    Audiobook,
    AudiobookDetails,
    ChapterAudio,
    OnProgress,
    Progress,
    ShouldStop,
    Take,
    VoiceProfile,
)
from engine.disk import check_writable, disk_errors
from engine.errors import ExportError
from engine.planning import TARGETS, ChapterPlan
from engine.project.folders import name_file
from engine.project.take_store import TakeStore
from engine.shelf_types import BookSummary


def name_audiobook(book: BookSummary, format: str) -> str:
    """The file or folder a finished book goes to when a person names none."""
    return name_file(book.title) + (".m4b" if format == "m4b" else "")


def name_mp3s(titles: Sequence[str]) -> list[str]:
    """The files of a set, in the order they are heard."""
    digits = max(2, len(str(len(titles))))
    return [f"{number:0{digits}d} - {name_file(title, 'Chapter')}.mp3" for number, title in enumerate(titles, start=1)]


def check_place(place: Path, format: str) -> None:
    """Refuse a place that the audiobook cannot go to before anything is spoken. Raises ExportError, WorkspaceError."""
    if format == "m4b" and place.is_dir():
        raise ExportError(f"{place} is a folder. Name a file that ends in .m4b.")
    if format != "m4b" and place.exists() and not place.is_dir():
        raise ExportError(f"{place} is a file, and MP3s are one file a chapter. Name a folder for them.")
    check_writable(place.parent if format == "m4b" else place, "write the audiobook")


@dataclass(frozen=True, slots=True)
class Edition:
    """One audiobook to be made of a book's rendered chapters."""

    book: BookSummary
    voice: VoiceProfile
    destination: Path  # an .m4b file, or a folder of MP3s
    on_progress: OnProgress
    should_stop: ShouldStop
    notice: str = ""  # what the licences of its engines ask to go with the sound

    def publish(self, format: str, plans: Sequence[ChapterPlan], kept: TakeStore, threads: int) -> Audiobook:
        """The audiobook of those of the planned chapters that are mastered, as "m4b" or "mp3"."""
        mastered = {id_: audio for id_, (_, audio) in kept.chapter_audio(self.book.slug).items()}
        plans = [plan for plan in plans if plan.id in mastered]
        if format == "m4b":
            return self.publish_m4b(plans, mastered)
        takes = kept.find(self.book.slug, {key for plan in plans for key in plan.requests})
        earlier = [export for export in kept.exports(self.book.slug) if export.path == self.destination]
        return self.publish_mp3s(plans, takes, threads, earlier)

    def publish_m4b(self, plans: Sequence[ChapterPlan], mastered: Mapping[int, ChapterAudio]) -> Audiobook:
        """One file with chapter marks, bound from the mastered chapters by id."""
        _refuse_empty(plans)
        chapters = [replace(mastered[plan.id], title=plan.title) for plan in plans]
        return bind_m4b(chapters, self.describe(), self.destination, self.on_progress, self.should_stop)

    def publish_mp3s(
        self, plans: Sequence[ChapterPlan], takes: Mapping[str, Take], threads: int, earlier: Sequence[Audiobook]
    ) -> Audiobook:
        """A file for each chapter, in a folder that may hold other things: only what an ``earlier`` edition put there
        is replaced or removed, and not before the new files are all made.
        """
        _refuse_empty(plans)
        details = self.describe()
        names = name_mp3s([plan.title for plan in plans])

        def write(number: int, plan: ChapterPlan) -> ChapterAudio:
            lines = [(takes.get(key), pause) for key, pause in plan.lines]
            place = (beside / names[number - 1], details, plan.title, number, len(plans))
            return write_mp3(lines, self.book.pauses, TARGETS, *place, self.should_stop)

        with disk_errors("write the audiobook", self.destination):
            beside = Path(tempfile.mkdtemp(prefix=".voxfolio-", dir=self.destination))
            try:
                written = _in_parallel(write, plans, threads, self.on_progress)
                size = sum(audio.path.stat().st_size for audio in written)
                for name in names:
                    (beside / name).replace(self.destination / name)
                for old in {name for edition in earlier for name in name_mp3s([mark[0] for mark in edition.marks])}:
                    if old not in names:
                        (self.destination / old).unlink(missing_ok=True)
            finally:
                shutil.rmtree(beside, ignore_errors=True)
        marks, start_s = [], 0.0
        for audio in written:
            marks.append((audio.title, start_s, start_s + audio.measures.seconds))
            start_s += audio.measures.seconds
        return Audiobook(self.destination, "mp3", start_s, size, tuple(marks))

    def describe(self) -> AudiobookDetails:
        """What the finished book says of itself."""
        book = self.book
        return AudiobookDetails(
            title=book.title,
            author=book.author,
            narrator=book.narrator or f"{self.voice.label} (digital voice)",
            language=book.language,
            year=book.year,
            description="\n\n".join(part for part in (book.description, self.notice) if part),
            cover=book.cover.read_bytes() if book.cover and book.cover.exists() else None,
        )


def _in_parallel(
    write: Callable[[int, ChapterPlan], ChapterAudio],
    plans: Sequence[ChapterPlan],
    threads: int,
    on_progress: OnProgress,
) -> list[ChapterAudio]:
    on_progress(Progress("exporting", 0, len(plans)))
    with ThreadPoolExecutor(threads, thread_name_prefix="mp3") as pool:
        futures = [pool.submit(write, number, plan) for number, plan in enumerate(plans, start=1)]
        try:
            for done, future in enumerate(as_completed(futures), start=1):
                future.result()
                on_progress(Progress("exporting", done, len(plans)))
        finally:
            pool.shutdown(cancel_futures=True)
    return [future.result() for future in futures]


def _refuse_empty(chapters: Sequence[object]) -> None:
    if not chapters:
        raise ExportError("There is nothing to put in the audiobook: every chapter is left out. Bring one back first.")
