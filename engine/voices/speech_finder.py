"""Where somebody speaks: Silero's voice activity detector, run directly on onnxruntime.

The model file is the one inside the faster-whisper package (MIT); that package itself, which would load a recogniser's
whole machinery, is not imported.
"""

from __future__ import annotations

import functools
import importlib.util
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.errors import ModelMissing
from engine.network import open_network

RATE_HZ = 16_000
FRAME = 512  # samples to one probability
FRAME_S = FRAME / RATE_HZ
CONTEXT = 64  # samples of the frame before that the model looks back at
BATCH = 2048  # frames the model is given at once: a minute
STARTS_ABOVE, ENDS_BELOW = 0.5, 0.35  # the detector's own defaults
SHORTEST_SPEECH_S, SHORTEST_PAUSE_S = 0.1, 0.15

Span = tuple[float, float]  # start_s, end_s


class SpeechFinder:
    """Hears a recording in pieces and knows, for every 32 ms, how likely somebody speaks."""

    def __init__(self) -> None:
        self._session = _load_model()
        self._memory = [np.zeros((1, 1, 128), np.float32), np.zeros((1, 1, 128), np.float32)]
        self._before = np.zeros(CONTEXT, np.float32)
        self._waiting = np.zeros(0, np.float32)
        self._heard: list[NDArray[np.float32]] = []

    def hear(self, samples: NDArray[np.float32]) -> None:
        """Take the next samples: mono, 16 kHz, any number of them."""
        self._waiting = np.concatenate([self._waiting, samples])
        whole = len(self._waiting) // FRAME * FRAME
        self._hear_frames(self._waiting[:whole])
        self._waiting = self._waiting[whole:]

    def finish(self) -> NDArray[np.float32]:
        """The probability of speech for every frame of FRAME_S, the last one filled up with silence."""
        if len(self._waiting):
            self._hear_frames(np.pad(self._waiting, (0, FRAME - len(self._waiting))))
            self._waiting = self._waiting[:0]
        return np.concatenate([*self._heard, np.zeros(0, np.float32)])

    def _hear_frames(self, samples: NDArray[np.float32]) -> None:
        for start in range(0, len(samples), BATCH * FRAME):
            piece = samples[start : start + BATCH * FRAME]
            frames = piece.reshape(-1, FRAME)
            contexts = np.concatenate([self._before[None], frames[:-1, -CONTEXT:]])
            self._before = frames[-1, -CONTEXT:]
            given = {"input": np.concatenate([contexts, frames], axis=1), "h": self._memory[0], "c": self._memory[1]}
            likely, *self._memory = self._session.run(None, given)
            self._heard.append(likely.reshape(-1))


def find_speech(samples: NDArray[np.float32]) -> list[Span]:
    """Where somebody speaks in mono samples at 16 kHz: spans in seconds, in order and apart from each other."""
    finder = SpeechFinder()
    finder.hear(samples)
    return join_frames(finder.finish(), len(samples) / RATE_HZ)


def join_frames(likely: NDArray[np.float32], seconds: float) -> list[Span]:
    """The spans of speech in a run of probabilities: pauses under 0.15 s are bridged, specks under 0.1 s dropped."""
    spans: list[list[float]] = []
    speaking = False
    for number, probability in enumerate(likely):
        now = number * FRAME_S
        if probability >= STARTS_ABOVE and not speaking:
            speaking = True
            if spans and now - spans[-1][1] < SHORTEST_PAUSE_S:
                spans[-1][1] = now
            else:
                spans.append([now, now])
        elif probability < ENDS_BELOW:
            speaking = False
        if speaking:
            spans[-1][1] = min(seconds, now + FRAME_S)
    return [(start, end) for start, end in spans if end - start >= SHORTEST_SPEECH_S]


@functools.lru_cache(maxsize=1)
def _load_model() -> Any:
    return open_network(find_packaged_file("faster_whisper", "assets/silero_vad_v6.onnx"), keep_memory=False)


def find_packaged_file(package: str, file: str) -> Path:
    """A file inside an installed package, which is not imported. Raises ModelMissing with what to do."""
    found = importlib.util.find_spec(package)
    for folder in (found.submodule_search_locations or []) if found else []:
        if (path := Path(folder) / file).is_file():
            return path
    raise ModelMissing(f"The part {package} of Voxfolio is missing or not whole. Install again: python3 launch.py")
