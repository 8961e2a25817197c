"""Single lines of a book: seen with their takes, heard, said once more, said in other words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from engine.breaths import Breath, deal_out_words, gather_breaths, join_segments
from engine.casting import voice_of
from engine.core_types import Segment, Synthesizer
from engine.errors import SynthesisError
from engine.narration.takes import speak_one, take_key
from engine.planning import Direction, check_language, find_breath
from engine.project.book_store import BookStore
from engine.project.queue import RenderQueue
from engine.project.take_store import NewTake, TakeStore
from engine.shelf_types import BookSummary, JobKind, JobState, Line

LINE_TIMEOUT_S = 60.0


class LineDesk:
    """The lines of all books, as they are said: several of the script where one voice says them together."""

    def __init__(
        self,
        books: BookStore,
        takes: TakeStore,
        queue: RenderQueue,
        direct: Callable[[BookSummary], Direction],
        engines_for: Callable[[str], Callable[[str], Synthesizer]],
    ) -> None:
        """``direct`` tells how a book is said now; ``engines_for`` gives the engines for a book's slug, by name."""
        self._books, self._takes, self._queue = books, takes, queue
        self._direct, self._engines_for = direct, engines_for

    def lines(self, slug: str, chapter_id: int, first: int = 0, count: int | None = None) -> list[Line]:
        """The lines of a chapter that are said aloud, from the ``first``, with the takes in use."""
        book = self._books.summary(slug)
        segments = {segment.id: segment for segment in self._books.segments(slug, chapter_id)}
        direction = self._direct(book)
        said = [breath for breath in gather_breaths(segments.values(), direction.cast) if breath.said]
        said = said[first : None if count is None else first + count]
        keys = [direction.key(breath) for breath in said]
        takes = self._takes.find(slug, [key for key in keys if key])
        lines = [join_segments([segments[id_] for id_ in breath.ids]) for breath in said]
        return [Line(line, takes.get(key)) for line, key in zip(lines, keys, strict=True)]

    def hear_line(self, slug: str, segment_id: int) -> Path:
        """The take of a line; it is spoken now when there is none."""
        direction = self._direct(self._books.summary(slug))
        _, breath = self._breath(slug, segment_id, direction)
        voice_of(direction.cast, breath.speaker)
        key = direction.key(breath)
        take = self._takes.find(slug, [key]).get(key)
        return take.path if take else self._soon(slug, segment_id, redo=False)

    def redo_line(self, slug: str, segment_id: int) -> Path:
        """Speak a line once more, another way; the new take is in use from then on."""
        return self._soon(slug, segment_id, redo=True)

    def change_words(self, slug: str, segment_id: int, words: str) -> None:
        """What is said for a line, leaving the manuscript alone; "" goes back to the manuscript's words."""
        lines, _ = self._breath(slug, segment_id, self._direct(self._books.summary(slug)))
        for line, own_words in zip(lines, deal_out_words(lines, " ".join(words.split())), strict=True):
            self._books.change_segment(line.id, own_words=own_words)

    def speak_line(self, slug: str, segment_id: int, redo: bool) -> Path:
        """Speak one line here and now (the worker's part of `hear_line` and `redo_line`)."""
        book = self._books.summary(slug)
        direction = self._direct(book)
        lines, breath = self._breath(slug, segment_id, direction)
        voice = voice_of(direction.cast, breath.speaker)
        check_language(book.language, voice)
        synthesizer = self._engines_for(slug)(voice.engine)
        request = direction.request(replace(breath, seed=breath.seed + redo), voice)
        key = take_key(request, synthesizer.card)
        take = self._takes.find(slug, [key]).get(key)
        if take is None:
            clip = speak_one(synthesizer, request)
            (take,) = self._takes.keep(slug, [NewTake(key, clip, request.seed)])
        if redo:
            self._books.change_segment(lines[0].id, seed=request.seed)
        return take.path

    def chapter_of(self, slug: str, segment_id: int) -> int:
        """The id of the chapter a line is in."""
        return self._books.segment(slug, segment_id)[0]

    def _breath(self, slug: str, segment_id: int, direction: Direction) -> tuple[list[Segment], Breath]:
        """The lines that are said together with this one, and how. Raises NotFound, UncastSpeaker."""
        chapter_id, _ = self._books.segment(slug, segment_id)
        segments = {segment.id: segment for segment in self._books.segments(slug, chapter_id)}
        breath = find_breath(segments.values(), direction.cast, segment_id)
        return [segments[id_] for id_ in breath.ids], breath

    def _soon(self, slug: str, segment_id: int, redo: bool) -> Path:
        details: dict[str, object] = {"segment": segment_id, "redo": redo}
        return have_done(self._queue, JobKind.LINE, slug, details, lambda: self.speak_line(slug, segment_id, redo))


def have_done(
    queue: RenderQueue, kind: JobKind, slug: str, details: Mapping[str, object], here: Callable[[], Path]
) -> Path:
    """A sound at once: by the worker, which has the engine loaded, else ``here``. Raises SynthesisError."""
    return await_sound(queue, queue.add(kind, slug, dict(details)).id) if queue.has_worker() else here()


def await_sound(queue: RenderQueue, job_id: int) -> Path:
    """What a job of one sound has made. Raises SynthesisError."""
    job = queue.wait(job_id, LINE_TIMEOUT_S)
    if job.state is JobState.DONE:
        return job.results[0]
    raise SynthesisError(job.message or "The line is taking longer than it should. Try again in a moment.")
