"""The voices that other engines bring with their models, ready to speak: nobody's, or given for this by their readers.

They are listed when their engine can speak here, and let through the gate as shipped voices are. What a description
says of pitch and melody was measured (`benchmarks/engines.py`); the rest is what one hears.
"""

from __future__ import annotations

import hashlib

from engine.core_types import VoiceProfile

# The weights these lines were written for; a test compares them with the model list.
KOKORO_SHA256 = "fbae9257e1e05ffc727e951ef9b9c98418e6d79f1c9b6b13bd59f5c9028a1478"
KINDS = {"af": "American woman", "am": "American man", "bf": "British woman", "bm": "British man"}
KOKORO = {
    "af_heart": "warm and close",
    "af_bella": "bright, with a lively melody",
    "af_sarah": "clear, with a lively melody",
    "af_jessica": "young, high and quick",
    "af_aoede": "dark and full",
    "af_river": "plain and quick",
    "af_kore": "low and firm",
    "af_nova": "low and quiet",
    "af_alloy": "very low and even",
    "af_sky": "soft and low",
    "af_nicole": "whispering, close to the ear",
    "am_michael": "warm and unhurried",
    "am_fenrir": "strong, with a lively melody",
    "am_puck": "eager, with the liveliest melody",
    "am_adam": "loud and firm",
    "am_echo": "deep and even",
    "am_liam": "plain and quick",
    "am_eric": "light and quick",
    "am_onyx": "very deep",
    "am_santa": "old and jolly",
    "bf_emma": "clear and even",
    "bf_isabella": "bright and even",
    "bf_lily": "soft",
    "bf_alice": "high and lively",
    "bm_george": "dark and slow",
    "bm_fable": "a teller of stories, with a lively melody",
    "bm_lewis": "very deep and slow",
    "bm_daniel": "plain and even",
}
POCKET = {
    "alba": "A woman with a Scottish voice, casual and friendly.",
    "bill_boerst": "An American man, an experienced reader of books.",
    "peter_yearsley": "A British man, an experienced reader of books.",
    "stuart_bell": "A man, calm and clear.",
    "caro_davy": "A woman, calm and clear.",
}


def engine_voices() -> tuple[VoiceProfile, ...]:
    """All of them, whether or not their engine can speak here."""
    return ENGINE_VOICES


def _list_kokoro() -> tuple[VoiceProfile, ...]:
    return tuple(
        VoiceProfile(
            name=f"kokoro-{speaker.partition('_')[2]}",
            label=speaker.partition("_")[2].capitalize(),
            description=f"{'A' if speaker.startswith('b') else 'An'} {KINDS[speaker[:2]]}, {character}.",
            engine="kokoro",
            speaker=speaker,
            fingerprint=hashlib.sha256(f"kokoro {speaker} {KOKORO_SHA256}".encode()).hexdigest(),
            licence="Apache-2.0",
        )
        for speaker, character in KOKORO.items()
    )


def _list_pocket() -> tuple[VoiceProfile, ...]:
    return tuple(
        VoiceProfile(
            name=f"pocket-{speaker.replace('_', '-')}",
            label=speaker.replace("_", " ").title(),
            description=description,
            engine="pocket",
            speaker=speaker,
            fingerprint=hashlib.sha256(f"pocket {speaker}".encode()).hexdigest(),
            licence="CC-BY-4.0",
        )
        for speaker, description in POCKET.items()
    )


ENGINE_VOICES = (*_list_kokoro(), *_list_pocket())
