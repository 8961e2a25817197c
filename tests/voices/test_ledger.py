"""The record of consents: whole, or noticed not to be."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import stat
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest

from engine.errors import ConsentMissing, ConsentOver, NotFound, StatementRefused
from engine.voices import consent_book, ledger
from engine.voices.consent_book import ConsentBook
from engine.voices.ledger import Kind, find_break, make_entry
from engine.voices.signing import Head
from tests.voices.people import Studio, next_year, record_sample


@pytest.fixture
def studio(tmp_path):
    return Studio(tmp_path / "workspace")


@pytest.fixture
def samples(studio):
    return [record_sample(studio.workspace / "voices" / "anna")]


@pytest.fixture
def three(studio, samples):
    """Three consents, the second taken back: four entries."""
    consents = [studio.grant(samples) for _ in range(3)]
    studio.book.revoke(consents[1].id)
    assert studio.book.verify() == 4
    return consents


def edit(studio, *commands):
    """Change the database behind the studio's back, as somebody with a tool for it would."""
    studio.database.close()
    with closing(sqlite3.connect(studio.workspace / "studio.db")) as connection:
        connection.execute("DROP TRIGGER consents_are_not_edited")
        connection.execute("DROP TRIGGER consents_are_not_deleted")
        for command in commands:
            connection.execute(command)
        connection.commit()
    studio.open()


def test_what_was_entered_can_be_read_again_by_the_next_process(studio, three):
    studio.open()
    assert studio.book.verify() == 4
    assert [consent.id for consent in studio.book.consents()] == [consent.id for consent in three]
    assert studio.book.show(three[0].id) == three[0]
    assert [studio.book.tell_standing(c) for c in studio.book.consents()] == ["in force", "revoked", "in force"]


@pytest.mark.parametrize(
    ("commands", "noticed"),
    [
        (["UPDATE consent_ledger SET body = replace(body, '\"private\"', '\"publication\"') WHERE seq = 1"], "entry 1"),
        (["UPDATE consent_ledger SET body = replace(body, 'Anna', 'Berta') WHERE seq = 3"], "entry 3 was changed"),
        (["UPDATE consent_ledger SET kind = 'extended' WHERE seq = 4"], "entry 4 was changed"),
        (["UPDATE consent_ledger SET signature = (SELECT signature FROM consent_ledger WHERE seq = 1) WHERE seq = 2"],
         "entry 2 was not signed"),
        (["UPDATE consent_ledger SET seq = 9 WHERE seq = 2", "UPDATE consent_ledger SET seq = 2 WHERE seq = 3",
          "UPDATE consent_ledger SET seq = 3 WHERE seq = 9"], "entry 2"),
        (["DELETE FROM consent_ledger WHERE seq = 2"], "entry 2 is missing"),
        (["DELETE FROM consent_ledger WHERE seq = 2", "UPDATE consent_ledger SET seq = 2 WHERE seq = 3",
          "UPDATE consent_ledger SET seq = 3 WHERE seq = 4"], "entry 2"),
        (["DELETE FROM consent_ledger WHERE seq = 4"], "ends at entry 3, and there were 4"),
        (["DELETE FROM consent_ledger WHERE seq > 2"], "ends at entry 2"),
        (["DELETE FROM consent_ledger"], "ends at entry 0"),
    ],
    ids=["use edited", "name edited", "kind edited", "signature of another", "reordered", "middle deleted",
         "middle deleted and closed up", "last deleted", "tail deleted", "all deleted"],
)  # fmt: skip
def test_a_record_that_was_tampered_with_is_noticed(studio, three, commands, noticed):
    edit(studio, *commands)
    with pytest.raises(ConsentMissing, match=noticed):
        studio.book.verify()
    with pytest.raises(ConsentMissing, match=noticed):
        studio.grant([])  # and nothing is added to it


def test_a_body_edited_with_its_hash_made_right_is_noticed_by_the_signature(studio, three):
    row = studio.store.read_entries()[3]
    body = row[2].replace(three[1].id, three[0].id)
    digest = ledger.hash_entry(row[0], row[1], body, row[3])
    edit(studio, f"UPDATE consent_ledger SET body = '{body}', hash = '{digest}' WHERE seq = 4")
    with pytest.raises(ConsentMissing, match="entry 4 was not signed by this installation"):
        studio.book.verify()


def test_a_revocation_taken_off_the_end_is_noticed_even_without_the_note_of_it(studio, samples):
    consent = studio.grant(samples)
    studio.book.revoke(consent.id)
    (studio.workspace / "installation.head").unlink()
    edit(studio, "DELETE FROM consent_ledger WHERE seq = 2")
    with pytest.raises(ConsentMissing, match=r"installation\.head, is missing"):
        studio.book.verify()


def test_a_note_of_the_end_that_was_edited_is_noticed(studio, three):
    path = studio.workspace / "installation.head"
    path.write_text(json.dumps({**json.loads(path.read_text(encoding="utf-8")), "seq": 3}), encoding="utf-8")
    with pytest.raises(ConsentMissing, match=r"installation\.head"):
        studio.book.verify()
    path.write_text("no JSON", encoding="utf-8")
    with pytest.raises(ConsentMissing, match=r"installation\.head"):
        studio.book.verify()


def test_a_record_signed_with_another_key_is_refused(studio, three, tmp_path):
    other = Studio(tmp_path / "other")
    other.grant([])
    shutil.copy(other.workspace / "installation.key", studio.workspace / "installation.key")
    (studio.workspace / "installation.head").unlink()
    studio.open()
    with pytest.raises(ConsentMissing, match="not signed by this installation"):
        studio.book.verify()


def test_a_record_without_its_key_is_refused_and_no_new_key_is_made_for_it(studio, three):
    (studio.workspace / "installation.key").unlink()
    studio.open()
    with pytest.raises(ConsentMissing, match=r"installation\.key.*missing"):
        studio.book.verify()
    with pytest.raises(ConsentMissing):
        studio.grant([])
    assert not (studio.workspace / "installation.key").exists()


def test_a_power_cut_between_an_entry_and_the_note_of_it_loses_nothing(studio, three):
    first = Head(1, studio.store.read_entries()[0][4])
    signature = studio.book._ledger.installation.sign(f"head\n{first.seq}\n{first.hash}".encode())
    note = {"seq": first.seq, "hash": first.hash, "signature": signature}
    (studio.workspace / "installation.head").write_text(json.dumps(note), encoding="utf-8")
    assert studio.book.verify() == 4
    assert studio.book._ledger.installation.read_head().seq == 4


def test_the_program_itself_cannot_edit_or_delete_an_entry(studio, three):
    with closing(sqlite3.connect(studio.workspace / "studio.db")) as connection:
        with pytest.raises(sqlite3.IntegrityError, match="never changed"):
            connection.execute("UPDATE consent_ledger SET kind = 'granted'")
        with pytest.raises(sqlite3.IntegrityError, match="never deleted"):
            connection.execute("DELETE FROM consent_ledger")


def test_entries_of_two_processes_form_one_chain(studio, samples):
    other = Studio(studio.workspace)
    for each in (studio, other, studio, other):
        each.grant(samples)
    assert studio.book.verify() == other.book.verify() == 4


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such file modes")
def test_the_key_is_its_owners_alone(studio, three):
    assert stat.S_IMODE((studio.workspace / "installation.key").stat().st_mode) == 0o600


# --- time --------------------------------------------------------------------------------------------------------


class Clock(datetime):
    """A computer's clock that somebody has set."""

    ahead = timedelta()

    @classmethod
    def now(cls, tz=None):
        return datetime.now(tz) + cls.ahead


@pytest.fixture
def set_clock(monkeypatch):
    def set_clock(**ahead: int) -> None:
        monkeypatch.setattr(Clock, "ahead", timedelta(**ahead))
        for module in (ledger, consent_book):
            monkeypatch.setattr(module, "datetime", Clock)

    return set_clock


def test_a_consent_is_over_after_its_last_day_and_stays_so_when_the_clock_is_set_back(studio, samples, set_clock):
    consent = studio.grant(samples)
    gate = studio.book.make_gate()
    gate.check(studio.profile(consent, samples))
    set_clock(days=302)
    with pytest.raises(ConsentOver, match="ended on"):
        gate.check(studio.profile(consent, samples))
    (withdrawal,) = studio.book.expire()
    assert withdrawal.sample_sha256s == (samples[0].sha256,)
    assert studio.book.expire() == []
    set_clock(days=0)
    with pytest.raises(ConsentOver, match="ended on"):
        studio.book.make_gate().check(studio.profile(consent, samples))


def test_time_never_goes_before_the_last_entry(studio, samples, set_clock):
    consent = studio.grant(samples)
    set_clock(days=302)
    studio.grant([], until=next_year(900))  # something else is entered after the last day
    set_clock(days=0)
    with pytest.raises(ConsentOver):
        studio.book.make_gate().check(studio.profile(consent, samples))
    with pytest.raises(StatementRefused, match="clock"):
        studio.grant(samples, until=next_year(900))
    studio.book.revoke(consent.id)  # taking back is possible at any time
    dates = [json.loads(row[2])["at"] for row in studio.store.read_entries()]
    assert dates == sorted(dates) and dates[-1] > datetime.now(UTC).isoformat()


def test_an_entry_dated_before_the_one_before_it_is_noticed():
    first = make_entry(None, Kind.GRANTED, {"at": "2026-05-01T00:00:00+00:00"}, lambda data: "")
    second = make_entry(first, Kind.REVOKED, {"at": "2026-04-01T00:00:00+00:00"}, lambda data: "")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ledger, "verify_signature", lambda *_: True)
        assert find_break([first, second], "") == "entry 2 is dated before the one before it"


# --- taking back, and carrying elsewhere -------------------------------------------------------------------------


def test_taking_back_says_what_to_delete_and_keeps_what_another_consent_still_covers(studio, samples):
    other = record_sample(studio.workspace / "voices" / "anna", "bruno")
    both, one = studio.grant([*samples, other]), studio.grant(samples)
    assert studio.book.revoke(both.id).sample_sha256s == (other.sha256,)
    withdrawal = studio.book.revoke(one.id)
    assert withdrawal.sample_sha256s == (samples[0].sha256,)
    assert withdrawal.statement_sha256 == one.statement_sha256 and withdrawal.consent.revoked_at
    entries = studio.book.verify()
    assert studio.book.revoke(one.id) == withdrawal and studio.book.verify() == entries
    with pytest.raises(NotFound, match="no consent"):
        studio.book.revoke("0123")


def test_a_receipt_is_taken_in_elsewhere_and_covers_the_same_recordings(studio, samples, tmp_path):
    consent = studio.grant(samples)
    path = tmp_path / "anna.json"
    studio.book.export(consent.id, path)
    other = Studio(tmp_path / "other")
    admitted = other.book.admit(json.loads(path.read_text(encoding="utf-8")), "anna-2")
    assert admitted.voice == "anna-2" and admitted.sample_sha256s == consent.sample_sha256s
    other.book.make_gate().check(other.profile(admitted, samples))
    assert other.book.history(consent.id)[0]["origin"]["public_key"]


@pytest.mark.parametrize("change", ["body", "signature", "public_key", "kind", "entries"])
def test_a_receipt_that_was_changed_is_not_taken_in(studio, samples, tmp_path, change):
    receipt = studio.book.make_receipt(studio.grant(samples).id)
    if change == "body":
        receipt["entries"][0]["body"] = receipt["entries"][0]["body"].replace("private", "publication")
    elif change == "signature":
        receipt["entries"][0]["signature"] = "00" * 64
    elif change == "public_key":
        receipt["public_key"] = "11" * 32
    elif change == "kind":
        receipt["kind"] = "something else"
    else:
        receipt["entries"] = []
    other = Studio(tmp_path / "other")
    with pytest.raises(ConsentMissing, match="changed or is not whole"):
        other.book.admit(receipt, "anna")
    assert other.book.verify() == 0


def test_a_receipt_of_a_consent_that_was_taken_back_is_not_taken_in(studio, samples, tmp_path):
    consent = studio.grant(samples)
    studio.book.revoke(consent.id)
    other = ConsentBook(Studio(tmp_path / "other").store, tmp_path / "other")
    with pytest.raises(ConsentOver, match="took back"):
        other.admit(studio.book.make_receipt(consent.id), "anna")
