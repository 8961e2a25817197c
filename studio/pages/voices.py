"""Voices: hear them, try a sentence of one's own, choose who narrates; and one's own voices, recorded with consent."""

from __future__ import annotations

import gradio as gr

from engine.core_types import VoiceProfile
from engine.shelf_types import BookSummary, ChapterSummary
from engine.voice_profiles import RecordedVoice
from studio.pages.frame import Page, Update, cue, read_slug, show_good, show_header, show_next
from studio.pages.sitting_missing import look_for_missing, show_no_engine
from studio.pages.sitting_result import say_standing
from studio.pages.voice_map import find_sound, show_map
from studio.pages.wording import address, escape, quote, say_count

SHIPPED = '<h2 class="shipped-voices">Voices that come with Voxfolio</h2>'
GO_ON = {"ready": "Look after it", "waiting": "Go on with it", "ended": "What became of it"}


class VoicesPage(Page):
    """A card for each voice, and the map of them all. Without a book in its address nothing can be chosen."""

    path = "/voices"
    station = "Voices"

    def lay_out(self) -> None:
        self.heading = self.add_board("voices-heading")
        self.own = self.add_board("own-voices")
        self.sentence = gr.Textbox(
            label="Hear them say",
            placeholder="Leave empty for a sample, or type a sentence of your own",
            max_length=400,
            lines=2,
            max_lines=4,
            elem_id="own-sentence",
        )
        self.cards = self.add_board("voices")
        self.map = self.add_picture("voice-map")

    def redraw(self, request: gr.Request) -> Update:
        if read_slug(request):
            return super().redraw(request)
        return {
            self.header: show_header(self.path),
            self.body: gr.Column(visible=True),
            self.cue: cue(title="Voices · Voxfolio"),
            self.heading: (
                '<section class="station"><div><h1>Voices</h1><p>Hear them, and make one of your own. '
                "Open a book from your shelf to choose who reads it.</p></div></section>"
            ),
            **self.show_voices("", None),
        }

    def show_book(self, book: BookSummary, chapters: list[ChapterSummary], request: gr.Request) -> Update:
        chosen = next((voice for voice in self.production.voices() if voice.name == book.voice), None)
        narrator = f"{escape(chosen.label)} reads this book." if chosen else "Choose who reads this book."
        heading = (
            f'<section class="station"><div><h1>Voices</h1><p>{narrator} '
            "With another voice the book is spoken anew; what this one has spoken is kept.</p></div>"
            f"{show_next('Go to narration', '/narration', book.slug)}</section>"
        )
        return {self.heading: heading, **self.show_voices(book.slug, book.voice)}

    def show_voices(self, slug: str, chosen: str | None) -> Update:
        """Everybody there is; ``chosen`` narrates the book, None where there is no book."""
        desk, voices = self.production.voice_desk, self.production.voices()
        speaks = look_for_missing(self.production).speaks
        shipped = "".join(show_card(voice, chosen) for voice in voices if not voice.consent_id)
        places = desk.profiles_desk.draw_map(voices)
        placed = {place.voice.name for place in places}
        coming = [voice.label for voice in voices if voice.consent_id and voice.name not in placed]
        return {
            self.own: show_own_voices(
                slug, desk.voices(), [voice for voice in voices if voice.consent_id], chosen, speaks
            ),
            self.cards: f'{SHIPPED}<ul class="voices">{shipped}</ul>',
            self.map: show_map(places, coming),
        }

    def do(self, deed: str, event: gr.EventData, slug: str) -> Update:
        if deed != "choose":
            return {}
        self.production.choose_voice(slug, str(event.name))
        label = next(voice.label for voice in self.production.voices() if voice.name == str(event.name))
        return {self.notice: show_good(f"{label} reads this book.")}


def show_card(voice: VoiceProfile, chosen: str | None, speaks: bool = True) -> str:
    """A voice that can be used: hear it, choose it. A person's is heard in their recording where nothing ``speaks``."""
    name, label = escape(voice.name), escape(voice.label)
    sound, say = f"/media/voice/{quote(voice.name, safe='')}", ' data-say="#own-sentence textarea"'
    if not speaks:
        sound, say = find_sound(voice), ""
    return (
        f'<li class="voice{" chosen" if voice.name == chosen else ""}" data-voice="{name}">'
        f'<button type="button" class="play big" data-sound="{escape(sound)}"{say} '
        f'aria-pressed="false" id="hear-{name}" aria-label="Hear {label}"></button>'
        f"<div><h2>{label}</h2><p>{escape(voice.description)}</p></div>{show_choice(voice, chosen)}</li>"
    )


def show_choice(voice: VoiceProfile, chosen: str | None) -> str:
    """The button that makes a voice the narrator, or the mark that it is; nothing where there is no book."""
    if chosen is None:
        return ""
    if voice.name == chosen:
        return '<span class="chosen-mark">Narrator</span>'
    name, label = escape(voice.name), escape(voice.label)
    return (
        f'<button type="button" data-act="choose" data-name="{name}" id="choose-{name}" '
        f'aria-label="Choose {label}">Choose</button>'
    )


def show_own_voices(
    slug: str, recorded: list[RecordedVoice], usable: list[VoiceProfile], chosen: str | None, speaks: bool = True
) -> str:
    """People's voices with how they stand, each followed by its characters; and the way to record another."""
    profiles = {voice.name: voice for voice in usable}
    cards = []
    for voice in recorded:
        profile = profiles.get(voice.row.name)
        cards.append(show_recorded(slug, voice, profile, chosen))
        cards += [show_card(profiles[each.name], chosen, speaks) for each in voice.characters if each.name in profiles]
    begin = escape(address("/recording", slug))
    listed = f'<ul class="voices">{"".join(cards)}</ul>' if cards else ""
    none = "" if cards else "<p>Record your own voice, or somebody's who lets you. It takes about ten minutes.</p>"
    mute = "" if speaks or not usable else show_no_engine()
    return (
        f'<section class="your-voices"><h2>Your voices</h2>{none}{listed}{mute}<div class="row">'
        f'<a class="button{"" if cards else " primary"}" href="{begin}" id="record-voice">Record a voice</a></div>'
        "</section>"
    )


def show_recorded(slug: str, voice: RecordedVoice, profile: VoiceProfile | None, chosen: str | None) -> str:
    """A person's voice: hear their own recording, see how it stands, look after it."""
    row, name = voice.row, escape(voice.row.name)
    first = next((sample for sample in voice.samples if sample.chosen), None)
    sound = f"/recording/{quote(row.name, safe='')}/sample/{quote(first.id, safe='')}" if first else ""
    hear = (
        f'<button type="button" class="play big" data-sound="{escape(sound)}" aria-pressed="false" '
        f'aria-label="Hear {escape(row.person)}"></button>'
        if first
        else '<span class="play big none" aria-hidden="true"></span>'
    )
    state = "ready" if profile else "ended" if row.state in ("revoked", "expired") else "waiting"
    amount = f"{voice.seconds:.0f} s in {say_count(len(voice.samples), 'clip')}" if first else ""
    about = ", ".join(part for part in (escape(row.person) if row.person != row.label else "", amount) if part)
    link = escape(address(f"/recording/{row.name}", slug))
    return (
        f'<li class="voice {state}{" chosen" if row.name == chosen else ""}" data-voice="{name}">{hear}<div>'
        f'<h2><a href="{link}" id="open-{name}">{escape(row.label)}</a></h2><p>{about}</p>'
        f'<p class="standing">{escape(say_standing(voice))}</p>'
        f'<a class="plain" href="{link}" aria-label="{GO_ON[state]}: {escape(row.label)}">{GO_ON[state]}</a></div>'
        f"{show_choice(profile, chosen) if profile else ''}</li>"
    )
