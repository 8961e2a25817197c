"""Plain text: slices that cover the file, chapters told from contents tables, verse, breaks and notes."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.core_types import BLOCK_KINDS, Book, MarkKind
from engine.errors import ManuscriptError
from engine.manuscript.readers import read_book

PROSE = """The lamp burned low in the window, and nobody in the house spoke of the
letter again until the morning came slowly over the hill and woke them.
"""


def read(tmp_path: Path, text: str | bytes, name: str = "the_lamp.txt") -> Book:
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8"))
    return read_book(path)


def marked(book: Book, kind: MarkKind) -> list[str]:
    return [c.text[m.start : m.end] for c in book.chapters for m in c.marks if m.kind is kind]


def chapters(*headings: str) -> str:
    return "".join(f"\n\n{heading}\n\n{PROSE}\n{PROSE}" for heading in headings)


def test_the_chapters_are_slices_that_cover_the_file(tmp_path: Path) -> None:
    text = "\n\n  THE LAMP\n\nby Ada Wren\n" + chapters("CHAPTER I.\nDown", "CHAPTER II.\nUp") + "\n\nTHE END\n\n\n"
    book = read(tmp_path, text.replace("\n", "\r\n"))
    assert "".join(c.text for c in book.chapters) == text
    assert all(text[c.source_start :].startswith(c.text) for c in book.chapters)
    assert [c.title for c in book.chapters] == ["Title page", "CHAPTER I. Down", "CHAPTER II. Up"]
    assert (book.title, book.author) == ("THE LAMP", "Ada Wren")


LINES = [
    *(
        "CHAPTER I",
        "CHAPTER II.",
        "CONTENTS",
        "I.",
        "PREFACE",
        "* * *",
        "[Illustration: x",
        "x]",
        PROSE,
        "  verse",
        "Hm.",
    ),
    *("\ttab", "", "\f", "*** START OF THE PROJECT GUTENBERG EBOOK X ***", "End of Project Gutenberg's X"),
]


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.sampled_from(LINES),
        max_size=30,
    ),
    st.sampled_from(["\n", "\n\n", "\n\n\n"]),
)
def test_nothing_is_lost_and_no_blocks_overlap_whatever_the_file_holds(
    tmp_path_factory: pytest.TempPathFactory, lines: list[str], between: str
) -> None:
    text = between.join(lines)
    try:
        book = read(tmp_path_factory.mktemp("text"), text)
    except ManuscriptError:
        return
    assert "".join(c.text for c in book.chapters) == text
    for chapter in book.chapters:
        end = 0
        for mark in chapter.marks:
            if mark.kind in BLOCK_KINDS:
                assert chapter.text[end : mark.start].strip() == ""
                end = mark.end
        assert chapter.text[end:].strip() == ""


def test_a_printed_contents_table_makes_no_chapters(tmp_path: Path) -> None:
    listed = "CONTENTS\n\nCHAPTER I. Down  1\n\nCHAPTER II. Up  9\n\nCHAPTER III. Out  12\n"
    text = f"THE LAMP\n\n\n{listed}" + chapters("CHAPTER I. Down", "CHAPTER II. Up", "CHAPTER III. Out")
    book = read(tmp_path, text)
    assert [(c.title, c.left_out_reason) for c in book.chapters] == [
        ("Title page", "title page"),
        ("Contents", "contents"),
        ("CHAPTER I. Down", ""),
        ("CHAPTER II. Up", ""),
        ("CHAPTER III. Out", ""),
    ]


def test_a_run_of_headings_without_prose_is_a_contents_table_though_nothing_says_so(tmp_path: Path) -> None:
    text = "\n\n".join(f"Chapter {n}" for n in (1, 2, 3, 4)) + chapters(*(f"Chapter {n}" for n in (1, 2, 3, 4)))
    book = read(tmp_path, text)
    assert [c.title for c in book.chapters if c.include] == ["Chapter 1", "Chapter 2", "Chapter 3", "Chapter 4"]


@pytest.mark.parametrize(
    "headings",
    [
        ("CHAPTER I", "CHAPTER II", "CHAPTER III"),
        ("Chapter One: Dawn", "Chapter Two: Noon", "Chapter Three: Dusk"),
        ("I", "II", "III"),
        ("1.", "2.", "3."),
        ("I. THE LAMP", "II. THE WICK", "III. THE OIL"),
        ("PROLOGUE", "Chapter 1", "EPILOGUE"),
        ("Kapitel 1", "Kapitel 2", "Kapitel 3"),
    ],
)
def test_headings_of_many_kinds_are_recognised(tmp_path: Path, headings: tuple[str, ...]) -> None:
    assert [c.title for c in read(tmp_path, chapters(*headings)).chapters] == list(headings)


def test_lines_in_capitals_are_headings_where_the_book_uses_them_throughout(tmp_path: Path) -> None:
    book = read(tmp_path, chapters("\nTHE LAMP", "\nTHE WICK", "\nTHE OIL"))
    assert [c.title for c in book.chapters] == ["THE LAMP", "THE WICK", "THE OIL"]
    assert len(read(tmp_path, f"{PROSE}\n\n\nBEWARE OF THE DOG\n\n{PROSE}").chapters) == 1


def test_sentences_that_begin_like_headings_are_not_headings(tmp_path: Path) -> None:
    text = f"{PROSE}\nChapter 3 was the hardest of all.\n\n{PROSE}\nI said no.\n\nPart of me agreed.\n\n{PROSE}"
    assert len(read(tmp_path, text).chapters) == 1


def test_a_part_and_the_title_below_its_chapter_belong_to_one_heading(tmp_path: Path) -> None:
    text = f"PART ONE\n\nCHAPTER I\n\nThe Lamp in the Window\n\n{PROSE}\n\nCHAPTER II\n\nThe Letter\n\n{PROSE}"
    book = read(tmp_path, text)
    assert [c.title for c in book.chapters] == ["CHAPTER I: The Lamp in the Window", "CHAPTER II: The Letter"]
    assert marked(book, MarkKind.HEADING)[:3] == ["PART ONE", "CHAPTER I", "The Lamp in the Window"]


def test_gutenbergs_header_and_licence_are_left_out_and_give_the_details(tmp_path: Path) -> None:
    header = (
        "The Project Gutenberg EBook of The Lamp, by Ada Wren\n\nTitle: The Lamp\n       A Tale\n\nAuthor: Ada Wren\n\n"
        "Language: French\n\n*** START OF THIS PROJECT GUTENBERG EBOOK THE LAMP ***\n\nProduced by A. Body\n"
    )
    footer = (
        "\n\nEnd of Project Gutenberg's The Lamp\n\n*** END OF THIS PROJECT GUTENBERG EBOOK THE LAMP ***\n\nLicence."
    )
    book = read(tmp_path, header + chapters("CHAPTER I", "CHAPTER II") + footer)
    assert (book.title, book.author, book.language) == ("The Lamp: A Tale", "Ada Wren", "fr")
    assert [(c.title, c.left_out_reason) for c in book.chapters] == [
        ("Project Gutenberg header", "Project Gutenberg header"),
        ("CHAPTER I", ""),
        ("CHAPTER II", ""),
        ("Project Gutenberg footer", "Project Gutenberg footer"),
    ]


def test_breaks_verse_notes_and_emphasis_are_marked(tmp_path: Path) -> None:
    text = (
        f"CHAPTER I\n\n{PROSE}\n       *       *       *\n\n"
        "He was _very_ sure[1] of it, and said so {2} to the whole\n"
        "of the company that had gathered round the table in the hall that night.\n\n"
        "  O lamp that burns,\n  o wick that turns\n\n[Illustration: The lamp]\n\n[1] Not at all.\n\n⁂\n\n" + PROSE
    )
    book = read(tmp_path, text)
    assert marked(book, MarkKind.SCENE_BREAK) == ["*       *       *", "⁂"]
    assert marked(book, MarkKind.EMPHASIS) == ["_very_"]
    assert marked(book, MarkKind.NOTE_MARK)[:2] == ["[1]", "{2}"]
    assert marked(book, MarkKind.VERSE) == ["O lamp that burns,\n  o wick that turns"]
    assert marked(book, MarkKind.NOTE) == ["[Illustration: The lamp]", "[1] Not at all."]


def test_paragraphs_on_one_line_each_are_told_apart_without_blank_lines(tmp_path: Path) -> None:
    line = PROSE.replace("\n", " ").strip()
    assert marked(read(tmp_path, f"{line}\n{line}\n{line}"), MarkKind.PARAGRAPH) == [line] * 3


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-8"])
def test_unicode_files_are_read_without_remark(tmp_path: Path, encoding: str) -> None:
    book = read(tmp_path, "Café – “naïve”.".encode(encoding))
    assert (book.chapters[0].text, book.findings) == ("Café – “naïve”.", ())


def test_an_old_encoding_is_guessed_and_told(tmp_path: Path) -> None:
    book = read(tmp_path, ("Le café était fermé. " * 30).encode("cp1252"))
    assert book.chapters[0].text.startswith("Le café était fermé.")
    assert book.findings[0].check == "encoding"
    assert "cp1252" in book.findings[0].sentence
    russian = read(tmp_path, ("Лампа горела слабо, и никто в доме не говорил о письме. " * 20).encode("cp1251"))
    assert russian.chapters[0].text.startswith("Лампа горела")
    assert russian.language == "ru"


def test_the_name_of_an_upload_is_what_errors_and_titles_use(tmp_path: Path) -> None:
    path = tmp_path / "tmp123.bin"
    path.write_text(PROSE, encoding="utf-8")
    book = read_book(path, "my_novel.txt")
    assert (book.title, book.chapters[0].source) == ("my novel", "my_novel.txt")
