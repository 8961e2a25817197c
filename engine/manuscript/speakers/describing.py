"""Who the people without a name are: genders by what follows, "the landlord" who speaks, the "I" who tells the book."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from engine.manuscript.speakers.characters import Roster
from engine.manuscript.speakers.mentions import Mentions
from engine.manuscript.speakers.name_words import LOOSE_NOUNS
from engine.manuscript.speakers.turns import Turn

LEAST_TELLINGS = 3  # tags that say "I": more than a slip of the pen, in a book of any length


def note_genders(mentions: Mentions, roster: Roster) -> None:
    """Count which pronoun next follows each name in the narration."""
    last: int | None = None
    end = 0
    for mention in mentions.found:
        if mention.inside:
            continue
        if mention.kind == "name":
            last, end = mention.person, mention.end
        elif mention.kind in ("he", "she") and last is not None and mention.start - end < 160:
            roster.people[last].pronouns[mention.gender] += 1
            last = None
        elif mention.kind == "description":
            last = None


def settle_genders(roster: Roster) -> None:
    """Give a gender to those whose names tell none, by the pronouns that follow them."""
    for person in roster.people:
        he, she = person.pronouns["M"], person.pronouns["F"]
        if not person.gender and max(he, she) >= 2 and max(he, she) >= 2 * min(he, she):
            person.gender = "M" if he > she else "F"


def name_described(turns: Sequence[Turn], roster: Roster, texts: Sequence[str]) -> None:
    """Make characters of "the landlord" and of "I" where a tag says that they speak."""
    narrator = _is_told_by_one(turns)
    for turn in turns:
        for tag in (turn.tag, turn.act):
            if tag is None or tag.mention.person is not None:
                continue
            mention = tag.mention
            if mention.kind == "I" and narrator:
                mention.person = roster.add_narrator()
            elif mention.kind == "description" and not mention.kin:
                words = texts[turn.chapter][mention.start : mention.end].split()
                titled = roster.find_titled(mention.head) if words[0].lower() == "the" else None
                if titled is not None:
                    mention.person = titled
                elif tag.strong:
                    mention.person = roster.add_described(
                        " ".join(["the", *words[1:]]) if words[1:] else "somebody", mention.gender
                    )
                    if not mention.fresh and mention.head in LOOSE_NOUNS:  # may well be somebody with a name
                        tag.sureness = 0.25


def _is_told_by_one(turns: Sequence[Turn]) -> bool:
    tags = Counter(turn.tag.mention.kind for turn in turns if turn.tag)
    return tags["I"] >= LEAST_TELLINGS or tags["I"] * 50 > sum(tags.values())


def recognize_described(text: str, mentions: Mentions, roster: Roster) -> None:
    """ "The detective" in the narration is the detective who speaks elsewhere."""
    for mention in mentions.found:
        if mention.kind == "description" and mention.person is None and not mention.kin and not mention.fresh:
            words = text[mention.start : mention.end].lower().split()
            label = " ".join(["the", *words[1:]])
            mention.person = roster.by_name.get((label,))
            if mention.person is None and mention.head not in LOOSE_NOUNS:
                mention.person = roster.by_name.get((f"the {mention.head}",))
