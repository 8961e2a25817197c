"""A desk over an empty workspace, with a small model that can be had from this machine."""

from __future__ import annotations

import argparse
import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from unittest.mock import patch

import numpy as np
import pytest

from engine.audio import write_clip
from engine.core_types import Clip, VoiceProfile
from engine.engine_desk import EngineDesk
from engine.narration import downloads, synthesizer
from engine.narration.machine import NEEDS, EngineNeeds, Machine
from engine.narration.model_list import CPML, MODELS, ModelCard, ModelFile
from engine.settings import Settings
from tests.fakes import FakeSynthesizer, plug_in
from tests.narration.model_server import Served, serving

WEIGHTS = b"weights " * 40_000


class AllowAll:
    def check(self, voice: VoiceProfile) -> None:
        pass


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    (tmp_path / "workspace").mkdir()
    return Settings(tmp_path / "workspace")


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Served]:
    monkeypatch.setattr(downloads, "FIRST_WAIT_S", 0.001)
    for name in ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    with serving() as served:
        served.files = {"weights.bin": WEIGHTS}
        yield served


@pytest.fixture
def card(server: Served) -> Iterator[ModelCard]:
    """The fake engine's model: one file, under a licence that has to be accepted."""
    file = ModelFile("weights.bin", f"{server.url}/weights.bin", len(WEIGHTS), hashlib.sha256(WEIGHTS).hexdigest())
    made = ModelCard("beeps", "Beeps", "Makes the fake engine beep.", "fake", (file,), CPML)
    with patch.dict(MODELS, {"beeps": made}):
        yield made


@pytest.fixture
def recorded(tmp_path: Path) -> VoiceProfile:
    """Somebody's recorded voice; the recording itself is of no matter here."""
    path = tmp_path / "ada.flac"
    noise = 0.05 * np.random.default_rng(0).standard_normal(48_000)
    write_clip(Clip(noise.astype(np.float32), 24_000), path)
    return VoiceProfile("ada", "Ada", "Ada's own.", "xtts", "ada", "1" * 64, consent_id="c", clips=(path,))


@pytest.fixture
def desk(settings: Settings, recorded: VoiceProfile) -> Iterator[EngineDesk]:
    """A desk at which a fake engine stands beside the others; nothing is installed but what the base install has."""
    missing = EngineNeeds(("no_such_package",), "A package that is not here.", 250, 2_900)
    before = synthesizer._models
    with (
        plug_in(FakeSynthesizer()),
        patch.dict(NEEDS, {"xtts": missing, "pocket": missing, "fake": EngineNeeds((), "Nothing but its model.")}),
        patch("engine.engine_desk.look_at_machine", lambda: Machine(None, 8.0, 2)),
    ):
        yield EngineDesk(settings, AllowAll, lambda: [recorded])
    synthesizer.use_models(before)


@pytest.fixture
def command() -> Callable[..., argparse.Namespace]:
    """The options a command would be given for these words."""

    def read(add_options: Callable[[argparse.ArgumentParser], None], *words: str | Path) -> argparse.Namespace:
        parser = argparse.ArgumentParser()
        parser.set_defaults(parser=parser)
        add_options(parser)
        return parser.parse_args([str(word) for word in words])

    return read


@pytest.fixture
def production(desk: EngineDesk, settings: Settings) -> SimpleNamespace:
    """As much of the production as the Engines page and `compare` ask for."""
    return SimpleNamespace(engine_desk=desk, settings=settings, close=lambda: None)
