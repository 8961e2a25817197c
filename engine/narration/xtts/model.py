"""All networks of XTTS together, as they stand in a checkpoint."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from engine.errors import ModelError
from engine.narration.xtts.gpt import Affine, Gpt
from engine.narration.xtts.sizes import Sizes
from engine.narration.xtts.vocoder import CHANNELS, WaveformDecoder
from engine.narration.xtts.voice_encoder import VOICE_BANDS, SpeakerEncoder


class SoundDecoder(nn.Module):
    """The two networks the checkpoint keeps under one name: what makes the sound, and what knows the speaker."""

    def __init__(self, sizes: Sizes, channels: int) -> None:
        super().__init__()
        self.waveform_decoder = WaveformDecoder(sizes.width, channels)
        self.speaker_encoder = SpeakerEncoder()


class Xtts(nn.Module):
    """Everything a checkpoint holds: what listens, what reads, what makes the sound."""

    mel_stats: Tensor  # [VOICE_BANDS] what each band of a mel spectrogram is divided by

    def __init__(self, sizes: Sizes, channels: int = CHANNELS) -> None:
        super().__init__()
        self.gpt = Gpt(sizes)
        self.hifigan_decoder = SoundDecoder(sizes, channels)
        self.register_buffer("mel_stats", torch.ones(VOICE_BANDS))

    @property
    def vocoder(self) -> WaveformDecoder:
        return self.hifigan_decoder.waveform_decoder

    @property
    def speaker_encoder(self) -> SpeakerEncoder:
        return self.hifigan_decoder.speaker_encoder


def build_model(
    sizes: Sizes, weights: dict[str, Tensor], device: torch.device, reading: torch.dtype, sounding: torch.dtype
) -> Xtts:
    """The networks with their weights in place: the reading one in one precision, the vocoder in another.

    What listens to a voice stays in float32, and so does everything that is kept. ``weights`` is empty afterwards, so
    that none lies in memory twice. Raises ModelError when they are those of another model.
    """
    # How wide the vocoder is, config.json does not say; its weights do.
    first = weights.get("hifigan_decoder.waveform_decoder.conv_pre.bias")
    with torch.device("meta"):
        model = Xtts(sizes, CHANNELS if first is None else max(16, len(first)))
    try:
        model.load_state_dict(weights, strict=True, assign=True)
    except RuntimeError as error:
        raise ModelError(
            "The weights do not fit an XTTS v2 model of the size its config.json gives: "
            f"{_first_difference(str(error))}. Get config.json and the model from the same place."
        ) from error
    weights.clear()
    model.eval().requires_grad_(False).to(device, torch.float32)
    listening = (model.gpt.conditioning_encoder, model.gpt.conditioning_perceiver)
    for part in model.gpt.children():
        if part not in listening:
            part.to(reading)
    model.vocoder.to(sounding)
    for part in model.modules():
        if isinstance(part, Affine):
            part.pack()
    return model


def _first_difference(told: str) -> str:
    lines = [line.strip().rstrip(".") for line in told.splitlines() if line.strip()]
    return lines[1][:160] if len(lines) > 1 else "names or shapes differ"
