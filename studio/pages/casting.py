"""Cast: one voice or many, who speaks how much and in which voice, and the lines whose speaker is in doubt."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import gradio as gr

from engine.core_types import NARRATOR, OnProgress, Shape
from engine.errors import EditRefused, NotFound
from engine.shelf_types import BookSummary, ChapterSummary, DoubtfulLine, Reading, Role
from studio.pages.casting_doubts import Doubts, show_doubts
from studio.pages.casting_heading import show_heading, show_nobody, show_reading_choice, show_tools
from studio.pages.casting_people import People, show_people
from studio.pages.casting_place import LEVELS, Place, read_place
from studio.pages.casting_strip import paint_roles, show_strip
from studio.pages.frame import Page, Update, read_slug, show_good
from studio.pages.home import follow, show_reading
from studio.pages.wording import escape, say_count

NAME_MISSING = "Type a name and try again."

log = logging.getLogger(__name__)


class CastingPage(Page):
    """The reading, the book at a glance, the speakers beside the lines in doubt."""

    path = "/cast"
    station = "Cast"

    def lay_out(self) -> None:
        self.heading = self.add_board("cast-heading")
        self.choice = self.add_board("reading-choice")
        self.finding = self.add_picture("finding")
        self.strip = self.add_board("strip")
        with gr.Row(elem_id="cast-panes"):
            with gr.Column(scale=3, min_width=320):
                self.people = self.add_board("people")
            with gr.Column(scale=2, min_width=320):
                self.said = self.add_picture("settled-said")
                self.doubts = self.add_board("doubts")
        with gr.Accordion("Replace a speaker, the script as a table, the series", open=False, elem_id="cast-more"):
            self.tools = self.add_board("cast-tools")
            with gr.Row(elem_id="cast-work"):
                self.table = self.add(
                    gr.UploadButton("Read a changed table", file_types=[".csv"], elem_id="script-upload", size="md")
                )
                self.find = gr.Button("Find the speakers anew", elem_id="find-speakers", size="md")
        self.listen(self.table.upload, self.read_table, [self.table])
        self.find.click(
            self.find_speakers,
            outputs=self.parts,
            show_progress="hidden",
            api_visibility="private",
            concurrency_limit=2,
        )

    # -- showing -----------------------------------------------------------------------------------------------

    def show(self, request: gr.Request) -> Update:
        """The page when it is opened. The book is studied meanwhile, for which the first settled line would wait."""
        shown = super().show(request)
        if self.strip in shown:
            threading.Thread(target=self.study_ahead, args=(read_slug(request),), name="study", daemon=True).start()
        return shown

    def study_ahead(self, slug: str) -> None:
        try:
            self.production.script_desk.warm_up(slug)
        except Exception as error:  # the person who settles a line will be told
            log.info("the book %s could not be studied ahead: %s", slug, error)

    def show_book(self, book: BookSummary, chapters: list[ChapterSummary], request: gr.Request) -> Update:
        survey = self.production.cast_desk.survey(book.slug)
        place = read_place(request)
        shown = self.show_desk(book, survey.roles, place)
        if not any(role.lines for role in survey.roles if role.name != NARRATOR):
            empty = dict.fromkeys((self.strip, self.people, self.doubts, self.tools), "")
            return {**shown, **empty, self.choice: show_nobody()}
        titles = {chapter.id: chapter.title for chapter in chapters if chapter.include}
        voices, paints = self.production.voices(), paint_roles(survey.roles)
        return {
            **shown,
            self.choice: show_reading_choice(book, voices, survey.uncast),
            self.strip: show_strip(place, survey.strip, titles, paints),
            self.people: show_people(People(book, survey, voices, paints, place)),
            self.tools: show_tools(book, survey.roles, titles, self.production.script_desk.series()),
        }

    def show_desk(self, book: BookSummary, roles: list[Role], place: Place) -> Update:
        """The top of the page and the desk of doubts: what changes with every line that is settled."""
        script, doubts = self.production.script_desk, self.find_doubts(place)
        return {
            self.heading: show_heading(book, roles, script.last_edit(book.slug), doubts),
            self.finding: "",
            self.said: "",
            self.doubts: show_doubts(doubts, roles, paint_roles(roles)),
        }

    def find_doubts(self, place: Place) -> Doubts:
        """The line a person chose in the picture, else the most doubtful one after the one they skipped."""
        script, slug = self.production.script_desk, place.slug
        left = script.count_doubtful(slug, place.level / 100)
        if place.line:
            return Doubts(place, left, self.find_line(slug, place.line))
        if not left:
            lower = (level for level in LEVELS if level < place.level and script.count_doubtful(slug, level / 100))
            return Doubts(place, left, None, max(lower, default=0))
        return Doubts(place, left, next(iter(script.doubtful(slug, place.level / 100, 1, place.after)), None))

    def find_line(self, slug: str, segment_id: int) -> DoubtfulLine | None:
        try:
            return self.production.script_desk.line(slug, segment_id)
        except NotFound:
            return None  # cut another way since the picture was drawn

    # -- what can be pressed -----------------------------------------------------------------------------------

    def act(self, event: gr.EventData, request: gr.Request) -> Update:
        """A settled line shows the next one at once; the page asks for the rest ("look") when the keys are at rest."""
        if event.act == "settle":
            return self.settle(event, request)
        shown = super().act(event, request)
        if event.act == "look":
            for part in (self.said, self.doubts):
                shown.pop(part, None)
        return shown

    def settle(self, event: gr.EventData, request: gr.Request) -> Update:
        """Hold who speaks a line; says what changed with it."""
        script, slug = self.production.script_desk, read_slug(request)
        speaker = require(read(event, "name"), "Type who speaks this line, or press one of the names.")
        others = [line for line in script.settle(slug, int(event.id), speaker) if line != int(event.id)]
        also = f" {say_count(len(others), 'line')} of the same conversation changed with it." if others else ""
        shown = self.show_desk(self.production.book(slug), script.roles(slug), read_place(request))
        return {**shown, self.said: show_said(f"{speaker} it is.{also}")}

    def do(self, deed: str, event: gr.EventData, slug: str) -> Update:
        script, name, value = self.production.script_desk, read(event, "name"), read(event, "value")
        if deed == "undo":
            return {self.notice: show_good(f"Undone: {script.undo(slug)}.")}
        if deed in ("suggest", "suggest-all"):
            return self.accept_suggestions(slug, everyone=deed == "suggest-all")
        if deed == "voice":
            script.give_voice(slug, name, value, read_shape(read(event, "shape")))
        elif deed == "one-voice":
            self.production.cast_desk.read_all_in_one(slug)
        elif deed == "full-cast":
            script.set_reading(slug, Reading.FULL_CAST)
        elif deed == "gender":
            script.change_role(slug, name, gender=value)
        elif deed == "age":
            script.change_role(slug, name, age=value)
        elif deed == "narrator":
            script.mark_narrator(slug, name, value == "true")
        else:
            return self.do_by_name(deed, event, slug)
        return {}

    def do_by_name(self, deed: str, event: gr.EventData, slug: str) -> Update:
        """Deeds for which a name has been typed or chosen."""
        script, name, value = self.production.script_desk, read(event, "name"), read(event, "value")
        if deed == "rename":
            script.rename_role(slug, name, require(value))
        elif deed == "split":
            script.split_role(slug, name, read(event, "alias"), require(value))
        elif deed == "merge":
            into = require(read(event, "into"), "Choose the speaker this one is, and press Merge again.")
            script.merge_roles(slug, name, into)
            return {self.notice: show_good(f"{name} and {into} are one now.")}
        elif deed == "replace":
            old = require(read(event, "old"), "Choose whose lines are to be given to somebody else.")
            chapter, new = read(event, "chapter"), require(read(event, "new"))
            count = script.replace_speaker(slug, old, new, [int(chapter)] if chapter.isdecimal() else None)
            return {self.notice: show_good(f"{say_count(count, 'line')} given to {new}.")}
        elif deed == "series":
            returned = script.set_series(slug, read(event, "series"))
            came = f" {say_count(returned, 'voice')} came from the other books of the series." if returned else ""
            return {self.notice: show_good(f"Kept.{came}")}
        return {}

    def accept_suggestions(self, slug: str, *, everyone: bool) -> Update:
        count = self.production.cast_desk.accept_suggestions(slug, everyone=everyone)
        said = f"{say_count(count, 'speaker')} given a voice. Hear them, and change what you like."
        return {self.notice: show_good(said if count else "Everybody has a voice already.")}

    def read_table(self, request: gr.Request, path: str) -> Update:
        """A script that was exported, changed by hand, and dropped here."""
        table, slug = Path(path), read_slug(request)
        try:
            count = self.production.script_desk.read_csv(slug, table)
        finally:
            table.unlink(missing_ok=True)
        return {**self.redraw(request), self.notice: show_good(f"{say_count(count, 'line')} changed.")}

    # -- longer work -------------------------------------------------------------------------------------------

    def find_speakers(self, request: gr.Request) -> Iterator[Update]:
        """Look through the book once more, showing how far it is. It goes on when the page is closed."""
        slug = read_slug(request)

        def find(report: OnProgress) -> BookSummary:
            self.production.script_desk.find_speakers(slug, report)
            return self.production.book(slug)

        try:
            for news in follow(find):
                if isinstance(news, BookSummary):
                    done = "Found. What you have settled is as it was."
                    yield {**self.redraw(request), self.notice: show_good(done)}
                else:
                    yield {self.notice: "", self.finding: show_reading(self.production.book(slug).title, news)}
        except Exception as error:
            yield {**self.explain(error), self.finding: ""}


def read(event: gr.EventData, name: str) -> str:
    """What goes along with a press, tidied; "" when it does not."""
    return " ".join(str(getattr(event, name, "")).split())


def require(value: str, sentence: str = NAME_MISSING) -> str:
    """Raises EditRefused with the sentence when nothing was typed."""
    if not value:
        raise EditRefused(sentence)
    return value


def read_shape(text: str) -> Shape | None:
    """A shape from "2.0,1.08,1.0"; None when there is none."""
    if not text:
        return None
    semitones, formant, pace = (float(part) for part in text.split(","))
    return Shape(semitones, formant, pace)


def show_said(sentence: str) -> str:
    return f'<p class="said" role="status" data-at="{time.monotonic_ns()}">{escape(sentence)}</p>'
