"""A sound file measured as stores measure it: decoded, from its first sample to its last."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.assembly.encoding import decode_blocks
from engine.audio import SILENCE_DB, amplitude_to_db
from engine.core_types import AudioMeasures, Clip

FRAME_S = 0.01
FLOOR_FRAMES = 50  # half a second
SPEECH_DB = -50.0  # a frame above this is speech: 22 dB over the room tone, where measure_take draws the line too


def measure_file(path: Path) -> AudioMeasures:
    """What the file holds, decoded block by block; m4a, m4b, mp3, flac, wav and ogg. Raises AudioError.

    A file without speech has a head of its whole length and no tail.
    """
    return measure_clips(decode_blocks(path))


def measure_clips(clips: Iterable[Clip]) -> AudioMeasures:
    """What measure_file does, for a sound that is decoded already; the clips follow each other at one rate."""
    meter: LevelMeter | None = None
    for clip in clips:
        meter = meter or LevelMeter(clip.rate_hz)
        meter.feed(clip.samples)
    return meter.read() if meter else AudioMeasures(0.0, SILENCE_DB, SILENCE_DB, SILENCE_DB, 0.0, 0.0)


class LevelMeter:
    """Reads levels from samples as they pass; what it keeps does not grow with them."""

    def __init__(self, rate_hz: int) -> None:
        self._rate_hz = rate_hz
        self._frame = max(1, round(rate_hz * FRAME_S))
        self._samples = 0
        self._energy = 0.0
        self._peak = 0.0
        self._unread = np.zeros(0, np.float32)
        self._latest = np.zeros(0)  # energies of the last frames, fewer than FLOOR_FRAMES
        self._quietest = np.inf  # energy of half a second
        self._frames = 0
        self._first_speech: int | None = None
        self._last_speech = 0

    def feed(self, samples: NDArray[np.float32]) -> None:
        """Take in the next samples, shape [n]."""
        self._samples += len(samples)
        self._peak = max(self._peak, float(np.max(np.abs(samples), initial=0.0)))
        samples = np.concatenate([self._unread, samples])
        whole = len(samples) // self._frame * self._frame
        self._unread = samples[whole:]
        framed = samples[:whole].reshape(-1, self._frame)
        energies = np.einsum("ij,ij->i", framed, framed).astype(np.float64)
        self._energy += float(energies.sum())
        self._note_speech(energies)
        self._note_floor(energies)

    def read(self) -> AudioMeasures:
        """The measures of all that was fed."""
        rest = float(np.sum(np.square(self._unread, dtype=np.float64)))
        seconds, frame_s = self._samples / self._rate_hz, self._frame / self._rate_hz
        rms_db = self._level_db(self._energy + rest, self._samples)
        shorter_than_half_a_second = not np.isfinite(self._quietest)
        floor_db = rms_db if shorter_than_half_a_second else self._level_db(self._quietest, FLOOR_FRAMES * self._frame)
        head_s = seconds if self._first_speech is None else self._first_speech * frame_s
        tail_s = 0.0 if self._first_speech is None else max(0.0, seconds - (self._last_speech + 1) * frame_s)
        return AudioMeasures(seconds, rms_db, amplitude_to_db(self._peak), floor_db, head_s, tail_s)

    def _note_speech(self, energies: NDArray[np.float64]) -> None:
        threshold = 10.0 ** (SPEECH_DB / 10.0) * self._frame
        speech = np.flatnonzero(energies > threshold)
        if len(speech):
            if self._first_speech is None:
                self._first_speech = self._frames + int(speech[0])
            self._last_speech = self._frames + int(speech[-1])
        self._frames += len(energies)

    def _note_floor(self, energies: NDArray[np.float64]) -> None:
        energies = np.concatenate([self._latest, energies])
        if len(energies) >= FLOOR_FRAMES:
            sums = np.convolve(energies, np.ones(FLOOR_FRAMES), mode="valid")
            self._quietest = min(self._quietest, float(sums.min()))
        self._latest = energies[-(FLOOR_FRAMES - 1) :]

    @staticmethod
    def _level_db(energy: float, samples: int) -> float:
        return amplitude_to_db(float(np.sqrt(energy / samples))) if samples else SILENCE_DB
