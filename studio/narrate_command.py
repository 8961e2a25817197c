"""`voxfolio narrate`: a manuscript goes in, an audiobook comes out."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from engine.errors import NotFound
from engine.settings import Settings
from engine.voice_types import Use
from studio.progress_line import ProgressLine, describe_duration

if TYPE_CHECKING:
    from engine.core_types import Audiobook, Finding
    from engine.shelf_types import BookSummary, ChapterSummary

OTHER_SOUND_FILES = frozenset({".aac", ".aif", ".aiff", ".flac", ".m4a", ".mp3", ".mp4", ".ogg", ".opus", ".wav"})


def add_narrate_options(command: argparse.ArgumentParser) -> None:
    command.add_argument("book", metavar="BOOK", help="a manuscript (EPUB, DOCX, HTML, Markdown, TXT) or a project")
    command.add_argument(
        "-o",
        "--output",
        type=Path,
        metavar="OUT",
        help="a file ending in .m4b, or a folder for one MP3 a chapter (default: the project's own folder)",
    )
    command.add_argument("--voice", metavar="NAME", help="who narrates; `voices` lists them")
    command.add_argument("--language", metavar="TAG", help="the book's language where its file says it wrong: en, fr")
    command.add_argument("--engine", metavar="NAME", help="a voice of this engine; `voices` lists them")
    command.add_argument(
        "--chapters", type=read_chapter_numbers, metavar="1-3,5", help="only these (default: all that are read aloud)"
    )
    command.add_argument("--format", choices=("m4b", "mp3"), help="when it does not show in OUT")
    command.add_argument(
        "--publish",
        action="store_true",
        help="it will be published: refuse unless every voice's owner and every engine's licence allow that",
    )
    command.add_argument("--json", action="store_true", help="give the result as one JSON object")


def read_chapter_numbers(text: str) -> tuple[range, ...]:
    """ "1-3,5" as ranges of chapter numbers, counted from 1. Raises ArgumentTypeError."""
    ranges = []
    for part in text.split(","):
        first, dash, last = part.strip().partition("-")
        if not (first.isdecimal() and (last.isdecimal() if dash else True)):
            raise argparse.ArgumentTypeError(f"{text!r} is not a list of chapters such as 1-3,5")
        span = range(int(first), int(last or first) + 1)
        if not span or span.start < 1:
            raise argparse.ArgumentTypeError(f"{part.strip()!r} counts no chapters; they count from 1, as in 1-3,5")
        ranges.append(span)
    return tuple(ranges)


def check_output(options: argparse.Namespace) -> None:
    """Settle the format from --format and the name to write to. Ends with the usage when they do not go together."""
    suffix = options.output.suffix.lower() if options.output else ""
    if suffix == ".mp3":
        options.parser.error("MP3s are one file a chapter: give a folder after -o, not a name ending in .mp3")
    if suffix in OTHER_SOUND_FILES:
        options.parser.error(f"an audiobook is a file ending in .m4b or a folder of MP3s, not {suffix}")
    if re.fullmatch(r"\.[a-z][a-z0-9]{1,4}", suffix) and suffix != ".m4b" and not options.output.is_dir():
        options.parser.error(f"a folder of MP3s has no name ending in {suffix}; one file is a name ending in .m4b")
    if suffix == ".m4b" and options.format == "mp3":
        options.parser.error("MP3s are one file a chapter: give a folder after -o, not a name ending in .m4b")
    if options.output and suffix != ".m4b" and options.format == "m4b":
        options.parser.error("an M4B is one file: give a name ending in .m4b after -o")
    if options.format is None:
        options.format = "mp3" if options.output and suffix != ".m4b" else "m4b"


def narrate_book(options: argparse.Namespace, settings: Settings) -> None:
    from studio.cli import choose_voice, find_project, opened_production

    with opened_production(settings) as production, ProgressLine(sys.stderr) as show:
        voice = None
        if options.voice or options.engine:
            voice = choose_voice(production.voices(), options.voice, options.engine)
        path = Path(options.book)
        if path.is_file():
            book = production.find_or_import_book(path, show)
        elif path.is_dir():
            raise NotFound(f"{path} is a folder. Name a manuscript in it, or a project.")
        else:
            book = find_project(production, options.book)
        if voice and voice.name != book.voice:
            production.choose_voice(book.slug, voice.name)
        if options.language:
            production.change_details(book.slug, language=options.language)
        chosen = chapter_ids(production.chapters(book.slug), options.chapters) if options.chapters else None
        destination = options.output.absolute() if options.output else None
        use = Use.PUBLICATION if options.publish else Use.PRIVATE
        audiobook, findings = production.export(
            book.slug, options.format, destination, chapter_ids=chosen, on_progress=show, use=use
        )
    report_audiobook(options, book, audiobook, findings)


def report_audiobook(
    options: argparse.Namespace, book: BookSummary, audiobook: Audiobook, findings: Sequence[Finding]
) -> None:
    from studio.cli import complain, counted, describe_audiobook, print_json

    for finding in findings:
        complain(finding.sentence)
    path = options.output or audiobook.path
    if options.json:
        print_json({"project": book.slug, "title": book.title, **describe_audiobook(audiobook, path)})
    else:
        size = f"{describe_duration(audiobook.seconds)}, {audiobook.bytes / 1e6:.1f} MB"
        sys.stdout.write(f"{path}: {counted(len(audiobook.marks), 'chapter')}, {size}\n")


def chapter_ids(chapters: Sequence[ChapterSummary], ranges: Sequence[range]) -> list[int]:
    """The ids of the chapters with these numbers, counted among those read aloud. Raises NotFound."""
    count = max((chapter.number for chapter in chapters), default=0)
    for span in ranges:
        if span.stop - 1 > count:
            missing = max(span.start, count + 1)
            raise NotFound(f"There is no chapter {missing}: this book has chapters 1 to {count}.")
    return [chapter.id for chapter in chapters if any(chapter.number in span for span in ranges)]
