"""The script of a book as a person works on it: who speaks each line, the roles and their voices; all of it undoable.

Analysis and person work on the same script. What a person has settled, renamed, merged or split stays so, whatever is
found anew.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from engine.core_types import NARRATOR, UNKNOWN, Book, Cast, MarkKind, OnProgress, Segment, Shape, VoiceProfile
from engine.doubting import FindCandidates, list_doubtful, show_doubts
from engine.errors import EditRefused, EmptyManuscript, ManuscriptError, NotFound
from engine.found_roles import LONGEST_NAME, name_roles, set_apart
from engine.manuscript.lexicon import Lexicon
from engine.manuscript.readers import read_book
from engine.project.book_store import BookStore
from engine.project.database import Database
from engine.project.folders import BookFolder
from engine.project.new_version import find_source, keep_version
from engine.project.script_rows import KeptRole, ScriptRow
from engine.project.script_store import ScriptStore
from engine.reimporting import change_details, finish_lines, lay_over, shorten, tell_what_came_along
from engine.role_changes import (
    check_name,
    find_person,
    find_speaker,
    learn_names,
    merge_roles,
    plan_split,
    rename_role,
)
from engine.script_making import Manuscript, cut_script, make_script, recall_speech
from engine.script_table import read_table, write_table
from engine.shelf_types import DoubtfulLine, Reading, Role, StripPart
from engine.studies import PlacedScript, Studies, compare_attributions, find_places, list_lines, settle_row
from engine.voicing import give_voice, join_series

MOST_TRIES = 4  # when a person goes on working while the script is made anew
BUSY = "The book was changed all the while. Leave it alone for a moment, and try again."
GENDERS, AGES = ("M", "F", ""), ("child", "young", "old", "")


class ScriptDesk:
    """The scripts of all books. Methods raise NotFound, and EditRefused with a sentence for what cannot be done."""

    def __init__(
        self,
        books: BookStore,
        database: Database,
        find_lexicon: Callable[[str], Lexicon | None] = lambda slug: None,
        respeak: Callable[[str, Lexicon | None], object] = lambda slug, before: None,
    ) -> None:
        """``find_lexicon``: how words are said in a book, or in one not yet kept (""); ``respeak``: make the words of a
        book anew after the lexicon has become another one than that of before, as when it joins a series."""
        self._books, self._database, self._script = books, database, ScriptStore(database)
        self._find_lexicon, self._respeak = find_lexicon, respeak
        self._studies = Studies()

    # -- the script made ---------------------------------------------------------------------------------------

    def prepare(
        self, book: Book, on_progress: OnProgress | None = None
    ) -> tuple[list[tuple[Segment, ...]], list[KeptRole]]:
        """The lines of each chapter of a book just read, and its roles; nothing is kept. Raises ManuscriptError."""
        manuscript = Manuscript(book.chapters, book.language, lexicon=self._find_lexicon(""))
        made = make_script(manuscript, [()] * len(book.chapters), [], self._studies, on_progress)
        return made.lines, [role for _, role in made.changes]

    def find_speakers(self, slug: str, on_progress: OnProgress | None = None) -> None:
        """Find out (again) who speaks in the chapters that are read aloud, and cut their lines where speakers change.

        What a person has chosen stays: settled lines, own words, tries, roles as they are named, merged and voiced.
        """
        for _ in range(MOST_TRIES):
            seen = self._script.view(slug)
            manuscript = Manuscript(seen.chapters, seen.language, seen.left_out, self._find_lexicon(slug))
            made = make_script(manuscript, seen.lines, seen.roles, self._studies, on_progress)
            if self._script.replace_lines(slug, seen, made.lines, made.changes):
                return
        raise EditRefused(BUSY)

    def warm_up(self, slug: str) -> None:
        """Study the book ahead, so that its first line is settled in a moment; slow, and changes nothing."""
        language, chapters = self._script.manuscript(slug)
        self._studies.make(chapters, language, set_apart(self._script.roles(slug)))

    def cut_again(self, slug: str, left_out: frozenset[MarkKind] | None = None) -> None:
        """Make the lines anew, without other kinds of text (``left_out``) or with other words of the lexicon.

        Nobody is looked for anew: who speaks stays as it is.
        """
        for _ in range(MOST_TRIES):
            seen = self._script.view(slug)
            kinds = seen.left_out if left_out is None else left_out
            manuscript = Manuscript(seen.chapters, seen.language, kinds, self._find_lexicon(slug))
            lines = cut_script(manuscript, [recall_speech(lines) for lines in seen.lines])
            if self._script.replace_lines(slug, seen, lines, left_out=kinds):
                return
        raise EditRefused(BUSY)

    def reimport(
        self, slug: str, book: Book, source: Path, name: str, on_progress: OnProgress | None = None
    ) -> list[str]:
        """Put a new version of the manuscript, just read from ``source``, into its project; all of it or nothing.

        Settled speakers, own words, tries, roles, voices and what was done to the contents come along where the text
        is still there. Returns sentences that say what did and what did not. The file before stays beside the new one.
        """
        folder = self._books.folder(slug)
        read = _read_again(folder)
        for _ in range(MOST_TRIES):
            seen = self._script.view(slug)
            version = lay_over(seen, read, book)
            columns = change_details(self._books.summary(slug), read, book, name)
            language = columns.get("language", seen.language)
            manuscript = Manuscript(version.chapters, language, seen.left_out, self._find_lexicon(slug))
            made = make_script(manuscript, version.before, seen.roles, self._studies, on_progress)
            lines = finish_lines(version, made.lines)
            if not any(line.said for chapter_lines in lines for line in chapter_lines):
                raise EmptyManuscript(f"{name} has no text to read aloud. The project stays as it is.")
            script = list(zip(version.chapters, lines, strict=True))
            if keep_version(self._database, folder, seen, script, made.changes, source, columns):
                return tell_what_came_along(seen, version, lines)
        raise EditRefused(BUSY)

    # -- looked at ---------------------------------------------------------------------------------------------

    def roles(self, slug: str) -> list[Role]:
        """The narrator first, then by how many lines they speak; UNKNOWN last, when it has lines."""
        kept = {role.name: role for role in self._script.roles(slug)}
        tallies, (_, voice) = self._script.tallies(slug), self._script.reading(slug)
        kept[NARRATOR] = replace(kept.get(NARRATOR, KeptRole(NARRATOR)), voice=voice)
        roles = []
        for name in dict.fromkeys((*kept, *tallies)):
            role, tally = kept.get(name, KeptRole(name)), tallies.get(name)
            lines, characters, first = (tally.lines, tally.characters, tally.first_segment) if tally else (0, 0, 0)
            if lines or name != UNKNOWN:
                roles.append(
                    Role(
                        name, role.aliases, role.gender, role.age, lines, characters,
                        role.voice, role.shape, role.is_narrator, first,
                    )
                )  # fmt: skip
        rank = {NARRATOR: 0, UNKNOWN: 2}
        return sorted(roles, key=lambda role: (rank.get(role.name, 1), -role.lines, -role.characters, role.name))

    def strip(self, slug: str, chapter_id: int | None = None) -> list[StripPart]:
        """The chapters read aloud (or one), in order, as stretches of one speaker each."""
        return self._script.strip(slug, chapter_id)

    def doubtful(self, slug: str, above: float, count: int = 20, after: int = 0) -> list[DoubtfulLine]:
        """Lines with more doubt than ``above``, the most doubtful first; never a settled one.

        ``after``: the id of a line of this queue; those that follow it are given.
        """
        return list_doubtful(self._script, slug, above, count, after, self._find_candidates(slug))

    def line(self, slug: str, segment_id: int) -> DoubtfulLine:
        """Any line as `doubtful` gives it, one that is sure or settled too. Raises NotFound."""
        (shown,) = show_doubts(
            self._script, slug, [self._script.quotation(slug, segment_id)], self._find_candidates(slug)
        )
        return shown

    def _find_candidates(self, slug: str) -> FindCandidates:
        """Who may speak a line, as far as the book has been studied lately."""
        language, chapters = self._script.manuscript(slug)
        roles = self._script.roles(slug)
        study = self._studies.recall(chapters, language, set_apart(roles))
        numbers, names = {chapter.id: number for number, chapter in enumerate(chapters)}, name_roles(roles, [])

        def find_candidates(row: ScriptRow) -> Sequence[str]:
            number = numbers.get(row.chapter_id)
            if study is None or number is None:
                return ()
            (starts,) = find_places(study.quotations[number], [row])
            return [names[name] for start in starts[:1] for name in study.candidates(number, start) if name in names]

        return find_candidates

    def count_doubtful(self, slug: str, above: float) -> int:
        """How many there are in that queue."""
        return len(self._script.doubtful(slug, above))

    def cast(self, slug: str, find_voice: Callable[[str], VoiceProfile]) -> Cast:
        """Who reads whom as the book is read now; a role without a voice, or whose voice is gone, is missing.

        ``find_voice`` raises NotFound for a voice that is no longer there.
        """
        reading, narrators = self._script.reading(slug)
        kept = {role.name: role for role in self._script.roles(slug)}
        narrator = replace(kept.pop(NARRATOR, KeptRole(NARRATOR)), voice=narrators)
        voices: dict[str, VoiceProfile] = {}
        for role in (narrator, kept.pop(UNKNOWN, KeptRole(UNKNOWN)), *kept.values()):
            reader = narrator if reading is Reading.ONE_VOICE or role.is_narrator else role
            try:
                voice = find_voice(reader.voice) if reader.voice else None
            except NotFound:
                continue
            if voice is not None:
                voices[role.name] = replace(voice, shape=reader.shape) if reader.shape else voice
        return Cast(voices)

    # -- speakers settled --------------------------------------------------------------------------------------

    def settle(self, slug: str, segment_id: int, speaker: str) -> list[int]:
        """Hold who speaks a line (a new name makes a role) and solve its conversation again around it.

        Returns the ids of the lines whose speaker changed, in order.
        """
        language, chapters = self._script.manuscript(slug)
        place, wanted = self._script.row(slug, segment_id), check_name(speaker)
        text = self._script.texts(slug, [place.chapter_id])[place.chapter_id][place.start : place.end]
        ids = [chapter.id for chapter in chapters]
        with self._studies.turn:
            study = self._studies.make(chapters, language, set_apart(self._script.roles(slug)))
            with self._script.change(slug, f"give “{shorten(text)}” to {wanted}") as change:
                placed = PlacedScript(study, ids, change.spoken_rows([*ids, place.chapter_id], segment_id))
                before = placed.attribute(change.roles())
                name, roles = find_speaker(change, speaker), change.roles()
                here = placed.places.get(segment_id, ())
                after = placed.attribute(roles, dict.fromkeys(here, name))
                found, names = compare_attributions(before, after), learn_names(change, after)
                settled = {segment_id: placed.find(segment_id)}
                settled |= {row.id: row for at in here for row in placed.rows_at[at]}
                changes = [settle_row(row, name) for row in settled.values()]
                changes += [pair for pair in placed.list_changes(found, names) if pair[0].id not in settled]
                change.set_rows(changes)
        changed = {was.id for was, now in changes if was.speaker != now.speaker}
        return [id_ for id_ in placed.rows if id_ in changed]

    def replace_speaker(self, slug: str, old: str, new: str, chapter_ids: Sequence[int] | None = None) -> int:
        """Give all lines of one speaker to another, and settle them; returns how many they were."""
        if check_name(old) == NARRATOR:
            raise EditRefused("What the narrator tells can only be given to somebody line by line.")
        with self._script.change(slug, f"give the lines of {old} to {new}") as change:
            name = UNKNOWN if old == UNKNOWN else change.find_role(old).name
            rows = [row for row in change.rows(chapter_ids) if row.speaker == name]
            if rows:
                reader = find_speaker(change, new)
                change.set_rows(settle_row(row, reader) for row in rows)
        return len(rows)

    # -- roles put right ---------------------------------------------------------------------------------------

    def rename_role(self, slug: str, name: str, new_name: str) -> None:
        with self._script.change(slug, f"rename {name} to {new_name}") as change:
            rename_role(change, name, new_name)

    def merge_roles(self, slug: str, name: str, into: str) -> None:
        """Two names of one person: the lines of ``name`` become those of ``into``."""
        with self._script.change(slug, f"merge {name} into {into}") as change:
            merge_roles(change, name, into)

    def split_role(self, slug: str, name: str, alias: str, new_name: str) -> None:
        """Two people under one name: those called ``alias`` become ``new_name``, and their lines are found anew."""
        language, chapters = self._script.manuscript(slug)
        seen = self._script.roles(slug)
        planned = plan_split(seen, name, alias, new_name)
        with self._studies.turn:
            study = self._studies.make(chapters, language, set_apart(planned))
            with self._script.change(slug, f"split {new_name} from {name}") as change:
                if change.roles() != seen:
                    raise EditRefused("The cast was changed meanwhile. Look at it once more, and split then.")
                for was, now in zip(seen, planned, strict=False):
                    change.put_role(was, now)
                fresh = planned[-1]
                change.put_role(None, fresh)
                ids = [chapter.id for chapter in chapters]
                placed = PlacedScript(study, ids, change.spoken_rows(ids))
                after = placed.attribute(planned)
                names = learn_names(change, after)
                changes = placed.list_changes(list_lines(after), names)
                change.set_rows(pair for pair in changes if pair[0].speaker == name or pair[1].speaker == fresh.name)

    def mark_narrator(self, slug: str, name: str, is_it: bool) -> None:
        """Is this the "I" who tells the book, and reads with the narrator's voice?"""
        deed = f"make {name} the one who tells the book" if is_it else f"give {name} a voice apart from the narrator's"
        with self._script.change(slug, deed) as change:
            role = find_person(change, name, "the one who tells the book")
            change.put_role(role, replace(role, is_narrator=is_it))

    def change_role(self, slug: str, name: str, *, gender: str | None = None, age: str | None = None) -> None:
        """What is known of a person: the gender "M", "F" or "", and the age "child", "young", "old" or ""."""
        if gender not in (None, *GENDERS) or age not in (None, *AGES):
            raise EditRefused("A gender is M, F or left open; an age is child, young, old or left open.")
        with self._script.change(slug, f"change what is known of {name}") as change:
            role = find_person(change, name, "described")
            gender, age = role.gender if gender is None else gender, role.age if age is None else age
            change.put_role(role, replace(role, gender=gender, age=age))

    # -- voices ------------------------------------------------------------------------------------------------

    def give_voice(self, slug: str, role: str, voice: str, shape: Shape | None = None) -> None:
        """Let a role speak with a voice, bent to ``shape``; "" takes it away. In a series, its other books get it too
        when they join."""
        self.give_voices(slug, {role: (voice, shape)}, f"give {role} {'a voice' if voice else 'no voice'}")

    def give_voices(self, slug: str, given: Mapping[str, tuple[str, Shape | None]], deed: str) -> None:
        """Voices for many roles in one deed, which one undo takes back."""
        with self._script.change(slug, deed) as change:
            for name, (voice, shape) in given.items():
                give_voice(change, name, voice, shape)

    def set_reading(self, slug: str, reading: Reading) -> None:
        """One voice for all, or a full cast."""
        with self._script.change(slug, f"have it read by {reading.value}") as change:
            change.set_book(reading=reading.value)

    def set_series(self, slug: str, series: str) -> int:
        """Put a book into a series ("" takes it out); a name that differs in capitals alone is the series there is.
        Returns how many roles got the voice they have in the series; the voices of the others are kept for its next
        books."""
        name = " ".join(series.split())
        if len(name) > LONGEST_NAME:
            raise EditRefused(f"“{name[:30]}…” is too long for a series. Use at most {LONGEST_NAME} characters.")
        name = next((known for known in self.series() if known.casefold() == name.casefold()), name)
        before = self._find_lexicon(slug)
        with self._script.change(slug, f"put it into the series {name}" if name else "take it out of its series") as it:
            taken = join_series(it, name) if name else 0
            it.set_book(series=name)
        if self._find_lexicon(slug) != before:
            self._respeak(slug, before)
        return taken

    def series(self) -> list[str]:
        """The names of all series, in the order of the alphabet."""
        return self._script.series()

    def series_roles(self, series: str) -> list[Role]:
        """The roles that a series keeps a voice for."""
        kept = self._script.series_roles(series)
        return [
            Role(role.name, role.aliases, role.gender, role.age, voice=role.voice, shape=role.shape) for role in kept
        ]

    # -- undone ------------------------------------------------------------------------------------------------

    def last_edit(self, slug: str) -> str:
        """What `undo` would take back, in words; "" when there is nothing."""
        return self._script.last_edit(slug)

    def undo(self, slug: str) -> str:
        """Take the latest change back; returns what it was. Raises EditRefused when that cannot be done."""
        before = self._find_lexicon(slug)
        deed = self._script.undo(slug)
        if self._find_lexicon(slug) != before:
            self._respeak(slug, before)
        return deed

    # -- as a table --------------------------------------------------------------------------------------------

    def write_csv(self, slug: str, destination: Path) -> None:
        """The script as a table for a spreadsheet, one row a line. Raises WorkspaceError."""
        seen = self._script.view(slug)
        write_table(destination, seen.chapters, seen.lines)

    def read_csv(self, slug: str, source: Path) -> int:
        """Take over the speakers of a table written before, and settle those that differ; returns how many did.

        All of it or nothing: raises EditRefused, with the line of the file, when something in it is amiss.
        """
        seen = self._script.view(slug)
        table = read_table(source, seen.chapters, seen.lines)
        with self._script.change(slug, f"read the script from {source.name}") as change:
            rows, names = {row.id: row for row in change.all_rows()}, dict[str, str]()
            changes = []
            for entry in table:
                was = entry.segment
                speaker = was.speaker if entry.speaker == was.speaker else names.get(entry.speaker, "")
                if not speaker:
                    try:
                        speaker = names[entry.speaker] = find_speaker(change, entry.speaker)
                    except EditRefused as error:
                        raise EditRefused(f"Line {entry.file_line} of {source.name}: {error}") from None
                if speaker != was.speaker or (entry.settled and not was.settled):
                    if was.id not in rows:
                        raise EditRefused("The script was made anew meanwhile. Write it once more, and change that.")
                    changes.append(settle_row(rows[was.id], speaker))
            change.set_rows(changes)
        return sum(was.speaker != now.speaker for was, now in changes)


def _read_again(folder: BookFolder) -> Book | None:
    """The manuscript in use, as it is read today: what differs from it in the project, a person has changed."""
    source = find_source(folder)
    try:
        return read_book(source) if source else None
    except ManuscriptError:
        return None
