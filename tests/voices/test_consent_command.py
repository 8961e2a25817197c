"""`voxfolio consent`: what a person is told of the record, and what a program is."""

from __future__ import annotations

import argparse
import json
import sqlite3
from contextlib import closing, nullcontext
from dataclasses import dataclass
from pathlib import Path

import pytest

from engine.errors import ConsentMissing, EditRefused, NotFound
from engine.settings import Settings
from engine.voices.consent_book import ConsentBook
from studio.consent_command import add_consent_options, run_consent
from tests.voices.people import Studio, record_sample


@dataclass
class Desk:
    consents: ConsentBook

    def revoke_consent(self, id_: str) -> list[str]:
        return [f"Deleted: {len(self.consents.revoke(id_).sample_sha256s)} of the recordings."]


@dataclass
class Production:
    voice_desk: Desk


@pytest.fixture
def studio(tmp_path):
    return Studio(tmp_path / "workspace")


@pytest.fixture
def consent(studio):
    return studio.grant([record_sample(studio.workspace / "voices" / "anna")])


@pytest.fixture
def tell(studio, monkeypatch, capsys):
    """Run `voxfolio consent ...` and give what it says."""

    def tell(*arguments: str) -> str:
        parser = argparse.ArgumentParser()
        add_consent_options(parser)
        production = Production(Desk(studio.book))
        monkeypatch.setattr("studio.cli.opened_production", lambda settings: nullcontext(production))
        run_consent(parser.parse_args(arguments), Settings(studio.workspace))
        return str(capsys.readouterr().out)

    return tell


def test_an_empty_record_is_said_to_be_one(tell):
    assert "Nobody has given leave" in tell("verify")
    assert json.loads(tell("show", "--json")) == {"consents": []}


def test_a_whole_record_is_verified_and_a_changed_one_refused(studio, consent, tell):
    assert "whole: 1 entry" in tell("verify")
    with closing(sqlite3.connect(studio.workspace / "studio.db")) as connection:
        connection.execute("DROP TRIGGER consents_are_not_edited")
        connection.execute("UPDATE consent_ledger SET body = replace(body, 'Anna', 'Berta')")
        connection.commit()
    for deed in (["verify"], ["show"], ["revoke", consent.id, "--yes"]):
        with pytest.raises(ConsentMissing, match="entry 1 was changed"):
            tell(*deed)


def test_consents_are_listed_and_told_in_full(consent, tell):
    assert f"{consent.id}  Anna Lind: anna, private, until {consent.terms.until}, in force" in tell("show")
    told = tell("show", consent.id)
    for part in (consent.wording, "all books of this studio", "challenge 1.00", "entry 1"):
        assert part in told
    (entry,) = json.loads(tell("show", consent.id, "--json"))["entries"]
    assert entry["consent"]["id"] == consent.id
    with pytest.raises(NotFound):
        tell("show", "0123")


def test_a_receipt_is_written(consent, tell, tmp_path):
    tell("export", consent.id, "-o", str(tmp_path / "receipt.json"))
    receipt = json.loads(Path(tmp_path / "receipt.json").read_text(encoding="utf-8"))
    assert receipt["kind"] == "voxfolio consent 1" and len(receipt["entries"]) == 1


def test_taking_back_has_to_be_meant(studio, consent, tell):
    with pytest.raises(EditRefused, match=r"deletes the recordings it covers \(1\)"):
        tell("revoke", consent.id)
    assert studio.book.tell_standing(studio.book.show(consent.id)) == "in force"
    assert tell("revoke", consent.id, "--yes") == "Deleted: 1 of the recordings.\n"
    assert "revoked" in tell("show")
