"""The speakers as a list: how much each speaks, a line to hear, a voice; and what can be done with one of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from engine.cast_desk import Survey
from engine.core_types import NARRATOR, UNKNOWN, Finding, Shape, VoiceProfile
from engine.shelf_types import BookSummary, Reading, Role
from engine.suggesting import Suggestion, needs_voice
from studio.pages.casting_place import Place
from studio.pages.casting_strip import show_swatch
from studio.pages.wording import escape, quote, say_count

SHOWN = 25  # speakers, before "all of them" is asked for
GENDERS = {"": "not told", "F": "female", "M": "male"}
AGES = {"": "not told", "child": "child", "young": "young", "old": "old"}


@dataclass(frozen=True, slots=True)
class People:
    """What the list shows."""

    book: BookSummary
    survey: Survey
    voices: Sequence[VoiceProfile]
    paints: Mapping[str, str]
    place: Place

    @property
    def full(self) -> bool:
        """Has every speaker a voice of their own, or is to have one?"""
        return self.book.reading is Reading.FULL_CAST

    def waits(self, role: Role) -> bool:
        """Has this role lines that nobody can say yet?"""
        return self.full and role.name in self.survey.suggested


def show_people(people: People) -> str:
    """The narrator, then the speakers by how much they say; the long tail when it is asked for."""
    speaking = [role for role in people.survey.roles if role.lines or role.name == NARRATOR]
    silent = [role for role in people.survey.roles if not role.lines and role.name != NARRATOR]
    listed = [*speaking, *silent]
    shown = [
        role
        for place, role in enumerate(listed)
        if people.place.everyone or place <= SHOWN or role.name == people.place.role
    ]
    spoken = sum(role.characters for role in speaking if role.name != NARRATOR) or 1
    rows = "".join(show_role(people, role, role.characters / spoken) for role in shown)
    hidden = len(listed) - len(shown)
    href = people.place.link(everyone=True)
    more = f'<a class="button" id="show-everyone" data-turn="" href="{href}">Show {hidden:,} more</a>' if hidden else ""
    return (
        '<section aria-labelledby="people-title"><h2 id="people-title">Speakers</h2>'
        f'{show_warnings(people.survey.warnings) if people.full else ""}<ul class="people">{rows}</ul>{more}</section>'
    )


def show_warnings(warnings: Sequence[Finding]) -> str:
    if not warnings:
        return ""
    items = "".join(f"<li>{escape(warning.sentence)}</li>" for warning in warnings)
    return (
        f'<details class="findings" id="alike"><summary>{say_count(len(warnings), "pair")} of voices hard to tell apart'
        f"</summary><ul>{items}</ul></details>"
    )


def show_role(people: People, role: Role, share: float) -> str:
    """A speaker's row, with the card below it when it is open."""
    is_open = role.name == people.place.role
    aliases = list_aliases(role)
    also = f'<small class="also">also {escape(", ".join(aliases))}</small>' if aliases else ""
    facts = [say_count(role.lines, "line")]
    if role.name != NARRATOR:
        facts += [tell_share(share), *tell_person(role)]
    bar = (
        f'<span class="share" aria-hidden="true"><i class="{people.paints.get(role.name, "rest")}" '
        f'style="width:{100 * share:.1f}%"></i></span>'
        if role.name != NARRATOR
        else ""
    )
    name = "Nobody yet" if role.name == UNKNOWN else role.name
    waits = " uncast" if people.waits(role) else ""
    return (
        f'<li class="role{waits}{" open" if is_open else ""}" data-role="{escape(role.name)}">'
        f"{show_hearing(people, role)}"
        f'<div class="who"><b>{show_swatch(people.paints.get(role.name, "rest"))}<span>{escape(name)}</span></b>{also}'
        f"<small>{' · '.join(facts)}</small>{bar}</div>{show_voice(people, role)}{show_edit(people, role, is_open)}"
        f"{show_card(people, role) if is_open else ''}</li>"
    )


def list_aliases(role: Role) -> list[str]:
    """The other names of a speaker."""
    return [alias for alias in role.aliases if alias != role.name]


def tell_share(share: float) -> str:
    return "under 1 %" if share < 0.005 else f"{100 * share:.0f} %"


def tell_person(role: Role) -> list[str]:
    """Gender and age as the manuscript tells them; and whether this is the "I" of the book."""
    told = [GENDERS[role.gender]] if role.gender in GENDERS and role.gender else []
    told += [AGES[role.age]] if role.age in AGES and role.age else []
    return [*told, "tells the book"] if role.is_narrator else told


def show_hearing(people: People, role: Role) -> str:
    """A line of this role, as it sounds in the book; none while nobody can say it."""
    if not role.first_segment or people.waits(role):
        return '<span class="play none" aria-hidden="true"></span>'
    look = quote(f"{people.book.reading} {people.book.voice} {role.voice} {role.shape}", safe="")
    return (
        f'<button type="button" class="play" data-sound="/media/line/{escape(people.book.slug)}/{role.first_segment}'
        f'?voice={escape(look)}" aria-pressed="false" aria-label="Hear a line of {escape(role.name)}"></button>'
    )


def show_voice(people: People, role: Role) -> str:
    """Who reads this role: a choice in a full cast, else nothing but the narrator's."""
    if not people.full and role.name != NARRATOR:
        return ""
    if role.name != NARRATOR and not needs_voice(role):
        what = "the narrator's voice" if role.is_narrator else "says nothing"
        return f'<p class="voice-of hint">{what}</p>'
    suggestion = people.survey.suggested.get(role.name)
    known = [voice.name for voice in people.voices]
    empty = "" if role.voice in known else '<option value="" selected>No voice</option>'
    options = "".join(
        f'<option value="{escape(voice.name)}"{" selected" if voice.name == role.voice else ""}>{escape(voice.label)}'
        f"{tell_bend(voice.shape, role.shape) if voice.name == role.voice else ''}</option>"
        for voice in people.voices
    )
    return (
        f'<div class="voice-of"><select data-act="voice" data-name="{escape(role.name)}" '
        f'aria-label="Voice of {escape(role.name)}">{empty}{options}</select>'
        f"{show_suggestion(people, role, suggestion) if suggestion else ''}</div>"
    )


def show_suggestion(people: People, role: Role, suggestion: Suggestion) -> str:
    voice = next((voice for voice in people.voices if voice.name == suggestion.voice), None)
    if voice is None:
        return ""
    label = f"{voice.label}{tell_bend(voice.shape, suggestion.shape)}"
    shape = suggestion.shape
    bent = f' data-shape="{shape.semitones},{shape.formant},{shape.pace}"' if shape else ""
    return (
        f'<button type="button" class="plain suggestion" data-act="voice" data-name="{escape(role.name)}" '
        f'data-value="{escape(voice.name)}"{bent}>Take {escape(label)}</button>'
    )


def tell_bend(voice: Shape, shape: Shape | None) -> str:
    """ ", higher, smaller": how a voice is bent from what it is; "" when it is not."""
    if shape is None or shape == voice:
        return ""
    throat, pitch = shape.formant / voice.formant, shape.semitones - voice.semitones
    words = ["smaller" if throat > 1.1 else "larger" if throat < 0.91 else ""]
    words += ["higher" if pitch > 1 else "deeper" if pitch < -1 else ""]
    words += ["slower" if shape.pace < 0.95 * voice.pace else ""]
    return ", " + (", ".join(word for word in words if word) or "changed a little")


def show_edit(people: People, role: Role, is_open: bool) -> str:
    if role.name in (NARRATOR, UNKNOWN):
        return '<span class="edit"></span>'
    href = people.place.link(role="" if is_open else role.name)
    return (
        f'<a class="plain edit" href="{href}" data-turn="" aria-expanded="{str(is_open).lower()}" '
        f'aria-label="Change {escape(role.name)}">{"Close" if is_open else "Change"}</a>'
    )


def show_card(people: People, role: Role) -> str:
    """What can be done with one speaker: rename, describe, make the book's "I", merge, split."""
    name = escape(role.name)
    others = "".join(
        f'<option value="{escape(other.name)}">{escape(other.name)}</option>'
        for other in people.survey.roles
        if other.name not in (role.name, NARRATOR, UNKNOWN)
    )
    aliases = "".join(
        f'<li>{escape(alias)} <button type="button" class="plain" data-act="split" data-name="{name}" '
        f'data-alias="{escape(alias)}" data-ask="“{escape(alias)}” is somebody else, called" '
        f'data-words="{escape(alias)}" data-yes="Split off">Split off</button></li>'
        for alias in list_aliases(role)
    )
    merge = (
        f'<label>The same person as<select id="merge-into" data-kept data-for="{name}"><option value=""></option>'
        f"{others}</select></label>"
        f'<button type="button" id="merge" data-act="merge" data-name="{name}" data-with="into=#merge-into">Merge'
        "</button>"
        if others
        else ""
    )
    checked = " checked" if role.is_narrator else ""
    return (
        f'<div class="role-card"><div class="fields">'
        f"{show_choice('Gender', 'gender', role.name, role.gender, GENDERS)}"
        f"{show_choice('Age', 'age', role.name, role.age, AGES)}"
        f'<button type="button" id="rename" data-act="rename" data-name="{name}" data-ask="Name of this speaker" '
        f'data-words="{name}">Rename</button></div>'
        f'<label class="tick"><input type="checkbox" data-act="narrator" data-name="{name}"{checked}> '
        "This is the “I” who tells the book, and has the narrator's voice</label>"
        f'<div class="fields">{merge}</div>'
        + (f'<div><h3>Also called</h3><ul class="aliases">{aliases}</ul></div>' if aliases else "")
        + "</div>"
    )


def show_choice(label: str, deed: str, name: str, chosen: str, words: Mapping[str, str]) -> str:
    options = "".join(
        f'<option value="{value}"{" selected" if value == chosen else ""}>{word}</option>'
        for value, word in words.items()
    )
    return f'<label>{label}<select data-act="{deed}" data-name="{escape(name)}">{options}</select></label>'
