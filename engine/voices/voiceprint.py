"""What the consent checks need of a recording, so that its sound need not stay in memory: whose voice, what mark."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from engine.audio import read_clip
from engine.core_types import Clip, OnProgress, Progress
from engine.disk import hash_file
from engine.errors import AudioError, ModelMissing, RecordingRefused
from engine.voice_types import Sample
from engine.voices import likeness, watermark


@dataclass(frozen=True, slots=True, eq=False)
class Voiceprint:
    """One recording, heard once."""

    seconds: float
    voice: likeness.Embedding | None  # None when too little is said to tell whose it is
    mark: float | None  # how surely a speaking machine's mark is in it, 0 to 1; None when that cannot be told


def take_voiceprint(clip: Clip) -> Voiceprint:
    """Listen to a recording for who speaks, and whether a machine does. Raises ModelError with a broken model."""
    try:
        voice = likeness.embed_speech(clip)
    except RecordingRefused:
        voice = None
    try:
        mark = watermark.measure_watermark(clip)
    except ModelMissing:  # said once for all recordings, by the check itself
        mark = None
    return Voiceprint(clip.seconds, voice, mark)


class Voiceprints:
    """Those of one process, by the hash of what was heard: a long recording is listened to once. Never kept on disk."""

    def __init__(self) -> None:
        self._heard: dict[str, Voiceprint] = {}

    def take(self, samples: Sequence[Sample], on_progress: OnProgress | None = None) -> list[Voiceprint]:
        """One for each sample whose file is still the one that was measured; one sample is in memory at a time.

        Raises RecordingRefused for another, ModelError.
        """
        prints = []
        for number, sample in enumerate(samples, start=1):
            check_unchanged(sample)
            if sample.sha256 not in self._heard:
                self._heard[sample.sha256] = take_voiceprint(_read(sample))
            prints.append(self._heard[sample.sha256])
            if on_progress:
                on_progress(Progress("listening", number, len(samples), message="Comparing the voice"))
        return prints

    def forget(self) -> None:
        self._heard.clear()


def check_unchanged(sample: Sample) -> None:
    """Raises RecordingRefused when a sample's file is not the one that was measured."""
    try:
        whole = sample.path.is_file() and hash_file(sample.path) == sample.sha256
    except OSError:
        whole = False
    if not whole:
        raise _changed(sample)


def _read(sample: Sample) -> Clip:
    try:
        return read_clip(sample.path)
    except (OSError, AudioError):
        raise _changed(sample) from None


def _changed(sample: Sample) -> RecordingRefused:
    return RecordingRefused(f"The recording {sample.path.name} was changed or is gone. Take it out or record again.")
