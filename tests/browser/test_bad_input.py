"""What is dropped on the page may be broken or hostile: it gets a sentence, and the shelf stays as it was."""

from __future__ import annotations

import io
import zipfile

import pytest
from ebooklib import epub
from PIL import Image

from tests.browser.studio_process import StudioProcess
from tests.browser.visitor import Visitor

HOSTILE_TITLE = "<script>alert(1)</script><img src=x onerror=alert(2)>"
SWOLLEN_BYTES = 200_000_000
PAGES = ("/", "/manuscript", "/voices", "/narration", "/audiobook")


def make_jpeg() -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (64, 64), (200, 40, 40)).save(file, "JPEG")
    return file.getvalue()


def make_bomb() -> bytes:
    """200 kB that say they are a book and would be 200 MB."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        archive.writestr("mimetype", "application/epub+zip")
        with archive.open("chapter.xhtml", "w") as entry:
            for _ in range(SWOLLEN_BYTES // 1_000_000):
                entry.write(b"\0" * 1_000_000)
    return file.getvalue()


def make_book(title: str) -> bytes:
    book = epub.EpubBook()
    book.set_identifier("urn:voxfolio:hostile")
    book.set_title(title)
    book.set_language("en")
    book.add_author(title)
    page = epub.EpubHtml(title=title, file_name="1.xhtml", lang="en")
    page.content = "<h1>The Lamp</h1><p>The keeper climbed the stairs and lit the lamp.</p>"
    book.add_item(page)
    book.toc = [epub.Link("1.xhtml", title, "one")]
    book.spine = [page]
    book.add_item(epub.EpubNcx())
    book.add_item(epub.EpubNav())
    file = io.BytesIO()
    epub.write_epub(file, book)
    return file.getvalue()


def drop(visitor: Visitor, name: str, content: bytes) -> None:
    """Choose a file on the page of the shelf."""
    visitor.go("/")
    visitor.find("#open-sample").wait_for()
    visitor.find("#manuscript-file input[type=file]").set_input_files(
        {"name": name, "mimeType": "application/octet-stream", "buffer": content}
    )


@pytest.fixture(scope="module")
def shelf(visitor: Visitor) -> str:
    """A shelf with the sample book on it; its words."""
    visitor.go("/")
    visitor.find("#open-sample").click()
    visitor.page.wait_for_url("**/manuscript?book=*")
    return read_shelf(visitor)


def read_shelf(visitor: Visitor) -> str:
    visitor.go("/")
    visitor.find("#shelf .card").first.wait_for()
    return visitor.find("#shelf").inner_text()


def list_books(studio: StudioProcess) -> set[str]:
    return {path.name for path in studio.workspace.joinpath("books").iterdir()}


@pytest.mark.parametrize(
    ("name", "make", "sentence"),
    [
        ("empty.epub", bytes, "empty"),
        ("holiday.epub", make_jpeg, "picture"),
        ("holiday.txt", make_jpeg, "picture"),
        ("bomb.epub", make_bomb, "zip bomb"),
    ],
)
def test_a_broken_manuscript_gets_its_sentence_and_leaves_the_shelf_as_it_was(
    name: str, make: type[bytes], sentence: str, shelf: str, visitor: Visitor, studio: StudioProcess
) -> None:
    books = list_books(studio)
    drop(visitor, name, make())
    notice = visitor.find(".notice.trouble")
    notice.wait_for()
    said = notice.locator("p").inner_text()
    assert name in said
    assert sentence in said
    assert said.strip().endswith(".")
    visitor.find("#import-progress .reading").wait_for(state="detached")
    assert read_shelf(visitor) == shelf
    assert list_books(studio) == books
    uploads = [path for path in studio.workspace.glob("scratch/uploads/**/*") if path.is_file()]
    assert [path for path in uploads if path.stat().st_size] == [], "the upload itself is not kept"
    assert visitor.troubles == []


def test_after_a_refusal_the_next_book_opens(shelf: str, visitor: Visitor) -> None:
    drop(visitor, "empty.epub", b"")
    visitor.find(".notice.trouble").wait_for()
    visitor.find("#manuscript-file input[type=file]").set_input_files(
        {"name": "lamp.txt", "mimeType": "text/plain", "buffer": b"The Lamp\n\nThe keeper climbed the stairs.\n"}
    )
    visitor.page.wait_for_url("**/manuscript?book=*")
    visitor.find("#reading .page", has_text="The keeper climbed the stairs.").wait_for()


def test_a_hostile_title_is_only_text(visitor: Visitor) -> None:
    drop(visitor, "hostile.epub", make_book(HOSTILE_TITLE))
    visitor.page.wait_for_url("**/manuscript?book=*")
    visitor.find("#book-heading h1").wait_for()
    slug = visitor.read_slug()
    for path in PAGES:
        visitor.go(f"{path}?book={slug}")
        visitor.find("#page h1, #page h2", has_text="alert" if path == "/" else None).first.wait_for()
        assert "<script>alert(1)</script>" in visitor.find("body").inner_text()
        assert visitor.find("img[src=x], img[onerror]").count() == 0
    assert visitor.page.title().startswith(HOSTILE_TITLE[:20])
    assert visitor.troubles == []
