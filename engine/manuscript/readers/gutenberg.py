"""What Project Gutenberg puts around its books: a header with the book's details, and a licence at the end."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

HEADER_REASON: Final = "Project Gutenberg header"
FOOTER_REASON: Final = "Project Gutenberg footer"

START = re.compile(
    r"\*{3} ?START OF (?:THE|THIS) PROJECT GUTENBERG[^\n]*|(?<!\*)\*{1,6} ?END ?\*? ?THE SMALL PRINT[^\n]*",
    re.IGNORECASE,
)
END = re.compile(
    r"\*{3} ?(?:END OF (?:THE|THIS) PROJECT GUTENBERG|START: FULL LICENSE)[^\n]*"
    r"|^[ \t]*(?:This is the )?End of (?:the |this )?Project Gutenberg\b[^\n]*",
    re.IGNORECASE | re.MULTILINE,
)
CREDIT = re.compile(
    r"\s*(?:(?:e-?text |this e(?:book|text) was )?(?:produced|prepared|transcribed) by|html version by)\b",
    re.IGNORECASE,
)
PARAGRAPH = re.compile(r"\s*(\S.*(?:\n[ \t]*\S.*)*)")
FIELD = re.compile(
    r"^(Title|Author|Language|Translator|Release Date|Posting Date):[ \t]*(.*(?:\n[ \t]{2,}\S.*)*)", re.MULTILINE
)
HEADER_CHARACTERS: Final = 60_000  # the "small print" of the nineties is long, but stands at the front


@dataclass(frozen=True, slots=True)
class GutenbergDetails:
    """What the header says of the book; "" where it is silent."""

    title: str = ""
    author: str = ""
    language: str = ""


def mentions_gutenberg(text: str) -> bool:
    return "gutenberg" in text[:HEADER_CHARACTERS].casefold()


def find_body(text: str) -> tuple[int, int]:
    """Where the book itself starts and ends in a Gutenberg text: (0, len(text)) in any other.

    The credits that follow the header ("Produced by ...") belong to it.
    """
    if not mentions_gutenberg(text):
        return 0, len(text)
    start = 0
    for match in START.finditer(text[:HEADER_CHARACTERS]):
        start = match.end()
    ending = END.search(text, start)
    end = ending.start() if ending else len(text)
    while start and (credit := PARAGRAPH.match(text, start, end)) and CREDIT.match(credit.group(1)):
        start = credit.end()
    return start, end


def read_details(header: str) -> GutenbergDetails:
    """Title, author and language as the header gives them; a title over several lines is joined with ": "."""
    found: dict[str, str] = {}
    for name, value in FIELD.findall(header):
        lines = [line.strip() for line in value.split("\n") if line.strip()]
        if lines:
            found.setdefault(name, ": ".join(lines) if name == "Title" else " ".join(lines))
    title = found.get("Title", "")
    if not title:
        match = re.search(
            r"Project Gutenberg(?:'s)? (?:E-?(?:Book|Text) (?:of|,)\s+)?(?P<title>[^\n]+?),? by ", header, re.IGNORECASE
        )
        title = match.group("title").strip() if match else ""
    return GutenbergDetails(title, found.get("Author", ""), found.get("Language", ""))
