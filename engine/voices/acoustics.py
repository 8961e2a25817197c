"""What room, microphone and mains add to a voice: reverberation, a narrow band, hum, music behind."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from engine.voices.loudness import PAUSE_MARGIN_S, join_marks, mark_frames, power_spectra, to_db
from engine.voices.speech_finder import RATE_HZ, Span
from engine.voices.survey import SPECTRUM_STEP_HZ, Resampler, Survey

LOOKED_AT_S = 120.0  # of a long recording, spread over it: rooms and microphones stay what they are
STRETCH_S = 10.0

# Reverberation: how fast the level of a band can fall. In a dry recording it falls as fast as the mouth closes.
DECAY_WINDOW, DECAY_HOP = 320, 80  # 20 ms every 5 ms
DECAY_HOP_S = DECAY_HOP / RATE_HZ
DECAY_FRAMES = 16  # a fall is looked at over 80 ms
DECAY_BANDS_HZ = (250, 400, 630, 1000, 1600, 2500, 4000, 6000)
LEAST_FALLS = 20  # in a band, to tell by it

# Hum: lines at the mains' frequency and its multiples, weighted as the ear weights low tones (IEC 61672 A, dB).
HUM_RATE_HZ = 2000
MAINS_HZ = (50, 60)
HUM_LINES = 8
HUM_STANDS_OUT_DB = 8.0
NO_HUM_DB = -100.0

# Music: tones that hold their pitch for 150 ms in the pauses of speech, two and more of them at a time. A tone that is
# there in most of all pauses is no music but a hum or a whine.
TONE_WINDOW, TONE_HOP = 1024, 256
TONE_HOP_S = TONE_HOP / RATE_HZ
TONE_FRAMES = 9
TONE_STANDS_OUT_DB = 9.0
TONE_BINS = slice(10, 256)  # 160 Hz to 4 kHz
TONES_AT_ONCE = 2
TONE_BELOW_SPEECH_DB = 55.0  # softer ones are not heard beside it
STEADY_ABOVE = 0.7  # of the pauses
LEAST_TONE_PAUSES_S = 0.5

BAND_DEPTH_DB = 60.0  # the band reaches to where speech is this far below its strongest


def choose_stretches(seconds: float) -> list[Span]:
    """All of a recording of up to two minutes, else twelve stretches of ten seconds spread over it."""
    if seconds <= LOOKED_AT_S:
        return [(0.0, seconds)]
    count = int(LOOKED_AT_S / STRETCH_S)
    step = (seconds - STRETCH_S) / (count - 1)
    return [(number * step, number * step + STRETCH_S) for number in range(count)]


def _samples_between(survey: Survey, span: Span) -> NDArray[np.int16]:
    return survey.samples[round(span[0] * RATE_HZ) : round(span[1] * RATE_HZ)]


def decay_time(survey: Survey) -> float | None:
    """Seconds a sound would take to fall by 60 dB, judged by the steepest falls; None without enough of them.

    Dry speech gives 0.10 to 0.17, a living room 0.25 to 0.35, a bathroom more: the value grows with the room's
    reverberation time and with the distance to the microphone, and is the same whatever the level.
    """
    edges = np.fft.rfftfreq(DECAY_WINDOW, 1.0 / RATE_HZ)
    falls: list[list[NDArray[np.float64]]] = [[] for _ in DECAY_BANDS_HZ[1:]]
    for stretch in choose_stretches(survey.seconds):
        spectra = list(power_spectra(_samples_between(survey, stretch), DECAY_WINDOW, DECAY_HOP))
        if not spectra:
            return None
        power = np.concatenate(spectra)
        for band, (low, high) in enumerate(pairwise(DECAY_BANDS_HZ)):
            falls[band].append(_find_falls(to_db(power[:, (edges >= low) & (edges < high)].sum(axis=1))))
    steepest = [float(np.percentile(slopes, 5)) for band in falls if len(slopes := np.concatenate(band)) > LEAST_FALLS]
    return -60.0 / float(np.median(steepest)) if steepest and np.median(steepest) < 0 else None


def _find_falls(levels: NDArray[np.float64]) -> NDArray[np.float64]:
    """Slopes, in dB a second, of every 80 ms that begin loud and end above the background."""
    if len(levels) < DECAY_FRAMES:
        return np.zeros(0)
    floor, loud = np.percentile(levels, 5), np.percentile(levels, 90)
    windows = np.lib.stride_tricks.sliding_window_view(levels, DECAY_FRAMES)
    times = np.arange(DECAY_FRAMES) - (DECAY_FRAMES - 1) / 2.0
    slopes = windows @ times / float(np.sum(times**2) * DECAY_HOP_S)
    return np.asarray(slopes[(windows[:, 0] > max(floor + 25.0, loud - 15.0)) & (windows[:, -1] > floor + 6.0)])


def bandwidth(survey: Survey) -> float:
    """Up to which frequency the voice is there, in hertz."""
    spectrum = survey.spectrum
    if not len(spectrum) or spectrum.max() <= 0.0:
        return 0.0
    levels = to_db(spectrum / spectrum.max())
    return float((np.flatnonzero(levels > -BAND_DEPTH_DB)[-1] + 1) * SPECTRUM_STEP_HZ)


def hum_level(survey: Survey, speech_db: float) -> float | None:
    """Level of the mains' hum as the ear weights it, in dB relative to the speech; NO_HUM_DB where there is none.

    None for less than a second of sound.
    """
    samples = _slow_down(survey)
    if len(samples) < HUM_RATE_HZ:
        return None
    taper = np.hanning(HUM_RATE_HZ).astype(np.float32)
    frames = np.lib.stride_tricks.sliding_window_view(samples, HUM_RATE_HZ)[:: HUM_RATE_HZ // 2]
    scale = np.float32(2.0 / float(np.sum(taper)) ** 2)
    highest = MAINS_HZ[-1] * HUM_LINES + 11
    pieces = [frames[at : at + 64] * taper for at in range(0, len(frames), 64)]
    lines = np.concatenate([scale * np.square(np.abs(np.fft.rfft(piece, axis=1)[:, :highest])) for piece in pieces])
    steady = np.percentile(lines, 10, axis=0)  # a bin is a hertz; what is always there is in the quietest tenth too
    loudest = max(_mains_power(steady, mains) for mains in MAINS_HZ)
    return max(NO_HUM_DB, float(to_db(loudest)) - speech_db)


def _slow_down(survey: Survey) -> NDArray[np.float32]:
    """The sound at 2 kHz, made a piece at a time."""
    resampler = Resampler(RATE_HZ, HUM_RATE_HZ)
    step = int(STRETCH_S)
    pieces = [resampler.take(survey.cut(start, start + step)) for start in range(0, int(survey.seconds) + 1, step)]
    return np.concatenate([*pieces, resampler.finish()])


def _mains_power(steady: NDArray[np.float64], mains_hz: int) -> float:
    """Weighted power of the lines at multiples of the mains' frequency that stand out of what is beside them."""
    power = 0.0
    for hz in range(mains_hz, mains_hz * HUM_LINES + 1, mains_hz):
        line = float(steady[hz - 1 : hz + 2].max())
        beside = float(np.median(np.concatenate([steady[hz - 9 : hz - 3], steady[hz + 4 : hz + 10]])))
        if to_db(line) - to_db(beside) > HUM_STANDS_OUT_DB:
            power += line * _ear_weight(hz)
    return power


def _ear_weight(hz: float) -> float:
    """The A weighting, as a factor of power."""
    square = hz**2
    gain = (12194.0**2 * square**2) / (
        (square + 20.6**2) * np.sqrt((square + 107.7**2) * (square + 737.9**2)) * (square + 12194.0**2)
    )
    return float((gain * 10.0 ** (2.0 / 20.0)) ** 2)


def find_tones(survey: Survey, speech: list[Span], speech_db: float) -> tuple[float | None, list[Span]]:
    """The share of the pauses in which several tones are held (0 to 1), and where; None without pauses.

    With no ``speech`` the whole recording is one pause: music alone has a share above 0.2, noise none. ``speech_db``
    is the level beside which a tone has to be heard.
    """
    stretches = choose_stretches(survey.seconds)
    peaks = [_find_peaks(_samples_between(survey, span), speech_db - TONE_BELOW_SPEECH_DB) for span in stretches]
    pauses = []
    for (start, end), found in zip(stretches, peaks, strict=True):
        inside = [(first - start, last - start) for first, last in speech if last > start and first < end]
        pauses.append(~mark_frames(inside, len(found), PAUSE_MARGIN_S, TONE_HOP_S))
    if sum(map(np.sum, pauses)) * TONE_HOP_S < LEAST_TONE_PAUSES_S:
        return None, []
    silent = np.concatenate([_widen(found[pausing]) for found, pausing in zip(peaks, pauses, strict=True)])
    coming = silent.mean(axis=0) < STEADY_ABOVE
    counted, toned, places = 0, 0, []
    for (start, _), found, pausing in zip(stretches, peaks, pauses, strict=True):
        musical = pausing & (_count_held(found & coming) >= TONES_AT_ONCE)
        counted, toned = counted + int(pausing.sum()), toned + int(musical.sum())
        places += [(start + first, start + last) for first, last in join_marks(musical, TONE_HOP_S)]
    return toned / counted, places


def _find_peaks(samples: NDArray[np.int16], floor_db: float) -> NDArray[np.bool_]:
    """Where, in each frame, a tone stands out of what is beside it; shape [frames, bins of TONE_BINS]."""
    found = [np.zeros((0, TONE_BINS.stop - TONE_BINS.start), np.bool_)]
    for spectra in power_spectra(samples, TONE_WINDOW, TONE_HOP):
        levels = to_db(spectra[:, : TONE_BINS.stop + 10])
        around = np.pad(levels, ((0, 0), (9, 9)), mode="edge")
        background = np.median(np.lib.stride_tricks.sliding_window_view(around, 19, axis=1), axis=2)
        peaks = np.zeros(levels.shape, np.bool_)
        peaks[:, 1:-1] = (levels[:, 1:-1] >= levels[:, :-2]) & (levels[:, 1:-1] > levels[:, 2:])
        peaks &= (levels > background + TONE_STANDS_OUT_DB) & (levels > floor_db)
        found.append(peaks[:, TONE_BINS])
    return np.concatenate(found)


def _widen(peaks: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """A tone may waver by a bin."""
    wide = peaks.copy()
    wide[:, 1:] |= peaks[:, :-1]
    wide[:, :-1] |= peaks[:, 1:]
    return wide


def _count_held(peaks: NDArray[np.bool_]) -> NDArray[np.int64]:
    """How many tones are being held at each frame."""
    held = np.zeros(len(peaks), np.int64)
    if len(peaks) >= TONE_FRAMES:
        windows = np.lib.stride_tricks.sliding_window_view(_widen(peaks), TONE_FRAMES, axis=0)
        lasting = np.asarray(windows.all(axis=-1))
        middle = TONE_FRAMES // 2
        held[middle : middle + len(lasting)] = (lasting & peaks[middle : middle + len(lasting)]).sum(axis=1)
    return held
