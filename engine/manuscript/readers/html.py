"""A single web page: HTML or XHTML, a Gutenberg novel among them, cut into chapters at its headings."""

from __future__ import annotations

from pathlib import Path

from lxml import etree

from engine.core_types import Book, Finding
from engine.manuscript.readers.gutenberg import HEADER_CHARACTERS, GutenbergDetails, mentions_gutenberg, read_details
from engine.manuscript.readers.html_blocks import read_html_blocks
from engine.manuscript.readers.languages import settle_language
from engine.manuscript.readers.markup import local_name, parse_markup
from engine.manuscript.readers.sections import (
    Section,
    build_chapters,
    join_lone_headings,
    part_gutenberg,
    split_at_headings,
)


def read_html(path: Path, name: str) -> Book:
    """The book in one HTML file; details come from its head, or from a Gutenberg header."""
    root, findings = parse_markup(path.read_bytes(), name)
    if root is None:
        return Book(Path(name).stem, ())
    return make_book(root, name, findings)


def make_book(
    root: etree._Element, name: str, findings: tuple[Finding, ...] = (), details: GutenbergDetails | None = None
) -> Book:
    """A book of one page's elements; ``details`` outdo what the page says of itself."""
    blocks, _ = read_html_blocks(root)
    head = "\n".join(block.text for block in blocks[:60])[:HEADER_CHARACTERS]
    if details is None:
        details = read_details(head) if mentions_gutenberg(head) else GutenbergDetails()
    first_heading = next((block.text for block in blocks if block.level == 1), "")
    title = details.title or _head_title(root) or " ".join(first_heading.split()) or Path(name).stem
    author = details.author or _head_meta(root, "author", "dc.creator")
    section = Section(tuple(blocks), name)
    sections = [
        part
        for piece in part_gutenberg([section])
        for part in ([piece] if piece.reason else split_at_headings(piece, title))
    ]
    chapters = build_chapters(join_lone_headings(sections), title, author)
    text = "\n".join(chapter.text for chapter in chapters if chapter.include)
    declared = root.get("lang") or root.get("{http://www.w3.org/XML/1998/namespace}lang") or details.language
    return Book(
        title,
        chapters,
        author,
        settle_language(declared, text),
        description=_head_meta(root, "description", "dc.description"),
        findings=findings,
    )


def _head_title(root: etree._Element) -> str:
    """The page's title, without the author Gutenberg adds to it."""
    for element in root.iter():
        if local_name(element) == "title":
            return " ".join((element.text or "").split())
        if local_name(element) == "body":
            break
    return ""


def _head_meta(root: etree._Element, *names: str) -> str:
    for element in root.iter():
        if local_name(element) == "meta" and (element.get("name") or "").lower() in names:
            return " ".join((element.get("content") or "").split())
        if local_name(element) == "body":
            break
    return ""
