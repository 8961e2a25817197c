"""Where a recording can be cut: stretches of speech from pause to pause."""

from __future__ import annotations

import numpy as np

from engine.voices.loudness import HOP_S, Loudness
from engine.voices.speech_finder import Span

SHORTEST_S, LONGEST_S = 3.0, 30.0
LIKED_S = (7.0, 16.0)  # a sentence or two: what is best learned from
LONG_PAUSE_S = 1.5  # two sentences that far apart do not belong together


def cut_at_pauses(
    speech: list[Span], loudness: Loudness, liked_s: tuple[float, float] = LIKED_S, longest_s: float = LONGEST_S
) -> list[Span]:
    """Stretches from pause to pause, each of them up to ``longest_s`` long and SHORTEST_S where there is so much.

    A cut is made at the longest pause that gives a length within ``liked_s``; speech that goes on without a pause is
    cut where it is softest. Together they hold all of the speech.
    """
    spans = [piece for span in speech for piece in _break_long_span(span, loudness, longest_s)]
    stretches: list[Span] = []
    first = 0
    while first < len(spans):
        last = _choose_end(spans, first, liked_s, longest_s)
        stretches.append((spans[first][0], spans[last][1]))
        first = last + 1
    return _join_short(stretches, longest_s)


def _choose_end(spans: list[Span], first: int, liked_s: tuple[float, float], longest_s: float) -> int:
    """The number of the span after which to cut."""
    start = spans[first][0]
    fitting = [number for number in range(first, len(spans)) if spans[number][1] - start <= longest_s]
    for number in fitting:  # a long pause ends a stretch that is long enough
        if spans[number][1] - start >= SHORTEST_S and _pause_after(spans, number) >= LONG_PAUSE_S:
            return number
    liked = [number for number in fitting if liked_s[0] <= spans[number][1] - start <= liked_s[1]]
    if liked:
        return max(liked, key=lambda number: _pause_after(spans, number))
    within = [number for number in fitting if spans[number][1] - start <= liked_s[1]]
    beyond = [number for number in fitting if spans[number][1] - start > liked_s[1]]
    if beyond and (not within or spans[within[-1]][1] - start < SHORTEST_S):
        return beyond[0]
    return within[-1] if within else first


def _pause_after(spans: list[Span], number: int) -> float:
    return spans[number + 1][0] - spans[number][1] if number + 1 < len(spans) else float("inf")


def _break_long_span(span: Span, loudness: Loudness, longest_s: float) -> list[Span]:
    start, end = span
    pieces = []
    while end - start > longest_s:
        low, high = int((start + longest_s / 2.0) / HOP_S), int((start + longest_s) / HOP_S)
        softest = (low + int(np.argmin(loudness.smooth_levels[low:high]))) * HOP_S
        pieces.append((start, softest))
        start = softest
    return [*pieces, (start, end)]


def _join_short(stretches: list[Span], longest_s: float) -> list[Span]:
    """A stretch too short on its own goes with the nearer of its neighbours, where both together are not too long."""
    joined: list[Span] = []
    for start, end in stretches:
        alone = min(end - start, joined[-1][1] - joined[-1][0]) >= SHORTEST_S if joined else True
        if not alone and end - joined[-1][0] <= longest_s and start - joined[-1][1] < LONG_PAUSE_S:
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    return joined


def overlap(one: Span, others: list[Span]) -> float:
    """Seconds of a span that the others cover."""
    return sum(max(0.0, min(one[1], end) - max(one[0], start)) for start, end in others)
