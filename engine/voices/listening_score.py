"""What listeners would say of a recording: DNSMOS, Microsoft's predictor of their scores from 1 to 5.

The model file is the one inside the speechmos package (MIT); its code, which needs librosa, is not used.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.network import open_network
from engine.voices.speech_finder import RATE_HZ, find_packaged_file

WINDOW_S = 9.01  # what the model was trained to hear at once
WINDOW = int(WINDOW_S * RATE_HZ)
# The paper's mapping from the model's raw scores to those that listeners gave.
SPEECH = np.poly1d([-0.08397278, 1.22083953, 0.0052439])
BACKGROUND = np.poly1d([-0.13166888, 1.60915514, -0.39604546])
OVERALL = np.poly1d([-0.06766283, 1.11546468, 0.04602535])


class ListeningScore(NamedTuple):
    """Predicted opinions, 1 bad to 5 excellent; clean readings get 2.7 to 3.4 overall."""

    speech: float  # is the voice itself undistorted
    background: float  # is the background undisturbing
    overall: float


def score_windows(windows: Iterable[NDArray[np.float32]]) -> list[ListeningScore]:
    """Score stretches of mono samples at 16 kHz; each is cut, or repeated, to the 9 s that the model hears."""
    session = _load_model()
    scores = []
    for samples in windows:
        filled = np.resize(samples, WINDOW).astype(np.float32) if len(samples) else np.zeros(WINDOW, np.float32)
        speech, background, overall = session.run(None, {"input_1": filled[None]})[0][0]
        scores.append(ListeningScore(float(SPEECH(speech)), float(BACKGROUND(background)), float(OVERALL(overall))))
    return scores


@functools.lru_cache(maxsize=1)
def _load_model() -> Any:
    path = find_packaged_file("speechmos", "dnsmos_models/sig_bak_ovr.onnx")
    return open_network(path, threads=2, keep_memory=False)  # it would keep 120 MB
