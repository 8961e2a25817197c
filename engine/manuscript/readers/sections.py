"""Sections: stretches of blocks under one title, cut at headings, and turned into the chapters of a book."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath
from typing import Final

from engine.core_types import Chapter, MarkKind
from engine.manuscript.readers.blocks import Block, join_blocks, tidy_scene_breaks
from engine.manuscript.readers.gutenberg import END, FOOTER_REASON, HEADER_CHARACTERS, HEADER_REASON, START
from engine.manuscript.readers.headings import (
    choose_title,
    is_bare_number,
    is_chapter_heading,
    is_end_line,
    opens_chapter,
    plain_words,
    shorten_title,
)
from engine.manuscript.readers.left_out import REASON_OF_TITLE, SectionFacts, find_reason

LONG_SECTION_WORDS: Final = 15_000  # about an hour and a half aloud; beyond it, inner headings become chapters
HEADING_DEPTH: Final = 6
TITLE_WORDS: Final = 7  # of the text, when a section has no title of its own
NAMED_BY_REASON: Final = frozenset({"cover", "title page", "half title", "copyright", HEADER_REASON, FOOTER_REASON})
# brought back when nothing else is left: a leaflet can look like a title page from end to end
WEAK_REASONS: Final = frozenset({"title page", "half title", "copyright", "links", "auxiliary", "notes", "colophon"})


@dataclass(frozen=True, slots=True)
class Section:
    """A stretch of the manuscript that becomes one chapter."""

    blocks: tuple[Block, ...]
    source: str
    title: str = ""  # from a contents table; else it is taken from the headings
    types: frozenset[str] = field(default_factory=frozenset)  # what the package calls it
    reason: str = ""  # settled already: why it is left out
    auxiliary: bool = False  # outside the reading order (linear="no")

    @property
    def words(self) -> int:
        return sum(block.words for block in self.blocks)


@dataclass(frozen=True, slots=True)
class HeadingGroup:
    """Headings that stand together: "PART ONE", "CHAPTER I", "The River Bank"."""

    start: int  # of its first block
    end: int  # one past its last block
    level: int  # the largest among them: 1 to 6
    texts: tuple[str, ...]

    @property
    def opens_chapter(self) -> bool:
        return any(opens_chapter(line) for text in self.texts for line in text.split("\n"))


def find_heading_groups(blocks: Sequence[Block]) -> list[HeadingGroup]:
    """The places where headings stand; breaks and page numbers between them do not part them.

    "THE END" is set as a heading in many books, but heads nothing. A second numbered heading starts a new group.
    """
    groups: list[HeadingGroup] = []
    together = False
    for place, block in enumerate(blocks):
        if block.kind in (MarkKind.SCENE_BREAK, MarkKind.PAGE_NUMBER):
            continue
        if block.kind is not MarkKind.HEADING or is_end_line(block.text):
            together = False
            continue
        last = groups[-1] if groups else None
        if last is not None and together and not (_is_numbered(block.text) and any(map(_is_numbered, last.texts))):
            groups[-1] = replace(
                last, end=place + 1, level=min(last.level, block.level), texts=(*last.texts, block.text)
            )
        else:
            groups.append(HeadingGroup(place, place + 1, block.level, (block.text,)))
        together = True
    return groups


def split_at_headings(section: Section, book_title: str) -> list[Section]:
    """A section cut where its chapters begin, each piece titled by its headings; whole where it has none."""
    groups = find_heading_groups(section.blocks)
    starts = _choose_starts(groups)
    if not starts:
        return [section]
    pieces: list[Section] = []
    if starts[0].start > 0:
        pieces.append(replace(section, blocks=section.blocks[: starts[0].start]))
    for group, end in zip(starts, [*(group.start for group in starts[1:]), len(section.blocks)], strict=True):
        title = choose_title(group.texts, book_title)
        if group.start == 0 and section.title:
            title = section.title
        pieces.append(replace(section, blocks=section.blocks[group.start : end], title=title))
    return [part for piece in pieces for part in _split_if_long(piece, section, book_title)]


def count_chapter_headings(blocks: Sequence[Block]) -> int:
    return sum(group.opens_chapter for group in find_heading_groups(blocks))


def join_lone_headings(sections: Sequence[Section], *, same_source_only: bool = False) -> list[Section]:
    """A section that is nothing but headings goes in front of the next: its words stay, it is no chapter of its own."""
    joined: list[Section] = []
    for section in sections:
        last = joined[-1] if joined else None
        if (
            last is not None
            and last.blocks
            and all(
                block.kind in (MarkKind.HEADING, MarkKind.SCENE_BREAK, MarkKind.PAGE_NUMBER) for block in last.blocks
            )
            and not last.reason
            and not (same_source_only and last.source != section.source)
            and not is_end_line(last.blocks[-1].text)
        ):
            joined[-1] = replace(section, blocks=(*last.blocks, *section.blocks), title=section.title or last.title)
        else:
            joined.append(section)
    return joined


def part_gutenberg(sections: Sequence[Section]) -> list[Section]:
    """Cuts the Project Gutenberg header from the front and the licence from the back, wherever they stand."""
    sections = list(sections)
    if not any(
        "gutenberg" in block.text.casefold() for section in (*sections[:4], *sections[-2:]) for block in section.blocks
    ):
        return sections
    seen = 0
    for number, section in enumerate(sections[:4]):
        for place, block in enumerate(section.blocks):
            seen += len(block.text)
            if seen < HEADER_CHARACTERS and (START.search(block.text) or "pg-boilerplate" in block.types):
                place = _end_of_boilerplate(section.blocks, place)
                header = replace(section, blocks=section.blocks[: place + 1], title="", reason=HEADER_REASON)
                rest = replace(section, blocks=section.blocks[place + 1 :])
                sections[number : number + 1] = [header, rest] if rest.blocks else [header]
                return _part_footer(sections)
    return _part_footer(sections)


def build_chapters(sections: Sequence[Section], book_title: str, author: str = "") -> tuple[Chapter, ...]:
    """The chapters of a book: scene breaks tidied, empty sections dropped, each included or left out with a reason."""
    chapters: list[Chapter] = []
    for section in sections:
        blocks = tidy_scene_breaks(section.blocks)
        if not blocks:
            continue
        facts = SectionFacts(
            section.title or choose_title(_opening_headings(blocks), ""),
            blocks,
            section.types,
            PurePosixPath(section.source).stem,
            book_title,
            author,
            before_the_first_chapter=not any(chapter.include and chapter.words > 300 for chapter in chapters),
        )
        reason = section.reason or find_reason(facts) or ("auxiliary" if section.auxiliary else "")
        text, marks = join_blocks(blocks)
        title = (
            _title_section(section, blocks, reason, book_title)
            if len(sections) > 1
            else _opening_title(blocks, book_title)
        )
        chapters.append(Chapter(title, text, marks, not reason, reason, section.source))
    if not any(chapter.include for chapter in chapters):
        return tuple(replace(chapter, include=chapter.left_out_reason in WEAK_REASONS) for chapter in chapters)
    return tuple(chapters)


def _title_section(section: Section, blocks: Sequence[Block], reason: str, book_title: str) -> str:
    if reason == "contents" and not section.types:
        named = (block.text for block in blocks if REASON_OF_TITLE.get(plain_words(block.text)) == "contents")
        return next(named, section.title) or "Contents"
    if section.title.strip():
        return shorten_title(" ".join(section.title.split()))
    headings = _opening_headings(blocks)
    if headings and reason not in NAMED_BY_REASON:
        return choose_title(headings, book_title)
    if reason:
        return reason[0].upper() + reason[1:]
    words = blocks[0].text.split()
    return " ".join(words[:TITLE_WORDS]).rstrip(",;:.") + ("…" if len(words) > TITLE_WORDS else "")


def _opening_title(blocks: Sequence[Block], book_title: str) -> str:
    """The title of a book's only chapter."""
    headings = _opening_headings(blocks)
    return choose_title(headings, "") if headings else book_title


def _opening_headings(blocks: Sequence[Block]) -> list[str]:
    """The headings a section opens with, or the first one near its start."""
    groups = find_heading_groups(blocks)
    return list(groups[0].texts) if groups and groups[0].start <= 3 else []


def _choose_starts(groups: Sequence[HeadingGroup]) -> list[HeadingGroup]:
    """Numbered headings where there are several, and whatever is set as large; else the largest size used twice."""
    opening = [group for group in groups if group.opens_chapter]
    if len(opening) >= 2:
        level = statistics.mode(group.level for group in opening)
        return [group for group in groups if group.opens_chapter or group.level <= level]
    for level in range(1, HEADING_DEPTH + 1):
        if sum(group.level == level for group in groups) >= 2:
            return [group for group in groups if group.level <= level]
    return list(groups[:1])


def _split_if_long(piece: Section, whole: Section, book_title: str) -> list[Section]:
    if piece.words <= LONG_SECTION_WORDS or len(piece.blocks) == len(whole.blocks):
        return [piece]
    inner = [group for group in find_heading_groups(piece.blocks) if group.start > 0]
    if len(inner) < 2:
        return [piece]
    level = min(group.level for group in inner)
    starts = [group for group in inner if group.level == level]
    bounds = [0, *(group.start for group in starts), len(piece.blocks)]
    titles = [piece.title, *(choose_title(group.texts, book_title) for group in starts)]
    return [
        replace(piece, blocks=piece.blocks[start:end], title=title)
        for start, end, title in zip(bounds, bounds[1:], titles, strict=False)
        if end > start
    ]


def _is_numbered(text: str) -> bool:
    return is_chapter_heading(text) or is_bare_number(text)


def _end_of_boilerplate(blocks: Sequence[Block], place: int) -> int:
    """The last block of a header: its marked section, and the credits that follow its closing line."""
    while place + 1 < len(blocks):
        following = blocks[place + 1]
        text = plain_words(following.text[:60])
        credit = text.startswith(("produced by", "e text prepared by", "etext prepared by", "this ebook was produced"))
        notice = following.words < 60 and "ebook" in following.text.casefold() and following.link_characters > 0
        if not ("pg-boilerplate" in following.types or START.search(following.text) or credit or notice):
            break
        place += 1
    return place


def _part_footer(sections: list[Section]) -> list[Section]:
    """Everything from the closing line on is licence, up to the end of the file."""
    for number in range(len(sections) - 1, max(-1, len(sections) - 8), -1):
        section = sections[number]
        if section.reason:
            continue
        for place, block in enumerate(section.blocks):
            if END.search(block.text) or ("pg-boilerplate" in block.types and place > 0):
                body = replace(section, blocks=section.blocks[:place])
                footers = [replace(section, blocks=section.blocks[place:], title="", reason=FOOTER_REASON)]
                footers += [replace(later, reason=later.reason or FOOTER_REASON) for later in sections[number + 1 :]]
                return [*sections[:number], *([body] if body.blocks else []), *footers]
    return sections
