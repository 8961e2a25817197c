"""The Voices station: recordings taken in, statements checked, profiles handed out, leave taken back."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from engine.audio import read_clip
from engine.core_types import Clip, Gate, OnProgress, ShouldStop, VoiceProfile
from engine.errors import ConsentRefused, EditRefused, ModelError, NotFound, RecordingRefused
from engine.project.consent_store import ConsentStore
from engine.project.database import Database
from engine.project.voice_store import VoiceRow, VoiceStore
from engine.settings import Settings
from engine.voice_types import Challenge, Consent, ConsentTerms, Sample, Scorecard, Use, Verdict
from engine.voices.cleaning import clean_recording, keep_recording
from engine.voices.consent import Statement, StatementReport, hash_file
from engine.voices.consent_book import ConsentBook, Withdrawal
from engine.voices.hearing import Recogniser, load_recogniser
from engine.voices.likeness import embed_speech, join_embeddings, likeness
from engine.voices.prompts import Prompt, next_prompts
from engine.voices.reading import open_recording
from engine.voices.samples import check_recording
from engine.voices.survey import survey_recording

LEAST_SPEECH_S = 12.0  # of chosen samples, before a statement is asked for
BEST_SPEECH_S = 30.0  # more adds little to what engines make of it
GUEST_LINK_VALID = timedelta(days=7)
CLONING_ENGINE = "xtts"


@dataclass(frozen=True, slots=True)
class RecordedVoice:
    """A person's voice as the Voices page shows it."""

    row: VoiceRow
    samples: tuple[Sample, ...]
    consent: Consent | None  # the one in force, else the latest
    standing: str  # "", "in force", "revoked", "over"

    @property
    def seconds(self) -> float:
        return sum(sample.seconds for sample in self.samples if sample.chosen)

    @property
    def is_ready(self) -> bool:
        return self.standing == "in force" and any(sample.chosen for sample in self.samples)


@dataclass(frozen=True, slots=True)
class TakenIn:
    """What became of a recording: its scorecard, and the samples cut from it (none when it is red)."""

    scorecard: Scorecard
    samples: tuple[Sample, ...]


class VoiceDesk:
    """The recorded voices of a workspace. Methods raise NotFound for a voice that is not there, and WorkspaceError."""

    def __init__(self, settings: Settings, database: Database, find_recogniser: Callable[[], Path]) -> None:
        """``find_recogniser`` gives the folder of a speech recogniser, or raises ModelMissing."""
        self._settings = settings
        self._voices = VoiceStore(database, settings.voices)
        self._links = ConsentStore(database)
        self.consents = ConsentBook(self._links, settings.workspace)
        self._find_recogniser = find_recogniser
        self._recogniser: Recogniser | None = None
        self._reports: dict[str, tuple[StatementReport, Path]] = {}  # statements that wait for a second person

    # -- looked at ---------------------------------------------------------------------------------------------

    def voices(self) -> list[RecordedVoice]:
        """Newest first."""
        return [self.voice(row.name) for row in self._voices.rows()]

    def voice(self, name: str) -> RecordedVoice:
        row = self._voices.row(name)
        given = [consent for consent in self.consents.consents() if consent.voice == row.name]
        standings = [self.consents.tell_standing(consent) for consent in given]
        best = standings.index("in force") if "in force" in standings else len(given) - 1
        consent, standing = (given[best], standings[best]) if given else (None, "")
        return RecordedVoice(row, tuple(self._voices.samples(row.name)), consent, standing)

    def profiles(self) -> list[VoiceProfile]:
        """The voices that may be used today, as engines take them."""
        return [self.profile(voice) for voice in self.voices() if voice.is_ready]

    def find_profile(self, name: str) -> VoiceProfile:
        """Raises NotFound, and ConsentRefused when there is the voice but no leave to use it."""
        voice = self.voice(name)
        if not voice.is_ready:
            raise NotFound(f"{voice.row.label} is not ready to be used: its owner's leave is missing or over.")
        return self.profile(voice)

    def profile(self, voice: RecordedVoice) -> VoiceProfile:
        """The chosen samples as a voice; the same samples give the same fingerprint."""
        chosen = [sample for sample in voice.samples if sample.chosen]
        content = "\n".join(sorted(sample.sha256 for sample in chosen))
        return VoiceProfile(
            name=voice.row.name,
            label=voice.row.label,
            description=f"{voice.row.person}'s own voice, {voice.seconds:.0f} s of it.",
            engine=CLONING_ENGINE,
            speaker=voice.row.name,
            fingerprint=hashlib.sha256(content.encode()).hexdigest(),
            licence=voice.consent.terms.use.value if voice.consent else "",
            consent_id=voice.consent.id if voice.consent else "",
            clips=tuple(sample.path for sample in chosen),
        )

    def make_gate(self, project: str = "", use: Use = Use.PRIVATE) -> Gate:
        """The gate of one job; asked before every line."""
        return self.consents.make_gate(project, use)

    # -- recorded ----------------------------------------------------------------------------------------------

    def begin(self, person: str, label: str = "", taken: Sequence[str] = ()) -> str:
        """A new voice; returns its name. ``taken`` are the names of voices that are there otherwise."""
        person = " ".join(person.split())
        if not 2 <= len(person) <= 80:
            raise EditRefused("Say who is speaking: the person's name, as they say it, in 2 to 80 letters.")
        return self._voices.add(person, " ".join(label.split()) or person, set(taken)).name

    def rename(self, name: str, label: str) -> None:
        """What a person reads; the name that commands use stays."""
        if not label.strip():
            raise EditRefused("A voice needs a name. Type one and try again.")
        self._voices.change(name, label=" ".join(label.split())[:80])

    def next_prompts(self, name: str, count: int = 1) -> list[Prompt]:
        """What to read next: the sentences that add the most sounds of English to what was read."""
        return next_prompts([sample.words for sample in self._voices.samples(name)], count)

    def check(self, path: Path, prompt: str = "", on_progress: OnProgress | None = None) -> Scorecard:
        """The scorecard of a recording that is not kept. Raises RecordingRefused."""
        return check_recording(path, prompt=prompt, transcribe=self._transcribe(), on_progress=on_progress)

    def take_in(
        self,
        name: str,
        path: Path,
        prompt: str = "",
        *,
        reduce_noise: bool = False,
        on_progress: OnProgress | None = None,
        should_stop: ShouldStop | None = None,
    ) -> TakenIn:
        """Check a recording and, unless it is red, cut it into samples of the voice; it is kept as it came beside them.

        Raises RecordingRefused, Stopped. What was recorded before is never touched.
        """
        row = self._voices.row(name)
        if row.state not in ("recording", "ready"):
            raise EditRefused(f"{row.person} took back their leave for {row.label}. Begin a new voice instead.")
        before = [sample.words for sample in self._voices.samples(name) if sample.words]
        scorecard = check_recording(
            path,
            prompt=prompt,
            read_before=before,
            transcribe=self._transcribe() if prompt else None,
            on_progress=on_progress,
            should_stop=should_stop,
        )
        if scorecard.verdict is Verdict.RED:
            return TakenIn(scorecard, ())
        made = clean_recording(
            path, row.folder, reduce_noise=reduce_noise, words=prompt, on_progress=on_progress, should_stop=should_stop
        )
        samples = tuple(replace(sample, scorecard=scorecard) for sample in made)
        consent = self.voice(name).consent
        if consent and row.state == "ready":
            self.consents.extend(consent.id, self._read_statement(row, consent), samples)
        self._voices.keep_samples(name, samples)
        return TakenIn(scorecard, samples)

    def choose(self, name: str, sample_id: str, chosen: bool) -> None:
        """Let a sample go into the voice, or leave it out."""
        self._voices.choose(name, sample_id, chosen)

    def remove_sample(self, name: str, sample_id: str) -> None:
        """Delete a sample."""
        self._voices.remove_sample(name, sample_id)

    def remove(self, name: str) -> None:
        """Delete a voice with all its recordings; a leave that was given for it is taken back first."""
        voice = self.voice(name)
        if voice.consent and voice.standing == "in force":
            self.revoke_consent(voice.consent.id)
        self._voices.remove(name)

    # -- consent -----------------------------------------------------------------------------------------------

    def ask_consent(self, name: str, terms: ConsentTerms, titles: Mapping[str, str]) -> Challenge:
        """A statement for the voice's owner to read aloud within two minutes; ``titles`` are the books' by slug.

        Raises EditRefused when there is too little recorded yet, StatementRefused.
        """
        voice = self.voice(name)
        if voice.seconds < LEAST_SPEECH_S:
            raise EditRefused(
                f"There are {voice.seconds:.0f} seconds of {voice.row.person}'s voice so far. "
                f"Record at least {LEAST_SPEECH_S:.0f} before the consent is read."
            )
        self._hear()  # a missing recogniser is said now, not after the statement was read
        return self.consents.issue(voice.row.name, terms, titles)

    def hand_in(self, name: str, challenge_id: str, path: Path) -> tuple[StatementReport, Consent | None]:
        """Check a recorded statement; when it passes, the consent is entered and the voice is ready.

        One that some check was unsure of waits for `attest`. Raises StatementRefused, RecordingRefused, ModelError.
        """
        received_at = datetime.now(UTC)  # before anything is read: what counts is when it arrived
        voice = self.voice(name)
        recording = open_recording(path)
        clip = _hear_whole(path)
        kept = keep_recording(path, recording, voice.row.folder / "statements")
        statement = Statement(clip, hash_file(kept), received_at)
        samples = [sample for sample in voice.samples if sample.chosen]
        report = self.consents.check(challenge_id, statement, samples, self._hear())
        if report.challenge.voice != voice.row.name:
            raise EditRefused("That statement was made for another voice. Ask for a new one here.")
        if report.passed:
            return report, self._grant(voice.row, report)
        if report.may_be_reviewed:
            self._reports[challenge_id] = (report, kept)
        return report, None

    def attest(self, name: str, challenge_id: str, reviewer: str) -> Consent:
        """A second person heard the statement and answers for it with their name; recorded as judged by hand."""
        if challenge_id not in self._reports:
            raise NotFound("That statement is no longer here. Let it be read once more.")
        report, _ = self._reports[challenge_id]
        consent = self._grant(self._voices.row(name), report, reviewer)
        del self._reports[challenge_id]
        return consent

    def revoke_consent(self, consent_id: str) -> list[str]:
        """Take a consent back: the next line is silent, everything recorded is deleted, the record of it stays.

        Returns what was done, in sentences.
        """
        return self._withdraw(self.consents.revoke(consent_id), "revoked")

    def end_expired(self) -> list[str]:
        """Do the same for every consent whose last day has passed; asked when the studio starts and once a day."""
        return [sentence for ended in self.consents.expire() for sentence in self._withdraw(ended, "expired")]

    # -- guests ------------------------------------------------------------------------------------------------

    def invite(self, name: str) -> str:
        """A token for a link with which one person records this one voice, once."""
        return self._links.make_guest_link(self._voices.row(name).name, GUEST_LINK_VALID)

    def open_invitation(self, token: str) -> str:
        """The name of the voice a guest was invited to. Raises ConsentOver when it was used or is too old."""
        return self._links.open_guest_link(token)

    def close_invitation(self, token: str) -> None:
        """The guest is done; the link opens nothing more."""
        self._links.spend_guest_link(token)

    # -- likeness ----------------------------------------------------------------------------------------------

    def measure_likeness(self, name: str, rendered: Path) -> float:
        """How alike a rendered line is to the person, 0 to 1 (cosine of speaker embeddings)."""
        samples = [sample for sample in self._voices.samples(name) if sample.chosen]
        if not samples:
            raise NotFound("There is no recording to compare with.")
        person = join_embeddings([embed_speech(read_clip(sample.path)) for sample in samples])
        return likeness(person, embed_speech(read_clip(rendered)))

    # -- in the house ------------------------------------------------------------------------------------------

    def _grant(self, row: VoiceRow, report: StatementReport, reviewer: str = "") -> Consent:
        consent = self.consents.grant(report, reviewer)
        self._voices.change(row.name, state="ready", person=consent.terms.person)
        return consent

    def _withdraw(self, withdrawal: Withdrawal, state: str) -> list[str]:
        consent = withdrawal.consent
        done = [f"{consent.terms.person}'s leave is entered as {state}; no line is spoken with the voice any more."]
        try:
            row = self._voices.row(consent.voice)
        except NotFound:
            return [*done, "Its recordings were deleted before."]
        if any(c.voice == row.name and self.consents.tell_standing(c) == "in force" for c in self.consents.consents()):
            return [*done, "The recordings stay: another consent for them is in force."]
        self._voices.empty(row.name, state)
        return [*done, "All recordings, samples and what was computed from them are deleted."]

    def _read_statement(self, row: VoiceRow, consent: Consent) -> Statement:
        for kept in sorted((row.folder / "statements").glob("*")):
            if hash_file(kept) == consent.statement_sha256:
                return Statement(_hear_whole(kept), consent.statement_sha256, datetime.now(UTC))
        raise ConsentRefused("The recording of the consent statement is gone. Let a new one be read.")

    def _hear(self) -> Recogniser:
        if self._recogniser is None:
            self._recogniser = load_recogniser(self._find_recogniser(), self._settings.threads)
        return self._recogniser

    def _transcribe(self) -> Callable[[Clip], str] | None:
        """What hears the words of a prompt; None without a recogniser, and the scorecard says so."""
        try:
            return self._hear().transcribe
        except ModelError:
            return None


def _hear_whole(path: Path) -> Clip:
    """A short recording as one clip at 16 kHz. Raises RecordingRefused."""
    survey = survey_recording(open_recording(path), lambda share: None, None)
    if survey.seconds > 180.0:
        raise RecordingRefused("The statement is longer than three minutes. Read only the statement.")
    return Clip(survey.cut(0.0, survey.seconds), 16_000)
