"""What XTTS is, told without loading anything."""

from __future__ import annotations

from importlib.util import find_spec

from engine.core_types import EngineCard
from engine.errors import SynthesisError
from engine.narration.xtts.sizes import RATE_HZ
from engine.narration.xtts.words import LANGUAGES

NAME = "xtts"
DECODING_VERSION = 3  # raise when the same request would sound different: it is part of every take's key
NEEDED = ("torch", "tokenizers", "safetensors", "num2words")


def make_card(model_sha256: str = "") -> EngineCard:
    """The card of XTTS with this model; without one, of the engine as it will be."""
    model = model_sha256[:16] or "no-model"
    return EngineCard(
        name=NAME,
        version=f"{model}+decoding{DECODING_VERSION}",
        rate_hz=RATE_HZ,
        languages=tuple(LANGUAGES),
        max_characters=LANGUAGES["en"].longest,
        licence="CPML: private, non-commercial use of the model and of what it speaks",
        description="Your own recorded voice in 17 languages; wants an NVIDIA graphics card.",
        clones=True,
        publishable=False,
        streams=True,
        batch_lines=64,
    )


def check_installed() -> None:
    """Raises SynthesisError that says what to do when a part is missing."""
    missing = [name for name in NEEDED if find_spec(name) is None]
    if missing:
        raise SynthesisError(
            f"The voice engine XTTS is not installed ({', '.join(missing)} is missing). "
            "Start Voxfolio with “python3 launch.py add xtts”, which installs it."
        )
