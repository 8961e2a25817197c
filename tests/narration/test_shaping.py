"""Bending sound that no engine made: noise, scraps, and pitch curves that make no sense."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.audio import rms_db
from engine.core_types import Shape
from engine.narration.shaping import HIGHEST_PEAK, bend_speech

RATE_HZ = 24_000


@pytest.mark.parametrize("pitch_hz", [0.0, 180.0], ids=["no pitch", "a pitch claimed"])
def test_noise_stays_even_noise(pitch_hz):
    """An "s" chopped at the pitch of the voice would sound like a rattle."""
    noise = np.random.default_rng(0).normal(0, 0.1, RATE_HZ).astype(np.float32)
    bent = bend_speech(noise, RATE_HZ, np.full(RATE_HZ, pitch_hz), Shape(-9.0, 0.85))
    assert rms_db(bent) == pytest.approx(rms_db(noise), abs=0.1)
    blocks = {name: [rms_db(block) for block in np.split(sound, 200)] for name, sound in (("in", noise), ("out", bent))}
    assert np.std(blocks["out"]) < 2.5 * np.std(blocks["in"])


@pytest.mark.parametrize("length", [0, 1, 60, 300])
def test_a_sound_too_short_for_a_grain_is_not_an_error(length):
    samples = np.full(length, 0.1, np.float32)
    assert np.isfinite(bend_speech(samples, RATE_HZ, np.full(length, 200.0), Shape(3.0, 1.1))).all()


@settings(deadline=None, max_examples=40)
@given(
    pitch_hz=st.lists(st.floats(-100.0, 1000.0), min_size=2, max_size=40),
    length=st.integers(2, 12_000),
    shape=st.builds(Shape, st.floats(-12, 12), st.floats(0.7, 1.4), st.floats(0.5, 2.0)),
)
def test_whatever_the_pitch_is_said_to_be_the_result_is_sound_of_the_right_length(pitch_hz, length, shape):
    at = np.arange(length)
    curve = np.interp(at, np.linspace(0, length, len(pitch_hz)), pitch_hz)
    samples = (0.3 * np.sin(2 * np.pi * np.cumsum(curve) / RATE_HZ)).astype(np.float32)
    bent = bend_speech(samples, RATE_HZ, curve, shape)
    assert np.isfinite(bent).all()
    assert np.abs(bent).max() <= HIGHEST_PEAK
    if length >= 1000:
        assert len(bent) == round(length / shape.pace)
