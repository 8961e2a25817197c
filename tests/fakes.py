"""Stand-ins that keep the real promises, for tests in which the sound itself does not matter."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from unittest.mock import patch

import numpy as np
from numpy.typing import NDArray

from engine.core_types import Clip, EngineCard, SpeechRequest, Synthesizer, VoiceProfile
from engine.errors import SynthesisError
from engine.narration.synthesizer import ENGINES, Engine

QUIET_S = 0.1  # at both ends, as a real engine leaves
GAP_S = 0.04  # between words
CHARACTER_S = 0.06
BURST_LEVEL = 0.2

FAKE_VOICE = VoiceProfile(
    name="beep",
    label="Beep",
    description="A tone for each word.",
    engine="fake",
    speaker="tone",
    fingerprint="0" * 64,
    licence="CC0-1.0",
)


class FakeSynthesizer:
    """A real engine of the simplest kind: a tone for each word.

    The tone's pitch depends on the voice and its shape, its length on the word and the pace, its phase on the seed.
    Keeps the whole contract, in a hundredth of the time; no state, so any thread may use it.
    """

    def __init__(self, name: str = "fake") -> None:
        self.card = EngineCard(
            name=name,
            version="1",
            rate_hz=24_000,
            languages=("en",),
            max_characters=300,
            licence="CC0-1.0",
            description="A tone for each word.",
        )

    def speak(self, requests: Sequence[SpeechRequest]) -> Iterator[Clip | SynthesisError]:
        for request in requests:
            words = [word for word in request.spoken_text.split() if any(letter.isalnum() for letter in word)]
            if words:
                yield Clip(self._sound_words(words, request), self.card.rate_hz)
            else:
                yield SynthesisError("There is nothing to say in this line. Change the words or leave it out.")

    def _sound_words(self, words: Sequence[str], request: SpeechRequest) -> NDArray[np.float32]:
        rate_hz, shape = self.card.rate_hz, request.voice.shape
        pitch_hz = find_fake_pitch(request.voice)
        quiet = np.zeros(int(QUIET_S * rate_hz))
        gap = np.zeros(int(GAP_S / shape.pace * rate_hz))
        pieces = [quiet]
        for word in words:
            time_s = np.arange(int(len(word) * CHARACTER_S / shape.pace * rate_hz)) / rate_hz
            tone = np.sin(2 * np.pi * pitch_hz * time_s + request.seed)
            tone += 0.3 * np.sin(2 * np.pi * 3 * pitch_hz * time_s)
            pieces += [BURST_LEVEL * tone * np.hanning(len(tone)), gap]
        return np.concatenate([*pieces, quiet]).astype(np.float32)


def find_fake_pitch(voice: VoiceProfile) -> float:
    """120 to 240 Hz by the voice's fingerprint, bent by its shape."""
    number = int(hashlib.sha256(voice.fingerprint.encode()).hexdigest()[:8], 16)
    return (120.0 + number % 121) * 2 ** (voice.shape.semitones / 12) * voice.shape.formant


def plug_in(synthesizer: Synthesizer, name: str | None = None) -> AbstractContextManager[object]:
    """For the length of a ``with``, the engine of that name (the card's own by default) is ``synthesizer``.

    ``plug_in(FakeSynthesizer("hibari"))`` makes every preset voice speak in tones.
    """
    engine = Engine(lambda: synthesizer.card, lambda: synthesizer)
    return patch.dict(ENGINES, {name or synthesizer.card.name: engine})
