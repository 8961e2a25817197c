"""The pages of an EPUB, in reading order, cut into sections where its contents table says chapters begin."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import Final

from engine.core_types import MarkKind
from engine.manuscript.readers.blocks import Block
from engine.manuscript.readers.headings import is_numbered_title, is_part_heading, opens_chapter, plain_words
from engine.manuscript.readers.left_out import REASON_OF_TITLE, REASON_OF_TYPE, SectionFacts, find_reason
from engine.manuscript.readers.navigation import ContentsEntry
from engine.manuscript.readers.sections import (
    LONG_SECTION_WORDS,
    Section,
    count_chapter_headings,
    find_heading_groups,
    join_lone_headings,
    split_at_headings,
)

MANY_CHAPTER_HEADINGS: Final = 3  # inside one section: then its contents table is too coarse
SHORT_SUBSECTION_WORDS: Final = 1_000


@dataclass(frozen=True, slots=True)
class Page:
    """One document of the reading order."""

    path: str
    blocks: tuple[Block, ...]
    end_anchors: tuple[str, ...] = ()  # ids after the last block
    types: frozenset[str] = frozenset()  # what the guide and landmarks call it
    linear: bool = True


@dataclass(frozen=True, slots=True)
class Cut:
    """A place where a contents entry says that something begins."""

    place: int  # index of the first block
    title: str
    depth: int


def cut_pages(pages: Sequence[Page], contents: Sequence[ContentsEntry], book_title: str) -> list[Section]:
    """The sections of a book. A page no entry points to goes on with the chapter before, unless it opens its own.

    Without a usable contents table each page is a section, and headings part what is long.
    """
    cuts = _find_cuts(pages, _drop_subsections(pages, contents), book_title)
    if len([page for page in pages if page.blocks]) > 2 and sum(map(len, cuts.values())) < 2:
        cuts = {}
    chapter_level = _usual_heading_level(pages, cuts)
    sections: list[Section] = []
    for page in pages:
        starts = cuts.get(page.path, [])
        if not starts or starts[0].place > 0:
            lead = replace(_section_of(page), blocks=page.blocks[: starts[0].place if starts else None])
            if lead.blocks:
                if sections and cuts and _continues(lead, sections[-1], chapter_level, book_title):
                    sections[-1] = replace(sections[-1], blocks=(*sections[-1].blocks, *lead.blocks))
                else:
                    sections.append(lead)
        ends = [*(cut.place for cut in starts[1:]), len(page.blocks)]
        for cut, end in zip(starts, ends, strict=False):
            sections.append(replace(_section_of(page), blocks=page.blocks[cut.place : end], title=cut.title))
    sections = [section for section in sections if section.blocks]
    if len(sections) == 1 and not cuts:
        return join_lone_headings(split_at_headings(sections[0], book_title))
    parted = [part for section in sections for part in _split_where_coarse(section, book_title)]
    return join_lone_headings(parted, same_source_only=True)


def _section_of(page: Page) -> Section:
    return Section(page.blocks, page.path, types=page.types, auxiliary=not page.linear)


def _find_cuts(pages: Sequence[Page], contents: Sequence[ContentsEntry], book_title: str) -> dict[str, list[Cut]]:
    """For each page the places its contents entries point to, in order; of two for one place the inner one counts.

    An entry that points below a page's last words, or at a page that is only a picture, means the page that follows,
    unless that has an entry of its own, or it is the cover or the book's title that is pictured.
    """
    cuts: dict[str, dict[int, Cut]] = {}
    moved: list[tuple[str, Cut]] = []
    numbers = {page.path: number for number, page in enumerate(pages)}
    for entry in contents:
        if entry.path not in numbers or not entry.title:
            continue
        page = pages[numbers[entry.path]]
        cut = Cut(_find_place(page, entry.fragment), entry.title, entry.depth)
        found = cuts.setdefault(page.path, {})
        if cut.place < len(page.blocks):
            if cut.place not in found or cut.depth > found[cut.place].depth:
                found[cut.place] = cut
        elif plain_words(cut.title) not in {*REASON_OF_TITLE, plain_words(book_title)}:
            following = next((later for later in pages[numbers[entry.path] + 1 :] if later.blocks), None)
            if following is not None and not following.types & REASON_OF_TYPE.keys():
                moved.append((following.path, replace(cut, place=0)))
    for path, cut in moved:
        cuts.setdefault(path, {}).setdefault(0, cut)
    return {path: sorted(found.values(), key=lambda cut: cut.place) for path, found in cuts.items() if found}


def _find_place(page: Page, fragment: str) -> int:
    """The block an id lies in or just before; the page's beginning when there is no such id."""
    if fragment in page.end_anchors:
        return len(page.blocks)
    place = next((place for place, block in enumerate(page.blocks) if fragment and fragment in block.anchors), 0)
    # a picture, a rule or a page number above the first words belongs to what they begin
    lead = page.blocks[:place]
    return 0 if all(block.kind in (MarkKind.SCENE_BREAK, MarkKind.PAGE_NUMBER) for block in lead) else place


def _drop_subsections(pages: Sequence[Page], contents: Sequence[ContentsEntry]) -> list[ContentsEntry]:
    """Leaves out entries for the short inner sections of a page: "2.3.1 Options" is no chapter of its own.

    A depth is left out where it would cut a page into pieces that average few words, unless its titles are numbered
    like chapters or stand below a part's.
    """
    words = {page.path: sum(block.words for block in page.blocks) for page in pages}
    beside: dict[str, list[ContentsEntry]] = {}
    for entry in contents:
        beside.setdefault(entry.path, []).append(entry)

    def is_kept(entry: ContentsEntry) -> bool:
        others = beside[entry.path]
        pieces = sum(other.depth <= entry.depth for other in others)
        return (
            entry.depth == min(other.depth for other in others)
            or words.get(entry.path, 0) >= SHORT_SUBSECTION_WORDS * pieces
            or opens_chapter(entry.title)
            or is_numbered_title(entry.title)
            or any(is_part_heading(other.title) for other in others)
        )

    return [entry for entry in contents if is_kept(entry)]


def _usual_heading_level(pages: Sequence[Page], cuts: dict[str, list[Cut]]) -> int:
    """How large the headings are that most chapters of the contents table open with; 0 when they have none."""
    levels: Counter[int] = Counter()
    for page in pages:
        for cut in cuts.get(page.path, []):
            if page.blocks[cut.place].kind is MarkKind.HEADING:
                levels[page.blocks[cut.place].level] += 1
    return levels.most_common(1)[0][0] if levels else 0


def _continues(lead: Section, before: Section, chapter_level: int, book_title: str) -> bool:
    """Whether a page without a contents entry goes on with the chapter before it."""
    if lead.auxiliary or before.auxiliary or _reason_of(lead, book_title) or _reason_of(before, book_title):
        return False
    groups = find_heading_groups(lead.blocks)
    opens = bool(groups) and groups[0].start <= 1
    return not (opens and (groups[0].opens_chapter or groups[0].level <= max(1, chapter_level)))


def _reason_of(section: Section, book_title: str) -> str:
    facts = SectionFacts(
        section.title, section.blocks, section.types, PurePosixPath(section.source).stem, book_title, "", False
    )
    return find_reason(facts)


def _split_where_coarse(section: Section, book_title: str) -> list[Section]:
    if _reason_of(section, book_title):
        return [section]
    chapters = count_chapter_headings(section.blocks)
    if chapters >= MANY_CHAPTER_HEADINGS or section.words > LONG_SECTION_WORDS:
        return split_at_headings(section, book_title)
    return [section]
