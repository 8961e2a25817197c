"""The cast from the command line: told, changed, and what is missing said."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from engine.core_types import NARRATOR, UNKNOWN
from engine.errors import EditRefused, NotFound
from engine.settings import Settings
from engine.shelf_types import Reading
from studio.cast_command import add_cast_options, show_cast
from tests.studio.cast_production import CastProduction

Run = Callable[..., tuple[str, str]]


@pytest.fixture
def production(tmp_path: Path) -> CastProduction:
    return CastProduction(tmp_path / "workspace")


@pytest.fixture
def run_cast(production: CastProduction, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run the command over the fake production: standard output and error."""
    monkeypatch.setattr("studio.cli.opened_production", lambda settings: closing(production))

    def run(*arguments: str) -> tuple[str, str]:
        parser = argparse.ArgumentParser()
        add_cast_options(parser)
        show_cast(parser.parse_args(arguments), Settings(production.settings.workspace))
        told = capsys.readouterr()
        return told.out, told.err

    return run


def test_the_cast_is_told_as_a_table(run_cast: Run) -> None:
    out, err = run_cast("light")
    rows = [row.split("  ")[0] for row in out.splitlines()]
    assert rows == [NARRATOR, "Emma", "Mr. Knightley", "Harriet", UNKNOWN]
    assert out.count("hazel") == 5 and "no voice" not in err  # one voice reads them all
    assert "3 lines more than 30% in doubt." in err


def test_in_a_full_cast_those_without_a_voice_are_said(run_cast: Run) -> None:
    out, err = run_cast("light", "--full-cast", "--give", "emma=Agnes")
    assert "A full cast reads." in err and "Emma has the voice agnes." in err
    assert "3 speakers have lines and no voice" in err and "Harriet (1 line)" in err
    assert "agnes" in out and out.count("no voice") == 3


def test_one_word_casts_the_rest_and_one_takes_it_back(run_cast: Run, production: CastProduction) -> None:
    assert "no voice" not in "".join(run_cast("light", "--full-cast", "--suggest"))
    assert "Undone: give the suggested voices." in run_cast("light", "--undo")[1]
    assert production.cast_desk.uncast("light")


def test_json_is_one_object_that_tells_all(run_cast: Run) -> None:
    out, err = run_cast("light", "--full-cast", "--json", "--doubtful", "2")
    cast = json.loads(out)
    assert err == "" and cast["reading"] == "full cast" and cast["project"] == "light"
    emma = next(role for role in cast["speakers"] if role["name"] == "Emma")
    assert (emma["gender"], emma["lines"], emma["voice"], emma["shape"]) == ("F", 2, "", None)
    assert cast["uncast"] == ["Emma", "Mr. Knightley", "Harriet", UNKNOWN]
    assert cast["in_doubt"] == {"above": 0.3, "lines": 3}
    assert [line["doubt"] for line in cast["doubtful"]] == [0.6, 0.55]
    assert cast["doubtful"][0]["candidates"][:2] == [UNKNOWN, "Emma"] and cast["done"] == ["a full cast reads"]


def test_the_most_doubtful_lines_are_told_with_their_candidates(run_cast: Run) -> None:
    out, _ = run_cast("light", "--doubtful", "1")
    assert "Chapter 1, 60% in doubt" in out and "“Then let us walk.”" in out and "or: Emma, Mr. Knightley" in out


def test_names_are_put_right(run_cast: Run, production: CastProduction) -> None:
    run_cast("light", "--rename", "emma=Emma Woodhouse", "--merge", "Harriet=Emma Woodhouse")
    assert set(production.script_desk.cast) == {NARRATOR, "Emma Woodhouse", "Mr. Knightley", UNKNOWN}
    with pytest.raises(EditRefused, match="one speaker already"):
        run_cast("light", "--merge", "George=Mr. Knightley")


def test_one_voice_reads_all_and_may_be_named(run_cast: Run, production: CastProduction) -> None:
    run_cast("light", "--full-cast")
    run_cast("light", "--one-voice", "arthur")
    assert production.script_desk.reading is Reading.ONE_VOICE
    assert production.book("light").voice == "arthur"


def test_the_script_goes_out_as_a_table_and_comes_back(
    run_cast: Run, production: CastProduction, tmp_path: Path
) -> None:
    table = tmp_path / "script.csv"
    assert f"The script is in {table}." in run_cast("light", "--export", str(table))[1]
    table.write_text(table.read_text(encoding="utf-8").replace(UNKNOWN, "Harriet"), encoding="utf-8")
    assert f"Lines changed by {table}: 2." in run_cast("light", "--import", str(table))[1]
    assert UNKNOWN not in {line.speaker for lines in production.script_desk.chapters.values() for line in lines}


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("nowhere",), "no file and no project called"),
        (("light", "--give", "Heathcliff=agnes"), "Nobody in this book is called “Heathcliff”"),
        (("light", "--give", "Emma=tom"), "There is no voice called “tom”"),
        (("light", "--import", "missing.csv"), "There is no file missing.csv"),
    ],
)
def test_what_is_not_there_is_said(run_cast: Run, arguments: tuple[str, ...], sentence: str) -> None:
    with pytest.raises(NotFound, match=sentence):
        run_cast(*arguments)


@pytest.mark.parametrize(
    "arguments",
    [("--give", "Emma"), ("--rename", "=x"), ("--doubtful", "0"), ("--one-voice", "iris", "--full-cast")],
)
def test_what_makes_no_sense_is_a_usage_error(run_cast: Run, arguments: tuple[str, ...]) -> None:
    with pytest.raises(SystemExit) as leaving:
        run_cast("light", *arguments)
    assert leaving.value.code == 2
