"""Sound made of what was read: on a processor beside the reading, on a graphics card between two steps of it.

A card has one queue of work, which is full already. A processor's cores are better used by two trains of work, each
with half of them, than by one with all: reading waits for memory, sounding for sums.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from engine.narration.xtts.decoding import Reading
from engine.narration.xtts.machine import is_out_of_memory
from engine.narration.xtts.vocoder import WaveformDecoder, make_sound

Samples = NDArray[np.float32]
Frames = tuple[Tensor, Tensor]  # of a line: frames [width, steps], the speaker's embedding


class Sounder:
    """Takes readings and gives them back with their sound, in the order they came; as a context manager."""

    def __init__(self, vocoder: WaveformDecoder, seconds: float, threads: int) -> None:
        """``seconds`` of sound are made at once; ``threads`` are this one's own, 0 to make sound where it is asked."""
        self._vocoder, self._seconds, self._threads = vocoder, seconds, threads
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="sound") if threads else None
        self._waiting: deque[tuple[list[Reading], Future[list[Samples]]]] = deque()

    def __enter__(self) -> Sounder:
        return self

    def __exit__(self, *_error: object) -> None:
        if self._pool:
            self._pool.shutdown(cancel_futures=True)

    def give(self, readings: list[Reading], lines: list[Frames]) -> None:
        """``lines`` are the readings' frames. May raise what PyTorch does, as `take` may."""
        if self._pool:
            self._waiting.append((readings, self._pool.submit(self._make, lines)))
            return
        done: Future[list[Samples]] = Future()
        done.set_result(self._make(lines))
        self._waiting.append((readings, done))

    def take(self, wait: bool = False) -> Iterator[tuple[Reading, Samples]]:
        """What has its sound by now; with ``wait`` the next, however long it takes."""
        while self._waiting and (wait or self._waiting[0][1].done()):
            readings, sounds = self._waiting.popleft()
            yield from zip(readings, sounds.result(), strict=True)
            wait = False

    def _make(self, lines: list[Frames]) -> list[Samples]:
        if self._threads:
            torch.set_num_threads(self._threads)
        return self._make_sound(lines, self._seconds)

    def _make_sound(self, lines: list[Frames], seconds: float) -> list[Samples]:
        try:
            return [sound.cpu().numpy() for sound in make_sound(self._vocoder, lines, seconds)]
        except (RuntimeError, MemoryError) as error:
            if not is_out_of_memory(error) or seconds < 1.0:
                raise
        return self._make_sound(lines, seconds / 2)
