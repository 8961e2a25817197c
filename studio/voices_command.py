"""`voxfolio voices`: list the voices; carry one elsewhere as a sealed file, take one in, write one as a data set."""

from __future__ import annotations

import argparse
import getpass
import json
import sys
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from engine.errors import EditRefused
from engine.settings import Settings

if TYPE_CHECKING:
    from engine.production import Production

PASSPHRASE_HELP = "a file whose first line is the passphrase; without it you are asked"


def add_voices_options(command: argparse.ArgumentParser) -> None:
    actions = command.add_subparsers(dest="action", metavar="ACTION")
    listing = actions.add_parser("list", help="list the voices (what happens without an action, too)")
    carry = actions.add_parser("export", help="write a recorded voice and its consent as one sealed file")
    carry.add_argument("name", metavar="NAME", help="the voice; `voices list` has the names")
    carry.add_argument("-o", "--output", type=Path, metavar="FILE", help="ends in .voxvoice (default: NAME.voxvoice)")
    bring = actions.add_parser("import", help="take in a voice from such a file")
    bring.add_argument("file", type=Path, metavar="FILE")
    dataset = actions.add_parser("dataset", help="write a recorded voice's clips as a zip in LJSpeech's layout")
    dataset.add_argument("name", metavar="NAME")
    dataset.add_argument("-o", "--output", type=Path, metavar="FILE", help="ends in .zip (default: NAME.zip)")
    for parser in (carry, bring):
        parser.add_argument("--passphrase-file", type=Path, metavar="FILE", help=PASSPHRASE_HELP)
    command.add_argument("--json", action="store_true", help="give the result as one JSON object")
    for parser in (listing, carry, bring, dataset):
        parser.add_argument("--json", action="store_true", default=argparse.SUPPRESS, help="the same")
        parser.add_argument("--workspace", type=Path, default=argparse.SUPPRESS, metavar="DIR", help=argparse.SUPPRESS)


def run_voices(options: argparse.Namespace, settings: Settings) -> None:
    """Raises NotFound, EditRefused, RecordingRefused, ConsentRefused, WorkspaceError."""
    from engine.production import Production

    deeds = {"export": export_voice, "import": import_voice, "dataset": export_dataset}
    with closing(Production(settings)) as production:
        told, lines = deeds.get(options.action, list_voices)(production, options)
    sys.stdout.write(json.dumps(told, ensure_ascii=False, indent=2) if options.json else "\n".join(lines))
    sys.stdout.write("\n")


Told = tuple[dict[str, object], Sequence[str]]


def list_voices(production: Production, options: argparse.Namespace) -> Told:
    """Those that can be used today, then people's voices that cannot, and why."""
    keys = ("name", "label", "description", "engine", "licence")
    voices = production.voices()
    usable = {voice.name for voice in voices}
    waiting = [voice for voice in production.voice_desk.voices() if voice.row.name not in usable]
    rows = [(voice.name, voice.engine, voice.description) for voice in voices]
    rows += [(voice.row.name, "-", f"{voice.row.person}: {voice.row.state}, not to be used.") for voice in waiting]
    widths = [max(len(row[column]) for row in rows) for column in range(2)]
    told: dict[str, object] = {
        "voices": [{key: getattr(voice, key) for key in keys} for voice in voices],
        "not_ready": [
            {"name": voice.row.name, "person": voice.row.person, "state": voice.row.state} for voice in waiting
        ],
    }
    return told, [f"{name.ljust(widths[0])}  {engine.ljust(widths[1])}  {about}" for name, engine, about in rows]


def export_voice(production: Production, options: argparse.Namespace) -> Told:
    from engine.voices.parcel import SUFFIX

    path = (options.output or Path(f"{options.name}{SUFFIX}")).absolute()
    check_new(path)
    production.voice_desk.voice(options.name)  # a wrong name is told before a passphrase is asked for
    production.voice_desk.export_voice(options.name, read_passphrase(options.passphrase_file, twice=True), path)
    told = f"{path}: the voice {options.name} with its consent, locked with your passphrase."
    return {"path": str(path), "voice": options.name}, [told]


def import_voice(production: Production, options: argparse.Namespace) -> Told:
    passphrase = read_passphrase(options.passphrase_file, twice=False)
    taken = [voice.name for voice in production.voices()]
    name = production.voice_desk.import_voice(options.file.absolute(), passphrase, taken)
    voice = production.voice_desk.voice(name)
    told = f"{name}: {voice.row.person}'s voice, {voice.seconds:.0f} s of it, with their consent."
    return {"voice": name, "person": voice.row.person, "seconds": round(voice.seconds, 1)}, [told]


def export_dataset(production: Production, options: argparse.Namespace) -> Told:
    from dataclasses import asdict

    from studio.progress_line import ProgressLine

    path = (options.output or Path(f"{options.name}.zip")).absolute()
    check_new(path)
    with ProgressLine(sys.stderr) as show:
        production.voice_desk.hear_words(options.name, show)
        report = production.voice_desk.export_dataset(options.name, path, show)
    lines = [f"{path}: {report.clips} clips, {report.seconds / 60:.1f} minutes, {report.words} words."]
    lines += [f"  {id_}: {sentence}" for id_, sentence in report.outliers]
    return {"path": str(path), **asdict(report)}, lines


def check_new(path: Path) -> None:
    """Raises EditRefused when something is there already."""
    if path.exists():
        raise EditRefused(f"{path} is there already. Name another file with -o.")


def read_passphrase(path: Path | None, *, twice: bool) -> str:
    """From a file, else typed unseen; ``twice`` when nothing would notice a slip. Raises EditRefused."""
    if path is not None:
        try:
            return path.read_text(encoding="utf-8").splitlines()[0]
        except (OSError, UnicodeDecodeError, IndexError):
            raise EditRefused(f"There is no passphrase to be read in {path}.") from None
    if not sys.stdin.isatty():
        raise EditRefused("A passphrase is needed. Put it in a file and name that with --passphrase-file.")
    typed = getpass.getpass("Passphrase: ")
    if twice and typed != getpass.getpass("Once more:  "):
        raise EditRefused("The two are not the same. Nothing was written.")
    return typed
