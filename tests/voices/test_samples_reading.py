"""Whatever file a person brings: read as sound, or refused with a sentence."""

from __future__ import annotations

from pathlib import Path

import mutagen.id3
import numpy as np
import pytest
import soundfile
from mutagen.mp3 import MP3

from engine.core_types import Clip
from engine.errors import RecordingRefused
from engine.voices import reading
from engine.voices.reading import Recording, open_recording
from tests.voices.recordings import COMPRESSED, RATE_HZ, hiss, record, write_compressed, write_video, write_wav


def gather(recording: Recording) -> np.ndarray:
    return np.concatenate(list(recording.blocks()))


def refusal(source: Path | Clip) -> str:
    """The sentence a recording is refused with."""
    with pytest.raises(RecordingRefused) as refused:
        gather(open_recording(source))
    told = str(refused.value)
    assert told[0].isupper() or told.startswith(getattr(source, "name", "?"))
    assert told.endswith(".")
    return told


# --- what can be read ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("subtype", "rate_hz"), [("PCM_16", 8_000), ("PCM_24", 44_100), ("FLOAT", 192_000), ("PCM_U8", 16_000)]
)
def test_wav_of_any_rate_and_depth_is_read_as_it_is(tmp_path: Path, subtype: str, rate_hz: int) -> None:
    samples = hiss(rate_hz, -20.0)
    recording = open_recording(write_wav(tmp_path / "a.wav", samples, rate_hz, subtype))
    read = gather(recording)
    assert (recording.rate_hz, recording.channels, read.shape) == (rate_hz, 1, (rate_hz, 1))
    assert np.abs(read[:, 0] - samples).max() < (0.02 if subtype == "PCM_U8" else 1e-4)


@pytest.mark.parametrize("suffix", COMPRESSED)
def test_what_phones_and_browsers_record_is_read(tmp_path: Path, suffix: str) -> None:
    clip = record(sentences=1)
    recording = open_recording(write_compressed(tmp_path / f"a{suffix}", clip))
    samples = gather(recording)[:, 0]
    assert recording.rate_hz == 48_000
    assert recording.seconds == pytest.approx(clip.seconds, abs=0.15)
    assert np.sqrt(np.mean(samples**2)) == pytest.approx(np.sqrt(np.mean(clip.samples**2)), rel=0.05)


def test_a_recording_can_be_gone_through_again_and_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_wav(tmp_path / "a.wav", hiss(20 * RATE_HZ, -20.0))
    kept, read_anew = open_recording(path), open_recording(path)
    first = gather(kept)
    monkeypatch.setattr(reading, "KEPT_SAMPLES", 0)
    assert np.array_equal(gather(kept), first)
    assert np.array_equal(gather(read_anew), first)
    assert np.array_equal(gather(read_anew), first)


def test_a_long_recording_is_not_kept_in_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "KEPT_SAMPLES", RATE_HZ)
    recording = open_recording(write_wav(tmp_path / "a.wav", hiss(20 * RATE_HZ, -20.0)))
    shapes = [block.shape for block in recording.blocks()]
    assert recording._kept is None
    assert max(length for length, _ in shapes) < 6 * RATE_HZ


def test_how_much_has_been_read_is_told_on_the_way(tmp_path: Path) -> None:
    shares: list[float] = []
    for _ in open_recording(write_wav(tmp_path / "a.wav", hiss(30 * RATE_HZ, -20.0))).blocks(shares.append):
        pass
    assert shares == sorted(shares)
    assert (len(shares) >= 6, 0.0 < shares[0] < 0.5, shares[-1]) == (True, True, 1.0)


def test_the_cover_of_an_mp3_is_no_video(tmp_path: Path) -> None:
    path = write_compressed(tmp_path / "a.mp3", record(sentences=1))
    tags = MP3(path)
    picture = bytes.fromhex(
        "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360000002000001"
        "e221bc330000000049454e44ae426082"
    )
    tags.tags = mutagen.id3.ID3()
    tags.tags.add(mutagen.id3.APIC(encoding=3, mime="image/png", type=3, data=picture))
    tags.save()
    assert len(gather(open_recording(path))) > RATE_HZ


def test_a_file_cut_short_is_read_as_far_as_it_goes(tmp_path: Path) -> None:
    path = write_compressed(tmp_path / "a.mp3", record(sentences=2))
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    recording = open_recording(path)
    seconds = len(gather(recording)) / recording.rate_hz
    assert seconds == pytest.approx(record(sentences=2).seconds / 2, abs=1.0)
    assert recording.promised_s > seconds + 1.0


# --- what is refused -----------------------------------------------------------------------------------------------


def test_a_film_is_refused(tmp_path: Path) -> None:
    assert "is a video" in refusal(write_video(tmp_path / "film.mp4", record(sentences=1)))


def test_a_file_that_is_not_there_a_folder_and_an_empty_file_are_refused(tmp_path: Path) -> None:
    (tmp_path / "empty.wav").touch()
    assert "no file" in refusal(tmp_path / "missing.wav")
    assert "is a folder" in refusal(tmp_path)
    assert "is empty" in refusal(tmp_path / "empty.wav")


@pytest.mark.parametrize("content", [b"Dear diary, ", b"\x00", b"RIFF\x10\x00\x00\x00WAVEjunk", b"\xff\xfb\x90"])
def test_what_is_no_sound_is_refused_whatever_its_name(tmp_path: Path, content: bytes) -> None:
    for suffix in (".wav", ".mp3", ".m4a"):
        path = tmp_path / f"notes{suffix}"
        path.write_bytes(content * 50)
        assert "cannot be read as sound" in refusal(path) or "no sound" in refusal(path)


def test_a_playlist_dressed_up_as_a_recording_names_no_other_file(tmp_path: Path) -> None:
    write_wav(tmp_path / "secret.wav", hiss(RATE_HZ, -20.0))
    for name, text in {
        "a.wav": "ffconcat version 1.0\nfile secret.wav\n",
        "b.m4a": "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nsecret.wav\n#EXT-X-ENDLIST\n",
    }.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
        assert "cannot be read as sound" in refusal(tmp_path / name)


def test_samples_that_are_no_numbers_are_refused(tmp_path: Path) -> None:
    samples = hiss(RATE_HZ, -20.0)
    samples[500] = np.nan
    assert "not numbers" in refusal(write_wav(tmp_path / "a.wav", samples, subtype="FLOAT"))
    assert "not numbers" in refusal(Clip(samples, RATE_HZ))
    samples[500] = 1e30
    assert "beyond full scale" in refusal(write_wav(tmp_path / "b.wav", samples, subtype="FLOAT"))


def test_a_file_too_large_is_refused_before_it_is_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_wav(tmp_path / "a.wav", hiss(RATE_HZ, -20.0))
    monkeypatch.setattr(reading, "LARGEST_BYTES", 1000)
    monkeypatch.setattr(reading.av, "open", lambda *_, **__: pytest.fail("it was opened"))
    assert "GB" in refusal(path)


def test_more_than_an_hour_is_refused_without_reading_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "LONGEST_S", 6.0)
    recording = open_recording(write_wav(tmp_path / "a.wav", hiss(30 * RATE_HZ, -20.0)))
    shares: list[float] = []
    with pytest.raises(RecordingRefused, match="longer than an hour"):
        for _ in recording.blocks(shares.append):
            pass
    assert max(shares) < 0.5


def test_a_hundred_channels_are_refused(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "a.wav", np.zeros((1000, 40), np.float32), 8000)
    told = refusal(tmp_path / "a.wav")
    assert "channels" in told or "cannot be read" in told


def test_every_broken_file_of_the_material_gets_a_sentence_or_sound(shared: Path) -> None:
    for path in sorted((shared / "material" / "audio_broken").iterdir()):
        try:
            for _ in open_recording(path).blocks():
                pass
        except RecordingRefused as refused:
            assert str(refused).startswith(path.name)
