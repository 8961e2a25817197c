"""Word documents (DOCX): paragraphs by their styles, notes at the end of their chapter, tracked changes as accepted."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from lxml import etree

from engine.core_types import Book, MarkKind
from engine.errors import DamagedManuscript
from engine.manuscript.readers.archive_guard import GuardedArchive
from engine.manuscript.readers.blocks import Block, BlockBuilder
from engine.manuscript.readers.languages import settle_language
from engine.manuscript.readers.markup import local_name, parse_xml
from engine.manuscript.readers.sections import Section, build_chapters, join_lone_headings, split_at_headings

DOCUMENT: Final = "word/document.xml"
HEADING_STYLE = re.compile(
    r"(?:heading|überschrift|titre|título|titolo|kop|rubrik|overskrift)\s*([1-6])\b", re.IGNORECASE
)
QUOTE_STYLE = re.compile(r"quote|quotation|block ?text|zitat|citation", re.IGNORECASE)
VERSE_STYLE = re.compile(r"verse|poem|poetry|stanza", re.IGNORECASE)
YEAR = re.compile(r"\b(1\d{3}|20\d{2})\b")

# what is not on the page: deleted and moved-away words, field codes, the second version of a drawing
UNSEEN_NAMES: Final = frozenset(
    {"del", "movefrom", "instrtext", "fallback", "rpr", "ppr", "sectpr", "rubypr", "rt", "deltext"}
)
SYMBOL_NAMES: Final = {"tab": " ", "nobreakhyphen": "\u2011", "ptab": " "}
OFF: Final = frozenset({"0", "false", "off", "none"})
TABLE_SEPARATORS: Final = {"p": " ", "tc": ", ", "tr": "\n"}
CONTENTS_STYLE = re.compile(r"(?:toc|verzeichnis|tm|table of contents) ?\d|toc heading", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Style:
    """What a paragraph style makes of a paragraph."""

    name: str
    based_on: str
    outline: int  # 1 to 6 for a heading, else 0


def read_docx(path: Path, name: str) -> Book:
    """The book in a Word document: its chapters begin at its headings."""
    with GuardedArchive(path, name) as archive:
        root = _read_part(archive, DOCUMENT)
        if root is None:
            raise DamagedManuscript(
                f'"{name}" is damaged: the document inside cannot be read. Open it in Word and save it again.'
            )
        styles = _read_styles(_read_part(archive, "word/styles.xml"))
        notes = {kind: _read_notes(_read_part(archive, f"word/{kind}notes.xml"), styles) for kind in ("foot", "end")}
        details = _read_details(_read_part(archive, "docProps/core.xml"))
    walker = _DocumentWalker(styles)
    walker.read(root)
    blocks = walker.builder.blocks
    heading = next((block.text for block in blocks if block.kind is MarkKind.HEADING and block.level == 1), "")
    title = details.get("title", "") or walker.title or " ".join(heading.split()) or Path(name).stem
    author = details.get("creator", "")
    sections = join_lone_headings(split_at_headings(Section(tuple(blocks), posixpath.basename(name)), title))
    sections = [replace(section, blocks=_with_notes(section.blocks, notes)) for section in sections]
    chapters = build_chapters(sections, title, author)
    text = "\n".join(chapter.text for chapter in chapters if chapter.include)
    year = YEAR.search(details.get("created", ""))
    return Book(
        title,
        chapters,
        author,
        settle_language(details.get("language", ""), text),
        year.group(1) if year else "",
        details.get("description", ""),
    )


class _DocumentWalker:
    """Walks a document part without recursion and builds blocks, paragraph by paragraph."""

    def __init__(self, styles: dict[str, Style], kind: MarkKind = MarkKind.PARAGRAPH) -> None:
        self.builder = BlockBuilder()
        self.title = ""  # text of the paragraph in the Title style
        self._styles = styles
        self._kind = kind
        self._notes_seen: dict[str, int] = {"foot": 0, "end": 0}
        self._tables = 0
        self._drop_capital = False

    def read(self, root: etree._Element) -> None:
        stack: list[tuple[etree._Element, Iterator[etree._Element], int]] = [(root, iter(root), 0)]
        while stack:
            element, children, marks = stack[-1]
            child = next(children, None)
            if child is None:
                stack.pop()
                self._leave(element, marks)
            elif isinstance(child.tag, str) and local_name(child) not in UNSEEN_NAMES:
                if local_name(child) == "r" and _is_on(_child(child, "rpr"), "vanish"):
                    continue
                stack.append((child, iter(child), self._enter(child)))
        self.builder.end_block(self._kind)

    def _enter(self, element: etree._Element) -> int:
        """Begins an element; the number of inline marks it opened."""
        name = local_name(element)
        if name == "t":
            self.builder.add_text(element.text or "")
        elif name in SYMBOL_NAMES:
            self.builder.add_text(SYMBOL_NAMES[name])
        elif name == "sym":
            self._add_symbol(_attribute(element, "char"))
        elif name in ("br", "cr") and _attribute(element, "type") not in ("page", "column"):
            self.builder.add_line_break()
        elif name in ("footnotereference", "endnotereference"):
            self._add_note_mark(element, "foot" if name.startswith("foot") else "end")
        elif name == "p":
            self._begin_paragraph()
        elif name == "tbl":
            self.builder.end_block(self._kind)
            self._tables += 1
        elif name == "r":
            return self._open_run_marks(_child(element, "rpr"))
        return 0

    def _leave(self, element: etree._Element, marks: int) -> None:
        for _ in range(marks):
            self.builder.close_mark()
        name = local_name(element)
        if name == "tbl":
            self._tables -= 1
            if not self._tables:
                self.builder.end_block(MarkKind.TABLE)
        elif self._tables:
            self.builder.separate(TABLE_SEPARATORS.get(name, ""))
        elif name == "p":
            self._end_paragraph(element)

    def _begin_paragraph(self) -> None:
        """A paragraph inside a paragraph is a text box: what stood before it is a paragraph of its own."""
        if not self._tables and not self._drop_capital:
            self.builder.end_block(self._kind)
        self._drop_capital = False

    def _end_paragraph(self, paragraph: etree._Element) -> None:
        properties = _child(paragraph, "ppr")
        frame = _child(properties, "framepr")
        if frame is not None and _attribute(frame, "dropCap") in ("drop", "margin"):
            self._drop_capital = True
            return
        if self.builder.has_text:
            kind, level, types = self._classify(properties)
            self.builder.end_block(kind, level, types)
        elif self._kind is MarkKind.PARAGRAPH:
            self.builder.add_text("\xa0")  # an empty paragraph: perhaps a scene break
            self.builder.end_block(self._kind)

    def _classify(self, properties: etree._Element | None) -> tuple[MarkKind, int, frozenset[str]]:
        """What a paragraph's style and numbering make of it."""
        if self._kind is MarkKind.NOTE:
            return MarkKind.NOTE, 0, frozenset()
        names, level = self._style_of(properties)
        if any(CONTENTS_STYLE.fullmatch(name) for name in names):
            return MarkKind.PARAGRAPH, 0, frozenset({"toc"})
        if "title" in names:
            level = 1
        if level:
            return MarkKind.HEADING, level, frozenset()
        if any(VERSE_STYLE.search(name) for name in names):
            return MarkKind.VERSE, 0, frozenset()
        if any(QUOTE_STYLE.search(name) for name in names):
            return MarkKind.BLOCK_QUOTE, 0, frozenset()
        numbering = _child(properties, "numpr")
        if numbering is not None and _attribute(_child(numbering, "numid"), "val") != "0":
            depth = _attribute(_child(numbering, "ilvl"), "val")
            return MarkKind.LIST_ITEM, 1 + (int(depth) if depth.isdigit() else 0), frozenset()
        return MarkKind.PARAGRAPH, 0, frozenset()

    def _style_of(self, properties: etree._Element | None) -> tuple[list[str], int]:
        """The names of a paragraph's style and of those it is based on, and the heading level they give."""
        names: list[str] = []
        level = _outline_level(properties)
        identifier = _attribute(_child(properties, "pstyle"), "val")
        while identifier and identifier.lower() not in names:
            style = self._styles.get(identifier, Style(identifier, "", 0))
            heading = HEADING_STYLE.match(style.name) or HEADING_STYLE.match(identifier)
            level = level or (int(heading.group(1)) if heading else style.outline)
            names += [identifier.lower(), style.name.lower()]
            identifier = style.based_on
        return names, level

    def _open_run_marks(self, properties: etree._Element | None) -> int:
        kinds = []
        if _is_on(properties, "i"):
            kinds.append(MarkKind.EMPHASIS)
        if _is_on(properties, "b"):
            kinds.append(MarkKind.STRONG)
        for kind in kinds:
            self.builder.open_mark(kind)
        return len(kinds)

    def _add_note_mark(self, element: etree._Element, kind: str) -> None:
        if _attribute(element, "id") in ("", "0", "-1"):
            return
        self._notes_seen[kind] += 1
        self.builder.add_anchor(f"{kind}note:{_attribute(element, 'id')}")
        self.builder.open_mark(MarkKind.NOTE_MARK)
        self.builder.add_text(f"[{self._notes_seen[kind]}]")
        self.builder.close_mark()

    def _add_symbol(self, code: str) -> None:
        # symbol fonts keep their letters in the private area; what they draw cannot be told from the number
        if re.fullmatch("[0-9A-Fa-f]{1,5}", code) and not 0xE000 <= int(code, 16) <= 0xF8FF:
            self.builder.add_text(chr(int(code, 16)))


def _with_notes(blocks: tuple[Block, ...], notes: dict[str, dict[str, list[Block]]]) -> tuple[Block, ...]:
    """A chapter's blocks followed by the notes its text points to."""
    added: list[Block] = []
    for block in blocks:
        for anchor in block.anchors:
            kind, _, identifier = anchor.partition("note:")
            added += notes.get(kind, {}).get(identifier, [])
    return (*blocks, *added)


def _read_notes(root: etree._Element | None, styles: dict[str, Style]) -> dict[str, list[Block]]:
    """The notes of a part by their ids, without the separators Word keeps among them."""
    found: dict[str, list[Block]] = {}
    for element in root if root is not None else ():
        if local_name(element) in ("footnote", "endnote") and _attribute(element, "type") in ("", "normal"):
            walker = _DocumentWalker(styles, MarkKind.NOTE)
            walker.read(element)
            found[_attribute(element, "id")] = walker.builder.blocks
    return found


def _read_part(archive: GuardedArchive, part: str) -> etree._Element | None:
    return parse_xml(archive.read(part), archive.name) if archive.find(part) else None


def _read_styles(root: etree._Element | None) -> dict[str, Style]:
    styles: dict[str, Style] = {}
    for element in root if root is not None else ():
        if local_name(element) == "style":
            name = _attribute(_child(element, "name"), "val")
            based_on = _attribute(_child(element, "basedon"), "val")
            styles[_attribute(element, "styleId")] = Style(name, based_on, _outline_level(_child(element, "ppr")))
    return styles


def _read_details(root: etree._Element | None) -> dict[str, str]:
    """The document's core properties: {"title": ..., "creator": ..., "created": ...}."""
    elements = root if root is not None else ()
    return {local_name(element): " ".join((element.text or "").split()) for element in elements if local_name(element)}


def _outline_level(properties: etree._Element | None) -> int:
    value = _attribute(_child(properties, "outlinelvl"), "val")
    return int(value) + 1 if value.isdigit() and int(value) < 6 else 0


def _child(element: etree._Element | None, name: str) -> etree._Element | None:
    """The child with this local name, lower case."""
    return next((child for child in element if local_name(child) == name), None) if element is not None else None


def _attribute(element: etree._Element | None, name: str) -> str:
    """A w: attribute's value, or ""."""
    if element is None:
        return ""
    return next((str(value) for key, value in element.attrib.items() if str(key).rpartition("}")[2] == name), "")


def _is_on(properties: etree._Element | None, name: str) -> bool:
    switch = _child(properties, name)
    return switch is not None and _attribute(switch, "val").lower() not in OFF
