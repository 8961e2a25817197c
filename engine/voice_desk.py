"""The Voices station: recordings taken in, statements checked, profiles handed out, leave taken back."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from engine.audio import read_clip
from engine.core_types import Clip, OnProgress, Progress, ShouldStop, VoiceProfile
from engine.disk import disk_errors, hash_file
from engine.errors import ConsentRefused, EditRefused, ModelError, NotFound, RecordingRefused, Stopped
from engine.project.consent_store import ConsentStore
from engine.project.database import Database
from engine.project.voice_store import VoiceRow, VoiceStore
from engine.settings import Settings
from engine.voice_carrying import STATEMENTS, export_dataset, export_voice, import_voice
from engine.voice_profiles import CLONING_ENGINE as CLONING_ENGINE
from engine.voice_profiles import RecordedVoice as RecordedVoice
from engine.voice_profiles import VoiceProfiles
from engine.voice_types import Challenge, Consent, ConsentTerms, Sample, Scorecard, Use, Verdict
from engine.voices.cleaning import clean_recording, keep_recording
from engine.voices.consent import Statement, StatementReport
from engine.voices.consent_book import ConsentBook, Withdrawal
from engine.voices.consent_gate import ConsentGate
from engine.voices.dataset import DatasetReport, survey_dataset
from engine.voices.hearing import Recogniser, load_recogniser
from engine.voices.prompts import Prompt, coverage, next_prompts, sounds_read
from engine.voices.reading import open_recording
from engine.voices.samples import check_recording
from engine.voices.survey import survey_recording
from engine.voices.waiting import end_waiting, find_waiting, keep_waiting, list_waiting

LEAST_SPEECH_S = 12.0  # of chosen samples, before a statement is asked for
BEST_SPEECH_S = 30.0  # more adds little to what engines make of it
GUEST_LINK_VALID = timedelta(days=7)


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
        self.profiles_desk = VoiceProfiles(self._voices, self.consents, settings.scratch)
        self._find_recogniser = find_recogniser
        self._recogniser: Recogniser | None = None

    # -- looked at ---------------------------------------------------------------------------------------------

    def voices(self) -> list[RecordedVoice]:
        """Newest first."""
        return self.profiles_desk.voices()

    def voice(self, name: str) -> RecordedVoice:
        return self.profiles_desk.voice(name)

    def profiles(self) -> list[VoiceProfile]:
        """The voices that may be used today, each followed by the characters bent from it."""
        return self.profiles_desk.profiles()

    def find_profile(self, name: str) -> VoiceProfile:
        """Raises NotFound when there is no such voice, or no leave to use it."""
        return self.profiles_desk.find_profile(name)

    def make_gate(self, project: str = "", use: Use = Use.PRIVATE) -> ConsentGate:
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

    def tell_coverage(self, name: str) -> float:
        """The share of the sounds of English that was read so far, 0 to 1; counted over the prompts."""
        texts = {prompt.text for prompt in next_prompts([], 10_000)}
        read = [sample.words for sample in self._voices.samples(name) if sample.words in texts]
        return coverage(sounds_read(read) or frozenset())

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
        self.consents.prints.take(samples, on_progress)  # now, so that the statement need not wait for it
        self._cover(name, samples)
        self._voices.keep_samples(name, samples)
        return TakenIn(scorecard, samples)

    def choose(self, name: str, sample_id: str, chosen: bool) -> None:
        """Let a sample go into the voice, or leave it out. Raises StatementRefused when it is another person's."""
        if chosen:
            self._cover(name, [sample for sample in self._voices.samples(name) if sample.id == sample_id])
        self._voices.choose(name, sample_id, chosen)

    def write_words(self, name: str, sample_id: str, words: str) -> None:
        """What is said in a sample, as a person puts it."""
        self._voices.write_words(name, sample_id, " ".join(words.split())[:2000])

    def hear_words(
        self, name: str, on_progress: OnProgress | None = None, should_stop: ShouldStop | None = None
    ) -> int:
        """Write down what is said in each sample without words; returns how many. Raises ModelError, Stopped."""
        silent = [sample for sample in self._voices.samples(name) if not sample.words]
        recogniser = self._hear()
        for number, sample in enumerate(silent, start=1):
            if should_stop and should_stop():
                raise Stopped("Not everything was written down; what was is kept.")
            self._voices.write_words(name, sample.id, recogniser.transcribe(read_clip(sample.path)))
            if on_progress:
                on_progress(Progress("listening", number, len(silent), message="Writing down what is said"))
        return len(silent)

    def survey_dataset(self, name: str) -> DatasetReport:
        """Totals of a voice's chosen samples, and those that are unlike the rest."""
        return survey_dataset(self._voices.samples(name))

    def remove_sample(self, name: str, sample_id: str) -> None:
        """Delete a sample."""
        self._voices.remove_sample(name, sample_id)

    def remove(self, name: str) -> None:
        """Delete a voice with all its recordings; a leave that was given for it is taken back first."""
        voice = self.voice(name)
        for consent in self.consents.consents():
            if consent.voice == voice.row.name and self.consents.tell_standing(consent) == "in force":
                self.revoke_consent(consent.id)
        self._voices.remove(name)
        self._forget_sounds()

    # -- carried -----------------------------------------------------------------------------------------------

    def export_voice(self, name: str, passphrase: str, path: Path) -> None:
        """Write a voice with its consent as one sealed file. Raises EditRefused, RecordingRefused, WorkspaceError."""
        export_voice(self.voice(name), self.consents, passphrase, path)

    def import_voice(self, path: Path, passphrase: str, taken: Sequence[str] = ()) -> str:
        """Take in a voice from such a file; returns its name here.

        Raises RecordingRefused, ConsentMissing, ConsentOver, EditRefused; then nothing of it is kept.
        """
        return import_voice(path, passphrase, self._voices, self.consents, self._settings.voices, taken)

    def export_dataset(
        self, name: str, path: Path, on_progress: OnProgress | None = None, should_stop: ShouldStop | None = None
    ) -> DatasetReport:
        """Write a voice's samples as a zip in LJSpeech's layout. Raises EditRefused, RecordingRefused, Stopped."""
        return export_dataset(self.voice(name), path, on_progress, should_stop)

    def note_export(self, path: Path, names: Collection[str]) -> None:
        """Note whose voices are in an audiobook that was made."""
        self._voices.note_export(path, names)

    def exports_with(self, name: str) -> list[Path]:
        """The audiobooks that were made with a voice or one of its characters, wherever their files are now."""
        voice = self.voice(name)
        return self._voices.exports_with([voice.row.name, *(each.name for each in voice.characters)])

    # -- consent -----------------------------------------------------------------------------------------------

    def ask_consent(self, name: str, terms: ConsentTerms, titles: Mapping[str, str]) -> Challenge:
        """A statement for the voice's owner to read aloud within two minutes; ``titles`` are the books' by slug.

        Raises EditRefused when there is too little recorded yet, StatementRefused.
        """
        voice = self.voice(name)
        if voice.seconds < LEAST_SPEECH_S:
            raise EditRefused(
                f"There are {int(voice.seconds)} seconds of {voice.row.person}'s voice so far. "
                f"Record at least {LEAST_SPEECH_S:.0f} before the consent is read."
            )
        self._hear()  # a missing recogniser is said now, not after the statement was read
        return self.consents.issue(voice.row.name, terms, titles)

    def hand_in(
        self,
        name: str,
        challenge_id: str,
        path: Path,
        received_at: datetime | None = None,
        on_progress: OnProgress | None = None,
    ) -> tuple[StatementReport, Consent | None]:
        """Check a recorded statement; when it passes, the consent is entered and the voice is ready.

        What counts is when it arrived here: ``received_at``, else now. One that some check was unsure of waits for
        `attest`. Raises StatementRefused, RecordingRefused, ModelError.
        """
        received_at = received_at or datetime.now(UTC)
        voice = self.voice(name)
        recording = open_recording(path)
        clip = _hear_whole(path)
        with disk_errors("keep the statement", voice.row.folder):
            (voice.row.folder / STATEMENTS).mkdir(parents=True, exist_ok=True)
        kept = keep_recording(path, recording, voice.row.folder / STATEMENTS)
        statement = Statement(clip, hash_file(kept), received_at)
        samples = [sample for sample in voice.samples if sample.chosen]
        report = self.consents.check(challenge_id, statement, samples, self._hear(), on_progress)
        if report.challenge.voice != voice.row.name:
            raise EditRefused("That statement was made for another voice. Ask for a new one here.")
        if report.passed:
            return report, self._grant(voice.row, report)
        if report.may_be_reviewed:
            keep_waiting(report, kept, self.consents.installation)
        else:
            kept.unlink(missing_ok=True)  # nothing of a failed try is held against anyone
        return report, None

    def find_statement(self, name: str, challenge_id: str) -> Path:
        """The recording of a statement that waits for a second person. Raises NotFound."""
        folder = self._voices.row(name).folder / STATEMENTS
        return find_waiting(folder, challenge_id, self.consents.installation).recording

    def waiting_statements(self, name: str) -> dict[str, StatementReport]:
        """By the ids of their challenges, the statements of a voice that wait for a second person."""
        waiting = list_waiting(self._voices.row(name).folder / STATEMENTS, self.consents.installation)
        return {id_: each.report for id_, each in waiting.items()}

    def attest(self, name: str, challenge_id: str, reviewer: str) -> Consent:
        """A second person heard the statement and answers for it with their name; recorded as judged by hand."""
        row = self._voices.row(name)
        waiting = find_waiting(row.folder / STATEMENTS, challenge_id, self.consents.installation)
        return self._grant(row, waiting.report, reviewer)

    def revoke_consent(self, consent_id: str) -> list[str]:
        """Take a consent back: the next line is silent, everything recorded is deleted, the record of it stays.

        Returns what was done, in sentences.
        """
        return self._withdraw(self.consents.revoke(consent_id), "revoked")

    def end_expired(self) -> list[str]:
        """Do the same for every consent whose last day has passed; asked when the studio starts and once a day."""
        return [sentence for ended in self.consents.expire() for sentence in self._withdraw(ended, "expired")]

    # -- guests ------------------------------------------------------------------------------------------------

    def invite(self, name: str, projects: Sequence[str] = ()) -> str:
        """A token for a link with which one person records this one voice, once, and gives leave for these books."""
        return self._links.make_guest_link(self._voices.row(name).name, GUEST_LINK_VALID, projects)

    def invited_projects(self, token: str) -> tuple[str, ...]:
        """The slugs of the books a guest is asked about; none when it is for any."""
        return self._links.find_guest_projects(token)

    def open_invitation(self, token: str) -> str:
        """The name of the voice a guest was invited to. Raises ConsentOver when it was used or is too old."""
        return self._links.open_guest_link(token)

    def close_invitation(self, token: str) -> None:
        """The guest is done; the link opens nothing more."""
        self._links.spend_guest_link(token)

    def measure_likeness(self, name: str, rendered: Path) -> float:
        """How alike a rendered line is to the person, 0 to 1 (cosine of speaker embeddings)."""
        return self.profiles_desk.measure_likeness(name, rendered)

    # -- in the house ------------------------------------------------------------------------------------------

    def _grant(self, row: VoiceRow, report: StatementReport, reviewer: str = "") -> Consent:
        consent = self.consents.grant(report, reviewer)
        self._voices.change(row.name, state="ready", person=consent.terms.person)
        for id_, waiting in list_waiting(row.folder / STATEMENTS, self.consents.installation).items():
            end_waiting(row.folder / STATEMENTS, id_)  # nobody need judge an earlier try any more
            if waiting.report.statement_sha256 != consent.statement_sha256:
                waiting.recording.unlink(missing_ok=True)
        return consent

    def _withdraw(self, withdrawal: Withdrawal, state: str) -> list[str]:
        consent = withdrawal.consent
        done = [f"{consent.terms.person}'s leave is entered as {state}; no line is spoken with the voice any more."]
        try:
            row = self._voices.row(consent.voice)
        except NotFound:
            return [*done, "Its recordings were deleted before."]
        made = self.exports_with(row.name)
        if made:
            listed = ", ".join(str(path) for path in made)
            done.append(f"These audiobooks were made with it before; they are yours to keep or withdraw: {listed}.")
        if any(c.voice == row.name and self.consents.tell_standing(c) == "in force" for c in self.consents.consents()):
            return [*done, "The recordings stay: another consent for them is in force."]
        self._voices.empty(row.name, state)
        self._forget_sounds()
        return [*done, "All recordings, samples and what was computed from them are deleted."]

    def _forget_sounds(self) -> None:
        """Voiceprints and trial sounds, whose names do not tell whose they are, go for all voices; most come again."""
        self.profiles_desk.forget()
        self.consents.prints.forget()
        for kind in ("bent", "samples"):
            shutil.rmtree(self._settings.scratch / kind, ignore_errors=True)

    def _cover(self, name: str, samples: Sequence[Sample]) -> None:
        """Let the consent of a voice that is ready cover these samples, too. Raises StatementRefused."""
        voice = self.voice(name)
        if voice.consent and voice.standing == "in force":
            self.consents.extend(voice.consent.id, self._read_statement(voice.row, voice.consent), samples)

    def _read_statement(self, row: VoiceRow, consent: Consent) -> Statement:
        for kept in sorted((row.folder / STATEMENTS).glob("*")):
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
