"""`voxfolio models`: the models that engines speak and listen with: listed, got, brought from a folder, removed."""

from __future__ import annotations

import argparse
import getpass
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from engine.errors import LicenceNotAccepted, ModelError
from engine.settings import Settings
from studio.progress_line import ProgressLine

if TYPE_CHECKING:
    from engine.narration.models import KeptModel


DEEDS = {
    "list": "what there is, and what is here",
    "get": "fetch a model, or go on with it",
    "import": "take a model's files from a folder",
    "remove": "delete a model from the disk",
    "choose": "the engine that recorded voices speak with: xtts, pocket, or best",
}


def add_models_options(command: argparse.ArgumentParser) -> None:
    deeds = "; ".join(f"{deed}: {meaning}" for deed, meaning in DEEDS.items())
    command.add_argument("deed", choices=DEEDS, metavar="|".join(DEEDS), help=deeds)
    command.add_argument("name", nargs="?", metavar="NAME", help="the model (or engine); `models list` names them")
    command.add_argument("folder", nargs="?", type=Path, metavar="FOLDER", help="to import: the folder with its files")
    command.add_argument(
        "--accept-licence",
        nargs="?",
        const="",
        metavar="YOUR NAME",
        help="show the model's licence and note that you accept it (by default under your name on this computer)",
    )
    command.add_argument(
        "--token-file",
        type=Path,
        metavar="FILE",
        help="a file with your access token, for models whose makers want to be asked (- reads it from standard input)",
    )
    command.add_argument("--json", action="store_true", help="give the result as one JSON object")


def check_words(options: argparse.Namespace) -> None:
    """Ends with the usage when words are missing or too many."""
    wanted = {"list": 0, "get": 1, "import": 2, "remove": 1, "choose": 1}[options.deed]
    given = (options.name is not None) + (options.folder is not None)
    if given != wanted:
        needs = ("takes no more words", "needs the NAME of a model", "needs the NAME of a model and a FOLDER")[wanted]
        options.parser.error(f"{options.deed} {needs}")


def run_models(options: argparse.Namespace, settings: Settings) -> None:
    """Do what was asked, then tell what is here. Raises NotFound, ModelError, WorkspaceError, Stopped."""
    from engine.narration.models import get_model, import_model, list_models, look_at, remove_model

    check_words(options)
    models = settings.models
    if options.deed == "list":
        tell_models(list_models(models), options.json)
        return
    if options.deed == "choose":
        choose_engine(options, settings)
        return
    if options.deed == "remove":
        label = look_at(models, options.name).card.label
        freed = remove_model(models, options.name)
        line = f"{label} is deleted; {freed / 1e6:,.0f} MB are free again." if freed else f"{label} was not here."
        tell(options.json, {"removed": options.name, "bytes": freed}, line)
        return
    card = look_at(models, options.name).card
    settle_licence(models, look_at(models, options.name), options.accept_licence)
    with ProgressLine(sys.stderr) as show:
        if options.deed == "get":
            place = get_model(models, options.name, show, token=read_token(options.token_file))
        else:
            place = import_model(models, options.name, options.folder, show)
    kept = look_at(models, options.name)
    if not kept.as_published:
        say(f"These files of {card.label} are not the published ones; they were taken as they are.")
    tell(options.json, {**describe_model(kept), "path": str(place)}, f"{card.label} is in {place}.")


def choose_engine(options: argparse.Namespace, settings: Settings) -> None:
    """Note what recorded voices speak with. Raises NotFound."""
    from studio.cli import opened_production

    wanted = options.name.strip().casefold()
    with opened_production(settings) as production:
        desk = production.engine_desk
        desk.choose_engine("" if wanted == "best" else wanted)
        speaking = desk.cloning_engine()
        step = desk.engine(speaking).next_step
    tell(
        options.json,
        {"chosen": wanted, "speaking": speaking, "next_step": step},
        f"Recorded voices speak with {speaking} from now on. {step}".strip(),
    )


def settle_licence(models: Path, kept: KeptModel, person: str | None) -> None:
    """Have a person accept the licence where it is needed: on the command line, or asked at a terminal.

    Raises LicenceNotAccepted.
    """
    from engine.narration.models import accept_licence, check_acceptance

    card = kept.card
    if not card.licence.needs_acceptance or kept.accepted:
        return
    if person is None and not (sys.stdin.isatty() and sys.stderr.isatty()):
        check_acceptance(models, card)
    say(f"The licence of {card.label}:\n\n{card.licence.wording}\n")
    if person is None:
        sys.stderr.write("To accept it, type your name (nothing to stop here): ")
        sys.stderr.flush()
        person = sys.stdin.readline().strip()
        if not person:
            raise LicenceNotAccepted(f"{card.label} was not fetched: its licence was not accepted.")
    accepted = accept_licence(models, card.name, person or getpass.getuser())
    say(f"Accepted by {accepted.person} on {accepted.accepted_at[:10]}, and noted.")


def read_token(path: Path | None) -> str:
    """A person's access token from a file, or from standard input for "-"; "" for none. Raises ModelError."""
    if path is None:
        return ""
    try:
        token = sys.stdin.readline() if str(path) == "-" else path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ModelError(f"The file {path} with your access token cannot be read.") from error
    if not token.strip().isascii() or not token.strip() or len(token.split()) != 1:
        raise ModelError(f"There is no access token in {path}: it should hold one word and nothing else.")
    return token.strip()


def describe_model(kept: KeptModel) -> dict[str, object]:
    """A model as it is written in JSON."""
    card = kept.card
    return {
        "name": card.name,
        "label": card.label,
        "engine": card.engine,
        "here": kept.here,
        "usable": kept.usable,
        "bytes_here": kept.bytes,
        "bytes": card.bytes,
        "licence": card.licence.name,
        "needs_acceptance": card.licence.needs_acceptance,
        "accepted_by": kept.accepted.person if kept.accepted else "",
        "gated": card.gated,
        "source": kept.source,
        "as_published": kept.as_published,
    }


def tell_models(models: list[KeptModel], as_json: bool) -> None:
    if as_json:
        tell(True, {"models": [describe_model(kept) for kept in models]}, "")
        return
    width = max(len(kept.card.name) for kept in models)
    for kept in models:
        size = f"{kept.card.bytes / 1e6:,.0f} MB"
        state = "here" if kept.here else f"{kept.bytes / 1e6:,.0f} of {size}" if kept.bytes else "not here"
        accept = " (to be accepted)" if kept.card.licence.needs_acceptance and not kept.accepted else ""
        line = f"{kept.card.name.ljust(width)}  {size:>8}  {state}\n{kept.card.description}\n"
        sys.stdout.write(
            line.replace("\n", f"\n{' ' * width}  ", 1) + f"{' ' * width}  {kept.card.licence.name}{accept}\n"
        )


def tell(as_json: bool, result: dict[str, object], line: str) -> None:
    sys.stdout.write(json.dumps(result, ensure_ascii=False, indent=2) + "\n" if as_json else f"{line}\n")


def say(line: str) -> None:
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()
