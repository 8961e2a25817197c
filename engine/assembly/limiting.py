"""A limiter that sees peaks coming, block by block."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

HOP = 32  # samples that share one reading of the peak; 0.7 ms at 44.1 kHz
LOOK_AHEAD_S = 0.005
RELEASE_DB_A_SECOND = 100.0  # slow against a voice's pitch, so that vowels are turned down and not bent


class PeakLimiter:
    """Holds samples under a ceiling by turning the sound down smoothly, from LOOK_AHEAD_S before each peak.

    The gain is decided once a hop, in four steps that each only ever ask for more: what the hop's peak needs; from
    there back to nothing at RELEASE_DB_A_SECOND; the largest of that within the look-ahead; and its average over the
    same stretch under a Hann window, which still covers the peak because every value averaged did. Between hops the
    gain runs in straight lines, so it never steps. ``feed`` gives the samples back late by the look-ahead; ``finish``
    gives the rest.
    """

    def __init__(self, ceiling_db: float, rate_hz: int) -> None:
        self._ceiling_db = ceiling_db
        self._reach = max(1, round(LOOK_AHEAD_S * rate_hz / HOP))
        self._fall_db = RELEASE_DB_A_SECOND * HOP / rate_hz
        window = np.hanning(self._reach + 3)[1:-1]
        self._window = window / window.sum()
        self._ramp = (np.arange(HOP, dtype=np.float32) + 1) / HOP
        self._waiting = np.zeros(0, np.float32)  # samples not given back; the first is the first of a hop
        self._unread = np.zeros(0, np.float32)  # samples that do not fill a hop yet
        # Reduction of each waiting hop, in dB, behind that of the reach + 1 hops before them.
        self._reduction = np.zeros(self._reach + 1)

    def feed(self, block: NDArray[np.float32]) -> NDArray[np.float32]:
        """Take samples in, shape [n]; give those back, in order, whose peaks to come are known."""
        block = np.concatenate([self._unread, block])
        whole = len(block) // HOP * HOP
        self._unread = block[whole:]
        self._read_peaks(block[:whole])
        return self._give_back()

    def finish(self) -> NDArray[np.float32]:
        """The samples still held; the limiter is spent."""
        count = len(self._waiting) + len(self._unread)
        silence = np.zeros(-len(self._unread) % HOP + (self._reach + 1) * HOP, np.float32)
        return self.feed(silence)[:count]

    def _read_peaks(self, samples: NDArray[np.float32]) -> None:
        if len(samples) == 0:
            return
        peaks = np.abs(samples).reshape(-1, HOP).max(axis=1)
        need_db = np.maximum(0.0, 20.0 * np.log10(np.maximum(peaks, 1e-9)) - self._ceiling_db)
        # r[n] = max(need[n], r[n-1] - fall) for all n at once: a running maximum once the fall is added back.
        fallen = self._fall_db * np.arange(len(need_db) + 1)
        raised = np.concatenate([self._reduction[-1:], need_db]) + fallen
        reduction = np.maximum(0.0, np.maximum.accumulate(raised) - fallen)[1:]
        self._reduction = np.concatenate([self._reduction, reduction])
        self._waiting = np.concatenate([self._waiting, samples])

    def _give_back(self) -> NDArray[np.float32]:
        reach = self._reach
        hops = len(self._reduction) - 2 * reach - 2
        if hops <= 0:
            return np.zeros(0, np.float32)
        samples, self._waiting = self._waiting[: hops * HOP], self._waiting[hops * HOP :]
        reduction, self._reduction = self._reduction, self._reduction[hops:]
        if not reduction.any():
            return samples
        ahead = np.lib.stride_tricks.sliding_window_view(reduction, reach + 1).max(axis=1)
        smooth = np.convolve(ahead, self._window, mode="valid")
        # smooth[0] belongs to the hop before the first; a hop's ends take the larger reduction of its neighbours
        ends = np.power(10.0, -np.maximum(smooth[:-1], smooth[1:]) / 20.0).astype(np.float32)
        start, end = ends[:hops, None], ends[1 : hops + 1, None]
        gain = start + (end - start) * self._ramp
        return np.multiply(samples.reshape(-1, HOP), gain, dtype=np.float32).reshape(-1)
