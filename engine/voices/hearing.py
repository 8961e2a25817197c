"""What was said in a recording: a speech recogniser, Whisper through faster-whisper. The only file that imports it.

A recogniser hears words in noise when it is asked for them often enough, so it is given speech only: where nobody
speaks, nothing was said.
"""

from __future__ import annotations

import functools
from importlib.metadata import version
from pathlib import Path
from typing import Any, Protocol

from engine.audio import resample
from engine.core_types import Clip
from engine.disk import hash_file
from engine.errors import ModelError, ModelMissing
from engine.voices.speech_finder import find_speech

RATE_HZ = 16_000
NEEDED = ("model.bin", "config.json", "tokenizer.json")
LEAST_SPEECH_S = 0.5
EDGE_S = 0.3  # of what surrounds speech, left on


class Recogniser(Protocol):
    """Something that writes down what is said."""

    @property
    def name(self) -> str:
        """With its version, as it stands in a record."""
        ...

    def transcribe(self, clip: Clip, hotwords: str = "", language: str = "en") -> str:
        """The words said in the clip; "" where nobody speaks. ``hotwords`` are words to expect."""
        ...


def load_recogniser(folder: Path, threads: int = 2) -> Recogniser:
    """The Whisper model in a folder (CTranslate2's layout). Raises ModelMissing, ModelError."""
    missing = [name for name in NEEDED if not (folder / name).is_file()]
    if missing:
        raise ModelMissing(f"The speech recogniser in {folder} is not whole: {', '.join(missing)} is missing.")
    return _WhisperRecogniser(folder, threads)


class _WhisperRecogniser:
    def __init__(self, folder: Path, threads: int) -> None:
        from faster_whisper import WhisperModel

        try:
            self._model: Any = WhisperModel(str(folder), device="cpu", compute_type="int8", cpu_threads=threads)
        except (RuntimeError, ValueError, OSError) as error:
            raise ModelError(f"The speech recogniser in {folder} cannot be loaded: {error}.") from error
        self._folder = folder

    @functools.cached_property
    def name(self) -> str:  # reading 150 MB, so only when a record is written
        return f"faster-whisper {version('faster-whisper')}, model {hash_file(self._folder / 'model.bin')[:16]}"

    def transcribe(self, clip: Clip, hotwords: str = "", language: str = "en") -> str:
        samples = resample(clip, RATE_HZ).samples
        spans = find_speech(samples)
        if sum(end - start for start, end in spans) < LEAST_SPEECH_S:
            return ""
        first, last = max(0.0, spans[0][0] - EDGE_S), spans[-1][1] + EDGE_S
        pieces, _ = self._model.transcribe(
            samples[int(first * RATE_HZ) : int(last * RATE_HZ)],
            language=language,
            beam_size=5,
            temperature=0.0,  # the same recording is heard the same way twice
            condition_on_previous_text=False,
            hotwords=hotwords or None,
        )
        return " ".join(piece.text.strip() for piece in pieces)
