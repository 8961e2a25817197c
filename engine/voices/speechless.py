"""What a recording is in which nobody speaks: silence, music, a whisper or noise; and what to do about it."""

from __future__ import annotations

import numpy as np

from engine.voices.acoustics import find_tones
from engine.voices.loudness import Loudness
from engine.voices.speech_finder import RATE_HZ
from engine.voices.survey import Survey

SILENT_BELOW_DB = -60.0  # the loudest 50 ms
SHORT_S = 1.0
MUSIC_ABOVE = 0.2  # share of the time in which several tones are held
# A whisper comes and goes like speech, but has no pitch.
WHISPER_RANGE_DB = 25.0
PITCHED_BELOW = 0.35
PITCH_FRAME, PITCH_HOP = 640, 320  # 40 ms every 20 ms
PITCH_LAGS = slice(RATE_HZ // 500, RATE_HZ // 60)
PITCH_CLEAR = 0.6  # how alike a frame is to itself one period later
CHECKED_S = 60.0


def explain_silence(survey: Survey, loudness: Loudness) -> str:
    """A sentence or two: why there is no speech in it."""
    levels = loudness.smooth_levels
    if not len(levels) or survey.seconds < SHORT_S:
        return f"It lasts {survey.seconds:.1f} s, which is too short to hear a voice. Record a whole sentence."
    if survey.speech:
        return "There is less than a second of speech in it. Record a whole sentence."
    if float(levels.max()) < SILENT_BELOW_DB:
        return "It is silent. Check that the right microphone is chosen and not muted, and record again."
    tones, _ = find_tones(survey, [])
    if tones is not None and tones > MUSIC_ABOVE:
        return "This is music, and nobody speaks. Record your voice alone."
    if float(np.ptp(np.percentile(levels, (10, 95)))) > WHISPER_RANGE_DB and _pitched_share(survey) < PITCHED_BELOW:
        return "It is whispered, or nobody speaks. Read aloud, in your ordinary voice."
    return "There is noise in it, but nobody speaks. Move closer to the microphone and record again."


def _pitched_share(survey: Survey) -> float:
    """The share of the louder frames that have a pitch."""
    samples = survey.cut(0.0, CHECKED_S)
    frames = np.lib.stride_tricks.sliding_window_view(samples, PITCH_FRAME)[::PITCH_HOP]
    frames = (frames - frames.mean(axis=1, keepdims=True)) * np.hanning(PITCH_FRAME)
    power = np.mean(np.square(frames), axis=1)
    loud = frames[power > power.max() / 300.0]
    size = 2 * PITCH_FRAME
    window = np.fft.irfft(np.square(np.abs(np.fft.rfft(np.hanning(PITCH_FRAME), size))))
    alike = np.fft.irfft(np.square(np.abs(np.fft.rfft(loud, size, axis=1))), axis=1)
    alike = alike[:, PITCH_LAGS] / np.maximum(alike[:, :1], 1e-12) * (window[0] / window[PITCH_LAGS])
    return float(np.mean(alike.max(axis=1) > PITCH_CLEAR))
