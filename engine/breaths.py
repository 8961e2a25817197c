"""What is said in one breath: lines that one voice says together, so that a cut nobody hears changes nothing.

The script is cut where the speaker changes. Where one voice reads both sides of a cut, both are asked of the engine
together, as if nothing had been cut: a book read in one voice sounds as it did before its speakers were found.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from functools import reduce
from itertools import pairwise
from typing import Protocol

from engine.core_types import SILENCE, Cast, PauseKind, Segment, SegmentKind, VoiceProfile
from engine.manuscript.segments import JOINED_CHARACTERS, MAX_CHARACTERS, SENTENCE_END, SHORT_CHARACTERS
from engine.narration.synthesizer import find_card

WITHIN_BLOCK = frozenset({PauseKind.CLAUSE, PauseKind.SENTENCE})
UNSPACED = r"\u3040-\u30ff\u3400-\u9fff、。「」『』"  # scripts without blanks between words
QUOTES = r"\"“”„'‘’«»‹›"
# Pieces between which the manuscript has no blank: "—she paused—" between marks of speech, "—(smiling)—" inside it, and
# those scripts.
TOUCHING = re.compile(rf"[{QUOTES}]\n[—–]\S|\S[—–]\n[{QUOTES}]|\n[—–]\(|\)[—–]\n|[{UNSPACED}]\n|\n[{UNSPACED}]")
WORD = re.compile(rf"[{UNSPACED}]|[—–]+|[^\s—–{UNSPACED}]+")
LETTER = re.compile(r"[^\W\d_]")
LETTERS = re.compile(r"[^\W_]+")


class SaidLine(Protocol):
    """What a line must tell of itself to be said: a Segment does, and so does a row of the script."""

    @property
    def id(self) -> int: ...
    @property
    def said(self) -> str: ...
    @property
    def kind(self) -> SegmentKind: ...
    @property
    def pause(self) -> PauseKind: ...
    @property
    def speaker(self) -> str: ...
    @property
    def seed(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Breath:
    """Lines of one block that one voice says in one request; mostly a line alone."""

    ids: tuple[int, ...]  # of its lines, in order, silent ones included
    said: str  # "" when nothing is
    speaker: str  # of its first line that is said
    voice: VoiceProfile | None  # None where nothing is said, and where the speaker has no voice yet
    pause: PauseKind  # that follows
    seed: int  # of its first line
    shared: bool = False  # another voice says the rest of what was one line before speech was cut


def gather_breaths(script: Iterable[SaidLine], cast: Cast) -> list[Breath]:
    """The breaths of a chapter, which hold its lines in order, each line in one of them.

    What was one line before speech was cut is one breath where one voice says it and the engine can; so are a very
    short piece of a line that voices share and its neighbour in the same voice.
    """
    breaths: list[Breath] = []
    for run in find_runs(script):
        parts = part_by_voice(run, cast)
        said = [make_breath(lines, cast, len(parts) > 1) for part in parts for lines in divide_lines(part, cast)]
        breaths += [end_where_sentence_ends(*pair) for pair in pairwise(said)]
        breaths.append(said[-1])
    return join_short_breaths(breaths)


def find_runs(script: Iterable[SaidLine]) -> Iterator[list[SaidLine]]:
    """The lines, with those together that were one before speech was cut."""
    run: list[SaidLine] = []
    for line in script:
        if run and not was_one_with(run[-1], line):
            yield run
            run = []
        run.append(line)
    if run:
        yield run


def was_one_with(line: SaidLine, following: SaidLine) -> bool:
    """Whether only speech cut the two apart: the parts of a sentence too long for one breath are of one speaker."""
    return line.pause is PauseKind.CLAUSE and (line.kind, line.speaker) != (following.kind, following.speaker)


def part_by_voice(run: Sequence[SaidLine], cast: Cast) -> list[list[SaidLine]]:
    """The run in parts that one voice says; silent lines go with the line before them, the first with what follows."""
    if len(run) == 1:
        return [list(run)]
    parts: list[list[SaidLine]] = []
    mouth: VoiceProfile | str | None = None  # of the last part; a speaker without a voice is apart from all others
    for line in run:
        new = cast.voices.get(line.speaker, line.speaker) if line.said else mouth
        if parts and (mouth is None or new == mouth):
            parts[-1].append(line)
        else:
            parts.append([line])
        mouth = new
    return parts


def divide_lines(lines: list[SaidLine], cast: Cast) -> list[list[SaidLine]]:
    """The lines in breaths the engine says well, divided near the middle as a long sentence is."""
    said = [line.said for line in lines if line.said]
    if len(said) < 2 or len(join_words(said)) <= longest_breath(find_voice(lines, cast)):
        return [lines]
    lengths = [len(line.said) for line in lines]
    cut = min(range(1, len(lines)), key=lambda cut: abs(sum(lengths[:cut]) - sum(lengths[cut:])))
    return [*divide_lines(lines[:cut], cast), *divide_lines(lines[cut:], cast)]


def longest_breath(voice: VoiceProfile | None) -> int:
    """In characters of spoken text."""
    return MAX_CHARACTERS if voice is None else min(MAX_CHARACTERS, find_card(voice.engine).max_characters)


def find_voice(lines: Sequence[SaidLine], cast: Cast) -> VoiceProfile | None:
    return next((cast.voices.get(line.speaker) for line in lines if line.said), None)


def make_breath(lines: Sequence[SaidLine], cast: Cast, shared: bool) -> Breath:
    first = next((line for line in lines if line.said), lines[0])
    said = first.said if len(lines) == 1 else join_words([line.said for line in lines if line.said])
    voice = cast.voices.get(first.speaker) if said else None
    return Breath(tuple(line.id for line in lines), said, first.speaker, voice, lines[-1].pause, lines[0].seed, shared)


def end_where_sentence_ends(breath: Breath, following: Breath) -> Breath:
    """The breath with a sentence's pause, when a sentence ends where another voice goes on with the line."""
    letter = LETTER.search(following.said)
    goes_on = letter is not None and letter[0].islower()
    if breath.voice == following.voice or goes_on or not SENTENCE_END.search(breath.said):
        return breath
    return replace(breath, pause=PauseKind.SENTENCE)


def join_short_breaths(breaths: Sequence[Breath]) -> list[Breath]:
    """The breaths with each very short piece of a shared line joined to a neighbour of the same voice."""
    joined = list(breaths[:1])
    for breath in breaths[1:]:
        before = joined[-1]
        if (
            (before.shared or breath.shared)
            and before.voice is not None
            and before.voice == breath.voice
            and before.pause in WITHIN_BLOCK
            and min(len(before.said), len(breath.said)) < SHORT_CHARACTERS
            and len(before.said) + len(breath.said) < min(JOINED_CHARACTERS, longest_breath(breath.voice))
        ):
            said = join_words([before.said, breath.said])
            joined[-1] = replace(before, ids=before.ids + breath.ids, said=said, pause=breath.pause, shared=True)
        else:
            joined.append(breath)
    return joined


# --- lines joined, and words dealt out -----------------------------------------------------------------------------


def join_words(said: Sequence[str]) -> str:
    """Pieces of a line as the manuscript spaces them, as far as the pieces tell."""
    return reduce(_join_two, said, "")


def _join_two(first: str, second: str) -> str:
    touching = not first or TOUCHING.search(f"{first[-2:]}\n{second[:2]}")
    return first + second if touching else f"{first} {second}"


def join_segments(segments: Sequence[Segment]) -> Segment:
    """The lines of a breath as one, for a person to see; the speaker is who says most of it."""
    if len(segments) == 1:
        return segments[0]
    characters: Counter[str] = Counter()
    for segment in segments:
        characters[segment.speaker] += len(segment.text)
    leading = max(segments, key=lambda segment: characters[segment.speaker])
    said = join_words([segment.said for segment in segments if segment.said])
    return replace(
        leading,
        id=segments[0].id,
        seed=segments[0].seed,
        start=segments[0].start,
        end=segments[-1].end,
        text="".join(segment.text for segment in segments),
        spoken_text=join_words([segment.spoken_text for segment in segments if segment.spoken_text]),
        own_words=(said or SILENCE) if any(segment.own_words for segment in segments) else "",
        pause=segments[-1].pause,
        doubt=max(segment.doubt for segment in segments),
    )


def deal_out_words(segments: Sequence[Segment], words: str) -> list[str]:
    """The own words of each line of a breath when a person wants ``words`` said for them together.

    A word goes to the line it stands in now; one that is new, to the line of the words it replaces or follows. A line
    that is left without a word has SILENCE, and one whose words are the manuscript's "". So has every line when there
    are no words at all: it goes back to the manuscript's.
    """
    new = [*WORD.finditer(words)]
    if not new:
        return [""] * len(segments)
    old = [
        (word, place)
        for place, segment in enumerate(segments)
        for word in WORD.findall(segment.said or segment.spoken_text)
    ]
    owners = _find_owners([word for word, _ in old], [match[0] for match in new])
    places = [old[owner][1] if old else 0 for owner in owners]
    dealt = []
    for place, segment in enumerate(segments):
        mine = [match for match, owner in zip(new, places, strict=True) if owner == place]
        own = words[mine[0].start() : mine[-1].end()] if mine else SILENCE
        unchanged = WORD.findall(own) == WORD.findall(segment.spoken_text)
        dealt.append("" if unchanged else own)
    return dealt


def _find_owners(old: Sequence[str], new: Sequence[str]) -> list[int]:
    """For each new word the place of the old one it is, replaces or follows; the places never go back."""
    owners: list[int] = []
    for _, start, end, new_start, new_end in SequenceMatcher(
        None, [_plain(word) for word in old], [_plain(word) for word in new], autojunk=False
    ).get_opcodes():
        if start == end:  # inserted
            owners += [max(0, start - 1)] * (new_end - new_start)
        else:
            share = (end - start) / max(1, new_end - new_start)
            owners += [start + int(place * share) for place in range(new_end - new_start)]
    return owners


def _plain(word: str) -> str:
    """A word without its marks, which may be changed and leave it the same word."""
    return "".join(LETTERS.findall(word)).casefold() or word
