"""What this machine has for engines: graphics card, memory, processor; and what the engines' packages are here."""

from __future__ import annotations

import ctypes
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass, replace
from functools import cache
from importlib.util import find_spec

OLDEST_DRIVER = 580  # that today's PyTorch (CUDA 13) works with
OLDEST_CARD = 7.5  # compute capability: GeForce RTX 20, GTX 16, T4
LEAST_CARD_MB = 4_000
ASK_TIMEOUT_S = 10.0


@dataclass(frozen=True, slots=True)
class GraphicsCard:
    """An NVIDIA card, as its driver describes it."""

    name: str
    memory_mb: int
    driver: str  # "580.95.05"
    generation: float  # compute capability: 8.9
    free_mb: int = 0

    @property
    def trouble(self) -> str:
        """Why engines cannot use it, in a sentence that says what to do; "" when they can."""
        major = self.driver.partition(".")[0]
        if self.generation and self.generation < OLDEST_CARD:
            return (
                f"The graphics card {self.name} is too old for today's PyTorch, which needs a GeForce GTX 16, RTX 20 "
                "or newer: engines will use the processor."
            )
        if major.isdecimal() and int(major) < OLDEST_DRIVER:
            return (
                f"The driver of the graphics card {self.name} is too old: it is {self.driver}, and today's PyTorch "
                f"needs {OLDEST_DRIVER} or newer. Install NVIDIA's current driver and start again."
            )
        if 0 < self.memory_mb < LEAST_CARD_MB:  # 0: it shares the machine's memory, or does not say
            return (
                f"The graphics card {self.name} has {self.memory_mb / 1000:.0f} GB of memory, and XTTS needs 4 GB: it "
                "will use the processor."
            )
        return ""

    @property
    def is_full(self) -> bool:
        """Whether a program holds most of its memory at this moment; that passes, and makes no card useless."""
        return bool(self.memory_mb) and self.free_mb < LEAST_CARD_MB // 2

    @property
    def fullness(self) -> str:
        """That its memory is taken, in a sentence that says what to do; "" when it is not."""
        if not self.is_full:
            return ""
        return (
            f"Most of the memory of the graphics card {self.name} is taken at the moment ({self.free_mb / 1000:.1f} of "
            f"{self.memory_mb / 1000:.0f} GB are free): unless Voxfolio itself is narrating on it, close the other "
            "program before you narrate with XTTS."
        )


@dataclass(frozen=True, slots=True)
class Machine:
    """What there is to run engines on."""

    card: GraphicsCard | None
    memory_gb: float  # 0 when it cannot be told
    cores: int

    @property
    def has_card(self) -> bool:
        """Whether there is a graphics card that engines can use."""
        return self.card is not None and not self.card.trouble


@cache
def look_at_machine() -> Machine:
    """This machine; asked once for the process (the driver takes up to a second to answer)."""
    return Machine(find_card(), measure_memory_gb(), os.cpu_count() or 1)


def look_again(machine: Machine) -> Machine:
    """The same machine with its card's memory as it is now: another program may have taken or left it meanwhile."""
    return replace(machine, card=find_card() or machine.card) if machine.card else machine


def find_card() -> GraphicsCard | None:
    """The first NVIDIA card, by asking its driver's own program; None when there is none."""
    program = shutil.which("nvidia-smi")
    if program is None:
        return None
    question = "--query-gpu=name,memory.total,driver_version,compute_cap,memory.free"
    try:
        answer = subprocess.run(
            [program, question, "--format=csv,noheader,nounits"],
            capture_output=True,
            text=True,
            timeout=ASK_TIMEOUT_S,
            check=False,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return read_card_line(answer.stdout) if answer.returncode == 0 else None


def read_card_line(answer: str) -> GraphicsCard | None:
    """A card from the first line of the driver's answer; None when there is no such line."""
    parts = [part.strip() for part in answer.strip().partition("\n")[0].split(",")]
    if len(parts) < 5 or not parts[0]:
        return None
    name, memory, driver, generation, free = parts[:5]
    return GraphicsCard(
        name.removeprefix("NVIDIA "), int(_number(memory)), driver, _number(generation), int(_number(free))
    )


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:  # "[N/A]"
        return 0.0


def measure_memory_gb() -> float:
    """The machine's memory; 0 when it cannot be told."""
    if sys.platform == "win32":
        return _ask_windows()
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 1e9
    except (ValueError, OSError):
        return 0.0


def _ask_windows() -> float:
    class MemoryStatus(ctypes.Structure):
        _fields_ = (
            ("length", ctypes.c_uint32),
            ("load", ctypes.c_uint32),
            ("total", ctypes.c_uint64),
            ("others", ctypes.c_uint64 * 6),
        )

    status = MemoryStatus(length=ctypes.sizeof(MemoryStatus))
    library = getattr(ctypes, "windll", None)
    if library is None or not library.kernel32.GlobalMemoryStatusEx(ctypes.byref(status)):
        return 0.0
    return float(status.total) / 1e9


# --- what engines need --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class EngineNeeds:
    """What an engine needs beyond the base install, in words and as packages."""

    packages: tuple[str, ...]  # import names; none for what the base install has
    words: str  # "an NVIDIA graphics card with 4 GB"
    install_mb: int = 0  # what its packages take to fetch, without a graphics card
    card_install_mb: int = 0  # and with one

    @property
    def installed(self) -> bool:
        return all(find_spec(name) is not None for name in self.packages)


NEEDS: dict[str, EngineNeeds] = {
    "hibari": EngineNeeds((), "Nothing: it is part of Voxfolio."),
    "xtts": EngineNeeds(
        ("torch", "tokenizers", "safetensors", "num2words"),
        "An NVIDIA graphics card with 4 GB of memory; without one 8 GB of memory, and two quick cores speak about in "
        "real time.",
        250,
        2_900,
    ),
    "kokoro": EngineNeeds((), "About 1 GB of memory; each processor core speaks a little faster than real time."),
    "pocket": EngineNeeds(
        ("pocket_tts", "torch", "safetensors"),
        "About 2 GB of memory; one processor core speaks about in real time.",
        260,
        2_900,
    ),
}
UNKNOWN_NEEDS = EngineNeeds((), "")


def find_needs(engine: str) -> EngineNeeds:
    """What the engine of that name needs; nothing for one that is not known here."""
    return NEEDS.get(engine, UNKNOWN_NEEDS)
