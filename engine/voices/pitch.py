"""Is there a pitch, and how high: what tells a voice from a whisper, and one register from another.

The pitch of a frame is the first strong peak of its autocorrelation, each lag put right for the window's own fading.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.voices.speech_finder import RATE_HZ, Span
from engine.voices.survey import FULL_SCALE

FRAME, HOP = 640, 320  # 40 ms every 20 ms
LAGS = slice(RATE_HZ // 500, RATE_HZ // 60)  # from 500 Hz down to 60
BATCH = 1024  # frames looked at together
LOUD = 1.0 / 300.0  # of the mean power: softer frames are left out, among them the closures of consonants
VOICED = 0.6  # how alike a frame with a pitch is to itself one period later
SURELY_VOICED = 0.7  # to tell the height by
FIRST_STRONG = 0.85  # of the highest peak; the highest itself is often two periods away
PHRASE, LEAST_VOICED = 50, 10  # frames of speech to a phrase (a second), and how many of them need a pitch
LEAST_FRAMES = 25  # half a second


@dataclass(frozen=True, slots=True, eq=False)
class Pitch:
    """The louder 20 ms of a stretch of speech."""

    alike: NDArray[np.float64]  # to themselves one period later, 0 to 1; shape [frames]
    semitones: NDArray[np.float64]  # above 100 Hz; means something where SURELY_VOICED; shape [frames]


def find_pitch(samples: NDArray[np.int16], spans: list[Span]) -> Pitch:
    """The pitch of mono sound at 16 kHz, within the spans."""
    if len(samples) < FRAME:
        return Pitch(np.zeros(0), np.zeros(0))
    frames = np.lib.stride_tricks.sliding_window_view(samples, FRAME)[::HOP]
    times = (np.arange(len(frames)) * HOP + FRAME / 2) / RATE_HZ
    inside = np.zeros(len(frames), np.bool_)
    for start, end in spans:
        inside |= (times >= start) & (times < end)
    chosen = np.flatnonzero(inside)
    pieces = [_look_at(frames[chosen[at : at + BATCH]]) for at in range(0, len(chosen), BATCH)]
    if not pieces:
        return Pitch(np.zeros(0), np.zeros(0))
    power, alike, lag = (np.concatenate(part) for part in zip(*pieces, strict=True))
    loud = power > LOUD * power.mean()
    return Pitch(alike[loud], 12.0 * np.log2(RATE_HZ / lag[loud] / 100.0))


def _look_at(frames: NDArray[np.int16]) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Of each frame: its power, how alike it is to itself a period later, and the period in samples."""
    taper = np.hanning(FRAME)
    wide = frames.astype(np.float64) / FULL_SCALE
    wide = (wide - wide.mean(axis=1, keepdims=True)) * taper
    size = 2 * FRAME
    fading = np.fft.irfft(np.square(np.abs(np.fft.rfft(taper, size))))
    products = np.fft.irfft(np.square(np.abs(np.fft.rfft(wide, size, axis=1))), axis=1)
    alike = products[:, LAGS] / np.maximum(products[:, :1], 1e-12) * (fading[0] / fading[LAGS])
    highest = alike.max(axis=1, keepdims=True)
    peaks = np.zeros(alike.shape, np.bool_)
    peaks[:, 1:-1] = (alike[:, 1:-1] >= alike[:, :-2]) & (alike[:, 1:-1] > alike[:, 2:])
    strong = peaks & (alike > FIRST_STRONG * highest)
    lags = (strong.argmax(axis=1) + LAGS.start).astype(np.float64)
    return np.mean(np.square(wide), axis=1), np.where(strong.any(axis=1), highest[:, 0], 0.0), lags


def voiced_share(pitch: Pitch) -> float | None:
    """The share of the louder frames that have a pitch, 0 to 1: a voice has half and more, a whisper a sixth."""
    return float(np.mean(pitch.alike > VOICED)) if len(pitch.alike) >= LEAST_FRAMES else None


def pitch_variation(pitch: Pitch) -> float | None:
    """How much the pitch strays from phrase to phrase, in semitones (standard deviation of the phrases' medians).

    None with less than two phrases.
    """
    medians = []
    for start in range(0, max(1, len(pitch.alike) - PHRASE // 2), PHRASE // 2):
        phrase = slice(start, start + PHRASE)
        heights = pitch.semitones[phrase][pitch.alike[phrase] > SURELY_VOICED]
        if len(heights) >= LEAST_VOICED:
            medians.append(float(np.median(heights)))
    return float(np.std(medians)) if len(medians) >= 2 else None
