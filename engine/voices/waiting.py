"""Statements that wait for a second person: beside each recording, what the checks found of it, signed.

They outlive the program: whoever is to listen may come tomorrow. A report that was changed counts as gone.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from engine.disk import disk_errors, hash_file, write_beside
from engine.errors import NotFound
from engine.voices.consent import StatementReport
from engine.voices.signing import Installation, verify_signature


@dataclass(frozen=True, slots=True)
class Waiting:
    """A statement that some check was unsure of."""

    report: StatementReport
    recording: Path


def keep_waiting(report: StatementReport, recording: Path, installation: Installation) -> None:
    """Write the report beside the recording. Raises WorkspaceError, ConsentMissing."""
    body = json.dumps({"recording": recording.name, "report": asdict(report)}, ensure_ascii=False, sort_keys=True)
    with write_beside(_name(recording.parent, report.challenge.id), "keep the statement") as partial:
        signed = {"body": body, "signature": installation.sign(body.encode())}
        partial.write_text(json.dumps(signed, ensure_ascii=False), encoding="utf-8")


def list_waiting(folder: Path, installation: Installation) -> dict[str, Waiting]:
    """By the ids of their challenges; those whose report or recording was changed or is gone are left out."""
    found = {}
    for path in sorted(folder.glob("waiting-*.json")):
        try:
            signed = json.loads(path.read_text(encoding="utf-8"))
            if not verify_signature(installation.public_key, signed["body"].encode(), signed["signature"]):
                continue
            body = json.loads(signed["body"])
            waiting = Waiting(StatementReport.read(body["report"]), folder / body["recording"])
            if hash_file(waiting.recording) == waiting.report.statement_sha256:
                found[waiting.report.challenge.id] = waiting
        except (OSError, ValueError, KeyError, TypeError):
            continue
    return found


def find_waiting(folder: Path, challenge_id: str, installation: Installation) -> Waiting:
    """Raises NotFound."""
    waiting = list_waiting(folder, installation).get(challenge_id)
    if waiting is None:
        raise NotFound("That statement is no longer here. Let it be read once more.")
    return waiting


def end_waiting(folder: Path, challenge_id: str) -> None:
    """The statement was judged, or is to be read again."""
    with disk_errors("keep the statement", folder):
        _name(folder, challenge_id).unlink(missing_ok=True)


def _name(folder: Path, challenge_id: str) -> Path:
    return folder / f"waiting-{challenge_id}.json"
