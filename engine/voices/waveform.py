"""The outline of a recording, for a picture of it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.core_types import Clip
from engine.voices.reading import open_recording

STEPS_A_SECOND = 100


@dataclass(frozen=True, slots=True, eq=False)
class WavePeaks:
    """The lowest and highest sample in each of the columns of a picture, in parts of full scale."""

    seconds: float
    lows: NDArray[np.float32]  # shape [columns]
    highs: NDArray[np.float32]


def wave_peaks(source: Path | Clip, columns: int) -> WavePeaks:
    """The outline of all channels together, read a block at a time. Raises RecordingRefused."""
    recording = open_recording(source)
    step = max(1, recording.rate_hz // STEPS_A_SECOND)
    lows: list[NDArray[np.float32]] = []
    highs: list[NDArray[np.float32]] = []
    rest = np.zeros((0, recording.channels), np.float32)
    for block in recording.blocks():
        joined = np.concatenate([rest, block])
        whole = len(joined) // step * step
        steps = joined[:whole].reshape(-1, step * recording.channels)
        lows.append(steps.min(axis=1))
        highs.append(steps.max(axis=1))
        rest = joined[whole:]
    if len(rest):
        lows.append(rest.min(keepdims=True).reshape(-1))
        highs.append(rest.max(keepdims=True).reshape(-1))
    low, high = np.concatenate([*lows, np.zeros(0, np.float32)]), np.concatenate([*highs, np.zeros(0, np.float32)])
    if not len(low):
        return WavePeaks(0.0, np.zeros(columns, np.float32), np.zeros(columns, np.float32))
    edges = np.linspace(0, len(low), columns + 1)
    starts = np.minimum(edges[:-1].astype(int), len(low) - 1)
    return WavePeaks(recording.seconds, np.minimum.reduceat(low, starts), np.maximum.reduceat(high, starts))
