"""All voices on a sheet: near each other where they sound alike; each is heard when it is pressed."""

from __future__ import annotations

from collections.abc import Sequence

from engine.voice_profiles import MapPlace
from studio.pages.wording import escape, quote

MARGIN = 8.0  # per cent of the sheet left free on each side
HARD_TO_TELL = 0.1  # closer than this listeners take one for the other


def show_map(places: Sequence[MapPlace]) -> str:
    """The sheet, and in words which voices are hard to tell apart; "" when there are too few for a map."""
    if len(places) < 3:
        return ""
    buttons = "".join(_show_place(place) for place in places)
    near = sorted({_pair(place) for place in places if place.nearest and place.distance < HARD_TO_TELL})
    warned = "".join(
        f"<li>{escape(one)} and {escape(other)} are hard to tell apart: do not cast them in one scene.</li>"
        for one, other in near
    )
    return (
        '<section class="voice-map" aria-label="Map of all voices"><h2>Who sounds like whom</h2>'
        "<p class=facts>Voices that are near each other sound alike. Press one to hear it.</p>"
        f'<div class="sheet">{buttons}</div>{f"<ul>{warned}</ul>" if warned else ""}</section>'
    )


def _show_place(place: MapPlace) -> str:
    x, y = (MARGIN + (100.0 - 2 * MARGIN) * each for each in (place.x, place.y))
    label = escape(place.voice.label)
    near = f", most like {escape(place.nearest.label)}" if place.nearest else ""
    return (
        f'<button type="button" class="{"own" if place.voice.clips else "shipped"}" '
        f'data-sound="{escape(find_sound(place))}" aria-pressed="false" style="--x:{x:.1f}%;--y:{y:.1f}%" '
        f'aria-label="Hear {label}{near}"><span>{label}</span></button>'
    )


def find_sound(place: MapPlace) -> str:
    """A shipped voice says a sentence; a person is heard in their own recording, which needs no engine."""
    voice = place.voice
    if not voice.clips:
        return f"/media/voice/{quote(voice.name, safe='')}"
    shape = voice.shape
    numbers = f"semitones={shape.semitones:g}&formant={shape.formant:g}&pace={shape.pace:g}"
    return f"/recording/{quote(voice.speaker, safe='')}/bent?{numbers}"


def _pair(place: MapPlace) -> tuple[str, str]:
    assert place.nearest is not None
    one, other = sorted((place.voice.label, place.nearest.label))
    return one, other
