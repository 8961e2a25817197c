"""A small book with talk in it, on a shelf, and the desk at which its script is worked on."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.core_types import LEFT_OUT_BY_DEFAULT
from engine.manuscript.readers import read_book
from engine.project.book_store import BookStore
from engine.project.database import Database
from engine.script_desk import ScriptDesk

BOOK = """THE GARDEN GATE

by Ada Winter


CHAPTER I. Morning

Emma Hart came down to the garden early. Mr. Knight was there before her, leaning on the gate.

“You are late,” said Mr. Knight.

“I am not,” said Emma. “The clock is fast, and always has been since my father died.”

“It was mended in March.”

“Then it was mended badly.”

Mr. Knight laughed, and opened the gate for her. The sign said “No Dogs” in red letters.

CHAPTER II. Noon

Old Mrs. Bell was waiting in the kitchen. Emma put down her basket.

“Where have you been?” said Mrs. Bell.

“In the garden,” said Emma, “with Mr. Knight.”

“Alone?”

“The dog was there.”

“I see,” said Mrs. Bell. “And the gate?”

“Open.”

CHAPTER III. Night

Nobody spoke that night. The gate swung in the wind until the morning came.
"""


class Shelf:
    """A workspace with a desk, and ways to look at a book that tests share."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.database = Database(folder / "studio.db")
        self.books = BookStore(self.database, folder / "books")
        self.desk = ScriptDesk(self.books, self.database)

    def write(self, text: str, name: str = "garden.txt") -> Path:
        path = self.folder / name
        path.write_text(text, encoding="utf-8")
        return path

    def open(self, text: str = BOOK, name: str = "garden.txt") -> str:
        path = self.write(text, name)
        book = read_book(path)
        script, roles = self.desk.prepare(book)
        return self.books.add(book, script, path, name, "hazel", LEFT_OUT_BY_DEFAULT, roles)

    def reimport(self, slug: str, text: str, name: str = "garden.txt") -> list[str]:
        path = self.write(text, f"new-{name}")
        return self.desk.reimport(slug, read_book(path, name), path, name)

    def lines(self, slug: str):
        """All lines of the chapters read aloud, in order."""
        aloud = [row.id for row in self.books.contents(slug) if row.include]
        return [line for id_ in aloud for line in self.books.segments(slug, id_)]

    def line(self, slug: str, words: str):
        """The one line with these words."""
        (found,) = [line for line in self.lines(slug) if words in line.text]
        return found

    def speakers(self, slug: str) -> dict[str, str]:
        """Who says what, what the narrator tells left out."""
        return {line.text.strip(): line.speaker for line in self.lines(slug) if line.speaker != "Narrator"}

    def everything(self, slug: str):
        """All that undo must put back: lines, roles, reading, voice, series."""
        summary = self.books.summary(slug)
        kept = sorted(self.desk._script.roles(slug), key=lambda role: role.name)
        return self.lines(slug), kept, summary.reading, summary.voice, summary.series


@pytest.fixture
def shelf(tmp_path):
    shelf = Shelf(tmp_path)
    yield shelf
    shelf.database.close()


@pytest.fixture
def slug(shelf):
    return shelf.open()


@pytest.fixture
def desk(shelf):
    return shelf.desk
