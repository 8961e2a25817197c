"""The words of a piece of source text as they will be said; the text itself is never changed.

Typography is undone in every language. In English numbers, dates, sums of money, abbreviations and signs become words
too (``spoken/english.py`` has the order of the rules); in other languages they are left to the engine.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from engine.manuscript.lexicon import Lexicon, LexiconMatch, read_default_lexicon
from engine.manuscript.spoken.draft import Draft, Edit, SpokenSpan
from engine.manuscript.spoken.english import read_capitals, read_english
from engine.manuscript.spoken.foreign import fence_stretches, find_foreign, hide_stretches, show_stretches
from engine.manuscript.spoken.numbers import roman_number
from engine.manuscript.spoken.typography import (
    DOUBLE_HYPHEN,
    ILLUSTRATION,
    INVISIBLE,
    read_heading,
    soften_capitals,
    straighten,
    undo_typography,
)
from engine.manuscript.word_classes import find_tagger

__all__ = ["ILLUSTRATION", "SpokenSpan", "find_entries", "roman_number", "speak_span_by_span", "spoken_form"]

SAYABLE = re.compile(r"[^\W_]")


def spoken_form(
    text: str,
    silent: Sequence[tuple[int, int]] = (),
    heading: bool = False,
    language: str = "en",
    lexicon: Lexicon | None = None,
    emphasis: Sequence[tuple[int, int]] = (),
) -> str:
    """``text`` in one line as an engine is to be given it; "" when nothing in it can be said.

    ``silent`` are spans of ``text`` left out, in order and apart from each other. Quotation marks and dashes stay: the
    engine reads them. In a heading capitals become words and the end of a line is a stop. Elsewhere several words in
    capitals become words too: an engine would spell them letter by letter. ``lexicon`` goes before Voxfolio's own.
    ``emphasis`` are spans set in italics: those in another language than the text's are left as they are.
    """
    draft = Draft(text)
    speak(draft, silent, heading, language, lexicon, emphasis)
    return draft.text


def speak_span_by_span(
    text: str,
    silent: Sequence[tuple[int, int]] = (),
    heading: bool = False,
    language: str = "en",
    lexicon: Lexicon | None = None,
    emphasis: Sequence[tuple[int, int]] = (),
) -> tuple[SpokenSpan, ...]:
    """The spoken form beside the text: spans that cover ``text`` in order, each with the words said for it.

    The words joined are ``spoken_form`` of the same arguments. A stretch that is said as it is written is one span.
    """
    draft = Draft(text, tracked=True)
    speak(draft, silent, heading, language, lexicon, emphasis)
    return draft.spans()


def find_entries(
    text: str, lexicon: Lexicon, silent: Sequence[tuple[int, int]] = (), heading: bool = False, language: str = "en"
) -> list[LexiconMatch]:
    """Where the lexicon's entries stand in the source ``text``, in order: those that ``spoken_form`` goes by.

    An entry of sounds alone is found as well, though the spoken form does not show it.
    """
    if not lexicon.may_stand_in(INVISIBLE.sub("", text)):
        return []
    draft = Draft(text, tracked=True)
    undo_print(draft, ((start, end, "") for start, end in silent), heading)
    found = lexicon.over(read_default_lexicon(language)).find_matches(draft.text, find_tagger(language))
    mine = set(lexicon.entries)
    return [
        LexiconMatch(*draft.find_source(match.start, match.end), match.entry) for match in found if match.entry in mine
    ]


def speak(
    draft: Draft,
    silent: Sequence[tuple[int, int]],
    heading: bool,
    language: str,
    lexicon: Lexicon | None,
    emphasis: Sequence[tuple[int, int]],
) -> None:
    english = language.partition("-")[0].lower() == "en"
    foreign = find_foreign(draft.text, emphasis) if english and not heading else []
    undo_print(draft, fence_stretches(foreign, silent), heading)
    if not draft.text:
        return
    known = read_default_lexicon(language)
    found = (lexicon.over(known) if lexicon else known).find_matches(draft.text, find_tagger(language))
    draft.replace((match.start, match.end, match.entry.spoken) for match in found if match.entry.spoken)
    hidden = hide_stretches(draft)
    if english:
        read_capitals(draft)
    if heading:
        read_heading(draft)
    else:
        soften_capitals(draft)
    if english:
        read_english(draft, language)
        show_stretches(draft, hidden)
        straighten(draft)


def undo_print(draft: Draft, edits: Iterable[Edit], heading: bool) -> None:
    """Make the edits and leave words and their punctuation; nothing, where no word can be said."""
    draft.replace(edits)
    undo_typography(draft, heading)
    if SAYABLE.search(draft.text):
        draft.sub(DOUBLE_HYPHEN, "—")
    else:
        draft.replace([(0, len(draft.text), "")])
