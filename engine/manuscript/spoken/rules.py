"""What a rule of reading is: an id, a pattern, and the words for what it finds."""

from __future__ import annotations

import re
from dataclasses import dataclass

from engine.manuscript.spoken.draft import Say


@dataclass(frozen=True, slots=True)
class Rule:
    """Rewrites each match of ``pattern`` as the words ``say`` gives for it, or leaves it where that is None.

    Its id names its cases in tests/golden/spoken_text.
    """

    id: str
    pattern: re.Pattern[str]
    say: Say | str


def alternatives(words: list[str] | dict[str, str] | tuple[str, ...]) -> str:
    """The words as part of a pattern, a longer one before a shorter one that begins it."""
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))
