"""The commands, with the real engine and a small book."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import av
import pytest
import soundfile

import studio.cli
from engine.core_types import Progress
from engine.production import Production
from studio.cli import read_arguments
from studio.progress_line import describe_duration, describe_progress

BOOK = """# The Lighthouse

## The Lamp

The keeper climbed the stairs at dusk. There were always ninety-nine.

## The Letter

In the morning a letter came with the boat.

## The Dark

That night the ships went by without a sound.
"""
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    return tmp_path / "wörkspace"


@pytest.fixture
def manuscript(tmp_path: Path) -> Path:
    path = tmp_path / "the lighthouse.md"
    path.write_text(BOOK, encoding="utf-8")
    return path


def sentence(told: str) -> str:
    """The last line of standard error, which is to be the only trace of a trouble."""
    assert "Traceback" not in told
    return told.strip().splitlines()[-1]


# --- what is understood ------------------------------------------------------------------------------------------


def test_no_command_opens_the_studio() -> None:
    assert read_arguments([]).command == "studio"
    options = read_arguments(["--port", "8000", "--no-browser"])
    assert (options.command, options.port, options.no_browser) == ("studio", 8000, True)


@pytest.mark.parametrize("arguments", [["--workspace", "there", "voices"], ["voices", "--workspace", "there"]])
def test_the_workspace_may_come_before_or_after_the_command(arguments: list[str]) -> None:
    assert read_arguments(arguments).workspace == Path("there")


def test_chapters_are_numbers_and_ranges() -> None:
    assert read_arguments(["narrate", "b", "--chapters", "1-3, 5"]).chapters == (range(1, 4), range(5, 6))


@pytest.mark.parametrize(
    "arguments",
    [
        ["narrate"],
        ["narate", "book.epub"],
        ["narrate", "book.epub", "--speed", "2"],
        *(
            ["narrate", "book.epub", "--chapters", wrong]
            for wrong in ("one", "3-1", "0-2", "1-", "-2", "", "1,,2", "²")
        ),
        ["narrate", "book.epub", "-o", "book.mp3"],
        ["narrate", "book.epub", "-o", "book.flac"],
        ["narrate", "book.epub", "-o", "folder", "--format", "m4b"],
        ["narrate", "book.epub", "-o", "book.m4b", "--format", "mp3"],
        ["say", "Hello."],
        ["studio", "--port", "eighty"],
        ["studio", "--port", "65536"],
    ],
)
def test_what_is_not_understood_is_status_2_with_the_usage(run: Run, arguments: list[str]) -> None:
    status, out, told = run(*arguments)
    assert (status, out) == (2, "")
    assert told.startswith("usage: voxfolio")


@pytest.mark.parametrize(
    ("arguments", "format"),
    [([], "m4b"), (["-o", "B.M4B"], "m4b"), (["-o", "Vol. 1"], "mp3"), (["--format", "mp3"], "mp3")],
)
def test_the_format_shows_in_the_name_to_write_to(arguments: list[str], format: str) -> None:
    assert read_arguments(["narrate", "book.epub", *arguments]).format == format


def test_help_and_mistakes_need_only_the_standard_library(project: Path) -> None:
    code = "import sys, studio.cli; print({'numpy', 'gradio', 'sqlalchemy', 'spacy'} & set(sys.modules))"
    answer = subprocess.run(
        [sys.executable, "-c", code], cwd=project, capture_output=True, encoding="utf-8", check=True
    )
    assert answer.stdout.strip() == "set()"


# --- narrate -----------------------------------------------------------------------------------------------------


def test_a_manuscript_becomes_an_audiobook_where_it_was_asked_for(run: Run, manuscript: Path, tmp_path: Path) -> None:
    out_file = tmp_path / "out" / "The Lighthouse.m4b"
    status, out, told = run("narrate", manuscript, "-o", out_file, "--json")
    assert status == 0, told
    result = json.loads(out)
    assert result["path"] == str(out_file)
    assert result["bytes"] == out_file.stat().st_size
    assert [mark["title"] for mark in result["chapters"]][-3:] == ["The Lamp", "The Letter", "The Dark"]
    with av.open(str(out_file)) as container:
        assert container.duration == pytest.approx(result["seconds"] * 1e6, rel=0.01)


def test_the_same_manuscript_again_goes_on_with_its_project(run: Run, manuscript: Path, tmp_path: Path) -> None:
    assert run("narrate", manuscript)[0] == 0
    copy = tmp_path / "a copy.md"
    copy.write_bytes(manuscript.read_bytes())
    assert run("narrate", copy)[0] == 0
    projects = json.loads(run("projects", "--json")[1])["projects"]
    assert len(projects) == 1
    assert run("narrate", projects[0]["slug"])[0] == 0


def test_chapters_that_are_chosen_are_the_ones_made(run: Run, manuscript: Path, tmp_path: Path) -> None:
    status, out, told = run("narrate", manuscript, "-o", tmp_path / "a.m4b", "--chapters", "2-3", "--json")
    assert status == 0, told
    assert len(json.loads(out)["chapters"]) == 2


def test_a_folder_is_filled_with_an_mp3_a_chapter(run: Run, manuscript: Path, tmp_path: Path) -> None:
    status, out, told = run("narrate", manuscript, "-o", tmp_path / "set", "--chapters", "2-3", "--json")
    assert status == 0, told
    assert json.loads(out)["format"] == "mp3"
    assert len(list((tmp_path / "set").glob("*.mp3"))) == 2


def test_another_voice_is_kept_in_the_project(run: Run, manuscript: Path) -> None:
    other = json.loads(run("voices", "--json")[1])["voices"][1]["name"]
    assert run("narrate", manuscript, "--voice", other, "--chapters", "2")[0] == 0
    assert json.loads(run("projects", "--json")[1])["projects"][0]["voice"] == other


def test_progress_goes_to_standard_error_and_the_result_to_standard_output(run: Run, manuscript: Path) -> None:
    _, out, told = run("narrate", manuscript, "--chapters", "2")
    assert len(out.splitlines()) == 1
    assert ": 1 chapter, " in out
    assert "arrating" in told
    assert "arrating" not in out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["nowhere.epub"], "There is no file and no project called “nowhere.epub”"),
        (["BOOK", "--voice", "nobody"], "There is no voice called “nobody”. There are: "),
        (["BOOK", "--engine", "steam"], "There is no engine called “steam”. There are: hibari"),
        (["BOOK", "--chapters", "2-9"], "this book has chapters 1 to "),
    ],
)
def test_what_does_not_exist_is_named_with_what_does(
    run: Run, manuscript: Path, arguments: list[str], words: str
) -> None:
    status, out, told = run("narrate", *(manuscript if argument == "BOOK" else argument for argument in arguments))
    assert (status, out) == (1, "")
    assert words in sentence(told)


def test_an_unknown_voice_is_told_before_the_book_is_read(run: Run, manuscript: Path) -> None:
    run("narrate", manuscript, "--voice", "nobody")
    assert json.loads(run("projects", "--json")[1]) == {"projects": []}


def test_a_file_that_is_no_book_gets_its_sentence_and_leaves_nothing(run: Run, tmp_path: Path) -> None:
    (tmp_path / "empty.epub").write_bytes(b"")
    status, _, told = run("narrate", tmp_path / "empty.epub")
    assert status == 1
    assert "empty.epub" in sentence(told)
    assert json.loads(run("projects", "--json")[1]) == {"projects": []}


@pytest.mark.skipif(sys.platform == "win32", reason="Ctrl-C cannot be sent to one process alone on Windows")
def test_ctrl_c_stops_with_a_sentence_and_the_next_run_goes_on(project: Path, workspace: Path, tmp_path: Path) -> None:
    book = tmp_path / "long.md"
    chapters = (f"# Chapter {n}\n\n" + f"The keeper counted the stairs {n} times. " * 60 for n in range(1, 30))
    book.write_text("\n\n".join(chapters), encoding="utf-8")
    command = [sys.executable, "-m", "studio", "narrate", str(book), "--workspace", str(workspace)]
    narrating = subprocess.Popen(command, cwd=project, stderr=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8")
    assert narrating.stderr
    for line in narrating.stderr:
        if line.startswith("Narrating"):
            break
    narrating.send_signal(signal.SIGINT)
    _, told = narrating.communicate(timeout=60)
    assert narrating.returncode == 130
    assert told.strip().splitlines()[-1] == "Stopped. Run the same command again to go on."
    again = subprocess.run([*command, "--chapters", "1"], cwd=project, capture_output=True, check=False)
    assert again.returncode == 0, again.stderr


# --- say, voices, projects ---------------------------------------------------------------------------------------


def test_say_speaks_into_a_file(run: Run, tmp_path: Path) -> None:
    status, out, told = run("say", "The lamp is lit.", "-o", tmp_path / "lamp.wav", "--json")
    assert status == 0, told
    assert soundfile.info(tmp_path / "lamp.wav").duration == pytest.approx(json.loads(out)["seconds"], abs=0.01)


def test_voices_can_be_read_by_people_and_by_programs(run: Run) -> None:
    voices = json.loads(run("voices", "--json")[1])["voices"]
    assert len(voices) >= 8
    lines = run("voices")[1].splitlines()
    assert [line.split()[0] for line in lines] == [voice["name"] for voice in voices]


def test_an_empty_shelf_is_not_an_error(run: Run) -> None:
    status, out, told = run("projects")
    assert (status, out) == (0, "")
    assert "no projects yet" in told


# --- troubles ----------------------------------------------------------------------------------------------------


def test_a_workspace_that_cannot_be_is_told_in_a_sentence(run: Run, workspace: Path) -> None:
    workspace.write_text("a file where the folder should be", encoding="utf-8")
    status, _, told = run("projects")
    assert status == 1
    assert str(workspace) in sentence(told)


def test_what_nobody_expected_is_a_sentence_and_its_trace_is_in_the_log(
    run: Run, workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_self: object) -> Any:
        raise RuntimeError("the moon")

    monkeypatch.setattr(Production, "voices", fail)
    status, _, told = run("voices")
    assert status == 1
    assert "the moon" in sentence(told)
    assert str(workspace / "voxfolio.log") in sentence(told)
    assert "Traceback" in (workspace / "voxfolio.log").read_text(encoding="utf-8")


def test_the_checks_are_run_from_the_source(run: Run) -> None:
    status, _, told = run("test")
    assert status == 1
    assert "python3 launch.py test" in sentence(told)


def test_a_port_in_the_environment_that_is_no_number_is_told(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VOXFOLIO_PORT", "eighty")
    assert run("voices")[0] == 0
    status, _, told = run("studio")
    assert status == 1
    assert "VOXFOLIO_PORT" in sentence(told)


def test_titles_in_every_script_pass_a_pipe_with_a_narrow_encoding(
    project: Path, workspace: Path, tmp_path: Path
) -> None:
    book = tmp_path / "b.md"
    book.write_text("# 灯台 “Маяк”\n\nThe lamp is lit.\n", encoding="utf-8")
    production = Production(studio.cli.read_settings(workspace))
    production.import_book(book)
    production.close()
    environment = {**os.environ, "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
    command = [sys.executable, "-m", "studio", "projects", "--workspace", str(workspace)]
    answer = subprocess.run(command, cwd=project, env=environment, capture_output=True, check=False)
    assert answer.returncode == 0, answer.stderr
    assert "灯台 “Маяк”" in answer.stdout.decode("utf-8")


# --- progress ----------------------------------------------------------------------------------------------------


def test_progress_reads_as_a_line() -> None:
    progress = Progress("narrating", 41, 100, 250.0, "Chapter 3 of 12")
    assert describe_progress(progress) == "Narrating: 41%, Chapter 3 of 12, about 4 min left"
    assert describe_progress(Progress("reading", 0, 0)) == "Reading"


@pytest.mark.parametrize(("seconds", "words"), [(0.2, "1 s"), (59, "59 s"), (90, "2 min"), (19_200, "5 h 20 min")])
def test_durations_are_rounded_to_what_a_person_would_say(seconds: float, words: str) -> None:
    assert describe_duration(seconds) == words


def test_a_script_is_one_json_object_a_line_and_counts_in_the_file(run: Run, tmp_path: Path) -> None:
    text = 'CHAPTER I\n\nMary Ash came in. "It is late," said Mary.\n\nCHAPTER II\n\n"So it is," said John.\n'
    book = tmp_path / "book.txt"
    book.write_text(text, encoding="utf-8")
    status, out, told = run("script", book, "--json", "--with-cast")
    assert status == 0, told
    *lines, cast = [json.loads(line) for line in out.splitlines()]
    assert all(text[line["start"] : line["end"]] == line["text"] for line in lines)
    spoken = {line["text"]: line["speaker"] for line in lines if line["kind"] == "dialogue"}
    assert "Mary" in spoken["It is late,"] and "John" in spoken["So it is,"]
    assert {line["chapter"] for line in lines} == {1, 2}
    assert len(cast["cast"]) == 2 and all(character["lines"] == 1 for character in cast["cast"])
