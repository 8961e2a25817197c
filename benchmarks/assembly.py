"""How fast takes become a mastered chapter and chapters a book, and how much memory that takes.

    python3 benchmarks/assembly.py [--hours 1 10]

Speaks a page of prose with the default voice, lays those takes out again and again to chapters of the given lengths,
and masters each in a process of its own, whose peak memory is told; then binds the shortest, as often as it takes, into
an M4B of each length. Prints Markdown; benchmarks/results/assembly.md holds such a print. CPU time is told because it
stays the same on a busy machine.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from itertools import islice
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT)]

from benchmarks.machine import describe_machine  # noqa: E402
from engine.assembly.audiobook import bind_m4b, write_mp3  # noqa: E402
from engine.assembly.joining import join_takes, place_takes  # noqa: E402
from engine.assembly.mastering import master_chapter  # noqa: E402
from engine.assembly.measuring import measure_file  # noqa: E402
from engine.audio import measure_take, read_clip, write_clip  # noqa: E402
from engine.core_types import (  # noqa: E402
    AudiobookDetails,
    AudioMeasures,
    ChapterAudio,
    MasterTargets,
    PauseKind,
    Pauses,
    SpeechRequest,
    Take,
)
from engine.narration.synthesizer import load_synthesizer  # noqa: E402
from engine.narration.takes import speak_one  # noqa: E402
from engine.voices.presets import PRESETS, ShippedOnly  # noqa: E402

TARGETS, PAUSES = MasterTargets(), Pauses()
PAGE = (
    "The river slid along over its stones, full of its own talk, and had no eyes for him.",
    "He sat on the bank, while behind him the afternoon went on with its mowing and its bees.",
    "“Well, now,” said the ferryman, and he put down his pipe. “You have come a long way to ask me that.”",
    "It was true.",
    "He had walked since before the dawn, across the heath and through two villages that were still asleep.",
    "What would he say when they asked where he had been?",
    "A light moved in the upper window; it went out, and came again, lower down, behind the glass of the door.",
    "“Come in, then, and shut out the cold,” a voice called, neither kind nor unkind.",
    "So he went in.",
    "There were seven clocks in the room, no two of them agreed, and every one of them was sure.",
)
KINDS = (PauseKind.SENTENCE, PauseKind.SENTENCE, PauseKind.PARAGRAPH)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    arguments.add_argument("--hours", type=float, nargs="+", default=[1.0, 10.0], metavar="N")
    arguments.add_argument("--measure", nargs=3, help=argparse.SUPPRESS)  # what the process of its own is asked to do
    given = arguments.parse_args()
    if given.measure:
        print(json.dumps(measure_one(given.measure[0], Path(given.measure[1]), float(given.measure[2]))))
        return
    print("# Assembly: takes to chapter to audiobook\n")
    print(f"Machine: {describe_machine()}  \nCommand: `python3 benchmarks/assembly.py`\n")
    print("| what | audio | wall time | CPU time | times real time, CPU | peak memory | over the first |")
    print("|---|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as temporary:
        folder = Path(temporary)
        speak_page(folder)
        for what in ("import only", "join", "chapter", "measure", "mp3", "bind"):
            first: float | None = None
            for hours in given.hours[: 1 if what in ("import only", "mp3") else None]:
                command = [sys.executable, __file__, "--measure", what, str(folder), str(hours)]
                told = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
                first = first or told["peak_mb"]
                audio_s, wall_s, cpu_s = told["audio_s"], told["wall_s"], told["cpu_s"]
                speed = f"{audio_s / cpu_s:.0f}" if audio_s else ""
                print(
                    f"| {told['what']} | {audio_s / 3600:.2f} h | {wall_s:.1f} s | {cpu_s:.1f} s | {speed} "
                    f"| {told['peak_mb']:.0f} MB | {told['peak_mb'] - first:+.0f} MB |",
                    flush=True,
                )


def speak_page(folder: Path) -> None:
    synthesizer = load_synthesizer("hibari", ShippedOnly())
    for number, text in enumerate(PAGE):
        write_clip(speak_one(synthesizer, SpeechRequest(text, PRESETS[0])), folder / f"{number}.flac")


def measure_one(what: str, folder: Path, hours: float) -> dict[str, float | str]:
    """Do one thing once; seconds of audio, of wall time, and this process's peak memory."""
    lines = lay_out(folder, hours)
    chapter = folder / f"{hours}.m4a"
    smallest = min([hours, *(float(path.stem) for path in folder.glob("*.m4a"))])
    details = AudiobookDetails("A book")

    def join() -> float:
        return sum(len(block) for block in join_takes(place_takes(lines, PAUSES, TARGETS), 0.0)) / TARGETS.rate_hz

    def bind() -> float:
        parts = [ChapterAudio(folder / f"{smallest}.m4a", "Part", AudioMeasures(0, 0, 0, 0, 0, 0), ())] * max(
            1, round(hours / smallest)
        )
        return bind_m4b(parts, details, folder / "book.m4b").seconds

    doings: dict[str, tuple[str, Callable[[], float]]] = {
        "import only": ("nothing but the imports", lambda: 0.0),
        "join": ("join", join),
        "chapter": (
            "join, master, encode AAC 96 kb/s, measure",
            lambda: master_chapter(lines, PAUSES, TARGETS, chapter, "One").measures.seconds,
        ),
        "measure": ("decode and measure any file", lambda: measure_file(chapter).seconds),
        "mp3": (
            "join, master, encode MP3 192 kb/s, measure",
            lambda: write_mp3(lines, PAUSES, TARGETS, folder / "one.mp3", details, "One", 1, 1).measures.seconds,
        ),
        "bind": ("bind an M4B", bind),
    }
    named, do = doings[what]
    began, began_cpu = time.monotonic(), time.process_time()
    audio_s = do()
    wall_s, cpu_s = time.monotonic() - began, time.process_time() - began_cpu
    return {"what": named, "audio_s": audio_s, "wall_s": wall_s, "cpu_s": cpu_s, "peak_mb": read_peak_mb()}


def lay_out(folder: Path, hours: float) -> Sequence[tuple[Take | None, PauseKind]]:
    """The page again and again, until it is so many hours."""
    takes = []
    for number in range(len(PAGE)):
        clip = read_clip(folder / f"{number}.flac")
        takes.append(Take(str(number), folder / f"{number}.flac", clip.seconds, clip.rate_hz, 0, measure_take(clip)))
    page_s = sum(t.measures.speech_end_s - t.measures.speech_start_s for t in takes) + len(takes) * 0.57
    count = round(hours * 3600 / page_s * len(takes))
    return list(islice(((takes[n % len(takes)], KINDS[n % len(KINDS)]) for n in range(count)), count))


def read_peak_mb() -> float:
    status = Path("/proc/self/status")
    if status.exists():  # what resource tells here counts the process that started this one too
        return int(status.read_text(encoding="utf-8").split("VmHWM:")[1].split()[0]) / 1024
    if sys.platform == "win32":
        return float("nan")
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1024**2 if sys.platform == "darwin" else 1024)


if __name__ == "__main__":
    main()
