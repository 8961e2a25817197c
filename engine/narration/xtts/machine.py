"""Where the model runs and in which precision: what this machine's PyTorch and graphics card allow, in sentences."""

from __future__ import annotations

import re
import warnings
from dataclasses import dataclass

import torch

from engine.errors import SynthesisError
from engine.narration.machine import measure_memory_gb

# What a line needs of the cache is measured from the job; this much of the free memory is left for everything else.
CACHE_SHARE = 0.5
GPU_ROWS, CPU_ROWS = 64, 16
LITTLE_GB, FEW_ROWS = 12.0, 8  # with 16 rows it takes 7.6 GB at the most, with 8 5.9
WITHOUT_CARD = "To do without the card, start Voxfolio with VOXFOLIO_PROCESSOR_ONLY=1 in its environment."


@dataclass(frozen=True, slots=True)
class Place:
    """Where and how the networks run."""

    device: torch.device
    reading: torch.dtype  # of the network that reads
    sounding: torch.dtype  # of the vocoder
    rows: int  # lines in a batch
    joining: int  # lines read in together
    sound_s: float  # seconds of sound made at once; 0 for each line by itself
    graphs: bool


PRECISIONS = {"float32": torch.float32, "bfloat16": torch.bfloat16, "float16": torch.float16}


def find_place(device: str = "", precision: str = "", rows: int = 0) -> Place:
    """The graphics card where there is one that works, else the processor; or what is asked for.

    On a card: half precision for reading, TensorFloat-32 for the sound. On a processor: single precision, and sound
    line by line, which is as fast there and keeps a line's samples the same in any batch. Raises SynthesisError.
    """
    if precision and precision not in PRECISIONS:
        raise SynthesisError(f"There is no precision “{precision}”. There is: {', '.join(PRECISIONS)}.")
    kind = device or ("cuda" if _has_card() else "cpu")
    if not kind.startswith("cuda"):
        return Place(
            torch.device(kind), PRECISIONS[precision or "float32"], torch.float32, rows or choose_rows(), 1, 0.0, False
        )
    _check_card(kind)
    torch.backends.cudnn.allow_tf32 = True
    reading = PRECISIONS[precision or "float16"]
    return Place(torch.device(kind), reading, torch.float32, rows or GPU_ROWS, 16, 40.0, True)


def choose_rows() -> int:
    """How many lines a processor reads at a time, by the memory of this machine; 0 GB are memory nobody can tell."""
    return FEW_ROWS if 0.0 < measure_memory_gb() < LITTLE_GB else CPU_ROWS


def _has_card() -> bool:
    """Whether there is a graphics card PyTorch can use. Raises SynthesisError when only its driver is in the way."""
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        available = bool(torch.cuda.is_available())
    if not available and any("driver" in str(warning.message) and "old" in str(warning.message) for warning in told):
        raise SynthesisError(
            "The driver of the graphics card is too old for the PyTorch that is installed. Install NVIDIA's current "
            f"driver and start Voxfolio again. {WITHOUT_CARD}"
        )
    return available


def _check_card(kind: str) -> None:
    try:
        torch.zeros(1, device=kind)
    except (RuntimeError, AssertionError) as error:
        raise SynthesisError(
            "The graphics card cannot be used: another program may hold it or its memory is full, or this PyTorch is "
            f"made for another card. Close other programs and try again. {WITHOUT_CARD}"
        ) from error


def count_rows(wanted: int, bytes_per_row: int, device: torch.device) -> int:
    """How many lines fit: ``wanted``, or as many as CACHE_SHARE of the free memory of a graphics card holds."""
    if device.type != "cuda" or bytes_per_row <= 0:
        return wanted
    free, _ = torch.cuda.mem_get_info(device)
    return max(1, min(wanted, int(CACHE_SHARE * free / bytes_per_row)))


def is_out_of_memory(error: BaseException) -> bool:
    """Whether this is said of a memory that is full; the libraries beneath PyTorch say it in ways of their own."""
    if isinstance(error, (torch.OutOfMemoryError, MemoryError)):
        return True
    return isinstance(error, RuntimeError) and bool(
        re.search(r"out of memory|ALLOC_FAILED|t allocate memory", str(error))
    )


def explain_full_memory(device: torch.device) -> str:
    """What to tell when XTTS does not fit: a sentence with what there is, and what to do."""
    if device.type != "cuda":
        return (
            "The memory of this machine is not enough for XTTS, not even for a few lines at a time. Close other "
            "programs, or choose another engine."
        )
    try:
        free, whole = torch.cuda.mem_get_info(device)
        room = f" ({free / 1e9:.1f} of {whole / 1e9:.0f} GB are free)"
    except RuntimeError:  # the card does not even answer
        room = ""
    return (
        f"The memory of the graphics card is not enough for XTTS{room}: another program holds it, or the card is too "
        f"small. Close other programs that use the card and try again. {WITHOUT_CARD}"
    )
