"""Where each file of the workspace lives, and the safe ways to put one there.

workspace/
  studio.db            see tables.py
  voxfolio.log
  scratch/             uploads and samples; may be emptied at any time
  books/<slug>/
    source/            the manuscript as it came, and its cover
    takes/<key>.flac   one rendered line each
    chapters/          mastered chapters, one .m4a each
    export/            finished audiobooks
"""

from __future__ import annotations

import hashlib
import re
import shutil
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from engine.disk import write_beside

RESERVED_ON_WINDOWS = {"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(1, 10))}


@dataclass(frozen=True, slots=True)
class BookFolder:
    """The folders of one book."""

    root: Path

    @property
    def source(self) -> Path:
        return self.root / "source"

    @property
    def takes(self) -> Path:
        return self.root / "takes"

    @property
    def chapters(self) -> Path:
        return self.root / "chapters"

    @property
    def export(self) -> Path:
        return self.root / "export"

    @contextmanager
    def take_turn(self, while_waiting: Callable[[], None]) -> Iterator[None]:
        """Be the one process that narrates or exports the book; ``while_waiting`` is called again and again meanwhile.

        The system ends the turn of a process that dies.
        """
        turn = FileLock(self.root / "turn.lock")
        while not turn.is_locked:
            try:
                turn.acquire(timeout=0.5)
            except Timeout:
                while_waiting()
        try:
            yield
        finally:
            turn.release()

    def make(self) -> None:
        for folder in (self.source, self.takes, self.chapters, self.export):
            folder.mkdir(parents=True, exist_ok=True)

    def size_bytes(self) -> int:
        return sum(file.stat().st_size for file in self.root.rglob("*") if file.is_file())

    def delete(self) -> None:
        shutil.rmtree(self.root, ignore_errors=True)


def name_folder(title: str, taken: set[str]) -> str:
    """A slug for a title: lower-case letters, digits and hyphens, safe on every system, not among ``taken``."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    stem = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:48].strip("-") or "book"
    if stem in RESERVED_ON_WINDOWS:
        stem += "-book"
    slug, number = stem, 2
    while slug in taken:
        slug, number = f"{stem}-{number}", number + 1
    return slug


def name_file(title: str, fallback: str = "Audiobook") -> str:
    """A file name (without suffix) a person recognises: the title less what some system forbids in a name."""
    plain = re.sub(r'[<>:"/\\|?*\x00-\x1f\x7f]+', " ", title)
    plain = re.sub(r"\s+", " ", plain).strip(" .")[:100].strip(" .") or fallback
    return f"{plain} book" if plain.lower() in RESERVED_ON_WINDOWS else plain


def write_cover(folder: BookFolder, cover: bytes | None) -> str | None:
    """Keep a cover image (JPEG or PNG) beside the manuscript; returns its file name, None without a cover.

    The name carries the content's hash, so that a browser never shows an old cover from its cache.
    """
    if not cover:
        return None
    suffix = "png" if cover.startswith(b"\x89PNG") else "jpg"
    name = f"cover-{hashlib.sha256(cover).hexdigest()[:12]}.{suffix}"
    with write_beside(folder.source / name, "keep the cover") as partial:
        partial.write_bytes(cover)
    return name
