"""What a meter reads must be what is there; known sounds in known files."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

from engine.assembly.measuring import LevelMeter, measure_file
from engine.errors import AudioError

RATE = 44_100


def tone_between_silences() -> NDArray[np.float32]:
    """One second of -70 dB noise, two of a sine with peak 0.5, three of noise."""
    noise = np.random.default_rng(0).standard_normal(6 * RATE) * 10 ** (-70 / 20)
    noise[RATE : 3 * RATE] = 0.5 * np.sin(2 * np.pi * 440 * np.arange(2 * RATE) / RATE)
    return noise.astype(np.float32)


@pytest.mark.parametrize("kind", ["wav", "flac"])
def test_a_known_sound_measures_as_it_was_made(tmp_path: Path, kind: str) -> None:
    path = tmp_path / f"sound.{kind}"
    soundfile.write(path, tone_between_silences(), RATE)
    measures = measure_file(path)
    assert measures.seconds == pytest.approx(6.0, abs=0.001)
    assert measures.rms_db == pytest.approx(20 * np.log10(0.5 / np.sqrt(2) * np.sqrt(2 / 6)), abs=0.05)
    assert measures.peak_db == pytest.approx(-6.02, abs=0.1)
    assert measures.noise_floor_db == pytest.approx(-70, abs=2.0)
    assert measures.head_s == pytest.approx(1.0, abs=0.02)
    assert measures.tail_s == pytest.approx(3.0, abs=0.02)


def test_two_channels_are_measured_as_their_mean(tmp_path: Path) -> None:
    sound = tone_between_silences()
    soundfile.write(tmp_path / "both.wav", np.stack([sound, np.zeros_like(sound)], axis=1), RATE)
    soundfile.write(tmp_path / "one.wav", sound / 2, RATE)
    both, one = measure_file(tmp_path / "both.wav"), measure_file(tmp_path / "one.wav")
    assert both.rms_db == pytest.approx(one.rms_db, abs=0.01)
    assert both.peak_db == pytest.approx(one.peak_db, abs=0.01)


def test_the_meter_reads_the_same_however_the_sound_arrives() -> None:
    sound = tone_between_silences()
    whole, pieces = LevelMeter(RATE), LevelMeter(RATE)
    whole.feed(sound)
    for piece in np.split(sound, [1, 440, 5000, 5001, 90_000]):
        pieces.feed(piece)
    for one, other in zip(
        (whole.read().rms_db, whole.read().peak_db, whole.read().noise_floor_db, whole.read().head_s),
        (pieces.read().rms_db, pieces.read().peak_db, pieces.read().noise_floor_db, pieces.read().head_s),
        strict=True,
    ):
        assert one == pytest.approx(other, abs=1e-4)


def test_a_file_without_speech_is_all_head(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "silence.wav", np.zeros(RATE, np.float32), RATE)
    measures = measure_file(tmp_path / "silence.wav")
    assert (measures.head_s, measures.tail_s) == (1.0, 0.0)
    assert measures.rms_db == measures.peak_db == -120.0


@pytest.mark.parametrize(
    "content",
    [b"", b"not a sound", b"RIFF\x00\x00\x00\x00WAVE", b"ffconcat version 1.0\nfile other.wav\n"],
    ids=["empty", "text", "header only", "a list of other files"],
)
def test_what_is_no_sound_file_gets_a_sentence(tmp_path: Path, content: bytes) -> None:
    soundfile.write(tmp_path / "other.wav", tone_between_silences(), RATE)
    path = tmp_path / "broken.wav"
    path.write_bytes(content)
    with pytest.raises(AudioError, match=r"broken\.wav"):
        measure_file(path)
