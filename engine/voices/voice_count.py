"""Whether more than one person speaks: the speech of a recording in pieces of three seconds, compared."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.voices.likeness import embed_samples
from engine.voices.speech_finder import Span
from engine.voices.survey import Survey

PIECE_S = 3.0  # of speech: less is too little to know a voice by
MOST_PIECES = 24
# One person's pieces, split into the two groups least alike, are 0.84 alike and more; of 120 pairs of people 113 are
# found by it, all but one of those in which both speak for six seconds (``benchmarks/results/scorecard.md``).
TWO_BELOW, SURELY_TWO_BELOW = 0.83, 0.72
LEAST_PIECES = 2  # of the second voice: one odd piece is a cough or a laugh


class VoiceCount(NamedTuple):
    """How alike the two groups of speech are that differ most, and where the smaller of them is."""

    likeness: float
    smaller: int  # pieces in the smaller group
    places: list[Span]  # of the smaller group

    @property
    def voices(self) -> int:
        return 2 if self.likeness < TWO_BELOW and self.smaller >= LEAST_PIECES else 1


def count_voices(survey: Survey) -> VoiceCount | None:
    """None when there is too little speech to tell. Raises ModelMissing."""
    pieces = gather_pieces(survey.speech)
    if len(pieces) > MOST_PIECES:
        pieces = [pieces[number * len(pieces) // MOST_PIECES] for number in range(MOST_PIECES)]
    if len(pieces) < 2:
        return None
    voices = np.stack([embed_samples(survey.speech_samples(piece)) for piece in pieces])
    first = _split_in_two(voices)
    smaller = first if first.sum() * 2 <= len(first) else ~first
    if not smaller.any():
        return VoiceCount(1.0, 0, [])
    one, other = voices[smaller].mean(axis=0), voices[~smaller].mean(axis=0)
    alike = float(one @ other / (np.linalg.norm(one) * np.linalg.norm(other)))
    places = [(piece[0][0], piece[-1][1]) for piece, there in zip(pieces, smaller, strict=True) if there]
    return VoiceCount(alike, int(smaller.sum()), places)


def gather_pieces(speech: list[Span]) -> list[list[Span]]:
    """Spans of speech, cut and gathered into pieces of PIECE_S of speech each; the rest at the end is left out."""
    pieces: list[list[Span]] = []
    piece: list[Span] = []
    room = PIECE_S
    for start, end in speech:
        while end - start > 1e-6:
            taken = min(room, end - start)
            piece.append((start, start + taken))
            start, room = start + taken, room - taken
            if room <= 1e-6:
                pieces.append(piece)
                piece, room = [], PIECE_S
    return pieces


def _split_in_two(voices: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Which of the pieces belong to the first of the two groups that are least alike (two means, from the extremes)."""
    alike = voices @ voices.T
    far = np.unravel_index(int(alike.argmin()), alike.shape)
    one, other = voices[far[0]], voices[far[1]]
    first = np.ones(len(voices), np.bool_)
    for _ in range(10):
        nearer = voices @ one >= voices @ other
        if nearer.all() or not nearer.any() or (nearer == first).all():
            break
        first = nearer
        one, other = voices[first].mean(axis=0), voices[~first].mean(axis=0)
        one, other = one / np.linalg.norm(one), other / np.linalg.norm(other)
    return first
