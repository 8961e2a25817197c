"""No recorded voice speaks without its owner's leave, whichever way it is asked to."""

from __future__ import annotations

import os
import shutil
import sqlite3
import time
from contextlib import closing
from dataclasses import replace

import pytest

from engine.core_types import Clip, Shape, SpeechRequest
from engine.errors import ConsentMissing, ConsentOver, ConsentRefused, OutOfScope
from engine.narration.synthesizer import load_synthesizer
from engine.voice_types import Use
from engine.voices.presets import preset_voices
from tests.fakes import FAKE_VOICE, FakeSynthesizer, plug_in
from tests.voices.people import OTHER_READING, Studio, record_sample


@pytest.fixture
def studio(tmp_path):
    return Studio(tmp_path / "workspace")


@pytest.fixture
def samples(studio):
    folder = studio.workspace / "voices" / "anna"
    return [record_sample(folder), record_sample(folder, text=OTHER_READING)]


@pytest.fixture
def consent(studio, samples):
    return studio.grant(samples)


@pytest.fixture
def voice(studio, consent, samples):
    return studio.profile(consent, samples)


def speak(studio, voice, project="", use=Use.PRIVATE):
    """Every way to a voice, page, command, API and queue, ends here: an engine behind the gate of its job."""
    with plug_in(FakeSynthesizer()):
        synthesizer = load_synthesizer("fake", studio.book.make_gate(project, use))
        return [spoken for spoken in synthesizer.speak([SpeechRequest("One line.", voice)]) if isinstance(spoken, Clip)]


def test_a_voice_with_consent_speaks_and_so_do_shipped_ones(studio, voice):
    assert speak(studio, voice)
    for preset in preset_voices():
        studio.book.make_gate().check(preset)


def test_a_voice_without_a_record_does_not_speak(studio, voice):
    for stranger in (FAKE_VOICE, replace(voice, consent_id=""), replace(voice, consent_id="0123456789abcdef")):
        with pytest.raises(ConsentMissing, match="no record of their leave"):
            speak(studio, stranger)


def test_a_voice_that_borrows_the_consent_of_another_does_not_speak(studio, voice):
    stolen = record_sample(studio.workspace / "voices" / "bruno", "bruno")
    other = studio.grant([stolen], person="Bruno Berg")
    with pytest.raises(ConsentMissing, match="not one that Bruno Berg gave leave for"):
        speak(studio, replace(voice, consent_id=other.id))
    with pytest.raises(ConsentMissing, match="not one that Anna Lind gave leave for"):
        speak(studio, replace(voice, clips=(*voice.clips, stolen.path)))


def test_a_recorded_voice_that_calls_itself_shipped_does_not_speak(studio, voice):
    hazel = preset_voices()[0]
    with pytest.raises(ConsentRefused):
        speak(studio, replace(hazel, clips=voice.clips))
    with pytest.raises(ConsentRefused):
        speak(studio, replace(voice, fingerprint=hazel.fingerprint, consent_id=""))


def test_a_voice_without_recordings_does_not_speak(studio, voice):
    with pytest.raises(ConsentMissing, match="names no recordings"):
        speak(studio, replace(voice, clips=()))


def test_a_recording_that_was_exchanged_does_not_speak(studio, voice):
    stolen = record_sample(studio.workspace / "elsewhere", "bruno")
    shutil.copy(stolen.path, voice.clips[1])
    with pytest.raises(ConsentMissing, match="exchanged or changed"):
        speak(studio, voice)


def test_a_recording_exchanged_while_a_job_runs_stops_it(studio, voice):
    gate = studio.book.make_gate()
    gate.check(voice)
    voice.clips[0].write_bytes(b"another sound")
    with pytest.raises(ConsentMissing, match="exchanged or changed"):
        gate.check(voice)


def test_one_exchanged_in_disguise_is_noticed_when_the_next_job_starts(studio, voice):
    state, content = voice.clips[0].stat(), bytearray(voice.clips[0].read_bytes())
    studio.book.make_gate().check(voice)
    content[-1] ^= 1
    voice.clips[0].write_bytes(content)  # of the same length, and said to be as old
    os.utime(voice.clips[0], ns=(state.st_atime_ns, state.st_mtime_ns))
    with pytest.raises(ConsentMissing, match="exchanged or changed"):
        speak(studio, voice)


def test_a_recording_that_is_gone_is_said_to_be(studio, voice):
    voice.clips[0].unlink()
    with pytest.raises(ConsentMissing, match="is gone"):
        speak(studio, voice)


def test_a_voice_folder_copied_to_another_workspace_does_not_speak(studio, voice, tmp_path):
    other = Studio(tmp_path / "other")
    shutil.copytree(studio.workspace / "voices", other.workspace / "voices")
    clips = tuple(other.workspace / clip.relative_to(studio.workspace) for clip in voice.clips)
    with pytest.raises(ConsentMissing, match="no record of their leave"):
        speak(other, replace(voice, clips=clips))


def test_a_database_copied_to_another_workspace_lets_nobody_speak(studio, voice, tmp_path):
    studio.database.close()
    (tmp_path / "other").mkdir()
    shutil.copy(studio.workspace / "studio.db", tmp_path / "other" / "studio.db")
    with pytest.raises(ConsentMissing, match=r"installation\.key"):
        speak(Studio(tmp_path / "other"), voice)


@pytest.mark.parametrize(
    "edit",
    [
        'UPDATE consent_ledger SET body = replace(body, \'"until":"20\', \'"until":"21\') WHERE seq = 1',
        'UPDATE consent_ledger SET body = replace(body, \'"revoked_at":""\', \'"revoked_at":" "\') WHERE seq = 1',
        "DELETE FROM consent_ledger WHERE kind = 'revoked'",
        "INSERT INTO consent_ledger SELECT 3, kind, body, hash, 'x', signature FROM consent_ledger WHERE seq = 1",
    ],
    ids=["expiry edited", "revocation edited", "revocation deleted", "granted again"],
)
def test_an_edited_database_lets_nobody_speak(studio, voice, consent, edit):
    studio.book.revoke(consent.id)
    gate = studio.book.make_gate()
    with closing(sqlite3.connect(studio.workspace / "studio.db")) as connection:
        connection.execute("DROP TRIGGER consents_are_not_edited")
        connection.execute("DROP TRIGGER consents_are_not_deleted")
        assert connection.execute(edit).rowcount == 1
        connection.commit()
    for asked in (gate, studio.book.make_gate()):  # in the middle of a job as at the start of one
        with pytest.raises(ConsentMissing, match="cannot be relied on"):
            asked.check(voice)


def test_shipped_voices_speak_even_when_the_record_is_broken(studio, voice):
    (studio.workspace / "installation.head").unlink()
    studio.book.make_gate().check(preset_voices()[0])
    with pytest.raises(ConsentMissing):
        studio.book.make_gate().check(voice)


def test_revoking_in_another_process_stops_the_very_next_line(studio, voice, consent):
    with plug_in(FakeSynthesizer()):
        synthesizer = load_synthesizer("fake", studio.book.make_gate())
        lines = synthesizer.speak([SpeechRequest(f"Line {number}.", voice) for number in range(3)])
        next(lines)
        Studio(studio.workspace).book.revoke(consent.id)
        with pytest.raises(ConsentOver, match="took back their leave"):
            next(lines)


def test_a_shape_has_the_leave_of_the_voice_it_is_bent_from(studio, voice, consent):
    bent = replace(voice, name="anna-old", shape=Shape(semitones=-4.0, formant=0.9))
    studio.book.make_gate().check(bent)
    studio.book.revoke(consent.id)
    with pytest.raises(ConsentOver):
        studio.book.make_gate().check(bent)


def test_leave_for_named_books_is_for_those(studio, samples):
    voice = studio.profile(studio.grant(samples, projects=("emma", "persuasion")), samples)
    for project in ("emma", "persuasion", ""):
        assert speak(studio, voice, project)
    with pytest.raises(OutOfScope, match="for emma, persuasion and not for ulysses"):
        speak(studio, voice, "ulysses")


def test_leave_for_private_listening_is_not_for_publication(studio, samples, voice):
    with pytest.raises(OutOfScope, match="private listening only"):
        speak(studio, voice, use=Use.PUBLICATION)
    public = studio.profile(studio.grant(samples, use=Use.PUBLICATION), samples)
    assert speak(studio, public, use=Use.PUBLICATION) and speak(studio, public)


def test_asking_costs_little_beside_speaking_a_line(studio, voice, samples):
    for _ in range(20):
        studio.grant(samples)
    gate = studio.book.make_gate()
    gate.check(voice)
    started = time.perf_counter()
    for _ in range(100):
        gate.check(voice)
    # Some 1 ms on two cores; far more here only so that a busy machine does not fail the test.
    assert (time.perf_counter() - started) / 100 < 0.02
