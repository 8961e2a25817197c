"""Whether more than one person speaks: the speech of a recording, two seconds at a time, compared."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.voices.likeness import embed_samples
from engine.voices.speech_finder import Span
from engine.voices.survey import Survey

STEP_S = 1.0  # of speech, from one window to the next
WINDOW_STEPS = 2  # two seconds: less is too little to know a voice by, more hides a short remark
LEAST_WINDOWS = 5
MOST_WINDOWS = 240  # spread over a longer recording: in four minutes nothing is left out
# The two groups of windows that are least alike: one person's are 0.79 alike and more in recordings of 12 s, and more
# the longer they are; in 6 s they can be 0.74. Two people's are less than 0.80 in 98 of 100 pairs, also where the
# second says only three seconds (``benchmarks/results/scorecard.md``).
TWO_BELOW, TWO_IN_SHORT_BELOW, SURELY_TWO_BELOW = 0.8, 0.72, 0.7
SHORT_WINDOWS = 8
SURELY_WINDOWS = 2  # of the second voice: a single odd one could be a laugh


class VoiceCount(NamedTuple):
    """How alike the two groups of speech are that differ most, and where the smaller of them is."""

    likeness: float
    windows: int
    smaller: int  # windows in the smaller group
    places: list[Span]  # of the smaller group

    @property
    def voices(self) -> int:
        return 2 if self.likeness < (TWO_IN_SHORT_BELOW if self.windows < SHORT_WINDOWS else TWO_BELOW) else 1

    @property
    def surely_two(self) -> bool:
        return self.likeness < SURELY_TWO_BELOW and self.smaller >= SURELY_WINDOWS


def count_voices(survey: Survey) -> VoiceCount | None:
    """None when there is too little speech to tell. Raises ModelMissing."""
    windows = gather_windows(survey.speech)
    if len(windows) > MOST_WINDOWS:
        windows = [windows[number * len(windows) // MOST_WINDOWS] for number in range(MOST_WINDOWS)]
    if len(windows) < LEAST_WINDOWS:
        return None
    voices = np.stack([embed_samples(survey.speech_samples(window)) for window in windows])
    first = _split_in_two(voices)
    smaller = first if first.sum() * 2 <= len(first) else ~first
    if not smaller.any():
        return VoiceCount(1.0, len(windows), 0, [])
    one, other = voices[smaller].mean(axis=0), voices[~smaller].mean(axis=0)
    alike = float(one @ other / (np.linalg.norm(one) * np.linalg.norm(other)))
    places = _join([(window[0][0], window[-1][1]) for window, there in zip(windows, smaller, strict=True) if there])
    return VoiceCount(alike, len(windows), int(smaller.sum()), places)


def gather_windows(speech: list[Span]) -> list[list[Span]]:
    """Spans of speech gathered into overlapping windows of two seconds of speech; the rest at the end is left out."""
    steps: list[list[Span]] = []
    step: list[Span] = []
    room = STEP_S
    for start, end in speech:
        while end - start > 1e-6:
            taken = min(room, end - start)
            step.append((start, start + taken))
            start, room = start + taken, room - taken
            if room <= 1e-6:
                steps.append(step)
                step, room = [], STEP_S
    count = len(steps) - WINDOW_STEPS + 1
    return [[span for step in steps[at : at + WINDOW_STEPS] for span in step] for at in range(count)]


def _join(spans: list[Span]) -> list[Span]:
    """Spans in order, those that overlap as one."""
    joined: list[Span] = []
    for start, end in spans:
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def _split_in_two(voices: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Which of the windows belong to the first of the two groups least alike (two means, from the extremes)."""
    alike = voices @ voices.T
    far = np.unravel_index(int(alike.argmin()), alike.shape)
    one, other = voices[far[0]], voices[far[1]]
    first = np.ones(len(voices), np.bool_)
    for _ in range(10):
        nearer = voices @ one >= voices @ other
        if nearer.all() or not nearer.any() or (nearer == first).all():
            break
        first = nearer
        one, other = voices[first].mean(axis=0), voices[~first].mean(axis=0)
        one, other = one / np.linalg.norm(one), other / np.linalg.norm(other)
    return first
