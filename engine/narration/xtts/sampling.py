"""Which audio token comes next, for every row of a batch by its own random number."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from engine.narration.xtts.sizes import Manner


def draw_numbers(seed: tuple[int, ...], count: int) -> NDArray[np.float32]:
    """``count`` numbers from 0 up to 1 that belong to this seed alone, whatever else is spoken at the same time."""
    return np.random.Generator(np.random.Philox(np.random.SeedSequence(seed))).random(count, dtype=np.float32)


def choose_tokens(logits: Tensor, seen: Tensor, numbers: Tensor, manner: Manner) -> Tensor:
    """The next token of each row.

    ``logits`` [rows, vocabulary] in float32, ``seen`` of the same shape says which tokens the row holds already,
    ``numbers`` [rows] are random, from 0 up to 1. Penalty, temperature, top k and top p follow each other as in the
    original code; then it is the token at which the sum of the probabilities, the largest first, passes the number.
    """
    penalized = torch.where(logits < 0, logits * manner.repetition_penalty, logits / manner.repetition_penalty)
    logits = torch.where(seen, penalized, logits)
    if manner.greedy:
        return logits.argmax(-1)
    best, tokens = (logits / manner.temperature).topk(min(manner.top_k, logits.shape[-1]))
    chances = best.softmax(-1)
    before = chances.cumsum(-1) - chances
    chances = torch.where(before < manner.top_p, chances, 0.0)
    sums = chances.cumsum(-1)
    place = (sums <= numbers[:, None] * sums[:, -1:]).sum(-1)
    last = (chances > 0).sum(-1) - 1  # numbers so near to 1 that rounding would pass the last token
    return tokens.gather(-1, torch.minimum(place, last)[:, None]).squeeze(-1)
