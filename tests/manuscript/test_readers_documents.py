"""Word documents and Markdown: the same blocks from other markup."""

from __future__ import annotations

from pathlib import Path

from engine.core_types import BLOCK_KINDS, Book, MarkKind
from engine.manuscript.readers import read_book
from tests.manuscript.book_files import PROSE, paragraph, write_docx


def blocks(book: Book) -> list[tuple[str, str]]:
    return [(m.kind.value, c.text[m.start : m.end]) for c in book.chapters for m in c.marks if m.kind in BLOCK_KINDS]


def marked(book: Book, kind: MarkKind) -> list[str]:
    return [c.text[m.start : m.end] for c in book.chapters for m in c.marks if m.kind is kind]


def write_markdown(tmp_path: Path, text: str, name: str = "book.md") -> Book:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return read_book(path)


# --- Word ---------------------------------------------------------------------------------------------------------


def test_a_word_documents_headings_begin_its_chapters(tmp_path: Path) -> None:
    body = "".join(paragraph(f"Night {n}", "Heading1") + paragraph(PROSE) for n in (1, 2))
    book = read_book(write_docx(tmp_path / "nights.docx", body))
    assert [c.title for c in book.chapters] == ["Night 1", "Night 2"]
    assert book.title == "Night 1"


def test_styles_say_what_a_paragraph_is_through_what_they_are_based_on(tmp_path: Path) -> None:
    styles = (
        '<w:style w:styleId="Big"><w:name w:val="Chapter Name"/><w:basedOn w:val="Kop"/></w:style>'
        '<w:style w:styleId="Kop"><w:name w:val="heading 2"/></w:style>'
        '<w:style w:styleId="Q"><w:name w:val="Intense Quote"/></w:style>'
    )
    listed = '<w:numPr><w:ilvl w:val="1"/><w:numId w:val="3"/></w:numPr>'
    body = paragraph("One", "Big") + paragraph("a") + paragraph("b", "Q") + paragraph("c", extra=listed)
    assert blocks(read_book(write_docx(tmp_path / "s.docx", body, styles=styles))) == [
        ("heading", "One"),
        ("paragraph", "a"),
        ("block quote", "b"),
        ("list item", "c"),
    ]


def test_what_is_on_the_page_is_read_and_what_was_deleted_is_not(tmp_path: Path) -> None:
    run = "<w:r><w:t>{}</w:t></w:r>"
    body = (
        "<w:p>" + run.format("kept") + '<w:ins w:id="1">' + run.format("+added") + "</w:ins><w:del><w:r>"
        "<w:delText>gone</w:delText></w:r></w:del><w:moveFrom>" + run.format("moved") + "</w:moveFrom>"
        "<w:r><w:rPr><w:vanish/></w:rPr><w:t>hidden</w:t></w:r><w:r><w:instrText>PAGE</w:instrText></w:r>"
        "<w:hyperlink>" + run.format("+link") + "</w:hyperlink><w:r><w:br/><w:t>line</w:t><w:noBreakHyphen/><w:tab/>"
        "<w:t>end</w:t></w:r></w:p>"
    )
    assert read_book(write_docx(tmp_path / "t.docx", body)).chapters[0].text == "kept+added+link\nline\u2011 end"


def test_notes_follow_the_chapter_that_points_to_them(tmp_path: Path) -> None:
    reference = (
        '<w:p><w:r><w:t>A claim</w:t></w:r><w:r><w:footnoteReference w:id="2"/></w:r><w:r><w:t>.</w:t></w:r></w:p>'
    )
    body = paragraph("One", "Heading1") + reference + paragraph("Two", "Heading1") + paragraph("No notes.")
    notes = '<w:footnote w:id="0" w:type="separator"/>' + f'<w:footnote w:id="2">{paragraph("Proof.")}</w:footnote>'
    book = read_book(write_docx(tmp_path / "n.docx", body, footnotes=notes))
    assert [c.text for c in book.chapters] == ["One\n\nA claim[1].\n\nProof.", "Two\n\nNo notes."]
    assert (marked(book, MarkKind.NOTE_MARK), marked(book, MarkKind.NOTE)) == (["[1]"], ["Proof."])


def test_a_dropped_capital_joins_its_word_and_table_cells_keep_their_order(tmp_path: Path) -> None:
    capital = paragraph("T", extra='<w:framePr w:dropCap="drop"/>') + paragraph("he lamp.")
    cell = "<w:tc><w:tcPr/>{}</w:tc>"
    row = "<w:tr>" + cell.format(paragraph("a")) + cell.format(paragraph("b")) + "</w:tr>"
    book = read_book(write_docx(tmp_path / "d.docx", capital + f"<w:tbl>{row}{row}</w:tbl>" + paragraph("After.")))
    assert blocks(book) == [("paragraph", "The lamp."), ("table", "a, b\na, b"), ("paragraph", "After.")]


def test_a_text_box_in_a_paragraph_is_a_paragraph_of_its_own(tmp_path: Path) -> None:
    box = f"<w:r><w:drawing><w:txbxContent>{paragraph('Boxed.')}</w:txbxContent></w:drawing></w:r>"
    body = f"<w:p><w:r><w:t>Before.</w:t></w:r>{box}<w:r><w:t>After.</w:t></w:r></w:p>"
    assert read_book(write_docx(tmp_path / "b.docx", body)).chapters[0].text == "Before.\n\nBoxed.\n\nAfter."


def test_italics_and_bold_are_marked_unless_they_are_switched_off(tmp_path: Path) -> None:
    runs = (
        "<w:r><w:rPr><w:i/></w:rPr><w:t>odd</w:t></w:r><w:r><w:rPr><w:b/></w:rPr><w:t> bold</w:t></w:r>"
        '<w:r><w:rPr><w:i w:val="0"/></w:rPr><w:t> plain</w:t></w:r>'
    )
    book = read_book(write_docx(tmp_path / "i.docx", f"<w:p>{runs}</w:p>"))
    assert (marked(book, MarkKind.EMPHASIS), marked(book, MarkKind.STRONG)) == (["odd"], ["bold"])


# --- Markdown -----------------------------------------------------------------------------------------------------


def test_markdown_headings_begin_chapters_and_details_stand_at_the_front(tmp_path: Path) -> None:
    front = '---\ntitle: "The Lamp"\nauthor:\n  - Ada Wren\n  - Bo Lee\nlang: en-GB\n---\n\n'
    book = write_markdown(tmp_path, front + f"# Night 1\n\n{PROSE}\n\n# Night 2\n\n{PROSE}\n")
    assert (book.title, book.author, book.language) == ("The Lamp", "Ada Wren, Bo Lee", "en-GB")
    assert [c.title for c in book.chapters] == ["Night 1", "Night 2"]


def test_markdown_blocks_are_marked(tmp_path: Path) -> None:
    text = "# A\n\nSo *very* **odd**.\n\n***\n\n> b\n\n- c\n- d\n\n| e | f |\n|---|---|\n| 1 | 2 |\n"
    book = write_markdown(tmp_path, text)
    assert blocks(book) == [
        ("heading", "A"),
        ("paragraph", "So very odd."),
        ("scene break", "* * *"),
        ("block quote", "b"),
        ("list item", "c"),
        ("list item", "d"),
        ("table", "e, f\n1, 2"),
    ]
    assert (marked(book, MarkKind.EMPHASIS), marked(book, MarkKind.STRONG)) == (["very"], ["odd"])


def test_markdown_notes_are_kept_though_commonmark_knows_none(tmp_path: Path) -> None:
    notes = "[^1]: Proof\n[^b]: More proof\n    on two lines.\n\n    And a second paragraph.\n"
    text = f"A claim.[^1] Another.[^b]\n\n{notes}\nAfter.\n"
    book = write_markdown(tmp_path, text)
    assert marked(book, MarkKind.NOTE_MARK) == ["[1]", "[b]"]
    assert marked(book, MarkKind.NOTE) == ["[1] Proof", "[b] More proof on two lines.", "And a second paragraph."]
    assert book.chapters[0].text.endswith("After.")


def test_code_that_looks_like_details_or_headings_is_left_alone(tmp_path: Path) -> None:
    text = "# A\n\n``` {.yaml}\n---\ntitle: no\n---\n# no heading\n::: div\n```\n\nEnd.\n"
    assert [c.title for c in write_markdown(tmp_path, text).chapters] == ["A"]
    assert "::: div" in write_markdown(tmp_path, text).chapters[0].text


def test_markdown_under_another_name_is_known_by_its_headings(tmp_path: Path) -> None:
    text = "".join(f"# Night {n}\n\n{PROSE}\n\n" for n in range(1, 5))
    assert [c.title for c in write_markdown(tmp_path, text, "nights.txt").chapters][:2] == ["Night 1", "Night 2"]
