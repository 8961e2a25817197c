"""What a recorded voice needs of this computer, said before anybody has read for ten minutes: something that hears the
consent, and an engine that speaks in a recorded voice."""

from __future__ import annotations

from dataclasses import dataclass

from engine.production import RECOGNISER, Production
from studio.pages.sitting_frame import Place
from studio.pages.wording import escape, say_megabytes


@dataclass(frozen=True, slots=True)
class Missing:
    """What there is and what there is not."""

    hears: bool  # the consent can be heard
    speaks: bool  # an engine here can speak in a recorded voice
    megabytes: str  # how much has to be fetched for hearing
    share: float | None = None  # of it, while it is being fetched; None when it is not
    trouble: str = ""  # why fetching ended too soon


def look_for_missing(production: Production) -> Missing:
    """Loads nothing; asks nobody outside this computer."""
    desk = production.engine_desk
    model, fetching = desk.model(RECOGNISER), desk.fetching(RECOGNISER)
    share = None
    if fetching and not fetching.over:
        share = fetching.progress.done / fetching.progress.total if fetching.progress.total else 0.0
    trouble = fetching.trouble if fetching and fetching.over else ""
    speaks = any(state.ready and state.card.clones for state in desk.engines())
    return Missing(model.usable, speaks, say_megabytes(model.card.bytes), share, trouble)


def show_missing(place: Place, missing: Missing, step: str) -> str:
    """A box for the steps up to the consent; empty when the consent can be heard."""
    return f'<div id="missing">{_show_hearing(place, missing, step)}</div>'


def _show_hearing(place: Place, missing: Missing, step: str) -> str:
    if missing.hears:
        return ""
    if missing.share is not None:
        return (
            f'<p class="verdict"><b>Being fetched</b> <span>What hears the consent is on its way: {missing.share:.0%} '
            "of it is here. You can read meanwhile.</span></p>"
        )
    if place.guest:
        return (
            '<p class="verdict amber"><b>Not quite ready</b> <span>The studio that asked you cannot hear your consent '
            "yet. You can read the sentences; tell who sent you the link to fetch the speech recogniser.</span></p>"
        )
    failed = f"<p>It could not be fetched: {escape(missing.trouble)}</p>" if missing.trouble else ""
    return (
        '<div class="told"><p><b>One thing is missing here.</b> The consent at the end is heard by a speech '
        f"recogniser on this computer, which has to be fetched once ({missing.megabytes}). Nothing that is said leaves "
        f'the computer. You can read while it comes.</p>{failed}<p class="row"><button type="button" class="button" '
        f'data-post="fetch" data-step="{step}" id="fetch-recogniser">Get it now</button>'
        '<a class="plain" href="/engines">Without internet: bring it from a folder, on the page Engines</a></p></div>'
    )


def show_needs(missing: Missing) -> str:
    """For the very beginning; "" when nothing is missing."""
    needs = []
    if not missing.hears:
        needs.append(
            f"To hear the consent: a speech recogniser ({missing.megabytes}). You can fetch it on the next page and "
            "read meanwhile."
        )
    if not missing.speaks:
        needs.append(
            "To speak in the voice: an engine that can follow a recorded voice. What there is, and how to get it, "
            'stands on the page <a href="/engines">Engines</a>. The voice can be recorded before.'
        )
    listed = "".join(f"<li>{need}</li>" for need in needs)
    return f'<div class="told"><p><b>Still missing on this computer</b></p><ul>{listed}</ul></div>' if needs else ""


def show_no_engine() -> str:
    """In the place of a trial."""
    return (
        '<div class="told" id="no-engine"><p><b>Nothing on this computer can speak in a recorded voice yet.</b> Get an '
        "engine that can, on the page Engines. The voice is kept until then, and its characters can be heard now: they "
        'are made from the recordings.</p><p class="row"><a class="button" href="/engines" id="get-engine">To the '
        "engines</a></p></div>"
    )
