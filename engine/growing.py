"""A sound that is heard while it is still being spoken: a WAV file that one process writes and another reads.

How long it will be stands at the beginning of a WAV file, where nobody knows it yet; the largest number there is says
to players that there is more to come.
"""

from __future__ import annotations

import struct
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import numpy as np

from engine.core_types import Clip
from engine.disk import disk_errors

UNKNOWN = 0xFFFFFFFF
LOOK_EVERY_S = 0.03


@dataclass(frozen=True, slots=True)
class Growing:
    """A sound that is being spoken: the file, and the job that writes it."""

    path: Path
    job_id: int


def write_growing(clips: Iterator[Clip], path: Path, rate_hz: int) -> Clip:
    """Append each clip as it comes, 16 bit, mono; returns the whole. Raises WorkspaceError.

    There is no file before the first clip, so that who waits for it is told when nothing can be said.
    """
    samples, first = [], next(clips)
    with disk_errors("keep a sound", path.parent):
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as file:
            file.write(b"RIFF" + struct.pack("<I", UNKNOWN) + b"WAVEfmt ")
            file.write(struct.pack("<IHHIIHH", 16, 1, 1, rate_hz, 2 * rate_hz, 2, 16))
            file.write(b"data" + struct.pack("<I", UNKNOWN))
            for clip in chain([first], clips):
                samples.append(clip.samples)
                file.write((np.clip(clip.samples, -1.0, 1.0) * 32767.0).astype("<i2").tobytes())
                file.flush()
    return Clip(np.concatenate(samples), rate_hz)


def wait_for(path: Path, is_over: Callable[[], bool]) -> bool:
    """Whether a sound began to grow before all was over."""
    while not path.is_file():
        if is_over():
            return False
        time.sleep(LOOK_EVERY_S)
    return True


def read_growing(path: Path, is_over: Callable[[], bool]) -> Iterator[bytes]:
    """What is there and what comes, until ``is_over``. Raises FileNotFoundError when it was never begun, or is gone."""
    file = path.open("rb")

    def follow() -> Iterator[bytes]:
        over = False
        with file:
            while True:
                while piece := file.read(1 << 16):
                    yield piece
                if over:
                    return
                over = is_over()  # asked before the last look, so that nothing written meanwhile is missed
                if not over:
                    time.sleep(LOOK_EVERY_S)

    return follow()
