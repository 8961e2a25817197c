"""A text that belongs to no book, spoken: `voxfolio say`, and the sentence that introduces a voice."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np

from engine.audio import measure_take, write_clip
from engine.core_types import Chapter, Clip, Gate, Pauses, SpeechRequest, VoiceProfile
from engine.disk import check_writable
from engine.errors import EmptyManuscript, UnsupportedManuscript
from engine.manuscript.segments import segment_chapter
from engine.narration.synthesizer import find_card, load_synthesizer
from engine.narration.takes import speak_one, take_key

SAMPLE_TEXT = "Once the lamps were lit, she opened the old book and began to read aloud, slowly, to nobody at all."
SOUND_SUFFIXES = (".wav", ".flac")


def recite(text: str, voice: VoiceProfile, destination: Path, gate: Gate) -> float:
    """Speak a text of any length into a .wav or .flac file, with the usual pauses; returns its seconds."""
    if destination.suffix.lower() not in SOUND_SUFFIXES:
        raise UnsupportedManuscript(
            f"{destination.name} should end in .wav or .flac, the kinds of file that can be written here."
        )
    check_writable(destination.parent, "write the sound file")
    synthesizer, pauses = load_synthesizer(voice.engine, gate), Pauses()
    rate_hz = synthesizer.card.rate_hz
    pieces: list[np.ndarray] = []
    for line in segment_chapter(Chapter("", text), "en", synthesizer.card.max_characters):
        if not line.said:
            continue
        clip = speak_one(synthesizer, SpeechRequest(line.said, voice))
        measures = measure_take(clip)
        start, end = (
            int(s * rate_hz) for s in (max(0.0, measures.speech_start_s - 0.05), measures.speech_end_s + 0.05)
        )
        pieces += [clip.samples[start:end], np.zeros(int(pauses.seconds_for(line.pause) * rate_hz), np.float32)]
    if not pieces:
        raise EmptyManuscript("There are no words in that text to say.")
    spoken = Clip(np.concatenate(pieces).astype(np.float32), rate_hz)
    write_clip(spoken, destination)
    return spoken.seconds


def find_sample(folder: Path, text: str, voice: VoiceProfile, gate: Gate) -> Path:
    """A sound file of a short text in a voice; spoken once, then found again by its content."""
    key = take_key(SpeechRequest(text, voice), find_card(voice.engine))
    path = folder / "samples" / f"{hashlib.sha256(key.encode()).hexdigest()[:24]}.flac"
    if not path.exists():
        recite(text, voice, path, gate)
    return path
