"""EPUB 2 and 3, Kobo's kepub among them: the package gives order and titles, the pages give the text."""

from __future__ import annotations

import posixpath
import re
from dataclasses import replace
from pathlib import Path
from typing import Final

from lxml import etree

from engine.core_types import Book, Finding
from engine.errors import DamagedManuscript, HostileManuscript, ProtectedManuscript
from engine.manuscript.readers.archive_guard import GuardedArchive, resolve_entry
from engine.manuscript.readers.epub_metadata import (
    find_cover,
    read_author,
    read_description,
    read_language,
    read_title,
    read_year,
)
from engine.manuscript.readers.epub_package import (
    XHTML_TYPES,
    EpubPackage,
    ManifestItem,
    find_ncx,
    follow_fallback,
    open_package,
)
from engine.manuscript.readers.epub_sections import Page, cut_pages
from engine.manuscript.readers.html_blocks import find_body, read_html_blocks, word_list
from engine.manuscript.readers.languages import settle_language
from engine.manuscript.readers.markup import local_name, parse_markup, parse_xml
from engine.manuscript.readers.navigation import ContentsEntry, read_landmarks, read_navigation, read_ncx
from engine.manuscript.readers.sections import build_chapters, part_gutenberg

ENCRYPTION: Final = "META-INF/encryption.xml"
RIGHTS: Final = ("META-INF/rights.xml", "META-INF/sinf.xml")
FONT_SUFFIXES: Final = (".otf", ".ttf", ".woff", ".woff2", ".eot", ".ttc")
PLACE_TYPES: Final = frozenset({"text", "bodymatter", "start"})  # where to begin reading; nothing of the page itself
MAX_TEXT_BYTES: Final = 64_000_000
SNIFFED_BYTES: Final = 2_000
MAX_CONTROL_CHARACTERS: Final = 20
CONTROL_CHARACTERS = re.compile(rb"[\x00-\x08\x0e-\x1a]")


def read_epub(path: Path, name: str) -> Book:
    """The book in an EPUB file. Raises a ManuscriptError; a page that is missing becomes a finding."""
    with GuardedArchive(path, name) as archive:
        package = open_package(archive)
        check_protection(archive, package)
        return _EpubReading(archive, package).read()


def check_protection(archive: GuardedArchive, package: EpubPackage) -> None:
    """Raises ProtectedManuscript when pages are encrypted; scrambled fonts are no hindrance."""
    encrypted: set[str] = set()
    if archive.find(ENCRYPTION):
        root = parse_xml(archive.read(ENCRYPTION), archive.name)
        for element in root.iter() if root is not None else ():
            if local_name(element) == "cipherreference":
                encrypted.add(archive.find(resolve_entry("", element.get("URI") or "")))
    pages = {archive.find(item.path) for item in package.items.values() if item.media_type in XHTML_TYPES}
    locked = {path for path in encrypted & pages if path and not path.lower().endswith(FONT_SUFFIXES)}
    # an unknown algorithm on a page that opens all the same protects nothing
    locked = {path for path in locked if not archive.read(path).lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"<")}
    if locked or (encrypted and any(archive.find(rights) for rights in RIGHTS)):
        raise ProtectedManuscript(
            f'"{archive.name}" is protected by DRM, so its text cannot be read. '
            "Buy it, or ask the shop or publisher for a copy, without DRM."
        )


class _EpubReading:
    """One reading of one EPUB: pages are parsed once, findings gathered along the way."""

    def __init__(self, archive: GuardedArchive, package: EpubPackage) -> None:
        self.archive = archive
        self.package = package
        self.findings: list[Finding] = []
        self._text_bytes = 0

    def read(self) -> Book:
        metadata = self.package.metadata
        contents, landmarks = self._read_contents()
        pages = self._read_pages(landmarks)
        title = read_title(metadata) or self._title_of_first_page() or Path(self.archive.name).stem
        author = read_author(metadata)
        sections = part_gutenberg(cut_pages(pages, contents, title))
        chapters = build_chapters(sections, title, author)
        text = "\n".join(chapter.text for chapter in chapters if chapter.include)
        return Book(
            title,
            chapters,
            author,
            settle_language(read_language(metadata), text),
            read_year(metadata),
            read_description(metadata),
            find_cover(self.package, self.archive, self._parse_page),
            tuple(dict.fromkeys(self.findings)),
        )

    def _read_contents(self) -> tuple[tuple[ContentsEntry, ...], dict[str, frozenset[str]]]:
        """The contents table, EPUB 3's before EPUB 2's, and what guide and landmarks call each file."""
        kinds = dict(self.package.guide)
        contents: tuple[ContentsEntry, ...] = ()
        for item in self.package.items.values():
            if "nav" in item.properties:
                root = self._parse_page(item.path)
                if root is not None:
                    contents = contents or read_navigation(root, self.archive.find(item.path))
                    for path, words in read_landmarks(root, item.path).items():
                        kinds[path] = kinds.get(path, frozenset()) | words
                kinds[item.path] = kinds.get(item.path, frozenset()) | {"toc"}
        ncx = find_ncx(self.package)
        if not contents and ncx and self.archive.find(ncx):
            root = parse_xml(self.archive.read(ncx), self.archive.name)
            contents = read_ncx(root, ncx) if root is not None else ()
        contents = tuple(replace(entry, path=self.archive.find(entry.path)) for entry in contents)
        return contents, {self.archive.find(path): words - PLACE_TYPES for path, words in kinds.items()}

    def _read_pages(self, kinds: dict[str, frozenset[str]]) -> list[Page]:
        """The pages in reading order, each once; those that are missing are told of."""
        pages: list[Page] = []
        seen: set[str] = set()
        for identifier, linear in self.package.spine:
            item = follow_fallback(self.package, identifier)
            if item is None or not self.archive.find(item.path):
                self._note_missing(identifier, self.package.items.get(identifier))
                continue
            path = self.archive.find(item.path)
            if path in seen:
                continue
            seen.add(path)
            root = self._parse_page(path)
            if root is not None:
                blocks, end_anchors = read_html_blocks(root)
                types = kinds.get(path, frozenset()) | word_list(find_body(root))
                pages.append(Page(path, tuple(blocks), end_anchors, types, linear))
        if not pages and self.package.spine:
            raise DamagedManuscript(
                f'"{self.archive.name}" is damaged: none of the pages it lists can be read. Get a fresh copy.'
            )
        return pages

    def _parse_page(self, path: str) -> etree._Element | None:
        """The element tree of a page; None when it is missing, or no markup at all (a finding says so)."""
        if not self.archive.find(path):
            return None
        raw = self.archive.read(path)
        self._text_bytes += len(raw)
        if self._text_bytes > MAX_TEXT_BYTES:
            raise HostileManuscript(
                f'"{self.archive.name}" holds over {MAX_TEXT_BYTES // 1_000_000} MB of text, far more than a book. '
                "Split it into volumes and open them one by one."
            )
        if not _is_markup(raw):
            if raw.strip():
                sentence = f'"{posixpath.basename(path)}" in the file is not a readable page and was passed over.'
                self.findings.append(Finding("unreadable-page", sentence))
            return None
        root, findings = parse_markup(raw, posixpath.basename(path))
        self.findings += findings
        return root

    def _note_missing(self, identifier: str, item: ManifestItem | None) -> None:
        called = posixpath.basename(item.path) if item is not None and item.path else identifier
        if item is not None and self.archive.find(item.path):
            sentence = f'"{called}" in the file is not text and was passed over.'
        else:
            sentence = f'The book lists "{called}" among its pages, but it is not in the file. The rest was read.'
        self.findings.append(Finding("missing-page", sentence))

    def _title_of_first_page(self) -> str:
        for identifier, _ in self.package.spine[:5]:
            item = follow_fallback(self.package, identifier)
            root = self._parse_page(item.path) if item is not None else None
            for element in root.iter() if root is not None else ():
                if local_name(element) == "title" and (element.text or "").strip():
                    return " ".join((element.text or "").split())
        return ""


def _is_markup(raw: bytes) -> bool:
    """Whether a page holds elements, and not a picture or a program under its name."""
    head = raw[:SNIFFED_BYTES]
    wide = head.startswith((b"\xff\xfe", b"\xfe\xff"))
    return b"<" in head and (wide or len(CONTROL_CHARACTERS.findall(head)) <= MAX_CONTROL_CHARACTERS)
