"""What is spoken and what is told: the quotations of a chapter, whatever marks its printer used.

A quotation is found paragraph by paragraph, so that one mark left open can never swallow a chapter.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from engine.core_types import BLOCK_KINDS, Chapter, MarkKind
from engine.manuscript.letters import edges_letter, ends_letter, mark_letters, opens_letter, salutes
from engine.manuscript.plays import Cue, find_cues, find_words
from engine.manuscript.quotation_marks import Marks as Marks
from engine.manuscript.quotation_marks import (
    Span,
    find_spans,
    find_unopened_close,
    measure_erased_marks,
    opens_with_mark,
)
from engine.manuscript.quotation_marks import choose_marks as choose_marks
from engine.manuscript.quoted_words import classify_quotation, has_tag

BLANK_LINES = re.compile(r"\n[^\S\n]*\n\s*")


@dataclass(frozen=True, slots=True)
class Quotation:
    """Words between quotation marks, the marks not included; the parts of an interrupted utterance are several."""

    start: int  # offset into Chapter.text, in characters
    end: int  # one past the last character
    kind: str  # "dialogue", "thought", "letter", "verse", or "quoted": a title, a sign, a word held at a distance
    style: str  # a value of Marks, or PLAY
    continues: bool = False  # goes on from the quotation before it, in the paragraph before, which was not closed
    cue: str = ""  # in a play, the name that stands before the words


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A block of a chapter's text that quotations do not cross."""

    start: int
    end: int
    kind: MarkKind


def split_paragraphs(chapter: Chapter) -> tuple[Paragraph, ...]:
    """The chapter's blocks in order; where it has no marks, its paragraphs by blank lines, else by lines."""
    text = chapter.text
    blocks = [Paragraph(mark.start, mark.end, mark.kind) for mark in chapter.marks if mark.kind in BLOCK_KINDS]
    if blocks:  # a long quoted letter may be one block of many paragraphs
        return tuple(part for block in blocks for part in _split_block(text, block, BLANK_LINES))
    between = BLANK_LINES if BLANK_LINES.search(text) else re.compile(r"\n\s*")
    return tuple(_split_block(text, Paragraph(0, len(text), MarkKind.PARAGRAPH), between))


def _split_block(text: str, block: Paragraph, between: re.Pattern[str]) -> Iterator[Paragraph]:
    place = block.start
    for match in [*between.finditer(text, block.start, block.end), None]:
        end = match.start() if match else block.end
        if text[place:end].strip():
            yield Paragraph(place, end, block.kind)
        place = match.end() if match else end


def find_quotations(chapter: Chapter, language: str, marks: Marks | None = None) -> tuple[Quotation, ...]:
    """The chapter's quotations in order, apart from each other; ``marks`` as chosen for the whole book, when known."""
    chosen = marks or choose_marks([chapter.text], language)
    text = chapter.text
    paragraphs = [p for p in split_paragraphs(chapter) if p.kind not in (MarkKind.HEADING, MarkKind.SCENE_BREAK)]
    cues = find_cues([(p.kind, text[p.start : p.end]) for p in paragraphs])
    if cues:
        return tuple(_cut_cues(text, paragraphs, cues))
    set_off = _find_set_off(text, paragraphs)
    erased = measure_erased_marks(text) if chosen is Marks.DASH else 0
    found: list[Quotation] = []
    unclosed: int | None = None  # the last paragraph that ended inside a quotation, when none has ended outside since
    for number, paragraph in enumerate(paragraphs):
        body = text[paragraph.start : paragraph.end]
        spans = find_spans(body, chosen, erased, language)
        closed = find_unopened_close(body, chosen) if unclosed is not None and not opens_with_mark(body) else None
        if closed is not None and _may_go_on(paragraphs, set_off, unclosed, number):
            for other in paragraphs[(unclosed or 0) + 1 : number]:
                if not set_off[other.start]:
                    found += _cut_spans(text, other, [(0, other.end - other.start, False)], chosen, continued=True)
            spans = [(0, closed, True), *(span for span in spans if span[0] > closed)]
            continued = True
        else:
            continued = unclosed == number - 1 and bool(spans) and not body[: spans[0][0]].strip(OPENINGS)
        found += _cut_spans(text, paragraph, spans, chosen, continued)
        if spans:
            unclosed = None if spans[-1][2] else number
        elif unclosed is not None and number - unclosed > MOST_WITHOUT_MARKS:
            unclosed = None
    return tuple(_classify(text, paragraphs, set_off, found))


def _cut_cues(text: str, paragraphs: Sequence[Paragraph], cues: Mapping[int, Cue]) -> Iterator[Quotation]:
    """What a play's paragraphs give to those who are named before the words."""
    for place, cue in cues.items():
        paragraph = paragraphs[place]
        for start, end in find_words(text[paragraph.start : paragraph.end], cue.start):
            first, last = _trim(text, paragraph.start + start, paragraph.start + end)
            if any(map(str.isalnum, text[first:last])):
                yield Quotation(first, last, "dialogue", PLAY, cue=cue.name)


PLAY = "play"  # a Quotation's style where no marks stand around the words
OPENINGS = " \t\r\n\"“‘'„«»「『_*"
MOST_WITHOUT_MARKS = 8  # paragraphs without marks that speech may hold: verses recited, and what is said between them
# Stage directions inside speech: "Yes, my dear--(in a very depressed tone)--she is coming".
DIRECTION = re.compile(
    r"[\s—–-]*\((?:\w+ly\s+)?(?:turning|looking|speaking|smiling|lowering|glancing|laughing|sighing|pointing|bowing|addressing|"
    r"raising|dropping|blushing|nodding|shaking|whispering|colouring|pausing|holding|putting|drawing|rising|taking|returning|"
    r"with\s+an?\s+[\w\s]*(?:sigh|smile|bow|look|nod|laugh|glance|tone|voice)|in\s+an?\s+[\w\s]*(?:tone|voice|whisper|manner))\b"
    r"(?![^)]*\b(?:I|you|my|your|we|me)\b)[^()]{0,140}\)[\s,—–-]*"
)


def _cut_spans(
    text: str, paragraph: Paragraph, spans: Sequence[Span], marks: Marks, continued: bool
) -> Iterator[Quotation]:
    """The spans of a paragraph as quotations, stage directions cut out of them."""
    for place, (start, end, _) in enumerate(spans):
        at = paragraph.start + start
        holes = [match.span() for match in DIRECTION.finditer(text, at, paragraph.start + end)]
        for part, (hole, after) in enumerate([*holes, (paragraph.start + end, paragraph.start + end)]):
            first, last = _trim(text, at, hole)
            if any(map(str.isalnum, text[first:last])):
                yield Quotation(first, last, "dialogue", marks.value, continued and place == 0 and part == 0)
            at = after


def _may_go_on(paragraphs: Sequence[Paragraph], set_off: Mapping[int, bool], unclosed: int | None, number: int) -> bool:
    """Whether speech left open can close here: in the next paragraph, or after verses that are recited in it."""
    if unclosed is None:
        return False
    between = paragraphs[unclosed + 1 : number]
    return not between or any(set_off[paragraph.start] for paragraph in between)


def _find_set_off(text: str, paragraphs: Sequence[Paragraph]) -> dict[int, bool]:
    """By a paragraph's start, whether it is set off from the others: verse, a letter, further in than most."""
    indents = {p.start: p.start - text.rfind("\n", 0, p.start) - 1 for p in paragraphs}
    for p in paragraphs:  # a paragraph's own white space at its start
        if text[p.start - indents[p.start] : p.start].strip():
            indents[p.start] = 0
        indents[p.start] += len(text[p.start : p.end]) - len(text[p.start : p.end].lstrip(" \t"))
    usual = Counter(indents.values()).most_common(1)[0][0] if indents else 0
    return {p.start: p.kind in SET_OFF or indents[p.start] > usual + 2 for p in paragraphs}


def _classify(
    text: str, paragraphs: Sequence[Paragraph], set_off: Mapping[int, bool], found: Sequence[Quotation]
) -> Iterator[Quotation]:
    """Each quotation with its kind, which its own words and the narration around it tell."""
    remaining = iter(paragraphs)
    paragraph = next(remaining, Paragraph(0, 0, MarkKind.PARAGRAPH))
    before: Quotation | None = None
    letter = ""  # "open": the paragraph before was of a letter that is not closed; "chain": each has its own marks
    done: list[Quotation] = []
    for place, quotation in enumerate(found):
        while quotation.start >= paragraph.end:
            paragraph = next(remaining)
        at_start = before is None or before.end <= paragraph.start
        start = paragraph.start if before is None else max(before.end, paragraph.start)
        following = found[place + 1].start if place + 1 < len(found) else paragraph.end
        lead, words = text[start : quotation.start], text[quotation.start : quotation.end]
        tail = text[quotation.end : min(following, paragraph.end)]
        answered = not at_start and before is not None and before.kind == "dialogue"
        kind = classify_quotation(lead, words, tail, at_start, answered)
        apart = set_off[paragraph.start]
        if kind == "dialogue" and apart and not has_tag(tail):
            kind = "verse" if paragraph.kind is MarkKind.VERSE else "letter"
        elif kind == "dialogue" and not at_start and before is not None and before.kind == "letter":
            kind = "dialogue" if has_tag(tail) or has_tag(lead) else "letter"
        elif at_start and not has_tag(tail):
            context = text[max(0, quotation.start - 250) : quotation.start - 1]
            bare = not re.search(r"\w", lead + tail)
            goes_on = (letter and quotation.continues) or (letter == "chain" and bare)
            if goes_on or (kind == "dialogue" and opens_letter(context, words, bare)):
                kind = "letter"
        letter = ""
        if kind == "letter" and (not ends_letter(words) or edges_letter(words)) and not re.search(r"\w", tail):
            letter = "chain" if apart or (salutes(words) and len(words.split()) <= 6) else "open"
        if quotation.continues and kind == "dialogue" and before is not None and before.kind == "thought":
            kind = "thought"
        before = replace(quotation, kind=kind)
        done.append(before)
    yield from mark_letters(text, done)


# Blocks that are set off from the text; what stands in one is no speech when nobody is said to say it.
SET_OFF = (MarkKind.BLOCK_QUOTE, MarkKind.VERSE)


def _trim(body: str, start: int, end: int) -> tuple[int, int]:
    while start < end and body[start].isspace():
        start += 1
    while end > start and body[end - 1].isspace():
        end -= 1
    return start, end
