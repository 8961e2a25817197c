"""A consent outside the studio it was given in: its signed entries and the key to verify them with.

The person it is about can keep it; it goes with a voice that is carried to another studio. It proves that the holder of
the key wrote these entries. It does not prove who that is, nor that the consent was not taken back since.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from engine.errors import ConsentMissing, ConsentOver
from engine.voice_types import Consent
from engine.voices.ledger import Entry, hash_entry, read_record
from engine.voices.signing import verify_signature

RECEIPT = "voxfolio consent 1"  # the kind of file


def is_about(entry: Entry, id_: str) -> bool:
    body = json.loads(entry.body)
    return bool(body.get("consent_id", body.get("consent", {}).get("id")) == id_)


def write_receipt(entries: Sequence[Entry], id_: str, public_key: str) -> dict[str, Any]:
    """The entries about one consent, as JSON."""
    kept = [entry._asdict() for entry in entries if is_about(entry, id_)]
    return {"kind": RECEIPT, "public_key": public_key, "entries": kept}


def read_receipt(receipt: Mapping[str, Any]) -> Consent:
    """The consent as the receipt's entries leave it. Raises ConsentMissing when one was changed, ConsentOver."""
    try:
        entries = [Entry(**entry) for entry in receipt["entries"]]
        key = str(receipt["public_key"])
        signed = all(
            entry.hash == hash_entry(entry.seq, entry.kind, entry.body, entry.previous_hash)
            and verify_signature(key, entry.hash.encode(), entry.signature)
            for entry in entries
        )
        ordered = [entry.seq for entry in entries] == sorted({entry.seq for entry in entries})
        record = read_record(entries)
        (consent,) = record.consents.values()
        whole = receipt["kind"] == RECEIPT and signed and ordered and all(is_about(e, consent.id) for e in entries)
    except (KeyError, TypeError, ValueError, AttributeError):
        whole = False
    if not whole:
        raise ConsentMissing("The consent that came with this voice was changed or is not whole. Nothing was taken in.")
    if record.ended:
        raise ConsentOver(f"{consent.terms.person}'s leave to use their voice ended on {consent.terms.until}.")
    return consent
