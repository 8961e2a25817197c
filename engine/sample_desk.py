"""Short texts to be heard: a sentence in a voice, a word as it is pronounced, and what `voxfolio say` writes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from engine.core_types import Gate, VoiceProfile
from engine.errors import NotFound
from engine.growing import Growing, read_growing, wait_for
from engine.line_desk import await_sound, have_done
from engine.manuscript.lexicon import Lexicon, LexiconEntry
from engine.narration.synthesizer import find_card
from engine.project.queue import RenderQueue
from engine.recital import SAMPLE_TEXT, Sample, find_sample, growing_beside, place_sample, read_sample, recite
from engine.shelf_types import BookSummary, JobKind

GROWING = re.compile(r"([0-9a-f]{24})\.growing\.wav")


class SampleDesk:
    """What a person tries out. Methods raise NotFound, SynthesisError, ConsentRefused, LanguageNotSpoken."""

    def __init__(
        self,
        scratch: Path,
        queue: RenderQueue,
        find_speaker: Callable[[str, str], VoiceProfile],
        make_gate: Callable[[], Gate],
        find_lexicon: Callable[[str], Lexicon],
    ) -> None:
        """``find_speaker`` gives a voice by name with the engine it speaks a language with."""
        self._scratch, self._queue = scratch, queue
        self._find_speaker, self._make_gate, self._find_lexicon = find_speaker, make_gate, find_lexicon

    def hear_voice(self, name: str, text: str | None = None) -> Path:
        """A sentence in a voice, as a sound file."""
        return self._hear(Sample(self._find_speaker(name, "en").name, text or SAMPLE_TEXT))

    def follow_voice(self, name: str, text: str | None = None) -> Path | Growing:
        """The same, at once: the file, or what to follow while an engine that streams is still speaking it."""
        voice, words = self._find_speaker(name, "en"), text or SAMPLE_TEXT
        if not find_card(voice.engine).streams or not self._queue.has_worker():
            return self.hear_voice(name, text)
        path = place_sample(self._scratch, words, voice)
        if path.is_file():
            return path
        job_id = self._queue.add(JobKind.SAMPLE, "", Sample(voice.name, words).note()).id
        if wait_for(growing_beside(path), lambda: self._queue.job(job_id).state.over):
            return Growing(growing_beside(path), job_id)
        return await_sound(self._queue, job_id)

    def hear_growing(self, name: str, job_id: int) -> Path | Iterator[bytes]:
        """A sound that `follow_voice` named, as it comes; the file of the whole when it is done by now."""
        known = GROWING.fullmatch(name)
        if known is None:
            raise NotFound("The sound is no longer there. Press the button again.")
        try:
            return read_growing(self._scratch / "samples" / name, lambda: self._queue.job(job_id).state.over)
        except FileNotFoundError:
            return self._scratch / "samples" / f"{known[1]}.flac"

    def hear_words(self, book: BookSummary, text: str, entry: LexiconEntry | None = None) -> Path:
        """A text in the voice that narrates a book, as Voxfolio says it by itself or as a pronunciation has it."""
        return self._hear(Sample(book.voice, text, book.language, Lexicon((entry,) if entry else ())))

    def say(self, text: str, voice: str, destination: Path, language: str = "en") -> float:
        """Speak a text of any length into a .wav or .flac file; returns its seconds."""
        speaker = self._find_speaker(voice, language)
        return recite(text, speaker, destination, self._make_gate(), language, self._find_lexicon(""))

    def speak(self, note: Mapping[str, object]) -> Path:
        """Speak what a note in the queue says, here and now: the worker's part of what is heard."""
        one = read_sample(note)
        voice = self._find_speaker(one.voice, one.language)
        return find_sample(self._scratch, one.text, voice, self._make_gate(), one.language, one.lexicon)

    def _hear(self, sample: Sample) -> Path:
        note = sample.note()
        return have_done(self._queue, JobKind.SAMPLE, "", note, lambda: self.speak(note))
