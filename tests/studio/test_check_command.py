"""`voxfolio check`: a recording's scorecard, for people and for programs."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import pytest

from engine.errors import RecordingRefused
from engine.settings import read_settings
from engine.voices.prompts import list_prompts
from engine.voices.verdicts import RULES
from studio.check_command import add_check_options, print_check
from tests.voices.recordings import RATE_HZ, hiss, record, write_wav


def check(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> str:
    parser = argparse.ArgumentParser()
    add_check_options(parser)
    print_check(parser.parse_args([str(argument) for argument in arguments]), read_settings())
    return capsys.readouterr().out


def test_json_has_every_measure_with_value_unit_and_verdict(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = write_wav(tmp_path / "a.wav", record(sentences=1).samples)
    told = json.loads(check(capsys, path, "--json", "--prompt", list_prompts()[0].text))
    assert told["verdict"] == "green"
    assert list(told["measures"]) == [rule.name for rule in RULES] or set(told["measures"]) == {r.name for r in RULES}
    for measure in told["measures"].values():
        assert set(measure) == {"value", "unit", "verdict"}
        assert measure["verdict"] in ("green", "amber", "red")
    assert told["measures"]["phoneme coverage"]["value"] == 80.0
    assert told["measures"]["words read"]["value"] is None
    assert told["advice"] == []


def test_a_bad_recording_is_checked_all_the_same(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = write_wav(tmp_path / "a.wav", hiss(3 * RATE_HZ, -20.0))
    told = json.loads(check(capsys, path, "--json"))
    assert (told["verdict"], told["measures"]["duration of speech"]["verdict"]) == ("red", "red")
    assert told["advice"][0].startswith("There is noise in it")


def test_people_get_a_table_and_the_advice(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = write_wav(tmp_path / "a.wav", record(sentences=1, room_db=-40.0).samples)
    told = check(capsys, path, "--prompt", "A text of one's own, which nobody has in a list.")
    lines = told.splitlines()
    assert lines[0] == "verdict: amber"
    [noise] = [line for line in lines if line.startswith("signal-to-noise ratio")]
    assert noise.endswith("dB  better?")
    assert any(line.startswith("phoneme coverage") and "%" in line for line in lines)
    assert any(line.startswith("- Move closer") for line in lines)
    assert any(line.startswith("To read next: ") for line in lines)


def test_what_is_no_recording_is_refused_with_a_sentence(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "a.wav").write_text("no sound at all", encoding="utf-8")
    with pytest.raises(RecordingRefused, match=r"a\.wav cannot be read as sound"):
        check(capsys, tmp_path / "a.wav")
