"""The pitch of speech, found where it is known."""

from __future__ import annotations

import numpy as np
import pytest

from engine.narration.xtts.pitch import find_pitch

RATE_HZ = 24_000


def voice(pitch_hz: np.ndarray) -> np.ndarray:
    phase = 2 * np.pi * np.cumsum(pitch_hz) / RATE_HZ
    return sum(np.sin(k * phase) / k for k in range(1, 15)).astype(np.float32) * np.float32(0.1)


@pytest.mark.parametrize("pitch_hz", [75.0, 110.0, 180.0, 260.0, 400.0])
def test_a_held_vowels_pitch_is_found(pitch_hz):
    found = find_pitch(voice(np.full(RATE_HZ, pitch_hz)), RATE_HZ)[RATE_HZ // 10 : -RATE_HZ // 10]
    assert np.allclose(found, pitch_hz, rtol=0.01)


def test_a_gliding_pitch_is_followed():
    pitch_hz = 120.0 * 2 ** np.sin(np.linspace(0, 4, 2 * RATE_HZ))
    found = find_pitch(voice(pitch_hz), RATE_HZ)
    inside = slice(RATE_HZ // 10, -RATE_HZ // 10)
    assert np.mean(np.abs(found[inside] / pitch_hz[inside] - 1) < 0.05) > 0.97


@pytest.mark.parametrize("level", [0.0, 0.1])
def test_noise_and_silence_have_no_pitch(level):
    noise = np.random.default_rng(0).standard_normal(RATE_HZ).astype(np.float32) * np.float32(level)
    assert np.mean(find_pitch(noise, RATE_HZ) > 0) < 0.03


@pytest.mark.parametrize("length", [0, 1, 500, 1300])
def test_a_sound_too_short_for_a_pitch_has_none(length):
    assert not find_pitch(np.ones(length, np.float32), RATE_HZ).any()


def test_the_pitch_of_real_speech_is_the_one_it_was_made_with():
    """The embedded engine knows the pitch of what it speaks."""
    from hibari import Hibari

    from engine.narration.hibari_synthesizer import OUTPUTS, spread_pitch

    hibari = Hibari(voice="heart", threads=1)
    ids = np.asarray([hibari.ids(hibari.phonemize("The lamp went out, and nobody spoke for a while.")[0])], np.int64)
    outputs = [part[0] for part in hibari.sess.run(None, {"ids": ids, "speed": np.asarray([1.0], np.float32)})]
    from hibari import dsp

    samples = dsp.synth(*outputs, np.random.default_rng(0))
    made = spread_pitch(outputs[OUTPUTS.index("f0")], len(samples))
    found = find_pitch(samples, RATE_HZ)
    both = (made > 80) & (found > 0)
    assert np.mean(both) > 0.3
    assert np.mean(np.abs(found[both] / made[both] - 1) < 0.06) > 0.9
