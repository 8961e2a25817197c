"""The networks that listen to a voice: one shapes the reading (32 latents), one the timbre (a speaker embedding).

Modules carry the names their weights have in the checkpoint. Shapes: ``mel`` is [1, bands, frames].
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from engine.narration.xtts.sizes import EMBEDDING_WIDTH, VOICE_LATENTS

VOICE_BANDS = 80
TIMBRE_BANDS = 64
TIMBRE_HZ = 16_000
HEAD_WIDTH, PERCEIVER_HEADS = 64, 8
ENCODER_BLOCKS, PERCEIVER_BLOCKS = 6, 2
CHANNELS, DEPTHS = (32, 64, 128, 256), (3, 4, 6, 3)


def attend(queries: Tensor, keys: Tensor, values: Tensor) -> Tensor:
    """Plain attention; all of shape [..., rows, width]."""
    scores = queries @ keys.transpose(-1, -2) * queries.shape[-1] ** -0.5
    heard: Tensor = scores.softmax(-1) @ values
    return heard


class EncoderBlock(nn.Module):
    """Self-attention over the frames of a mel spectrogram."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        groups = 8 if width <= 16 else 16 if width <= 64 else 32
        while width % groups:
            groups //= 2
        self.heads = heads
        self.norm = nn.GroupNorm(groups, width)
        self.qkv = nn.Conv1d(width, 3 * width, 1)
        self.proj_out = nn.Conv1d(width, width, 1)

    def forward(self, x: Tensor) -> Tensor:
        x = self.norm(x)
        parts = self.qkv(x).unflatten(1, (self.heads, -1)).transpose(-1, -2)  # [1, heads, frames, 3 * head]
        heard = attend(*parts.chunk(3, -1))
        out: Tensor = x + self.proj_out(heard.transpose(-1, -2).flatten(1, 2))
        return out


class ConditioningEncoder(nn.Module):
    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.init = nn.Conv1d(VOICE_BANDS, width, 1)
        self.attn = nn.Sequential(*(EncoderBlock(width, heads) for _ in range(ENCODER_BLOCKS)))

    def forward(self, mel: Tensor) -> Tensor:
        encoded: Tensor = self.attn(self.init(mel))
        return encoded


class GatedGelu(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        values, gates = x.chunk(2, dim=-1)
        return values * F.gelu(gates)


class PerceiverAttention(nn.Module):
    """The latents look at themselves and at what was heard."""

    def __init__(self, width: int) -> None:
        super().__init__()
        inner = HEAD_WIDTH * PERCEIVER_HEADS
        self.to_q = nn.Linear(width, inner, bias=False)
        self.to_kv = nn.Linear(width, 2 * inner, bias=False)
        self.to_out = nn.Linear(inner, width, bias=False)

    def forward(self, latents: Tensor, heard: Tensor) -> Tensor:
        keys, values = self.to_kv(torch.cat([latents, heard], dim=1)).chunk(2, dim=-1)
        heads = (PERCEIVER_HEADS, HEAD_WIDTH)
        parts = [part.unflatten(-1, heads).transpose(1, 2) for part in (self.to_q(latents), keys, values)]
        out: Tensor = self.to_out(attend(*parts).transpose(1, 2).flatten(2))
        return out


class RootNorm(nn.Module):
    def __init__(self, width: int) -> None:
        super().__init__()
        self.gamma = nn.Parameter(torch.ones(width))

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = F.normalize(x, dim=-1) * x.shape[-1] ** 0.5 * self.gamma
        return out


class Perceiver(nn.Module):
    """Any number of frames -> VOICE_LATENTS rows."""

    def __init__(self, width: int) -> None:
        super().__init__()
        inner = int(width * 4 * 2 / 3)
        self.latents = nn.Parameter(torch.zeros(VOICE_LATENTS, width))
        self.layers = nn.ModuleList(
            nn.ModuleList(
                [
                    PerceiverAttention(width),
                    nn.Sequential(nn.Linear(width, 2 * inner), GatedGelu(), nn.Linear(inner, width)),
                ]
            )
            for _ in range(PERCEIVER_BLOCKS)
        )
        self.norm = RootNorm(width)

    def forward(self, heard: Tensor) -> Tensor:
        latents = self.latents.expand(len(heard), -1, -1)
        for layer in self.layers:
            assert isinstance(layer, nn.ModuleList)
            latents = layer[0](latents, heard) + latents
            latents = layer[1](latents) + latents
        normed: Tensor = self.norm(latents)
        return normed


class Squeeze(nn.Module):
    """Scales each channel by what all channels hold."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.fc = nn.Sequential(nn.Linear(width, width // 8), nn.ReLU(), nn.Linear(width // 8, width), nn.Sigmoid())

    def forward(self, x: Tensor) -> Tensor:
        weights: Tensor = self.fc(x.mean(dim=(2, 3)))
        return x * weights[:, :, None, None]


class ResidualBlock(nn.Module):
    """Two convolutions over [1, channels, bands, frames], weighed by channel, and what went in."""

    def __init__(self, width_in: int, width: int, stride: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(width_in, width, 3, stride, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.conv2 = nn.Conv2d(width, width, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(width)
        self.se = Squeeze(width)
        self.downsample: nn.Module | None = None
        if stride != 1 or width_in != width:
            self.downsample = nn.Sequential(nn.Conv2d(width_in, width, 1, stride, bias=False), nn.BatchNorm2d(width))

    def forward(self, x: Tensor) -> Tensor:
        out = self.bn1(F.relu(self.conv1(x)))
        out = self.se(self.bn2(self.conv2(out)))
        return F.relu(out + (x if self.downsample is None else self.downsample(x)))


class PreEmphasis(nn.Module):
    filter: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("filter", torch.zeros(1, 1, 2))

    def forward(self, samples: Tensor) -> Tensor:
        return F.conv1d(F.pad(samples.unsqueeze(1), (1, 0), "reflect"), self.filter).squeeze(1)


class TimbreSpectrum(nn.Module):
    """Power in TIMBRE_BANDS bands, every 10 ms of sound at TIMBRE_HZ."""

    def __init__(self) -> None:
        super().__init__()
        self.spectrogram, self.mel_scale = nn.Module(), nn.Module()
        self.spectrogram.register_buffer("window", torch.zeros(400))
        self.mel_scale.register_buffer("fb", torch.zeros(257, TIMBRE_BANDS))

    def forward(self, samples: Tensor) -> Tensor:
        window, bands = self.spectrogram.get_buffer("window"), self.mel_scale.get_buffer("fb")
        spectrum = torch.stft(
            samples, 512, 160, len(window), window, center=True, pad_mode="reflect", return_complex=True
        )
        return bands.T @ spectrum.abs().square()


class SpeakerEncoder(nn.Module):
    """Sound at TIMBRE_HZ, shape [1, samples] -> its speaker, shape [1, EMBEDDING_WIDTH], of length 1."""

    def __init__(self) -> None:
        super().__init__()
        self.torch_spec = nn.Sequential(PreEmphasis(), TimbreSpectrum())
        self.conv1 = nn.Conv2d(1, CHANNELS[0], 3, padding=1)
        self.bn1 = nn.BatchNorm2d(CHANNELS[0])
        width = CHANNELS[0]
        for number, (channels, depth) in enumerate(zip(CHANNELS, DEPTHS, strict=True), 1):
            blocks = [ResidualBlock(width, channels, 1 if number == 1 else 2)]
            blocks += [ResidualBlock(channels, channels, 1) for _ in range(depth - 1)]
            self.add_module(f"layer{number}", nn.Sequential(*blocks))
            width = channels
        rows = width * TIMBRE_BANDS // 8
        self.attention = nn.Sequential(
            nn.Conv1d(rows, 128, 1), nn.ReLU(), nn.BatchNorm1d(128), nn.Conv1d(128, rows, 1), nn.Softmax(dim=2)
        )
        self.fc = nn.Linear(2 * rows, EMBEDDING_WIDTH)

    def forward(self, samples: Tensor) -> Tensor:
        x = F.instance_norm((self.torch_spec(samples) + 1e-6).log()).unsqueeze(1)
        x = self.bn1(F.relu(self.conv1(x)))
        for number in range(1, len(CHANNELS) + 1):
            x = self.get_submodule(f"layer{number}")(x)
        x = x.flatten(1, 2)
        weights = self.attention(x)
        mean = (x * weights).sum(dim=2)
        spread = ((x.square() * weights).sum(dim=2) - mean.square()).clamp(min=1e-5).sqrt()
        return F.normalize(self.fc(torch.cat([mean, spread], dim=1)), dim=1)
