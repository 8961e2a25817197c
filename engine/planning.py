"""What a chapter is made of: the key of each line's take, and the key of the mastered whole."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import asdict, dataclass

from engine.assembly.mastering import MASTERING_VERSION
from engine.breaths import Breath, SaidLine, gather_breaths
from engine.core_types import Cast, ChapterAudio, MasterTargets, PauseKind, Pauses, SpeechRequest, VoiceProfile
from engine.errors import LanguageNotSpoken, NotFound, UncastSpeaker
from engine.manuscript.lexicon import Lexicon, find_sounds
from engine.manuscript.word_classes import find_tagger
from engine.narration.synthesizer import find_card
from engine.narration.takes import take_key
from engine.project.book_store import CHARACTERS_A_MINUTE, ChapterRow
from engine.shelf_types import ChapterSummary

TARGETS = MasterTargets()
NO_WORDS = Lexicon()
NAMED_SPEAKERS = 5  # in a message; the casting page shows them all


@dataclass(frozen=True, slots=True)
class ChapterPlan:
    """A chapter as it is to be rendered, from the words, the cast and the pauses as they are now."""

    id: int
    title: str
    requests: dict[str, SpeechRequest]  # by take key, in order
    lines: tuple[tuple[str, PauseKind], ...]  # of each breath: take key ("" where nothing is said), pause that follows
    segments: tuple[tuple[int, ...], ...]  # of each breath: the ids of its lines
    uncast: dict[str, int]  # speaker -> breaths that wait, because nobody has been chosen to say them
    key: str  # of the mastered chapter; "" while lines wait

    def is_complete(self, rendered: Set[str]) -> bool:
        """Is every line said by a take whose key is among ``rendered``?"""
        return not self.uncast and self.requests.keys() <= rendered


@dataclass(frozen=True, slots=True)
class Direction:
    """How a book is said now: who reads whom, and which words a person wants said another way."""

    cast: Cast
    pauses: Pauses = Pauses()
    language: str = "en"  # BCP 47
    lexicon: Lexicon = NO_WORDS

    def request(self, breath: Breath, voice: VoiceProfile) -> SpeechRequest:
        """What an engine is asked for; sounds go to engines that take them."""
        takes_phonemes = find_card(voice.engine).takes_phonemes
        sounds = find_sounds(breath.said, self.lexicon, find_tagger(self.language)) if takes_phonemes else ()
        return SpeechRequest(breath.said, voice, breath.seed, self.language.split("-")[0].lower(), sounds)

    def key(self, breath: Breath) -> str:
        """The key of the breath's take; "" where nothing is said, or nobody may say it yet."""
        if breath.voice is None:
            return ""
        return take_key(self.request(breath, breath.voice), find_card(breath.voice.engine))


def plan_chapter(chapter_id: int, title: str, script: Iterable[SaidLine], direction: Direction) -> ChapterPlan:
    """The plan for a chapter's lines; those of a speaker without a voice wait, and nobody else says them."""
    requests: dict[str, SpeechRequest] = {}
    lines: list[tuple[str, PauseKind]] = []
    uncast: Counter[str] = Counter()
    breaths = gather_breaths(script, direction.cast)
    for breath in breaths:
        key = direction.key(breath)
        if breath.voice is not None:
            requests[key] = direction.request(breath, breath.voice)
        elif breath.said:
            uncast[breath.speaker] += 1
        lines.append((key, breath.pause))
    ingredients = [lines, asdict(direction.pauses), asdict(TARGETS), MASTERING_VERSION]
    whole = "" if uncast else hashlib.sha256(json.dumps(ingredients).encode()).hexdigest()
    ids = tuple(breath.ids for breath in breaths)
    return ChapterPlan(chapter_id, title, requests, tuple(lines), ids, dict(uncast), whole)


def find_breath(script: Iterable[SaidLine], cast: Cast, segment_id: int) -> Breath:
    """The breath that a line of the script is said in. Raises NotFound."""
    for breath in gather_breaths(script, cast):
        if segment_id in breath.ids:
            return breath
    raise NotFound("That line is no longer in the book. Reload the page to see the lines as they are now.")


def refuse_uncast(plans: Iterable[ChapterPlan]) -> None:
    """Raise UncastSpeaker, with who has how many lines, when speakers in the plans have no voice."""
    waiting = Counter[str]()
    for plan in plans:
        waiting.update(plan.uncast)
    if not waiting:
        return
    counted = [f"{name} ({count:,} {'line' if count == 1 else 'lines'})" for name, count in waiting.most_common()]
    if len(counted) > NAMED_SPEAKERS:
        counted[NAMED_SPEAKERS:] = [f"{len(counted) - NAMED_SPEAKERS} more"]
    named = " and ".join([", ".join(counted[:-1]), counted[-1]][len(counted) == 1 :])
    raise UncastSpeaker(
        f"Nobody has a voice yet for the lines of {named}, so they are not narrated. Choose their voices, then go on."
    )


def check_language(language: str, voice: VoiceProfile) -> None:
    """Raise LanguageNotSpoken when the engine of the voice does not speak the book's ``language``, a BCP 47 tag."""
    card = find_card(voice.engine)
    if language.split("-")[0].lower() not in card.languages:
        raise LanguageNotSpoken(
            f"The book's language is “{language}”, and {voice.label} speaks only {', '.join(card.languages)}. "
            "If that language is wrong, correct it among the book's details, or with --language."
        )


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
        mastered_key, audio = mastered.get(row.id, ("", None))
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
                lines=sum(bool(key) for key, _ in plan.lines) + sum(plan.uncast.values()),
                rendered=sum(key in rendered for key, _ in plan.lines),
                audio=audio.path if audio and mastered_key == plan.key else None,
            )
        )
    return summaries
