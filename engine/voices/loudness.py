"""How loud a recording is, moment by moment: while somebody speaks, in the pauses, and what else is heard there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.audio import SILENCE_DB
from engine.voices.speech_finder import RATE_HZ, Span
from engine.voices.survey import FULL_SCALE, Survey

WINDOW, HOP = 512, 160  # 32 ms every 10 ms
HOP_S = HOP / RATE_HZ
LOWEST_HZ = 80.0  # under it is rumble, which cleaning takes away
PIECE_S = 30.0  # what is transformed at a time
PAUSE_MARGIN_S = 0.12  # the ends of words that the detector leaves in the pauses
LEAST_PAUSE_S = 0.3  # of all pauses together, to tell the background by them
LEAST_PAUSES_S = 1.0  # to tell all that happens in them by: in less, a softly spoken word weighs too much

# A sound in the pauses is one that lasts, stands out of the background, and is heard beside the speech.
SOUND_MARGIN_S, SOUND_LASTS_S = 0.2, 0.12
SOUND_BELOW_SPEECH_DB, SOUND_ABOVE_FLOOR_DB = 30.0, 12.0

# A dropout: the sound stands still, as it never does by itself, and is loud right before and right after.
STILL_S, LOUD_BESIDE_S = 0.005, 0.003
LOUD_BELOW_SPEECH_DB = 20.0

PHRASE_S = 2.0  # of speech: what level variation is measured over
OFF_LEVEL_DB = 6.0

Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Loudness:
    """The level of every 10 ms, and which of them are speech; levels are in dB relative to full scale."""

    levels: NDArray[np.float64]  # shape [frames]
    speaking: Bools  # frames within speech
    pausing: Bools  # frames well away from speech
    speech_db: float  # mean over the speaking frames; SILENCE_DB without speech

    @property
    def smooth_levels(self) -> NDArray[np.float64]:
        """Over 50 ms."""
        return to_db(np.convolve(from_db(self.levels), np.full(5, 0.2), mode="same"))


def to_db(power: NDArray[np.float64] | float) -> NDArray[np.float64]:
    return np.maximum(SILENCE_DB, 10.0 * np.log10(np.maximum(power, 1e-12)))


def from_db(levels: NDArray[np.float64]) -> NDArray[np.float64]:
    power: NDArray[np.float64] = 10.0 ** (levels / 10.0)
    return power


def measure_loudness(survey: Survey) -> Loudness:
    """The level of each frame above 80 Hz; a frame is centred on its time."""
    bins = np.fft.rfftfreq(WINDOW, 1.0 / RATE_HZ)
    heard = bins >= LOWEST_HZ
    power = [spectra[:, heard].sum(axis=1) for spectra in power_spectra(survey.samples, WINDOW, HOP)]
    levels = to_db(np.concatenate([*power, np.zeros(0)]))
    speaking = mark_frames(survey.speech, len(levels), 0.0)
    spoken = float(to_db(float(from_db(levels[speaking]).mean()))) if speaking.any() else SILENCE_DB
    return Loudness(levels, speaking, ~mark_frames(survey.speech, len(levels), PAUSE_MARGIN_S), spoken)


def power_spectra(samples: NDArray[np.int16], window: int, hop: int) -> Iterator[NDArray[np.float64]]:
    """Power spectra of frames centred on every ``hop``-th sample, some seconds of them at a time.

    The bins of a frame add up to its mean square. Shape [frames, window / 2 + 1].
    """
    taper = np.hanning(window + 1)[:window].astype(np.float32)
    scale = 2.0 / (window * float(np.sum(np.square(taper))))
    count = -(-len(samples) // hop)
    step = int(PIECE_S * RATE_HZ / hop)
    for first in range(0, count, step):
        last = min(count, first + step)
        start, end = first * hop - window // 2, (last - 1) * hop + window // 2
        piece = samples[max(0, start) : end].astype(np.float32) / FULL_SCALE
        piece = np.pad(piece, (max(0, -start), max(0, end - len(samples))))
        frames = np.lib.stride_tricks.sliding_window_view(piece, window)[::hop]
        yield scale * np.square(np.abs(np.fft.rfft(frames * taper, axis=1)))


def mark_frames(spans: list[Span], count: int, margin_s: float, hop_s: float = HOP_S) -> Bools:
    """Which frames lie in the spans, each made longer by the margin at both ends."""
    marked = np.zeros(count, np.bool_)
    for start, end in spans:
        marked[max(0, int((start - margin_s) / hop_s)) : int((end + margin_s) / hop_s) + 1] = True
    return marked


def join_marks(marked: Bools, hop_s: float = HOP_S, shortest_s: float = 0.0) -> list[Span]:
    """The runs of marked frames that last at least so long, as spans in seconds."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], marked, [False]])))
    spans = [(float(start) * hop_s, float(end) * hop_s) for start, end in edges.reshape(-1, 2)]
    return [span for span in spans if span[1] - span[0] >= shortest_s - 1e-9]


def signal_to_noise(loudness: Loudness) -> float | None:
    """How far speech stands above all that is heard in the pauses, in dB.

    Of short pauses the middle level counts; where there are none to speak of, the quietest twentieth of the recording.
    """
    if not loudness.speaking.any():
        return None
    pauses = loudness.levels[loudness.pausing]
    if len(pauses) * HOP_S >= LEAST_PAUSES_S:
        return loudness.speech_db - float(to_db(float(from_db(pauses).mean())))
    if len(pauses) * HOP_S >= LEAST_PAUSE_S:
        return loudness.speech_db - float(np.median(pauses))
    return loudness.speech_db - float(np.percentile(loudness.smooth_levels, 5))


def background_level(loudness: Loudness) -> float | None:
    """The quiet background, in dB relative to the speech: what is left when nothing else happens."""
    if not loudness.speaking.any():
        return None
    quiet = loudness.smooth_levels
    if loudness.pausing.sum() * HOP_S >= LEAST_PAUSE_S:
        return float(np.percentile(quiet[loudness.pausing], 10)) - loudness.speech_db
    return float(np.percentile(quiet, 5)) - loudness.speech_db


def find_sounds_between(survey: Survey, loudness: Loudness) -> list[Span]:
    """Sounds in the pauses that are not speech: breaths, a dog, a chair."""
    away = ~mark_frames(survey.speech, len(loudness.levels), SOUND_MARGIN_S)
    if not loudness.speaking.any() or away.sum() * HOP_S < LEAST_PAUSE_S:
        return []
    quiet = loudness.smooth_levels
    floor = float(np.percentile(quiet[away], 10))
    heard = max(loudness.speech_db - SOUND_BELOW_SPEECH_DB, floor + SOUND_ABOVE_FLOOR_DB)
    return join_marks(away & (quiet > heard), shortest_s=SOUND_LASTS_S)


def find_dropouts(survey: Survey, loudness: Loudness) -> list[Span]:
    """Where samples are missing in the midst of sound. A noise gate, which closes when it is quiet, makes none."""
    beside = round(LOUD_BESIDE_S * RATE_HZ)
    loud = FULL_SCALE**2 * 10.0 ** ((loudness.speech_db - LOUD_BELOW_SPEECH_DB) / 10.0)
    dropouts = []
    for first in range(0, len(survey.samples), round(PIECE_S * RATE_HZ)):
        piece = survey.samples[first : first + round(PIECE_S * RATE_HZ)].astype(np.int32)
        still = np.abs(np.diff(piece)) <= 1
        runs = np.flatnonzero(np.diff(np.concatenate([[False], still, [False]]))).reshape(-1, 2)
        for start, end in runs[runs[:, 1] - runs[:, 0] >= round(STILL_S * RATE_HZ)]:
            level = piece[start]  # no zero, where a constant voltage was taken out
            edges = (piece[max(0, start - beside) : start] - level, piece[end + 1 : end + 1 + beside] - level)
            if all(len(edge) and np.mean(np.square(edge)) > loud for edge in edges):
                dropouts.append((float(first + start) / RATE_HZ, float(first + end) / RATE_HZ))
    return dropouts


def level_variation(loudness: Loudness) -> tuple[float | None, list[Span]]:
    """How much the level of speech strays from phrase to phrase (standard deviation, dB), and where it is far off."""
    frames = np.flatnonzero(loudness.speaking)
    length = round(PHRASE_S / HOP_S)
    if len(frames) <= length:
        return None, []
    power = from_db(loudness.levels[frames])
    starts = range(0, len(frames) - length // 2, length // 2)
    phrases = np.array([float(to_db(float(power[start : start + length].mean()))) for start in starts])
    strays = np.abs(phrases - np.median(phrases)) > OFF_LEVEL_DB
    far = np.zeros(len(loudness.levels), np.bool_)
    for start, stray in zip(starts, strays, strict=True):
        if stray:
            far[frames[start] : frames[min(start + length, len(frames)) - 1] + 1] = True
    return float(phrases.std()), join_marks(far)
