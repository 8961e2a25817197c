"""A book through narration and assembly: what is missing is spoken, what is complete is mastered, both at once."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor

from engine.assembly.mastering import master_chapter
from engine.core_types import (
    Clip,
    Finding,
    OnProgress,
    Pauses,
    Progress,
    ShouldStop,
    SpeechRequest,
    Synthesizer,
    Take,
)
from engine.errors import LanguageNotSpoken, Stopped, SynthesisError
from engine.narration.takes import speak_lines
from engine.planning import TARGETS, ChapterPlan
from engine.project.folders import BookFolder
from engine.project.take_store import NewTake, TakeStore

TAKES_A_WRITE = 16  # lines kept in one transaction: at most so many are spoken again after a power failure
WRITE_EVERY_S = 1.0
REPORT_EVERY_S = 0.25
MASTERING_SHARE = 0.06  # of the progress bar
MOST_FAILED = 0.1  # of a chapter's lines; beyond that the engine is at fault, not the lines


class Rendering:
    """The rendering of one book: two cores speak lines, a third thread masters each chapter as it gets complete."""

    def __init__(
        self, takes: TakeStore, slug: str, folder: BookFolder, pauses: Pauses, on_progress: OnProgress
    ) -> None:
        self._takes, self._slug, self._folder, self._pauses = takes, slug, folder, pauses
        self._on_progress = on_progress
        self._mastering: list[Future[None]] = []
        self._given_up = False

    def render(
        self,
        plans: Sequence[ChapterPlan],
        load_engine: Callable[[str], Synthesizer],
        threads: int,
        should_stop: ShouldStop,
    ) -> list[Finding]:
        """Speak what is missing and master what is complete; returns the lines that could not be said.

        Every take is kept as soon as it is spoken. A chapter with lines of a speaker without a voice is not mastered.
        Raises Stopped when asked to, SynthesisError when the engine fails on too many lines, WorkspaceError when the
        disk does.
        """
        self._takes.adopt_orphans(self._slug)
        work = _Work(plans, self._takes.find(self._slug, {key for plan in plans for key in plan.requests}))
        mastered = {id_: key for id_, (key, _) in self._takes.chapter_audio(self._slug).items()}
        work.skip_mastered({plan.id for plan in plans if mastered.get(plan.id) == plan.key})
        with ThreadPoolExecutor(1, thread_name_prefix="master") as master:
            try:
                meter = _Meter(work, self._on_progress)
                self._speak(work, meter, load_engine, threads, should_stop, master)
                for number, future in enumerate(self._mastering):
                    meter.report_mastering(number, len(self._mastering))
                    future.result()
            except BaseException:
                self._given_up = True  # the chapter being mastered stops, too
                raise
            finally:
                for future in self._mastering:
                    future.cancel()
        return work.findings()

    def _speak(
        self,
        work: _Work,
        meter: _Meter,
        load_engine: Callable[[str], Synthesizer],
        threads: int,
        should_stop: ShouldStop,
        master: ThreadPoolExecutor,
    ) -> None:
        self._master_complete(work, master, should_stop)
        unkept: list[NewTake] = []
        written = time.monotonic()
        try:
            for engine, requests in work.missing_by_engine().items():
                for key, spoken in speak_lines(requests, load_engine(engine), threads, should_stop):
                    meter.add(key)
                    if isinstance(spoken, Clip):
                        unkept.append(NewTake(key, spoken, work.missing[key].seed))
                    else:
                        work.fail(key, spoken)
                    if len(unkept) >= TAKES_A_WRITE or time.monotonic() - written > WRITE_EVERY_S:
                        keeping, unkept, written = unkept, [], time.monotonic()
                        work.have(self._takes.keep(self._slug, keeping))
                        self._master_complete(work, master, should_stop)
        finally:
            work.have(self._takes.keep(self._slug, unkept))
        self._master_complete(work, master, should_stop)

    def _master_complete(self, work: _Work, master: ThreadPoolExecutor, should_stop: ShouldStop) -> None:
        for plan in work.pop_complete():
            self._mastering.append(master.submit(self._master, plan, work.takes_of(plan), should_stop))
        for future in self._mastering:
            if future.done():
                future.result()  # a full disk is said now, not after the last line

    def _master(self, plan: ChapterPlan, takes: dict[str, Take], should_stop: ShouldStop) -> None:
        destination = self._folder.chapters / f"{plan.id}-{plan.key[:16]}.m4a"
        lines = [(takes.get(key), pause) for key, pause in plan.lines]
        audio = master_chapter(
            lines, self._pauses, TARGETS, destination, plan.title, lambda: self._given_up or should_stop()
        )
        self._takes.keep_chapter(plan.id, plan.key, audio)
        for older in self._folder.chapters.glob(f"{plan.id}-*.m4a"):
            if older != destination:
                older.unlink(missing_ok=True)


def wait_for_turn(on_progress: OnProgress, should_stop: ShouldStop) -> None:
    """What is done while another process works on the book: say so, and heed a person who stops."""
    on_progress(Progress("waiting", 0, 1, None, "another Voxfolio is working on this book"))
    if should_stop():
        raise Stopped("Stopped before its turn came. Nothing was changed.")


class _Work:
    """Which lines are still owed to which chapter."""

    def __init__(self, plans: Sequence[ChapterPlan], found: dict[str, Take]) -> None:
        self._plans = {plan.id: plan for plan in plans if plan.requests}
        self._takes = found
        self._failed: dict[str, SynthesisError] = {}
        self.missing = {key: request for plan in plans for key, request in plan.requests.items() if key not in found}
        self._owed = {plan.id: plan.requests.keys() - found.keys() for plan in self._plans.values()}
        self._chapters_of: dict[str, list[int]] = {}
        for id_, keys in self._owed.items():
            for key in keys:
                self._chapters_of.setdefault(key, []).append(id_)
        self.total_characters = sum(
            len(request.spoken_text) for plan in self._plans.values() for request in plan.requests.values()
        )

    def missing_by_engine(self) -> dict[str, dict[str, SpeechRequest]]:
        """What is to be spoken, by engine and key: one engine has the machine to itself."""
        engines: dict[str, dict[str, SpeechRequest]] = {}
        for key, request in self.missing.items():
            engines.setdefault(request.voice.engine, {})[key] = request
        return engines

    def skip_mastered(self, chapter_ids: set[int]) -> None:
        for id_ in chapter_ids & self._owed.keys():
            if not self._owed[id_]:
                del self._owed[id_]

    def have(self, takes: Sequence[Take]) -> None:
        for take in takes:
            self._takes[take.key] = take
            self._settle(take.key)

    def fail(self, key: str, error: SynthesisError) -> None:
        """Leave a line unsaid. Raises the error itself when the engine fails too often for the line to be at fault."""
        self._failed[key] = error
        for id_ in self._chapters_of[key]:
            lines = self._plans[id_].requests
            failed = sum(line in self._failed for line in lines)
            if isinstance(error, LanguageNotSpoken) or failed > max(2, MOST_FAILED * len(lines)):
                raise error
        self._settle(key)

    def _settle(self, key: str) -> None:
        for id_ in self._chapters_of.get(key, ()):
            self._owed[id_].discard(key)

    def pop_complete(self) -> list[ChapterPlan]:
        complete = [id_ for id_, keys in self._owed.items() if not keys]
        for id_ in complete:
            del self._owed[id_]
        return [self._plans[id_] for id_ in complete if not self._plans[id_].uncast]

    def takes_of(self, plan: ChapterPlan) -> dict[str, Take]:
        return {key: self._takes[key] for key in plan.requests if key in self._takes}

    def findings(self) -> list[Finding]:
        return [
            Finding("unsaid", f"“{_shorten(self.missing[key].spoken_text)}” is silent: {error}")
            for key, error in self._failed.items()
        ]


class _Meter:
    """Progress in characters, with the time left from the pace so far; it never goes back.

    Mastering the last chapters is given a share of its own, since most of it is done while lines are still spoken.
    """

    def __init__(self, work: _Work, on_progress: OnProgress) -> None:
        self._characters = {key: len(request.spoken_text) for key, request in work.missing.items()}
        self._total = work.total_characters
        self._to_speak = sum(self._characters.values())
        self._spoken = self._lines = 0
        self._started = time.monotonic()
        self._on_progress = on_progress
        self._report()

    def report_mastering(self, done: int, of: int) -> None:
        share = MASTERING_SHARE * self._total
        message = f"Putting chapters together: {of - done} to go"
        self._on_progress(Progress("mastering", self._total + share * done / of, self._total + share, None, message))

    def add(self, key: str) -> None:
        self._spoken += self._characters[key]
        self._lines += 1
        if time.monotonic() - self._reported > REPORT_EVERY_S:
            self._report()

    def _report(self) -> None:
        self._reported = time.monotonic()
        elapsed, left = self._reported - self._started, self._to_speak - self._spoken
        eta = elapsed / self._spoken * left if self._spoken and elapsed > 1.0 else None
        lines = len(self._characters) - self._lines
        message = f"{lines:,} lines to go" if lines != 1 else "1 line to go"
        whole = self._total * (1.0 + MASTERING_SHARE)
        self._on_progress(Progress("narrating", self._total - left, whole, eta, message))


def _shorten(text: str, most: int = 60) -> str:
    return text if len(text) <= most else text[:most].rsplit(" ", 1)[0] + "…"
