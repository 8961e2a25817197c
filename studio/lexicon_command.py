"""`voxfolio lexicon`: how words are said, in a book, in its series or in every book."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from engine.errors import LexiconError
from engine.settings import Settings

if TYPE_CHECKING:
    from engine.lexicon_desk import LexiconDesk
    from engine.manuscript.lexicon import LexiconEntry
    from engine.production import Production
    from engine.project.lexicon_store import Reach


def add_lexicon_options(command: argparse.ArgumentParser) -> None:
    which = command.add_mutually_exclusive_group(required=True)
    which.add_argument("book", nargs="?", metavar="BOOK", help="a project; its words are said so in it alone")
    which.add_argument("--series", metavar="NAME", help="the words of all books of a series")
    which.add_argument("--shared", action="store_true", help="the words of every book")
    command.add_argument(
        "--add",
        action="append",
        default=[],
        metavar="WRITTEN=SPOKEN",
        help="say a word another way: Rhys=Reese, or in IPA between strokes, Rhys=/ɹiːs/; a kept one is changed",
    )
    command.add_argument("--remove", action="append", default=[], metavar="WRITTEN", help="say a word as it was again")
    command.add_argument("--import", dest="source", type=Path, metavar="FILE", help="take entries from a .csv or .pls")
    command.add_argument("--export", dest="target", type=Path, metavar="FILE", help="write the entries to such a file")
    command.add_argument("--list", action="store_true", help="tell the entries (also when nothing else is asked)")
    command.add_argument("--json", action="store_true", help="tell them as one JSON object")


def print_lexicon(options: argparse.Namespace, settings: Settings) -> None:
    """Change the entries as asked; then tell them, when asked or when nothing else is."""
    from studio.cli import opened_production

    with opened_production(settings) as production:
        desk, reach = production.lexicon_desk, find_reach(production, options)
        changes = [change_entries(desk, reach, options)]
        if options.target:
            count = desk.export_file(reach, options.target.absolute())
            changes.append(f"{options.target}: {count_words(count)}.")
        entries = [kept.entry for kept in desk.entries(reach)]
    if options.json:
        tell(json.dumps({"entries": [asdict(entry) for entry in entries]}, ensure_ascii=False, indent=2))
        return
    for change in filter(None, changes):
        tell(change)
    if options.list or not any(changes):
        for entry in entries:
            tell(describe_entry(entry))
        if not entries:
            print("No words have a pronunciation of their own here.", file=sys.stderr)  # noqa: T201


def find_reach(production: Production, options: argparse.Namespace) -> Reach:
    """Which books the entries are for. Raises NotFound."""
    from engine.project.lexicon_store import Reach
    from studio.cli import find_project

    if options.book:
        return Reach(find_project(production, options.book).slug)
    named = " ".join((options.series or "").split())
    known = {series.casefold(): series for series in production.lexicon_desk.series()}
    return Reach(series=known.get(named.casefold(), named))  # a series is one, whatever its capitals


def change_entries(desk: LexiconDesk, reach: Reach, options: argparse.Namespace) -> str:
    """Import, remove and add, in this order; returns what came of it in a sentence, "" when nothing was asked."""
    lines = 0
    for written in options.remove:
        lines += desk.remove(reach, find_kept(desk, reach, written))
    if options.source:
        lines += desk.import_file(reach, options.source)[1]
    for text in options.add:
        entry = read_entry(text)
        kept = [one.id for one in desk.entries(reach) if one.entry.written.casefold() == entry.written.casefold()]
        lines += desk.change(reach, kept[0], entry) if kept else desk.add(reach, entry)
    if not (options.remove or options.source or options.add):
        return ""
    return f"{lines:,} line{'' if lines == 1 else 's'} will be spoken anew."


def read_entry(text: str) -> LexiconEntry:
    """ "Rhys=Reese" or "Rhys=/ɹiːs/". Raises LexiconError."""
    from engine.manuscript.lexicon import LexiconEntry

    written, sign, spoken = text.partition("=")
    if not sign:
        raise LexiconError(f"“{text}” does not say how the word is said. Write it as in Rhys=Reese, or Rhys=/ɹiːs/.")
    spoken = spoken.strip()
    if len(spoken) > 1 and spoken.startswith("/") and spoken.endswith("/"):
        return LexiconEntry(written, phonemes=spoken.strip("/"))
    return LexiconEntry(written, spoken)


def find_kept(desk: LexiconDesk, reach: Reach, written: str) -> int:
    """Raises LexiconError with the words there are."""
    entries = desk.entries(reach)
    for kept in entries:
        if kept.entry.written.casefold() == written.casefold():
            return kept.id
    there = f"There are: {', '.join(kept.entry.written for kept in entries[:20])}." if entries else "There is none."
    raise LexiconError(f"“{written}” has no pronunciation of its own here. {there}")


def describe_entry(entry: LexiconEntry) -> str:
    said = " ".join(filter(None, (entry.spoken, f"/{entry.phonemes}/" if entry.phonemes else "")))
    more = [
        *([] if entry.whole_word else ["also inside words"]),
        *(["in this case"] if entry.match_case else []),
        *([entry.part_of_speech] if entry.part_of_speech else []),
        *([entry.note] if entry.note else []),
    ]
    return f"{entry.written} = {said}" + (f"  ({', '.join(more)})" if more else "")


def count_words(number: int) -> str:
    return f"{number:,} word{'' if number == 1 else 's'}"


def tell(line: str) -> None:
    sys.stdout.write(f"{line}\n")
