"""The top and the bottom of the cast page: which reading it is, who has no voice, and tools for many lines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from engine.core_types import NARRATOR, UNKNOWN, VoiceProfile
from engine.shelf_types import BookSummary, Reading, Role
from studio.pages.casting_doubts import Doubts
from studio.pages.frame import show_next
from studio.pages.wording import escape, quote, say_count

MOST_NAMED = 8  # speakers named one by one in the error


def show_heading(book: BookSummary, roles: Sequence[Role], last_edit: str, doubts: Doubts) -> str:
    """How many speak, how much, how sure that is; undo; the way on."""
    speakers = [role for role in roles if role.lines and role.name not in (NARRATOR, UNKNOWN)]
    lines = sum(role.lines for role in roles if role.name != NARRATOR)
    facts = f"{say_count(len(speakers), 'speaker')} · {say_count(lines, 'line')} spoken"
    if doubts.left:
        facts += f' · <a href="#doubts">{doubts.left:,} more than {doubts.place.level} % in doubt</a>'
    undo = (
        f'<button type="button" class="plain undo" id="undo" data-act="undo" data-key="u"><span>Undo: '
        f"{escape(last_edit)}</span></button>"
        if last_edit
        else ""
    )
    return (
        f'<section class="station"><div><h1>Cast</h1><p class="facts">{facts}</p>{undo}</div>'
        f"{show_next('Go to narration', '/narration', book.slug)}</section>"
    )


def show_reading_choice(book: BookSummary, voices: Sequence[VoiceProfile], uncast: Sequence[Role]) -> str:
    """The two ways to read a book, one press each; in a full cast, who cannot be read yet."""
    label = next((voice.label for voice in voices if voice.name == book.voice), "The narrator's voice")
    full = book.reading is Reading.FULL_CAST
    ways = show_way("one-voice", "One voice reads the whole book", f"{label} reads everything.", not full)
    ways += show_way("full-cast", "A full cast", "Every speaker has a voice; the narrator reads what is told.", full)
    return (
        f'<section class="ways" role="group" aria-label="Who reads this book">{ways}</section>'
        f"{show_uncast(uncast) if full and uncast else ''}"
    )


def show_way(deed: str, title: str, what: str, chosen: bool) -> str:
    return (
        f'<button type="button" class="way-of-reading" id="{deed}" data-act="{deed}" '
        f'aria-pressed="{str(chosen).lower()}"><b>{title}</b><small>{escape(what)}</small></button>'
    )


def show_uncast(uncast: Sequence[Role]) -> str:
    """Who has lines and no voice: their lines wait, and two ways out."""
    named = ", ".join(
        f"{escape('nobody yet' if role.name == UNKNOWN else role.name)} ({say_count(role.lines, 'line')})"
        for role in uncast[:MOST_NAMED]
    )
    rest = uncast[MOST_NAMED:]
    more = f" and {len(rest):,} more ({say_count(sum(role.lines for role in rest), 'line')})" if rest else ""
    have = "speaker has lines and no voice" if len(uncast) == 1 else "speakers have lines and no voice"
    press = '<button type="button" class="primary" data-act="suggest" id="suggest">Give them suggested voices</button>'
    return (
        f'<div class="work failed" role="alert" id="uncast"><div><h2>{len(uncast):,} {have}</h2><p>{named}{more}.</p>'
        f'<p class="facts">Their lines wait: the narrator never reads them unasked.</p></div>{press}</div>'
    )


def show_nobody() -> str:
    """Instead of a cast, when nobody but the narrator is known to speak."""
    press = (
        '<button type="button" class="primary" data-press="#find-speakers" id="find-first">Find the speakers</button>'
    )
    return (
        '<div class="work" id="nobody"><div><h2>Nobody speaks but the narrator</h2>'
        '<p class="facts">Voxfolio knows of no spoken lines in this book. If there are some, have it look for them: '
        f"a book that was opened in an earlier Voxfolio has not been looked through yet.</p></div>{press}</div>"
    )


def show_tools(book: BookSummary, roles: Sequence[Role], titles: Mapping[int, str], series: Sequence[str]) -> str:
    """Find and replace of a speaker, the script as a table, the series."""
    speakers = "".join(
        f'<option value="{escape(role.name)}">{escape("Nobody yet" if role.name == UNKNOWN else role.name)} '
        f"({role.lines:,})</option>"
        for role in roles
        if role.lines and role.name != NARRATOR
    )
    chapters = "".join(
        f'<option value="{id_}">only in {escape(title or "Untitled")}</option>' for id_, title in titles.items()
    )
    known = "".join(f'<option value="{escape(name)}">' for name in series)
    export = escape(f"/media/script/{quote(book.slug, safe='')}")
    return (
        '<div class="tool"><h3>Give all lines of one speaker to another</h3><div class="fields">'
        f'<label>From<select id="replace-old" data-kept><option value=""></option>{speakers}</select></label>'
        '<label>To<input id="replace-new" list="everybody" autocomplete="off" maxlength="200" data-enter="#replace">'
        '</label><label>Where<select id="replace-where" data-kept><option value="">in the whole book</option>'
        f'{chapters}</select></label><button type="button" id="replace" data-act="replace" '
        'data-with="old=#replace-old new=#replace-new chapter=#replace-where">Replace</button></div></div>'
        '<div class="tool"><h3>The series</h3><div class="fields"><label>This book belongs to'
        f'<input id="series" list="known-series" maxlength="200" autocomplete="off" value="{escape(book.series)}" '
        f'data-enter="#series-keep"></label><datalist id="known-series">{known}</datalist>'
        '<button type="button" id="series-keep" data-act="series" data-with="series=#series">Keep</button></div>'
        '<p class="hint">A series keeps its cast: who returns in another of its books has the voice they had.</p></div>'
        '<div class="tool"><h3>The script as a table</h3><p class="hint">Every line with its speaker, to look through '
        "or change in a spreadsheet. A changed table can be read again; nothing but speakers is taken from it.</p>"
        f'<a class="button" id="script-download" href="{export}" download>Save the table (CSV)</a></div>'
    )
