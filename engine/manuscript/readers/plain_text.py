"""Plain text: chapters are exact slices of the file as decoded, so that nothing can be lost between them."""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import replace
from pathlib import Path
from typing import Final

from engine.core_types import Book, Chapter, Mark, MarkKind
from engine.manuscript.readers.gutenberg import (
    FOOTER_REASON,
    HEADER_REASON,
    find_body,
    read_details,
)
from engine.manuscript.readers.headings import choose_title, plain_words
from engine.manuscript.readers.languages import settle_language
from engine.manuscript.readers.left_out import REASON_OF_TITLE, TRANSCRIBER
from engine.manuscript.readers.text_encoding import decode_text
from engine.manuscript.readers.text_headings import HeadingKind, Layout, Opening, find_layout
from engine.manuscript.readers.text_paragraphs import (
    PageShape,
    Paragraph,
    classify_paragraphs,
    find_inline_marks,
    find_paragraphs,
    measure_page,
)

BY_LINE = re.compile(r"by[:\s]+(?P<name>\S.{1,60})", re.IGNORECASE | re.DOTALL)
TITLE_LINE_CHARACTERS: Final = 80
FRONT_WORDS: Final = 300  # a title page, a dedication, a transcriber's note; more than that is a text to be read
TITLE_PARAGRAPHS: Final = 8
NAME_CHARACTERS: Final = 60
FRONT_CHARACTERS: Final = 2_000  # where "Title:" and "Author:" may stand in a file that is not Gutenberg's


def read_plain_text(path: Path, name: str) -> Book:
    """The book in a text file. Its chapters' texts, in order, are the whole file as decoded, newlines made "\\n"."""
    text, findings = decode_text(path.read_bytes(), name)
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    start, end = find_body(text)
    details = read_details(text[: start or FRONT_CHARACTERS])
    shape = measure_page(text[start:end])
    paragraphs = find_paragraphs(text, start, end, shape)
    layout = find_layout(paragraphs)
    front = paragraphs[: layout.openings[0].first if layout.openings else 0]
    title = details.title or _guess_title(front) or _title_from_name(name)
    author = details.author or _guess_author(front or paragraphs[:TITLE_PARAGRAPHS])
    chapters = _TextChapters(text, name, title, paragraphs, shape, layout).cut(start, end)
    spoken = "\n".join(chapter.text for chapter in chapters if chapter.include)
    return Book(title, tuple(chapters), author, settle_language(details.language, spoken), findings=findings)


class _TextChapters:
    """Cuts one text into chapters that cover it without a gap."""

    def __init__(
        self, text: str, source: str, title: str, paragraphs: list[Paragraph], shape: PageShape, layout: Layout
    ) -> None:
        self.text = text
        self.source = source
        self.title = title
        self.paragraphs = paragraphs
        self.layout = layout
        self.starts = [paragraph.start for paragraph in paragraphs]
        self.kinds = classify_paragraphs(paragraphs, shape)
        self.levels: dict[int, int] = {
            place: self._level(opening, place) for opening in layout.openings for place in opening.titles
        }

    def cut(self, start: int, end: int) -> list[Chapter]:
        """The chapters, in order; the first starts at 0, the last ends where the text does."""
        chapters = []
        if start:
            chapters.append(self._make(0, start, "Project Gutenberg header", HEADER_REASON))
        bounds = self._find_bounds(start)
        for (first, title, reason), (following, _, _) in zip(bounds, [*bounds[1:], (end, "", "")], strict=True):
            if following > first:
                chapters.append(self._make(first, following, title, reason))
        if end < len(self.text):
            chapters.append(self._make(end, len(self.text), "Project Gutenberg footer", FOOTER_REASON))
        return _join_blank(chapters)

    def _find_bounds(self, start: int) -> list[tuple[int, str, str]]:
        """(offset, title, reason left out) of each section between header and footer."""
        contents, openings = self.layout.contents, self.layout.openings
        bounds: list[tuple[int, str, str]] = []
        for opening in openings:
            headings = [self.paragraphs[place].text for place in opening.titles]
            title = choose_title([heading.strip("_*= ") for heading in headings], self.title)
            reason = REASON_OF_TITLE.get(plain_words(title), "")
            bounds.append((self.paragraphs[opening.first].start, title, reason))
        if contents is not None:
            bounds = [bound for bound in bounds if not self._within(contents, bound[0])]
            bounds.append((self.paragraphs[contents.start].start, "Contents", "contents"))
            if contents.stop < len(self.paragraphs):
                after = self.paragraphs[contents.stop].start
                if all(offset != after for offset, _, _ in bounds):
                    following = [offset for offset, _, _ in bounds if offset > after]
                    bounds.append((after, *self._describe_front(after, min(following, default=len(self.text)))))
        bounds.sort()
        first = bounds[0][0] if bounds else len(self.text)
        if not bounds or self.text[start:first].strip():
            front = self._describe_front(start, first) if bounds else (self.title, "")
            bounds.insert(0, (start, *front))
        else:
            bounds[0] = (start, *bounds[0][1:])
        return bounds

    def _within(self, contents: range, offset: int) -> bool:
        inside = self.paragraphs[contents.start].start <= offset
        return inside and (contents.stop == len(self.paragraphs) or offset < self.paragraphs[contents.stop].start)

    def _describe_front(self, start: int, end: int) -> tuple[str, str]:
        """Title and reason of what stands before the first chapter: short, it is a title page; long, it is read."""
        text = self.text[start:end]
        if TRANSCRIBER.match(text.strip()) and len(text.split()) <= FRONT_WORDS:
            return "Transcriber's note", "transcriber's note"
        if len(text.split()) <= FRONT_WORDS:
            return "Title page", "title page"
        lines = [line.strip() for line in text.split("\n") if line.strip()]
        return (lines[0] if len(lines[0]) <= TITLE_LINE_CHARACTERS else "Opening"), ""

    def _make(self, start: int, end: int, title: str, reason: str) -> Chapter:
        inside = range(bisect_left(self.starts, start), bisect_left(self.starts, end))
        marks: list[Mark] = []
        for place in inside:
            paragraph = self.paragraphs[place]
            kind = MarkKind.HEADING if place in self.levels else self.kinds[place]
            marks.append(Mark(kind, paragraph.start - start, paragraph.end - start, self.levels.get(place, 0)))
            if kind is not MarkKind.SCENE_BREAK:
                inline = find_inline_marks(self.text, paragraph.start, paragraph.end)
                marks += [replace(mark, start=mark.start - start, end=mark.end - start) for mark in inline]
        text = self.text[start:end]
        if not inside and text.strip():
            stripped = len(text) - len(text.lstrip())
            marks.append(Mark(MarkKind.PARAGRAPH, stripped, len(text.rstrip())))
        return Chapter(title, text, tuple(marks), not reason, reason, self.source, start)

    @staticmethod
    def _level(opening: Opening, place: int) -> int:
        """1 for parts, 2 for chapters, one more for the lines below a heading."""
        level = 1 if opening.kind is HeadingKind.PART else 2
        return level if place == opening.titles[0] else level + 1


def _join_blank(chapters: list[Chapter]) -> list[Chapter]:
    """Blank space belongs to the chapter before it, or at the very front to the one after."""
    joined: list[Chapter] = []
    for chapter in chapters:
        if joined and not chapter.text.strip():
            joined[-1] = replace(joined[-1], text=joined[-1].text + chapter.text)
        elif joined and not joined[-1].text.strip():
            shift = len(joined[-1].text)
            marks = tuple(replace(mark, start=mark.start + shift, end=mark.end + shift) for mark in chapter.marks)
            start = joined[-1].source_start
            joined[-1] = replace(chapter, text=joined[-1].text + chapter.text, marks=marks, source_start=start)
        else:
            joined.append(chapter)
    return joined


def _guess_title(front: list[Paragraph]) -> str:
    """The first short line that is no sentence, when something stands before the first chapter."""
    for paragraph in front[:2]:
        lines = paragraph.lines
        text = " ".join(lines if len(lines) <= 2 else lines[:1]).strip("_*= ")
        if text and len(text) <= TITLE_LINE_CHARACTERS and not paragraph.is_prose and not BY_LINE.fullmatch(text):
            return text
    return ""


def _guess_author(front: list[Paragraph]) -> str:
    lines = [line.strip("_*= ") for paragraph in front[:TITLE_PARAGRAPHS] for line in paragraph.lines]
    for line, following in zip(lines, [*lines[1:], ""], strict=False):
        alone = line.lower() in ("by", "by:") and len(following) <= NAME_CHARACTERS
        match = BY_LINE.fullmatch(f"by {following}" if alone else line)
        if match and not match.group("name").endswith((",", "?", "!")):
            return match.group("name").rstrip(".")
    return ""


def _title_from_name(name: str) -> str:
    return " ".join(re.sub(r"[_\s]+", " ", Path(name).stem).split()) or name
