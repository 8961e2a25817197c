"""Who reads whose lines. Nobody is silently the narrator: a speaker without a voice is an error a person sees."""

from __future__ import annotations

from engine.core_types import Cast, VoiceProfile
from engine.errors import UncastSpeaker


def voice_of(cast: Cast, speaker: str) -> VoiceProfile:
    """The voice that reads this speaker's lines. Raises UncastSpeaker."""
    try:
        return cast.voices[speaker]
    except KeyError:
        raise UncastSpeaker(
            f"{speaker} has lines but no voice yet. Choose a voice for {speaker}, then go on."
        ) from None
