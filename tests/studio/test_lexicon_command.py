"""`voxfolio lexicon`: words are said otherwise from the command line."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from engine.production import Production
from engine.settings import Settings

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    return tmp_path / "workspace"


@pytest.fixture
def book(workspace: Path, tmp_path: Path) -> Iterator[str]:
    manuscript = tmp_path / "stairs.txt"
    manuscript.write_text("Rhys climbed the stairs.\n\nNobody saw him go.\n\n“Rhys!” they called.\n", encoding="utf-8")
    with closing(Production(Settings(workspace))) as production:
        yield production.import_book(manuscript).slug


def test_a_word_is_added_changed_told_and_taken_away(run: Run, book: str) -> None:
    assert run("lexicon", book)[:2] == (0, "")
    assert run("lexicon", book, "--add", "Rhys=Rice")[:2] == (0, "2 lines will be spoken anew.\n")
    assert run("lexicon", book, "--add", "rhys=Reese", "--add", "Nguyen=/ˈwɪn/", "--list")[1].splitlines() == [
        "2 lines will be spoken anew.",
        "rhys = Reese",
        "Nguyen = /ˈwɪn/",
    ]
    entries = json.loads(run("lexicon", book, "--json")[1])["entries"]
    assert [(entry["written"], entry["spoken"], entry["phonemes"]) for entry in entries] == [
        ("rhys", "Reese", ""),
        ("Nguyen", "", "ˈwɪn"),
    ]
    assert run("lexicon", book, "--remove", "RHYS")[:2] == (0, "2 lines will be spoken anew.\n")
    assert "Nguyen" in run("lexicon", book)[1]


def test_words_of_a_series_and_of_every_book(run: Run, book: str) -> None:
    assert run("lexicon", "--shared", "--add", "Rhys=Reese")[1].startswith("2 lines")
    assert run("lexicon", "--series", "The Stairs", "--add", "Rhys=Rice")[1].startswith("0 lines")
    assert run("lexicon", "--shared")[1] == "Rhys = Reese\n"
    assert run("lexicon", "--series", "The Stairs")[1] == "Rhys = Rice\n"


def test_words_travel_in_files(run: Run, book: str, tmp_path: Path) -> None:
    run("lexicon", book, "--add", "Rhys=Reese")
    assert run("lexicon", book, "--export", tmp_path / "words.pls")[1].endswith("words.pls: 1 word.\n")
    assert run("lexicon", "--shared", "--import", tmp_path / "words.pls")[0] == 0
    assert run("lexicon", "--shared")[1] == "Rhys = Reese\n"


@pytest.mark.parametrize(
    ("asked", "part"),
    [
        (("--add", "Rhys"), "does not say how"),
        (("--add", "Rhys=/8/"), "“8”"),
        (("--add", "=x"), "No word"),
        (("--remove", "Bran"), "There is none."),
        (("--import", "nothing.csv"), "cannot be read"),
        (("--export", "words.doc"), ".csv or .pls"),
    ],
)
def test_what_cannot_be_is_told_in_a_sentence(run: Run, book: str, asked: tuple[str, ...], part: str) -> None:
    status, out, error = run("lexicon", book, *asked)
    assert (status, out) == (1, "") and part in error and error.rstrip().endswith(".")


def test_which_books_are_meant_must_be_said(run: Run, book: str) -> None:
    assert run("lexicon")[0] == 2
    assert run("lexicon", book, "--shared")[0] == 2
    assert "no project called" in run("lexicon", "nowhere")[2]
