"""Chapter to segments: lines short enough to speak well, whose spans cover the chapter's text exactly."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from engine.core_types import (
    BLOCK_KINDS,
    LEFT_OUT_BY_DEFAULT,
    Chapter,
    MarkKind,
    OnProgress,
    PauseKind,
    Progress,
    Segment,
    SegmentKind,
)
from engine.errors import ManuscriptError
from engine.manuscript.lexicon import Lexicon
from engine.manuscript.sentences import find_sentences
from engine.manuscript.speakers import SpokenLine
from engine.manuscript.speech_cuts import cut_at_speech
from engine.manuscript.spoken_text import ILLUSTRATION, SpokenSpan, speak_span_by_span, spoken_form

MAX_CHARACTERS = 300  # of spoken text in a segment
SHORT_CHARACTERS = 25  # a sentence as short as "Yes." sounds better said with its neighbour
JOINED_CHARACTERS = 150  # but what is joined stays short enough to redo on its own
PROGRESS_CHARACTERS = 50_000  # about half a second of work
COUPLET_CHARACTERS = 120  # two lines of verse that run on are said in one breath

SEGMENT_KINDS = {
    MarkKind.HEADING: SegmentKind.HEADING,
    MarkKind.SCENE_BREAK: SegmentKind.SCENE_BREAK,
    MarkKind.VERSE: SegmentKind.VERSE,
    MarkKind.BLOCK_QUOTE: SegmentKind.BLOCK_QUOTE,
    MarkKind.LIST_ITEM: SegmentKind.LIST_ITEM,
    MarkKind.TABLE: SegmentKind.TABLE,
    MarkKind.NOTE: SegmentKind.NOTE,
}  # all other kinds are narration
ONE_LINE_KINDS = frozenset({MarkKind.HEADING, MarkKind.SCENE_BREAK})
LINED_KINDS = frozenset({MarkKind.VERSE, MarkKind.TABLE})
NEVER_IN_A_SENTENCE = frozenset({MarkKind.NOTE_MARK, MarkKind.PAGE_NUMBER})

BLANK_LINE = re.compile(r"\n[^\S\n]*\n\s*")
LINE_BREAK = re.compile(r"\n\s*")
SCENE_BREAK_LINE = re.compile(r"\s*(?:[*#~=_•·⁂❦—–-]\s*){3,}|\s*[⁂❦]\s*")
# Where a sentence too long for one breath is best divided, the best kind first: at the end of a match. A full stop
# inside a sentence is an abbreviation's, so not after one.
DIVISIONS = (
    re.compile(r"(?:[;:—…?!]|--)[\"'”’)\]»]*\s+|—|--(?=\w)|[；：。！？]"),
    re.compile(r"[,،)\]][\"'”’»]*\s+|[、，]"),
    re.compile(
        r"(?<!\s)\s++(?=(?:and|or|but|nor|which|who|that|because|if|when|while|as|und|oder|et|ou|mais|y|o|e)\s)"
    ),
    re.compile(r"(?<![\s.])\s++(?![!?;:»)\]”’])"),
)
WHITE_SPACE = re.compile(r"(?<!\s)\s++")
SENTENCE_END = re.compile(r"[.?!…。！？؟।][\"'”’»)\]_*]*\s*$")
LINE_END = re.compile(r"[.?!…。！？؟।,;:،、，—–-][\"'”’»)\]_*]*\s*$")


@dataclass(frozen=True, slots=True)
class Block:
    """A block of a chapter's text with the white space after it; ``kind`` None where no mark lies."""

    start: int
    end: int
    kind: MarkKind | None


@dataclass(frozen=True, slots=True)
class Reading:
    """A chapter's text and the spans of it that are not said, in order and apart from each other."""

    text: str
    silent: tuple[tuple[int, int], ...]
    language: str
    lexicon: Lexicon | None
    emphasis: tuple[tuple[int, int], ...] = ()  # what is set in italics

    def speak(self, start: int, end: int, heading: bool) -> str:
        """The spoken form of text[start:end]."""
        silent, emphasis = (clip_spans(spans, start, end) for spans in (self.silent, self.emphasis))
        return spoken_form(self.text[start:end], silent, heading, self.language, self.lexicon, emphasis)

    def find_rewritten(self, start: int, end: int, heading: bool) -> list[tuple[int, int]]:
        """The spans of text[start:end] that are said in other words: "1,200" must not be divided after "1,"."""
        return [
            (start + span.start, start + span.end)
            for span in self.spell_out(start, end, heading)
            if span.spoken != self.text[start + span.start : start + span.end]
        ]

    def spell_out(self, start: int, end: int, heading: bool = False) -> tuple[SpokenSpan, ...]:
        """The spoken form of text[start:end] span by span, each beside the text it is said for."""
        silent, emphasis = (clip_spans(spans, start, end) for spans in (self.silent, self.emphasis))
        return speak_span_by_span(self.text[start:end], silent, heading, self.language, self.lexicon, emphasis)


def clip_spans(spans: Sequence[tuple[int, int]], start: int, end: int) -> list[tuple[int, int]]:
    """What of spans in order and apart lies between start and end, counted from start."""
    first = bisect_right(spans, start, key=lambda span: span[1])
    last = bisect_left(spans, end, key=lambda span: span[0])
    return [(max(low, start) - start, min(high, end) - start) for low, high in spans[first:last]]


def segment_chapter(
    chapter: Chapter,
    language: str,
    max_characters: int = MAX_CHARACTERS,
    left_out: frozenset[MarkKind] = LEFT_OUT_BY_DEFAULT,
    lexicon: Lexicon | None = None,
    speech: Sequence[SpokenLine] | None = None,
) -> tuple[Segment, ...]:
    """The chapter's lines: contiguous spans that cover its text exactly, none above max_characters of spoken text.

    With ``speech``, what is spoken in the chapter and by whom, each line is in one speaker's mouth: a line that
    several share is cut where speech begins and ends, and its pieces together say what the line says.

    What is of a kind in ``left_out`` stays in the spans and out of the spoken text. The same chapter and settings
    give the same segments. Raises ManuscriptError when the spans would not cover the text.
    """
    lines = None if speech is None else [speech]
    return segment_book([chapter], language, max_characters, left_out, lexicon=lexicon, speech=lines)[0]


def segment_book(
    chapters: Sequence[Chapter],
    language: str,
    max_characters: int = MAX_CHARACTERS,
    left_out: frozenset[MarkKind] = LEFT_OUT_BY_DEFAULT,
    on_progress: OnProgress | None = None,
    lexicon: Lexicon | None = None,
    speech: Sequence[Sequence[SpokenLine]] | None = None,
) -> list[tuple[Segment, ...]]:
    """segment_chapter for each of ``chapters``, faster; progress is of the station "reading", in characters."""
    plans = [find_blocks(chapter) for chapter in chapters]
    prose = (text for chapter, blocks in zip(chapters, plans, strict=True) for text in list_prose(chapter, blocks))
    sentences = find_sentences(prose, language)
    total = sum(len(chapter.text) for chapter in chapters)
    before = told = 0
    book: list[tuple[Segment, ...]] = []
    for chapter, blocks in zip(chapters, plans, strict=True):
        italics = tuple(sorted((mark.start, mark.end) for mark in chapter.marks if mark.kind is MarkKind.EMPHASIS))
        reading = Reading(chapter.text, tuple(find_silent_spans(chapter, left_out)), language, lexicon, italics)
        segments: list[Segment] = []
        for block in blocks:
            segments += segment_block(reading, block, next(sentences) if is_prose(block) else (), max_characters)
            if on_progress is not None and before + block.end - told >= PROGRESS_CHARACTERS:
                told = before + block.end
                on_progress(Progress("reading", told, total, message=f"Chapter {len(book) + 1} of {len(chapters)}"))
        finished = end_chapter(segments)
        if speech is not None:
            finished = tuple(cut_at_speech(finished, chapter.text, speech[len(book)], reading.spell_out))
        check_lossless(chapter, finished)
        book.append(finished)
        before += len(chapter.text)
    if on_progress is not None:
        on_progress(Progress("reading", total, total))
    return book


def check_lossless(chapter: Chapter, segments: Sequence[Segment]) -> None:
    """Raise ManuscriptError, with the chapter and the place, unless the segments' spans cover its text exactly."""
    place = 0
    for segment in segments:
        if segment.start != place or segment.end <= segment.start or segment.text != chapter.text[place : segment.end]:
            break
        place = segment.end
    else:
        if place == len(chapter.text):
            return
    nearby = " ".join(chapter.text[place : place + 40].split())
    raise ManuscriptError(
        f"The chapter “{chapter.title}” could not be divided into lines without losing text at character {place},"
        f" near “{nearby}”. Nothing was imported. Please report this, with the manuscript if you can share it."
    )


# --- blocks -----------------------------------------------------------------------------------------------------


def find_blocks(chapter: Chapter) -> list[Block]:
    """The chapter's text as blocks that cover it: its block marks and, between them or without any, paragraphs."""
    starts: list[tuple[int, MarkKind | None]] = []
    place = 0
    for mark in sorted(chapter.marks, key=lambda mark: (mark.start, mark.end)):
        if mark.kind in BLOCK_KINDS and place <= mark.start < mark.end <= len(chapter.text):
            starts += find_paragraphs(chapter.text, place, mark.start)
            starts.append((mark.start, mark.kind))
            place = mark.end
    starts += find_paragraphs(chapter.text, place, len(chapter.text))
    if not starts:
        return [Block(0, len(chapter.text), None)] if chapter.text else []
    edges = [0, *(start for start, _ in starts[1:]), len(chapter.text)]
    return [Block(start, end, kind) for (start, end), (_, kind) in zip(pairwise(edges), starts, strict=True)]


def find_paragraphs(text: str, start: int, end: int) -> Iterator[tuple[int, MarkKind | None]]:
    """Starts of the paragraphs, parted by blank lines, of a stretch of text that no block mark covers."""
    edges = [start, *(match.end() for match in BLANK_LINE.finditer(text, start, end)), end]
    for first, last in pairwise(edges):
        paragraph = text[first:last]
        if paragraph.strip():
            yield (
                last - len(paragraph.lstrip()),
                MarkKind.SCENE_BREAK if SCENE_BREAK_LINE.fullmatch(paragraph) else None,
            )


def is_prose(block: Block) -> bool:
    return block.kind not in ONE_LINE_KINDS and block.kind not in LINED_KINDS


def list_prose(chapter: Chapter, blocks: Sequence[Block]) -> Iterator[str]:
    """Each prose block's text as the sentence finder sees it: note marks and page numbers are blanks."""
    letters = list(chapter.text) if any(mark.kind in NEVER_IN_A_SENTENCE for mark in chapter.marks) else None
    if letters is not None:
        for start, end in find_silent_spans(chapter, NEVER_IN_A_SENTENCE):
            letters[start:end] = " " * (end - start)
    text = chapter.text if letters is None else "".join(letters)
    for block in blocks:
        if is_prose(block):
            yield text[block.start : block.end]


def find_silent_spans(chapter: Chapter, left_out: frozenset[MarkKind]) -> list[tuple[int, int]]:
    """What is not to be said, as spans in order and apart: marks of the kinds left out, captions of pictures."""
    length = len(chapter.text)
    spans = [(max(0, mark.start), min(mark.end, length)) for mark in chapter.marks if mark.kind in left_out]
    spans += [match.span() for match in ILLUSTRATION.finditer(chapter.text)]
    merged: list[tuple[int, int]] = []
    for start, end in sorted(span for span in spans if span[0] < span[1]):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


# --- lines ------------------------------------------------------------------------------------------------------


def segment_block(reading: Reading, block: Block, sentences: Sequence[int], max_characters: int) -> list[Segment]:
    """The block's segments; ``sentences`` are the offsets in it at which its second and later sentences start."""
    kind = SegmentKind.NARRATION if block.kind is None else SEGMENT_KINDS.get(block.kind, SegmentKind.NARRATION)
    segments: list[Segment] = []
    for start, end in find_spans(reading.text, block, sentences, max_characters):
        for part_start, part_end, spoken in divide_span(reading, start, end, max_characters, kind):
            text = reading.text[part_start:part_end]
            segments.append(Segment(part_start, part_end, text, spoken, kind, PauseKind.CLAUSE))
        if kind is not SegmentKind.VERSE or SENTENCE_END.search(segments[-1].text):
            segments[-1] = replace(segments[-1], pause=PauseKind.SENTENCE)
    last = {SegmentKind.HEADING: PauseKind.HEADING, SegmentKind.SCENE_BREAK: PauseKind.SCENE}
    return end_with(segments, last.get(kind, PauseKind.PARAGRAPH))


def find_spans(text: str, block: Block, sentences: Sequence[int], max_characters: int) -> list[tuple[int, int]]:
    """The block's lines before any is divided: sentences with short ones joined, lines of verse, rows, or the whole."""
    if is_prose(block):
        edges = [block.start, *(block.start + offset for offset in sentences), block.end]
        return join_short(text, list(pairwise(edges)), min(JOINED_CHARACTERS, max_characters))
    if block.kind not in LINED_KINDS:
        return [(block.start, block.end)]
    first = block.end - len(text[block.start : block.end].lstrip())
    edges = [match.end() for match in LINE_BREAK.finditer(text, first, block.end) if match.end() < block.end]
    lines = list(pairwise([block.start, *edges, block.end]))
    return (
        join_couplets(text, lines, min(COUPLET_CHARACTERS, max_characters)) if block.kind is MarkKind.VERSE else lines
    )


def join_short(text: str, sentences: list[tuple[int, int]], limit: int) -> list[tuple[int, int]]:
    """Sentences with each very short one joined to a neighbour, as long as both together stay within ``limit``."""
    joined = sentences[:1]
    for start, end in sentences[1:]:
        before = joined[-1][0]
        shortest = min(len(text[before:start].strip()), len(text[start:end].strip()))
        if shortest < SHORT_CHARACTERS and len(text[before:end].strip()) <= limit:
            joined[-1] = (before, end)
        else:
            joined.append((start, end))
    return joined


def join_couplets(text: str, lines: list[tuple[int, int]], limit: int) -> list[tuple[int, int]]:
    """Lines of verse, one that runs on into the next without any mark joined to it; at most two together."""
    joined: list[tuple[int, int]] = []
    alone = False  # whether the last of joined is a single line that runs on
    for start, end in lines:
        if alone and len(text[joined[-1][0] : end].strip()) <= limit:
            joined[-1] = (joined[-1][0], end)
            alone = False
        else:
            joined.append((start, end))
            alone = not LINE_END.search(text[start:end])
    return joined


def divide_span(
    reading: Reading, start: int, end: int, max_characters: int, kind: SegmentKind
) -> list[tuple[int, int, str]]:
    """The span in parts with their spoken text, each within max_characters, divided at the best natural places."""
    if kind is SegmentKind.SCENE_BREAK:
        return [(start, end, "")]
    heading = kind is SegmentKind.HEADING
    spoken = reading.speak(start, end, heading)
    if len(spoken) <= max_characters or end - start == 1:
        return [(start, end, spoken)]
    cut = find_cut(reading.text, start, end, reading.find_rewritten(start, end, heading))
    return [
        *divide_span(reading, start, cut, max_characters, kind),
        *divide_span(reading, cut, end, max_characters, kind),
    ]


def find_cut(text: str, start: int, end: int, rewritten: Sequence[tuple[int, int]] = ()) -> int:
    """Where to divide text[start:end], at least two characters that are not all white space; near the middle.

    Not inside a span of ``rewritten`` where it can be helped.
    """
    stretch = text[start:end]
    low, high = end - len(stretch.lstrip()), start + len(stretch.rstrip())
    if high - low < 2:
        return start + 1
    middle, margin = (low + high) // 2, (high - low) // 5
    kinds = [*((pattern, margin) for pattern in DIVISIONS), (WHITE_SPACE, 1)]
    for kept, (pattern, edge) in [*((rewritten, kind) for kind in kinds), ((), kinds[-1])]:
        cuts = [match.end() for match in pattern.finditer(text, low + edge, high - edge)]
        cuts = [cut for cut in cuts if low < cut < high and not text[cut].isspace()]
        cuts = [cut for cut in cuts if not any(first < cut < last for first, last in kept)]
        if cuts:
            return min(cuts, key=lambda cut: abs(cut - middle))
    for cut in range(middle, high):  # not before an accent that belongs to the letter before it
        if not unicodedata.category(text[cut]).startswith("M"):
            return cut
    return middle


# --- pauses -----------------------------------------------------------------------------------------------------


def end_with(segments: list[Segment], pause: PauseKind) -> list[Segment]:
    """The segments, the last one that is said and the silent ones after it followed by ``pause``."""
    last = max((number for number, segment in enumerate(segments) if segment.spoken_text), default=0)
    return [*segments[:last], *(replace(segment, pause=pause) for segment in segments[last:])]


def end_chapter(segments: list[Segment]) -> tuple[Segment, ...]:
    return tuple(end_with(segments, PauseKind.CHAPTER))
