"""A text that is being rewritten, and where in the source each piece of it comes from."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

Edit = tuple[int, int, str]  # start, end, what stands there now
Say = Callable[[re.Match[str]], str | None]


@dataclass(frozen=True, slots=True)
class SpokenSpan:
    """A span of source text and the words said for it; "" where nothing is."""

    start: int  # offset into the source text, in characters
    end: int  # one past the last character
    spoken: str


class Draft:
    """Text under way from source to spoken form.

    Each letter knows the span of the source it stands for when ``tracked``; following them costs time, so that a
    draft whose spans nobody asks for does without.
    """

    __slots__ = ("_ends", "_source", "_starts", "text", "tracked")

    def __init__(self, source: str, tracked: bool = False) -> None:
        self.text = source
        self.tracked = tracked
        self._source = source
        self._starts = list(range(len(source))) if tracked else []
        self._ends = list(range(1, len(source) + 1)) if tracked else []

    def sub(self, pattern: re.Pattern[str], say: Say | str) -> None:
        """Replace each match by the words ``say`` gives for it; None leaves the match as it is."""
        if isinstance(say, str) and not self.tracked:
            self.text = pattern.sub(lambda _: say, self.text)
            return
        matches = ((match, say if isinstance(say, str) else say(match)) for match in pattern.finditer(self.text))
        self.replace((match.start(), match.end(), words) for match, words in matches if words is not None)

    def replace(self, edits: Iterable[Edit]) -> None:
        """Make the edits: spans of ``text`` in order and apart from each other."""
        pieces: list[str] = []
        starts: list[int] = []
        ends: list[int] = []
        place = 0
        for start, end, words in edits:
            if self.text[start:end] == words:
                continue
            pieces += [self.text[place:start], words]
            if self.tracked:
                source_start, source_end = self.find_source(start, end)
                starts += [*self._starts[place:start], *[source_start] * len(words)]
                ends += [*self._ends[place:start], *[source_end] * len(words)]
            place = end
        if not pieces:
            return
        self.text = "".join([*pieces, self.text[place:]])
        if self.tracked:
            self._starts = starts + self._starts[place:]
            self._ends = ends + self._ends[place:]

    def find_source(self, start: int, end: int) -> tuple[int, int]:
        """The span of the source that text[start:end] stands for. Only for a tracked draft."""
        if start < end:
            return min(self._starts[start:end]), max(self._ends[start:end])
        place = self._starts[start] if start < len(self._starts) else len(self._source)
        return place, place

    def spans(self) -> tuple[SpokenSpan, ...]:
        """Spans that cover the source in order, each with its words: unchanged stretches and what was rewritten.

        The words joined are ``text``. Only for a tracked draft.
        """
        pieces: list[tuple[int, int, str, bool]] = []  # start, end, words, unchanged
        for letter, start, end in zip(self.text, self._starts, self._ends, strict=True):
            unchanged = end - start == 1 and self._source[start] == letter
            if pieces:
                first, last, words, same = pieces[-1]
                if start < last or (unchanged and same and start == last) or (start, end) == (first, last):
                    pieces[-1] = (first, max(last, end), words + letter, same and unchanged)
                    continue
            pieces.append((start, end, letter, unchanged))
        spans: list[SpokenSpan] = []
        place = 0
        for start, end, words, _ in pieces:
            if start > place:
                spans.append(SpokenSpan(place, start, ""))
            spans.append(SpokenSpan(start, end, words))
            place = end
        if place < len(self._source):
            spans.append(SpokenSpan(place, len(self._source), ""))
        return tuple(spans)
