"""From a recording to clean samples: mono, 24 kHz, one level, cut at pauses, the original kept."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.audio import measure_take, peak_db, read_clip, rms_db
from engine.core_types import Clip, Progress
from engine.errors import ModelMissing, RecordingRefused, Stopped
from engine.voice_types import Sample
from engine.voices import noise_reduction
from engine.voices.cleaning import clean_recording
from engine.voices.limiting import PEAK_DB, bring_to_level, take_out_rumble
from engine.voices.loudness import Loudness
from engine.voices.stretches import cut_at_pauses
from tests.voices.people import read_aloud
from tests.voices.recordings import RATE_HZ, SENTENCES, hiss, record, silence, write_compressed, write_wav


def spoken_minutes(minutes: float) -> np.ndarray:
    parts = [part for sentence in SENTENCES for part in (read_aloud("hazel", sentence).samples, silence(0.8))]
    return np.resize(np.concatenate(parts), round(minutes * 60 * RATE_HZ)) * np.float32(0.8)


def find_in(recording: np.ndarray, sample: Sample) -> float:
    """Where in a recording at 24 kHz a sample was cut from, in seconds: by the best match."""
    clip = read_clip(sample.path).samples[RATE_HZ : RATE_HZ + 2 * RATE_HZ]
    size = 1 << (len(recording) + len(clip)).bit_length()
    likeness = np.fft.irfft(np.fft.rfft(recording, size) * np.conj(np.fft.rfft(clip, size)), size)
    return float(likeness[: len(recording)].argmax()) / RATE_HZ - 1.0


def test_a_short_recording_is_one_sample_without_its_silence(tmp_path: Path) -> None:
    clip = record(sentences=1)
    [sample] = clean_recording(write_wav(tmp_path / "a.wav", clip.samples), tmp_path / "voice", words=SENTENCES[0])
    cleaned = read_clip(sample.path)
    assert (cleaned.rate_hz, sample.words, sample.path.suffix) == (24_000, SENTENCES[0], ".flac")
    assert sample.seconds == pytest.approx(cleaned.seconds, abs=0.001)
    spoken = measure_take(clip)
    assert cleaned.seconds < spoken.speech_end_s - spoken.speech_start_s + 0.6


@pytest.mark.parametrize("gain_db", [-40.0, -12.0, 0.0])
def test_every_sample_has_the_same_level_and_no_peak_above_the_limit(tmp_path: Path, gain_db: float) -> None:
    quiet = Clip(record(room_db=-80.0).samples * np.float32(10.0 ** (gain_db / 20.0)), RATE_HZ)
    for sample in clean_recording(quiet, tmp_path):
        cleaned = read_clip(sample.path).samples
        assert rms_db(cleaned) == pytest.approx(-20.0, abs=0.2)
        assert peak_db(cleaned) < -1.0


def test_a_long_recording_is_cut_at_pauses_into_samples_of_3_to_30_seconds(tmp_path: Path) -> None:
    long = spoken_minutes(2.0)
    samples = clean_recording(write_wav(tmp_path / "a.wav", long, subtype="PCM_24"), tmp_path / "voice")
    assert len(samples) > 5
    assert len({sample.id for sample in samples}) == len(samples)
    assert all(3.0 <= sample.seconds <= 30.0 for sample in samples)
    assert 90.0 < sum(sample.seconds for sample in samples) < 120.0  # every fifth second is a pause
    for sample in samples[:3]:
        start = find_in(long, sample)
        edges = (start, start + sample.seconds)
        for edge in edges:  # both ends lie where it is quiet
            around = long[max(0, round((edge - 0.02) * RATE_HZ)) : round((edge + 0.02) * RATE_HZ)]
            assert rms_db(around) < -40.0


def test_samples_of_one_recording_do_not_overlap(tmp_path: Path) -> None:
    long = spoken_minutes(1.0) + hiss(round(60 * RATE_HZ), -70.0)
    samples = clean_recording(Clip(long, RATE_HZ), tmp_path)
    starts = [find_in(long, sample) for sample in samples[:4]]
    for start, sample, following in zip(starts, samples, starts[1:], strict=False):
        assert start + sample.seconds <= following + 0.01


@pytest.mark.parametrize(("subtype", "bits"), [("PCM_16", 16), ("PCM_24", 24)])
def test_the_recording_is_kept_to_the_last_bit(tmp_path: Path, subtype: str, bits: int) -> None:
    path = write_wav(tmp_path / "a.wav", record(sentences=1).samples, subtype=subtype)
    [sample] = clean_recording(path, tmp_path / "voice")
    assert sample.recording is not None
    kept, original = (soundfile.read(file, dtype="int32")[0] for file in (sample.recording, path))
    assert sample.recording.suffix == ".flac"
    assert soundfile.info(sample.recording).subtype == f"PCM_{bits}"
    assert np.array_equal(kept, original)


def test_what_is_no_whole_number_sound_is_kept_as_the_file_it_came_in(tmp_path: Path) -> None:
    clip = record(sentences=1)
    phone = write_compressed(tmp_path / "phone.m4a", clip)
    hot = write_wav(tmp_path / "hot.wav", clip.samples * 3.0, subtype="FLOAT")
    for path in (phone, hot):
        [sample] = clean_recording(path, tmp_path / "voice")
        assert sample.recording is not None
        assert (sample.recording.suffix, sample.recording.read_bytes()) == (path.suffix, path.read_bytes())


def test_the_same_recording_gives_the_same_files(tmp_path: Path) -> None:
    path = write_wav(tmp_path / "a.wav", record().samples)
    first, again = (clean_recording(path, tmp_path / "voice") for _ in range(2))
    assert [(sample.id, sample.sha256) for sample in first] == [(sample.id, sample.sha256) for sample in again]
    assert len(list((tmp_path / "voice").iterdir())) == len(first) + 1


def test_a_recording_without_a_voice_leaves_nothing_behind(tmp_path: Path) -> None:
    for samples in (silence(4.0), hiss(4 * RATE_HZ, -20.0)):
        with pytest.raises(RecordingRefused, match=r"^The recording cannot be used\."):
            clean_recording(Clip(samples, RATE_HZ), tmp_path / "voice")
    assert not (tmp_path / "voice").exists()


def test_stopping_leaves_no_sample_behind(tmp_path: Path) -> None:
    seen: list[Progress] = []
    with pytest.raises(Stopped):
        clean_recording(
            Clip(spoken_minutes(1.0), RATE_HZ),
            tmp_path / "voice",
            on_progress=seen.append,
            should_stop=lambda: bool(seen) and seen[-1].done > 0.75,
        )
    assert seen[-1].done > 0.75
    assert [path.name for path in (tmp_path / "voice").iterdir() if not path.name.startswith("recording-")] == []


def test_noise_reduction_that_is_missing_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(noise_reduction, "PACKAGE", "a_package_nobody_has")
    with pytest.raises(ModelMissing, match="leave “Take noise out of it” unticked"):
        clean_recording(record(sentences=1), tmp_path, reduce_noise=True)


def test_noise_reduction_leaves_the_voice_where_it_was_and_keeps_what_was_before(tmp_path: Path) -> None:
    noisy = record(sentences=1, room_db=-40.0)
    [sample] = clean_recording(noisy, tmp_path, reduce_noise=True)
    after, before = read_clip(sample.path), read_clip(tmp_path / f"{sample.id}-before.flac")
    assert len(after.samples) == len(before.samples)
    assert np.corrcoef(after.samples, before.samples)[0, 1] > 0.9
    assert float(np.percentile(np.abs(after.samples), 5)) < 0.3 * float(np.percentile(np.abs(before.samples), 5))


# --- the parts -----------------------------------------------------------------------------------------------------


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32 - 1), st.floats(0.1, 30.0), st.integers(200, 20_000))
def test_no_peak_passes_the_limit_whatever_comes(seed: int, crest: float, length: int) -> None:
    noise = np.random.default_rng(seed)
    samples = (noise.standard_normal(length) * np.exp(crest * (noise.random(length) > 0.995))).astype(np.float32)
    levelled = bring_to_level(Clip(samples, RATE_HZ)).samples
    assert peak_db(levelled) <= PEAK_DB + 0.01
    assert len(levelled) == length


def test_rumble_goes_and_the_voice_stays() -> None:
    times = np.arange(RATE_HZ) / RATE_HZ
    for hertz, lowest, highest in ((20.0, -90.0, -40.0), (100.0, -9.6, -8.9), (1000.0, -9.1, -8.9)):
        tone = (0.5 * np.sin(2 * np.pi * hertz * times)).astype(np.float32)
        middle = take_out_rumble(Clip(tone, RATE_HZ)).samples[RATE_HZ // 4 : -RATE_HZ // 4]
        assert lowest < rms_db(middle) < highest


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(st.floats(0.15, 4.0), st.floats(0.1, 40.0)), min_size=1, max_size=30))
def test_stretches_hold_all_of_the_speech_and_none_is_too_long(gaps_and_lengths: list[tuple[float, float]]) -> None:
    speech, now = [], 0.0
    for gap, length in gaps_and_lengths:
        speech.append((now + gap, now + gap + length))
        now = speech[-1][1]
    levels = np.full(int(now * 100) + 1, -20.0)
    mute = np.zeros(len(levels), np.bool_)
    stretches = cut_at_pauses(speech, Loudness(levels, ~mute, mute, -20.0))
    assert all(end - start <= 30.0 + 1e-6 for start, end in stretches)
    assert all(one[1] <= other[0] + 1e-6 for one, other in zip(stretches, stretches[1:], strict=False))
    held = sum(max(0.0, min(end, last) - max(start, first)) for start, end in speech for first, last in stretches)
    assert held == pytest.approx(sum(end - start for start, end in speech), abs=1e-3)
