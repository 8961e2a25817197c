"""A recording drawn: its outline, its seconds, and the places where something is wrong, as one SVG."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from engine.voice_types import BadPlace
    from engine.voices.waveform import WavePeaks

WIDTH, HEIGHT = 1000, 140  # of the drawing's own units; the page stretches it
MIDDLE, REACH = 60.0, 52.0  # where silence lies, and how far full scale goes from it
LEAST_MARK = 4.0  # a bad place of a few milliseconds can still be seen and hit
TICKS_S = (0.5, 1, 2, 5, 10, 30, 60, 120, 300, 600)
MOST_TICKS = 12


def draw_recording(
    peaks: WavePeaks, bad_places: Sequence[BadPlace] = (), best_clips: Sequence[tuple[float, float]] = ()
) -> str:
    """An SVG in the page's own colours: bad places behind the wave, with their names as tooltips; clips worth keeping
    as a line below it. What a screen reader says is in the title."""
    seconds = max(peaks.seconds, 1e-3)
    marks = [_draw_mark(place, seconds) for place in bad_places]
    keeps = [_draw_keep(start, end, seconds) for start, end in best_clips]
    told = f"{peaks.seconds:.1f} seconds of sound, {_count(len(bad_places), 'place')} marked"
    return (
        f'<svg class="waveform" viewBox="0 0 {WIDTH} {HEIGHT}" preserveAspectRatio="none" role="img" '
        f'aria-label="{told}"><title>{told}</title>'
        f"{''.join(marks)}{''.join(keeps)}"
        f'<path d="{_trace_outline(peaks)}" fill="currentColor" fill-opacity="0.75"/>'
        f"{''.join(_draw_ticks(seconds))}</svg>"
    )


def _trace_outline(peaks: WavePeaks) -> str:
    """There along the highest samples and back along the lowest."""
    step = WIDTH / max(1, len(peaks.highs))
    above = [f"{column * step:.1f} {_y(high):.1f}" for column, high in enumerate(peaks.highs)]
    below = [f"{column * step:.1f} {_y(low) + 0.6:.1f}" for column, low in reversed([*enumerate(peaks.lows)])]
    return f"M{' L'.join([*above, *below])} Z" if above else ""


def _y(sample: float) -> float:
    return MIDDLE - REACH * max(-1.0, min(1.0, float(sample)))


def _draw_mark(place: BadPlace, seconds: float) -> str:
    left = WIDTH * place.start_s / seconds
    width = max(LEAST_MARK, WIDTH * (place.end_s - place.start_s) / seconds)
    told = f"{escape(place.measure)}, {place.start_s:.1f} to {place.end_s:.1f} s"
    return (
        f'<rect class="bad-place" x="{left:.1f}" y="0" width="{width:.1f}" height="{2 * MIDDLE:.0f}" '
        f'fill="#c2410c" fill-opacity="0.28"><title>{told}</title></rect>'
    )


def _draw_keep(start_s: float, end_s: float, seconds: float) -> str:
    left, width = WIDTH * start_s / seconds, WIDTH * (end_s - start_s) / seconds
    return (
        f'<rect class="best-clip" x="{left:.1f}" y="{2 * MIDDLE:.0f}" width="{width:.1f}" height="3" '
        f'fill="#15803d"><title>worth keeping, {start_s:.1f} to {end_s:.1f} s</title></rect>'
    )


def _draw_ticks(seconds: float) -> list[str]:
    step = next((step for step in TICKS_S if seconds / step <= MOST_TICKS), TICKS_S[-1])
    count = int(seconds / step)
    return [
        f'<text x="{WIDTH * number * step / seconds + 2:.1f}" y="{HEIGHT - 2}" font-size="11" '
        f'fill="currentColor" fill-opacity="0.7">{_name_time(number * step)}</text>'
        for number in range(min(count, 60) + 1)
        if WIDTH * number * step / seconds < WIDTH - 30
    ]


def _name_time(seconds: float) -> str:
    if seconds < 60:
        return f"{seconds:g} s"
    return f"{int(seconds // 60)}:{int(seconds % 60):02d}"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
