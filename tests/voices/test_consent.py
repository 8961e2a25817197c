"""Giving leave: the statement, what is checked of it, and what is entered when it passes."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest
import soundfile

from engine.audio import read_clip, write_clip
from engine.core_types import Clip
from engine.disk import hash_file
from engine.errors import ConsentMissing, ConsentOver, ModelError, NotFound, RecordingRefused, StatementRefused
from engine.voice_types import Sample, Use
from engine.voices import watermark
from engine.voices.consent import Check, Outcome, check_terms, issue_challenge
from engine.voices.statement import compare_statement, draw_words, list_words, write_statement
from tests.voices.people import (
    OTHER_READING,
    READING,
    Listener,
    Studio,
    make_terms,
    next_year,
    read_statement,
    record_sample,
)

DAY = date(2027, 3, 9)
WORDS = ("acorn", "bridge", "lantern", "pilot", "walnut", "velvet")


@pytest.fixture
def studio(tmp_path):
    return Studio(tmp_path / "workspace")


@pytest.fixture
def samples(studio):
    folder = studio.workspace / "voices" / "anna"
    return [record_sample(folder), record_sample(folder, text=OTHER_READING)]


@pytest.fixture
def right(studio, samples):
    """A report on a statement that is as it should be."""
    return studio.try_statement(samples)


def outcomes(report):
    return {result.check: result.outcome for result in report.results}


# --- the statement -----------------------------------------------------------------------------------------------


def test_the_statement_says_who_what_where_until_when_and_todays_words():
    terms = make_terms(use=Use.PUBLICATION, until="2028-03-31", projects=("emma", "ulysses"))
    wording = write_statement(terms, {"emma": "Emma", "ulysses": "Ulysses"}, DAY, WORDS)
    for said in ("Anna Lind", "9 March 2027", "“Emma” and “Ulysses”", "published and sold", "31 March 2028"):
        assert said in wording
    assert wording.endswith("acorn, bridge, lantern, pilot, walnut, velvet.")
    assert "any of its books" in write_statement(make_terms(), {}, DAY, WORDS)


def test_the_statement_is_read_in_some_twenty_seconds():
    for terms in (make_terms(), make_terms(use=Use.PUBLICATION, projects=("emma",))):
        words = len(write_statement(terms, {"emma": "The Story of Emma"}, DAY, WORDS).split())
        assert 15 <= words / 150 * 60 <= 25  # at 150 words a minute, unhurried


def test_the_words_are_many_short_and_unlike_each_other():
    words = list_words("en")
    assert len(words) >= 1024 and len(set(words)) == len(words)
    assert all(word.isascii() and word.isalpha() and word.islower() and 4 <= len(word) <= 11 for word in words)
    assert not [word for word in words if word + "s" in words]


def test_words_are_drawn_anew_without_repeating_themselves_or_the_statement():
    drawn = [draw_words("en", avoid="an acorn and a walnut") for _ in range(500)]
    assert len(set(drawn)) == 500 and all(len(set(words)) == 6 for words in drawn)
    counts = Counter(word for words in drawn for word in words)
    assert "acorn" not in counts and "walnut" not in counts
    assert max(counts.values()) < 16  # 2.8 times each on average


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"person": " "}, "name of the person"),
        ({"person": "A\nB"}, "one line"),
        ({"person": "x" * 81}, "name of the person"),
        ({"until": "2027-03-08"}, "passed already"),
        ({"until": "2037-06-01"}, "10 years at most"),
        ({"until": "next year"}, "day of the calendar"),
    ],
)
def test_terms_nobody_can_agree_to_are_refused(changes, told):
    with pytest.raises(StatementRefused, match=told):
        check_terms(make_terms(**{"until": "2028-03-01", **changes}), DAY)


def test_a_language_without_a_wording_is_refused():
    for language in ("fr", "../en", "EN"):
        with pytest.raises(StatementRefused, match="in English only"):
            write_statement(make_terms(language=language), {}, DAY, WORDS)


# --- comparing ---------------------------------------------------------------------------------------------------


def test_a_transcript_is_compared_without_regard_to_names_figures_and_spelling():
    wording = write_statement(make_terms(), {}, DAY, WORDS)
    heard = compare_statement(make_terms(), WORDS, wording)
    assert (heard.wording, heard.keys, heard.challenge) == (1.0, 1.0, 1.0)
    odd = wording.replace("Anna Lind", "Hannah Lynn").replace("9 March 2027", "March the 9th")
    odd = odd.replace("acorn", "acorns").replace("lantern", "Lan turn").replace("copy", "copie").upper()
    heard = compare_statement(make_terms(), WORDS, odd)
    assert heard.wording > 0.9 and heard.keys == 1.0 and heard.challenge == 1.0


def test_words_of_another_day_do_not_count():
    wording = write_statement(make_terms(), {}, DAY, WORDS)
    other = ("cactus", "dolphin", "harvest", "marble", "ribbon", "thunder")
    assert compare_statement(make_terms(), other, wording).challenge == 0.0
    assert compare_statement(make_terms(), tuple(reversed(WORDS)), wording).challenge <= 1 / 6


def test_another_use_than_the_one_shown_is_noticed():
    private = write_statement(make_terms(), {}, DAY, WORDS)
    assert compare_statement(make_terms(use=Use.PUBLICATION), WORDS, private).keys < 1.0


def test_random_words_never_pass_for_others():
    rng = np.random.default_rng(3)
    for _ in range(300):
        shown, said = (tuple(rng.choice(list_words("en"), 6, replace=False)) for _ in range(2))
        assert compare_statement(make_terms(), shown, " ".join(said)).challenge <= 2 / 6


# --- the checks --------------------------------------------------------------------------------------------------


def test_the_right_statement_by_the_right_person_passes_and_is_entered(studio, samples, right):
    assert right.passed and right.troubles == ()
    assert set(outcomes(right).values()) == {Outcome.PASSED} and set(outcomes(right)) == set(Check)
    consent = studio.book.grant(right)
    assert consent.sample_sha256s == tuple(sample.sha256 for sample in samples)
    assert not consent.by_hand and consent.scores["speaker"] > 0.82
    (entry,) = studio.book.history(consent.id)
    assert entry["checks"]["human"] == "passed" and entry["transcript"] == right.transcript
    assert entry["challenge"]["words"] == list(right.challenge.words) and entry["versions"]["wording"] == "en-1"
    studio.book.make_gate().check(studio.profile(consent, samples))
    with pytest.raises(StatementRefused, match="entered already"):
        studio.book.grant(right)


def test_another_person_is_refused_and_no_reviewer_can_help(studio, samples):
    report = studio.try_statement(samples, reader="bruno")
    assert outcomes(report)[Check.SPEAKER] is Outcome.FAILED
    assert outcomes(report)[Check.WORDING] is outcomes(report)[Check.CHALLENGE] is Outcome.PASSED
    with pytest.raises(StatementRefused, match="not the voice in the recordings"):
        studio.book.grant(report, reviewer="Cleo Dahl")


def test_one_sample_of_somebody_else_among_good_ones_is_refused(studio, samples):
    stranger = record_sample(studio.workspace / "voices" / "anna", "bruno", f"{READING} {OTHER_READING}")
    report = studio.try_statement([*samples, stranger])
    assert outcomes(report)[Check.SPEAKER] is Outcome.FAILED


def test_a_statement_without_any_recording_is_refused(studio):
    assert outcomes(studio.try_statement([]))[Check.SPEAKER] is Outcome.FAILED


def test_wrong_words_do_not_pass(studio, samples):
    wrong = write_statement(make_terms(), {}, DAY, ("cactus", "dolphin", "harvest", "marble", "rib", "thunder"))
    report = studio.try_statement(samples, hears=wrong)
    assert not report.passed and outcomes(report)[Check.CHALLENGE] is Outcome.UNSURE
    with pytest.raises(StatementRefused, match="of the 6 words"):
        studio.book.grant(report)


def test_who_is_not_understood_is_heard_again_with_the_words_to_expect(studio, samples):
    class HardOfHearing(Listener):
        def transcribe(self, clip, hotwords="", language="en"):
            return super().transcribe(clip, hotwords) if hotwords else "mumble " + self.hears[: len(self.hears) // 2]

    challenge = studio.book.issue("anna", make_terms(), {})
    listener = HardOfHearing(challenge.wording)
    statement = studio.state(read_statement("hazel", challenge.wording))
    assert studio.book.check(challenge.id, statement, samples, listener).passed
    assert listener.told == [", ".join(challenge.words)]


def test_a_second_person_may_attest_what_could_not_be_understood_and_the_record_shows_it(studio, samples):
    report = studio.try_statement(samples, hears="mumble mumble")
    assert report.may_be_reviewed and len(report.troubles) == 2
    for nobody in ("", "  ", "anna lind"):
        with pytest.raises(StatementRefused, match="second person"):
            studio.book.grant(report, reviewer=nobody)
    consent = studio.book.grant(report, reviewer="Cleo Dahl")
    assert consent.by_hand and studio.book.show(consent.id).by_hand
    (entry,) = studio.book.history(consent.id)
    assert entry["reviewer"] == "Cleo Dahl" and entry["checks"]["challenge"] == "unsure"


def test_silence_noise_and_a_single_word_are_refused_before_anybody_listens(studio, samples):
    rng = np.random.default_rng(4)
    for sound in (np.zeros(24_000 * 10), rng.normal(0, 0.1, 24_000 * 20), read_statement("hazel", "Acorn.").samples):
        challenge = studio.book.issue("anna", make_terms(), {})
        listener = Listener(challenge.wording)
        clip = Clip(sound.astype(np.float32), 24_000)
        report = studio.book.check(challenge.id, studio.state(clip), samples, listener)
        assert outcomes(report)[Check.SPEECH] is Outcome.FAILED and listener.told == []
        assert not report.passed and not report.may_be_reviewed


def test_a_statement_that_comes_too_late_or_before_it_was_shown_is_refused(studio, samples):
    for seconds in (121, -5):
        challenge = studio.book.issue("anna", make_terms(), {})
        statement = studio.state(read_statement("hazel", challenge.wording))
        at = datetime.fromisoformat(challenge.issued_at) + timedelta(seconds=seconds)
        report = studio.book.check(
            challenge.id, replace(statement, received_at=at), samples, Listener(challenge.wording)
        )
        assert outcomes(report)[Check.TIME] is Outcome.FAILED
        with pytest.raises(StatementRefused, match="within two minutes"):
            studio.book.grant(report, reviewer="Cleo Dahl")


def test_words_can_be_used_once_whatever_came_of_it(studio, samples):
    challenge = studio.book.issue("anna", make_terms(), {})
    silence = studio.state(Clip(np.zeros(24_000, np.float32), 24_000))
    studio.book.check(challenge.id, silence, samples, Listener(""))
    for id_ in (challenge.id, "never-issued"):
        with pytest.raises(StatementRefused, match="used already"):
            studio.book.check(id_, silence, samples, Listener(""))
    assert studio.book.issue("anna", make_terms(), {}).words != challenge.words


def test_an_earlier_recording_is_known_again_as_a_copy_recoded_or_cut_into_a_new_one(studio, samples, tmp_path):
    first = studio.try_statement(samples)
    studio.book.grant(first)
    old = read_statement("hazel", first.challenge.wording)
    soundfile.write(tmp_path / "old.mp3", old.samples * 0.5, 24_000, format="MP3", bitrate_mode="CONSTANT")
    recoded = read_clip(tmp_path / "old.mp3")
    new_words = read_statement("hazel", "Today's words are: cactus, dolphin, harvest, marble, ribbon, thunder.")
    spliced = Clip(np.concatenate([recoded.samples[10_000 : 24_000 * 8], new_words.samples]), 24_000)
    for clip, sha256 in ((old, first.statement_sha256), (recoded, ""), (spliced, "")):
        challenge = studio.book.issue("anna", make_terms(), {})
        statement = studio.state(clip, sha256=sha256)
        report = studio.book.check(challenge.id, statement, samples, Listener(challenge.wording))
        assert outcomes(report)[Check.ONCE] is Outcome.FAILED
    other = studio.try_statement(samples, reader="bruno")
    assert outcomes(other)[Check.ONCE] is Outcome.PASSED


def test_a_machines_mark_in_a_sample_is_found(studio, samples, tmp_path):
    marked = read_clip(watermark.MODELS / "marked.flac")
    write_clip(marked, tmp_path / "marked.flac")
    sample = Sample("marked", tmp_path / "marked.flac", hash_file(tmp_path / "marked.flac"), marked.seconds)
    report = studio.try_statement([*samples, sample])
    assert outcomes(report)[Check.HUMAN] is Outcome.FAILED and report.scores["human"] > 0.9
    assert any("mark of a machine" in sentence for sentence in report.troubles)


def test_without_the_detector_the_record_says_that_nothing_was_checked(studio, samples, monkeypatch, tmp_path):
    monkeypatch.setattr(watermark, "MODELS", tmp_path)
    watermark.prove_detector.cache_clear()
    report = studio.try_statement(samples)
    watermark.prove_detector.cache_clear()
    assert outcomes(report)[Check.HUMAN] is Outcome.NOT_CHECKED and "human" not in report.scores
    consent = studio.book.grant(report)
    assert studio.book.history(consent.id)[0]["checks"]["human"] == "not checked"


def test_a_detector_that_does_not_work_lets_nobody_through(studio, samples, monkeypatch):
    monkeypatch.setattr(watermark, "count_votes", lambda votes, levels: 0.0)
    watermark.prove_detector.cache_clear()
    with pytest.raises(ModelError, match="does not work on this computer"):
        studio.try_statement(samples)
    watermark.prove_detector.cache_clear()


def test_a_sample_that_was_exchanged_since_it_was_measured_is_refused(studio, samples, tmp_path):
    sample = record_sample(tmp_path, text="It rained all day.")
    sample.path.write_bytes(samples[0].path.read_bytes())
    with pytest.raises(RecordingRefused, match="changed or is gone"):
        studio.try_statement([sample])


# --- afterwards --------------------------------------------------------------------------------------------------


def test_more_recordings_of_the_same_person_are_covered_after_a_check_and_others_are_not(studio, samples, tmp_path):
    report = studio.try_statement(samples[:1])
    consent = studio.book.grant(report)
    statement = studio.state(read_statement("hazel", report.challenge.wording))
    voice = studio.profile(consent, samples)
    with pytest.raises(ConsentMissing, match="not one that Anna Lind gave leave for"):
        studio.book.make_gate().check(voice)
    extended = studio.book.extend(consent.id, statement, samples)
    assert extended.sample_sha256s == tuple(sample.sha256 for sample in samples)
    studio.book.make_gate().check(voice)
    with pytest.raises(StatementRefused, match="not the voice"):
        studio.book.extend(consent.id, statement, [record_sample(tmp_path, "bruno", f"{READING} {OTHER_READING}")])
    with pytest.raises(StatementRefused, match="not the one this consent was given with"):
        studio.book.extend(consent.id, replace(statement, sha256="0" * 64), samples)
    with pytest.raises(NotFound):
        studio.book.extend("0123", statement, samples)


def test_a_challenge_ends_two_minutes_after_it_was_shown():
    challenge = issue_challenge("anna", make_terms(until=next_year()), {}, datetime.now(UTC))
    issued, expires = (datetime.fromisoformat(at) for at in (challenge.issued_at, challenge.expires_at))
    assert expires - issued == timedelta(minutes=2)


def test_a_guest_link_is_for_one_voice_once_and_not_for_ever(studio):
    token = studio.store.make_guest_link("anna", timedelta(hours=1))
    assert studio.store.open_guest_link(token) == studio.store.open_guest_link(token) == "anna"
    assert studio.store.spend_guest_link(token) == "anna"
    old = studio.store.make_guest_link("anna", timedelta(seconds=-2))
    for gone in (token, old, "guessed"):
        with pytest.raises(ConsentOver, match="not valid any more"):
            studio.store.open_guest_link(gone)
        with pytest.raises(ConsentOver, match="not valid any more"):
            studio.store.spend_guest_link(gone)
    with studio.database.read() as connection:
        kept = connection.exec_driver_sql("SELECT token_sha256 FROM guest_links").all()
    assert not any(token in str(row) for row in kept)
