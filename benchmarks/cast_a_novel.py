"""From a manuscript's file to a cast page that answers: import with its speakers, and what the page asks for.

    python -m benchmarks.cast_a_novel [BOOK]

Cold, as when a person opens the first book. Without BOOK a novel of 150,000 words is made of the sample book. Targets:
150,000 words in under 60 s on 2 cores and under 1.5 GB; a line settled well under a second.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks.import_book import write_book
from benchmarks.machine import describe_machine
from engine.production import Production
from engine.settings import Settings


def peak_memory_mb() -> float | None:
    """Of this process since it began; None on Windows, which counts otherwise."""
    if sys.platform == "win32":
        return None
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 1024**2 if sys.platform == "darwin" else peak / 1024


def measure(what: str, do: Callable[[], object]) -> None:
    started, worked = time.perf_counter(), time.process_time()
    do()
    print(f"{what:34} {time.perf_counter() - started:7.2f} s, {time.process_time() - worked:7.2f} s of CPU")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("book", type=Path, nargs="?")
    choice = parser.parse_args()
    print(describe_machine())
    with tempfile.TemporaryDirectory() as folder:
        path = choice.book or Path(folder) / "made.epub"
        if choice.book is None:
            write_book(path, 150_000)
        production = Production(Settings(Path(folder) / "workspace"))
        measure("import, speakers included", lambda: production.import_book(path))
        book, desk = production.books()[0], production.script_desk
        print(f"{book.title}: {book.words:,} words, {len(desk.roles(book.slug))} roles")
        measure("roles and strip", lambda: (desk.roles(book.slug), desk.strip(book.slug)))
        queue = desk.doubtful(book.slug, 0.1, 10)
        measure("the ten lines most in doubt", lambda: desk.doubtful(book.slug, 0.1, 10))
        measure("suggested voices", lambda: production.cast_desk.suggest(book.slug))
        for line in queue[:3]:
            who = (line.candidates or (line.segment.speaker,))[-1]
            measure("a line settled", lambda id_=line.segment.id, who=who: desk.settle(book.slug, id_, who))  # type: ignore[misc]
        memory = peak_memory_mb()
        print(f"peak memory {memory:,.0f} MB" if memory else "peak memory is not told on this system")
        production.close()


if __name__ == "__main__":
    main()
