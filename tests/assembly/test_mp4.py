"""Headers of books too large to be made in a test: past 4 GB and past what 32 bits count."""

from __future__ import annotations

from array import array
from pathlib import Path

import av
import pytest

from engine.assembly.mp4 import AacAudio, Mark, build_header, read_audio

CONFIG = bytes.fromhex("1208")  # AAC-LC, 44.1 kHz, one channel


def test_a_book_past_4_gigabytes_and_32_bit_times_opens(tmp_path: Path) -> None:
    """The file is sparse: a true header, and a hole where the sound would be."""
    audio = AacAudio(CONFIG, 44_100, array("I", [1000] * 4_500_000))  # 29 hours of 345 kb/s
    marks = [Mark("First", 0.0, 50_000.0), Mark("Last", 50_000.0, audio.seconds)]
    for name, header in (("book", build_header(audio, marks, [], "eng")), ("chapter", build_header(audio, [], []))):
        with (tmp_path / name).open("wb") as file:
            file.write(header)
            file.truncate(len(header) + 4_500_000_000)
    with (tmp_path / "chapter").open("rb") as file:
        read, start = read_audio(file)
    assert (read.config, read.rate_hz, len(read.sizes)) == (CONFIG, 44_100, 4_500_000)
    assert start + 4_500_000_000 == (tmp_path / "chapter").stat().st_size
    with av.open(str(tmp_path / "book")) as opened:
        assert opened.duration == pytest.approx(audio.seconds * 1e6, abs=2000)
        assert opened.streams.audio[0].frames == 4_500_000
        assert [chapter["start"] for chapter in opened.chapters()] == [0, 50_000_000]


@pytest.mark.parametrize("packets", [1, 63, 64, 65, 1000])
def test_every_packet_comes_back_in_its_place(tmp_path: Path, packets: int) -> None:
    payload = [bytes([n % 251]) * (1 + n % 7) for n in range(packets)]
    audio = AacAudio(CONFIG, 44_100, array("I", map(len, payload)))
    for marks in ([], [Mark(f"Chapter {n}", n * 0.01, n * 0.01 + 0.01) for n in range(300)]):
        path = tmp_path / f"{len(marks)}.m4b"
        path.write_bytes(build_header(audio, marks, []) + b"".join(payload))
        with av.open(str(path)) as opened:
            demuxed = [bytes(packet) for packet in opened.demux(opened.streams.audio[0]) if packet.size]
            assert len(opened.chapters()) == len(marks)
        assert demuxed == payload


def test_a_header_is_as_long_for_sizes_not_known_yet() -> None:
    known, unknown = (AacAudio(CONFIG, 44_100, array("I", [size] * 5000)) for size in (321, 0))
    assert len(build_header(known, [], [])) == len(build_header(unknown, [], []))
