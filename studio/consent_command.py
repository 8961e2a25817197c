"""`voxfolio consent`: the record of who gave leave for their voice; verified, shown, exported, and taken back."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.errors import EditRefused
from engine.settings import Settings

if TYPE_CHECKING:
    from engine.voice_types import Consent
    from engine.voices.consent_book import ConsentBook


def add_consent_options(command: argparse.ArgumentParser) -> None:
    deeds = command.add_subparsers(dest="deed", metavar="DEED", required=True)
    verify = deeds.add_parser("verify", help="check every entry of the record: its signature and its place")
    show = deeds.add_parser("show", help="list the consents, or tell all about one")
    show.add_argument("id", nargs="?", metavar="ID", help="a consent; without it all are listed")
    export = deeds.add_parser("export", help="write a signed receipt of a consent, to give to the person")
    export.add_argument("id", metavar="ID")
    export.add_argument("-o", "--output", type=Path, required=True, metavar="FILE.json")
    revoke = deeds.add_parser("revoke", help="take a consent back: the voice is silent at once, its recordings deleted")
    revoke.add_argument("id", metavar="ID")
    revoke.add_argument("--yes", action="store_true", help="do it; without this nothing is changed")
    for deed in (verify, show, export, revoke):
        deed.add_argument("--json", action="store_true", help="give the result as one JSON object")
        deed.add_argument("--workspace", type=Path, default=argparse.SUPPRESS, metavar="DIR", help=argparse.SUPPRESS)


def run_consent(options: argparse.Namespace, settings: Settings) -> None:
    """Do one deed and tell what came of it. Raises StudioError; ConsentMissing when the record was changed."""
    from studio.cli import opened_production

    with opened_production(settings) as production:
        desk = production.voice_desk
        if options.deed == "verify":
            result, lines = verify_record(desk.consents)
        elif options.deed == "show":
            result, lines = show_one(desk.consents, options.id) if options.id else show_all(desk.consents)
        elif options.deed == "export":
            result, lines = export_one(desk.consents, options.id, options.output)
        else:
            check_meant(desk.consents, options.id, options.yes)
            done = desk.revoke_consent(options.id)
            result, lines = {"revoked": options.id, "done": done}, done
    text = json.dumps(result, ensure_ascii=False, indent=2) if options.json else "\n".join(lines)
    sys.stdout.write(f"{text}\n")


Told = tuple[dict[str, Any], list[str]]  # the result as JSON, and in lines for a person


def verify_record(book: ConsentBook) -> Told:
    """Raises ConsentMissing with the first entry that is wrong."""
    entries = book.verify()
    if not entries:
        return {"entries": 0, "whole": True}, ["Nobody has given leave for their voice in this workspace yet."]
    count = "1 entry" if entries == 1 else f"{entries} entries"
    told = f"The record of consents is whole: {count}, each signed, none missing."
    return {"entries": entries, "whole": True}, [told]


def show_all(book: ConsentBook) -> Told:
    rows = [(consent, book.tell_standing(consent)) for consent in book.consents()]
    lines = [f"{c.id}  {c.terms.person}: {c.voice}, {c.terms.use}, until {c.terms.until}, {s}" for c, s in rows]
    listed = [{**describe_consent(consent), "standing": standing} for consent, standing in rows]
    return {"consents": listed}, lines or ["Nobody has given leave for their voice in this workspace yet."]


def show_one(book: ConsentBook, id_: str) -> Told:
    """Raises NotFound."""
    consent, history = book.show(id_), book.history(id_)
    standing = book.tell_standing(consent)
    checks = history[0].get("checks", {})
    lines = [
        f"{consent.terms.person}, for the voice {consent.voice}: {standing}",
        f"  given         {consent.given_at}" + (f", taken back {consent.revoked_at}" if consent.revoked_at else ""),
        f"  for           {consent.terms.use}, {', '.join(consent.terms.projects) or 'all books of this studio'}",
        f"  until         {consent.terms.until}",
        f"  said          {consent.wording}",
        f"  checked       {', '.join(f'{check}: {outcome}' for check, outcome in checks.items())}",
        f"  scores        {', '.join(f'{name} {score:.2f}' for name, score in consent.scores.items())}",
        f"  recordings    {len(consent.sample_sha256s)}",
    ]
    if consent.by_hand:
        lines.insert(6, f"  by hand       {history[0]['reviewer']} heard the statement and attests it")
    lines += [f"  entry {entry['seq']:<8}{entry['kind']}, {entry['at']}" for entry in history]
    return {**describe_consent(consent), "standing": standing, "entries": history}, lines


def export_one(book: ConsentBook, id_: str, path: Path) -> Told:
    """Raises NotFound, WorkspaceError."""
    book.export(id_, path)
    told = f"{path}: the signed entries about {book.show(id_).terms.person}'s consent, and the key to verify them with."
    return {"path": str(path), "consent": id_}, [told]


def check_meant(book: ConsentBook, id_: str, yes: bool) -> None:
    """Raises EditRefused with what would happen, unless it was said to be meant; NotFound."""
    consent = book.show(id_)
    if not yes:
        raise EditRefused(
            f"This ends {consent.terms.person}'s leave for the voice {consent.voice} for good and deletes the "
            f"recordings it covers ({len(consent.sample_sha256s)}). Nothing was changed; add --yes if you mean it."
        )


def describe_consent(consent: Consent) -> dict[str, Any]:
    return {
        "id": consent.id,
        "voice": consent.voice,
        "person": consent.terms.person,
        "use": str(consent.terms.use),
        "projects": list(consent.terms.projects),
        "until": consent.terms.until,
        "given_at": consent.given_at,
        "revoked_at": consent.revoked_at,
        "by_hand": consent.by_hand,
        "scores": consent.scores,
    }
