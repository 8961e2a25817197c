"""The render queue: jobs that outlive the page that asked and the process that works them.

waiting -> running -> done | stopped | failed. When a worker dies its running job waits again: takes are kept by
content, so the next worker goes on where it stopped.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Row, insert, select, update

from engine.core_types import Progress
from engine.errors import NotFound
from engine.project import tables
from engine.project.database import Database
from engine.shelf_types import Job, JobKind, JobState

WORKER_SILENT_S = 6.0  # a worker that has not been heard of for this long is gone
LONG_KINDS = (JobKind.NARRATE, JobKind.EXPORT)
QUICK_KINDS = (JobKind.LINE, JobKind.SAMPLE)
OPEN_STATES = (JobState.WAITING, JobState.RUNNING)


class RenderQueue:
    """Asked by the page, worked by the worker; both only through the database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    # -- asking ------------------------------------------------------------------------------------------------

    def add(self, kind: JobKind, slug: str = "", details: dict[str, object] | None = None) -> Job:
        """Queue a job. A book has at most one open job of a long kind: asking again returns the one there is."""
        with self._database.write("queue the work") as connection:
            book_id = connection.scalar(select(tables.books.c.id).where(tables.books.c.slug == slug))
            if slug and book_id is None:
                raise NotFound(f"There is no project named “{slug}”.")
            if kind in LONG_KINDS:
                same = select(tables.jobs.c.id).where(
                    tables.jobs.c.book_id == book_id,
                    tables.jobs.c.kind == kind,
                    tables.jobs.c.state.in_(OPEN_STATES),
                    ~tables.jobs.c.stop_requested,
                )
                job_id = connection.scalar(same)
                if job_id is not None:
                    return self._read(connection.execute(_jobs().where(tables.jobs.c.id == job_id)).one())
            job_id = connection.execute(
                insert(tables.jobs)
                .values(
                    book_id=book_id,
                    kind=kind,
                    state=JobState.WAITING,
                    details=details or {},
                    station="waiting",
                    done=0.0,
                    total=0.0,
                    eta_seconds=None,
                    message="",
                    results=[],
                    stop_requested=False,
                    created_at=datetime.now(UTC).isoformat(),
                )
                .returning(tables.jobs.c.id)
            ).scalar_one()
            return self._read(connection.execute(_jobs().where(tables.jobs.c.id == job_id)).one())

    def job(self, job_id: int) -> Job:
        """Raises NotFound."""
        with self._database.read() as connection:
            row = connection.execute(_jobs().where(tables.jobs.c.id == job_id)).one_or_none()
        if row is None:
            raise NotFound("That work is no longer in the queue.")
        return self._read(row)

    def current(self, slug: str) -> Job | None:
        """The book's open narrate or export job, else the latest that is over."""
        jobs = tables.jobs
        query = _jobs().where(tables.books.c.slug == slug, jobs.c.kind.in_(LONG_KINDS))
        query = query.order_by(jobs.c.state.in_(OPEN_STATES).desc(), jobs.c.id.desc()).limit(1)
        with self._database.read() as connection:
            row = connection.execute(query).one_or_none()
        return self._read(row) if row else None

    def request_stop(self, job_id: int) -> None:
        """Stop a job: one that waits is over at once, one that runs ends at its next line."""
        jobs = tables.jobs
        with self._database.write("stop the work") as connection:
            connection.execute(update(jobs).where(jobs.c.id == job_id).values(stop_requested=True))
            waiting = (jobs.c.id == job_id) & (jobs.c.state == JobState.WAITING)
            connection.execute(update(jobs).where(waiting).values(state=JobState.STOPPED))

    def wait(self, job_id: int, timeout_s: float) -> Job:
        """Until the job is over, or the time is; returns it as it then is."""
        until = time.monotonic() + timeout_s
        while not (job := self.job(job_id)).state.over and time.monotonic() < until:
            time.sleep(0.03)
        return job

    # -- working -----------------------------------------------------------------------------------------------

    def beat(self, name: str) -> bool:
        """Say that worker ``name`` is alive; False when another worker holds the queue."""
        worker, now = tables.worker, time.time()
        with self._database.write("work the queue") as connection:
            row = connection.execute(select(worker)).one_or_none()
            if row and row.name != name and row.beat_at > now - WORKER_SILENT_S:
                return False
            connection.execute(worker.delete())
            connection.execute(insert(worker).values(id=1, name=name, beat_at=now))
        return True

    def leave(self, name: str) -> None:
        """Worker ``name`` goes; the next need not wait for its silence."""
        with self._database.write("leave the queue") as connection:
            connection.execute(tables.worker.delete().where(tables.worker.c.name == name))

    def has_worker(self) -> bool:
        with self._database.read() as connection:
            beat_at = connection.scalar(select(tables.worker.c.beat_at))
        return beat_at is not None and beat_at > time.time() - WORKER_SILENT_S

    def take_up_abandoned(self) -> None:
        """Jobs a dead worker left running wait again; quick ones nobody waits for any more are dropped."""
        jobs = tables.jobs
        running = jobs.c.state == JobState.RUNNING
        with self._database.write("take up the queue") as connection:
            connection.execute(jobs.delete().where(jobs.c.kind.in_(QUICK_KINDS)))
            connection.execute(update(jobs).where(running, jobs.c.stop_requested).values(state=JobState.STOPPED))
            connection.execute(update(jobs).where(running, ~jobs.c.stop_requested).values(state=JobState.WAITING))

    def claim(self, kinds: Sequence[JobKind]) -> Job | None:
        """The oldest waiting job of these kinds, now running; None when there is none."""
        jobs = tables.jobs
        waiting = _jobs().where(jobs.c.state == JobState.WAITING, jobs.c.kind.in_(kinds)).order_by(jobs.c.id).limit(1)
        with self._database.read() as connection:
            if connection.execute(waiting).one_or_none() is None:
                return None  # the usual answer, without taking the write lock
        with self._database.write("take up a job") as connection:
            row = connection.execute(waiting).one_or_none()
            if row is not None:
                connection.execute(update(jobs).where(jobs.c.id == row.id).values(state=JobState.RUNNING))
        return self._read(row) if row is not None else None

    def report(self, job_id: int, progress: Progress) -> bool:
        """Note how far a job is; returns True when it should stop."""
        jobs = tables.jobs
        with self._database.write("note the progress") as connection:
            connection.execute(
                update(jobs)
                .where(jobs.c.id == job_id)
                .values(
                    station=progress.station,
                    done=progress.done,
                    total=progress.total,
                    eta_seconds=progress.eta_seconds,
                    message=progress.message,
                )
            )
            return bool(connection.scalar(select(jobs.c.stop_requested).where(jobs.c.id == job_id)))

    def finish(self, job_id: int, state: JobState, message: str = "", results: Sequence[Path] = ()) -> None:
        with self._database.write("finish the job") as connection:
            connection.execute(
                update(tables.jobs)
                .where(tables.jobs.c.id == job_id)
                .values(state=state, message=message, results=[str(path) for path in results], eta_seconds=None)
            )

    @staticmethod
    def _read(row: Row[Any]) -> Job:
        return Job(
            id=row.id,
            slug=row.slug or "",
            kind=JobKind(row.kind),
            state=JobState(row.state),
            progress=Progress(row.station, row.done, row.total, row.eta_seconds, row.message),
            message=row.message,
            details=row.details,
            results=tuple(Path(result) for result in row.results),
        )


def _jobs() -> Any:
    return select(tables.jobs, tables.books.c.slug).select_from(tables.jobs.outerjoin(tables.books))
