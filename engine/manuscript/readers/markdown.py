"""Markdown (CommonMark with tables), with a block of details at its front where there is one."""

from __future__ import annotations

import re
from pathlib import Path

from markdown_it import MarkdownIt

from engine.core_types import Book
from engine.manuscript.readers.gutenberg import HEADER_CHARACTERS, GutenbergDetails, mentions_gutenberg, read_details
from engine.manuscript.readers.html import make_book
from engine.manuscript.readers.markup import parse_markup
from engine.manuscript.readers.text_encoding import decode_text

DETAILS = re.compile(r"\A(?:---[ \t]*\n(.*?)\n(?:---|\.\.\.)[ \t]*(?:\n|\Z)|((?:%[ \t].*\n){1,3}))", re.DOTALL)
DETAIL = re.compile(r"^(title|author|creator|lang|language):[ \t]*(.*)$", re.IGNORECASE | re.MULTILINE)
LIST_DETAIL = re.compile(r"^[ \t]*-[ \t]+(.+)$", re.MULTILINE)
# CommonMark takes "[^1]: note" for the target of a link and prints nothing
NOTE = re.compile(
    r"^ {0,3}\[\^([^\]\s]+)\]:[ \t]*"
    r"(.*(?:\n(?! {0,3}\[\^)[ \t]*\S.*)*"  # its first paragraph
    r"(?:\n(?:[ \t]*\n)+(?: {4}|\t).*(?:\n[ \t]*\S.*)*)*)",  # and those set in below it
    re.MULTILINE,
)
NOTE_INDENT = re.compile(r"^(?: {4}|\t)", re.MULTILINE)
NOTE_MARK = re.compile(r"\[\^([^\]\s]+)\](?!:)")
# what pandoc adds: attributes, fenced divisions, empty spans, raw blocks
FENCED_DIVISION = re.compile(r"^:{3,}.*$", re.MULTILINE)
ATTRIBUTES = re.compile(r"(?<=\S)[ \t]*\{(?:[#.][^{}\n]*|[\w:-]+=\"[^{}\n]*)\}[ \t]*$", re.MULTILINE)
EMPTY_SPAN = re.compile(r"\[\]\{[^{}\n]*\}")
LINE_OF_BACKSLASH = re.compile(r"^\\[ \t]*$", re.MULTILINE)
GRID_RULE = re.compile(r"^\+[-=+:]{3,}\+[ \t]*$", re.MULTILINE)
GRID_ROW = re.compile(r"^\|(.*)\|[ \t]*$")
CELL_FENCE = re.compile(r"`{3,}[ \w]*|~{3,}")
CODE_FENCE = re.compile(r"[ \t]*(?:>[ \t]*)?(`{3,}(?=[^`]*$)|~{3,})(?P<info>.*)")


def read_markdown(path: Path, name: str) -> Book:
    """The book in a Markdown file: its chapters begin at its headings."""
    text, findings = decode_text(path.read_bytes(), name)
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    details, body = _split_details(text)
    if not details.title and mentions_gutenberg(text):
        details = read_details(text[:HEADER_CHARACTERS])
    rendered = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).render(_plain_markdown(body))
    root, _ = parse_markup(f"<html><body>{rendered}</body></html>".encode(), name)
    if root is None:
        return Book(Path(name).stem, ())
    return make_book(root, name, findings, details)


def _split_details(text: str) -> tuple[GutenbergDetails, str]:
    """The details at the front (YAML between rules, or lines that begin with %) and the text below them."""
    match = DETAILS.match(text)
    if match is None:
        return GutenbergDetails(), text
    if match.group(1) is None:
        lines = [line[1:].strip() for line in match.group(2).splitlines()]
        return GutenbergDetails(*(lines[:2])), text[match.end() :]
    found: dict[str, str] = {}
    for detail in DETAIL.finditer(match.group(1)):
        value = detail.group(2).strip().strip("\"'[]")
        if not value:  # a list on the lines below
            below = re.match(r"\n((?:[ \t]*-[ \t].*\n?)+)", match.group(1)[detail.end() :])
            value = ", ".join(LIST_DETAIL.findall(below.group(1))) if below else ""
        found[detail.group(1).lower()] = value
    if not found:
        return GutenbergDetails(), text  # a rule, and somewhere below it another
    author = found.get("author", "") or found.get("creator", "")
    return GutenbergDetails(found.get("title", ""), author, found.get("lang", "") or found.get("language", "")), text[
        match.end() :
    ]


def _plain_markdown(text: str) -> str:
    """The Markdown without what only pandoc understands, note marks and notes as elements; code is left alone."""
    pieces: list[str] = []
    fence = ""  # the marks that opened the code we are in
    lines: list[str] = []
    for line in text.split("\n"):
        match = CODE_FENCE.match(line)
        opens = match is not None and not fence
        closes = match is not None and fence and match.group(1).startswith(fence) and not match.group("info").strip()
        if match is None or not (opens or closes):
            lines.append(line)
            continue
        chunk = "\n".join(lines)
        pieces += [chunk if fence else _without_pandoc(chunk), line[: match.start("info")]]
        lines = []
        fence = match.group(1) if opens else ""
    chunk = "\n".join(lines)
    return "\n".join([*pieces, chunk if fence else _without_pandoc(chunk)])


def _without_pandoc(text: str) -> str:
    for pattern in (FENCED_DIVISION, ATTRIBUTES, EMPTY_SPAN, LINE_OF_BACKSLASH):
        text = pattern.sub("", text)
    text = _open_grid_tables(text)
    text = NOTE.sub(_note_element, text)
    return NOTE_MARK.sub(lambda match: f'<a class="footnote-ref">[{match.group(1)}]</a>', text)


def _note_element(match: re.Match[str]) -> str:
    words = NOTE_INDENT.sub("", match.group(2))
    return f'<aside class="footnote">\n\n[{match.group(1)}] {words}\n\n</aside>\n'


def _open_grid_tables(text: str) -> str:
    """Pandoc's drawn tables as the lines in their cells, without rules or the marks of code inside them."""
    if not GRID_RULE.search(text):
        return text
    lines = []
    for line in text.split("\n"):
        row = GRID_ROW.match(line)
        if GRID_RULE.match(line):
            lines.append("")
        else:
            lines.append(CELL_FENCE.sub("", row.group(1)).replace("|", " ").strip() if row else line)
    return "\n".join(lines)
