"""What every page shares: the header with the stations, the notice, and how an error becomes a sentence.

A page keeps nothing: the book (and the chapter) stand in its address, all else in the project. So reload, a second
tab, a bookmark and the back button work. Handlers return {component: value}.
"""

from __future__ import annotations

import functools
import logging
import time
from collections.abc import Callable, Iterator
from typing import Any

import gradio as gr

from engine.errors import NotFound, StudioError
from engine.production import Production
from engine.shelf_types import BookSummary, ChapterSummary, Reading, Role
from studio.pages.wording import address, escape

Update = dict[Any, Any]  # component -> its new value
UNFORESEEN = "Something went wrong that Voxfolio did not foresee. Your work is safe. The log file says more."
STATIONS = (
    ("Manuscript", "/manuscript"),
    ("Voices", "/voices"),
    ("Cast", "/cast"),
    ("Narration", "/narration"),
    ("Audiobook", "/audiobook"),
)
OPEN_WITHOUT_A_BOOK = (("Your voices", "/voices"), ("Engines", "/engines"))

log = logging.getLogger(__name__)


class Page:
    """One station. A subclass names itself, lays out its parts in ``lay_out`` and fills them in ``show_book``."""

    path = "/"
    station = ""

    def __init__(self, production: Production) -> None:
        self.production = production
        self.parts: list[Any] = []  # what any handler may change
        self.pressable: list[gr.HTML] = []  # those of them that tell when something in them is pressed

    # -- built once --------------------------------------------------------------------------------------------

    def build(self, blocks: gr.Blocks) -> None:
        """Lay the page out; called inside its own Blocks page."""
        self.header = gr.HTML(
            "",
            elem_id="header",
            js_on_load="window.voxfolio.turns((data) => trigger('act', data)); watch('value', window.voxfolio.settle)",
            apply_default_css=False,
        )
        self.notice = gr.HTML("", elem_id="notice", js_on_load=None, apply_default_css=False)
        self.cue = gr.HTML(
            None,
            html_template="<span></span>",
            js_on_load="watch('value', () => window.voxfolio.obey(props.value))",
            elem_id="cue",
            visible="hidden",
        )
        with gr.Column(visible=False, elem_id="page") as self.body:
            self.parts = [self.header, self.notice, self.cue, self.body]
            self.lay_out()
        for pressable in (self.header, *self.pressable):
            self.listen(pressable.act, self.act)
        self.listen(blocks.load, self.show)

    def lay_out(self) -> None:
        raise NotImplementedError

    def add(self, component: Any) -> Any:
        """Let handlers change a component."""
        self.parts.append(component)
        return component

    def add_picture(self, elem_id: str) -> gr.HTML:
        """A part of the page drawn by us, to look at."""
        part: gr.HTML = self.add(gr.HTML("", elem_id=elem_id, js_on_load=None, apply_default_css=False))
        return part

    def add_board(self, elem_id: str) -> gr.HTML:
        """A part drawn by us whose presses arrive in ``do`` (assets/studio.js says what can be pressed)."""
        script = "window.voxfolio.listen(element, (data) => trigger('act', data), watch)"
        part: gr.HTML = self.add(gr.HTML("", elem_id=elem_id, js_on_load=script, apply_default_css=False))
        self.pressable.append(part)
        return part

    def listen(
        self, event: Callable[..., Any], handler: Callable[..., Any], inputs: Any = None, *, quiet: bool = False
    ) -> None:
        """Have an event answered. ``quiet``: a success leaves the notice as it is, as polling must."""
        happening = event(
            self.answer(handler, quiet=quiet),
            inputs=inputs,
            outputs=self.parts,
            queue=False,
            show_progress="hidden",
            api_visibility="private",
            trigger_mode="once" if quiet else "multiple",
        )
        if not quiet:
            happening.then(None, js="() => window.voxfolio.settle()", queue=False, api_visibility="private")

    # -- answering ---------------------------------------------------------------------------------------------

    def answer(self, handler: Callable[..., Update], *, quiet: bool = False) -> Callable[..., Update]:
        """The handler, with its errors turned into a notice."""

        @functools.wraps(handler)
        def answered(*arguments: Any) -> Update:
            try:
                changes = handler(*arguments)
            except Exception as error:
                return self.explain(error)
            if quiet:
                return changes or {self.cue: None}  # Gradio wants at least one
            return {self.notice: "", **changes}

        return answered

    def explain(self, error: Exception) -> Update:
        """A StudioError says it itself; anything else goes to the log, and the notice offers the log."""
        if isinstance(error, StudioError):
            return {self.notice: show_trouble(str(error))}
        log.error("a page could not answer", exc_info=error)
        return {self.notice: show_trouble(UNFORESEEN, offer_log=True)}

    def act(self, event: gr.EventData, request: gr.Request) -> Update:
        """A press on one of the boards: do it, then show the page as it now is."""
        deed, slug = str(event.act), read_slug(request)
        more = {} if deed == "turn" else self.do(deed, event, slug)
        return {**self.redraw(request), **more}

    def do(self, deed: str, event: gr.EventData, slug: str) -> Update:
        """Do what was pressed; returns what is to be shown beyond the page as it then is."""
        raise NotImplementedError

    def show(self, request: gr.Request) -> Update:
        """The page when it is opened: everything drawn, and its fields filled in."""
        changes = self.redraw(request)
        return {**changes, **self.fill_fields(read_slug(request))} if self.notice not in changes else changes

    def redraw(self, request: gr.Request) -> Update:
        """Everything drawn on the page, from the address; fields keep what a person is typing."""
        slug = read_slug(request)
        try:
            if not slug:
                raise NotFound("No book is open on this page. Choose one from your shelf.")
            book, chapters = self.production.book(slug), self.production.chapters(slug)
        except NotFound as error:
            return {
                self.header: show_header(self.path),
                self.notice: show_lost(str(error)),
                self.body: gr.Column(visible=False),
            }
        return {
            self.header: show_header(self.path, book, self.find_done(book, chapters)),
            self.body: gr.Column(visible=True),
            self.cue: cue(title=f"{book.title} · {self.station} · Voxfolio"),
            **self.show_book(book, chapters, request),
        }

    def show_book(self, book: BookSummary, chapters: list[ChapterSummary], request: gr.Request) -> Update:
        raise NotImplementedError

    def fill_fields(self, slug: str) -> Update:
        """What stands in the page's own fields when it is opened."""
        return {}

    def find_uncast(self, book: BookSummary) -> list[Role]:
        """The speakers that a full cast waits for."""
        return self.production.cast_desk.uncast(book.slug) if book.reading is Reading.FULL_CAST else []

    def find_done(self, book: BookSummary, chapters: list[ChapterSummary]) -> set[str]:
        """The paths of the stations this book has been through."""
        done = {"/manuscript", "/voices", "/cast"} if any(chapter.rendered for chapter in chapters) else set()
        if self.find_uncast(book):
            done.discard("/cast")
        if is_narrated(chapters):
            done.add("/narration")
        if self.production.exports(book.slug):
            done.add("/audiobook")
        return done


def is_narrated(chapters: list[ChapterSummary]) -> bool:
    """Is every chapter that is read aloud ready to be heard?"""
    aloud = [chapter for chapter in chapters if chapter.include and chapter.lines]
    return bool(aloud) and all(chapter.audio for chapter in aloud)


def cue(**what: str) -> dict[str, object]:
    """Something the page is to do once: ``go`` to an address, ``play`` a sound, take a ``title``."""
    return {**what, "at": time.monotonic_ns()}  # the same cue twice is two cues


def read_slug(request: gr.Request) -> str:
    return str(request.query_params.get("book", ""))


def read_number(request: gr.Request, name: str) -> int:
    """A number from the address; 0 when it is absent or no number."""
    value = str(request.query_params.get(name, ""))
    return int(value) if value.isascii() and value.isdigit() and len(value) < 10 else 0


def show_trouble(sentence: str, *, offer_log: bool = False) -> str:
    """A notice that something is wrong; the sentence is plain text."""
    link = '<a href="/media/log" download id="download-log">Download the log file</a>' if offer_log else ""
    return (
        f'<div class="notice trouble" role="alert" data-at="{time.monotonic_ns()}"><p>{escape(sentence)} {link}</p>'
        '<button type="button" data-dismiss aria-label="Dismiss">×</button></div>'
    )


def show_lost(sentence: str) -> str:
    """Instead of a page whose book is not there."""
    return (
        f'<div class="lost" role="alert"><h1>There is no such book</h1><p>{escape(sentence)}</p>'
        '<a class="button primary" href="/">Go to your shelf</a></div>'
    )


def show_good(sentence: str) -> str:
    """A notice that something was done; it goes by itself."""
    return f'<div class="notice good" role="status" data-at="{time.monotonic_ns()}"><p>{escape(sentence)}</p></div>'


def show_header(here: str, book: BookSummary | None = None, done: set[str] | None = None) -> str:
    """The bar at the top: the shelf, the book, and the stations as steps."""
    steps = "".join(_show_steps(here, book.slug, done or set())) if book else ""
    stations = f'<nav aria-label="Stations"><ol>{steps}</ol></nav>' if book else ""
    title = f'<span class="of">{escape(book.title)}</span>' if book else ""
    shelf = ' aria-current="page"' if here == "/" else ""
    everywhere = "".join(f'<a href="{path}">{name}</a>' for name, path in (() if book else OPEN_WITHOUT_A_BOOK))
    more = f'<nav class="more" aria-label="For all books">{everywhere}</nav>' if everywhere else ""
    return (
        '<a class="skip" href="#page">Skip to the page</a><header class="top"><div class="brand">'
        f'<a href="/" id="to-shelf"{shelf}><img src="/media/icon.svg" alt="" width="28" height="28">Voxfolio</a>{title}'
        f"</div>{stations}{more}</header>"
    )


def _show_steps(here: str, slug: str, done: set[str]) -> Iterator[str]:
    for number, (name, path) in enumerate(STATIONS, start=1):
        current = ' aria-current="page"' if path == here else ""
        state = ' class="done"' if path in done else ""
        tick = '<span class="sr">, done</span>' if path in done else ""
        yield (
            f'<li{state}><a href="{escape(address(path, slug))}" id="to-{name.lower()}"{current}>'
            f'<span class="step" aria-hidden="true">{number}</span><span class="name">{name}{tick}</span></a></li>'
        )


def show_next(label: str, path: str, slug: str, elem_id: str = "next-step") -> str:
    """The way on to the next station."""
    return f'<a class="button primary" id="{elem_id}" href="{escape(address(path, slug))}">{escape(label)}</a>'


def show_cover(book: BookSummary) -> str:
    """The cover, or a plain one set from title and author."""
    if book.cover:
        source = f"/media/cover/{book.slug}?v={read_time(book)}"
        return f'<img class="cover" src="{escape(source)}" alt="" loading="lazy">'
    hue = sum(book.title.encode()) * 37 % 360
    return (
        f'<span class="cover plain-cover" style="--hue:{hue}" aria-hidden="true"><b>{escape(book.title)}</b>'
        f"<i>{escape(book.author)}</i></span>"
    )


def read_time(book: BookSummary) -> int:
    """When the cover was last changed, so that its address changes with it."""
    try:
        return int(book.cover.stat().st_mtime) if book.cover else 0
    except OSError:
        return 0
