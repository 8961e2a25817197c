"""EPUB: order, titles, what is left out, what the book says of itself."""

from __future__ import annotations

from pathlib import Path

from engine.core_types import Book, MarkKind
from engine.manuscript.readers import read_book
from tests.manuscript.book_files import (
    NAV_ITEM,
    NCX_ITEM,
    PROSE,
    chapter,
    nav,
    ncx,
    package,
    page,
    point,
    write_epub,
)

JPEG = b"\xff\xd8\xff\xe0" + bytes(64)


def titles(book: Book) -> list[str]:
    return [chapter.title for chapter in book.chapters]


def left_out(book: Book) -> dict[str, str]:
    return {chapter.title: chapter.left_out_reason for chapter in book.chapters if not chapter.include}


def test_chapters_come_in_the_order_of_the_spine_with_titles_from_the_contents(tmp_path: Path) -> None:
    pages = ["two.xhtml", "one.xhtml"]
    entries = '<li><a href="two.xhtml"><span>First</span> to read</a></li><li><a href="one.xhtml">Second</a></li>'
    files = {"nav.xhtml": nav(entries), "one.xhtml": chapter("x"), "two.xhtml": chapter("y")}
    book = read_book(write_epub(tmp_path / "b.epub", package(pages, manifest=NAV_ITEM), files))
    assert titles(book) == ["First to read", "Second"]
    assert [c.source for c in book.chapters] == ["OEBPS/two.xhtml", "OEBPS/one.xhtml"]
    assert (book.title, book.author, book.language) == ("The Lamp", "Ada Wren", "en")


def test_a_part_with_a_page_of_its_own_is_a_chapter_and_nested_contents_are_flattened(tmp_path: Path) -> None:
    pages = ["part.xhtml", "a.xhtml", "b.xhtml"]
    inner = point("Chapter 1", "a.xhtml") + point("Chapter 2", "b.xhtml")
    files = {
        "toc.ncx": ncx(point("Part One", "part.xhtml", inner)),
        "part.xhtml": page("<h1>Part One</h1>"),
        "a.xhtml": chapter("Chapter 1"),
        "b.xhtml": chapter("Chapter 2"),
    }
    book = read_book(write_epub(tmp_path / "b.epub", package(pages, manifest=NCX_ITEM), files))
    assert titles(book) == ["Part One", "Chapter 1", "Chapter 2"]
    assert all(c.include for c in book.chapters)


def test_a_part_heading_above_its_first_chapter_stays_as_text(tmp_path: Path) -> None:
    body = f'<h1 id="p">Part One</h1><h2 id="c">Chapter 1</h2><p>{PROSE}</p>'
    files = {
        "toc.ncx": ncx(point("Part One", "a.xhtml#p", point("Chapter 1", "a.xhtml#c")) + point("Chapter 2", "b.xhtml")),
        "a.xhtml": page(body),
        "b.xhtml": chapter("Chapter 2"),
    }
    book = read_book(write_epub(tmp_path / "b.epub", package(["a.xhtml", "b.xhtml"], manifest=NCX_ITEM), files))
    assert titles(book) == ["Chapter 1", "Chapter 2"]
    assert book.chapters[0].text.startswith("Part One\n\nChapter 1\n\nThe lamp")


def test_several_chapters_in_one_file_are_parted_where_the_contents_point(tmp_path: Path) -> None:
    body = "".join(f'<div id="c{n}"><p class="head">{n}</p><p>{PROSE}Number {n}.</p></div>' for n in (1, 2, 3))
    entries = "".join(f'<li><a href="all%20of%20it.xhtml#c{n}">The {n}. night</a></li>' for n in (1, 2, 3))
    files = {"nav.xhtml": nav(entries), "all of it.xhtml": page(body)}
    opf = package(["all%20of%20it.xhtml"], manifest=NAV_ITEM)
    book = read_book(write_epub(tmp_path / "b.epub", opf, files))
    assert titles(book) == ["The 1. night", "The 2. night", "The 3. night"]
    assert [c.text.rstrip(".")[-1] for c in book.chapters] == ["1", "2", "3"]


def test_one_chapter_over_several_files_stays_one(tmp_path: Path) -> None:
    pages = ["a.xhtml", "a_split.xhtml", "b.xhtml"]
    entries = '<li><a href="a.xhtml">Chapter 1</a></li><li><a href="b.xhtml">Chapter 2</a></li>'
    more = page(f"<p>It went on. {PROSE}</p>")
    files = {"nav.xhtml": nav(entries), "a.xhtml": chapter("1"), "a_split.xhtml": more, "b.xhtml": chapter("2")}
    book = read_book(write_epub(tmp_path / "b.epub", package(pages, manifest=NAV_ITEM), files))
    assert titles(book) == ["Chapter 1", "Chapter 2"]
    assert "It went on." in book.chapters[0].text


def test_a_file_the_contents_forget_is_a_chapter_when_it_is_headed_like_one(tmp_path: Path) -> None:
    pages = ["a.xhtml", "b.xhtml", "c.xhtml"]
    entries = '<li><a href="a.xhtml">One</a></li><li><a href="c.xhtml">Three</a></li>'
    files = {
        "nav.xhtml": nav(entries),
        **{f"{n}.xhtml": chapter(t) for n, t in (("a", "One"), ("b", "Two"), ("c", "3"))},
    }
    book = read_book(write_epub(tmp_path / "b.epub", package(pages, manifest=NAV_ITEM), files))
    assert titles(book) == ["One", "Two", "Three"]


def test_without_a_contents_table_headings_give_the_chapters(tmp_path: Path) -> None:
    body = "".join(f"<h2>Chapter {n}</h2><p>{PROSE * 3}</p>" for n in range(1, 5))
    book = read_book(write_epub(tmp_path / "b.epub", package(["a.xhtml"]), {"a.xhtml": page(body)}))
    assert titles(book) == ["Chapter 1", "Chapter 2", "Chapter 3", "Chapter 4"]


def test_short_inner_sections_are_no_chapters_of_their_own(tmp_path: Path) -> None:
    body = "<h1>Tools</h1><p>About.</p>" + "".join(f'<h2 id="s{n}">Use {n}</h2><p>{PROSE}</p>' for n in range(9))
    inner = "".join(point(f"Use {n}", f"a.xhtml#s{n}") for n in range(9))
    files = {"toc.ncx": ncx(point("Tools", "a.xhtml", inner) + point("End", "b.xhtml")), "a.xhtml": page(body)}
    files["b.xhtml"] = chapter("End")
    book = read_book(write_epub(tmp_path / "b.epub", package(["a.xhtml", "b.xhtml"], manifest=NCX_ITEM), files))
    assert titles(book) == ["Tools", "End"]


def test_front_and_back_matter_is_left_out_with_its_reason_and_listed(tmp_path: Path) -> None:
    links = "".join(f'<p><a href="ch{n}.xhtml">Chapter {n}</a></p>' for n in (1, 2))
    legal = (
        "<p>Copyright © 2020 Ada Wren. All rights reserved.</p><p>ISBN 978-3-16-148410-0</p><p>First published 1.</p>"
    )
    files = {
        "tp.xhtml": page("<h1>The Lamp</h1><p>by Ada Wren</p>"),
        "legal.xhtml": page(legal),
        "ded.xhtml": page("<p>For my mother.</p>", body_type="dedication"),
        "inhalt.xhtml": page(f"<h1>Contents</h1>{links}"),
        "ch1.xhtml": chapter("Chapter 1"),
        "ch2.xhtml": chapter("Chapter 2"),
        "notes.xhtml": page('<section epub:type="endnotes"><ol><li>See Smith.</li></ol></section>'),
        "also.xhtml": page("<h1>Also by Ada Wren</h1><p>The Wick</p>"),
        "nav.xhtml": nav('<li><a href="ch1.xhtml">Chapter 1</a></li><li><a href="ch2.xhtml">Chapter 2</a></li>'),
    }
    pages = [name for name in files if name != "nav.xhtml"]
    book = read_book(write_epub(tmp_path / "b.epub", package(pages, manifest=NAV_ITEM), files))
    reasons = [c.left_out_reason for c in book.chapters]
    assert reasons == ["title page", "copyright", "", "contents", "", "", "notes", "advertisement"]
    assert [c.include for c in book.chapters] == [not reason for reason in reasons]


def test_what_the_guide_calls_a_page_counts(tmp_path: Path) -> None:
    guide = '<guide><reference type="cover" href="x1.xhtml"/><reference type="text" href="ch.xhtml"/></guide>'
    files = {"x1.xhtml": page("<p>A lamp on a sill</p>"), "ch.xhtml": chapter("One"), "x2.xhtml": chapter("Two")}
    book = read_book(write_epub(tmp_path / "b.epub", package([*files], guide=guide), files))
    assert [c.left_out_reason for c in book.chapters] == ["cover", "", ""]


def test_pages_outside_the_reading_order_are_listed_but_left_out(tmp_path: Path) -> None:
    files = {"a.xhtml": chapter("One"), "map.xhtml": chapter("A map described")}
    book = read_book(write_epub(tmp_path / "b.epub", package([*files], auxiliary=["map.xhtml"]), files))
    assert left_out(book) == {"A map described": "auxiliary"}


def test_a_page_listed_twice_is_read_once(tmp_path: Path) -> None:
    opf = package(["a.xhtml"]).replace("</spine>", '<itemref idref="p0"/></spine>')
    book = read_book(write_epub(tmp_path / "b.epub", opf, {"a.xhtml": chapter("One")}))
    assert len(book.chapters) == 1


def test_a_missing_page_is_told_and_the_rest_is_read(tmp_path: Path) -> None:
    files = {"a.xhtml": chapter("One")}
    book = read_book(write_epub(tmp_path / "b.epub", package(["a.xhtml", "gone.xhtml"]), files))
    assert titles(book) == ["One"]
    assert [f.check for f in book.findings] == ["missing-page"]
    assert '"gone.xhtml"' in book.findings[0].sentence


def test_the_first_of_several_packages_is_read(tmp_path: Path) -> None:
    second = '<rootfile full-path="other.opf" media-type="application/oebps-package+xml"/></rootfiles>'
    container = (
        '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
        f'<rootfile full-path="OEBPS/book.opf" media-type="application/oebps-package+xml"/>{second}</container>'
    )
    other = package(["b.xhtml"], metadata="<dc:title>Other</dc:title>")
    files = {
        "/META-INF/container.xml": container,
        "/other.opf": other,
        "a.xhtml": chapter("One"),
        "/b.xhtml": page("no"),
    }
    assert read_book(write_epub(tmp_path / "b.epub", package(["a.xhtml"]), files)).title == "The Lamp"


def test_metadata_of_both_epub_versions_is_understood(tmp_path: Path) -> None:
    metadata = (
        '<dc:title id="sub">A Tale of Wicks</dc:title><dc:title id="t">The Lamp</dc:title>'
        '<meta refines="#sub" property="title-type">subtitle</meta><meta refines="#t" property="title-type">main</meta>'
        '<dc:creator id="ill">Ivo Ink</dc:creator><meta refines="#ill" property="role">ill</meta>'
        '<dc:creator id="b">Bea Two</dc:creator><meta refines="#b" property="display-seq">2</meta>'
        '<dc:creator id="a" opf:role="aut">Ada One</dc:creator><meta refines="#a" property="display-seq">1</meta>'
        '<dc:language>und</dc:language><dc:date opf:event="modification">2022-02-02</dc:date><dc:date>1921</dc:date>'
        "<dc:description>&lt;p&gt;A &lt;b&gt;dark&lt;/b&gt; tale.&lt;/p&gt;</dc:description>"
    )
    german = page(
        "<h1>Eins</h1>" + "<p>Und der Mann ging nicht mit der Frau in das Haus, das auf dem Berg war.</p>" * 5
    )
    book = read_book(write_epub(tmp_path / "b.epub", package(["a.xhtml"], metadata=metadata), {"a.xhtml": german}))
    assert (book.title, book.author) == ("The Lamp: A Tale of Wicks", "Ada One, Bea Two")
    assert (book.language, book.year, book.description) == ("de", "1921", "A dark tale.")


def test_the_cover_is_found_wherever_it_is_named_and_only_if_it_is_a_picture(tmp_path: Path) -> None:
    item = '<item id="c" href="c.jpg" media-type="image/jpeg"{}/>'
    named = package(["a.xhtml"], metadata='<meta name="cover" content="c"/>', manifest=item.format(""))
    property_of = package(["a.xhtml"], manifest=item.format(' properties="cover-image"'))
    on_page = package(["cover.xhtml", "a.xhtml"], manifest=item.format(""))
    files: dict[str, str | bytes] = {"a.xhtml": chapter("One"), "cover.xhtml": page('<img src="c.jpg" alt=""/>')}
    for number, opf in enumerate((named, property_of, on_page)):
        path = write_epub(tmp_path / f"{number}.epub", opf, {**files, "c.jpg": JPEG})
        assert read_book(path).cover == JPEG
        path = write_epub(tmp_path / f"{number}x.epub", opf, {**files, "c.jpg": b"<html>no picture</html>"})
        assert read_book(path).cover is None


def test_pages_that_are_not_well_formed_or_not_utf8_keep_their_words(tmp_path: Path) -> None:
    sloppy = page("<h1>One</h1><p>Caf&eacute;&nbsp;au lait<p>and <b>more<br>of it &copy; 1 < 2")
    old = page("<h1>Two</h1><p>Naïve façade</p>").replace("utf-8", "iso-8859-1").encode("latin-1")
    files: dict[str, str | bytes] = {"a.xhtml": sloppy, "b.xhtml": old}
    book = read_book(write_epub(tmp_path / "b.epub", package([*files]), files))
    assert book.chapters[0].text == "One\n\nCafé\xa0au lait\n\nand more\nof it © 1 < 2"
    assert book.chapters[1].text == "Two\n\nNaïve façade"
    assert book.findings == ()


def test_a_cut_inside_a_paragraph_moves_to_its_beginning_and_loses_nothing(tmp_path: Path) -> None:
    body = '<p>First words.</p><p>Before <a id="here"/>and after.</p>'
    entries = '<li><a href="a.xhtml">A</a></li><li><a href="a.xhtml#here">B</a></li>'
    files = {"nav.xhtml": nav(entries), "a.xhtml": page(body)}
    book = read_book(write_epub(tmp_path / "b.epub", package(["a.xhtml"], manifest=NAV_ITEM), files))
    assert [c.text for c in book.chapters] == ["First words.", "Before and after."]


def test_a_cut_between_blank_lines_falls_where_it_points(tmp_path: Path) -> None:
    body = 'One.<br/><br/>Two.<a id="c2"/><br/><br/>Three.<br/><br/>Fo<b id="c3">u</b>r.'
    entries = "".join(f'<li><a href="a.xhtml#{name}">{name}</a></li>' for name in ("c2", "c3"))
    files = {"nav.xhtml": nav(entries), "a.xhtml": page(f"<div>{body}</div>")}
    book = read_book(write_epub(tmp_path / "b.epub", package(["a.xhtml"], manifest=NAV_ITEM), files))
    assert [c.text for c in book.chapters] == ["One.\n\nTwo.", "Three.", "Four."]


def test_an_entry_for_a_picture_or_a_pages_end_means_the_page_that_follows(tmp_path: Path) -> None:
    files = {
        "cover.xhtml": page('<img src="c.jpg"/>'),
        "a.xhtml": page(f'<p>{PROSE}</p><div id="next"></div>'),
        "b.xhtml": page(f"<p>{PROSE}</p>"),
        "drawn.xhtml": page('<img src="three.png"/>'),
        "c.xhtml": page(f"<p>{PROSE}</p>"),
    }
    places = {"Cover": "cover.xhtml", "One": "a.xhtml", "Two": "a.xhtml#next", "Three": "drawn.xhtml"}
    entries = "".join(f'<li><a href="{href}">{title}</a></li>' for title, href in places.items())
    opf = package([*files], manifest=NAV_ITEM)
    book = read_book(write_epub(tmp_path / "b.epub", opf, {**files, "nav.xhtml": nav(entries)}))
    assert [(c.title, c.source[6]) for c in book.chapters] == [("One", "a"), ("Two", "b"), ("Three", "c")]


def test_the_gutenberg_licence_is_cut_from_the_last_chapter(tmp_path: Path) -> None:
    start = "*** START OF THIS PROJECT GUTENBERG EBOOK ***"
    front = f"<pre>The Project Gutenberg EBook of The Lamp\n\nTitle: The Lamp\n\n{start}</pre>"
    back = f"<p>{PROSE}</p><p>The end.</p><pre>End of the Project Gutenberg EBook of The Lamp\n\nUpdates ...</pre>"
    files = {"a.xhtml": page(f"{front}<h2>Chapter 1</h2><p>{PROSE}</p>"), "b.xhtml": page(f"<h2>Chapter 2</h2>{back}")}
    book = read_book(write_epub(tmp_path / "b.epub", package([*files]), files))
    assert [(c.title, c.include) for c in book.chapters] == [
        ("Project Gutenberg header", False),
        ("Chapter 1", True),
        ("Chapter 2", True),
        ("Project Gutenberg footer", False),
    ]
    assert book.chapters[2].text.endswith("The end.")


def test_notes_stay_in_the_text_and_are_marked(tmp_path: Path) -> None:
    body = (
        '<h1>One</h1><p>A claim<a epub:type="noteref" href="#n1">1</a> stands.'
        '<span epub:type="pagebreak" title="7"/> More.</p><aside epub:type="footnote" id="n1"><p>1. Proof.</p></aside>'
    )
    book = read_book(write_epub(tmp_path / "b.epub", package(["a.xhtml"]), {"a.xhtml": page(body)}))
    text = book.chapters[0].text
    assert text == "One\n\nA claim1 stands. More.\n\n1. Proof."
    spans = {mark.kind: text[mark.start : mark.end] for mark in book.chapters[0].marks}
    assert spans[MarkKind.NOTE_MARK] == "1"
    assert spans[MarkKind.NOTE] == "1. Proof."


def test_a_contents_table_is_read_though_ebooklib_cannot(tmp_path: Path) -> None:
    """An entry whose link is wrapped, and a navigation document without any list of contents."""
    wrapped = '<li><span><a href="a.xhtml">Wrapped</a></span></li><li><a href="b.xhtml">Plain</a></li>'
    files = {"nav.xhtml": nav(wrapped), "a.xhtml": chapter("x"), "b.xhtml": chapter("y")}
    opf = package(["a.xhtml", "b.xhtml"], manifest=NAV_ITEM)
    assert titles(read_book(write_epub(tmp_path / "b.epub", opf, files))) == ["Wrapped", "Plain"]
    files["nav.xhtml"] = page('<nav epub:type="landmarks"><ol/></nav>')
    assert titles(read_book(write_epub(tmp_path / "c.epub", opf, files))) == ["x", "y"]
