"""The worker process: does what the page asked for, dies without losing anything, leaves when the studio is gone."""

import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import pytest

from engine.shelf_types import JobState

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_S = 240


@contextmanager
def running_worker(production):
    command = [sys.executable, "-m", "engine.worker", "--workspace", str(production.settings.workspace)]
    process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stderr=subprocess.DEVNULL)
    try:
        yield process
    finally:
        process.stdin.close()
        try:
            process.wait(PATIENCE_S)
        except subprocess.TimeoutExpired:
            process.kill()
            raise


def wait_until(condition):
    until = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < until, "waited too long"
        time.sleep(0.02)


@pytest.fixture
def long_slug(production, tmp_path):
    lines = [f"The clock struck {n}, and the house went on sleeping as if it had not heard." for n in range(1, 250)]
    path = tmp_path / "long.txt"
    path.write_text("CHAPTER I\n\n" + "\n\n".join(lines), encoding="utf-8")
    return production.import_book(path).slug


def takes(production, slug):
    return {path.name: path.stat().st_mtime_ns for path in (production.settings.books / slug / "takes").glob("*.flac")}


def test_a_worker_narrates_and_exports_what_was_asked_for(production, slug):
    job = production.request_export(slug, ("m4b", "mp3"))
    with running_worker(production) as process:
        done = production.queue.wait(job.id, PATIENCE_S)
    assert done.state is JobState.DONE, done.message
    assert [path.suffix for path in done.results] == [".m4b", ""] and all(path.exists() for path in done.results)
    assert process.returncode == 0
    assert not production.queue.has_worker()


def test_a_killed_worker_loses_nothing_and_the_next_goes_on(production, long_slug):
    job = production.request_narration(long_slug)
    with running_worker(production) as process:
        wait_until(lambda: len(takes(production, long_slug)) > 20)
        process.kill()
    spoken = takes(production, long_slug)
    assert production.job(job.id).state is JobState.RUNNING
    with running_worker(production):
        assert production.queue.wait(job.id, PATIENCE_S).state is JobState.DONE
    assert spoken.items() <= takes(production, long_slug).items()


def test_a_worker_that_leaves_puts_its_job_back(production, long_slug):
    job = production.request_narration(long_slug)
    with running_worker(production):
        wait_until(lambda: takes(production, long_slug))
    assert production.job(job.id).state is JobState.WAITING


def test_a_person_stops_a_narration_and_goes_on(production, long_slug):
    job = production.request_narration(long_slug)
    with running_worker(production):
        wait_until(lambda: takes(production, long_slug))
        production.stop_job(job.id)
        assert production.queue.wait(job.id, PATIENCE_S).state is JobState.STOPPED
        spoken = takes(production, long_slug)
        again = production.request_narration(long_slug)
        assert production.queue.wait(again.id, PATIENCE_S).state is JobState.DONE
    assert spoken.items() <= takes(production, long_slug).items()


def test_a_line_is_said_while_a_book_is_being_narrated(production, long_slug):
    with running_worker(production):
        wait_until(production.queue.has_worker)
        job = production.request_narration(long_slug)
        wait_until(lambda: takes(production, long_slug))
        chapter = production.chapters(long_slug)[-1]
        last = production.line_desk.lines(long_slug, chapter.id)[-1]
        assert production.line_desk.redo_line(long_slug, last.segment.id).exists()
        assert not production.job(job.id).state.over
        production.stop_job(job.id)


def test_a_redone_line_is_in_the_mastered_chapter_without_asking(production, slug):
    with running_worker(production):
        production.queue.wait(production.request_narration(slug).id, PATIENCE_S)
        chapter = [chapter for chapter in production.chapters(slug) if chapter.include][-1]
        before = production.chapter_audio(slug, chapter.id)
        production.line_desk.redo_line(slug, production.line_desk.lines(slug, chapter.id)[0].segment.id)
        wait_until(lambda: production.chapter_audio(slug, chapter.id) not in (None, before))


def test_work_that_fails_says_why(production, slug):
    production.change_details(slug, language="fr")
    job = production.request_narration(slug)
    with running_worker(production):
        done = production.queue.wait(job.id, PATIENCE_S)
    assert done.state is JobState.FAILED and "fr" in done.message
