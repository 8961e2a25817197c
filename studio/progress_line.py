"""How far a long command is, on standard error: one rewritten line on a terminal, now and then a line elsewhere."""

from __future__ import annotations

import shutil
import time
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from engine.core_types import Progress

TERMINAL_PAUSE_S = 0.1
PLAIN_PAUSE_S = 10.0  # a log of an hour's work stays readable


class ProgressLine:
    """Call it with each Progress; `close` ends the line. Use as a context manager."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._rewrite = stream.isatty()
        self._pause_s = TERMINAL_PAUSE_S if self._rewrite else PLAIN_PAUSE_S
        self._next_at = 0.0
        self._station = ""
        self._width = 0  # of what stands on the terminal's line now

    def __call__(self, progress: Progress) -> None:
        now = time.monotonic()
        if now < self._next_at and progress.station == self._station:
            return
        self._next_at, self._station = now + self._pause_s, progress.station
        self._write(describe_progress(progress))

    def _write(self, words: str) -> None:
        if self._rewrite:
            words = words[: shutil.get_terminal_size().columns - 1]
            self._stream.write("\r" + words.ljust(self._width))
            self._width = len(words)
        else:
            self._stream.write(words + "\n")
        self._stream.flush()

    def close(self) -> None:
        """Leave the terminal's line empty for what comes next."""
        if self._width:
            self._stream.write("\r" + " " * self._width + "\r")
            self._stream.flush()
            self._width = 0

    def __enter__(self) -> ProgressLine:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()


def describe_progress(progress: Progress) -> str:
    """ "Narrating: 41%, Chapter 3 of 12, about 4 min left" """
    words = progress.station.capitalize()
    details = []
    if progress.total > 0:
        details.append(f"{min(1.0, progress.done / progress.total):.0%}")
    if progress.message:
        details.append(progress.message)
    if progress.eta_seconds is not None:
        details.append(f"about {describe_duration(progress.eta_seconds)} left")
    return f"{words}: {', '.join(details)}" if details else words


def describe_duration(seconds: float) -> str:
    """ "40 s", "12 min", "5 h 20 min" """
    if seconds < 60:
        return f"{max(1, round(seconds))} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"
