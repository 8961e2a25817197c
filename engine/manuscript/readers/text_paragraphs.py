"""The lines of a plain text file into paragraphs, and what each paragraph is: prose, verse, a break, a note."""

from __future__ import annotations

import re
import statistics
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from engine.core_types import Mark, MarkKind
from engine.manuscript.readers.blocks import is_scene_break

LINE = re.compile(r"[^\n]*\n?")
EMPHASIS = re.compile(r"(?<![\w_])_(?=[^\s_])[^_]{1,600}(?<=\S)_(?![\w_])")
NOTE_MARK = re.compile(r"\[(?:\d{1,4}|[*†‡§]{1,3})\]|\{\d{1,4}\}")
PAGE_NUMBER = re.compile(r"\[(?:Pg|Page|p\.) ?(?:\d{1,4}|[ivxlc]{1,7})\]", re.IGNORECASE)
NOTE_START = re.compile(r"\[\s*(?:Illustration|Foot-?note|Note|Transcriber|Sidenote|Frontispiece)\b", re.IGNORECASE)
NUMBERED_NOTE = re.compile(r"(?:\[(?:\d{1,4}|[*†‡§])\]|\{\d{1,4}\})\s+\S")
LIST_START = re.compile(r"(?:[-*•·+]|\(?\d{1,3}[.)]|\(?[a-z][.)])\s+\S")
TERMINAL = re.compile(r"""[.!?…:;,—-]["'”’)\]_*]*$""")
LEADER = re.compile(r"(?:\.[ .]{3,}|\s{2,}|\t)(?:\d{1,4}|[ivxlc]{1,7})\s*$|\.{4,}", re.IGNORECASE)
UNWRAPPED_CHARACTERS: Final = 120  # lines this long at the median were not wrapped by hand: each is a paragraph
PROSE_CHARACTERS: Final = 150
LEADER_CHARACTERS: Final = 60  # at the end of a line, where a contents table has its page numbers
SHORT_PROSE_CHARACTERS: Final = 40
NOTE_PARAGRAPHS: Final = 12  # an unclosed bracket makes notes of no more than this


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A run of lines: text[start:end] of the file, without the white space around it."""

    start: int
    end: int
    text: str
    blank_lines_before: int
    indent: int  # of its first line

    @property
    def lines(self) -> list[str]:
        return [line.strip() for line in self.text.split("\n")]

    @property
    def one_line(self) -> str:
        return " ".join(self.text.split())

    @property
    def is_prose(self) -> bool:
        """Sentences, as opposed to headings, titles and lines of a contents table."""
        lines = self.lines
        if 2 * sum(LEADER.search(line[-LEADER_CHARACTERS:]) is not None for line in lines) >= len(lines):
            return False
        letters = [character for character in self.text if character.isalpha()]
        lower = sum(character.islower() or not character.isupper() for character in letters)
        if not letters or lower < len(letters) * 0.5:
            return False
        ends = TERMINAL.search(self.text.rstrip()) is not None
        return len(self.text) >= (SHORT_PROSE_CHARACTERS if ends else PROSE_CHARACTERS)


@dataclass(frozen=True, slots=True)
class PageShape:
    """How the file's lines are set."""

    width: int  # where lines are wrapped; 0 when they are not
    indent: int  # of an ordinary line


def measure_page(text: str) -> PageShape:
    lines = [line for line in text.split("\n") if line.strip()]
    if not lines:
        return PageShape(0, 0)
    lengths = sorted(len(line.rstrip()) for line in lines)
    indent = Counter(len(line) - len(line.lstrip()) for line in lines).most_common(1)[0][0]
    if statistics.median(lengths) > UNWRAPPED_CHARACTERS:
        return PageShape(0, indent)
    return PageShape(lengths[len(lengths) * 9 // 10], indent)


def find_paragraphs(text: str, start: int, end: int, shape: PageShape) -> list[Paragraph]:
    """The paragraphs of text[start:end]: parted by blank lines, by indents where there are few, or each line one."""
    rows = list(_read_rows(text, start, end))
    filled = [row for row in rows if row[2].strip()]
    blank = len(rows) - len(filled)
    indented = sum(_indent(row[2]) > shape.indent for row in filled)
    if shape.width == 0:
        begins = [True] * len(rows)
    elif blank * 25 < len(filled) and len(filled) < indented * 25 < len(filled) * 20:
        begins = [_indent(row[2]) > shape.indent for row in rows]
    else:
        begins = [False] * len(rows)
    paragraphs: list[Paragraph] = []
    group: list[tuple[int, int, str]] = []
    blanks = waiting = 0
    for row, begin in [*zip(rows, begins, strict=True), ((end, end, ""), True)]:
        empty = not row[2].strip()
        if group and (empty or begin):
            paragraphs.append(_make_paragraph(text, group, waiting))
            group, blanks = [], 0
        if empty:
            blanks += 1
        else:
            if not group:
                waiting = blanks
            group.append(row)
    return paragraphs


def classify_paragraphs(paragraphs: Sequence[Paragraph], shape: PageShape) -> list[MarkKind]:
    """What each paragraph is, headings apart."""
    kinds: list[MarkKind] = []
    open_note = 0
    for paragraph in paragraphs:
        starts_note = NOTE_START.match(paragraph.text) is not None
        if starts_note:
            open_note = NOTE_PARAGRAPHS
        if is_scene_break(paragraph.text) and not open_note:
            kinds.append(MarkKind.SCENE_BREAK)
        elif open_note or NUMBERED_NOTE.match(paragraph.text):
            kinds.append(MarkKind.NOTE)
            open_note = 0 if paragraph.text.rstrip().endswith("]") else max(0, open_note - 1)
        elif _is_verse(paragraph, shape):
            kinds.append(MarkKind.VERSE)
        elif LIST_START.match(paragraph.text) and not paragraph.text.startswith("*"):
            kinds.append(MarkKind.LIST_ITEM)
        elif shape.width and paragraph.indent >= shape.indent + 2 and _is_set_in(paragraph, shape):
            kinds.append(MarkKind.BLOCK_QUOTE)
        else:
            kinds.append(MarkKind.PARAGRAPH)
    return kinds


def find_inline_marks(text: str, start: int, end: int) -> list[Mark]:
    """Emphasis between underscores, note marks and page numbers in text[start:end]."""
    marks = [
        Mark(kind, match.start(), match.end())
        for kind, pattern in (
            (MarkKind.EMPHASIS, EMPHASIS),
            (MarkKind.NOTE_MARK, NOTE_MARK),
            (MarkKind.PAGE_NUMBER, PAGE_NUMBER),
        )
        for match in pattern.finditer(text, start, end)
    ]
    return sorted(marks, key=lambda mark: (mark.start, -mark.end))


def _read_rows(text: str, start: int, end: int) -> Iterator[tuple[int, int, str]]:
    """(start, end, line) of each line, its newline not counted."""
    while start < end:
        match = LINE.match(text, start, end)
        assert match is not None  # the pattern matches anything
        yield start, match.start() + len(match.group().rstrip("\n")), match.group().rstrip("\n")
        start = match.end()


def _make_paragraph(text: str, rows: Sequence[tuple[int, int, str]], blank_lines_before: int) -> Paragraph:
    first, last = rows[0], rows[-1]
    start = first[0] + len(first[2]) - len(first[2].lstrip())
    end = last[0] + len(last[2].rstrip())
    return Paragraph(start, end, text[start:end], blank_lines_before, _indent(first[2]))


def _indent(line: str) -> int:
    expanded = line.expandtabs(4)
    return len(expanded) - len(expanded.lstrip())


def _is_verse(paragraph: Paragraph, shape: PageShape) -> bool:
    """Lines ended by the poet, not by the margin."""
    lines = paragraph.lines
    if shape.width == 0 or len(lines) < 2 or max(map(len, lines)) > shape.width:
        return False
    raw = paragraph.text.split("\n")
    set_in = paragraph.indent > shape.indent and all(_indent(line) > shape.indent for line in raw[1:])
    longest = max(len(line) for line in lines[:-1])
    if set_in:
        return longest < shape.width * 0.8
    capitals = sum(line.lstrip("\"'“‘_([")[:1].isupper() for line in lines)
    return len(lines) >= 3 and longest < shape.width * 0.75 and capitals >= len(lines) * 0.7


def _is_set_in(paragraph: Paragraph, shape: PageShape) -> bool:
    """Whether all its lines stand in from the margin: a quotation or a letter."""
    lines = paragraph.text.split("\n")
    return len(lines) > 1 and all(_indent(line) > shape.indent for line in lines[1:])
