"""Many samples of one voice as a data set for training: looked over, and written in the layout of LJSpeech."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from engine.audio import read_clip, resample, write_clip
from engine.core_types import OnProgress, Progress, ShouldStop
from engine.disk import disk_errors, write_beside
from engine.errors import RecordingRefused, Stopped
from engine.voice_types import Sample

RATE_HZ = 22_050  # LJSpeech's own, which training programs expect
VALIDATION_SHARE = 0.05
FAR_OUT = 3.5  # median deviations from the middle: beyond it a clip is looked at
SLACK = 0.25  # of the middle; in an even reading a deviation is tiny, and nothing within this is odd
FEW = 8  # clips; with fewer nothing can be told to be unlike the others


@dataclass(frozen=True, slots=True)
class DatasetReport:
    """What a data set holds."""

    clips: int
    seconds: float
    words: int
    without_words: int
    shortest_s: float
    longest_s: float
    outliers: tuple[tuple[str, str], ...]  # a sample's id, and what is unlike the others


def survey_dataset(samples: Sequence[Sample]) -> DatasetReport:
    """Totals of the chosen samples, and those among them that are unlike the rest."""
    chosen = [sample for sample in samples if sample.chosen]
    lengths = [sample.seconds for sample in chosen]
    return DatasetReport(
        clips=len(chosen),
        seconds=round(sum(lengths), 1),
        words=sum(len(sample.words.split()) for sample in chosen),
        without_words=sum(not sample.words.strip() for sample in chosen),
        shortest_s=min(lengths, default=0.0),
        longest_s=max(lengths, default=0.0),
        outliers=tuple(find_outliers(chosen)),
    )


def find_outliers(samples: Sequence[Sample]) -> list[tuple[str, str]]:
    """Samples whose rate of speech is unlike the others': mostly a transcript that does not fit."""
    spoken = [sample for sample in samples if sample.words.strip()]
    if len(spoken) < FEW:
        return []
    rates = np.array([len(sample.words) / max(sample.seconds, 0.1) for sample in spoken])
    middle = float(np.median(rates))
    usual = max(float(np.median(np.abs(rates - middle))) * 1.4826 * FAR_OUT, SLACK * middle)
    found = []
    for sample, rate in zip(spoken, rates, strict=True):
        if abs(rate - middle) > usual:
            which = "more" if rate > middle else "fewer"
            found.append((sample.id, f"{which} words than its length would hold: do the words fit what is said?"))
    return found


def write_dataset(
    samples: Sequence[Sample],
    folder: Path,
    on_progress: OnProgress | None = None,
    should_stop: ShouldStop | None = None,
) -> DatasetReport:
    """Write wavs/, metadata.csv, train.txt and validation.txt into ``folder``; returns what is in them.

    16-bit mono at 22,050 Hz; the lines are ``id|words|words``, as LJSpeech's. Which clips validate is decided by their
    content, so that the same set is split the same way. Raises RecordingRefused when a chosen clip has no words yet.
    """
    report = survey_dataset(samples)
    if not report.clips or report.without_words:
        which = "One clip has" if report.without_words == 1 else f"{report.without_words or 'All'} clips have"
        raise RecordingRefused(f"{which} no words yet. Have them written down first, or leave them out.")
    with disk_errors("write the data set", folder):
        (folder / "wavs").mkdir(parents=True, exist_ok=True)
    chosen = [sample for sample in samples if sample.chosen]
    lines: list[str] = []
    for number, sample in enumerate(chosen, start=1):
        if should_stop and should_stop():
            raise Stopped("The data set was not written to its end.")
        write_clip(resample(read_clip(sample.path), RATE_HZ), folder / "wavs" / f"{sample.id}.wav", "write a clip")
        words = " ".join(sample.words.replace("|", " ").split())
        lines.append(f"{sample.id}|{words}|{words}")
        if on_progress:
            on_progress(Progress("writing", number, len(chosen), message="Writing the data set"))
    held_back = choose_validation([sample.sha256 for sample in chosen])
    _write_lines(folder / "metadata.csv", lines)
    for name, wanted in (("train.txt", False), ("validation.txt", True)):
        _write_lines(folder / name, [line for line, held in zip(lines, held_back, strict=True) if held is wanted])
    return report


def choose_validation(hashes: Sequence[str]) -> list[bool]:
    """Which clips are held back: one in twenty and at least one, unless there is only one."""
    count = max(1, round(VALIDATION_SHARE * len(hashes))) if len(hashes) > 1 else 0
    ranked = sorted(range(len(hashes)), key=lambda place: hashlib.sha256(hashes[place].encode()).digest())
    return [place in set(ranked[:count]) for place in range(len(hashes))]


def _write_lines(path: Path, lines: Sequence[str]) -> None:
    with write_beside(path, "write the data set") as partial:
        partial.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8", newline="\n")
