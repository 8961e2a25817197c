"""The voices that come with Voxfolio: characters bent from the embedded engine's one voice. Nobody's voice is in them.

The shapes were chosen by measurement, not by ear alone: from a grid of pitches and vocal tracts, those that a speaker
embedding tells apart best while a recogniser still hears every word (``benchmarks/voices.py`` and its results).
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection

from engine.core_types import Shape, VoiceProfile
from engine.errors import ConsentMissing, NotFound
from engine.voices.engine_voices import engine_voices

# The model file inside hibari-tts 0.2; a test compares it with the installed one.
MODEL_SHA256 = "5f70741d4e900f4e85d0037498736cc1b3e1b9a63a13546a5da1e63abf4fccd8"
FINGERPRINT = hashlib.sha256(f"hibari heart {MODEL_SHA256}".encode()).hexdigest()


def preset_voices(engines: Collection[str] = ()) -> tuple[VoiceProfile, ...]:
    """Every voice that needs no recording, the studio's narrator first: the embedded engine's, and those that the
    other ``engines`` bring."""
    return (*PRESETS, *(voice for voice in engine_voices() if voice.engine in engines))


def shipped_voices() -> tuple[VoiceProfile, ...]:
    """Every shipped voice, whether or not its engine can speak here: a book keeps its voice when a model is removed."""
    return (*PRESETS, *engine_voices())


def find_preset(name: str) -> VoiceProfile:
    """The shipped voice of that name, whatever its capitals and whether or not its engine can speak here.

    Raises NotFound, naming those of the embedded engine.
    """
    wanted = name.strip().casefold()
    for voice in shipped_voices():
        if voice.name == wanted:
            return voice
    names = ", ".join(voice.name for voice in PRESETS)
    raise NotFound(f'There is no voice called "{name}". There is: {names}.')


def is_shipped(voice: VoiceProfile) -> bool:
    """Whether this is a shipped voice, in any shape: it was made of nobody's recordings, and needs nobody's leave."""
    return not voice.clips and (voice.engine, voice.speaker, voice.fingerprint) in ORIGINS


class ShippedOnly:
    """The Gate that lets through what came with Voxfolio and nothing else."""

    def check(self, voice: VoiceProfile) -> None:
        if not is_shipped(voice):
            raise ConsentMissing(f"{voice.label} is somebody's voice, and there is no record of their leave to use it.")


def _bend_heart(name: str, description: str, shape: Shape) -> VoiceProfile:
    return VoiceProfile(
        name=name,
        label=name.capitalize(),
        description=description,
        engine="hibari",
        speaker="heart",
        fingerprint=FINGERPRINT,
        shape=shape,
        licence="Apache-2.0",
    )


PRESETS = (
    _bend_heart("hazel", "A warm woman, clear and unhurried: the studio's narrator.", Shape()),
    _bend_heart("edwin", "A man with a light, even voice.", Shape(-4.0, 0.90, 1.0)),
    _bend_heart("augusta", "A grand lady, full and round.", Shape(2.5, 0.825, 0.96)),
    _bend_heart("arthur", "An old man, deep and slow.", Shape(-12.0, 0.80, 0.90)),
    _bend_heart("agnes", "An old woman, dry and in no hurry at all.", Shape(-2.0, 1.18, 0.86)),
    _bend_heart("theo", "A young man, lean and quick.", Shape(-11.0, 0.96, 1.06)),
    _bend_heart("robin", "A child of seven or eight.", Shape(6.0, 1.35, 1.05)),
    _bend_heart("bruno", "A giant of a man, dark and hollow.", Shape(-4.0, 0.71, 0.92)),
)

ORIGINS = frozenset((voice.engine, voice.speaker, voice.fingerprint) for voice in shipped_voices())
