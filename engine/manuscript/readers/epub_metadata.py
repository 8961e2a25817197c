"""What an EPUB says of itself: title, authors, language, year, description, cover."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Final

from lxml import etree

from engine.manuscript.readers.archive_guard import GuardedArchive
from engine.manuscript.readers.covers import name_picture
from engine.manuscript.readers.epub_package import EpubPackage, Statement, list_refinements
from engine.manuscript.readers.html_blocks import read_html_blocks
from engine.manuscript.readers.markup import local_name, parse_markup
from engine.manuscript.readers.navigation import split_href

YEAR = re.compile(r"\b(1\d{3}|20\d{2})\b")  # calibre writes the year 101 for "not known"
MAX_COVER_PAGES: Final = 3


def read_title(metadata: Sequence[Statement]) -> str:
    """The main title, and its subtitle after a colon; "" when there is none."""
    titles = [statement for statement in metadata if statement.name == "title" and statement.text]
    if not titles:
        return ""
    types = [list_refinements(metadata, title.get("id")).get("title-type", "") for title in titles]
    main = next((title.text for title, kind in zip(titles, types, strict=True) if kind == "main"), "")
    subtitle = next((title.text for title, kind in zip(titles, types, strict=True) if kind == "subtitle"), "")
    main = _one_line(
        main or next((title.text for title, kind in zip(titles, types, strict=True) if not kind), titles[0].text)
    )
    subtitle = _one_line(subtitle)
    return f"{main}: {subtitle}" if subtitle and subtitle.casefold() not in main.casefold() else main


def read_author(metadata: Sequence[Statement]) -> str:
    """The authors in their order, joined by commas; anyone named as a creator where no one is called an author."""
    people: list[tuple[float, str, str]] = []
    for place, statement in enumerate(
        statement for statement in metadata if statement.name == "creator" and statement.text
    ):
        details = list_refinements(metadata, statement.get("id"))
        order = details.get("display-seq", "")
        role = statement.get("role") or details.get("role", "")
        people.append((int(order) if order.isdigit() else 1000 + place, role, _one_line(statement.text)))
    people.sort(key=lambda person: person[0])
    authors = [name for _, role, name in people if role in ("aut", "")] or [name for _, _, name in people]
    return ", ".join(dict.fromkeys(authors))


def read_language(metadata: Sequence[Statement]) -> str:
    return next((statement.text for statement in metadata if statement.name == "language" and statement.text), "")


def read_year(metadata: Sequence[Statement]) -> str:
    """The year of publication, else of any date given; "" when there is none."""
    dates = [statement for statement in metadata if statement.name == "date"]
    dates.sort(key=lambda date: date.get("event") not in ("publication", "original-publication"))
    matches = [YEAR.search(date.text) for date in dates if date.get("event") not in ("modification", "conversion")]
    return next((match.group(1) for match in matches if match), "")


def read_description(metadata: Sequence[Statement]) -> str:
    """The blurb as plain text, its markup taken away."""
    text = next((statement.text for statement in metadata if statement.name == "description" and statement.text), "")
    if text.casefold() in ("unknown", "none"):
        return ""
    if "<" not in text:
        return _one_line(text)
    root, _ = parse_markup(f"<div>{text}</div>".encode(), "description")
    return "\n\n".join(block.text for block in read_html_blocks(root)[0]) if root is not None else ""


def find_cover(
    package: EpubPackage, archive: GuardedArchive, read_page: Callable[[str], etree._Element | None]
) -> bytes | None:
    """The cover picture's bytes as they stand in the file (JPEG, PNG, GIF or WebP); None when there is none."""
    for path in _list_cover_paths(package, read_page):
        if archive.find(path):
            raw = archive.read(path)
            if name_picture(raw):
                return raw
    return None


def _list_cover_paths(package: EpubPackage, read_page: Callable[[str], etree._Element | None]) -> Iterable[str]:
    """Where the cover may be, the surest place first: EPUB 3, EPUB 2, guide, the first pages."""
    for item in package.items.values():
        if "cover-image" in item.properties:
            yield item.path
    for statement in package.metadata:
        if statement.get("name").lower() == "cover":
            named = package.items.get(statement.get("content"))
            yield named.path if named is not None else statement.get("content")
    pages = [
        path for path, types in package.guide.items() if types & {"cover", "coverpage", "other.ms-coverimage-standard"}
    ]
    spine = [
        package.items[identifier].path
        for identifier, _ in package.spine[:MAX_COVER_PAGES]
        if identifier in package.items
    ]
    pages += [path for path in spine if "cover" in path.lower() or "title" in path.lower()]
    for path in pages:
        if name_picture_suffix(path):
            yield path
        else:
            yield from _list_pictures(path, read_page(path))
    for item in package.items.values():
        if item.media_type.startswith("image/") and "cover" in f"{item.id} {item.path}".lower():
            yield item.path


def name_picture_suffix(path: str) -> bool:
    return path.lower().endswith((".jpg", ".jpeg", ".png", ".gif", ".webp"))


def _list_pictures(path: str, root: etree._Element | None) -> Iterable[str]:
    for element in root.iter() if root is not None else ():
        if local_name(element) in ("img", "image"):
            href = element.get("src") or element.get("{http://www.w3.org/1999/xlink}href") or element.get("href") or ""
            yield split_href(path, href)[0]


def _one_line(text: str) -> str:
    return " ".join(text.split())
