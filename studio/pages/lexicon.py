"""Pronunciation: how words are said, heard before and after, with every line that changes; beside the manuscript."""

from __future__ import annotations

from pathlib import Path

import gradio as gr

from engine.errors import LexiconError
from engine.lexicon_desk import Scope, check_entry
from engine.manuscript.lexicon import PARTS_OF_SPEECH, LexiconEntry
from engine.narration.synthesizer import find_card
from engine.shelf_types import BookSummary, ChapterSummary
from studio.pages.frame import Page, Update, read_number, read_slug, show_good, show_next
from studio.pages.lexicon_parts import PATH, Trial, name_scopes, show_doubtful, show_entries, show_trial
from studio.pages.wording import say_count

ANY_PART = "any"
HELP = """
<section class="station"><div><h1>Pronunciation</h1>
<p>Say names and odd words as they should be said, in this book or in all of yours. The text itself is not changed.</p>
</div>{back}</section>
"""


class LexiconPage(Page):
    """A form to try a word beside the lists of words."""

    path = PATH
    station = "Pronunciation"

    def lay_out(self) -> None:
        self.heading = self.add_board("words-heading")
        with gr.Row(elem_id="words-panes"):
            with gr.Column(scale=3, min_width=300):
                self.lay_out_form()
                self.trial = self.add_board("trial")
            with gr.Column(scale=2, min_width=300):
                self.lists = self.add_board("word-lists")
                self.upload = self.add(
                    gr.UploadButton(
                        "Take words from a file", file_types=[".csv", ".pls", ".xml"], elem_id="words-upload"
                    )
                )
                self.doubtful = self.add_board("doubtful-words")
        self.listen(self.upload.upload, self.take_file, [self.upload, self.scope])

    def lay_out_form(self) -> None:
        """The word, how it is said, and for whom; what few need is folded."""
        with gr.Group(elem_id="try-word"):
            with gr.Row():
                self.written = self.add(gr.Textbox(label="Written", placeholder="Rhys", elem_id="word-written"))
                self.spoken = self.add(gr.Textbox(label="Say it as", placeholder="Reese", elem_id="word-spoken"))
            with gr.Row():
                self.sounds = self.add(
                    gr.Textbox(label="Or its sounds, in IPA", placeholder="ˈɹiːs", elem_id="word-sounds")
                )
                self.scope = self.add(gr.Dropdown(label="For", choices=["This book"], elem_id="word-scope"))
            with gr.Accordion("More", open=False, elem_id="word-more"):
                with gr.Row():
                    self.whole = self.add(
                        gr.Checkbox(label="Whole words only", value=True, elem_id="word-whole", min_width=160)
                    )
                    self.case = self.add(
                        gr.Checkbox(label="Only in this case", value=False, elem_id="word-case", min_width=160)
                    )
                    self.part = self.add(
                        gr.Dropdown(
                            label="Only as a",
                            choices=[(ANY_PART, ""), *((name, code) for code, name in PARTS_OF_SPEECH.items())],
                            value="",
                            elem_id="word-part",
                        )
                    )
                self.note = self.add(gr.Textbox(label="Note for yourself", elem_id="word-note"))
        self.entry_id = self.add(gr.Number(0, visible=False, elem_id="word-id"))
        self.attempt = gr.Button("Hear it, see its lines", elem_id="word-try", variant="secondary")
        self.fields = [
            self.written,
            self.spoken,
            self.sounds,
            self.scope,
            self.whole,
            self.case,
            self.part,
            self.note,
            self.entry_id,
        ]
        for event in (self.attempt.click, self.written.submit, self.spoken.submit, self.sounds.submit):
            self.listen(event, self.try_word, self.fields)

    # -- showing -----------------------------------------------------------------------------------------------

    def show_book(self, book: BookSummary, chapters: list[ChapterSummary], request: gr.Request) -> Update:
        desk, names = self.production.lexicon_desk, name_scopes(book.series)
        entries = {scope: desk.entries(desk.find_reach(book.slug, scope)) for scope in names}
        words = desk.doubtful_words(book.slug)
        back = show_next("Back to the manuscript", "/manuscript", book.slug, "to-the-manuscript")
        return {
            self.heading: HELP.format(back=back.replace("primary", "")),
            self.lists: show_entries(book.slug, names, entries, desk.count_lines(book.slug)),
            self.doubtful: show_doubtful(book.slug, words, request.query_params.get("all") == "yes"),
        }

    def show(self, request: gr.Request) -> Update:
        """The page when it is opened; an entry or a word that the address names stands in the fields."""
        changes = self.redraw(request)
        if self.notice in changes:
            return changes
        slug, desk = read_slug(request), self.production.lexicon_desk
        asked = str(request.query_params.get("scope", ""))
        entry_id, scope = read_number(request, "entry"), Scope(asked) if asked in list(Scope) else Scope.BOOK
        names = name_scopes(self.production.book(slug).series)
        kept = desk.entries(desk.find_reach(slug, scope)) if entry_id and scope in names else []
        chosen = next((one.entry for one in kept if one.id == entry_id), None)
        entry = chosen or LexiconEntry(str(request.query_params.get("word", ""))[:200])
        filled = self.fill_form(names, entry, scope if chosen else Scope.BOOK, entry_id if chosen else 0)
        if chosen is None:
            return {**changes, **filled}
        return {**changes, **filled, self.trial: self.draw_trial(slug, scope, chosen, entry_id)}

    def fill_form(self, names: dict[Scope, str], entry: LexiconEntry, scope: Scope, entry_id: int = 0) -> Update:
        return {
            self.written: entry.written,
            self.spoken: entry.spoken,
            self.sounds: entry.phonemes,
            self.scope: gr.Dropdown(
                choices=[(name, str(one)) for one, name in names.items()], value=str(scope), interactive=not entry_id
            ),
            self.whole: entry.whole_word,
            self.case: entry.match_case,
            self.part: entry.part_of_speech,
            self.note: entry.note,
            self.entry_id: entry_id,
        }

    # -- trying and keeping ------------------------------------------------------------------------------------

    def try_word(
        self,
        request: gr.Request,
        written: str,
        spoken: str,
        sounds: str,
        scope: str,
        whole: bool,
        case: bool,
        part: str,
        note: str,
        entry_id: float,
    ) -> Update:
        """Show what an entry would do, before it is kept."""
        entry = check_entry(
            LexiconEntry(written or "", spoken or "", sounds or "", whole, case, part or "", note or "")
        )
        return {self.trial: self.draw_trial(read_slug(request), read_scope(scope), entry, int(entry_id or 0))}

    def draw_trial(self, slug: str, scope: Scope, entry: LexiconEntry, entry_id: int) -> str:
        lines = self.production.lexicon_desk.touched(slug, entry, entry_id, scope)
        return show_trial(Trial(slug, scope, entry, entry_id, lines, self.takes_phonemes(slug)))

    def takes_phonemes(self, slug: str) -> bool:
        name = self.production.book(slug).voice
        engine = next((voice.engine for voice in self.production.voices() if voice.name == name), "")
        return bool(engine) and find_card(engine).takes_phonemes

    def do(self, deed: str, event: gr.EventData, slug: str) -> Update:
        desk = self.production.lexicon_desk
        if deed == "remove":
            count = desk.remove(desk.find_reach(slug, read_scope(str(event.scope))), int(event.id))
            return {self.notice: show_good(f"Removed. {tell_changed(count)}"), **self.clear_form(slug)}
        if deed == "keep":
            entry = LexiconEntry(
                str(event.written),
                str(event.spoken),
                str(event.phonemes),
                event.whole == "True",
                event.case == "True",
                str(event.part),
                str(event.note),
            )
            reach, entry_id = desk.find_reach(slug, read_scope(str(event.scope))), int(event.id)
            count = desk.change(reach, entry_id, entry) if entry_id else desk.add(reach, entry)
            return {
                self.notice: show_good(f"“{entry.written}” is kept. {tell_changed(count)}"),
                **self.clear_form(slug),
            }
        return {}

    def clear_form(self, slug: str) -> Update:
        names = name_scopes(self.production.book(slug).series)
        return {**self.fill_form(names, LexiconEntry(""), Scope.BOOK), self.trial: ""}

    def take_file(self, request: gr.Request, path: str, scope: str) -> Update:
        """Words from a file, for whom the form says."""
        file, slug, desk = Path(path), read_slug(request), self.production.lexicon_desk
        try:
            count, changed = desk.import_file(desk.find_reach(slug, read_scope(scope)), file)
        finally:
            file.unlink(missing_ok=True)
        said = f"{say_count(count, 'word')} taken from {file.name}. {tell_changed(changed)}"
        return {**self.redraw(request), self.notice: show_good(said)}


def read_scope(text: str) -> Scope:
    """Raises LexiconError for what is no scope."""
    try:
        return Scope(text or Scope.BOOK)
    except ValueError as error:
        raise LexiconError("Choose for which books the word is said so: this one, its series, or every one.") from error


def tell_changed(count: int) -> str:
    return f"{say_count(count, 'line')} will be spoken anew, and no other." if count else "It stands in no line so far."
