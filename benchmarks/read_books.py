"""How long reading manuscripts takes: ``python -m benchmarks.read_books FILE...`` prints a line for each file.

Seconds are of one core (CPU time), the whole way from the file to the chapters; memory is the process's peak so far.
"""

from __future__ import annotations

import platform
import sys
import time
from pathlib import Path

from engine.errors import ManuscriptError
from engine.manuscript.readers import read_book


def peak_megabytes() -> float:
    """The largest resident size of this process; 0 where the system does not tell."""
    try:
        import resource
    except ImportError:  # Windows
        return 0.0
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1_000_000 if sys.platform == "darwin" else 1_000)


def main(paths: list[str]) -> int:
    print(f"{platform.processor() or platform.machine()}, Python {platform.python_version()}")
    for path in map(Path, paths):
        start = time.process_time()
        try:
            book = read_book(path)
        except ManuscriptError as error:
            print(f"{path.name}: {error}")
            continue
        seconds = time.process_time() - start
        words = sum(chapter.words for chapter in book.chapters)
        size = f"{words:,} words, {len(book.chapters)} chapters"
        pace = f"{seconds:.2f} s, {words / max(seconds, 1e-6):,.0f} words/s"
        print(f"{path.name}: {size}, {pace}, {peak_megabytes():.0f} MB")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
