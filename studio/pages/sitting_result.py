"""The end of a sitting, and where a voice is looked after: its clips, its characters, its leave, its way elsewhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from engine.core_types import Shape
from engine.shelf_types import BookSummary
from engine.voice_desk import LEAST_SPEECH_S
from engine.voice_profiles import RecordedVoice
from engine.voice_types import Verdict
from engine.voices.dataset import DatasetReport
from engine.voices.likeness import PERHAPS_SAME, SAME_PERSON
from engine.voices.shape_suggestions import name_shape
from studio.pages.scorecards import show_verdict
from studio.pages.sitting_clips import show_clips
from studio.pages.sitting_frame import Place, say_day
from studio.pages.sitting_missing import show_no_engine
from studio.pages.sitting_steps import say_amount
from studio.pages.wording import address, escape, say_count

EASY_TO_TELL = 1.0 - SAME_PERSON  # further apart than recordings of one person


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known of a voice when its page is drawn."""

    voice: RecordedVoice
    likeness: Mapping[str, float]  # of each clip to all together
    dataset: DatasetReport
    exports: Sequence[Path]
    books: Sequence[BookSummary]
    waiting: str = ""  # statements that wait for a second person, drawn
    first: int = 0  # of the rows shown
    speaks: bool = True  # an engine here can speak in a recorded voice


def show_result(place: Place, now: Standing) -> str:
    voice = now.voice
    clips = show_clips(place, voice.samples, now.likeness, now.dataset, now.first)
    return (
        f"<h1>{escape(voice.row.label)}</h1>{show_leave(place, now)}{now.waiting}"
        f"{show_trial(place, voice, now.speaks) if voice.is_ready else ''}{clips}"
        f"{show_characters(place, voice) if voice.is_ready else ''}"
        f"{show_elsewhere(place, now)}{show_end(place, now)}"
    )


def say_standing(voice: RecordedVoice) -> str:
    """In a few words whether a voice can be used."""
    if voice.row.state in ("revoked", "expired"):
        return "leave taken back" if voice.row.state == "revoked" else "leave is over"
    if voice.consent is None or voice.standing != "in force":
        return "needs consent" if voice.samples else "nothing recorded yet"
    left = voice.days_left
    if left is not None:
        return "ready, last day today" if left == 0 else f"ready, {say_count(left, 'day')} left"
    return f"ready until {say_day(voice.consent.terms.until)}"


def show_leave(place: Place, now: Standing) -> str:
    """What its owner allowed, or how to ask for it."""
    voice = now.voice
    if voice.row.state in ("revoked", "expired"):
        when = say_day(voice.consent.revoked_at) if voice.consent and voice.consent.revoked_at else ""
        took = (
            f"took back their leave{f' on {when}' if when else ''}"
            if voice.row.state == "revoked"
            else ("gave leave for a time, and it is over")
        )
        return (
            f'<p class="verdict red"><b>Ended</b> <span>{escape(voice.row.person)} {took}. The recordings are deleted; '
            "the record of it stays. For this person to be heard again, begin a new voice.</span></p>"
            f'<p class="row"><a class="button" href="{escape(address("/recording", place.book))}" id="begin-anew">'
            f"Record a voice</a></p>{show_exports(now.exports)}"
        )
    if not voice.is_ready or voice.consent is None:
        enough = voice.seconds >= LEAST_SPEECH_S
        link, where = escape(place.address(step="consent" if enough else "reading")), "consent" if enough else "reading"
        lacks = "" if enough else f" There are {voice.seconds:.0f} of {LEAST_SPEECH_S:.0f} seconds of speech so far."
        return (
            '<p class="verdict amber"><b>Not ready</b> <span>Its owner has not given their consent yet.'
            f'{lacks}</span></p><p class="row"><a class="button primary" href="{link}" id="to-{where}">Go on to the '
            f"{where}</a></p>"
        )
    terms, left = voice.consent.terms, voice.days_left
    titles = {book.slug: book.title for book in now.books}
    scope = ", ".join(f"“{titles.get(slug, slug)}”" for slug in terms.projects) or "all books of this studio"
    warned = (
        f'<p class="verdict amber"><b>Soon over</b> <span>The consent ends on {say_day(terms.until)}. Have a new '
        "statement "
        f'read before: <a href="{escape(place.address(step="consent"))}">ask for it</a>.</span></p>'
        if left is not None
        else ""
    )
    by_hand = " A second person judged what the checks could not tell." if voice.consent.by_hand else ""
    use = (
        f'<a class="button primary" id="next-step" href="{escape(address("/voices", place.book))}">Choose it on '
        "the Voices "
        "page</a>"
    )
    return (
        f'<p class="verdict green"><b>Ready</b> <span>{escape(terms.person)} lets this voice read {escape(scope)}, '
        f"{'for publication' if terms.use.value == 'publication' else 'for private listening'}, until "
        f'{say_day(terms.until)}.{by_hand}</span></p>{warned}<p class="row">{use}'
        f'<a class="button" href="{escape(place.address("receipt"))}" download id="receipt">The receipt, for '
        f"{escape(voice.row.person)}</a></p>"
    )


# -- trial ----------------------------------------------------------------------------------------------------------


def show_trial(place: Place, voice: RecordedVoice, speaks: bool) -> str:
    """Any sentence in the voice, and how like the person it sounds; what to do when nothing here ``speaks``."""
    if not speaks:
        return f'<section class="trial"><h2>Try it</h2>{show_no_engine()}</section>'
    return (
        '<section class="trial"><h2>Try it</h2><form class="panel" data-send="likeness"><label>A sentence to hear'
        '<input name="words" maxlength="400" id="trial-words" placeholder="Leave empty for a sample"></label>'
        f'<div class="row"><button type="button" class="play" data-sound="/media/voice/{escape(voice.row.name)}" '
        f'data-say="#trial-words" aria-pressed="false" aria-label="Hear {escape(voice.row.label)}"></button>'
        '<button class="button" id="measure-likeness">How like the person is it?</button></div>'
        '<div id="likeness" aria-live="polite"></div></form></section>'
    )


def show_likeness(person: str, alike: float) -> str:
    """What a figure of likeness means."""
    if alike >= SAME_PERSON:
        verdict, said = Verdict.GREEN, f"As like {person} as another recording of them would be"
    elif alike >= PERHAPS_SAME:
        verdict, said = Verdict.AMBER, f"Like {person}, as on another day or with a cold"
    else:
        verdict, said = Verdict.RED, f"Not much like {person}: record some more, or leave the weakest clips out"
    figures = (
        f"{alike:.2f} of 1. Recordings of one person are above {SAME_PERSON:.2f}, those of two people mostly below"
    )
    return show_verdict(verdict, f"{said}. ({figures} {PERHAPS_SAME:.2f}.)")


# -- characters -----------------------------------------------------------------------------------------------------


def show_characters(place: Place, voice: RecordedVoice) -> str:
    """Voices bent from this one: those there are, and a bench to make more."""
    rows = "".join(
        f'<li><button type="button" class="play" data-sound="{escape(_bent(place, each.shape))}" aria-pressed="false" '
        f'aria-label="Hear {escape(each.label)}"></button><div><p class="clip-words">{escape(each.label)}</p>'
        f'<p class="marks">{escape(name_shape(each.shape))}</p></div>'
        f'<button type="button" class="plain" data-post="unbend" data-name="{escape(each.name)}" '
        f'data-confirm="Take {escape(each.label)} away? {escape(voice.row.label)} stays." data-yes="Take '
        'away">Take away'
        "</button></li>"
        for each in voice.characters
    )
    return (
        '<section class="characters"><h2>Characters</h2><p>One voice can play several parts: higher, lower, '
        "from a larger "
        f"or smaller throat. A character has {escape(voice.row.person)}'s consent and no more.</p>"
        f"{f'<ul class=rows>{rows}</ul>' if rows else ''}"
        f'<form class="panel bench" data-send="bend" data-bent="{escape(place.address("bent"))}">'
        f"{_show_slider('semitones', 'Pitch', -12, 12, 0.5, 0.0, 'lower', 'higher')}"
        f"{_show_slider('formant', 'Throat', 0.7, 1.4, 0.01, 1.0, 'larger', 'smaller')}"
        f"{_show_slider('pace', 'Pace', 0.7, 1.4, 0.01, 1.0, 'slower', 'quicker')}"
        '<div class="row"><button type="button" class="play" data-sound="" id="hear-bent" aria-pressed="false" '
        'aria-label="Hear the recording bent like this"></button><label class="grow">Name of the character'
        '<input name="label" required maxlength="80" id="character-name"></label>'
        '<button class="button" id="keep-character">Keep it</button></div></form>'
        '<div class="row"><button type="button" class="button" data-post="suggest" id="suggest-characters">Suggest '
        'characters that differ</button></div><div id="suggested"></div></section>'
    )


def show_suggested(place: Place, found: Sequence[tuple[Shape, str, float]]) -> str:
    """Shapes to try: press one and the sliders stand so."""
    rows = "".join(
        f'<li><button type="button" class="play" data-sound="{escape(_bent(place, shape))}" aria-pressed="false" '
        f'aria-label="Hear: {escape(words)}"></button><div><p class="clip-words">{escape(words)}</p>'
        f'<p class="marks" title="{apart:.2f} from the nearest other, of 1">{_say_apart(apart)}</p></div><button '
        'type="button" class="plain" '
        'data-shape="'
        f'{shape.semitones:g},{shape.formant:g},{shape.pace:g}">Use this</button></li>'
        for shape, words, apart in found
    )
    return (
        f'<ul class="rows">{rows}</ul>' if rows else "<p>No bent form of this voice is far enough from the others.</p>"
    )


def _say_apart(apart: float) -> str:
    """In words how far a shape is from every other, by the distance between their voiceprints."""
    return "easy to tell from the others" if apart >= EASY_TO_TELL else "can be told from the others"


def _bent(place: Place, shape: Shape) -> str:
    numbers = {"semitones": shape.semitones, "formant": shape.formant, "pace": shape.pace}
    return place.address("bent", **{name: f"{value:g}" for name, value in numbers.items()})


def _show_slider(
    name: str, label: str, low: float, high: float, step: float, value: float, less: str, more: str
) -> str:
    return (
        f'<label class="slider"><span>{label}</span><small>{less}</small><input type="range" name="{name}" min="{low}" '
        f'max="{high}" step="{step}" value="{value}"><small>{more}</small></label>'
    )


# -- elsewhere and the end ------------------------------------------------------------------------------------------


def show_invite(place: Place, person: str, books: Sequence[BookSummary]) -> str:
    """A link for somebody who is elsewhere."""
    ticks = "".join(
        f'<label class="tick"><input type="checkbox" name="project" value="{escape(book.slug)}"'
        f"{' checked' if book.slug == place.book else ''}> {escape(book.title)}</label>"
        for book in books
    )
    which = f'<p>For these books (none ticked: any)</p><div class="books">{ticks}</div>' if books else ""
    return (
        f'<details class="tool" id="invite-tool"><summary>A link for {escape(person)}</summary>'
        "<p>Whoever opens the link can record this one voice and give consent, and sees nothing else of the studio. It "
        "works once and for seven days.</p>"
        f'<form class="panel" data-send="invite">{which}'
        '<div class="row"><button class="button" id="make-link">Make a link</button></div></form>'
        '<div id="invitation"></div></details>'
    )


def show_elsewhere(place: Place, now: Standing) -> str:
    """A link for somebody elsewhere; the voice as a file; the data set."""
    voice = now.voice
    if voice.row.state in ("revoked", "expired"):
        return ""
    invite = show_invite(place, voice.row.person, now.books)
    if not voice.is_ready:
        return f'<section class="elsewhere">{invite}</section>'
    return (
        f'<section class="elsewhere"><h2>Elsewhere</h2>{invite}'
        '<details class="tool"><summary>Take the voice to another studio</summary><p>One file with the clips and the '
        "consent, locked with a passphrase. Tell the passphrase another way than you send the file.</p>"
        f'<form class="panel" method="post" action="{escape(place.address("parcel"))}" data-download>'
        '<label>Passphrase, at least 8 characters<input type="password" name="passphrase" required minlength="8" '
        'autocomplete="new-password"></label><div class="row"><button class="button" id="export-voice">Make the file'
        "</button></div></form></details>"
        '<details class="tool"><summary>Use the clips as a data set</summary><p>For training programs, in the '
        "layout of "
        f"LJSpeech: wavs/, metadata.csv, train.txt, validation.txt. {say_amount(voice)}.</p>"
        '<div class="row"><button type="button" class="button" data-post="dataset" id="make-dataset">Make the data set'
        '</button></div><div id="dataset"></div></details></section>'
    )


def show_end(place: Place, now: Standing) -> str:
    """Taking the leave back, and removing the voice; each asks first."""
    voice = now.voice
    person = escape(voice.row.person)
    revoke = (
        '<button type="button" class="button danger" data-post="revoke" id="revoke" data-yes="Take it back" '
        'data-confirm="'
        f"Take {person}'s leave back? From the next line on nothing is spoken with this voice, and its "
        "recordings are deleted "
        'for good.">Take the leave back</button>'
        if voice.is_ready
        else ""
    )
    made = show_exports(now.exports) if voice.is_ready else ""
    return f'<section class="end">{made}<div class="row">{revoke}{show_removal(voice)}</div></section>'


def show_removal(voice: RecordedVoice) -> str:
    """The button that removes a voice, however far it came; it asks first."""
    taken_back = " The leave is taken back with it." if voice.is_ready else ""
    return (
        '<button type="button" class="plain" data-post="remove" id="remove" data-yes="Remove" '
        f'data-confirm="Remove {escape(voice.row.label)} with all its recordings?{taken_back}">Remove this voice'
        "</button>"
    )


def show_exports(paths: Sequence[Path]) -> str:
    """Audiobooks that were made with the voice, wherever they are by now."""
    if not paths:
        return ""
    items = "".join(f"<li><code>{escape(str(path))}</code></li>" for path in paths)
    return (
        f"<h2>Audiobooks made with this voice</h2><ul class=exports>{items}</ul>"
        '<p class="hint">Copies that were given away are out of Voxfolio\'s reach: ask for them.</p>'
    )
