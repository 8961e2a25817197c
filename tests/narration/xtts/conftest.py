"""The tests of XTTS: a tiny checkpoint, a voice, the engine with both. They need what `launch.py add xtts` installs."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from engine.core_types import VoiceProfile

NEEDED = ("torch", "tokenizers", "safetensors", "num2words")
MISSING = [package for package in NEEDED if find_spec(package) is None]


class ModuleThatLacks(pytest.Module):
    """In place of a file of tests that cannot even be loaded."""

    def collect(self) -> list[pytest.Item]:
        pytest.skip(f"needs {', '.join(MISSING)}, which the engine XTTS brings", allow_module_level=True)


def pytest_pycollect_makemodule(module_path: Path, parent: pytest.Collector) -> pytest.Module | None:
    return ModuleThatLacks.from_parent(parent, path=module_path) if MISSING else None


def make_voice(path: Path, name: str = "ada", pitch_hz: float = 130.0, seed: int = 0) -> VoiceProfile:
    """A voice with one clip, three seconds of vowels gliding up and down."""
    time_s = np.arange(3 * 24_000) / 24_000
    melody = pitch_hz * 2 ** (np.sin(2 * np.pi * 0.7 * time_s + seed) / 4)
    phase = 2 * np.pi * np.cumsum(melody) / 24_000
    sound = sum(np.sin(k * phase) / k * (1 + np.cos(2 * np.pi * 0.9 * k * time_s)) for k in range(1, 12))
    noise = np.random.default_rng(seed).standard_normal(len(time_s)) * 0.005
    samples = (0.08 * sound * (0.6 + 0.4 * np.sin(2 * np.pi * 3 * time_s)) + noise).astype(np.float32)
    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(path, samples, 24_000)
    return VoiceProfile(name, name.title(), "Vowels.", "xtts", "", f"{seed:064x}", clips=(path,))


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny checkpoint; not to be changed."""
    from tests.narration.xtts.tiny_checkpoint import make_checkpoint

    return make_checkpoint(tmp_path_factory.mktemp("xtts") / "model")


@pytest.fixture(scope="session")
def synthesizer(folder: Path) -> Any:
    from engine.narration.xtts.synthesizer import XttsSynthesizer

    return XttsSynthesizer(folder, device="cpu")


@pytest.fixture(scope="session")
def voice(tmp_path_factory: pytest.TempPathFactory) -> VoiceProfile:
    return make_voice(tmp_path_factory.mktemp("voices") / "ada" / "clip.flac")


@pytest.fixture(scope="session")
def other_voice(tmp_path_factory: pytest.TempPathFactory) -> VoiceProfile:
    return make_voice(tmp_path_factory.mktemp("voices") / "max" / "clip.flac", "max", 90.0, seed=1)
