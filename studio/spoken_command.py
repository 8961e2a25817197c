"""`voxfolio spoken`: lines of text as they will be said."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

from engine.errors import StudioError
from engine.settings import Settings


def add_spoken_options(command: argparse.ArgumentParser) -> None:
    command.add_argument("file", nargs="?", default="-", metavar="FILE", help="a text file (default: standard input)")
    command.add_argument("--language", default="en", metavar="TAG", help="of the lines, such as en or de (default: en)")
    command.add_argument("--lexicon", type=Path, metavar="FILE", help="words of your own: a .csv or .pls file")
    command.add_argument("--json", action="store_true", help="one JSON object a line, with the spans of the source")


def print_spoken(options: argparse.Namespace, settings: Settings) -> None:
    """A line to standard output for each line read, empty where nothing is said."""
    from engine.manuscript.lexicon_files import read_lexicon
    from engine.manuscript.spoken_text import speak_span_by_span, spoken_form

    lexicon = read_lexicon(options.lexicon) if options.lexicon else None
    for line in read_lines(options.file):
        if options.json:
            spans = speak_span_by_span(line, language=options.language, lexicon=lexicon)
            told = {
                "text": line,
                "spoken": "".join(span.spoken for span in spans),
                "spans": [{"start": span.start, "end": span.end, "spoken": span.spoken} for span in spans],
            }
            sys.stdout.write(json.dumps(told, ensure_ascii=False) + "\n")
        else:
            sys.stdout.write(spoken_form(line, language=options.language, lexicon=lexicon) + "\n")
        sys.stdout.flush()  # whoever pipes line by line is waiting


def read_lines(name: str) -> Iterator[str]:
    """The lines of a file, or of standard input for "-", without their ends. Raises StudioError when not in UTF-8."""
    with ExitStack() as stack:
        file = sys.stdin.buffer if name == "-" else stack.enter_context(Path(name).open("rb"))
        for number, line in enumerate(file, 1):
            try:
                yield line.decode("utf-8-sig" if number == 1 else "utf-8").rstrip("\r\n")
            except UnicodeDecodeError as error:
                where = "standard input" if name == "-" else name
                raise StudioError(
                    f"Line {number} of {where} is not text in UTF-8. Save it as UTF-8 and try again."
                ) from error
