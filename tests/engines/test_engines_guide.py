"""The smallest engine of docs/engines.md is a real one."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine.core_types import Shape, SpeechRequest
from engine.errors import SynthesisError
from engine.narration.takes import speak_one
from tests.engines.conftest import AllowAll
from tests.fakes import FAKE_VOICE, plug_in

GUIDE = Path(__file__).parents[2] / "docs" / "engines.md"
VOICE = replace(FAKE_VOICE, engine="whistle")


@pytest.fixture
def whistle() -> Any:
    """The engine as the guide writes it down."""
    code = re.search(r"```python\n(\"\"\"A tone.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)
    assert code is not None
    names: dict[str, Any] = {}
    exec(compile(code[1], "docs/engines.md", "exec"), names)
    return names["WhistleSynthesizer"]()


def test_the_smallest_engine_speaks_when_it_is_plugged_in(whistle):
    from engine.narration.synthesizer import find_card, load_synthesizer

    with plug_in(whistle):
        assert find_card("whistle").description == "Whistles."
        clip = speak_one(load_synthesizer("whistle", AllowAll()), SpeechRequest("The lamp went out.", VOICE))
    assert 0.5 < clip.seconds < 3.0 and 0.05 < np.abs(clip.samples).max() < 1.0


def test_the_smallest_engine_keeps_the_promises(whistle):
    def speak(text="The lamp went out.", seed=0, **shape):
        return speak_one(whistle, SpeechRequest(text, replace(VOICE, shape=Shape(**shape)), seed)).samples

    assert np.array_equal(speak(), speak()) and not np.array_equal(speak(), speak(seed=1))
    assert len(speak(pace=1.5)) < len(speak()) and not np.array_equal(speak(), speak(semitones=2.0))
    with pytest.raises(SynthesisError, match="nothing to say"):
        speak("…")


def test_the_guide_names_every_engine_and_file():
    text = GUIDE.read_text(encoding="utf-8")
    for path in re.findall(r"`((?:engine|tests)/[\w/]+\.py)`", text):
        assert (GUIDE.parents[1] / path).is_file(), path
    for name in ("hibari", "Kokoro", "Pocket TTS", "XTTS"):
        assert name in text
