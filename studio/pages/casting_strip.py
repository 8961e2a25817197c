"""The picture of the whole book: a strip for each chapter, coloured by who speaks; what is told stays plain.

A stretch is a piece of a path; where it begins and how long it is stand in the path itself, and the ids of the lines,
each as its distance from the one before, beside it. assets/studio.js says who it is and goes to the line.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby, pairwise

from engine.core_types import NARRATOR, UNKNOWN
from engine.shelf_types import Role, StripPart
from studio.pages.casting_place import Place
from studio.pages.wording import escape

COLOURS = 12  # that are told apart; whoever speaks less than these shares one more
WIDTH = 1000  # of the longest chapter, in the picture's own units
NAMED = 3  # speakers of a chapter whom a screen reader tells


def paint_roles(roles: Sequence[Role]) -> dict[str, str]:
    """The class that colours each role: c0 to c11 for those who speak most, "rest" for the others."""
    speakers = [role.name for role in roles if role.lines and role.name not in (NARRATOR, UNKNOWN)]
    paints = {name: f"c{place}" if place < COLOURS else "rest" for place, name in enumerate(speakers)}
    return {**paints, NARRATOR: "told", UNKNOWN: "nobody"}


def show_swatch(paint: str) -> str:
    return f'<span class="swatch {paint}" aria-hidden="true"></span>'


def show_strip(place: Place, parts: Sequence[StripPart], titles: Mapping[int, str], paints: Mapping[str, str]) -> str:
    """The legend and a strip for each chapter that has a title here; lines at least so much in doubt are underlined."""
    chapters = {id_: list(group) for id_, group in groupby(parts, key=lambda part: part.chapter_id)}
    longest = max((sum(part.characters for part in group) for group in chapters.values()), default=0)
    if not longest:
        return ""
    rows = "".join(
        show_chapter(titles[id_], group, paints, WIDTH / longest, place.level / 100)
        for id_, group in chapters.items()
        if id_ in titles
    )
    return (
        '<section aria-labelledby="strip-title"><h2 id="strip-title">The book at a glance</h2>'
        f"{show_legend(paints)}"
        '<ol class="strip" tabindex="0" aria-label="Who speaks in each chapter. Arrow keys go from line to line, Enter '
        f'opens the line.">{rows}</ol><p class="strip-said" role="status"></p>'
        f'<a id="strip-go" href="{place.link(line=0)}" data-turn="#doubts" hidden>Go to the line</a>'
        '<button type="button" id="strip-look" data-act="look" hidden>Look again</button></section>'
    )


def show_legend(paints: Mapping[str, str]) -> str:
    named = [(name, paint) for name, paint in paints.items() if paint.startswith("c")]
    items = "".join(
        f'<li><button type="button" data-light="{escape(name)}" aria-pressed="false">{show_swatch(paint)}'
        f"<span>{escape(name)}</span></button></li>"
        for name, paint in named
    )
    more = [("rest", "Others")] if "rest" in paints.values() else []
    items += "".join(f"<li>{show_swatch(paint)}{words}</li>" for paint, words in (*more, ("told", "Told")))
    return f'<ul class="legend">{items}<li><span class="swatch in-doubt" aria-hidden="true"></span>In doubt</li></ul>'


def show_chapter(title: str, parts: Sequence[StripPart], paints: Mapping[str, str], scale: float, above: float) -> str:
    spans: dict[str, list[tuple[float, float, int]]] = {}
    doubts: list[tuple[float, float]] = []
    for part, (start, end) in zip(parts, find_ends(parts, scale), strict=True):
        if part.speaker != NARRATOR:
            spans.setdefault(part.speaker, []).append((start, end, part.segment_id))
            if part.doubt > above:
                doubts.append((start, end))
    paths = "".join(
        f'<path class="{paints.get(name, "rest")}" data-name="{escape(name)}" data-lines="{pack_lines(stretches)}" '
        f'd="{draw(stretches, 6)}"/>'
        for name, stretches in spans.items()
    )
    underline = f'<path class="in-doubt" d="{draw(doubts, 14)}"/>' if doubts else ""
    length = sum(part.characters for part in parts) * scale
    return (
        f'<li><span class="name">{escape(title or "Untitled")}</span><span class="sr">{tell_speakers(parts)}</span>'
        f'<svg viewBox="0 0 {WIDTH} 16" preserveAspectRatio="none" aria-hidden="true">'
        f'<path class="told" d="M0 6h{length:.1f}"/>{paths}{underline}</svg></li>'
    )


def find_ends(parts: Sequence[StripPart], scale: float) -> Iterator[tuple[float, float]]:
    """Where each part begins and ends, in the picture's units; none is too short to be seen."""
    places = [0]
    for part in parts:
        places.append(places[-1] + part.characters)
    for start, end in pairwise(places):
        yield start * scale, max(end * scale, start * scale + 1)


def draw(stretches: Sequence[tuple[float, ...]], height: int) -> str:
    """The pieces of a path: "M12.5 6h3"."""
    return "".join(f"M{start:.4g} {height}h{end - start:.3g}" for start, end, *_ in stretches)


def pack_lines(stretches: Sequence[tuple[float, float, int]]) -> str:
    ids = [0, *(line for _, _, line in stretches)]
    return ",".join(str(line - before) for before, line in pairwise(ids))


def tell_speakers(parts: Sequence[StripPart]) -> str:
    """ "Emma 40 %, Harriet 20 %", of what is spoken in a chapter."""
    spoken: dict[str, int] = {}
    for part in parts:
        if part.speaker != NARRATOR:
            spoken[part.speaker] = spoken.get(part.speaker, 0) + part.characters
    most = sorted(spoken.items(), key=lambda item: -item[1])[:NAMED]
    return escape(", ".join(f"{name} {count / sum(spoken.values()):.0%}" for name, count in most)) or "nobody speaks"
