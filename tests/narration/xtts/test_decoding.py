"""One row of a batch does not know of the others; and the next token is chosen as the original chooses it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from engine.narration.xtts.checkpoint import open_checkpoint, read_weights
from engine.narration.xtts.decoding import Batch, Piece, Reading, decode
from engine.narration.xtts.model import build_model
from engine.narration.xtts.sampling import choose_tokens, draw_numbers
from engine.narration.xtts.sizes import Manner

PLAIN = Manner(temperature=1.0, top_k=10_000, top_p=1.0, repetition_penalty=1.0)


@pytest.fixture(scope="module", params=["float32", "bfloat16"])
def gpt(folder: Path, request: pytest.FixtureRequest) -> Any:
    checkpoint = open_checkpoint(folder)
    precision = {"float32": torch.float32, "bfloat16": torch.bfloat16}[request.param]
    weights = read_weights(checkpoint)
    return build_model(checkpoint.config.sizes, weights, torch.device("cpu"), precision, torch.float32).gpt


@pytest.fixture(scope="module")
def pieces() -> list[Piece]:
    random = torch.Generator().manual_seed(3)
    return [
        Piece(
            tuple(torch.randint(4, 200, (int(length),), generator=random).tolist()),
            torch.randn(32, 64, generator=random),
            seed=(number, 0),
            floor=5,
            cap=60 + number,
            owner=number,
        )
        for number, length in enumerate((3, 80, 20, 41, 9, 110, 33, 5, 64, 17, 2, 50))
    ]


def read(gpt: Any, pieces: Sequence[Piece], rows: int, joining: int = 1) -> dict[Any, Reading]:
    waiting = iter(pieces)
    batch = Batch(gpt, Manner(), rows, max(piece.positions for piece in pieces), 120)
    readings = decode(batch, lambda: next(waiting, None), joining)
    return {reading.piece.owner: reading for reading in readings if reading is not None}


def same(one: Reading, other: Reading) -> bool:
    return one.tokens == other.tokens and one.stopped == other.stopped and torch.equal(one.latents, other.latents)


@pytest.mark.parametrize("rows", [4, 7, 16])
def test_a_line_is_read_the_same_alone_and_in_any_batch_to_the_last_bit(gpt, pieces, rows):
    together = read(gpt, pieces, rows)
    assert all(same(read(gpt, [piece], 1)[piece.owner], together[piece.owner]) for piece in pieces)


def test_a_line_is_read_the_same_in_any_row_and_order(gpt, pieces):
    forwards, backwards = read(gpt, pieces, 5), read(gpt, pieces[::-1], 5)
    assert all(same(forwards[number], backwards[number]) for number in forwards)


def test_lines_leave_when_they_are_done_and_others_take_their_rows(gpt, pieces):
    waiting = iter(pieces)
    batch = Batch(gpt, Manner(), 4, max(piece.positions for piece in pieces), 120)
    used, order = [], []
    for reading in decode(batch, lambda: next(waiting, None)):
        used.append(batch.used)
        if reading is not None:
            order.append(reading.piece.owner)
    assert sorted(order) == list(range(len(pieces))) and order != sorted(order)
    assert max(used) == 4 and used.count(4) > len(used) / 3


def test_floor_and_cap_hold(gpt, pieces):
    exact = [replace(piece, floor=23, cap=23) for piece in pieces]
    for reading in read(gpt, exact, 8).values():
        assert len(reading.latents) == 23
    capped = [replace(piece, floor=0, cap=3) for piece in pieces]
    assert all(len(reading.latents) <= 3 for reading in read(gpt, capped, 8).values())


def test_there_is_a_latent_for_every_token_and_one_for_the_stop(gpt, pieces):
    for reading in read(gpt, pieces, 8).values():
        assert len(reading.latents) == len(reading.tokens) + reading.stopped


def test_another_seed_is_another_reading(gpt, pieces):
    first = read(gpt, pieces, 8)
    other = read(gpt, [replace(piece, seed=(piece.owner, 1)) for piece in pieces], 8)
    assert all(first[number].tokens != other[number].tokens for number in first)


def test_rows_are_read_in_together_as_alone(gpt, pieces):
    """Padding on the left is rounding at most; in half precision it may tip a token."""
    if gpt.final_norm.weight.dtype != torch.float32:
        pytest.skip("half precision rounds a padded batch otherwise")
    alone, together = read(gpt, pieces, 12, joining=1), read(gpt, pieces, 12, joining=12)
    for number, reading in alone.items():
        assert reading.tokens == together[number].tokens
        assert torch.allclose(reading.latents, together[number].latents, atol=1e-4)


# --- choosing -----------------------------------------------------------------------------------------------------


def choose(logits: torch.Tensor, numbers: Sequence[float], manner: Manner, seen: Sequence[int] = ()) -> list[int]:
    mask = torch.zeros(len(numbers), logits.shape[-1], dtype=torch.bool)
    mask[:, list(seen)] = True
    return choose_tokens(logits.expand(len(numbers), -1), mask, torch.tensor(numbers), manner).tolist()


def test_tokens_are_drawn_as_often_as_they_are_likely():
    chances = torch.tensor([0.5, 0.2, 0.2, 0.1])
    drawn = np.bincount(choose(chances.log(), draw_numbers((1,), 20_000).tolist(), PLAIN), minlength=4) / 20_000
    assert np.allclose(drawn, chances, atol=0.015)


def test_only_the_likeliest_few_are_drawn():
    logits = torch.randn(66, generator=torch.Generator().manual_seed(0))
    best = set(logits.topk(5).indices.tolist())
    assert set(choose(logits, draw_numbers((1,), 2000).tolist(), replace(PLAIN, top_k=5))) == best


def test_the_original_libraries_processors_leave_the_same_tokens_with_the_same_chances():
    transformers = pytest.importorskip("transformers", reason="needs transformers, which the original code brings")
    random = torch.Generator().manual_seed(0)
    logits, ids = torch.randn(1, 66, generator=random) * 3, torch.randint(0, 66, (1, 30), generator=random)
    expected = logits
    for processor in (
        transformers.RepetitionPenaltyLogitsProcessor(5.0),
        transformers.TemperatureLogitsWarper(0.75),
        transformers.TopKLogitsWarper(50),
        transformers.TopPLogitsWarper(0.85),
    ):
        expected = processor(ids, expected)
    chances = expected.softmax(-1)[0].numpy()
    numbers = np.linspace(0, 1, 40_000, endpoint=False).tolist()
    drawn = np.bincount(choose(logits[0], numbers, Manner(), ids[0].unique().tolist()), minlength=66) / 40_000
    assert np.allclose(drawn, chances, atol=1e-4)


@pytest.mark.parametrize("number", [0.0, 0.999999, 1.0])
def test_numbers_at_the_edge_draw_a_token_that_may_be_drawn(number):
    logits = torch.tensor([3.0, 2.0, 1.0, -50.0, float("-inf")])
    assert choose(logits, [number], Manner())[0] in (0, 1, 2)


def test_a_seeds_numbers_are_its_own():
    assert np.array_equal(draw_numbers((1, 2), 50), draw_numbers((1, 2), 100)[:50])
    assert not np.array_equal(draw_numbers((1, 2), 50), draw_numbers((2, 1), 50))
