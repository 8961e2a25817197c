"""A recording's scorecard as a person reads it: one word, the waveform with its bad places, what to do."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from engine.voice_types import BadPlace, Measure, Scorecard, Verdict
from engine.voices.waveform import WavePeaks
from studio.pages.waveform import draw_recording
from studio.pages.wording import escape

WORDS = {
    Verdict.GREEN: "Good",
    Verdict.AMBER: "Usable",
    Verdict.RED: "Not usable",
}
MOST_STRETCHES = 4  # told in words; the drawing shows all
PLAIN = {  # what measures are called where a mark is explained
    "signal-to-noise ratio": "noise behind the voice",
    "noise floor": "noise in the pauses",
    "sounds between words": "breaths or other sounds",
    "clipping": "too loud, cut off",
    "reverberation": "the room sounds along",
    "hum": "a hum",
    "music behind": "music",
    "more than one speaker": "somebody else speaks",
    "duration of speech": "nobody speaks",
    "speech between pauses": "long pauses",
    "words read": "other words than the sentence",
    "level variation": "louder or quieter than the rest",
    "listening score": "hard to listen to",
    "level": "too quiet",
    "DC": "a fault of the microphone input",
    "bandwidth": "the high sounds are missing",
    "dropouts": "sound is missing",
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
    drawn = draw_recording(peaks, card.bad_places, card.best_clips) + show_legend(card) if peaks else ""
    advice = "".join(f"<li>{escape(each)}</li>" for each in card.advice)
    rows = "".join(_show_measure(measure) for measure in card.measures)
    return (
        f'<div class="scorecard">{show_verdict(card.verdict, sentence)}{drawn}'
        f"{f'<ul class=advice>{advice}</ul>' if advice else ''}"
        '<details><summary>Everything that was measured</summary><div class="table"><table '
        f'class="measured">{rows}</table>'
        "</div></details></div>"
    )


def show_legend(card: Scorecard) -> str:
    """What the marks in the drawing mean, and where they are, in words."""
    items = [
        f'<li class="bad"><span><b>{escape(PLAIN.get(name, name))}</b> from {_say_stretches(places)}</span></li>'
        for name, places in _group(card.bad_places).items()
    ]
    if card.best_clips:
        items.append(f'<li class="keep"><span><b>worth keeping</b> from {_say_stretches(card.best_clips)}</span></li>')
    return f'<ul class="wave-marks">{"".join(items)}</ul>' if items else ""


def _group(places: Iterable[BadPlace]) -> dict[str, list[tuple[float, float]]]:
    """The stretches of each measure, in seconds."""
    found: dict[str, list[tuple[float, float]]] = {}
    for place in places:
        found.setdefault(place.measure, []).append((place.start_s, place.end_s))
    return found


def _say_stretches(stretches: Sequence[tuple[float, float]]) -> str:
    """ "0.5 to 2.0, 4.2 to 5.0 s and 3 more"."""
    said = ", ".join(f"{start:.1f} to {max(end, start + 0.1):.1f}" for start, end in stretches[:MOST_STRETCHES])
    more = len(stretches) - MOST_STRETCHES
    return f"{said} s{f' and {more} more' if more > 0 else ''}"


def show_microphone(card: Scorecard) -> str:
    """What three seconds say of microphone and room."""
    if not any(measure.name == "level" and measure.value is not None for measure in card.measures):
        said = card.advice[0] if card.advice else "Nothing could be heard. Is it the right microphone?"
        return show_verdict(Verdict.RED, said)
    heard = [measure for measure in card.measures if measure.name in MICROPHONE]
    advice = dict.fromkeys(measure.advice for measure in heard if measure.verdict is not Verdict.GREEN)
    said = " ".join(advice) or "You are near enough, and the room is quiet enough. Go on in just this way."
    return show_verdict(judge_microphone(card), said)


def judge_microphone(card: Scorecard) -> Verdict:
    """Whether a reading with this microphone, in this room, would be good; red when nothing was heard."""
    if not any(measure.name == "level" and measure.value is not None for measure in card.measures):
        return Verdict.RED
    return _find_worst(measure for measure in card.measures if measure.name in MICROPHONE)


def _find_worst(measures: Iterable[Measure]) -> Verdict:
    order = [Verdict.GREEN, Verdict.AMBER, Verdict.RED]
    return max((measure.verdict for measure in measures), key=order.index, default=Verdict.GREEN)


def _show_measure(measure: Measure) -> str:
    value = "–" if measure.value is None else f"{measure.value:g}{f' {measure.unit}' if measure.unit else ''}"
    return (
        f'<tr class="{measure.verdict}"><th scope="row">{escape(measure.name)}</th><td>{escape(value)}</td>'
        f"<td>{WORDS[measure.verdict].lower() if measure.value is not None else ''}</td></tr>"
    )
