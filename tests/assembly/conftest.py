"""Takes that need no voice: sound shaped like speech, with edges that are known to the sample."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from engine.assembly.encoding import decode_blocks
from engine.audio import measure_take, write_clip
from engine.core_types import Clip, Take

MakeTake = Callable[..., Take]


def speech_like(seconds: float, rate_hz: int, pitch_hz: float, seed: int) -> NDArray[np.float32]:
    """Vowels of many harmonics in syllables, with bursts of noise between them; about -20 dB RMS."""
    random = np.random.default_rng(seed)
    time = np.arange(int(seconds * rate_hz)) / rate_hz
    harmonics = range(1, int(min(4000, rate_hz / 2) / pitch_hz))
    vowel = sum(np.sin(2 * np.pi * pitch_hz * n * time + random.random() * 6) / n for n in harmonics)
    syllables = 0.55 + 0.45 * np.sin(2 * np.pi * 4.0 * time + 1.0)
    noise = random.standard_normal(len(time)) * (np.sin(2 * np.pi * 2.0 * time) > 0.9)
    sound = np.asarray(vowel) * syllables + 0.5 * noise
    return (0.1 * sound / np.sqrt(np.mean(sound**2))).astype(np.float32)


@pytest.fixture
def make_take(tmp_path: Path) -> MakeTake:
    """make_take(seconds, level_db=..., ...): a take in a file, measured as every take is."""
    made = 0

    def make(
        seconds: float = 2.0,
        level_db: float = -25.0,
        rate_hz: int = 24_000,
        before_s: float = 0.2,
        after_s: float = 0.3,
        offset: float = 0.0,
        pitch_hz: float = 130.0,
        samples: NDArray[np.float32] | None = None,
    ) -> Take:
        nonlocal made
        made += 1
        if samples is None:
            samples = speech_like(seconds, rate_hz, pitch_hz, seed=made) * np.float32(10 ** ((level_db + 20) / 20))
        silences = [np.zeros(int(length * rate_hz), np.float32) for length in (before_s, after_s)]
        clip = Clip(np.clip(np.concatenate([silences[0], samples, silences[1]]) + np.float32(offset), -1, 1), rate_hz)
        path = tmp_path / f"take{made}.flac"
        write_clip(clip, path)
        return Take(f"{made:064x}", path, clip.seconds, rate_hz, 0, measure_take(clip))

    return make


@pytest.fixture(scope="session")
def decode() -> Callable[[Path], NDArray[np.float32]]:
    """decode(path): all samples of a file."""

    def decode_all(path: Path) -> NDArray[np.float32]:
        def samples() -> Iterator[NDArray[np.float32]]:
            for clip in decode_blocks(path):
                yield clip.samples

        return np.concatenate(list(samples()))

    return decode_all
