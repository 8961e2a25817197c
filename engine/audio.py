"""Clips in and out of files, resampling, and the measures everything else is decided by.

All functions are pure or touch one file. Levels are decibels relative to full scale (0 dB = amplitude 1.0).
"""

from __future__ import annotations

import io
import os
import threading
from pathlib import Path

import numpy as np
import soundfile
import soxr
from numpy.typing import NDArray

from engine.core_types import Clip, TakeMeasures
from engine.disk import write_beside
from engine.errors import AudioError

SILENCE_DB = -120.0  # what an all-zero block is said to measure
SPEECH_FRAME_S = 0.01
SILENT_BELOW_DB = -65.0  # a take without a frame louder than this says nothing


def rms_db(samples: NDArray[np.float32]) -> float:
    """Root mean square level of mono samples, shape [n], in dB; SILENCE_DB for silence or nothing."""
    if len(samples) == 0:
        return SILENCE_DB
    return amplitude_to_db(float(np.sqrt(np.mean(np.square(samples, dtype=np.float64)))))


def peak_db(samples: NDArray[np.float32]) -> float:
    """Largest absolute sample, in dB."""
    return amplitude_to_db(float(np.max(np.abs(samples), initial=0.0)))


def amplitude_to_db(amplitude: float) -> float:
    return max(SILENCE_DB, 20.0 * float(np.log10(max(amplitude, 1e-6))))


def db_to_amplitude(db: float) -> float:
    return float(10.0 ** (db / 20.0))


def resample(clip: Clip, rate_hz: int) -> Clip:
    """The clip at another sample rate (soxr, high quality)."""
    if clip.rate_hz == rate_hz:
        return clip
    return Clip(soxr.resample(clip.samples, clip.rate_hz, rate_hz).astype(np.float32), rate_hz)


def remove_offset(samples: NDArray[np.float32]) -> NDArray[np.float32]:
    """The samples about zero: a constant offset is no sound, yet it would measure as one and click at every joint."""
    if len(samples) == 0:
        return samples
    return samples - np.float32(np.mean(samples, dtype=np.float64))


def measure_take(clip: Clip, speech_threshold_db: float = -50.0) -> TakeMeasures:
    """Where speech starts and ends, its level and its peak, all without the offset from zero some converters leave.

    A 10 ms frame is speech when it is within 45 dB of the loudest frame and above ``speech_threshold_db``; 45 dB
    keeps the release of a final "s" or "t", which is some 35 to 40 dB under a vowel. In a take so soft that the
    threshold comes within 25 dB of its loudest frame, the threshold gives way.
    """
    samples = remove_offset(clip.samples)
    frame = max(1, int(clip.rate_hz * SPEECH_FRAME_S))
    count = -(-len(samples) // frame)
    if count == 0:
        return TakeMeasures(0.0, 0.0, SILENCE_DB, SILENCE_DB)
    padded = np.zeros(count * frame, np.float32)
    padded[: len(samples)] = samples
    power = np.mean(np.square(padded.reshape(count, frame), dtype=np.float64), axis=1)
    levels = 10.0 * np.log10(np.maximum(power, 1e-12))
    loudest = float(levels.max())
    loud = np.flatnonzero(levels > max(min(speech_threshold_db, loudest - 25.0), loudest - 45.0))
    if loudest < SILENT_BELOW_DB:
        return TakeMeasures(0.0, 0.0, SILENCE_DB, peak_db(samples))
    start, end = int(loud[0]) * frame, min(len(samples), (int(loud[-1]) + 1) * frame)
    return TakeMeasures(
        start / clip.rate_hz, end / clip.rate_hz, rms_db(samples[start:end]), peak_db(samples[start:end])
    )


def read_clip(path: Path) -> Clip:
    """A whole sound file as a mono clip; channels are averaged. Raises AudioError."""
    try:
        samples, rate_hz = soundfile.read(path, dtype="float32", always_2d=True)
    except (soundfile.LibsndfileError, OSError) as error:
        raise AudioError(
            f"The sound file {path.name} cannot be read. It may be damaged or of an unknown kind."
        ) from error
    return Clip(samples.mean(axis=1) if samples.shape[1] > 1 else samples[:, 0], int(rate_hz))


def write_clip(clip: Clip, path: Path, doing: str = "") -> None:
    """Write 16-bit mono; the suffix (.wav, .flac) chooses the format. Samples outside -1 to 1 are clipped.

    A failure leaves what stood at ``path`` as it was. Raises DiskFull, WorkspaceReadOnly, WorkspaceError.
    """
    sound = io.BytesIO()  # libsndfile hides from Python what goes wrong while it writes to a disk
    soundfile.write(
        sound, np.clip(clip.samples, -1.0, 1.0), clip.rate_hz, subtype="PCM_16", format=path.suffix[1:].upper()
    )
    with write_beside(path, doing, f".{os.getpid()}-{threading.get_ident()}") as partial:
        partial.write_bytes(sound.getbuffer())
