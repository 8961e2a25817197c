"""An engine and its models, as the Engines page shows them."""

from __future__ import annotations

from collections.abc import Sequence

from engine.engine_desk import EngineState, Fetching
from engine.narration.models import KeptModel
from studio.pages.wording import escape, say_megabytes, say_time_left

LABELS = {"hibari": "hibari", "xtts": "XTTS v2", "kokoro": "Kokoro", "pocket": "Pocket TTS"}
LANGUAGES = {"en": "English"}
SOURCES = {"downloaded": "downloaded", "imported": "brought from a folder", "found": "put there by hand"}


def show_engine(state: EngineState, fetching: dict[str, Fetching | None]) -> str:
    """A card: what the engine is, what it needs, its models and what can be done about them."""
    card, name = state.card, escape(state.card.name)
    facts = [
        ("Licence", card.licence),
        ("Publishing", "What it speaks may be published." if card.publishable else "For private, unpaid use only."),
        ("Voices", tell_voices(state)),
        ("Speaks", tell_languages(card.languages)),
        ("Needs", state.needs.words),
    ]
    rows = "".join(f"<dt>{escape(term)}</dt><dd>{escape(words)}</dd>" for term, words in facts if words)
    trouble = f'<p class="remark outside">{escape(state.trouble)}</p>' if state.trouble else ""
    models = "".join(show_model(model, fetching.get(model.card.name)) for model in state.models)
    return (
        f'<li class="engine panel" data-engine="{name}"><header><h2>{escape(LABELS.get(card.name, card.name))}</h2>'
        f"{show_mark(state)}</header><p>{escape(card.description)}</p><dl>{rows}</dl>{trouble}"
        f"{show_install(state)}{models}</li>"
    )


def show_mark(state: EngineState) -> str:
    if state.looking:
        return '<span class="mark">Looking at its model</span>'
    words = "Ready" if state.ready else "Needs its model" if state.installed else "Not installed"
    return f'<span class="mark{" ready" if state.ready else ""}">{words}</span>'


def show_choice(chosen: str, speaking: str, states: Sequence[EngineState]) -> str:
    """What recorded voices speak with, to be chosen; nothing where there is no choice."""
    cloning = [state.card for state in states if state.card.clones]
    if not chosen and sum(state.ready for state in states if state.card.clones) < 2:
        return ""
    best = "the best for each book" + ("" if chosen else f" (now {LABELS.get(speaking, speaking)})")
    choices = [("", best)]
    choices += [
        (card.name, f"{LABELS.get(card.name, card.name)}: {tell_languages(card.languages)}") for card in cloning
    ]
    private = " and ".join(LABELS.get(card.name, card.name) for card in cloning if not card.publishable)
    options = "".join(
        f'<option value="{escape(name)}"{" selected" if name == chosen else ""}>{escape(words)}</option>'
        for name, words in choices
    )
    return (
        '<section class="panel listening"><h2>Recorded voices</h2><label>They speak with'
        f'<select id="speak-with" data-act="choose" data-name="">{options}</select></label>'
        '<p class="hint">A book that another engine has narrated is narrated anew the next time; what there is stays '
        "and is used again when you choose that engine again. A book in a language that the chosen one does not speak "
        f"is read by the other.{f' What {private} speaks is for private use only.' if private else ''}</p></section>"
    )


def tell_voices(state: EngineState) -> str:
    own = "Your own recorded voice" if state.card.clones else ""
    return {
        "hibari": "One voice, bent into eight characters",
        "kokoro": "28 of its own: 20 American, 8 British",
        "pocket": f"{own}, and five of its own" if own else "Five of its own",
    }.get(state.card.name, own)


def tell_languages(languages: tuple[str, ...]) -> str:
    if len(languages) > 1:
        return f"{len(languages)} languages"
    return ", ".join(LANGUAGES.get(language, language) for language in languages)


def show_install(state: EngineState) -> str:
    """How to get the engine's packages; nothing when they are here."""
    if state.installed:
        return ""
    name = escape(state.card.name)
    size = say_megabytes(state.needs.install_mb * 1_000_000)
    large = say_megabytes(state.needs.card_install_mb * 1_000_000)
    return (
        f'<p class="hint">Its packages are not installed ({size} to fetch; {large} on a machine with an NVIDIA card). '
        f"Close the studio and type:</p><pre><code>python3 launch.py add {name}</code></pre>"
    )


# --- a model ------------------------------------------------------------------------------------------------------


def show_model(kept: KeptModel, fetching: Fetching | None) -> str:
    """What there is of a model, and the next thing to do about it."""
    card = kept.card
    name, label = escape(card.name), escape(card.label)
    if fetching is not None and not fetching.over:
        body = show_fetching(kept, fetching)
    elif kept.usable:
        body = show_kept(kept)
    elif card.licence.needs_acceptance and kept.accepted is None:
        body = show_licence(kept)
    else:
        body = show_ways(kept)
    trouble = ""
    if fetching is not None and fetching.over and fetching.trouble and not kept.usable:
        trouble = f'<p class="remark outside" role="alert">{escape(fetching.trouble)}</p>'
    about = f'<p class="facts">{escape(card.description)} {escape(card.licence.name)}.</p>'
    head = f'<section class="model" id="model-{name}" aria-label="{label}"><h3>{label}</h3>'
    return f"{head}{about}{trouble}{body}</section>"


def show_fetching(kept: KeptModel, fetching: Fetching) -> str:
    progress, name = fetching.progress, escape(kept.card.name)
    share = min(1.0, progress.done / progress.total) if progress.total else 0.0
    come = f"{say_megabytes(int(progress.done))} of " if progress.done else ""
    verb = progress.station.capitalize()
    words = [
        f"{verb}: {come}{say_megabytes(int(progress.total))}",
        say_time_left(progress.eta_seconds),
        progress.message if progress.message != kept.card.label else "",
    ]
    return (
        f'<progress value="{share:.4f}" max="1" aria-label="{verb} {escape(kept.card.label)}"></progress>'
        f'<div class="row"><p class="facts">{escape(" · ".join(word for word in words if word))}</p>'
        f'<button type="button" data-act="stop" data-name="{name}" id="stop-{name}">Stop</button></div>'
    )


def show_kept(kept: KeptModel) -> str:
    card, name = kept.card, escape(kept.card.name)
    facts = [f"Here, {say_megabytes(kept.bytes)}, {SOURCES.get(kept.source, kept.source)}."]
    if not kept.as_published:
        facts.append("Its files are not the published ones.")
    if kept.accepted:
        facts.append(tell_acceptance(kept))
    question = f"Delete {card.label} from the disk ({say_megabytes(kept.bytes)})? It can be fetched again."
    return (
        f'<div class="row"><p class="facts">{escape(" ".join(facts))}</p><button type="button" class="plain" '
        f'data-act="remove" data-name="{name}" data-confirm="{escape(question)}" data-yes="Delete it" '
        f'id="remove-{name}" aria-label="Remove {escape(card.label)}">Remove</button></div>'
    )


def tell_acceptance(kept: KeptModel) -> str:
    return f"Licence accepted by {kept.accepted.person} on {kept.accepted.accepted_at[:10]}." if kept.accepted else ""


def show_licence(kept: KeptModel) -> str:
    """The words to be agreed to before anything else."""
    card, name = kept.card, escape(kept.card.name)
    return (
        f"<p><b>Before you get it:</b> {escape(card.licence.summary)}</p><details><summary>Read the licence</summary>"
        f'<div class="licence as-it-stood" tabindex="0">{escape(card.licence.wording)}</div></details>'
        f'<div class="row"><button type="button" class="primary" data-act="accept" data-name="{name}" '
        f'data-ask="I have read the licence of {escape(card.label)} and accept it. My name:" '
        f'data-hint="Your name, the date and the words you accepted are noted on this computer and nowhere else." '
        f'data-yes="Accept" id="accept-{name}">Accept the licence</button></div>'
    )


def show_ways(kept: KeptModel) -> str:
    """The ways to a model whose licence is settled: fetch it, or bring it."""
    card, name = kept.card, escape(kept.card.name)
    size = say_megabytes(card.bytes)
    verb = f"Go on ({say_megabytes(kept.bytes)} of {size} are here)" if kept.bytes else f"Get it ({size})"
    token = ""
    steps = ""
    if card.gated:
        page = escape(card.gated)
        steps = (
            '<ol class="asking"><li>Its makers give it to whoever asks. Make an account there and agree to their terms '
            f'on <a href="{page}" target="_blank" rel="noreferrer">the model’s page</a>.</li><li>Make an access token '
            "there that may read (Settings, Access Tokens).</li><li>Press the button and paste it. It is shown to that "
            'site alone, and not kept.</li></ol><p class="hint">Without leave, take the fixed voices below: they '
            "cannot speak with a recorded voice.</p>"
        )
        hint = "It is shown to the model’s site alone, and not kept."
        token = f'data-ask="Your access token" data-hint="{hint}" data-yes="Get it"'
    accepted = f'<p class="facts">{escape(tell_acceptance(kept))}</p>' if kept.accepted else ""
    return (
        f'{accepted}{steps}<div class="row"><button type="button" class="primary" data-act="get" data-name="{name}" '
        f'{token} id="get-{name}">{verb}</button><button type="button" data-act="bring" data-name="{name}" '
        f'data-ask="The folder with the files of {escape(card.label)}" '
        f'data-hint="Its path on this computer, such as /media/stick/{name} or D:\\{name}" data-yes="Take them" '
        f'id="bring-{name}">Bring it from a folder</button></div>'
    )
