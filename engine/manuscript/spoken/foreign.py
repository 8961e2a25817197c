"""Stretches of another language in an English text: what English would write out in them is left alone."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from engine.manuscript.spoken.draft import Draft, Edit

# Small words of French, German, Spanish, Italian and Latin that are no English words, nor parts of names ("de", "von").
FOREIGN_WORDS = """
    et est les des une pas je tu elle nous vous elles que qui dans avec mais où ne ce cette ces aux sont était être
    c'est n'est qu'il qu'on j'ai
    und ist nicht das ein eine einen für zu sich auch aber oder wir ihr sie ich mein dein kein keine noch nur wenn dass
    daß wird werden haben sind
    el los las una por para pero más está muy yo usted qué porque también
    gli che è sono della dello dei delle nel nella questo perché più
    sed quod quid quae sunt ergo nec vel aut tibi mihi atque enim
"""
ENGLISH_WORDS = """
    the of and is was he she it that with his her you for at by from they were have had not but my this will would been
    are which i we him them what when who to if or
"""
FOREIGN = frozenset(FOREIGN_WORDS.split())
ENGLISH = re.compile(rf"\b(?:{'|'.join(ENGLISH_WORDS.split())})\b", re.IGNORECASE)  # found in a line's first words
SURE = 3  # small words that show a whole line to be foreign; one is enough for what is set off from the text
WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
LATIN_TAGS = re.compile(r"\bet (?:al|cetera|seq)\b", re.IGNORECASE)
SET_OFF = re.compile(r"(?<![\w_])_(?=\S)(?P<words>[^_]{2,300})(?<=\S)_(?![\w_])")

OPEN, CLOSE = "\ue000", "\ue001"  # around a foreign stretch while typography is undone; in no text
STRETCH = re.compile(f"{OPEN}([^{OPEN}{CLOSE}]*){CLOSE}")
# Letters that stand for a stretch while English is read: of a script that no rule knows and hardly any book has.
STAND_INS = [chr(code) for code in range(0xA4D0, 0xA4F8)]
STAND_IN = re.compile("[\ua4d0-\ua4f7]")


def is_foreign(words: str, least: int = 1) -> bool:
    """Whether a stretch is in another language than English: by its small words, of which it must have ``least``."""
    if ENGLISH.search(words):
        return False
    found = {word.casefold().replace("’", "'") for word in WORD.findall(LATIN_TAGS.sub("", words))}
    return len(found & FOREIGN) >= least


def find_foreign(text: str, emphasis: Sequence[tuple[int, int]] = ()) -> list[tuple[int, int]]:
    """The foreign stretches of a source text, in order and apart: all, what is emphasised, what is ``_set off_``."""
    if is_foreign(text, SURE):
        emphasis = [(0, len(text))]
    spans = [span for span in emphasis if is_foreign(text[span[0] : span[1]])]
    if "_" in text:
        spans += [match.span("words") for match in SET_OFF.finditer(text) if is_foreign(match["words"])]
    apart: list[tuple[int, int]] = []
    for start, end in sorted(set(spans)):
        if start < end and (not apart or start >= apart[-1][1]):
            apart.append((start, end))
    return apart[: len(STAND_INS)] if apart and not STAND_IN.search(text) else []


def fence_stretches(stretches: Iterable[tuple[int, int]], silent: Sequence[tuple[int, int]]) -> list[Edit]:
    """Edits of a source text: what is silent goes, and each stretch is put between OPEN and CLOSE."""
    edits: list[tuple[int, int, int, str]] = [(start, 1, end, "") for start, end in silent]
    for start, end in stretches:
        if not any(low < edge < high for low, high in silent for edge in (start, end)):
            edits += [(start, 2, start, OPEN), (end, 0, end, CLOSE)]
    return [(start, end, words) for start, _, end, words in sorted(edits)]


def hide_stretches(draft: Draft) -> list[str]:
    """Put a letter in the place of each stretch that is fenced off; returns the stretches."""
    hidden: list[str] = []

    def hide(match: re.Match[str]) -> str:
        hidden.append(match[1])
        return STAND_INS[len(hidden) - 1]

    if OPEN in draft.text:
        draft.sub(STRETCH, hide)
    return hidden


def show_stretches(draft: Draft, hidden: Sequence[str]) -> None:
    """Put the stretches back."""
    if hidden:
        draft.sub(STAND_IN, lambda match: hidden[STAND_INS.index(match.group())])
