"""How fast each engine speaks here, what it takes, how well it is understood and what listeners would say.

    python3 benchmarks/engines.py [--workspace DIR] [--voices NAME ...] [--recogniser FOLDER]

Each voice says the four lines that `voxfolio compare` says by default. Speed is in times real time by the clock, once
the engine is loaded, and in processor seconds for each second of sound, which other work on the machine does not
change. Words wrong are what Whisper base, from the model manager or a folder, hears otherwise than written. Prints
Markdown; benchmarks/results/engines.md holds such a print.
"""

from __future__ import annotations

import argparse
import difflib
import os
import re
import sys
import tempfile
import time
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")  # torch's threads fight over a small machine
ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT)]

from benchmarks.machine import describe_machine  # noqa: E402
from engine.audio import read_clip  # noqa: E402
from engine.comparing import SAMPLE_LINES, Comparison, compare_voice  # noqa: E402
from engine.core_types import VoiceProfile  # noqa: E402
from engine.narration.synthesizer import warm_engine  # noqa: E402
from engine.production import Production  # noqa: E402
from engine.settings import read_settings  # noqa: E402
from engine.voices.hearing import Recogniser, load_recogniser  # noqa: E402


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    arguments.add_argument("--workspace", type=Path, metavar="DIR")
    arguments.add_argument("--voices", nargs="+", default=[], metavar="NAME")
    arguments.add_argument("--recogniser", type=Path, metavar="FOLDER")
    options = arguments.parse_args()
    production = Production(read_settings(options.workspace))
    desk = production.engine_desk
    recogniser = load_recogniser(options.recogniser or desk.find_model("whisper-base"), threads=1)
    print("# Engines: speed, words, scores\n")
    print(f"Machine: {describe_machine()}  \nCommand: `python3 benchmarks/engines.py`\n")
    print("| engine | voice | load s | times real time | processor s per s | words wrong | predicted score | alike |")
    print("|---|---|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        for voice in desk.choose_voices(voices=options.voices):
            measure_voice(voice, production, recogniser, Path(folder))
    production.close()
    print(f"\n{desk.recommend()}")


def measure_voice(voice: VoiceProfile, production: Production, recogniser: Recogniser, folder: Path) -> None:
    """One row of the table."""
    began = time.monotonic()
    warm_engine(voice.engine)
    load_s, busy = time.monotonic() - began, time.process_time()
    row = compare_voice(SAMPLE_LINES, voice, production.voice_desk.make_gate(), folder / "voice.wav")
    print(f"| {voice.engine} | {voice.label} | {load_s:.1f} | {describe(row, busy, recogniser)} |", flush=True)


def describe(row: Comparison, busy: float, recogniser: Recogniser) -> str:
    if row.path is None:
        return f"{row.trouble} | | | | "
    work = (time.process_time() - busy) / row.seconds
    wrong = count_wrong(recogniser.transcribe(read_clip(row.path)), " ".join(SAMPLE_LINES))
    alike = "-" if row.likeness is None else f"{row.likeness:.2f}"
    return f"{row.speed:.1f} | {work:.2f} | {wrong} | {row.score or 0:.2f} | {alike}"


ASIDE = frozenset({"mr", "mister", "ninety", "nine", "eighteen", "forty", "two", "thorne", "thorn"})


def find_words(text: str) -> list[str]:
    """The words, but for figures, titles and names, which are written in more than one way."""
    return [word for word in re.findall(r"[a-z]+", text.lower()) if word not in ASIDE]


def count_wrong(heard: str, written: str) -> str:
    """ "1 of 58": words heard otherwise than they are written."""
    one, other = (find_words(text) for text in (written, heard))
    same = sum(block.size for block in difflib.SequenceMatcher(None, one, other, autojunk=False).get_matching_blocks())
    return f"{max(len(one), len(other)) - same} of {len(one)}"


if __name__ == "__main__":
    main()
