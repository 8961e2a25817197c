"""What an EPUB says it consists of, read from its package file: by ebooklib, or by us where ebooklib cannot."""

from __future__ import annotations

import logging
import posixpath
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import unquote

from ebooklib import epub
from lxml import etree

from engine.errors import DamagedManuscript, ManuscriptError
from engine.manuscript.readers.archive_guard import GuardedArchive, resolve_entry
from engine.manuscript.readers.markup import local_name, parse_xml, plain_markup

CONTAINER: Final = "META-INF/container.xml"
PACKAGE_TYPE: Final = "application/oebps-package+xml"
XHTML_TYPES: Final = frozenset(
    {"application/xhtml+xml", "text/html", "text/x-oeb1-document", "application/x-dtbook+xml"}
)
SVG_TYPE: Final = "image/svg+xml"
NCX_TYPE: Final = "application/x-dtbncx+xml"

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ManifestItem:
    """A file of the book."""

    id: str
    path: str  # in the archive; "" when it points outside
    media_type: str
    properties: frozenset[str] = frozenset()
    fallback: str = ""  # the id of the item to read instead of one we cannot


@dataclass(frozen=True, slots=True)
class Statement:
    """One line of the package's metadata: a dc: element or a meta."""

    name: str  # without prefix: "title", "creator", "meta"
    text: str
    attributes: dict[str, str]  # names without prefix

    def get(self, name: str) -> str:
        return self.attributes.get(name, "")


@dataclass(frozen=True, slots=True)
class EpubPackage:
    """The package file: metadata, files, reading order, guide."""

    path: str
    metadata: tuple[Statement, ...]
    items: dict[str, ManifestItem]
    spine: tuple[tuple[str, bool], ...]  # item id, and whether it lies in the main reading order
    guide: dict[str, frozenset[str]]  # path -> what the guide calls it
    ncx: str  # id of the NCX the spine names; ""


def open_package(archive: GuardedArchive) -> EpubPackage:
    """The package of an EPUB. Raises DamagedManuscript when it has none that can be read.

    ebooklib reads it first. It cannot read some packages at all, and drops what fallbacks need; then we read it.
    """
    path = find_package_path(archive)
    try:
        package = _read_with_ebooklib(archive, path)
    except ManuscriptError:
        raise
    except Exception as error:  # ebooklib raises whatever its parsing happens to raise
        log.info("ebooklib cannot read %s (%s: %s); reading it ourselves", archive.name, type(error).__name__, error)
        return _read_with_lxml(archive, path)
    return package if _is_complete(package) else _read_with_lxml(archive, path)


def find_package_path(archive: GuardedArchive) -> str:
    """The first package file the container names, or the only one there is."""
    if archive.find(CONTAINER):
        root = parse_xml(archive.read(CONTAINER), archive.name)
        for element in root.iter() if root is not None else ():
            if local_name(element) == "rootfile" and element.get("media-type", PACKAGE_TYPE) == PACKAGE_TYPE:
                path = archive.find(resolve_entry("", unquote(element.get("full-path") or "")))
                if path:
                    return path
    packages = [name for name in archive.names if name.lower().endswith(".opf")]
    if len(packages) != 1:
        raise DamagedManuscript(
            f'"{archive.name}" is not a complete EPUB: the file that lists its chapters is missing. '
            "Get a fresh copy, or convert it again (calibre can)."
        )
    return packages[0]


class _GuardedEbooklib(epub.EpubReader):  # type: ignore[misc]  # ebooklib has no types
    """ebooklib, reading through the guarded archive and only the files that hold text."""

    def __init__(self, archive: GuardedArchive, package_path: str) -> None:
        super().__init__(archive.name, {"ignore_ncx": True})
        self.archive = archive
        self.opf_file = package_path
        self.opf_dir = posixpath.dirname(package_path)

    def load(self) -> Any:
        self._load_opf_file()
        return self.book

    def read_file(self, name: str) -> bytes:
        # ebooklib would load every picture, film and font; pages are read later, one by one
        return plain_markup(self.archive.read(name), self.archive.name) if name == self.opf_file else b""

    def _parse_nav(self, data: bytes, base_path: str, navtype: str = "toc") -> None:
        """Contents tables are read in navigation.py, which says why."""

    def _parse_ncx(self, data: bytes) -> None:
        """As above."""


def _read_with_ebooklib(archive: GuardedArchive, path: str) -> EpubPackage:
    reader = _GuardedEbooklib(archive, path)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        book = reader.load()
    items: dict[str, ManifestItem] = {}
    for item in book.get_items():
        properties = set(getattr(item, "properties", None) or ())
        properties |= {"nav"} if isinstance(item, epub.EpubNav) else set()
        properties |= {"cover-image"} if isinstance(item, epub.EpubCover) else set()
        items[item.id] = ManifestItem(
            item.id, resolve_entry(path, item.file_name), item.media_type or "", frozenset(properties)
        )
    metadata = tuple(
        Statement(
            name or "meta", (text or "").strip(), {_bare(key): value for key, value in (attributes or {}).items()}
        )
        for names in book.metadata.values()
        for name, values in names.items()
        for text, attributes in values
    )
    spine = tuple((identifier or "", linear != "no") for identifier, linear in book.spine)
    guide = _read_guide(path, ((entry.get("href") or "", entry.get("type") or "") for entry in book.guide))
    return EpubPackage(path, metadata, items, spine, guide, "")


def _read_with_lxml(archive: GuardedArchive, path: str) -> EpubPackage:
    root = parse_xml(archive.read(path), archive.name)
    if root is None or local_name(root) != "package":
        raise DamagedManuscript(
            f'"{archive.name}" is damaged: the file that lists its chapters cannot be read. Get a fresh copy of it.'
        )
    items: dict[str, ManifestItem] = {}
    for element in _inside(root, "manifest", "item"):
        items[element.get("id") or ""] = ManifestItem(
            element.get("id") or "",
            resolve_entry(path, unquote(element.get("href") or "")),
            element.get("media-type") or "",
            frozenset((element.get("properties") or "").split()),
            element.get("fallback") or "",
        )
    metadata = tuple(
        Statement(
            local_name(element),
            " ".join("".join(str(piece) for piece in element.itertext()).split()),
            {_bare(str(key)): str(value) for key, value in element.attrib.items()},
        )
        for element in _inside(root, "metadata", "")
    )
    spine = tuple((item.get("idref") or "", item.get("linear") != "no") for item in _inside(root, "spine", "itemref"))
    guide = _read_guide(
        path,
        ((element.get("href") or "", element.get("type") or "") for element in _inside(root, "guide", "reference")),
    )
    toc = next((element.get("toc") or "" for element in root.iter() if local_name(element) == "spine"), "")
    return EpubPackage(path, metadata, items, spine, guide, toc)


def _inside(root: etree._Element, parent: str, name: str) -> Iterator[etree._Element]:
    """The elements called ``name`` (any, when "") below the elements called ``parent``."""
    for element in root.iter():
        if local_name(element) == parent:
            for child in element.iterdescendants():
                if local_name(child) and (not name or local_name(child) == name):
                    yield child


def _read_guide(path: str, references: Iterator[tuple[str, str]]) -> dict[str, frozenset[str]]:
    guide: dict[str, frozenset[str]] = {}
    for href, kind in references:
        target, _, fragment = href.partition("#")
        name = resolve_entry(path, unquote(target))
        if name and not fragment:
            guide[name] = guide.get(name, frozenset()) | {kind.lower()}
    return guide


def _is_complete(package: EpubPackage) -> bool:
    """Whether everything in the reading order is a page we can read; if not, fallbacks must be looked up."""
    readable = XHTML_TYPES | {SVG_TYPE}
    return bool(package.spine) and all(
        identifier in package.items and package.items[identifier].media_type in readable
        for identifier, _ in package.spine
    )


def _bare(name: str) -> str:
    return name.rpartition("}")[2].rpartition(":")[2]


def find_ncx(package: EpubPackage) -> str:
    """The path of the NCX: the one the spine names, else the only one there is; "" when there is none."""
    named = package.items.get(package.ncx)
    if named is not None and named.path:
        return named.path
    return next((item.path for item in package.items.values() if item.media_type == NCX_TYPE), "")


def follow_fallback(package: EpubPackage, identifier: str) -> ManifestItem | None:
    """The first page we can read along an item's fallbacks; None when there is none, or they run in a circle."""
    seen: set[str] = set()
    while identifier in package.items and identifier not in seen:
        seen.add(identifier)
        item = package.items[identifier]
        if item.media_type in XHTML_TYPES or item.media_type == SVG_TYPE:
            return item
        identifier = item.fallback
    return None


def list_refinements(metadata: Sequence[Statement], identifier: str) -> dict[str, str]:
    """What EPUB 3 metas add to the statement with this id: {"role": "aut", "display-seq": "1"}."""
    return {
        statement.get("property"): statement.text
        for statement in metadata
        if identifier and statement.get("refines") == f"#{identifier}"
    }
