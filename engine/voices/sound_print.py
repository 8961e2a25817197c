"""Is a recording, or a piece of it, the same sound as an earlier one, whatever it was encoded with in between?

A sound print is made of signs: whether the energy in one band of the spectrum, against the next band, rises or falls
(after Haitsma and Kalker, 2002). Encoders change the sound but few of these signs; a person who says the same words
again changes nearly half of them. A print is kept in pieces of three seconds, so that a piece cut from an old statement
is found in a new one. It tells nothing of the voice and cannot be turned back into sound.
"""

from __future__ import annotations

import base64

import numpy as np
from numpy.typing import NDArray

from engine.audio import resample
from engine.core_types import Clip

RATE_HZ = 8_000
WINDOW, HOP = 2048, 128  # 256 ms every 16 ms
SIGNS = 32  # bands compared, 300 to 2,800 Hz
STRIDE = 4  # a print keeps every fourth frame; the comparison tries every one
PIECE = 47  # kept frames to a piece: 3 s
LOUD_DB = 35.0  # a frame counts when it is within this of the loudest
FAINTEST_DB = -20.0  # of a frame's power; some -80 dB of full scale, where there is nothing but rounding
LEAST_LOUD = 0.5  # of a piece's frames, else it is a pause and says nothing

Signs = NDArray[np.uint32]


def print_sound(clip: Clip) -> str:
    """The print of a recording, as text to keep: some 250 characters for 3 s; "" for silence."""
    signs, loud = _measure_signs(clip)
    kept, loud = signs[::STRIDE], loud[::STRIDE]
    starts = range(0, len(kept) - PIECE + 1, PIECE)
    pieces = [kept[at : at + PIECE] for at in starts if loud[at : at + PIECE].mean() >= LEAST_LOUD]
    return base64.b64encode(b"".join(piece.astype("<u4").tobytes() for piece in pieces)).decode()


def compare_print(earlier: str, clip: Clip) -> float:
    """How much of its signs the most alike piece shares with any stretch of the clip: 0.5 by chance to 1 the same."""
    kept = np.frombuffer(base64.b64decode(earlier), "<u4")
    pieces = kept[: len(kept) // PIECE * PIECE].reshape(-1, PIECE)
    signs, loud = _measure_signs(clip)
    span = (PIECE - 1) * STRIDE + 1
    if len(pieces) == 0 or len(signs) < span or not loud.any():
        return 0.0
    stretches = np.lib.stride_tricks.sliding_window_view(signs, span)[:, ::STRIDE]
    fewest = min(int(np.bitwise_count(stretches ^ piece).sum(axis=1).min()) for piece in pieces)
    return 1.0 - fewest / (PIECE * SIGNS)


def _measure_signs(clip: Clip) -> tuple[Signs, NDArray[np.bool_]]:
    """The 32 signs of every frame, and which frames are loud enough to mean something."""
    samples = resample(clip, RATE_HZ).samples
    if len(samples) < WINDOW + STRIDE * HOP:
        return np.zeros(0, np.uint32), np.zeros(0, bool)
    frames = np.lib.stride_tricks.sliding_window_view(samples, WINDOW)[::HOP]
    power = np.abs(np.fft.rfft(frames * np.hanning(WINDOW).astype(np.float32), axis=1)) ** 2
    edges = np.geomspace(300.0, 2800.0, SIGNS + 2) / RATE_HZ * WINDOW
    sums = np.cumsum(np.pad(power, ((0, 0), (1, 0))), axis=1)
    bands = np.log10(np.diff(sums[:, np.rint(edges).astype(int)], axis=1) + 1e-9)
    slopes = bands[:, :-1] - bands[:, 1:]
    rising = slopes[STRIDE:] > slopes[:-STRIDE]
    signs = (rising.astype(np.uint32) << np.arange(SIGNS, dtype=np.uint32)).sum(axis=1, dtype=np.uint32)
    level = 10.0 * np.log10(power.sum(axis=1) + 1e-9)[STRIDE:]
    return signs, level > max(FAINTEST_DB, level.max() - LOUD_DB)
