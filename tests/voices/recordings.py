"""Recordings for tests: readings by the embedded engine, put into files of every kind, and spoilt in known ways."""

from __future__ import annotations

import functools
from pathlib import Path

import av
import numpy as np
import soundfile
import soxr
from numpy.typing import NDArray

from engine.core_types import Clip
from tests.voices.people import read_aloud

RATE_HZ = 24_000
SENTENCES = (
    "It was a clear evening in the harbour town, and the lamps along the water had just been lit.",
    "When the last boat had come in, she counted the baskets twice, wrote the number down and went home.",
    "Nobody had told the boy that the road over the hill would be so long, or the night so cold.",
    "He put the letter on the table, turned it round once, and waited for the rain to stop.",
)


def silence(seconds: float, rate_hz: int = RATE_HZ) -> NDArray[np.float32]:
    return np.zeros(round(seconds * rate_hz), np.float32)


def hiss(count: int, db: float, seed: int = 5) -> NDArray[np.float32]:
    noise = np.random.default_rng(seed).standard_normal(count).astype(np.float32)
    return noise * np.float32(10.0 ** (db / 20.0))


@functools.lru_cache(maxsize=8)
def record(reader: str = "hazel", sentences: int = 2, room_db: float = -66.0, pause_s: float = 0.6) -> Clip:
    """Sentences with pauses between them, in a quiet room."""
    parts = [silence(0.5)]
    for sentence in SENTENCES[:sentences]:
        parts += [read_aloud(reader, sentence).samples, silence(pause_s)]
    samples = np.concatenate(parts)
    return Clip(samples * np.float32(0.8) + hiss(len(samples), room_db), RATE_HZ)


def write_wav(path: Path, samples: NDArray[np.float32], rate_hz: int = RATE_HZ, subtype: str = "PCM_16") -> Path:
    soundfile.write(path, samples, rate_hz, subtype=subtype)
    return path


COMPRESSED = (".mp3", ".m4a", ".ogg", ".opus", ".webm")
CODECS = {
    ".mp3": ("mp3", "libmp3lame", "fltp"),
    ".m4a": ("ipod", "aac", "fltp"),
    ".opus": ("ogg", "libopus", "flt"),
    ".webm": ("webm", "libopus", "flt"),
}


def write_compressed(path: Path, clip: Clip, rate_hz: int = 48_000) -> Path:
    """A mono file whose suffix says its container; .webm is what a browser records."""
    samples = soxr.resample(clip.samples, clip.rate_hz, rate_hz).astype(np.float32)
    if path.suffix == ".ogg":
        soundfile.write(path, samples, rate_hz, format="OGG", subtype="VORBIS")
        return path
    form, codec, layout = CODECS[path.suffix]
    with av.open(path, "w", format=form) as container:
        stream = container.add_stream(codec, rate=rate_hz)
        stream.layout, stream.format = "mono", layout
        step = 960
        for start in range(0, len(samples), step):
            piece = np.pad(samples[start : start + step], (0, max(0, start + step - len(samples))))
            frame = av.AudioFrame.from_ndarray(piece[None].astype(np.float32), layout, "mono")
            frame.sample_rate, frame.pts = rate_hz, start
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def write_video(path: Path, clip: Clip) -> Path:
    """A film of two grey seconds with sound."""
    with av.open(path, "w", format="mp4") as container:
        picture = container.add_stream("mpeg4", rate=5)
        picture.width, picture.height, picture.pix_fmt = 64, 48, "yuv420p"
        sound = container.add_stream("aac", rate=clip.rate_hz)
        sound.layout = "mono"
        for _ in range(10):
            grey = np.full((48, 64, 3), 120, np.uint8)
            container.mux(picture.encode(av.VideoFrame.from_ndarray(grey, "rgb24")))
        container.mux(picture.encode(None))
        for start in range(0, 2 * clip.rate_hz, 1024):
            frame = av.AudioFrame.from_ndarray(clip.samples[None, start : start + 1024].copy(), "fltp", "mono")
            frame.sample_rate, frame.pts = clip.rate_hz, start
            container.mux(sound.encode(frame))
        container.mux(sound.encode(None))
    return path
