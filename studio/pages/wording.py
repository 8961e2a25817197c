"""Figures as a person reads them, and text from books made safe to stand in a page."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from urllib.parse import quote, urlencode

__all__ = [
    "address",
    "escape",
    "join_names",
    "quote",
    "say_about",
    "say_clock",
    "say_count",
    "say_megabytes",
    "say_minutes",
    "say_time_left",
]


def say_count(number: int, noun: str) -> str:
    """ "1 chapter", "12,034 words"."""
    return f"{number:,} {noun if number == 1 else noun + 's'}"


def say_minutes(minutes: float) -> str:
    """ "under a minute", "48 min", "3 h 20 min"."""
    if minutes < 1:
        return "under a minute"
    hours, rest = divmod(round(minutes), 60)
    if not hours:
        return f"{rest} min"
    return f"{hours} h {rest} min" if rest else f"{hours} h"


def say_about(minutes: float) -> str:
    """ "about 48 min", for an estimate."""
    return say_minutes(minutes) if minutes < 1 else f"about {say_minutes(minutes)}"


def say_clock(seconds: float) -> str:
    """ "4:05", "1:02:09"."""
    minutes, second = divmod(round(seconds), 60)
    hours, minute = divmod(minutes, 60)
    return f"{hours}:{minute:02d}:{second:02d}" if hours else f"{minute}:{second:02d}"


def say_time_left(seconds: float | None) -> str:
    """ "about 4 minutes left"; "" when it cannot be told yet."""
    if seconds is None:
        return ""
    if seconds < 10:
        return "a few seconds left"
    if seconds < 55:
        return f"about {round(seconds / 10) * 10} seconds left"
    if seconds < 3600:
        return f"about {say_count(max(1, round(seconds / 60)), 'minute')} left"
    return f"about {say_minutes(seconds / 60)} left"


def say_megabytes(size: int) -> str:
    """ "640 kB", "38 MB", "1.2 GB" (powers of ten, as file managers count)."""
    for unit, factor in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if size >= factor:
            amount = size / factor
            return f"{amount:.1f} {unit}" if amount < 10 and unit != "kB" else f"{amount:.0f} {unit}"
    return "nothing" if size == 0 else "under 1 kB"


def address(path: str, slug: str = "", **more: object) -> str:
    """The address of a page for a book, not yet escaped for HTML."""
    query = ({"book": slug} if slug else {}) | {name: str(value) for name, value in more.items()}
    return f"{path}?{urlencode(query)}" if query else path


def join_names(names: Sequence[str]) -> str:
    """ "a, b and c"; "" for none."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}" if names else ""
