"""Good recordings spoilt in known ways, to see whether each fault is found, and how much of it there has to be."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import soxr
from numpy.typing import NDArray

from engine.audio import rms_db
from engine.core_types import Clip

Samples = NDArray[np.float32]


def _relative(samples: Samples, other: Samples, below_db: float) -> Samples:
    """``other`` so many decibels under ``samples``, as long as it."""
    repeated = np.resize(other, len(samples))
    gain = 10.0 ** ((rms_db(samples) - below_db - rms_db(repeated)) / 20.0)
    scaled: Samples = (gain * repeated).astype(np.float32)
    return scaled


def add_noise(clip: Clip, below_db: float) -> Clip:
    noise = np.random.default_rng(1).standard_normal(len(clip.samples)).astype(np.float32)
    return Clip(clip.samples + _relative(clip.samples, noise, below_db), clip.rate_hz)


def add_hum(clip: Clip, below_db: float) -> Clip:
    """The mains' 50 Hz with three of its multiples."""
    times = np.arange(len(clip.samples)) / clip.rate_hz
    hum = np.sum([np.sin(2 * np.pi * 50 * k * times) / k for k in (1, 2, 3, 5)], axis=0).astype(np.float32)
    return Clip(clip.samples + _relative(clip.samples, hum, below_db), clip.rate_hz)


def add_room(clip: Clip, seconds: float) -> Clip:
    """A room whose sound falls by 60 dB in so many seconds, as loud as the voice itself."""
    count = int(1.3 * seconds * clip.rate_hz)
    tail = np.random.default_rng(2).standard_normal(count) * 10.0 ** (-3.0 * np.arange(count) / clip.rate_hz / seconds)
    tail[: int(0.003 * clip.rate_hz)] = 0.0
    tail /= np.sqrt(np.sum(tail**2))
    tail[0] = 1.0
    size = 1 << (len(clip.samples) + count).bit_length()
    wet = np.fft.irfft(np.fft.rfft(clip.samples, size) * np.fft.rfft(tail, size), size)[: len(clip.samples)]
    return Clip((0.7 * wet).astype(np.float32), clip.rate_hz)


def cut_off(clip: Clip, share: float) -> Clip:
    """Amplified until so large a share of the samples, in per cent, is cut off."""
    limit = float(np.quantile(np.abs(clip.samples), 1.0 - share / 100.0))
    return Clip(np.clip(clip.samples, -limit, limit) / np.float32(limit), clip.rate_hz)


def narrow(clip: Clip, hertz: float) -> Clip:
    """Only what a recording at a lower rate would hold, at the old rate."""
    there = soxr.resample(clip.samples, clip.rate_hz, 2.0 * hertz)
    back = soxr.resample(there, 2.0 * hertz, clip.rate_hz).astype(np.float32)
    return Clip(back, clip.rate_hz)


def shift(clip: Clip, per_cent: float) -> Clip:
    return Clip(clip.samples + np.float32(per_cent / 100.0), clip.rate_hz)


def soften(clip: Clip, by_db: float) -> Clip:
    return Clip(clip.samples * np.float32(10.0 ** (-by_db / 20.0)), clip.rate_hz)


def drift(clip: Clip, by_db: float) -> Clip:
    """The second half softer than the first."""
    gain = np.ones(len(clip.samples), np.float32)
    gain[len(gain) // 2 :] = 10.0 ** (-by_db / 20.0)
    return Clip(clip.samples * gain, clip.rate_hz)


def add_music(music: Clip) -> Callable[[Clip, float], Clip]:
    def spoil(clip: Clip, below_db: float) -> Clip:
        there = soxr.resample(music.samples, music.rate_hz, clip.rate_hz).astype(np.float32)
        return Clip(clip.samples + _relative(clip.samples, there, below_db), clip.rate_hz)

    return spoil


def join_voices(one: Clip, other: Clip, seconds: float) -> Clip:
    """So much of one person, then as much of another, at the same level."""
    count = int(seconds * one.rate_hz)
    there = soxr.resample(other.samples, other.rate_hz, one.rate_hz).astype(np.float32)[:count]
    return Clip(
        np.concatenate([one.samples[:count], _relative(there, there, rms_db(there) - rms_db(one.samples))]), one.rate_hz
    )


# The measure each is to be found by, how it is done, and how much of it, the least first.
FAULTS: dict[str, tuple[Callable[[Clip, float], Clip], str, tuple[float, ...]]] = {
    "signal-to-noise ratio": (add_noise, "dB below the speech", (30.0, 20.0, 10.0, 3.0)),
    "hum": (add_hum, "dB below the speech", (50.0, 40.0, 30.0, 20.0)),
    "reverberation": (add_room, "s", (0.2, 0.4, 0.7, 1.2)),
    "clipping": (cut_off, "% of the samples", (0.01, 0.1, 1.0, 5.0)),
    "bandwidth": (narrow, "Hz", (8000.0, 5500.0, 4000.0, 2500.0)),
    "DC": (shift, "% of full scale", (0.3, 2.0, 10.0)),
    "level": (soften, "dB", (10.0, 30.0, 45.0)),
    "level variation": (drift, "dB between the halves", (3.0, 8.0, 12.0)),
}
