"""Home: the shelf of projects, a place to drop a manuscript, and the sample book."""

from __future__ import annotations

import functools
import queue
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import gradio as gr

from engine.core_types import OnProgress, Progress
from engine.shelf_types import BookSummary
from studio.pages.frame import Page, Update, cue, is_narrated, show_cover, show_good, show_header
from studio.pages.wording import address, escape, say_about, say_count, say_megabytes

WELCOME = """
<section class="welcome"><h1>From manuscript to audiobook</h1>
<p>Open a book, choose a voice, press Narrate. Voxfolio reads it chapter by chapter and makes an audiobook that stores
and players accept. Everything happens on this computer; nothing is sent anywhere.</p></section>
"""
STEPS = (
    ("Manuscript", "See what was found; rename, join, split or leave out chapters."),
    ("Voices", "Hear them, with a sentence of your own, and choose the narrator."),
    ("Cast", "Leave it to one voice, or give everyone who speaks a voice."),
    ("Narration", "Press Narrate. Listen while it goes on, and set single lines right."),
    ("Audiobook", "Check the sound, and take an M4B or a set of MP3s."),
)
FORMATS = "EPUB, Word (DOCX), HTML, Markdown or plain text"


class HomePage(Page):
    """The shelf, and ways to put a book on it."""

    path = "/"
    station = "Home"

    def lay_out(self) -> None:
        self.welcome = self.add_picture("welcome")
        with gr.Row(elem_id="begin", equal_height=True):
            self.drop = self.add(
                gr.File(label="Drop a manuscript here", elem_id="manuscript-file", height=150, scale=3)
            )
            with gr.Column(scale=1, min_width=240, elem_id="begin-sample"):
                gr.HTML(f"<p>{FORMATS}. Or begin with a short book that comes along:</p>", apply_default_css=False)
                self.sample = gr.Button("Open the sample book", elem_id="open-sample", variant="secondary")
        self.importing = self.add_picture("import-progress")
        self.shelf = self.add_board("shelf")
        for event, handler, inputs in (
            (self.drop.upload, self.import_manuscript, self.drop),
            (self.sample.click, self.open_sample, None),
        ):
            event(
                self.answer_in_steps(handler),
                inputs=inputs,
                outputs=self.parts,
                show_progress="hidden",
                api_visibility="private",
                concurrency_limit=4,
            )

    def redraw(self, request: gr.Request) -> Update:
        books = self.production.books()
        storage = {book.slug: self.production.storage_bytes(book.slug) for book in books}
        cards = "".join(self.show_card(book, storage[book.slug]) for book in books)
        total = say_megabytes(sum(storage.values()))
        shelf = (
            f'<div class="shelf-head"><h1>Your shelf</h1><p>{say_count(len(books), "book")}, {total} in '
            f'<code>{escape(str(self.production.settings.workspace))}</code></p></div><ul class="cards">{cards}</ul>'
        )
        return {
            self.header: show_header(self.path),
            self.body: gr.Column(visible=True),
            self.welcome: "" if books else WELCOME,
            self.shelf: shelf if books else show_way(),
            self.cue: cue(title="Voxfolio"),
        }

    def show_card(self, book: BookSummary, storage: int) -> str:
        """A project on the shelf: what it is, how far it is, what it takes."""
        chapters = self.production.chapters(book.slug)
        aloud = [chapter for chapter in chapters if chapter.include]
        lines, spoken = sum(c.lines for c in aloud), sum(c.rendered for c in aloud)
        narrated = is_narrated(chapters)
        share = 100 * spoken // lines if lines else 0
        begun = f"{share}% narrated" if share else "Just begun"
        state = "Narrated" if narrated else begun if spoken else "Not narrated yet"
        path = "/audiobook" if narrated else "/narration" if spoken else "/manuscript"
        question = (
            f"Delete “{book.title}” with everything narrated and exported ({say_megabytes(storage)})? "
            "Your own manuscript file is not touched."
        )
        facts = f"{say_count(book.words, 'word')} · {say_about(book.estimated_minutes)} · {say_megabytes(storage)}"
        return (
            f'<li class="card" data-book="{escape(book.slug)}"><a href="{escape(address(path, book.slug))}">'
            f"{show_cover(book)}<h2>{escape(book.title)}</h2></a><p>{escape(book.author) or '&nbsp;'}</p>"
            f'<progress max="100" value="{100 if narrated else share}" aria-label="Narrated"></progress>'
            f'<p class="state">{state}</p><p class="facts">{facts}</p>'
            f'<button type="button" class="plain" data-act="delete" data-book="{escape(book.slug)}" '
            f'data-confirm="{escape(question)}" data-yes="Delete the book" '
            f'aria-label="Delete {escape(book.title)}">Delete</button></li>'
        )

    def do(self, deed: str, event: gr.EventData, slug: str) -> Update:
        if deed != "delete":
            return {}
        title = self.production.book(str(event.book)).title
        self.production.delete_book(str(event.book))
        return {self.notice: show_good(f"“{title}” is deleted.")}

    # -- opening -----------------------------------------------------------------------------------------------

    def import_manuscript(self, path: str | None) -> Iterator[Update]:
        """Read a dropped file; the page shows how far it is, then goes to the manuscript."""
        if not path:
            return
        dropped = Path(path)

        def read(report: OnProgress) -> BookSummary:
            try:
                return self.production.import_book(dropped, report, name=dropped.name)
            finally:
                dropped.unlink(missing_ok=True)  # the project has its own copy

        yield from self.show_opening(dropped.name, read)

    def open_sample(self) -> Iterator[Update]:
        yield from self.show_opening("the sample book", lambda _report: self.production.open_sample())

    def show_opening(self, name: str, read: Callable[[OnProgress], BookSummary]) -> Iterator[Update]:
        """Show how far the reading is, then go to the manuscript. The reading goes on when the page is closed."""
        yield {self.importing: show_reading(name, Progress("reading", 0, 0))}
        for news in follow(read):
            if isinstance(news, Progress):
                yield {self.importing: show_reading(name, news)}
            else:
                yield {self.cue: cue(go=address("/manuscript", news.slug))}

    def answer_in_steps(self, handler: Callable[..., Iterator[Update]]) -> Callable[..., Iterator[Update]]:
        """Like ``answer``, for a handler that shows its progress."""

        @functools.wraps(handler)
        def answered(*arguments: object) -> Iterator[Update]:
            try:
                yield {self.notice: ""}
                yield from handler(*arguments)
            except Exception as error:
                yield {**self.explain(error), self.importing: "", self.drop: gr.File(value=None)}

        return answered


def show_way() -> str:
    """The stations a book goes through, for an empty shelf."""
    steps = "".join(
        f'<li><span class="step" aria-hidden="true">{number}</span><h2>{name}</h2><p>{what}</p></li>'
        for number, (name, what) in enumerate(STEPS, start=1)
    )
    return f'<ol class="way" id="empty-shelf">{steps}</ol>'


def follow(read: Callable[[OnProgress], BookSummary]) -> Iterator[Progress | BookSummary]:
    """Run ``read`` in a thread; yields its progress as it comes, at last what it made, or raises its error."""
    news: queue.SimpleQueue[Progress | BookSummary | Exception] = queue.SimpleQueue()

    def run() -> None:
        try:
            news.put(read(news.put))
        except Exception as error:
            news.put(error)

    threading.Thread(target=run, name="import", daemon=True).start()
    while True:
        item = news.get()
        if isinstance(item, Exception):
            raise item
        yield item
        if isinstance(item, BookSummary):
            return


def show_reading(name: str, progress: Progress) -> str:
    """How far the reading of a manuscript is."""
    share = f' value="{progress.done}" max="{progress.total}"' if progress.total else ""
    message = escape(progress.message or "Finding chapters and sentences")
    return (
        f'<div class="panel reading" role="status"><p><b>Reading {escape(name)}</b> {message}</p>'
        f'<progress aria-label="Reading the manuscript"{share}></progress></div>'
    )
