"""Manuscript readers: one per format behind one function, ``read_book``."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Final

from engine.core_types import Book
from engine.errors import EmptyManuscript, HostileManuscript, ManuscriptError, UnsupportedManuscript
from engine.manuscript.readers.archive_guard import GuardedArchive
from engine.manuscript.readers.covers import name_picture
from engine.manuscript.readers.docx import read_docx
from engine.manuscript.readers.epub import read_epub
from engine.manuscript.readers.html import read_html
from engine.manuscript.readers.markdown import read_markdown
from engine.manuscript.readers.plain_text import read_plain_text

ZIP_SUFFIXES: Final = (".epub", ".docx")
MAX_WORDS: Final = 3_000_000  # some 300 hours aloud; the longest novels ever printed stay below
MAX_TEXT_BYTES: Final = 64_000_000
SNIFFED_BYTES: Final = 4096

HOW_TO_CONVERT: Final = (
    "Open an EPUB, DOCX, HTML, Markdown or TXT file instead; calibre, which is free, converts most books to EPUB."
)
SIGNATURES: Final = (
    (b"%PDF", "a PDF"),
    (b"{\\rtf", "an RTF document"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Word document (.doc)"),
    (b"Rar!", "a RAR archive"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (b"\x1f\x8b", "a compressed archive"),
    (b"ITSF", "a Windows help file (CHM)"),
    (b"AT&TFORM", "a DjVu scan"),
    (b"ID3", "a sound file"),
    (b"fLaC", "a sound file"),
    (b"OggS", "a sound file"),
    (b"\x7fELF", "a program"),
    (b"MZ\x90\x00", "a program"),
    (b"SQLite format 3", "a database"),
)
SUFFIX_NAMES: Final = {
    ".mobi": "a Kindle book (MOBI)",
    ".azw": "a Kindle book (AZW)",
    ".azw3": "a Kindle book (AZW3)",
    ".kfx": "a Kindle book (KFX)",
    ".fb2": "a FictionBook (FB2)",
    ".odt": "an OpenDocument text (ODT)",
    ".pages": "an Apple Pages document",
    ".doc": "an old Word document (.doc)",
}

MARKDOWN_DETAILS = re.compile(rb"(?:\xef\xbb\xbf)?---[ \t]*\r?\n(?:title|author|date|lang)[a-z]*:", re.IGNORECASE)
MARKDOWN_HEADING = re.compile(rb"^#{1,4} \w", re.MULTILINE)

Reader = Callable[[Path, str], Book]
READERS: Final[dict[str, Reader]] = {
    ".epub": read_epub,
    ".docx": read_docx,
    ".html": read_html,
    ".htm": read_html,
    ".xhtml": read_html,
    ".md": read_markdown,
    ".markdown": read_markdown,
    ".txt": read_plain_text,
}


READABLE_SUFFIXES: Final = tuple(READERS)


def read_book(path: Path, name: str | None = None) -> Book:
    """The book in a manuscript file: EPUB, DOCX, HTML, Markdown or plain text, told by content before suffix.

    ``name`` is what a person calls the file, when ``path`` is a temporary upload; errors and sources speak of it.
    Raises a ManuscriptError whose message is a sentence for that person; nothing else, whatever the file holds.
    """
    name = name or path.name
    try:
        book = choose_reader(path, name)(path, name)
    except OSError as error:
        raise ManuscriptError(f'"{name}" cannot be read: {error.strerror or error}.') from error
    except RecursionError as error:
        raise HostileManuscript(f'"{name}" is nested deeper than any book. It was not read.') from error
    words = sum(chapter.words for chapter in book.chapters)
    if words == 0 or not any(chapter.include for chapter in book.chapters):
        raise EmptyManuscript(
            f'"{name}" holds no text to read aloud. '
            "If its pages are pictures of text, it needs text recognition (OCR) first."
        )
    if words > MAX_WORDS:
        raise HostileManuscript(
            f'"{name}" has about {words / 1_000_000:.1f} million words; up to {MAX_WORDS // 1_000_000} million can be '
            "narrated as one book. Split it into volumes and open them one by one."
        )
    return book


def choose_reader(path: Path, name: str) -> Reader:
    """The reader for a file, by its first bytes, then by its suffix. Raises EmptyManuscript, UnsupportedManuscript."""
    with path.open("rb") as file:
        head = file.read(SNIFFED_BYTES)
    size = path.stat().st_size
    if not head.strip(b"\x00 \t\r\n") and size <= SNIFFED_BYTES:
        raise EmptyManuscript(f'"{name}" is empty: there is nothing in the file. Save it again and open the new copy.')
    suffix = Path(name).suffix.lower()
    if head.startswith(b"PK"):
        return _choose_zip_reader(path, name, suffix)
    _refuse_foreign(head, suffix, name)
    if suffix in ZIP_SUFFIXES:
        return _choose_zip_reader(path, name, suffix)  # or says what is wrong with it
    if size > MAX_TEXT_BYTES:
        raise HostileManuscript(
            f'"{name}" holds {size / 1_000_000:.0f} MB of text, far more than a book. '
            "Split it into volumes and open them one by one."
        )
    if suffix in READERS and suffix != ".txt":
        return READERS[suffix]
    if _looks_like_html(head):
        return read_html
    return read_markdown if _looks_like_markdown(head) else read_plain_text


def _choose_zip_reader(path: Path, name: str, suffix: str) -> Reader:
    with GuardedArchive(path, name) as archive:
        if archive.find("word/document.xml"):
            return read_docx
        if archive.find("META-INF/container.xml") or any(entry.lower().endswith(".opf") for entry in archive.names):
            return read_epub
        if archive.find("content.xml"):
            raise UnsupportedManuscript(
                f'"{name}" is an OpenDocument text, which cannot be read here. {HOW_TO_CONVERT}'
            )
    if suffix in ZIP_SUFFIXES:
        raise UnsupportedManuscript(
            f'"{name}" is a zip archive but not {"an EPUB" if suffix == ".epub" else "a Word document"}: '
            "the file that lists its contents is missing. Get a fresh copy, or convert it again (calibre can)."
        )
    raise UnsupportedManuscript(
        f'"{name}" is a zip archive, not a book. Unpack it and open the book inside. {HOW_TO_CONVERT}'
    )


def _refuse_foreign(head: bytes, suffix: str, name: str) -> None:
    """Raises UnsupportedManuscript for a file that holds no text we read, whatever it is called."""
    picture = name_picture(head)
    found = f"a {picture}" if picture else next((kind for mark, kind in SIGNATURES if head.startswith(mark)), "")
    if head[60:68] in (b"BOOKMOBI", b"TEXtREAd"):
        found = "a Kindle book (MOBI)"
    if b"<FictionBook" in head:
        found = SUFFIX_NAMES[".fb2"]
    if not found and suffix in SUFFIX_NAMES:
        found = SUFFIX_NAMES[suffix]
    wide = head.startswith((b"\xff\xfe", b"\xfe\xff"))
    if not found and not wide and b"\x00" in head:
        found = "a binary file"
    if found:
        raise UnsupportedManuscript(f'"{name}" is {found}, which cannot be read here. {HOW_TO_CONVERT}')


def _looks_like_markdown(head: bytes) -> bool:
    """Details between rules, or several "# Heading" lines: Markdown saved under another name."""
    return MARKDOWN_DETAILS.match(head) is not None or len(MARKDOWN_HEADING.findall(head)) >= 3


def _looks_like_html(head: bytes) -> bool:
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()[:1000].lower()
    return start.startswith((b"<!doctype html", b"<html")) or (start.startswith(b"<?xml") and b"<html" in start)
