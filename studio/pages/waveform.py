"""A recording drawn: its outline, its seconds, and the places where something is wrong, as one SVG."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from engine.voice_types import BadPlace
    from engine.voices.waveform import WavePeaks

WIDTH = 1000  # of the wave, in units of its own: the page stretches it, and nothing else
MIDDLE, REACH = 60.0, 52.0  # pixels down to silence, and from there to full scale
LEAST_PEAK = 0.5  # of full scale: a quieter recording is drawn as high as this, or nothing of it could be seen
HEIGHT = 140  # pixels
LEAST_MARK = 0.4  # per cent of the width: a bad place of a few milliseconds can still be seen and hit
TICKS_S = (0.5, 1, 2, 5, 10, 30, 60, 120, 300, 600)
MOST_TICKS = 8  # as many as a phone has room for


def draw_recording(
    peaks: WavePeaks, bad_places: Sequence[BadPlace] = (), best_clips: Sequence[tuple[float, float]] = ()
) -> str:
    """An SVG in the page's own colours: bad places behind the wave, with their names as tooltips; clips worth keeping
    as a line below it. What a screen reader says is in the title."""
    seconds = max(peaks.seconds, 1e-3)
    marks = [_draw_mark(place, seconds) for place in bad_places]
    keeps = [_draw_keep(start, end, seconds) for start, end in best_clips]
    tall = 2 * MIDDLE
    told = f"{peaks.seconds:.1f} seconds of sound, {_count(len(bad_places), 'place')} marked"
    return (
        f'<svg class="waveform" width="100%" height="{HEIGHT}" role="img" aria-label="{told}"><title>{told}</title>'
        f"{''.join(marks)}{''.join(keeps)}"
        f'<svg width="100%" height="{tall:.0f}" viewBox="0 0 {WIDTH} {tall:.0f}" preserveAspectRatio="none">'
        f'<path d="{_trace_outline(peaks)}" fill="currentColor" fill-opacity="0.75"/></svg>'
        f"{''.join(_draw_ticks(seconds))}</svg>"
    )


def _trace_outline(peaks: WavePeaks) -> str:
    """There along the highest samples and back along the lowest."""
    step = WIDTH / max(1, len(peaks.highs))
    loudest = max((abs(float(each)) for each in (*peaks.highs, *peaks.lows)), default=0.0)
    gain = LEAST_PEAK / loudest if 1e-4 < loudest < LEAST_PEAK else 1.0
    above = [f"{column * step:.1f} {_y(gain * high):.1f}" for column, high in enumerate(peaks.highs)]
    below = [f"{column * step:.1f} {_y(gain * low) + 0.6:.1f}" for column, low in reversed([*enumerate(peaks.lows)])]
    return f"M{' L'.join([*above, *below])} Z" if above else ""


def _y(sample: float) -> float:
    return MIDDLE - REACH * max(-1.0, min(1.0, float(sample)))


def _draw_mark(place: BadPlace, seconds: float) -> str:
    left = 100.0 * place.start_s / seconds
    width = max(LEAST_MARK, 100.0 * (place.end_s - place.start_s) / seconds)
    told = f"{escape(place.measure)}, {place.start_s:.1f} to {place.end_s:.1f} s"
    return (
        f'<rect class="bad-place" x="{left:.2f}%" y="0" width="{width:.2f}%" height="{2 * MIDDLE:.0f}" '
        f'fill="#c2410c" fill-opacity="0.28"><title>{told}</title></rect>'
    )


def _draw_keep(start_s: float, end_s: float, seconds: float) -> str:
    left, width = 100.0 * start_s / seconds, 100.0 * (end_s - start_s) / seconds
    return (
        f'<rect class="best-clip" x="{left:.2f}%" y="{2 * MIDDLE:.0f}" width="{width:.2f}%" height="3" '
        f'fill="#15803d"><title>worth keeping, {start_s:.1f} to {end_s:.1f} s</title></rect>'
    )


def _draw_ticks(seconds: float) -> list[str]:
    step = next((step for step in TICKS_S if seconds / step <= MOST_TICKS), TICKS_S[-1])
    times = [number * step for number in range(int(seconds / step) + 1) if number * step < 0.94 * seconds]
    return [
        f'<text x="{100.0 * time / seconds:.2f}%" y="{HEIGHT - 2}" font-size="11" fill="currentColor" '
        f'fill-opacity="0.7">{_name_time(time)}</text>'
        for time in times
    ]


def _name_time(seconds: float) -> str:
    if seconds < 60:
        return f"{seconds:g} s"
    return f"{int(seconds // 60)}:{int(seconds % 60):02d}"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
