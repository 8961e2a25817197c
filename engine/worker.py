"""The worker process: does the long work, so that the page is only a window.

    python -m engine.worker --workspace DIR

One worker holds the queue of a workspace. It has two hands: one narrates and exports, the other says single lines at
once, even while a book is being narrated. It ends when its standard input closes: when the studio that started it is
gone, however that went.
"""

from __future__ import annotations

import argparse
import logging
import os
import sys
import threading
import time
import traceback
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from engine.core_types import Progress
from engine.errors import Stopped, StudioError
from engine.production import Production
from engine.project.queue import LONG_KINDS, QUICK_KINDS
from engine.settings import DEFAULT_PORT, read_settings
from engine.shelf_types import Job, JobKind, JobState

BEAT_EVERY_S = 1.5
LOOK_EVERY_S = 0.05
REPORT_EVERY_S = 0.4
DAY_S = 86_400.0  # between looks for consents whose last day has passed

log = logging.getLogger("voxfolio.worker")


class Worker:
    """Works the queue of one workspace until told to leave."""

    def __init__(self, production: Production) -> None:
        self._production = production
        self._queue = production.queue
        self._name = f"{os.getpid()}-{time.time_ns()}"
        self._leaving = threading.Event()
        self._stale: set[tuple[str, int]] = set()  # (book, chapter) whose line was redone: to be mastered again

    def run(self) -> None:
        """Until `leave` is called."""
        while not self._queue.beat(self._name):
            if self._leaving.wait(1.0):
                return
        self._queue.take_up_abandoned()
        tasks = (self._keep_beating, self._say_lines, self._warm_up)
        threads = [threading.Thread(target=task, daemon=True) for task in tasks]
        for thread in threads:
            thread.start()
        try:
            while not self._leaving.is_set():
                if job := self._queue.claim(LONG_KINDS):
                    self._work(job)
                elif self._stale:
                    self._freshen()
                else:
                    self._leaving.wait(LOOK_EVERY_S * 4)
        finally:
            self._leaving.set()
            for thread in threads:
                thread.join(timeout=5)
            self._queue.leave(self._name)

    def leave(self) -> None:
        """Finish the line being spoken, then go; the job goes on with the next worker."""
        self._leaving.set()

    def _warm_up(self) -> None:
        try:
            self._production.warm_up(speaking=True)
        except StudioError as error:  # the first line will say so to a person
            log.warning("the engine could not be loaded: %s", error)

    def _keep_beating(self) -> None:
        expired_at = time.monotonic() - DAY_S
        while not self._leaving.wait(BEAT_EVERY_S):
            try:
                self._queue.beat(self._name)
                if time.monotonic() - expired_at >= DAY_S:
                    expired_at = time.monotonic()
                    for sentence in self._production.voice_desk.end_expired():
                        log.info(sentence)
            except StudioError as error:  # a full disk: the work itself will say so
                log.warning("no sign of life kept: %s", error)

    def _say_lines(self) -> None:
        while not self._leaving.is_set():
            try:
                job = self._queue.claim(QUICK_KINDS)
            except StudioError as error:
                log.warning("the queue could not be read: %s", error)
                job = None
            if job:
                self._work(job)
            else:
                self._leaving.wait(LOOK_EVERY_S)

    def _work(self, job: Job) -> None:
        log.info("%s %s %s starts", job.kind, job.slug, job.id)
        try:
            message, results = self._do(job)
            self._queue.finish(job.id, JobState.DONE, message, results)
        except Stopped:
            state = JobState.WAITING if self._leaving.is_set() else JobState.STOPPED
            self._queue.finish(job.id, state, "Stopped. Everything spoken so far is kept.")
        except StudioError as error:
            log.warning("%s %s %s failed: %s", job.kind, job.slug, job.id, error)
            self._finish_failed(job, str(error))
        except Exception as error:  # the worker outlives any job
            log.error("%s %s %s broke:\n%s", job.kind, job.slug, job.id, traceback.format_exc())
            self._finish_failed(
                job, f"Something went wrong that Voxfolio did not foresee ({error}). The log says more."
            )

    def _finish_failed(self, job: Job, message: str) -> None:
        try:
            self._queue.finish(job.id, JobState.FAILED, message)
        except StudioError as error:
            log.error("the failure could not be noted: %s", error)

    def _do(self, job: Job) -> tuple[str, Sequence[Path]]:
        production, details = self._production, job.details
        if job.kind is JobKind.SAMPLE:
            return "", [production.sample_desk.speak(details)]
        if job.kind is JobKind.LINE:
            path = production.line_desk.speak_line(job.slug, int(str(details["segment"])), bool(details["redo"]))
            if details["redo"]:
                self._stale.add((job.slug, production.line_desk.chapter_of(job.slug, int(str(details["segment"])))))
            return "", [path]
        watch = _Watch(self, job)
        if job.kind is JobKind.NARRATE:
            chapters = details.get("chapters")
            chosen = [int(str(id_)) for id_ in chapters] if isinstance(chapters, list) else None
            findings = production.narrate(job.slug, chosen, watch.report, watch.should_stop)
            return " ".join(finding.sentence for finding in findings), []
        results, sentences = [], []
        formats = details.get("formats")
        for format in formats if isinstance(formats, list) else ["m4b"]:
            book, findings = production.export(
                job.slug, str(format), on_progress=watch.report, should_stop=watch.should_stop
            )
            results.append(book.path)
            sentences = [finding.sentence for finding in findings]
        return " ".join(sentences), results

    def _freshen(self) -> None:
        """Master again a chapter that was complete before one of its lines was redone."""
        slug, chapter_id = self._stale.pop()
        try:
            if self._production.is_complete(slug, chapter_id):
                self._production.narrate(slug, [chapter_id], should_stop=self._leaving.is_set)
        except StudioError as error:
            log.warning("%s chapter %s could not be mastered again: %s", slug, chapter_id, error)

    @property
    def is_leaving(self) -> bool:
        return self._leaving.is_set()


class _Watch:
    """Between a job's work and its row: progress one way, the wish to stop the other, not more often than needed."""

    def __init__(self, worker: Worker, job: Job) -> None:
        self._worker, self._job = worker, job
        self._stop = False
        self._last = Progress("starting", 0, 0)
        self._noted = 0.0

    def report(self, progress: Progress) -> None:
        new_station = progress.station != self._last.station
        self._last = progress
        self._note(at_once=new_station)

    def should_stop(self) -> bool:
        self._note(at_once=False)
        return self._stop or self._worker.is_leaving

    def _note(self, at_once: bool) -> None:
        if at_once or time.monotonic() - self._noted > REPORT_EVERY_S:
            self._noted = time.monotonic()
            self._stop = self._worker._queue.report(self._job.id, self._last)


def start_log() -> None:
    """Log to standard error, which the studio writes into its own file: two processes cannot rotate one file."""
    logging.basicConfig(level=logging.INFO, stream=sys.stderr, format="%(levelname)s %(name)s: %(message)s")


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="engine.worker", description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--workspace", type=Path)
    settings = read_settings(parser.parse_args(arguments).workspace, port=DEFAULT_PORT)
    start_log()
    try:
        production = Production(settings)
    except StudioError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    worker = Worker(production)

    def leave_with_the_studio() -> None:
        with suppress(OSError):
            while os.read(sys.stdin.fileno(), 1024):
                pass
        worker.leave()

    threading.Thread(target=leave_with_the_studio, daemon=True).start()
    try:
        worker.run()
    except KeyboardInterrupt:
        worker.leave()
    finally:
        production.close()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
