"""The Pronunciation page's parts as HTML: words with their entries, a word on trial, words worth a look."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from engine.lexicon_desk import DoubtfulWord, KeptEntry, Scope, TouchedLine
from engine.manuscript.lexicon import PARTS_OF_SPEECH, LexiconEntry
from studio.pages.wording import address, escape, quote, say_count

PATH = "/words"
LINES_SHOWN = 100
KEPT_FOR = {Scope.BOOK: "this book", Scope.SERIES: "the series", Scope.SHARED: "every book"}
WORDS_SHOWN = 12


@dataclass(frozen=True, slots=True)
class Trial:
    """An entry as a person has typed it, and where it is said."""

    slug: str
    scope: Scope
    entry: LexiconEntry
    entry_id: int  # of the kept entry that is changed; 0 for a new one
    lines: Sequence[TouchedLine]
    takes_phonemes: bool  # the narrator's engine heeds the sounds


def name_scopes(series: str) -> dict[Scope, str]:
    """The scopes a book offers, with what a person reads."""
    names = {Scope.BOOK: "This book", Scope.SERIES: f"The series “{series}”", Scope.SHARED: "Every book"}
    return {scope: name for scope, name in names.items() if series or scope is not Scope.SERIES}


# --- entries -----------------------------------------------------------------------------------------------------


def show_entries(
    slug: str,
    names: Mapping[Scope, str],
    entries: Mapping[Scope, Sequence[KeptEntry]],
    counts: Mapping[LexiconEntry, int],
) -> str:
    """A list for each scope, with ways to change, to carry away and to bring in."""
    return "".join(show_scope(slug, scope, name, entries[scope], counts) for scope, name in names.items())


def show_scope(
    slug: str, scope: Scope, name: str, kept: Sequence[KeptEntry], counts: Mapping[LexiconEntry, int]
) -> str:
    rows = "".join(show_row(slug, scope, one, counts.get(one.entry, 0)) for one in kept)
    files = " ".join(
        f'<a class="plain" href="/media/words/{quote(slug)}/{scope}.{kind}" id="save-{scope}-{kind}" download>'
        f"Save as {kind.upper()}</a>"
        for kind in ("csv", "pls")
    )
    body = f'<ul class="words">{rows}</ul><p class="files">{files}</p>' if rows else '<p class="hint">No words yet.</p>'
    return f'<section aria-labelledby="words-{scope}"><h2 id="words-{scope}">{escape(name)}</h2>{body}</section>'


def show_row(slug: str, scope: Scope, kept: KeptEntry, count: int) -> str:
    """An entry: hear it, how it is said, in how many lines; change or remove it."""
    entry = kept.entry
    change = escape(address(PATH, slug, entry=kept.id, scope=scope) + "#try-word")
    question = f"Say “{entry.written}” as it was again? It is said in {say_count(count, 'line')} of this book."
    return (
        f"<li>{show_play(slug, entry.written, entry, f'Hear “{entry.written}”')}<div><b>{escape(entry.written)}</b> "
        f'<span class="as">{show_saying(entry)}</span><small>{show_conditions(entry, count)}</small></div>'
        f'<a class="plain" href="{change}" aria-label="Change {escape(entry.written)}">Change</a>'
        f'<button type="button" class="plain" data-act="remove" data-id="{kept.id}" data-scope="{scope}" '
        f'data-confirm="{escape(question)}" data-yes="Remove" aria-label="Remove {escape(entry.written)}">Remove'
        "</button></li>"
    )


def show_saying(entry: LexiconEntry) -> str:
    sounds = f"<span lang=und-fonipa>/{escape(entry.phonemes)}/</span>" if entry.phonemes else ""
    return " · ".join(filter(None, (f"“{escape(entry.spoken)}”" if entry.spoken else "", sounds)))


def show_conditions(entry: LexiconEntry, count: int) -> str:
    conditions = [
        say_count(count, "line"),
        PARTS_OF_SPEECH.get(entry.part_of_speech, "") and f"as a {PARTS_OF_SPEECH[entry.part_of_speech]}",
        "" if entry.whole_word else "also inside words",
        "in this case only" if entry.match_case else "",
        entry.note,
    ]
    return escape(" · ".join(filter(None, conditions)))


# --- hearing -----------------------------------------------------------------------------------------------------


def sound_address(slug: str, text: str, entry: LexiconEntry | None) -> str:
    """Where a text is heard as Voxfolio says it by itself, or with an entry tried on it."""
    query = {"text": text}
    if entry:
        query |= {
            "written": entry.written,
            "spoken": entry.spoken,
            "phonemes": entry.phonemes,
            "whole_word": str(entry.whole_word),
            "match_case": str(entry.match_case),
            "part_of_speech": entry.part_of_speech,
        }
    return f"/media/words/{quote(slug, safe='')}?{urlencode(query)}"


def show_play(slug: str, text: str, entry: LexiconEntry | None, label: str, words: str = "", elem_id: str = "") -> str:
    """A round button that plays; with ``words`` beside it."""
    name = f' id="{elem_id}"' if elem_id else ""
    button = (
        f'<button type="button" class="play"{name} data-sound="{escape(sound_address(slug, text, entry))}" '
        f'aria-label="{escape(label)}" aria-pressed="false"></button>'
    )
    return f'<span class="hear">{button}<span>{escape(words)}</span></span>' if words else button


# --- a word on trial ---------------------------------------------------------------------------------------------


def show_trial(trial: Trial) -> str:
    """Before and after to hear, every line that changes with the word marked, and the way to keep it."""
    entry, slug = trial.entry, trial.slug
    sentence = choose_sentence(trial)
    deaf = (
        '<p class="hint">The narrator’s engine takes no sounds: write as well how the word is said in letters.</p>'
        if entry.phonemes and not trial.takes_phonemes
        else ""
    )
    lines = "".join(show_line(slug, line, entry) for line in trial.lines[:LINES_SHOWN])
    more = len(trial.lines) - LINES_SHOWN
    rest = f'<p class="hint">And {say_count(more, "line")} more.</p>' if more > 0 else ""
    return (
        '<section class="panel trial" aria-labelledby="trial-title">'
        f'<h3 id="trial-title">{escape(entry.written)} <span class="as">{show_saying(entry)}</span></h3>'
        '<p class="row">'
        + show_play(slug, sentence, None, "Hear it as it is said now", "Before", "hear-before")
        + show_play(slug, sentence, entry, "Hear it with this pronunciation", "After", "hear-after")
        + f"</p>{deaf}<p>{tell_reach(trial)}</p>{show_save(trial)}"
        f'<ol class="touched">{lines}</ol>{rest}</section>'
    )


def choose_sentence(trial: Trial) -> str:
    """The first line that the word is said in; the word alone where there is none."""
    return trial.lines[0].text.strip() if trial.lines else trial.entry.written


def tell_reach(trial: Trial) -> str:
    count = len(trial.lines)
    if not count:
        there = "It stands in no line of this book"
        return f"{there} that is read aloud." if not trial.entry.part_of_speech else f"{there} as this part of speech."
    other = "" if trial.scope is Scope.BOOK else " The lines of the other books it is for follow in the same way."
    return f"Rendered again: <b>{say_count(count, 'line')}</b> of this book, those below, and nothing else.{other}"


def show_save(trial: Trial) -> str:
    entry = trial.entry
    data = {
        "id": trial.entry_id,
        "scope": trial.scope,
        "written": entry.written,
        "spoken": entry.spoken,
        "phonemes": entry.phonemes,
        "whole": entry.whole_word,
        "case": entry.match_case,
        "part": entry.part_of_speech,
        "note": entry.note,
    }
    fields = " ".join(f'data-{name}="{escape(str(value))}"' for name, value in data.items())
    return (
        f'<p class="row"><button type="button" class="primary" id="keep-word" data-act="keep" {fields}>'
        f"Keep it for {KEPT_FOR[trial.scope]}</button></p>"
    )


def show_line(slug: str, line: TouchedLine, entry: LexiconEntry) -> str:
    """A line with the word marked, to be heard with the entry."""
    text, html, place = line.text, "", 0
    for start, end in line.places:
        html += f"{escape(text[place:start])}<mark>{escape(text[start:end])}</mark>"
        place = end
    html += escape(text[place:].rstrip())
    return (
        f"<li>{show_play(slug, text, entry, 'Hear this line')}"
        f"<p>{html} <small>{escape(line.chapter_title)}</small></p></li>"
    )


# --- words worth a look ------------------------------------------------------------------------------------------


def show_doubtful(slug: str, words: Sequence[DoubtfulWord], everything: bool) -> str:
    """Words the voice guesses at, with how often they come: hear each, and say it another way."""
    if not words:
        return ""
    shown = words if everything else words[:WORDS_SHOWN]
    rows = "".join(
        f"<li>{show_play(slug, word.written, None, f'Hear “{word.written}”')}<div><b>{escape(word.written)}</b> "
        f"<small>{word.count:,} ×</small></div>"
        f'<a class="plain" href="{escape(address(PATH, slug, word=word.written))}#try-word" '
        f'aria-label="Say {escape(word.written)} another way">Change</a></li>'
        for word in shown
    )
    turn = ""
    if len(words) > WORDS_SHOWN:
        href = escape(address(PATH, slug, **({} if everything else {"all": "yes"})))
        label = "Show fewer" if everything else f"Show all {len(words)}"
        turn = f'<p><a class="plain" id="all-doubtful" href="{href}" data-turn="">{label}</a></p>'
    return (
        '<section class="guessed panel" aria-labelledby="doubtful-title"><h2 id="doubtful-title">Worth a listen</h2>'
        '<p class="hint">The voice’s dictionary does not have these words, so it guesses from their letters.</p>'
        f'<ul class="words">{rows}</ul>{turn}</section>'
    )
