"""Is there a voice in a recording that an engine is to speak like? Without one it makes up a voice of its own."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.audio import rms_db
from engine.errors import RecordingRefused
from engine.narration.xtts.pitch import find_pitch

SILENT_DB = -55.0
LEAST_VOICED = 0.08  # share of the sound that has a pitch; speech has 0.3 and more, noise and music with drums less
LEAST_MELODY = 0.15  # semitones the pitch moves; a hum or a beep stays where it is


def check_voice_heard(samples: NDArray[np.float32], rate_hz: int, name: str) -> None:
    """Raises RecordingRefused for silence, noise and a single tone in the recordings of the voice of this name."""
    if rms_db(samples) < SILENT_DB:
        raise RecordingRefused(
            f'The recordings of the voice "{name}" are silent. Record them again, nearer to the microphone.'
        )
    pitch = find_pitch(samples, rate_hz)
    voiced = pitch[pitch > 0]
    melody = float(np.std(12 * np.log2(voiced))) if len(voiced) else 0.0
    if len(voiced) < LEAST_VOICED * len(samples) or melody < LEAST_MELODY:
        raise RecordingRefused(
            f'No voice can be heard in the recordings of "{name}", only noise or a tone. '
            "Record them again in a quiet room."
        )
