"""A job of many lines: pieces handed out while rows are free, sound put together, lines given back in order.

Memory does not grow with the job: only WINDOW lines are open at a time, counted from the next one to be given out.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from engine.audio import measure_take, remove_offset
from engine.core_types import Clip, Shape, SpeechRequest
from engine.errors import SynthesisError
from engine.narration.shaping import bend_speech
from engine.narration.xtts.conditioning import Conditioning
from engine.narration.xtts.decoding import Piece, Reading
from engine.narration.xtts.guards import (
    MOST_TRIES,
    USELESS,
    Fault,
    Limits,
    check_piece,
    find_stray_sound,
    limit_piece,
    needs_another_try,
    rank_faults,
)
from engine.narration.xtts.pitch import find_pitch
from engine.narration.xtts.sizes import RATE_HZ, TOKENS_PER_S
from engine.narration.xtts.text import TextPiece, find_language, quote_words

EDGE_S = 0.04  # of what was around the words that is kept, faded
QUIET_S = 0.1  # of nothing at both ends of a line

Samples = NDArray[np.float32]


class Prepare(Protocol):
    """What a job asks of the engine about a line. Raises SynthesisError."""

    def __call__(self, request: SpeechRequest) -> tuple[list[TextPiece], Conditioning]: ...


@dataclass(slots=True)
class Part:
    """A piece of a line on its way."""

    line: int
    number: int  # in its line
    text: TextPiece
    limits: Limits
    request: SpeechRequest
    embedding: Tensor
    latents: Tensor
    tries: int = 0
    best: Samples | None = None
    best_faults: list[Fault] = field(default_factory=list)

    def make_piece(self, fixed: bool = False) -> Piece:
        """The piece to decode at this try. ``fixed``: exactly as long as its text implies, for measuring speed."""
        expected = max(1, min(self.limits.cap, round(self.limits.expected_s * TOKENS_PER_S)))
        seed = (abs(self.request.seed), int(self.request.seed < 0), self.number, self.tries)
        floor, cap = (expected, expected) if fixed else (self.limits.floor, self.limits.cap)
        return Piece(self.text.tokens, self.latents, seed, floor, cap, owner=self)


@dataclass(slots=True)
class Line:
    """A request whose parts are being read."""

    shape: Shape
    parts: list[Part]
    missing: int


class Job:
    """The lines of one call to ``speak``, from requests to clips."""

    def __init__(
        self, requests: Sequence[SpeechRequest], prepare: Prepare, window: int, most_tokens: int, fixed: bool = False
    ) -> None:
        self._requests, self._prepare, self._window = requests, prepare, window
        self._most_tokens, self._fixed = most_tokens, fixed
        self._next_in = 0  # the first line not opened yet
        self._next_out = 0  # the first line not given back yet
        self._ready: deque[Piece] = deque()
        self._out: dict[int, Piece] = {}  # by id: taken and not heard yet
        self._lines: dict[int, Line] = {}
        self._done: dict[int, Clip | SynthesisError] = {}

    @property
    def finished(self) -> bool:
        return self._next_out == len(self._requests)

    @property
    def nothing_given(self) -> bool:
        return self._next_out == 0

    def take_piece(self) -> Piece | None:
        """The next piece to read; None while the window is full or nothing is left."""
        while not self._ready:
            if self._next_in == len(self._requests) or self._next_in - self._next_out >= self._window:
                return None
            self._open_line()
        piece = self._ready.popleft()
        self._out[id(piece)] = piece
        return piece

    def recall(self) -> None:
        """Whatever was taken and not heard will be read first, wherever it got lost; it comes out the same."""
        self._ready.extendleft(reversed(self._out.values()))
        self._out.clear()

    def _open_line(self) -> None:
        number, request = self._next_in, self._requests[self._next_in]
        try:
            texts, conditioning = self._prepare(request)
        except SynthesisError as error:
            self._next_in, self._done[number] = number + 1, error
            return
        self._next_in = number + 1  # not before: preparing may run out of memory, and then the line is opened again
        tag = find_language(request.language).tag
        parts = [
            Part(
                number,
                place,
                text,
                limit_piece(text.weight, tag, self._most_tokens, text.lone),
                request,
                conditioning.embedding,
                conditioning.latents,
            )
            for place, text in enumerate(texts)
        ]
        self._lines[number] = Line(request.voice.shape, parts, len(parts))
        self._ready.extend(part.make_piece(self._fixed) for part in parts)

    def hear(self, reading: Reading, samples: Samples) -> None:
        """A piece was said: good, or to be said again, or as good as it gets."""
        part = reading.piece.owner
        assert isinstance(part, Part)
        self._out.pop(id(reading.piece), None)
        pace = part.request.voice.shape.pace
        expected_s = part.limits.expected_s / pace
        faults = (
            [] if self._fixed else check_piece(reading.tokens, reading.stopped, samples, expected_s, part.text.lone)
        )
        part.tries += 1
        if part.best is None or rank_faults(faults) < rank_faults(part.best_faults):
            part.best, part.best_faults = samples, faults
        if needs_another_try(faults) and part.tries < MOST_TRIES:
            self._ready.appendleft(part.make_piece())
            return
        line = self._lines[part.line]
        line.missing -= 1
        if not line.missing:
            self._done[part.line] = join_line(self._lines.pop(part.line))

    def give_out(self) -> Iterator[Clip | SynthesisError]:
        """The lines that are ready, as far as they follow each other."""
        while self._next_out in self._done:
            spoken = self._done.pop(self._next_out)
            self._next_out += 1
            yield spoken


def join_line(line: Line) -> Clip | SynthesisError:
    """The parts of a line, one after the other, bent into its shape; an error when one could not be said."""
    sounds: list[Samples] = [np.zeros(int(QUIET_S * RATE_HZ), np.float32)]
    for part in line.parts:
        useless = [fault for fault in part.best_faults if fault in USELESS]
        if part.best is None or useless:
            told = useless[0].value if useless else Fault.SILENT.value
            return SynthesisError(
                f"XTTS could not say {quote_words(part.text.words)} well in {part.tries} tries ({told}). "
                "Redo the line, or change its words."
            )
        sounds.append(trim_sound(part.best, part.text.lone))
        quiet_s = QUIET_S if part is line.parts[-1] else part.text.pause_s / line.shape.pace
        sounds.append(np.zeros(int(quiet_s * RATE_HZ), np.float32))
    samples = np.concatenate(sounds)
    shape = line.shape
    if (shape.semitones, shape.formant) != (0.0, 1.0):
        bent = Shape(shape.semitones, shape.formant)  # the pace is the model's own doing
        samples = bend_speech(samples, RATE_HZ, find_pitch(samples, RATE_HZ), bent)
    peak = float(np.max(np.abs(samples), initial=0.0))
    if peak > 0.99:
        samples = samples * np.float32(0.99 / peak)
    return Clip(samples.astype(np.float32), RATE_HZ)


def trim_sound(samples: Samples, lone: bool = False) -> Samples:
    """The words without what is around them: silence, and a stray sound after the end. Faded at both ends."""
    stray = find_stray_sound(samples, lone)
    samples = remove_offset(samples if stray is None else samples[:stray])
    measures, edge = measure_take(Clip(samples, RATE_HZ)), int(EDGE_S * RATE_HZ)
    first = max(0, int(measures.speech_start_s * RATE_HZ) - edge)
    last = min(len(samples), int(measures.speech_end_s * RATE_HZ) + edge)
    sound = samples[first:last].copy()
    fade = min(edge // 2, len(sound) // 4)
    if fade:
        ramp = np.linspace(0.0, 1.0, fade, dtype=np.float32)
        sound[:fade] *= ramp
        sound[-fade:] *= ramp[::-1]
    return sound
