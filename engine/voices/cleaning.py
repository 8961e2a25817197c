"""From a recording as it came to clean samples: mono, 24 kHz, at one level, 3 to 30 s each, the original kept beside.

The recording is gone through three times in blocks and never held as a whole: twice to survey it, once to cut it.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

from engine.audio import write_clip
from engine.core_types import Clip, OnProgress, Progress, ShouldStop
from engine.disk import disk_errors, hash_file, write_beside
from engine.errors import Stopped
from engine.voice_types import Sample
from engine.voices.limiting import bring_to_level, soften_ends, take_out_rumble
from engine.voices.loudness import measure_loudness
from engine.voices.noise_reduction import NoiseReducer
from engine.voices.reading import Recording, open_recording
from engine.voices.samples import refuse_speechless
from engine.voices.speech_finder import Span
from engine.voices.stretches import LONGEST_S, cut_at_pauses
from engine.voices.survey import Resampler, Survey, mix_channels, survey_recording

RATE_HZ = 24_000
BEFORE_S, AFTER_S = 0.15, 0.25  # of silence kept around the speech: onsets are soft, endings ring
MOST_FLAC_CHANNELS = 8


def clean_recording(
    source: Path | Clip,
    folder: Path,
    *,
    reduce_noise: bool = False,
    words: str = "",
    on_progress: OnProgress | None = None,
    should_stop: ShouldStop | None = None,
) -> list[Sample]:
    """Cut a recording into samples in ``folder``, the recording itself beside them; the same one gives the same files.

    With ``reduce_noise`` what a sample was before is kept as ``<id>-before.flac``. ``words`` are what was read; they go
    to the sample when there is only one. Raises RecordingRefused, ModelMissing, DiskFull, WorkspaceReadOnly, Stopped;
    then no new sample is left behind.
    """

    def report(share: float) -> None:
        if should_stop and should_stop():
            raise Stopped("The recording was not cut to its end.")
        if on_progress:
            on_progress(Progress("cleaning", round(share, 3), 1.0, message="Cutting the recording"))

    recording = open_recording(source)
    survey = survey_recording(recording, lambda share: report(0.6 * share), should_stop)
    refuse_speechless(survey)
    stretches = choose_cuts(survey)
    with disk_errors("keep a recording", folder):
        folder.mkdir(parents=True, exist_ok=True)
    with ExitStack() as undo, ExitStack() as stack:
        reduce = stack.enter_context(NoiseReducer()) if reduce_noise else None
        kept = keep_recording(source, recording, folder)
        samples: list[Sample] = []
        for number, clip in enumerate(cut_clips(survey, stretches), 1):
            path = folder / f"{kept.stem.removeprefix('recording-')}-{number:03d}.flac"
            if not path.exists():
                undo.callback(path.unlink, missing_ok=True)
            samples.append(_write_sample(clip, path, kept, words if len(stretches) == 1 else "", reduce))
            report(0.6 + 0.4 * number / len(stretches))
        undo.pop_all()
    return samples


def choose_cuts(survey: Survey) -> list[Span]:
    """The stretches to cut out: all speech in one when it is up to 30 s long, else cut at its pauses.

    Each has a little silence around it, which it shares with no other.
    """
    start, end = survey.speech[0][0], survey.speech[-1][1]
    room = LONGEST_S - BEFORE_S - AFTER_S
    whole = end - start <= room
    stretches = [(start, end)] if whole else cut_at_pauses(survey.speech, measure_loudness(survey), longest_s=room)
    cuts = []
    for number, (first, last) in enumerate(stretches):
        before = stretches[number - 1][1] if number else 0.0
        after = stretches[number + 1][0] if number + 1 < len(stretches) else survey.seconds
        cuts.append((max(first - BEFORE_S, (before + first) / 2.0), min(last + AFTER_S, (last + after) / 2.0)))
    return cuts


def cut_clips(survey: Survey, stretches: list[Span]) -> Iterator[Clip]:
    """The stretches as clips, mono at 24 kHz, from the recording gone through once more."""
    resampler = Resampler(survey.recording.rate_hz, RATE_HZ)
    waiting = np.zeros(0, np.float32)
    passed = 0  # samples that went before those waiting
    left = list(stretches)
    for samples in _mono_blocks(survey, resampler):
        waiting = np.concatenate([waiting, samples])
        while left and round(left[0][1] * RATE_HZ) <= passed + len(waiting):
            first, last = (round(edge * RATE_HZ) - passed for edge in left.pop(0))
            yield Clip(waiting[max(0, first) : last], RATE_HZ)
        done = (round(left[0][0] * RATE_HZ) if left else passed + len(waiting)) - passed
        waiting, passed = waiting[max(0, done) :], passed + max(0, min(done, len(waiting)))
    for start, end in left:  # rounding may leave the last one a sample beyond the end
        yield Clip(waiting[max(0, round(start * RATE_HZ) - passed) : round(end * RATE_HZ) - passed], RATE_HZ)


def _mono_blocks(survey: Survey, resampler: Resampler) -> Iterator[NDArray[np.float32]]:
    for block in survey.recording.blocks():
        yield resampler.take(mix_channels(block, survey.channels))
    yield resampler.finish()


def _write_sample(clip: Clip, path: Path, recording: Path, words: str, reduce: NoiseReducer | None) -> Sample:
    plain = take_out_rumble(clip)
    if reduce:
        write_clip(bring_to_level(soften_ends(plain)), Sample.place_before(path), "keep a sample")
        plain = reduce(plain)
    write_clip(bring_to_level(soften_ends(plain)), path, "keep a sample")
    return Sample(path.stem, path, hash_file(path), round(clip.seconds, 3), words, recording)


def keep_recording(source: Path | Clip, recording: Recording, folder: Path) -> Path:
    """Keep a recording as it came: whole-number PCM as FLAC, which gives back every bit, anything else as a copy."""
    digest = hashlib.sha256()
    if isinstance(source, Clip):
        digest.update(np.ascontiguousarray(source.samples).tobytes())
    else:
        with disk_errors(f"read {source.name}", source.parent), source.open("rb") as file:
            while piece := file.read(1 << 20):
                digest.update(piece)
    exact = recording.exact_bits > 0 and recording.channels <= MOST_FLAC_CHANNELS
    copied = None if isinstance(source, Clip) or exact else source
    kept = folder / f"recording-{digest.hexdigest()[:12]}{copied.suffix.lower() if copied else '.flac'}"
    if kept.exists():
        return kept
    with write_beside(kept, "keep a recording") as partial:
        if copied:
            shutil.copyfile(copied, partial)
        else:
            _write_flac(recording, partial)
    return kept


def _write_flac(recording: Recording, path: Path) -> None:
    bits = recording.exact_bits or 24  # sound from memory has no file to be true to
    whole = np.int16 if bits == 16 else np.int32
    scale = float(1 << (8 * np.dtype(whole).itemsize - 1))
    form = {"samplerate": recording.rate_hz, "channels": recording.channels, "subtype": f"PCM_{bits}"}
    with soundfile.SoundFile(path, "w", format="FLAC", **form) as flac:
        for block in recording.blocks():
            scaled = np.round(block.astype(np.float64) * scale)
            flac.write(np.clip(scaled, -scale, scale - 1.0).astype(whole))
