"""What a sound sounds like, as figures: for tests that make claims about voices."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

RATE_HZ = 24_000
FRAME = 1200  # samples: 50 ms, several periods of the lowest voice
_window_power = np.abs(np.fft.rfft(np.hanning(FRAME), 4 * FRAME)) ** 2
WINDOW_LIKENESS = np.fft.irfft(_window_power) / np.fft.irfft(_window_power)[0]


def measure_pitch(samples: NDArray[np.float32]) -> NDArray[np.float64]:
    """Pitch of each 50 ms frame, every 10 ms, 0 where unvoiced or faint: by autocorrelation; [n] hertz, 60 to 500."""
    shortest, longest = RATE_HZ // 500, RATE_HZ // 60
    frames = np.lib.stride_tricks.sliding_window_view(samples, FRAME)[:: RATE_HZ // 100].astype(np.float64)
    frames = (frames - frames.mean(axis=1, keepdims=True)) * np.hanning(FRAME)
    likeness = np.fft.irfft(np.abs(np.fft.rfft(frames, 4 * FRAME, axis=1)) ** 2, axis=1)[:, : longest + 2]
    likeness /= WINDOW_LIKENESS[: longest + 2] * np.maximum(likeness[:, :1], 1e-9)
    pitch = np.zeros(len(frames))
    for number in np.flatnonzero(np.sqrt(np.mean(frames**2, axis=1)) > 0.01):
        row = likeness[number]
        best = row[shortest : longest + 1].max()
        peaks = [at for at in range(shortest, longest + 1) if row[at - 1] < row[at] >= row[at + 1]]
        near_best = [at for at in peaks if row[at] > 0.92 * best]
        if best > 0.7 and near_best:
            pitch[number] = RATE_HZ / near_best[0]  # the first: the others lie octaves below
    return pitch


def measure_envelope(samples: NDArray[np.float32]) -> NDArray[np.float64]:
    """Long-term spectrum in dB, smoothed over 300 Hz so that harmonics are gone: [601], 20 Hz apart."""
    frames = np.lib.stride_tricks.sliding_window_view(samples, FRAME)[:: FRAME // 4] * np.hanning(FRAME)
    power = np.mean(np.abs(np.fft.rfft(frames, axis=1)) ** 2, axis=0)
    return 10 * np.log10(np.convolve(np.pad(power, 7, mode="edge"), np.ones(15) / 15, mode="valid") + 1e-12)


def find_stretch(plain: NDArray[np.float64], bent: NDArray[np.float64]) -> float:
    """By what factor the envelope ``plain`` must be moved up to lie best on ``bent``, looking at 300 to 6,000 Hz."""
    axis = np.arange(15, 300)
    ratios = np.arange(0.6, 1.6, 0.01)
    misfits = [np.std(np.interp(axis / ratio, np.arange(len(plain)), plain) - bent[axis]) for ratio in ratios]
    return float(ratios[np.argmin(misfits)])
