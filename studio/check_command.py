"""`voxfolio check`: what a recording is worth as a voice."""

from __future__ import annotations

import argparse
import json
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from engine.settings import Settings
from studio.progress_line import ProgressLine

if TYPE_CHECKING:
    from engine.voice_types import Measure, Scorecard

SIGNS = {"green": "ok", "amber": "better?", "red": "NO"}


def add_check_options(command: argparse.ArgumentParser) -> None:
    command.add_argument("file", type=Path, metavar="FILE", help="a recording: WAV, FLAC, MP3, M4A, OGG, WEBM")
    command.add_argument("--prompt", default="", metavar="TEXT", help="what was to be read in it")
    command.add_argument(
        "--recogniser", type=Path, metavar="DIR", help="a folder with a Whisper model, to compare the words"
    )
    command.add_argument("--json", action="store_true", help="give the result as one JSON object")


def print_check(options: argparse.Namespace, settings: Settings) -> None:
    """The scorecard of a recording to standard output. Raises RecordingRefused when it cannot be read as sound."""
    from engine.voices.samples import check_recording

    transcribe = None
    if options.recogniser:
        from engine.voices.hearing import load_recogniser

        transcribe = load_recogniser(options.recogniser).transcribe
    with ProgressLine(sys.stderr) as show:
        card = check_recording(
            options.file, prompt=options.prompt, transcribe=transcribe, phonemize=look_up_sounds, on_progress=show
        )
    if options.json:
        sys.stdout.write(json.dumps(describe_scorecard(card), ensure_ascii=False, indent=2) + "\n")
    else:
        sys.stdout.write("\n".join(tabulate_scorecard(card)) + "\n")


def look_up_sounds(text: str) -> str:
    """The sounds of the words of a text, as the embedded engine's dictionary has them; "" for words it has not."""
    from engine.narration.hibari_synthesizer import load_dictionary

    look_up, token, context = load_dictionary()
    words = re.findall(r"[^\W\d_]+(?:['’][^\W\d_]+)*", text)
    return " ".join(look_up(token(word.replace("’", "'"), "NN"), context)[0] or "" for word in words)


def describe_scorecard(card: Scorecard) -> dict[str, object]:
    """A scorecard as it is written in JSON; a measure that could not be taken has the value null."""
    return {
        "verdict": card.verdict.value,
        "measures": {
            measure.name: {"value": measure.value, "unit": measure.unit, "verdict": measure.verdict.value}
            for measure in card.measures
        },
        "advice": list(card.advice),
        "bad_places": [
            {"start_s": place.start_s, "end_s": place.end_s, "measure": place.measure} for place in card.bad_places
        ],
        "best_clips": [{"start_s": start, "end_s": end} for start, end in card.best_clips],
        "read_next": card.read_next,
    }


def tabulate_scorecard(card: Scorecard) -> list[str]:
    """A line for each measure, then the advice, the clips to keep and what to read next."""
    told = [measure for measure in card.measures if measure.value is not None]
    width = max((len(measure.name) for measure in card.measures), default=0)
    column = max((len(describe_value(measure)) for measure in told), default=0)
    lines = [f"verdict: {card.verdict.value}", ""]
    for measure in told:
        value = describe_value(measure).rjust(column)
        lines.append(f"{measure.name.ljust(width)}  {value}  {SIGNS[measure.verdict.value]}".rstrip())
    untold: dict[str, list[str]] = {}
    for measure in card.measures:
        if measure.value is None:
            untold.setdefault(measure.advice, []).append(measure.name)
    lines += [f"not told: {', '.join(names)}. {why}".rstrip() for why, names in untold.items()]
    lines += ["", *(f"- {sentence}" for sentence in card.advice)] if card.advice else []
    if card.best_clips:
        clips = ", ".join(f"{start:.1f} to {end:.1f} s" for start, end in card.best_clips)
        lines += ["", f"Worth keeping: {clips}."]
    return lines + (["", f"To read next: {card.read_next}"] if card.read_next else [])


def describe_value(measure: Measure) -> str:
    return f"{measure.value:g} {measure.unit}".strip()
