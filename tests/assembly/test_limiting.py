"""The limiter: under the ceiling, smooth, and the same however the sound is cut into blocks."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from engine.assembly.limiting import PeakLimiter

RATE = 44_100


def limit(samples: NDArray[np.float32], ceiling_db: float, cuts: list[int] | None = None) -> NDArray[np.float32]:
    limiter = PeakLimiter(ceiling_db, RATE)
    given_back = [limiter.feed(block) for block in np.split(samples, cuts or [])]
    return np.concatenate([*given_back, limiter.finish()])


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    length=st.integers(0, 9_000),
    cuts=st.lists(st.integers(0, 9_000), max_size=6),
    ceiling_db=st.floats(-30, 0),
)
def test_whatever_comes_in_nothing_goes_out_over_the_ceiling(
    seed: int, length: int, cuts: list[int], ceiling_db: float
) -> None:
    random = np.random.default_rng(seed)
    peaks = random.standard_normal(length) * (random.random(length) > 0.99) * 3
    samples = (random.standard_normal(length) * random.random() + peaks).astype(np.float32)
    out = limit(samples, ceiling_db, sorted(min(cut, length) for cut in cuts))
    assert len(out) == length
    assert np.abs(out).max(initial=0.0) <= 10 ** (ceiling_db / 20) * 1.00001
    assert np.array_equal(np.sign(out), np.sign(samples))
    np.testing.assert_allclose(out, limit(samples, ceiling_db), atol=1e-6)


def test_what_is_under_the_ceiling_is_left_as_it_is() -> None:
    samples = np.random.default_rng(0).uniform(-0.5, 0.5, 20_000).astype(np.float32)
    assert np.array_equal(limit(samples, -6.0, [777, 12_000]), samples)


def test_the_gain_goes_down_before_a_peak_and_never_steps() -> None:
    samples = np.full(RATE, 0.1, np.float32)
    samples[RATE // 2] = 1.0
    gain = limit(samples, -6.0) / samples
    assert np.flatnonzero(gain < 0.999)[0] == pytest.approx(RATE // 2 - 0.005 * RATE, abs=150)
    assert np.abs(np.diff(gain)).max() < 0.006  # 6 dB in 5 ms is 0.0023 a sample on average
    assert gain[RATE // 2] <= 0.5012
    assert gain[RATE // 2 + int(0.15 * RATE)] == pytest.approx(1.0, abs=0.001)  # and it comes back
