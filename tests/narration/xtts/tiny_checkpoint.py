"""A checkpoint of XTTS's true architecture, small enough to be made and to speak in a moment.

Its weights are random, drawn large enough that the voice, the text, the positions and the mask all change what comes
next: with the usual small ones the likeliest token is the same whatever is read, and no mistake would show. It is
written as XTTS v2 was published: config.json, vocab.json and a model.pth that holds {"model": weights}.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import torch
from tokenizers import Tokenizer
from tokenizers.models import BPE
from tokenizers.pre_tokenizers import Whitespace
from tokenizers.trainers import BpeTrainer
from torch import Tensor

from engine.narration.xtts.checkpoint import tidy_weights
from engine.narration.xtts.hearing import make_bands
from engine.narration.xtts.model import Xtts
from engine.narration.xtts.sizes import read_config
from engine.narration.xtts.vocoder import WaveformDecoder

LANGUAGES = ["en", "es", "fr", "de", "it", "pt", "pl", "tr", "ru", "nl", "cs", "ar", "zh-cn", "hu", "ko", "ja", "hi"]
ARGUMENTS: dict[str, Any] = {
    "gpt_layers": 2,
    "gpt_n_model_channels": 64,
    "gpt_n_heads": 2,
    "gpt_num_audio_tokens": 66,
    "gpt_start_audio_token": 64,
    "gpt_stop_audio_token": 65,
    "gpt_max_audio_tokens": 300,
    "gpt_max_text_tokens": 402,
    "gpt_max_prompt_tokens": 70,
    "gpt_code_stride_len": 1024,
    "gpt_use_perceiver_resampler": True,
    "gpt_number_text_tokens": None,
    "gpt_start_text_token": None,
    "gpt_stop_text_token": None,
    "decoder_input_dim": 64,
}
MANNER = {"temperature": 0.75, "repetition_penalty": 5.0, "top_k": 50, "top_p": 0.85}
WORDS = (
    "the lamp went out and nobody spoke for a while who is there only the wind said the keeper ninety nine steps it "
    "was past midnight one step two steps a quiet house stood at the end of the road where no one had lived for years"
)
ALPHABET = "abcdefghijklmnopqrstuvwxyz'.,!?;:-äöüßéèêàçñıİąęółğşčžőű0123456789абвгдежзийклмнопрстуфхцчшщъыьэюя"


def make_checkpoint(folder: Path, seed: int = 0, stop_bias: float = 3.0, channels: int = 16, **arguments: Any) -> Path:
    """Write a tiny checkpoint to ``folder``.

    ``stop_bias`` is how much it likes to end, ``channels`` how wide its vocoder is (the original code knows 512 only, a
    hundred times as slow), ``arguments`` change the sizes that config.json gives.
    """
    folder.mkdir(parents=True, exist_ok=True)
    make_vocabulary(WORDS.split()).save(str(folder / "vocab.json"))
    settings = {
        "model": "xtts",
        "model_args": {**ARGUMENTS, **arguments},
        "languages": LANGUAGES,
        **MANNER,
        "gpt_cond_len": 30,
        "gpt_cond_chunk_len": 4,
        "max_ref_len": 30,
    }
    (folder / "config.json").write_text(json.dumps(settings), encoding="utf-8")
    weights = draw_weights(folder, torch.Generator().manual_seed(seed), stop_bias, channels)
    torch.save({"model": weights}, folder / "model.pth")
    return folder


def make_vocabulary(words: Iterable[str]) -> Tokenizer:
    tokenizer = Tokenizer(BPE(unk_token="[UNK]"))
    tokenizer.pre_tokenizer = Whitespace()
    tags = ["[STOP]", "[UNK]", "[SPACE]", "[START]", *(f"[{language}]" for language in LANGUAGES)]
    trainer = BpeTrainer(vocab_size=300, special_tokens=tags, initial_alphabet=list(ALPHABET), show_progress=False)
    tokenizer.train_from_iterator(words, trainer)
    return tokenizer


def draw_weights(folder: Path, random: torch.Generator, stop_bias: float, channels: int) -> dict[str, Tensor]:
    """A state dict under the names and in the shapes of the published one, weight normalisation included."""
    sizes = read_config(folder).sizes
    with torch.device("meta"):
        shapes = {name: weight.shape for name, weight in Xtts(sizes, channels).state_dict().items()}
    shapes["gpt.text_head.weight"] = torch.Size([sizes.text_tokens, sizes.width])
    shapes["gpt.text_head.bias"] = torch.Size([sizes.text_tokens])
    weights = {name: draw_weight(name, shape, random) for name, shape in shapes.items()}
    weights["gpt.mel_head.bias"][sizes.stop_audio] += stop_bias
    encoder = "hifigan_decoder.speaker_encoder.torch_spec."
    weights[f"{encoder}0.filter"] = torch.tensor([[[-0.97, 1.0]]])
    weights[f"{encoder}1.spectrogram.window"] = torch.hamming_window(400)
    weights[f"{encoder}1.mel_scale.fb"] = make_bands(257, 16_000, 8000.0, 64) * 60.0
    set_loudness(weights, sizes.width, channels, random)
    return split_normalized(weights, random)


def draw_weight(name: str, shape: torch.Size, random: torch.Generator) -> Tensor:
    def draw(spread: float) -> Tensor:
        return torch.randn(shape, generator=random) * spread

    if name.endswith("num_batches_tracked"):
        return torch.tensor(1)
    if name.endswith("running_var") or name == "mel_stats":
        return draw(0.1).abs() + 1.0
    if name.endswith("running_mean"):
        return draw(0.1)
    if len(shape) == 1:  # a bias, or the scale of a norm
        return draw(0.1) + (1.0 if name.endswith(("weight", "gamma")) else 0.0)
    if "embedding" in name or name.endswith("latents"):
        return draw(1.0)
    inputs = shape[0] if name.startswith("gpt.gpt.h.") else int(torch.tensor(shape[1:]).prod())
    # Attention is to be neither even nor all on one place, or a mask that is missing would not show.
    scale = 3.0 if "mel_head" in name else 1.6 if "c_attn" in name else 1.0
    return draw(scale * inputs**-0.5)


def set_loudness(weights: dict[str, Tensor], width: int, channels: int, random: torch.Generator) -> None:
    """So that what is spoken is neither silent nor clipped."""
    start = "hifigan_decoder.waveform_decoder."
    vocoder = WaveformDecoder(width, channels)
    vocoder.load_state_dict({name.removeprefix(start): w for name, w in weights.items() if name.startswith(start)})
    with torch.inference_mode():
        sound = vocoder(torch.randn(1, width, 40, generator=random), torch.randn(1, 512, 1, generator=random) * 0.04)
        loudness = float(torch.atanh(sound.clamp(-0.999, 0.999)).square().mean().sqrt())
    weights[f"{start}conv_post.weight"] *= 0.1 / loudness


def split_normalized(weights: dict[str, Tensor], random: torch.Generator) -> dict[str, Tensor]:
    """The vocoder's inner weights as lengths and directions of any length, as the published checkpoint has them."""
    split: dict[str, Tensor] = {}
    for name, weight in weights.items():
        if "waveform_decoder" in name and name.endswith(".weight") and (".ups." in name or ".resblocks." in name):
            stem = name.removesuffix(".weight")
            length = torch.linalg.vector_norm(weight, dim=(1, 2), keepdim=True)
            split[f"{stem}.parametrizations.weight.original0"] = length
            split[f"{stem}.parametrizations.weight.original1"] = weight * torch.rand(
                length.shape, generator=random
            ).add(0.5)
        else:
            split[name] = weight
    assert tidy_weights(split).keys() == weights.keys() - {"gpt.text_head.weight", "gpt.text_head.bias"}
    return split
