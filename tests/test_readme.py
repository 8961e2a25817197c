"""What the documentation tells people to type works, and what it points to exists."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from studio.cli import COMMANDS, main, read_arguments

ROOT = Path(__file__).resolve().parents[1]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
BOOK = "# The Lamp\n\nThe keeper climbed the stairs.\n\n# The Letter\n\nIn the morning a letter came.\n"


def names(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


def commands(page: Path) -> list[list[str]]:
    """The arguments of every `python3 launch.py ...` in the page's blocks of commands."""
    blocks = re.findall(r"```sh\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)
    lines = [line for block in blocks for line in block.replace("\\\n", " ").splitlines()]
    return [shlex.split(line)[2:] for line in lines if line.startswith("python3 launch.py")]


def anchors(page: Path) -> set[str]:
    """What a link may name after #: the headings, in the form that they get there."""
    headings = re.findall(r"^#+ (.*)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {"", *(re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-") for heading in headings)}


@pytest.mark.parametrize("page", PAGES, ids=names)
def test_links_and_pictures_lead_somewhere(page: Path) -> None:
    text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    broken = []
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if target.startswith(("http://", "https://", "mailto:")):
            continue
        path, _, anchor = target.partition("#")
        goal = (page.parent / path).resolve() if path else page
        if not goal.exists() or (goal.suffix == ".md" and anchor not in anchors(goal)):
            broken.append(target)
    assert broken == []


@pytest.mark.parametrize("page", PAGES, ids=names)
def test_commands_that_are_shown_are_understood(page: Path) -> None:
    for arguments in commands(page):
        if arguments[:1] != ["test"]:
            read_arguments(arguments)


@pytest.mark.parametrize("page", ["README.md", "docs/command-line.md"])
def test_commands_that_are_shown_run_in_their_order(
    page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """As written, in one folder where a book.epub lies; the studio itself is walked through in the browser tests."""
    monkeypatch.setenv("VOXFOLIO_WORKSPACE", str(tmp_path / "workspace"))
    monkeypatch.chdir(tmp_path)
    make_epub(tmp_path / "book.epub")
    shown = [arguments for arguments in commands(ROOT / page) if arguments and arguments[0] in COMMANDS]
    assert {"voices", "say", "narrate", "projects"} <= {arguments[0] for arguments in shown}
    for arguments in shown:
        status = main(arguments)
        told = capsys.readouterr()
        assert status == 0, f"{arguments}: {told.err}"
        assert told.out.strip()
    assert (tmp_path / "lamp.wav").stat().st_size > 10_000
    assert (tmp_path / "book.m4b").stat().st_size > 10_000


def make_epub(path: Path) -> None:
    from ebooklib import epub

    book = epub.EpubBook()
    book.set_identifier("urn:voxfolio:test")
    book.set_title("The Lighthouse")
    book.set_language("en")
    pages = []
    for number, part in enumerate(re.split(r"^# ", BOOK, flags=re.M)[1:], 1):
        title, text = part.strip().split("\n\n")
        page = epub.EpubHtml(title=title, file_name=f"{number}.xhtml", lang="en")
        page.content = f"<h1>{title}</h1><p>{text}</p>"
        book.add_item(page)
        pages.append(page)
    book.toc = pages
    book.spine = ["nav", *pages]
    book.add_item(epub.EpubNcx())
    book.add_item(epub.EpubNav())
    epub.write_epub(str(path), book)


def test_the_readme_is_short_and_shows_the_studio() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert len(text.splitlines()) < 100
    assert "](docs/images/studio.png)" in text
    assert "python3 launch.py" in text


def test_every_command_is_described() -> None:
    text = (ROOT / "docs" / "command-line.md").read_text(encoding="utf-8")
    assert [
        name for name in COMMANDS if name != "test" and f"## {name}" not in text and f", {name}\n" not in text
    ] == []


def test_every_option_is_described() -> None:
    from studio.cli import build_parser

    text = (ROOT / "docs" / "command-line.md").read_text(encoding="utf-8")
    parser = build_parser()
    choices = next(action.choices for action in parser._actions if isinstance(action.choices, dict))
    options = {
        option for command in choices.values() for action in command._actions for option in action.option_strings
    }
    assert {option for option in options if option.startswith("--") and option not in text} == {"--output"}
