"""Real books: all of them are read, no letter is lost, and the contents are what a reader would expect."""

from __future__ import annotations

import posixpath
import re
import time
import zipfile
from html import unescape
from pathlib import Path
from urllib.parse import unquote

import pytest
from lxml import etree

from engine.core_types import BLOCK_KINDS, Book, MarkKind
from engine.errors import UnsupportedManuscript
from engine.manuscript.readers import read_book

MATERIAL = Path(__file__).resolve().parents[3] / "shared" / "material"
EPUBS = sorted((MATERIAL / "epub").glob("*.epub")) if MATERIAL.is_dir() else []
DOCUMENTS = sorted((MATERIAL / "doc").glob("*")) if MATERIAL.is_dir() else []
READABLE = (".txt", ".md", ".htm", ".html", ".xhtml", ".docx")
pytestmark = pytest.mark.skipif(not EPUBS, reason="the folder of real material does not lie beside the source")

UNSEEN = {"script", "style", "head", "rt", "rp", "iframe", "object", "audio", "video", "title", "desc", "case", "math"}


def letters(text: str) -> str:
    return "".join(filter(str.isalnum, text))


def visible_text(element: etree._Element) -> str:
    """What a reader sees of a page, gathered without any of the readers' code."""
    name = element.tag.rpartition("}")[2].lower() if isinstance(element.tag, str) else ""
    if not name or name in UNSEEN or "hidden" in element.attrib or "display:none" in (element.get("style") or ""):
        return ""
    inside = [visible_text(child) + (child.tail or "") for child in element]
    return (element.text or "") + "".join(inside)


def visible_text_of_epub(path: Path) -> str:
    """The pages of the first package's spine, one after the other; "" where one of them is no XHTML."""
    with zipfile.ZipFile(path) as archive:
        container = etree.fromstring(archive.read("META-INF/container.xml"))
        (opf, *_) = container.xpath("//*[local-name()='rootfile']/@full-path")
        root = etree.fromstring(archive.read(opf))
        items = {item.get("id"): item for item in root.xpath("//*[local-name()='item']")}
        spine = [items[ref.get("idref")] for ref in root.xpath("//*[local-name()='itemref']")]
        names = [
            posixpath.normpath(posixpath.join(posixpath.dirname(opf), unquote(item.get("href")))) for item in spine
        ]
        if any("html" not in item.get("media-type") for item in spine):
            return ""
        pages = [archive.read(name).decode("utf-8") for name in dict.fromkeys(names)]
    text = ""
    for page in pages:
        plain = re.sub(r"&(?!(?:amp|lt|gt|quot|apos);)([A-Za-z]+);", lambda match: unescape(match.group(0)), page)
        tree = etree.fromstring(re.sub(r"^\s*<\?xml[^>]*>|<!DOCTYPE[^>]*>", "", plain).strip().encode())
        text += "".join(visible_text(body) for body in tree.xpath("//*[local-name()='body']"))
    return text


def check_marks(book: Book) -> None:
    """Block marks follow each other without overlap and nothing but white space lies between them."""
    for chapter in book.chapters:
        end = 0
        outermost = [
            m for m in chapter.marks if m.kind in BLOCK_KINDS or (m.kind is MarkKind.PAGE_NUMBER and m.start >= end)
        ]
        for mark in outermost:
            if mark.kind is MarkKind.PAGE_NUMBER and mark.start < end:
                continue  # inside a paragraph
            assert chapter.text[end : mark.start].strip() == "", (chapter.title, chapter.text[end : mark.start])
            assert mark.start >= end
            assert chapter.text[mark.start : mark.end].strip()
            end = mark.end
        assert chapter.text[end:].strip() == ""


@pytest.mark.parametrize("path", EPUBS, ids=lambda path: str(path.name))
def test_every_epub_is_read_and_no_letter_is_lost(path: Path) -> None:
    book = read_book(path)
    assert any(chapter.include for chapter in book.chapters)
    assert all(chapter.title.strip() for chapter in book.chapters)
    check_marks(book)
    with zipfile.ZipFile(path) as archive:
        formulas = any(b"<math" in archive.read(name) or b":math" in archive.read(name) for name in archive.namelist())
    if not formulas:  # a formula is read by its description
        seen = visible_text_of_epub(path)
        assert not seen or letters("".join(chapter.text for chapter in book.chapters)) == letters(seen)


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.name))
def test_every_document_is_read_or_named_as_unsupported(path: Path) -> None:
    if path.suffix not in READABLE:
        with pytest.raises(UnsupportedManuscript, match="calibre"):
            read_book(path)
        return
    book = read_book(path)
    assert any(chapter.include for chapter in book.chapters)
    check_marks(book)


@pytest.mark.parametrize(
    "name", ["jack_sheppard_latin1.txt", "willows_ascii.txt", "pdnc_AlicesAdventuresInWonderland.txt"]
)
def test_a_novels_text_file_is_covered_exactly(name: str) -> None:
    raw = (MATERIAL / "doc" / name).read_bytes()
    text = raw.decode("cp1252" if "latin1" in name else "utf-8").replace("\r\n", "\n")
    assert "".join(chapter.text for chapter in read_book(MATERIAL / "doc" / name).chapters) == text


def test_no_letter_of_a_web_page_or_a_word_document_is_lost() -> None:
    page = etree.parse(MATERIAL / "doc" / "jack_sheppard.htm", etree.HTMLParser(encoding="iso-8859-1")).getroot()
    book = read_book(MATERIAL / "doc" / "jack_sheppard.htm")
    (body,) = page.xpath("//body")
    assert letters("".join(chapter.text for chapter in book.chapters)) == letters(visible_text(body))


# --- contents as a reader would expect them ------------------------------------------------------------------------


def contents(book: Book) -> list[tuple[str, str]]:
    return [(chapter.title, chapter.left_out_reason) for chapter in book.chapters]


def test_pride_and_prejudice_has_its_sixty_one_chapters() -> None:
    book = read_book(MATERIAL / "epub" / "inkplate_Austen_Jane_-_Pride_and_Prejudice.epub")
    assert (book.title, book.author, book.language, book.year) == ("Pride and Prejudice", "Jane Austen", "en", "1998")
    assert book.cover is not None
    assert [title for title, reason in contents(book) if not reason] == [f"Chapter {n}" for n in range(1, 62)]
    assert [reason for _, reason in contents(book) if reason] == [
        "Project Gutenberg header",
        "contents",
        "Project Gutenberg footer",
    ]


def test_moby_dick_is_read_in_good_time_with_its_front_matter_sorted() -> None:
    start = time.process_time()
    book = read_book(MATERIAL / "epub" / "idpf_moby-dick.epub")
    seconds = time.process_time() - start
    read = [title for title, reason in contents(book) if not reason]
    assert read[:3] == ["ETYMOLOGY.", "EXTRACTS (Supplied by a Sub-Sub-Librarian).", "Chapter 1. Loomings."]
    assert read[-2:] == ["Chapter 135. The Chase.—Third Day.", "Epilogue"]
    assert len(read) == 138
    assert sum(chapter.words for chapter in book.chapters) > 200_000
    assert seconds < 8


def test_a_standard_ebook_keeps_its_dedication_and_leaves_out_its_imprint() -> None:
    book = read_book(MATERIAL / "epub" / "se_love-among-the-chickens.epub")
    reasons = dict(contents(book))
    assert reasons["Dedication"] == ""
    assert reasons["I: A Letter with a Postscript"] == ""
    assert (reasons["Imprint"], reasons["Colophon"], reasons["Uncopyright"]) == ("copyright", "colophon", "copyright")
    assert sum(not reason for reason in reasons.values()) == 24


def test_a_plays_acts_stand_above_their_first_scenes() -> None:
    book = read_book(MATERIAL / "epub" / "koreader_juliet.epub")
    scenes = [chapter for chapter in book.chapters if chapter.text.startswith("Act ")]
    assert len(scenes) == 5
    assert sum(title.startswith("SCENE") for title, _ in contents(book)) == 24


@pytest.mark.parametrize("name", ["jack_sheppard.htm", "jack_sheppard_latin1.txt"])
def test_a_novel_has_the_same_chapters_whatever_its_format(name: str) -> None:
    book = read_book(MATERIAL / "doc" / name)
    read = [chapter for chapter in book.chapters if chapter.include]
    assert len(read) == 58
    assert book.author == "William Harrison Ainsworth"
    assert read[0].title == "CHAPTER I. The Widow and her Child."
    assert read[0].text.startswith("EPOCH THE FIRST.")
    assert read[-1].title == "CHAPTER XXXII. The Closing Scene."


@pytest.mark.parametrize("name", ["willows_ascii.txt", "conv_willows.md"])
def test_the_willows_have_twelve_chapters_from_text_and_from_markdown(name: str) -> None:
    book = read_book(MATERIAL / "doc" / name)
    assert (book.title, book.author) == ("The Wind in the Willows", "Kenneth Grahame")
    read = [title for title, reason in contents(book) if not reason]
    assert len(read) == 12
    assert (read[0], read[6]) == ("I. THE RIVER BANK", "VII. THE PIPER AT THE GATES OF DAWN")


def test_a_poem_in_one_file_is_parted_and_its_notes_are_left_out() -> None:
    book = read_book(MATERIAL / "epub" / "idpf_wasteland-otf-obf.epub")
    assert [reason for _, reason in contents(book)] == ["title page", "", "", "", "", "", "notes"]
    verses = [m for chapter in book.chapters for m in chapter.marks if m.kind is MarkKind.VERSE]
    assert len(verses) > 20
