"""The lines in doubt, one at a time: each among its neighbours, and those who may have spoken it, a key each."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from engine.core_types import NARRATOR, UNKNOWN
from engine.shelf_types import DoubtfulLine, Role
from studio.pages.casting_place import LEVELS, Place
from studio.pages.casting_strip import show_swatch
from studio.pages.wording import escape

CONTEXT = 280  # characters shown before and after
MOST_KEYS = 9


@dataclass(frozen=True, slots=True)
class Doubts:
    """What the desk shows."""

    place: Place
    left: int  # lines above the chosen level
    line: DoubtfulLine | None  # None when there is none to show
    next_level: int = 0  # the highest level below that has lines, once this one has none


def show_doubts(doubts: Doubts, roles: Sequence[Role], paints: Mapping[str, str]) -> str:
    """The desk: how many lines are left, and one of them."""
    if doubts.line is not None:
        body = show_line(doubts, doubts.line, roles, paints)
    elif doubts.place.after and doubts.left:
        again = show_turn(doubts, "Start again with the first", "doubts-again")
        body = f'<div class="settled"><p>Those left are the ones you skipped.</p>{again}</div>'
    else:
        body = show_settled(doubts)
    noun = "line" if doubts.left == 1 else "lines"
    left = f'<b id="doubts-left">{doubts.left:,}</b> {noun} left above {doubts.place.level} %'
    return (
        '<section id="doubt-desk" aria-labelledby="doubts-title"><div class="doubts-head"><div>'
        f'<h2 id="doubts-title">Lines in doubt</h2><p class="facts">{left}</p></div>'
        f"{show_levels(doubts)}</div>{body}</section>"
    )


def show_levels(doubts: Doubts) -> str:
    chips = ""
    for level in LEVELS:
        current = ' aria-current="true"' if level == doubts.place.level else ""
        href = doubts.place.link(level=level, after=0, line=0)
        chips += f'<a id="level-{level}" href="{href}" data-turn=""{current}>{level} %</a>'
    return f'<nav class="levels" aria-label="Ask about lines above this much doubt">{chips}</nav>'


def show_settled(doubts: Doubts) -> str:
    """Nothing is left at this level: the way to the next one down, if that has lines."""
    if not doubts.next_level:
        return '<div class="settled"><p>Nothing is left to settle here.</p></div>'
    href = doubts.place.link(level=doubts.next_level, after=0, line=0)
    return (
        f'<div class="settled"><p>Nothing is left above {doubts.place.level} %.</p><a class="button" href="{href}" '
        f'data-turn="" id="level-lower">Go on with those above {doubts.next_level} %</a></div>'
    )


def show_line(doubts: Doubts, line: DoubtfulLine, roles: Sequence[Role], paints: Mapping[str, str]) -> str:
    segment = line.segment
    now = "nobody yet" if segment.speaker == UNKNOWN else segment.speaker
    if segment.settled:
        why = "settled by you"
    else:
        why = f"{100 * segment.doubt:.0f} % in doubt" + (f" · {escape(segment.reason)}" if segment.reason else "")
    back = show_turn(doubts, "Back to the lines in doubt", "doubts-back") if doubts.place.line else ""
    return (
        f'<article class="doubtful" data-line="{segment.id}"><p class="where">{escape(line.chapter_title)} · {why} · '
        f"now <b>{escape(now)}</b></p>"
        f'<blockquote><span class="context">{escape(crop_before(unwrap(line.before)))}</span>'
        f'<mark id="doubt-line" tabindex="-1">{escape(unwrap(segment.text.strip()))}</mark>'
        f'<span class="context">{escape(crop_after(unwrap(line.after), segment.text))}</span></blockquote>'
        f'<h3 class="ask-who">Who speaks?</h3><div class="candidates">{show_candidates(line, paints)}</div>'
        '<div class="other"><label for="other-name">Somebody else</label>'
        '<input id="other-name" list="everybody" autocomplete="off" data-enter="#other-give" maxlength="200">'
        f'<button type="button" id="other-give" data-act="settle" data-id="{segment.id}" '
        f'data-with="name=#other-name">Settle</button>{show_everybody(roles)}</div>'
        f'<div class="put-off">{back or show_skip(doubts, segment.id)}'
        '<p class="hint keys">Keys: <kbd>1</kbd> to <kbd>9</kbd> choose, <kbd>0</kbd> the narrator, '
        "<kbd>Space</kbd> skips, <kbd>U</kbd> undoes.</p></div></article>"
    )


def show_candidates(line: DoubtfulLine, paints: Mapping[str, str]) -> str:
    """A button and a key for each who may have spoken; the narrator's is 0."""
    names = [name for name in line.candidates if name not in (NARRATOR, UNKNOWN)][:MOST_KEYS]
    keys = [(str(number), name) for number, name in enumerate(names, start=1)]
    return "".join(
        f'<button type="button" data-act="settle" data-id="{line.segment.id}" data-name="{escape(name)}" '
        f'data-key="{key}"{" data-now" if name == line.segment.speaker else ""}><kbd>{key}</kbd>'
        f"{show_swatch(paints.get(name, 'rest'))}<span>{escape(name)}</span></button>"
        for key, name in (*keys, ("0", NARRATOR))
    )


def show_everybody(roles: Sequence[Role]) -> str:
    options = "".join(f'<option value="{escape(role.name)}">' for role in roles if role.name != UNKNOWN)
    return f'<datalist id="everybody">{options}</datalist>'


def show_skip(doubts: Doubts, segment_id: int) -> str:
    href = doubts.place.link(after=segment_id)
    return f'<a class="button" id="doubt-skip" data-key="skip" href="{href}" data-turn="">Skip this line</a>'


def show_turn(doubts: Doubts, label: str, elem_id: str) -> str:
    href = doubts.place.link(after=0, line=0)
    return f'<a class="button" id="{elem_id}" data-key="skip" href="{href}" data-turn="">{label}</a>'


def unwrap(text: str) -> str:
    """The text with paragraphs as they are, and without the ends of the lines of the file it comes from."""
    return re.sub(r"(?<!\n)\n(?!\n)", " ", text)


def crop_before(text: str) -> str:
    """The end of what stands before, from the beginning of a word."""
    return text if len(text) <= CONTEXT else "… " + text[-CONTEXT:].partition(" ")[2]


def crop_after(text: str, line: str) -> str:
    """The beginning of what follows, to the end of a word; the white space that ended the line comes first."""
    space = line[len(line.rstrip()) :]
    return space + (text if len(text) <= CONTEXT else text[:CONTEXT].rpartition(" ")[0] + " …")
