"""Sound while the line is still being read: the vocoder over a window that moves along."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from engine.narration.xtts.vocoder import FRAME_SAMPLES, WaveformDecoder, stretch_latents

REACH = 16  # frames: further to the side no sample of the vocoder looks
UNSETTLED = 6  # frames at the end that the next token still changes
FIRST_FRAMES, FRAMES = 40, 100  # given out at a time, 94 a second; the first stretch is short, so that it comes soon


class SoundStream:
    """Makes of the latents of one line, which grow, exactly the sound they make at once, stretch by stretch."""

    def __init__(self, vocoder: WaveformDecoder, speaker: Tensor, pace: float = 1.0) -> None:
        self._vocoder, self._speaker, self._pace = vocoder, speaker, pace
        self._given = 0  # frames

    @torch.inference_mode()
    def feed(self, latents: Tensor, final: bool) -> NDArray[np.float32]:
        """All latents so far, [tokens, width] -> the samples that can be told now and were not given out before."""
        frames = stretch_latents(latents, self._pace)
        ready = frames.shape[1] - (0 if final else UNSETTLED + REACH)
        if ready - self._given < (1 if final else FRAMES if self._given else FIRST_FRAMES):
            return np.zeros(0, np.float32)
        first = max(0, self._given - REACH)
        last = min(frames.shape[1], ready + REACH)
        like = self._vocoder.conv_post.weight
        sound = self._vocoder(frames[None, :, first:last].to(like.dtype), self._speaker[None].to(like.dtype))[0]
        sound = sound[(self._given - first) * FRAME_SAMPLES : (ready - first) * FRAME_SAMPLES]
        self._given = ready
        return np.asarray(sound.float().cpu().numpy(), np.float32)
