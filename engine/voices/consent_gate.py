"""The gate in front of every engine: a recorded voice speaks only with its owner's leave, here and now.

It is asked before every line, so it is quick: the record is read anew each time and verified when it changed, and a
recording's hash is worked out once for each gate and again when its file changed. Make a new gate for every job.
"""

from __future__ import annotations

from pathlib import Path

from engine.core_types import VoiceProfile
from engine.disk import hash_file
from engine.errors import ConsentMissing, ConsentOver, OutOfScope
from engine.voice_types import Consent, Use
from engine.voices.ledger import Ledger, Record
from engine.voices.presets import is_shipped

Mark = tuple[str, int, int]  # path, size, time of the last change


class ConsentGate:
    """The Gate of one job: for the book of that slug, or "" to try a voice; narrated for that use."""

    def __init__(self, ledger: Ledger, project: str = "", use: Use = Use.PRIVATE) -> None:
        self._ledger, self._project, self._use = ledger, project, use
        self._hashes: dict[Mark, str] = {}

    def check(self, voice: VoiceProfile) -> None:
        """Return when the voice may speak. A shape is bent from a voice and has the leave given for it.

        Raises ConsentMissing, ConsentOver or OutOfScope with what to do.
        """
        consent = self.check_leave(voice)
        if consent is not None:
            self._check_clips(voice, consent)

    def check_leave(self, voice: VoiceProfile) -> Consent | None:
        """The leave for this book and use, without a look at the recordings; None for a shipped voice, which needs
        none. Raises as `check` does."""
        if is_shipped(voice):
            return None
        record = self._ledger.read()
        consent = record.consents.get(voice.consent_id)
        if consent is None:
            raise ConsentMissing(
                f"{voice.label} is somebody's voice, and there is no record of their leave to use it. "
                "Let them read the consent statement on the Voices page."
            )
        check_in_force(record, consent)
        check_scope(consent, self._project, self._use)
        return consent

    def _check_clips(self, voice: VoiceProfile, consent: Consent) -> None:
        if not voice.clips:
            raise ConsentMissing(f"{voice.label} names no recordings its owner gave leave for. Make the voice again.")
        named = set(consent.sample_sha256s)
        for clip in voice.clips:
            if self._hash(clip, voice) not in named:
                raise ConsentMissing(
                    f"The recording {clip.name} of the voice {voice.label} is not one that {consent.terms.person} gave "
                    "leave for: it was exchanged or changed. Put the original back, or make the voice again."
                )

    def _hash(self, clip: Path, voice: VoiceProfile) -> str:
        try:
            state = clip.stat()
            mark = (str(clip), state.st_size, state.st_mtime_ns)
            if mark not in self._hashes:
                self._hashes[mark] = hash_file(clip)
        except OSError as error:
            raise ConsentMissing(
                f"The recording {clip.name} of the voice {voice.label} is gone or cannot be read. Make the voice again."
            ) from error
        return self._hashes[mark]


def check_in_force(record: Record, consent: Consent) -> None:
    """Raises ConsentOver when the leave was taken back or its time is over."""
    person = consent.terms.person
    if consent.revoked_at:
        raise ConsentOver(
            f"{person} took back their leave on {consent.revoked_at[:10]}, so their voice is not used any more. "
            "Choose another voice."
        )
    if record.is_over(consent):
        raise ConsentOver(
            f"{person}'s leave to use their voice ended on {consent.terms.until}. "
            "Ask them to read a new statement, or choose another voice."
        )


def check_scope(consent: Consent, project: str, use: Use) -> None:
    """Raises OutOfScope when the leave is for other books, or for private listening only."""
    person, projects = consent.terms.person, consent.terms.projects
    if projects and project and project not in projects:
        raise OutOfScope(
            f"{person} gave leave for {', '.join(projects)} and not for {project}. "
            "Ask them to read a new statement, or choose another voice."
        )
    if use is Use.PUBLICATION and consent.terms.use is not Use.PUBLICATION:
        raise OutOfScope(
            f"{person} gave leave for private listening only, so what their voice reads cannot be published. "
            "Ask them to read a new statement, or choose another voice."
        )
