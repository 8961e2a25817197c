"""A neural network kept as an ONNX file, ready to run on the processor."""

from __future__ import annotations

from pathlib import Path
from typing import Any


def open_network(path: Path, threads: int = 1, keep_memory: bool = True) -> Any:
    """An onnxruntime session on so many threads. Raises what onnxruntime does when the file is not whole.

    Without ``keep_memory`` nothing is held back for the next run: a long recording would else leave its share behind.
    """
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
    options.enable_cpu_mem_arena = keep_memory
    options.log_severity_level = 4  # what goes wrong is raised; the rest is nobody's news
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
