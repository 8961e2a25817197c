"""Cast: one voice or many, who speaks how much and in which voice, and the lines whose speaker is in doubt."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import gradio as gr

from engine.core_types import NARRATOR, OnProgress, Shape
from engine.errors import EditRefused, NotFound
from engine.shelf_types import BookSummary, ChapterSummary, DoubtfulLine, Reading
from studio.pages.casting_doubts import LEVELS, USUAL_LEVEL, Doubts, read_level, show_doubts
from studio.pages.casting_heading import show_heading, show_nobody, show_reading_choice, show_tools
from studio.pages.casting_people import People, show_people
from studio.pages.casting_strip import paint_roles, show_strip
from studio.pages.frame import Page, Update, read_number, read_slug, show_good
from studio.pages.home import follow, show_reading
from studio.pages.wording import escape, say_count

NAME_MISSING = "Type a name and try again."


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

    def show_book(self, book: BookSummary, chapters: list[ChapterSummary], request: gr.Request) -> Update:
        script, slug = self.production.script_desk, book.slug
        roles = script.roles(slug)
        shown = {
            self.heading: show_heading(
                book, roles, script.last_edit(slug), script.count_doubtful(slug, USUAL_LEVEL / 100)
            ),
            self.finding: "",
            self.said: "",
        }
        if not any(role.lines for role in roles if role.name != NARRATOR):
            empty = dict.fromkeys((self.strip, self.people, self.doubts, self.tools), "")
            return {**shown, **empty, self.choice: show_nobody()}
        paints = paint_roles(roles)
        level = read_level(str(request.query_params.get("above", "")))
        titles = {chapter.id: chapter.title for chapter in chapters if chapter.include}
        people = self.gather_people(book, request)
        return {
            **shown,
            self.choice: show_reading_choice(book, people.voices, self.production.cast_desk.uncast(slug)),
            self.strip: show_strip(slug, script.strip(slug), titles, paints, level / 100),
            self.people: show_people(people),
            self.doubts: show_doubts(self.find_doubts(slug, level, request), roles, paints),
            self.tools: show_tools(book, roles, titles, self.list_series()),
        }

    def gather_people(self, book: BookSummary, request: gr.Request) -> People:
        """The list of speakers; in one voice nobody needs a suggestion."""
        desk, full = self.production.cast_desk, book.reading is Reading.FULL_CAST
        roles = self.production.script_desk.roles(book.slug)
        return People(
            book.slug,
            book.reading,
            roles,
            self.production.voices(),
            desk.suggest(book.slug) if full else {},
            desk.warn(book.slug) if full else [],
            paint_roles(roles),
            str(request.query_params.get("role", "")),
            request.query_params.get("all") == "yes",
        )

    def find_doubts(self, slug: str, level: int, request: gr.Request) -> Doubts:
        """The line a person chose in the picture, else the most doubtful one after those they skipped."""
        script = self.production.script_desk
        left = {each: script.count_doubtful(slug, each / 100) for each in LEVELS}
        chosen = read_number(request, "line")
        if chosen:
            return Doubts(slug, level, left, 0, self.find_line(slug, chosen), picked=True)
        skipped = read_number(request, "after")
        line = next(iter(script.doubtful(slug, level / 100, 1, skipped)), None)
        return Doubts(slug, level, left, skipped, line)

    def find_line(self, slug: str, segment_id: int) -> DoubtfulLine | None:
        try:
            return self.production.script_desk.line(slug, segment_id)
        except NotFound:
            return None  # cut another way since the picture was drawn

    def list_series(self) -> list[str]:
        return sorted({book.series for book in self.production.books() if book.series})

    # -- what can be pressed -----------------------------------------------------------------------------------

    def do(self, deed: str, event: gr.EventData, slug: str) -> Update:
        script, name, value = self.production.script_desk, read(event, "name"), read(event, "value")
        if deed == "settle":
            return {self.said: show_said(self.settle(slug, int(event.id), name))}
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
            script.set_series(slug, read(event, "series"))
            return {self.notice: show_good("Kept.")}
        return {}

    def settle(self, slug: str, segment_id: int, name: str) -> str:
        """Hold who speaks a line; says what changed with it."""
        speaker = require(name, "Type who speaks this line, or press one of the names.")
        changed = self.production.script_desk.settle(slug, segment_id, speaker)
        others = len([line for line in changed if line != segment_id])
        if not others:
            return f"{speaker} it is."
        return f"{speaker} it is. {say_count(others, 'line')} of the same conversation changed with it."

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
    return f'<p class="said" role="status">{escape(sentence)}</p>'
