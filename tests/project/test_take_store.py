"""Takes: a file first, then a row; nothing rendered is lost, nothing broken is used."""

import os

import numpy as np
import pytest

from engine.audio import read_clip
from engine.core_types import Audiobook, AudioMeasures, Book, Chapter, ChapterAudio, Clip, Segment
from engine.errors import AudioError, DiskFull
from engine.project.book_store import BookStore
from engine.project.database import Database
from engine.project.take_store import NewTake, TakeStore


def tone(seconds: float = 0.5) -> Clip:
    n = int(24_000 * seconds)
    samples = 0.3 * np.sin(np.arange(n) * 0.05)
    samples[: n // 4] = samples[-n // 4 :] = 0.0
    return Clip(samples.astype(np.float32), 24_000)


@pytest.fixture
def shelf(tmp_path):
    database = Database(tmp_path / "studio.db")
    books = BookStore(database, tmp_path / "books")
    source = tmp_path / "m.txt"
    source.write_text("Hello.", encoding="utf-8")
    slug = books.add(
        Book("T", (Chapter("c", "Hello."),)), [[Segment(0, 6, "Hello.", "Hello.")]], source, "m.txt", "v", frozenset()
    )
    return TakeStore(database, tmp_path / "books"), books, slug


def test_a_take_is_found_by_its_key_with_its_measures(shelf):
    takes, _, slug = shelf
    takes.keep(slug, [NewTake("a" * 64, tone(), seed=2)])
    take = takes.find(slug, ["a" * 64, "b" * 64])["a" * 64]
    assert take.seconds == pytest.approx(0.5) and take.seed == 2 and take.rate_hz == 24_000
    assert take.measures.speech_start_s == pytest.approx(0.12, abs=0.02)
    assert take.measures.speech_end_s == pytest.approx(0.38, abs=0.02)
    assert takes.keys(slug) == {"a" * 64}


def test_a_take_whose_file_was_deleted_is_not_found(shelf):
    takes, _, slug = shelf
    (take,) = takes.keep(slug, [NewTake("a" * 64, tone(), 0)])
    take.path.unlink()
    assert takes.find(slug, ["a" * 64]) == {} and takes.keys(slug) == set()


def test_keeping_a_take_twice_is_keeping_it_once(shelf):
    takes, _, slug = shelf
    for _ in range(2):
        takes.keep(slug, [NewTake("a" * 64, tone(), 0)])
    assert len(takes.find(slug, ["a" * 64])) == 1


def test_more_keys_than_one_query_holds_are_found(shelf):
    takes, _, slug = shelf
    takes.keep(slug, [NewTake(f"{n:064d}", tone(0.02), 0) for n in range(20)])
    assert len(takes.find(slug, [f"{n:064d}" for n in range(1200)])) == 20


def test_a_finished_file_without_a_row_is_adopted_and_a_half_one_removed(shelf):
    takes, _books, slug = shelf
    (take,) = takes.keep(slug, [NewTake("a" * 64, tone(), 0)])
    whole = take.path.with_name("b" * 64 + ".flac")
    whole.write_bytes(take.path.read_bytes())
    half = take.path.with_name("c" * 64 + ".flac.partial")
    half.write_bytes(b"fLaC")
    os.utime(half, (0, 0))
    being_written = take.path.with_name("e" * 64 + ".flac.1-1.partial")
    being_written.write_bytes(b"fLaC")
    broken = take.path.with_name("d" * 64 + ".flac")
    broken.write_bytes(b"")
    assert takes.adopt_orphans(slug) == 1
    assert set(takes.find(slug, ["a" * 64, "b" * 64, "d" * 64])) == {"a" * 64, "b" * 64}
    assert not half.exists() and not broken.exists() and being_written.exists()


def test_a_full_disk_keeps_what_was_there_and_says_so(shelf, monkeypatch):
    takes, _, slug = shelf
    takes.keep(slug, [NewTake("a" * 64, tone(), 0)])

    def refuse(_handle):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("engine.disk.os.fsync", refuse)
    with pytest.raises(DiskFull, match="full"):
        takes.keep(slug, [NewTake("b" * 64, tone(), 0)])
    monkeypatch.undo()
    assert takes.keys(slug) == {"a" * 64}


def test_a_mastered_chapter_is_replaced_by_the_next(shelf):
    takes, books, slug = shelf
    chapter_id = books.contents(slug)[0].id
    for name in ("one", "two"):
        path = books.folder(slug).chapters / f"{name}.m4a"
        path.write_bytes(b"x")
        audio = ChapterAudio(path, "c", AudioMeasures(1, -20, -4, -70, 1, 3), (1.0,))
        takes.keep_chapter(chapter_id, f"key-{name}", audio)
    assert takes.chapter_audio(slug) == {chapter_id: ("key-two", audio)}


def test_audio_of_a_chapter_merged_meanwhile_is_not_kept(shelf):
    takes, books, slug = shelf
    path = books.folder(slug).chapters / "x.m4a"
    path.write_bytes(b"x")
    takes.keep_chapter(777, "key", ChapterAudio(path, "c", AudioMeasures(1, -20, -4, -70, 1, 3), ()))
    assert takes.chapter_audio(slug) == {}


def test_exports_are_listed_while_their_files_exist(shelf, tmp_path):
    takes, _, slug = shelf
    path = tmp_path / "T.m4b"
    path.write_bytes(b"x")
    book = Audiobook(path, "m4b", 12.5, 1, (("c", 0.0, 12.5),))
    takes.keep_export(slug, book)
    takes.keep_export(slug, book)
    assert takes.exports(slug) == [book]
    path.unlink()
    assert takes.exports(slug) == []


def test_a_damaged_take_is_taken_away_and_the_work_tried_once_more(shelf):
    takes, _, slug = shelf
    (take,) = takes.keep(slug, [NewTake("a" * 64, tone(), 0)])
    take.path.write_bytes(b"junk")
    tries = []

    def make():
        tries.append(takes.keys(slug))
        if len(tries) == 1:
            raise AudioError("a take cannot be read")
        return "made"

    assert takes.mend(slug, make) == "made" and tries == [{"a" * 64}, set()]
    with pytest.raises(AudioError):
        takes.mend(slug, lambda: read_clip(take.path))
