"""The whole book, station by station; all that the studio, the commands and the worker may call.

    studio -> Production -> manuscript, voices, casting, narration, assembly, project

A book is opened once (`import_book`), changed as often as a person likes, narrated (`narrate`: only what is missing is
spoken) and exported (`export`). Pages ask for long work (`request_narration`, `request_export`) and watch the job; the
worker process does it. Methods may be called from any thread. They raise StudioError, whose text is for a person.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path

from filelock import FileLock

from engine.assembly.cover import prepare_cover
from engine.cast_desk import CastDesk
from engine.contents_desk import ContentsDesk
from engine.core_types import (
    LEFT_OUT_BY_DEFAULT,
    NARRATOR,
    Audiobook,
    Chapter,
    ChapterAudio,
    Finding,
    OnProgress,
    Pauses,
    ShouldStop,
    Synthesizer,
    VoiceProfile,
)
from engine.disk import disk_errors, hash_file
from engine.engine_desk import EngineDesk
from engine.errors import ConsentRefused, EditRefused, EmptyManuscript, NotFound, OutOfScope
from engine.lexicon_desk import LexiconDesk
from engine.line_desk import LineDesk
from engine.manuscript.lexicon import Lexicon
from engine.manuscript.readers import read_book
from engine.manuscript.script import read_script as read_script  # a command needs no workspace for it
from engine.manuscript.segments import segment_book
from engine.narration.synthesizer import find_card, load_synthesizer, warm_engine
from engine.planning import (
    ChapterPlan,
    Direction,
    check_language,
    plan_chapter,
    refuse_uncast,
    summarize_chapters,
)
from engine.project.book_store import BookStore
from engine.project.database import Database
from engine.project.queue import RenderQueue
from engine.project.take_store import TakeStore
from engine.publishing import Edition, check_place, name_audiobook
from engine.rendering import Rendering, wait_for_turn
from engine.sample_desk import SampleDesk
from engine.script_desk import ScriptDesk
from engine.settings import Settings
from engine.shelf_types import BookSummary, ChapterSummary, Job, JobKind
from engine.suggesting import measure_distance
from engine.voice_desk import VoiceDesk
from engine.voice_types import Use
from engine.voices.presets import find_preset, preset_voices

RECOGNISER = "whisper-base"
SAMPLE_BOOK = Path(__file__).parents[1] / "assets" / "sample"


def _ignore(_progress: object) -> None:
    pass


def _never() -> bool:
    return False


class Production:
    """One workspace, open."""

    def __init__(self, settings: Settings) -> None:
        """Open the workspace, making it if it is new. Raises WorkspaceError."""
        self.settings = settings
        with disk_errors("make the folder of your projects", settings.workspace):
            settings.books.mkdir(parents=True, exist_ok=True)
            settings.scratch.mkdir(exist_ok=True)
        self._database = Database(settings.database)
        self._books = BookStore(self._database, settings.books)
        self._takes = TakeStore(self._database, settings.books)
        self.queue = RenderQueue(self._database)
        self.lexicon_desk = LexiconDesk(self._books, self._database)
        self.script_desk = ScriptDesk(self._books, self._database, self._find_lexicon, self.lexicon_desk.respeak)
        self.contents_desk = ContentsDesk(self._books, self.script_desk)
        self.line_desk = LineDesk(self._books, self._takes, self.queue, self._direct, self._engines_for)
        self.voice_desk = VoiceDesk(settings, self._database, lambda: self.engine_desk.find_model(RECOGNISER))
        self.engine_desk = EngineDesk(settings, self.voice_desk.make_gate, self.voice_desk.profiles)
        self.voice_desk.profiles_desk.choose_engine = self.engine_desk.cloning_engine
        distance = self.voice_desk.profiles_desk.make_distance(measure_distance)
        self.cast_desk = CastDesk(self.script_desk, self.find_voice, self._voices_that_speak, distance)
        self.sample_desk = SampleDesk(
            settings.scratch, self.queue, self._find_speaker, self.voice_desk.make_gate, self._find_lexicon
        )
        self._import_turn = FileLock(settings.workspace / "import.lock")

    def close(self) -> None:
        self._database.close()

    @staticmethod
    def warm_up(reading: bool = False, speaking: bool = False) -> None:
        """Load what reading manuscripts or speaking needs, so that the first wish of a person need not wait for it."""
        if reading:
            segment_book([Chapter("", "Is it late? It is. Mr. A. said so.")], "en")
        if speaking:
            warm_engine(preset_voices()[0].engine)

    # -- the shelf ---------------------------------------------------------------------------------------------

    def books(self) -> list[BookSummary]:
        """Newest first."""
        return [self._books.summary(slug) for slug in self._books.slugs()]

    def book(self, slug: str) -> BookSummary:
        return self._books.summary(slug)

    def find_book(self, manuscript: Path) -> BookSummary | None:
        """The newest project made from a file with this content."""
        with disk_errors("read the manuscript", manuscript):
            slug = self._books.find_source(hash_file(manuscript))
        return self.book(slug) if slug else None

    def import_book(self, path: Path, on_progress: OnProgress | None = None, *, name: str | None = None) -> BookSummary:
        """Read a manuscript, find who speaks, cut it into lines (proving that nothing is lost), keep it; on
        ManuscriptError nothing is. ``name`` is the file's own name when ``path`` is a temporary copy."""
        book = read_book(path, name)
        empty = EmptyManuscript(f"{name or path.name} has no text to read aloud. Is it a book of pictures or scans?")
        if not any(letter.isalnum() for chapter in book.chapters for letter in chapter.text):
            raise empty
        script, roles = self.script_desk.prepare(book, on_progress)
        if not any(line.said for lines in script for line in lines):
            raise empty
        voice = preset_voices()[0].name
        return self.book(self._books.add(book, script, path, name or path.name, voice, LEFT_OUT_BY_DEFAULT, roles))

    def update_book(
        self, slug: str, path: Path, on_progress: OnProgress | None = None, *, name: str | None = None
    ) -> list[str]:
        """Bring a new version of the manuscript into its project, and say in sentences what came along of what a
        person did. Raises ManuscriptError, EditRefused; then nothing is changed."""
        book = read_book(path, name)
        return self.script_desk.reimport(slug, book, path, name or path.name, on_progress)

    def find_or_import_book(self, manuscript: Path, on_progress: OnProgress | None = None) -> BookSummary:
        """The project of this manuscript, made if there is none; two processes at once make one."""
        with self._import_turn:
            return self.find_book(manuscript) or self.import_book(manuscript, on_progress)

    def open_sample(self) -> BookSummary:
        """The sample book, put on the shelf the first time."""
        return self.find_or_import_book(min(SAMPLE_BOOK.glob("*.epub")))

    def delete_book(self, slug: str) -> None:
        job = self.queue.current(slug)
        if job and not job.state.over:
            self.queue.request_stop(job.id)
            self.queue.wait(job.id, 10)
        self._books.delete(slug)

    def storage_bytes(self, slug: str) -> int:
        return self._books.folder(slug).size_bytes()

    # -- manuscript --------------------------------------------------------------------------------------------

    def chapters(self, slug: str) -> list[ChapterSummary]:
        """The contents in order, with how far each chapter is."""
        plans = self._plan(self.book(slug))
        rendered, mastered = self._takes.keys(slug), self._takes.chapter_audio(slug)
        return summarize_chapters(self._books.contents(slug), plans, rendered, mastered)

    def chapter_text(self, slug: str, chapter_id: int) -> Chapter:
        return self._books.chapter(slug, chapter_id)

    def change_details(self, slug: str, *, cover: Path | None = None, **details: str | None) -> None:
        """Set title, author, narrator, language, year, description, each when given; ``cover`` is a JPEG or PNG."""
        given = {name: " ".join(value.split()) for name, value in details.items() if value is not None}
        if given.get("title") == "":
            raise EditRefused("A book needs a title. Type one and try again.")
        if cover is not None:
            with disk_errors("read the cover", cover):
                self._books.change_cover(slug, prepare_cover(cover.read_bytes()))
        if given:
            self._books.change(slug, **given)

    def change_pauses(self, slug: str, pauses: Pauses) -> None:
        self._books.change(slug, pauses=pauses)

    # -- voices ------------------------------------------------------------------------------------------------

    def voices(self) -> list[VoiceProfile]:
        """Those that can speak here today: shipped ones first, then people's."""
        return [*preset_voices(self.engine_desk.ready()), *self.voice_desk.profiles()]

    def find_voice(self, name: str) -> VoiceProfile:
        """Raises NotFound."""
        for find in (find_preset, self.voice_desk.find_profile):
            with suppress(NotFound):
                return find(name.strip().casefold())
        names = ", ".join(voice.name for voice in self.voices())
        raise NotFound(f"There is no voice called “{name}” to be used now. There is: {names}.")

    def choose_voice(self, slug: str, name: str) -> None:
        """Who narrates. Raises NotFound."""
        self.script_desk.give_voice(slug, NARRATOR, self.find_voice(name).name)

    # -- narration ---------------------------------------------------------------------------------------------

    def request_narration(self, slug: str, chapter_ids: Sequence[int] | None = None) -> Job:
        """Ask the worker to narrate; asking twice is asking once."""
        return self.queue.add(JobKind.NARRATE, slug, {"chapters": list(chapter_ids) if chapter_ids else None})

    def request_export(self, slug: str, formats: Sequence[str] = ("m4b",)) -> Job:
        """Ask the worker for the audiobook; what is missing is narrated first."""
        return self.queue.add(JobKind.EXPORT, slug, {"formats": list(formats)})

    def current_job(self, slug: str) -> Job | None:
        """The book's narration or export in progress, else the latest."""
        return self.queue.current(slug)

    def job(self, job_id: int) -> Job:
        return self.queue.job(job_id)

    def stop_job(self, job_id: int) -> None:
        self.queue.request_stop(job_id)

    def narrate(
        self,
        slug: str,
        chapter_ids: Sequence[int] | None = None,
        on_progress: OnProgress = _ignore,
        should_stop: ShouldStop = _never,
    ) -> list[Finding]:
        """Speak and master what is missing of the chapters (all that are read aloud, unless named).

        Returns the lines that could not be said. Raises Stopped, LanguageNotSpoken, UncastSpeaker, WorkspaceError.
        """
        book, folder = self.book(slug), self._books.folder(slug)
        with disk_errors("make the book's folders", folder.root):
            folder.make()
        plans = self._plan(book, self._chosen(slug, chapter_ids))
        for voice in {request.voice for plan in plans for request in plan.requests.values()}:
            check_language(book.language, voice)

        def render() -> list[Finding]:
            rendering = Rendering(self._takes, slug, folder, book.pauses, on_progress)
            return rendering.render(plans, self._engines_for(slug), self.settings.threads, should_stop)

        with folder.take_turn(lambda: wait_for_turn(on_progress, should_stop)):
            findings = self._takes.mend(slug, render)
        refuse_uncast(plans)
        return findings

    def is_complete(self, slug: str, chapter_id: int) -> bool:
        """Are all lines of the chapter spoken?"""
        (plan,) = self._plan(self.book(slug), [chapter_id])
        return plan.is_complete(self._takes.keys(slug))

    # -- audiobook ---------------------------------------------------------------------------------------------

    def chapter_audio(self, slug: str, chapter_id: int) -> ChapterAudio | None:
        """The mastered chapter, when it is up to date with words, voice and pauses."""
        key, audio = self._takes.chapter_audio(slug).get(chapter_id, ("", None))
        return audio if audio and key == self._plan(self.book(slug), [chapter_id])[0].key else None

    def export(
        self,
        slug: str,
        format: str = "m4b",
        destination: Path | None = None,
        chapter_ids: Sequence[int] | None = None,
        on_progress: OnProgress = _ignore,
        should_stop: ShouldStop = _never,
        use: Use = Use.PRIVATE,
    ) -> tuple[Audiobook, list[Finding]]:
        """Narrate what is missing, then make the audiobook: "m4b" one file, "mp3" a folder with a file a chapter.

        Without a destination it goes to the project's export folder. Returns it with the lines that could not be
        said. A failed export leaves the one before as it was. Raises what `narrate` does, ExportError, and
        ConsentRefused when a voice's owner gave no leave for this ``use``.
        """
        self._check_leave(slug, use)
        place = destination or self._books.folder(slug).export / name_audiobook(self.book(slug), format)
        check_place(place, format)

        def make() -> tuple[Audiobook, list[Finding]]:
            findings = self.narrate(slug, chapter_ids, on_progress, should_stop)
            book = self.book(slug)
            plans = self._plan(book, self._chosen(slug, chapter_ids))
            edition = Edition(book, self.find_voice(book.voice), place, on_progress, should_stop, self._notice(slug))
            return edition.publish(format, plans, self._takes, self.settings.threads), findings

        made, findings = self._takes.mend(slug, make)
        self._takes.keep_export(slug, made)
        self.voice_desk.note_export(made.path, sorted(voice.name for voice in self._heard(slug)))
        return made, findings

    def why_private(self, slug: str) -> list[str]:
        """Why the audiobook is for private listening only, a sentence for each voice and engine; none when it may be
        published."""
        gate, heard = self.voice_desk.make_gate(slug, Use.PUBLICATION), self._heard(slug)
        reasons = []
        for voice in heard:
            try:
                gate.check_leave(voice)  # a page asks every few seconds: reading the recordings is left to `export`
            except ConsentRefused as error:
                reasons.append(str(error))
        bound = sorted({voice.engine for voice in heard if not find_card(voice.engine).publishable})
        reasons += [f"What {engine} speaks is for private use only, by its licence." for engine in bound]
        return list(dict.fromkeys(reasons))

    def exports(self, slug: str) -> list[Audiobook]:
        """Finished audiobooks, newest first."""
        return self._takes.exports(slug)

    # -- in the house ------------------------------------------------------------------------------------------

    def _plan(self, book: BookSummary, chapter_ids: Sequence[int] | None = None) -> list[ChapterPlan]:
        script = self._books.script(book.slug, chapter_ids)
        rows = [row for row in self._books.contents(book.slug) if chapter_ids is None or row.id in chapter_ids]
        direction = self._direct(book)
        return [plan_chapter(row.id, row.title, script.get(row.id, []), direction) for row in rows]

    def _chosen(self, slug: str, chapter_ids: Sequence[int] | None) -> list[int]:
        """The ids to render, in the book's order: those named, else all that are read aloud. Raises NotFound."""
        contents = self._books.contents(slug)
        if chapter_ids is None:
            return [row.id for row in contents if row.include]
        if set(chapter_ids) - {row.id for row in contents}:
            raise NotFound(
                "That chapter is no longer in the book. Reload the page to see the chapters as they are now."
            )
        return [row.id for row in contents if row.id in chapter_ids]

    def _direct(self, book: BookSummary) -> Direction:
        find_once = cache(lambda name: self._find_speaker(name, book.language))  # one voice may play many parts
        cast = self.script_desk.cast(book.slug, find_once)
        return Direction(cast, book.pauses, book.language, self._find_lexicon(book.slug))

    def _find_speaker(self, voice: str, language: str) -> VoiceProfile:
        """A voice with the engine it speaks this language with. Raises NotFound."""
        return self.engine_desk.fit_voice(self.find_voice(voice), language)

    def _voices_that_speak(self) -> list[VoiceProfile]:
        """Those whose engine is here and ready."""
        ready = self.engine_desk.ready()
        return [voice for voice in self.voices() if voice.engine in ready]

    def _heard(self, slug: str) -> list[VoiceProfile]:
        """The voices of a book, each once, by name."""
        return sorted(set(self._direct(self.book(slug)).cast.voices.values()), key=lambda voice: voice.name)

    def _check_leave(self, slug: str, use: Use) -> None:
        """For what is spoken already, too: a leave that is over covers no new audiobook. Raises ConsentRefused."""
        gate = self.voice_desk.make_gate(slug, use)
        for voice in self._heard(slug):
            gate.check(voice)
        if use is Use.PUBLICATION and (reasons := self.why_private(slug)):
            raise OutOfScope(" ".join(reasons))

    def _notice(self, slug: str) -> str:
        """What goes into the audiobook's description with the sound."""
        notices = {self.engine_desk.notice(voice.engine) for voice in self._heard(slug)} - {""}
        return " ".join([*(["For private listening only."] if self.why_private(slug) else []), *sorted(notices)])

    def _engines_for(self, slug: str) -> Callable[[str], Synthesizer]:
        """Engines by name, behind the gate of one job for this book."""
        gate = self.voice_desk.make_gate(slug)
        return lambda name: load_synthesizer(name, gate)

    def _find_lexicon(self, slug: str) -> Lexicon:
        return self.lexicon_desk.lexicon_of(slug) if slug else self.lexicon_desk.shared_lexicon()
