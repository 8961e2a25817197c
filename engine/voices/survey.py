"""A recording gone through from beginning to end, once for its channels and once for its sound.

What is kept is small: the sound at 16 kHz in 16 bits (two megabytes a minute), which every measure after this one
reads, and a handful of totals that only the recording as it came can give: clipping, offset, bandwidth.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import soxr
from numpy.typing import NDArray

from engine.core_types import ShouldStop
from engine.errors import Stopped
from engine.voices.reading import Block, Recording
from engine.voices.speech_finder import RATE_HZ, Span, SpeechFinder, join_frames

FULL_SCALE = 32768
STEPS = 4 * FULL_SCALE  # of the histogram of amplitudes; float files reach above full scale
NEAR_PEAK = 0.98  # a sample this near the largest of its sign may have been cut off there
ONE_PEAK_S = 0.0003  # what a single natural peak spends up there
# Coding or resampling after clipping makes the flat tops uneven again, but what was cut off stays crowded together:
# its topmost tenth reaches less than this above the rest of it. The topmost thousandth of good recordings spans 1.2 dB
# and more, and larger shares of them more still.
CROWDED_DB = 0.9
CROWDED_SHARES = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1)  # of all samples
LEAST_TOPMOST = 16  # samples, to tell by
HEARD_AT_PEAK, MOST_GAIN = 0.3, 100.0  # what quiet recordings are raised to before speech is looked for
DEAD_BELOW_DB = -40.0  # relative to the loudest channel
HIGHEST_RATE_HZ = 48_000  # of what the spectrum is taken from
SPECTRUM_STEP_HZ = 250.0

OnShare = Callable[[float], None]


@dataclass(frozen=True, slots=True)
class Channels:
    """What the first time through tells: which channels hold the voice, and how they were driven."""

    used: tuple[int, ...]  # of the recording's channels
    dead: int  # how many hold nothing while another holds something
    unlike: bool  # two channels, and what they hold is not the same
    offset: float  # of the used ones, in parts of full scale
    power: float  # mean square of the used ones together
    peak: float
    clipped: float  # share of samples that were cut off, 0 to 1
    limits: tuple[tuple[float, float], ...]  # of each channel: where its samples below and above are cut off


@dataclass(frozen=True, slots=True, eq=False)
class Survey:
    """All that the measures are taken from."""

    recording: Recording
    channels: Channels
    samples: NDArray[np.int16]  # mono, 16 kHz
    speech: list[Span]
    clipped_s: NDArray[np.float64]  # times at which samples were cut off, in hundredths of a second
    spectrum: NDArray[np.float64]  # mean power while speaking, one value for each 250 Hz

    @property
    def seconds(self) -> float:
        return len(self.samples) / RATE_HZ

    def cut(self, start_s: float, end_s: float) -> NDArray[np.float32]:
        """A stretch of the sound at 16 kHz, in parts of full scale."""
        piece = self.samples[max(0, round(start_s * RATE_HZ)) : max(0, round(end_s * RATE_HZ))]
        cut: NDArray[np.float32] = piece.astype(np.float32) / np.float32(FULL_SCALE)
        return cut

    def speech_samples(self, spans: list[Span] | None = None) -> NDArray[np.float32]:
        """What is spoken (in these spans), joined without the pauses."""
        pieces = [self.cut(start, end) for start, end in (self.speech if spans is None else spans)]
        return np.concatenate([*pieces, np.zeros(0, np.float32)])


def survey_recording(
    recording: Recording, on_share: OnShare | None = None, should_stop: ShouldStop | None = None
) -> Survey:
    """Go through a recording twice. Raises RecordingRefused, Stopped."""

    def report(part: float) -> OnShare:
        return lambda share: on_share(part + share / 2.0) if on_share else None

    channels = choose_channels(_unless_stopped(recording.blocks(report(0.0)), should_stop), recording)
    return _hear(_unless_stopped(recording.blocks(report(0.5)), should_stop), recording, channels)


def _unless_stopped(blocks: Iterator[Block], should_stop: ShouldStop | None) -> Iterator[Block]:
    for block in blocks:
        if should_stop and should_stop():
            raise Stopped("The recording was not looked at to its end.")
        yield block


# --- the first time: channels ------------------------------------------------------------------------------------


def choose_channels(blocks: Iterator[Block], recording: Recording) -> Channels:
    """Which channels hold the voice, and whether they were driven too hard."""
    count = recording.channels
    sums, products = np.zeros(count), np.zeros((count, count))
    amplitudes = np.zeros((count, 2, STEPS), np.int64)  # by channel and sign
    total = 0
    for block in blocks:
        wide = block.astype(np.float64)
        sums += wide.sum(axis=0)
        products += wide.T @ wide
        total += len(block)
        for channel in range(count):
            for sign, side in enumerate((-block[:, channel], block[:, channel])):
                steps = np.minimum(side[side > 0] * FULL_SCALE, STEPS - 1).astype(np.int32)
                amplitudes[channel, sign] += np.bincount(steps, minlength=STEPS)
    means = sums / max(1, total)
    covariance = products / max(1, total) - np.outer(means, means)
    powers = np.maximum(np.diag(covariance), 0.0)
    used, dead, unlike = _pick_channels(covariance, powers)
    found = [_find_limits(counts, recording.rate_hz, total) for counts in amplitudes]
    limits = tuple(limit for limit, _ in found)
    return Channels(
        used=used,
        dead=dead,
        unlike=unlike,
        offset=float(np.mean(means[list(used)])),
        power=float(np.mean(covariance[np.ix_(used, used)])),
        peak=max(max(-limits[channel][0], limits[channel][1]) for channel in used) / NEAR_PEAK,
        clipped=max(found[channel][1] for channel in used),
        limits=limits,
    )


def _pick_channels(covariance: NDArray[np.float64], powers: NDArray[np.float64]) -> tuple[tuple[int, ...], int, bool]:
    """The channels to use, how many are dead, and whether two live ones hold different things."""
    floor = float(powers.max(initial=0.0)) * 10.0 ** (DEAD_BELOW_DB / 10.0)
    live = [channel for channel, power in enumerate(powers) if power > floor]
    loudest = int(np.argmax(powers))
    dead = len(powers) - len(live) if live else 0
    if len(live) != 2:  # microphones of an array stand apart: mixed, they would blur
        return (loudest,), dead, False
    alike = covariance[live[0], live[1]] / np.sqrt(powers[live[0]] * powers[live[1]])
    if alike < -0.5:  # one is wired upside down: mixed, they would cancel
        return (loudest,), dead, False
    return (live[0], live[1]), dead, bool(alike < 0.3)


def _find_limits(amplitudes: NDArray[np.int64], rate_hz: int, total: int) -> tuple[tuple[float, float], float]:
    """Where samples below and above come near the largest, and what share of all samples was cut off there."""
    limits, near = [], 0
    for counts in amplitudes:
        reached = np.flatnonzero(counts)
        peak = int(reached[-1]) if len(reached) else 0
        limit = int(NEAR_PEAK * peak)
        if peak > 32:  # below -60 dB there is nothing to cut off
            near += max(0, int(counts[limit:].sum()) - round(ONE_PEAK_S * rate_hz))
        limits.append(limit / FULL_SCALE)
    return (-limits[0], limits[1]), max(near / max(1, total), _crowded_share(amplitudes.sum(axis=0), total))


def _crowded_share(counts: NDArray[np.int64], total: int) -> float:
    """The largest share of all samples that lie crowded at the top; 0.0 when none do."""
    reached = np.cumsum(counts[::-1])  # samples at or above each amplitude, from the largest down
    for share in CROWDED_SHARES[::-1]:
        topmost = share * total / 10.0
        if topmost < LEAST_TOPMOST or 10.0 * topmost > reached[-1]:
            continue
        high, low = (STEPS - np.searchsorted(reached, count) for count in (topmost, 10.0 * topmost))
        if 20.0 * np.log10(high / low) < CROWDED_DB:
            return share
    return 0.0


# --- the second time: sound --------------------------------------------------------------------------------------


def mix_channels(block: Block, channels: Channels) -> NDArray[np.float32]:
    """The used channels of a block as one, about zero; shape [n]."""
    mono: NDArray[np.float32] = block[:, list(channels.used)].mean(axis=1) - np.float32(channels.offset)
    return mono


def _hear(blocks: Iterator[Block], recording: Recording, channels: Channels) -> Survey:
    finder, to_16k = SpeechFinder(), Resampler(recording.rate_hz, RATE_HZ)
    spectrum = _Spectrum(recording.rate_hz, channels.power)
    kept: list[NDArray[np.int16]] = []
    clipped: list[NDArray[np.float64]] = []
    heard = 0
    gain = np.float32(min(MOST_GAIN, max(1.0, HEARD_AT_PEAK / max(channels.peak, 1e-9))))

    def keep(samples: NDArray[np.float32]) -> None:
        finder.hear(samples * gain)
        kept.append(np.clip(np.round(samples * FULL_SCALE), -FULL_SCALE, FULL_SCALE - 1).astype(np.int16))

    for block in blocks:
        for channel in channels.used:
            lowest, highest = channels.limits[channel]
            cut_off = heard + np.flatnonzero((block[:, channel] <= lowest) | (block[:, channel] >= highest))
            clipped.append(np.unique((cut_off / recording.rate_hz).round(2)))
        mono = mix_channels(block, channels)
        spectrum.hear(mono)
        keep(to_16k.take(mono))
        heard += len(block)
    keep(to_16k.finish())
    samples = np.concatenate([*kept, np.zeros(0, np.int16)])
    speech = join_frames(finder.finish(), len(samples) / RATE_HZ)
    times = np.unique(np.concatenate([*clipped, np.zeros(0)]))
    return Survey(recording, channels, samples, speech, times, spectrum.mean())


class Resampler:
    """Mono samples at another rate, block by block; a stream at the right rate passes as it is."""

    def __init__(self, from_hz: int, to_hz: int) -> None:
        self._stream = None if from_hz == to_hz else soxr.ResampleStream(from_hz, to_hz, 1, dtype="float32")

    def take(self, samples: NDArray[np.float32]) -> NDArray[np.float32]:
        if self._stream is None:
            return samples
        resampled: NDArray[np.float32] = self._stream.resample_chunk(samples)
        return resampled

    def finish(self) -> NDArray[np.float32]:
        """What is still inside, once, at the end."""
        if self._stream is None:
            return np.zeros(0, np.float32)
        rest: NDArray[np.float32] = self._stream.resample_chunk(np.zeros(0, np.float32), last=True)
        return rest


class _Spectrum:
    """The mean power spectrum of the louder half of a recording, which is speech."""

    def __init__(self, rate_hz: int, power: float) -> None:
        self.rate_hz = min(rate_hz, HIGHEST_RATE_HZ)
        self._resampler = Resampler(rate_hz, self.rate_hz)
        self._length = 2 * round(self.rate_hz / SPECTRUM_STEP_HZ / 2) * 4  # four bins to a step
        self._window = np.hanning(self._length).astype(np.float32)
        self._threshold = power / 10.0
        self._sum = np.zeros(self._length // 2 + 1)
        self._count = 0

    def hear(self, mono: NDArray[np.float32]) -> None:
        samples = self._resampler.take(mono)
        frames = samples[: len(samples) // self._length * self._length].reshape(-1, self._length)
        loud = frames[np.mean(np.square(frames), axis=1) > self._threshold]
        self._sum += np.sum(np.square(np.abs(np.fft.rfft(loud * self._window, axis=1))), axis=0)
        self._count += len(loud)

    def mean(self) -> NDArray[np.float64]:
        per_step = self._sum[1:] / max(1, self._count)
        whole = per_step[: len(per_step) // 4 * 4].reshape(-1, 4)
        steps: NDArray[np.float64] = whole.mean(axis=1)
        return steps
