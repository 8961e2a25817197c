"""Books on the shelf: saved whole or not at all, changed without touching what stays."""

from dataclasses import replace

import pytest

from engine.core_types import Book, Chapter, Finding, Mark, MarkKind, PauseKind, Pauses, Segment
from engine.errors import NotFound
from engine.project.book_store import BookStore
from engine.project.database import Database
from engine.project.folders import name_file, name_folder


def cut(text: str) -> tuple[Segment, ...]:
    """A line for each sentence of a text whose sentences end in ". "."""
    lines, start = [], 0
    for sentence in text.split(". "):
        end = min(len(text), start + len(sentence) + 2)
        lines.append(Segment(start, end, text[start:end], text[start:end].strip()))
        start = end
    return tuple(lines)


BOOK = Book(
    title="The Clockmaker’s Daughter: A Tale",
    author="A. N. Author",
    language="en-GB",
    year="1911",
    cover=b"\x89PNG...",
    findings=(Finding("missing-file", "A picture was missing."),),
    chapters=(
        Chapter("One", "First line. Second line.", (Mark(MarkKind.PARAGRAPH, 0, 24),), source="a.xhtml"),
        Chapter("Notes", "A note.", include=False, left_out_reason="notes"),
        Chapter("Two", "Third line. Fourth line. Fifth."),
    ),
)


@pytest.fixture
def store(tmp_path):
    return BookStore(Database(tmp_path / "studio.db"), tmp_path / "books")


@pytest.fixture
def slug(store, tmp_path):
    source = tmp_path / "The Book.EPUB"
    source.write_bytes(b"manuscript")
    script = [cut(chapter.text) for chapter in BOOK.chapters]
    return store.add(BOOK, script, source, source.name, "hazel", frozenset({MarkKind.NOTE}))


def test_a_book_comes_back_as_it_was_kept(store, slug):
    summary = store.summary(slug)
    assert (summary.title, summary.author, summary.language, summary.year) == (
        BOOK.title,
        BOOK.author,
        "en-GB",
        "1911",
    )
    assert summary.left_out == {MarkKind.NOTE} and summary.findings == BOOK.findings
    assert summary.cover.read_bytes() == BOOK.cover
    assert (store.folder(slug).source / "manuscript.epub").read_bytes() == b"manuscript"
    for row, chapter in zip(store.contents(slug), BOOK.chapters, strict=True):
        assert store.chapter(slug, row.id) == replace(chapter, id=row.id)
        kept = [replace(line, id=0) for line in store.segments(slug, row.id)]
        assert kept == list(cut(chapter.text))


def test_words_and_chapters_count_what_is_read_aloud(store, slug):
    assert (store.summary(slug).chapters, store.summary(slug).words) == (2, 9)


def test_a_book_that_cannot_be_kept_leaves_nothing(store, tmp_path):
    with pytest.raises(Exception):  # noqa: B017 - whatever the disk says
        store.add(BOOK, [cut(c.text) for c in BOOK.chapters], tmp_path / "gone.epub", "gone.epub", "hazel", frozenset())
    assert store.slugs() == [] and list((tmp_path / "books").iterdir()) == []


def test_two_books_of_one_title_have_folders_of_their_own(store, slug, tmp_path):
    source = tmp_path / "again.txt"
    source.write_text("again", encoding="utf-8")
    second = store.add(BOOK, [cut(c.text) for c in BOOK.chapters], source, "again.txt", "hazel", frozenset())
    assert (slug, second) == ("the-clockmakers-daughter-a-tale", "the-clockmakers-daughter-a-tale-2")
    assert store.slugs() == [second, slug]


def test_the_same_manuscript_is_found_again_by_its_content(store, slug, tmp_path):
    from engine.disk import hash_file

    copy = tmp_path / "other name.epub"
    copy.write_bytes(b"manuscript")
    assert store.find_source(hash_file(copy)) == slug


def test_a_chapter_moves_to_the_place_it_is_given(store, slug):
    first = store.contents(slug)[0].id
    store.move_chapter(slug, first, 3)
    assert [row.title for row in store.contents(slug)] == ["Notes", "Two", "One"]
    store.move_chapter(slug, first, -5)
    assert [row.title for row in store.contents(slug)] == ["One", "Notes", "Two"]


def test_a_persons_words_count_as_what_is_said(store, slug):
    chapter = store.contents(slug)[0]
    line = store.segments(slug, chapter.id)[0]
    store.change_segment(line.id, own_words="Something else entirely", seed=3)
    changed = store.segment(slug, line.id)[1]
    assert (changed.said, changed.spoken_text, changed.text) == ("Something else entirely", line.spoken_text, line.text)
    assert store.script(slug)[chapter.id][0].said == "Something else entirely"


def test_pauses_and_details_are_changed_one_by_one(store, slug):
    store.change(slug, pauses=Pauses(sentence_s=0.6), narrator="Me")
    summary = store.summary(slug)
    assert (summary.pauses.sentence_s, summary.narrator, summary.title) == (0.6, "Me", BOOK.title)


def test_a_deleted_book_is_gone_with_its_files(store, slug):
    store.delete(slug)
    assert store.slugs() == [] and not store.folder(slug).root.exists()
    with pytest.raises(NotFound, match="no project"):
        store.summary(slug)


def test_a_line_of_another_book_is_not_found(store, slug):
    with pytest.raises(NotFound):
        store.segment(slug, 99_999)


@pytest.mark.parametrize(
    ("title", "slug"),
    [("CON", "con-book"), ("../../etc", "etc"), ("戦争と平和", "book"), ("Émile, ou", "emile-ou"), ("", "book")],
)
def test_a_folder_name_is_safe_on_every_system(title, slug):
    assert name_folder(title, set()) == slug


@pytest.mark.parametrize(
    ("title", "name"),
    [("What? A/B: \\<x>|*", "What A B x"), ("nul", "nul book"), ("...", "Audiobook"), ("a\nb\t c", "a b c")],
)
def test_a_file_name_keeps_what_every_system_allows(title, name):
    assert name_file(title) == name


def test_pause_kinds_survive_the_round_trip(store, tmp_path):
    text = "a b c d e f"
    lines = [
        Segment(start, min(start + 2, 11), text[start : start + 2], "x", pause=kind)
        for start, kind in zip(range(0, 12, 2), PauseKind, strict=True)
    ]
    source = tmp_path / "p.txt"
    source.write_text(text, encoding="utf-8")
    slug = store.add(Book("P", (Chapter("c", text),)), [lines], source, "p.txt", "hazel", frozenset())
    assert [line.pause for line in store.segments(slug, store.contents(slug)[0].id)] == list(PauseKind)
