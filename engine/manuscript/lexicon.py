"""How single words are to be said: entries of a person's own, laid over those shipped with Voxfolio."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property
from pathlib import Path

from engine.core_types import Sounds

# Words of a text with their part of speech: start, end, one of PARTS_OF_SPEECH. A word may come more than once: a verb
# in the past is a VERB as well as a PAST.
TagWords = Callable[[str], Sequence[tuple[int, int, str]]]
PARTS_OF_SPEECH = {
    "NOUN": "noun",
    "PROPN": "name",
    "VERB": "verb",
    "PAST": "verb in the past",
    "ADJ": "adjective",
    "ADV": "adverb",
}
SHIPPED = Path(__file__).parents[2] / "assets" / "lexicon"
TOKEN = re.compile(r"(?<![^\W_])[^\W_]+")
APOSTROPHES = str.maketrans("’‘", "''")


@dataclass(frozen=True, slots=True)
class LexiconEntry:
    """One word or phrase and how it is said: in other letters, or in sounds for an engine that takes them."""

    written: str
    spoken: str = ""  # a respelling; "" when only the sounds are given
    phonemes: str = ""  # IPA; "" when only the respelling is given
    whole_word: bool = True  # "Rhys" and not "Rhysling"
    match_case: bool = False  # "Polish" and not "polish"
    part_of_speech: str = ""  # of PARTS_OF_SPEECH: only where the word is one; "" anywhere
    note: str = ""  # for people


@dataclass(frozen=True, slots=True)
class LexiconMatch:
    """Where an entry applies in a text."""

    start: int  # offset into the text, in characters
    end: int  # one past the last character
    entry: LexiconEntry


@dataclass(frozen=True)
class Lexicon:
    """Entries in order of importance: of two for the same words the first counts; a longer one before a shorter."""

    entries: tuple[LexiconEntry, ...] = ()

    def over(self, other: Lexicon) -> Lexicon:
        """Both, these entries before the other's: a book's over its series', over the shared one, over Voxfolio's."""
        for below, both in self._laid_over:
            if below is other:
                return both
        both = Lexicon(self.entries + other.entries)
        self._laid_over.append((other, both))
        return both

    @cached_property
    def _laid_over(self) -> list[tuple[Lexicon, Lexicon]]:
        """What it was laid over, and the two together: asked for with every line of a book."""
        return []

    def find_matches(self, text: str, tag_words: TagWords | None = None) -> list[LexiconMatch]:
        """Where entries apply in ``text``, in order and apart from each other.

        Entries that ask for a part of speech need ``tag_words`` and apply nowhere without it; it is called for texts
        that have one of their words alone.
        """
        found: list[LexiconMatch] = []
        tags: set[tuple[int, int, str]] | None = None
        place = 0
        for start, entry in self._find_candidates(text):
            end = start + len(entry.written)
            if start < place:
                continue
            if entry.part_of_speech:
                if tags is None:
                    tags = set(tag_words(text)) if tag_words else set()
                if (start, end, entry.part_of_speech) not in tags:
                    continue
            found.append(LexiconMatch(start, end, entry))
            place = end
        return found

    def may_stand_in(self, text: str) -> bool:
        """Quickly: False where no entry stands in the text, whatever white space lies between its words."""
        if any(token.casefold() in self._by_first_word for token in TOKEN.findall(text)):
            return True
        plain = text.translate(APOSTROPHES).casefold() if self._loose else ""
        return any(entry.written.translate(APOSTROPHES).split()[0].casefold() in plain for entry in self._loose)

    @cached_property
    def sounding(self) -> Lexicon:
        """The entries with sounds, under the words that stand for them in a spoken text: the respelling, if any."""
        return Lexicon(
            tuple(
                replace(entry, written=entry.spoken, part_of_speech="") if entry.spoken else entry
                for entry in self.entries
                if entry.phonemes
            )
        )

    def _find_candidates(self, text: str) -> Iterator[tuple[int, LexiconEntry]]:
        """Entries that stand in the text, by place, the longest first."""
        by_place: list[tuple[int, LexiconEntry]] = []
        if self._by_first_word:
            for token in TOKEN.finditer(text):
                for entry in self._by_first_word.get(token.group().casefold(), ()):
                    if stands_at(entry, text, token.start()):
                        by_place.append((token.start(), entry))
        for entry in self._loose:
            pattern = re.escape(entry.written.translate(APOSTROPHES))
            by_place += [
                (match.start(), entry)
                for match in re.finditer(
                    pattern, text.translate(APOSTROPHES), re.NOFLAG if entry.match_case else re.IGNORECASE
                )
                if len(match.group()) == len(entry.written) and stands_at(entry, text, match.start())
            ]
        return iter(sorted(by_place, key=lambda found: (found[0], -len(found[1].written))) if by_place else ())

    @cached_property
    def _by_first_word(self) -> dict[str, list[LexiconEntry]]:
        """Entries of whole words under the word they begin with, so that looking takes no longer with more of them."""
        under: dict[str, list[LexiconEntry]] = {}
        for entry in self.entries:
            first = TOKEN.match(entry.written)
            if entry.whole_word and first:
                under.setdefault(first.group().casefold(), []).append(entry)
        return under

    @cached_property
    def _loose(self) -> list[LexiconEntry]:
        """Entries that may begin inside a word, or that begin with a sign."""
        return [entry for entry in self.entries if not (entry.whole_word and TOKEN.match(entry.written))]


def stands_at(entry: LexiconEntry, text: str, start: int) -> bool:
    """Whether the entry's words stand at ``start`` of the text, in its case and as whole words if it asks for that.

    A straight apostrophe and a curly one are one.
    """
    end = start + len(entry.written)
    words, written = text[start:end].translate(APOSTROPHES), entry.written.translate(APOSTROPHES)
    if words != written and (entry.match_case or words.casefold() != written.casefold()):
        return False
    if not entry.whole_word:
        return True
    inside = (text[start - 1 : start].isalnum() and words[0].isalnum()) or (
        text[end : end + 1].isalnum() and words[-1].isalnum()
    )
    return not inside


def find_sounds(spoken_text: str, lexicon: Lexicon, tag_words: TagWords | None = None) -> tuple[Sounds, ...]:
    """The words of a spoken text that the lexicon gives sounds for, in order: for an engine that takes them."""
    if not lexicon.sounding.entries:
        return ()
    return tuple(
        Sounds(match.start, match.end, match.entry.phonemes)
        for match in lexicon.sounding.find_matches(spoken_text, tag_words)
    )


@cache
def read_default_lexicon(language: str) -> Lexicon:
    """What Voxfolio knows of a language by itself; empty where it has nothing."""
    from engine.manuscript.lexicon_files import parse_csv

    file = SHIPPED / f"{language.partition('-')[0].lower()}.csv"
    return parse_csv(file.read_text(encoding="utf-8"), file.name) if file.is_file() else Lexicon()
