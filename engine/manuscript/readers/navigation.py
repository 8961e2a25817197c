"""The contents tables of an EPUB: the EPUB 3 navigation document and the EPUB 2 NCX, both as one flat list.

Read by us rather than by ebooklib, which loses entries whose link stands inside another element, keeps only one level
of label where entries nest, and refuses a whole book whose navigation document has no contents list.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import unquote, urldefrag

from lxml import etree

from engine.manuscript.readers.archive_guard import resolve_entry
from engine.manuscript.readers.html_blocks import word_list
from engine.manuscript.readers.markup import local_name


@dataclass(frozen=True, slots=True)
class ContentsEntry:
    """One line of a contents table and the place it points to."""

    title: str
    path: str  # in the archive
    fragment: str  # an id in that file; "" for its beginning
    depth: int  # 1 for the outermost


def split_href(base: str, href: str) -> tuple[str, str]:
    """The archive path and the fragment a link in the file ``base`` points to; ("", "") when it leaves the book."""
    address, fragment = urldefrag(href.strip())
    if "://" in address or address.startswith(("mailto:", "data:", "javascript:", "file:")):
        return "", ""
    return (resolve_entry(base, unquote(address)) if address else base), unquote(fragment)


def read_navigation(root: etree._Element, path: str) -> tuple[ContentsEntry, ...]:
    """The contents list of an EPUB 3 navigation document; empty when it has none."""
    for nav in _iterate(root, "nav"):
        if "toc" in word_list(nav):
            return tuple(_read_list_entries(nav, path))
    return ()


def read_landmarks(root: etree._Element, path: str) -> dict[str, frozenset[str]]:
    """What an EPUB 3 navigation document calls each file it names as a landmark: {"text/cover.xhtml": {"cover"}}."""
    found: dict[str, frozenset[str]] = {}
    for nav in _iterate(root, "nav"):
        if "landmarks" in word_list(nav):
            for link in _iterate(nav, "a"):
                target, fragment = split_href(path, link.get("href") or "")
                if target and not fragment:
                    found[target] = found.get(target, frozenset()) | word_list(link)
    return found


def read_ncx(root: etree._Element, path: str) -> tuple[ContentsEntry, ...]:
    """The navMap of an NCX file, nested points flattened in order."""
    entries: list[ContentsEntry] = []
    for point in _iterate(root, "navpoint"):
        label = next((child for child in point if local_name(child) == "navlabel"), None)
        content = next((child for child in point if local_name(child) == "content"), None)
        title = _plain_text(label) if label is not None else ""
        target, fragment = split_href(path, content.get("src") or "") if content is not None else ("", "")
        depth = 1 + sum(local_name(above) == "navpoint" for above in point.iterancestors())
        entries.append(ContentsEntry(title, target, fragment, depth))
    return tuple(entry for entry in entries if entry.path)


def _read_list_entries(nav: etree._Element, path: str) -> Iterator[ContentsEntry]:
    for item in _iterate(nav, "li"):
        link = next((a for a in _iterate(item, "a") if _nearest_item(a) is item and a.get("href")), None)
        if link is None:
            continue
        target, fragment = split_href(path, link.get("href") or "")
        depth = sum(local_name(above) in ("ol", "ul") for above in item.iterancestors())
        if target:
            yield ContentsEntry(_plain_text(link), target, fragment, depth)


def _nearest_item(element: etree._Element) -> etree._Element | None:
    return next((above for above in element.iterancestors() if local_name(above) == "li"), None)


def _iterate(root: etree._Element, name: str) -> Iterator[etree._Element]:
    return (element for element in root.iter() if local_name(element) == name)


def _plain_text(element: etree._Element) -> str:
    return " ".join("".join(str(piece) for piece in element.itertext()).split())
