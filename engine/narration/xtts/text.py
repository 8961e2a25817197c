"""A line -> the pieces of text the model reads well, and their tokens.

What is done to the words here is done for the model's ears alone; the manuscript and its spoken form stay as they are.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from engine.errors import LanguageNotSpoken, ModelError, SynthesisError
from engine.narration.xtts.numbers import read_digits, write_fractions
from engine.narration.xtts.words import LANGUAGES, Language, romanize, spell_symbols

if TYPE_CHECKING:
    from tokenizers import Tokenizer

LONGEST_QUOTE = 60  # characters of a line shown in a message
SMALLEST_SHARE = 0.3  # a piece is not cut off shorter than this share of the longest
# What a piece may end with, the best first. A piece is cut behind the last of the first kind that leaves enough.
CUTS = (r"[.!?。！？।…]+", r"[;:；：]", r"\s[–—-]\s|—", r"[,，、،]", r"\s")
# The signs that mean quotation; apostrophes, which look like some, are settled before.
OPENING, CLOSING = "“„«‹「『‘‚(", "”»›」』)"
ANY_QUOTES = re.compile(f'[{OPENING}{CLOSING}"\\[\\]{{}}*_~<>|^`]')


@dataclass(frozen=True, slots=True)
class TextPiece:
    """A stretch of a line that is read in one go."""

    words: str  # as the model is given them
    tokens: tuple[int, ...]
    pause_s: float  # the silence behind it, before the next piece of the same line
    weight: float  # how much there is to say: characters of the line it stands for
    lone: bool  # a single word, to which the model likes to add something of its own


class TextReader:
    """Cuts and tokenizes lines for one checkpoint. Safe from any thread."""

    def __init__(self, vocabulary: Path, most_tokens: int) -> None:
        """Raises ModelError when vocab.json is not one."""
        from tokenizers import Tokenizer

        try:
            self._tokenizer: Tokenizer = Tokenizer.from_file(str(vocabulary))
        except Exception as error:  # the library raises the bare class
            raise ModelError(f"The file {vocabulary} is damaged. Get the model again.") from error
        self._letters = frozenset(token for token in self._tokenizer.get_vocab() if len(token) == 1)
        self._most_tokens = most_tokens

    def read_line(self, text: str, tag: str) -> list[TextPiece]:
        """The pieces of a line in the language of this BCP 47 tag, in order. Raises SynthesisError."""
        language = find_language(tag)
        check_words(text, language)
        pieces: list[TextPiece] = []
        for stretch in split_line(text, language.longest):
            if any(letter.isalnum() for letter in stretch):
                pieces.extend(self._read_stretch(stretch, language))
        return pieces

    def _read_stretch(self, stretch: str, language: Language) -> Iterator[TextPiece]:
        words = prepare_words(stretch, language)
        tokens = self._find_tokens(romanize(self._fit_letters(words), language), language)
        if len(tokens) > self._most_tokens:  # strange letters take a token each
            for half in split_line(stretch, max(8, len(stretch) // 2)):
                yield from self._read_stretch(half, language)
            return
        pause_s = 0.35 if re.search(r"[.!?。！？।…]\W*$", stretch) else 0.15
        yield TextPiece(words, tokens, pause_s, float(len(words)), is_lone(words, language))

    def _find_tokens(self, words: str, language: Language) -> tuple[int, ...]:
        marked = f"[{language.model_tag}]{words}".replace(" ", "[SPACE]")
        return tuple(self._tokenizer.encode(marked).ids)

    def _fit_letters(self, words: str) -> str:
        """The words with letters the model has never seen put as their plain form, or left out."""
        if all(letter in self._letters or letter == " " for letter in words):
            return words
        return " ".join("".join(self._fit_letter(letter) for letter in words).split())

    def _fit_letter(self, letter: str) -> str:
        if letter in self._letters or letter == " " or _script(letter) in ("CJK", "HIRAGANA", "KATAKANA", "HANGUL"):
            return letter
        plain = "".join(part for part in unicodedata.normalize("NFKD", letter) if part in self._letters)
        return plain or ("" if letter.isalnum() else " ")


def find_language(tag: str) -> Language:
    """The language of a BCP 47 tag, "zh-TW" included. Raises LanguageNotSpoken."""
    primary = tag.split("-")[0].lower()
    if primary not in LANGUAGES:
        raise LanguageNotSpoken(
            f"XTTS does not speak the language “{tag}”, only {', '.join(sorted(LANGUAGES))}. Choose another engine."
        )
    return LANGUAGES[primary]


def check_words(text: str, language: Language) -> None:
    """Raises SynthesisError when there is nothing to say, LanguageNotSpoken when it is in a script not read here."""
    letters = [letter for letter in text if letter.isalpha()]
    if not any(letter.isalnum() for letter in text):
        raise SynthesisError(f"There is nothing to say in {quote_words(text)}. Change the words or leave it out.")
    readable = sum(_script(letter) in language.scripts or _script(letter) == "LATIN" for letter in letters)
    if readable * 2 < len(letters):
        raise LanguageNotSpoken(
            f"{quote_words(text)} is not written in the script of {language.name}, in which it is to be read. "
            "Change the book's language or the words."
        )


def _script(letter: str) -> str:
    return unicodedata.name(letter, "").split(" ")[0].split("-")[0]


def split_line(text: str, longest: int) -> list[str]:
    """Stretches of at most ``longest`` characters, cut where a reader would breathe; about equally long."""
    text = " ".join(text.split())
    stretches: list[str] = []
    while len(text) > longest:
        count = -(-len(text) // longest)
        cut = find_cut(text, min(longest, max(len(text) // count + longest // 8, 1)))
        stretches.append(text[:cut].strip())
        text = text[cut:].strip()
    return [*stretches, text] if text else stretches


def find_cut(text: str, longest: int) -> int:
    """Where to cut ``text`` so that the first part is at most ``longest`` characters."""
    window = text[: longest + 1]
    for cut in CUTS:
        places = [match.end() for match in re.finditer(f"(?:{cut})[{CLOSING}\"’']*", window) if match.end() <= longest]
        if places and places[-1] >= longest * SMALLEST_SHARE:
            return places[-1]
    return longest


def prepare_words(stretch: str, language: Language) -> str:
    """The words as the model says them best: small letters, numbers in words, no quotes, an end that is an end.

    Quotes behind a ? or !, guillemets and rows of dots make the model go on with sounds of its own, so they go. A last
    full stop goes too except in English: in other languages the model now and then says its name.
    """
    stretch = write_fractions(stretch, language)
    text = unicodedata.normalize("NFKC", stretch.replace("…", "...").replace("—", " - ").replace("–", " - "))
    text = re.sub(r"(?<=\w)[’‘](?=\w)|(?<=\w)’(?=\s|$)", "'", text)
    text = re.sub(rf"(?<=\w)[{CLOSING}\"](?=\s+\w)", ",", text)  # a quotation ends in mid-sentence: a breath
    text = ANY_QUOTES.sub(" ", text)
    text = re.sub(r"\.{2,}(?=\s*\S)", ", ", re.sub(r"[.\s]{2,}$", ".", re.sub(r"\.{2,}\s*$", ".", text)))
    text = read_digits(spell_symbols(text.lower(), language), language)
    if language.tag == "zh":  # all the model was shown in Chinese
        text = re.sub(r"[。、；：！？!?;:.]+", ",", text)
    text = re.sub(r"([!?])[!?.,;:]+", r"\1", re.sub(r",\s*(?=[,.!?;:])", "", text))
    text = re.sub(r"\s+(?=[,.!?;:])", "", " ".join(text.split()))
    text = text.strip(" -,;:'")
    if language.tag != "en":
        text = text.rstrip(" .。")
    elif text and text[-1] not in ".!?":
        text += "."  # a piece without an end is read as if more were to come
    return text


def is_lone(words: str, language: Language) -> bool:
    """Whether it is one word and nothing else; not to be told where words are written without spaces."""
    return (
        language.tag not in ("zh", "ja")
        and len(words) <= 16
        and bool(re.fullmatch(r"[^\W_]+(?:'[^\W_]+)?[.!?]?", words))
    )


def quote_words(text: str) -> str:
    """The words as part of a sentence to a person: in quotes, on one line, not too many."""
    line = " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())
    if len(line) > LONGEST_QUOTE:
        line = line[:LONGEST_QUOTE].rstrip() + "…"
    return f"“{line}”" if line else "an empty line"
