"""`voxfolio script BOOK`: who says what, as lines a person or a program can read."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from engine.settings import Settings
from studio.progress_line import ProgressLine


def add_script_options(command: argparse.ArgumentParser) -> None:
    command.add_argument("book", type=Path, metavar="BOOK", help="a manuscript (EPUB, DOCX, HTML, Markdown, TXT)")
    command.add_argument("--json", action="store_true", help="one JSON object a line")
    command.add_argument("--with-cast", action="store_true", help="the characters after the lines")


def print_script(options: argparse.Namespace, settings: Settings) -> None:
    """Lines to standard output. In a text file's script, start and end count in the file as decoded."""
    from engine.production import read_script

    with ProgressLine(sys.stderr) as show:
        chapters, script = read_script(options.book, show)
    for entry in script.entries:
        chapter = chapters[entry.chapter - 1]
        if options.json:
            line = {
                "chapter": entry.chapter,
                "start": chapter.source_start + entry.start,
                "end": chapter.source_start + entry.end,
                "kind": entry.kind,
                "speaker": entry.speaker,
                "doubt": entry.doubt,
                "reason": entry.reason,
                "text": entry.text,
                "spoken": entry.spoken,
            }
            tell(json.dumps(line, ensure_ascii=False))
        else:
            doubt = f" ({entry.doubt:.0%} in doubt)" if entry.doubt >= 0.1 else ""
            tell(f"{entry.speaker}{doubt}: {' '.join(entry.text.split())}")
    if options.with_cast:
        speaking = [character for character in script.characters if character.count]
        cast = [
            {
                "name": character.name,
                "aliases": list(character.aliases),
                "gender": character.gender,
                "age": character.age,
                "lines": character.count,
                "is_narrator": character.is_narrator,
            }
            for character in speaking
        ]
        if options.json:
            tell(json.dumps({"cast": cast}, ensure_ascii=False))
        else:
            tell("\nCast")
            for character in speaking:
                tell(f"{character.count:6} lines  {character.name}")


def tell(line: str) -> None:
    sys.stdout.write(line + "\n")
