"""Whether words between quotation marks are speech, a thought, a letter, or only a title, a sign, a phrase."""

from __future__ import annotations

import re

from engine.manuscript.letters import WROTE_AFTER
from engine.manuscript.speech_words import NAME, NOUN_PHRASE, PRONOUN, SAYING, THINKING_WORDS

THINKING = "|".join(sorted(THINKING_WORDS))
THOUGHT = re.compile(
    rf"\b(?:{THINKING})\b(?! (?:it|they were|we were) )|\bto (?:him|her|my)self\b(?=\W*$)"
    r"|\bin (?:his|her|my) (?:mind|head)\b"
)
ALOUD = re.compile(r"\b(?:said|says|saying|whispered|muttered|murmured|cried|exclaimed|asked|repeated|aloud)\b")
TAG_AFTER = re.compile(rf"\W*(?:\w+\s+){{0,3}}?(?:{SAYING})\b")
# A tag that can only belong to the words before it: "cried Louisa", "he said".
TAG_RIGHT_AFTER = re.compile(
    rf"[\s\"”’'»_]*(?:(?:{SAYING})\s+(?:{PRONOUN}\b|{NAME}|{NOUN_PHRASE})"
    rf"|(?:{PRONOUN}|{NAME}(?:\s+{NAME})?)\s+(?:had\s+|\w+ly\s+)?(?:{SAYING})\b)"
)
MANNER = r"(?:in|with)\s+(?:an?|his|her|my|the|some)\s[^.?!:;\"“”]{1,50}"
SAYING_BEFORE = re.compile(
    rf"\b(?:{SAYING})(?:\s+(?:to|at)\s+(?:\w+\s+)?\w+|\s+(?:him|her|me|them|us|himself|herself|myself|out|again|aloud|\w+ly)"
    rf"|,?\s+{MANNER}){{0,2}},?\s*$"
)
NAMING_BEFORE = re.compile(
    r"\b(?:called|named|entitled|titled|word|words|phrase|term|termed|title|song|poem|novel|book|play|headed|marked|"
    r"inscribed|labelled|spelled|spelt|so-called|styled|nicknamed)\b[^.?!]{0,12}$",
    re.IGNORECASE,
)
# Words that keep to the third person and the past: reported, though between marks.
SOMEBODY_SPEAKS = re.compile(
    r"\b(?:i|me|my|mine|myself|you|your|yours|we|our|us|let|this|these|here|now|is|are|am|has|have|do|does|will|shall|can|"
    r"may|\w+n't|\w+['’](?:s|m|ll|ve|re|d))\b",
    re.IGNORECASE,
)
SOMEBODY_IS_TOLD_OF = re.compile(r"\b(?:he|she|they|him|his|her|them|their)\b", re.IGNORECASE)
REPORTED_WORDS = 14
EDGES = " \t\r\n\"“”‘’'«»„_*"
HAPPENED = re.compile(r"\b(?:was|were|had|did|could|would|should|might|ought)\b")
LONG_WORDS = 6
SENTENCE_STOPS = ".?!…。！？؟।,،，、"
# Words nobody says: looks that speak, what somebody longed to say or might have said.
LOOKS = r"(?:eyes?|looks?|glances?|smile|face|faces|expression|gesture|silence|manner|attitude)"
SPEAK = r"(?:say|ask|cry|shout|answer|reply|tell|exclaim|murmur|whisper)"
UNSAID = re.compile(
    rf"(?:\bas\s+(?:much\s+as|if|though)\s+to\s+{SPEAK}|\bas\s+(?:if|though|who)\s+(?:\w+\s+){{0,3}}(?:said|saying|should\s+say)"
    rf"|\b(?:seem(?:ed|ing|s)?|appear(?:ed)?)\s+to\s+(?:\w+\s+)?(?:be\s+)?(?:{SPEAK}|saying)"
    rf"|\b(?:his|her|their|my|whose|\w+['’]s|\w+s['’])\s+(?:\w+\s+)?{LOOKS}\s+(?:\w+ly\s+)?(?:said|says|asked|implied|meant|answered|replied)"
    rf"|\b(?:it|which|that|what)\s+(?:\w+ly\s+)?(?:meant|implied|signified)"
    rf"|\b(?:wanted|longed|wished|yearned|impulse|temptation|tempted|about|going|ready|tried)\s+to\s+(?:\w+\s+)?(?:{SPEAK}|cry\s+out|shout\s+out)"
    rf"|\bfelt\s+like\s+\w+ing(?:\s+\w+)?|\b(?:imagined|fancied|imagining)\b[^.?!\"“”]{{0,40}}\bsaying"
    rf"|\b(?:might|would|could)\s+(?:as\s+well\s+)?have\s+(?:\w+\s+)?(?:said|cried|asked|exclaimed|answered|replied|told)(?:\s+to\s+\w+)?)"
    r"[\s,:;—–-]*$"
)
UNSAID_AFTER = re.compile(
    rf"\W*(?:{PRONOUN}|{NAME}|{NOUN_PHRASE}\s+\w+)\s+(?:(?:felt\s+like|thought\s+of|imagined|fancied|could\s+(?:imagine|fancy))\b"
    rf"[^.?!]{{0,40}}\b\w+ing|(?:wanted|longed)\s+to\s+{SPEAK})\b"
)


def classify_quotation(before: str, words: str, after: str, at_start: bool, answered: bool = False) -> str:
    """The kind of a quotation: "dialogue", "thought", "letter" or "quoted".

    ``before`` is the narration between it and the quotation or paragraph break before, ``after`` the same on the
    other side; ``at_start`` when no quotation stands before it in its paragraph, ``answered`` when one that is
    speech does.
    """
    lead = before.rstrip(" \t\r\n\"“”‘’'«»„_*")
    tail = after.lstrip(" \t\r\n\"“”‘’'«»„_*")
    if not lead.strip(EDGES) and not tail and len(words) > 8 and words.isupper() and words[-1].isalpha():
        return "quoted"  # a title on a line of its own
    if UNSAID.search(lead) or UNSAID_AFTER.match(tail):
        return "quoted"
    if WROTE_AFTER.match(tail):
        return "letter"
    if lead and not TAG_RIGHT_AFTER.match(tail):
        if _hangs_in_a_sentence(lead, words, tail, at_start):
            return "quoted"
        if not answered and _is_reported(lead, words):
            return "quoted"
    near = lead[-80:] + " | " + re.split(r"[.?!]", tail[:80])[0]
    if THOUGHT.search(near) and not ALOUD.search(near):
        return "thought"
    return "dialogue"


def _is_reported(lead: str, words: str) -> bool:
    """ "He had seen a group of old acquaintance": what somebody said, retold in the narrator's person and tense."""
    if len(words.split()) < REPORTED_WORDS or SOMEBODY_SPEAKS.search(words) or not SOMEBODY_IS_TOLD_OF.search(words):
        return False
    return bool(HAPPENED.search(words)) and not SAYING_BEFORE.search(lead.rstrip(",:;"))


def _hangs_in_a_sentence(lead: str, words: str, tail: str, at_start: bool) -> bool:
    """Whether the narration runs into the words without a stop: a title, irony, or words reported."""
    count = len(words.split())
    lower = words[0].islower()
    if words[0].isalpha() and not lower and not words[0].isupper():  # a script without capitals
        return lead[-1].isalnum() and words[-1] not in SENTENCE_STOPS and len(words) < 12 and tail[:1] != "と"
    if lead[-1].isalnum():
        if SAYING_BEFORE.search(lead) and not lower and words[-1] in ",.?!—-" and not NAMING_BEFORE.search(lead):
            return False
        return count < LONG_WORDS or (lower and at_start)
    if lead[-1] in ",:;-—" and at_start and lower and not TAG_AFTER.match(tail):
        return count < LONG_WORDS or lead[-1] == ","
    naming = NAMING_BEFORE.search(lead[-60:]) and not SAYING_BEFORE.search(lead.rstrip(",:;"))
    return bool(naming) and count < LONG_WORDS and words[-1] not in "?!"


def has_tag(tail: str) -> bool:
    """Whether the narration after the words begins with a tag."""
    return TAG_AFTER.match(tail) is not None
