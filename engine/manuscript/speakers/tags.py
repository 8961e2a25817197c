"""What a paragraph says of its own speech: a tag ("said Emma"), or somebody who acts beside the words."""

from __future__ import annotations

import re
from dataclasses import dataclass

from engine.manuscript.speakers.grammar import find_subject
from engine.manuscript.speakers.mentions import Mention, Mentions
from engine.manuscript.speakers.name_words import gender_of_word
from engine.manuscript.speech_words import SAYING, WEAK_WORDS

EDGE = r"[\s\"“”‘’'«»„_*,;:.!?—–-]*"
LEAD = rf"{EDGE}(?:(?:and|but|then|so|at last|at length|again|here|thus|suddenly)[,\s]+)*"
INVERTED = re.compile(
    rf"{LEAD}(?:\w+ly\s+|had\s+|thus\s+|would\s+|then\s+)?({SAYING})(?:\s+(?:out|again|aloud|back|on|in|\w+ly))?,?\s+(?=\S)"
)
BETWEEN_SUBJECT_AND_VERB = re.compile(
    rf"(?:(?:,[^,.;!?\"“”]{{1,90}},)|(?:\s+\([^)]*\))|(?:\s+(?:who|with)\s[^,.;!?]{{1,60}},)"
    rf"|(?:\s+(?:of|in|on|at|from|with)\s+(?:the\s+)?\w+){{1,2}})?"
    rf"((?:\s+(?!{SAYING})[\w'’-]+){{0,4}}?)\s+({SAYING})\b"
)
ANY_INVERTED = re.compile(r"[\"“”’'»\s]*([a-z]+ed)\s+(?=(?:the |old |young )?[A-Z])")  # "ventured Dallas", any verb
LEADING = re.compile(LEAD)
NEAR_END = 25  # characters
CLAUSE_AFTER = re.compile(r"[.?!](?=[\s\"“”‘’]|$)|\n\s*\n")
SENTENCE_BREAK = re.compile(r"(?<!\bMr)(?<!\bMrs)(?<!\bDr)(?<!\bSt)(?<!\bMs)[.?!]+[\"“”’)\]]*\s+|--\s*(?=[A-Z])")
VERB = re.compile(rf"\b({SAYING})\b")
UNDER_PREPOSITION = re.compile(
    r"\b(?:to|at|of|with|for|by|from|upon|on|in|toward|towards|after|before|behind|beside|near|about|against|into|than|"
    r"over|between|among|through|told|asked|answered|addressing|interrupted|interrupting|seeing|hearing|meeting|"
    r"assured|called|said)\s+(?:the\s+|poor\s+|dear\s+|old\s+|little\s+)*$"
)
POSSESSED = re.compile(r"['’]s\b|['’](?=\s)")
RIGHT_BEFORE_VERB = re.compile(r"\s*(?:(?:had|then|only|also|at last|again|just|would|could|\w+ly)\s+){0,2}")
OBJECT_OF = re.compile(r"\b\w+(?:ing|ed)\s+(?:the\s+|poor\s+)?$")
RELATIVE = re.compile(r"(?:\s+(?!and\b|but\b)\w+){0,4},?\s+who\b[^;.)]*")
MAIN_CLAUSE = re.compile(
    r"(?:^|[;,]\s+|--|—|–)(?:and|but|till|until|when|while|so|then|whereupon|at\s+which)"
    r"(?:\s+(?:poor|dear|old|little|young|even|the|then|at\s+last|at\s+length))*\s+$"
)
INSERTION = re.compile(
    r"(?:\s(?!who\b|had\s+been\b)[^,.;]{3,40}\sand)?,\s(?![^.;]*,\s+(?:and\s+)?(?:he|she|I|they)\b)[^.;]*,\s+"
    r"(?:(?:had|thus|then|now|also|only|at\s+last|would|could|\w+ly)\s+){0,2}"
)
ONE_CLAUSE = re.compile(r"\s(?!who\b)[^,.;:]{2,40}\sto\s")  # "till Archer roused himself to say"
SPEECH_NOUNS = (
    "reply|answer|remark|question|comment|response|reasoning|exclamation|observation|rejoinder|cry|whisper|words|"
    "inquiry|enquiry|retort|greeting|conclusion|advice|verdict|suggestion|opinion|ejaculation|explanation|objection|"
    "saying|exclaiming|asking|calling|crying|declaration|language|entreaty|request|demand|comments|remarks|injunction"
)
OWNED_SPEECH = re.compile(rf"(?:(['’]s|['’]|\ss)?(?:\s+[\w-]+){{0,3}}?\s+(?:{SPEECH_NOUNS}|voice)\b)")
PRONOUN_SPEECH = re.compile(
    rf"\b([Hh]is|[Hh]er|[Mm]y)(?:\s+(?!the\b|an?\b)[\w-]+){{0,3}}?\s+(?!\w+ing\b)(?:{SPEECH_NOUNS})\b"
)
# "Mrs. Hurst began again." at the end of a paragraph: what she began stands in the next.
BEGINS_TO_SPEAK = re.compile(
    r"(?<!conversation )(?<!meeting )(?<!dance )(?<!music )(?<!play )"
    r"\b(?:began|began\s+to\s+(?:speak|talk)|resumed|continued|went\s+on|interposed|interrupted|broke\s+in|spoke|replied|"
    r"answered|burst\s+(?:out|forth)|put\s+in|cut\s+in|struck\s+in|chimed\s+in|protested|objected|remonstrated|"
    r"explained|complied|demurred|cleared\s+(?:his|her)\s+throat)"
    r"(?:\s+(?:again|once|more|at|last|length|thus|so|first|presently|him|her|them|me|up|then|with|an?|in|"
    r"\w+ly|pause|\w+ing|speech|voice|low)){0,4}(?:\s+about\s+[^.]{1,40})?[.…]\s*$"
)
LEADS_UP = re.compile(
    r"(?:[,:—–-]|(?<!ed )\b(?:with|of|by)(?:\s+(?:a|an|the|his|her|these\s+words))?)\s*[\"“‘'«„]?\s*$"
)
VERB_LAST = re.compile(
    rf"\b(?:{SAYING})(?:\s+(?:to|at)\s+(?:the\s+)?\w+|\s+(?:him|her|me|them|us|out|aloud|again|back|\w+ly))?\s*[\"“‘'«„]?\s*$"
)
ADDRESSED = re.compile(r"\b(?:to|told|asked|addressing|at)\s+$")


@dataclass(slots=True)
class Tag:
    """Who is said to speak, by which words."""

    mention: Mention
    strong: bool  # a verb of saying stands with it; else it only acts beside the speech
    words: str  # "said Emma"
    addressee: int | None = None  # "said Emma to Harriet"
    weight: float = 1.0  # of an act: how near and clear
    sureness: float = 1.0  # that the mention's own person is meant
    verbal: bool = True  # a verb of saying tells it; else only the comma before it


def find_tag_after(text: str, start: int, end: int, mentions: Mentions) -> Tag | None:
    """The tag in the narration from ``start``, right after speech, to ``end``."""
    chunk = text[start:end]
    clause = _cut_clause(chunk)
    here = mentions.between(start, start + len(clause))
    if WAS.match(clause):
        first = clause.partition(";")[0]
        near = [mention for mention in here if mention.end <= start + len(first)]
        owned = _find_owned_speech(text, start, first, near) or _find_giver(text, start, first, near)
        if owned is not None:
            return owned
    match = INVERTED.match(clause) or ANY_INVERTED.match(clause)
    if match:
        for mention in here[:2]:
            if mention.start - start == match.end() or _is_apposition(clause, match.end(), mention.start - start):
                return Tag(
                    mention,
                    True,
                    _shorten(clause[match.start(1) : mention.end - start]),
                    _addressee(text, mention, here),
                )
        stranger = STRANGER.match(clause, match.end())
        if stranger and match.re is INVERTED:
            return Tag(_make_stranger(stranger, start), True, _shorten(clause[match.start(1) : stranger.end()]))
    lead = LEADING.match(clause)
    assert lead is not None
    stranger = TELLING_STRANGER.match(clause, lead.end())
    if stranger and (text[start - 1 : start] == "," or clause[lead.end()].islower() or stranger[3] not in WEAK_WORDS):
        known = [
            mention
            for mention in here
            if mention.end - start > stranger.start() and mention.start - start < stranger.start(3)
        ]
        if not known:
            return Tag(_make_stranger(stranger, start), True, _shorten(clause[stranger.start() : stranger.end(3)]))
    if not here:
        return None
    subject = here[0]
    at_front = subject.start - start <= lead.end() + 4 or _opens_clause(clause[: subject.start - start])
    if not at_front or POSSESSED.match(text, subject.end):
        return None
    verb = BETWEEN_SUBJECT_AND_VERB.match(clause, subject.end - start)
    if (
        verb is None
        and text[start - 1 : start] == ","
        and lead.end() + start >= subject.start
        and subject.kind != "they"
        and not AND_OTHERS.match(clause)
    ):  # a comma leads on: it is a tag
        return Tag(subject, True, _shorten(clause[subject.start - start :]), verbal=False)
    if verb and re.search(r"\b(?:heard|hear|saw|made|let|bade|watched)\b", verb[1] or "") and len(here) > 1:
        return Tag(here[1], True, _shorten(clause[subject.start - start : verb.end()]))
    if verb and not re.search(r"\b(?:to|not|never|nothing|no)\b|n['’]t\b", verb[1] or ""):
        weak = verb[2] in WEAK_WORDS and not chunk.lstrip("\"“”’' \n").startswith(("he", "she", "I ", *"abcdefgh"))
        words = _shorten(clause[subject.start - start : verb.end()])
        strong, verbal = not weak or text[start - 1 : start] == ",", verb[2] not in WEAK_WORDS
        return Tag(subject, strong, words, _addressee(text, subject, here), 1.2, verbal=verbal)
    return None


def _cut_clause(chunk: str) -> str:
    """The clause that a stretch of narration begins with; the stop of "Mr." does not end it."""
    stop = CLAUSE_AFTER.search(chunk, min(len(chunk), 1))
    while stop and re.search(r"\b(?:Mr|Mrs|Dr|St|Ms|M|Mme|Capt|Col)$", chunk[: stop.start()]):
        stop = CLAUSE_AFTER.search(chunk, stop.end())
    return chunk[: stop.start()] if stop else chunk


def _find_owned_speech(text: str, start: int, clause: str, here: list[Mention]) -> Tag | None:
    """ "was Emma's reply", "her answer was"; the last of several."""
    for mention in reversed(here):
        match = OWNED_SPEECH.match(text, mention.end)
        if match and mention.kind in ("name", "description") and match.end() <= start + len(clause):
            return Tag(mention, True, _shorten(text[mention.start : match.end()]))
    match = PRONOUN_SPEECH.search(clause)
    if match is None:
        return None
    kind = {"his": "he", "her": "she", "my": "I"}[match[1].lower()]
    mention = Mention(start + match.start(), start + match.end(1), kind, None, {"he": "M", "she": "F"}.get(kind, ""))
    return Tag(mention, True, _shorten(match[0]))


def _find_giver(text: str, start: int, clause: str, here: list[Mention]) -> Tag | None:
    """ "was Mr. Weston's quick amendment", "was uttered by Ann", "was the view of Ann"."""
    for mention in here[:1]:
        before = clause[: mention.start - start]
        owns = POSSESSED.match(text, mention.end) and len(before) < 14
        if owns or GIVEN_BY.fullmatch(before):
            return Tag(mention, True, _shorten(clause[: mention.end - start]))
    return None


WAS = re.compile(rf"{EDGE}(?:was|were|is|came|burst|broke|escaped)\s")
GIVEN_BY = re.compile(
    rf"{EDGE}(?:was|were|is|came|burst|broke|escaped)(?:\s+(?!not\b)[\w-]+){{0,5}}\s+(?:by|from|of)\s+(?:poor\s+|the\s+)?"
)
AND_OTHERS = re.compile(r"[\s\"”’»]*(?:and|but|while|when|as|for|so)\b")
STRANGER = re.compile(
    r"(the|an?|another|one|some)\b((?:\s+[a-z][\w'’-]*){0,3}?)(?=\s*(?:[,.;:!?—\"“”]|--|\s(?:who|with|of|in|to|and|as|at|from|on)\b|$))"
)


NO_PERSON = (
    "cry|voice|sound|silence|words?|answer|reply|laugh|smile|look|thought|face|eyes|lips|tone|door|bell|clock|wind|one|was|"
    "were|is|had|sentence|letter|note|question|accents?|murmur|chorus"
)
TELLING_STRANGER = re.compile(
    rf"([Tt]he|[Aa]n?|[Aa]nother|[Oo]ne)\b((?:\s+(?!{SAYING})[a-z][a-z-]*){{0,2}}\s+(?!(?:{SAYING}|{NO_PERSON})\b)[a-z][a-z-]*)"
    rf"\s+(?:\w+ly\s+)?({SAYING})\b"
)


def _make_stranger(match: re.Match[str], start: int) -> Mention:
    """ "said the proprietor", "said another": a speaker whom no list of nouns knows."""
    head = match[2].split()[-1] if match[2].split() else match[1]
    mention = Mention(start + match.start(), start + match.end(2), "description", None, gender_of_word(head), head)
    mention.fresh = match[1].lower() != "the"
    return mention


def _is_apposition(clause: str, verb_end: int, place: int) -> bool:
    """ "said poor Emma", "said to Harriet Emma": little stands between the verb and the name."""
    return (
        0 < place - verb_end < 34
        and re.fullmatch(
            r"(?:(?:poor|dear|old|little|young|the|good|both|another|one|a|my|his|her|our)\s+)*(?:[\w-]+\s+)?",
            clause[verb_end:place],
        )
        is not None
    )


def _opens_clause(lead: str) -> bool:
    return re.fullmatch(rf"{EDGE}(?:[\w'’]+\s+){{0,2}}", lead) is not None and not VERB.search(lead)


def _addressee(text: str, subject: Mention, here: list[Mention]) -> int | None:
    named = (mention for mention in here if mention.start >= subject.end and mention.kind == "name")
    return next((m.person for m in named if ADDRESSED.search(text[subject.end : m.start])), None)


def find_tag_before(text: str, start: int, end: int, mentions: Mentions, unstopped: bool = False) -> Tag | None:
    """The tag that leads up to speech at ``end``: its last sentence, when a verb of saying brings the words.

    ``unstopped`` when the narration breaks off without a stop, as where a dash was lost.
    """
    chunk = text[start:end]
    sentence_start = _last_sentence(chunk)
    sentence = chunk[sentence_start:]
    if not unstopped and not LEADS_UP.search(sentence) and not VERB_LAST.search(sentence):
        return None
    here = mentions.between(start + sentence_start, end)
    owned = _find_owned_speech(text, start + sentence_start, sentence, here)
    if owned is not None and ";" in text[owned.mention.end : end]:
        owned = None  # another clause leads up to the words
    if owned is not None and (len(sentence) < 120 or end - owned.mention.end < 60):
        return owned
    near = len(sentence.rstrip(" \t\r\n\"“‘'«„:,—-")) - NEAR_END  # "he went home, and Ann" is no tag, "he went on:" is
    verbs = [verb for verb in VERB.finditer(sentence) if verb[1] not in WEAK_WORDS or verb.start() > near]
    if not verbs:
        return None
    heard = re.search(rf"\b(?:heard|hear|made|hearing)\s+(?=\S.*?\b(?:{SAYING})\b)", sentence)
    if heard:
        listened = [m for m in here if 0 <= m.start - (start + sentence_start + heard.end()) <= 4]
        if listened:
            return Tag(listened[0], True, _shorten(sentence[heard.start() :]))
    verb_place = start + sentence_start + verbs[-1].start()
    subject = _subject_before(text, start + sentence_start, verb_place, end, here)
    if subject is None:
        stranger = TELLING_STRANGER.match(sentence)
        if stranger and stranger.start(3) == verbs[-1].start():
            mention = _make_stranger(stranger, start + sentence_start)
            return Tag(mention, True, _shorten(sentence[stranger.start() : stranger.end(3)]))
        after = [mention for mention in here if 0 <= mention.start - (verb_place + len(verbs[-1][0])) <= 2]
        subject = after[0] if after else None
    if subject is None:
        return None
    words = _shorten(text[min(subject.start, verb_place) : max(subject.end, verb_place + len(verbs[-1][0]))])
    others = [mention for mention in here if mention.start > subject.start and mention.kind == "name"]
    addressee = next((o.person for o in others if UNDER_PREPOSITION.search(text[max(0, o.start - 20) : o.start])), None)
    return Tag(subject, True, words, addressee)


def find_opening(text: str, start: int, end: int, mentions: Mentions, after_speech: bool) -> Tag | None:
    """Who begins to speak in the last sentence of the narration before a paragraph of speech.

    ``after_speech`` when other speech ends at ``start``: its own tag is none of this.
    """
    sentence_start = start + _last_sentence(text[start:end])
    if after_speech and sentence_start == start:
        return None
    verb = BEGINS_TO_SPEAK.search(text[sentence_start:end])
    here = mentions.between(sentence_start, end)
    if verb is None or not here:
        return None
    subject = _subject_before(text, sentence_start, sentence_start + verb.start(), end, here)
    if subject is None or subject.kind == "they":
        return None
    return Tag(subject, True, _shorten(text[subject.start : sentence_start + verb.end()]))


def _subject_before(text: str, start: int, verb: int, end: int, here: list[Mention]) -> Mention | None:
    """The mention right before the verb, if there is one; else the last that begins a clause before it."""
    clause = text.rfind(";", start, verb) + 1
    if any(clause <= mention.start < verb for mention in here):
        start = max(start, clause)
    able = [
        mention
        for mention in here
        if start <= mention.start
        and mention.end <= verb
        and not POSSESSED.match(text, mention.end)
        and not (
            mention.kind in ("name", "description")
            and UNDER_PREPOSITION.search(text[max(start, mention.start - 24) : mention.start])
        )
    ]
    if not able:
        return _find_antecedent(text, verb, here, able)
    last = able[-1]
    if RIGHT_BEFORE_VERB.fullmatch(text[last.end : verb]) and not OBJECT_OF.search(text[start : last.start]):
        return last
    relative = _find_antecedent(text, verb, here, able)
    if relative is not None:
        return relative
    if len({mention.person if mention.person is not None else mention.kind for mention in here}) < 2:
        return able[0]
    parted = [mention for mention in able if _is_parted(text, start, mention, verb)]
    if parted:
        return parted[-1]
    found = find_subject(text[start:end], verb - start)
    named = [m for m in here if found and m.start - start < found[1] and m.end - start > found[0]]
    return named[0] if named else able[0]


def _find_antecedent(text: str, verb: int, here: list[Mention], able: list[Mention]) -> Mention | None:
    """Who "who" is: "met Maria, who, breathless with agitation, cried"."""
    for mention in reversed([m for m in here if m.end < verb]):
        if RELATIVE.fullmatch(text, mention.end, verb):
            return mention
        if mention in able:
            return None  # the verb is that one's
    return None


def _is_parted(text: str, start: int, mention: Mention, verb: int) -> bool:
    """Whether only an insertion between commas parts a clause's subject from the verb: "and Ann, looking up, said"."""
    if mention.kind == "they" or not MAIN_CLAUSE.search(text[start : mention.start]):
        return False
    return (
        INSERTION.fullmatch(text, mention.end, verb) is not None
        or ONE_CLAUSE.fullmatch(text, mention.end, verb) is not None
    )


def find_act(text: str, start: int, end: int, mentions: Mentions, before_speech: bool) -> Tag | None:
    """Who acts in the sentence next to the speech: the last one before it, or the first one after it."""
    chunk = text[start:end]
    if not chunk.strip():
        return None
    if before_speech:
        first, last = start + _last_sentence(chunk), end
    else:
        stop = SENTENCE_BREAK.search(chunk, min(len(chunk), 3))
        first, last = start, start + (stop.end() if stop else len(chunk))
    for mention in mentions.between(first, last):
        if mention.kind == "they" or POSSESSED.match(text, mention.end):
            continue
        if UNDER_PREPOSITION.search(text[max(first, mention.start - 24) : mention.start]) and mention.kind != "I":
            continue
        words = _shorten(text[mention.start : last])
        return Tag(mention, False, words, None, 1.0 if before_speech else 0.8)
    return None


def _last_sentence(chunk: str) -> int:
    """Where the last sentence of a stretch of narration starts."""
    body = chunk.rstrip(" \t\r\n\"“”‘’'«»„_*:,—-")
    place = 0
    for match in SENTENCE_BREAK.finditer(body[:-1] if body else body):
        place = match.end()
    return place


def _shorten(words: str) -> str:
    """At most six words, on one line, for a person to read."""
    parts = words.split()
    return " ".join(parts[:6]).strip('"“”.,;: ')
