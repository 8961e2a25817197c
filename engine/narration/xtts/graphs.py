"""CUDA graphs of a decoding step: one launch instead of a thousand, which is what a step of a small batch waits for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch


class StepGraphs:
    """Runs ``step(rows, span)`` as a graph, recorded when a size is met for the first time.

    The step reads and writes tensors that stay where they are, and nothing else. A first, unrecorded run warms the
    libraries up; recording does not run, so a step is done once either way.
    """

    def __init__(self, step: Callable[[int, int], None]) -> None:
        self._step = step
        self._graphs: dict[tuple[int, int], torch.cuda.CUDAGraph] = {}
        self._met: set[tuple[int, int]] = set()
        self._pool: Any = None

    def run(self, rows: int, span: int) -> None:
        size = (rows, span)
        if size in self._graphs:
            self._graphs[size].replay()
        elif size not in self._met:
            self._met.add(size)
            self._step(rows, span)
        else:
            graph = torch.cuda.CUDAGraph()
            with torch.cuda.graph(graph, pool=self._pool):
                self._step(rows, span)
            self._pool = self._pool or graph.pool()
            self._graphs[size] = graph
            graph.replay()
