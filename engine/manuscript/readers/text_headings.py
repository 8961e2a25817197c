"""Where the chapters of a plain text book begin, told from its contents table and from everything else in capitals."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import IntEnum
from itertools import pairwise
from typing import Final

from engine.manuscript.readers.headings import (
    is_bare_number,
    is_chapter_heading,
    is_end_line,
    is_named_section,
    is_numbered_title,
    is_part_heading,
    plain_words,
    read_number,
)
from engine.manuscript.readers.left_out import REASON_OF_TITLE
from engine.manuscript.readers.text_paragraphs import TERMINAL, Paragraph

HEADING_LINE_CHARACTERS: Final = 80
HEADING_LINES: Final = 4
NUMBERED_TITLE_CHARACTERS: Final = 70
SUBTITLE_CHARACTERS: Final = 75
CAPITAL_SUBTITLE_CHARACTERS: Final = 160  # "IN WHICH POOH GOES VISITING AND GETS INTO A TIGHT PLACE", over some lines
SUBTITLES: Final = 3
PART_WORDS: Final = 40
CONTENTS_RUN: Final = 3  # headings without a word of prose between them: a contents table
CAPITAL_HEADINGS: Final = 3  # lines in capitals are headings only where there are as many
FRONT_WORDS: Final = 150  # a preface may stand before the contents table; "VOL. II" on a title page opens nothing
QUOTES: Final = "\"'“‘«»—-"


class HeadingKind(IntEnum):
    """What a line that may be a heading looks like; also its rank, the largest first."""

    PART = 1
    CHAPTER = 2
    NAMED = 3
    NUMBER = 4
    NUMBERED_TITLE = 5
    CAPITALS = 6


@dataclass(frozen=True, slots=True)
class Candidate:
    """A paragraph that may be a heading."""

    place: int  # index of the paragraph
    kind: HeadingKind
    words: str  # to compare by
    number: int | None


@dataclass(frozen=True, slots=True)
class Opening:
    """A place where a chapter begins: the paragraphs of its heading, from ``first`` to before ``end``."""

    first: int
    end: int
    kind: HeadingKind
    titles: tuple[int, ...]  # the paragraphs among them that are headings


@dataclass(frozen=True, slots=True)
class Layout:
    """Where things stand in a plain text book, as indices of paragraphs."""

    openings: tuple[Opening, ...]
    contents: range | None  # a printed contents table


def find_layout(paragraphs: Sequence[Paragraph]) -> Layout:
    """The chapters' openings in order, and the contents table if one is printed."""
    candidates = _find_candidates(paragraphs)
    prose = [paragraph.is_prose for paragraph in paragraphs]
    for candidate in candidates:
        prose[candidate.place] = False
    real = _drop_contents_entries(candidates, prose)
    contents_start = _find_contents_start(paragraphs, candidates, real)
    in_use = _choose_kinds(real)
    headings = [candidate for candidate in real if candidate.kind in in_use]
    if contents_start is not None:
        headings = [
            candidate
            for candidate in headings
            if candidate.place > contents_start
            or (
                candidate.kind is HeadingKind.NAMED
                and _count_words(paragraphs, candidate.place, contents_start) > FRONT_WORDS
            )
        ]
    openings = _join_openings(headings, paragraphs, prose)
    contents = None
    if contents_start is not None:
        following = [opening.first for opening in openings if opening.first > contents_start]
        first_prose = next((place for place in range(contents_start + 1, len(prose)) if prose[place]), len(prose))
        contents = range(contents_start, min([first_prose, *following]))
    return Layout(tuple(openings), contents)


def _count_words(paragraphs: Sequence[Paragraph], start: int, end: int) -> int:
    return sum(len(paragraph.text.split()) for paragraph in paragraphs[start:end])


def _find_candidates(paragraphs: Sequence[Paragraph]) -> list[Candidate]:
    found = []
    for place, paragraph in enumerate(paragraphs):
        kind = _heading_kind(paragraph)
        if kind is not None:
            number = read_number(paragraph.text) if kind in (HeadingKind.NUMBER, HeadingKind.NUMBERED_TITLE) else None
            found.append(Candidate(place, kind, plain_words(paragraph.one_line), number))
    return found


def _heading_kind(paragraph: Paragraph) -> HeadingKind | None:
    lines = paragraph.lines
    text = paragraph.text.strip().strip("_*= ")
    if len(lines) > HEADING_LINES or any(len(line) > HEADING_LINE_CHARACTERS for line in lines) or is_end_line(text):
        return None
    if is_part_heading(text):
        return HeadingKind.PART
    if is_chapter_heading(text):
        return HeadingKind.CHAPTER
    if len(lines) > 2:
        return None
    if len(lines) == 1 and is_named_section(text):
        return HeadingKind.NAMED
    if is_bare_number(text) and len(lines) == 1:
        return HeadingKind.NUMBER
    capitals = text.isupper() and sum(character.isalpha() for character in text) >= 3
    if is_numbered_title(text) and len(text) <= NUMBERED_TITLE_CHARACTERS and (capitals or not TERMINAL.search(text)):
        return HeadingKind.NUMBERED_TITLE
    if (
        capitals
        and paragraph.blank_lines_before >= 2
        and text[0] not in QUOTES
        and len(text) <= NUMBERED_TITLE_CHARACTERS
    ):
        return HeadingKind.CAPITALS
    return None


def _drop_contents_entries(candidates: Sequence[Candidate], prose: Sequence[bool]) -> list[Candidate]:
    """The candidates with prose below them before the next of their kind; a run without any is a contents table.

    The last line of such a run stands right above the book's beginning: it goes too when it comes again later.
    """
    dropped: set[int] = set()
    for kind in HeadingKind:
        same = [candidate for candidate in candidates if candidate.kind is kind]
        last_place = {candidate.words: candidate.place for candidate in same}
        run: list[Candidate] = []
        for candidate, following in zip(same, [*same[1:], None], strict=False):
            end = following.place if following is not None else len(prose)
            run.append(candidate)
            if not any(prose[candidate.place + 1 : end]) and following is not None:
                continue
            if len(run) >= CONTENTS_RUN:
                repeated = last_place[candidate.words] > candidate.place
                dropped |= {entry.place for entry in (run if repeated else run[:-1])}
            run = []
    return [candidate for candidate in candidates if candidate.place not in dropped]


def _find_contents_start(
    paragraphs: Sequence[Paragraph], candidates: Sequence[Candidate], real: Sequence[Candidate]
) -> int | None:
    """The line "CONTENTS", or else the first line of a run of headings that was dropped."""
    limit = len(paragraphs) // 4 + 20
    for place, paragraph in enumerate(paragraphs[:limit]):
        first_line = paragraph.lines[0].strip("_*= ")
        if REASON_OF_TITLE.get(plain_words(first_line)) == "contents":
            return place
    kept = {candidate.place for candidate in real}
    return next((candidate.place for candidate in candidates if candidate.place not in kept), None)


def _choose_kinds(candidates: Sequence[Candidate]) -> frozenset[HeadingKind]:
    """The kinds of heading this book uses: the surest that occurs often enough, with parts and named sections."""
    counts = Counter(candidate.kind for candidate in candidates)
    always = frozenset({HeadingKind.PART, HeadingKind.NAMED})
    if counts[HeadingKind.CHAPTER]:
        return always | {HeadingKind.CHAPTER}
    for kind in (HeadingKind.NUMBER, HeadingKind.NUMBERED_TITLE):
        if _counts_up([candidate for candidate in candidates if candidate.kind is kind]):
            return always | {kind}
    if counts[HeadingKind.CAPITALS] >= CAPITAL_HEADINGS:
        return always | {HeadingKind.CAPITALS}
    return always


def _counts_up(candidates: Sequence[Candidate]) -> bool:
    """Whether numbers run 1, 2, 3, ... (and perhaps again from 1 in each part) without much else."""
    numbers = [candidate.number for candidate in candidates if candidate.number is not None]
    steps = sum(b == a + 1 or b == 1 for a, b in pairwise(numbers))
    return len(numbers) >= 2 and 1 in numbers and steps >= 0.8 * (len(numbers) - 1)


def _join_openings(
    headings: Sequence[Candidate], paragraphs: Sequence[Paragraph], prose: Sequence[bool]
) -> list[Opening]:
    """Headings with nothing but short lines between them ("PART ONE", "CHAPTER I") open one chapter together."""
    openings: list[Opening] = []
    for number, candidate in enumerate(headings):
        following = headings[number + 1].place if number + 1 < len(headings) else len(paragraphs)
        titles = (candidate.place, *_find_subtitles(candidate, paragraphs, prose, following))
        last = openings[-1] if openings else None
        if last is not None and _stand_together(last, candidate, paragraphs, prose):
            between = tuple(range(last.end, candidate.place))
            openings[-1] = replace(
                last, end=titles[-1] + 1, titles=(*last.titles, *between, *titles), kind=max(last.kind, candidate.kind)
            )
        else:
            openings.append(Opening(candidate.place, titles[-1] + 1, candidate.kind, titles))
    return openings


def _stand_together(
    last: Opening, candidate: Candidate, paragraphs: Sequence[Paragraph], prose: Sequence[bool]
) -> bool:
    """Whether a heading goes on from the one before: a part and its first chapter, not two chapters."""
    between = range(last.end, candidate.place)
    if last.kind == candidate.kind or len(between) > SUBTITLES:
        return False
    # below a part's heading stands an imprint or an epigraph; it is read with the chapter that follows
    below_part = last.kind is HeadingKind.PART and _count_words(paragraphs, last.end, candidate.place) <= PART_WORDS
    return below_part or not any(prose[place] for place in between)


def _find_subtitles(
    candidate: Candidate, paragraphs: Sequence[Paragraph], prose: Sequence[bool], end: int
) -> tuple[int, ...]:
    """The short titled lines right below "CHAPTER I." or "EPOCH THE FIRST."; none below a heading with a title."""
    if candidate.kind in (HeadingKind.NAMED, HeadingKind.NUMBERED_TITLE, HeadingKind.CAPITALS):
        return ()
    most = SUBTITLES if candidate.kind is HeadingKind.PART else 1
    found: list[int] = []
    for place in range(candidate.place + 1, min(candidate.place + 1 + most, end)):
        if not _is_subtitle(paragraphs[place], prose[place]):
            break
        found.append(place)
    return tuple(found)


def _is_subtitle(paragraph: Paragraph, reads_as_prose: bool) -> bool:
    """Whether a paragraph is set like a title; one that could be a sentence must be capitalised throughout."""
    text = paragraph.one_line.strip("_*= ")
    if not text or text[0] in QUOTES or text[0] == "[":
        return False
    if text.isupper():
        return len(text) <= CAPITAL_SUBTITLE_CHARACTERS
    if len(paragraph.lines) > 2 or len(text) > SUBTITLE_CHARACTERS:
        return False
    words = [word.strip("('\"_).,") for word in text.split() if any(character.isalpha() for character in word)]
    if not words:
        return True
    long_words = [word for word in words[1:] if len(word) > 3]
    capitals = sum(word[0].isupper() for word in long_words)
    share = 0.6 if reads_as_prose else 0.5
    return text[-1] not in ",;:" and words[0][:1].isupper() and capitals >= share * len(long_words)
