"""What a person chose for lines (who speaks, other words, another try), carried to the lines that are made anew."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher

from engine.core_types import SILENCE, Segment

ALIKE = 0.5  # own words less like the manuscript's than this cannot be cut where the manuscript is


@dataclass(frozen=True, slots=True)
class Carried:
    """Lines made anew, with what was chosen for the lines before them."""

    lines: list[Segment]
    unsettled: list[Segment]  # lines before, settled, whose speaker found no place
    unsaid: list[Segment]  # lines before whose own words found no place


def keep_choices(lines: Sequence[Segment], before: Sequence[Segment]) -> Carried:
    """``lines`` of a chapter with the choices made for ``before``, lines of the same text; both are in order.

    A settled speaker goes to every line that lies for the greater part in what was settled. Own words and tries go to
    the line of the same span; where lines were joined or cut since, own words are joined or cut with them.
    """
    made = list(lines)
    starts = [line.start for line in made]
    unsettled, unsaid = [], []
    places = {_trim(line): place for place, line in enumerate(made)}
    for line in before:
        low, high = _trim(line)
        if line.settled:
            touched = range(max(0, bisect_right(starts, low) - 1), bisect_left(starts, high))
            inside = [place for place in touched if _lies_in(made[place], low, high)]
            for place in inside:
                settled = replace(made[place], speaker=line.speaker, doubt=0.0, reason=line.reason, settled=True)
                made[place] = settled
            if not inside:
                unsettled.append(line)
        if (low, high) in places:
            place = places[low, high]
            made[place] = replace(made[place], own_words=line.own_words, seed=line.seed)
        elif line.own_words and not _share_out(line, before, made):
            unsaid.append(line)
    return Carried(made, unsettled, unsaid)


def _trim(line: Segment) -> tuple[int, int]:
    """The line's span without the white space around its words."""
    start = line.end - len(line.text.lstrip())
    return start, max(start, line.start + len(line.text.rstrip()))


def _lies_in(line: Segment, low: int, high: int) -> bool:
    start, end = _trim(line)
    return 2 * (min(end, high) - max(start, low)) > end - start


def _share_out(line: Segment, before: Sequence[Segment], made: list[Segment]) -> bool:
    """Put the own words of a line, and of those it was joined with, on the lines that cover the same text now."""
    (low, high), places, old = _trim(line), list[int](), list[Segment]()
    while True:
        places = [place for place, new in enumerate(made) if _touches(new, low, high)]
        old = [other for other in before if _touches(other, low, high)]
        edges = [_trim(other) for other in (*old, *(made[place] for place in places))]
        widest = min(start for start, _ in edges), max(end for _, end in edges)
        if widest == (low, high):
            break
        low, high = widest
    if not places or _has_gaps(old, [made[place] for place in places], low, high):
        return False
    said = " ".join(other.said for other in old if other.said)
    for place, words in zip(places, share_words(said, [made[place].spoken_text for place in places]), strict=True):
        made[place] = replace(made[place], own_words=words)
    return True


def _touches(line: Segment, low: int, high: int) -> bool:
    start, end = _trim(line)
    return start < high and end > low


def _has_gaps(old: Sequence[Segment], new: Sequence[Segment], low: int, high: int) -> bool:
    """Is there anything in the span that one of the two does not cover?"""
    text = "".join(line.text for line in new)
    place = new[0].start
    edges = [low, *(edge for line in old for edge in _trim(line)), high]
    gaps = [text[edges[at] - place : edges[at + 1] - place] for at in range(0, len(edges), 2)]
    return _trim(new[0])[0] > low or _trim(new[-1])[1] < high or any(gap.strip() for gap in gaps)


def share_words(said: str, spoken: Sequence[str]) -> list[str]:
    """Own words for several lines that are to say ``said`` together, cut where they are most like ``spoken``.

    "" stands for the manuscript's own words. Words quite unlike the manuscript's go to the longest line
    whole, and the others are silent.
    """
    words, pieces = said.split(), [line.split() for line in spoken]
    flat = [word for piece in pieces for word in piece]
    matcher = SequenceMatcher(None, [_bare(word) for word in flat], [_bare(word) for word in words], autojunk=False)
    if matcher.ratio() < ALIKE:
        longest = max(range(len(spoken)), key=lambda place: len(spoken[place]))
        shared = [words if place == longest else [] for place in range(len(spoken))]
    else:
        owners = [place for place, piece in enumerate(pieces) for _ in piece]  # of each of the manuscript's words
        shared = [[] for _ in pieces]
        for _, low, high, own_low, own_high in matcher.get_opcodes():
            for place in range(own_low, own_high):  # a new word goes with the one it replaces, or else follows
                old = low + (place - own_low) * (high - low) // (own_high - own_low) if low < high else max(0, low - 1)
                shared[owners[old]].append(words[place])
    return ["" if share == piece else " ".join(share) or SILENCE for share, piece in zip(shared, pieces, strict=True)]


def _bare(word: str) -> str:
    return "".join(sign for sign in word.casefold() if sign.isalnum()) or word
