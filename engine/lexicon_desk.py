"""How the words of a book are said: entries for it, for its series and for all books, and the lines each entry touches.

A change of the entries makes the spoken text of the lines it touches anew, and of no others. Takes are known by what is
said, so only those lines are spoken again; who speaks them, own words and tries stay.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, fields, replace
from enum import StrEnum
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

from engine.core_types import Chapter, MarkKind, Segment, SegmentKind
from engine.disk import disk_errors
from engine.errors import LexiconError
from engine.manuscript.lexicon import Lexicon, LexiconEntry, LexiconMatch
from engine.manuscript.lexicon_files import MOST_ENTRIES, find_fault, read_lexicon, write_lexicon
from engine.manuscript.segments import find_silent_spans
from engine.manuscript.spoken.abbreviations import AFTER_NAMES, COUNTED, STREETS, TITLES
from engine.manuscript.spoken.dates import SHORT_MONTHS
from engine.manuscript.spoken_text import find_entries, spoken_form
from engine.narration.hibari_sounds import check_sounds
from engine.narration.hibari_synthesizer import find_unknown_words
from engine.project.book_store import BookStore
from engine.project.database import Database
from engine.project.lexicon_store import BookWords, EntryRow, LexiconStore, Reach

# A word without the ending of a possessive; initials and "I" are none.
WORD = re.compile(r"(?<![\w'’-])[^\W\d_]{2,}(?:['’](?![sS]\b)[^\W\d_]+)*(?![\w-])")

WRITTEN_SHORT = frozenset({*TITLES, *AFTER_NAMES, *COUNTED, *STREETS, *SHORT_MONTHS})  # said in full anyway


class Scope(StrEnum):
    """How far an entry reaches, as a page of a book offers it."""

    BOOK = "book"
    SERIES = "series"
    SHARED = "shared"


@dataclass(frozen=True, slots=True)
class KeptEntry:
    """An entry and the number it is kept under."""

    id: int
    entry: LexiconEntry


@dataclass(frozen=True, slots=True)
class TouchedLine:
    """A line that an entry is said in."""

    chapter_id: int
    chapter_title: str
    segment: Segment
    text: str  # as it stands in the manuscript, without what is not read aloud
    places: tuple[tuple[int, int], ...]  # of the entry's words, offsets into text


@dataclass(frozen=True, slots=True)
class DoubtfulWord:
    """A word whose sound the voice guesses from its letters."""

    written: str
    count: int
    is_name: bool  # it never begins with a small letter


class LexiconDesk:
    """The Pronunciation page's side of the production. Methods raise NotFound for a book that is not there."""

    def __init__(self, books: BookStore, database: Database) -> None:
        self._books = books
        self._store = LexiconStore(database)

    # -- what holds --------------------------------------------------------------------------------------------

    def find_reach(self, slug: str, scope: Scope | str) -> Reach:
        """Which books an entry of this scope is for, seen from a book. Raises LexiconError for one without a series."""
        series = self._books.summary(slug).series
        if scope == Scope.SERIES and not series:
            raise LexiconError("This book belongs to no series. Name its series first, or keep the word for the book.")
        return {
            Scope.BOOK: Reach(slug=slug),
            Scope.SERIES: Reach(series=series),
            Scope.SHARED: Reach(),
        }[Scope(scope)]

    def entries(self, reach: Reach) -> list[KeptEntry]:
        """In the order in which they were made."""
        return [KeptEntry(row.id, read_entry(row)) for row in self._store.entries(reach)]

    def series(self) -> list[str]:
        """The names of all series there are."""
        return self._store.series()

    def lexicon_of(self, slug: str) -> Lexicon:
        """The book's entries over its series' over those for all books; Voxfolio's own lie below."""
        return combine(self._store.words(slug))

    def shared_lexicon(self, series: str = "") -> Lexicon:
        """What holds for a manuscript that is no project yet."""
        return combine(self._store.shared_words(series))

    def touched(
        self, slug: str, entry: LexiconEntry, instead_of: int = 0, scope: Scope = Scope.BOOK
    ) -> list[TouchedLine]:
        """The lines read aloud in which the entry is said, whether it is kept already or not.

        ``instead_of`` is the number of the entry that it would replace. Where the book has an entry of its own for the
        word, one for the series or for all books touches nothing.
        """
        words = put_among(self._store.words(slug), make_row(entry), instead_of, scope)
        found: list[TouchedLine] = []
        for chapter, segments in self._store.read_chapters(slug):
            reading = WordReading(words, chapter)
            for segment in find_likely(segments, Lexicon((entry,))):
                matches = reading.find(segment, reading.lexicon)
                places = tuple((match.start, match.end) for match in matches if match.entry == entry)
                if places and segment.spoken_text:
                    text, places = reading.leave_out_silent(segment, places)
                    found.append(TouchedLine(chapter.id, chapter.title, segment, text, places))
        return found

    def count_lines(self, slug: str) -> Counter[LexiconEntry]:
        """In how many of the book's lines each entry that holds for it is said."""
        words = self._store.words(slug)
        counts: Counter[LexiconEntry] = Counter()
        lexicon = combine(words)
        for chapter, segments in self._store.read_chapters(slug):
            reading = WordReading(words, chapter)
            for segment in find_likely(segments, lexicon):
                if segment.spoken_text:
                    counts.update({match.entry for match in reading.find(segment, lexicon)})
        return counts

    def doubtful_words(self, slug: str, most: int = 200) -> list[DoubtfulWord]:
        """Words of an English book that stand in no dictionary of the embedded voice, the most frequent names first.

        Those that an entry says already are left out. The first time takes a second or two for a long novel.
        """
        words = self._store.words(slug)
        if words.language.partition("-")[0].lower() != "en":
            return []
        known = {entry.written.casefold() for entry in combine(words).entries}
        found = find_doubtful(tuple(chapter.text for chapter, _ in self._store.read_chapters(slug)))
        return [word for word in found if word.written.casefold() not in known][:most]

    # -- changing ----------------------------------------------------------------------------------------------

    def add(self, reach: Reach, entry: LexiconEntry) -> int:
        """Keep an entry; returns how many lines, in all books, are said another way. Raises LexiconError."""
        return self._change(reach, [check_entry(entry)], [], "keep the pronunciation")

    def change(self, reach: Reach, entry_id: int, entry: LexiconEntry) -> int:
        """Put ``entry`` in the place of a kept one; returns as `add` does. Raises LexiconError."""
        self._find(reach, entry_id)
        return self._change(reach, [check_entry(entry)], [entry_id], "keep the pronunciation")

    def remove(self, reach: Reach, entry_id: int) -> int:
        """Take an entry away; its words are said as before. Returns as `add` does. Raises LexiconError."""
        self._find(reach, entry_id)
        return self._change(reach, [], [entry_id], "remove the pronunciation")

    def import_file(self, reach: Reach, path: Path, name: str | None = None) -> tuple[int, int]:
        """Read a .csv or .pls file into the entries; one for the same word is replaced. All of it or nothing.

        Returns how many entries there were in it and how many lines are said another way. ``name`` is the file's own
        name when ``path`` is a temporary copy. Raises LexiconError.
        """
        entries = {name_word(entry): check_entry(entry) for entry in read_lexicon(path, name).entries}
        replaced = [kept.id for kept in self.entries(reach) if name_word(kept.entry) in entries]
        return len(entries), self._change(reach, list(entries.values()), replaced, "keep the pronunciations")

    def export_file(self, reach: Reach, path: Path) -> int:
        """Write the entries to a .csv or .pls file; returns how many there are."""
        kept = self.entries(reach)
        language = self._books.summary(reach.slug).language if reach.slug else "en"
        with disk_errors("write the pronunciations", path):
            write_lexicon(Lexicon(tuple(one.entry for one in kept)), path, language)
        return len(kept)

    def respeak(self, slug: str, before: Lexicon | None = None) -> int:
        """Make anew the spoken text of the lines that an entry touches, or one of ``before``: after a book has joined
        or left a series, say. Returns how many lines have another one now.
        """
        entries = (*self.lexicon_of(slug).entries, *(before.entries if before else ()))
        return self._store.respeak(slug, Respeaking(entries))

    def _change(self, reach: Reach, add: Sequence[LexiconEntry], remove: Sequence[int], doing: str) -> int:
        kept = self.entries(reach)
        staying = {name_word(one.entry) for one in kept if one.id not in remove}
        for entry in add:
            if name_word(entry) in staying:
                raise LexiconError(
                    f"“{entry.written}” has a pronunciation here already. Change that one, or remove it first."
                )
        if len(staying) + len(add) > MOST_ENTRIES:
            raise LexiconError(f"There is room for {MOST_ENTRIES:,} entries here, and these would be more.")
        touching = (*add, *(one.entry for one in kept if one.id in remove))
        places = list(remove) if len(add) == 1 == len(remove) else []
        rows = [make_row(entry, id_) for entry, id_ in zip(add, [*places, *[0] * len(add)], strict=False)]
        respeaking = Respeaking(touching)
        self._store.change(reach, rows, remove, respeaking, doing=doing)
        return respeaking.touched

    def _find(self, reach: Reach, entry_id: int) -> LexiconEntry:
        for kept in self.entries(reach):
            if kept.id == entry_id:
                return kept.entry
        raise LexiconError("That word is no longer in the list. Reload the page to see it as it is now.")


class WordReading:
    """A chapter read with the lexicon of its book."""

    def __init__(self, words: BookWords, chapter: Chapter) -> None:
        self.lexicon = combine(words)
        self._language = words.language
        self._silent = find_silent_spans(chapter, words.left_out)
        self._emphasis = [(mark.start, mark.end) for mark in chapter.marks if mark.kind is MarkKind.EMPHASIS]

    def find(self, segment: Segment, lexicon: Lexicon) -> list[LexiconMatch]:
        """Where entries of ``lexicon`` stand in a line."""
        heading = segment.kind is SegmentKind.HEADING
        return find_entries(segment.text, lexicon, clip_spans(self._silent, segment), heading, self._language)

    def leave_out_silent(
        self, segment: Segment, places: Sequence[tuple[int, int]]
    ) -> tuple[str, tuple[tuple[int, int], ...]]:
        """A line's text without what is not read aloud, and the places in it."""
        silent = clip_spans(self._silent, segment)

        def move(place: int) -> int:
            return place - sum(min(end, place) - start for start, end in silent if start < place)

        return cut_out(segment.text, silent), tuple((move(start), move(end)) for start, end in places)

    def speak(self, segment: Segment) -> str:
        """The words of a line as they will be said."""
        heading = segment.kind is SegmentKind.HEADING
        silent, emphasis = (clip_spans(spans, segment) for spans in (self._silent, self._emphasis))
        return spoken_form(segment.text, silent, heading, self._language, self.lexicon, emphasis)


def cut_out(text: str, spans: Sequence[tuple[int, int]]) -> str:
    return "".join(text[end:start] for (_, end), (start, _) in pairwise([(0, 0), *spans, (len(text), len(text))]))


def clip_spans(spans: Sequence[tuple[int, int]], segment: Segment) -> list[tuple[int, int]]:
    """What of a chapter's spans lies in a line, counted from its start."""
    return [
        (max(start, segment.start) - segment.start, min(end, segment.end) - segment.start)
        for start, end in spans
        if start < segment.end and end > segment.start
    ]


class Respeaking:
    """Makes the spoken text anew of the lines of a chapter in which any of these entries stands; counts those read
    aloud."""

    def __init__(self, touching: Sequence[LexiconEntry]) -> None:
        self._touching = Lexicon(tuple(touching))
        self.touched = 0

    def __call__(self, words: BookWords, chapter: Chapter, segments: Sequence[Segment]) -> dict[int, str]:
        reading = WordReading(words, chapter)
        said: dict[int, str] = {}
        for segment in find_likely(segments, self._touching):
            if segment.spoken_text and reading.find(segment, self._touching):
                self.touched += chapter.include
                spoken = reading.speak(segment)
                if spoken != segment.spoken_text:
                    said[segment.id] = spoken
        return said


def find_likely(segments: Sequence[Segment], lexicon: Lexicon) -> Iterator[Segment]:
    """The lines that an entry may stand in; quickly, as a book has ten thousand."""
    return (segment for segment in segments if lexicon.may_stand_in(segment.text.replace("\u00ad", "")))


@lru_cache(maxsize=4)
def find_doubtful(texts: tuple[str, ...]) -> tuple[DoubtfulWord, ...]:
    """The words of these texts that are in no dictionary: names that come twice or more, then the others; by count."""
    counts = Counter(word for text in texts for word in WORD.findall(text.replace("\u00ad", "")))
    forms: dict[str, Counter[str]] = {}
    for written, count in counts.items():
        forms.setdefault(written.casefold(), Counter())[written] += count
    likeliest = {folded: seen.most_common(1)[0][0] for folded, seen in forms.items()}
    unknown = set(find_unknown_words(likeliest.values()))
    found = [
        DoubtfulWord(written, forms[folded].total(), folded not in forms[folded])
        for folded, written in likeliest.items()
        if written in unknown and written not in WRITTEN_SHORT and find_unknown_words([written.lower()])
    ]
    found.sort(key=lambda word: (not (word.is_name and word.count > 1), -word.count, word.written))
    return tuple(found)


@lru_cache(maxsize=16)
def combine(words: BookWords) -> Lexicon:
    """All entries that hold for a book, those of the book first. The same object for the same entries."""
    return Lexicon(tuple(read_entry(row) for row in (*words.book, *words.series, *words.shared)))


def put_among(words: BookWords, row: EntryRow, instead_of: int, scope: Scope) -> BookWords:
    """The words of a book as if an entry were kept."""
    kept = {
        Scope.BOOK: words.book,
        Scope.SERIES: words.series,
        Scope.SHARED: words.shared,
    }
    kept = {name: tuple(one for one in rows if one.id != instead_of) for name, rows in kept.items()}
    kept[scope] += (row,)
    return replace(words, book=kept[Scope.BOOK], series=kept[Scope.SERIES], shared=kept[Scope.SHARED])


def read_entry(row: EntryRow) -> LexiconEntry:
    return LexiconEntry(**{field.name: getattr(row, field.name) for field in fields(LexiconEntry)})


def make_row(entry: LexiconEntry, id_: int = 0) -> EntryRow:
    return EntryRow(**asdict(entry), id=id_)


def check_entry(entry: LexiconEntry) -> LexiconEntry:
    """The entry without white space around its parts. Raises LexiconError when it cannot be used."""
    entry = replace(
        entry,
        written=tidy(entry.written),
        spoken=tidy(entry.spoken),
        phonemes=tidy(entry.phonemes).strip("/ "),
        note=tidy(entry.note),
    )
    fault = find_fault(entry)
    if fault:
        raise LexiconError(fault)
    if entry.phonemes:
        check_sounds(entry.phonemes)
    return entry


def tidy(text: str) -> str:
    return " ".join(text.split())


def name_word(entry: LexiconEntry) -> tuple[str, bool, str]:
    """What only one entry in a list may be for."""
    written = entry.written if entry.match_case else entry.written.casefold()
    return written, entry.match_case, entry.part_of_speech
