"""Latents -> sound: HiFi-GAN, many lines at a time.

Lines of different lengths are padded to one batch. The padding would leak into the end of the shorter ones, some 1,150
samples deep, because each layer adds its biases to it; so it is set back to nothing before every layer that looks to
the side, exactly what that layer sees at the end of a line alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from engine.narration.xtts.sizes import EMBEDDING_WIDTH, HEARING_HZ, RATE_HZ, TOKEN_SAMPLES

FRAME_SAMPLES = 256  # of its own input, before the change of rate
UPSAMPLING = ((8, 16), (8, 16), (2, 4), (2, 4))  # factor and kernel of each stage
KERNELS, DILATIONS = (3, 7, 11), (1, 3, 5)
CHANNELS = 512  # of the published model, at its first stage; each further one has half
SLOPE = 0.1
SECONDS_AT_ONCE = 40.0  # of sound in one batch: it takes some 50 MB for each second on the way
SECONDS_PER_TOKEN = TOKEN_SAMPLES / HEARING_HZ


class ResidualStack(nn.Module):
    """Three pairs of convolutions, each added to what went in."""

    def __init__(self, channels: int, kernel: int) -> None:
        super().__init__()
        reach = kernel // 2
        self.convs1 = nn.ModuleList(
            nn.Conv1d(channels, channels, kernel, dilation=dilation, padding=reach * dilation) for dilation in DILATIONS
        )
        self.convs2 = nn.ModuleList(nn.Conv1d(channels, channels, kernel, padding=reach) for _ in DILATIONS)

    def forward(self, x: Tensor, mask: Tensor | None) -> Tensor:
        for wide, narrow in zip(self.convs1, self.convs2, strict=True):
            out = cover(wide(cover(F.leaky_relu(x, SLOPE), mask)), mask)
            x = x + narrow(F.leaky_relu_(out, SLOPE))
        return x


def cover(x: Tensor, mask: Tensor | None) -> Tensor:
    """``x`` [rows, channels, steps] with nothing where the mask [rows, 1, steps] is 0; written over."""
    return x if mask is None else x.mul_(mask)


class WaveformDecoder(nn.Module):
    """HiFi-GAN with the speaker added at every stage; no weight normalisation, which the checkpoint's reader undoes."""

    def __init__(self, width: int, channels: int = CHANNELS) -> None:
        super().__init__()
        counts = [channels // 2**stage for stage in range(len(UPSAMPLING) + 1)]
        self.conv_pre = nn.Conv1d(width, counts[0], 7, padding=3)
        self.cond_layer = nn.Conv1d(EMBEDDING_WIDTH, counts[0], 1)
        self.ups = nn.ModuleList(
            nn.ConvTranspose1d(counts[stage], counts[stage + 1], kernel, factor, padding=(kernel - factor) // 2)
            for stage, (factor, kernel) in enumerate(UPSAMPLING)
        )
        self.conds = nn.ModuleList(nn.Conv1d(EMBEDDING_WIDTH, count, 1) for count in counts[1:])
        self.resblocks = nn.ModuleList(ResidualStack(count, kernel) for count in counts[1:] for kernel in KERNELS)
        self.conv_post = nn.Conv1d(counts[-1], 1, 7, padding=3, bias=False)

    def forward(self, frames: Tensor, speaker: Tensor, lengths: Tensor | None = None) -> Tensor:
        """Frames [rows, width, steps] and speakers [rows, EMBEDDING_WIDTH, 1] -> sound [rows, 256 * steps].

        ``lengths`` [rows] are the steps of each row, the rest being padding; None when all are full.
        """
        steps = torch.arange(frames.shape[-1], device=frames.device)
        mask = None if lengths is None else (steps < lengths[:, None])[:, None, :].to(frames.dtype)
        x = self.conv_pre(frames) + self.cond_layer(speaker)
        for stage, (factor, _) in enumerate(UPSAMPLING):
            x = self.ups[stage](cover(F.leaky_relu_(x, SLOPE), mask)) + self.conds[stage](speaker)
            mask = None if mask is None else mask.repeat_interleave(factor, dim=-1)
            stacks = self.resblocks[stage * len(KERNELS) : (stage + 1) * len(KERNELS)]
            heard = stacks[0](x, mask)
            for stack in stacks[1:]:
                heard += stack(x, mask)
            x = heard / len(KERNELS)
        out: Tensor = torch.tanh(self.conv_post(cover(F.leaky_relu_(x), mask))).squeeze(1)
        return out


def stretch_latents(latents: Tensor, pace: float = 1.0) -> Tensor:
    """Latents [tokens, width] of one line -> frames [width, steps] of the vocoder, ``pace`` times as fast."""
    frames = latents.float().T.unsqueeze(0)
    if pace != 1.0 and len(latents) >= pace:
        frames = F.interpolate(frames, scale_factor=1.0 / pace, mode="linear")
    frames = F.interpolate(frames, scale_factor=TOKEN_SAMPLES / FRAME_SAMPLES, mode="linear")
    return F.interpolate(frames, scale_factor=RATE_HZ / HEARING_HZ, mode="linear").squeeze(0)


@torch.inference_mode()
def make_sound(
    vocoder: WaveformDecoder, lines: Sequence[tuple[Tensor, Tensor]], seconds: float = SECONDS_AT_ONCE
) -> list[Tensor]:
    """The sound of each line, [samples] in float32: a line is its frames [width, steps] and its speaker's embedding.

    Lines of like lengths go together, as many as make ``seconds``; with 0 each is made by itself.
    """
    sounds: list[Tensor | None] = [None] * len(lines)
    for group in group_lines([frames.shape[-1] for frames, _ in lines], seconds):
        longest = max(lines[number][0].shape[-1] for number in group)
        frames = torch.stack([F.pad(lines[number][0], (0, longest - lines[number][0].shape[-1])) for number in group])
        speakers = torch.stack([lines[number][1] for number in group])
        lengths = torch.tensor([lines[number][0].shape[-1] for number in group], device=frames.device)
        like = vocoder.conv_post.weight
        uneven = len(group) > 1 and bool((lengths != longest).any())
        sound = vocoder(frames.to(like.dtype), speakers.to(like.dtype), lengths if uneven else None).float()
        for row, number in enumerate(group):
            sounds[number] = sound[row, : lines[number][0].shape[-1] * FRAME_SAMPLES]
    return [sound for sound in sounds if sound is not None]


def group_lines(steps: Sequence[int], seconds: float) -> Iterator[list[int]]:
    """Which lines go together: sorted by length, each group, padding included, at most ``seconds`` or one line."""
    most = seconds * RATE_HZ / FRAME_SAMPLES
    group: list[int] = []
    for number in sorted(range(len(steps)), key=lambda number: steps[number]):
        if group and steps[number] * (len(group) + 1) > most:
            yield group
            group = []
        group.append(number)
    if group:
        yield group
