"""The sample book shows every kind of text a narration meets, and is what its script makes."""

from __future__ import annotations

import importlib.util
import io
import zipfile
from pathlib import Path
from types import ModuleType

import pytest
from PIL import Image

from engine.core_types import Book, MarkKind, PauseKind, SegmentKind
from engine.manuscript.readers import read_book
from engine.manuscript.segments import segment_book

SAMPLE = Path(__file__).resolve().parents[2] / "assets" / "sample"


@pytest.fixture(scope="module")
def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("make_sample_book", SAMPLE / "make_sample_book.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def book() -> Book:
    (path,) = SAMPLE.glob("*.epub")
    return read_book(path)


def read_files(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_the_shipped_book_is_what_its_script_makes(script: ModuleType, tmp_path: Path) -> None:
    shipped, made = read_files(SAMPLE / script.FILE_NAME), read_files(script.write_book(tmp_path))
    shipped.pop("book/cover.png"), made.pop("book/cover.png")  # another Pillow may pack the same picture otherwise
    assert made == shipped
    assert next(iter(shipped)) == "mimetype"


def test_making_the_book_twice_gives_the_same_bytes(script: ModuleType, tmp_path: Path) -> None:
    first = script.write_book(tmp_path).read_bytes()
    assert script.write_book(tmp_path).read_bytes() == first


def test_it_is_read_as_four_chapters_with_its_own_details(book: Book) -> None:
    assert (book.title, book.author, book.language, book.year) == (
        "The Crow Who Kept the Time", "Voxfolio", "en-US", "2026",
    )  # fmt: skip
    read_aloud = [chapter for chapter in book.chapters if chapter.include]
    assert [chapter.title for chapter in read_aloud] == [
        "The Clock Stops", "Mr. Pim Calls the Hours", "The Fog", "Four Voices",
    ]  # fmt: skip
    assert len(book.chapters) == 7  # and a title page, the contents and a colophon, left out
    assert 700 <= sum(chapter.words for chapter in read_aloud) <= 900
    assert not book.findings


def test_its_cover_is_large_square_and_light(book: Book) -> None:
    assert book.cover is not None
    picture = Image.open(io.BytesIO(book.cover))
    assert picture.width == picture.height >= 1600
    assert len(book.cover) < 200_000


def test_it_has_every_kind_of_text_a_first_listener_should_hear(book: Book) -> None:
    kinds = {mark.kind for chapter in book.chapters if chapter.include for mark in chapter.marks}
    assert kinds >= {
        MarkKind.HEADING, MarkKind.PARAGRAPH, MarkKind.SCENE_BREAK, MarkKind.VERSE, MarkKind.BLOCK_QUOTE,
        MarkKind.EMPHASIS, MarkKind.NOTE, MarkKind.NOTE_MARK,
    }  # fmt: skip


def test_its_opening_minute_is_plain_words(book: Book) -> None:
    chapter = next(chapter for chapter in book.chapters if chapter.include)
    segments = segment_book([chapter], book.language)[0]
    assert segments[0].spoken_text == "The Clock Stops"
    assert segments[0].pause is PauseKind.HEADING
    opening = " ".join(segment.spoken_text for segment in segments)[:900]  # some 60 seconds
    assert not any(letter.isdigit() for letter in opening)
    assert opening.isascii() or set(opening) - set(map(chr, range(128))) <= set("“”’")


def test_its_footnote_is_not_said_and_its_verse_is_said_line_by_line(book: Book) -> None:
    segments = [segment for lines in segment_book(book.chapters, book.language) for segment in lines]
    assert not any(segment.spoken_text for segment in segments if segment.kind is SegmentKind.NOTE)
    assert any(segment.spoken_text == "The crow’s name was Mister Pim." for segment in segments)
    assert sum(segment.kind is SegmentKind.VERSE for segment in segments) == 4
