"""Engines: what can speak on this machine, what each needs, their models and licences, and all of them side by side."""

from __future__ import annotations

from pathlib import Path

import gradio as gr

from engine.errors import NotFound
from engine.production import Production
from studio.engine_comparing import Comparer
from studio.pages.engine_cards import show_choice, show_engine, show_model
from studio.pages.engine_table import show_comparison
from studio.pages.frame import Page, Update, cue, read_slug, show_good, show_header
from studio.pages.wording import address, escape, say_megabytes

WATCH_EVERY_S = 1.0


class EnginesPage(Page):
    """For the whole studio: it needs no book, and goes back to one when it was opened from there."""

    path = "/engines"
    station = "Engines"

    def __init__(self, production: Production) -> None:
        super().__init__(production)
        self.desk = production.engine_desk
        self.comparer = Comparer(production.settings, self.desk.comparison_folder)

    def lay_out(self) -> None:
        self.heading = self.add_picture("engines-heading")
        self.engines = self.add_board("engines")
        self.comparison_heading = self.add_picture("compare-heading")
        self.comparison_text = gr.Textbox(
            label="Have them say",
            placeholder="Leave empty for four lines of ours, or type sentences of your own",
            max_length=600,
            lines=2,
            max_lines=5,
            elem_id="compare-text",
        )
        self.comparison = self.add_board("comparison")
        self.listen(gr.Timer(WATCH_EVERY_S).tick, self.watch, [self.engines, self.comparison], quiet=True)

    # -- drawn -------------------------------------------------------------------------------------------------

    def redraw(self, request: gr.Request) -> Update:
        slug, back, book, done = read_slug(request), "", None, set[str]()
        if slug:
            try:
                book = self.production.book(slug)
                done = self.find_done(book, self.production.chapters(slug))
                back = f'<a class="button" href="{escape(address("/voices", slug))}">Back to the book</a>'
            except NotFound:
                book = None
        heading = (
            f'<section class="station"><div><h1>Engines</h1><p id="recommendation">{escape(self.desk.recommend())}</p>'
            f"</div>{back}</section>"
        )
        return {
            self.header: show_header(self.path, book, done),
            self.body: gr.Column(visible=True),
            self.cue: cue(title="Engines · Voxfolio"),
            self.heading: heading,
            self.comparison_heading: '<h2 id="compare-title">Side by side</h2>',
            **self.draw_boards(),
        }

    def draw_boards(self) -> Update:
        return {self.engines: self.draw_engines(), self.comparison: self.draw_comparison()}

    def draw_engines(self) -> str:
        fetching = self.desk.downloads()
        models = self.desk.models()
        states = self.desk.engines()
        cards = "".join(show_engine(state, fetching) for state in states)
        listening = "".join(show_model(kept, fetching[kept.card.name]) for kept in models if not kept.card.engine)
        choice = show_choice(self.desk.chosen_engine(), self.desk.cloning_engine(), states)
        return (
            f'<ul class="engines">{cards}</ul>{choice}<section class="panel listening"><h2>What listens</h2>'
            '<p class="facts">A recogniser hears whether a statement of consent was read, and which words a recording '
            f"has.</p>{listening}"
            "</section>"
        )

    def draw_comparison(self) -> str:
        comparer = self.comparer
        return show_comparison(comparer.read(), comparer.is_busy(), comparer.trouble, self.desk.ready())

    def watch(self, engines: str, comparison: str) -> Update:
        """What moves while something is fetched or compared; nothing while nothing is."""
        changes: Update = {}
        running = any(fetching and not fetching.over for fetching in self.desk.downloads().values())
        if running or 'data-act="stop"' in (engines or ""):
            changes[self.engines] = self.draw_engines()
        if "compare-stop" in (comparison or "") or self.comparer.is_busy():
            changes[self.comparison] = self.draw_comparison()
        return changes

    # -- what can be pressed -----------------------------------------------------------------------------------

    def do(self, deed: str, event: gr.EventData, slug: str) -> Update:
        if deed == "compare":
            language = self.production.book(slug).language if slug else ""
            self.comparer.begin(slug, str(getattr(event, "text", "") or ""), language)
            return {}
        if deed == "compare-stop":
            self.comparer.stop()
            return {}
        if deed == "choose":
            self.desk.choose_engine(str(getattr(event, "value", "") or ""))
            return {self.notice: show_good("Noted. A book is narrated with it from the next time on.")}
        name = str(event.name)
        label = self.desk.model(name).card.label
        if deed == "accept":
            self.desk.accept(name, str(event.value))
            return {self.notice: show_good(f"Noted. {label} can be fetched now.")}
        if deed == "get":
            self.desk.begin(name, str(getattr(event, "value", "") or "").strip())
        elif deed == "stop":
            self.desk.stop(name)
        elif deed == "bring":
            if self.desk.begin_bringing(name, Path(str(event.value).strip().strip('"')).expanduser()):
                return {self.notice: show_good(f"{label} is here.")}
        elif deed == "remove":
            freed = self.desk.remove(name)
            return {self.notice: show_good(f"{label} is deleted; {say_megabytes(freed)} are free again.")}
        return {}
