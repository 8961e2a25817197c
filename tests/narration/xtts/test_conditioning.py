"""What the model knows of a voice: listened to once, kept with the profile, refused when there is no voice in it."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
import torch

from engine.core_types import SpeechRequest, VoiceProfile
from engine.errors import RecordingRefused, SynthesisError
from engine.narration.reference import check_voice_heard
from engine.narration.xtts import conditioning
from engine.narration.xtts.conditioning import FOLDER, Conditioning, find_conditioning
from engine.narration.xtts.hearing import make_bands, resample
from engine.narration.xtts.sizes import HEARING_HZ
from tests.narration.xtts.conftest import make_voice

SHA256, OTHER_SHA256 = "a" * 64, "b" * 64


@pytest.fixture
def profile(tmp_path: Path) -> VoiceProfile:
    return make_voice(tmp_path / "ada" / "clip.flac")


def find(synthesizer: Any, profile: VoiceProfile, sha256: str = SHA256) -> Conditioning:
    return find_conditioning(synthesizer._model, profile, sha256, synthesizer._config.manner)


def kept_files(profile: VoiceProfile) -> list[Path]:
    return sorted((profile.clips[0].parent / FOLDER).glob("*.safetensors"))


def write_sound(path: Path, samples: np.ndarray, rate_hz: int = 24_000) -> VoiceProfile:
    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(path, samples.astype(np.float32), rate_hz)
    return VoiceProfile("eve", "Eve", "", "xtts", "", "0" * 64, clips=(path,))


def test_a_voice_is_listened_to_once(synthesizer, profile, monkeypatch):
    first = find(synthesizer, profile)
    monkeypatch.setattr(conditioning, "listen_to_clips", None)
    second = find(synthesizer, profile)
    assert torch.equal(first.latents, second.latents) and torch.equal(first.embedding, second.embedding)


def test_what_is_known_has_the_shapes_the_networks_take(synthesizer, profile):
    known = find(synthesizer, profile)
    assert known.latents.shape == (32, 64) and known.embedding.shape == (512, 1)
    assert float(known.embedding.norm()) == pytest.approx(1.0, abs=1e-4)


def test_it_is_kept_beside_the_clips_and_goes_with_them(synthesizer, profile):
    find(synthesizer, profile)
    assert len(kept_files(profile)) == 1
    shutil.rmtree(profile.clips[0].parent)
    with pytest.raises(RecordingRefused, match="not there any more"):
        find(synthesizer, profile)


def test_another_clip_or_another_model_makes_another(synthesizer, profile, tmp_path):
    first = find(synthesizer, profile)
    find(synthesizer, profile, OTHER_SHA256)
    assert len(kept_files(profile)) == 2
    shutil.copy(make_voice(tmp_path / "max.flac", "max", 85.0, seed=7).clips[0], profile.clips[0])
    assert not torch.equal(find(synthesizer, profile).latents, first.latents)
    assert len(kept_files(profile)) == 3


def test_a_kept_file_that_is_damaged_is_made_again(synthesizer, profile):
    first = find(synthesizer, profile)
    kept_files(profile)[0].write_bytes(b"no")
    assert torch.equal(find(synthesizer, profile).latents, first.latents)


def test_several_clips_are_one_voice(synthesizer, profile, tmp_path):
    second = make_voice(tmp_path / "ada" / "second.flac", seed=3)
    both = find(synthesizer, replace(profile, clips=(*profile.clips, *second.clips)))
    alone = [find(synthesizer, profile).embedding, find(synthesizer, second).embedding]
    assert torch.allclose(both.embedding, torch.stack(alone).mean(0), atol=1e-5)


@pytest.mark.parametrize("rate_hz", [16_000, 22_050, 44_100, 48_000])
def test_a_recording_at_another_rate_is_the_same_voice(synthesizer, profile, tmp_path, rate_hz):
    samples, _ = soundfile.read(profile.clips[0], dtype="float32")
    other = resample(torch.from_numpy(samples)[None], 24_000, rate_hz)[0].numpy()
    heard = find(synthesizer, write_sound(tmp_path / "b" / "clip.flac", other, rate_hz))
    assert float((heard.embedding * find(synthesizer, profile).embedding).sum()) > 0.97


@pytest.mark.parametrize(
    ("sound", "told"),
    [
        (np.zeros(72_000), "silent"),
        (np.random.default_rng(0).standard_normal(72_000) * 0.1, "only noise or a tone"),
        (0.2 * np.sin(2 * np.pi * 220 * np.arange(72_000) / 24_000), "only noise or a tone"),
        (np.ones(72_000) * 0.3, "only noise or a tone|silent"),
        (np.random.default_rng(0).standard_normal(9_000) * 0.1, "too short"),
    ],
    ids=["silence", "noise", "tone", "offset", "too short"],
)
def test_a_recording_without_a_voice_is_refused(synthesizer, tmp_path, sound, told):
    with pytest.raises(RecordingRefused, match=told):
        find(synthesizer, write_sound(tmp_path / "clip.flac", sound))


def test_what_is_no_recording_is_refused(synthesizer, tmp_path):
    (tmp_path / "clip.flac").write_bytes(b"not a sound")
    profile = VoiceProfile("eve", "Eve", "", "xtts", "", "0" * 64, clips=(tmp_path / "clip.flac",))
    with pytest.raises(RecordingRefused, match="cannot be read"):
        find(synthesizer, profile)


def test_a_voice_without_recordings_is_a_lines_error_and_the_other_lines_go_on(synthesizer, profile):
    nobody = replace(profile, name="nobody", clips=())
    spoken = list(synthesizer.speak([SpeechRequest("Who?", nobody), SpeechRequest("One step.", profile)]))
    assert isinstance(spoken[0], SynthesisError) and "has no recordings" in str(spoken[0])
    assert not isinstance(spoken[1], SynthesisError)


def test_real_voices_are_heard_in_real_recordings(shared):
    """The material's recordings of people; none may be taken for noise."""
    recordings = sorted((shared / "material").rglob("*.flac"))[::4][:8]
    if not recordings:
        pytest.skip("the folder of real material has no recordings")
    for path in recordings:
        samples, rate_hz = soundfile.read(path, dtype="float32", always_2d=True, frames=400_000)
        heard = resample(torch.from_numpy(samples.mean(axis=1))[None], rate_hz, HEARING_HZ)[0].numpy()
        if len(heard) > 2 * HEARING_HZ and np.sqrt(np.mean(heard**2)) > 0.01:
            check_voice_heard(heard, HEARING_HZ, path.name)


# --- hearing ------------------------------------------------------------------------------------------------------


def test_resampling_keeps_a_tone_and_drops_what_no_longer_fits():
    time_s = torch.arange(48_000) / 48_000
    kept = resample(torch.sin(2 * torch.pi * 1000 * time_s)[None], 48_000, 16_000)[0]
    assert len(kept) == 16_000
    expected = torch.sin(2 * torch.pi * 1000 * torch.arange(16_000) / 16_000)
    assert (kept - expected)[100:-100].abs().max() < 2e-3
    assert resample(torch.sin(2 * torch.pi * 11_000 * time_s)[None], 48_000, 16_000)[0, 100:-100].abs().max() < 0.02


def test_mel_bands_are_those_of_a_second_source():
    librosa = pytest.importorskip("librosa", reason="needs librosa, which comes with the original code")
    expected = librosa.filters.mel(sr=22_050, n_fft=2048, n_mels=80, fmin=0, fmax=8000, htk=True, norm="slaney")
    assert np.allclose(make_bands(1025, 22_050, 8000.0, 80).T.numpy(), expected, atol=1e-6)
