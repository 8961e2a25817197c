"""The only door into a zipped manuscript (EPUB, DOCX): checked before it is opened, read in memory, never unpacked.

A zip's directory may lie about sizes, so the limits are held twice: on what it declares and on what really comes out.
"""

from __future__ import annotations

import lzma
import posixpath
import struct
import zipfile
import zlib
from pathlib import Path
from types import TracebackType
from typing import Final
from zipfile import ZipFile, ZipInfo

from engine.errors import DamagedManuscript, HostileManuscript, ProtectedManuscript

MAX_ENTRIES: Final = 10_000
MAX_TOTAL_BYTES: Final = 300_000_000
MAX_ENTRY_BYTES: Final = 50_000_000
MAX_RATIO: Final = 100  # of unpacked to packed size; real prose stays under 10
RATIO_MATTERS_BYTES: Final = 1_000_000
CHUNK_BYTES: Final = 1 << 18
ENCRYPTED_FLAG: Final = 0x1
# what zipfile lets through when a directory or an entry is broken
BROKEN_ZIP: Final = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    EOFError,
    IndexError,
    ValueError,
    RuntimeError,  # NotImplementedError among them: a packing method it does not know
    OSError,
)


def resolve_entry(base: str, href: str) -> str:
    """The archive name that ``href``, written in the entry ``base``, points to; "" when it points outside.

    A leading slash means the archive's own root, as in a URL; nothing outside the archive can be named.
    """
    joined = href.lstrip("/") if href.startswith("/") else posixpath.join(posixpath.dirname(base), href)
    name = posixpath.normpath(joined.replace("\\", "/"))
    outside = name in ("", ".") or name == ".." or name.startswith(("../", "/")) or ":" in name.split("/")[0]
    return "" if outside else name


class GuardedArchive:
    """A zip file that was found harmless; entries are read whole, one at a time, within the limits.

    Raises DamagedManuscript when it is no zip, HostileManuscript over a limit, ProtectedManuscript under a password.
    """

    def __init__(self, path: Path, name: str) -> None:
        self.name = name  # what a person calls the file
        self._read_bytes = 0
        try:
            self._zip = ZipFile(path)
        except BROKEN_ZIP as error:
            raise DamagedManuscript(
                f'"{name}" is cut short or broken: it cannot be opened. Get a fresh copy of the file and try again.'
            ) from error
        try:
            self._entries = self._check_entries(self._zip.infolist())
        except BaseException:
            self._zip.close()
            raise
        self._folded = {entry.casefold(): entry for entry in self._entries}

    def __enter__(self) -> GuardedArchive:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._zip.close()

    @property
    def names(self) -> tuple[str, ...]:
        """The files inside, without folders and without names that point outside."""
        return tuple(self._entries)

    def find(self, name: str) -> str:
        """The entry of this name, or of one that differs in case alone (books made on Windows); "" when absent."""
        return name if name in self._entries else self._folded.get(name.casefold(), "")

    def read(self, name: str) -> bytes:
        """The bytes of an entry. Raises KeyError when there is none of that name."""
        info = self._entries[self.find(name)] if self.find(name) else None
        if info is None:
            raise KeyError(name)
        pieces: list[bytes] = []
        size = 0
        try:
            with self._zip.open(info) as stream:
                while piece := stream.read(CHUNK_BYTES):
                    size += len(piece)
                    self._check_growth(info, size, len(piece))
                    pieces.append(piece)
        except BROKEN_ZIP as error:
            raise DamagedManuscript(
                f'"{self.name}" is damaged: its part "{info.filename}" cannot be unpacked. Get a fresh copy of it.'
            ) from error
        return b"".join(pieces)

    def _check_entries(self, infos: list[ZipInfo]) -> dict[str, ZipInfo]:
        if len(infos) > MAX_ENTRIES:
            raise HostileManuscript(
                f'"{self.name}" holds {len(infos):,} files, more than any book needs ({MAX_ENTRIES:,}). '
                "It was not opened."
            )
        if sum(info.file_size for info in infos) > MAX_TOTAL_BYTES:
            raise HostileManuscript(
                f'"{self.name}" would unpack to more than {MAX_TOTAL_BYTES // 1_000_000} MB. It was not opened; '
                "make a copy without its sound, film and large pictures."
            )
        entries: dict[str, ZipInfo] = {}
        for info in infos:
            if info.file_size > RATIO_MATTERS_BYTES and info.file_size > MAX_RATIO * max(1, info.compress_size):
                self._refuse_bomb(info)
            if info.flag_bits & ENCRYPTED_FLAG:
                raise ProtectedManuscript(
                    f'"{self.name}" is locked with a password. Save a copy without the password and open that.'
                )
            plain = info.filename.replace("\\", "/")
            if not plain.startswith("/") and not plain.endswith("/") and resolve_entry("", plain):
                entries[posixpath.normpath(plain)] = info
        return entries

    def _check_growth(self, info: ZipInfo, size: int, grown: int) -> None:
        self._read_bytes += grown
        if size > MAX_ENTRY_BYTES or self._read_bytes > MAX_TOTAL_BYTES:
            raise HostileManuscript(
                f'"{self.name}" holds a part ("{info.filename}") that is far too large for a book. It was not read.'
            )
        if size > RATIO_MATTERS_BYTES and size > MAX_RATIO * max(1, info.compress_size):
            self._refuse_bomb(info)

    def _refuse_bomb(self, info: ZipInfo) -> None:
        raise HostileManuscript(
            f'"{self.name}" is packed like a zip bomb: its part "{info.filename}" would swell to more than '
            f"{MAX_RATIO} times its size. It was not opened."
        )
