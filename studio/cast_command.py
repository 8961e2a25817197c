"""`voxfolio cast BOOK`: who speaks in a book, who reads them, and the same changes as on the cast page.

Several changes may stand in one command; they are made in the order of the help. What the book then looks like is told
at the end. A speaker without a voice is told, and is no failure of this command.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from engine.errors import EditRefused, NotFound
from engine.settings import Settings
from studio.progress_line import ProgressLine

if TYPE_CHECKING:
    from engine.core_types import OnProgress
    from engine.production import Production
    from engine.shelf_types import BookSummary, DoubtfulLine, Role

IN_DOUBT = 0.3  # the doubt from which lines are counted, as on the page


def add_cast_options(command: argparse.ArgumentParser) -> None:
    command.add_argument("book", metavar="BOOK", help="a manuscript (EPUB, DOCX, HTML, Markdown, TXT) or a project")
    command.add_argument("--json", action="store_true", help="give the result as one JSON object")
    command.add_argument("--undo", action="store_true", help="take the latest change back")
    command.add_argument("--import", dest="table", type=Path, metavar="FILE.csv", help="read a changed table")
    command.add_argument(
        "--rename", type=read_pair, action="append", default=[], metavar="OLD=NEW", help="give a speaker another name"
    )
    command.add_argument(
        "--merge", type=read_pair, action="append", default=[], metavar="NAME=INTO", help="two names, one speaker"
    )
    reading = command.add_mutually_exclusive_group()
    reading.add_argument(
        "--one-voice", nargs="?", const="", metavar="VOICE", help="one voice reads everything: the narrator's, or this"
    )
    reading.add_argument("--full-cast", action="store_true", help="every speaker has a voice")
    command.add_argument(
        "--give", type=read_pair, action="append", default=[], metavar="NAME=VOICE", help="who reads this speaker"
    )
    command.add_argument("--suggest", action="store_true", help="give whoever has no voice the suggested one")
    command.add_argument("--export", type=Path, metavar="FILE.csv", help="save the script as a table")
    command.add_argument("--doubtful", type=read_count, default=0, metavar="N", help="tell the N most doubtful lines")


def read_pair(text: str) -> tuple[str, str]:
    """ "Lizzy=Elizabeth" as two names. Raises ArgumentTypeError."""
    first, sign, second = (part.strip() for part in text.rpartition("="))
    if not (first and sign and second):
        raise argparse.ArgumentTypeError(f"{text!r} is not two names with = between them, as in Lizzy=Elizabeth")
    return first, second


def read_count(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of lines; give 1 or more")
    return int(text)


def show_cast(options: argparse.Namespace, settings: Settings) -> None:
    """Make the changes, then tell the cast. Raises StudioError."""
    from studio.cli import opened_production

    with opened_production(settings) as production:
        with ProgressLine(sys.stderr) as show:
            slug = open_book(production, options.book, show).slug
        done = change_cast(production, slug, options)
        book, roles = production.book(slug), production.script_desk.roles(slug)
        lines = production.script_desk.doubtful(slug, 0.0, options.doubtful) if options.doubtful else []
        if options.json:
            result = {**describe_cast(production, book, roles), "doubtful": [describe_line(line) for line in lines]}
            sys.stdout.write(json.dumps({**result, "done": done}, ensure_ascii=False, indent=2) + "\n")
        else:
            tell_cast(production, book, roles, done)
            tell_lines(lines)


def open_book(production: Production, named: str, show: OnProgress) -> BookSummary:
    """The project of a manuscript, made if there is none, or the project of that name. Raises NotFound."""
    from studio.cli import find_project

    path = Path(named)
    if path.is_file():
        return production.find_or_import_book(path, show)
    if path.is_dir():
        raise NotFound(f"{path} is a folder. Name a manuscript in it, or a project.")
    return find_project(production, named)


def change_cast(production: Production, slug: str, options: argparse.Namespace) -> list[str]:
    """Do what was asked; returns what was done, in words."""
    from engine.cast_desk import find_role
    from engine.shelf_types import Reading

    script, cast, done = production.script_desk, production.cast_desk, []

    def find(name: str) -> str:
        return find_role(script.roles(slug), name).name

    if options.undo:
        done.append(f"undone: {script.undo(slug)}")
    if options.table:
        if not options.table.is_file():
            raise NotFound(f"There is no file {options.table}. Save the script with --export first.")
        done.append(f"lines changed by {options.table}: {script.read_csv(slug, options.table)}")
    for old, new in options.rename:
        name = find(old)
        script.rename_role(slug, name, new)
        done.append(f"{name} is called {new}")
    for name, into in ((find(name), find(into)) for name, into in options.merge):
        if name == into:
            raise EditRefused(f"“{name}” and “{into}” are one speaker already.")
        script.merge_roles(slug, name, into)
        done.append(f"{name} and {into} are one")
    if options.one_voice is not None:
        cast.read_all_in_one(slug, options.one_voice)
        done.append("one voice reads everything")
    if options.full_cast:
        script.set_reading(slug, Reading.FULL_CAST)
        done.append("a full cast reads")
    known = {voice.name for voice in production.voices()}
    for name, voice in ((find(name), voice.casefold()) for name, voice in options.give):
        if voice not in known:
            raise NotFound(f"There is no voice called “{voice}”. There are: {', '.join(sorted(known))}.")
        script.give_voice(slug, name, voice)
        done.append(f"{name} has the voice {voice}")
    if options.suggest:
        done.append(f"speakers given a suggested voice: {cast.accept_suggestions(slug)}")
    if options.export:
        script.write_csv(slug, options.export.absolute())
        done.append(f"the script is in {options.export}")
    return done


# --- telling -----------------------------------------------------------------------------------------------------


def find_troubles(production: Production, book: BookSummary) -> tuple[list[Role], list[str]]:
    """Who waits for a voice in a full cast, and whose voices are hard to tell apart."""
    from engine.shelf_types import Reading

    if book.reading is Reading.ONE_VOICE:
        return [], []
    desk = production.cast_desk
    return desk.uncast(book.slug), [finding.sentence for finding in desk.warn(book.slug)]


def describe_cast(production: Production, book: BookSummary, roles: Sequence[Role]) -> dict[str, object]:
    """The cast as --json gives it."""
    script, slug = production.script_desk, book.slug
    uncast, warnings = find_troubles(production, book)
    return {
        "project": slug,
        "title": book.title,
        "reading": str(book.reading),
        "series": book.series,
        "speakers": [describe_role(role) for role in roles],
        "uncast": [role.name for role in uncast],
        "warnings": warnings,
        "in_doubt": {"above": IN_DOUBT, "lines": script.count_doubtful(slug, IN_DOUBT)},
        "undo": script.last_edit(slug),
    }


def describe_role(role: Role) -> dict[str, object]:
    keys = ("name", "aliases", "gender", "age", "lines", "characters", "voice", "is_narrator")
    shape = role.shape
    bent = {"semitones": shape.semitones, "formant": shape.formant, "pace": shape.pace} if shape else None
    return {**{key: getattr(role, key) for key in keys}, "shape": bent}


def describe_line(line: DoubtfulLine) -> dict[str, object]:
    segment = line.segment
    return {
        "id": segment.id,
        "chapter": line.chapter_title,
        "speaker": segment.speaker,
        "doubt": round(segment.doubt, 3),
        "reason": segment.reason,
        "text": segment.text.strip(),
        "candidates": list(line.candidates),
    }


def tell_cast(production: Production, book: BookSummary, roles: Sequence[Role], done: Sequence[str]) -> None:
    """The cast as a table; what was done before it, what is missing after it, both to standard error."""
    from engine.core_types import NARRATOR
    from studio.cli import complain, counted, print_table

    for deed in done:
        complain(f"{deed[0].upper()}{deed[1:]}.")
    told = [role for role in roles if role.lines or role.name == NARRATOR]
    spoken = sum(role.characters for role in told if role.name != NARRATOR) or 1
    print_table(
        [
            (
                role.name,
                counted(role.lines, "line"),
                "" if role.name == NARRATOR else f"{100 * role.characters / spoken:.0f} %",
                " ".join(filter(None, (role.gender, role.age))),
                name_voice(book, role),
            )
            for role in told
        ]
    )
    uncast, warnings = find_troubles(production, book)
    if uncast:
        have = "speaker has" if len(uncast) == 1 else "speakers have"
        names = ", ".join(f"{role.name} ({counted(role.lines, 'line')})" for role in uncast)
        complain(f"{len(uncast)} {have} lines and no voice, so their lines wait: {names}. --suggest gives them voices.")
    for sentence in warnings:
        complain(sentence)
    doubtful = production.script_desk.count_doubtful(book.slug, IN_DOUBT)
    if doubtful:
        level = f"{IN_DOUBT:.0%}"
        complain(f"{counted(doubtful, 'line')} more than {level} in doubt. --doubtful 20 tells the most doubtful ones.")


def name_voice(book: BookSummary, role: Role) -> str:
    from engine.core_types import NARRATOR
    from engine.shelf_types import Reading

    if role.name == NARRATOR or role.is_narrator or book.reading is Reading.ONE_VOICE:
        return book.voice
    return f"{role.voice}, bent" if role.voice and role.shape else role.voice or "no voice"


def tell_lines(lines: Sequence[DoubtfulLine]) -> None:
    for line in lines:
        segment = line.segment
        words = " ".join(segment.text.split())
        why = f", {segment.reason}" if segment.reason else ""
        sys.stdout.write(f"\n{line.chapter_title}, {segment.doubt:.0%} in doubt{why}\n  {segment.speaker}: {words}\n")
        sys.stdout.write(f"  or: {', '.join(name for name in line.candidates if name != segment.speaker)}\n")
