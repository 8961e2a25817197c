"""A recording's scorecard as a person reads it: one word, the waveform with its bad places, what to do."""

from __future__ import annotations

from collections.abc import Iterable

from engine.voice_types import Measure, Scorecard, Verdict
from engine.voices.waveform import WavePeaks
from studio.pages.waveform import draw_recording
from studio.pages.wording import escape

WORDS = {
    Verdict.GREEN: "Good",
    Verdict.AMBER: "Usable",
    Verdict.RED: "Not usable",
}
MICROPHONE = (
    "level", "clipping", "signal-to-noise ratio", "noise floor", "reverberation", "hum", "DC", "bandwidth",
    "music behind",
)  # fmt: skip


def show_verdict(verdict: Verdict, sentence: str) -> str:
    """One word in its colour, never by the colour alone, and a sentence."""
    return f'<p class="verdict {verdict}"><b>{WORDS[verdict]}</b> <span>{escape(sentence)}</span></p>'


def show_scorecard(card: Scorecard, peaks: WavePeaks | None, sentence: str) -> str:
    """The verdict, the recording drawn, the advice, and every measure for those who want it."""
    drawn = draw_recording(peaks, card.bad_places, card.best_clips) if peaks else ""
    advice = "".join(f"<li>{escape(each)}</li>" for each in card.advice)
    rows = "".join(_show_measure(measure) for measure in card.measures)
    return (
        f'<div class="scorecard">{show_verdict(card.verdict, sentence)}{drawn}'
        f"{f'<ul class=advice>{advice}</ul>' if advice else ''}"
        '<details><summary>Everything that was measured</summary><div class="table"><table '
        f'class="measured">{rows}</table>'
        "</div></details></div>"
    )


def show_microphone(card: Scorecard) -> str:
    """What three seconds say of microphone and room."""
    if not any(measure.name == "level" and measure.value is not None for measure in card.measures):
        said = card.advice[0] if card.advice else "Nothing could be heard. Is it the right microphone?"
        return show_verdict(Verdict.RED, said)
    heard = [measure for measure in card.measures if measure.name in MICROPHONE]
    worst = _find_worst(heard)
    advice = dict.fromkeys(measure.advice for measure in heard if measure.verdict is not Verdict.GREEN)
    said = " ".join(advice) or "You are near enough, and the room is quiet enough. Go on in just this way."
    return show_verdict(worst, said)


def _find_worst(measures: Iterable[Measure]) -> Verdict:
    order = [Verdict.GREEN, Verdict.AMBER, Verdict.RED]
    return max((measure.verdict for measure in measures), key=order.index, default=Verdict.GREEN)


def _show_measure(measure: Measure) -> str:
    value = "–" if measure.value is None else f"{measure.value:g}{f' {measure.unit}' if measure.unit else ''}"
    return (
        f'<tr class="{measure.verdict}"><th scope="row">{escape(measure.name)}</th><td>{escape(value)}</td>'
        f"<td>{WORDS[measure.verdict].lower() if measure.value is not None else ''}</td></tr>"
    )
