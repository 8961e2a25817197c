"""How long a book takes, from manuscript to M4B, against the engine alone.

    python benchmarks/narrate_book.py [BOOK] [--minutes 60]

The baseline is the same lines through the engine's own call in one plain loop, in the same run. Without BOOK a text of
about the wanted length is made from the sample book. Also measured: one line redone, and opening the project, since
both must stay quick in a long book. Targets: at most 1.4 times the baseline, at least 40 times real time; a redo under
2 s; opening under 1 s.
"""

from __future__ import annotations

import argparse
import itertools
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT)]

from benchmarks.machine import describe_machine  # noqa: E402
from engine.core_types import SpeechRequest  # noqa: E402
from engine.manuscript.readers import read_book  # noqa: E402
from engine.narration.synthesizer import load_synthesizer  # noqa: E402
from engine.narration.takes import speak_one  # noqa: E402
from engine.production import SAMPLE_BOOK, Production  # noqa: E402
from engine.settings import Settings  # noqa: E402
from engine.voices.presets import ShippedOnly, find_preset  # noqa: E402

CHARACTERS_A_MINUTE = 900


def write_book(path: Path, minutes: float) -> None:
    """A text of about that length: the sample book's paragraphs in turn, in chapters of a quarter of an hour."""
    sample = read_book(next(iter(SAMPLE_BOOK.glob("*.epub"))))
    texts = [chapter.text for chapter in sample.chapters if chapter.include]
    paragraphs = [paragraph for text in texts for paragraph in text.split("\n\n") if len(paragraph) > 60]
    text, length, chapter = [], 0, 0
    for number, paragraph in enumerate(itertools.cycle(paragraphs)):
        if length >= minutes * CHARACTERS_A_MINUTE:
            break
        if length >= chapter * 15 * CHARACTERS_A_MINUTE:
            chapter += 1
            text.append(f"\nCHAPTER {chapter}\n")
        text.append(f"{paragraph} Page {number + 1}.")  # no two paragraphs alike, so that no take serves twice
        length += len(text[-1])
    path.write_text("\n\n".join(text), encoding="utf-8")


def speak_alone(production: Production, slug: str) -> tuple[float, float]:
    """Seconds of wall time and of audio for the book's lines in one loop."""
    voice = find_preset(production.book(slug).voice)
    synthesizer = load_synthesizer(voice.engine, ShippedOnly())
    lines = [
        line.segment.said
        for chapter in production.chapters(slug)
        if chapter.include
        for line in production.line_desk.lines(slug, chapter.id)
    ]
    audio_s, started = 0.0, time.perf_counter()
    for line in lines:
        audio_s += speak_one(synthesizer, SpeechRequest(line, voice)).seconds
    return time.perf_counter() - started, audio_s


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("book", nargs="?", type=Path)
    parser.add_argument("--minutes", type=float, default=70)
    arguments = parser.parse_args()
    print(describe_machine())
    with tempfile.TemporaryDirectory() as folder:
        book = arguments.book or Path(folder) / "long.txt"
        if not arguments.book:
            write_book(book, arguments.minutes)
        production = Production(Settings(Path(folder) / "workspace"))
        load_synthesizer(find_preset(production.voices()[0].name).engine, ShippedOnly())
        started = time.perf_counter()
        slug = production.import_book(book).slug
        imported = time.perf_counter()
        made, _ = production.export(slug, "m4b", Path(folder) / "out.m4b")
        finished = time.perf_counter()
        alone_s, spoken_s = speak_alone(production, slug)
        whole_s = finished - started
        lines = sum(chapter.lines for chapter in production.chapters(slug))
        print(f"{lines} lines, {made.seconds / 60:.1f} min of audiobook, {spoken_s / 60:.1f} min spoken")
        print(f"manuscript to M4B: {whole_s:.1f} s (import {imported - started:.1f} s)")
        print(f"engine alone, one loop: {alone_s:.1f} s")
        print(f"ratio {whole_s / alone_s:.2f} (target at most 1.4)")
        print(f"{made.seconds / whole_s:.0f}x real time (target at least 40)")
        opened = time.perf_counter()
        chapter = [chapter for chapter in production.chapters(slug) if chapter.include][-1]
        line = production.line_desk.lines(slug, chapter.id, 0, 50)[0]
        redo = time.perf_counter()
        production.line_desk.redo_line(slug, line.segment.id)
        redone = time.perf_counter()
        print(f"opening the project: {redo - opened:.2f} s (target 1); redo a line: {redone - redo:.2f} s (target 2)")


if __name__ == "__main__":
    main()
