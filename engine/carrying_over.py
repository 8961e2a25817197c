"""A manuscript laid beside its next version: where each line of the old one is in the new one, if it is there at all.

Paragraphs are compared first, then the sentences of those that changed, then their words; a paragraph that was moved
is found again where its words occur nowhere else.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from itertools import pairwise

from engine.core_types import Chapter, Segment
from engine.manuscript.dialogue import split_paragraphs

WORD = re.compile(r"\S+")
NO_LETTERS = re.compile(r"[\W_]+")
SENTENCE_END = re.compile(r"[.?!…][\"'”’»)\]_*]*\Z")
SAME_LINE = 0.6  # of a line's words; a line with more of them changed is another line
TELLING_WORDS = 4  # fewer may well occur twice by chance
MOST_WORDS = 4_000  # of a stretch compared word by word; a longer one is too different for it to be worth the time

Span = tuple[int, int]  # of words, or of units of words: from, and one past the last


@dataclass(frozen=True, slots=True)
class CarriedLines:
    """The lines of the old version as they lie in the chapters of the new one."""

    lines: list[list[Segment]]  # of each new chapter, in order; not all of its text
    unsettled: list[Segment]  # settled lines that are there no more
    unsaid: list[Segment]  # lines with own words whose words changed


class Text:
    """The words of several chapters, counted through, and known by their letters: other marks make no other words."""

    def __init__(self, chapters: Sequence[Chapter]) -> None:
        self.chapters = chapters
        self.words: list[str] = []
        self.starts: list[tuple[int, int]] = []  # of each word: chapter, offset into its text
        self.ends: list[int] = []
        self.stops: set[int] = set()  # the words that end a sentence
        self.paragraphs: list[Span] = []
        for number, chapter in enumerate(chapters):
            for paragraph in split_paragraphs(chapter):
                first = len(self.words)
                for match in WORD.finditer(chapter.text, paragraph.start, paragraph.end):
                    if SENTENCE_END.search(match[0]):
                        self.stops.add(len(self.words))
                    self.words.append(NO_LETTERS.sub("", match[0]) or match[0])
                    self.starts.append((number, match.start()))
                    self.ends.append(match.end())
                self.paragraphs.append((first, len(self.words)))

    def find_words(self, chapter: int, start: int, end: int) -> Span:
        """The words that lie in the span or reach into it."""
        low, high = bisect_left(self.starts, (chapter, start)), bisect_left(self.starts, (chapter, end))
        if low > 0 and self.starts[low - 1][0] == chapter and self.ends[low - 1] > start:
            low -= 1
        return low, high

    def spell(self, span: Span) -> str:
        return " ".join(self.words[slice(*span)])


def align_texts(old: Text, new: Text) -> list[int]:
    """For each word of ``old`` its place in ``new``, -1 where it is not there any more."""
    found = [-1] * len(old.words)
    gaps = list(_match(old, new, old.paragraphs, new.paragraphs, found))
    _match_moved(old, new, gaps, found)
    taken = set(found)
    for old_units, new_units in gaps:
        left = [span for span in old_units if found[span[0]] < 0]
        free = [span for span in new_units if span[0] not in taken]
        old_sentences, new_sentences = list(_split_sentences(old, left)), list(_split_sentences(new, free))
        for old_part, new_part in _match(old, new, old_sentences, new_sentences, found):
            old_words = [(word, word + 1) for span in old_part for word in range(*span)]
            new_words = [(word, word + 1) for span in new_part for word in range(*span)]
            if max(len(old_words), len(new_words)) <= MOST_WORDS:
                list(_match(old, new, old_words, new_words, found))
    return found


def _match(
    old: Text, new: Text, old_units: Sequence[Span], new_units: Sequence[Span], found: list[int]
) -> Iterator[tuple[Sequence[Span], Sequence[Span]]]:
    """Note the words of units that are the same and in order; yields what is left between them on both sides."""
    matcher = SequenceMatcher(None, [old.spell(unit) for unit in old_units], [new.spell(unit) for unit in new_units])
    for tag, low, high, new_low, new_high in matcher.get_opcodes():
        if tag == "equal":
            for unit, new_unit in zip(old_units[low:high], new_units[new_low:new_high], strict=True):
                found[slice(*unit)] = range(*new_unit)
        else:
            yield old_units[low:high], new_units[new_low:new_high]


def _match_moved(old: Text, new: Text, gaps: Sequence[tuple[Sequence[Span], Sequence[Span]]], found: list[int]) -> None:
    """Note the words of paragraphs that stand in another place now, with those that stand beside them in both."""
    left = [span for units, _ in gaps for span in units]
    free = [span for _, units in gaps for span in units]
    spelled, new_spelled = [old.spell(span) for span in left], [new.spell(span) for span in free]
    counts, new_counts = Counter(spelled), Counter(new_spelled)
    places = {text: place for place, text in enumerate(new_spelled)}
    taken: set[int] = set()
    for place, (text, span) in enumerate(zip(spelled, left, strict=True)):
        if counts[text] == new_counts[text] == 1 and span[1] - span[0] >= TELLING_WORDS:
            for step in (1, -1):
                at, there = place, places[text]
                while 0 <= at < len(left) and 0 <= there < len(free) and spelled[at] == new_spelled[there]:
                    if there not in taken and found[left[at][0]] < 0:
                        found[slice(*left[at])] = range(*free[there])
                        taken.add(there)
                    elif at != place:
                        break
                    at, there = at + step, there + step


def _split_sentences(text: Text, units: Sequence[Span]) -> Iterator[Span]:
    for low, high in units:
        edges = [low, *(word + 1 for word in range(low, high - 1) if word in text.stops), high]
        yield from pairwise(edges)


def carry_lines(old: Text, new: Text, found: Sequence[int], lines: Sequence[Sequence[Segment]]) -> CarriedLines:
    """The old chapters' ``lines`` where they are in the new ones.

    A line whose words are all there comes as it is. One that was changed a little keeps who was settled to speak it,
    and loses own words: they were said instead of others.
    """
    carried: list[list[Segment]] = [[] for _ in new.chapters]
    unsettled, unsaid = [], []
    for number, chapter_lines in enumerate(lines):
        for line in chapter_lines:
            words = old.find_words(number, line.start, line.start + len(line.text.rstrip()))
            place = _find_line(old, new, found, line, words)
            if place is not None:
                chapter, moved, whole = place
                if whole or line.settled:
                    carried[chapter].append(moved if whole else replace(moved, own_words="", seed=0))
            if line.settled and place is None:
                unsettled.append(line)
            if line.own_words and not (place and place[2]):
                unsaid.append(line)
    return CarriedLines([sorted(found, key=lambda line: line.start) for found in carried], unsettled, unsaid)


def _find_line(
    old: Text, new: Text, found: Sequence[int], line: Segment, words: Span
) -> tuple[int, Segment, bool] | None:
    """The new chapter of a line, the line as it lies there, and whether its words are all the same."""
    there = [(word, found[word]) for word in range(*words) if found[word] >= 0]
    count = words[1] - words[0]
    if not there or len(there) < SAME_LINE * count:
        return None
    (first, low), (last, high) = min(there, key=lambda pair: pair[1]), max(there, key=lambda pair: pair[1])
    chapter = new.starts[low][0]
    if chapter != new.starts[high][0] or high - low + 1 > count / SAME_LINE + 2:
        return None
    # A word joined to its neighbour by a dash may be the line's only in part.
    start = new.starts[low][1] + max(0, line.start - old.starts[first][1])
    end = new.ends[high] - max(0, old.ends[last] - (line.start + len(line.text.rstrip())))
    if start >= end:
        return None
    whole = high - low + 1 == len(there) == count
    return chapter, replace(line, start=start, end=end, text=new.chapters[chapter].text[start:end]), whole


def count_shared(old: Text, new: Text, found: Sequence[int]) -> dict[tuple[int, int], int]:
    """How many words each old chapter shares with each new one."""
    return Counter((old.starts[word][0], new.starts[place][0]) for word, place in enumerate(found) if place >= 0)
