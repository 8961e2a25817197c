"""Mastered chapters bound into one M4B, and chapters as MP3 files."""

from __future__ import annotations

import unicodedata
from array import array
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, BinaryIO

import mutagen
import mutagen.id3

from engine.assembly.cover import prepare_cover
from engine.assembly.encoding import encode_mp3
from engine.assembly.joining import Timeline
from engine.assembly.languages import name_language
from engine.assembly.mastering import Blocks, master_lines
from engine.assembly.mp4 import (
    AAC_FRAME,
    AacAudio,
    Mark,
    build_header,
    named_tag,
    number_tag,
    picture_tag,
    read_audio,
    text_tag,
)
from engine.core_types import (
    Audiobook,
    AudiobookDetails,
    ChapterAudio,
    MasterTargets,
    OnProgress,
    PauseKind,
    Pauses,
    Progress,
    ShouldStop,
    Take,
)
from engine.disk import write_beside
from engine.errors import ExportError, Stopped

DISCLOSURE = "Narrated by a digital voice"
GENRE = "Audiobook"
KIND_AUDIOBOOK = 2  # iTunes' number for the shelf it stands on
COPY_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class _Chapter:
    """A mastered chapter's file as its packets."""

    path: Path
    audio: AacAudio
    packets_at: int  # byte of the file at which they begin
    bytes: int


def bind_m4b(
    chapters: Sequence[ChapterAudio],
    details: AudiobookDetails,
    destination: Path,
    on_progress: OnProgress | None = None,
    should_stop: ShouldStop | None = None,
) -> Audiobook:
    """One M4B of all chapters, in the order given, with their titles as marks; nothing is decoded or encoded again.

    The last packet of a chapter and the first of the next meet in room tone, so the seam is not heard. A chapter's
    packets are its sound and one packet of priming, which in the book falls at the end of the chapter before.
    Raises ExportError (no chapters, a chapter's file missing, damaged or of another make, a broken cover), DiskFull,
    WorkspaceReadOnly, Stopped; ``destination`` then stays as it was.
    """
    if not chapters:
        raise ExportError("The audiobook has no chapters. Render at least one chapter, then export.")
    opened = [_open_chapter(chapter) for chapter in chapters]
    whole = AacAudio(opened[0].audio.config, opened[0].audio.rate_hz, array("I"))
    marks: list[Mark] = []
    for chapter, packets in zip(chapters, opened, strict=True):
        if (packets.audio.config, packets.audio.rate_hz) != (whole.config, whole.rate_hz):
            raise ExportError(
                f"“{chapter.title}” was mastered with other settings than the chapters before. "
                "Render that chapter again, then export."
            )
        start_s = len(whole.sizes) * AAC_FRAME / whole.rate_hz
        whole.sizes.extend(packets.audio.sizes)
        end_s = len(whole.sizes) * AAC_FRAME / whole.rate_hz
        marks.append(Mark(_flatten(chapter.title) or f"Chapter {len(marks) + 1}", start_s, end_s))
    marks[-1] = replace(marks[-1], end_s=whole.seconds)  # the priming of the first chapter is not heard
    header = build_header(whole, marks, _build_m4b_tags(details), name_language(details.language))
    size = len(header) + sum(packets.bytes for packets in opened)
    with write_beside(destination) as path, path.open("wb") as file:
        file.write(header)
        for number, packets in enumerate(opened):
            _tell(on_progress, number, len(opened))
            _copy_packets(packets, file, should_stop)
    _tell(on_progress, len(opened), len(opened))
    return Audiobook(
        destination, "m4b", whole.seconds, size, tuple((mark.title, mark.start_s, mark.end_s) for mark in marks)
    )


def write_mp3(
    lines: Sequence[tuple[Take | None, PauseKind]],
    pauses: Pauses,
    targets: MasterTargets,
    destination: Path,
    details: AudiobookDetails,
    title: str,
    number: int,
    of: int,
    should_stop: ShouldStop | None = None,
) -> ChapterAudio:
    """A chapter as MP3, mono, 192 kb/s constant, with its tags; joined and mastered from the takes like master_chapter.

    ``number`` of ``of`` is its place in the book. Raises as master_chapter does, and ExportError for a broken cover.
    """
    tags = _build_id3(details, title, number, of)

    def encode(blocks: Blocks, timeline: Timeline, path: Path) -> None:
        encode_mp3(blocks, timeline.rate_hz, path)
        try:
            tags.save(path, v2_version=3)  # the version that every car and shop reads
        except mutagen.MutagenError as error:
            raise next((cause for cause in error.args if isinstance(cause, OSError)), error) from error

    return master_lines(lines, pauses, targets, destination, title, encode, should_stop=should_stop)


def _open_chapter(chapter: ChapterAudio) -> _Chapter:
    try:
        with chapter.path.open("rb") as file:
            audio, packets_at = read_audio(file)
    except OSError as error:
        raise ExportError(
            f"The sound of “{chapter.title}” cannot be read. Render that chapter again, then export."
        ) from error
    return _Chapter(chapter.path, audio, packets_at, sum(audio.sizes))


def _copy_packets(chapter: _Chapter, file: BinaryIO, should_stop: ShouldStop | None) -> None:
    with chapter.path.open("rb") as source:
        source.seek(chapter.packets_at)
        left = chapter.bytes
        while left:
            if should_stop is not None and should_stop():
                raise Stopped("Stopped. The audiobook made before is as it was.")
            content = source.read(min(COPY_BYTES, left))
            if not content:
                raise ExportError(f"The chapter file {chapter.path.name} changed during the export. Export again.")
            file.write(content)
            left -= len(content)


def _build_m4b_tags(details: AudiobookDetails) -> list[bytes]:
    texts = {
        b"\xa9nam": _flatten(details.title),
        b"\xa9alb": _flatten(details.title),
        b"\xa9ART": _flatten(details.author),
        b"aART": _flatten(details.author),
        b"\xa9nrt": _flatten(details.narrator),
        b"\xa9wrt": _flatten(details.narrator),  # many players show the composer as the narrator
        b"\xa9day": _flatten(details.year),
        b"\xa9pub": _flatten(details.publisher),
        b"\xa9gen": GENRE,
        b"\xa9cmt": DISCLOSURE,
        b"desc": _flatten(details.description)[:255],  # the short one, shown in lists
        b"ldes": details.description.strip(),
    }
    tags = [text_tag(name, text) for name, text in texts.items() if text]
    tags += [number_tag(b"stik", KIND_AUDIOBOOK), named_tag("AI_GENERATED", "1")]
    if details.cover:
        tags.append(picture_tag(prepare_cover(details.cover)))
    return tags


def _build_id3(details: AudiobookDetails, title: str, number: int, of: int) -> Any:
    id3: Any = mutagen.id3  # mutagen has no types
    texts = {
        id3.TIT2: _flatten(title),
        id3.TALB: _flatten(details.title),
        id3.TPE1: _flatten(details.author),
        id3.TPE2: _flatten(details.author),
        id3.TCOM: _flatten(details.narrator),
        id3.TDRC: _flatten(details.year),
        id3.TPUB: _flatten(details.publisher),
        id3.TCON: GENRE,
        id3.TRCK: f"{number}/{of}",
        id3.TLAN: name_language(details.language),
    }
    tags = id3.ID3()
    for frame, text in texts.items():
        if text:
            tags.add(frame(encoding=id3.Encoding.UTF16, text=[text]))
    tags.add(id3.COMM(encoding=id3.Encoding.UTF16, lang="eng", desc="", text=[DISCLOSURE]))
    tags.add(id3.TXXX(encoding=id3.Encoding.UTF16, desc="AI_GENERATED", text=["1"]))
    if details.cover:
        cover = prepare_cover(details.cover)
        mime = "image/png" if cover.startswith(b"\x89PNG") else "image/jpeg"
        tags.add(
            id3.APIC(encoding=id3.Encoding.LATIN1, mime=mime, type=id3.PictureType.COVER_FRONT, desc="", data=cover)
        )
    tags.update_to_v23()
    return tags


def _flatten(text: str) -> str:
    """One line, without control characters or halves of characters, for a tag that players show in a row."""
    kept = "".join(letter for letter in text if letter.isspace() or unicodedata.category(letter) not in ("Cc", "Cs"))
    return " ".join(kept.split())


def _tell(on_progress: OnProgress | None, done: int, total: int) -> None:
    if on_progress is not None:
        on_progress(Progress("exporting", done, total))
