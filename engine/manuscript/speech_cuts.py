"""Lines cut where speech begins and ends, so that each lies wholly in one person's mouth.

A line is first made as if one voice read the book, and its spoken form is that of the whole: a piece is given its part
of it. So the pieces said one after the other are the line, word for word.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from engine.core_types import NARRATOR, UNKNOWN, PauseKind, Segment, SegmentKind
from engine.manuscript.speakers import SpokenLine
from engine.manuscript.spoken_text import SpokenSpan

SPEECH_KINDS = {"dialogue": SegmentKind.DIALOGUE, "thought": SegmentKind.THOUGHT, "letter": SegmentKind.LETTER}
WHOLE_KINDS = frozenset({SegmentKind.HEADING, SegmentKind.SCENE_BREAK})  # nobody speaks in them

OPENING_MARKS = r"[\"“”„‟'‘’‚‛«»‹›「『（(\[_*¿¡]"
CLOSING_MARKS = r"[\"“”'‘’«»‹›」』）)\]}_*,.;:!?…]"
OPENING = re.compile(rf"{OPENING_MARKS}*(?:[«»‹›“„][ \u00a0\u202f]{OPENING_MARKS}*)?\Z")
LONGEST_OPENING = 8
# What closes a quotation: the marks right after it; or one after a blank, as in French, that no word follows.
CLOSING = re.compile(rf"{CLOSING_MARKS}*+(?:(?<![\"“”«»‹›])[^\S\n]+[«»‹›”](?![^\s,.;:!?…)\]—–-]){CLOSING_MARKS}*+)?\s*")
# A stop after a remark inside speech is the remark's: "I know (he smiled). Come in."
STOP = re.compile(r"(?<=[)\]])[.,;:!?]+\s*")
WORD = re.compile(r"[^\W_]")

SpellOut = Callable[[int, int], Sequence[SpokenSpan]]  # the spoken form of text[start:end], span by span


@dataclass(frozen=True, slots=True)
class Speech:
    """A stretch of a chapter's text in one person's mouth, with its marks and the white space after it."""

    start: int
    end: int
    line: SpokenLine


@dataclass(frozen=True, slots=True)
class Piece:
    """What one person says of a segment, from ``start`` on."""

    start: int  # offset into the chapter's text
    words: int  # offset into the segment's spoken text
    kind: SegmentKind
    speaker: str
    doubt: float
    reason: str


def find_speech(text: str, lines: Sequence[SpokenLine]) -> list[Speech]:
    """What is spoken, thought or written, in order and apart; words only quoted are told.

    ``lines`` may have their marks around them or not.
    """
    found: list[Speech] = []
    place = 0
    ordered = sorted(lines, key=lambda line: line.start)
    following = [*(line.start for line in ordered[1:]), len(text)]
    for line, limit in zip(ordered, following, strict=False):
        words = text[max(line.start, place) : line.end].lstrip()
        if line.kind not in SPEECH_KINDS or not words:
            continue
        first = min(line.end, len(text)) - len(words)
        stop = STOP.match(text, first, line.end)
        first = stop.end() if stop else first
        low = max(place, first - LONGEST_OPENING)
        opening = OPENING.search(text[low:first])
        closing = CLOSING.match(text, line.end, limit)
        place = closing.end() if closing else line.end
        found.append(Speech(low + opening.start() if opening else first, place, line))
    return found


def cut_at_speech(
    segments: Sequence[Segment], text: str, lines: Sequence[SpokenLine], spell_out: SpellOut
) -> Iterator[Segment]:
    """The segments of a chapter's text, those that several people speak cut into one for each.

    A piece that another of its line follows has the pause CLAUSE, and the last the pause of the line.
    """
    speech, first = find_speech(text, lines), 0
    for segment in segments:
        while first < len(speech) and speech[first].end <= segment.start:
            first += 1
        last = first
        while last < len(speech) and speech[last].start < segment.end:
            last += 1
        if first == last or segment.kind in WHOLE_KINDS or not segment.spoken_text:
            yield segment
        else:
            pieces = list(part_segment(segment, speech[first:last], spell_out))
            yield from cut_pieces(segment, join_pieces(segment.spoken_text, pieces))


def part_segment(segment: Segment, speech: Sequence[Speech], spell_out: SpellOut) -> Iterator[Piece]:
    """The segment's pieces, told and spoken by turns; ``speech`` is what lies in it or reaches into it."""
    starts: list[tuple[int, SpokenLine | None]] = [(segment.start, None)]
    for part in speech:
        if part.start <= starts[-1][0]:
            starts.pop()
        starts.append((max(part.start, segment.start), part.line))
        if part.end < segment.end:
            starts.append((part.end, None))
    cuts = [start for start, _ in starts[1:]]
    for (start, line), words in zip(starts, [0, *find_cuts_in_words(segment, cuts, spell_out)], strict=True):
        yield Piece(start, words, *name_speaker(segment.kind, line))


def name_speaker(kind: SegmentKind, line: SpokenLine | None) -> tuple[SegmentKind, str, float, str]:
    """Kind, speaker, doubt and reason of a piece of a segment of this kind: of what is told, or of a spoken line.

    A block set off from the text keeps its kind.
    """
    if line is None:
        return kind, NARRATOR, 0.0, ""
    speaker = NARRATOR if line.kind == "letter" else line.speaker or UNKNOWN
    return SPEECH_KINDS[line.kind] if kind is SegmentKind.NARRATION else kind, speaker, line.doubt, line.reason


def find_cuts_in_words(segment: Segment, cuts: Sequence[int], spell_out: SpellOut) -> list[int]:
    """For each of ``cuts``, where in the spoken text the words for the text before it end."""
    spoken, found = segment.spoken_text, []
    for cut in cuts:
        before = " ".join(segment.text[: cut - segment.start].split())
        after = " ".join(segment.text[cut - segment.start :].split())
        if spoken.startswith(before):  # this side of it is said as it is written, as mostly
            found.append(len(before))
        elif spoken.endswith(after):
            found.append(len(spoken) - len(after))
        else:
            spans = spell_out(segment.start, segment.end)
            return [sum(map(len, spell_before(spans, cut - segment.start))) for cut in cuts]
    return found


def spell_before(spans: Sequence[SpokenSpan], cut: int) -> Iterator[str]:
    """The words for the text before ``cut``; a span said in other words is not parted."""
    for span in spans:
        if span.end <= cut or (span.start < cut and len(span.spoken) != span.end - span.start):
            yield span.spoken
        elif span.start < cut:
            yield span.spoken[: cut - span.start]


def join_pieces(spoken: str, pieces: Sequence[Piece]) -> list[Piece]:
    """The pieces, with neighbours of one speaker together, and what has no word with the piece before or else after."""
    joined: list[Piece] = []
    ends = [*(piece.words for piece in pieces[1:]), len(spoken)]
    for piece, end in zip(pieces, ends, strict=True):
        if not joined:
            joined.append(piece)
        elif not WORD.search(spoken, joined[-1].words, piece.words):
            joined[-1] = replace(piece, start=joined[-1].start, words=joined[-1].words)
        elif (joined[-1].kind, joined[-1].speaker) == (piece.kind, piece.speaker):
            joined[-1] = replace(joined[-1], doubt=max(joined[-1].doubt, piece.doubt))
        elif WORD.search(spoken, piece.words, end):
            joined.append(piece)
    return joined


def cut_pieces(segment: Segment, pieces: Sequence[Piece]) -> Iterator[Segment]:
    """A segment for each of the pieces."""
    ends = [*((piece.start, piece.words) for piece in pieces[1:]), (segment.end, len(segment.spoken_text))]
    for piece, (end, words_end) in zip(pieces, ends, strict=True):
        yield replace(
            segment,
            start=piece.start,
            end=end,
            text=segment.text[piece.start - segment.start : end - segment.start],
            spoken_text=segment.spoken_text[piece.words : words_end].strip(),
            kind=piece.kind,
            pause=segment.pause if end == segment.end else PauseKind.CLAUSE,
            speaker=piece.speaker,
            doubt=piece.doubt,
            reason=piece.reason,
        )
