"""Lines of a chapter as a page of a book: paragraphs, headings, verse, emphasis, and what is passed over in silence."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from engine.core_types import Mark, MarkKind, PauseKind, Segment, SegmentKind
from engine.shelf_types import Line
from studio.pages.wording import escape

ENDS_A_PARAGRAPH = frozenset({PauseKind.PARAGRAPH, PauseKind.SCENE, PauseKind.HEADING, PauseKind.CHAPTER})
LABELS = {SegmentKind.TABLE: "Table", SegmentKind.NOTE: "Note", SegmentKind.LIST_ITEM: "List"}
TAGS = {MarkKind.EMPHASIS: "em", MarkKind.STRONG: "strong"}
SMALL_MARKS = frozenset({MarkKind.NOTE_MARK, MarkKind.PAGE_NUMBER})


def set_page(
    lines: Sequence[Line],
    marks: Sequence[Mark],
    left_out: frozenset[MarkKind],
    *,
    as_said: bool = False,
    split: int | None = None,
) -> str:
    """The lines as HTML. ``as_said`` shows the words as they will be said instead of as they are written; ``split``,
    a chapter's id, puts a button before each paragraph that begins a new chapter there.
    """
    inline = [mark for mark in marks if mark.kind in TAGS or mark.kind in SMALL_MARKS]
    parts: list[str] = []
    paragraph: list[str] = []
    for line in lines:
        segment = line.segment
        words = escape(segment.said) if as_said else set_words(segment, inline, left_out)
        if split is not None and not paragraph:
            parts.append(show_split(split, segment))
        paragraph.append(f'<span class="line">{words}</span>')
        if segment.pause in ENDS_A_PARAGRAPH:
            parts.append(wrap_paragraph(paragraph, segment.kind))
            paragraph = []
        if segment.pause is PauseKind.SCENE:
            parts.append('<p class="scene" role="separator">⁂</p>')
    if paragraph:
        parts.append(wrap_paragraph(paragraph, lines[-1].segment.kind))
    return "".join(parts)


def set_words(segment: Segment, marks: Sequence[Mark], left_out: frozenset[MarkKind]) -> str:
    """A line's text with its emphasis; little numbers that are not read aloud are shown faint."""
    end = segment.start + len(segment.text.rstrip())
    here = [mark for mark in marks if mark.start < end and mark.end > segment.start]
    cuts = {segment.start, end} | {place for mark in here for place in (mark.start, mark.end)}
    places = sorted(place for place in cuts if segment.start <= place <= end)
    html = ""
    for start, stop in pairwise(places):
        piece = escape(segment.text[start - segment.start : stop - segment.start])
        for kind in sorted({mark.kind for mark in here if mark.start <= start and mark.end >= stop}):
            if kind in TAGS:
                piece = f"<{TAGS[kind]}>{piece}</{TAGS[kind]}>"
            elif kind in left_out:
                piece = f'<span class="unread" title="Not read aloud">{piece}</span>'
        html += piece
    return html


def wrap_paragraph(lines: Sequence[str], kind: SegmentKind) -> str:
    words = ("\n" if kind is SegmentKind.VERSE else " ").join(lines)
    if kind is SegmentKind.HEADING:
        return f'<h3 class="in-text">{words}</h3>'
    label = f'<span class="label">{LABELS[kind]}</span> ' if kind in LABELS else ""
    return f'<p class="{kind.replace(" ", "-")}">{label}{words}</p>'


def show_split(chapter_id: int, segment: Segment) -> str:
    words = segment.text.split()
    title = " ".join(words) if len(words) <= 8 else ""
    return (
        f'<p class="split"><button type="button" class="plain" data-act="split" data-id="{chapter_id}" '
        f'data-line="{segment.id}" data-ask="Title of the new chapter" data-words="{escape(title)}" '
        'data-yes="Split here">Start a chapter here</button></p>'
    )
