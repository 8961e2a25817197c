"""An M4B as players see it, read back by readers that are not ours: PyAV, mutagen, and ffprobe where there is one."""

from __future__ import annotations

import errno
import io
import json
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import av
import mutagen.mp4
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from engine.assembly import audiobook, encoding
from engine.assembly.audiobook import DISCLOSURE, bind_m4b
from engine.assembly.languages import name_language
from engine.assembly.mastering import master_chapter
from engine.audio import rms_db
from engine.core_types import AudiobookDetails, ChapterAudio, MasterTargets, PauseKind, Pauses, Progress, Take
from engine.errors import DiskFull, ExportError, Stopped

MakeTake = Callable[..., Take]
TARGETS = MasterTargets(head_s=0.5, tail_s=0.5)
DETAILS = AudiobookDetails(
    title="A “Quoted” 😀\nTitle",
    author="Jané Döe",
    narrator="Heart (digital voice)",
    language="en-GB",
    year="1908",
    publisher="A House",
    description="What it is about.\nAnd more.",
)


def draw_cover(kind: str = "JPEG", size: tuple[int, int] = (600, 600), mode: str = "RGB") -> bytes:
    drawn = io.BytesIO()
    Image.new(mode, size, 120 if mode in "LP" else "navy").save(drawn, kind)
    return drawn.getvalue()


@pytest.fixture
def make_chapter(make_take: MakeTake, tmp_path: Path) -> Callable[..., ChapterAudio]:
    made = 0

    def make(title: str = "One", pitch_hz: float = 130.0, seconds: float = 1.5) -> ChapterAudio:
        nonlocal made
        made += 1
        take = make_take(seconds, pitch_hz=pitch_hz)
        path = tmp_path / f"chapter{made}.m4a"
        return master_chapter([(take, PauseKind.CHAPTER)], Pauses(), TARGETS, path, title)

    return make


MakeChapter = Callable[..., ChapterAudio]


def test_chapters_titles_tags_and_cover_are_read_by_others(make_chapter: MakeChapter, tmp_path: Path) -> None:
    cover = draw_cover()
    chapters = [make_chapter(title) for title in ("Chapter “One”", "Zwei 😀\nund\x00 \ud800mehr", "")]
    book = bind_m4b(chapters, replace(DETAILS, cover=cover), tmp_path / "book.m4b")
    assert book.bytes == book.path.stat().st_size
    with av.open(str(book.path)) as opened:
        assert opened.duration == pytest.approx(book.seconds * 1e6, abs=2000)
        titles = [chapter["metadata"]["title"] for chapter in opened.chapters()]
        assert titles == ["Chapter “One”", "Zwei 😀 und mehr", "Chapter 3"]
        assert opened.streams.audio[0].language == "eng"
        assert opened.metadata["major_brand"] == "M4B "
        assert (opened.metadata["title"], opened.metadata["artist"]) == ("A “Quoted” 😀 Title", "Jané Döe")
        assert (opened.metadata["composer"], opened.metadata["genre"]) == ("Heart (digital voice)", "Audiobook")
        assert (opened.metadata["date"], opened.metadata["comment"]) == ("1908", DISCLOSURE)
        assert opened.streams.video[0].codec_context.width == 600
    tags = mutagen.mp4.MP4(book.path)
    assert [chapter.title for chapter in tags.chapters] == titles
    assert [chapter.start for chapter in tags.chapters] == pytest.approx([mark[1] for mark in book.marks], abs=0.001)
    assert bytes(tags["covr"][0]) == cover
    assert (tags["stik"], tags["\xa9nrt"], tags["aART"]) == ([2], ["Heart (digital voice)"], ["Jané Döe"])
    assert tags["ldes"] == ["What it is about.\nAnd more."]
    assert (tags["\xa9pub"], tags["----:com.apple.iTunes:AI_GENERATED"]) == (["A House"], [b"1"])


def test_a_book_that_says_little_of_itself_has_no_empty_tags(make_chapter: MakeChapter, tmp_path: Path) -> None:
    book = bind_m4b([make_chapter()], AudiobookDetails("Only a title", language="xx"), tmp_path / "book.m4b")
    tags = mutagen.mp4.MP4(book.path)
    assert "".join(sorted(tags))  # something is there
    assert not {"\xa9ART", "aART", "\xa9nrt", "\xa9wrt", "\xa9day", "\xa9pub", "desc", "ldes", "covr"} & set(tags)
    assert tags["\xa9cmt"] == [DISCLOSURE]
    with av.open(str(book.path)) as opened:
        assert opened.streams.audio[0].language in (None, "und")


def test_marks_stand_where_the_chapters_really_begin(
    make_chapter: MakeChapter, tmp_path: Path, decode: Callable[[Path], NDArray[np.float32]]
) -> None:
    """Each chapter is a voice of its own; where it is first heard, less the chapter's head, the mark must stand."""
    chapters = [make_chapter(f"{n}", pitch_hz=90.0 + 40 * n, seconds=1.0 + 0.37 * n) for n in range(5)]
    book = bind_m4b(chapters, DETAILS, tmp_path / "book.m4b")
    samples, rate_hz = decode(book.path), TARGETS.rate_hz
    assert len(samples) == pytest.approx(book.seconds * rate_hz, abs=2048)
    for chapter, (_, start_s, end_s) in zip(chapters, book.marks, strict=True):
        heard = samples[round(start_s * rate_hz) : round(end_s * rate_hz)]
        first = int(np.flatnonzero(np.abs(heard) > 0.01)[0]) / rate_hz
        alone = decode(chapter.path)
        assert first == pytest.approx(float(np.flatnonzero(np.abs(alone) > 0.01)[0]) / rate_hz, abs=0.005)
        common = min(len(heard), len(alone)) - 4096
        # Not a sample later or earlier than in its own file. A decoder makes some of the noise itself (a tool of AAC),
        # anew each time, so the two are not equal to the last bit.
        assert rms_db(heard[2048:common] - alone[2048:common]) < -70.0
    for (_, _, end_s), (_, start_s, _) in zip(book.marks, book.marks[1:], strict=False):
        assert end_s == start_s


def test_the_seam_between_two_chapters_is_not_heard(
    make_chapter: MakeChapter, tmp_path: Path, decode: Callable[[Path], NDArray[np.float32]]
) -> None:
    book = bind_m4b([make_chapter("One"), make_chapter("Two")], DETAILS, tmp_path / "book.m4b")
    at = int(book.marks[1][1] * TARGETS.rate_hz)
    seam = decode(book.path)[at - 4096 : at + 4096]
    assert np.abs(seam).max() < 10 ** (-50 / 20)
    assert np.count_nonzero(seam) > 0.9 * len(seam)


def test_a_book_of_300_chapters_and_25_hours_is_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encoding, "AAC_BITS_A_SECOND", 8_000)  # a small file; its times are what is looked at
    five_minutes = MasterTargets(tail_s=299.0)
    quiet = master_chapter([(None, PauseKind.CHAPTER)], Pauses(), five_minutes, tmp_path / "quiet.m4a", "")
    book = bind_m4b([replace(quiet, title=f"Part {n}") for n in range(1, 301)], DETAILS, tmp_path / "long.m4b")
    assert book.seconds > 25 * 3600
    with av.open(str(book.path)) as opened:
        chapters = opened.chapters()
        assert [chapter["metadata"]["title"] for chapter in chapters] == [f"Part {n}" for n in range(1, 301)]
        assert chapters[299]["start"] / 1000 == pytest.approx(299 * (book.seconds / 300), abs=0.1)
        stream = opened.streams.audio[0]
        opened.seek(round((book.seconds - 10) / stream.time_base), stream=stream)
        assert next(opened.decode(stream)).time == pytest.approx(book.seconds - 10, abs=2.0)
    if shutil.which("ffprobe"):
        command = ["ffprobe", "-v", "error", "-show_chapters", "-show_format", "-of", "json", str(book.path)]
        seen = json.loads(subprocess.run(command, capture_output=True, check=True, text=True).stdout)
        assert len(seen["chapters"]) == 300
        assert float(seen["format"]["duration"]) == pytest.approx(book.seconds, abs=0.01)


def test_a_failed_export_leaves_the_one_before(
    make_chapter: MakeChapter, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chapters, destination = [make_chapter("One"), make_chapter("Two")], tmp_path / "book.m4b"
    destination.write_bytes(b"made before")

    def fail(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(audiobook, "_copy_packets", fail)
        with pytest.raises(DiskFull, match=r"book\.m4b"):
            bind_m4b(chapters, DETAILS, destination)
    with pytest.raises(Stopped):
        bind_m4b(chapters, DETAILS, destination, should_stop=lambda: True)
    chapters[1].path.write_bytes(chapters[1].path.read_bytes()[:-100])
    with pytest.raises(ExportError, match=chapters[1].path.name):
        bind_m4b(chapters, DETAILS, destination)
    chapters[1].path.unlink()
    with pytest.raises(ExportError, match="Two"):
        bind_m4b(chapters, DETAILS, destination)
    assert destination.read_bytes() == b"made before"
    assert list(tmp_path.glob("*.partial")) == []


@pytest.mark.parametrize("content", [b"", b"\x00\x00\x00\x08moov", b"RIFF....WAVE" * 20, b"\x00\x00\x00\x01moov" * 9])
def test_a_chapter_file_of_another_kind_is_told(make_chapter: MakeChapter, tmp_path: Path, content: bytes) -> None:
    chapter = make_chapter()
    chapter.path.write_bytes(content)
    with pytest.raises(ExportError, match=chapter.path.name):
        bind_m4b([chapter], DETAILS, tmp_path / "book.m4b")


def test_chapters_of_two_makes_are_not_bound_together(make_take: MakeTake, tmp_path: Path) -> None:
    chapters = [
        master_chapter([(make_take(), PauseKind.CHAPTER)], Pauses(), MasterTargets(rate_hz=hz), tmp_path / f"{hz}", "A")
        for hz in (44_100, 22_050)
    ]  # fmt: skip
    with pytest.raises(ExportError, match="other settings"):
        bind_m4b(chapters, DETAILS, tmp_path / "book.m4b")


def test_a_book_without_chapters_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ExportError, match="no chapters"):
        bind_m4b([], DETAILS, tmp_path / "book.m4b")


def test_progress_is_told_to_the_end(make_chapter: MakeChapter, tmp_path: Path) -> None:
    told: list[Progress] = []
    bind_m4b([make_chapter("One"), make_chapter("Two")], DETAILS, tmp_path / "book.m4b", told.append)
    assert [(progress.done, progress.total) for progress in told] == [(0, 2), (1, 2), (2, 2)]


@pytest.mark.parametrize(
    ("cover", "kept"),
    [
        (draw_cover("JPEG"), True),
        (draw_cover("PNG"), True),
        (draw_cover("WEBP"), False),
        (draw_cover("BMP"), False),
        (draw_cover("GIF", mode="P"), False),
        (draw_cover("JPEG", mode="CMYK"), False),
        (draw_cover("PNG", size=(5000, 200)), False),
    ],
    ids=["jpeg", "png", "webp", "bmp", "gif", "cmyk", "huge"],
)
def test_a_cover_of_any_kind_becomes_one_that_players_show(
    make_chapter: MakeChapter, tmp_path: Path, cover: bytes, kept: bool
) -> None:
    book = bind_m4b([make_chapter()], replace(DETAILS, cover=cover), tmp_path / "book.m4b")
    bound = bytes(mutagen.mp4.MP4(book.path)["covr"][0])
    with Image.open(io.BytesIO(bound)) as image:
        assert image.format in ("JPEG", "PNG")
        assert max(image.size) <= 3000
    assert (bound == cover) == kept


@pytest.mark.parametrize(
    "cover", [b"no picture", draw_cover()[:400], draw_cover("PNG")[:60]], ids=["text", "cut", "png"]
)
def test_a_broken_cover_is_refused_with_a_sentence(make_chapter: MakeChapter, tmp_path: Path, cover: bytes) -> None:
    with pytest.raises(ExportError, match="cover"):
        bind_m4b([make_chapter()], replace(DETAILS, cover=cover), tmp_path / "book.m4b")


def test_a_language_has_its_three_letters() -> None:
    tags = ["en", "en-GB", "EN_us", "de", "fr-CA", "zh-Hant", "grc", "", "x-klingon", "english"]
    assert [name_language(tag) for tag in tags] == (
        ["eng", "eng", "eng", "deu", "fra", "zho", "grc", "und", "und", "und"]
    )  # fmt: skip
