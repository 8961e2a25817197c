"""The key of this installation, and the note of how long the record of consents is: two small files of the workspace.

``installation.key`` signs every entry of the record (Ed25519); ``installation.head`` says, signed, which entry was the
last, so that one taken off the end is missed. Whoever may write in the workspace and run this program can sign as well:
the signatures show what was changed behind the studio's back, not what its owner did through it.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from filelock import FileLock

from engine.disk import disk_errors, write_beside
from engine.errors import ConsentMissing


@dataclass(frozen=True, slots=True)
class Head:
    """The last entry of the record, as it was when it was written."""

    seq: int
    hash: str


class Installation:
    """The key and the head of one workspace; the key is made when something is first signed."""

    def __init__(self, workspace: Path) -> None:
        self._workspace = workspace
        self._key_file = workspace / "installation.key"
        self._head_file = workspace / "installation.head"
        self._lock = FileLock(workspace / "installation.lock")
        self._key: Ed25519PrivateKey | None = None

    @property
    def has_key(self) -> bool:
        return self._key is not None or self._key_file.is_file()

    @property
    def public_key(self) -> str:
        """In hex, 32 bytes. Raises ConsentMissing when there is no key yet or its file is damaged."""
        return self._load_key().public_key().public_bytes_raw().hex()

    def sign(self, data: bytes) -> str:
        """The signature in hex, with a key made now if there is none. Raises ConsentMissing, WorkspaceError."""
        if not self.has_key:
            self._make_key()
        return self._load_key().sign(data).hex()

    def read_head(self) -> Head | None:
        """The note of the last entry; None when there is none. Raises ConsentMissing when it was changed."""
        if not self._head_file.is_file():
            return None
        try:
            kept = json.loads(self._head_file.read_text(encoding="utf-8"))
            head, signature = Head(int(kept["seq"]), str(kept["hash"])), str(kept["signature"])
        except (OSError, ValueError, KeyError, TypeError):
            head, signature = Head(0, ""), ""
        if not verify_signature(self.public_key, _head_bytes(head), signature):
            raise ConsentMissing(
                f"The file {self._head_file.name} in {self._workspace}, which belongs to the record of consents, was "
                "changed or damaged. Put it back from a backup, together with studio.db and installation.key."
            )
        return head

    def advance_head(self, head: Head) -> None:
        """Note a new last entry, unless a later one is noted already. Raises WorkspaceError, ConsentMissing."""
        with disk_errors("note the last consent", self._workspace), self._lock:
            noted = self.read_head()
            if noted is None or noted.seq < head.seq:
                kept = {"seq": head.seq, "hash": head.hash, "signature": self.sign(_head_bytes(head))}
                with write_beside(self._head_file, "note the last consent") as partial:
                    partial.write_text(json.dumps(kept), encoding="utf-8")

    def _make_key(self) -> None:
        with disk_errors("make the key of this installation", self._workspace), self._lock:
            if self._key_file.is_file():  # another process was faster
                return
            pem = Ed25519PrivateKey.generate().private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
            with write_beside(self._key_file, "make the key of this installation") as partial:
                partial.unlink(missing_ok=True)
                with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                    file.write(pem)

    def _load_key(self) -> Ed25519PrivateKey:
        if self._key is None:
            try:
                key = serialization.load_pem_private_key(self._key_file.read_bytes(), None)
            except (OSError, ValueError) as error:
                raise ConsentMissing(
                    f"The file {self._key_file.name} in {self._workspace}, which signs the record of consents, is "
                    "missing or damaged, so no recorded voice can be used. Put it back from a backup."
                ) from error
            if not isinstance(key, Ed25519PrivateKey):
                raise ConsentMissing(f"The file {self._key_file.name} in {self._workspace} holds another kind of key.")
            self._key = key
        return self._key


def verify_signature(public_key: str, data: bytes, signature: str) -> bool:
    """Whether the owner of that key (hex) signed these bytes."""
    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(public_key)).verify(bytes.fromhex(signature), data)
    except (InvalidSignature, ValueError):
        return False
    return True


def _head_bytes(head: Head) -> bytes:
    return f"head\n{head.seq}\n{head.hash}".encode()
