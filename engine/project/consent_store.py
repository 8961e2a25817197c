"""What the record of consents is kept in: its entries, the challenges that were issued, the guest links."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Row, insert, select, update

from engine.errors import ConsentOver, StatementRefused
from engine.project.database import Database
from engine.project.voice_tables import challenges, consent_ledger, guest_links
from engine.voice_types import Challenge

EntryRow = tuple[int, str, str, str, str, str]  # number, kind, body, previous hash, hash, signature


class ConsentStore:
    """Keeps what it is given and understands none of it: what an entry says and whether it is true, others know."""

    def __init__(self, database: Database) -> None:
        self._database = database

    # --- entries ---

    def read_entries(self) -> list[EntryRow]:
        """All entries in the order of their numbers."""
        with self._database.read() as connection:
            rows = connection.execute(select(consent_ledger).order_by(consent_ledger.c.seq)).all()
        return [tuple(row) for row in rows]

    def append_entry(self, make: Callable[[list[EntryRow]], EntryRow]) -> None:
        """Keep what ``make`` makes of all entries so far, in one transaction. Raises what it raises, WorkspaceError."""
        names = ("seq", "kind", "body", "previous_hash", "hash", "signature")
        with self._database.write("keep a consent") as connection:
            rows = connection.execute(select(consent_ledger).order_by(consent_ledger.c.seq)).all()
            entry = make([tuple(row) for row in rows])
            connection.execute(insert(consent_ledger).values(dict(zip(names, entry, strict=True))))

    # --- challenges ---

    def keep_challenge(self, challenge: Challenge) -> None:
        with self._database.write("prepare a statement") as connection:
            connection.execute(insert(challenges).values(**asdict(challenge), used_at=""))

    def spend_challenge(self, id_: str) -> Challenge:
        """The challenge of that id, the first time it is asked for. Raises StatementRefused ever after."""
        with self._database.write("use a statement") as connection:
            row = connection.execute(select(challenges).where(challenges.c.id == id_)).one_or_none()
            if row is None or row.used_at:
                raise StatementRefused("These words were used already. Ask for new ones and read them.")
            connection.execute(update(challenges).where(challenges.c.id == id_).values(used_at=_now()))
        return _read_challenge(row)

    # --- guest links ---

    def make_guest_link(self, voice: str, valid: timedelta, projects: Sequence[str] = ()) -> str:
        """A token that lets one person record this one voice, once, for so long; ``projects`` are the books they are
        asked about, none for any. The token is not kept, only its hash."""
        token = secrets.token_urlsafe(24)
        now = datetime.now(UTC)
        times = {"issued_at": now.isoformat(timespec="seconds"), "expires_at": _in_words(now + valid), "used_at": ""}
        with self._database.write("make a link") as connection:
            connection.execute(
                insert(guest_links).values(token_sha256=_hash(token), voice=voice, projects=[*projects], **times)
            )
        return token

    def open_guest_link(self, token: str) -> str:
        """The voice a link is for, whenever its page is loaded. Raises ConsentOver when it is used, old or unknown."""
        where = guest_links.c.token_sha256 == _hash(token)
        with self._database.read() as connection:
            return _check_link(connection.execute(select(guest_links).where(where)).one_or_none())

    def find_guest_projects(self, token: str) -> tuple[str, ...]:
        """The slugs of the books a guest is asked to give leave for; none when it is for any."""
        where = guest_links.c.token_sha256 == _hash(token)
        with self._database.read() as connection:
            return tuple(connection.scalar(select(guest_links.c.projects).where(where)) or ())

    def spend_guest_link(self, token: str) -> str:
        """The same, when the visit has come to its end: the link opens no more."""
        where = guest_links.c.token_sha256 == _hash(token)
        with self._database.write("close a link") as connection:
            voice = _check_link(connection.execute(select(guest_links).where(where)).one_or_none())
            connection.execute(update(guest_links).where(where).values(used_at=_now()))
        return voice


def _check_link(row: Row[Any] | None) -> str:
    if row is None or row.used_at or row.expires_at < _now():
        why = "" if row is None else " was used already and" if row.used_at else " was not used in time and"
        raise ConsentOver(f"This link{why} is not valid any more. Ask who sent it to you for a new one.")
    return str(row.voice)


def _read_challenge(row: Row[Any]) -> Challenge:
    written = row._asdict()
    del written["used_at"]
    return Challenge.read(written)


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _now() -> str:
    return _in_words(datetime.now(UTC))


def _in_words(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")
