"""The page around a sitting: a plain document without Gradio, so that a guest's phone loads little and sees nothing
else of the studio."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from engine.voice_profiles import RecordedVoice
from engine.voices.statement import write_date
from studio.pages.wording import address, escape

STEPS = (
    ("who", "Who is speaking"),
    ("microphone", "Microphone"),
    ("reading", "Reading"),
    ("consent", "Consent"),
    ("result", "Result"),
)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a sitting's page is and what goes along in every address of it."""

    base: str  # "/recording/anna" or "/guest"
    query: tuple[tuple[str, str], ...] = ()  # the book, or the guest's token
    guest: bool = False

    def address(self, path: str = "", **more: str) -> str:
        """An address of the sitting, not yet escaped for HTML."""
        query = urlencode([*self.query, *more.items()])
        return f"{self.base}{f'/{path}' if path else ''}{f'?{query}' if query else ''}"

    @property
    def book(self) -> str:
        """The slug of the book a person came from; "" when they came from none."""
        return dict(self.query).get("book", "")


def show_document(title: str, header: str, body: str) -> str:
    """A whole HTML document."""
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="color-scheme" content="light dark"><meta name="robots" content="noindex">'
        f"<title>{escape(title)}</title>"
        '<link rel="icon" type="image/svg+xml" href="/media/icon.svg"><link rel="stylesheet" href="/media/studio.css">'
        '<script src="/media/studio.js" defer></script><script src="/sitting/recording.js" defer></script></head>'
        '<body><main class="contain sitting"><div class="column">'
        f'{header}<div id="page" tabindex="-1">{body}</div></div></main></body></html>'
    )


def show_guest_header() -> str:
    return (
        '<header class="top"><div class="brand"><span class="name"><img src="/media/icon.svg" alt="" width="28" '
        'height="28">Voxfolio</span></div></header>'
    )


def show_steps(place: Place, here: str, open_steps: set[str], finished: set[str]) -> str:
    """The steps of the walk: those finished with a tick, those that are open as links; nobody begins anew."""
    items = []
    for number, (step, label) in enumerate(STEPS, start=1):
        current = ' aria-current="step"' if step == here else ""
        tick = '<span class="sr">, done</span>' if step in finished else ""
        name = f'<span class="step" aria-hidden="true">{number}</span><span class="name">{label}{tick}</span>'
        if step in open_steps and step != "who":
            inner = f'<a href="{escape(place.address(step=step))}"{current}>{name}</a>'
        else:
            inner = f"<span{current}>{name}</span>"
        items.append(f"<li{' class=done' if step in finished and step != here else ''}>{inner}</li>")
    return f'<nav class="steps" aria-label="Steps"><ol>{"".join(items)}</ol></nav>'


def find_open(voice: RecordedVoice | None, enough: bool, guest: bool = False) -> set[str]:
    """The steps that can be gone to: what is behind, and the next; and, as soon as there are clips, where they are
    looked after. A guest's walk ends with the consent."""
    if voice is None:
        return set()
    more = {"consent"} if enough else set()
    kept = {"result"} if (voice.standing or voice.samples) and not guest else set()
    return {"who", "microphone", "reading"} | more | kept


def find_finished(voice: RecordedVoice | None, enough: bool) -> set[str]:
    """The steps that need not be gone to any more."""
    if voice is None:
        return set()
    finished = {"who"} | ({"microphone"} if voice.samples else set()) | ({"reading"} if enough else set())
    return finished | ({"consent", "result"} if voice.is_ready else set())


def show_sitting(place: Place, steps: str, body: str, work: str = "") -> str:
    """The part of the page that a sitting changes; ``work`` goes on and is asked after."""
    busy = f' data-work="{escape(work)}"' if work else ""
    back = (
        "" if place.guest else f'<a class="plain back" href="{escape(address("/voices", place.book))}">All voices</a>'
    )
    return (
        f'<div id="sitting" data-base="{escape(place.base)}" data-query="{escape(urlencode(place.query))}"{busy}>'
        f'{back}{steps}<div id="step">{body}</div><div id="working" hidden role="status"><progress max="1"></progress>'
        '<p class="remark"></p></div></div>'
    )


def show_closed(sentence: str, guest: bool = False) -> str:
    """Instead of a page that is not open (any more), with a way on."""
    way = (
        "<p>If you gave your consent: whoever sent you the link has your receipt, and can give it to you.</p>"
        if guest
        else '<p><a class="button" href="/voices">All voices</a></p>'
    )
    return f'<div class="lost" role="alert"><h1>This page is closed</h1><p>{escape(sentence)}</p>{way}</div>'


def say_day(day: str) -> str:
    """ "21 November 2027" for a date as it is stored."""
    return write_date(date.fromisoformat(day[:10]), "en")
