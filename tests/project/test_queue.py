"""The render queue outlives pages and workers."""

import pytest

from engine.core_types import Book, Chapter, Progress, Segment
from engine.errors import NotFound
from engine.project.book_store import BookStore
from engine.project.database import Database
from engine.project.queue import LONG_KINDS, QUICK_KINDS, RenderQueue
from engine.shelf_types import JobKind, JobState


@pytest.fixture
def queue(tmp_path):
    database = Database(tmp_path / "studio.db")
    source = tmp_path / "m.txt"
    source.write_text("Hello.", encoding="utf-8")
    chapters = (Chapter("c", "Hello."),)
    for title in ("one", "two"):
        lines = [[Segment(0, 6, "Hello.", "Hello.")]]
        BookStore(database, tmp_path / "books").add(Book(title, chapters), lines, source, "m.txt", "v", frozenset())
    return RenderQueue(database)


def test_jobs_are_claimed_once_and_in_order(queue):
    first, second = queue.add(JobKind.NARRATE, "one"), queue.add(JobKind.NARRATE, "two")
    assert [queue.claim(LONG_KINDS).id, queue.claim(LONG_KINDS).id] == [first.id, second.id]
    assert queue.claim(LONG_KINDS) is None


def test_asking_twice_to_narrate_a_book_is_asking_once(queue):
    assert queue.add(JobKind.NARRATE, "one").id == queue.add(JobKind.NARRATE, "one").id
    assert queue.add(JobKind.NARRATE, "two").id != queue.add(JobKind.NARRATE, "one").id


def test_a_single_line_does_not_wait_behind_a_book(queue):
    queue.add(JobKind.NARRATE, "one")
    line = queue.add(JobKind.LINE, "one", {"segment": 1, "redo": True})
    claimed = queue.claim(QUICK_KINDS)
    assert claimed.id == line.id and claimed.details == {"segment": 1, "redo": True} and claimed.slug == "one"


def test_a_waiting_job_stops_at_once_and_a_running_one_is_told_when_it_reports(queue):
    waiting = queue.add(JobKind.NARRATE, "one")
    queue.request_stop(waiting.id)
    assert queue.job(waiting.id).state is JobState.STOPPED
    queue.add(JobKind.NARRATE, "two")
    running = queue.claim(LONG_KINDS)
    assert queue.report(running.id, Progress("narrating", 1, 10, 5.0, "9 lines")) is False
    queue.request_stop(running.id)
    assert queue.job(running.id).state is JobState.RUNNING
    assert queue.report(running.id, Progress("narrating", 2, 10)) is True


def test_progress_is_seen_by_whoever_looks(queue):
    queue.add(JobKind.NARRATE, "one")
    job = queue.claim(LONG_KINDS)
    queue.report(job.id, Progress("narrating", 3, 12, 7.5, "go"))
    assert queue.current("one").progress == Progress("narrating", 3, 12, 7.5, "go")


def test_work_of_a_dead_worker_waits_again_unless_it_was_to_stop(queue):
    queue.add(JobKind.NARRATE, "one")
    queue.add(JobKind.NARRATE, "two")
    queue.add(JobKind.LINE, "one", {"segment": 1})
    first, second = queue.claim(LONG_KINDS), queue.claim(LONG_KINDS)
    queue.request_stop(second.id)
    queue.take_up_abandoned()
    assert queue.job(first.id).state is JobState.WAITING
    assert queue.job(second.id).state is JobState.STOPPED
    assert queue.claim(QUICK_KINDS) is None


def test_one_worker_holds_the_queue_until_it_leaves_or_falls_silent(queue, monkeypatch):
    assert queue.beat("a") and not queue.beat("b") and queue.has_worker()
    queue.leave("a")
    assert not queue.has_worker() and queue.beat("b")
    monkeypatch.setattr("engine.project.queue.WORKER_SILENT_S", -1.0)
    assert queue.beat("c")


def test_the_open_job_is_the_current_one_else_the_latest(queue):
    assert queue.current("one") is None
    queue.add(JobKind.NARRATE, "one")
    narrate = queue.claim(LONG_KINDS)
    export = queue.add(JobKind.EXPORT, "one", {"formats": ["m4b"]})
    queue.finish(export.id, JobState.FAILED, "why")
    assert queue.current("one").id == narrate.id
    queue.finish(narrate.id, JobState.DONE)
    assert (queue.current("one").id, queue.current("one").message) == (export.id, "why")


def test_asking_for_a_book_that_is_not_there_is_refused(queue):
    with pytest.raises(NotFound):
        queue.add(JobKind.NARRATE, "three")
    with pytest.raises(NotFound):
        queue.job(4711)
