"""People who give leave, for tests: readings by the embedded engine, and a recogniser that knows what it will hear.

The presets stand for people here. They are one voice bent in eight ways, so they are harder to tell apart than people
are; hazel and bruno are far enough from each other to be two.
"""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np

from engine.audio import write_clip
from engine.core_types import Clip, SpeechRequest, VoiceProfile
from engine.narration.synthesizer import load_synthesizer
from engine.narration.takes import speak_one
from engine.project.consent_store import ConsentStore
from engine.project.database import Database
from engine.voice_types import Challenge, Consent, ConsentTerms, Sample, Use
from engine.voices.consent import Statement, StatementReport
from engine.voices.consent_book import ConsentBook
from engine.voices.presets import ShippedOnly, find_preset

READING = "It was a clear evening in the harbour town, and the lamps along the water had just been lit. Nobody spoke."
OTHER_READING = "When the last boat had come in, she counted the baskets twice, wrote the number down and went home."


def next_year(days: int = 300) -> str:
    return (datetime.now().astimezone().date() + timedelta(days=days)).isoformat()


def make_terms(**changes: object) -> ConsentTerms:
    terms = ConsentTerms(person="Anna Lind", use=Use.PRIVATE, until=next_year())
    return replace(terms, **changes)  # type: ignore[arg-type]


@functools.lru_cache(maxsize=64)
def read_aloud(reader: str, text: str) -> Clip:
    return speak_one(load_synthesizer("hibari", ShippedOnly()), SpeechRequest(text, find_preset(reader)))


def read_statement(reader: str, wording: str) -> Clip:
    """A statement read sentence by sentence, as a person would."""
    parts = [read_aloud(reader, part.strip() + ".").samples for part in wording.rstrip(".").split(". ")]
    return Clip(np.concatenate(parts), 24_000)


def record_sample(folder: Path, reader: str = "hazel", text: str = READING) -> Sample:
    path = folder / f"{reader}-{hashlib.sha256(text.encode()).hexdigest()[:6]}.flac"
    path.parent.mkdir(parents=True, exist_ok=True)
    clip = read_aloud(reader, text)
    write_clip(clip, path)
    return Sample(path.stem, path, hashlib.sha256(path.read_bytes()).hexdigest(), clip.seconds, text)


class Listener:
    """A recogniser that hears exactly what the test says was said."""

    name = "a listener for tests"

    def __init__(self, hears: str) -> None:
        self.hears = hears
        self.told: list[str] = []  # the words it was told to expect, each time it listened

    def transcribe(self, clip: Clip, hotwords: str = "", language: str = "en") -> str:
        self.told.append(hotwords)
        return self.hears


class Studio:
    """A workspace with a book of consents, and a person in it who reads what they are shown."""

    def __init__(self, workspace: Path) -> None:
        self.workspace = workspace
        self.open()

    def open(self) -> None:
        """Start anew from what is on the disk, as the next process would."""
        self.database = Database(self.workspace / "studio.db")
        self.store = ConsentStore(self.database)
        self.book = ConsentBook(self.store, self.workspace)

    def state(self, clip: Clip, received_at: datetime | None = None, sha256: str = "") -> Statement:
        digest = sha256 or hashlib.sha256(clip.samples.tobytes()).hexdigest()
        return Statement(clip, digest, received_at or datetime.now(UTC))

    def try_statement(
        self,
        samples: Sequence[Sample],
        reader: str = "hazel",
        hears: str | None = None,
        terms: ConsentTerms | None = None,
    ) -> StatementReport:
        challenge = self.book.issue("anna", terms or make_terms(), {})
        listener = Listener(challenge.wording if hears is None else hears)
        return self.book.check(challenge.id, self.state(read_statement(reader, challenge.wording)), samples, listener)

    def grant(self, samples: Sequence[Sample], **changes: object) -> Consent:
        """A consent entered without going through the checks again, for tests of what comes after them."""
        challenge = self.book.issue("anna", make_terms(**changes), {})
        return self.book.grant(pass_all(challenge, samples))

    def profile(self, consent: Consent, samples: Sequence[Sample], **changes: object) -> VoiceProfile:
        profile = VoiceProfile(
            name="anna",
            label="Anna",
            description="A test's voice.",
            engine="fake",
            speaker="",
            fingerprint="1" * 64,
            consent_id=consent.id,
            clips=tuple(sample.path for sample in samples),
        )
        return replace(profile, **changes)  # type: ignore[arg-type]


def pass_all(challenge: Challenge, samples: Sequence[Sample]) -> StatementReport:
    digest = hashlib.sha256(challenge.id.encode()).hexdigest()
    return StatementReport(challenge, (), digest, tuple(sample.sha256 for sample in samples), {"challenge": 1.0})
