"""Voices that leave the studio and voices that come to it: sealed files with their owner's leave, and data sets."""

from __future__ import annotations

import shutil
import tempfile
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from engine.core_types import OnProgress, Shape, ShouldStop
from engine.disk import disk_errors, hash_file, write_beside
from engine.errors import ConsentMissing, ConsentOver, EditRefused, RecordingRefused
from engine.project.voice_store import VoiceStore
from engine.voice_profiles import RecordedVoice
from engine.voice_types import Consent, Sample
from engine.voices.consent_book import ConsentBook
from engine.voices.dataset import DatasetReport, write_dataset
from engine.voices.parcel import Parcel, open_parcel, seal_parcel
from engine.voices.receipt import read_receipt

STATEMENTS = "statements"


def export_voice(voice: RecordedVoice, consents: ConsentBook, passphrase: str, path: Path) -> None:
    """Write a voice with its consent as one file that only the passphrase opens.

    Raises EditRefused without a consent in force, RecordingRefused for a passphrase that is too short, WorkspaceError.
    """
    if voice.consent is None or not voice.is_ready:
        raise EditRefused(f"{voice.row.label} has no consent in force, so it cannot be carried elsewhere.")
    chosen = [sample for sample in voice.samples if sample.chosen]
    statement = _find_statement(voice.row.folder, voice.consent.statement_sha256)
    paths = [*(sample.path for sample in chosen), *([statement] if statement else [])]
    with disk_errors("read the recordings", voice.row.folder):
        files = {each.name: each.read_bytes() for each in paths}
    listed = [
        {"file": s.path.name, "id": s.id, "sha256": s.sha256, "seconds": s.seconds, "words": s.words} for s in chosen
    ]
    characters = [{"label": c.label, "shape": _write_shape(c.shape)} for c in voice.characters]
    about = {"label": voice.row.label, "person": voice.row.person, "samples": listed, "characters": characters}
    seal_parcel(Parcel(about, consents.make_receipt(voice.consent.id), files), passphrase, path)


def import_voice(
    path: Path, passphrase: str, voices: VoiceStore, consents: ConsentBook, folder: Path, taken: Sequence[str] = ()
) -> str:
    """Take a voice in that was exported from a studio; returns its name here. Nothing is kept when anything is wrong.

    Raises RecordingRefused, ConsentMissing (wrong passphrase, a signature or hash that is not right), ConsentOver,
    EditRefused when it is here already.
    """
    parcel = open_parcel(path, passphrase)
    consent = read_receipt(parcel.receipt)
    _refuse_known(consent, consents)
    _check_covered(parcel, consent, path.name)
    name = voices.add(str(parcel.voice.get("person", "")), str(parcel.voice.get("label", "")), set(taken)).name
    place = voices.row(name).folder
    try:
        _write_files(parcel, consent, place)
        voices.keep_samples(name, [_read_sample(listed, place) for listed in parcel.samples])
        consents.admit(parcel.receipt, name)
    except BaseException:
        voices.remove(name)
        shutil.rmtree(place, ignore_errors=True)
        raise
    voices.change(name, state="ready")
    for character in parcel.voice.get("characters", []):
        voices.add_shaped(name, str(character["label"])[:80], Shape(*map(float, character["shape"])), set(taken))
    return name


def export_dataset(
    voice: RecordedVoice,
    path: Path,
    on_progress: OnProgress | None = None,
    should_stop: ShouldStop | None = None,
) -> DatasetReport:
    """Write a voice's chosen samples as a zip in LJSpeech's layout. Raises EditRefused, RecordingRefused, Stopped."""
    if not voice.is_ready:
        raise EditRefused(f"{voice.row.label} has no consent in force, so no data set can be made of it.")
    with tempfile.TemporaryDirectory(dir=path.parent) as made:
        root = Path(made)
        report = write_dataset(voice.samples, root, on_progress, should_stop)
        with write_beside(path, "write the data set") as partial, zipfile.ZipFile(partial, "w") as archive:
            for file in sorted(each for each in root.rglob("*") if each.is_file()):
                archive.write(file, f"{voice.row.name}/{file.relative_to(root).as_posix()}")
    return report


def _refuse_known(consent: Consent, consents: ConsentBook) -> None:
    known = {each.id: each for each in consents.consents()}
    if consent.id not in known:
        return
    if consents.tell_standing(known[consent.id]) == "in force":
        raise EditRefused(f"This voice is here already, as {known[consent.id].voice}.")
    raise ConsentOver(
        f"{consent.terms.person}'s leave was taken back here or is over, so their voice is not taken in again."
    )


def _check_covered(parcel: Parcel, consent: Consent, name: str) -> None:
    """Raises ConsentMissing when a recording in the parcel is not one that the consent names."""
    for listed in parcel.samples:
        if not str(listed["file"]).endswith(".flac") or listed["sha256"] not in consent.sample_sha256s:
            raise ConsentMissing(
                f"{name} holds a recording that {consent.terms.person} gave no leave for. Nothing was taken in."
            )
    if not parcel.samples:
        raise RecordingRefused(f"There are no recordings in {name}. Nothing was taken in.")


def _write_files(parcel: Parcel, consent: Consent, place: Path) -> None:
    """The samples, each with the hash the consent names, and the statement. Raises ConsentMissing, WorkspaceError."""
    named = {str(listed["file"]): str(listed["sha256"]) for listed in parcel.samples}
    with disk_errors("keep the recordings", place):
        (place / STATEMENTS).mkdir(parents=True, exist_ok=True)
        for file, data in parcel.files.items():
            target = place / file if file in named else place / STATEMENTS / file
            target.write_bytes(data)
            if hash_file(target) != named.get(file, consent.statement_sha256):
                raise ConsentMissing(
                    f"The recording {file} is not the one that leave was given for. Nothing was taken in."
                )


def _find_statement(folder: Path, sha256: str) -> Path | None:
    return next((kept for kept in sorted((folder / STATEMENTS).glob("*")) if hash_file(kept) == sha256), None)


def _read_sample(listed: Mapping[str, Any], place: Path) -> Sample:
    path = place / str(listed["file"])
    return Sample(path.stem, path, str(listed["sha256"]), float(str(listed["seconds"])), str(listed["words"]))


def _write_shape(shape: Shape) -> list[float]:
    return [shape.semitones, shape.formant, shape.pace]
