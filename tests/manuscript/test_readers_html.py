"""Web pages: what each element becomes, and that nothing a reader would see is lost."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.core_types import BLOCK_KINDS, Book, Chapter, MarkKind
from engine.manuscript.readers import read_book
from tests.manuscript.book_files import PROSE


def read(tmp_path: Path, body: str, head: str = "") -> Book:
    path = tmp_path / "page.html"
    path.write_text(f"<html><head>{head}</head><body>{body}</body></html>", encoding="utf-8")
    return read_book(path)


def only_chapter(tmp_path: Path, body: str) -> Chapter:
    (chapter,) = read(tmp_path, body).chapters
    return chapter


def pieces(chapter: Chapter, kind: MarkKind) -> list[str]:
    return [chapter.text[mark.start : mark.end] for mark in chapter.marks if mark.kind is kind]


def blocks(chapter: Chapter) -> list[tuple[str, str]]:
    return [(m.kind.value, chapter.text[m.start : m.end]) for m in chapter.marks if m.kind in BLOCK_KINDS]


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("<p>one\n  two\t three</p>", "one two three"),
        ("<p>one</p>two<p>three</p>", "one\n\ntwo\n\nthree"),
        ("<div>one<div>two</div>three</div>", "one\n\ntwo\n\nthree"),
        ("<p>no\u00adthing<span> to</span><b> see</b></p>", "nothing to see"),
        ("<p>a<br>b<br/>c</p>", "a\nb\nc"),
        ("<p>a<br/><br/>b</p>", "a\n\nb"),
        ("<p>T<span>he</span> end</p>", "The end"),
        ("<p><span class='dropcap'>T</span>he end</p>", "The end"),
        ("<div class='drop-cap'>T</div><p>he end</p>", "The end"),
        ("<p><img alt='T' src='t.png'/>HE END</p>", "THE END"),
        ("<p>a <img alt='a long description' src='t.png'/> b</p>", "a b"),
        ("<h1><img alt='The Lamp' src='t.png'/></h1><p>a</p>", "The Lamp\n\na"),
        ("<p><ruby>草<rp>(</rp><rt>くさ</rt><rp>)</rp></ruby>枕</p>", "草枕"),
        ("<p>a<script>var x=1</script><style>p{}</style>b<!-- c --></p>", "ab"),
        ("<p>a</p><p style='display: none'>no</p><p hidden=''>no</p><p>b</p>", "a\n\nb"),
        ("<p>x is <math alttext='x squared'><mi>x</mi></math>.</p>", "x is x squared."),
        ("<p>x is <math><mi>x</mi><mo>+</mo><mn>1</mn></math>.</p>", "x is x + 1."),
        ("<svg><title>no</title><text>A Title</text></svg><p>a</p>", "A Title\n\na"),
        ("<p>&amp;c. 1 &lt; 2 &eacute;</p>", "&c. 1 < 2 é"),
        ("<pre>one\n  two\n\nthree</pre>", "one\ntwo\n\nthree"),
    ],
)
def test_the_text_is_what_a_reader_sees(tmp_path: Path, body: str, text: str) -> None:
    assert only_chapter(tmp_path, body).text == text


WORDS = st.text("abcdefgh", min_size=1, max_size=4)
TAGS = st.sampled_from(
    [
        *(
            "p",
            "div",
            "em",
            "b",
            "span",
            "blockquote",
            "li",
            "ul",
            "h2",
            "h3",
            "td",
            "tr",
            "table",
            "pre",
            "section",
            "a",
        ),
        *(
            "div class='stanza'",
            "div class='footnote'",
            "span class='pagenum'",
            "div class='drop-cap'",
            "p class='poem'",
        ),
    ]
)
TREES = st.recursive(
    WORDS | st.sampled_from([" ", "\n", "<br/>", "<hr/>", "&nbsp;", "<br/><br/>"]),
    lambda inner: st.tuples(TAGS, st.lists(inner, max_size=4)).map(
        lambda tree: f"<{tree[0]}>{''.join(tree[1])}</{tree[0].split()[0]}>"
    ),
    max_leaves=25,
)


@settings(max_examples=150, deadline=None)
@given(st.lists(TREES, min_size=1, max_size=6))
def test_no_letter_is_lost_or_moved_and_no_block_overlaps(
    tmp_path_factory: pytest.TempPathFactory, trees: list[str]
) -> None:
    body = "".join(trees)
    page = f'<html xmlns="http://www.w3.org/1999/xhtml"><body><p>start</p>{body}<p>end</p></body></html>'
    path = tmp_path_factory.mktemp("page") / "page.xhtml"
    path.write_text(page, encoding="utf-8")
    book = read_book(path)
    seen = re.sub(r"<[^>]*>|&nbsp;", "", page)
    assert "".join(filter(str.isalnum, "".join(c.text for c in book.chapters))) == "".join(filter(str.isalnum, seen))
    for chapter in book.chapters:
        end = 0
        for mark in chapter.marks:
            assert chapter.text[mark.start : mark.end].strip() == chapter.text[mark.start : mark.end] != ""
            if mark.kind in BLOCK_KINDS:
                assert mark.start >= end
                end = mark.end


def test_every_block_is_marked_as_what_it_is(tmp_path: Path) -> None:
    body = (
        "<h1>A</h1><p>b</p><hr><p>c</p><p>* * *</p><blockquote>d</blockquote><ul><li>e<ul><li>f</li></ul></li></ul>"
        "<table><tr><th>g</th><th>h</th></tr><tr><td><p>1</p></td><td></td><td>2</td></tr></table>"
        "<div class='footnote'><p>i</p></div><div class='poem'><p>j<br>k</p></div>"
    )
    assert blocks(only_chapter(tmp_path, body)) == [
        ("heading", "A"),
        ("paragraph", "b"),
        ("scene break", "* * *"),
        ("paragraph", "c"),
        ("scene break", "* * *"),
        ("block quote", "d"),
        ("list item", "e"),
        ("list item", "f"),
        ("table", "g, h\n1, 2"),
        ("note", "i"),
        ("verse", "j\nk"),
    ]


@pytest.mark.parametrize(
    "stanza",
    [
        "<div class='stanza'><span>O lamp,<br/></span>\n<span>o light<br/></span></div>",
        "<div class='linegroup'><div>O lamp,</div>\n<div>o light</div></div>",
        "<blockquote class='poem'><p>O lamp,<br/>\n  o light</p></blockquote>",
    ],
)
def test_a_stanza_is_one_verse_whose_lines_keep_their_ends(tmp_path: Path, stanza: str) -> None:
    assert blocks(only_chapter(tmp_path, f"<p>He sang:</p>{stanza}<p>and so on</p>"))[1] == (
        "verse",
        "O lamp,\no light",
    )


def test_a_rule_at_a_chapters_edge_or_under_its_heading_is_decoration(tmp_path: Path) -> None:
    chapter = only_chapter(tmp_path, "<hr><h1>A</h1><hr><p>b</p><hr>")
    assert blocks(chapter) == [("heading", "A"), ("paragraph", "b")]


def test_an_empty_paragraph_is_a_break_only_where_it_is_rare(tmp_path: Path) -> None:
    rare = only_chapter(tmp_path, "<p>a</p>" * 9 + "<p>&nbsp;</p><p>b</p>")
    assert pieces(rare, MarkKind.SCENE_BREAK) == ["* * *"]
    assert not pieces(only_chapter(tmp_path, "<p>a</p><p>&nbsp;</p>" * 9 + "<p>b</p>"), MarkKind.SCENE_BREAK)


def test_emphasis_notes_and_page_numbers_are_marked_inside_their_paragraph(tmp_path: Path) -> None:
    chapter = only_chapter(
        tmp_path,
        "<p>So <i>very <b>odd</b></i>!<sup><a href='#f1'>12</a></sup> wo<span class='pagenum'>[Pg 3]</span>rd "
        "<a href='#f2'>[4]</a> 10<sup>6</sup> <a href='#x'>chapter</a></p>",
    )
    assert chapter.text == "So very odd!12 wo[Pg 3]rd [4] 106 chapter"
    assert pieces(chapter, MarkKind.EMPHASIS) == ["very odd"]
    assert pieces(chapter, MarkKind.STRONG) == ["odd"]
    assert pieces(chapter, MarkKind.NOTE_MARK) == ["12", "[4]"]
    assert pieces(chapter, MarkKind.PAGE_NUMBER) == ["[Pg 3]"]


def test_marks_in_a_table_lie_where_their_words_do(tmp_path: Path) -> None:
    chapter = only_chapter(
        tmp_path, "<table><tr><td>a</td> <td><b>bold</b></td></tr> <tr><td><i>it</i></td></tr></table>"
    )
    assert chapter.text == "a, bold\nit"
    assert (pieces(chapter, MarkKind.STRONG), pieces(chapter, MarkKind.EMPHASIS)) == (["bold"], ["it"])


def test_a_table_that_only_places_the_page_is_read_as_paragraphs(tmp_path: Path) -> None:
    chapter = only_chapter(tmp_path, f"<table><tr><td>&nbsp;</td><td><p>{PROSE * 6}</p><p>b</p></td></tr></table>")
    assert [kind for kind, _ in blocks(chapter)] == ["paragraph", "paragraph"]


def test_links_back_to_the_contents_are_not_read(tmp_path: Path) -> None:
    chapter = only_chapter(tmp_path, "<h1>A</h1><p><a href='#toc'>Back to Contents</a></p><p>b</p>")
    assert blocks(chapter) == [("heading", "A"), ("paragraph", "b")]
    assert pieces(chapter, MarkKind.PAGE_NUMBER) == ["Back to Contents"]


def test_chapters_begin_at_numbered_headings_with_their_parts_above_them(tmp_path: Path) -> None:
    body = "<h1>The Lamp</h1><p>by Ada Wren</p>" + "".join(
        (f"<h2>PART {part}</h2>" if number == 1 else "")
        + f"<h2>CHAPTER {'I' * number}</h2><h3>Title {number}</h3><p>{PROSE * 9}</p><h4>END OF IT</h4>"
        for part in ("ONE", "TWO")
        for number in (1, 2)
    )
    book = read(tmp_path, body, "<title>The Lamp</title>")
    assert [(c.title, c.left_out_reason) for c in book.chapters] == [
        ("The Lamp", "title page"),
        ("CHAPTER I: Title 1", ""),
        ("CHAPTER II: Title 2", ""),
        ("CHAPTER I: Title 1", ""),
        ("CHAPTER II: Title 2", ""),
    ]
    assert book.chapters[3].text.startswith("PART TWO\n\nCHAPTER I\n\n")


def test_a_page_nested_deeper_than_xml_allows_keeps_every_word(tmp_path: Path) -> None:
    chapter = only_chapter(tmp_path, "<p>first</p>" + "<font><b>" * 400 + "middle" + "<p>last</p>")
    assert chapter.text == "first\n\nmiddle\n\nlast"


def test_details_come_from_the_head(tmp_path: Path) -> None:
    head = '<title>The Lamp</title><meta name="author" content="Ada Wren"><meta name="description" content="Dark.">'
    book = read(tmp_path, f"<p>{PROSE}</p>", head)
    assert (book.title, book.author, book.description, book.language) == ("The Lamp", "Ada Wren", "Dark.", "en")
