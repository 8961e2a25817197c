"""A person's leave: the statement that is made for them, and what is checked when they have read it.

Nothing here knows a database or a key: `ConsentBook` puts the pieces together. What the checks can and cannot show is
in docs/consent.md; the thresholds' evidence is in benchmarks/results/consent.md.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import Any

from engine.audio import resample
from engine.core_types import Clip, OnProgress
from engine.errors import ModelMissing, StatementRefused
from engine.voice_types import Challenge, ConsentTerms, Sample
from engine.voices import likeness, watermark
from engine.voices.hearing import Recogniser
from engine.voices.sound_print import compare_print, print_sound
from engine.voices.speech_finder import RATE_HZ, find_speech
from engine.voices.statement import Heard, compare_statement, draw_words, write_statement
from engine.voices.voiceprint import Voiceprint, Voiceprints, take_voiceprint

TIME_TO_READ = timedelta(minutes=2)
LEAST_SPEECH_S = 6.0
LONGEST_YEARS = 10
LONGEST_NAME = 80  # characters
ENOUGH_WORDING = 0.55  # of the fixed words; real readings 0.92, strong accents down to 0.58, another text 0.43 at most
ENOUGH_KEYS = 0.8  # of the words that carry the meaning: four of five
ENOUGH_CHALLENGE = 0.6  # four of the six words
SAME_SOUND = 0.70  # of a sound print's signs: encoded anew 0.80 and more, said again by the same person 0.64


class Outcome(StrEnum):
    PASSED = "passed"
    UNSURE = "unsure"  # a person may judge what the check could not
    FAILED = "failed"
    NOT_CHECKED = "not checked"


class Check(StrEnum):
    """What is checked of a statement."""

    TIME = "time"
    SPEECH = "speech"
    ONCE = "once"  # not an earlier recording again
    HUMAN = "human"  # no machine's mark in it
    WORDING = "wording"
    CHALLENGE = "challenge"
    SPEAKER = "speaker"


@dataclass(frozen=True, slots=True)
class Result:
    """What one check came to."""

    check: Check
    outcome: Outcome
    score: float | None = None
    sentence: str = ""  # what was wrong and what to do; "" when passed


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement as it was recorded."""

    clip: Clip
    sha256: str  # of the file as it is kept
    received_at: datetime  # by the clock of this computer, never by the sender's


@dataclass(frozen=True, slots=True)
class Earlier:
    """A statement that was accepted before."""

    sha256: str
    sound_print: str


@dataclass(frozen=True, slots=True)
class StatementReport:
    """What the checks found; the ground on which leave is recorded."""

    challenge: Challenge
    results: tuple[Result, ...]
    statement_sha256: str
    sample_sha256s: tuple[str, ...]
    scores: Mapping[str, float]
    transcript: str = ""
    sound_print: str = ""
    heard_by: str = ""  # the recogniser, with its version

    @classmethod
    def read(cls, written: Mapping[str, Any]) -> StatementReport:
        """From what ``asdict`` made, through JSON."""
        results = [
            Result(**{**each, "check": Check(each["check"]), "outcome": Outcome(each["outcome"])})
            for each in written["results"]
        ]
        return cls(
            **{
                **written,
                "challenge": Challenge.read(written["challenge"]),
                "results": tuple(results),
                "sample_sha256s": tuple(written["sample_sha256s"]),
            }
        )

    @property
    def passed(self) -> bool:
        return all(result.outcome in (Outcome.PASSED, Outcome.NOT_CHECKED) for result in self.results)

    @property
    def may_be_reviewed(self) -> bool:
        """Whether a second person may judge by hand: nothing failed, something could not be told."""
        outcomes = [result.outcome for result in self.results]
        return Outcome.UNSURE in outcomes and Outcome.FAILED not in outcomes

    @property
    def troubles(self) -> tuple[str, ...]:
        """A sentence for each check that was not passed."""
        bad = (Outcome.UNSURE, Outcome.FAILED)
        return tuple(result.sentence for result in self.results if result.outcome in bad)


def issue_challenge(voice: str, terms: ConsentTerms, titles: Mapping[str, str], now: datetime) -> Challenge:
    """A statement for these terms with words nobody can have recorded before; it is to be read within two minutes.

    ``titles`` are the books' by slug. Raises StatementRefused for terms that cannot be agreed to.
    """
    check_terms(terms, now.astimezone().date())
    today = now.astimezone().date()
    words = draw_words(terms.language, avoid=write_statement(terms, titles, today, ()))
    return Challenge(
        id=secrets.token_hex(8),
        voice=voice,
        terms=terms,
        wording=write_statement(terms, titles, today, words),
        words=words,
        issued_at=now.astimezone(UTC).isoformat(timespec="seconds"),
        expires_at=(now.astimezone(UTC) + TIME_TO_READ).isoformat(timespec="seconds"),
    )


def check_terms(terms: ConsentTerms, today: date) -> None:
    """Raises StatementRefused for terms that nobody can agree to."""
    if not terms.person.strip() or len(terms.person) > LONGEST_NAME or "\n" in terms.person:
        raise StatementRefused("Write the name of the person whose voice it is, as they say it, on one line.")
    try:
        until = date.fromisoformat(terms.until)
    except ValueError:
        raise StatementRefused("Say until when the voice may be used, as a day of the calendar.") from None
    if until < today:
        raise StatementRefused("The last day on which the voice may be used has passed already. Choose a later one.")
    if until > today + timedelta(days=LONGEST_YEARS * 365 + 3):
        raise StatementRefused(f"Leave is given for {LONGEST_YEARS} years at most. Choose an earlier last day.")


def check_statement(
    challenge: Challenge,
    statement: Statement,
    samples: Sequence[Sample],
    prints: Voiceprints,
    recogniser: Recogniser,
    earlier: Sequence[Earlier] = (),
    on_progress: OnProgress | None = None,
) -> StatementReport:
    """Check a recorded statement against its challenge and against the recordings it gives leave for.

    ``prints`` has the recordings that were listened to before; the others are now.

    Raises RecordingRefused when a sample is not the file it is said to be, ModelError when a check cannot be trusted.
    """
    shas = tuple(sample.sha256 for sample in samples)
    first = [check_time(challenge, statement.received_at), check_speech(statement.clip)]
    if any(result.outcome is Outcome.FAILED for result in first):
        return StatementReport(challenge, tuple(first), statement.sha256, shas, {})
    own, voices = take_voiceprint(statement.clip), prints.take(samples, on_progress)
    sound_print = print_sound(statement.clip)
    words, transcript = check_words(challenge, statement.clip, recogniser)
    results = [
        *first,
        check_once(statement, earlier),
        check_human(own, voices),
        *words,
        check_speaker(own, voices),
    ]
    scores = {str(result.check): round(result.score, 4) for result in results if result.score is not None}
    return StatementReport(
        challenge, tuple(results), statement.sha256, shas, scores, transcript, sound_print, recogniser.name
    )


# --- the checks --------------------------------------------------------------------------------------------------


def check_time(challenge: Challenge, received_at: datetime) -> Result:
    issued, expires = (datetime.fromisoformat(at) for at in (challenge.issued_at, challenge.expires_at))
    if issued - timedelta(seconds=1) <= received_at <= expires:
        return Result(Check.TIME, Outcome.PASSED)
    return Result(
        Check.TIME,
        Outcome.FAILED,
        None,
        "The statement has to be read within two minutes of its being shown, and that time was over. "
        "Ask for new words and read them straight away.",
    )


def check_speech(clip: Clip) -> Result:
    seconds = sum(end - start for start, end in find_speech(resample(clip, RATE_HZ).samples))
    if seconds >= LEAST_SPEECH_S:
        return Result(Check.SPEECH, Outcome.PASSED, seconds)
    return Result(
        Check.SPEECH,
        Outcome.FAILED,
        seconds,
        f"Only {seconds:.0f} seconds of speech could be heard. Read the whole statement aloud, near the microphone.",
    )


def check_once(statement: Statement, earlier: Sequence[Earlier]) -> Result:
    likest = max((compare_print(other.sound_print, statement.clip) for other in earlier), default=0.0)
    copied = any(other.sha256 == statement.sha256 for other in earlier)
    if not copied and likest < SAME_SOUND:
        return Result(Check.ONCE, Outcome.PASSED, likest)
    sentence = "This recording, or a part of it, was used for an earlier statement. Read the new one aloud, all of it."
    return Result(Check.ONCE, Outcome.FAILED, 1.0 if copied else likest, sentence)


def check_human(statement: Voiceprint, samples: Sequence[Voiceprint]) -> Result:
    """Whether statement and samples are free of a speaking machine's mark. Raises ModelError with a broken detector."""
    try:
        watermark.prove_detector()
    except ModelMissing as error:
        return Result(Check.HUMAN, Outcome.NOT_CHECKED, None, str(error))
    if statement.mark is None:
        return Result(Check.HUMAN, Outcome.NOT_CHECKED, None, "The statement is too faint to find a machine's mark in.")
    most = max(each.mark for each in (statement, *samples) if each.mark is not None)
    if most >= watermark.MARKED:
        which = "statement" if statement.mark >= watermark.MARKED else "voice in the recordings"
        sentence = f"The {which} carries the mark of a machine. Only a person can give leave for a voice: their own."
        return Result(Check.HUMAN, Outcome.FAILED, most, sentence)
    if most >= watermark.SUSPECT:
        sentence = "Something in the sound is like the mark of a machine's voice. Record again, without any effects."
        return Result(Check.HUMAN, Outcome.UNSURE, most, sentence)
    return Result(Check.HUMAN, Outcome.PASSED, most)


def check_words(challenge: Challenge, clip: Clip, recogniser: Recogniser) -> tuple[list[Result], str]:
    """Whether the statement was read and today's words are in it; and what was heard. Accents make this unsure, never
    failed: what a recogniser does not understand a person may.
    """
    heard, transcript = hear_statement(challenge, clip, recogniser)
    wording = Result(Check.WORDING, Outcome.PASSED, heard.wording)
    if not is_wording_heard(heard):
        sentence = "Not enough of the statement could be understood. Read it again word for word, a little slower."
        wording = Result(Check.WORDING, Outcome.UNSURE, heard.wording, sentence)
    words = Result(Check.CHALLENGE, Outcome.PASSED, heard.challenge)
    if heard.challenge < ENOUGH_CHALLENGE:
        count, of = round(heard.challenge * len(challenge.words)), len(challenge.words)
        which = f"Only {count}" if count else "None"
        sentence = f"{which} of the {of} words at the end could be understood. Say them clearly, one by one."
        words = Result(Check.CHALLENGE, Outcome.UNSURE, heard.challenge, sentence)
    return [wording, words], transcript


def hear_statement(challenge: Challenge, clip: Clip, recogniser: Recogniser) -> tuple[Heard, str]:
    """The better of two hearings. The first is told nothing; only when that is not enough, the second is told which six
    words to expect: it understands accents better, but now and then leaves out words it was told, as if said before.
    """
    hearings = []
    for hotwords in ("", ", ".join(challenge.words)):
        transcript = recogniser.transcribe(clip, hotwords, challenge.terms.language)
        heard = compare_statement(challenge.terms, challenge.words, transcript)
        hearings.append((heard, transcript))
        if is_wording_heard(heard) and heard.challenge >= ENOUGH_CHALLENGE:
            break
    return max(hearings, key=lambda hearing: hearing[0].challenge + hearing[0].wording)


def is_wording_heard(heard: Heard) -> bool:
    return heard.wording >= ENOUGH_WORDING and heard.keys >= ENOUGH_KEYS


def check_speaker(statement: Voiceprint, samples: Sequence[Voiceprint]) -> Result:
    """Whether the voice of the statement is the voice of each recording, and of all of them together."""
    if not samples:
        sentence = "There is no recording of the voice yet. Record one first."
        return Result(Check.SPEAKER, Outcome.FAILED, None, sentence)
    voices = [sample.voice for sample in samples if sample.voice is not None]
    if statement.voice is None or len(voices) < len(samples):
        sentence = "There is too little speech in one of the recordings to tell whose voice it is."
        return Result(Check.SPEAKER, Outcome.UNSURE, None, sentence)
    together, same = judge_speaker(statement.voice, voices, [sample.seconds for sample in samples])
    if same:
        return Result(Check.SPEAKER, Outcome.PASSED, together)
    if same is False:
        sentence = "The voice of the statement is not the voice in the recordings. Both have to be the same person's."
        return Result(Check.SPEAKER, Outcome.FAILED, together, sentence)
    sentence = (
        "It could not be told surely that the statement and the recordings are one person's. Read it again with the "
        "same microphone, in the same place, in the voice of the recordings."
    )
    return Result(Check.SPEAKER, Outcome.UNSURE, together, sentence)


def judge_speaker(
    speaks: likeness.Embedding, voices: Sequence[likeness.Embedding], seconds: Sequence[float]
) -> tuple[float, bool | None]:
    """How alike a voice is to recordings of those lengths taken together, and whether each and all are by the same
    person; None when that cannot be told surely."""
    together = likeness.likeness(speaks, likeness.join_embeddings(list(voices)))
    verdicts = [likeness.judge_likeness(together, sum(seconds))]
    for voice, length in zip(voices, seconds, strict=True):
        verdicts.append(likeness.judge_likeness(likeness.likeness(speaks, voice), length))
    return together, False if False in verdicts else None if None in verdicts else True
