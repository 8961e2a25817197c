"""Characters that one voice can be bent into and that nobody takes for each other."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from engine.core_types import Clip, Shape
from engine.voices.likeness import Embedding, embed_speech
from engine.voices.voice_map import measure_distances

# Within what a listener takes for a person: pitch in semitones with the throat's size, and how fast.
CANDIDATES = (
    Shape(-5.0, 0.86, 0.95), Shape(-3.0, 0.92, 0.97), Shape(-2.0, 1.12, 0.92), Shape(0.0, 0.86, 0.96),
    Shape(0.0, 1.16, 1.0), Shape(2.5, 0.9, 1.0), Shape(3.0, 1.08, 1.04), Shape(5.0, 1.16, 1.02),
    Shape(7.0, 1.3, 1.04), Shape(-7.0, 0.8, 0.9),
)  # fmt: skip
LEAST_APART = 0.08  # closer than this they would be one character

Bend = Callable[[Clip, Shape], Clip]


def suggest_shapes(
    clip: Clip, bend: Bend, count: int = 5, on_share: Callable[[float], None] = lambda share: None
) -> list[tuple[Shape, float]]:
    """Up to ``count`` shapes of the voice in a clip, each with its distance to the nearest of the others and the plain
    voice: always the one that is furthest from all chosen before. Raises RecordingRefused without speech."""
    embeddings = [embed_speech(clip)]
    for number, shape in enumerate(CANDIDATES, start=1):
        embeddings.append(embed_speech(bend(clip, shape)))
        on_share(number / len(CANDIDATES))
    return choose_apart(embeddings, CANDIDATES, count)


def choose_apart(embeddings: Sequence[Embedding], shapes: Sequence[Shape], count: int) -> list[tuple[Shape, float]]:
    """The choice itself; the first embedding is the plain voice's, the others the shapes'."""
    distances = measure_distances(embeddings)
    chosen: list[int] = [0]
    found: list[tuple[Shape, float]] = []
    while len(found) < min(count, len(shapes)):
        nearest = distances[chosen].min(axis=0)
        nearest[chosen] = -1.0
        best = int(np.argmax(nearest))
        if nearest[best] < LEAST_APART:
            break
        chosen.append(best)
        found.append((shapes[best - 1], round(float(nearest[best]), 3)))
    return found


def name_shape(shape: Shape) -> str:
    """A shape in a few words: "lower, larger, slower"; "as it is" for the neutral one."""
    words = []
    if abs(shape.semitones) >= 0.5:
        words.append(("much " if abs(shape.semitones) >= 5 else "") + ("higher" if shape.semitones > 0 else "lower"))
    if abs(shape.formant - 1.0) >= 0.03:
        words.append("smaller" if shape.formant > 1 else "larger")
    if abs(shape.pace - 1.0) >= 0.03:
        words.append("quicker" if shape.pace > 1 else "slower")
    return ", ".join(words) or "as it is"
