"""A recording drawn: its outline where the sound is, its bad places where they are."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest

from engine.core_types import Clip
from engine.voice_types import BadPlace
from engine.voices.waveform import wave_peaks
from studio.pages.waveform import draw_recording
from tests.voices.recordings import hiss, silence, write_wav

SVG = "{http://www.w3.org/2000/svg}"


def half_silent(tmp_path: Path) -> Path:
    return write_wav(tmp_path / "a.wav", np.concatenate([silence(5.0, 8000), hiss(40_000, -20.0)]), 8000)


def test_peaks_are_where_the_sound_is(tmp_path: Path) -> None:
    peaks = wave_peaks(half_silent(tmp_path), 100)
    assert (len(peaks.lows), len(peaks.highs), peaks.seconds) == (100, 100, 10.0)
    assert np.all(peaks.highs[:50] == 0.0)
    assert np.all(peaks.highs[50:] > 0.1)
    assert np.all(peaks.lows[50:] < -0.1)


@pytest.mark.parametrize("count", [0, 1, 50, 799])
def test_any_length_has_as_many_columns_as_asked_for(count: int) -> None:
    peaks = wave_peaks(Clip(np.full(count, 0.5, np.float32), 8000), 600)
    assert len(peaks.highs) == len(peaks.lows) == 600
    draw_recording(peaks)


def test_bad_places_are_marked_with_their_names(tmp_path: Path) -> None:
    places = [BadPlace(2.5, 5.0, "clipping <b>"), BadPlace(9.0, 9.001, "hum")]
    drawing = draw_recording(wave_peaks(half_silent(tmp_path), 200), places, [(5.0, 9.0)])
    tree = ElementTree.fromstring(drawing.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1))
    marks = [rect for rect in tree.iter(f"{SVG}rect") if rect.get("class") == "bad-place"]
    assert [(mark.get("x"), mark.get("width")) for mark in marks] == [("25.00%", "25.00%"), ("90.00%", "0.40%")]
    assert marks[0][0].text == "clipping <b>, 2.5 to 5.0 s"
    assert "<b>" not in drawing
    [kept] = [rect for rect in tree.iter(f"{SVG}rect") if rect.get("class") == "best-clip"]
    assert (kept.get("x"), kept.get("width")) == ("50.00%", "40.00%")


def test_a_quiet_recording_can_be_seen(tmp_path: Path) -> None:
    def reach(gain: float) -> float:
        peaks = wave_peaks(Clip(np.full(8000, gain, np.float32), 8000), 50)
        outline = re.findall(r' d="M([^"]+)"', draw_recording(peaks))[0]
        return 60.0 - min(float(y) for y in re.findall(r"[\d.]+ ([\d.]+)", outline))

    assert reach(0.01) == pytest.approx(26.0, abs=0.5)  # half of full scale
    assert reach(0.9) == pytest.approx(46.8, abs=0.5)
    assert reach(0.0) < 1.0


def test_the_drawing_says_in_words_what_it_shows(tmp_path: Path) -> None:
    drawing = draw_recording(wave_peaks(half_silent(tmp_path), 200), [BadPlace(1.0, 2.0, "hum")])
    assert 'role="img"' in drawing
    assert 'aria-label="10.0 seconds of sound, 1 place marked"' in drawing


def test_hours_and_seconds_have_few_and_readable_marks() -> None:
    for seconds, first in ((3.0, "0 s"), (90.0, "0 s"), (1800.0, "0 s")):
        peaks = wave_peaks(Clip(np.zeros(round(seconds * 1000), np.float32), 1000), 50)
        labels = re.findall(r">([^<>]+)</text>", draw_recording(peaks))
        assert labels[0] == first
        assert 3 <= len(labels) <= 9
