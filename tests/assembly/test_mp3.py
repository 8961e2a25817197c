"""Chapters as MP3: what a store measures and what a player shows."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import mutagen.mp3
import pytest
from mutagen.id3 import PictureType
from PIL import Image

from engine.assembly import audiobook
from engine.assembly.audiobook import DISCLOSURE, write_mp3
from engine.assembly.measuring import measure_file
from engine.core_types import AudiobookDetails, MasterTargets, PauseKind, Pauses, Take
from engine.errors import ExportError, Stopped

MakeTake = Callable[..., Take]
TARGETS = MasterTargets()
DETAILS = AudiobookDetails("The Book 😀", "Jané Döe", "Heart", "de", "1908", "A House")


def draw_cover() -> bytes:
    drawn = io.BytesIO()
    Image.new("RGB", (300, 300), "navy").save(drawn, "PNG")
    return drawn.getvalue()


def read_bit_rates(path: Path) -> set[int]:
    """The bit rate of every frame, in kb/s, walked by the frames' own headers."""
    content, rates = path.read_bytes(), set()
    size = content[6] << 21 | content[7] << 14 | content[8] << 7 | content[9]
    at = 10 + size
    while at + 4 <= len(content):
        assert content[at : at + 2] == b"\xff\xfb", "frames must follow each other without a gap"
        rate = (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)[content[at + 2] >> 4]
        rates.add(rate)
        at += 144 * rate * 1000 // 44_100 + (content[at + 2] >> 1 & 1)
    assert at == len(content)
    return rates


def test_an_mp3_is_constant_192_mono_44100_and_meets_the_targets(make_take: MakeTake, tmp_path: Path) -> None:
    lines = [(make_take(4.0, level_db=db), PauseKind.SENTENCE) for db in (-30.0, -24.0, -20.0)]
    audio = write_mp3(lines, Pauses(), TARGETS, tmp_path / "01.mp3", DETAILS, "Chapter One", 1, 12)
    info = mutagen.mp3.MP3(audio.path).info
    assert (info.sample_rate, info.channels, info.bitrate_mode) == (44_100, 1, mutagen.mp3.BitrateMode.CBR)
    assert read_bit_rates(audio.path) == {192}
    assert audio.measures == measure_file(audio.path)
    assert audio.measures.rms_db == pytest.approx(TARGETS.rms_db, abs=1.0)
    assert audio.measures.peak_db <= TARGETS.peak_db
    assert -90 < audio.measures.noise_floor_db <= TARGETS.noise_floor_db
    assert audio.measures.head_s == pytest.approx(1.0, abs=0.1)
    assert audio.measures.tail_s == pytest.approx(3.0, abs=0.15)
    assert len(audio.line_starts_s) == 3


def test_an_mp3_carries_its_tags_and_cover(make_take: MakeTake, tmp_path: Path) -> None:
    details = AudiobookDetails(**{**{f: getattr(DETAILS, f) for f in DETAILS.__slots__}, "cover": draw_cover()})
    lines = [(make_take(1.5), PauseKind.CHAPTER)]
    audio = write_mp3(lines, Pauses(), TARGETS, tmp_path / "03.mp3", details, "“Drei”\n😀", 3, 12)
    tags = mutagen.mp3.MP3(audio.path).tags
    assert tags is not None and tags.version == (2, 3, 0)
    shown = {name: str(tags[name]) for name in ("TIT2", "TALB", "TPE1", "TCOM", "TRCK", "TCON", "TDRC", "TLAN", "TPUB")}
    assert shown == {
        "TIT2": "“Drei” 😀", "TALB": "The Book 😀", "TPE1": "Jané Döe", "TCOM": "Heart", "TRCK": "3/12",
        "TCON": "Audiobook", "TDRC": "1908", "TLAN": "deu", "TPUB": "A House",
    }  # fmt: skip
    assert tags["COMM::eng"].text == [DISCLOSURE]
    assert (tags["APIC:"].type, tags["APIC:"].data) == (PictureType.COVER_FRONT, details.cover)


def test_a_failed_mp3_leaves_the_one_before(
    make_take: MakeTake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    destination, lines = tmp_path / "01.mp3", [(make_take(), PauseKind.CHAPTER)]
    destination.write_bytes(b"made before")
    with pytest.raises(Stopped):
        write_mp3(lines, Pauses(), TARGETS, destination, DETAILS, "One", 1, 1, should_stop=lambda: True)
    broken = AudiobookDetails("Book", cover=b"no picture")
    with pytest.raises(ExportError, match="cover"):
        write_mp3(lines, Pauses(), TARGETS, destination, broken, "One", 1, 1)

    def fail(*_: object) -> None:
        raise RuntimeError("a fault of our own")

    monkeypatch.setattr(audiobook, "encode_mp3", fail)
    with pytest.raises(RuntimeError):
        write_mp3(lines, Pauses(), TARGETS, destination, DETAILS, "One", 1, 1)
    assert destination.read_bytes() == b"made before"
    assert list(tmp_path.glob("*.partial")) == []
