"""How fast each preset voice speaks on one core, beside the engine's own call on the same words.

    python3 benchmarks/shaping.py [--rounds 5]

One thread; every voice speaks the same passage in turn, round after round, and the quickest round counts, so that
other work on the machine disturbs all alike. CPU time is told because it stays the same on a busy machine. Prints
Markdown; benchmarks/results/shaping.md holds such a print.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT)]

from hibari import Hibari  # noqa: E402

from benchmarks.machine import describe_machine  # noqa: E402
from benchmarks.voices import PASSAGE  # noqa: E402
from engine.core_types import SpeechRequest, VoiceProfile  # noqa: E402
from engine.narration.synthesizer import load_synthesizer  # noqa: E402
from engine.narration.takes import speak_one  # noqa: E402
from engine.voices.presets import ShippedOnly, preset_voices  # noqa: E402


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    arguments.add_argument("--rounds", type=int, default=5, metavar="N")
    rounds = arguments.parse_args().rounds
    print("# Shaping: what a character voice costs\n")
    print(f"Machine: {describe_machine()}, one thread  \nCommand: `python3 benchmarks/shaping.py --rounds {rounds}`\n")
    print("| voice | audio | CPU time | times real time a core | CPU time over plain hibari, per audio second |")
    print("|---|---|---|---|---|")
    plain, *others = time_speakers(rounds)
    for name, audio_s, cpu_s in (plain, *others):
        cost = (cpu_s / audio_s) / (plain[2] / plain[1])
        print(f"| {name} | {audio_s:.1f} s | {cpu_s:.2f} s | {audio_s / cpu_s:.0f} | {cost:.2f} |")


def time_speakers(rounds: int) -> list[tuple[str, float, float]]:
    """Name, seconds of audio and least CPU seconds over the rounds; plain hibari first, then each preset."""
    plain = Hibari(threads=1)
    speakers: dict[str, Callable[[], float]] = {"plain hibari": lambda: len(plain(PASSAGE, seed=0)) / plain.sample_rate}
    for voice in preset_voices():
        speakers[f"{voice.name} ({describe_shape(voice)})"] = make_speaker(voice)
    for speak in speakers.values():
        speak()  # the first call of each fills caches
    least = dict.fromkeys(speakers, float("inf"))
    audio_s = dict.fromkeys(speakers, 0.0)
    for _ in range(rounds):
        for name, speak in speakers.items():
            started = time.process_time()
            audio_s[name] = speak()
            least[name] = min(least[name], time.process_time() - started)
    return [(name, audio_s[name], least[name]) for name in speakers]


def make_speaker(voice: VoiceProfile) -> Callable[[], float]:
    synthesizer = load_synthesizer(voice.engine, ShippedOnly())
    return lambda: speak_one(synthesizer, SpeechRequest(PASSAGE, voice)).seconds


def describe_shape(voice: VoiceProfile) -> str:
    return f"{voice.shape.semitones:+g} st, x{voice.shape.formant:g}, pace {voice.shape.pace:g}"


if __name__ == "__main__":
    main()
