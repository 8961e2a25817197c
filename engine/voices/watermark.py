"""Is this recording marked as made by a machine? The detector of Perth, the mark that Resemble and Chatterbox put in.

A mark found says that a machine spoke. None found says nothing: most machines do not mark what they speak, and a mark
is lost when the pitch is moved. The detector is believed only after it has told a marked clip from silence and noise.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.audio import read_clip, resample
from engine.core_types import Clip
from engine.errors import ModelError, ModelMissing
from engine.network import open_network

MODELS = Path(__file__).parents[2] / "assets" / "models"
RATE_HZ = 32_000
WINDOW, HOP, BANDS = 2048, 320, 128  # the mark lies below 2 kHz
LONGEST = 30 * RATE_HZ  # heard at once; the most marked stretch decides
STRETCHES = {"slow": 1.25, "normal": 1.0, "fast": 0.75}  # the detector's three looks at the same frames
SHORTEST_S = 1.0  # a second of real speech has measured up to 0.55 without a mark, longer clips far less
FAINTEST = 1e-4  # the loudest sample of a clip that can be judged

# 0 of 482 real recordings measured 0.9 and one 0.8; marked ones 0.92 and more after MP3, AAC and mastering.
MARKED = 0.9
SUSPECT = 0.6

Levels = NDArray[np.float32]


def measure_watermark(clip: Clip) -> float | None:
    """How surely a clip carries the mark, 0 to 1; None when it is too short or too faint to tell.

    Raises ModelError when the detector is missing or does not find the mark where there is one.
    """
    prove_detector()
    return _measure(clip)


@functools.lru_cache(maxsize=1)
def prove_detector() -> None:
    """Once for the process: the mark is found in the clip that has it, and not in noise. Raises ModelError."""
    if not (MODELS / "watermark.onnx").is_file() or not (MODELS / "marked.flac").is_file():
        raise ModelMissing("The model that knows a machine's mark is missing from this copy of Voxfolio.")
    noise = np.random.default_rng(1).normal(0.0, 0.05, 3 * RATE_HZ).astype(np.float32)
    marked, unmarked = _measure(read_clip(MODELS / "marked.flac")), _measure(Clip(noise, RATE_HZ))
    if marked is None or marked < MARKED or unmarked is None or unmarked > SUSPECT:
        raise ModelError(
            "The model that knows a machine's mark does not work on this computer, so no statement can be checked. "
            "Install Voxfolio again."
        )


def _measure(clip: Clip) -> float | None:
    samples = resample(clip, RATE_HZ).samples
    scores = []
    for start in range(0, max(1, len(samples)), LONGEST):
        piece = samples[start : start + LONGEST]
        if len(piece) >= SHORTEST_S * RATE_HZ and np.max(np.abs(piece)) >= FAINTEST:
            levels = measure_levels(piece)
            votes = _load_model().run(None, {f"{name}_bands": b for name, b in stretch_bands(levels).items()})
            scores.append(count_votes([vote[0] for vote in votes], levels))
    return max(scores, default=None)


def measure_levels(samples: NDArray[np.float32]) -> Levels:
    """The short-time spectrum as the detector wants it: shape [1025, frames], about 0 silence to 1 loud."""
    padded = np.pad(samples, WINDOW // 2, mode="reflect")
    frames = np.lib.stride_tricks.sliding_window_view(padded, WINDOW)[::HOP]
    window = 0.5 - 0.5 * np.cos(2.0 * np.pi * np.arange(WINDOW) / WINDOW)
    return to_levels(np.abs(np.fft.rfft(frames * window.astype(np.float32), axis=1)).T)


def to_levels(magnitudes: NDArray[Any]) -> Levels:
    decibels = 20.0 * np.log10(np.maximum(magnitudes, 1e-9))
    levels: Levels = ((decibels + 180.0) / 195.0).astype(np.float32)
    return levels


def stretch_bands(levels: Levels) -> dict[str, NDArray[np.float32]]:
    """The lowest bands as each of the detector's branches looks at them: [1, 128, frames], fewer or more frames."""
    bands = levels[:BANDS]
    count = bands.shape[1]
    stretched = {}
    for name, factor in STRETCHES.items():
        at = np.linspace(0.0, count - 1, int(count * factor))
        below = np.minimum(at.astype(int), count - 2)
        share = (at - below).astype(np.float32)
        stretched[name] = (bands[:, below] * (1.0 - share) + bands[:, below + 1] * share)[None]
    return stretched


def find_loud_frames(levels: Levels) -> NDArray[np.float32]:
    """1 for each frame that counts, 0 for the near silent ones."""
    sums = levels.sum(axis=0)
    loud: NDArray[np.float32] = (sums > sums.max() * 0.05).astype(np.float32)
    return loud


def count_votes(votes: Sequence[NDArray[np.float32]], levels: Levels) -> float:
    """One score from the branches: each says for every frame how marked it is and how well it can tell."""
    loud = find_loud_frames(levels)
    trust, marked = np.zeros(len(votes)), np.zeros(len(votes))
    for number, vote in enumerate(votes):
        nearest = loud[(np.arange(vote.shape[1]) * len(loud)) // vote.shape[1]]
        trust[number], marked[number] = (vote * nearest).sum(axis=1) / max(1.0, float(nearest.sum()))
    weight = np.exp(trust - trust.max())
    return float(np.clip((marked * weight).sum() / weight.sum(), 0.0, 1.0))


@functools.lru_cache(maxsize=1)
def _load_model() -> Any:
    return open_network(MODELS / "watermark.onnx")
