"""Measures what each shipped voice sounds like, as it is and in every shape a cast may give it, and writes
assets/models/preset_voices.json.

    python -m benchmarks.preset_likeness

Run it again when the embedded engine, a shipped voice or the ways to bend one change; a few minutes.
"""

from __future__ import annotations

import json

import numpy as np

from engine.audio import resample
from engine.core_types import Clip, SpeechRequest, VoiceProfile
from engine.narration.synthesizer import load_synthesizer
from engine.narration.takes import speak_one
from engine.suggesting import list_choices
from engine.voices.likeness import embed_speech
from engine.voices.preset_likeness import MEASURED, name_shape_exactly
from engine.voices.presets import FINGERPRINT, ShippedOnly, preset_voices

SENTENCES = (
    "Once the lamps were lit, she opened the old book and began to read aloud, slowly, to nobody at all.",
    "Nobody had told the boy that the road over the hill would be so long, or the night so cold.",
)


def measure(voice: VoiceProfile) -> list[float]:
    """The embedding of a voice over all sentences, in four decimals."""
    engine = load_synthesizer("hibari", ShippedOnly())
    spoken = [resample(speak_one(engine, SpeechRequest(text, voice)), 24_000) for text in SENTENCES]
    joined = Clip(np.concatenate([clip.samples for clip in spoken]), 24_000)
    return [round(float(value), 4) for value in embed_speech(joined)]


def main() -> None:
    measured: dict[str, list[float]] = {}
    for preset in preset_voices():
        for choice in list_choices(preset):
            shape = name_shape_exactly(choice.voice.shape)
            if shape not in measured:
                measured[shape] = measure(choice.voice)
                print(preset.name, shape, flush=True)
    MEASURED.write_text(json.dumps({"fingerprint": FINGERPRINT, "voices": measured}) + "\n", encoding="utf-8")
    print(f"{len(measured)} voices, {MEASURED.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
