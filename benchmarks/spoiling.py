"""Good recordings spoilt in known ways, to see whether each fault is found, and how much of it there has to be."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from typing import NamedTuple

import av
import numpy as np
import soxr
from numpy.typing import NDArray

from engine.audio import rms_db
from engine.core_types import Clip

Samples = NDArray[np.float32]
Spoil = Callable[[Clip, float], Clip]
NOISE_MEASURES = ("signal-to-noise ratio", "noise floor", "listening score", "sounds between words")


class Fault(NamedTuple):
    """One way to spoil a recording."""

    name: str
    measures: tuple[str, ...]  # any of them may say so; the first is the one that is about it
    spoil: Spoil
    unit: str
    amounts: tuple[float, ...]  # the least first
    plain: float  # from this amount on a listener plainly hears it


# --- noise ---------------------------------------------------------------------------------------------------------


def _mix(clip: Clip, other: Samples | NDArray[np.float64], below_db: float) -> Clip:
    """``other`` under the clip, so many decibels below the speech in it."""
    repeated = np.resize(other, len(clip.samples))
    gain = 10.0 ** ((speech_db(clip) - below_db - rms_db(repeated.astype(np.float32))) / 20.0)
    return Clip((clip.samples + gain * repeated).astype(np.float32), clip.rate_hz)


def speech_db(clip: Clip) -> float:
    """The level without the pauses: of the louder half of all 20 ms."""
    length = clip.rate_hz // 50
    frames = clip.samples[: len(clip.samples) // length * length].reshape(-1, length)
    power = np.sort(np.mean(np.square(frames, dtype=np.float64), axis=1))
    return 10.0 * float(np.log10(power[len(power) // 2 :].mean() + 1e-12))


def _coloured(count: int, rate_hz: int, slope: float, lowest_hz: float = 30.0) -> NDArray[np.float64]:
    """Noise whose power falls with the frequency to the ``slope``: 0 white, 1 pink, 2 brown."""
    spectrum = np.fft.rfft(np.random.default_rng(1).standard_normal(count))
    hertz = np.fft.rfftfreq(count, 1.0 / rate_hz)
    spectrum *= np.maximum(hertz, lowest_hz) ** (-slope / 2.0)
    spectrum[hertz < lowest_hz] = 0.0
    return np.fft.irfft(spectrum, count)


def add_noise(clip: Clip, below_db: float) -> Clip:
    return _mix(clip, _coloured(len(clip.samples), clip.rate_hz, 0.0), below_db)


def add_pink_noise(clip: Clip, below_db: float) -> Clip:
    return _mix(clip, _coloured(len(clip.samples), clip.rate_hz, 1.0), below_db)


def add_fan(clip: Clip, below_db: float) -> Clip:
    """Deep noise and the tone of the blades, as of an air conditioner."""
    times = np.arange(len(clip.samples)) / clip.rate_hz
    noise = _coloured(len(clip.samples), clip.rate_hz, 2.0, lowest_hz=60.0)
    blades = np.sum([np.sin(2 * np.pi * 117 * k * times + k) / k for k in (1, 2, 3)], axis=0)
    return _mix(clip, noise / noise.std() + 0.5 * blades, below_db)


def add_keys(clip: Clip, below_db: float) -> Clip:
    """Four clicks a second; their level is that of their 20 ms."""
    random, rate_hz = np.random.default_rng(5), clip.rate_hz
    clicks, length, at = np.zeros(len(clip.samples)), int(0.03 * rate_hz), 0.2
    while at < clip.seconds - 0.1:
        click = np.diff(random.standard_normal(length) * np.exp(-np.arange(length) / (0.006 * rate_hz)), prepend=0.0)
        start = int(at * rate_hz)
        clicks[start : start + length] += click / np.sqrt(np.mean(np.square(click[: int(0.02 * rate_hz)])))
        at += random.uniform(0.12, 0.4)
    gain = 10.0 ** ((speech_db(clip) - below_db) / 20.0)
    return Clip((clip.samples + gain * clicks).astype(np.float32), rate_hz)


def add_babble(people: Sequence[Clip]) -> Spoil:
    """All of them at once, each as loud as the others."""

    def spoil(clip: Clip, below_db: float) -> Clip:
        voices = [np.resize(_at_rate(person, clip.rate_hz), len(clip.samples)) for person in people]
        return _mix(clip, np.sum([voice / voice.std() for voice in voices], axis=0), below_db)

    return spoil


def add_hum(clip: Clip, below_db: float, mains_hz: float = 50.0, rich: bool = False) -> Clip:
    """The mains' frequency with three of its multiples, or rich in them, as from a lamp's dimmer."""
    times = np.arange(len(clip.samples)) / clip.rate_hz
    multiples = (1, 2, 3, 4, 5, 6, 7, 9, 11, 13) if rich else (1, 2, 3, 5)
    falling = 0.5 if rich else 1.0
    hum = np.sum([np.sin(2 * np.pi * mains_hz * k * times + k) / k**falling for k in multiples], axis=0)
    return _mix(clip, hum, below_db)


def add_rich_hum(clip: Clip, below_db: float) -> Clip:
    return add_hum(clip, below_db, mains_hz=60.0, rich=True)


# --- room, level, band ---------------------------------------------------------------------------------------------


def add_room(clip: Clip, seconds: float, direct_db: float = 0.0) -> Clip:
    """A room whose sound falls by 60 dB in so many seconds (high tones sooner), under or over the voice itself."""
    count = int(1.3 * seconds * clip.rate_hz)
    random, times = np.random.default_rng(2), np.arange(count) / clip.rate_hz
    low = np.fft.rfft(random.standard_normal(count) * 10.0 ** (-3.0 * times / seconds))
    high = np.fft.rfft(random.standard_normal(count) * 10.0 ** (-3.0 * times / (0.6 * seconds)))
    tail = np.fft.irfft(np.where(np.fft.rfftfreq(count, 1.0 / clip.rate_hz) < 3000.0, low, high), count)
    tail[: int(0.004 * clip.rate_hz)] = 0.0
    tail *= 10.0 ** (-direct_db / 20.0) / np.sqrt(np.sum(tail**2))
    tail[0] = 1.0
    size = 1 << (len(clip.samples) + count).bit_length()
    wet = np.fft.irfft(np.fft.rfft(clip.samples, size) * np.fft.rfft(tail, size), size)[: len(clip.samples)]
    return Clip((0.7 * wet).astype(np.float32), clip.rate_hz)


def add_room_near(clip: Clip, seconds: float) -> Clip:
    """The same room with the voice 6 dB above it."""
    return add_room(clip, seconds, direct_db=6.0)


def cut_off(clip: Clip, share: float) -> Clip:
    """Amplified until so large a share of the samples, in per cent, is cut off."""
    limit = float(np.quantile(np.abs(clip.samples), 1.0 - share / 100.0))
    return Clip(np.clip(clip.samples, -limit, limit) / np.float32(limit), clip.rate_hz)


def cut_off_softly(clip: Clip, share: float) -> Clip:
    """So large a share of the samples pressed into an amplifier's bend."""
    limit = float(np.quantile(np.abs(clip.samples), 1.0 - share / 100.0))
    return Clip((0.9 * np.tanh(clip.samples / limit)).astype(np.float32), clip.rate_hz)


def cut_off_and_code(clip: Clip, share: float) -> Clip:
    return code_mp3(cut_off(clip, share), 64.0)


def narrow(clip: Clip, hertz: float) -> Clip:
    """Only what a recording at a lower rate would hold, at the old rate."""
    there = soxr.resample(clip.samples, clip.rate_hz, 2.0 * hertz)
    back = soxr.resample(there, 2.0 * hertz, clip.rate_hz).astype(np.float32)
    return Clip(back, clip.rate_hz)


def code_mp3(clip: Clip, kilobits: float) -> Clip:
    """Through an MP3 of so many kilobits a second, at the rate that suits it."""
    rate_hz = 44_100 if kilobits >= 32 else 24_000
    samples = _at_rate(clip, rate_hz)
    coded = io.BytesIO()
    with av.open(coded, "w", format="mp3") as container:
        stream = container.add_stream("libmp3lame", rate=rate_hz)
        stream.layout, stream.format, stream.bit_rate = "mono", "fltp", int(1000 * kilobits)
        for start in range(0, len(samples), 1152):
            frame = av.AudioFrame.from_ndarray(samples[None, start : start + 1152].copy(), "fltp", "mono")
            frame.sample_rate, frame.pts = rate_hz, start
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    coded.seek(0)
    with av.open(coded, "r") as container:
        pieces = [frame.to_ndarray().reshape(-1) for frame in container.decode(audio=0)]
    return Clip(np.concatenate(pieces).astype(np.float32), rate_hz)


def shift(clip: Clip, per_cent: float) -> Clip:
    return Clip(clip.samples + np.float32(per_cent / 100.0), clip.rate_hz)


def soften(clip: Clip, by_db: float) -> Clip:
    return Clip(clip.samples * np.float32(10.0 ** (-by_db / 20.0)), clip.rate_hz)


def drift(clip: Clip, by_db: float) -> Clip:
    """The second half softer than the first."""
    gain = np.ones(len(clip.samples), np.float32)
    gain[len(gain) // 2 :] = 10.0 ** (-by_db / 20.0)
    return Clip(clip.samples * gain, clip.rate_hz)


def raise_pitch(clip: Clip, semitones: float) -> Clip:
    """The second half higher (and quicker)."""
    half = len(clip.samples) // 2
    higher = soxr.resample(clip.samples[half:], clip.rate_hz * 2.0 ** (semitones / 12.0), clip.rate_hz)
    return Clip(np.concatenate([clip.samples[:half], higher.astype(np.float32)]), clip.rate_hz)


def drop_out(clip: Clip, per_cent: float) -> Clip:
    """So many of its packets of 20 ms are missing."""
    samples, length = clip.samples.copy(), clip.rate_hz // 50
    for packet in np.flatnonzero(np.random.default_rng(8).random(len(samples) // length) < per_cent / 100.0):
        samples[packet * length : (packet + 1) * length] = 0.0
    return Clip(samples, clip.rate_hz)


def fall_silent(clip: Clip, seconds: float) -> Clip:
    """Nothing at all for so long, in the middle."""
    half = len(clip.samples) // 2
    nothing = np.zeros(int(seconds * clip.rate_hz), np.float32)
    return Clip(np.concatenate([clip.samples[:half], nothing, clip.samples[half:]]), clip.rate_hz)


def whisper(clip: Clip, _: float = 1.0) -> Clip:
    """The same mouth moved by noise: each 30 ms keeps its spectrum's shape (linear prediction) and loses its pitch."""
    samples = _at_rate(clip, 16_000).astype(np.float64)
    length, hop, order = 480, 240, 18
    window, random = np.hanning(length + 1)[:length], np.random.default_rng(1)
    made = np.zeros(len(samples) + length)
    for start in range(0, len(samples) - length, hop):
        frame = samples[start : start + length] * window
        products = np.correlate(frame, frame, "full")[length - 1 : length + order]
        if products[0] < 1e-9:
            continue
        products[0] *= 1.0001
        matrix = products[np.abs(np.subtract.outer(np.arange(order), np.arange(order)))]
        shape = np.abs(np.fft.rfft(np.concatenate([[1.0], -np.linalg.solve(matrix, products[1:])]), 2 * length))
        noise = np.fft.irfft(np.fft.rfft(random.standard_normal(length), 2 * length) / shape)[:length] * window
        made[start : start + length] += noise * np.sqrt(products[0] / max(1e-12, float(np.sum(noise**2))))
    bright = np.diff(made, prepend=0.0)  # the throat, which sounds deep, is left out
    return Clip((0.5 * bright / np.abs(bright).max()).astype(np.float32), 16_000)


# --- other voices and music ----------------------------------------------------------------------------------------


def add_music(music: Clip) -> Spoil:
    return lambda clip, below_db: _mix(clip, _at_rate(music, clip.rate_hz), below_db)


def add_piano(clip: Clip, below_db: float) -> Clip:
    """Two notes a second, dying away, over held ones."""
    rate_hz, count = clip.rate_hz, len(clip.samples)
    piano, step = np.zeros(count), rate_hz // 2
    for number, start in enumerate(range(0, count, step)):
        times = np.arange(min(2 * step, count - start)) / rate_hz
        root = (220.0, 196.0, 174.6, 164.8)[number // 4 % 4]
        notes = [root * 2.0 * (1.0, 1.26, 1.5)[number % 3], *([root] if number % 2 == 0 else [])]
        for note, k in ((note, k) for note in notes for k in range(1, 7)):
            piano[start : start + len(times)] += np.exp(-2.5 * times) * np.sin(2 * np.pi * note * k * times) / k**1.3
    return _mix(clip, piano, below_db)


def add_voice(other: Clip, where: str) -> Spoil:
    """So many seconds of another person, "before", "amid", "after" or "over" the first, as loud as he."""

    def spoil(clip: Clip, seconds: float) -> Clip:
        there = _at_rate(other, clip.rate_hz)
        begins = int(np.argmax(np.abs(there) > 0.1 * np.abs(there).max()))
        voice = Clip(there[begins : begins + int(seconds * clip.rate_hz)], clip.rate_hz)
        voice = soften(voice, speech_db(voice) - speech_db(clip))
        half, pause = len(clip.samples) // 2, np.zeros(int(0.3 * clip.rate_hz), np.float32)
        if where == "over":
            both = clip.samples.copy()
            both[half : half + len(voice.samples)] += voice.samples[: len(both) - half]
            return Clip(both, clip.rate_hz)
        at = {"before": 0, "amid": half, "after": len(clip.samples)}[where]
        parts = [clip.samples[:at], pause, voice.samples, pause, clip.samples[at:]]
        return Clip(np.concatenate(parts), clip.rate_hz)

    return spoil


def join_voices(one: Clip, other: Clip, seconds: float) -> Clip:
    """So much of one person, then as much of another, at the same level."""
    count = int(seconds * one.rate_hz)
    there = Clip(_at_rate(other, one.rate_hz)[:count], one.rate_hz)
    there = soften(there, rms_db(there.samples) - rms_db(one.samples))
    return Clip(np.concatenate([one.samples[:count], there.samples]), one.rate_hz)


def _at_rate(clip: Clip, rate_hz: int) -> Samples:
    return soxr.resample(clip.samples, clip.rate_hz, rate_hz).astype(np.float32)


FAULTS = (
    Fault("white noise", NOISE_MEASURES, add_noise, "dB below the speech", (30.0, 20.0, 10.0, 3.0), 20.0),
    Fault("pink noise", NOISE_MEASURES, add_pink_noise, "dB below the speech", (30.0, 20.0, 10.0), 20.0),
    Fault("air conditioner", NOISE_MEASURES, add_fan, "dB below the speech", (30.0, 20.0, 10.0), 20.0),
    Fault("keyboard", NOISE_MEASURES, add_keys, "dB below the speech", (10.0, 0.0), 10.0),
    Fault("hum, 50 Hz", ("hum",), add_hum, "dB below the speech", (40.0, 30.0, 20.0), 30.0),
    Fault("hum, 60 Hz, rich", ("hum",), add_rich_hum, "dB below the speech", (40.0, 30.0, 20.0), 30.0),
    Fault("room", ("reverberation",), add_room, "s", (0.2, 0.3, 0.6, 1.2), 0.3),
    Fault("room, near", ("reverberation",), add_room_near, "s", (0.2, 0.3, 0.6, 1.2), 0.3),
    Fault("clipping", ("clipping",), cut_off, "% of the samples", (0.01, 0.1, 1.0, 5.0), 0.1),
    Fault("clipping, then MP3", ("clipping",), cut_off_and_code, "% of the samples", (0.1, 1.0, 5.0), 0.1),
    Fault("soft clipping", ("clipping",), cut_off_softly, "% of the samples", (0.1, 1.0, 5.0), 1.0),
    Fault("bandwidth", ("bandwidth",), narrow, "Hz", (8000.0, 5500.0, 4000.0, 3400.0, 2500.0), 5500.0),
    Fault("MP3", ("bandwidth", "listening score"), code_mp3, "kbit/s", (32.0, 16.0), 16.0),
    Fault("DC", ("DC",), shift, "% of full scale", (0.3, 2.0, 10.0), 2.0),
    Fault("level", ("level",), soften, "dB", (10.0, 25.0, 45.0), 25.0),
    Fault("level variation", ("level variation",), drift, "dB between the halves", (3.0, 8.0, 12.0), 8.0),
    Fault("pitch variation", ("pitch variation", "more than one speaker"), raise_pitch,
          "semitones between the halves", (4.0, 9.0, 12.0), 12.0),
    Fault("dropouts", ("dropouts",), drop_out, "% of the packets", (0.5, 2.0, 5.0), 2.0),
    Fault("silence inside", ("speech between pauses", "dropouts"), fall_silent, "s", (2.0, 10.0, 20.0), 20.0),
    Fault("piano behind", ("music behind",), add_piano, "dB below the speech", (30.0, 25.0, 15.0), 25.0),
    Fault("whisper", ("voicing", "duration of speech"), whisper, "", (1.0,), 1.0),
)  # fmt: skip


def faults_with(music: Clip, people: Sequence[Clip]) -> tuple[Fault, ...]:
    """Those that need other recordings: a piece of music, and people who speak."""
    two, below = ("more than one speaker", "pitch variation"), "dB below the speech"
    voices = [
        Fault(f"a voice {where}", two, add_voice(people[0], where), "s", (2.0, 3.0, 6.0), 3.0)
        for where in ("before", "amid", "after", "over")
    ]
    return (
        Fault("babble", (*NOISE_MEASURES, *two), add_babble(people), below, (30.0, 20.0, 10.0), 20.0),
        Fault("a song behind", ("music behind",), add_music(music), below, (30.0, 25.0, 15.0), 25.0),
        *voices,
    )
