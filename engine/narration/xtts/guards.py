"""Is it what was asked for? How long a line ought to be, and what goes wrong with this model, heard and seen.

The model draws its words from chance: now and then it runs on, stops in mid-word, says a thing twice, or adds a noise
after the end. Listeners hear that before anything else, so each piece is looked at; one with a fault is said again with
other chances, a bounded number of times that depends on nothing but the request.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from engine.audio import measure_take, peak_db, rms_db
from engine.core_types import Clip
from engine.narration.xtts.sizes import RATE_HZ, TOKENS_PER_S
from engine.narration.xtts.words import LANGUAGES

MOST_TRIES = 4  # of one piece, the first included
SHORTEST_S = 0.35  # anything said
CAP_FACTOR, CAP_EXTRA_S = 1.8, 2.0  # the longest the model may go on: a slow reader with pauses stays under it
FLOOR_FACTOR = 0.3  # nobody reads three times as fast: before this it does not stop
LEAST_FACTOR, MOST_FACTOR, MOST_EXTRA_S = 0.55, 1.6, 1.0  # outside, it left something out or added something
SILENT_DB = -55.0
LOUD_END_S, LOUD_END_DB = 0.015, -12.0  # a last moment this loud, next to the whole, is a word cut off
FRAME_S = 0.02
QUIET_DB = -32.0  # under the loudest frame: no speech
GAP_S, STRAY_S = 0.7, 0.6  # a sound shorter than this after a silence longer than that does not belong to the line
# A word by itself is what the model most likes to add to. There is no silence inside a word, so whatever follows one is
# not it, however long.
LONE_GAP_S, LONE_EXTRA_S, SHORTEST_WORD_S = 0.35, 0.5, 0.14
LOOP_TOKENS, LOOPS = 40, 4  # the same up to 40 tokens four times over is no speech
FROZEN_TOKENS = 24  # one token for more than a second


class Fault(StrEnum):
    """What can be wrong with a piece; the later, the worse."""

    STRAY_SOUND = "a stray sound after the end"  # taken off, so it is not worth another try
    LOUD_END = "its end is cut off"
    TOO_LONG = "longer than its words"
    TOO_SHORT = "shorter than its words"
    LOOP = "says the same over and over"
    RUNAWAY = "does not come to an end"
    SILENT = "silent"


BADNESS = {fault: badness for badness, fault in enumerate(Fault)}
USELESS = frozenset({Fault.RUNAWAY, Fault.SILENT, Fault.LOOP})  # better an error than this in a book


@dataclass(frozen=True, slots=True)
class Limits:
    """Between how many audio tokens a piece may end, and how long it ought to be."""

    floor: int
    cap: int
    expected_s: float


def limit_piece(weight: float, tag: str, most_tokens: int, lone: bool = False) -> Limits:
    """For a piece of ``weight`` characters in a language; ``lone`` when it is a single word."""
    expected_s = SHORTEST_S + weight / LANGUAGES[tag].characters_per_s
    extra_s = CAP_EXTRA_S / 2 if lone else CAP_EXTRA_S
    cap = min(most_tokens, round(TOKENS_PER_S * (CAP_FACTOR * expected_s + extra_s)))
    floor = min(cap, max(2, round(TOKENS_PER_S * FLOOR_FACTOR * expected_s)))
    return Limits(floor, cap, expected_s)


def check_piece(
    tokens: Sequence[int], stopped: bool, samples: NDArray[np.float32], expected_s: float, lone: bool = False
) -> list[Fault]:
    """What is wrong with a piece as it was said, at its own pace; the samples are those before any trimming."""
    faults = []
    if not len(samples) or not np.isfinite(samples).all() or rms_db(samples) < SILENT_DB:
        return [Fault.SILENT]
    if not stopped:
        faults.append(Fault.RUNAWAY)
    if is_looping(tokens):
        faults.append(Fault.LOOP)
    stray = find_stray_sound(samples, lone)
    measures = measure_take(Clip(samples if stray is None else samples[:stray], RATE_HZ))
    seconds = measures.speech_end_s - measures.speech_start_s
    if seconds < LEAST_FACTOR * expected_s - 0.2:
        faults.append(Fault.TOO_SHORT)
    if seconds > MOST_FACTOR * expected_s + (LONE_EXTRA_S if lone else MOST_EXTRA_S):
        faults.append(Fault.TOO_LONG)
    end = samples[-int(LOUD_END_S * RATE_HZ) :]
    if peak_db(end) > peak_db(samples) + LOUD_END_DB:
        faults.append(Fault.LOUD_END)
    if stray is not None:
        faults.append(Fault.STRAY_SOUND)
    return faults


def is_looping(tokens: Sequence[int]) -> bool:
    """Whether the tokens end, or stay for long, in the same few over and over."""
    values = np.asarray(tokens)
    changes = np.flatnonzero(np.diff(values, prepend=-1, append=-1))
    if len(values) and int(np.max(np.diff(changes), initial=0)) >= FROZEN_TOKENS:
        return True
    for period in range(2, LOOP_TOKENS + 1):
        tail = values[-period * LOOPS :]
        if len(tail) == period * LOOPS and np.array_equal(tail[period:], tail[:-period]):
            return True
    return False


def find_stray_sound(samples: NDArray[np.float32], lone: bool = False) -> int | None:
    """The sample from which on there is only a short sound that stands alone after a long silence; None without one.

    Behind a ``lone`` word it is any sound after a short silence.
    """
    frame = int(FRAME_S * RATE_HZ)
    count = len(samples) // frame
    if count < 10:
        return None
    power = np.mean(np.square(samples[: count * frame].reshape(count, frame), dtype=np.float64), axis=1)
    heard = np.flatnonzero(power > power.max() * 10 ** (QUIET_DB / 10))
    gaps = np.flatnonzero(np.diff(heard) > (LONE_GAP_S if lone else GAP_S) / FRAME_S)
    if not len(gaps):
        return None
    if lone:  # behind the first sound that is long enough for a word: a click before it is not
        words = [end for end in heard[gaps] if (end - heard[0] + 1) * FRAME_S >= SHORTEST_WORD_S]
        return int((words[0] + 1) * frame) if words else None
    last = gaps[-1]
    stray = (heard[-1] - heard[last + 1] + 1) * FRAME_S
    said = (heard[last] - heard[0] + 1) * FRAME_S
    return int((heard[last] + 1) * frame) if stray < STRAY_S and said > 2 * stray else None


def rank_faults(faults: Sequence[Fault]) -> tuple[int, int]:
    """How bad, for choosing the best of several tries: smaller is better."""
    return (max((BADNESS[fault] + 1 for fault in faults), default=0), len(faults))


def needs_another_try(faults: Sequence[Fault]) -> bool:
    return any(fault is not Fault.STRAY_SOUND for fault in faults)
