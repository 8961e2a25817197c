"""What an XTTS checkpoint's config.json says: how large its networks are, how it likes to be used. No torch here."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.errors import ModelError

RATE_HZ = 24_000  # of the sound it makes
HEARING_HZ = 22_050  # at which it listens to a voice and counts time
TOKEN_SAMPLES = 1024  # of HEARING_HZ in one audio token
TOKENS_PER_S = HEARING_HZ / TOKEN_SAMPLES  # 21.53
VOICE_LATENTS = 32  # rows that say who speaks, in front of every text
EMBEDDING_WIDTH = 512  # of the speaker embedding
LARGEST_CONFIG = 5_000_000  # bytes


@dataclass(frozen=True, slots=True)
class Sizes:
    """How large the networks are. Counts of tokens; the vocabulary of the text comes from vocab.json."""

    layers: int
    width: int
    heads: int
    text_tokens: int  # entries of the text vocabulary
    audio_tokens: int  # entries of the audio vocabulary
    text_positions: int  # longest text, with its start and stop tokens
    audio_positions: int
    start_text: int
    stop_text: int
    start_audio: int
    stop_audio: int

    @property
    def most_tokens(self) -> int:
        """Audio tokens after which the original code stops in the middle of a word."""
        return self.audio_positions - 6

    @property
    def most_text(self) -> int:
        """Text tokens that fit between the start and stop tokens."""
        return self.text_positions - 4


@dataclass(frozen=True, slots=True)
class Manner:
    """How the next token is chosen, and how much of a recording is listened to."""

    temperature: float = 0.75
    top_k: int = 50
    top_p: float = 0.85
    repetition_penalty: float = 5.0
    greedy: bool = False  # always the likeliest token: for comparison, not for listening
    voice_s: int = 30  # seconds of all clips together that shape the reading
    voice_chunk_s: int = 4  # in pieces of so many seconds, which are averaged
    clip_s: int = 30  # seconds of each clip that shape the timbre


@dataclass(frozen=True, slots=True)
class Config:
    """config.json and vocab.json, read."""

    sizes: Sizes
    manner: Manner
    languages: tuple[str, ...]  # tags as the model knows them: "zh-cn"


def read_config(folder: Path) -> Config:
    """What config.json and vocab.json in ``folder`` say. Raises ModelError."""
    told, vocabulary = _read_json(folder / "config.json"), _read_json(folder / "vocab.json")
    if told.get("model") != "xtts":
        raise ModelError(
            f"The model in {folder} is not XTTS: its config.json says “{str(told.get('model'))[:40]}”. "
            "Choose a folder that holds an XTTS v2 checkpoint."
        )
    arguments = told.get("model_args")
    if not isinstance(arguments, dict):
        raise ModelError(f"The config.json in {folder} does not describe a model. Get the model again.")
    if not arguments.get("gpt_use_perceiver_resampler"):
        raise ModelError(f"The model in {folder} is XTTS version 1. Voxfolio speaks with version 2: get that one.")
    try:
        return Config(_read_sizes(arguments, vocabulary), _read_manner(told), tuple(map(str, told["languages"])))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ModelError(
            f"The config.json or vocab.json in {folder} is not complete ({error}). Get the model again."
        ) from error


def _read_json(path: Path) -> dict[str, Any]:
    try:
        if path.stat().st_size > LARGEST_CONFIG:
            raise ModelError(f"The file {path} is far too large for what it should be. Get the model again.")
        told = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise ModelError(
            f"There is no {path.name} in {path.parent}. An XTTS v2 checkpoint is config.json, vocab.json and model.pth."
        ) from error
    except (OSError, ValueError, RecursionError) as error:
        raise ModelError(f"The file {path} is damaged. Get the model again.") from error
    if not isinstance(told, dict):
        raise ModelError(f"The file {path} is damaged. Get the model again.")
    return told


def _read_sizes(arguments: dict[str, Any], vocabulary: dict[str, Any]) -> Sizes:
    def count(name: str, at_most: int) -> int:
        value = arguments[name]
        if not isinstance(value, int) or not 0 < value <= at_most:
            raise ValueError(f"{name} is {str(value)[:20]}")
        return value

    ids = {**vocabulary["model"]["vocab"], **{added["content"]: added["id"] for added in vocabulary["added_tokens"]}}
    heads = count("gpt_n_heads", 256)
    width = count("gpt_n_model_channels", 16_384)
    if width % heads or width % 8:
        raise ValueError(f"gpt_n_model_channels is {width}, which is not a multiple of gpt_n_heads")
    if count("decoder_input_dim", 16_384) != width:
        raise ValueError("decoder_input_dim is another than gpt_n_model_channels")
    for name, expected in (("gpt_code_stride_len", TOKEN_SAMPLES), ("output_sample_rate", RATE_HZ)):
        if arguments.get(name, expected) != expected:
            raise ValueError(f"{name} is {str(arguments[name])[:20]}, not {expected}")
    return Sizes(
        layers=count("gpt_layers", 200),
        width=width,
        heads=heads,
        text_tokens=max(int(value) for value in ids.values()) + 1,
        audio_tokens=count("gpt_num_audio_tokens", 1_000_000),
        text_positions=count("gpt_max_text_tokens", 100_000) + 2,
        audio_positions=count("gpt_max_audio_tokens", 100_000) + 3,
        start_text=int(ids["[START]"]),
        stop_text=int(ids["[STOP]"]),
        start_audio=count("gpt_start_audio_token", 1_000_000),
        stop_audio=count("gpt_stop_audio_token", 1_000_000),
    )


def _read_manner(told: dict[str, Any]) -> Manner:
    usual = Manner()
    return Manner(
        temperature=max(0.05, float(told.get("temperature", usual.temperature))),
        top_k=max(1, int(told.get("top_k", usual.top_k))),
        top_p=float(told.get("top_p", usual.top_p)),
        repetition_penalty=max(1.0, float(told.get("repetition_penalty", usual.repetition_penalty))),
        voice_s=max(3, int(told.get("gpt_cond_len", usual.voice_s))),
        voice_chunk_s=max(1, int(told.get("gpt_cond_chunk_len", usual.voice_chunk_s))),
        clip_s=max(3, int(told.get("max_ref_len", usual.clip_s))),
    )
