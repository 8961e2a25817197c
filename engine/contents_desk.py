"""The contents of a book as a person arranges them: chapters renamed, moved, merged, split, read aloud or left out."""

from __future__ import annotations

from engine.core_types import MarkKind
from engine.errors import EditRefused
from engine.manuscript.chapters import merge_chapters, split_chapter
from engine.project.book_store import BookStore
from engine.script_desk import ScriptDesk


class ContentsDesk:
    """Changes to the contents; none of them changes the manuscript's text."""

    def __init__(self, books: BookStore, script: ScriptDesk) -> None:
        self._books, self._script = books, script

    def rename(self, slug: str, chapter_id: int, title: str) -> None:
        if not title.strip():
            raise EditRefused("A chapter needs a title. Type one and try again.")
        self._books.change_chapter(slug, chapter_id, title=" ".join(title.split()))

    def move(self, slug: str, chapter_id: int, number: int) -> None:
        """Give the chapter another place in the book, counted from 1."""
        self._books.move_chapter(slug, chapter_id, number)

    def merge_with_next(self, slug: str, chapter_id: int) -> None:
        order = [row.id for row in self._books.contents(slug)]
        place = order.index(chapter_id) if chapter_id in order else -1
        if place + 1 == len(order):
            raise EditRefused("The last chapter has no next one to merge with.")
        pair = [(self._books.chapter(slug, id_), tuple(self._books.segments(slug, id_))) for id_ in order[place:][:2]]
        self._books.replace_chapters(slug, order[place : place + 2], [merge_chapters(*pair)])
        if pair[0][0].include != pair[1][0].include:
            self._script.find_speakers(slug)  # nobody was looked for in the one that was left out

    def split(self, slug: str, chapter_id: int, segment_id: int, title: str = "") -> None:
        """Start a new chapter with this line."""
        lines = self._books.segments(slug, chapter_id)
        place = next((place for place, line in enumerate(lines) if line.id == segment_id), 0)
        halves = split_chapter(self._books.chapter(slug, chapter_id), lines, place, title)
        self._books.replace_chapters(slug, [chapter_id], halves)

    def include(self, slug: str, chapter_id: int, include: bool) -> None:
        """Read a chapter aloud, or leave it out."""
        self._books.change_chapter(slug, chapter_id, include=include)
        if include:
            self._script.find_speakers(slug)  # nobody was looked for while it was left out

    def leave_out(self, slug: str, kinds: frozenset[MarkKind]) -> None:
        """Choose the kinds of text inside chapters that are not read aloud."""
        self._script.cut_again(slug, kinds)
