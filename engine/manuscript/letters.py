"""Letters between quotation marks: read out by who tells the book, and no speech.

They are told by their salutation and signature, by what is said before ("wrote as follows:") and after ("Such a letter
..."), and by going on from one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from engine.manuscript.speech_words import NAME, PRONOUN

if TYPE_CHECKING:
    from engine.manuscript.dialogue import Quotation

SALUTATION = re.compile(
    r"_?(?:(?:my|our)\s+)?(?:own\s+|very\s+)?(?:dear|dearest|darling|honou?red|respected|sir|madam|gentlemen|dear\s+sir)\b"
    r"[^.?!]{0,40}?(?:[,:;!][-—]{1,2}\s|[,:]_?\s*\n|--|—|:\s|\.--)",
    re.IGNORECASE,
)
LETTER_NOUN = (
    r"(?:letters?|note|telegram|wire|post-?script|message|card|paragraph|advertisement|inscription|epitaph|notice|"
    r"newspaper|verses|postcard|epistle|billet|article|placard|headlines?|envelope|contents)"
)
# What is told right before something written: "wrote as follows:", "the letter ran:", "and read:".
LETTER_BEFORE = re.compile(
    rf"(?:\b{LETTER_NOUN}\b[^.?!\"“”]{{0,90}}|\b(?:wrote|written|telegraphed|wired|scribbled|inscribed)\b[^.?!\"“”]{{0,60}}"
    rf"|\b(?:(?:as|it)\s+follows|(?:read|ran)(?:\s+(?:as\s+follows|thus|aloud))?|these\s+words|to\s+this\s+(?:effect|purpose))"
    r"[^.?!\"“”]{0,40})[:;,.—-]*\s*$",
    re.IGNORECASE,
)
SPOKEN_BEFORE = re.compile(
    r"\b(?:said|say|saying|asked|asking|replied|cried|crying|exclaimed|exclaiming|added|adding|answered|began|observed|"
    r"compliment|speech|voice|whisper\w*|call(?:ed|ing)|repeated|remarked|laugh\w*)\b[^.?!\"“”]{0,70}$"
)
SALUTED = re.compile(r"(?:^|\n)\s*_?(?:my\s+)?(?:dear|dearest)\s+[\w. ]{2,30}[,:—-]+_?\s*$", re.IGNORECASE)
SIGNED = re.compile(
    r"(?:(?:^|[.,;:!?—\n-]\s*|\s{2,}|\b(?:am|me|remain)\W+(?:ever\s+|always\s+)?)_?(?:[Yy]ours?|[Yy]our['’]s)"
    r"(?:,|\s+(?:ever|truly|faithfully|sincerely|affectionate\w*|most|very|obedient\w*|respectfully|obliged|etc|&c))|"
    r"\b(?:affectionate|obedient|humble|sincere|faithful)\s+(?:friend|servant|son|brother|sister|mother|father|niece)\b|"
    r"&c\.)[^.?!]{0,60}\W*$",
    re.IGNORECASE,
)
WRITTEN = re.compile(
    rf"\b(?:{LETTER_NOUN}|wrote|written|read\s+(?:it|the|thus))\b(?:[^.?!]|(?<=\bMr)\.|(?<=\bMrs)\.|(?<=\bDr)\.)*[.?!:;—-]*\s*$"
)
WROTE_AFTER = re.compile(
    rf"\W*(?:(?:{PRONOUN}|{NAME})\s+(?:had\s+)?(?:wrote|written|scribbled|telegraphed)"
    rf"|(?:wrote|scribbled)\s+(?:{PRONOUN}|{NAME})"
    rf"|(?:this|the|his|her)\s+{LETTER_NOUN}\s+(?:ran|read|said|went\s+on|continued)\b|it\s+ran\b)"
)
# The date, the place, the name of who writes, alone on their line at a letter's head or foot.
LETTER_EDGE = re.compile(
    r"(?:(?-i:[^a-z]*)|[\w\s.,'’-]*\b(?:january|february|march|april|may|june|july|august|september|october|november|december)\b"
    r"[\w\s.,]*|(?:I am,? )?(?:dear \w+,? )?&c\.?.*"
    r"|your\b.*\b(?:friend|sister|brother|son|daughter|wife|servant|well-wisher)\b.*)",
    re.IGNORECASE,
)
LETTER_END = re.compile(r"(?:yours?\b[^.?!]{0,60}|&c\.?[^.?!]{0,40}|[A-Z]\.\s?[A-Z]\.?)\W*$", re.IGNORECASE)
# What is told right after something written: "Fanny's disgust at the greater part of this letter".
LETTER_AFTER = re.compile(
    r"(?:[^.?!]|(?<=\bMr)\.|(?<=\bMrs)\.){0,90}\b(?:this|such\s+a|these)\s+(?:\w+\s+)?(?:letters?|note|epistle|telegram)\b"
    r"|[^.?!]{0,40}\b(?:finished|folded|re-?read)\s+it\b",
    re.IGNORECASE,
)
LONG_LETTER = 30  # words


def opens_letter(context: str, words: str, bare: bool) -> bool:
    """Whether words that begin a paragraph are written: by their salutation, their close, or what is told before.

    ``bare`` when their paragraph holds nothing else.
    """
    count = len(words.split())
    told = re.split(r"[\"“”»]", context)[-1]  # the narration right before, no speech
    if (
        (salutes(words) and (bare or count > 40))
        or SALUTED.search(context)
        or (count > 40 and SIGNED.search(words[-120:]))
    ):
        return True
    if SPOKEN_BEFORE.search(told):
        return False
    if count > 100 and WRITTEN.search(told):
        return True
    leads_up = bool(re.search(r"[:;—-]\s*$", told) and LETTER_BEFORE.search(told))
    return leads_up and (count > 12 or edges_letter(words))


def salutes(words: str) -> bool:
    """Whether words are a letter with its salutation, or the salutation alone: "My dear Ann,"."""
    count = len(words.split())
    alone = count <= 6 and words.rstrip("_*")[-1:] in ",:-—" and SALUTATION.match(words + "\n") is not None
    return alone or (count > 40 and SALUTATION.match(words) is not None)


def edges_letter(words: str) -> bool:
    """Whether words alone in their paragraph, beside a letter, are its date and place or its signature."""
    return len(words.split()) <= 8 and LETTER_EDGE.fullmatch(words.strip()) is not None


def ends_letter(words: str) -> bool:
    """Whether the words are a letter's close: "Yours ever, J. T."."""
    return bool(LETTER_END.search(words[-90:]))


def mark_letters(text: str, found: Sequence[Quotation]) -> Iterator[Quotation]:
    """The quotations, with those made letters that what stands beside them shows to be: dates, names, postscripts."""
    done = list(found)
    for place, quotation in enumerate(done):
        if quotation.kind != "dialogue" or not _is_alone(text, quotation):
            continue
        words = text[quotation.start : quotation.end]
        beside = [done[other] for other in (place - 1, place + 1) if 0 <= other < len(done)]
        near = [other for other in beside if _is_bare_between(text, quotation, other)]
        if edges_letter(words):
            before = [other for other in near if other.end <= quotation.start and _is_long(text, other)]
            if any(other.kind == "letter" for other in near):
                done[place] = replace(quotation, kind="letter")
            elif before and _is_alone(text, before[0]) and INITIALS.fullmatch(words.strip()):
                done[place - 1] = replace(before[0], kind="letter")
                done[place] = replace(quotation, kind="letter")
        elif _is_long(text, quotation) and all(other.kind == "letter" for other in near):
            told = _find_narration(text, quotation)
            if told is not None and LETTER_AFTER.match(text, told):
                done[place] = replace(quotation, kind="letter")
    yield from done


INITIALS = re.compile(r"(?:[A-Z]\.\s?){1,4}|[A-Z]{2,}(?:[\s.]+[A-Z]{2,}\.?)*")


def _is_long(text: str, quotation: Quotation) -> bool:
    return len(text[quotation.start : quotation.end].split()) >= LONG_LETTER


def _is_alone(text: str, quotation: Quotation) -> bool:
    """Whether nothing but marks stands beside a quotation in its paragraph."""
    before = text[text.rfind("\n\n", 0, quotation.start) + 1 : quotation.start]
    end = text.find("\n\n", quotation.end)
    after = text[quotation.end : end if end >= 0 else len(text)]
    return not re.search(r"\w", before + after)


def _find_narration(text: str, quotation: Quotation) -> int | None:
    """Where the next paragraph begins, when it is told and not spoken."""
    following = re.compile(r"[\"”’'»_]*\s*\n\s*(?=[^\W_])").match(text, quotation.end)
    return following.end() if following else None


def _is_bare_between(text: str, one: Quotation, other: Quotation) -> bool:
    between = text[min(one.end, other.end) : max(one.start, other.start)]
    return not re.search(r"\w", between) and "\n" in between
