"""What goes wrong in ordinary hands, the whole way through the commands: a sentence each time, and nothing left behind.

The voice is a stand-in that speaks in tones; the readers, the workspace and the files are the real ones.
"""

from __future__ import annotations

import importlib.util
import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import av
import pytest

from tests.fakes import FakeSynthesizer, plug_in
from tests.manuscript.book_files import chapter, package, page, write_epub, write_zip

BOOK = """# The Lighthouse

## The Lamp

The keeper climbed the stairs at dusk. There were always ninety-nine.

## The Letter

In the morning a letter came with the boat.

## The Dark

That night the ships went by without a sound.
"""
CIPHERED = """<encryption xmlns="urn:oasis:names:tc:opendocument:xmlns:container">
<EncryptedData xmlns="http://www.w3.org/2001/04/xmlenc#"><CipherData><CipherReference URI="OEBPS/a.xhtml"/>
</CipherData></EncryptedData></encryption>"""
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00" + bytes(range(256)) * 8
Run = Callable[..., tuple[int, str, str]]
Make = Callable[[Path], Path]


@pytest.fixture(autouse=True)
def _tones() -> Iterator[None]:
    with plug_in(FakeSynthesizer("hibari")):
        yield


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    return tmp_path / "my wörk späce"


@pytest.fixture
def manuscript(tmp_path: Path) -> Path:
    path = tmp_path / "the lighthouse.md"
    path.write_text(BOOK, encoding="utf-8")
    return path


def is_plain(told: str) -> bool:
    """A sentence for a person: it ends as one and names no line of a program."""
    return told.strip().endswith((".", "?")) and not any(word in told for word in ("Traceback", "did not expect"))


def list_files(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


# --- manuscripts -------------------------------------------------------------------------------------------------


def make_file(name: str, content: bytes) -> Make:
    def make(folder: Path) -> Path:
        (folder / name).write_bytes(content)
        return folder / name

    return make


def make_protected(folder: Path) -> Path:
    files: dict[str, str | bytes] = {"a.xhtml": bytes(range(256)) * 9, "/META-INF/encryption.xml": CIPHERED}
    return write_epub(folder / "protected.epub", package(["a.xhtml"]), files)


def make_bomb(folder: Path) -> Path:
    return write_epub(folder / "bomb.epub", package(["a.xhtml"]), {"a.xhtml": page("<p>" + "a " * 10_000_000 + "</p>")})


def make_laughs(folder: Path) -> Path:
    names = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10 if n else "lol"}">' for n in range(10))
    text = f"<!DOCTYPE html [{names}]>" + page("<p>&l9;</p>").partition("?>")[2]
    return write_epub(folder / "laughs.epub", package(["a.xhtml"]), {"a.xhtml": text})


def make_cut_short(folder: Path) -> Path:
    whole = write_epub(folder / "cut.epub", package(["a.xhtml"]), {"a.xhtml": chapter("One", 200)})
    whole.write_bytes(whole.read_bytes()[:-300])
    return whole


def make_pictures(folder: Path) -> Path:
    return write_epub(folder / "scans.epub", package(["a.xhtml"]), {"a.xhtml": page('<img src="1.jpg" alt=""/>')})


def make_zip(folder: Path) -> Path:
    return write_zip(folder / "folder.epub", {"letters/one.txt": "Dear Ada"})


def make_huge(folder: Path) -> Path:
    path = folder / "huge.txt"
    paragraph = "the keeper climbed up and saw a ship go by. " * 10 + "\n\n"
    path.write_text(paragraph * 32_000, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (make_file("empty.docx", b""), "is empty"),
        (make_file("picture.epub", JPEG), "JPEG"),
        (make_file("book.pdf", b"%PDF-1.7\n" + b"0 0 obj\n" * 40), "PDF"),
        (make_file("book.fb2", b'<?xml version="1.0"?><FictionBook><body><p>Hello.</p></body></FictionBook>'), "FB2"),
        (make_protected, "DRM"),
        (make_bomb, "zip bomb"),
        (make_laughs, "known attack"),
        (make_cut_short, "fresh copy"),
        (make_file("stars.txt", "* * *\n\n— … —\n\n* * *\n".encode()), "no text to read aloud"),
        (make_file("smile.md", "😀 🎉\n\n😀\n".encode()), "no text to read aloud"),
        (make_pictures, "no text to read aloud"),
        (make_zip, "not an EPUB"),
        (make_huge, "3.2 million words"),
    ],
)
def test_a_manuscript_that_cannot_be_a_book_is_one_sentence_and_leaves_nothing(
    run: Run, tmp_path: Path, workspace: Path, make: Make, words: str
) -> None:
    path = make(tmp_path)
    before = path.read_bytes()
    status, out, told = run("narrate", path, "-o", tmp_path / "out.m4b")
    assert (status, out) == (1, "")
    assert words in told
    assert is_plain(told)
    assert len([line for line in told.splitlines() if not line.startswith("Reading: ")]) == 1
    assert not (tmp_path / "out.m4b").exists()
    assert path.read_bytes() == before
    assert list_files(workspace / "books") == list_files(workspace / "scratch") == []
    assert json.loads(run("projects", "--json")[1]) == {"projects": []}


def test_names_that_lead_out_of_an_archive_write_nothing_outside_the_workspace(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "deep" / "er"
    folder.mkdir(parents=True)
    book = write_epub(folder / "book.epub", package(["a.xhtml"]), {"a.xhtml": chapter("One")})
    with zipfile.ZipFile(book, "a") as archive:
        archive.writestr("../../escaped.txt", "out")
        archive.writestr(str(tmp_path / "escaped too.txt"), "out")
    status, _, told = run("narrate", book, "-o", tmp_path / "out.m4b")
    assert status == 0, told
    assert not list(tmp_path.rglob("escaped*"))


def test_a_folder_is_no_manuscript(run: Run, tmp_path: Path) -> None:
    status, _, told = run("narrate", tmp_path, "-o", tmp_path / "out.m4b")
    assert status == 1
    assert "is a folder" in told
    assert is_plain(told)


def test_a_refused_manuscript_leaves_the_books_of_before_alone(run: Run, manuscript: Path, tmp_path: Path) -> None:
    run("narrate", manuscript, "--chapters", "1")
    before = run("projects", "--json")[1]
    assert run("narrate", make_protected(tmp_path))[0] == 1
    assert run("projects", "--json")[1] == before


def test_the_recordings_of_a_broken_collection_are_no_manuscripts(run: Run, shared: Path, workspace: Path) -> None:
    for path in sorted((shared / "material" / "audio_broken").iterdir()):
        status, _, told = run("narrate", path)
        assert status == 1, path
        assert path.name in told
        assert is_plain(told)
    assert list_files(workspace / "books") == []


# --- where the audiobook goes ------------------------------------------------------------------------------------


def test_a_folder_that_is_not_there_is_made(run: Run, manuscript: Path, tmp_path: Path) -> None:
    out = tmp_path / "new" / "Bücher für mich" / "one.m4b"
    assert run("narrate", manuscript, "-o", out)[0] == 0
    with av.open(str(out)) as container:
        assert container.duration


@pytest.mark.parametrize("inside", ["out.m4b", "folder of mp3s"])
def test_a_file_is_not_taken_for_a_folder(run: Run, manuscript: Path, tmp_path: Path, inside: str) -> None:
    (tmp_path / "a file").write_text("mine", encoding="utf-8")
    status, _, told = run("narrate", manuscript, "-o", tmp_path / "a file" / inside)
    assert status == 1
    assert is_plain(told)
    assert (tmp_path / "a file").read_text(encoding="utf-8") == "mine"


def test_a_folder_named_like_an_audiobook_is_left_alone(run: Run, manuscript: Path, tmp_path: Path) -> None:
    (tmp_path / "out.m4b").mkdir()
    (tmp_path / "out.m4b" / "mine.txt").write_text("mine", encoding="utf-8")
    status, _, told = run("narrate", manuscript, "-o", tmp_path / "out.m4b")
    assert status == 1
    assert is_plain(told)
    assert list_files(tmp_path / "out.m4b") == ["mine.txt"]
    assert not (tmp_path / "out.m4b.partial").exists()


@pytest.mark.parametrize("place", ["Documents", "Documents.before", "Documents.partial"])
def test_what_a_person_keeps_in_or_beside_the_folder_of_mp3s_is_never_removed(
    run: Run, manuscript: Path, tmp_path: Path, place: str
) -> None:
    thesis = tmp_path / place / "thesis.txt"
    for folder in ("Documents", place):
        (tmp_path / folder).mkdir(exist_ok=True)
    thesis.write_text("years of work", encoding="utf-8")
    _, _, told = run("narrate", manuscript, "-o", tmp_path / "Documents")
    assert "Traceback" not in told
    assert thesis.is_file()


def test_the_manuscript_is_never_replaced_by_its_audiobook(run: Run, manuscript: Path) -> None:
    status, _, told = run("narrate", manuscript, "-o", manuscript)
    assert status in (1, 2)
    assert "Traceback" not in told
    assert manuscript.read_text(encoding="utf-8") == BOOK


# --- the workspace -----------------------------------------------------------------------------------------------


def test_a_workspace_of_a_newer_voxfolio_is_left_as_it_was(run: Run, workspace: Path, manuscript: Path) -> None:
    run("projects")
    with sqlite3.connect(workspace / "studio.db") as connection:
        connection.execute("INSERT INTO migrations VALUES (999, 'from the future', '2099-01-01')")
    connection.close()
    status, _, told = run("narrate", manuscript)
    assert status == 1
    assert "newer" in told or "later" in told
    assert is_plain(told)
    assert list_files(workspace / "books") == []


def test_a_workspace_that_is_a_file_is_told_in_a_sentence(run: Run, workspace: Path) -> None:
    workspace.write_text("mine", encoding="utf-8")
    status, _, told = run("projects")
    assert status == 1
    assert is_plain(told)
    assert workspace.read_text(encoding="utf-8") == "mine"


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="everything may be written here by this user")
def test_a_workspace_that_may_not_be_written_is_told_in_a_sentence(run: Run, workspace: Path) -> None:
    workspace.mkdir()
    workspace.chmod(0o555)
    status, _, told = run("projects")
    workspace.chmod(0o755)
    assert status == 1
    assert "may not write" in told
    assert is_plain(told)


def test_recordings_that_vanished_are_made_again(run: Run, manuscript: Path, workspace: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.m4b"
    run("narrate", manuscript, "-o", out)
    for recording in (*workspace.rglob("*.flac"), *workspace.rglob("*.m4a")):
        recording.unlink()
    out.unlink()
    status, _, told = run("narrate", manuscript, "-o", out)
    assert status == 0, told
    assert out.is_file()


# --- a text to say -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["", "   \n", "😀🎉", "... — !"])
def test_a_text_without_words_is_not_said_and_writes_no_file(run: Run, tmp_path: Path, text: str) -> None:
    status, _, told = run("say", text, "-o", tmp_path / "out.wav")
    assert status == 1
    assert "no words" in told
    assert is_plain(told)
    assert not (tmp_path / "out.wav").exists()


def test_a_name_that_is_no_sound_file_is_refused_before_anything_is_said(run: Run, tmp_path: Path) -> None:
    for name in ("out", "out.mp3", "out.txt"):
        status, _, told = run("say", "Hello there.", "-o", tmp_path / name)
        assert status == 1
        assert ".wav or .flac" in told
        assert not (tmp_path / name).exists()


def test_five_thousand_words_are_said(run: Run, tmp_path: Path) -> None:
    text = "The keeper climbed the stairs at dusk and saw a ship. " * 455
    status, out, told = run("say", text, "-o", tmp_path / "long.flac", "--json")
    assert status == 0, told
    assert json.loads(out)["seconds"] > 5000 * 0.2


# --- the page ----------------------------------------------------------------------------------------------------


def test_a_port_in_use_is_told_with_the_next_one(run: Run) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        status, _, told = run("studio", "--port", str(port), "--no-browser")
    assert status == 1
    assert f"Port {port} is in use" in told
    assert is_plain(told)


def test_a_port_of_the_environment_that_is_no_number_is_told(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VOXFOLIO_PORT", "eighty")
    status, _, told = run("studio")
    assert status == 1
    assert "VOXFOLIO_PORT" in told
    assert is_plain(told)


# --- leaving in the middle ---------------------------------------------------------------------------------------


@pytest.mark.skipif(sys.platform == "win32", reason="these signals cannot be sent to one process alone on Windows")
@pytest.mark.parametrize("how", ["SIGINT", "SIGTERM", "SIGKILL"])
def test_a_manuscript_left_while_it_is_read_is_not_half_imported(
    project: Path, run: Run, workspace: Path, tmp_path: Path, how: str
) -> None:
    book = tmp_path / "long.md"
    chapters = (f"# Chapter {n}\n\n" + f"The keeper counted the stairs {n} times. " * 400 for n in range(1, 60))
    book.write_text("\n\n".join(chapters), encoding="utf-8")
    command = [sys.executable, "-m", "studio", "narrate", str(book), "--workspace", str(workspace)]
    reading = subprocess.Popen(command, cwd=project, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL)
    assert reading.stderr
    assert reading.stderr.read(7) == b"Finding"  # speakers, the first thing that takes its time
    reading.send_signal(getattr(signal, how))
    _, told = reading.communicate(timeout=60)
    assert reading.returncode != 0
    assert b"Traceback" not in told
    assert list_files(workspace / "books") == []
    assert json.loads(run("projects", "--json")[1]) == {"projects": []}


# --- nothing leaves the machine ----------------------------------------------------------------------------------


@pytest.mark.skipif(not importlib.util.find_spec("hibari"), reason="needs the voice engine")
def test_the_voice_engine_reports_to_nobody(project: Path, tmp_path: Path) -> None:
    """onnxruntime counts its uses for its maker unless told not to, and keeps a number of this machine for it."""
    home = tmp_path / "home"
    home.mkdir()
    code = (
        "import os; from engine.narration.hibari_synthesizer import HibariSynthesizer; HibariSynthesizer(); "
        "print(os.environ['ORT_DISABLE_TELEMETRY'])"
    )
    kept = {
        name: value for name, value in os.environ.items() if name not in ("ORT_DISABLE_TELEMETRY", "XDG_CACHE_HOME")
    }
    environment = {**kept, "HOME": str(home), "LOCALAPPDATA": str(home)}
    answer = subprocess.run(
        [sys.executable, "-c", code], cwd=project, env=environment, capture_output=True, encoding="utf-8", check=False
    )
    assert answer.stdout.strip() == "1", answer.stderr
    assert not [path for path in home.rglob("*") if "onnxruntime" in path.name]
