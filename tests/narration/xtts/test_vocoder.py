"""Latents to sound: in padded batches, in stretches, at another pace."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from engine.narration.xtts import vocoder as vocoder_file
from engine.narration.xtts.checkpoint import open_checkpoint, read_weights
from engine.narration.xtts.model import build_model
from engine.narration.xtts.streaming import FIRST_FRAMES, SoundStream
from engine.narration.xtts.vocoder import FRAME_SAMPLES, WaveformDecoder, group_lines, make_sound, stretch_latents

TOKENS = (3, 40, 11, 1, 25, 8)


@pytest.fixture(scope="module")
def vocoder(folder: Path) -> WaveformDecoder:
    checkpoint = open_checkpoint(folder)
    weights = read_weights(checkpoint)
    return build_model(checkpoint.config.sizes, weights, torch.device("cpu"), torch.float32, torch.float32).vocoder


@pytest.fixture(scope="module")
def lines() -> list[tuple[Tensor, Tensor]]:
    random = torch.Generator().manual_seed(4)
    return [
        (torch.randn(tokens, 64, generator=random), F.normalize(torch.randn(512, 1, generator=random), dim=0))
        for tokens in TOKENS
    ]


def sound_alone(vocoder: WaveformDecoder, latents: Tensor, speaker: Tensor) -> Tensor:
    (sound,) = make_sound(vocoder, [(stretch_latents(latents), speaker)])
    return sound


def sound_together(vocoder: WaveformDecoder, lines: list[tuple[Tensor, Tensor]]) -> list[Tensor]:
    return make_sound(vocoder, [(stretch_latents(latents), speaker) for latents, speaker in lines])


def test_padding_changes_no_sample(vocoder, lines):
    for (latents, speaker), sound in zip(lines, sound_together(vocoder, lines), strict=True):
        alone = sound_alone(vocoder, latents, speaker)
        assert sound.shape == alone.shape
        assert torch.allclose(sound, alone, atol=1e-5)


def test_without_the_mask_the_ends_of_short_lines_are_spoiled(vocoder, lines, monkeypatch):
    monkeypatch.setattr(vocoder_file, "cover", lambda x, mask: x)
    sounds = sound_together(vocoder, lines)
    alone = sound_alone(vocoder, *lines[2])
    assert (sounds[2] - alone).abs().max() > 1e-3


def test_each_speaker_sounds_otherwise(vocoder, lines):
    (latents, speaker), (_, other) = lines[1], lines[2]
    assert (sound_alone(vocoder, latents, speaker) - sound_alone(vocoder, latents, other)).abs().max() > 1e-3


def test_groups_hold_every_line_once_and_no_more_than_so_many_seconds():
    steps = [100, 5000, 90, 4000, 110, 95]
    groups = list(group_lines(steps, 40.0))
    assert sorted(number for group in groups for number in group) == list(range(len(steps)))
    for group in groups:
        seconds = max(steps[number] for number in group) * len(group) * FRAME_SAMPLES / 24_000
        assert seconds <= 40.0 or len(group) == 1
    assert len(groups) < len(steps)


def test_with_no_seconds_at_all_each_line_is_made_alone():
    assert [len(group) for group in group_lines([10, 10, 10], 0.0)] == [1, 1, 1]


@pytest.mark.parametrize("pace", [0.5, 0.8, 1.25, 2.0])
def test_pace_changes_the_length_alone(pace):
    latents = torch.sin(torch.linspace(0, 6, 60)[:, None] + torch.arange(8.0))
    plain, paced = stretch_latents(latents), stretch_latents(latents, pace)
    assert paced.shape[1] == pytest.approx(plain.shape[1] / pace, abs=4)
    places = torch.linspace(0, 1, 50)
    at = [(places * (frames.shape[1] - 1)).round().long() for frames in (plain, paced)]
    assert torch.allclose(plain[:, at[0]], paced[:, at[1]], atol=0.1)


@pytest.mark.parametrize("pace", [1.0, 1.3])
def test_sound_made_in_stretches_is_the_sound_made_at_once(vocoder, lines, pace):
    latents, speaker = lines[1]
    (whole,) = make_sound(vocoder, [(stretch_latents(latents, pace), speaker)])
    stream = SoundStream(vocoder, speaker, pace)
    stretches = [stream.feed(latents[:count], final=count == len(latents)) for count in range(1, len(latents) + 1)]
    heard = [stretch for stretch in stretches if len(stretch)]
    assert len(heard) >= 2 and len(heard[0]) < 2 * FIRST_FRAMES * FRAME_SAMPLES
    assert np.allclose(np.concatenate(heard), whole.numpy(), atol=1e-5)
