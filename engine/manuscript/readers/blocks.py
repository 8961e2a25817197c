"""Blocks: the paragraphs, headings and verses a reader finds, and how they become a chapter's text and marks."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from engine.core_types import Mark, MarkKind

BLOCK_SEPARATOR: Final = "\n\n"
SEPARATORS: Final = ("", " ", ", ", "\n")  # inside a block, the weakest first
SCENE_BREAK_TEXT: Final = "* * *"

COLLAPSIBLE = re.compile(r"[ \t\n\r\f]+")  # as HTML collapses; a no-break space is a letter like any other
UNSEEN = str.maketrans("", "", "\u00ad\ufeff\x00")  # soft hyphens and byte order marks show nothing in print
BLANK_LINES = re.compile(r"\n\s*\n")
IDEOGRAPH = re.compile("[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")
WAY_BACK = re.compile(
    r"\W*(?:(?:back |return )?to )?(?:the )?(?:toc|contents|table of contents|top|next|previous|prev|home|up|back)\W*",
    re.IGNORECASE,
)
SCENE_BREAK = re.compile(r"(?:[*⁂⁎•·∙●○◦◆◇■□❦❧☙✻✽✦#~§_—–=.-]\s*){3,}|[*⁂⁎❦❧☙✻✽✦#§~](?:\s*[*#~])?|\[\s*scene break\s*\]")
VERSE_LINE_CHARACTERS: Final = 90  # longer lines are prose that happens to have line breaks
VERSE_AVERAGE_CHARACTERS: Final = 60


@dataclass(frozen=True, slots=True)
class Block:
    """One paragraph, heading, stanza, list item, table or note, before it takes its place in a chapter."""

    kind: MarkKind  # a block kind, or PAGE_NUMBER standing alone
    text: str  # never empty, no white space at its ends, no blank line inside
    marks: tuple[Mark, ...] = ()  # inline marks, offsets into text
    level: int = 0
    anchors: tuple[str, ...] = ()  # ids a link may point to that lie in this block or just before it
    types: frozenset[str] = frozenset()  # what the elements around it say they are: "titlepage", "footnotes"
    link_characters: int = 0  # how much of the text is a link
    doubtful: bool = False  # a scene break that may be mere spacing

    @property
    def words(self) -> int:
        """Words, counting two characters of Chinese or Japanese as one."""
        return len(self.text.split()) + (0 if self.text.isascii() else len(IDEOGRAPH.findall(self.text)) // 2)


def is_scene_break(text: str) -> bool:
    """Whether a block is nothing but a printed break: asterisks, an asterism, a row of dashes."""
    return len(text) <= 60 and SCENE_BREAK.fullmatch(text.strip()) is not None


def scene_break(anchors: tuple[str, ...] = (), types: frozenset[str] = frozenset(), *, doubtful: bool = False) -> Block:
    return Block(MarkKind.SCENE_BREAK, SCENE_BREAK_TEXT, anchors=anchors, types=types, doubtful=doubtful)


def join_blocks(blocks: Sequence[Block]) -> tuple[str, tuple[Mark, ...]]:
    """A chapter's text, its blocks joined by a blank line, and all marks with offsets into that text, in order."""
    marks: list[Mark] = []
    start = 0
    for block in blocks:
        marks.append(Mark(block.kind, start, start + len(block.text), block.level))
        marks.extend(replace(mark, start=mark.start + start, end=mark.end + start) for mark in block.marks)
        start += len(block.text) + len(BLOCK_SEPARATOR)
    return BLOCK_SEPARATOR.join(block.text for block in blocks), tuple(marks)


def tidy_scene_breaks(blocks: Sequence[Block]) -> list[Block]:
    """Keeps the breaks that stand between two passages: a rule under a heading or at a chapter's end is decoration.

    Blank paragraphs count as breaks only where they are rare; in some books they stand between all paragraphs.
    """
    paragraphs = sum(block.kind is MarkKind.PARAGRAPH for block in blocks)
    doubtful = sum(block.doubtful for block in blocks)
    trust_blanks = doubtful * 8 <= paragraphs
    kept: list[Block] = []
    waiting: Block | None = None
    after_passage = False
    for block in blocks:
        if block.kind is MarkKind.SCENE_BREAK:
            if after_passage and waiting is None and (trust_blanks or not block.doubtful):
                waiting = block
            continue
        if block.kind in (MarkKind.NOTE, MarkKind.PAGE_NUMBER):
            kept.append(block)
            continue
        if waiting is not None and block.kind is not MarkKind.HEADING:
            kept.append(waiting)
        waiting = None
        after_passage = block.kind is not MarkKind.HEADING
        kept.append(block)
    return kept


class BlockBuilder:
    """Collects the text between two block boundaries, collapsing white space, and cuts it into blocks."""

    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self._anchors: list[tuple[str, int]] = []  # with their place in the text; not yet inside a block
        self._parts: list[str] = []
        self._length = 0
        self._last = "\n"  # the last character; a line break stands for "at the start of a line"
        self._separator = ""  # to be written before the next word
        self._open: list[tuple[MarkKind, int]] = []
        self._marks: list[Mark] = []
        self._links = 0
        self._blank_seen = False  # a no-break space: the paragraph is there, but empty

    @property
    def open_anchors(self) -> tuple[str, ...]:
        """The ids that stand after the last block."""
        return tuple(identifier for identifier, _ in self._anchors)

    @property
    def has_text(self) -> bool:
        return self._length > 0

    def add_text(self, text: str, *, link: bool = False) -> None:
        text = COLLAPSIBLE.sub(" ", text.translate(UNSEEN))
        if self._last in " \n":
            stripped = text.lstrip(" " if self._last == " " else None)
            self._blank_seen = self._blank_seen or (stripped != text and "\xa0" in text)
            text = stripped
        if not text:
            return
        if self._separator:
            if not text.strip():
                return
            self._write_separator()
            text = text.lstrip()
        if link:
            self._links += len(text)
        self._write(text)

    def add_line_break(self) -> None:
        self._write("\n")

    def separate(self, separator: str) -> None:
        """Puts ``separator`` before whatever comes next in this block; of several the strongest counts."""
        if self.has_text and SEPARATORS.index(separator) > SEPARATORS.index(self._separator):
            self._separator = separator

    def open_mark(self, kind: MarkKind) -> None:
        self._open.append((kind, self._length + self._separator_growth()))

    def close_mark(self) -> None:
        kind, start = self._open.pop()
        self._marks.append(Mark(kind, start, self._length))

    def add_anchor(self, identifier: str) -> None:
        """Notes that a link may point to the present place."""
        self._anchors.append((identifier, self._length))

    def end_block(self, kind: MarkKind, level: int = 0, types: frozenset[str] = frozenset()) -> None:
        """Makes a block, or several where blank lines part it, of what was collected."""
        text = "".join(self._parts)
        marks = [*self._marks, *(Mark(opened, start, self._length) for opened, start in self._open)]
        if self._blank_seen and not text.strip() and kind is MarkKind.PARAGRAPH:
            self.blocks.append(scene_break(self._take_anchors(self._length + 1), types, doubtful=True))
        pieces = _split_at_blank_lines(text)
        if kind in (MarkKind.PARAGRAPH, MarkKind.BLOCK_QUOTE) and _look_like_verse(
            [piece for _, piece in pieces], kind
        ):
            kinds = [MarkKind.VERSE if "\n" in piece else kind for _, piece in pieces]
        else:
            kinds = [kind] * len(pieces)
        links = self._links
        for (start, piece), piece_kind in zip(pieces, kinds, strict=True):
            block = _make_block(piece_kind, piece, _clip_marks(marks, piece, start), level, links)
            links = max(0, links - len(piece))
            self.blocks.append(replace(block, anchors=self._take_anchors(start + len(piece)), types=types))
        self._clear()

    def add_block(self, block: Block) -> None:
        self.blocks.append(replace(block, anchors=self._take_anchors(self._length + 1)))

    def _take_anchors(self, end: int) -> tuple[str, ...]:
        """The anchors before ``end``; one at the very end of a block belongs to what follows it."""
        taken = tuple(identifier for identifier, place in self._anchors if place < end)
        self._anchors = [(identifier, place) for identifier, place in self._anchors if place >= end]
        return taken

    def _separator_growth(self) -> int:
        """By how much the waiting separator will lengthen the text: it takes the place of a space before it."""
        if not self._separator or (self._separator == "\n" and self._last == "\n"):
            return 0
        return len(self._separator) - (self._last == " ")

    def _write_separator(self) -> None:
        separator, self._separator = self._separator, ""
        if separator == "\n" and self._last == "\n":
            return
        if self._last == " ":
            self._parts[-1] = self._parts[-1][:-1]
            self._length -= 1
        self._write(separator)

    def _write(self, text: str) -> None:
        self._parts.append(text)
        self._length += len(text)
        self._last = text[-1]

    def _clear(self) -> None:
        self._parts.clear()
        self._marks.clear()
        self._length, self._last, self._separator, self._links = 0, "\n", "", 0
        self._blank_seen = False
        self._open = [(kind, 0) for kind, _ in self._open]
        self._anchors = [(identifier, 0) for identifier, _ in self._anchors]


def _clip_marks(marks: Iterable[Mark], text: str, offset: int) -> tuple[Mark, ...]:
    """The inline marks as they lie in one block, without white space at their ends, in reading order."""
    clipped = []
    for mark in marks:
        start, end = max(0, mark.start - offset), min(len(text), mark.end - offset)
        while start < end and text[start].isspace():
            start += 1
        while end > start and text[end - 1].isspace():
            end -= 1
        if start < end:
            clipped.append(Mark(mark.kind, start, end, mark.level))
    return tuple(sorted(clipped, key=lambda mark: (mark.start, -mark.end)))


def _make_block(kind: MarkKind, text: str, marks: tuple[Mark, ...], level: int, links: int) -> Block:
    """A block of the kind asked for, unless its text is a scene break, a page number or a way back to the contents."""
    if kind is not MarkKind.HEADING and is_scene_break(text):
        return scene_break()
    if any(mark.kind is MarkKind.PAGE_NUMBER and mark.end - mark.start == len(text) for mark in marks):
        return Block(MarkKind.PAGE_NUMBER, text)
    if links >= len(text) and WAY_BACK.fullmatch(text):
        return Block(MarkKind.PAGE_NUMBER, text, link_characters=len(text))  # an aid to turning pages, not text
    return Block(kind, text, marks, level, link_characters=min(links, len(text)))


def _split_at_blank_lines(text: str) -> list[tuple[int, str]]:
    """The pieces between blank lines, each with where it starts, without white space at their ends."""
    pieces: list[tuple[int, str]] = []
    begin = 0
    for end, following in [*((gap.start(), gap.end()) for gap in BLANK_LINES.finditer(text)), (len(text), len(text))]:
        piece = text[begin:end]
        if piece.strip():
            pieces.append((begin + len(piece) - len(piece.lstrip()), piece.strip()))
        begin = following
    return pieces


def _look_like_verse(pieces: Sequence[str], kind: MarkKind) -> bool:
    """Whether most of an element's pieces are stanzas, by the length of their lines."""
    broken = [piece.split("\n") for piece in pieces if "\n" in piece]
    fewest = 2 if kind is MarkKind.BLOCK_QUOTE else 3
    stanzas = sum(
        len(lines) >= fewest
        and max(map(len, lines)) <= VERSE_LINE_CHARACTERS
        and sum(map(len, lines)) <= VERSE_AVERAGE_CHARACTERS * len(lines)
        for lines in broken
    )
    return stanzas > 0 and 2 * stanzas >= len(broken)
