"""A text that belongs to no book, spoken: `voxfolio say`, and the sentence that introduces a voice or a word."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from engine.audio import measure_take, write_clip
from engine.core_types import Chapter, Clip, EngineCard, Gate, PauseKind, Pauses, SpeechRequest, VoiceProfile
from engine.disk import check_writable
from engine.errors import EmptyManuscript, LanguageNotSpoken, UnsupportedManuscript
from engine.growing import write_growing
from engine.language_tags import primary_subtag
from engine.manuscript.lexicon import Lexicon, LexiconEntry, find_sounds
from engine.manuscript.segments import segment_chapter
from engine.manuscript.word_classes import find_tagger
from engine.narration.synthesizer import find_card, load_synthesizer
from engine.narration.takes import speak_one, take_key

SAMPLE_TEXT = "Once the lamps were lit, she opened the old book and began to read aloud, slowly, to nobody at all."
SOUND_SUFFIXES = (".wav", ".flac")
NO_WORDS = Lexicon()
NO_WORDS_SAID = "There are no words in that text to say."


def recite(
    text: str,
    voice: VoiceProfile,
    destination: Path,
    gate: Gate,
    language: str = "en",
    lexicon: Lexicon = NO_WORDS,
) -> float:
    """Speak a text of any length into a .wav or .flac file, with the usual pauses; returns its seconds.

    ``language`` is the text's BCP 47 tag, ``lexicon`` goes before Voxfolio's own. Raises LanguageNotSpoken,
    EmptyManuscript, UnsupportedManuscript, SynthesisError, ConsentRefused.
    """
    if destination.suffix.lower() not in SOUND_SUFFIXES:
        raise UnsupportedManuscript(
            f"{destination.name} should end in .wav or .flac, the kinds of file that can be written here."
        )
    check_writable(destination.parent, "write the sound file")
    synthesizer, pauses = load_synthesizer(voice.engine, gate), Pauses()
    rate_hz = synthesizer.card.rate_hz
    pieces: list[np.ndarray] = []
    for request, pause in plan_recital(text, voice, synthesizer.card, language, lexicon):
        clip = speak_one(synthesizer, request)
        measures = measure_take(clip)
        start, end = (
            int(s * rate_hz) for s in (max(0.0, measures.speech_start_s - 0.05), measures.speech_end_s + 0.05)
        )
        pieces += [clip.samples[start:end], np.zeros(int(pauses.seconds_for(pause) * rate_hz), np.float32)]
    if not pieces:
        raise EmptyManuscript(NO_WORDS_SAID)
    spoken = Clip(np.concatenate(pieces).astype(np.float32), rate_hz)
    write_clip(spoken, destination)
    return spoken.seconds


def stream_recital(
    text: str, voice: VoiceProfile, gate: Gate, language: str = "en", lexicon: Lexicon = NO_WORDS
) -> Iterator[Clip]:
    """The same in stretches, each as soon as it can be heard; nothing in it is looked at and said again. Raises
    LanguageNotSpoken, EmptyManuscript, SynthesisError, ConsentRefused."""
    synthesizer, pauses = load_synthesizer(voice.engine, gate), Pauses()
    rate_hz, lines = synthesizer.card.rate_hz, list(plan_recital(text, voice, synthesizer.card, language, lexicon))
    if not lines:
        raise EmptyManuscript(NO_WORDS_SAID)
    for request, pause in lines:
        yield from synthesizer.stream(request)
        yield Clip(np.zeros(int(pauses.seconds_for(pause) * rate_hz), np.float32), rate_hz)


def plan_recital(
    text: str, voice: VoiceProfile, card: EngineCard, language: str = "en", lexicon: Lexicon = NO_WORDS
) -> Iterator[tuple[SpeechRequest, PauseKind]]:
    """The lines of a text as an engine is given them, each with the pause after it. Raises LanguageNotSpoken."""
    code = primary_subtag(language)
    if code not in card.languages:
        raise LanguageNotSpoken(
            f"{voice.label} does not speak “{language}”, only {', '.join(card.languages)}. Choose another voice."
        )
    for line in segment_chapter(Chapter("", text), language, card.max_characters, lexicon=lexicon):
        if line.said:
            sounds = find_sounds(line.said, lexicon, find_tagger(language)) if card.takes_phonemes else ()
            yield SpeechRequest(line.said, voice, language=code, sounds=sounds), line.pause


@dataclass(frozen=True, slots=True)
class Sample:
    """A short text to be heard in a voice."""

    voice: str  # VoiceProfile's name
    text: str
    language: str = "en"
    lexicon: Lexicon = NO_WORDS

    def note(self) -> dict[str, object]:
        """As the render queue keeps it."""
        words = [asdict(entry) for entry in self.lexicon.entries]
        return {"voice": self.voice, "text": self.text, "language": self.language, "words": words}


def read_sample(note: Mapping[str, Any]) -> Sample:
    """The sample of a note in the render queue."""
    words = tuple(LexiconEntry(**entry) for entry in note.get("words", ()))
    return Sample(note["voice"], note["text"], note.get("language", "en"), Lexicon(words))


def place_sample(
    folder: Path, text: str, voice: VoiceProfile, language: str = "en", lexicon: Lexicon = NO_WORDS
) -> Path:
    """Where the sound of a short text in a voice lies once it was spoken: named by its content."""
    card = find_card(voice.engine)
    keys = [take_key(request, card) for request, _ in plan_recital(text, voice, card, language, lexicon)]
    return folder / "samples" / f"{hashlib.sha256(' '.join(keys).encode()).hexdigest()[:24]}.flac"


def find_sample(
    folder: Path, text: str, voice: VoiceProfile, gate: Gate, language: str = "en", lexicon: Lexicon = NO_WORDS
) -> Path:
    """A sound file of a short text in a voice; spoken once, then found again. While an engine that streams speaks it,
    it grows beside (`growing_beside`)."""
    path, card = place_sample(folder, text, voice, language, lexicon), find_card(voice.engine)
    if not path.exists() and card.streams:
        clips, growing = stream_recital(text, voice, gate, language, lexicon), growing_beside(path)
        write_clip(write_growing(clips, growing, card.rate_hz), path, "keep a sound")
        with suppress(OSError):  # somebody may still be listening; the folder is emptied at the next start
            growing.unlink()
    elif not path.exists():
        recite(text, voice, path, gate, language, lexicon)
    return path


def growing_beside(path: Path) -> Path:
    """The file in which the sound that is to lie at ``path`` grows."""
    return path.with_name(f"{path.name.partition('.')[0]}.growing.wav")
