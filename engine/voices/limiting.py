"""A clip brought to its level: the loudness of speech first, and no peak above the limit."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.audio import db_to_amplitude, rms_db
from engine.core_types import Clip

LEVEL_DB = -20.0  # root mean square of the whole clip
PEAK_DB = -1.5  # leaves room for what an encoder adds
LOOK_S = 0.004  # the gain is lowered this long before a peak, and raised as slowly after it
ROUNDS = 3  # limiting takes a little of the level away; it is made up for
LOWEST_HZ = 55.0  # below the deepest voice there is rumble, and the mains' hum
FADE_S = 0.01


def bring_to_level(clip: Clip) -> Clip:
    """The clip at LEVEL_DB, its peaks rounded off at PEAK_DB. Silence stays silent."""
    samples = clip.samples
    for _ in range(ROUNDS):
        level = rms_db(samples)
        if level < -100.0:
            return clip
        samples = limit_peaks(samples * np.float32(db_to_amplitude(LEVEL_DB - level)), clip.rate_hz)
    return Clip(samples, clip.rate_hz)


def limit_peaks(samples: NDArray[np.float32], rate_hz: int) -> NDArray[np.float32]:
    """Turn down the moments around peaks, smoothly, so that none passes PEAK_DB."""
    limit = db_to_amplitude(PEAK_DB)
    wanted = np.minimum(1.0, limit / np.maximum(np.abs(samples), 1e-9))
    if float(wanted.min(initial=1.0)) >= 1.0:
        return samples
    reach = max(1, int(LOOK_S * rate_hz))
    # The lowest gain within reach, then its mean over the same reach: never above what a peak can bear.
    padded = np.pad(wanted, 2 * reach, mode="edge")
    lowest = np.lib.stride_tricks.sliding_window_view(padded, 2 * reach + 1).min(axis=1)
    taper = np.hanning(2 * reach + 3)[1:-1]
    gain = np.convolve(lowest, taper / taper.sum(), mode="valid")
    limited: NDArray[np.float32] = (samples * gain).astype(np.float32)
    return limited


def take_out_rumble(clip: Clip) -> Clip:
    """The clip without what lies below the voice; nothing else is moved, not even in time."""
    count = len(clip.samples)
    if count == 0:
        return clip
    size = 1 << (count + clip.rate_hz // 4).bit_length()  # room for the filter to ring out in, not around
    spectrum = np.fft.rfft(clip.samples, size)
    hertz = np.fft.rfftfreq(size, 1.0 / clip.rate_hz)
    spectrum *= 1.0 / np.sqrt(1.0 + (LOWEST_HZ / np.maximum(hertz, 1e-3)) ** 8)
    return Clip(np.fft.irfft(spectrum, size)[:count].astype(np.float32), clip.rate_hz)


def soften_ends(clip: Clip) -> Clip:
    """The clip faded in and out over a hundredth of a second, so that it starts and ends without a click."""
    samples = clip.samples.copy()
    reach = min(len(samples) // 2, int(FADE_S * clip.rate_hz))
    ramp = np.sin(np.linspace(0.0, np.pi / 2.0, reach, dtype=np.float32)) ** 2
    samples[:reach] *= ramp
    samples[len(samples) - reach :] *= ramp[::-1]
    return Clip(samples, clip.rate_hz)
