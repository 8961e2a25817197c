"""A checkpoint of XTTS v2 with random weights, of the published size or tiny, and a voice: for measuring speed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
import torch
from safetensors.torch import save_file

from engine.core_types import VoiceProfile
from engine.narration.xtts.model import Xtts
from engine.narration.xtts.sizes import Sizes, read_config
from engine.narration.xtts.vocoder import CHANNELS

ARGUMENTS: dict[str, Any] = {  # of the published XTTS v2
    "gpt_layers": 30,
    "gpt_n_model_channels": 1024,
    "gpt_n_heads": 16,
    "gpt_num_audio_tokens": 1026,
    "gpt_start_audio_token": 1024,
    "gpt_stop_audio_token": 1025,
    "gpt_max_audio_tokens": 605,
    "gpt_max_text_tokens": 402,
    "gpt_max_prompt_tokens": 70,
    "gpt_code_stride_len": 1024,
    "gpt_use_perceiver_resampler": True,
    "decoder_input_dim": 1024,
}
TINY = {
    "gpt_layers": 2,
    "gpt_n_model_channels": 64,
    "gpt_n_heads": 2,
    "gpt_num_audio_tokens": 66,
    "gpt_start_audio_token": 64,
    "gpt_stop_audio_token": 65,
    "decoder_input_dim": 64,
}


def make_checkpoint(folder: Path, changes: dict[str, Any], channels: int = CHANNELS) -> None:
    """A checkpoint of the published size, or changed, with random weights; ``channels`` is its vocoder's width."""
    folder.mkdir(parents=True)
    specials = ["[STOP]", "[UNK]", "[SPACE]", "[START]", "[en]"]
    letters = [
        *"abcdefghijklmnopqrstuvwxyz.,!?;:-' ",
        "th",
        "he",
        "in",
        "er",
        "an",
        "re",
        "on",
        "at",
        "en",
        "nd",
        "ing",
    ]
    vocabulary = {token: number for number, token in enumerate([*specials, *letters])}
    merges = ["t h", "h e", "i n", "e r", "a n", "r e", "o n", "a t", "e n", "n d", "in g"]
    told = {
        "version": "1.0",
        "added_tokens": [
            {
                "id": number,
                "content": token,
                "single_word": False,
                "lstrip": False,
                "rstrip": False,
                "normalized": False,
                "special": True,
            }
            for number, token in enumerate(specials)
        ],
        "pre_tokenizer": {"type": "Whitespace"},
        "model": {"type": "BPE", "unk_token": "[UNK]", "vocab": vocabulary, "merges": merges},
    }
    (folder / "vocab.json").write_text(json.dumps(told), encoding="utf-8")
    config = {"model": "xtts", "languages": ["en"], "model_args": {**ARGUMENTS, **changes}}
    (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
    save_file(draw_weights(read_config(folder).sizes, channels), folder / "model.safetensors")


def draw_weights(sizes: Sizes, channels: int) -> dict[str, torch.Tensor]:
    random = torch.Generator().manual_seed(0)
    with torch.device("meta"):
        shapes = Xtts(sizes, channels).state_dict()
    weights = {}
    for name, like in shapes.items():
        if like.dim() < 2:
            scale = name.endswith(("weight", "gamma", "running_var", "mel_stats", "window"))
            weights[name] = torch.full(like.shape, 1 if scale else 0, dtype=like.dtype)
        else:
            inputs = like.shape[0] if name.startswith("gpt.gpt.h.") else like[0].numel()
            weights[name] = torch.randn(like.shape, generator=random) * inputs**-0.5
            if name.endswith(".fb"):  # bands of a spectrum
                weights[name].abs_()
    return weights


def make_voice(path: Path) -> VoiceProfile:
    """Three seconds of gliding vowels: a clip that passes for a voice."""
    time_s = np.arange(3 * 24_000) / 24_000
    phase = 2 * np.pi * np.cumsum(130.0 * 2 ** (np.sin(4.4 * time_s) / 4)) / 24_000
    sound = sum(np.sin(k * phase) / k for k in range(1, 12)) * (0.6 + 0.4 * np.sin(19 * time_s))
    path.parent.mkdir(parents=True)
    soundfile.write(path, (0.1 * sound).astype(np.float32), 24_000)
    return VoiceProfile("reader", "Reader", "Vowels.", "xtts", "", "0" * 64, clips=(path,))
