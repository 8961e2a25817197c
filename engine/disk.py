"""Files that are whole or not there, and what the disk says turned into sentences."""

from __future__ import annotations

import errno
import hashlib
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from engine.errors import DiskFull, WorkspaceError, WorkspaceReadOnly


@contextmanager
def disk_errors(doing: str, where: Path) -> Iterator[None]:
    """Turn an OSError into a WorkspaceError with a sentence; ``doing`` ("keep a take") completes "could not ..."."""
    try:
        yield
    except OSError as error:
        raise _explain(error, doing, where) from error


def _explain(error: OSError, doing: str, where: Path) -> WorkspaceError:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return full_disk(doing, where)
    if error.errno in (errno.EACCES, errno.EROFS, errno.EPERM):
        if doing.startswith("read "):
            return WorkspaceReadOnly(
                f"Voxfolio could not {doing}: it may not open {where}. Give yourself permission to."
            )
        return closed_folder(doing, where)
    return WorkspaceError(f"Voxfolio could not {doing} in {where}: {error.strerror or error}.")


def full_disk(doing: str, where: Path) -> DiskFull:
    return DiskFull(
        f"The disk that holds {where} is full, so Voxfolio could not {doing}. "
        "Free some space and go on: everything finished so far is kept."
    )


def closed_folder(doing: str, where: Path) -> WorkspaceReadOnly:
    return WorkspaceReadOnly(
        f"Voxfolio could not {doing}: it may not write in {where}, or another program holds a file there. "
        "Give yourself write permission and close other programs, or choose another folder."
    )


def check_writable(folder: Path, doing: str) -> None:
    """Make the folder if need be and try it, so that a person hears of a closed one before the work and not after.

    Raises WorkspaceReadOnly, DiskFull, WorkspaceError.
    """
    with disk_errors(doing, folder):
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass


@contextmanager
def write_beside(destination: Path, doing: str = "", name: str = "") -> Iterator[Path]:
    """A path beside ``destination`` to write a file to; afterwards it is on the disk under its own name, or not at all.

    When the body succeeds, the file is flushed to the disk and renamed over ``destination``. When it fails, whatever
    the reason, the partial file is removed and ``destination`` stays as it was. Raises DiskFull, WorkspaceReadOnly,
    WorkspaceError for what the disk says, or what the body raises. ``name`` tells writers of the same file apart.
    """
    partial = destination.with_name(f"{destination.name}{name}.partial")
    with disk_errors(doing or f"write {destination.name}", destination.parent):
        try:
            yield partial
            with partial.open("rb+") as file:
                os.fsync(file.fileno())
            partial.replace(destination)
            flush_folder(destination.parent)
        except BaseException:
            partial.unlink(missing_ok=True)
            raise


def flush_folder(folder: Path) -> None:
    """Make renames in a folder last through a power cut; Windows has no such call and needs none."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def hash_file(path: Path) -> str:
    """Hex sha256 of a file's content. Raises OSError."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
