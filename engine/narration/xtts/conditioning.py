"""A person's chosen clips -> what the model knows of their voice, worked out once and kept beside the profile.

The kept file is named after the clips' content and the model's, so another clip or another model makes another; it lies
in the profile's own folder and goes with it when the voice is withdrawn.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

from engine.audio import read_clip
from engine.core_types import VoiceProfile
from engine.disk import hash_file, write_beside
from engine.errors import AudioError, RecordingRefused, WorkspaceError
from engine.narration.reference import check_voice_heard
from engine.narration.xtts.hearing import hear_voice, resample
from engine.narration.xtts.model import Xtts
from engine.narration.xtts.sizes import EMBEDDING_WIDTH, HEARING_HZ, VOICE_LATENTS, Manner
from engine.narration.xtts.voice_encoder import TIMBRE_HZ

FOLDER = "conditioning"
LAYOUT = "1"  # raise when the same clips would be heard otherwise
SHORTEST_S = 1.0  # of all clips together
SHORTEST_CHUNK_S = 0.33


@dataclass(frozen=True, slots=True)
class Conditioning:
    """What the model knows of a voice."""

    latents: Tensor  # [VOICE_LATENTS, width], for the network that reads
    embedding: Tensor  # [EMBEDDING_WIDTH, 1], for the vocoder


def find_conditioning(model: Xtts, voice: VoiceProfile, model_sha256: str, manner: Manner) -> Conditioning:
    """Of the voice's clips: from where it is kept, or listened to now and kept there.

    Both tensors are in float32 on the processor. Raises RecordingRefused when no voice can be heard in the clips.
    """
    if not voice.clips:
        raise RecordingRefused(
            f'The voice "{voice.name}" has no recordings, and XTTS speaks only with a recorded voice. '
            "Record one, or choose another engine for it."
        )
    kept = voice.clips[0].parent / FOLDER / f"{name_conditioning(voice, model_sha256, manner)}.safetensors"
    known = _read_conditioning(kept, model.gpt.sizes.width)
    if known is None:
        known = listen_to_clips(model, voice, manner)
        _keep_conditioning(known, kept)
    return known


def name_conditioning(voice: VoiceProfile, model_sha256: str, manner: Manner) -> str:
    """Names what comes of these clips with this model. Raises RecordingRefused when a clip is gone."""
    ingredients = [LAYOUT, model_sha256, str((manner.voice_s, manner.voice_chunk_s, manner.clip_s))]
    for clip in voice.clips:
        try:
            stat = clip.stat()
            ingredients.append(_hash_clip(clip, stat.st_size, stat.st_mtime_ns))
        except OSError as error:
            raise RecordingRefused(
                f'The recording {clip.name} of the voice "{voice.name}" is not there any more. Make the voice again.'
            ) from error
    return hashlib.sha256("\n".join(ingredients).encode()).hexdigest()[:40]


@lru_cache(maxsize=1024)
def _hash_clip(path: Path, size: int, changed_ns: int) -> str:
    return hash_file(path)


def listen_to_clips(model: Xtts, voice: VoiceProfile, manner: Manner) -> Conditioning:
    """Work it out anew. Raises RecordingRefused."""
    device = model.mel_stats.device
    clips = [_read_voice(path, voice.name)[:, : HEARING_HZ * manner.clip_s] for path in voice.clips]
    whole = torch.cat(clips, dim=1)[:, : HEARING_HZ * manner.voice_s]
    if whole.shape[1] < SHORTEST_S * HEARING_HZ:
        raise RecordingRefused(
            f'The recordings of the voice "{voice.name}" are too short: at least {SHORTEST_S:g} s are needed, '
            "and half a minute is better. Record more."
        )
    check_voice_heard(whole[0].numpy(), HEARING_HZ, voice.name)
    with torch.inference_mode():
        cut = torch.split(whole, HEARING_HZ * manner.voice_chunk_s, dim=1)
        chunks = [chunk for chunk in cut if chunk.shape[1] >= SHORTEST_CHUNK_S * HEARING_HZ]
        heard = [model.gpt.listen(hear_voice(chunk, model.mel_stats.cpu()).to(device)) for chunk in chunks]
        timbres = [model.speaker_encoder(resample(clip, HEARING_HZ, TIMBRE_HZ).to(device)) for clip in clips]
        return Conditioning(
            torch.stack(heard).mean(dim=0)[0].float().cpu().clone(),
            torch.stack(timbres).mean(dim=0)[0, :, None].float().cpu().clone(),
        )


def _read_voice(path: Path, name: str) -> Tensor:
    try:
        clip = read_clip(path)
    except AudioError as error:
        raise RecordingRefused(f'A recording of the voice "{name}" cannot be read: {error}') from error
    if not np.isfinite(clip.samples).all():
        raise RecordingRefused(f'The recording {path.name} of the voice "{name}" is damaged. Record it again.')
    samples = torch.from_numpy(np.ascontiguousarray(clip.samples))[None]
    return resample(samples, clip.rate_hz, HEARING_HZ).clamp(-1.0, 1.0)


def _read_conditioning(path: Path, width: int) -> Conditioning | None:
    """What is kept there; None when there is nothing, or not what it should be."""
    if not path.is_file():
        return None
    try:
        with safe_open(path, framework="pt", device="cpu") as file:
            latents, embedding = file.get_tensor("gpt_cond_latent"), file.get_tensor("speaker_embedding")
    except (SafetensorError, OSError, ValueError):
        return None
    if latents.shape != (VOICE_LATENTS, width) or embedding.shape != (EMBEDDING_WIDTH, 1):
        return None
    return Conditioning(latents, embedding)


def _keep_conditioning(conditioning: Conditioning, path: Path) -> None:
    """Keep it where it will be looked for; a folder that nothing may be written in is done without."""
    try:
        path.parent.mkdir(exist_ok=True)
        with write_beside(path) as partial:
            save_file({"gpt_cond_latent": conditioning.latents, "speaker_embedding": conditioning.embedding}, partial)
    except (OSError, WorkspaceError, SafetensorError):
        return
