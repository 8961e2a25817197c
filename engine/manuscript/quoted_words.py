"""Whether words between quotation marks are speech, a thought, a letter, or only a title, a sign, a phrase."""

from __future__ import annotations

import re

from engine.manuscript.speech_words import SAYING, THINKING_WORDS

THINKING = "|".join(sorted(THINKING_WORDS))
THOUGHT = re.compile(
    rf"\b(?:{THINKING})\b(?! (?:it|they were|we were) )|\bto (?:him|her|my)self\b(?=\W*$)"
    r"|\bin (?:his|her|my) (?:mind|head)\b"
)
ALOUD = re.compile(r"\b(?:said|says|saying|whispered|muttered|murmured|cried|exclaimed|asked|repeated|aloud)\b")
TAG_AFTER = re.compile(rf"\W*(?:\w+\s+){{0,3}}?(?:{SAYING})\b")
SAYING_BEFORE = re.compile(
    rf"\b(?:{SAYING})(?:\s+(?:to|at)\s+\w+|\s+(?:him|her|me|them|us|himself|herself|myself|out|again|aloud|\w+ly))?\s*$"
)
NAMING_BEFORE = re.compile(
    r"\b(?:called|named|entitled|titled|word|words|phrase|term|termed|title|song|poem|novel|book|play|headed|marked|"
    r"inscribed|labelled|spelled|spelt|so-called|styled|nicknamed)\b[^.?!]{0,12}$",
    re.IGNORECASE,
)
SALUTATION = re.compile(
    r"_?(?:(?:my|our)\s+)?(?:own\s+|very\s+)?(?:dear|dearest|darling|honou?red|respected|sir|madam|gentlemen|dear\s+sir)\b"
    r"[^.?!]{0,40}?(?:[,:;!][-—]{1,2}\s|[,:]_?\s*\n|--|—|:\s|\.--)",
    re.IGNORECASE,
)
LETTER_BEFORE = re.compile(
    r"\b(?:letter|letters|note|wrote|written|telegram|telegraphed|wire|wired|postscript|post-script|message|card|"
    r"paragraph|advertisement|inscription|epitaph|notice|newspaper|lines|verses|postcard|epistle|billet|article|"
    r"(?:as|it)\s+follows|read\s+as\s+follows|ran\s+thus|these\s+words|to\s+this\s+effect)\b[^.?!\"“”]{0,90}[:;.—-]*\s*$",
    re.IGNORECASE,
)
SALUTED = re.compile(r"(?:^|\n)\s*_?(?:my\s+)?(?:dear|dearest)\s+[\w. ]{2,30}[,:—-]+_?\s*$", re.IGNORECASE)
SIGNED = re.compile(
    r"(?:\byours?(?:,|\s+(?:ever|truly|faithfully|sincerely|affectionate\w*|most|very|obedient|respectfully|etc|&c))|"
    r"\b(?:affectionate|obedient|humble|sincere|faithful)\s+(?:friend|servant|son|brother|sister|mother|father|niece)\b|"
    r"&c\.)[^.?!]{0,60}\W*$",
    re.IGNORECASE,
)
WRITTEN = re.compile(
    r"\b(?:letter|letters|note|contents|telegram|postscript|envelope|epistle|wrote|written|read\s+(?:it|the|thus))\b"
)
# Words that keep to the third person and the past: reported, though between marks.
SOMEBODY_SPEAKS = re.compile(
    r"\b(?:i|me|my|mine|myself|you|your|yours|we|our|us|let|this|these|here|now|is|are|am|has|have|do|does|will|shall|can|"
    r"may|\w+n't|\w+['’](?:s|m|ll|ve|re|d))\b",
    re.IGNORECASE,
)
SOMEBODY_IS_TOLD_OF = re.compile(r"\b(?:he|she|they|him|his|her|them|their)\b", re.IGNORECASE)
REPORTED_WORDS = 14
LETTER_END = re.compile(r"(?:yours?\b[^.?!]{0,60}|&c\.?[^.?!]{0,40}|[A-Z]\.\s?[A-Z]\.?)\W*$", re.IGNORECASE)
LONG_WORDS = 6


def classify_quotation(before: str, words: str, after: str, at_start: bool) -> str:
    """The kind of a quotation: "dialogue", "thought" or "quoted".

    ``before`` is the narration between it and the quotation or paragraph break before, ``after`` the same on the
    other side; ``at_start`` when no quotation stands before it in its paragraph.
    """
    if not before.strip() and not after.strip() and len(words) > 8 and words.isupper() and words[-1].isalpha():
        return "quoted"  # a title on a line of its own
    lead = before.rstrip(" \t\r\n\"“”‘’'«»„_*")
    tail = after.lstrip(" \t\r\n\"“”‘’'«»„_*")
    if lead and _hangs_in_a_sentence(lead, words, tail, at_start):
        return "quoted"
    if lead and _is_reported(lead, words, tail):
        return "quoted"
    near = lead[-80:] + " | " + re.split(r"[.?!]", tail[:80])[0]
    if THOUGHT.search(near) and not ALOUD.search(near):
        return "thought"
    return "dialogue"


def _is_reported(lead: str, words: str, tail: str) -> bool:
    """ "He had seen a group of old acquaintance": what somebody said, retold in the narrator's person and tense."""
    if len(words.split()) < REPORTED_WORDS or SOMEBODY_SPEAKS.search(words) or not SOMEBODY_IS_TOLD_OF.search(words):
        return False
    return not TAG_AFTER.match(tail) and not SAYING_BEFORE.search(lead.rstrip(",:;"))


def _hangs_in_a_sentence(lead: str, words: str, tail: str, at_start: bool) -> bool:
    """Whether the narration runs into the words without a stop: a title, irony, or words reported."""
    count = len(words.split())
    lower = words[0].islower()
    if lead[-1].isalnum():
        if SAYING_BEFORE.search(lead) and not lower and words[-1] in ",.?!—-" and not NAMING_BEFORE.search(lead):
            return False
        return count < LONG_WORDS or (lower and at_start)
    if lead[-1] in ",:;-—" and at_start and lower and not TAG_AFTER.match(tail):
        return count < LONG_WORDS or lead[-1] == ","
    return bool(NAMING_BEFORE.search(lead[-60:])) and count < LONG_WORDS and words[-1] not in "?!"


def has_tag(tail: str) -> bool:
    """Whether the narration after the words begins with a tag."""
    return TAG_AFTER.match(tail) is not None


def opens_letter(context: str, words: str) -> bool:
    """Whether words that begin a paragraph are written: by their salutation, their close, or what is told before."""
    count = len(words.split())
    if (SALUTATION.match(words) and count > 40) or SALUTED.search(context):
        return True
    if count > 40 and SIGNED.search(words[-120:]):
        return True
    told = re.split(r"[\"“”»]", context)[-1]  # the narration right before, no speech
    if count > 100 and WRITTEN.search(told):
        return True
    return count > 12 and bool(re.search(r"[:;—-]\s*$", context) and LETTER_BEFORE.search(context))


def ends_letter(words: str) -> bool:
    """Whether the words are a letter's close: "Yours ever, J. T."."""
    return bool(LETTER_END.search(words[-90:]))
