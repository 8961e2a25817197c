"""The nouns of the Voices station: a recording, what was measured of it, its owner's leave.

Like core_types, these are frozen and do no work, but for being read again from what was written of them.
``VoiceProfile``, which travels on to narration, is there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any


class Verdict(StrEnum):
    GREEN = "green"
    AMBER = "amber"  # usable; better if what the advice says is done
    RED = "red"  # not to be used


@dataclass(frozen=True, slots=True)
class Measure:
    """One thing measured of a recording."""

    name: str  # "signal-to-noise ratio"
    value: float | None  # None where it cannot be told: the noise floor of a recording without a pause
    unit: str  # "dB", "s", "%", "Hz", ""
    verdict: Verdict
    advice: str = ""  # one sentence on what to do; "" when green


@dataclass(frozen=True, slots=True)
class BadPlace:
    """Where in a recording something is wrong."""

    start_s: float
    end_s: float
    measure: str  # the Measure's name


@dataclass(frozen=True, slots=True)
class Scorecard:
    """What a recording is worth as a voice, and what to do about it."""

    verdict: Verdict  # the worst of the measures'
    measures: tuple[Measure, ...]
    advice: tuple[str, ...]  # sentences, the most useful first
    bad_places: tuple[BadPlace, ...] = ()
    best_clips: tuple[tuple[float, float], ...] = ()  # start_s and end_s of up to three stretches worth keeping
    read_next: str = ""  # the prompt that would add most


@dataclass(frozen=True, slots=True)
class Sample:
    """A cleaned clip of a person's voice: mono, 24 kHz, 3 to 30 s; kept beside the recording it was cut from."""

    id: str  # file stem, unique within its voice
    path: Path  # FLAC
    sha256: str  # of the file at ``path``
    seconds: float
    words: str = ""  # what was read, or what a recogniser heard; "" when unknown
    recording: Path | None = None  # the recording as it came, lossless
    scorecard: Scorecard | None = None
    chosen: bool = True  # goes into the profile

    @property
    def before(self) -> Path:
        """Where the sound lies as it was before noise was taken out; no file when none was."""
        return self.place_before(self.path)

    @staticmethod
    def place_before(path: Path) -> Path:
        """The same for a clip that is to lie at ``path``."""
        return path.with_stem(f"{path.stem}-before")


class Use(StrEnum):
    """What a voice may be used for."""

    PRIVATE = "private"  # to be heard at home and among friends
    PUBLICATION = "publication"  # sold or given to the public


@dataclass(frozen=True, slots=True)
class ConsentTerms:
    """What a person agrees to."""

    person: str  # name, as they say it
    use: Use
    until: str  # ISO 8601 date, the last day
    projects: tuple[str, ...] = ()  # slugs of the books it is for; empty for all of this studio's
    language: str = "en"  # of the statement

    @classmethod
    def read(cls, written: Mapping[str, Any]) -> ConsentTerms:
        """From what ``asdict`` made, through JSON."""
        return cls(**{**written, "use": Use(written["use"]), "projects": tuple(written["projects"])})


@dataclass(frozen=True, slots=True)
class Challenge:
    """A statement made for one person and one sitting; only who reads it aloud now can pass it."""

    id: str
    voice: str  # the voice's name
    terms: ConsentTerms
    wording: str  # the whole statement to read aloud, the words below included
    words: tuple[str, ...]  # six random words
    issued_at: str  # ISO 8601, UTC
    expires_at: str

    @classmethod
    def read(cls, written: Mapping[str, Any]) -> Challenge:
        """From what ``asdict`` made, through JSON."""
        return cls(**{**written, "terms": ConsentTerms.read(written["terms"]), "words": tuple(written["words"])})


@dataclass(frozen=True, slots=True)
class Consent:
    """A person's leave, as it stands in the ledger."""

    id: str
    voice: str
    terms: ConsentTerms
    wording: str
    given_at: str  # ISO 8601, UTC
    statement_sha256: str
    sample_sha256s: tuple[str, ...]
    scores: dict[str, float] = field(default_factory=dict)  # "words", "challenge", "likeness", "watermark"
    by_hand: bool = False  # a person judged what the checks could not
    revoked_at: str = ""
