"""What the shipped voices sound like, measured once: assets/models/preset_voices.json, made by
``benchmarks/preset_likeness.py``. So a map of voices needs no engine."""

from __future__ import annotations

import functools
import json
from pathlib import Path

import numpy as np

from engine.core_types import Shape, VoiceProfile
from engine.voices.likeness import Embedding
from engine.voices.presets import FINGERPRINT

MEASURED = Path(__file__).parents[2] / "assets" / "models" / "preset_voices.json"


def find_preset_embedding(voice: VoiceProfile) -> Embedding | None:
    """The embedding of a shipped voice in one of the shapes that were measured; None for any other."""
    if voice.clips or voice.fingerprint != FINGERPRINT:
        return None
    return _load_measured().get(name_shape_exactly(voice.shape))


def name_shape_exactly(shape: Shape) -> str:
    return f"{shape.semitones:g},{shape.formant:g},{shape.pace:g}"


@functools.lru_cache(maxsize=1)
def _load_measured() -> dict[str, Embedding]:
    measured = json.loads(MEASURED.read_text(encoding="utf-8"))
    if measured["fingerprint"] != FINGERPRINT:  # another model: what was measured is no longer true
        return {}
    return {shape: _normalise(values) for shape, values in measured["voices"].items()}


def _normalise(values: list[float]) -> Embedding:
    direction = np.asarray(values, np.float32)
    return np.asarray(direction / np.linalg.norm(direction), np.float32)
