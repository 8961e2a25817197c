"""A Production without engine or database: books in memory, tones for voices, work that goes as far as a test says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from engine.audio import write_clip
from engine.core_types import (
    LEFT_OUT_BY_DEFAULT,
    Audiobook,
    AudioMeasures,
    Chapter,
    ChapterAudio,
    Clip,
    Finding,
    MarkKind,
    OnProgress,
    PauseKind,
    Pauses,
    Progress,
    Segment,
    SegmentKind,
    Take,
    TakeMeasures,
    VoiceProfile,
)
from engine.engine_desk import EngineDesk
from engine.errors import DamagedManuscript, EditRefused, NotFound
from engine.project.database import Database
from engine.settings import Settings
from engine.shelf_types import BookSummary, ChapterSummary, Job, JobKind, JobState, Line, Reading
from engine.voice_desk import VoiceDesk
from engine.voices.presets import ShippedOnly

VOICES = (
    VoiceProfile("iris", "Iris", "A warm, unhurried woman in her forties.", "fake", "a", "1"),
    VoiceProfile("otto", "Otto", "An older man with a dark, dry voice.", "fake", "b", "2"),
    VoiceProfile("wren", "Wren", "A bright young woman, quick and clear.", "fake", "c", "3"),
)
PROSE = (
    "The lighthouse had been dark for eleven years when the letter came.",
    "Nobody on the island could say who had written it; the hand was small and upright, and the ink had run.",
    "“You will light it again,” it said, “on the 3rd of March.”",
    "She folded it twice and put it in her coat.",
    "Outside, the gulls were arguing over something silver.",
)


def make_lines(chapter: int, count: int) -> list[Segment]:
    """A heading, then prose in paragraphs of three lines."""
    lines, start = [], 0
    for place in range(count):
        text = f"Chapter {chapter} " if place == 0 else PROSE[place % len(PROSE)] + " "
        kind = SegmentKind.HEADING if place == 0 else SegmentKind.NARRATION
        pause = PauseKind.HEADING if place == 0 else PauseKind.PARAGRAPH if place % 3 == 0 else PauseKind.SENTENCE
        pause = PauseKind.SCENE if place == 9 else pause
        said = text.strip().replace("3rd", "third")
        lines.append(Segment(start, start + len(text), text, said, kind, pause, id=chapter * 100_000 + place))
        start += len(text)
    return lines


class FakeProduction:
    """The methods of engine.production.Production that pages call, kept in memory."""

    def __init__(self, workspace: Path) -> None:
        self.settings = Settings(workspace.absolute(), open_browser=False)
        self.settings.scratch.mkdir(parents=True, exist_ok=True)
        self.shelf: dict[str, BookSummary] = {}
        self.contents: dict[str, list[ChapterSummary]] = {}
        self.script: dict[int, list[Segment]] = {}
        self.jobs: dict[str, Job] = {}
        self.made: dict[str, list[Audiobook]] = {}
        self.private: dict[str, list[str]] = {}  # why a book is not to be published
        self.asked: list[tuple[object, ...]] = []  # what pages asked for, in order
        self.contents_desk = self.line_desk = self.sample_desk = self  # the fake is its own desk
        self.engine_desk = EngineDesk(self.settings, ShippedOnly, list)
        self.voice_desk = VoiceDesk(self.settings, Database(self.settings.database), lambda: workspace / "none")

    # -- set up by tests ---------------------------------------------------------------------------------------

    def put(self, slug: str, title: str, lines: Sequence[int] = (12, 40, 3), author: str = "Ada Marsh") -> BookSummary:
        """A book on the shelf with chapters of so many lines; the last one is left out."""
        chapters = []
        for number, count in enumerate(lines, start=1):
            id_ = len(self.script) + 1
            self.script[id_] = make_lines(id_, count)
            included, reason = (False, "copyright") if number == len(lines) > 1 else (True, "")
            said = count if included else 0
            words = sum(len(line.text.split()) for line in self.script[id_])
            name = "Copyright" if reason else f"Chapter {number}"
            minutes = words / 150
            chapters.append(ChapterSummary(id_, number, number, name, words, minutes, included, reason, said, 0, None))
        words = sum(chapter.words for chapter in chapters if chapter.include)
        self.contents[slug] = chapters
        self.shelf[slug] = BookSummary(
            slug, title, author, "en", "1911", "", "book.epub", "iris", Reading.ONE_VOICE, "", "",
            Pauses(), LEFT_OUT_BY_DEFAULT, None, len(chapters), words, words / 150, "2026-11-21T10:00:00Z", (),
        )  # fmt: skip
        return self.shelf[slug]

    def work(self, slug: str, state: JobState, done: float = 0.0, message: str = "") -> Job:
        """The book's job, as far as a test wants it; lines are rendered to the same share."""
        kind = self.jobs[slug].kind if slug in self.jobs else JobKind.NARRATE
        progress = Progress("narrating", done, 1.0, 95.0 if state is JobState.RUNNING else None, "Chapter 1 of 2")
        self.jobs[slug] = Job(len(self.jobs) + 1, slug, kind, state, progress, message)
        aloud = [chapter for chapter in self.contents[slug] if chapter.include]
        left = round(done * sum(chapter.lines for chapter in aloud))
        for place, chapter in enumerate(self.contents[slug]):
            rendered = min(left, chapter.lines)
            left -= rendered
            complete = chapter.include and rendered == chapter.lines
            audio = self.sound(f"chapter-{chapter.id}", 3.0) if complete else None
            self.contents[slug][place] = replace(chapter, rendered=rendered, audio=audio)
        return self.jobs[slug]

    def sound(self, name: str, seconds: float = 0.4) -> Path:
        path = self.settings.scratch / f"{name}.flac"
        if not path.exists():
            time_s = np.arange(int(24_000 * seconds)) / 24_000
            write_clip(Clip((0.1 * np.sin(440 * time_s)).astype(np.float32), 24_000), path)
        return path

    def find(self, slug: str, chapter_id: int) -> tuple[int, ChapterSummary]:
        for place, chapter in enumerate(self.chapters(slug)):
            if chapter.id == chapter_id:
                return place, chapter
        raise NotFound("There is no such chapter in this book.")

    # -- library -----------------------------------------------------------------------------------------------

    def close(self) -> None:
        pass

    def books(self) -> list[BookSummary]:
        return list(self.shelf.values())

    def book(self, slug: str) -> BookSummary:
        if slug not in self.shelf:
            raise NotFound(f"There is no book called {slug} on your shelf.")
        return self.shelf[slug]

    def import_book(self, path: Path, on_progress: OnProgress | None = None, *, name: str | None = None) -> BookSummary:
        if not path.read_bytes():
            raise DamagedManuscript(f"{name} is empty. Choose another file.")
        if on_progress:
            on_progress(Progress("reading", 1, 2, None, "Chapter 1 of 2"))
        return self.put(Path(name or path.name).stem, path.stem)

    def open_sample(self) -> BookSummary:
        return self.shelf.get("sample") or self.put("sample", "The Keeper of the Light")

    def delete_book(self, slug: str) -> None:
        del self.shelf[self.book(slug).slug]

    def storage_bytes(self, slug: str) -> int:
        return 38_000_000

    # -- manuscript --------------------------------------------------------------------------------------------

    def chapters(self, slug: str) -> list[ChapterSummary]:
        return list(self.contents[self.book(slug).slug])

    def chapter_text(self, slug: str, chapter_id: int) -> Chapter:
        _, chapter = self.find(slug, chapter_id)
        return Chapter(chapter.title, "".join(line.text for line in self.script[chapter_id]), id=chapter_id)

    def lines(self, slug: str, chapter_id: int, first: int = 0, count: int | None = None) -> list[Line]:
        _, chapter = self.find(slug, chapter_id)
        segments = self.script[chapter_id]
        lines = [
            Line(segment, self.take(segment) if place < chapter.rendered else None)
            for place, segment in enumerate(segments)
        ]
        return lines[first : None if count is None else first + count]

    def take(self, segment: Segment) -> Take:
        key = f"{segment.id:08d}{segment.seed:08d}"
        return Take(key, self.sound(key), 2.4, 24_000, segment.seed, TakeMeasures(0, 2, -20, -3))

    def change_chapter(self, slug: str, chapter_id: int, **changes: object) -> None:
        place, chapter = self.find(slug, chapter_id)
        self.contents[slug][place] = replace(chapter, **changes)  # type: ignore[arg-type]

    def rename(self, slug: str, chapter_id: int, title: str) -> None:
        if not title.strip():
            raise EditRefused("A chapter needs a title. Type one and try again.")
        self.change_chapter(slug, chapter_id, title=title)

    def include(self, slug: str, chapter_id: int, include: bool) -> None:
        lines = len(self.script[chapter_id]) if include else 0
        self.change_chapter(slug, chapter_id, include=include, lines=lines)

    def move(self, slug: str, chapter_id: int, number: int) -> None:
        place, _ = self.find(slug, chapter_id)
        rows = self.contents[slug]
        rows.insert(number - 1, rows.pop(place))
        self.contents[slug] = [replace(row, place=place) for place, row in enumerate(rows, start=1)]

    def merge_with_next(self, slug: str, chapter_id: int) -> None:
        self.asked.append(("merge", chapter_id))

    def split(self, slug: str, chapter_id: int, segment_id: int, title: str = "") -> None:
        self.asked.append(("split", chapter_id, segment_id, title))

    def leave_out(self, slug: str, kinds: frozenset[MarkKind]) -> None:
        self.shelf[slug] = replace(self.book(slug), left_out=kinds)

    def change_details(self, slug: str, *, cover: Path | None = None, **details: str | None) -> None:
        if details.get("title") == "":
            raise EditRefused("A book needs a title. Type one and try again.")
        self.shelf[slug] = replace(self.book(slug), **details)  # type: ignore[arg-type]

    def change_pauses(self, slug: str, pauses: Pauses) -> None:
        self.shelf[slug] = replace(self.book(slug), pauses=pauses)

    # -- voices ------------------------------------------------------------------------------------------------

    def voices(self) -> list[VoiceProfile]:
        return list(VOICES)

    def choose_voice(self, slug: str, name: str) -> None:
        if name not in [voice.name for voice in VOICES]:
            raise NotFound(f"There is no voice called {name}.")
        self.shelf[slug] = replace(self.book(slug), voice=name)

    def hear_voice(self, name: str, text: str | None = None) -> Path:
        self.asked.append(("hear_voice", name, text))
        if name not in [voice.name for voice in VOICES]:
            raise NotFound(f"There is no voice called {name}.")
        return self.sound(f"voice-{name}")

    follow_voice = hear_voice  # nothing here takes long enough to be followed

    # -- narration ---------------------------------------------------------------------------------------------

    def request_narration(self, slug: str, chapter_ids: Sequence[int] | None = None) -> Job:
        self.asked.append(("narrate", slug, chapter_ids))
        return self.work(slug, JobState.WAITING)

    def request_export(self, slug: str, formats: Sequence[str] = ("m4b",)) -> Job:
        self.asked.append(("export", slug, formats))
        job = Job(90, slug, JobKind.EXPORT, JobState.RUNNING, Progress("exporting", 1, 4))
        self.jobs[slug] = job
        return job

    def current_job(self, slug: str) -> Job | None:
        return self.jobs.get(slug)

    def stop_job(self, job_id: int) -> None:
        self.asked.append(("stop", job_id))

    def hear_line(self, slug: str, segment_id: int) -> Path:
        return self.take(self.segment(segment_id)).path

    def redo_line(self, slug: str, segment_id: int) -> Path:
        segment = self.segment(segment_id)
        self.change_segment(replace(segment, seed=segment.seed + 1))
        return self.hear_line(slug, segment_id)

    def change_words(self, slug: str, segment_id: int, words: str) -> None:
        self.change_segment(replace(self.segment(segment_id), own_words=words))

    def segment(self, segment_id: int) -> Segment:
        return next(line for lines in self.script.values() for line in lines if line.id == segment_id)

    def change_segment(self, segment: Segment) -> None:
        for lines in self.script.values():
            lines[:] = [segment if line.id == segment.id else line for line in lines]

    # -- audiobook ---------------------------------------------------------------------------------------------

    def chapter_audio(self, slug: str, chapter_id: int) -> ChapterAudio | None:
        _, chapter = self.find(slug, chapter_id)
        loud = -17.2 if chapter.number == 2 else -20.1
        measures = AudioMeasures(1284.0, loud, -3.6, -66.4, 1.0, 3.0)
        return ChapterAudio(chapter.audio, chapter.title, measures, ()) if chapter.audio else None

    def why_private(self, slug: str) -> list[str]:
        return self.private.get(slug, [])

    def exports(self, slug: str) -> list[Audiobook]:
        return self.made.get(slug, [])

    def finish_export(self, slug: str, name: str, *, folder: bool = False) -> Path:
        """A finished file in the book's export folder, or a folder with two."""
        path = self.settings.books / slug / "export" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if folder:
            path.mkdir(exist_ok=True)
            for number in (1, 2):
                (path / f"0{number} - Chapter {number}.mp3").write_bytes(b"sound" * number)
        else:
            path.write_bytes(b"sound")
        book = Audiobook(
            path, "mp3" if folder else "m4b", 2568.0, 41_000_000, (("Chapter 1", 0, 9), ("Chapter 2", 9, 20))
        )
        self.made.setdefault(slug, []).append(book)
        return path

    def notice(self, slug: str, sentence: str) -> None:
        """Something noticed while the manuscript was read."""
        self.shelf[slug] = replace(self.book(slug), findings=(Finding("test", sentence),))
