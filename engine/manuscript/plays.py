"""Plays: who speaks stands before the words ("HAMLET. To be, or not to be"), and no marks stand around them.

Scripts of films, minutes and interviews are printed the same way ("Anna: No."). A chapter is read as a play when enough
of its paragraphs begin with the same few names.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from engine.core_types import MarkKind
from engine.manuscript.speech_words import read_words

WORD = r"[A-ZÀ-ÖØ-Þ][A-ZÀ-ÖØ-Þ'’.-]*"
DIRECTION = r"[\[(][^\])]{1,300}[\])]"
# "HAMLET.", "LADY BRACKNELL:", "ALGERNON [aside].", "HAMLET" on a line of its own
CAPITAL_CUE = re.compile(
    rf"\s*_?(?P<name>{WORD}(?:\s(?:OF|THE|AND|DE|VON|{WORD})){{0,3}}?)_?\.?\s*"
    rf"(?:(?:,\s[a-z ]{{3,30}})|_?{DIRECTION}_?)?"
    r"\s*(?:[.:](?:\s*[—–-]{1,2})?(?=\s|[\[(_])|(?=\n))\s*"
)
# "Anna:", "Dr. Watson (laughing):"
COLON_CUE = re.compile(
    rf"\s*(?P<name>[A-ZÀ-ÖØ-Þ][\w'’-]*\.?(?:\s[A-ZÀ-ÖØ-Þ][\w'’-]*){{0,2}})(?:\s*{DIRECTION})?:\s+(?=\S)"
)
NO_NAMES = read_words(
    "act scene chapter enter exit exeunt curtain note notes end part book contents and but the a i o oh ah it he she"
)
LEAST_CUES = 6  # paragraphs
LEAST_SHARE = 0.3  # of a chapter's paragraphs
BRACKETED = re.compile(rf"\s*_?{DIRECTION}_?\s*")


@dataclass(frozen=True, slots=True)
class Cue:
    """A paragraph that a play gives to somebody."""

    name: str  # as a person reads it: "Lady Bracknell"
    start: int  # where the words begin, in the paragraph


def find_cues(paragraphs: Sequence[tuple[MarkKind, str]]) -> dict[int, Cue]:
    """Place of each paragraph that somebody speaks -> the cue; none when the chapter is no play."""
    for pattern in (CAPITAL_CUE, COLON_CUE):
        found = dict(_match_cues(paragraphs, pattern))
        counts = Counter(_name(match) for match in found.values())
        spoken = {place: match for place, match in found.items() if counts[_name(match)] > 1}
        bodies = sum(kind is not MarkKind.HEADING for kind, _ in paragraphs)
        several = len([name for name, count in counts.items() if count > 1]) > 1
        if several and len(spoken) >= max(LEAST_CUES, LEAST_SHARE * bodies):
            return {
                place: Cue(_name(match), match.end())
                for place, match in found.items()
                if paragraphs[place][1][match.end() :].strip()
            }
    return {}


def find_words(body: str, start: int) -> Iterator[tuple[int, int]]:
    """What is said of a cue's paragraph from ``start``: all but the stage directions in brackets."""
    for direction in re.finditer(rf"_?{DIRECTION}_?", body):
        if direction.start() >= start:
            yield start, direction.start()
            start = direction.end()
    yield start, len(body)


def _match_cues(
    paragraphs: Sequence[tuple[MarkKind, str]], pattern: re.Pattern[str]
) -> Iterator[tuple[int, re.Match[str]]]:
    for place, (kind, body) in enumerate(paragraphs):
        if kind is MarkKind.HEADING or BRACKETED.fullmatch(body):
            continue
        match = pattern.match(body)
        if match and not set(match["name"].lower().rstrip(".").split()) & NO_NAMES:
            yield place, match


def _name(match: re.Match[str]) -> str:
    words = match["name"].rstrip(".").split()
    small = {"OF", "THE", "AND", "DE", "VON"}
    return " ".join(word.lower() if word in small else word.capitalize() if word.isupper() else word for word in words)
