"""The same lines in several engines and voices, so that a person can choose by ear and by figures."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.audio import read_clip, resample, write_clip
from engine.core_types import Clip, Gate, OnProgress, Progress, ShouldStop, SpeechRequest, VoiceProfile
from engine.disk import check_writable
from engine.errors import EmptyManuscript, RecordingRefused, Stopped, StudioError, SynthesisError
from engine.language_tags import primary_subtag
from engine.narration.machine import find_needs
from engine.narration.synthesizer import find_card, load_synthesizer
from engine.voices.likeness import embed_speech, join_embeddings, likeness
from engine.voices.listening_score import WINDOW, score_windows

PAUSE_S = 0.45
SCORE_RATE_HZ = 16_000
SAMPLE_LINES = (
    "The lamp went out, and nobody spoke for a while.",
    "“Who is there?” she whispered, and held her breath.",
    "Nothing answered but the wind, which had been turning since the morning and now came straight from the sea.",
    "In 1842 the keeper, a Mr. Thorne, counted ninety-nine steps to the top.",
)


@dataclass(frozen=True, slots=True)
class Comparison:
    """How one voice of one engine said the lines."""

    engine: str
    voice: str  # its name
    label: str
    licence: str
    publishable: bool
    needs: str
    path: Path | None = None  # the lines as they were said, one after another; None when none was
    seconds: float = 0.0  # of sound
    speed: float = 0.0  # times faster than real time, once the engine is loaded
    likeness: float | None = None  # to its owner's recordings, 0 to 1; None for a voice without any
    score: float | None = None  # what listeners would say by a predictor, 1 bad to 5 excellent
    trouble: str = ""  # why it did not say them all


def compare_voices(
    lines: Sequence[str],
    voices: Sequence[VoiceProfile],
    gate: Gate,
    folder: Path,
    on_progress: OnProgress,
    should_stop: ShouldStop,
    language: str = "en",
) -> Iterator[Comparison]:
    """Yield a Comparison for each voice as it is ready; one that cannot speak says why and the others go on.

    ``language`` is the lines' BCP 47 tag. Raises EmptyManuscript when there are no words, Stopped, WorkspaceError.
    """
    lines = [line.strip() for line in lines if any(letter.isalnum() for letter in line)]
    if not lines:
        raise EmptyManuscript("There is nothing to say in this text. Give a text with words in it.")
    check_writable(folder, "keep the sounds to compare")
    for number, voice in enumerate(voices):
        if should_stop():
            raise Stopped("Stopped. What was compared so far is kept.")
        on_progress(Progress("comparing", number, len(voices), None, f"{voice.label}, {voice.engine}"))
        yield compare_voice(lines, voice, gate, folder / f"{voice.engine}-{voice.name}.wav", language)
    on_progress(Progress("comparing", len(voices), len(voices)))


def compare_voice(
    lines: Sequence[str], voice: VoiceProfile, gate: Gate, path: Path, language: str = "en"
) -> Comparison:
    """One voice: speak, keep the sound, measure it."""
    card, primary = find_card(voice.engine), primary_subtag(language)
    needs = find_needs(voice.engine).words
    about = (voice.engine, voice.name, voice.label, card.licence, card.publishable, needs)
    if primary not in card.languages:
        return Comparison(*about, trouble=f"It does not speak the language of these lines, “{language}”.")
    try:
        synthesizer = load_synthesizer(voice.engine, gate)
        began = time.monotonic()
        spoken = list(synthesizer.speak([SpeechRequest(line, voice, language=primary) for line in lines]))
        took = time.monotonic() - began
    except StudioError as error:
        return Comparison(*about, trouble=str(error))
    clips = [clip for clip in spoken if isinstance(clip, Clip)]
    errors = list(dict.fromkeys(str(error) for error in spoken if isinstance(error, SynthesisError)))
    if not clips:
        return Comparison(*about, trouble=errors[0])
    clip = join_clips(clips)
    write_clip(clip, path)
    seconds = sum(clip.seconds for clip in clips)
    alike = compare_with_owner(clip, voice)
    speed = seconds / took if took > 0 else 0.0
    return Comparison(*about, path, clip.seconds, speed, alike, predict_score(clip), " ".join(errors))


def join_clips(clips: Sequence[Clip]) -> Clip:
    """The clips with a pause between them."""
    rate_hz = clips[0].rate_hz
    pause = np.zeros(int(PAUSE_S * rate_hz), np.float32)
    pieces = [piece for clip in clips for piece in (clip.samples, pause)]
    return Clip(np.concatenate(pieces[:-1]), rate_hz)


def compare_with_owner(clip: Clip, voice: VoiceProfile) -> float | None:
    """How alike the sound is to the recordings the voice was made of; None when there are none or it cannot be told."""
    if not voice.clips:
        return None
    try:
        owner = join_embeddings([embed_speech(read_clip(path)) for path in voice.clips])
        return likeness(owner, embed_speech(clip))
    except (RecordingRefused, StudioError):
        return None


def predict_score(clip: Clip) -> float | None:
    """The mean predicted score of the sound, heard in stretches of nine seconds."""
    samples: NDArray[np.float32] = resample(clip, SCORE_RATE_HZ).samples
    windows = [samples[start : start + WINDOW] for start in range(0, max(1, len(samples) - WINDOW // 2), WINDOW)]
    scores = [score.overall for score in score_windows(windows)]
    return sum(scores) / len(scores) if scores else None
