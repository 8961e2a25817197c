"""The elements of a web page or EPUB chapter into blocks: what a reader would see, and what each part of it is."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Final

from lxml import etree

from engine.core_types import MarkKind
from engine.manuscript.readers.blocks import Block, BlockBuilder, scene_break
from engine.manuscript.readers.markup import local_name

EPUB_TYPE: Final = "{http://www.idpf.org/2007/ops}type"

BLOCK_NAMES: Final = frozenset(
    {
        "address", "article", "aside", "blockquote", "body", "caption", "center", "dd", "details", "dialog", "dir",
        "div", "dl", "dt", "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6",
        "header", "hgroup", "html", "legend", "li", "main", "menu", "nav", "ol", "p", "pre", "section", "summary",
        "table", "tbody", "td", "tfoot", "th", "thead", "tr", "ul",
    }
)  # fmt: skip
UNREAD_NAMES: Final = frozenset(
    {
        "applet", "audio", "base", "canvas", "case", "colgroup", "datalist", "defs", "desc", "embed", "head", "iframe",
        "input", "link", "map", "meta", "metadata", "noembed", "noframes", "noscript", "object", "param", "rp", "rt",
        "rtc", "script", "source", "style", "template", "textarea", "title", "track", "video",
    }
)  # fmt: skip
INLINE_MARKS: Final = {
    **dict.fromkeys(("em", "i", "cite", "dfn", "var"), MarkKind.EMPHASIS),
    **dict.fromkeys(("strong", "b"), MarkKind.STRONG),
}
EMPHASIS_CLASSES: Final = frozenset({"italic", "italics", "emphasis"})
NOTE_TYPES: Final = frozenset({"footnote", "rearnote", "endnote", "footnotes", "rearnotes", "endnotes"})
NOTE_CLASSES: Final = frozenset({"footnote", "footnotes", "endnote", "endnotes"})
NOTE_LINK_CLASSES: Final = frozenset(
    {"noteref", "footnote-ref", "footnoteref", "fnanchor", "fnref", "footnote-anchor", "endnote-ref", "endnoteref"}
)
PAGE_CLASSES: Final = frozenset(
    {"pagenum", "pageno", "page-number", "pagenumber", "page-num", "linenum", "lnum", "line-number", "linenumber"}
)
POEM_WORDS: Final = frozenset({"poem", "poetry", "verse", "z3998:poem", "z3998:verse", "z3998:song", "z3998:hymn"})
STANZA_CLASSES: Final = frozenset({"stanza", "linegroup", "line-group", "lg"})
# classes that mean what an epub:type would; anything else a class says is about looks
SECTION_CLASSES: Final = {
    "titlepage": "titlepage",
    "title-page": "titlepage",
    "halftitle": "halftitlepage",
    "halftitlepage": "halftitlepage",
    "copyright": "copyright-page",
    "copyright-page": "copyright-page",
    "copyrightpage": "copyright-page",
    "toc": "toc",
    "contents": "toc",
    "pgheader": "pg-boilerplate",
    "pg-boilerplate": "pg-boilerplate",
}
SECTION_NAMES: Final = frozenset({"body", "section", "div", "article", "nav", "aside", "main"})

CELL_SEPARATORS: Final = {"td": ", ", "th": ", ", "tr": "\n", "caption": "\n"}

HIDDEN_STYLE = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
ITALIC_STYLE = re.compile(r"font-style\s*:\s*(?:italic|oblique)", re.IGNORECASE)
BREAK_CLASS = re.compile(
    r"(?:scene|section|thought|space|text)-?_?break|asterism|tb|ornament(?:al)?-?break", re.IGNORECASE
)
DROP_CAP_CLASS = re.compile(r"drop-?_?cap(?:s|ital)?|initial-?cap|lettrine", re.IGNORECASE)
DROP_CAP_ALT = re.compile(r"[“\"'‘«]?[A-ZÀ-Þ]")
NOTE_NUMBER = re.compile(r"[\[({]?\s*(?:\d{1,4}|[ivxlc]{1,6}|[a-z]|[*†‡§¶]{1,4})\s*[\])}]?")
BRACKETED_NUMBER = re.compile(r"[\[{(]\s*(?:\d{1,4}|[*†‡§¶a-z]{1,3})\s*[\])}]|[*†‡§¶]{1,4}")
PAGE_NUMBER_CHARACTERS: Final = 20
LAYOUT_CELL_CHARACTERS: Final = 400  # a table cell longer than this holds a page, not a figure


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the elements around the present place make of it; handed down, never up."""

    kind: MarkKind = MarkKind.PARAGRAPH
    level: int = 0
    list_depth: int = 0
    types: frozenset[str] = frozenset()
    note: bool = False
    poem: bool = False
    stanza: bool = False
    table: bool = False
    preformatted: bool = False
    link: bool = False
    heading_group: bool = False


@dataclass(slots=True)
class Visit:
    """An element being read: how to leave it."""

    element: etree._Element
    outside: Surroundings
    inside: Surroundings
    ends_block: bool
    drop_cap: bool  # a large first letter in a box of its own: its word goes on in the next block
    marks: int


def read_html_blocks(root: etree._Element) -> tuple[list[Block], tuple[str, ...]]:
    """The blocks of a page in reading order, and the ids that stand after the last of them."""
    walker = _BlockWalker()
    walker.read(find_body(root))
    return walker.builder.blocks, walker.builder.open_anchors


def find_body(root: etree._Element) -> etree._Element:
    return next((element for element in root if local_name(element) == "body"), root)


def word_list(element: etree._Element) -> frozenset[str]:
    """An element's epub:type and role words, lower case, "doc-" taken off: {"chapter", "bodymatter"}."""
    words = f"{element.get(EPUB_TYPE) or element.get('epub:type') or ''} {element.get('role') or ''}".lower().split()
    return frozenset(word.removeprefix("doc-") for word in words)


class _BlockWalker:
    """Walks the tree without recursion, so that no depth of nesting can exhaust the stack."""

    def __init__(self) -> None:
        self.builder = BlockBuilder()
        self._kept_open = False  # a drop capital waits for the rest of its word
        self._heading_image = ""  # what stands in for a heading that is only a picture

    def read(self, root: etree._Element) -> None:
        stack: list[tuple[Visit, list[etree._Element]]] = []
        self._enter(root, Surroundings(), stack)
        while stack:
            visit, children = stack[-1]
            if not children:
                stack.pop()
                self._leave(visit)
                if stack:
                    self._add_text(visit.element.tail, stack[-1][0].inside)
                continue
            child = children.pop()
            if not (isinstance(child.tag, str) and self._enter(child, visit.inside, stack)):
                self._add_text(child.tail, visit.inside)
        self.builder.end_block(MarkKind.PARAGRAPH)

    def _enter(
        self, element: etree._Element, around: Surroundings, stack: list[tuple[Visit, list[etree._Element]]]
    ) -> bool:
        """Begins an element; False when nothing inside it is to be read."""
        name = local_name(element)
        identifier = element.get("id") or element.get("name")
        if identifier:
            self.builder.add_anchor(identifier)
        if name in UNREAD_NAMES or _is_hidden(element) or self._read_leaf(element, name, around):
            return False
        classes = frozenset((element.get("class") or "").lower().split())
        words = word_list(element)
        is_block = name in BLOCK_NAMES
        drop_cap = is_block and any(DROP_CAP_CLASS.fullmatch(word) for word in classes)
        inner = _surroundings_inside(element, name, classes, words, around)
        if is_block:
            self._begin_block(name, around)
        marks = self._open_marks(element, name, classes, words)
        children = list(element)
        children.reverse()
        stack.append((Visit(element, around, inner, is_block and not drop_cap, drop_cap, marks), children))
        self._add_text(element.text, inner)
        return True

    def _leave(self, visit: Visit) -> None:
        for _ in range(visit.marks):
            self.builder.close_mark()
        if visit.drop_cap:
            self._kept_open = True
        if not visit.ends_block:
            return
        inside = visit.inside
        if inside.kind is MarkKind.HEADING and not self.builder.has_text and self._heading_image:
            self.builder.add_text(self._heading_image)
        drawn_break = not self.builder.has_text and _is_drawn_break(visit.element)
        self._end_block(local_name(visit.element), visit.outside, inside)
        if drawn_break:
            self.builder.add_block(scene_break(types=inside.types))
        if inside.kind is MarkKind.HEADING:
            self._heading_image = ""

    def _begin_block(self, name: str, around: Surroundings) -> None:
        """A block begins: what was collected so far is part of what lies around it."""
        if self._kept_open:
            self._kept_open = False
        else:
            self._end_block(name, around, around)

    def _end_block(self, name: str, outside: Surroundings, owner: Surroundings) -> None:
        """Makes a block, as ``owner`` describes it, of what was collected; in a table or a stanza, only a new line."""
        if self._kept_open:
            return
        if outside.table:
            self.builder.separate(CELL_SEPARATORS.get(name, " "))
        elif outside.stanza:
            self.builder.separate("\n")
        else:
            self.builder.end_block(owner.kind, owner.level, owner.types)

    def _read_leaf(self, element: etree._Element, name: str, around: Surroundings) -> bool:
        """Elements that are read whole, without looking inside."""
        if name == "br":
            if around.table:
                self.builder.separate(" ")
            else:
                self.builder.add_line_break()
        elif name == "hr":
            self.builder.end_block(around.kind, around.level, around.types)
            if not around.note:
                self.builder.add_block(scene_break(types=around.types))
        elif name in ("img", "image"):
            self._read_image(element, around)
        elif name == "math":
            self._add_text(element.get("alttext") or _math_text(element), around)
        elif name == "svg":
            for text in element.iter("{*}text"):
                self._add_text(" " + "".join(str(piece) for piece in text.itertext()) + " ", around)
        else:
            return False
        return True

    def _read_image(self, element: etree._Element, around: Surroundings) -> None:
        alt = (element.get("alt") or "").strip()
        if around.kind is MarkKind.HEADING:
            self._heading_image = alt
        elif DROP_CAP_ALT.fullmatch(alt) and not self.builder.has_text:
            self.builder.add_text(alt)
            self._kept_open = True

    def _open_marks(self, element: etree._Element, name: str, classes: frozenset[str], words: frozenset[str]) -> int:
        kinds = []
        if name in INLINE_MARKS:
            kinds.append(INLINE_MARKS[name])
        elif name == "span" and (classes & EMPHASIS_CLASSES or ITALIC_STYLE.search(element.get("style") or "")):
            kinds.append(MarkKind.EMPHASIS)
        if "pagebreak" in words or classes & PAGE_CLASSES:
            if len("".join(str(piece) for piece in element.itertext()).strip()) <= PAGE_NUMBER_CHARACTERS:
                kinds.append(MarkKind.PAGE_NUMBER)
        elif name == "a" and _is_note_link(element, classes, words):
            kinds.append(MarkKind.NOTE_MARK)
        for kind in kinds:
            self.builder.open_mark(kind)
        return len(kinds)

    def _add_text(self, text: str | None, around: Surroundings) -> None:
        if not text:
            return
        if self._kept_open and text.strip():
            self._kept_open = False
            text = text.lstrip()
        if not around.preformatted:
            self.builder.add_text(text, link=around.link)
            return
        for number, line in enumerate(text.split("\n")):
            if number:
                self.builder.add_line_break()
            self.builder.add_text(line, link=around.link)


def _surroundings_inside(
    element: etree._Element, name: str, classes: frozenset[str], words: frozenset[str], around: Surroundings
) -> Surroundings:
    """What ``around`` becomes inside an element; the same object where nothing changes, as in most."""
    types = around.types | words
    if name in SECTION_NAMES and classes:
        types |= {SECTION_CLASSES[word] for word in classes if word in SECTION_CLASSES}
    inner = around if types == around.types else replace(around, types=types)
    if name == "a":
        return replace(inner, link=True) if element.get("href") else inner
    if name == "pre":
        inner = replace(inner, preformatted=True)
    if name not in BLOCK_NAMES and not words:
        return inner
    if words & NOTE_TYPES or classes & NOTE_CLASSES:
        inner = replace(inner, note=True)
    if (words | classes) & POEM_WORDS:
        inner = replace(inner, poem=True)
    if classes & STANZA_CLASSES:
        inner = replace(inner, poem=True, stanza=True)
    if name in ("ul", "ol", "dl"):
        inner = replace(inner, list_depth=inner.list_depth + 1)
    if name == "table":
        inner = replace(inner, table=not _is_layout(element))
    if name == "hgroup":
        inner = replace(inner, heading_group=True)
    return _with_kind(element, name, inner)


def _with_kind(element: etree._Element, name: str, inner: Surroundings) -> Surroundings:
    """Settles what a block in these surroundings is, the strongest claim first."""
    level = _heading_level(element, name, inner)
    if inner.note:
        kind, level = MarkKind.NOTE, 0
    elif level:
        kind = MarkKind.HEADING
    elif inner.table:
        kind = MarkKind.TABLE
    elif inner.poem:
        kind = MarkKind.VERSE
    elif name in ("li", "dd", "dt"):
        kind, level = MarkKind.LIST_ITEM, inner.list_depth
    elif name == "blockquote":
        kind = MarkKind.BLOCK_QUOTE
    elif name in ("td", "th") and inner.kind is MarkKind.TABLE:
        kind = MarkKind.PARAGRAPH
    else:
        kind, level = inner.kind, inner.level
    return inner if (kind, level) == (inner.kind, inner.level) else replace(inner, kind=kind, level=level)


def _heading_level(element: etree._Element, name: str, inner: Surroundings) -> int:
    if len(name) == 2 and name[0] == "h" and name[1] in "123456":
        return int(name[1])
    if (element.get("role") or "") == "heading":
        level = element.get("aria-level") or ""
        return int(level) if level in "123456" and level else 2
    return 2 if inner.heading_group and name == "p" else 0


def _is_hidden(element: etree._Element) -> bool:
    return element.get("hidden") is not None or HIDDEN_STYLE.search(element.get("style") or "") is not None


def _is_layout(table: etree._Element) -> bool:
    """Whether a table only places things on the page: pages of prose, or headings, in its cells."""
    if any(local_name(child) in ("h1", "h2", "h3", "table", "hr") for child in table.iterdescendants()):
        return True
    cells = table.iter("{*}td", "{*}th")
    return any(len("".join(str(piece) for piece in cell.itertext())) > LAYOUT_CELL_CHARACTERS for cell in cells)


def _is_note_link(element: etree._Element, classes: frozenset[str], words: frozenset[str]) -> bool:
    if "noteref" in words or classes & NOTE_LINK_CLASSES:
        return True
    if "#" not in (element.get("href") or ""):
        return False
    text = "".join(str(piece) for piece in element.itertext()).strip()
    if len(text) > 8:
        return False
    parent = element.getparent()
    raised = (parent is not None and local_name(parent) == "sup") or any(
        local_name(child) == "sup" for child in element
    )
    return (NOTE_NUMBER if raised else BRACKETED_NUMBER).fullmatch(text) is not None


def _is_drawn_break(element: etree._Element) -> bool:
    """Whether an element's class says "scene break" and a picture or a rule in the style sheet shows it."""
    words = (element.get("class") or "").split()
    return len(element) <= 1 and any(BREAK_CLASS.fullmatch(word) for word in words)


def _math_text(element: etree._Element) -> str:
    """The symbols of a formula in order, without the annotations beside them."""
    pieces = []
    for piece in element.iter():
        if local_name(piece) in ("mi", "mn", "mo", "mtext", "ms") and piece.text:
            pieces.append(piece.text.strip())
    return " ".join(pieces)
