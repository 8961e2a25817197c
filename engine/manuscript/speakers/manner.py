"""How each character speaks: the words of a turn are likelier in some mouths than in others.

Learned from the book itself. The lines whose speakers are sure give each character's words; a turn is then weighed by
how much better a character's words explain it than everybody's do. "Ain't" and "monsieur" tell much, but so do "I",
"you" and question marks.
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Sequence

from engine.manuscript.speakers.evidence import Choice
from engine.manuscript.speakers.exchanges import solve_conversation

WORD = re.compile(r"[^\W\d_][^\W\d_'’]*(?:['’][^\W\d_]+)*|[?!]")
ROUNDS = 2  # of learning; the second learns from the lines the first made sure
SURE = 0.9  # the least chance of a speaker whose line is learned from
LEAST_WORDS = 400  # that a character must have spoken surely
LENT_SHARE = 0.05  # of everybody's words, what each character is lent to smooth chances away
MOST_LENT = 3_000  # words
MOST = 1.5  # what the words of one turn can be worth, either way, before it is weighed

Words = Counter[str]


def weigh_manner(conversations: Sequence[Sequence[Choice]], texts: Sequence[str]) -> None:
    """Give every candidate of every turn the feature "manner"; ``texts`` are the chapters'."""
    words = [[_read_words(choice, texts) for choice in conversation] for conversation in conversations]
    everybody: Words = Counter()
    for spoken in words:
        for turn in spoken:
            everybody.update(turn)
    if not everybody:
        return
    for _ in range(ROUNDS):
        sure = [_find_sure(conversation) for conversation in conversations]
        own: dict[int, Words] = defaultdict(Counter)
        for people, spoken in zip(sure, words, strict=True):
            for person, turn in zip(people, spoken, strict=True):
                if person is not None:
                    own[person].update(turn)
        total = everybody.total()
        shares = {word: count / total for word, count in everybody.items()}
        lent = min(LENT_SHARE * total + LEAST_WORDS, MOST_LENT)
        totals = {person: counts.total() for person, counts in own.items()}
        for conversation, people, spoken in zip(conversations, sure, words, strict=True):
            for choice, speaker, turn in zip(conversation, people, spoken, strict=True):
                for person, features in zip(choice.people, choice.features, strict=True):
                    features["manner"] = (
                        _compare(turn, own[person], totals[person], shares, lent, learned=person == speaker)
                        if totals.get(person, 0) >= LEAST_WORDS
                        else 0.0
                    )


def _read_words(choice: Choice, texts: Sequence[str]) -> Words:
    text = texts[choice.turn.chapter]
    return Counter(
        word
        for quotation in choice.turn.quotations
        for word in WORD.findall(text[quotation.start : quotation.end].lower())
    )


def _find_sure(conversation: Sequence[Choice]) -> list[int | None]:
    """The speaker of each turn, where there is hardly a doubt."""
    found: list[int | None] = []
    for choice, chances in zip(conversation, solve_conversation(conversation), strict=True):
        best = int(chances.argmax())
        found.append(choice.people[best] if chances[best] > SURE else None)
    return found


def _compare(turn: Words, own: Words, total: int, shares: dict[str, float], lent: float, learned: bool) -> float:
    """The log odds of a turn's words in a character's mouth against anybody's, for the root of their number.

    ``learned`` when the turn is among those the character's words were learned from: it is left out of them.
    """
    count = turn.total()
    rest = total - count if learned else total
    odds = 0.0
    for word, times in turn.items():
        known = own[word] - times if learned else own[word]
        odds += times * math.log((known / shares[word] + lent) / (rest + lent))
    return max(-MOST, min(MOST, odds / math.sqrt(max(1, count))))
