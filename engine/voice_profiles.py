"""Recorded voices as engines take them: whose they are, the characters bent from them, and who sounds like whom."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.audio import read_clip, write_clip
from engine.core_types import Clip, OnProgress, Progress, Shape, VoiceProfile
from engine.errors import AudioError, EditRefused, NotFound, RecordingRefused
from engine.narration.shaping import bend_speech
from engine.narration.xtts.pitch import find_pitch
from engine.project.voice_store import ShapedRow, VoiceRow, VoiceStore
from engine.voice_types import Consent, Sample
from engine.voices.consent_book import ConsentBook
from engine.voices.likeness import Embedding, embed_speech, join_embeddings, likeness
from engine.voices.preset_likeness import find_preset_embedding
from engine.voices.shape_suggestions import name_shape, suggest_shapes
from engine.voices.voice_map import draw_map, measure_distances

CLONING_ENGINE = "xtts"
WARNED_DAYS = 30  # before a consent's last day
HEARD_CLIPS, HEARD_S = 3, 12.0  # of a voice, the longest, and their beginnings: more tells little new of who speaks
PREVIEW_S = 12.0
PITCHES, THROATS, PACES = (-12.0, 12.0), (0.7, 1.4), (0.7, 1.4)

Distance = Callable[[VoiceProfile, VoiceProfile], float]


@dataclass(frozen=True, slots=True)
class RecordedVoice:
    """A person's voice as the Voices page shows it."""

    row: VoiceRow
    samples: tuple[Sample, ...]
    consent: Consent | None  # the one in force, else the latest
    standing: str  # "", "in force", "revoked", "over"
    characters: tuple[ShapedRow, ...] = ()

    @property
    def seconds(self) -> float:
        return sum(sample.seconds for sample in self.samples if sample.chosen)

    @property
    def is_ready(self) -> bool:
        return self.standing == "in force" and any(sample.chosen for sample in self.samples)

    @property
    def days_left(self) -> int | None:
        """Until the consent's last day, when that is near enough to say so; None otherwise."""
        if self.consent is None or self.standing != "in force":
            return None
        days = (date.fromisoformat(self.consent.terms.until) - datetime.now(UTC).astimezone().date()).days
        return days if days <= WARNED_DAYS else None


@dataclass(frozen=True, slots=True)
class MapPlace:
    """A voice on the map, in parts of its square, with the voice that is most like it."""

    voice: VoiceProfile
    x: float
    y: float
    nearest: VoiceProfile | None
    distance: float  # to that one, 0 the same to 1 nothing in common


class VoiceProfiles:
    """What is made of recorded voices. Methods raise NotFound for a voice that is not there, and WorkspaceError."""

    def __init__(self, voices: VoiceStore, consents: ConsentBook, scratch: Path) -> None:
        self.choose_engine: Callable[[], str] = lambda: CLONING_ENGINE  # what clones; the engine desk knows better
        self._voices, self._consents, self._scratch = voices, consents, scratch
        # Voiceprints stay in memory: what is kept of a voice is what its owner recorded, and the record of their leave.
        self._embeddings: dict[tuple[str, Shape], Embedding] = {}
        self._listening = threading.Lock()

    # -- looked at ---------------------------------------------------------------------------------------------

    def voices(self) -> list[RecordedVoice]:
        """Newest first."""
        rows = self._voices.rows()
        if not rows:
            return []
        given, shaped = self._consents.consents(), self._voices.shaped_rows()
        return [self._describe(row, given, shaped) for row in rows]

    def voice(self, name: str) -> RecordedVoice:
        row = self._voices.row(name)
        return self._describe(row, self._consents.consents(), self._voices.shaped_rows())

    def _describe(self, row: VoiceRow, given: Sequence[Consent], shaped: Sequence[ShapedRow]) -> RecordedVoice:
        own = [consent for consent in given if consent.voice == row.name]
        standings = [self._consents.tell_standing(consent) for consent in own]
        best = standings.index("in force") if "in force" in standings else len(own) - 1
        consent, standing = (own[best], standings[best]) if own else (None, "")
        characters = tuple(each for each in shaped if each.voice == row.name)
        return RecordedVoice(row, tuple(self._voices.samples(row.name)), consent, standing, characters)

    # -- as engines take them ----------------------------------------------------------------------------------

    def profiles(self) -> list[VoiceProfile]:
        """The voices that may be used today, each followed by its characters."""
        return [profile for voice in self.voices() if voice.is_ready for profile in self._make_all(voice)]

    def find_profile(self, name: str) -> VoiceProfile:
        """A voice or a character. Raises NotFound when there is none, or no leave to use it."""
        wanted = name.strip().casefold()
        owner = next((each.voice for each in self._voices.shaped_rows() if each.name == wanted), wanted)
        voice = self.voice(owner)
        if not voice.is_ready:
            raise NotFound(f"{voice.row.label} is not ready to be used: its owner's leave is missing or over.")
        return next(profile for profile in self._make_all(voice) if profile.name == wanted)

    def make_profile(self, voice: RecordedVoice) -> VoiceProfile:
        """The chosen samples as a voice; the same samples give the same fingerprint."""
        chosen = [sample for sample in voice.samples if sample.chosen]
        content = "\n".join(sorted(sample.sha256 for sample in chosen))
        return VoiceProfile(
            name=voice.row.name,
            label=voice.row.label,
            description=f"{voice.row.person}'s own voice, {voice.seconds:.0f} s of it.",
            engine=self.choose_engine(),
            speaker=voice.row.name,
            fingerprint=hashlib.sha256(content.encode()).hexdigest(),
            licence=voice.consent.terms.use.value if voice.consent else "",
            consent_id=voice.consent.id if voice.consent else "",
            clips=tuple(sample.path for sample in chosen),
        )

    def _make_all(self, voice: RecordedVoice) -> list[VoiceProfile]:
        plain = self.make_profile(voice)
        return [plain, *(_bend_profile(plain, character, voice.row.person) for character in voice.characters)]

    # -- characters --------------------------------------------------------------------------------------------

    def add_character(self, name: str, label: str, shape: Shape, taken: Sequence[str] = ()) -> str:
        """A character bent from a voice, with its recordings and its owner's leave; returns its name."""
        label = " ".join(label.split())[:80]
        if not label:
            raise EditRefused("A character needs a name. Type one and try again.")
        if shape == Shape():
            raise EditRefused("That is the voice itself. Move a slider first, and listen.")
        return self._voices.add_shaped(name, label, _hold(shape), set(taken))

    def remove_character(self, name: str) -> None:
        """The voice it is bent from stays."""
        self._voices.remove_shaped(name)

    def hear_bent(self, name: str, shape: Shape) -> Path:
        """The person's own recording, bent: what a character will sound like, without an engine."""
        clip, key = self._find_preview(name)
        shape = _hold(shape)
        exact = f"{key} {shape.semitones:.2f} {shape.formant:.3f} {shape.pace:.3f}"
        path = self._scratch / "bent" / f"{hashlib.sha256(exact.encode()).hexdigest()[:24]}.flac"
        if not path.is_file():
            path.parent.mkdir(parents=True, exist_ok=True)
            write_clip(bend_clip(clip, shape), path, "bend a voice")
        return path

    def suggest_characters(
        self, name: str, count: int = 5, on_progress: OnProgress | None = None
    ) -> list[tuple[Shape, str, float]]:
        """Shapes of a voice that are easy to tell apart: each with its words and its distance to the nearest other."""

        def report(share: float) -> None:
            if on_progress:
                on_progress(Progress("bending", share, 1.0, message="Trying out characters"))

        found = suggest_shapes(self._find_preview(name)[0], bend_clip, count, report)
        return [(shape, name_shape(shape), apart) for shape, apart in found]

    def _find_preview(self, name: str) -> tuple[Clip, str]:
        """Some seconds of the voice, and what tells them from others. Raises NotFound."""
        chosen = [sample for sample in self._voices.samples(name) if sample.chosen]
        if not chosen:
            raise NotFound("There is no recording to bend yet.")
        best = min(chosen, key=lambda sample: abs(sample.seconds - PREVIEW_S / 2))
        clip = read_clip(best.path)
        return Clip(clip.samples[: int(PREVIEW_S * clip.rate_hz)], clip.rate_hz), best.sha256

    # -- likeness ----------------------------------------------------------------------------------------------

    def find_embedding(self, voice: VoiceProfile) -> Embedding | None:
        """What a voice sounds like; None for one that has to be spoken to be known."""
        if not voice.clips:
            return find_preset_embedding(voice)
        key = (voice.fingerprint, voice.shape)
        if key not in self._embeddings:
            try:
                self._embeddings[key] = _listen(voice)
            except (AudioError, RecordingRefused, OSError):
                return None
        return self._embeddings[key]

    def make_distance(self, otherwise: Distance) -> Distance:
        """How far two voices are from each other, 0 the same to 1 nothing in common; by ``otherwise`` where one of them
        would have to be spoken or bent first."""

        def measure(one: VoiceProfile, other: VoiceProfile) -> float:
            first, second = self._recall(one, plain=True), self._recall(other, plain=True)
            if first is None or second is None:
                return otherwise(one, other)
            return 0.0 if first is second else max(0.0, 1.0 - likeness(first, second))

        return measure

    def draw_map(self, voices: Sequence[VoiceProfile]) -> list[MapPlace]:
        """Where voices lie on a flat map that keeps their distances as well as it can.

        Voices that nobody has listened to yet are left out, and are listened to from now on, beside everything else.
        """
        known = [(voice, embedding) for voice in voices if (embedding := self._recall(voice)) is not None]
        unknown = [voice for voice in voices if voice.clips and self._recall(voice) is None]
        if unknown and not self._listening.locked():
            threading.Thread(target=self.listen, args=(unknown,), name="voiceprints", daemon=True).start()
        distances = measure_distances([embedding for _, embedding in known])
        places = draw_map(distances)
        return [_place(number, known, places, distances) for number in range(len(known))]

    def listen(self, voices: Sequence[VoiceProfile]) -> None:
        """Work out what voices sound like, so that a map and a cast need not wait for it."""
        with self._listening:
            for voice in voices:
                self.find_embedding(voice)

    def measure_likeness(self, name: str, rendered: Path) -> float:
        """How alike a rendered line is to the person, 0 to 1 (cosine of speaker embeddings)."""
        samples = [sample for sample in self._voices.samples(name) if sample.chosen]
        if not samples:
            raise NotFound("There is no recording to compare with.")
        person = join_embeddings([embed_speech(read_clip(sample.path)) for sample in _pick_longest(samples)])
        return likeness(person, embed_speech(read_clip(rendered)))

    def compare_samples(self, name: str) -> Mapping[str, float]:
        """How alike each chosen sample is to all the others together, by id: one that stands out may be somebody
        else's. Compared with all, itself included, one of two people with a clip each would seem alike."""
        chosen = [sample for sample in self._voices.samples(name) if sample.chosen]
        heard: dict[str, Embedding] = {}
        for sample in chosen:
            key = (sample.sha256, Shape())
            try:
                if key not in self._embeddings:
                    self._embeddings[key] = embed_speech(read_clip(sample.path))
                heard[sample.id] = self._embeddings[key]
            except (AudioError, RecordingRefused):
                continue
        if len(heard) < 2:
            return {}
        others = {id_: [each for other, each in heard.items() if other != id_] for id_ in heard}
        return {id_: round(likeness(join_embeddings(others[id_]), heard[id_]), 3) for id_ in heard}

    def forget(self) -> None:
        """Drop every voiceprint; they are worked out anew when they are needed."""
        self._embeddings.clear()

    def _recall(self, voice: VoiceProfile, plain: bool = False) -> Embedding | None:
        """What is known of a voice already; with ``plain``, a voice that is not bent is listened to now."""
        if voice.clips and not (plain and voice.shape == Shape()):
            return self._embeddings.get((voice.fingerprint, voice.shape))
        return self.find_embedding(voice)


def bend_clip(clip: Clip, shape: Shape) -> Clip:
    """The same words spoken by somebody bent from the speaker."""
    if shape == Shape():
        return clip
    return Clip(bend_speech(clip.samples, clip.rate_hz, find_pitch(clip.samples, clip.rate_hz), shape), clip.rate_hz)


def _bend_profile(plain: VoiceProfile, character: ShapedRow, person: str) -> VoiceProfile:
    described = f"A character bent from {person}'s voice: {name_shape(character.shape)}."
    return replace(plain, name=character.name, label=character.label, description=described, shape=character.shape)


def _hold(shape: Shape) -> Shape:
    """The shape within what can be done."""
    ranges = (PITCHES, THROATS, PACES)
    held = [min(max(value, low), high) for value, (low, high) in zip(_numbers(shape), ranges, strict=True)]
    return Shape(round(held[0], 2), round(held[1], 3), round(held[2], 3))


def _numbers(shape: Shape) -> tuple[float, float, float]:
    return shape.semitones, shape.formant, shape.pace


def _listen(voice: VoiceProfile) -> Embedding:
    """The embedding of a voice's longest clips, bent into its shape. Raises AudioError, RecordingRefused."""
    by_size = sorted(voice.clips, key=lambda path: path.stat().st_size, reverse=True)
    clips = [_take_beginning(read_clip(path)) for path in by_size[:HEARD_CLIPS]]
    return join_embeddings([embed_speech(bend_clip(clip, voice.shape)) for clip in clips])


def _take_beginning(clip: Clip) -> Clip:
    return Clip(clip.samples[: int(HEARD_S * clip.rate_hz)], clip.rate_hz)


def _pick_longest(samples: Sequence[Sample]) -> list[Sample]:
    return sorted(samples, key=lambda sample: -sample.seconds)[:HEARD_CLIPS]


def _place(
    number: int,
    known: Sequence[tuple[VoiceProfile, Embedding]],
    places: NDArray[np.float64],
    distances: NDArray[np.float64],
) -> MapPlace:
    others = [(float(distances[number, other]), other) for other in range(len(known)) if other != number]
    distance, nearest = min(others, default=(1.0, -1))
    x, y = (float(value) for value in places[number])
    return MapPlace(known[number][0], x, y, known[nearest][0] if others else None, round(distance, 3))
