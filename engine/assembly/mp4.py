"""The MP4 boxes around AAC packets: a chapter's .m4a, an audiobook's .m4b, and the way from one to the other.

PyAV encodes and decodes; the boxes are written here because a general muxer keeps some 80 bytes for each packet, 12 MB
for every hour of a book, walks through every packet again to bind chapters, and knows neither a narrator's tag nor (in
this kind of file) a cover. Here a packet is four bytes, its size, and binding a book copies bytes.

ISO/IEC 14496-12 and -14 describe the boxes, the QuickTime File Format the chapter track; the list of tags follows
iTunes. Integers are big-endian. A header is all that stands before the first packet, so a player can begin
before it has the rest.
"""

from __future__ import annotations

import struct
import sys
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np

from engine.errors import ExportError

AAC_FRAME = 1024  # samples that one packet decodes to
PRIMING = 1024  # samples that come out of the decoder before the first one that went into the encoder
MOVIE_HZ = 1000  # the film's own clock; chapter marks are given in it
PACKETS_A_CHUNK = 64  # 1.5 s: what a player finds its way by
MOST_NERO_MARKS = 255  # their number is one byte
MATRIX = struct.pack(">9I", 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)  # no turn, no scaling
LONGEST_SIGNED = 2**31 - 1  # above it 64-bit fields are used: some players read 32 bits as signed


@dataclass(frozen=True, slots=True)
class AacAudio:
    """One mono AAC track as its packets stand one after another in a file."""

    config: bytes  # AudioSpecificConfig: profile, rate, channels
    rate_hz: int
    sizes: array[int]  # bytes of each packet, typecode "I"

    @property
    def seconds(self) -> float:
        """Of what is heard: the priming is cut by the edit list."""
        return max(0, len(self.sizes) * AAC_FRAME - PRIMING) / self.rate_hz


@dataclass(frozen=True, slots=True)
class Mark:
    """A chapter in an audiobook."""

    title: str
    start_s: float
    end_s: float


def build_header(audio: AacAudio, marks: Sequence[Mark], tags: Sequence[bytes], language: str = "und") -> bytes:
    """All that stands before the first packet: file type, movie, and the media box's beginning with the marks' titles.

    ``tags`` come from text_tag and its like; ``language`` is ISO 639-2. Marks follow each other without a gap. The
    length depends on the number of packets, the marks and the tags, and not on the packets' sizes (below 4 GB).
    """
    titles = [_build_title_sample(mark.title) for mark in marks]
    sound_bytes = sum(audio.sizes)
    media_bytes = sum(map(len, titles)) + sound_bytes
    kind = _box(b"ftyp", b"M4B " if marks else b"M4A ", struct.pack(">I", 512), b"M4B M4A isomiso2")

    def build(media_at: int, wide: bool) -> bytes:
        sound = _build_sound_track(audio, media_at + media_bytes - sound_bytes, wide, language, bool(marks))
        chapters = _build_chapter_track(marks, titles, media_at, wide, language) if marks else b""
        seconds = max(audio.seconds, marks[-1].end_s if marks else 0.0)
        return _box(b"moov", _build_movie_header(seconds), sound, chapters, _build_user_data(marks, tags))

    wide = media_bytes + len(build(0, True)) + 1024 > 2**32 - 1
    start = len(kind) + len(build(0, wide)) + (16 if wide else 8)
    if wide:
        media = struct.pack(">I4sQ", 1, b"mdat", media_bytes + 16)
    else:
        media = struct.pack(">I4s", media_bytes + 8, b"mdat")
    return b"".join([kind, build(start, wide), media, *titles])


def read_audio(file: BinaryIO) -> tuple[AacAudio, int]:
    """The track of a chapter made by encode_m4a, and where in the file its packets begin.

    Raises ExportError for anything else, cut short or changed by another program.
    """
    name = Path(file.name).name
    try:
        file.seek(0, 2)
        whole = dict(_list_boxes(file, 0, file.tell()))
        movie = _read_box(file, whole[b"moov"])
        track = _find(movie, b"trak", b"mdia")
        table = _find(track, b"minf", b"stbl")
        description = _find(table, b"stsd")[8 + 36 :]  # behind the entry's own fields comes its esds box
        config = description[8:].split(b"\x05\x80\x80\x80", 1)[1]
        count = struct.unpack_from(">I", _find(table, b"stsz"), 8)[0]
        sizes = array("I", _find(table, b"stsz")[12 : 12 + 4 * count])
        if sys.byteorder == "little":
            sizes.byteswap()
        media = _find(track, b"mdhd")
        rate_hz = struct.unpack_from(">I", media, 20 if media[0] else 12)[0]
        audio = AacAudio(config[1 : 1 + config[0]], rate_hz, sizes)
        start, end = whole[b"mdat"]
        if len(sizes) != count or start + sum(sizes) != end:
            raise ValueError("the packets do not fill the media box")
    except (KeyError, IndexError, ValueError, struct.error) as error:
        raise ExportError(f"The chapter {name} is damaged. Render that chapter again, then export.") from error
    return audio, start


def text_tag(name: bytes, text: str) -> bytes:
    """A tag of words; ``name`` is its four bytes, as in b"\\xa9nam" for the title."""
    return _box(name, _box(b"data", struct.pack(">II", 1, 0), text.encode("utf-8", "replace")))


def number_tag(name: bytes, number: int) -> bytes:
    """A tag of one byte, as in b"stik"."""
    return _box(name, _box(b"data", struct.pack(">IIB", 21, 0, number)))


def picture_tag(picture: bytes) -> bytes:
    """The cover, JPEG or PNG."""
    return _box(b"covr", _box(b"data", struct.pack(">II", 14 if picture.startswith(b"\x89PNG") else 13, 0), picture))


def named_tag(name: str, text: str) -> bytes:
    """A tag without four bytes of its own, in the way iTunes began and others read."""
    mean = _full_box(b"mean", 0, 0, b"com.apple.iTunes")
    value = _box(b"data", struct.pack(">II", 1, 0), text.encode("utf-8"))
    return _box(b"----", mean, _full_box(b"name", 0, 0, name.encode("utf-8")), value)


# --- the movie ------------------------------------------------------------------------------------------------------


def _build_movie_header(seconds: float) -> bytes:
    version, times = _pack_times(MOVIE_HZ, round(seconds * MOVIE_HZ))
    rate_and_volume = struct.pack(">IHHII", 0x10000, 0x100, 0, 0, 0)
    return _full_box(b"mvhd", version, 0, times, rate_and_volume, MATRIX, bytes(24), struct.pack(">I", 3))


def _build_sound_track(audio: AacAudio, media_at: int, wide: bool, language: str, has_chapters: bool) -> bytes:
    movie_length = round(audio.seconds * MOVIE_HZ)
    chunk_starts = np.concatenate([[0], np.cumsum(np.asarray(audio.sizes, np.uint64))])[:-1:PACKETS_A_CHUNK]
    table = _box(
        b"stbl",
        _full_box(b"stsd", 0, 0, struct.pack(">I", 1), _build_sound_entry(audio)),
        _full_box(b"stts", 0, 0, struct.pack(">III", 1, len(audio.sizes), AAC_FRAME)),
        _build_chunk_table(len(audio.sizes)),
        _full_box(b"stsz", 0, 0, struct.pack(">II", 0, len(audio.sizes)), np.asarray(audio.sizes, ">u4").tobytes()),
        _build_offsets(chunk_starts + media_at, wide),
        # each packet wants the one before it decoded first
        _full_box(b"sgpd", 1, 0, b"roll", struct.pack(">IIh", 2, 1, -1)),
        _full_box(b"sbgp", 0, 0, b"roll", struct.pack(">III", 1, len(audio.sizes), 1)),
    )
    return _box(
        b"trak",
        _build_track_header(1, 3, movie_length, 0x100, 1),
        _build_edit(movie_length, PRIMING),
        _box(b"tref", _box(b"chap", struct.pack(">I", 2))) if has_chapters else b"",
        _box(
            b"mdia",
            _build_media_header(audio.rate_hz, len(audio.sizes) * AAC_FRAME, language),
            _build_handler(b"soun", b"SoundHandler"),
            _box(b"minf", _full_box(b"smhd", 0, 0, bytes(4)), _DATA_HERE, table),
        ),
    )


def _build_chapter_track(
    marks: Sequence[Mark], titles: Sequence[bytes], media_at: int, wide: bool, language: str
) -> bytes:
    """QuickTime's way of chapters: a track of text, switched off, that the sound track points to."""
    bounds = [round(mark.start_s * MOVIE_HZ) for mark in marks] + [round(marks[-1].end_s * MOVIE_HZ)]
    entry = bytes(6) + struct.pack(">HII", 1, 1, 0) + bytes(6 + 8 + 8 + 2 + 2 + 3 + 6 + 1)
    table = _box(
        b"stbl",
        _full_box(b"stsd", 0, 0, struct.pack(">I", 1), _box(b"text", entry)),
        _full_box(
            b"stts", 0, 0, struct.pack(">I", len(marks)), *(struct.pack(">II", 1, n) for n in np.diff(bounds).tolist())
        ),
        _full_box(b"stsc", 0, 0, struct.pack(">IIII", 1, 1, len(marks), 1)),
        _full_box(b"stsz", 0, 0, struct.pack(f">II{len(titles)}I", 0, len(titles), *map(len, titles))),
        _build_offsets(np.array([media_at], np.uint64), wide),
    )
    look = _box(
        b"gmhd", _full_box(b"gmin", 0, 0, struct.pack(">4HI", 0x40, 0x8000, 0x8000, 0x8000, 0)), _box(b"text", MATRIX)
    )
    return _box(
        b"trak",
        _build_track_header(2, 2, bounds[-1], 0, 0),
        _build_edit(bounds[-1], 0),
        _box(
            b"mdia",
            _build_media_header(MOVIE_HZ, bounds[-1], language),
            _build_handler(b"text", b"SubtitleHandler"),
            _box(b"minf", look, _DATA_HERE, table),
        ),
    )


def _build_user_data(marks: Sequence[Mark], tags: Sequence[bytes]) -> bytes:
    """The tags, and the marks a second time as Nero's players read them.

    Nero's list ends at 255. For longer books it is left out: a player that knows both would show the shorter one.
    """
    nero = b""
    if 0 < len(marks) <= MOST_NERO_MARKS:
        entries = []
        for mark in marks:
            title = _cut_text(mark.title, 255)
            entries.append(struct.pack(">QB", round(mark.start_s * 10_000_000), len(title)) + title)
        nero = _full_box(b"chpl", 1, 0, struct.pack(">IB", 0, len(entries)), *entries)
    handler = _full_box(b"hdlr", 0, 0, bytes(4), b"mdirappl", bytes(9))
    return _box(b"udta", _full_box(b"meta", 0, 0, handler, _box(b"ilst", *tags)), nero)


# --- pieces ---------------------------------------------------------------------------------------------------------


def _build_sound_entry(audio: AacAudio) -> bytes:
    bits_a_second = round(sum(audio.sizes) * 8 / max(audio.seconds, 0.001))
    config = _descriptor(5, audio.config)
    decoder = _descriptor(4, struct.pack(">BBBHII", 0x40, 0x15, 0, 0, bits_a_second, bits_a_second), config)
    stream = _descriptor(3, struct.pack(">HB", 0, 0), decoder, _descriptor(6, b"\x02"))
    fields = bytes(6) + struct.pack(">H8xHHIHH", 1, 1, 16, 0, audio.rate_hz if audio.rate_hz < 65536 else 0, 0)
    return _box(b"mp4a", fields, _full_box(b"esds", 0, 0, stream))


def _build_chunk_table(packets: int) -> bytes:
    full, rest = divmod(packets, PACKETS_A_CHUNK)
    runs = [(1, PACKETS_A_CHUNK, 1)] if full else []
    if rest:
        runs.append((full + 1, rest, 1))
    return _full_box(b"stsc", 0, 0, struct.pack(">I", len(runs)), *(struct.pack(">III", *run) for run in runs))


def _build_offsets(offsets: np.ndarray, wide: bool) -> bytes:
    values = offsets.astype(">u8" if wide else ">u4").tobytes()
    return _full_box(b"co64" if wide else b"stco", 0, 0, struct.pack(">I", len(offsets)), values)


def _build_track_header(track: int, flags: int, length: int, volume: int, group: int) -> bytes:
    version = 1 if length > LONGEST_SIGNED else 0
    times = struct.pack(">QQIIQ" if version else ">IIIII", 0, 0, track, 0, length)
    return _full_box(b"tkhd", version, flags, times, struct.pack(">8xhhHH", 0, group, volume, 0), MATRIX, bytes(8))


def _build_edit(length: int, skipped: int) -> bytes:
    version = 1 if length > LONGEST_SIGNED else 0
    return _box(
        b"edts",
        _full_box(b"elst", version, 0, struct.pack(">IQqI" if version else ">IIiI", 1, length, skipped, 0x10000)),
    )


def _build_media_header(rate_hz: int, length: int, language: str) -> bytes:
    version, times = _pack_times(rate_hz, length)
    letters = [ord(letter) - 0x60 for letter in language]
    return _full_box(b"mdhd", version, 0, times, struct.pack(">HH", letters[0] << 10 | letters[1] << 5 | letters[2], 0))


def _build_handler(kind: bytes, name: bytes) -> bytes:
    return _full_box(b"hdlr", 0, 0, bytes(4), kind, bytes(12), name, b"\0")


def _build_title_sample(title: str) -> bytes:
    text = _cut_text(title, 1000)
    return struct.pack(">H", len(text)) + text + struct.pack(">I4sI", 12, b"encd", 0x100)  # encd: it is UTF-8


def _cut_text(text: str, longest: int) -> bytes:
    """At most ``longest`` bytes of UTF-8, ended between two characters."""
    return text.encode("utf-8", "replace")[:longest].decode("utf-8", "ignore").encode("utf-8")


def _pack_times(rate_hz: int, length: int) -> tuple[int, bytes]:
    """Version, and the fields made, changed, clock, length. Made and changed stay 0: equal books are equal files."""
    version = 1 if length > LONGEST_SIGNED else 0
    return version, struct.pack(">QQIQ" if version else ">IIII", 0, 0, rate_hz, length)


def _descriptor(tag: int, *parts: bytes) -> bytes:
    content = b"".join(parts)
    return struct.pack(">B3sB", tag, b"\x80\x80\x80", len(content)) + content


def _box(kind: bytes, *parts: bytes) -> bytes:
    content = b"".join(parts)
    return struct.pack(">I4s", len(content) + 8, kind) + content


def _full_box(kind: bytes, version: int, flags: int, *parts: bytes) -> bytes:
    return _box(kind, struct.pack(">I", version << 24 | flags), *parts)


_DATA_HERE = _box(b"dinf", _full_box(b"dref", 0, 0, struct.pack(">I", 1), _full_box(b"url ", 0, 1)))


# --- reading --------------------------------------------------------------------------------------------------------


def _list_boxes(file: BinaryIO, start: int, end: int) -> Iterator[tuple[bytes, tuple[int, int]]]:
    """The file's outermost boxes: kind, and where the content starts and ends."""
    while start < end:
        file.seek(start)
        size, kind = struct.unpack(">I4s", file.read(8))
        content = start + 8
        if size == 1:
            size, content = struct.unpack(">Q", file.read(8))[0], start + 16
        if size < content - start or start + size > end:
            raise ValueError("a box reaches past the end of the file")
        yield kind, (content, start + size)
        start += size


def _read_box(file: BinaryIO, span: tuple[int, int]) -> bytes:
    file.seek(span[0])
    return file.read(span[1] - span[0])


def _find(content: bytes, *path: bytes) -> bytes:
    """The content of the first box of that path inside a box's content."""
    for kind in path:
        at = 0
        while content[at + 4 : at + 8] != kind:
            size = struct.unpack_from(">I", content, at)[0]
            if size < 8:
                raise ValueError("a box without a length")
            at += size
        content = content[at + 8 : at + struct.unpack_from(">I", content, at)[0]]
    return content
