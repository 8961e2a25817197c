"""Takes laid on one line of time: trimmed by their measured silence, apart by the pause that belongs between them.

The work is in two steps. ``place_takes`` decides from the takes' measures alone where each begins, so levels and
lengths are known before any sound is read. ``join_takes`` then reads take after take and gives the chapter in blocks;
memory holds one block and the takes that sound in it, however long the chapter is.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from engine.audio import db_to_amplitude, read_clip, remove_offset, resample
from engine.core_types import Clip, MasterTargets, PauseKind, Pauses, Take

BLOCK = 1 << 17  # samples, 3 s at 44.1 kHz: long enough for numpy, short enough to stop at once
AAC_FRAME = 1024  # samples; a chapter fills its last frame, so that room tone goes on into the next chapter
# What is kept around the measured speech. A soft "f" or "h" begins under the threshold of measure_take, and the breath
# of a final "s" ends under it; the pause is measured from speech to speech, so the margins do not lengthen it.
BEFORE_S = 0.015
AFTER_S = 0.060
FADE_IN_S = 0.010
FADE_OUT_S = 0.030
SHORTEST_FADE_S = 0.004  # where a take has no silence of its own: too short to swallow a consonant, too long to click

ROOM_TONE_DB = -72.0  # RMS; under every store's floor of -60 dB, above digital zero, which listeners take for a fault
ROOM_TONE_SAMPLES = 1 << 20  # 24 s at 44.1 kHz: too long, and at this level too soft, to be heard coming round again
ROOM_TONE_SEED = 20


@dataclass(frozen=True, slots=True)
class PlacedTake:
    """A take on the chapter's line of time."""

    take: Take
    start: int  # sample of the chapter at which the measured speech begins
    gain_db: float = 0.0  # its own, before the chapter's

    @property
    def speech_s(self) -> float:
        return _speech_s(self.take)


@dataclass(frozen=True, slots=True)
class Timeline:
    """Where everything is in a chapter that is yet to be read."""

    takes: tuple[PlacedTake, ...]  # in order; the ones that speak
    line_starts_s: tuple[float, ...]  # for every line given, also the silent ones: where they would be
    samples: int  # of the whole chapter, head and tail included
    rate_hz: int

    @property
    def speech_s(self) -> float:
        return sum(placed.speech_s for placed in self.takes)


def place_takes(lines: Sequence[tuple[Take | None, PauseKind]], pauses: Pauses, targets: MasterTargets) -> Timeline:
    """Lay the lines out between head and tail.

    A line without a take, or with a silent one, is only its pause. Pauses in a row do not add up: the longest counts.
    Before the first speech is the head and after the last the tail, whatever pauses stand there.
    """
    placed: list[PlacedTake] = []
    starts_s: list[float] = []
    end_s, pause_s = targets.head_s + BEFORE_S, 0.0  # head and tail are room tone alone: the takes' margins come on top
    for take, pause in lines:
        starts_s.append(end_s + pause_s)
        if take is not None and _speech_s(take) > 0.0:
            placed.append(PlacedTake(take, round(starts_s[-1] * targets.rate_hz)))
            end_s, pause_s = starts_s[-1] + _speech_s(take), 0.0
        if placed:
            pause_s = max(pause_s, pauses.seconds_for(pause))
    samples = -(-round((end_s + AFTER_S + targets.tail_s) * targets.rate_hz) // AAC_FRAME) * AAC_FRAME
    return Timeline(tuple(placed), tuple(starts_s), samples, targets.rate_hz)


def join_takes(timeline: Timeline, gain_db: float) -> Iterator[NDArray[np.float32]]:
    """The chapter in blocks of at most BLOCK samples: takes at their gain plus ``gain_db``, over one room tone.

    Raises AudioError when a take's file cannot be read.
    """
    tone = make_room_tone(timeline.rate_hz)
    waiting = iter(timeline.takes)
    coming = next(waiting, None)
    before = int(BEFORE_S * timeline.rate_hz)
    sounding: list[tuple[int, NDArray[np.float32]]] = []
    for start in range(0, timeline.samples, BLOCK):
        end = min(start + BLOCK, timeline.samples)
        turn = start % ROOM_TONE_SAMPLES  # a whole number of blocks, so that no block crosses the tone's end
        block = tone[turn : turn + end - start].copy()
        while coming is not None and coming.start - before < end:
            sounding.append(_read_placed(coming, timeline.rate_hz, gain_db))
            coming = next(waiting, None)
        for at, samples in sounding:
            first, last = max(start, at), min(end, at + len(samples))
            if first < last:
                block[first - start : last - start] += samples[first - at : last - at]
        sounding = [(at, samples) for at, samples in sounding if at + len(samples) > end]
        yield block


@lru_cache(maxsize=2)
def make_room_tone(rate_hz: int) -> NDArray[np.float32]:
    """A quiet, dark, even noise of ROOM_TONE_DB, the same each time, whose end runs into its beginning.

    It is made from its spectrum, falling 4.5 dB an octave (between pink and brown) from 60 Hz on, and a spectrum's
    sound is periodic by nature: there is no seam to hear.
    """
    random = np.random.default_rng(ROOM_TONE_SEED)
    frequency = np.fft.rfftfreq(ROOM_TONE_SAMPLES, 1.0 / rate_hz)
    strength = np.where(frequency < 60.0, 0.0, np.maximum(frequency, 60.0) ** -0.75)
    spectrum = strength * np.exp(2j * np.pi * random.random(len(frequency)))
    tone = np.fft.irfft(spectrum, ROOM_TONE_SAMPLES)
    tone *= db_to_amplitude(ROOM_TONE_DB) / np.sqrt(np.mean(tone**2))
    samples = tone.astype(np.float32)
    samples.flags.writeable = False
    return samples


def _read_placed(placed: PlacedTake, rate_hz: int, gain_db: float) -> tuple[int, NDArray[np.float32]]:
    """A take's sound, trimmed and faded, and the sample of the chapter at which it begins."""
    measures = placed.take.measures
    clip = read_clip(placed.take.path)
    speech_start = round(measures.speech_start_s * clip.rate_hz)
    first = max(0, speech_start - int(BEFORE_S * clip.rate_hz))
    last = min(len(clip.samples), round((measures.speech_end_s + AFTER_S) * clip.rate_hz))
    before_s, after_s = (speech_start - first) / clip.rate_hz, last / clip.rate_hz - measures.speech_end_s
    samples = resample(Clip(remove_offset(clip.samples)[first:last], clip.rate_hz), rate_hz).samples
    samples = samples * np.float32(db_to_amplitude(placed.gain_db + gain_db))
    fade_in = _shape_fade(before_s, FADE_IN_S, rate_hz, len(samples))
    fade_out = _shape_fade(after_s, FADE_OUT_S, rate_hz, len(samples))
    samples[: len(fade_in)] *= fade_in
    samples[len(samples) - len(fade_out) :] *= fade_out[::-1]
    return max(0, placed.start - round(before_s * rate_hz)), samples


def _shape_fade(margin_s: float, longest_s: float, rate_hz: int, available: int) -> NDArray[np.float32]:
    """A raised cosine from 0 to 1 inside the margin of silence, or over the first moments of speech without one."""
    length = min(available, int(rate_hz * max(SHORTEST_FADE_S, min(margin_s, longest_s))))
    return (0.5 - 0.5 * np.cos(np.pi * np.arange(length) / max(1, length))).astype(np.float32)


def _speech_s(take: Take) -> float:
    return max(0.0, take.measures.speech_end_s - take.measures.speech_start_s)
