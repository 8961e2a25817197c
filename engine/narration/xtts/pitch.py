"""The pitch of speech that nobody knows the pitch of, for bending it into another voice."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

LOWEST_HZ, HIGHEST_HZ = 60.0, 500.0
WINDOW_S, HOP_S = 0.04, 0.005
LEAST_LIKENESS = 0.5  # of a frame with itself one period later; below it is noise
FIRST_GOOD = 0.88  # the shortest period nearly as good as the best is taken, or its octave below would be
QUIET_DB = -45.0  # under the loudest frame
SMOOTH_FRAMES = 5


def find_pitch(samples: NDArray[np.float32], rate_hz: int) -> NDArray[np.float64]:
    """The pitch at each sample in Hz, shape [n]; 0 where there is none. By autocorrelation, in 40 ms windows."""
    hop, window = int(HOP_S * rate_hz), int(WINDOW_S * rate_hz)
    longest = int(rate_hz / LOWEST_HZ)
    if len(samples) < window + longest:
        return np.zeros(len(samples))
    padded = np.pad(samples.astype(np.float64), (window // 2, window // 2 + longest))
    frames = np.lib.stride_tricks.sliding_window_view(padded, window + longest)[::hop]
    likeness = measure_likeness(frames - frames.mean(axis=1, keepdims=True), window, longest)
    power = np.square(frames[:, :window]).mean(axis=1)
    loud = power > power.max() * 10 ** (QUIET_DB / 10)
    periods, values = choose_periods(likeness, int(rate_hz / HIGHEST_HZ))
    pitch = np.where(loud & (values > LEAST_LIKENESS), rate_hz / np.maximum(periods, 1.0), 0.0)
    pitch = smooth_pitch(pitch)
    nearest = np.minimum(np.rint(np.arange(len(samples)) / hop).astype(np.intp), len(pitch) - 1)
    return np.asarray(pitch[nearest], np.float64)


def measure_likeness(frames: NDArray[np.float64], window: int, longest: int) -> NDArray[np.float64]:
    """How alike each frame's window is to what follows it by each lag, -1 to 1; shape [frames, longest + 1]."""
    size = 1 << (frames.shape[1] + window - 1).bit_length()
    here = np.fft.rfft(frames[:, :window], size, axis=1)
    products = np.fft.irfft(np.conj(here) * np.fft.rfft(frames, size, axis=1), size, axis=1)[:, : longest + 1]
    sums = np.cumsum(np.pad(np.square(frames), ((0, 0), (1, 0))), axis=1)
    powers = sums[:, window : window + longest + 1] - sums[:, : longest + 1]
    return np.asarray(products / np.sqrt(powers * powers[:, :1] + 1e-12), np.float64)


def choose_periods(likeness: NDArray[np.float64], shortest: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The period of each frame in samples, between them too, and how sure it is."""
    inner = likeness[:, shortest - 1 :]
    peaks = (inner[:, 1:-1] >= inner[:, :-2]) & (inner[:, 1:-1] > inner[:, 2:])
    values = np.where(peaks, inner[:, 1:-1], -1.0)
    good = values >= FIRST_GOOD * values.max(axis=1, keepdims=True)
    at = np.where(values.max(axis=1) > 0, np.argmax(good, axis=1), 0)
    rows = np.arange(len(at))
    before, here, after = inner[rows, at], inner[rows, at + 1], inner[rows, at + 2]
    bend = before - 2 * here + after
    shift = np.where(np.abs(bend) > 1e-9, 0.5 * (before - after) / np.where(bend == 0, 1.0, bend), 0.0)
    return at + shortest + np.clip(shift, -0.5, 0.5), values[rows, at]


def smooth_pitch(pitch: NDArray[np.float64]) -> NDArray[np.float64]:
    """Single stray frames put right by their neighbours."""
    reach = SMOOTH_FRAMES // 2
    around = np.lib.stride_tricks.sliding_window_view(np.pad(pitch, reach), SMOOTH_FRAMES)
    return np.median(around, axis=1)
