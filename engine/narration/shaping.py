"""Bends recorded or synthetic speech into another speaker: pitch and vocal tract, each by itself.

Pitch-synchronous overlap-add. Voiced speech is a row of nearly equal periods. Cut it into grains, each two periods
long, faded in and out, and centred on a pitch mark. Then

* **pitch**: lay the grains down closer together (higher) or further apart (lower), using one twice or leaving one out
  so that the time each sound takes stays as it was. A grain keeps its own spectrum, so the vowels stay the same vowels.
* **formant**: read each grain faster or slower by the formant ratio. That moves its whole spectrum up (a shorter vocal
  tract: a child) or down (a longer one: a large man) and, because grains are laid where they were, not the pitch.
* **pace**: let the same grains follow each other through the sound sooner or later than they were cut.

The engine that made the speech knows its pitch exactly, so it need not be looked for, which is what makes the usual
ways slow. Of three ways this was the best by DNSMOS on the same passage and shapes: scaling the engine's own spectral
parameters 2.9 to 3.1 (they are noise between the old harmonics, where the new ones fall), the WORLD vocoder 3.2 to
3.3, this 3.3 to 3.4, the untouched voice 3.4 (``benchmarks/results/voices.md``).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import soxr
from numpy.typing import NDArray

from engine.core_types import Shape, VoiceProfile
from engine.errors import SynthesisError

LOWEST_PITCH_HZ = 40.0  # below this a sample counts as unvoiced
# An engine gives a pitch to many an "s" and "f" too. Treated as voiced, their noise would be chopped into bursts: under
# this likeness of neighbouring periods sound counts as noise (0.2 to 0.4 serve alike; vowels have 0.8 and more).
LEAST_PERIODICITY = 0.3
PERIODICITY_REACH_S = 0.01
UNVOICED_GRAIN_S = 0.005  # distance of grains in unvoiced sound: short enough not to smear a "t"
LONGEST_GRAIN_S = 0.02  # half a grain never reaches further, whatever a stray pitch value says
OVERSAMPLING = 2  # so that reading a grain between samples by straight lines costs nothing audible
HIGHEST_PEAK = 0.99
# Further out it no longer sounds like a person. The pace may be an engine's own doing.
LOWEST, HIGHEST = Shape(-12.0, 0.7, 0.5), Shape(12.0, 1.4, 2.0)

Samples = NDArray[np.float32]
Positions = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Grains:
    """Pieces of sound to be laid down, each array of shape [grains]; positions and widths in samples."""

    sources: Positions  # the middle of each, where it is cut
    targets: Positions  # the middle of each, where it is laid
    half_widths: Positions  # how far it reaches each way once laid
    levels: Positions  # factor on its amplitude


def bend_speech(samples: Samples, rate_hz: int, pitch_hz: Positions, shape: Shape) -> Samples:
    """The same words at the same level, spoken by someone else.

    ``samples`` and ``pitch_hz`` have shape [n]; ``pitch_hz`` is the pitch at each sample, under LOWEST_PITCH_HZ where
    there is none. The result has n / pace samples, the RMS of ``samples`` and no peak above HIGHEST_PEAK.
    """
    hum = measure_periodicity(samples, rate_hz, pitch_hz) > LEAST_PERIODICITY
    sources, voiced = place_marks(np.where(hum, pitch_hz, 0.0), rate_hz)
    if len(sources) < 2:
        return samples
    length = round(len(samples) / shape.pace)
    pitch_ratio = 2.0 ** (shape.semitones / 12.0)
    periods = np.maximum(np.gradient(sources), 1.0)
    targets = place_targets(sources / shape.pace, np.where(voiced, pitch_ratio, 1.0) / periods, length)
    nearest = find_nearest(sources / shape.pace, targets)
    sources, voiced, periods = sources[nearest], voiced[nearest], periods[nearest]
    # Unvoiced grains are not made shorter: noise has no period to keep, and gaps in it would buzz.
    half_widths = np.minimum(periods / np.where(voiced, shape.formant, 1.0), LONGEST_GRAIN_S * rate_hz)
    # Grains laid closer together add up to more power, shorter ones to less; noise is laid as it was.
    levels = np.where(voiced, np.sqrt(shape.formant / pitch_ratio), 1.0)
    grains = Grains(sources, targets, half_widths, levels)
    bent = overlap_grains(samples, rate_hz, grains, shape.formant, length)
    if shape.formant < 1.0:  # the stretched spectrum ends below the top of the band: keep the speaker's own there
        bent += overlap_grains(take_top_band(samples, rate_hz, shape.formant), rate_hz, grains, 1.0, length)
    return match_level(bent, samples)


def measure_periodicity(samples: Samples, rate_hz: int, pitch_hz: Positions) -> Positions:
    """How alike the sound around each sample is to itself one period later: 1 a hum, 0 noise; shape [n]."""
    here = np.arange(len(samples))
    period = np.rint(rate_hz / np.maximum(pitch_hz, LOWEST_PITCH_HZ)).astype(np.intp)
    later = np.minimum(here + period // 2, len(samples) - 1)
    sound = samples.astype(np.float64)
    now, then = sound[np.maximum(later - period, 0)], sound[later]
    first = np.maximum(here - int(PERIODICITY_REACH_S * rate_hz), 0)
    last = np.minimum(here + int(PERIODICITY_REACH_S * rate_hz), len(samples))

    def add_around(values: Positions) -> Positions:
        sums = np.concatenate([[0.0], np.cumsum(values)])
        return np.asarray(sums[last] - sums[first], np.float64)

    return add_around(now * then) / np.sqrt(add_around(now * now) * add_around(then * then) + 1e-12)


def place_marks(pitch_hz: Positions, rate_hz: int) -> tuple[Positions, NDArray[np.bool_]]:
    """Where each grain is centred, in samples, and whether it is voiced: once a period, else every few milliseconds."""
    voiced = pitch_hz > LOWEST_PITCH_HZ
    voiced_marks = find_whole_turns(np.maximum(pitch_hz, LOWEST_PITCH_HZ) / rate_hz)
    unvoiced_marks = find_whole_turns(np.where(voiced, 0.0, 1.0 / (UNVOICED_GRAIN_S * rate_hz)))
    voiced_marks = voiced_marks[voiced[voiced_marks.astype(np.int64)]]
    marks = np.concatenate([voiced_marks, unvoiced_marks])
    order = np.argsort(marks, kind="stable")
    return marks[order], (np.arange(len(marks)) < len(voiced_marks))[order]


def place_targets(marks: Positions, grains_per_sample: Positions, length: int) -> Positions:
    """Where grains are laid down among ``length`` samples: as dense as is asked for at each mark."""
    return find_whole_turns(np.interp(np.arange(length), marks, grains_per_sample))


def find_whole_turns(turns_per_sample: Positions) -> Positions:
    """Positions, between samples, at which the running sum passes a whole number."""
    turns = np.cumsum(turns_per_sample)
    whole = np.floor(turns)
    at = np.flatnonzero(whole[1:] > whole[:-1]) + 1
    return np.asarray(at - (turns[at] - whole[at]) / turns_per_sample[at], np.float64)


def find_nearest(marks: Positions, positions: Positions) -> NDArray[np.int64]:
    """For each position the index of the nearest mark; marks ascend and are two or more."""
    after = np.clip(np.searchsorted(marks, positions), 1, len(marks) - 1)
    return np.asarray(after - (positions - marks[after - 1] < marks[after] - positions), np.int64)


def overlap_grains(sound: Samples, rate_hz: int, grains: Grains, formant: float, length: int) -> Positions:
    """Sum of the grains, cut from ``sound``, each read ``formant`` times as fast; shape [length].

    Reading faster is done once for the whole sound, by resampling, so what would pass the top of the band is filtered.
    """
    faster = soxr.resample(sound, rate_hz, rate_hz / formant) if formant != 1.0 else sound
    dense = soxr.resample(faster, 1.0, OVERSAMPLING)
    first = np.ceil(grains.targets - grains.half_widths).astype(np.int64)
    counts = np.floor(grains.targets + grains.half_widths).astype(np.int64) - first + 1
    grain = np.repeat(np.arange(len(first)), counts)
    place = np.arange(len(grain)) + np.repeat(first - np.cumsum(counts) + counts, counts)
    away = place - grains.targets[grain]
    reading = (grains.sources[grain] / formant + away) * OVERSAMPLING
    inside = (place >= 0) & (place < length) & (reading >= 0) & (reading < len(dense) - 1)
    grain, place, away, reading = grain[inside], place[inside], away[inside], reading[inside]
    before = reading.astype(np.intp)
    share = reading - before
    fade = grains.levels[grain] * (0.5 + 0.5 * np.cos(np.pi * away / grains.half_widths[grain]))
    heard = dense[before] * (1.0 - share) + dense[before + 1] * share
    return np.asarray(np.bincount(place, fade * heard, minlength=length), np.float64)


def take_top_band(samples: Samples, rate_hz: int, formant: float) -> Samples:
    """What lies above the part of the band that a spectrum stretched downwards still fills."""
    narrow = soxr.resample(soxr.resample(samples, rate_hz, rate_hz * formant), rate_hz * formant, rate_hz)
    top = samples.copy()
    shared = min(len(top), len(narrow))
    top[:shared] -= narrow[:shared]
    top[shared:] = 0.0
    return top


def match_level(bent: Positions, model: Samples) -> Samples:
    """``bent`` at the RMS of ``model``, or as near below it as HIGHEST_PEAK allows."""
    power = float(np.mean(np.square(bent)))
    gain = np.sqrt(float(np.mean(np.square(model, dtype=np.float64))) / power) if power > 0 else 1.0
    peak = float(np.max(np.abs(bent), initial=0.0))
    if peak * gain > HIGHEST_PEAK:
        gain = HIGHEST_PEAK / peak
    return np.asarray(bent * gain, np.float32)


def check_shape(voice: VoiceProfile, engine: str) -> None:
    """Raises SynthesisError when a voice is bent beyond LOWEST or HIGHEST; ``engine`` as a person reads it."""
    for part in ("semitones", "formant", "pace"):
        value, low, high = (getattr(shape, part) for shape in (voice.shape, LOWEST, HIGHEST))
        if not low <= value <= high:
            raise SynthesisError(
                f'The voice "{voice.name}" is bent too far: its {part} is {value:g}, '
                f"and {engine} can do {low:g} to {high:g}."
            )
