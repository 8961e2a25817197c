"""Sound as the model hears it: other rates and mel spectrograms, in plain PyTorch.

The same sums as torchaudio, with which the model was trained; torchaudio itself often cannot be installed beside the
PyTorch that is there.
"""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor

from engine.narration.xtts.sizes import HEARING_HZ
from engine.narration.xtts.voice_encoder import VOICE_BANDS

ZEROS, ROLLOFF = 6, 0.99  # of the resampling filter: its width in zero crossings, its edge below half the rate
VOICE_FFT, VOICE_WINDOW, VOICE_HOP, VOICE_TOP_HZ = 2048, 1024, 256, 8000.0


def resample(samples: Tensor, rate_hz: int, to_hz: int) -> Tensor:
    """Samples [1, n] at another rate: a windowed sinc, the length rounded up."""
    if rate_hz == to_hz:
        return samples
    common = math.gcd(rate_hz, to_hz)
    old, new = rate_hz // common, to_hz // common
    edge = min(old, new) * ROLLOFF
    reach = math.ceil(ZEROS * old / edge)
    places = torch.arange(-reach, reach + old, dtype=torch.float64) / old
    times = ((places - torch.arange(new, dtype=torch.float64)[:, None] / new) * edge).clamp(-ZEROS, ZEROS)
    kernels = torch.sinc(times) * torch.cos(times * math.pi / ZEROS / 2).square() * edge / old  # [new, taps]
    padded = F.pad(samples, (reach, reach + old))
    out = F.conv1d(padded[:, None], kernels[:, None].to(samples.dtype), stride=old)
    return out.transpose(1, 2).flatten(1)[:, : math.ceil(new * samples.shape[-1] / old)]


def hear_voice(samples: Tensor, band_levels: Tensor) -> Tensor:
    """Samples [1, n] at HEARING_HZ -> the mel spectrogram [1, VOICE_BANDS, frames] the voice is recognised from."""
    spectrum = torch.stft(
        samples,
        VOICE_FFT,
        VOICE_HOP,
        VOICE_WINDOW,
        torch.hann_window(VOICE_WINDOW),
        center=True,
        pad_mode="reflect",
        return_complex=True,
    )
    bands = make_bands(VOICE_FFT // 2 + 1, HEARING_HZ, VOICE_TOP_HZ, VOICE_BANDS)
    mel = bands.T @ spectrum.abs().square()
    return mel.clamp(min=1e-5).log() / band_levels[None, :, None]


def make_bands(bins: int, rate_hz: int, top_hz: float, bands: int) -> Tensor:
    """Triangles on the mel scale, each of area 1: [bins, bands]."""
    top = 2595.0 * math.log10(1.0 + top_hz / 700.0)
    corners = 700.0 * (10.0 ** (torch.linspace(0.0, top, bands + 2) / 2595.0) - 1.0)
    slopes = corners[None, :] - torch.linspace(0, rate_hz // 2, bins)[:, None]
    widths = corners.diff()
    triangles = torch.minimum(-slopes[:, :-2] / widths[:-1], slopes[:, 2:] / widths[1:]).clamp(min=0.0)
    return triangles * (2.0 / (corners[2:] - corners[:-2]))
