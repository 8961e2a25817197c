"""A voice as one file to carry to another studio: its samples and its owner's leave, sealed with a passphrase.

    VOXVOICE1 \\n  header, a line of JSON: how the key is made of the passphrase \\n  an encrypted zip

The key is made by scrypt, the zip encrypted with AES-256-GCM; the header is authenticated with it, so that a file that
was changed in any place does not open. What is in the zip is still looked at as a stranger's: only the files that the
list names, of that size and hash.
"""

from __future__ import annotations

import hashlib
import io
import json
import re
import secrets
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from engine.disk import disk_errors, write_beside
from engine.errors import ConsentMissing, RecordingRefused

SUFFIX = ".voxvoice"
MAGIC = b"VOXVOICE1\n"
SCRYPT = {"n": 1 << 16, "r": 8, "p": 1}  # 64 MB and about a quarter of a second
MOST_N = 1 << 18
LONGEST_HEADER = 1000
LARGEST_BYTES = 400_000_000  # an hour of samples and what comes with them
MOST_FILES = 2000
SHORTEST_PASSPHRASE = 8
FILE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,80}\.(flac|wav|mp3|m4a|ogg|webm)")
VOICE_LIST, RECEIPT = "voice.json", "consent.json"


@dataclass(frozen=True, slots=True)
class Parcel:
    """What such a file holds."""

    voice: Mapping[str, Any]  # label, person, samples: what the studio it came from knew
    receipt: Mapping[str, Any]  # ConsentBook.make_receipt
    files: Mapping[str, bytes]  # by name; verified against the list

    @property
    def samples(self) -> Sequence[Mapping[str, Any]]:
        return list(self.voice["samples"])


def seal_parcel(parcel: Parcel, passphrase: str, path: Path) -> None:
    """Write a parcel. Raises RecordingRefused for a passphrase that is too short or too much sound, WorkspaceError."""
    check_passphrase(passphrase)
    zipped = io.BytesIO()
    with zipfile.ZipFile(zipped, "w", zipfile.ZIP_STORED) as archive:  # sound does not shrink
        hashes = {name: hashlib.sha256(data).hexdigest() for name, data in parcel.files.items()}
        archive.writestr(VOICE_LIST, json.dumps({**parcel.voice, "files": hashes}, ensure_ascii=False))
        archive.writestr(RECEIPT, json.dumps(parcel.receipt, ensure_ascii=False))
        for name, data in parcel.files.items():
            archive.writestr(name, data)
    if zipped.tell() > LARGEST_BYTES:
        raise RecordingRefused(
            f"The recordings of this voice take {zipped.tell() / 1e6:.0f} MB; a voice file holds up to "
            f"{LARGEST_BYTES / 1e6:.0f}. Leave some clips out and try again."
        )
    salt, nonce = secrets.token_bytes(16), secrets.token_bytes(12)
    header = json.dumps({"kdf": "scrypt", **SCRYPT, "salt": salt.hex(), "nonce": nonce.hex()}).encode() + b"\n"
    sealed = AESGCM(_make_key(passphrase, salt, SCRYPT)).encrypt(nonce, zipped.getvalue(), MAGIC + header)
    with write_beside(path, "write the voice file") as partial:
        partial.write_bytes(MAGIC + header + sealed)


def open_parcel(path: Path, passphrase: str) -> Parcel:
    """Read a parcel. Raises RecordingRefused: not such a file, or too large; ConsentMissing: another passphrase, or
    changed on the way."""
    with disk_errors(f"read {path.name}", path.parent):
        if path.stat().st_size > LARGEST_BYTES + LONGEST_HEADER:
            raise RecordingRefused(f"{path.name} is larger than any voice file. Nothing was taken in.")
        data = path.read_bytes()
    end = data.find(b"\n", len(MAGIC), len(MAGIC) + LONGEST_HEADER)
    if not data.startswith(MAGIC) or end < 0:
        raise RecordingRefused(f"{path.name} is no voice file of Voxfolio. Its name would end in {SUFFIX}.")
    try:
        header = json.loads(data[len(MAGIC) : end])
        cost = {name: int(header[name]) for name in SCRYPT}
        salt, nonce = bytes.fromhex(header["salt"]), bytes.fromhex(header["nonce"])
        if header["kdf"] != "scrypt" or cost["n"] > MOST_N or cost["r"] > 16 or cost["p"] > 4 or len(nonce) != 12:
            raise ValueError("an unknown way to make the key")
        zipped = AESGCM(_make_key(passphrase, salt, cost)).decrypt(nonce, data[end + 1 :], data[: end + 1])
    except InvalidTag:
        raise ConsentMissing(
            f"{path.name} does not open with this passphrase. Type it as it was given; if it is right, the file was "
            "changed on the way: copy it again."
        ) from None
    except (ValueError, KeyError, TypeError):
        raise RecordingRefused(f"{path.name} is damaged: its beginning cannot be read. Copy it again.") from None
    return _unpack(zipped, path.name)


def check_passphrase(passphrase: str) -> None:
    """Raises RecordingRefused when it could be guessed too easily."""
    if len(passphrase) < SHORTEST_PASSPHRASE:
        raise RecordingRefused(
            f"The passphrase needs at least {SHORTEST_PASSPHRASE} characters: a few words that belong together for "
            "nobody but you."
        )


def _make_key(passphrase: str, salt: bytes, cost: Mapping[str, int]) -> bytes:
    return Scrypt(salt=salt, length=32, n=cost["n"], r=cost["r"], p=cost["p"]).derive(passphrase.encode())


def _unpack(zipped: bytes, name: str) -> Parcel:
    """The files that the list names and nothing else. Raises ConsentMissing when one is not what the list says."""
    try:
        with zipfile.ZipFile(io.BytesIO(zipped)) as archive:
            entries = archive.infolist()
            if len(entries) > MOST_FILES or sum(entry.file_size for entry in entries) > LARGEST_BYTES:
                raise RecordingRefused(f"{name} holds more than a voice can. Nothing was taken in.")
            voice, receipt = json.loads(archive.read(VOICE_LIST)), json.loads(archive.read(RECEIPT))
            hashes = {str(file): str(sha) for file, sha in voice["files"].items()}
            files = {file: archive.read(file) for file in hashes if FILE_NAME.fullmatch(file)}
            named = {str(sample["file"]) for sample in voice["samples"]}
        whole = (
            isinstance(receipt, dict)
            and named <= files.keys() == hashes.keys()
            and all(hashlib.sha256(data).hexdigest() == hashes[file] for file, data in files.items())
        )
    except (zipfile.BadZipFile, KeyError, ValueError, TypeError, AttributeError):
        whole = False
    if not whole:
        raise ConsentMissing(f"{name} is not whole: its recordings are not those it lists. Nothing was taken in.")
    return Parcel(voice, receipt, files)
