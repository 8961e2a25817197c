"""The record of consents: entries that are only ever added, each signed and chained to the one before.

An entry that was edited, moved, taken out or taken off the end is noticed when the record is next read, and then no
recorded voice is let through. What every entry says is JSON with sorted keys; its hash covers its number, its kind, the
hash before it and every letter of what it says. Time never runs backwards: an entry is dated no earlier than the last.
"""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from engine.errors import ConsentMissing
from engine.voice_types import Consent, ConsentTerms
from engine.voices.signing import Head, Installation, verify_signature

FIRST = "0" * 64  # what the first entry is chained to

EntryRow = tuple[int, str, str, str, str, str]


class Kind(StrEnum):
    GRANTED = "granted"
    ADMITTED = "admitted"  # granted in another studio, and brought here with the voice
    EXTENDED = "extended"  # more recordings of the same person
    REVOKED = "revoked"
    EXPIRED = "expired"


class Entry(NamedTuple):
    """One entry, as it is kept."""

    seq: int  # 1, 2, 3, ... without a gap
    kind: str
    body: str  # canonical JSON
    previous_hash: str
    hash: str
    signature: str  # hex, of the hash


class EntryStore(Protocol):
    """Where entries are kept; whoever keeps them need not understand them."""

    def read_entries(self) -> list[EntryRow]:
        """All of them, in the order of their numbers."""
        ...

    def append_entry(self, make: Callable[[list[EntryRow]], EntryRow]) -> None:
        """Keep what ``make`` makes of all entries so far; nobody else adds one meanwhile."""
        ...


@dataclass(frozen=True, slots=True)
class Record:
    """What the entries come to."""

    consents: Mapping[str, Consent] = field(default_factory=dict)
    ended: Mapping[str, str] = field(default_factory=dict)  # ids of expired consents -> when that was noted
    latest_at: str = ""  # the date of the last entry
    entries: tuple[Entry, ...] = ()

    def tell_time(self) -> datetime:
        """Now, but never before the last entry: a clock that was set back gains nobody anything."""
        now = datetime.now(UTC)
        return max(now, datetime.fromisoformat(self.latest_at)) if self.latest_at else now

    def is_over(self, consent: Consent) -> bool:
        """Whether its time is over; the last day counts whole, by the calendar of this computer."""
        today = self.tell_time().astimezone().date()
        return consent.id in self.ended or today > date.fromisoformat(consent.terms.until)

    def is_in_force(self, consent: Consent) -> bool:
        return not consent.revoked_at and not self.is_over(consent)


class Ledger:
    """The entries of one workspace. Safe from any thread; other processes may add entries at any time."""

    def __init__(self, store: EntryStore, workspace: Path) -> None:
        self.installation = Installation(workspace)
        self._store, self._workspace = store, workspace
        self._seen: tuple[list[EntryRow], Head | None] = ([], None)
        self._record = Record()
        self._reading = threading.Lock()

    def read(self) -> Record:
        """What stands in the record, verified; cheap while it stays as it is. Raises ConsentMissing when broken."""
        with self._reading:
            rows, head = self._store.read_entries(), self.installation.read_head()
            if (rows, head) != self._seen or not rows:
                self._record = read_record(self._verify(rows, head))
                self._seen = (rows, head)
            return self._record

    def append(self, kind: Kind, body: dict[str, Any]) -> Entry:
        """Add an entry, dated now. Raises ConsentMissing when the record was changed, WorkspaceError."""
        made: list[Entry] = []

        def make(rows: list[EntryRow]) -> EntryRow:
            entries = self._verify(rows, self.installation.read_head())
            if not entries:  # noted before the first entry is kept, so that a missing note always means something
                self.installation.advance_head(Head(0, FIRST))
            now = read_record(entries).tell_time().isoformat(timespec="seconds")
            made.append(make_entry(entries[-1] if entries else None, kind, {**body, "at": now}, self.installation.sign))
            return made[-1]

        self._store.append_entry(make)
        self.installation.advance_head(Head(made[-1].seq, made[-1].hash))
        return made[-1]

    def _verify(self, rows: Sequence[EntryRow], head: Head | None) -> list[Entry]:
        entries = [Entry(*row) for row in rows]
        if not entries and head is None:
            return entries
        wrong = find_break(entries, self.installation.public_key) or compare_head(entries, head)
        if wrong:
            raise ConsentMissing(
                f"The record of consents in {self._workspace} cannot be relied on: {wrong}. No recorded voice can be "
                "used until studio.db, installation.key and installation.head are put back, together, from a backup."
            )
        if head and len(entries) > head.seq:  # a power cut came between the entry and the note of it
            self.installation.advance_head(Head(entries[-1].seq, entries[-1].hash))
        return entries


def make_entry(previous: Entry | None, kind: str, body: dict[str, Any], sign: Callable[[bytes], str]) -> Entry:
    """The entry that comes after ``previous``."""
    seq, before = (previous.seq + 1, previous.hash) if previous else (1, FIRST)
    text = json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    digest = hash_entry(seq, kind, text, before)
    return Entry(seq, kind, text, before, digest, sign(digest.encode()))


def hash_entry(seq: int, kind: str, body: str, previous_hash: str) -> str:
    return hashlib.sha256(f"{seq}\n{kind}\n{previous_hash}\n{body}".encode()).hexdigest()


def find_break(entries: Sequence[Entry], public_key: str) -> str:
    """What is wrong with the chain, in words that complete a sentence; "" when it is whole."""
    before, latest = FIRST, ""
    for number, entry in enumerate(entries, start=1):
        if entry.seq != number:
            return f"entry {number} is missing"
        if entry.hash != hash_entry(entry.seq, entry.kind, entry.body, entry.previous_hash):
            return f"entry {number} was changed after it was written"
        if entry.previous_hash != before:
            return f"entry {number} does not follow the one before it"
        if not verify_signature(public_key, entry.hash.encode(), entry.signature):
            return f"entry {number} was not signed by this installation"
        at = str(json.loads(entry.body).get("at", ""))
        if at < latest:
            return f"entry {number} is dated before the one before it"
        before, latest = entry.hash, at
    return ""


def compare_head(entries: Sequence[Entry], head: Head | None) -> str:
    """The same for the end of the chain, which has to be where the signed note says, or beyond."""
    if head is None:
        return "the note of its last entry, installation.head, is missing"
    if len(entries) < head.seq:
        return f"it ends at entry {len(entries)}, and there were {head.seq}"
    noted = entries[head.seq - 1].hash if head.seq else FIRST
    return "" if noted == head.hash else f"entry {head.seq} is not the one that was written"


def read_record(entries: Sequence[Entry]) -> Record:
    """What verified entries come to."""
    consents: dict[str, Consent] = {}
    ended: dict[str, str] = {}
    latest = ""
    for entry in entries:
        body = json.loads(entry.body)
        latest = body["at"]
        if entry.kind in (Kind.GRANTED, Kind.ADMITTED):
            consents[body["consent"]["id"]] = read_consent(body["consent"])
            continue
        id_ = body["consent_id"]
        if entry.kind == Kind.EXTENDED:
            more = tuple(body["sample_sha256s"])
            consents[id_] = replace(consents[id_], sample_sha256s=consents[id_].sample_sha256s + more)
        elif entry.kind == Kind.REVOKED:
            consents[id_] = replace(consents[id_], revoked_at=latest)
        elif entry.kind == Kind.EXPIRED:
            ended[id_] = latest
    return Record(consents, ended, latest, tuple(entries))


def write_consent(consent: Consent) -> dict[str, Any]:
    """A consent as an entry says it."""
    return asdict(consent)


def read_consent(written: dict[str, Any]) -> Consent:
    terms = ConsentTerms.read(written["terms"])
    return Consent(**{**written, "terms": terms, "sample_sha256s": tuple(written["sample_sha256s"])})
