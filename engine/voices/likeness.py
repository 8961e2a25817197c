"""How alike two voices are: a speaker embedding, run on the CPU from a model of 3 MB.

The model is Resemblyzer's encoder (``assets/models/README.md``): it hears 1.6 s at a time and gives a direction in
256 dimensions that depends on who speaks far more than on what is said. The cosine between two directions is the
likeness. It tells people apart; it does not tell a person from a good imitation of them.
"""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.audio import resample
from engine.core_types import Clip
from engine.errors import ModelMissing, RecordingRefused
from engine.network import open_network
from engine.voices.speech_finder import find_speech

MODEL = Path(__file__).parents[2] / "assets" / "models" / "likeness.onnx"
RATE_HZ = 16_000
WINDOW, HOP, BANDS = 400, 160, 40  # 25 ms every 10 ms
FRAMES = 160  # what the model hears at once
STEP = 77  # frames from one hearing to the next: 1.3 hearings a second
LEAST_FILLED = 0.75  # of the last hearing; one with less is left out
LEVEL_DB = -30.0  # quieter speech is raised to it, as the model's own recordings were
KEPT_PAUSE_S = 0.2  # left on either side of speech; measured better than none, and than leaving pauses whole
SHORTEST_S = 0.8  # of speech; less is no voice

# Bands for a statement of some 18 s against a recording: above the first the same person, below the second somebody
# else, between them one more recording has to decide. Figures in benchmarks/results/consent.md.
SAME_PERSON, PERHAPS_SAME = 0.82, 0.75  # recordings of 8 s and more, and several taken together
SAME_IN_SHORT, PERHAPS_IN_SHORT = 0.75, 0.65  # shorter ones are less alike even to their own speaker
SHORT_S = 8.0

Embedding = NDArray[np.float32]  # shape [256], length 1


def embed_speech(clip: Clip) -> Embedding:
    """Who speaks in a clip, as a direction. Pauses do not count. Raises RecordingRefused when there is no speech."""
    samples = resample(clip, RATE_HZ).samples
    spans = find_speech(samples)
    if sum(end - start for start, end in spans) < SHORTEST_S:
        raise RecordingRefused("There is too little speech in this recording to tell whose voice it is.")
    kept = np.zeros(len(samples), bool)
    for start, end in spans:
        kept[max(0, int((start - KEPT_PAUSE_S) * RATE_HZ)) : int((end + KEPT_PAUSE_S) * RATE_HZ)] = True
    return embed_samples(samples[kept])


def embed_samples(speech: NDArray[np.float32]) -> Embedding:
    """The same for mono speech at 16 kHz from which the pauses have been cut."""
    level = float(np.sqrt(np.mean(np.square(speech, dtype=np.float64))))
    gain = max(1.0, 10.0 ** (LEVEL_DB / 20.0) / max(level, 1e-9))
    starts = choose_starts(len(speech))
    padded = np.pad(speech * np.float32(gain), (0, max(0, (starts[-1] + FRAMES) * HOP - len(speech))))
    mels = measure_mels(padded)
    heard = _load_model().run(None, {"mels": np.stack([mels[start : start + FRAMES] for start in starts])})[0]
    mean = (heard / np.linalg.norm(heard, axis=1, keepdims=True)).mean(axis=0)
    direction: Embedding = (mean / np.linalg.norm(mean)).astype(np.float32)
    return direction


def join_embeddings(embeddings: list[Embedding]) -> Embedding:
    """One direction for several recordings of a person: surer than any of them."""
    mean = np.mean(embeddings, axis=0)
    direction: Embedding = (mean / np.linalg.norm(mean)).astype(np.float32)
    return direction


def likeness(one: Embedding, other: Embedding) -> float:
    """0 nothing alike to 1 the same; recordings of one person are mostly above SAME_PERSON."""
    return float(np.dot(one, other))


def judge_likeness(alike: float, seconds: float) -> bool | None:
    """Whether a recording of that length is by whom it is compared with; None when it cannot be told surely."""
    same, perhaps = (SAME_PERSON, PERHAPS_SAME) if seconds >= SHORT_S else (SAME_IN_SHORT, PERHAPS_IN_SHORT)
    return True if alike >= same else None if alike >= perhaps else False


def choose_starts(length: int) -> list[int]:
    """The frames at which the model starts to hear speech of that many samples."""
    frames = -(-(length + 1) // HOP)
    starts = list(range(0, max(1, frames - FRAMES + STEP + 1), STEP))
    if len(starts) > 1 and (length - starts[-1] * HOP) / (FRAMES * HOP) < LEAST_FILLED:
        starts.pop()
    return starts


def measure_mels(samples: NDArray[np.float32]) -> NDArray[np.float32]:
    """Power in 40 mel bands every 10 ms: shape [frames, 40], each frame centred on its time."""
    padded = np.pad(samples, WINDOW // 2)
    frames = np.lib.stride_tricks.sliding_window_view(padded, WINDOW)[::HOP]
    window = 0.5 - 0.5 * np.cos(2.0 * np.pi * np.arange(WINDOW) / WINDOW)
    power = np.abs(np.fft.rfft(frames * window, axis=1)) ** 2
    mels: NDArray[np.float32] = (power @ _mel_filters().T).astype(np.float32)
    return mels


@functools.lru_cache(maxsize=1)
def _mel_filters() -> NDArray[np.float64]:
    """Slaney's triangles: linear to 1 kHz, logarithmic above, each of the same area; shape [40, 201]."""
    edges_hz = _to_hz(np.linspace(0.0, _to_mel(RATE_HZ / 2), BANDS + 2))
    bins_hz = np.fft.rfftfreq(WINDOW, 1.0 / RATE_HZ)
    low, middle, high = edges_hz[:-2, None], edges_hz[1:-1, None], edges_hz[2:, None]
    rising, falling = (bins_hz - low) / (middle - low), (high - bins_hz) / (high - middle)
    triangles: NDArray[np.float64] = np.maximum(0.0, np.minimum(rising, falling)) * 2.0 / (high - low)
    return triangles


def _to_mel(hz: float) -> float:
    return 15.0 + 27.0 * float(np.log(hz / 1000.0) / np.log(6.4)) if hz >= 1000.0 else hz * 3.0 / 200.0


def _to_hz(mels: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.where(mels < 15.0, mels * 200.0 / 3.0, 1000.0 * 6.4 ** ((mels - 15.0) / 27.0))


@functools.lru_cache(maxsize=1)
def _load_model() -> Any:
    if not MODEL.is_file():
        raise ModelMissing("The model that compares voices is missing from this copy of Voxfolio. Install it again.")
    return open_network(MODEL)
