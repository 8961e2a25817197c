"""How long a manuscript takes from its file to checked lines, and what share of that is spaCy.

    python benchmarks/import_book.py [BOOK] [--words 150000]

Everything is cold: loading spaCy and its model is counted, as it is when a person opens the first book. Without BOOK an
EPUB of that many words is made from the sample book. Target: 150,000 words in under 25 s on 2 cores.
"""

from __future__ import annotations

import argparse
import itertools
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable
from html import escape
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT)]

from assets.sample.make_sample_book import CONTAINER, make_package, make_page  # noqa: E402
from benchmarks.machine import describe_machine  # noqa: E402
from engine.core_types import BLOCK_KINDS, MarkKind  # noqa: E402
from engine.manuscript import sentences  # noqa: E402
from engine.manuscript.readers import read_book  # noqa: E402
from engine.manuscript.segments import segment_book  # noqa: E402
from engine.production import SAMPLE_BOOK  # noqa: E402

CHAPTER_WORDS = 4_000


def write_book(path: Path, words: int) -> None:
    """An EPUB of about that many words: the sample book's paragraphs in turn, no two alike, in chapters of 4,000."""
    sample = read_book(next(iter(SAMPLE_BOOK.glob("*.epub"))))
    paragraphs = [
        chapter.text[mark.start : mark.end]
        for chapter in sample.chapters
        if chapter.include
        for mark in chapter.marks
        if mark.kind in BLOCK_KINDS - {MarkKind.HEADING, MarkKind.NOTE, MarkKind.SCENE_BREAK}
    ]
    chapters: list[list[str]] = [[]]
    written = 0
    for number, paragraph in enumerate(itertools.cycle(paragraphs), 1):
        if written >= words:
            break
        if written >= CHAPTER_WORDS * len(chapters):
            chapters.append([])
        text = f"{paragraph} “What day is it?” “Day {number}!” Tom said."
        chapters[-1].append(f"<p>{escape(text)}</p>")
        written += len(text.split())
    pages = {f"chapter-{number}.xhtml": lines for number, lines in enumerate(chapters, 1)}
    entries = "".join(f'<li><a href="{name}">Chapter {number}</a></li>' for number, name in enumerate(pages, 1))
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/epub+zip", zipfile.ZIP_STORED)
        archive.writestr("META-INF/container.xml", CONTAINER)
        archive.writestr("book/package.opf", make_package(["contents.xhtml", *pages]))
        archive.writestr("book/contents.xhtml", make_page("Contents", f'<nav epub:type="toc"><ol>{entries}</ol></nav>'))
        for number, (name, lines) in enumerate(pages.items(), 1):
            body = f"<h1>Chapter {number}</h1>" + "\n".join(lines)
            archive.writestr(f"book/{name}", make_page(f"Chapter {number}", body))


def add_up_seconds(function: Callable[..., object], spent: list[float]) -> Callable[..., object]:
    """The function, adding the seconds of each call to ``spent[0]``."""

    def timed(*arguments: object) -> object:
        started = time.perf_counter()
        try:
            return function(*arguments)
        finally:
            spent[0] += time.perf_counter() - started

    return timed


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("book", type=Path, nargs="?")
    parser.add_argument("--words", type=int, default=150_000)
    choice = parser.parse_args()
    print(describe_machine())
    with tempfile.TemporaryDirectory() as folder:
        path = choice.book or Path(folder) / "made.epub"
        if choice.book is None:
            write_book(path, choice.words)
        spacy_s = [0.0]
        sentences.__dict__["ask_model"] = add_up_seconds(sentences.ask_model, spacy_s)  # includes loading the model
        started = time.perf_counter()
        book = read_book(path)
        reading_s = time.perf_counter() - started
        lines = sum(len(segments) for segments in segment_book(book.chapters, book.language))
        total_s = time.perf_counter() - started
    words = sum(chapter.words for chapter in book.chapters)
    print(f"{path.name}: {words:,} words, {len(book.chapters)} chapters, {lines:,} lines, language {book.language}")
    print(f"reading {reading_s:.1f} s ({reading_s / total_s:.0%}), segmenting {total_s - reading_s:.1f} s")
    print(f"spaCy {spacy_s[0]:.1f} s ({spacy_s[0] / total_s:.0%}), loading it included")
    print(f"total {total_s:.1f} s, {words / total_s:,.0f} words a second; 150,000 words would take "
          f"{total_s * 150_000 / max(1, words):.1f} s (target: under 25 s)")  # fmt: skip


if __name__ == "__main__":
    main()
