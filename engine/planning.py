"""What a chapter is made of: the key of each line's take, and the key of the mastered whole."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from engine.assembly.mastering import MASTERING_VERSION
from engine.casting import voice_of
from engine.core_types import Cast, MasterTargets, PauseKind, Pauses, SpeechRequest
from engine.narration.synthesizer import find_card
from engine.narration.takes import take_key
from engine.project.book_store import ScriptLine

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
