"""The signs a book speaks with, and the stretches of a paragraph that stand between them.

The same sign means different things in different books: a single quote is speech in London and a quotation inside
speech in New York. So the marks are chosen for the whole book (`choose_marks`), then read paragraph by paragraph.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from enum import StrEnum

from engine.manuscript.dashes import DASH_LANGUAGES, DASHES, OPENING, split_dashed

LETTER = r"[^\W\d_]"
# Where a mark left open is closed when its paragraph goes on and on: nobody speaks so long without a paragraph.
LONGEST_UNCLOSED_CHARACTERS = 6_000
SENTENCE_END = re.compile(r"[.?!…]+[)\]]*(?=\s|$)")
WHOLE_WORDS = re.compile(r"(?:and|as|is|a|way|deed|mid|had|op|pon|mid|ave)\b", re.IGNORECASE)
# Words cut short at their end: "an' then", "o' the", "goin' home".
CUT_SHORT = re.compile(
    r"(?:\b(?:an|o|th|wi|fo|fu|ol|mo|po|jes|las|t|d|wid|wif|ha|ca|tha|wha|a|i|be|yo|ma|do|pu|ki|gi|ba|no)|in)$"
)
# Words that begin with an apostrophe: not an opening mark when a single quote is one.
ELISIONS = re.compile(
    r"(?:tis|twas|twere|twill|twould|twixt|em|en|un|uns|cause|bout|tain|neath|gainst|mid|ere|im|er|ave|ad|as|e|is|"
    r"ouse|appen|orse|ow|alf|op|arf|and|n|nother|nuff|way|cept|fraid|deed|pon|s|ll|re|ve|d|m|t|\d\ds?)\b",
    re.IGNORECASE,
)


class Marks(StrEnum):
    """The signs a book speaks with; the value is a Quotation's ``style``."""

    STRAIGHT = "straight"  # "..."
    CURLY = "curly"  # “...”
    SINGLE = "single"  # ‘...’
    STRAIGHT_SINGLE = "straight single"  # '...'
    LOW = "low"  # „...“ or „...”
    GUILLEMETS = "guillemets"  # «...» or »...«
    CORNERS = "corners"  # 「...」
    DASH = "dash"  # — ... to the end of the paragraph, tags between commas
    NONE = "none"  # the book has no speech that its typography tells


DIRECTED = {
    Marks.CURLY: ("“", "”"),
    Marks.LOW: ("„", "“”"),
    Marks.CORNERS: ("「『", "」』"),
}


def choose_marks(texts: Sequence[str], language: str) -> Marks:
    """The marks most paragraphs that open with one open with; else the marks that are most used."""
    opened: dict[Marks, int] = dict.fromkeys(Marks, 0)
    used: dict[Marks, int] = dict.fromkeys(Marks, 0)
    for text in texts:
        for match in re.finditer(r"(?:\A|\n)[^\S\n]*([\"“‘'„«»「『—–―]|-(?=[-\s]?\w))(?=.)", text):
            marks = _marks_of(match[1])
            if marks is Marks.STRAIGHT_SINGLE and ELISIONS.match(text, match.end()):
                continue
            opened[marks] += 1
        for marks, pattern in USES.items():
            used[marks] += len(pattern.findall(text))
    for marks in (Marks.SINGLE, Marks.STRAIGHT_SINGLE):  # a line of an ordinary book begins with one now and then
        opened[marks] = opened[marks] if opened[marks] * 20 > used[Marks.CURLY] + used[Marks.STRAIGHT] else 0
        used[marks] = 0 if used[Marks.CURLY] + used[Marks.STRAIGHT] else used[marks]
    if language[:2] not in DASH_LANGUAGES:  # "-- but that is another story" is no speech where marks are about
        others = sum(used[marks] for marks in (Marks.CURLY, Marks.STRAIGHT, Marks.GUILLEMETS, Marks.LOW))
        singles = opened[Marks.SINGLE] + opened[Marks.STRAIGHT_SINGLE]
        opened[Marks.DASH] = opened[Marks.DASH] if opened[Marks.DASH] > 5 * others + 2 * singles else 0
    counts = opened if max(opened.values()) else used
    best = max(counts, key=lambda marks: (counts[marks], used[marks]))
    return best if counts[best] else Marks.NONE


USES = {
    Marks.STRAIGHT: re.compile(r"(?<!\w)\"(?=\S)"),
    Marks.CURLY: re.compile("“(?=[^“”]*”)"),
    Marks.SINGLE: re.compile(r"(?<!\w)‘(?=\w)"),
    Marks.STRAIGHT_SINGLE: re.compile(r"(?<!\w)'(?=[A-Z][^'\n]*[,.?!]')"),
    Marks.LOW: re.compile("„"),
    Marks.GUILLEMETS: re.compile("[«»]"),
    Marks.CORNERS: re.compile("[「『]"),
}


def _marks_of(sign: str) -> Marks:
    if sign in DASHES + "-":
        return Marks.DASH
    return {
        '"': Marks.STRAIGHT, "“": Marks.CURLY, "‘": Marks.SINGLE, "'": Marks.STRAIGHT_SINGLE, "„": Marks.LOW,
        "«": Marks.GUILLEMETS, "»": Marks.GUILLEMETS,
    }.get(sign, Marks.CORNERS)  # fmt: skip


Span = tuple[int, int, bool]  # start, end, closed by a mark


def find_spans(body: str, marks: Marks, erased: int, language: str) -> list[Span]:
    """What stands between marks in a paragraph; ``erased`` as measured for the chapter."""
    dashed = body.lstrip()[:1] in DASHES
    if language[:2] in DASH_LANGUAGES and not dashed and marks is Marks.DASH:  # thoughts, and what others say, in marks
        marks = next((other for other in BESIDE_DASHES if any(sign in body for sign in BESIDE_DASHES[other])), marks)
    elif language[:2] in DASH_LANGUAGES and dashed:
        marks = Marks.DASH
    if marks is Marks.DASH:
        return list(_spans_after_dashes(body, erased, language))
    return list(_spans_between_marks(body, marks))


BESIDE_DASHES = {Marks.GUILLEMETS: "«»", Marks.LOW: "„", Marks.CURLY: "“"}


def opens_with_mark(body: str) -> bool:
    """Whether a paragraph begins with a quotation mark of any kind."""
    return body.lstrip(" \t\r\n_*")[:1] in set("\"“‘„«»「『'")


def find_unopened_close(body: str, marks: Marks) -> int | None:
    """Where a paragraph closes speech that it has not opened; None when its first mark opens some."""
    if marks not in (Marks.STRAIGHT, Marks.CURLY, Marks.LOW, Marks.CORNERS):
        return None
    first = next(_find_marks(body, marks), None)
    return first[0] if first is not None and first[1] == "close" else None


def _spans_between_marks(body: str, marks: Marks) -> Iterator[Span]:
    opened: int | None = None  # where the quotation's words begin
    depth = 0  # marks of the same kind opened inside it
    for place, role in _find_marks(body, marks):
        if opened is None:
            if role != "close":
                opened, depth = place + 1, 0
        elif role == "open":
            depth += 1
        elif depth and role == "close":
            depth -= 1
        else:
            yield opened, place, True
            opened = None
    if opened is not None:
        yield opened, _end_unclosed(body, opened), len(body) - opened > LONGEST_UNCLOSED_CHARACTERS


def _end_unclosed(body: str, opened: int) -> int:
    """The end of the paragraph; of the first sentence, when the paragraph goes on longer than anybody speaks."""
    if len(body) - opened <= LONGEST_UNCLOSED_CHARACTERS:
        return len(body)
    end = SENTENCE_END.search(body, opened)
    return end.end() if end and end.end() - opened < LONGEST_UNCLOSED_CHARACTERS else opened


def _find_marks(body: str, marks: Marks) -> Iterator[tuple[int, str]]:
    """Places of quotation marks and what they can be: "open", "close" or "either"."""
    if marks in (Marks.STRAIGHT, Marks.CURLY):
        for match in re.finditer('["“”]', body):
            sign = match[0]
            yield (
                match.start(),
                "open" if sign == "“" else "close" if sign == "”" else _role_of_straight(body, match.start()),
            )
    elif marks is Marks.SINGLE:
        yield from _find_single_marks(body, "‘", "’")
    elif marks is Marks.STRAIGHT_SINGLE:
        yield from _find_single_marks(body, "'", "'")
    elif marks is Marks.GUILLEMETS:
        inward = body.find("»") != -1 and (body.find("«") == -1 or body.find("»") < body.find("«"))
        for match in re.finditer("[«»]", body):
            yield match.start(), "open" if (match[0] == "«") != inward else "close"
    elif marks in DIRECTED:
        opening, closing = DIRECTED[marks]
        for match in re.finditer(f"[{opening}{closing}]", body):
            yield match.start(), "open" if match[0] in opening else "close"


def _role_of_straight(body: str, place: int) -> str:
    """A straight mark is what the state makes of it, but for one that can only close a quotation nobody opened."""
    before, after = body[place - 1 : place], body[place + 1 : place + 2]
    return "close" if before and before not in " \t\n-—–([_" and (not after or after in " \t\n,.;:!?)") else "either"


def _find_single_marks(body: str, opening: str, closing: str) -> Iterator[tuple[int, str]]:
    """Single quotes that are marks and not apostrophes: decided by what stands on both sides, and by the state."""
    inside = False
    for match in re.finditer(f"[{opening}{closing}]", body):
        place = match.start()
        before, after = body[place - 1 : place], body[place + 1 : place + 2]
        if before.isalnum() and after.isalnum():
            continue  # don't
        opens = match[0] == opening and not before.isalnum() and bool(after) and not after.isspace()
        opens = opens and (before == "" or before.isspace() or before in '([{-—–_*"“')
        if opens and WHOLE_WORDS.match(body, place + 1) and body[:place][-4:].rstrip()[-1:] in ",;:.?!-—–":
            pass  # "said he, 'and so I told her'": after a stop, a word that is also a whole one opens speech
        elif opens and place and opening == closing and ELISIONS.match(body, place + 1) and not _is_capital(after):
            opens = False  # 'tis
        if opening != closing and match[0] == opening and before.isspace() and after.isspace():
            opens = True  # a mark adrift
        if not inside and opens:
            inside = True
            yield place, "open"
        elif inside and match[0] == closing and _closes_single(body, place, opening):
            inside = False
            yield place, "close"


def _is_capital(sign: str) -> bool:
    return sign.isupper()


def _closes_single(body: str, place: int, opening: str) -> bool:
    before, after = body[place - 1 : place], body[place + 1 : place + 2]
    if after.isalnum():
        return False
    if before in '.,?!…;:-—–)_*"”':
        # "an' then." ends with a word cut short only inside a word; after a stop, it is a mark
        return not (before in "-—–" and after.isalpha())
    if before.isspace():
        return False
    # After a letter: the end of "dogs'" or of 'quoted words'. It closes when the next mark opens again or none follows.
    close = re.search(r"[.,?!…;:\-—–]['’](?!\w)", body[place + 1 :])
    limit = place + 1 + close.start() if close else len(body)
    opens = (
        match.end()
        for match in re.finditer(rf"[\s(—-]{opening}(?=\w)", body[place + 1 : limit])
        if not ELISIONS.match(body, place + 1 + match.end())
    )
    if next(opens, None) is not None:
        return CUT_SHORT.search(body[max(0, place - 8) : place]) is None
    return close is None and CUT_SHORT.search(body[max(0, place - 8) : place]) is None


def measure_erased_marks(text: str) -> int:
    """How many spaces stand where marks were taken out of a text that speaks with dashes; 0 when none were.

    Converters that make dashes of a paragraph's first mark often leave a space for each of the others.
    """
    usual = 1 + (len(re.findall(r"[.?!]  [A-Z]", text)) > 2 * len(re.findall(r"[.?!] [A-Z]", text)))
    wider = len(re.findall(rf"[,?!] {{{usual + 1}}}\S|[,.?!] \n", text))
    return usual + 1 if wider * 3 > len(re.findall(r"(?m)^[^\S\n]*[—–―-]", text)) > 0 else 0


def _spans_after_dashes(body: str, spaces: int, language: str) -> Iterator[Span]:
    if spaces:
        opening = OPENING.match(body)
        yield from _spans_between_gaps(body, opening.end() if opening else None, spaces)
    else:
        yield from ((start, end, True) for start, end in split_dashed(body, language))


def _spans_between_gaps(body: str, opened: int | None, spaces: int) -> Iterator[Span]:
    """Speech between gaps that marks have left: a gap opens it, and one after a stop closes it."""
    for match in re.finditer(r"[^\S\n]{2,}|[^\S\n]+\n|\n[^\S\n]+|[^\S\n]+$", body):
        ends_sentence = body[match.start() - 1] in ".?!:" and "\n" not in match[0] and match.end() < len(body)
        if ends_sentence and len(match[0]) < spaces:
            continue  # no more than this typist leaves between sentences
        if opened is None:
            opened = match.end()
        elif body[match.start() - 1] in ",.?!;:—–-…":
            if opened < match.start():
                yield opened, match.start(), True
            opened = None
    if opened is not None and opened < len(body):
        yield opened, len(body), False
