"""Files that are broken, locked, empty or meant to do harm: each gets its sentence, and nothing else ever happens."""

from __future__ import annotations

import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from engine.core_types import Chapter
from engine.errors import (
    DamagedManuscript,
    EmptyManuscript,
    HostileManuscript,
    ManuscriptError,
    ProtectedManuscript,
    UnsupportedManuscript,
)
from engine.manuscript.readers import read_book
from engine.manuscript.readers.archive_guard import GuardedArchive, resolve_entry
from tests.manuscript.book_files import PROSE, chapter, package, page, write_docx, write_epub, write_zip

LAUGHS = '<!DOCTYPE html [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]>'


def refused(path: Path, error: type[ManuscriptError]) -> str:
    """The sentence a file is refused with: it names the file and says what to do."""
    with pytest.raises(error) as caught:
        read_book(path)
    sentence = str(caught.value)
    assert type(caught.value) is error
    assert sentence.endswith((".", "!"))
    assert "Error" not in sentence
    return sentence


def write(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("name", ["book.epub", "book.docx", "book.txt", "book.md", "book.html"])
def test_an_empty_file_is_refused_by_name(tmp_path: Path, name: str) -> None:
    assert f'"{name}" is empty' in refused(write(tmp_path / name, b""), EmptyManuscript)
    assert f'"{name}" is empty' in refused(write(tmp_path / name, b"\n \n"), EmptyManuscript)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("book.epub", b"\xff\xd8\xff\xe0" + bytes(100), "is a JPEG picture"),
        ("book.txt", b"\x89PNG\r\n\x1a\n" + bytes(100), "is a PNG picture"),
        ("book.pdf", b"%PDF-1.7 ...", "is a PDF"),
        ("book.docx", b"%PDF-1.7 ...", "is a PDF"),
        ("book.mobi", bytes(60) + b"BOOKMOBI" + bytes(9), "is a Kindle book (MOBI)"),
        ("book.fb2", b"<?xml version='1.0'?><FictionBook><body/></FictionBook>", "is a FictionBook (FB2)"),
        ("book.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(9), "is an old Word document"),
        ("book.rtf", b"{\\rtf1 hello}", "is an RTF document"),
        ("book.txt", b"MZ\x90\x00" + bytes(99), "is a program"),
        ("book.bin", bytes(range(256)), "is a binary file"),
    ],
)
def test_a_file_of_another_kind_is_named_for_what_it_is(tmp_path: Path, name: str, content: bytes, said: str) -> None:
    sentence = refused(write(tmp_path / name, content), UnsupportedManuscript)
    assert f'"{name}" {said}' in sentence
    assert "EPUB, DOCX, HTML, Markdown or TXT" in sentence
    assert "calibre" in sentence


def test_a_zip_that_is_no_book_says_so(tmp_path: Path) -> None:
    assert "not an EPUB" in refused(write_zip(tmp_path / "a.epub", {"x.txt": "x"}), UnsupportedManuscript)
    assert "not a book" in refused(write_zip(tmp_path / "a.zip", {"x.txt": "x"}), UnsupportedManuscript)
    assert "OpenDocument" in refused(write_zip(tmp_path / "a.odt", {"content.xml": "<x/>"}), UnsupportedManuscript)


def test_a_truncated_epub_asks_for_a_fresh_copy(tmp_path: Path) -> None:
    whole = write_epub(tmp_path / "w.epub", package(["a.xhtml"]), {"a.xhtml": chapter("One")}).read_bytes()
    assert "fresh copy" in refused(write(tmp_path / "cut.epub", whole[: len(whole) // 2]), DamagedManuscript)
    assert "broken" in refused(write(tmp_path / "text.epub", b"no zip at all"), DamagedManuscript)


def test_a_file_that_begins_with_much_blank_space_is_not_taken_for_empty(tmp_path: Path) -> None:
    assert read_book(write(tmp_path / "late.txt", b"\n" * 9_000 + PROSE.encode())).chapters


def test_a_page_whose_bytes_are_damaged_is_not_half_imported(tmp_path: Path) -> None:
    path = write_epub(tmp_path / "d.epub", package(["a.xhtml"]), {"a.xhtml": chapter("One")})
    with zipfile.ZipFile(path) as archive:
        info = archive.getinfo("OEBPS/a.xhtml")
    raw = bytearray(path.read_bytes())
    start = info.header_offset + 30 + len(info.filename)
    raw[start + 20 : start + 40] = bytes(20)
    assert "damaged" in refused(write(path, bytes(raw)), DamagedManuscript)


def test_an_epub_without_its_package_or_with_an_empty_one_is_damaged(tmp_path: Path) -> None:
    files = {"META-INF/container.xml": "<container/>"}
    assert "lists its chapters is missing" in refused(write_zip(tmp_path / "a.epub", files), DamagedManuscript)
    assert "cannot be read" in refused(write_epub(tmp_path / "b.epub", "no xml", {}), DamagedManuscript)


def test_a_book_of_pictures_says_that_it_has_no_text(tmp_path: Path) -> None:
    path = write_epub(tmp_path / "p.epub", package(["a.xhtml"]), {"a.xhtml": page('<img src="p.png" alt="page 1"/>')})
    assert "no text to read aloud" in refused(path, EmptyManuscript)


# --- protection ---------------------------------------------------------------------------------------------------

ENCRYPTED = (
    '<encryption xmlns="urn:oasis:names:tc:opendocument:xmlns:container" '
    'xmlns:e="http://www.w3.org/2001/04/xmlenc#"><e:EncryptedData><e:CipherData>'
    '<e:CipherReference URI="{}"/></e:CipherData></e:EncryptedData></encryption>'
)


def test_pages_under_drm_are_refused_with_what_to_do(tmp_path: Path) -> None:
    files = {"a.xhtml": bytes(range(256)) * 4, "/META-INF/encryption.xml": ENCRYPTED.format("OEBPS/a.xhtml")}
    sentence = refused(write_epub(tmp_path / "d.epub", package(["a.xhtml"]), files), ProtectedManuscript)
    assert "protected by DRM" in sentence
    assert "without DRM" in sentence


def test_scrambled_fonts_are_no_drm(tmp_path: Path) -> None:
    files = {"a.xhtml": chapter("One"), "f.otf": b"xx", "/META-INF/encryption.xml": ENCRYPTED.format("OEBPS/f.otf")}
    assert read_book(write_epub(tmp_path / "f.epub", package(["a.xhtml"]), files)).chapters[0].include


def test_a_zip_with_a_password_is_refused(tmp_path: Path) -> None:
    path = write_epub(tmp_path / "p.epub", package(["a.xhtml"]), {"a.xhtml": chapter("One")})
    raw = path.read_bytes()
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = raw.index(signature)
        raw = raw[: at + offset] + struct.pack("<H", 1) + raw[at + offset + 2 :]
    assert "password" in refused(write(path, raw), ProtectedManuscript)


# --- bombs and traps ----------------------------------------------------------------------------------------------


def test_a_zip_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    opf = package(["a.xhtml"])
    swollen = page(f"<p>{'a ' * 1_500_000}</p>")
    assert "zip bomb" in refused(write_epub(tmp_path / "b.epub", opf, {"a.xhtml": swollen}), HostileManuscript)
    assert "zip bomb" in refused(write_docx(tmp_path / "b.docx", f"<w:t>{'a ' * 1_500_000}</w:t>"), HostileManuscript)


def test_a_bomb_that_lies_about_its_size_is_stopped_while_it_is_read(tmp_path: Path) -> None:
    path = write_zip(tmp_path / "lie.zip", {"big.xhtml": b"\0" * 3_000_000})
    with zipfile.ZipFile(path) as archive:
        info = archive.getinfo("big.xhtml")
    with GuardedArchive(write_zip(tmp_path / "small.zip", {"x": "x"}), "lie.zip") as guarded:
        guarded._zip = zipfile.ZipFile(path)
        guarded._entries = {"big.xhtml": info}  # as if the directory had declared it harmless
        with pytest.raises(HostileManuscript, match="zip bomb"):
            guarded.read("big.xhtml")
        guarded._zip.close()


def test_far_too_many_entries_are_refused(tmp_path: Path) -> None:
    files = {f"e{number}": "" for number in range(10_001)}
    sentence = refused(write_epub(tmp_path / "m.epub", package(["a.xhtml"]), files), HostileManuscript)
    assert "more than any book needs" in sentence


@pytest.mark.parametrize("where", ["page", "package", "docx", "html"])
def test_entities_made_of_entities_are_refused(tmp_path: Path, where: str) -> None:
    laughing = page("<p>&b;</p>").replace("<html", f"{LAUGHS}<html")
    paths: dict[str, Callable[[], Path]] = {
        "page": lambda: write_epub(tmp_path / "l.epub", package(["a.xhtml"]), {"a.xhtml": laughing}),
        "package": lambda: write_epub(tmp_path / "l.epub", LAUGHS + package(["a.xhtml"]), {"a.xhtml": chapter("One")}),
        "docx": lambda: write_zip(tmp_path / "l.docx", {"word/document.xml": f"{LAUGHS}<document>&b;</document>"}),
        "html": lambda: write(tmp_path / "l.html", laughing.encode()),
    }
    assert "known attack" in refused(paths[where](), HostileManuscript)


def test_an_entity_that_names_a_file_brings_nothing_in(tmp_path: Path) -> None:
    secret = write(tmp_path / "secret.txt", b"the secret")
    trap = f'<!DOCTYPE html [<!ENTITY x SYSTEM "{secret.as_uri()}">]>'
    body = page("<p>Before &x; after.</p>").replace("<html", f"{trap}<html")
    book = read_book(write_epub(tmp_path / "x.epub", package(["a.xhtml"]), {"a.xhtml": body}))
    assert "secret" not in book.chapters[0].text
    assert book.chapters[0].text.endswith("after.")


def test_a_plain_entity_the_page_defines_is_filled_in(tmp_path: Path) -> None:
    body = page("<p>By &who;.</p>").replace("<html", '<!DOCTYPE html [<!ENTITY who "Ada &amp; Bo">]><html', 1)
    book = read_book(write_epub(tmp_path / "e.epub", package(["a.xhtml"]), {"a.xhtml": body}))
    assert book.chapters[0].text == "By Ada & Bo."


@pytest.mark.parametrize(
    ("href", "name"),
    [
        ("a.xhtml", "OEBPS/a.xhtml"),
        ("../a.xhtml", "a.xhtml"),
        ("/a.xhtml", "a.xhtml"),
        ("../../etc/passwd", ""),
        ("..\\..\\etc\\passwd", ""),
        ("//../etc/passwd", ""),
        ("C:/windows", ""),
        ("file:///etc/passwd", ""),
        ("", "OEBPS"),
    ],
)
def test_no_name_leads_out_of_the_archive(href: str, name: str) -> None:
    base = "OEBPS/book.opf" if ":" not in href else "book.opf"
    assert resolve_entry(base, href) == name


def test_a_page_outside_the_archive_is_missing_and_nothing_is_written(tmp_path: Path) -> None:
    write(tmp_path / "outside.xhtml", chapter("Outside").encode())
    opf = package(["a.xhtml", "../../outside.xhtml"])
    files = {"a.xhtml": chapter("One"), "/../evil.xhtml": chapter("Evil")}
    book = read_book(write_epub(tmp_path / "t.epub", opf, files))
    assert [c.title for c in book.chapters] == ["One"]
    assert book.findings[0].check == "missing-page"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["outside.xhtml", "t.epub"]


def test_nesting_without_end_is_refused_and_never_overflows(tmp_path: Path) -> None:
    deep = f"<html><body>{'<div>' * 100_000}deep{'</div>' * 100_000}</body></html>"
    assert "nested deeper" in refused(write(tmp_path / "deep.html", deep.encode()), HostileManuscript)


def test_fallbacks_that_run_in_a_circle_end(tmp_path: Path) -> None:
    opf = (
        package(["a.xhtml"])
        .replace('<itemref idref="p0"/>', '<itemref idref="p0"/><itemref idref="x"/>')
        .replace("</manifest>", '<item id="x" href="x.bin" media-type="x/x" fallback="x"/></manifest>')
    )
    assert (
        len(read_book(write_epub(tmp_path / "c.epub", opf, {"a.xhtml": chapter("One"), "x.bin": b"1"})).chapters) == 1
    )


def test_a_book_of_more_than_three_million_words_is_to_be_split(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(tmp_path / "long.txt", (PROSE * 100).encode())
    assert read_book(path).chapters
    monkeypatch.setattr("engine.manuscript.readers.MAX_WORDS", 1_000)
    sentence = refused(path, HostileManuscript)
    assert "million words" in sentence
    assert "Split it" in sentence


def test_a_million_and_a_half_words_are_read(tmp_path: Path) -> None:
    words = (PROSE * 40).split()
    text = "".join(f"CHAPTER {n}\n\n" + (" ".join(words) + "\n\n") * 20 for n in range(1, 103))
    book = read_book(write(tmp_path / "long.txt", text.encode()))
    assert sum(c.words for c in book.chapters) > 1_400_000
    assert len(book.chapters) == 102


# --- the real ones ------------------------------------------------------------------------------------------------

MATERIAL = Path(__file__).resolve().parents[3] / "shared" / "material"
HOSTILE = sorted((MATERIAL / "epub_hostile").glob("*")) if MATERIAL.is_dir() else []
NO_MATERIAL = pytest.mark.skipif(not HOSTILE, reason="the folder of real material does not lie beside the source")


@NO_MATERIAL
@pytest.mark.parametrize("path", HOSTILE, ids=lambda path: str(path.name))
def test_every_hostile_book_is_read_sensibly_or_refused_with_a_sentence(path: Path) -> None:
    try:
        book = read_book(path)
    except ManuscriptError as error:
        assert str(error).endswith(".")
        assert path.name in str(error) or ".xhtml" in str(error)
        return
    included: list[Chapter] = [c for c in book.chapters if c.include]
    assert included
    assert all(c.text.strip() and c.title for c in included)
    assert "root:" not in "".join(c.text for c in included)
