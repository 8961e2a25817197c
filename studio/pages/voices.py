"""Voices: hear them, try a sentence of one's own, choose who narrates."""

from __future__ import annotations

import gradio as gr

from engine.core_types import VoiceProfile
from engine.shelf_types import BookSummary, ChapterSummary
from studio.pages.frame import Page, Update, show_good, show_next
from studio.pages.wording import escape, quote


class VoicesPage(Page):
    """A card for each voice."""

    path = "/voices"
    station = "Voices"

    def lay_out(self) -> None:
        self.heading = self.add_board("voices-heading")
        self.sentence = gr.Textbox(
            label="Hear them say",
            placeholder="Leave empty for a sample, or type a sentence of your own",
            max_length=400,
            lines=2,
            max_lines=4,
            elem_id="own-sentence",
        )
        self.cards = self.add_board("voices")

    def show_book(self, book: BookSummary, chapters: list[ChapterSummary], request: gr.Request) -> Update:
        voices = self.production.voices()
        chosen = next((voice for voice in voices if voice.name == book.voice), None)
        narrator = f"{escape(chosen.label)} reads this book." if chosen else "Choose who reads this book."
        heading = (
            f'<section class="station"><div><h1>Voices</h1><p>{narrator} '
            "With another voice the book is spoken anew; what this one has spoken is kept.</p></div>"
            f"{show_next('Go to narration', '/narration', book.slug)}</section>"
        )
        cards = "".join(show_card(voice, voice.name == book.voice) for voice in voices)
        return {self.heading: heading, self.cards: f'<ul class="voices">{cards}</ul>'}

    def do(self, deed: str, event: gr.EventData, slug: str) -> Update:
        if deed != "choose":
            return {}
        self.production.choose_voice(slug, str(event.name))
        label = next(voice.label for voice in self.production.voices() if voice.name == str(event.name))
        return {self.notice: show_good(f"{label} reads this book.")}


def show_card(voice: VoiceProfile, chosen: bool) -> str:
    name, label = escape(voice.name), escape(voice.label)
    choice = (
        '<span class="chosen-mark">Narrator</span>'
        if chosen
        else f'<button type="button" data-act="choose" data-name="{name}" id="choose-{name}" '
        f'aria-label="Choose {label}">Choose</button>'
    )
    return (
        f'<li class="voice{" chosen" if chosen else ""}" data-voice="{name}">'
        f'<button type="button" class="play big" data-sound="/media/voice/{quote(voice.name, safe="")}" '
        f'data-say="#own-sentence textarea" aria-pressed="false" id="hear-{name}" aria-label="Hear {label}"></button>'
        f"<div><h2>{label}</h2><p>{escape(voice.description)}</p></div>{choice}</li>"
    )
