"""What a chapter is made of: the key of each line's take, and the key of the mastered whole."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence, Set
from dataclasses import asdict, dataclass

from engine.assembly.mastering import MASTERING_VERSION
from engine.casting import voice_of
from engine.core_types import Cast, ChapterAudio, MasterTargets, PauseKind, Pauses, SpeechRequest
from engine.narration.synthesizer import find_card
from engine.narration.takes import take_key
from engine.project.book_store import CHARACTERS_A_MINUTE, ChapterRow, ScriptLine
from engine.shelf_types import ChapterSummary

TARGETS = MasterTargets()


@dataclass(frozen=True, slots=True)
class ChapterPlan:
    """A chapter as it is to be rendered, from the words, the cast and the pauses as they are now."""

    id: int
    title: str
    requests: dict[str, SpeechRequest]  # by take key, in order
    lines: tuple[tuple[str, PauseKind], ...]  # take key ("" where nothing is said) and the pause that follows
    key: str  # of the mastered chapter


def plan_chapter(chapter_id: int, title: str, script: Sequence[ScriptLine], cast: Cast, pauses: Pauses) -> ChapterPlan:
    """Raises UncastSpeaker when a line's speaker has no voice."""
    requests: dict[str, SpeechRequest] = {}
    lines: list[tuple[str, PauseKind]] = []
    for line in script:
        key = ""
        if line.said:
            voice = voice_of(cast, line.speaker)
            request = SpeechRequest(line.said, voice, line.seed)
            key = take_key(request, find_card(voice.engine))
            requests[key] = request
        lines.append((key, line.pause))
    ingredients = [lines, asdict(pauses), asdict(TARGETS), MASTERING_VERSION]
    whole = hashlib.sha256(json.dumps(ingredients).encode()).hexdigest()
    return ChapterPlan(chapter_id, title, requests, tuple(lines), whole)


def summarize_chapters(
    rows: Sequence[ChapterRow],
    plans: Sequence[ChapterPlan],
    rendered: Set[str],
    mastered: Mapping[int, tuple[str, ChapterAudio]],
) -> list[ChapterSummary]:
    """How far each chapter is: its lines with a take, and its audio when nothing that went into it has changed.

    ``rows`` and ``plans`` are in the book's order; ``rendered`` are take keys; ``mastered`` has key and audio by id.
    """
    summaries, counted = [], 0
    for row, plan in zip(rows, plans, strict=True):
        key, audio = mastered.get(row.id, ("", None))
        counted += row.include
        summaries.append(
            ChapterSummary(
                id=row.id,
                place=row.place,
                number=counted if row.include else 0,
                title=row.title,
                words=row.words,
                estimated_minutes=row.characters / CHARACTERS_A_MINUTE,
                include=row.include,
                left_out_reason=row.left_out_reason,
                lines=row.lines,
                rendered=sum(line_key in rendered for line_key, _ in plan.lines),
                audio=audio.path if audio and key == plan.key else None,
            )
        )
    return summaries
