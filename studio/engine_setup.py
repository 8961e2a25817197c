"""`voxfolio add`: the packages of another engine, put into the Python that Voxfolio runs in.

    add_engine -> PyTorch, the build for this machine -> the engine's other packages, hash by hash -> what is next

PyTorch stands apart because no one build fits all machines: with an NVIDIA card it is 2.5 GB, without it 200 MB from
another place. Everything else comes from a lock file, and nothing is taken that is not in it.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING

from engine.errors import StudioError
from engine.settings import Settings

if TYPE_CHECKING:
    from engine.narration.machine import Machine

ROOT = Path(__file__).resolve().parents[1]
TORCH = "2.13.0"
TORCH_PLACES = "https://download.pytorch.org/whl"
ENGINES = ("xtts", "pocket", "kokoro")
# Rough sizes, so that a person knows before: to fetch (MB), and on the disk (bytes), for PyTorch and the rest.
CARD_MB, CARD_BYTES = 2_600, 7_000_000_000
PROCESSOR_MB, PROCESSOR_BYTES = 200, 1_000_000_000
OTHERS_MB, OTHERS_BYTES = 60, 300_000_000
NO_NETWORK = re.compile(
    r"NewConnectionError|ConnectTimeout|ReadTimeout|ProxyError|SSLError|name resolution|getaddrinfo|"
    r"Connection (refused|reset|broken|aborted)|Network is unreachable|timed out"
)


class SetupTrouble(StudioError):
    """Why an engine could not be installed, and what to do."""


@dataclass(frozen=True, slots=True)
class TorchSource:
    """One way to come by PyTorch."""

    words: str
    options: tuple[str, ...]
    megabytes: int
    bytes: int


def add_engine_options(command: argparse.ArgumentParser) -> None:
    command.add_argument("engine", choices=ENGINES, help="which engine to make ready")
    command.add_argument("--dry-run", action="store_true", help="only say what would be done")


def add_engine(options: argparse.Namespace, settings: Settings) -> None:
    """Install what an engine needs and say what is next. Raises SetupTrouble."""
    from engine.narration.machine import find_needs, look_at_machine

    engine: str = options.engine
    if find_needs(engine).packages:
        machine = look_at_machine()
        if machine.card and machine.card.trouble:
            say(machine.card.trouble)
        install_engine(engine, machine, settings.workspace / f"setup-{engine}.log", options.dry_run)
    else:
        say("Kokoro needs no packages beyond Voxfolio's own, only its model.")
    if not options.dry_run:
        tell_next_step(engine)


def install_engine(engine: str, machine: Machine, log: Path, dry_run: bool = False) -> None:
    """PyTorch first, in the build this machine wants, then the rest from the lock. Raises SetupTrouble."""
    lock = ROOT / f"requirements-{engine}.lock"
    if not lock.is_file():
        raise SetupTrouble(
            f"This copy of Voxfolio has no {lock.name}. Install the engine with pip: pip install 'voxfolio[{engine}]'"
        )
    sources = [] if has_torch(machine) else list(plan_torch(machine))
    needed = OTHERS_BYTES + (sources[0].bytes if sources else 0)
    megabytes = OTHERS_MB + (sources[0].megabytes if sources else 0)
    say(f"The packages of {engine} are about {megabytes:,} MB to fetch and {needed / 1e9:.1f} GB on the disk.")
    free = shutil.disk_usage(sys.prefix).free
    if free < needed:
        raise SetupTrouble(
            f"There are {free / 1e9:.1f} GB free where Voxfolio lies ({sys.prefix}), and {needed / 1e9:.1f} GB are "
            "needed. Make room and run this again."
        )
    if dry_run:
        for source in sources:
            say(f"Would run: pip install torch=={TORCH} {' '.join(source.options)} ({source.words})")
        say(f"Would run: pip install --require-hashes -r {lock.name}")
        return
    log.parent.mkdir(parents=True, exist_ok=True)
    log.write_text("", encoding="utf-8")
    install_torch(sources, log)
    if not lock.read_text(encoding="utf-8").strip():
        return  # all it needs came with the studio
    say("The engine's other packages, each checked against its hash.")
    trouble = run_pip(["--no-deps", "--require-hashes", "--only-binary", ":all:", "-r", str(lock)], log)
    if trouble is not None:
        raise SetupTrouble(explain_pip(trouble, log))


def install_torch(sources: Sequence[TorchSource], log: Path) -> None:
    """The first source that works. Raises SetupTrouble when none does."""
    trouble: str | None = None
    for source in sources:
        say(f"PyTorch {TORCH}, {source.words}: about {source.megabytes:,} MB.")
        trouble = run_pip([f"torch=={TORCH}", *source.options], log)
        if trouble is None:
            return
        if not NO_NETWORK.search(trouble) and "No matching distribution" not in trouble:
            break  # a full disk is as full from elsewhere
    if trouble is not None:
        raise SetupTrouble(explain_pip(trouble, log))


def has_torch(machine: Machine) -> bool:
    """Whether the right PyTorch is installed: on a machine with a card, one that can use it."""
    try:
        release = version("torch")
    except PackageNotFoundError:
        return False
    return release.partition("+")[0] == TORCH and not (machine.has_card and release.endswith("+cpu"))


def plan_torch(machine: Machine, platform: str = sys.platform) -> Iterator[TorchSource]:
    """Where PyTorch may come from for this machine, the best first."""
    anew = ("--force-reinstall",) if _is_installed("torch") else ()
    if machine.has_card and platform == "win32":
        place = ("--no-deps", "--index-url", f"{TORCH_PLACES}/cu130")
        yield TorchSource("for the graphics card", (*place, *anew), CARD_MB, CARD_BYTES)
        return
    if machine.has_card:
        yield TorchSource("for the graphics card", anew, CARD_MB, CARD_BYTES)
        return
    if platform == "darwin":
        yield TorchSource("for Macs", ("--no-deps", *anew), PROCESSOR_MB, PROCESSOR_BYTES)
        return
    quick = ("--no-deps", "--index-url", f"{TORCH_PLACES}/cpu", "--retries", "1", "--timeout", "10")
    yield TorchSource("for the processor", (*quick, *anew), PROCESSOR_MB, PROCESSOR_BYTES)
    heavy = platform != "win32"  # the package index's own build for Linux brings what a card needs
    size = (CARD_MB, CARD_BYTES) if heavy else (PROCESSOR_MB, PROCESSOR_BYTES)
    yield TorchSource("from the package index", anew, *size)


def _is_installed(package: str) -> bool:
    try:
        version(package)
    except PackageNotFoundError:
        return False
    return True


def run_pip(arguments: Sequence[str], log: Path) -> str | None:
    """Run pip install in this Python, saying what it fetches; returns what it said when it failed, else None."""
    command = [sys.executable, "-m", "pip", "install", "--no-input", "--disable-pip-version-check"]
    command += ["--progress-bar", "off", *([] if "--retries" in arguments else ["--retries", "3"]), *arguments]
    said: list[str] = []
    with log.open("a", encoding="utf-8") as file:
        pip = subprocess.Popen(
            command,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            env={**os.environ, "PYTHONNOUSERSITE": "1"},
            encoding="utf-8",
            errors="replace",
        )
        try:
            for line in pip.stdout or ():
                file.write(line)
                said.append(line)
                show_pip(line)
            status = pip.wait()
        except BaseException:
            pip.terminate()
            pip.wait()
            raise
    return "".join(said) if status else None


def show_pip(line: str) -> None:
    """Tell of what takes a while."""
    fetched = re.match(r"\s*Downloading (?:\S*/)?([\w.]+)-\S+ \(([\d.]+ [kMG]B)", line)
    if fetched and not fetched[2].endswith("kB"):
        say(f"  fetching {fetched[1]} ({fetched[2]})")
    elif line.startswith("Installing collected"):
        say("  unpacking")


def explain_pip(said: str, log: Path) -> str:
    """A sentence for a person from what pip said when it failed."""
    details = f" Details: {log}"
    if re.search(r"No space left|Errno 28|not enough space", said):
        return "The disk became full while installing. Make room and run this again; it goes on from there." + details
    if re.search(r"HASHES|do not match the hash", said):
        return "A package that was fetched is not the one Voxfolio was tested with, so it was not installed." + details
    if "externally-managed-environment" in said or "Permission denied" in said:
        return "This Python may not be changed. Start Voxfolio with launch.py, which has a Python of its own." + details
    if NO_NETWORK.search(said):
        return (
            "The packages could not be fetched: the package index was not reached. Check the network (or proxy) and "
            "run this again; what is already here is kept." + details
        )
    missing = re.search(r"No matching distribution found for ([\w.-]+)", said)
    if missing:
        return f"There is no ready-made {missing[1]} for this computer and this Python." + details
    last = said.strip().splitlines()[-1:] or ["nothing"]
    return f"Installing failed. The last pip said: {last[0].strip()}.{details}"


def tell_next_step(engine: str) -> None:
    from engine.narration.model_list import cards_of

    best = cards_of(engine)[0]
    accept = " --accept-licence" if best.licence.needs_acceptance else ""
    say(f"Next, its model: voxfolio models get {best.name}{accept} (or the page Engines in the studio).")


def offer_engine() -> str:
    """One line for the studio's start when a graphics card is there and nothing uses it; "" otherwise."""
    from engine.narration.machine import find_needs, look_at_machine

    card = look_at_machine().card
    if card is None or card.trouble or find_needs("xtts").installed:
        return ""
    return f"There is a {card.name} here. With “python3 launch.py add xtts” Voxfolio can speak in your own voice on it."


def say(line: str) -> None:
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()
