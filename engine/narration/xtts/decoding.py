"""Pieces of text -> audio tokens and latents, many lines in one batch that is kept full.

A line that is finished leaves, and the next one waiting takes its row. What is worked out for a row depends on that
line alone: its own positions, random numbers and part of the cache. So a line comes out the same by itself, in any
batch and in any row: bit for bit on a processor; on a graphics card, whose sums change with the size of a batch, up to
rounding, which now and then tips a token.

The vocoder reads latents, and they are collected on the way: the original code runs the whole network a second time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import torch
from torch import Tensor

from engine.narration.xtts.gpt import Cache, Gpt
from engine.narration.xtts.graphs import StepGraphs
from engine.narration.xtts.sampling import choose_tokens, draw_numbers
from engine.narration.xtts.sizes import VOICE_LATENTS, Manner

FEWEST_ROWS = 4  # with fewer, products take another way through the processor and round otherwise
SPAN_STEP = 64  # positions: attention looks at a multiple of these, so that sums are always cut in the same places
ALWAYS_SEEN = 1  # the original code marks the prefix with this token, and its penalty for repetition counts it


@dataclass(frozen=True, slots=True)
class Piece:
    """What is read in one go: text tokens, a voice, and between how many audio tokens it may end."""

    text: tuple[int, ...]
    voice: Tensor  # [VOICE_LATENTS, width]
    seed: tuple[int, ...]
    floor: int = 0  # it does not stop before so many tokens
    cap: int = 602  # and is cut off after so many, the stop token included
    owner: object = None  # whatever the caller wants back

    @property
    def prefix(self) -> int:
        """Positions that stand before the audio: the voice, the text with its start and its stop."""
        return VOICE_LATENTS + len(self.text) + 2

    @property
    def positions(self) -> int:
        """How many the piece takes in the cache at most."""
        return self.prefix + self.cap


@dataclass(frozen=True, slots=True)
class Reading:
    """A piece, decoded."""

    piece: Piece
    tokens: tuple[int, ...]  # without the stop token
    latents: Tensor  # [tokens + 1, width], or [tokens, width] when it was cut off
    stopped: bool  # by itself; else it was cut off at the cap


@dataclass(slots=True)
class Rows:
    """What is known of each row while it is decoded; every tensor starts with [rows]."""

    token: Tensor  # the last one, which is read next
    count: Tensor  # how many were chosen so far: also the position of ``token``
    floor: Tensor
    numbers: Tensor  # [rows, most] random ones
    seen: Tensor  # [rows, vocabulary] which tokens the line holds already
    tokens: Tensor  # [rows, most]
    latents: Tensor  # [rows, most, width]
    # Of the rows in use, which are the first ones; kept here too so that nobody waits for a graphics card's answer.
    pieces: list[Piece] = field(default_factory=list)
    counts: list[int] = field(default_factory=list)

    def move(self, source: int, target: int) -> None:
        for part in (self.token, self.count, self.floor, self.numbers, self.seen, self.tokens, self.latents):
            part[target] = part[source]
        self.pieces[target], self.counts[target] = self.pieces[source], self.counts[source]


class Batch:
    """Room for ``rows`` lines of at most ``positions`` in the cache and ``most`` audio tokens."""

    def __init__(self, gpt: Gpt, manner: Manner, rows: int, positions: int, most: int, graphs: bool = False) -> None:
        like = gpt.final_norm.weight
        rows = max(rows, FEWEST_ROWS)
        positions = -(-positions // SPAN_STEP) * SPAN_STEP
        self.gpt, self.manner, self.size = gpt, manner, rows
        self.cache = Cache(gpt.sizes, rows, positions, like)

        def whole(*shape: int) -> Tensor:
            return torch.zeros(shape, dtype=torch.long, device=like.device)

        self.rows = Rows(
            token=whole(rows),
            count=whole(rows),
            floor=whole(rows),
            numbers=torch.zeros(rows, most + 1, device=like.device),
            seen=torch.zeros(rows, gpt.sizes.audio_tokens, dtype=torch.bool, device=like.device),
            tokens=whole(rows, most + 1),
            latents=torch.zeros(rows, most + 1, gpt.sizes.width, dtype=like.dtype, device=like.device),
        )
        self._is_stop = torch.arange(gpt.sizes.audio_tokens, device=like.device) == gpt.sizes.stop_audio
        self._graphs = StepGraphs(self._step) if graphs and like.device.type == "cuda" else None

    @property
    def used(self) -> int:
        return len(self.rows.pieces)

    @torch.inference_mode()
    def join(self, pieces: list[Piece]) -> None:
        """Give each piece a row; there must be room."""
        first, rows, sizes = self.used, self.rows, self.gpt.sizes
        self.cache.fill(self.gpt, first, [piece.voice for piece in pieces], [list(piece.text) for piece in pieces])
        for row, piece in enumerate(pieces, first):
            rows.pieces.append(piece)
            rows.counts.append(0)
            rows.token[row], rows.count[row], rows.floor[row] = sizes.start_audio, 0, piece.floor
            rows.seen[row] = False
            rows.seen[row, [ALWAYS_SEEN, sizes.start_audio]] = True
            if not self.manner.greedy:
                rows.numbers[row, : piece.cap] = torch.from_numpy(draw_numbers(piece.seed, piece.cap))

    @torch.inference_mode()
    def advance(self) -> list[Reading]:
        """Choose one more token in every row; what is finished by it leaves."""
        longest = max(piece.prefix + count for piece, count in zip(self.rows.pieces, self.rows.counts, strict=True)) + 1
        rows, span = self._round_rows(), -(-longest // SPAN_STEP) * SPAN_STEP
        if self._graphs:
            self._graphs.run(rows, span)
        else:
            self._step(rows, span)
        return self._take_finished()

    def look(self, row: int) -> Tensor:
        """The latents of a row so far, [tokens, width]; they go on changing places, so use them at once."""
        return self.rows.latents[row, : self.rows.counts[row]]

    def _round_rows(self) -> int:
        """How many rows are worked out: those in use; with graphs, which are made for one number each, a few steps."""
        if self._graphs is None:
            return max(self.used, FEWEST_ROWS)
        rows = FEWEST_ROWS
        while rows < self.used:
            rows *= 2
        return min(rows, self.size)

    def _step(self, count: int, span: int) -> None:
        """One token in each of the first ``count`` rows. Nothing in it waits for the graphics card."""
        rows, index = self.rows, self.cache.rows[:count]
        done = rows.count[:count]
        x = self.gpt.embed_audio(rows.token[:count], done)
        latents = self.gpt.run(x, self.cache.attend_step(count, span)).squeeze(1)
        logits = self.gpt.mel_head(latents).float()
        too_soon = (done + 1 < rows.floor[:count])[:, None] & self._is_stop
        logits = logits.masked_fill(too_soon, float("-inf"))
        chosen = choose_tokens(logits, rows.seen[:count], rows.numbers[index, done], self.manner)
        rows.latents[index, done] = latents
        rows.tokens[index, done] = chosen
        rows.seen[:count].scatter_(1, chosen[:, None], True)
        rows.token[:count] = chosen
        # An empty row goes round in place: its sums are never read, and it must not leave the tensors.
        rows.count[:count] = (done + 1).clamp(max=rows.tokens.shape[1] - 1)
        self.cache.lengths[:count] = (self.cache.lengths[:count] + 1).clamp(max=len(self.cache.places) - 1)

    def _take_finished(self) -> list[Reading]:
        rows, finished = self.rows, []
        last_tokens = rows.token[: self.used].tolist()
        rows.counts = [count + 1 for count in rows.counts]
        for row in reversed(range(self.used)):
            piece, count = rows.pieces[row], rows.counts[row]
            stopped = last_tokens[row] == self.gpt.sizes.stop_audio
            if not stopped and count < piece.cap:
                continue
            tokens = tuple(rows.tokens[row, : count - stopped].tolist())
            finished.append(Reading(piece, tokens, rows.latents[row, :count].clone(), stopped))
            last = self.used - 1
            if row != last:
                rows.move(last, row)
                self.cache.move(last, row)
            rows.pieces.pop()
            rows.counts.pop()
        return finished


Take = Callable[[], Piece | None]  # the next piece to read, None when there is none at the moment


def decode(batch: Batch, take: Take, joining: int = 1) -> Iterator[Reading | None]:
    """Keep ``batch`` full from ``take`` and yield what is finished, until there is nothing left; None after a step
    that finished nothing, so that the caller can stop at any time.

    Up to ``joining`` pieces are read in together: on a graphics card more are cheaper, on a processor one is.
    """
    while True:
        while batch.used < batch.size:
            pieces: list[Piece] = []
            while len(pieces) < min(joining, batch.size - batch.used) and (piece := take()) is not None:
                pieces.append(piece)
            if not pieces:
                break
            batch.join(pieces)
        if not batch.used:
            return
        finished = batch.advance()
        yield from finished
        if not finished:
            yield None
