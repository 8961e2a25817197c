"""Mastered chapters become files a store or a player takes."""

from __future__ import annotations

import shutil
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
from engine.disk import disk_errors
from engine.errors import ExportError
from engine.planning import TARGETS, ChapterPlan
from engine.project.folders import name_file
from engine.shelf_types import BookSummary


def name_audiobook(book: BookSummary, format: str) -> str:
    """The file or folder a finished book goes to when a person names none."""
    return name_file(book.title) + (".m4b" if format == "m4b" else "")


@dataclass(frozen=True, slots=True)
class Edition:
    """One audiobook to be made of a book's rendered chapters."""

    book: BookSummary
    voice: VoiceProfile
    destination: Path  # an .m4b file, or a folder of MP3s
    on_progress: OnProgress
    should_stop: ShouldStop

    def publish_m4b(self, plans: Sequence[ChapterPlan], mastered: Mapping[int, ChapterAudio]) -> Audiobook:
        """One file with chapter marks, bound from the mastered chapters by id."""
        _refuse_empty(plans)
        chapters = [replace(mastered[plan.id], title=plan.title) for plan in plans]
        with disk_errors("write the audiobook", self.destination.parent):
            self.destination.parent.mkdir(parents=True, exist_ok=True)
        return bind_m4b(chapters, self.describe(), self.destination, self.on_progress, self.should_stop)

    def publish_mp3s(self, plans: Sequence[ChapterPlan], takes: Mapping[str, Take], threads: int) -> Audiobook:
        """A folder with a file for each chapter, made from the takes, written beside and put in place whole."""
        _refuse_empty(plans)
        details = self.describe()
        beside = self.destination.with_name(self.destination.name + ".partial")
        digits = max(2, len(str(len(plans))))

        def write(number: int, plan: ChapterPlan) -> ChapterAudio:
            path = beside / f"{number:0{digits}d} - {name_file(plan.title, 'Chapter')}.mp3"
            lines = [(takes.get(key), pause) for key, pause in plan.lines]
            place = (plan.title, number, len(plans))
            return write_mp3(lines, self.book.pauses, TARGETS, path, details, *place, self.should_stop)

        with disk_errors("write the audiobook", self.destination.parent):
            shutil.rmtree(beside, ignore_errors=True)
            beside.mkdir(parents=True)
            try:
                written = _in_parallel(write, plans, threads, self.on_progress)
                size = sum(audio.path.stat().st_size for audio in written)
                _put_in_place(beside, self.destination)
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
            description=book.description,
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


def _put_in_place(beside: Path, destination: Path) -> None:
    """Swap whole folders; the one before is removed only when the new one stands."""
    before = destination.with_name(destination.name + ".before")
    shutil.rmtree(before, ignore_errors=True)
    if destination.exists():
        destination.replace(before)
    beside.replace(destination)
    shutil.rmtree(before, ignore_errors=True)


def _refuse_empty(chapters: Sequence[object]) -> None:
    if not chapters:
        raise ExportError("There is nothing to put in the audiobook: every chapter is left out. Bring one back first.")
