"""`voxfolio spoken`: one line out for each line in."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path

import pytest

from studio.cli import main


def feed(monkeypatch: pytest.MonkeyPatch, data: bytes) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))


def test_a_line_comes_out_for_each_that_goes_in(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    feed(monkeypatch, "\ufeffDr. Evil\r\n\n* * *\nÉt\u2028é costs £5".encode())
    assert main(["spoken"]) == 0
    assert capsys.readouterr().out == "Doctor Evil\n\n\nÉt é costs five pounds\n"


def test_spans_of_the_source_come_with_json(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "lines.txt").write_text("Mr. Pim\n", encoding="utf-8")
    assert main(["spoken", str(tmp_path / "lines.txt"), "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {
        "text": "Mr. Pim",
        "spoken": "Mister Pim",
        "spans": [{"start": 0, "end": 3, "spoken": "Mister"}, {"start": 3, "end": 7, "spoken": " Pim"}],
    }


def test_a_lexicon_and_a_language_are_heeded(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "own.csv").write_text("written,spoken\nPim,Peem\n", encoding="utf-8")
    feed(monkeypatch, b"Mr. Pim, 5")
    assert main(["spoken", "--language", "de", "--lexicon", str(tmp_path / "own.csv")]) == 0
    assert capsys.readouterr().out == "Mr. Peem, 5\n"


def test_what_is_not_text_is_told_with_its_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    feed(monkeypatch, b"one\n\xff\xfe\n")
    assert main(["spoken"]) == 1
    told = capsys.readouterr()
    assert (told.out, "Line 2 of standard input" in told.err) == ("one\n", True)
