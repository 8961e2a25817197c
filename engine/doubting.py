"""The doubt queue: the least sure lines first, each with what a person needs to settle it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import islice

from engine.core_types import NARRATOR, UNKNOWN, Segment
from engine.project.script_rows import ScriptRow
from engine.project.script_store import Doubt, ScriptStore
from engine.shelf_types import DoubtfulLine

CONTEXT = 500  # characters of the manuscript on either side
NEARBY = 30  # lines on either side, among whose speakers the right one mostly is
MOST_CANDIDATES = 9  # one key each

FindCandidates = Callable[[ScriptRow], Sequence[str]]  # by role names, the likeliest first; none where nothing is known


def list_doubtful(
    store: ScriptStore, slug: str, above: float, count: int, after: int, find_candidates: FindCandidates
) -> list[DoubtfulLine]:
    """The most doubtful first, ``count`` of them, from the one that follows the line ``after`` in the queue."""
    queue = store.doubtful(slug, above)
    first = next((place for place, doubt in enumerate(queue, start=1) if doubt.rows[0].id == after), 0)
    return show_doubts(store, slug, queue[first : first + count], find_candidates)


def show_doubts(
    store: ScriptStore, slug: str, doubts: Sequence[Doubt], find_candidates: FindCandidates
) -> list[DoubtfulLine]:
    """Each with the text around it and those who may have spoken it."""
    chapter_ids = list({doubt.rows[0].chapter_id for doubt in doubts})
    texts, rows = store.texts(slug, chapter_ids), store.rows(slug, chapter_ids)
    segments = store.segments(slug, [row.id for doubt in doubts for row in doubt.rows])
    places = {row.id: place for place, row in enumerate(rows)}
    tallies = store.tallies(slug)
    often = sorted(tallies, key=lambda name: -tallies[name].lines)
    made = []
    for doubt in doubts:
        row = doubt.rows[0]
        names = [row.speaker, *find_candidates(row), *_list_nearby(rows, places[row.id]), *often]
        made.append(_show(doubt, segments, texts[row.chapter_id], names))
    return made


def _show(doubt: Doubt, segments: Mapping[int, Segment], text: str, names: Sequence[str]) -> DoubtfulLine:
    lines = [segments[row.id] for row in doubt.rows]
    start, end = lines[0].start, lines[-1].end
    spoken = " ".join(line.spoken_text for line in lines if line.spoken_text)
    people = (name for name in dict.fromkeys(names) if name not in (NARRATOR, UNKNOWN))
    return DoubtfulLine(
        chapter_id=doubt.rows[0].chapter_id,
        chapter_title=doubt.chapter_title,
        segment=replace(lines[0], end=end, text=text[start:end], spoken_text=spoken),
        before=_cut_words(text[max(0, start - CONTEXT) : start], start > CONTEXT),
        after=text[end : end + CONTEXT],
        candidates=tuple(islice(people, MOST_CANDIDATES)),
    )


def _cut_words(text: str, inside: bool) -> str:
    """Without the rest of a word at its start."""
    return text.partition(" ")[2] if inside else text


def _list_nearby(rows: Sequence[ScriptRow], place: int) -> list[str]:
    """Who speaks around a line, the nearest first."""
    chapter = rows[place].chapter_id
    around = sorted(range(max(0, place - NEARBY), min(len(rows), place + NEARBY)), key=lambda at: abs(at - place))
    return [rows[at].speaker for at in around if rows[at].chapter_id == chapter]
