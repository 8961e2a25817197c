"""What a recording is in which nobody speaks: silence, music, a whisper or noise; and what to do about it."""

from __future__ import annotations

import numpy as np

from engine.voices.acoustics import find_tones
from engine.voices.loudness import Loudness
from engine.voices.pitch import find_pitch, voiced_share
from engine.voices.speech_finder import RATE_HZ
from engine.voices.survey import Survey

SILENT_BELOW_DB = -60.0  # the loudest 50 ms
SHORT_S = 1.0
MUSIC_ABOVE = 0.2  # share of the time in which several tones are held
WHISPER_RANGE_DB = 25.0  # a whisper comes and goes like speech, but has no pitch
PITCHED_BELOW = 0.35
CHECKED_S = 60.0


def explain_silence(survey: Survey, loudness: Loudness) -> str:
    """A sentence or two: why there is no speech in it."""
    if survey.seconds < SHORT_S:
        return f"It lasts {survey.seconds:.1f} s, which is too short to hear a voice. Record a whole sentence."
    if survey.speech:
        return "There is less than a second of speech in it. Record a whole sentence."
    levels = loudness.smooth_levels
    if float(levels.max()) < SILENT_BELOW_DB:
        return "It is silent. Check that the right microphone is chosen and not muted, and record again."
    tones, _ = find_tones(survey, [], float(levels.max()))
    if tones is not None and tones > MUSIC_ABOVE:
        return "This is music, and nobody speaks. Record your voice alone."
    pitched = voiced_share(find_pitch(survey.samples[: int(CHECKED_S * RATE_HZ)], [(0.0, CHECKED_S)]))
    comes_and_goes = float(np.ptp(np.percentile(levels, (10, 95)))) > WHISPER_RANGE_DB
    if comes_and_goes and pitched is not None and pitched < PITCHED_BELOW:
        return "It is whispered, or nobody speaks. Read aloud, in your ordinary voice."
    return "There is noise in it, but nobody speaks. Move closer to the microphone and record again."
