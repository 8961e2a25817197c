"""Recorded voices and the samples they are made of: rows for what lies in the workspace's voices/."""

from __future__ import annotations

import shutil
from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from engine.core_types import Shape
from engine.errors import NotFound
from engine.project.database import Database
from engine.project.folders import name_folder
from engine.project.voice_tables import export_voices, samples, shaped_voices, voices
from engine.voice_types import BadPlace, Measure, Sample, Scorecard, Verdict


@dataclass(frozen=True, slots=True)
class VoiceRow:
    """A person's voice, from the first recording to the end of their leave."""

    name: str  # what a person types: lower case, no spaces
    label: str  # what a person reads
    person: str
    folder: Path  # of the recordings and samples
    state: str  # "recording", "ready", "revoked", "expired"
    created_at: str  # ISO 8601, UTC


@dataclass(frozen=True, slots=True)
class ShapedRow:
    """A character bent from a person's voice."""

    name: str
    label: str
    voice: str  # the name of the voice it is bent from
    shape: Shape


class VoiceStore:
    """Rows of voices and samples; every change is one transaction."""

    def __init__(self, database: Database, folder: Path) -> None:
        self._database, self._folder = database, folder

    def add(self, person: str, label: str, taken: set[str]) -> VoiceRow:
        """A new voice of a person, not called as one of ``taken``; its folder is made when something is put there."""
        with self._database.write("keep the voice") as connection:
            name = name_folder(label, _list_names(connection) | taken)
            values = {
                "name": name,
                "label": label,
                "folder": name,
                "person": person,
                "state": "recording",
                "created_at": datetime.now(UTC).isoformat(timespec="seconds"),
            }
            connection.execute(insert(voices).values(values))
        return self.row(name)

    def rows(self) -> list[VoiceRow]:
        """Newest first."""
        with self._database.read() as connection:
            return [self._read(row) for row in connection.execute(select(voices).order_by(voices.c.id.desc()))]

    def row(self, name: str) -> VoiceRow:
        """Raises NotFound."""
        with self._database.read() as connection:
            return self._read(_find(connection, name))

    def change(self, name: str, **columns: str) -> None:
        """Set state, label or person."""
        with self._database.write("keep the voice") as connection:
            id_ = _find(connection, name).id
            connection.execute(update(voices).where(voices.c.id == id_).values(**columns))

    def keep_samples(self, name: str, kept: Sequence[Sample]) -> None:
        """Note samples whose files are there; one that is known already is noted anew."""
        with self._database.write("keep the recording") as connection:
            voice_id = _find(connection, name).id
            ids = [sample.id for sample in kept]
            connection.execute(samples.delete().where(samples.c.voice_id == voice_id, samples.c.name.in_(ids)))
            for sample in kept:
                connection.execute(
                    insert(samples).values(
                        voice_id=voice_id,
                        name=sample.id,
                        sha256=sample.sha256,
                        seconds=sample.seconds,
                        words=sample.words,
                        recording=sample.recording.name if sample.recording else "",
                        chosen=sample.chosen,
                        scorecard=asdict(sample.scorecard) if sample.scorecard else None,
                    )
                )

    def samples(self, name: str) -> list[Sample]:
        """In the order in which they were recorded."""
        with self._database.read() as connection:
            row = _find(connection, name)
            folder = self._folder / row.folder
            query = select(samples).where(samples.c.voice_id == row.id).order_by(samples.c.id)
            return [_read_sample(sample, folder) for sample in connection.execute(query)]

    def choose(self, name: str, sample_id: str, chosen: bool) -> None:
        """Let a sample go into the profile, or leave it out. Raises NotFound."""
        with self._database.write("keep the choice") as connection:
            here = (samples.c.voice_id == _find(connection, name).id, samples.c.name == sample_id)
            if not connection.execute(update(samples).where(*here).values(chosen=chosen)).rowcount:
                raise NotFound("That recording is no longer there. Reload the page.")

    def remove_sample(self, name: str, sample_id: str) -> None:
        """Forget a sample and delete its file; the recording goes with its last sample."""
        kept = self.samples(name)
        gone = [sample for sample in kept if sample.id == sample_id]
        with self._database.write("remove the recording") as connection:
            here = (samples.c.voice_id == _find(connection, name).id, samples.c.name == sample_id)
            connection.execute(samples.delete().where(*here))
        for sample in gone:
            sample.path.unlink(missing_ok=True)
            sample.before.unlink(missing_ok=True)
            if sample.recording and not any(s.recording == sample.recording for s in kept if s.id != sample_id):
                sample.recording.unlink(missing_ok=True)

    def write_words(self, name: str, sample_id: str, words: str) -> None:
        """What is said in a sample."""
        with self._database.write("keep the words") as connection:
            here = (samples.c.voice_id == _find(connection, name).id, samples.c.name == sample_id)
            connection.execute(update(samples).where(*here).values(words=words))

    # -- characters --------------------------------------------------------------------------------------------

    def add_shaped(self, name: str, label: str, shape: Shape, taken: set[str]) -> str:
        """A character bent from a voice; returns its name. It goes with the voice."""
        with self._database.write("keep the character") as connection:
            id_ = _find(connection, name).id
            own = name_folder(label, _list_names(connection) | taken)
            values = {"voice_id": id_, "name": own, "label": label, "shape": asdict(shape)}
            connection.execute(insert(shaped_voices).values(values))
        return own

    def shaped_rows(self) -> list[ShapedRow]:
        """In the order in which they were made."""
        query = select(shaped_voices, voices.c.name.label("voice")).join_from(shaped_voices, voices)
        with self._database.read() as connection:
            rows = connection.execute(query.order_by(shaped_voices.c.id)).all()
        return [ShapedRow(row.name, row.label, row.voice, Shape(**row.shape)) for row in rows]

    def remove_shaped(self, name: str) -> None:
        """Take a character away; nothing happens when it is gone already."""
        with self._database.write("remove the character") as connection:
            connection.execute(shaped_voices.delete().where(shaped_voices.c.name == name))

    # -- audiobooks --------------------------------------------------------------------------------------------

    def note_export(self, path: Path, names: Collection[str]) -> None:
        """Note whose voices are in an audiobook that was made; what was noted of that path before is forgotten."""
        with self._database.write("note the voices of an audiobook") as connection:
            connection.execute(export_voices.delete().where(export_voices.c.path == str(path)))
            for name in sorted(names):
                connection.execute(insert(export_voices).values(path=str(path), voice=name))

    def exports_with(self, names: Collection[str]) -> list[Path]:
        """The audiobooks that were made with any of these voices, whether their files are still there or not."""
        query = select(export_voices.c.path).where(export_voices.c.voice.in_(names)).distinct()
        with self._database.read() as connection:
            return [Path(path) for path in connection.scalars(query.order_by(export_voices.c.path))]

    # -- ended -------------------------------------------------------------------------------------------------

    def empty(self, name: str, state: str) -> None:
        """Delete everything that was recorded of a voice and computed from it; its row stays, in this state."""
        with self._database.write("delete the recordings") as connection:
            row = _find(connection, name)
            connection.execute(samples.delete().where(samples.c.voice_id == row.id))
            connection.execute(shaped_voices.delete().where(shaped_voices.c.voice_id == row.id))
            connection.execute(update(voices).where(voices.c.id == row.id).values(state=state))
        shutil.rmtree(self._folder / row.folder, ignore_errors=True)

    def remove(self, name: str) -> None:
        """Take a voice away with all its recordings."""
        self.empty(name, "removed")
        with self._database.write("remove the voice") as connection:
            connection.execute(voices.delete().where(voices.c.id == _find(connection, name).id))

    def _read(self, row: Row[Any]) -> VoiceRow:
        return VoiceRow(row.name, row.label, row.person, self._folder / row.folder, row.state, row.created_at)


def _find(connection: Connection, name: str) -> Row[Any]:
    row = connection.execute(select(voices).where(voices.c.name == name.strip().casefold())).one_or_none()
    if row is None:
        raise NotFound(f"There is no recorded voice called “{name}”. The Voices page lists them.")
    return row


def _list_names(connection: Connection) -> set[str]:
    return {*connection.scalars(select(voices.c.name)), *connection.scalars(select(shaped_voices.c.name))}


def _read_sample(row: Row[Any], folder: Path) -> Sample:
    return Sample(
        id=row.name,
        path=folder / f"{row.name}.flac",
        sha256=row.sha256,
        seconds=row.seconds,
        words=row.words,
        recording=folder / row.recording if row.recording else None,
        scorecard=_read_scorecard(row.scorecard) if row.scorecard else None,
        chosen=row.chosen,
    )


def _read_scorecard(kept: dict[str, Any]) -> Scorecard:
    return Scorecard(
        verdict=Verdict(kept["verdict"]),
        measures=tuple(Measure(**{**measure, "verdict": Verdict(measure["verdict"])}) for measure in kept["measures"]),
        advice=tuple(kept["advice"]),
        bad_places=tuple(BadPlace(**place) for place in kept["bad_places"]),
        best_clips=tuple((start, end) for start, end in kept["best_clips"]),
        read_next=kept["read_next"],
    )
