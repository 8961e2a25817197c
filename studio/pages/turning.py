"""Which chapter and which of its lines a page shows: never the whole book, always from the address."""

from __future__ import annotations

import gradio as gr

from engine.shelf_types import ChapterSummary
from studio.pages.frame import read_number
from studio.pages.wording import address, escape

LINES_A_PAGE = 50


def choose_chapter(chapters: list[ChapterSummary], request: gr.Request) -> ChapterSummary | None:
    """The chapter the address names, else the first that is read aloud, else the first."""
    wanted = read_number(request, "chapter")
    for chapter in chapters:
        if chapter.id == wanted:
            return chapter
    aloud = [chapter for chapter in chapters if chapter.include and chapter.lines]
    return next(iter(aloud or chapters), None)


def show_turning(path: str, slug: str, chapter: ChapterSummary, first: int, target: str) -> str:
    """Links to the lines before and after; "" when the chapter fits on one page."""
    if chapter.lines <= LINES_A_PAGE:
        return ""
    last = min(chapter.lines, first + LINES_A_PAGE)

    def link(label: str, elem_id: str, start: int, possible: bool) -> str:
        if not possible:
            return f'<span class="plain" aria-disabled="true">{label}</span>'
        href = escape(address(path, slug, chapter=chapter.id, **{"from": start}))
        return f'<a class="plain" id="{elem_id}" href="{href}" data-turn="{target}">{label}</a>'

    return (
        '<nav class="turning" aria-label="Lines">'
        + link("Earlier lines", "lines-before", max(0, first - LINES_A_PAGE), first > 0)
        + f"<span>Lines {first + 1:,} to {last:,} of {chapter.lines:,}</span>"
        + link("Later lines", "lines-after", last, last < chapter.lines)
        + "</nav>"
    )
