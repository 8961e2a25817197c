"""Mastered chapters become files a store or a player takes."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
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


def describe(book: BookSummary, voice: VoiceProfile) -> AudiobookDetails:
    """What the finished book says of itself."""
    return AudiobookDetails(
        title=book.title,
        author=book.author,
        narrator=book.narrator or f"{voice.label} (digital voice)",
        language=book.language,
        year=book.year,
        description=book.description,
        cover=book.cover.read_bytes() if book.cover and book.cover.exists() else None,
    )


def publish_m4b(
    chapters: Sequence[ChapterAudio],
    book: BookSummary,
    voice: VoiceProfile,
    destination: Path,
    on_progress: OnProgress,
    should_stop: ShouldStop,
) -> Audiobook:
    """One file with chapter marks."""
    _refuse_empty(chapters)
    with disk_errors("write the audiobook", destination.parent):
        destination.parent.mkdir(parents=True, exist_ok=True)
        return bind_m4b(chapters, describe(book, voice), destination, on_progress, should_stop)


def publish_mp3s(
    plans: Sequence[ChapterPlan],
    takes: dict[str, Take],
    book: BookSummary,
    voice: VoiceProfile,
    destination: Path,
    threads: int,
    on_progress: OnProgress,
    should_stop: ShouldStop,
) -> Audiobook:
    """A folder with a file for each chapter, written beside and put in place whole."""
    _refuse_empty(plans)
    details = describe(book, voice)
    beside = destination.with_name(destination.name + ".partial")
    digits = max(2, len(str(len(plans))))

    def write(number: int, plan: ChapterPlan) -> ChapterAudio:
        path = beside / f"{number:0{digits}d} - {name_file(plan.title, 'Chapter')}.mp3"
        lines = [(takes.get(key), pause) for key, pause in plan.lines]
        return write_mp3(lines, book.pauses, TARGETS, path, details, plan.title, number, len(plans), should_stop)

    with disk_errors("write the audiobook", destination.parent):
        shutil.rmtree(beside, ignore_errors=True)
        beside.mkdir(parents=True)
        try:
            written = _in_parallel(write, plans, threads, on_progress)
            size = sum(audio.path.stat().st_size for audio in written)
            _put_in_place(beside, destination)
        finally:
            shutil.rmtree(beside, ignore_errors=True)
    marks, start_s = [], 0.0
    for audio in written:
        marks.append((audio.title, start_s, start_s + audio.measures.seconds))
        start_s += audio.measures.seconds
    return Audiobook(destination, "mp3", start_s, size, tuple(marks))


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
