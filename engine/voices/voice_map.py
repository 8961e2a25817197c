"""All voices on one flat map: who sounds like whom lies near them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from engine.voices.likeness import Embedding


def measure_distances(embeddings: Sequence[Embedding]) -> NDArray[np.float64]:
    """How far voices are from each other, 0 the same to 1 nothing in common: shape [n, n]."""
    if not embeddings:
        return np.zeros((0, 0))
    stacked = np.asarray(embeddings, np.float64).reshape(len(embeddings), -1)
    distances: NDArray[np.float64] = np.clip(1.0 - stacked @ stacked.T, 0.0, 1.0)
    np.fill_diagonal(distances, 0.0)
    return distances


def draw_map(distances: NDArray[np.float64]) -> NDArray[np.float64]:
    """Places on a square from 0 to 1 that keep the distances as well as two dimensions can: shape [n, 2].

    Classical scaling: the two main directions in which voices differ. The same distances give the same map.
    """
    count = len(distances)
    if count < 2:
        return np.full((count, 2), 0.5)
    centring = np.eye(count) - 1.0 / count
    values, vectors = np.linalg.eigh(-0.5 * centring @ np.square(distances) @ centring)
    main = np.argsort(values)[::-1][:2]
    places = vectors[:, main] * np.sqrt(np.maximum(values[main], 0.0))
    signs = np.sign(places[np.abs(places).argmax(axis=0), range(places.shape[1])])
    places = places * np.where(signs == 0.0, 1.0, signs)  # which way round is chance otherwise
    middle = (places.max(axis=0) + places.min(axis=0)) / 2.0
    reach = float(np.ptp(places, axis=0).max()) or 1.0  # one scale for both, or distances would be bent
    return np.asarray(0.5 + (places - middle) / reach, np.float64)
