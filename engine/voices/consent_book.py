"""Consents from the statement to the last entry: what the desk of the Voices station holds."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Protocol

from engine.core_types import OnProgress
from engine.disk import write_beside
from engine.errors import NotFound, StatementRefused
from engine.voice_types import Challenge, Consent, ConsentTerms, Sample, Use
from engine.voices.consent import (
    Earlier,
    Outcome,
    Statement,
    StatementReport,
    check_human,
    check_speaker,
    check_statement,
    check_terms,
    issue_challenge,
)
from engine.voices.consent_gate import ConsentGate, check_in_force
from engine.voices.hearing import Recogniser
from engine.voices.ledger import EntryRow, Kind, Ledger, Record, write_consent
from engine.voices.receipt import is_about, read_receipt, write_receipt
from engine.voices.statement import wording_version
from engine.voices.voiceprint import Voiceprints, take_voiceprint

MOST_BEHIND = timedelta(minutes=5)  # how far the clock may lie behind the last entry


class ConsentStore(Protocol):
    """Where entries and challenges are kept."""

    def read_entries(self) -> list[EntryRow]: ...
    def append_entry(self, make: Callable[[list[EntryRow]], EntryRow]) -> None: ...
    def keep_challenge(self, challenge: Challenge) -> None: ...
    def spend_challenge(self, id_: str) -> Challenge: ...


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """A consent that ended, and the sound that has to go with it: by hash, wherever it lies."""

    consent: Consent
    sample_sha256s: tuple[str, ...]  # less those that another consent still in force names
    statement_sha256: str


class ConsentBook:
    """The consents of one workspace. Every method verifies the record first; ConsentMissing when it was changed."""

    def __init__(self, store: ConsentStore, workspace: Path) -> None:
        self._store = store
        self._ledger = Ledger(store, workspace)
        self.installation = self._ledger.installation
        self.prints = Voiceprints()

    def make_gate(self, project: str = "", use: Use = Use.PRIVATE) -> ConsentGate:
        """The gate of one job: for a book's slug, or "" to try a voice. Make a new one for each job."""
        return ConsentGate(self._ledger, project, use)

    # --- giving leave ---

    def issue(self, voice: str, terms: ConsentTerms, titles: Mapping[str, str]) -> Challenge:
        """A statement to read aloud within two minutes from now; ``titles`` are the books' by slug.

        Raises StatementRefused for terms nobody can agree to, or when this computer's clock was set back.
        """
        challenge = issue_challenge(voice, terms, titles, self._tell_time())
        self._store.keep_challenge(challenge)
        return challenge

    def check(
        self,
        challenge_id: str,
        statement: Statement,
        samples: Sequence[Sample],
        recogniser: Recogniser,
        on_progress: OnProgress | None = None,
    ) -> StatementReport:
        """Check a statement; its challenge is used up by this, whatever comes of it.

        Raises StatementRefused when it was used before, RecordingRefused, ModelError.
        """
        challenge = self._store.spend_challenge(challenge_id)
        earlier = self._list_earlier()
        return check_statement(challenge, statement, samples, self.prints, recogniser, earlier, on_progress)

    def grant(self, report: StatementReport, reviewer: str = "") -> Consent:
        """Enter a consent. ``reviewer`` is who heard the statement and attests it where a check was unsure.

        Raises StatementRefused when a check failed, or was unsure and nobody else attests.
        """
        by_hand = self._needs_hand(report, reviewer.strip())
        challenge, record = report.challenge, self._ledger.read()
        check_terms(challenge.terms, self._tell_time().astimezone().date())
        if challenge.id in record.consents:
            raise StatementRefused("This statement was entered already. Ask for a new one.")
        consent = Consent(
            id=challenge.id,
            voice=challenge.voice,
            terms=challenge.terms,
            wording=challenge.wording,
            given_at=record.tell_time().isoformat(timespec="seconds"),
            statement_sha256=report.statement_sha256,
            sample_sha256s=report.sample_sha256s,
            scores=dict(report.scores),
            by_hand=by_hand,
        )
        body = {
            "consent": write_consent(consent),
            "checks": {str(result.check): str(result.outcome) for result in report.results},
            "reviewer": reviewer.strip() if by_hand else "",
            "transcript": report.transcript,
            "sound_print": report.sound_print,
            "challenge": {"issued_at": challenge.issued_at, "words": list(challenge.words)},
            "versions": {
                "voxfolio": _find_version(),
                "wording": wording_version(challenge.terms.language),
                "recogniser": report.heard_by,
            },
        }
        self._ledger.append(Kind.GRANTED, body)
        return consent

    def extend(self, id_: str, statement: Statement, samples: Sequence[Sample]) -> Consent:
        """Let a consent cover more recordings of the same person: cut anew, cleaned, or recorded later.

        ``statement`` is the recording of the statement itself, which speaks for who they are. Raises StatementRefused
        when a voice is not surely the same or carries a machine's mark, ConsentOver, NotFound.
        """
        record = self._ledger.read()
        consent = _find(record, id_)
        check_in_force(record, consent)
        if statement.sha256 != consent.statement_sha256:
            raise StatementRefused("The recording of the statement is not the one this consent was given with.")
        new = [sample for sample in samples if sample.sha256 not in consent.sample_sha256s]
        if not new:
            return consent
        own, voices = take_voiceprint(statement.clip), self.prints.take(new)
        results = [check_human(own, voices), check_speaker(own, voices)]
        for result in results:
            if result.outcome in (Outcome.FAILED, Outcome.UNSURE):
                raise StatementRefused(result.sentence)
        body = {
            "consent_id": id_,
            "sample_sha256s": [sample.sha256 for sample in new],
            "checks": {str(result.check): str(result.outcome) for result in results},
            "scores": {str(result.check): round(result.score, 4) for result in results if result.score is not None},
        }
        self._ledger.append(Kind.EXTENDED, body)
        return self._ledger.read().consents[id_]

    # --- taking it back ---

    def revoke(self, id_: str) -> Withdrawal:
        """Take a consent back, for good; returns what sound has to be deleted. The record of it all stays.

        Raises NotFound. A consent that was taken back before is answered in the same way.
        """
        consent = _find(self._ledger.read(), id_)
        if not consent.revoked_at:
            self._ledger.append(Kind.REVOKED, {"consent_id": id_})
        return self._withdraw(id_)

    def expire(self) -> list[Withdrawal]:
        """Enter the end of every consent whose last day has passed; returns what sound has to be deleted."""
        record = self._ledger.read()
        still = [c for c in record.consents.values() if not c.revoked_at and c.id not in record.ended]
        over = [consent.id for consent in still if record.is_over(consent)]
        for id_ in over:
            self._ledger.append(Kind.EXPIRED, {"consent_id": id_})
        return [self._withdraw(id_) for id_ in over]

    # --- looking ---

    def verify(self) -> int:
        """How many entries the record has, every one verified. Raises ConsentMissing with the first that is wrong."""
        return len(self._ledger.read().entries)

    def consents(self) -> list[Consent]:
        """All that were ever given, in their order."""
        return list(self._ledger.read().consents.values())

    def show(self, id_: str) -> Consent:
        """Raises NotFound."""
        return _find(self._ledger.read(), id_)

    def tell_standing(self, consent: Consent) -> str:
        """In a word or two how a consent stands: "in force", "revoked", "over"."""
        record = self._ledger.read()
        return "in force" if record.is_in_force(consent) else "revoked" if consent.revoked_at else "over"

    def history(self, id_: str) -> list[dict[str, Any]]:
        """Every entry about a consent: its number, its kind and what it says."""
        record = self._ledger.read()
        _find(record, id_)
        return [{"seq": e.seq, "kind": e.kind, **json.loads(e.body)} for e in record.entries if is_about(e, id_)]

    # --- carrying it elsewhere ---

    def export(self, id_: str, path: Path) -> None:
        """Write a receipt: the signed entries about a consent and the key to verify them with. For the person too."""
        receipt = json.dumps(self.make_receipt(id_), ensure_ascii=False, indent=2)
        with write_beside(path, "write the receipt") as partial:
            partial.write_text(receipt, encoding="utf-8")

    def make_receipt(self, id_: str) -> dict[str, Any]:
        """The same as JSON. Raises NotFound."""
        record = self._ledger.read()
        _find(record, id_)
        return write_receipt(record.entries, id_, self._ledger.installation.public_key)

    def admit(self, receipt: Mapping[str, Any], voice: str) -> Consent:
        """Enter a consent that was given in another studio, for a voice brought from there under this name.

        Raises ConsentMissing when a signature or hash in the receipt is wrong, ConsentOver when it was taken back or
        its time is over.
        """
        consent = read_receipt(receipt)
        record = self._ledger.read()
        if consent.id in record.consents:
            return record.consents[consent.id]
        check_in_force(record, consent)
        here = write_consent(consent) | {"voice": voice}
        self._ledger.append(Kind.ADMITTED, {"consent": here, "origin": dict(receipt)})
        return self._ledger.read().consents[consent.id]

    # --- inside ---

    def _tell_time(self) -> datetime:
        """Raises StatementRefused when the clock lies behind the record: dates given by it would be wrong."""
        latest = self._ledger.read().latest_at
        now = datetime.now(UTC)
        if latest and now < datetime.fromisoformat(latest) - MOST_BEHIND:
            raise StatementRefused(
                f"The clock of this computer says {now:%Y-%m-%d}, and the last entry in the record of consents is of "
                f"{latest[:10]}. Set the clock right and try again."
            )
        return now

    def _list_earlier(self) -> list[Earlier]:
        bodies = [json.loads(e.body) for e in self._ledger.read().entries if e.kind == Kind.GRANTED]
        return [Earlier(body["consent"]["statement_sha256"], body["sound_print"]) for body in bodies]

    def _needs_hand(self, report: StatementReport, reviewer: str) -> bool:
        if report.passed:
            return False
        if not report.may_be_reviewed:
            raise StatementRefused(" ".join(report.troubles))
        if not reviewer or reviewer.casefold() == report.challenge.terms.person.strip().casefold():
            raise StatementRefused(
                "A statement that could not be checked surely is entered only when a second person has heard it and "
                "gives their name. " + " ".join(report.troubles)
            )
        return True

    def _withdraw(self, id_: str) -> Withdrawal:
        record = self._ledger.read()
        consent = record.consents[id_]
        kept = {sha for other in record.consents.values() if record.is_in_force(other) for sha in other.sample_sha256s}
        gone = tuple(sha for sha in consent.sample_sha256s if sha not in kept)
        return Withdrawal(consent, gone, consent.statement_sha256)


def _find(record: Record, id_: str) -> Consent:
    if id_ not in record.consents:
        raise NotFound(f"There is no consent {id_}. `voxfolio consent show` lists them.")
    return record.consents[id_]


def _find_version() -> str:
    try:
        return version("voxfolio")
    except PackageNotFoundError:  # run from a copy of the source
        return "source"
