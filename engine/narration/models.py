"""The model manager: the only door to weights on the disk.

    get_model (from the network) or import_model (from a folder) -> models/NAME/ and its record models/NAME.json
    find_model -> the folder, when the model is whole and a person has accepted its licence

A model's folder holds its files and whatever its engine keeps beside them. The record says what the files were when
they came; without one (a folder put here by hand) the files are looked at and a record is written. Who accepted which
licence, when, and the checksum of the words they saw stand in models/accepted.json.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from engine.core_types import OnProgress, Progress, ShouldStop
from engine.disk import disk_errors, full_disk, hash_file, write_beside
from engine.errors import LicenceNotAccepted, ModelError, ModelMissing, Stopped
from engine.narration.downloads import fetch_file
from engine.narration.model_files import check_file
from engine.narration.model_kinds import check_kind
from engine.narration.model_list import MODELS, ModelCard, ModelFile, find_card

ACCEPTED = "accepted.json"
CHUNK = 1 << 20
ROOM_TO_SPARE = 200_000_000  # bytes of the disk that a download leaves free
TELL_EVERY_S = 0.2


@dataclass(frozen=True, slots=True)
class Acceptance:
    """That a person agreed to a model's licence."""

    model: str
    licence: str
    person: str
    accepted_at: str  # ISO 8601, UTC
    text_sha256: str  # of the words they were shown


@dataclass(frozen=True, slots=True)
class KeptModel:
    """A model and what there is of it here."""

    card: ModelCard
    folder: Path
    here: bool  # whole, and as large as its record says
    bytes: int  # on the disk, unfinished downloads included
    source: str = ""  # "downloaded", "imported" or "found"; "" when it is not here
    as_published: bool = False  # every file is the one the model list names
    accepted: Acceptance | None = None
    recorded: bool = True  # what its files are was written down; not so for a folder put here by hand, until it is used

    @property
    def usable(self) -> bool:
        return self.here and (self.accepted is not None or not self.card.licence.needs_acceptance)


# --- looking ------------------------------------------------------------------------------------------------------


def list_models(models: Path) -> list[KeptModel]:
    """Every model that can be had, and what there is of it in the folder ``models``."""
    return [look_at(models, name) for name in MODELS]


def look_at(models: Path, name: str) -> KeptModel:
    """One model and what there is of it. Raises NotFound."""
    card = find_card(name)
    place, record = models / card.name, _read_json(models / f"{card.name}.json")
    files = [path for path in place.rglob("*") if path.is_file()] if place.is_dir() else []
    here = not _missing_files(place, card, record)
    return KeptModel(
        card,
        place,
        here,
        sum(path.stat().st_size for path in files),
        str(record.get("source", "found")) if here else "",
        bool(record.get("as_published")) and here,
        find_acceptance(models, card),
        bool(record),
    )


def find_model(models: Path, name: str) -> Path:
    """The folder of a model that may be used here and now.

    Raises NotFound for a name there is not, ModelMissing when it is not here or not whole, LicenceNotAccepted, and
    ModelError when a file put here by hand is not what its name says.
    """
    card = find_card(name)
    place, record = models / card.name, _read_json(models / f"{card.name}.json")
    if missing := _missing_files(place, card, record):
        some = f" ({missing[0]} is missing or cut short)" if place.is_dir() and len(missing) < len(card.files) else ""
        raise ModelMissing(
            f"The model {card.label} is not here yet{some}. Get it on the page Engines, or with "
            f"“python3 launch.py models get {card.name}”."
        )
    check_acceptance(models, card)
    if not record:
        with _turn(models, card.name):
            _record_found(models, card)
    return place


def find_sha256(models: Path, name: str) -> str:
    """Hex sha256 of the weights of a model that is here. Raises as `find_model` does."""
    find_model(models, name)
    card = find_card(name)
    return str(_read_json(models / f"{card.name}.json")["files"][card.files[0].name]["sha256"])


def recall_sha256(models: Path, name: str) -> str:
    """Hex sha256 of the weights as their record says it, without reading 2 GB for it; "" when there is no record, or
    the weights were changed after it was written. Raises NotFound."""
    card = find_card(name)
    weights, record = card.files[0].name, models / f"{card.name}.json"
    if _time_of(models / card.name / weights) > _time_of(record):
        return ""
    return str(_read_json(record).get("files", {}).get(weights, {}).get("sha256", ""))


def read_stamp(models: Path, name: str) -> object:
    """Something that is another when the model was got, changed, removed or accepted meanwhile. Costs two stats."""
    return tuple(_time_of(path) for path in (models / f"{name}.json", models / ACCEPTED, models / name))


# --- licences -----------------------------------------------------------------------------------------------------


def accept_licence(models: Path, name: str, person: str) -> Acceptance:
    """Note that this person was shown the model's licence and agrees. Raises NotFound, LicenceNotAccepted."""
    card, person = find_card(name), " ".join(person.split())
    if not person:
        raise LicenceNotAccepted(f"Say who accepts the licence of {card.label}: type your name.")
    now = datetime.now(UTC).isoformat(timespec="seconds")
    acceptance = Acceptance(card.name, card.licence.name, person, now, card.licence.sha256)
    models.mkdir(parents=True, exist_ok=True)
    with _turn(models, ACCEPTED):
        kept = _read_json(models / ACCEPTED)
        _write_json(models / ACCEPTED, {"accepted": [*kept.get("accepted", []), asdict(acceptance)]})
    return acceptance


def find_acceptance(models: Path, card: ModelCard) -> Acceptance | None:
    """Who accepted the licence as it stands today, for this model or another under the same words; None when nobody."""
    for kept in _read_json(models / ACCEPTED).get("accepted", []):
        if isinstance(kept, dict) and kept.get("text_sha256") == card.licence.sha256:
            return Acceptance(**{key: str(kept.get(key, "")) for key in Acceptance.__slots__})
    return None


def check_acceptance(models: Path, card: ModelCard) -> None:
    """Raises LicenceNotAccepted when a person has yet to agree."""
    if card.licence.needs_acceptance and find_acceptance(models, card) is None:
        raise LicenceNotAccepted(
            f"{card.label} has a licence that you have to read and accept first: {card.licence.name}. Do it on the "
            f"page Engines, or with “python3 launch.py models get {card.name} --accept-licence”."
        )


# --- getting and removing -----------------------------------------------------------------------------------------


def get_model(
    models: Path,
    name: str,
    on_progress: OnProgress = lambda _progress: None,
    should_stop: ShouldStop = lambda: False,
    token: str = "",
) -> Path:
    """Fetch what is missing of a model; returns its folder.

    Raises NotFound, LicenceNotAccepted, ModelError, DiskFull, WorkspaceError, Stopped; what has come is kept then.
    """
    card = find_card(name)
    check_acceptance(models, card)
    if card.gated and not token and not look_at(models, name).here:
        raise ModelError(
            f"The makers of {card.label} want to be asked first. Ask for leave at {card.gated}, make an access token "
            "in your settings there, and give it here; Voxfolio shows it to that site alone and does not keep it."
        )
    place = models / card.name
    place.mkdir(parents=True, exist_ok=True)
    with _turn(models, card.name):
        if look_at(models, name).here:
            _record_found(models, card)
            return place
        _check_disk(place, card)
        teller = _Teller(card, on_progress)
        weights: dict[str, tuple[int, str]] = {}
        for file in card.files:
            path = place / file.name
            if not (file.sha256 and path.is_file() and _weigh(path) == (file.bytes, file.sha256)):
                fetch_file(file, path, teller.tell, should_stop, token, teller.tell_wait)
            else:
                teller.tell(file.bytes)
            check_file(path)
            weights[file.name] = _weigh(path)
        _write_record(models, card, "downloaded", weights)
    return place


def import_model(
    models: Path,
    name: str,
    source: Path,
    on_progress: OnProgress = lambda _progress: None,
    should_stop: ShouldStop = lambda: False,
) -> Path:
    """Copy a model's files from a folder a person has; returns the model's folder.

    A file is known by its name, or by its content when it is called otherwise. One that is not the published file is
    taken when it is of the right kind (people train models further); the record says so. Raises NotFound,
    LicenceNotAccepted, ModelError, DiskFull, WorkspaceError, Stopped.
    """
    card, place = find_card(name), models / find_card(name).name
    check_acceptance(models, card)
    if not source.is_dir():
        raise ModelError(f"There is no folder {source}. Name the folder that holds the files of {card.label}.")
    found = {file: _find_in(source, file) for file in card.files}
    missing = [file.name for file, path in found.items() if path is None]
    if missing:
        names = ", ".join(missing[:4]) + (f" and {len(missing) - 4} more" if len(missing) > 4 else "")
        raise ModelError(f"The folder {source} does not hold {card.label}: {names} is not there.")
    here = {file: path for file, path in found.items() if path is not None}
    for path in here.values():
        check_file(path)
    check_kind(card.engine, {file.name: path for file, path in here.items()})
    place.mkdir(parents=True, exist_ok=True)
    with _turn(models, card.name):
        teller = _Teller(card, on_progress, "copying")
        weights: dict[str, tuple[int, str]] = {}
        for file, path in here.items():
            destination = place / file.name
            destination.parent.mkdir(parents=True, exist_ok=True)
            if path.stat().st_size + ROOM_TO_SPARE > shutil.disk_usage(place).free:
                raise full_disk(f"copy {file.name}", place)
            with write_beside(destination, f"copy {file.name}") as partial:
                weights[file.name] = _copy(path, partial, teller, should_stop)
        _write_record(models, card, "imported", weights)
    return place


def remove_model(models: Path, name: str) -> int:
    """Delete a model and what its engine kept beside it; returns the bytes that are free again. The acceptance of its
    licence stays on record. Raises NotFound, ModelError, WorkspaceError."""
    card = find_card(name)
    place = models / card.name
    freed = look_at(models, name).bytes
    if place.is_dir():
        with _turn(models, card.name), disk_errors("remove the model", models):
            (models / f"{card.name}.json").unlink(missing_ok=True)
            shutil.rmtree(place)
    return freed


# --- inside -------------------------------------------------------------------------------------------------------


class _Teller:
    """Turns bytes that come into progress, a few times a second."""

    def __init__(self, card: ModelCard, on_progress: OnProgress, station: str = "fetching") -> None:
        self._card, self._on_progress, self._station = card, on_progress, station
        self._done, self._began, self._told, self._first = 0, time.monotonic(), 0.0, 0

    def tell(self, count: int) -> None:
        now = time.monotonic()
        if not self._done:
            self._first = count  # what an earlier try brought says nothing of the speed
        self._done += count
        if now - self._told < TELL_EVERY_S and self._done < self._card.bytes:
            return
        self._told = now
        fetched, seconds = self._done - self._first, now - self._began
        total = max(self._card.bytes, self._done)
        eta = seconds * (total - self._done) / fetched if fetched > 0 and seconds > 1 else None
        self._on_progress(Progress(self._station, self._done, total, eta, self._card.label))

    def tell_wait(self, why: str) -> None:
        """Nothing comes at the moment: say why."""
        total = max(self._card.bytes, self._done)
        self._on_progress(Progress(self._station, self._done, total, None, why))


def _check_disk(place: Path, card: ModelCard) -> None:
    needed = max(0, card.bytes - look_at(place.parent, card.name).bytes)
    free = shutil.disk_usage(place).free
    if needed + ROOM_TO_SPARE > free:
        raise full_disk(f"fetch {card.label} ({needed / 1e9:.1f} GB; {free / 1e9:.1f} GB are free)", place)


def _missing_files(place: Path, card: ModelCard, record: dict[str, Any]) -> list[str]:
    """The files that are not here, or not as large as they were or should be."""
    kept = record.get("files", {})
    missing = []
    for file in card.files:
        path = place / file.name
        size = kept.get(file.name, {}).get("bytes", file.bytes)
        if not path.is_file() or (size and path.stat().st_size != size):
            missing.append(file.name)
    return missing


def _find_in(source: Path, file: ModelFile) -> Path | None:
    """The file in a person's folder: by its name, else by its size and content."""
    for name in (file.name, Path(file.name).name, file.url.rpartition("/")[2]):
        if (source / name).is_file():
            return source / name
    for path in sorted(source.rglob("*")):
        if path.is_file() and file.bytes == path.stat().st_size and _weigh(path)[1] == file.sha256:
            return path
    return None


def _weigh(path: Path) -> tuple[int, str]:
    """Size and hex sha256."""
    with disk_errors(f"read {path.name}", path):
        return path.stat().st_size, hash_file(path)


def _copy(source: Path, destination: Path, teller: _Teller, should_stop: ShouldStop) -> tuple[int, str]:
    digest, size = hashlib.sha256(), 0
    with source.open("rb") as reading, destination.open("wb") as writing:
        while chunk := reading.read(CHUNK):
            if should_stop():
                raise Stopped("Stopped. The model is not here yet.")
            writing.write(chunk)
            digest.update(chunk)
            size += len(chunk)
            teller.tell(len(chunk))
    return size, digest.hexdigest()


def _write_record(models: Path, card: ModelCard, source: str, weights: dict[str, tuple[int, str]]) -> None:
    record = {
        "source": source,
        "kept_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "as_published": all(file.sha256 in ("", weights[file.name][1]) for file in card.files)
        and (source == "downloaded" or all(file.sha256 for file in card.files)),
        "files": {name: {"bytes": size, "sha256": sha256} for name, (size, sha256) in weights.items()},
    }
    _write_json(models / f"{card.name}.json", record)


def _record_found(models: Path, card: ModelCard) -> None:
    """Look at the files of a model that was put here by hand and write down what they are. Raises ModelError."""
    place = models / card.name
    if _read_json(models / f"{card.name}.json"):
        return  # it came by a door meanwhile
    for file in card.files:
        check_file(place / file.name)
    _write_record(models, card, "found", {file.name: _weigh(place / file.name) for file in card.files})


def _read_json(path: Path) -> dict[str, Any]:
    with suppress(OSError, ValueError):
        kept = json.loads(path.read_text(encoding="utf-8"))
        if isinstance(kept, dict):
            return kept
    return {}


def _write_json(path: Path, content: dict[str, Any]) -> None:
    writer = f".{os.getpid()}-{threading.get_ident()}"
    with write_beside(path, "note what is known of the models", writer) as partial:
        partial.write_text(json.dumps(content, ensure_ascii=False, indent=1), encoding="utf-8")


def _time_of(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0


@contextmanager
def _turn(models: Path, name: str) -> Iterator[None]:
    """One at a time at a model, in all programs on this machine. Raises ModelError when another is at it."""
    lock = FileLock(models / f".{name}.lock")
    try:
        with lock.acquire(timeout=2.0):
            yield
    except Timeout as error:
        raise ModelError("Another window or command is busy with this model. Wait until it is done.") from error
