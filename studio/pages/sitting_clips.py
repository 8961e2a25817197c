"""The clips of a voice: hear each, see how good and how alike it is, put its words right, leave it out, delete it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from engine.voice_types import Sample, Verdict
from engine.voices.dataset import DatasetReport
from engine.voices.likeness import PERHAPS_IN_SHORT, SAME_IN_SHORT
from studio.pages.scorecards import WORDS
from studio.pages.sitting_frame import Place
from studio.pages.wording import escape, say_clock, say_count

PAGE = 50  # rows shown at once
BEST, LEAST_BEST_S = 3, 3.0  # how many clips are named as the best, and how long they are at least
ALIKE = {"green": "same voice", "amber": "a little unlike", "red": "another voice?"}


def show_clips(
    place: Place, samples: Sequence[Sample], alike: Mapping[str, float], report: DatasetReport, first: int
) -> str:
    """What the voice is made of; for long recordings the rows of a data set. ``alike`` is how alike each is to the
    others; what is shown begins with clip ``first``."""
    if not samples:
        return ""
    odd, best = dict(report.outliers), find_best(samples, alike)
    rows = "".join(
        show_clip(place, sample, alike.get(sample.id), odd.get(sample.id, ""), sample.id in best)
        for sample in samples[first : first + PAGE]
    )
    each = f", {report.shortest_s:.1f} to {report.longest_s:.1f} s each" if report.clips > 1 else ""
    words = f", {say_count(report.words, 'word')}" if report.words else ""
    total = f"{say_count(report.clips, 'clip')} in the voice, {say_clock(report.seconds)} of speech{words}{each}"
    silent = (
        f'<button type="button" class="button" data-post="listen" id="write-down">Write down what is said in '
        f"{say_count(report.without_words, 'clip')}</button>"
        if report.without_words
        else ""
    )
    outliers = f"<p>{say_count(len(odd), 'clip')} unlike the others: look at the words.</p>" if odd else ""
    return (
        f'<section class="clips"><h2>Clips</h2><p class="facts">{total}. Hear each; switch off what is not to be in '
        f"the voice. Press the words to put them right.</p>{outliers}"
        f'<ol class="rows">{rows}</ol>{_show_turning(place, len(samples), first)}<div class="row">{silent}'
        f'<a class="button" href="{escape(place.address(step="reading"))}" id="read-more">Read more</a></div></section>'
    )


def find_best(samples: Sequence[Sample], alike: Mapping[str, float]) -> set[str]:
    """The ids of the clips to keep if only a few were kept; none when there are hardly more than that."""
    chosen = [sample for sample in samples if sample.chosen and sample.scorecard]
    if len(chosen) <= BEST:
        return set()
    ranked = sorted(chosen, key=lambda sample: _rank(sample, alike.get(sample.id, 0.0)), reverse=True)
    return {sample.id for sample in ranked[:BEST]}


def _rank(sample: Sample, alike: float) -> tuple[bool, bool, float, float]:
    card = sample.scorecard
    assert card is not None
    score = next((measure.value for measure in card.measures if measure.name == "listening score"), None)
    return sample.seconds >= LEAST_BEST_S, card.verdict is Verdict.GREEN, score or 0.0, alike


def show_clip(place: Place, sample: Sample, alike: float | None, odd: str, best: bool) -> str:
    """One row: hear it, its words, how good and how alike it is, in or out, gone."""
    id_ = escape(sample.id)
    verdict = (
        f'<span class="mark {sample.scorecard.verdict}">{WORDS[sample.scorecard.verdict].lower()}</span>'
        if sample.scorecard
        else ""
    ) + ("<span class=best>one of the best</span>" if best else "")
    likeness = (
        f'<span class="mark {_judge(alike)}" title="{alike:.2f} of 1">{ALIKE[_judge(alike)]}</span>'
        if alike is not None
        else ""
    )
    sound, lines = escape(place.address(f"sample/{sample.id}")), 1 + len(sample.words) // 64
    return (
        f'<li class="{"" if sample.chosen else "out"}"><button type="button" class="play" '
        f'data-sound="{sound}" aria-pressed="false" aria-label="Hear this clip">'
        f'</button><div><textarea class="clip-words" rows="{lines}" data-post="words" data-id="{id_}" '
        'maxlength="2000" placeholder="words not written down" aria-label="What is said in this clip">'
        f"{escape(sample.words)}</textarea>"
        f'<p class="marks"><span>{sample.seconds:.1f} s</span>{verdict}{likeness}'
        f"{f'<span class=odd>{escape(odd)}</span>' if odd else ''}{show_before(place, sample)}"
        f'<button type="button" class="plain" data-post="forget" data-redraw="yes" data-ids="{id_}" data-yes="Delete" '
        f'data-confirm="Delete this clip of {sample.seconds:.0f} seconds for good?">delete</button></p></div>'
        f'<label class="switch" title="In the voice"><input type="checkbox" data-post="choose" data-id="{id_}"'
        f'{" checked" if sample.chosen else ""} aria-label="Use this clip"><span></span></label></li>'
    )


def show_before(place: Place, sample: Sample) -> str:
    """How a clip sounded before noise was taken out of it; nothing when none was."""
    if not sample.before.is_file():
        return ""
    sound = escape(place.address(f"sample/{sample.id}", before="true"))
    return (
        f'<button type="button" class="plain" data-sound="{sound}" aria-pressed="false">hear it with its noise</button>'
    )


def _judge(alike: float) -> str:
    return "green" if alike >= SAME_IN_SHORT else "amber" if alike >= PERHAPS_IN_SHORT else "red"


def _show_turning(place: Place, count: int, first: int) -> str:
    if count <= PAGE:
        return ""
    links = [
        f'<a class="plain" href="{escape(place.address(step="result", first=str(start)))}"'
        f"{' aria-current=page' if start == first else ''}>{start + 1} to {min(count, start + PAGE)}</a>"
        for start in range(0, count, PAGE)
    ]
    return f'<nav class="turning" aria-label="More clips">{"".join(links)}</nav>'
