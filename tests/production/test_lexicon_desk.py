"""A word said otherwise changes the lines it stands in, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.core_types import Book, Chapter, Mark, MarkKind, Segment, SpeechRequest
from engine.errors import LexiconError, NotFound
from engine.lexicon_desk import LexiconDesk, Scope
from engine.manuscript.lexicon import LexiconEntry, find_sounds
from engine.manuscript.segments import segment_book
from engine.manuscript.word_classes import find_tagger
from engine.narration.hibari_synthesizer import read_card
from engine.narration.takes import take_key
from engine.project.book_store import BookStore
from engine.project.database import Database
from engine.project.lexicon_store import Reach
from engine.voices.presets import preset_voices

TEXT = (
    "Rhys the\nStrider counted the stairs, slowly and aloud.\n\n“Ninety-nine,” said Rhys’s brother to Mr. Nguyen.\n\n"
    "Nobody else was there that evening, and the wind blew.\n\nHe read of RHYS. He will read it again.[7]"
)
NOTES = Chapter("Notes", "Rhys is Welsh.", include=False)
RHYS, NGUYEN = LexiconEntry("Rhys", "Reese"), LexiconEntry("Nguyen", phonemes="ˈwɪn")


@pytest.fixture
def books(tmp_path: Path) -> Iterator[BookStore]:
    database = Database(tmp_path / "studio.db")
    yield BookStore(database, tmp_path / "books")
    database.close()


@pytest.fixture
def desk(books: BookStore) -> LexiconDesk:
    return LexiconDesk(books, books._database)


def put_book(books: BookStore, tmp_path: Path, series: str = "") -> str:
    marks = (Mark(MarkKind.NOTE_MARK, TEXT.index("[7]"), len(TEXT)),)
    chapters = (Chapter("The Stairs", TEXT, marks), NOTES)
    source = tmp_path / "book.txt"
    source.write_text(TEXT, encoding="utf-8")
    script = segment_book(chapters, "en")
    slug = books.add(Book("The Stairs", chapters), script, source, source.name, "iris", frozenset({MarkKind.NOTE_MARK}))
    books.change(slug, series=series)
    return slug


@pytest.fixture
def slug(books: BookStore, tmp_path: Path) -> str:
    return put_book(books, tmp_path)


def lines(books: BookStore, slug: str) -> list[Segment]:
    return [line for row in books.contents(slug) for line in books.segments(slug, row.id)]


def said(books: BookStore, slug: str) -> str:
    return " ".join(line.spoken_text for line in books.segments(slug, books.contents(slug)[0].id))


def take_keys(books: BookStore, desk: LexiconDesk, slug: str) -> dict[int, str]:
    """The key of each line's take, as planning makes it for an engine that takes phonemes."""
    voice, card, lexicon = preset_voices()[0], read_card(), desk.lexicon_of(slug)
    return {
        line.id: take_key(
            SpeechRequest(line.said, voice, line.seed, "en", find_sounds(line.said, lexicon, find_tagger("en"))), card
        )
        for line in lines(books, slug)
    }


@pytest.mark.parametrize(
    ("entry", "parts"),
    [
        (RHYS, ("Rhys the", "Rhys’s", "RHYS")),
        (NGUYEN, ("Nguyen",)),
        (LexiconEntry("Rhys the Strider", "the Strider"), ("Rhys the",)),
        (LexiconEntry("read", "red", part_of_speech="PAST"), ("He read",)),
        (LexiconEntry("rhys", "Reese", match_case=True), ()),
    ],
)
def test_only_the_lines_an_entry_touches_are_to_be_spoken_again(
    books: BookStore, desk: LexiconDesk, slug: str, entry: LexiconEntry, parts: tuple[str, ...]
) -> None:
    touched = {line.segment.id for line in desk.touched(slug, entry)}
    before = take_keys(books, desk, slug)
    desk.add(Reach(slug), entry)
    after = take_keys(books, desk, slug)
    first = books.segments(slug, books.contents(slug)[0].id)
    assert touched == {line.id for line in first if any(part in line.text for part in parts)}
    silent = {line.id for line in lines(books, slug) if line.id not in {one.id for one in first}}  # not read aloud
    assert {id_ for id_ in before if before[id_] != after[id_]} - silent == touched


def test_what_a_person_decided_of_a_line_stays(books: BookStore, desk: LexiconDesk, slug: str) -> None:
    first, *_, last = lines(books, slug)[:-1]
    books.change_segment(first.id, speaker="Rhys", settled=True, seed=3)
    books.change_segment(last.id, own_words="Silence now.")
    desk.add(Reach(slug), RHYS)
    changed = lines(books, slug)
    assert (changed[0].speaker, changed[0].settled, changed[0].seed) == ("Rhys", True, 3)
    assert changed[0].spoken_text.startswith("Reese the Strider")
    assert changed[-2].said == "Silence now."
    assert [(line.id, line.start, line.end, line.text) for line in changed] == [
        (line.id, line.start, line.end, line.text) for line in lines(books, slug)
    ]


def test_taking_an_entry_away_says_its_words_as_before(books: BookStore, desk: LexiconDesk, slug: str) -> None:
    before = take_keys(books, desk, slug)
    changed = desk.add(Reach(slug), RHYS)
    (kept,) = desk.entries(Reach(slug))
    assert desk.remove(Reach(slug), kept.id) == changed == 3  # of those read aloud
    assert take_keys(books, desk, slug) == before


def test_sounds_alone_change_the_take_and_not_the_words(books: BookStore, desk: LexiconDesk, slug: str) -> None:
    before = said(books, slug)
    assert desk.add(Reach(slug), NGUYEN) == 1
    assert said(books, slug) == before


def test_entries_are_counted_by_the_lines_they_are_said_in(desk: LexiconDesk, slug: str) -> None:
    desk.add(Reach(slug), RHYS)
    desk.add(Reach(), NGUYEN)
    assert desk.count_lines(slug) == {RHYS: 3, NGUYEN: 1}


def test_words_of_no_dictionary_are_worth_a_look_until_they_have_an_entry(desk: LexiconDesk, slug: str) -> None:
    assert [(word.written, word.count, word.is_name) for word in desk.doubtful_words(slug)] == [
        ("Rhys", 3, True),
        ("Nguyen", 1, True),
    ]
    desk.add(Reach(), RHYS)
    assert [word.written for word in desk.doubtful_words(slug)] == ["Nguyen"]


def test_an_entry_is_changed_in_its_place(books: BookStore, desk: LexiconDesk, slug: str) -> None:
    desk.add(Reach(slug), RHYS)
    desk.add(Reach(slug), NGUYEN)
    first = desk.entries(Reach(slug))[0]
    desk.change(Reach(slug), first.id, LexiconEntry("Rhys", "Rice", note="as he says it"))
    assert [(one.id, one.entry.written) for one in desk.entries(Reach(slug))] == [(first.id, "Rhys"), (2, "Nguyen")]
    assert "Rice the Strider" in said(books, slug) and "Reese" not in said(books, slug)


def test_a_book_goes_before_its_series_and_that_before_all(
    books: BookStore, desk: LexiconDesk, tmp_path: Path, slug: str
) -> None:
    second = put_book(books, tmp_path, series="The Stairs Trilogy")
    desk.add(desk.find_reach(slug, Scope.SHARED), LexiconEntry("Rhys", "Riss"))
    assert "Riss the" in said(books, slug) and "Riss the" in said(books, second)
    desk.add(desk.find_reach(second, Scope.SERIES), LexiconEntry("rhys", "Rice"))
    assert "Riss the" in said(books, slug) and "Rice the" in said(books, second)
    desk.add(desk.find_reach(second, Scope.BOOK), RHYS)
    assert "Reese the" in said(books, second)
    assert desk.touched(second, LexiconEntry("Rhys", "Ruth"), scope=Scope.SERIES) == []
    assert desk.series() == ["The Stairs Trilogy"]
    with pytest.raises(LexiconError, match="no series"):
        desk.find_reach(slug, Scope.SERIES)


def test_a_book_that_joins_a_series_says_its_words(
    books: BookStore, desk: LexiconDesk, tmp_path: Path, slug: str
) -> None:
    desk.add(Reach(series="Trilogy"), RHYS)
    assert desk.shared_lexicon("Trilogy").entries == (RHYS,) and desk.shared_lexicon().entries == ()
    before = desk.lexicon_of(slug)
    books.change(slug, series="Trilogy")
    assert desk.respeak(slug, before) == 4 and "Reese the" in said(books, slug)
    before = desk.lexicon_of(slug)
    books.change(slug, series="")
    assert desk.respeak(slug, before) == 4 and "Reese" not in said(books, slug)


def test_the_lines_are_told_with_the_places_of_the_word(desk: LexiconDesk, slug: str) -> None:
    touched = desk.touched(slug, LexiconEntry("Rhys the Strider", "the Strider"))
    assert [(line.chapter_title, [line.text[a:b] for a, b in line.places]) for line in touched] == [
        ("The Stairs", ["Rhys the\nStrider"])
    ]


def test_what_is_not_read_is_not_in_the_lines_either(desk: LexiconDesk, slug: str) -> None:
    *_, last = desk.touched(slug, LexiconEntry("again", "agen"))
    assert last.text == "He read of RHYS. He will read it again."
    assert [last.text[a:b] for a, b in last.places] == ["again"]


@pytest.mark.parametrize(
    ("entry", "part"),
    [
        (LexiconEntry("  ", "x"), "No word"),
        (LexiconEntry("Rhys", " "), "Nothing says how"),
        (LexiconEntry("Rhys", "x" * 201), "201 characters"),
        (LexiconEntry("Rhys", phonemes="ˈɹ8s"), "“8” in"),
        (LexiconEntry("Rhys", phonemes="ˈˌ"), "no sounds"),
        (LexiconEntry("Rhys", "a\x00b"), "cannot be seen"),
        (LexiconEntry("Rhys", "Reese", part_of_speech="VVI"), "part of speech"),
        (LexiconEntry("RHYS", "Rice"), "already"),
    ],
)
def test_what_cannot_be_used_is_refused_in_a_sentence(
    desk: LexiconDesk, slug: str, entry: LexiconEntry, part: str
) -> None:
    desk.add(Reach(slug), RHYS)
    with pytest.raises(LexiconError, match=part) as refused:
        desk.add(Reach(slug), entry)
    assert str(refused.value).endswith(".")
    assert [one.entry for one in desk.entries(Reach(slug))] == [RHYS]


def test_one_word_may_have_an_entry_for_each_part_of_speech(desk: LexiconDesk, slug: str) -> None:
    desk.add(Reach(slug), LexiconEntry("read", "red", part_of_speech="PAST"))
    desk.add(Reach(slug), LexiconEntry("read", "reed", part_of_speech="VERB"))
    assert len(desk.entries(Reach(slug))) == 2


def test_a_change_that_fails_leaves_everything(
    books: BookStore, desk: LexiconDesk, slug: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = said(books, slug)
    monkeypatch.setattr("engine.lexicon_desk.spoken_form", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        desk.add(Reach(slug), RHYS)
    assert desk.entries(Reach(slug)) == [] and said(books, slug) == before


def test_an_entry_that_is_gone_and_a_book_that_is_not_there_are_told(desk: LexiconDesk, slug: str) -> None:
    with pytest.raises(LexiconError, match="no longer"):
        desk.remove(Reach(slug), 99)
    with pytest.raises(NotFound):
        desk.entries(Reach("nowhere"))


@pytest.mark.parametrize("name", ["words.csv", "words.pls"])
def test_entries_travel_in_files(books: BookStore, desk: LexiconDesk, slug: str, tmp_path: Path, name: str) -> None:
    desk.add(Reach(slug), LexiconEntry("Rhys", "Rice"))
    desk.add(Reach(slug), NGUYEN)
    assert desk.export_file(Reach(slug), tmp_path / name) == 2
    assert desk.import_file(Reach(series="Trilogy"), tmp_path / name) == (2, 0)
    assert [one.entry.written for one in desk.entries(Reach(series="Trilogy"))] == ["Rhys", "Nguyen"]
    (tmp_path / "more.csv").write_text("written,spoken\nrhys,Reese\nwind,wynd\n", encoding="utf-8")
    assert desk.import_file(Reach(slug), tmp_path / "more.csv") == (2, 4)
    assert [one.entry.spoken for one in desk.entries(Reach(slug))] == ["", "Reese", "wynd"]
    assert "Reese the" in said(books, slug) and "wynd" in said(books, slug)


def test_a_file_with_one_bad_entry_brings_none(desk: LexiconDesk, slug: str, tmp_path: Path) -> None:
    (tmp_path / "bad.csv").write_text("written,phonemes\nRhys,ˈɹis\nNguyen,w1n\n", encoding="utf-8")
    with pytest.raises(LexiconError, match="“1” in “w1n”"):
        desk.import_file(Reach(slug), tmp_path / "bad.csv")
    assert desk.entries(Reach(slug)) == []


def test_the_entries_of_a_book_go_with_it(books: BookStore, desk: LexiconDesk, slug: str) -> None:
    desk.add(Reach(slug), RHYS)
    desk.add(Reach(), NGUYEN)
    books.delete(slug)
    assert desk.shared_lexicon().entries == (NGUYEN,)
