"""The frozen nouns that travel between rooms, and the one-method protocols the rooms are plugged together with.

Units are in the name (``_s`` seconds, ``_hz`` hertz, ``_db`` decibels relative to full scale) or in the field's line.
Nothing here does work: a noun is made in one room, kept by ``project`` and read in the others.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from engine.errors import SynthesisError

# --- sound ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class Clip:
    """A piece of sound in memory: one take, one sample, one block of a chapter; never a whole book."""

    samples: NDArray[np.float32]  # shape [n], mono, nominally -1 to 1
    rate_hz: int

    @property
    def seconds(self) -> float:
        return len(self.samples) / self.rate_hz


# --- manuscript -------------------------------------------------------------------------------------------------


class MarkKind(StrEnum):
    """What a span of a chapter's text is. Block marks never overlap; between them lies only white space."""

    HEADING = "heading"
    PARAGRAPH = "paragraph"
    SCENE_BREAK = "scene break"
    VERSE = "verse"  # one stanza; its lines are separated by "\n"
    BLOCK_QUOTE = "block quote"
    LIST_ITEM = "list item"
    TABLE = "table"
    NOTE = "note"  # a footnote's or endnote's text
    # inline marks: they lie inside a block
    EMPHASIS = "emphasis"
    STRONG = "strong"
    NOTE_MARK = "note mark"  # the little number that points to a note
    PAGE_NUMBER = "page number"  # inline or a block of its own


BLOCK_KINDS = frozenset(
    {
        MarkKind.HEADING,
        MarkKind.PARAGRAPH,
        MarkKind.SCENE_BREAK,
        MarkKind.VERSE,
        MarkKind.BLOCK_QUOTE,
        MarkKind.LIST_ITEM,
        MarkKind.TABLE,
        MarkKind.NOTE,
    }
)
LEFT_OUT_BY_DEFAULT = frozenset({MarkKind.NOTE, MarkKind.NOTE_MARK, MarkKind.PAGE_NUMBER})


@dataclass(frozen=True, slots=True)
class Mark:
    """A span of a chapter's text and what it is."""

    kind: MarkKind
    start: int  # offset into Chapter.text, in characters
    end: int  # one past the last character
    level: int = 0  # headings: 1 (largest) to 6; lists: depth


@dataclass(frozen=True, slots=True)
class Chapter:
    """One section of a book in reading order; its text is the source, and never changed after import."""

    title: str
    text: str
    marks: tuple[Mark, ...] = ()
    include: bool = True  # read aloud? a section left out stays listed so that a person can bring it back
    left_out_reason: str = ""  # "contents", "copyright", ...; empty when include was never in doubt
    source: str = ""  # where it came from: "OEBPS/ch01.xhtml", "notes.txt"
    source_start: int = 0  # plain text files: offset of text[0] in the file as decoded; else 0
    id: int = 0  # the project's number for it; 0 before it is kept

    @property
    def words(self) -> int:
        return len(self.text.split())


@dataclass(frozen=True, slots=True)
class Finding:
    """Something a person should know: the id of the check that noticed it and one plain sentence."""

    check: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Book:
    """A manuscript as read from its file: what it says of itself, and its chapters in reading order."""

    title: str
    chapters: tuple[Chapter, ...]
    author: str = ""
    language: str = "en"  # BCP 47 tag, lower case primary subtag: "en", "en-GB", "fr"
    year: str = ""  # of publication, four digits, when the file says
    description: str = ""
    cover: bytes | None = None  # JPEG or PNG as it stood in the file
    findings: tuple[Finding, ...] = ()  # what was noticed while reading: a missing file, a guessed encoding


class PauseKind(StrEnum):
    """The silence that follows a segment, named by what ends there; the seconds are in Pauses."""

    CLAUSE = "within sentence"
    SENTENCE = "sentence"
    PARAGRAPH = "paragraph"
    SCENE = "scene break"
    HEADING = "heading"
    CHAPTER = "chapter"  # the tail of the chapter; its length is MasterTargets.tail_s


@dataclass(frozen=True, slots=True)
class Pauses:
    """Seconds of room tone for each kind of pause; adjustable for each book."""

    clause_s: float = 0.18
    sentence_s: float = 0.45
    paragraph_s: float = 0.8
    scene_s: float = 2.0
    heading_s: float = 1.4

    def seconds_for(self, kind: PauseKind) -> float:
        return {
            PauseKind.CLAUSE: self.clause_s,
            PauseKind.SENTENCE: self.sentence_s,
            PauseKind.PARAGRAPH: self.paragraph_s,
            PauseKind.SCENE: self.scene_s,
            PauseKind.HEADING: self.heading_s,
            PauseKind.CHAPTER: 0.0,
        }[kind]


class SegmentKind(StrEnum):
    """What a segment is in the script."""

    NARRATION = "narration"
    DIALOGUE = "dialogue"  # somebody speaks
    THOUGHT = "thought"  # between marks like speech, or said in silence
    LETTER = "letter"  # between marks like speech, read out by who tells the book
    HEADING = "heading"
    VERSE = "verse"
    BLOCK_QUOTE = "block quote"
    LIST_ITEM = "list item"
    TABLE = "table"
    NOTE = "note"
    SCENE_BREAK = "scene break"


NARRATOR = "Narrator"
UNKNOWN = "Unknown"  # somebody speaks, and nobody could be found: never the narrator in silence
SILENCE = " "  # own words of a line that a person wants left unsaid


@dataclass(frozen=True, slots=True)
class Segment:
    """A line of the script: what the engine is given in one breath.

    The spans of a chapter's segments, in order, cover its text exactly: the first starts at 0, each starts where
    the one before ended, the last ends at ``len(chapter.text)``. White space belongs to the segment before it.
    """

    start: int  # offset into Chapter.text, in characters
    end: int  # one past the last character
    text: str  # chapter.text[start:end], unchanged
    spoken_text: str  # the words as they will be said; "" when nothing is to be said here
    kind: SegmentKind = SegmentKind.NARRATION
    pause: PauseKind = PauseKind.SENTENCE  # the pause that follows
    speaker: str = NARRATOR  # a role's name
    doubt: float = 0.0  # 0 sure to 1 a guess: how likely the speaker is wrong
    reason: str = ""  # why this speaker, in words: "tag: said Emma"; "" for what is told
    settled: bool = False  # a person decided who speaks; no analysis changes it
    seed: int = 0  # which try at this line is in use; a redo takes the next
    own_words: str = ""  # what a person wants said instead; "" for the manuscript's words, SILENCE for nothing
    id: int = 0  # the project's number for it; 0 before it is kept

    @property
    def said(self) -> str:
        """What the engine is given: a person's own words, else the spoken form of the manuscript's."""
        return (self.own_words or self.spoken_text).strip()


# --- voices -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Shape:
    """How a voice is bent into a character; the neutral shape changes nothing."""

    semitones: float = 0.0  # pitch, up or down
    formant: float = 1.0  # vocal tract: below 1 a larger speaker, above 1 a smaller one
    pace: float = 1.0  # speed of speech: 1.1 is ten per cent faster


@dataclass(frozen=True, slots=True)
class VoiceProfile:
    """A voice that an engine can speak with."""

    name: str  # what a person types: lower case, no spaces
    label: str  # what a person reads
    description: str  # one sentence: who this sounds like
    engine: str  # the synthesizer's name
    speaker: str  # the engine's own name for the voice it starts from
    fingerprint: str  # hash of what the voice is made of, shape excluded
    shape: Shape = Shape()
    licence: str = ""  # of the voice: "Apache-2.0"
    consent_id: str = ""  # the record of its owner's leave; "" for a shipped voice, which is nobody's
    clips: tuple[Path, ...] = ()  # what an engine clones it from; none for a voice the engine has itself


@dataclass(frozen=True, slots=True)
class Cast:
    """Who reads each speaker's lines."""

    voices: dict[str, VoiceProfile] = field(default_factory=dict)  # speaker -> voice


# --- narration --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class EngineCard:
    """What a synthesizer is and can do."""

    name: str  # what a person types: "hibari"
    version: str  # part of every take's key
    rate_hz: int  # sample rate of what it speaks
    languages: tuple[str, ...]  # BCP 47 primary subtags it can speak
    max_characters: int  # the longest spoken text it says well in one go
    licence: str  # of model and output
    description: str = ""
    clones: bool = False  # speaks with a recorded voice, from VoiceProfile.clips
    publishable: bool = True  # what it speaks may be published and sold
    takes_phonemes: bool = False  # heeds SpeechRequest.sounds
    streams: bool = False  # has ``stream``, by which a line is heard while it is still being spoken
    batch_lines: int = 1  # requests it likes to be given in one call; above 1 it is called from one thread


@dataclass(frozen=True, slots=True)
class Sounds:
    """How a word of a spoken text is said, for an engine that takes phonemes."""

    start: int  # offset into SpeechRequest.spoken_text, in characters
    end: int  # one past the last character
    ipa: str


@dataclass(frozen=True, slots=True)
class SpeechRequest:
    """One line for an engine: the words, the voice and the try."""

    spoken_text: str
    voice: VoiceProfile
    seed: int = 0
    language: str = "en"  # BCP 47 primary subtag
    sounds: tuple[Sounds, ...] = ()  # in order and apart from each other


class Synthesizer(Protocol):
    """An engine. The same request gives the same samples on the same machine; safe to call from several threads."""

    card: EngineCard

    def speak(self, requests: Sequence[SpeechRequest]) -> Iterator[Clip | SynthesisError]:
        """Yield one clip at ``card.rate_hz`` for each request, in order; for a line it cannot say, the error.

        An error that no line is to blame for (no memory, a broken engine) is raised.
        """
        ...


class Gate(Protocol):
    """The leave to speak with a voice, asked before every line."""

    def check(self, voice: VoiceProfile) -> None:
        """Return when the voice may be used here and now. Raises ConsentRefused."""
        ...


@dataclass(frozen=True, slots=True)
class TakeMeasures:
    """What joining and mastering need to know of a take, measured once when it is made."""

    speech_start_s: float  # where sound begins
    speech_end_s: float  # where it ends; equal to speech_start_s when the take is silent
    rms_db: float  # between those two
    peak_db: float


@dataclass(frozen=True, slots=True)
class Take:
    """A rendered line, kept under a key made of everything that went into it."""

    key: str  # hex sha256
    path: Path  # FLAC, 16 bit, mono
    seconds: float
    rate_hz: int
    seed: int
    measures: TakeMeasures
    findings: tuple[Finding, ...] = ()


# --- assembly ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class MasterTargets:
    """What every chapter is brought to: one master that all stores take (RMS, not LUFS, as they measure)."""

    rate_hz: int = 44_100
    rms_db: float = -20.0
    rms_tolerance_db: float = 1.0
    peak_db: float = -3.5
    noise_floor_db: float = -60.0
    head_s: float = 1.0
    tail_s: float = 3.0


@dataclass(frozen=True, slots=True)
class AudioMeasures:
    """Measured on a file as it was decoded, never on the buffer before it was encoded."""

    seconds: float
    rms_db: float  # whole file
    peak_db: float
    noise_floor_db: float  # RMS of the quietest half second
    head_s: float  # room tone before the first speech
    tail_s: float  # room tone after the last speech


@dataclass(frozen=True, slots=True)
class ChapterAudio:
    """A mastered, encoded chapter: what is listened to, and what an audiobook is put together from."""

    path: Path
    title: str
    measures: AudioMeasures
    line_starts_s: tuple[float, ...]  # where each of its segments begins, seconds from the start of the file


@dataclass(frozen=True, slots=True)
class AudiobookDetails:
    """What the finished book says of itself in its tags."""

    title: str
    author: str = ""
    narrator: str = ""  # the voice as credited
    language: str = "en"
    year: str = ""
    publisher: str = ""
    description: str = ""
    cover: bytes | None = None  # JPEG or PNG


@dataclass(frozen=True, slots=True)
class Audiobook:
    """A finished export."""

    path: Path  # the file, or the folder of an MP3 set
    format: str  # "m4b" or "mp3"
    seconds: float
    bytes: int
    marks: tuple[tuple[str, float, float], ...]  # chapter title, start_s, end_s


# --- work in progress -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a piece of long work is."""

    station: str  # "reading", "narrating", "mastering", "exporting"
    done: float
    total: float
    eta_seconds: float | None = None  # None until it can be told
    message: str = ""  # one short line: "Chapter 3 of 12"


OnProgress = Callable[[Progress], None]
ShouldStop = Callable[[], bool]
