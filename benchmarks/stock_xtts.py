"""The original XTTS code, coqui-tts, as the yardstick of tests and benchmarks; the product does not use it.

coqui-tts asks for torchaudio and torchcodec. Neither can be loaded beside a CPU build of PyTorch, and of both, speaking
needs two functions of torchaudio: a resampler and a mel spectrogram. Where torchaudio cannot be loaded, a stand-in with
these two takes its place for as long as coqui-tts is being loaded. This file can go when coqui-tts loads without them.
"""

from __future__ import annotations

import contextlib
import importlib.machinery
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import torch
from torch import Tensor, nn

from engine.narration.xtts.hearing import make_bands, resample


class MelSpectrogram(nn.Module):
    """As torchaudio's of that name, for the arguments that XTTS gives."""

    def __init__(
        self, sample_rate: int, n_fft: int, win_length: int, hop_length: int, n_mels: int, **others: Any
    ) -> None:
        super().__init__()
        self.n_fft, self.hop_length = n_fft, hop_length
        self.spectrogram, self.mel_scale = nn.Module(), nn.Module()
        self.spectrogram.register_buffer("window", others.get("window_fn", torch.hann_window)(win_length))
        bands = make_bands(n_fft // 2 + 1, sample_rate, others.get("f_max") or sample_rate / 2, n_mels)
        if others.get("norm") != "slaney":  # triangles of height 1, not of area 1
            bands = bands / bands.new_tensor(_areas(sample_rate, others.get("f_max") or sample_rate / 2, n_mels))
        self.mel_scale.register_buffer("fb", bands)

    def forward(self, samples: Tensor) -> Tensor:
        window = self.spectrogram.get_buffer("window")
        spectrum = torch.stft(
            samples, self.n_fft, self.hop_length, len(window), window, pad_mode="reflect", return_complex=True
        )
        return self.mel_scale.get_buffer("fb").T @ spectrum.abs().square()


def _areas(rate_hz: int, top_hz: float, bands: int) -> list[float]:
    top = 2595.0 * torch.log10(torch.tensor(1.0 + top_hz / 700.0))
    corners = 700.0 * (10.0 ** (torch.linspace(0.0, float(top), bands + 2) / 2595.0) - 1.0)
    return [float(area) for area in 2.0 / (corners[2:] - corners[:-2])]


def _make_stand_in() -> dict[str, ModuleType]:
    names = ("torchaudio", "torchaudio.functional", "torchaudio.transforms", "torchcodec")
    modules: dict[str, Any] = {name: ModuleType(name) for name in names}
    for name, module in modules.items():
        module.__spec__ = importlib.machinery.ModuleSpec(name, None)
        module.__version__ = "0"
    modules["torchaudio"].functional = modules["torchaudio.functional"]
    modules["torchaudio"].transforms = modules["torchaudio.transforms"]
    modules["torchaudio.functional"].resample = resample
    modules["torchaudio.transforms"].MelSpectrogram = MelSpectrogram
    return modules


@contextlib.contextmanager
def _torchaudio_at_hand() -> Iterator[None]:
    try:
        import torchaudio  # noqa: F401
        import torchcodec  # noqa: F401

        yield
        return
    except (ImportError, OSError, RuntimeError):
        pass
    for name in [name for name in sys.modules if name.split(".")[0] in ("torchaudio", "torchcodec")]:
        del sys.modules[name]
    modules = _make_stand_in()
    sys.modules.update(modules)
    try:
        import transformers  # noqa: F401  it looks for torchaudio by itself, and is to see what is really there

        yield
    finally:
        for name in modules:
            sys.modules.pop(name, None)


def load_stock(folder: Path) -> Any:
    """The original model of the checkpoint in ``folder``, ready to speak. It may rewrite the checkpoint's file.

    Raises ImportError without coqui-tts.
    """
    with _torchaudio_at_hand():
        from TTS.tts.configs.xtts_config import XttsConfig
        from TTS.tts.models.xtts import Xtts
    config = XttsConfig()
    config.load_json(str(folder / "config.json"))
    model = Xtts(config)
    model.load_checkpoint(config, checkpoint_dir=str(folder), eval=True)
    return model


def make_stock(config: Any) -> Any:
    """The original model of that size with random weights."""
    with _torchaudio_at_hand():
        from TTS.tts.models.xtts import Xtts
    return Xtts(config)


def stock_config(**arguments: Any) -> Any:
    """The original code's settings as they are published with XTTS v2, the model's arguments changed as given."""
    with _torchaudio_at_hand():
        from TTS.tts.configs.xtts_config import XttsArgs, XttsConfig
    config = XttsConfig()
    config.model_args = XttsArgs(**{"gpt_use_perceiver_resampler": True, **arguments})
    config.temperature, config.repetition_penalty, config.top_k, config.top_p = 0.75, 5.0, 50, 0.85
    config.gpt_cond_len, config.gpt_cond_chunk_len, config.max_ref_len = 30, 4, 30
    return config
