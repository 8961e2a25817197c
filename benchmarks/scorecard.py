"""Is the scorecard right? ``python -m benchmarks.scorecard MATERIAL [--recogniser DIR] [--long FILE]``

MATERIAL is a folder with a manifest.csv whose rows say of each recording what is wrong with it, in the column kind
("audio speech: clean", "audio problem: noisy"). Every recording is checked; a bad one has to come out amber or red
because of the measure that its fault is about, and no good one red. Then good recordings are spoilt in known ways, from
hardly to grossly, and limits chosen on half of the people are tried on the other half; and voices are joined in pairs.
Last, the time that thirty seconds take, and time and memory for a long recording.
"""

from __future__ import annotations

import argparse
import csv
import itertools
import statistics
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple
from unittest.mock import patch

import numpy as np

from benchmarks.machine import describe_machine
from benchmarks.spoiling import FAULTS, Fault, faults_with, join_voices
from engine.core_types import Clip
from engine.errors import ModelMissing, RecordingRefused
from engine.voice_types import Scorecard, Verdict
from engine.voices import judging, verdicts
from engine.voices.hearing import load_recogniser
from engine.voices.judging import Transcribe
from engine.voices.listening_score import score_windows
from engine.voices.reading import open_recording
from engine.voices.samples import check_recording
from engine.voices.survey import survey_recording
from engine.voices.voice_count import count_voices

# What a label says is wrong, and the measures that may say so. The first that fits counts.
GOOD_LABELS = ("not clipped", "clean target", "problem: speech")
OTHER_LANGUAGES = ("non-english", "german")  # their words are not compared
REASONS = {
    "noise only": {"duration of speech"},
    "music": {"duration of speech", "music behind"},
    "digital silence": {"duration of speech"},
    "one word": {"duration of speech"},
    "whisper": {"duration of speech", "voicing"},
    "silence+speech": {"duration of speech", "speech between pauses"},
    "long silence": {"speech between pauses"},
    "cut-off words": {"words read", "speech between pauses"},
    "breaths": {"sounds between words"},
    "register shift": {"pitch variation", "level variation"},
    "two speakers": {"more than one speaker", "duration of speech"},
    "noise + reverb": {"signal-to-noise ratio", "reverberation", "clipping", "bandwidth"},
    "noisy": {"signal-to-noise ratio", "noise floor", "sounds between words", "listening score"},
    "reverberant": {"reverberation"},
    "clipped": {"clipping"},
    "8 khz": {"bandwidth"},
}
# Different people in each half: what is decided on one half has to hold on the other.
HALVES = (
    ("arctic_aew.wav", "f5_town.flac", "harvard_spk1.wav", "lj_a.wav"),
    ("vctk_p287_clean.wav", "libri_2412.flac", "librivox_sense.wav", "poem_de.mp3"),
)
SPOILT_S = 12.0
PEOPLE = ("so762_1029.flac", "libri_61.flac", "so762_0567.flac", "so762_9609.flac", "vctk_p225.flac")
MUSIC = "music_song.mp3"
PAIR_S = 12.0  # of each voice


class Labelled(NamedTuple):
    """A recording and what is known of it."""

    path: Path
    label: str
    reasons: set[str]  # none for a good one

    @property
    def good(self) -> bool:
        return not self.reasons


def read_labels(material: Path) -> Iterator[Labelled]:
    """The recordings of the manifest whose label says whether they are good."""
    with (material / "manifest.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            kind = row["kind"].lower()
            path = material.joinpath(*Path(row["path"]).parts[1:])
            if path.parent.name != "audio" or not path.is_file():
                continue
            if kind.startswith("audio speech") or any(good in kind for good in GOOD_LABELS):
                yield Labelled(path, kind.removeprefix("audio "), set())
            elif kind.startswith("audio problem"):
                reasons = next((found for part, found in REASONS.items() if part in kind), {"?"})
                yield Labelled(path, kind.removeprefix("audio "), reasons)


def read_prompts(material: Path) -> dict[str, str]:
    with (material / "audio" / "transcripts.tsv").open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        return {row["file"]: row["transcript"] or "" for row in rows}


def load_clip(path: Path) -> Clip:
    recording = open_recording(path)
    return Clip(np.concatenate([block.mean(axis=1) for block in recording.blocks()]), recording.rate_hz)


# --- the recordings as they are ------------------------------------------------------------------------------------


def check_material(material: Path, transcribe: Transcribe | None) -> list[tuple[Labelled, Scorecard]]:
    read = read_prompts(material) if transcribe else {}
    checked = []
    for labelled in read_labels(material):
        english = not any(other in labelled.label for other in OTHER_LANGUAGES)
        prompt = read.get(labelled.path.name, "")
        card = check_recording(labelled.path, prompt=prompt, transcribe=transcribe if english else None)
        checked.append((labelled, card))
    return checked


def print_material(checked: list[tuple[Labelled, Scorecard]]) -> None:
    print("\n## Each recording\n\n| recording | label | verdict | because of |\n|---|---|---|---|")
    for labelled, card in checked:
        told = ", ".join(
            f"{measure.name} {measure.value:g} {measure.unit}".strip()
            + (" (red)" if measure.verdict is Verdict.RED else "")
            for measure in card.measures
            if measure.verdict != Verdict.GREEN and measure.value is not None
        )
        print(f"| {labelled.path.name} | {labelled.label} | {card.verdict}{judge(labelled, card)} | {told} |")
    print("\n## Verdict against label\n\n| label | recordings | green | amber | red | for the stated reason |")
    print("|---|---:|---:|---:|---:|---:|")
    for good in (True, False):
        cards = [(labelled, card) for labelled, card in checked if labelled.good == good]
        counts = Counter(card.verdict for _, card in cards)
        right = sum(not judge(labelled, card) for labelled, card in cards)
        name = "good" if good else "bad"
        reason = f"{right} of {len(cards)}" if not good else "-"
        columns = [counts[verdict] for verdict in (Verdict.GREEN, Verdict.AMBER, Verdict.RED)]
        print(f"| {name} | {len(cards)} | {' | '.join(map(str, columns))} | {reason} |")


def judge(labelled: Labelled, card: Scorecard) -> str:
    """ "" when the verdict fits the label, else what does not."""
    if labelled.good:
        return " **wrong**" if card.verdict == Verdict.RED else ""
    named = {measure.name for measure in card.measures if measure.verdict != Verdict.GREEN}
    return "" if named & labelled.reasons else " **missed**"


def print_measures(checked: list[tuple[Labelled, Scorecard]]) -> None:
    print("\n## Each measure: good recordings, those with its fault, and the limits\n")
    print("| measure | good | with the fault | amber beyond | red beyond |\n|---|---|---|---:|---:|")
    for rule in verdicts.RULES:
        good = values_of(rule.name, [card for labelled, card in checked if labelled.good])
        bad = values_of(rule.name, [card for labelled, card in checked if rule.name in labelled.reasons])
        red = "-" if rule.red is None else f"{rule.red:g}"
        print(f"| {rule.name} {rule.unit} | {span(good)} | {span(bad)} | {rule.amber:g} | {red} |")


def values_of(name: str, cards: list[Scorecard]) -> list[float]:
    measures = [measure for card in cards for measure in card.measures if measure.name == name]
    return [measure.value for measure in measures if measure.value is not None]


def span(values: list[float]) -> str:
    return f"{min(values):g} to {max(values):g} ({len(values)})" if values else "-"


# --- recordings spoilt on purpose ----------------------------------------------------------------------------------


Halves = tuple[list[Scorecard], list[Scorecard]]


def print_spoilt(material: Path, part: str) -> None:
    audio = material / "audio"
    halves = [[cut_clip(load_clip(audio / name), SPOILT_S) for name in names] for names in HALVES]
    faults = (*FAULTS, *faults_with(load_clip(audio / MUSIC), [load_clip(audio / name) for name in PEOPLE]))
    faults = tuple(fault for fault in faults if part in fault.name)
    clean = check_halves(halves, listening=True)
    print(f"\n## {sum(map(len, halves))} good recordings spoilt\n")
    print(
        "In italics what a listener does not plainly hear. Found: amber or red because of a measure that is about it.\n"
    )
    print("| fault | | green | amber | red | found, one half | other half | its measure |")
    print("|---|---|---:|---:|---:|---:|---:|---|")
    plain: list[tuple[Fault, Halves]] = []
    for fault in faults:
        for amount in fault.amounts:
            spoilt = [[fault.spoil(clip, amount) for clip in half] for half in halves]
            cards = check_halves(spoilt, listening="listening score" in fault.measures)
            print_fault(fault, amount, cards)
            if amount == fault.plain:
                plain.append((fault, cards))
    print_halves(clean, plain)


def check_halves(halves: Sequence[Sequence[Clip]], listening: bool) -> Halves:
    """The listening model takes longer than all else together, and is asked only where it is to find the fault."""

    with patch.object(judging, "score_windows", wraps=score_windows) as asked:
        asked.side_effect = None if listening else ModelMissing("Left out.")
        one, other = ([check_recording(clip) for clip in half] for half in halves)
        return one, other


def cut_clip(clip: Clip, seconds: float) -> Clip:
    return Clip(clip.samples[: int(seconds * clip.rate_hz)], clip.rate_hz)


def print_fault(fault: Fault, amount: float, cards: Halves) -> None:
    counts = Counter(card.verdict for half in cards for card in half)
    columns = [f"{counts[verdict] or ''}" for verdict in (Verdict.GREEN, Verdict.AMBER, Verdict.RED)]
    found = [f"{sum(is_found(card, fault) for card in half)} of {len(half)}" for half in cards]
    values = span(values_of(fault.measures[0], [card for half in cards for card in half]))
    order = fault.amounts.index(amount) - fault.amounts.index(fault.plain)
    said = f"{amount:g} {fault.unit}".strip() if fault.unit else ""
    name = f"*{fault.name}* | *{said}*" if order < 0 else f"{fault.name} | {said}"
    print(f"| {name} | {' | '.join([*columns, *found])} | {fault.measures[0]} {values} |", flush=True)


def is_found(card: Scorecard, fault: Fault) -> bool:
    return any(measure.verdict != Verdict.GREEN for measure in card.measures if measure.name in fault.measures)


def print_halves(clean: Halves, plain: list[tuple[Fault, Halves]]) -> None:
    """Would limits set on one half of the people do for the other?"""
    print("\n## Limits chosen on half of the people\n")
    print("Half way between the worst good recording and the middle one of the spoilt ones, where these begin to be")
    print("plainly heard; then tried on the other half.\n")
    print("| fault | limit from one half | from the other | the limit in use | good beyond it, crosswise | missed |")
    print("|---|---:|---:|---:|---:|---:|")
    for fault, spoilt in plain:
        rule = next(rule for rule in verdicts.RULES if rule.name == fault.measures[0])
        sign = 1.0 if rule.more_is_worse else -1.0
        good = [[sign * value for value in values_of(rule.name, half)] for half in clean]
        bad = [[sign * value for value in values_of(rule.name, half)] for half in spoilt]
        if not all((*good, *bad)):
            continue
        limits = [(max(one) + statistics.median(other)) / 2.0 for one, other in zip(good, bad, strict=True)]
        wrong = sum(value > limits[1 - half] for half in (0, 1) for value in good[half])
        missed = sum(value <= limits[1 - half] for half in (0, 1) for value in bad[half])
        told = " | ".join(f"{sign * limit:.4g}" for limit in limits)
        counts = f"{wrong} of {sum(map(len, good))} | {missed} of {sum(map(len, bad))}"
        print(f"| {fault.name} {fault.plain:g} {fault.unit} | {told} | {rule.amber:g} {rule.unit} | {counts} |")


def print_pairs(material: Path) -> None:
    """Two people one after the other, of everybody who speaks long enough."""
    people = [
        one.path for one in read_labels(material) if one.good and open_recording(one.path).promised_s > 2 * PAIR_S
    ]
    clips = {path.name: load_clip(path) for path in people}
    found, missed = 0, []
    for one, other in itertools.combinations(clips, 2):
        voices = count_voices(survey_recording(open_recording(join_voices(clips[one], clips[other], PAIR_S))))
        if voices and voices.voices > 1:
            found += 1
        else:
            missed.append(f"{one} + {other}")
    print(f"\n## Two people, {PAIR_S:g} s each\n\nfound in {found} of {found + len(missed)} pairs")
    print(f"not in: {', '.join(missed) or 'none'}")


# --- speed ---------------------------------------------------------------------------------------------------------


def print_speed(material: Path, long: Path | None) -> None:
    clip = load_clip(material / "audio" / "lj_a.wav")
    half_minute = Clip(clip.samples[: 30 * clip.rate_hz], clip.rate_hz)
    times, spent = [], []
    for _ in range(4):
        start, cpu = time.perf_counter(), time.process_time()
        check_recording(half_minute)
        times.append(time.perf_counter() - start)
        spent.append(time.process_time() - cpu)
    print("\n## Time and memory\n")
    rest = f"then {statistics.median(times[1:]):.2f} s ({statistics.median(spent[1:]):.2f} s of processor time)"
    print(f"thirty seconds: {times[0]:.2f} s the first time, {rest}")
    if long:
        start = time.perf_counter()
        seen: list[float] = []
        check_recording(long, on_progress=lambda progress: seen.append(progress.done))
        print(
            f"{long.stat().st_size / 1e6:.0f} MB, {open_recording(long).promised_s / 60:.0f} minutes: "
            f"{time.perf_counter() - start:.0f} s, {len(seen)} steps of progress, most memory {peak_memory()}"
        )


def peak_memory() -> str:
    """Of this process, everything before included; where the system tells."""
    try:
        import resource
    except ImportError:
        return "not told by this system"
    unit = 1 if sys.platform == "darwin" else 1024
    return f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6:.0f} MB"


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Compare the scorecard with what is known of recordings.")
    parser.add_argument("material", type=Path)
    parser.add_argument("--recogniser", type=Path, help="a folder with a Whisper model, to compare words as well")
    parser.add_argument("--long", type=Path, help="a long recording, for time and memory")
    parser.add_argument("--only", choices=("material", "spoilt", "pairs", "speed"))
    parser.add_argument("--fault", default="", help="of the faults those with this in their name alone")
    options = parser.parse_args(arguments)
    print(describe_machine())
    if options.only in (None, "speed"):
        print_speed(options.material, options.long)
    if options.only in (None, "material"):
        transcribe = load_recogniser(options.recogniser).transcribe if options.recogniser else None
        checked = check_material(options.material, transcribe)
        print_material(checked)
        print_measures(checked)
    if options.only in (None, "spoilt"):
        print_spoilt(options.material, options.fault)
    if options.only in (None, "pairs"):
        print_pairs(options.material)
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except RecordingRefused as error:
        sys.exit(str(error))
