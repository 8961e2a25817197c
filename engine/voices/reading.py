"""Any sound file a person may bring, as blocks of samples: decoded piece by piece, so that an hour fits in memory.

A file is hostile until shown otherwise: its size is looked at before it is opened, only the demuxers of sound files
are allowed (a playlist dressed up as a WAV could name other files), and decoding stops at an hour.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.container import InputContainer
from numpy.typing import NDArray

from engine.core_types import Clip
from engine.errors import RecordingRefused

Block = NDArray[np.float32]  # shape [n, channels]

LONGEST_S = 3600.0 + 30.0  # an hour, and what a recorder runs over
LARGEST_BYTES = 1_500_000_000  # an hour of stereo at 48 kHz in 32 bit is 1.4 GB
MOST_CHANNELS = 16
KEPT_SAMPLES = 1 << 23  # recordings up to some 90 s in stereo stay in memory and are decoded once
BLOCK_S = 4.0
LOUDEST = 64.0  # float files may go above 1.0 a little; beyond 36 dB above it is no sound
DEMUXERS = "wav,w64,aiff,caf,flac,mp3,aac,mov,ogg,matroska"
EXACT_CODECS = {"pcm_u8": 16, "pcm_s16le": 16, "pcm_s16be": 16, "pcm_s24le": 24, "pcm_s24be": 24}
KINDS = "WAV, FLAC, MP3, M4A, OGG or WEBM"


@dataclass
class Recording:
    """A recording that can be gone through as often as need be, a block at a time.

    ``promised_s`` is the length its file claims (0.0 when it claims none); ``seconds`` and ``damaged`` are known once
    it has been gone through.
    """

    name: str
    rate_hz: int
    channels: int
    promised_s: float = 0.0
    exact_bits: int = 0  # whole-number PCM of so many bits, which FLAC holds exactly; 0 for all else
    seconds: float = 0.0
    damaged: int = 0  # packets that could not be decoded
    path: Path | None = None
    _kept: list[Block] | None = field(default=None, repr=False)

    def blocks(self, on_share: Callable[[float], None] | None = None) -> Iterator[Block]:
        """Yield blocks of shape [n, channels] of about BLOCK_S seconds; ``on_share`` hears how much has been read.

        Raises RecordingRefused for what is no sound, when that is met.
        """
        if self._kept is not None:
            yield from self._kept
            return
        assert self.path is not None
        kept: list[Block] | None = []
        total = 0
        with _opened(self.path) as (container, stream, file):
            size = max(1, self.path.stat().st_size)
            self.damaged = 0
            for block in _gather_blocks(self._decode(container, stream), round(BLOCK_S * self.rate_hz)):
                total += len(block)
                if total > LONGEST_S * self.rate_hz:
                    raise RecordingRefused(f"{self.name} is longer than an hour. Cut it into parts of up to an hour.")
                self._refuse_numbers(block)
                if kept is not None:
                    kept = [*kept, block] if total * self.channels <= KEPT_SAMPLES else None
                if on_share:
                    on_share(min(1.0, file.tell() / size))
                yield block
        self.seconds = total / self.rate_hz
        self._kept = kept

    def _decode(self, container: InputContainer, stream: AudioStream) -> Iterator[Block]:
        packets = container.demux(stream)
        while True:
            try:
                packet = next(packets)
                frames = packet.decode()
            except StopIteration:
                return
            except av.FFmpegError as error:
                self.damaged += 1
                if isinstance(error, av.EOFError) or self.damaged > 10_000:
                    return
                continue
            for frame in frames:
                if isinstance(frame, AudioFrame) and frame.samples:
                    if frame.sample_rate != self.rate_hz:
                        raise RecordingRefused(
                            f"{self.name} changes its sample rate on the way. Save it anew as one WAV or FLAC file."
                        )
                    yield _as_float(frame, self.channels)

    def _refuse_numbers(self, block: Block) -> None:
        if not np.isfinite(block).all():
            raise RecordingRefused(
                f"{self.name} holds samples that are not numbers. Export it again from the program that made it."
            )
        if float(np.abs(block).max(initial=0.0)) > LOUDEST:
            raise RecordingRefused(
                f"{self.name} holds samples far beyond full scale. Export it again, as 16-bit or 24-bit WAV or FLAC."
            )


def open_recording(source: Path | Clip) -> Recording:
    """A recording, opened far enough to know its rate and channels. Raises RecordingRefused with what to do."""
    if isinstance(source, Clip):
        block = np.asarray(source.samples, np.float32).reshape(-1, 1)
        recording = Recording("The recording", source.rate_hz, 1, seconds=source.seconds, _kept=[block])
        recording._refuse_numbers(block)
        return recording
    _check_size(source)
    with _opened(source) as (container, stream, _):
        channels, rate_hz = stream.codec_context.channels, stream.codec_context.sample_rate
        if not rate_hz or not channels:
            raise _unreadable(source)
        if channels > MOST_CHANNELS:
            raise RecordingRefused(f"{source.name} has {channels} channels. Save it in mono or stereo.")
        return Recording(
            source.name,
            rate_hz,
            channels,
            promised_s=_promised_seconds(container, stream),
            exact_bits=EXACT_CODECS.get(stream.codec_context.name, 0),
            path=source,
        )


def _check_size(path: Path) -> None:
    try:
        size = path.stat().st_size
    except OSError as error:
        raise RecordingRefused(f"There is no file {path.name} that could be read.") from error
    if path.is_dir():
        raise RecordingRefused(f"{path.name} is a folder. Name a sound file in it.")
    if size == 0:
        raise RecordingRefused(f"{path.name} is empty: nothing was recorded, or it was not copied. Record it again.")
    if size > LARGEST_BYTES:
        raise RecordingRefused(
            f"{path.name} has {size / 1e9:.1f} GB; {LARGEST_BYTES / 1e9:.1f} GB can be taken. "
            "Save it as FLAC, or cut it into parts of up to an hour."
        )


class _opened:
    """The container, its first sound stream and the file behind them; closed at the end, whatever happens."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __enter__(self) -> tuple[InputContainer, AudioStream, BinaryIO]:
        # A file object and no name: FFmpeg then has no protocol to follow to other places.
        try:
            self.file = self.path.open("rb")
        except OSError as error:
            raise RecordingRefused(f"{self.path.name} may not be read. Give yourself permission to.") from error
        try:
            allowed = {"format_whitelist": DEMUXERS, "protocol_whitelist": "none"}
            self.container = av.open(self.file, "r", options=allowed, metadata_errors="ignore")
        except (av.FFmpegError, ValueError, OSError) as error:
            self.file.close()
            raise _unreadable(self.path) from error
        try:
            return self.container, _sound_stream(self.container, self.path), self.file
        except RecordingRefused:
            self.__exit__()
            raise

    def __exit__(self, *_: object) -> None:
        self.container.close()
        self.file.close()


def _sound_stream(container: InputContainer, path: Path) -> AudioStream:
    for video in container.streams.video:
        if not video.disposition & av.stream.Disposition.attached_pic:  # a cover is no film
            raise RecordingRefused(f"{path.name} is a video. Save its sound alone, as {KINDS}, and bring that.")
    if not container.streams.audio:
        raise RecordingRefused(f"There is no sound in {path.name}. Bring a recording as {KINDS}.")
    return container.streams.audio[0]


def _unreadable(path: Path) -> RecordingRefused:
    return RecordingRefused(
        f"{path.name} cannot be read as sound: it is damaged, or not what its name says. Bring a {KINDS} file."
    )


def _promised_seconds(container: InputContainer, stream: AudioStream) -> float:
    if stream.duration and stream.time_base:
        return float(stream.duration * stream.time_base)
    return container.duration / av.time_base if container.duration else 0.0


def _as_float(frame: AudioFrame, channels: int) -> Block:
    """A decoded frame as float32, shape [n, channels], whatever the codec's own format."""
    array = frame.to_ndarray()
    count = frame.layout.nb_channels
    samples = array.T if frame.format.is_planar else array.reshape(-1, count)
    if samples.dtype == np.uint8:
        block = (samples.astype(np.float32) - 128.0) / 128.0
    elif np.issubdtype(samples.dtype, np.integer):
        block = (samples / float(1 << (8 * samples.dtype.itemsize - 1))).astype(np.float32)
    else:
        with np.errstate(over="ignore"):  # what does not fit becomes infinite, and is refused as such
            block = samples.astype(np.float32)
    if count != channels:  # a stream that changes its channels on the way goes on in mono
        block = np.repeat(block.mean(axis=1, keepdims=True), channels, axis=1)
    return block


def _gather_blocks(frames: Iterator[Block], length: int) -> Iterator[Block]:
    waiting: list[Block] = []
    count = 0
    for frame in frames:
        waiting.append(frame)
        count += len(frame)
        if count >= length:
            yield np.concatenate(waiting)
            waiting, count = [], 0
    if waiting:
        yield np.concatenate(waiting)
