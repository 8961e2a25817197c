"""All voices on a sheet: near each other where they sound alike; each is heard when it is pressed."""

from __future__ import annotations

from collections.abc import Sequence

from engine.core_types import VoiceProfile
from engine.voice_profiles import MapPlace
from studio.pages.wording import escape, quote

MARGIN = 8.0  # per cent of the sheet left free on each side
ROOM = (22.0, 10.0)  # per cent of the sheet, across and down, that a name takes
MOST_PAIRS = 3  # of voices hard to tell apart, told at once; the rest opens
ROUNDS = 80
HARD_TO_TELL = 0.1  # closer than this listeners take one for the other


def show_map(places: Sequence[MapPlace], coming: Sequence[str] = ()) -> str:
    """The sheet, and in words which voices are hard to tell apart; "" when there are too few for a map. ``coming`` are
    those that are being listened to."""
    if len(places) < 3:
        return ""
    spots = make_room([(_spread(place.x), _spread(place.y)) for place in places])
    buttons = "".join(_show_place(place, spot) for place, spot in zip(places, spots, strict=True))
    near = sorted({_pair(place) for place in places if place.nearest and place.distance < HARD_TO_TELL})
    names = ", ".join(escape(name) for name in coming)
    later = f'<p class="hint">Still being listened to: {names}. Reload the page in a moment.</p>' if coming else ""
    return (
        '<section class="voice-map" aria-label="Map of all voices"><h2>Who sounds like whom</h2>'
        "<p class=facts>Voices that are near each other sound alike. Press one to hear it.</p>"
        f'{_show_colours(places)}<div class="sheet">{buttons}</div>{later}{show_pairs(near)}</section>'
    )


def _show_colours(places: Sequence[MapPlace]) -> str:
    """Whose the dots are, where there are both kinds."""
    if not any(place.voice.clips for place in places):
        return ""
    return '<p class="facts dots"><span class="own">your voices</span> <span>those of Voxfolio</span></p>'


def show_pairs(near: Sequence[tuple[str, str]]) -> str:
    """Which voices are hard to tell apart, by their labels; "" when none are."""
    if not near:
        return ""
    items = [f"<li>{escape(one)} and {escape(other)}</li>" for one, other in near]
    more = "".join(items[MOST_PAIRS:])
    rest = f"<details><summary>{len(near) - MOST_PAIRS} more</summary><ul>{more}</ul></details>" if more else ""
    return (
        '<div class="pairs"><h3>Hard to tell apart</h3><p class="facts">Do not cast them in one scene.</p>'
        f"<ul>{''.join(items[:MOST_PAIRS])}</ul>{rest}</div>"
    )


def _spread(part: float) -> float:
    return MARGIN + (100.0 - 2 * MARGIN) * part


def make_room(spots: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """The spots moved up and down a little, in per cent, so that no name lies on another."""
    ys = [y for _, y in spots]
    for _ in range(ROUNDS):
        for one in range(len(spots)):
            for other in range(one + 1, len(spots)):
                lower, apart = ys[other] - ys[one], abs(spots[other][0] - spots[one][0])
                if apart < ROOM[0] and abs(lower) < ROOM[1]:
                    push = (ROOM[1] - abs(lower)) / 2.0 * (1.0 if lower >= 0 else -1.0)
                    ys[one] = min(100.0 - MARGIN, max(MARGIN, ys[one] - push))
                    ys[other] = min(100.0 - MARGIN, max(MARGIN, ys[other] + push))
    return [(x, y) for (x, _), y in zip(spots, ys, strict=True)]


def _show_place(place: MapPlace, spot: tuple[float, float]) -> str:
    x, y = spot
    label = escape(place.voice.label)
    near = f", most like {escape(place.nearest.label)}" if place.nearest else ""
    return (
        f'<button type="button" class="{"own" if place.voice.clips else "shipped"}" '
        f'data-sound="{escape(find_sound(place.voice))}" aria-pressed="false" style="--x:{x:.1f}%;--y:{y:.1f}%" '
        f'title="{label}" aria-label="Hear {label}{near}"><span>{label}</span></button>'
    )


def find_sound(voice: VoiceProfile) -> str:
    """A shipped voice says a sentence; a person is heard in their own recording, which needs no engine."""
    if not voice.clips:
        return f"/media/voice/{quote(voice.name, safe='')}"
    shape = voice.shape
    numbers = f"semitones={shape.semitones:g}&formant={shape.formant:g}&pace={shape.pace:g}"
    return f"/recording/{quote(voice.speaker, safe='')}/bent?{numbers}"


def _pair(place: MapPlace) -> tuple[str, str]:
    assert place.nearest is not None
    one, other = sorted((place.voice.label, place.nearest.label))
    return one, other
