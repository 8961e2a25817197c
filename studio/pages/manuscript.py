"""Manuscript: what was found in the file, the chapters, and the text as it will be read."""

from __future__ import annotations

from pathlib import Path

import gradio as gr

from engine.core_types import MarkKind
from engine.shelf_types import BookSummary, ChapterSummary
from studio.pages.details import DetailsForm
from studio.pages.frame import Page, Update, read_number, read_slug, show_cover, show_good, show_next
from studio.pages.turning import LINES_A_PAGE, choose_chapter, show_turning
from studio.pages.typesetting import set_page
from studio.pages.wording import address, escape, say_about, say_count, say_minutes

FOOTNOTES = frozenset({MarkKind.NOTE})
PAGE_NUMBERS = frozenset({MarkKind.PAGE_NUMBER})
LEFT_OUT_PREVIEW = 4000  # characters of a chapter that is not read aloud
NEW_VERSION = (
    "<p>Changed the text since? Bring the new file in: the speakers you settled, voices, your own words and every line "
    "that is still there come along.</p>"
)


class ManuscriptPage(Page):
    """The chapters beside the text of the chosen one."""

    path = "/manuscript"
    station = "Manuscript"

    def lay_out(self) -> None:
        self.heading = self.add_board("book-heading")
        with gr.Accordion("Title, author, cover", open=False, elem_id="details-fold"):
            self.details = DetailsForm(self, ("title", "author", "language", "year"))
            with gr.Row(elem_id="new-version"):
                gr.HTML(NEW_VERSION, apply_default_css=False)
                self.version = self.add(gr.UploadButton("Bring in a new version", elem_id="version-upload"))
        with gr.Row(elem_id="two-panes"):
            with gr.Column(scale=2, min_width=300):
                self.contents = self.add_board("contents")
            with gr.Column(scale=3, min_width=300):
                self.reading = self.add_board("reading")
        self.details.listen()
        self.listen(self.version.upload, self.bring_version, [self.version])

    def fill_fields(self, slug: str) -> Update:
        return self.details.fill(slug)

    def show_book(self, book: BookSummary, chapters: list[ChapterSummary], request: gr.Request) -> Update:
        chosen = choose_chapter(chapters, request)
        return {
            self.heading: show_heading(book),
            self.contents: show_contents(book, chapters, chosen),
            self.reading: self.show_reading(book, chapters, chosen, request) if chosen else "",
        }

    def do(self, deed: str, event: gr.EventData, slug: str) -> Update:
        production = self.production
        if deed == "read-notes":
            self.read_kinds(slug, FOOTNOTES, event.value == "true")
        elif deed == "read-page-numbers":
            self.read_kinds(slug, PAGE_NUMBERS, event.value == "true")
        elif deed == "include":
            production.contents_desk.include(slug, int(event.id), event.value == "true")
        elif deed == "rename":
            production.contents_desk.rename(slug, int(event.id), str(event.value))
        elif deed == "move":
            production.contents_desk.move(slug, int(event.id), int(event.number))
        elif deed == "merge":
            production.contents_desk.merge_with_next(slug, int(event.id))
        elif deed == "split":
            production.contents_desk.split(slug, int(event.id), int(event.line), str(event.value))
        return {}

    def bring_version(self, request: gr.Request, path: str) -> Update:
        """A changed manuscript comes into the project; what a person did to the old one stays."""
        file = Path(path)
        try:
            told = self.production.update_book(read_slug(request), file, name=file.name)
        finally:
            file.unlink(missing_ok=True)  # the project has its own copy
        return {**self.show(request), self.notice: show_good(" ".join(told))}

    def read_kinds(self, slug: str, kinds: frozenset[MarkKind], read: bool) -> None:
        left_out = self.production.book(slug).left_out
        self.production.contents_desk.leave_out(slug, left_out - kinds if read else left_out | kinds)

    def show_reading(
        self, book: BookSummary, chapters: list[ChapterSummary], chosen: ChapterSummary, request: gr.Request
    ) -> str:
        """The chosen chapter: what can be done with it, and a page of its text."""
        splitting = request.query_params.get("splitting") == "yes"
        as_said = request.query_params.get("words") == "said"
        first = read_number(request, "from")
        tools = show_tools(book, chapters, chosen, splitting, as_said)
        if not chosen.include or not chosen.lines:
            body = show_left_out(chosen, self.production.chapter_text(book.slug, chosen.id).text)
        else:
            lines = self.production.line_desk.lines(book.slug, chosen.id, first, LINES_A_PAGE)
            marks = () if as_said else self.production.chapter_text(book.slug, chosen.id).marks
            body = set_page(lines, marks, book.left_out, as_said=as_said, split=chosen.id if splitting else None)
            body += show_turning(self.path, book.slug, chosen, first, "#reading")
        page = f'{tools}<div class="page">{body}</div>'
        return f'<section class="reading" aria-labelledby="chapter-title">{page}</section>'


def show_heading(book: BookSummary) -> str:
    """Cover, title, author, length, and what was noticed while reading."""
    findings = "".join(f"<li>{escape(finding.sentence)}</li>" for finding in book.findings)
    noticed = (
        f'<details class="findings"><summary>{say_count(len(book.findings), "thing")} noticed while reading '
        f"{escape(book.source_name)}</summary><ul>{findings}</ul></details>"
        if findings
        else ""
    )
    by = f'<p class="by">{escape(book.author)}</p>' if book.author else ""
    facts = [
        say_count(book.chapters, "chapter"),
        say_count(book.words, "word"),
        say_about(book.estimated_minutes),
        escape(book.language),
        escape(book.year),
    ]
    return (
        f'<section class="book">{show_cover(book)}<div><h1>{escape(book.title)}</h1>{by}'
        f'<p class="facts">{" · ".join(fact for fact in facts if fact)}</p>{noticed}</div>'
        f"{show_next('Choose a voice', '/voices', book.slug)}</section>"
    )


def show_contents(book: BookSummary, chapters: list[ChapterSummary], chosen: ChapterSummary | None) -> str:
    """The chapters with their lengths and a switch for each, and what inside them is read."""
    rows = "".join(show_row(book, chapter, chosen is not None and chapter.id == chosen.id) for chapter in chapters)
    return (
        '<section aria-labelledby="contents-title"><h2 id="contents-title">Contents</h2>'
        f'<ol class="contents">{rows}</ol>'
        '<fieldset class="kinds"><legend>Also read aloud</legend>'
        + show_kind("read-notes", "footnotes and endnotes", not FOOTNOTES & book.left_out)
        + show_kind("read-page-numbers", "page numbers", not PAGE_NUMBERS & book.left_out)
        + "</fieldset></section>"
    )


def show_kind(deed: str, label: str, read: bool) -> str:
    checked = " checked" if read else ""
    return f'<label><input type="checkbox" data-act="{deed}" id="{deed}"{checked}> {label}</label>'


def show_row(book: BookSummary, chapter: ChapterSummary, chosen: bool) -> str:
    current = ' aria-current="true"' if chosen else ""
    href = escape(address("/manuscript", book.slug, chapter=chapter.id))
    title = escape(chapter.title or "Untitled")
    reason = f' <span class="why">Left out: {escape(chapter.left_out_reason or "your choice")}</span>'
    facts = f"{say_count(chapter.words, 'word')} · {say_minutes(chapter.estimated_minutes)}"
    return (
        f'<li class="{"in" if chapter.include else "out"}"><a href="{href}" data-turn="#reading"{current}>'
        f'<span class="number">{chapter.number or ""}</span><span class="what"><b>{title}</b>'
        f"<small>{facts}{'' if chapter.include else reason}</small></span></a>"
        f'<label class="switch"><input type="checkbox" role="switch" data-act="include" data-id="{chapter.id}"'
        f'{" checked" if chapter.include else ""} aria-label="Read “{title}” aloud"><span aria-hidden="true"></span>'
        "</label></li>"
    )


def show_tools(
    book: BookSummary, chapters: list[ChapterSummary], chosen: ChapterSummary, splitting: bool, as_said: bool
) -> str:
    """The chapter's title and what can be done with the chapter."""
    id_, place = chosen.id, chosen.place

    def button(label: str, deed: str, more: str = "", off: bool = False) -> str:
        elem_id = f"chapter-{label.lower().replace(' ', '-')}"
        disabled = " disabled" if off else ""
        return (
            f'<button type="button" class="plain" id="{elem_id}" data-act="{deed}" data-id="{id_}" '
            f"{more}{disabled}>{label}</button>"
        )

    rename = f'data-ask="Title of the chapter" data-words="{escape(chosen.title)}"'
    merge = (
        f'data-confirm="Merge “{escape(chosen.title)}” with the chapter after it? You can split it again later." '
        'data-yes="Merge"'
    )
    here = {"chapter": id_, **({"words": "said"} if as_said else {})}
    split_link = address("/manuscript", book.slug, **here, **({} if splitting else {"splitting": "yes"}))
    words_link = address("/manuscript", book.slug, chapter=id_, **({} if as_said else {"words": "said"}))
    return (
        f'<h2 id="chapter-title">{escape(chosen.title or "Untitled")}</h2><div class="tools">'
        + button("Rename", "rename", rename)
        + button("Move up", "move", f'data-number="{place - 1}"', place == 1)
        + button("Move down", "move", f'data-number="{place + 1}"', place == len(chapters))
        + button("Merge with next", "merge", merge, place == len(chapters))
        + f'<a class="plain" id="chapter-split" href="{escape(split_link)}" data-turn="">'
        + ("Stop splitting" if splitting else "Split")
        + f'</a><a class="plain" id="words-shown" href="{escape(words_link)}" data-turn="">'
        + ("Show the words as written" if as_said else "Show the words as they are said")
        + f'</a><a class="plain" id="to-pronunciation" href="{escape(address("/words", book.slug))}">'
        + "Pronunciation</a></div>"
    )


def show_left_out(chosen: ChapterSummary, text: str) -> str:
    """The beginning of a section that is not read aloud."""
    why = "Nothing here is read aloud." if chosen.include else "This section is left out; its switch brings it back."
    more = " …" if len(text) > LEFT_OUT_PREVIEW else ""
    return f'<p class="hint">{why}</p><div class="as-it-stood">{escape(text[:LEFT_OUT_PREVIEW])}{more}</div>'
