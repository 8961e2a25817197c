"""The turns of a book's conversations: which quotations one person speaks in one go, and what is said of it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from engine.core_types import Chapter, MarkKind
from engine.manuscript.dialogue import Paragraph, Quotation, split_paragraphs
from engine.manuscript.speakers.mentions import Mention, Mentions
from engine.manuscript.speakers.tags import Tag, find_act, find_opening, find_tag_after, find_tag_before
from engine.manuscript.speech_words import SAYING

SPOKEN = ("dialogue", "thought")
FAR_PARAGRAPHS = 8  # of narration between two turns: another conversation


@dataclass(slots=True)
class Turn:
    """What one person says in one paragraph, or in several that are not closed."""

    chapter: int
    quotations: list[Quotation]
    paragraph: int
    tag: Tag | None = None
    act: Tag | None = None
    gap: int = 0  # paragraphs of narration since the turn before in the chapter; FAR_PARAGRAPHS at a chapter's start
    bare: bool = False  # its paragraph holds nothing but speech
    after_tag: bool = False  # same paragraph as the turn before
    called: list[int] = field(default_factory=list)  # who is called by name in it
    named: list[int] = field(default_factory=list)  # who is named in it otherwise
    told: list[Mention] = field(default_factory=list)  # mentions in the narration since the turn before, in order
    words: int = 0
    addressed: str = ""  # "M" or "F": who hears "sir" or "ma'am", or is "him" in "she said to him"
    hearer: int | None = None  # who is spoken to, by what is told beside the words: "turning to Emma"


def find_turns(number: int, chapter: Chapter, quotations: Sequence[Quotation], mentions: Mentions) -> list[Turn]:
    """The chapter's turns in order, with the evidence its own words give."""
    text = chapter.text
    paragraphs = split_paragraphs(chapter)
    spoken = [quotation for quotation in quotations if quotation.kind in SPOKEN]
    turns: list[Turn] = []
    place, last_paragraph, told_from = 0, -FAR_PARAGRAPHS, 0
    scene = FAR_PARAGRAPHS
    for index, paragraph in enumerate(paragraphs):
        here: list[Quotation] = []
        while place < len(spoken) and spoken[place].start < paragraph.end:
            here.append(spoken[place])
            place += 1
        if paragraph.kind in (MarkKind.HEADING, MarkKind.SCENE_BREAK):
            scene = FAR_PARAGRAPHS
        if not here:
            continue
        lead = paragraphs[index - 1] if index else None
        if lead is not None and index - 1 == last_paragraph:  # what is told there after the speech
            lead = Paragraph(turns[-1].quotations[-1].end, lead.end, lead.kind)
        new = _split_paragraph(text, index, paragraph, here, mentions, lead)
        for order, turn in enumerate(new):
            turn.chapter = number
            turn.after_tag = order > 0
            turn.gap = 0 if order else min(FAR_PARAGRAPHS, max(index - last_paragraph - 1, scene))
            _note_names(text, turn, mentions)
            address = _find_address("\n".join(text[q.start : q.end] for q in turn.quotations))
            turn.addressed = address or turn.addressed
            first = turn.quotations[0].start
            turn.told = [mention for mention in mentions.between(told_from, first) if not mention.inside]
            told_from = turn.quotations[-1].end
            if turn.quotations[0].continues and order == 0 and turns and turn.tag is None:
                _join(turns[-1], turn)
            else:
                turns.append(turn)
        last_paragraph, scene = index, 0
    return turns


def _join(turn: Turn, more: Turn) -> None:
    turn.quotations += more.quotations
    turn.called += more.called
    turn.named += more.named
    turn.words += more.words
    turn.act = turn.act or more.act
    turn.bare = turn.bare and more.bare


def _split_paragraph(
    text: str,
    index: int,
    paragraph: Paragraph,
    here: list[Quotation],
    mentions: Mentions,
    lead: Paragraph | None,
) -> list[Turn]:
    """The turns of one paragraph: one, unless two tags name two people."""
    bounds = [paragraph.start, *(place for q in here for place in (q.start, q.end)), paragraph.end]
    tags: list[Tag | None] = []
    for number, quotation in enumerate(here):
        before, after = (bounds[2 * number], quotation.start), (quotation.end, bounds[2 * number + 3])
        tag = None if _leads_on(text, quotation, after, here[number + 1 :]) else find_tag_after(text, *after, mentions)
        earlier = find_tag_before(text, *before, mentions) if _may_lead(tag, text, after, here[number + 1 :]) else None
        tag = earlier or tag
        tags.append(tag)
    turns: list[Turn] = []
    for quotation, tag in zip(here, tags, strict=True):
        known = turns[-1].tag if turns else None
        if turns and (tag is None or known is None or not _differ(known, tag)):
            turns[-1].quotations.append(quotation)
            turns[-1].tag = known or tag
        else:
            turns.append(Turn(0, [quotation], index, tag))
    narration = text[paragraph.start : here[0].start] + text[here[-1].end : paragraph.end]
    turns[0].bare = len(here) == 1 and not re.search(r"\w", narration)
    for turn in turns:
        first = turn.quotations[0]
        turn.words = sum(len(text[q.start : q.end].split()) for q in turn.quotations)
        if turn.tag is not None and not turn.tag.strong:
            turn.tag, turn.act = None, turn.tag
        if turn.tag is None or (not turn.tag.verbal and turn is turns[0]):
            turn.tag = _tag_from_lead(text, paragraph, first, lead, mentions) or turn.tag
        if turn.tag is None and turn.act is None:
            turn.act = _find_any_act(text, paragraph, turn, turns, mentions)
    for number, turn in enumerate(turns):
        start = turns[number - 1].quotations[-1].end if number else paragraph.start
        end = turns[number + 1].quotations[0].start if number + 1 < len(turns) else paragraph.end
        _note_hearer(text, start, end, turn, mentions)
    return turns


TURNS_TO = re.compile(
    r"\b(?:turn(?:ed|ing)|look(?:ed|ing)|glanc(?:ed|ing)|spoke|speaking|bow(?:ed|ing)|nodd(?:ed|ing)|smil(?:ed|ing)|"
    r"address(?:ed|ing)(?:\s+(?:himself|herself))?|said|whisper(?:ed|ing)|appeal(?:ed|ing)|call(?:ed|ing)|"
    r"(?:back|round|over|away|straight|up|down|again|\w+ly))\s+(?:to|at|on|upon|towards?)\s+(?:the\s+|poor\s+|dear\s+)?$"
    r"|\b(?:address(?:ed|ing)|told|asked|answered|assured|accost(?:ed|ing)|interrupt(?:ed|ing))\s+$"
)
SAYS_TO_HIM = re.compile(
    rf"\b(?:{SAYING}|turned|turning)\s+(?:\w+\s+)?(?:to\s+)?(?:(him)|(her)(?=\s*(?:[,.;:!?—\"”]|with\b|in\b|and\b|as\b|$)))"
)


def _note_hearer(text: str, start: int, end: int, turn: Turn, mentions: Mentions) -> None:
    """Who is spoken to, by the narration beside the words: by name, or as "him"."""
    bounds = [start, *(place for q in turn.quotations for place in (q.start, q.end)), end]
    for first, last in zip(bounds[::2], bounds[1::2], strict=True):
        for mention in mentions.between(first, last):
            if mention.kind == "name" and TURNS_TO.search(text[max(first, mention.start - 40) : mention.start]):
                turn.hearer = mention.person if turn.hearer is None else turn.hearer
        him = SAYS_TO_HIM.search(text, first, last)
        if him and not turn.addressed:
            turn.addressed = "M" if him[1] else "F"


def _leads_on(text: str, quotation: Quotation, after: tuple[int, int], following: Sequence[Quotation]) -> bool:
    """Whether the narration after a quotation is a sentence that leads up to the next: "Yes." Piglet said, "No." """
    chunk = text[after[0] : after[1]].strip(" \t\r\n\"“”‘’'«»")
    if not following or not chunk or text[quotation.end - 1] not in ".!?—-":
        return False
    one_clause = not re.search(r";|(?<!\bMr)(?<!\bMrs)(?<!\bDr)\.\s", chunk)
    return chunk[0].isupper() and chunk[-1] in ",:" and one_clause and not re.match(r"I\b", chunk)


DETACHED = re.compile(r"[\s\"”’'»]*[;.]|[\s\"”’'»]*\b(?:and|but|while|whereupon)\b[^,]*,")
AND_SAID = re.compile(r"[\s\"“”‘’'«»;,—–-]*(?:and|but|then|while|when|whereupon)\b")


def _may_lead(tag: Tag | None, text: str, after: tuple[int, int], following: Sequence[Quotation]) -> bool:
    """Whether what stands before a quotation can be its tag, though one was found after: "... and Ann said, "No." """
    if tag is None or not tag.strong or not tag.verbal or DETACHED.match(text, *after):
        return True
    end = text[: after[1]].rstrip(" \t\r\n\"“‘'«„")[-1:]
    return bool(following) and (end == ":" or (end == "," and AND_SAID.match(text, *after) is not None))


def _find_any_act(text: str, paragraph: Paragraph, turn: Turn, turns: list[Turn], mentions: Mentions) -> Tag | None:
    first, last = turn.quotations[0], turn.quotations[-1]
    start = paragraph.start if turn is turns[0] else turns[turns.index(turn) - 1].quotations[-1].end
    end = paragraph.end if turn is turns[-1] else turns[turns.index(turn) + 1].quotations[0].start
    act = find_act(text, start, first.start, mentions, before_speech=True)
    for one, other in zip(turn.quotations, turn.quotations[1:], strict=False):
        act = act or find_act(text, one.end, other.start, mentions, before_speech=False)
    return act or find_act(text, last.end, end, mentions, before_speech=False)


def _tag_from_lead(
    text: str, paragraph: Paragraph, first: Quotation, lead: Paragraph | None, mentions: Mentions
) -> Tag | None:
    """The tag at the end of the paragraph before: "At last he said:"."""
    if lead is None or first.start > paragraph.start + 2:
        return None
    if re.search(r"[:,—-]\s*$", text[lead.start : lead.end]):
        return find_tag_before(text, lead.start, lead.end, mentions)
    if re.search(r"[a-z]\s*$", text[lead.start : lead.end]):
        return find_tag_before(text, lead.start, lead.end, mentions, unstopped=True)
    after_speech = bool(lead.start) and text[lead.start - 1] not in " \t\n"
    return find_opening(text, lead.start, lead.end, mentions, after_speech)


def _differ(one: Tag, other: Tag) -> bool:
    """Whether two tags of one paragraph surely mean two people."""
    a, b = one.mention, other.mention
    if not other.strong:
        return False
    if a.person is not None and b.person is not None:
        return a.person != b.person
    if a.kind in ("he", "she") and b.kind == "name" and b.start > a.start:
        return True  # "... she said. She heard Ann say, ...": of herself it would say "she" again
    if (a.kind == "I") != (b.kind == "I"):
        return True
    if a.gender and b.gender and a.gender != b.gender:
        return True
    if "description" not in (a.kind, b.kind) or "they" in (a.kind, b.kind):
        return False
    return one.strong and (a.kind != b.kind or a.head != b.head) and b.kind in ("name", "description")


CALLED_BEFORE = re.compile(
    r"(?:^|[,.!?;:—–-]\s*|\b(?:dear|dearest|poor|old|my|oh|o|ah|well|no|yes|and|but|good|little|you|hullo|hallo|hello|hey)\s+)[\"“‘'_]*$",
    re.IGNORECASE,
)


ADDRESS = re.compile(
    r"(?:[,—–-]\s*|^|[.!?]\s+|\b(?:dear|no|yes|my)\s+)"
    r"(?:(sir|monsieur|papa|father|uncle|old man|old boy|old fellow|my boy|dear boy|my lad|young man)"
    r"|(ma['’]am|madam|madame|mamma|mama|mother|aunt|miss|my lady|my girl|dear girl|young lady))"
    r"(?=\s*(?:[,.!?;—–-]|$))",
    re.IGNORECASE,
)


def _find_address(words: str) -> str:
    """The gender of whoever is spoken to as "sir" or "mamma"."""
    match = ADDRESS.search(words)
    return "" if match is None else "M" if match[1] else "F"


def _note_names(text: str, turn: Turn, mentions: Mentions) -> None:
    for quotation in turn.quotations:
        for mention in mentions.between(quotation.start, quotation.end):
            if mention.person is None:
                continue
            before = text[max(quotation.start, mention.start - 20) : mention.start]
            after = text[mention.end : mention.end + 1]
            ends = mention.end >= quotation.end - 1
            opens = not before.strip() or CALLED_BEFORE.search(before)
            if opens and (ends or after in ",.!?;—-:") and not (not before.strip() and ends and turn.words < 3):
                turn.called.append(mention.person)
            else:
                turn.named.append(mention.person)
