"""Who speaks each turn of a conversation, solved for the whole of it at once.

A turn's speaker depends on its own evidence and on who spoke the two turns before it, so the states are pairs. The
forward-backward sums over all ways the conversation can have gone give each speaker's probability.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from engine.manuscript.speakers.evidence import Choice, Features
from engine.manuscript.speakers.turns import Turn
from engine.manuscript.speakers.weights import ADDRESSED, ANSWERED, EVIDENCE, SAME_AS_BEFORE, SAME_AS_TWO_BACK

Scores = NDArray[np.float64]


def score_candidate(features: Features) -> float:
    """The log odds, up to a constant, of a candidate by the turn's own evidence."""
    return sum(EVIDENCE[name] * value for name, value in features.items())


def name_link(turn: Turn, before: Turn) -> str:
    """What stands between a turn and the one before it."""
    if turn.after_tag:
        return "within"
    if turn.gap == 0:
        return "bare" if turn.bare and before.bare else "near"
    return "apart" if turn.gap <= 2 else "far"


def solve_conversation(choices: Sequence[Choice], held: dict[int, int] | None = None) -> list[Scores]:
    """For each turn the probabilities of its candidates; ``held``: place -> person, settled by somebody who knows.

    Solved twice: who seems to speak much in the conversation is likelier to speak any turn of it, tagged or not.
    """
    chances = _solve_once(choices, held or {})
    if len(choices) < 3:
        return chances
    return _solve_once(_count_presence(choices, chances), held or {})


def _count_presence(choices: Sequence[Choice], chances: Sequence[Scores]) -> list[Choice]:
    """The choices, with the turns each candidate is thought to speak elsewhere in the conversation."""
    spoken: dict[int, float] = {}
    for choice, chance in zip(choices, chances, strict=True):
        for person, share in zip(choice.people, chance, strict=True):
            spoken[person] = spoken.get(person, 0.0) + float(share)
    counted: list[Choice] = []
    for choice, chance in zip(choices, chances, strict=True):
        features = [
            {**given, "present": math.log1p(max(0.0, spoken[person] - float(share)))}
            for person, share, given in zip(choice.people, chance, choice.features, strict=True)
        ]
        counted.append(replace(choice, features=features))
    return counted


def _solve_once(choices: Sequence[Choice], held: dict[int, int]) -> list[Scores]:
    own = [np.array([score_candidate(features) for features in choice.features]) for choice in choices]
    for place, person in held.items():
        own[place] = np.where(np.array(choices[place].people) == person, own[place], -50.0)
    if len(choices) == 1:
        return [_normalize(own[0])]
    pairs = [_score_pair(choices, own, place) for place in range(1, len(choices))]
    triples = [_score_triple(choices, place) for place in range(2, len(choices))]
    forward = [pairs[0]]
    for place in range(2, len(choices)):
        forward.append(_log_sum(forward[-1][:, :, None] + triples[place - 2], 0) + pairs[place - 1])
    backward = [np.zeros_like(pairs[-1])]
    for place in range(len(choices) - 1, 1, -1):
        ahead = triples[place - 2] + (pairs[place - 1] + backward[0])[None, :, :]
        backward.insert(0, _log_sum(ahead, 2))
    results = [_normalize(_log_sum(forward[0] + backward[0], 1))]
    results += [_normalize(_log_sum(f + b, 0)) for f, b in zip(forward, backward, strict=True)]
    return results


def _score_pair(choices: Sequence[Choice], own: Sequence[Scores], place: int) -> Scores:
    """[before, now]: the evidence of now, and the link to the turn before; of both, at the conversation's start."""
    link = name_link(choices[place].turn, choices[place - 1].turn)
    scores = own[place][None, :] + SAME_AS_BEFORE[link] * _equal(choices[place - 1], choices[place])
    told = choices[place].subject
    if link == "apart" and told is not None:  # somebody else answered without words: the one before may go on
        others = np.array([person != told for person in choices[place].people])
        scores = scores + ANSWERED * _equal(choices[place - 1], choices[place]) * others[None, :]
    if link in ("bare", "near"):
        scores = scores + _score_address(choices[place - 1], choices[place])
    return scores + own[0][:, None] if place == 1 else scores


def _score_address(before: Choice, now: Choice) -> Scores:
    """[before, now]: who says "sir" now speaks to a man, who most likely spoke before; and so the other way about."""
    scores = np.zeros((len(before.people), len(now.people)))
    if now.turn.addressed:
        scores += np.array([ADDRESSED[_agree(g, now.turn.addressed)] for g in before.genders])[:, None]
    if before.turn.addressed:
        scores += np.array([ADDRESSED[_agree(g, before.turn.addressed)] for g in now.genders])[None, :]
    return scores


def _agree(gender: str, addressed: str) -> str:
    return "unknown" if not gender else "fits" if gender == addressed else "wrong"


def _score_triple(choices: Sequence[Choice], place: int) -> Scores:
    """[two back, before, now]: what it is worth that now is two back again."""
    links = [name_link(choices[p].turn, choices[p - 1].turn) for p in (place, place - 1)]
    worth = min(SAME_AS_TWO_BACK[link] for link in links)
    equal = _equal(choices[place - 2], choices[place])
    return np.broadcast_to(worth * equal[:, None, :], (equal.shape[0], len(choices[place - 1].people), equal.shape[1]))


def _equal(one: Choice, other: Choice) -> Scores:
    equal: Scores = (np.array(one.people)[:, None] == np.array(other.people)[None, :]).astype(np.float64)
    return equal


def _log_sum(scores: Scores, axis: int) -> Scores:
    top = scores.max(axis=axis, keepdims=True)
    summed: Scores = np.squeeze(top, axis) + np.log(np.exp(scores - top).sum(axis=axis))
    return summed


def _normalize(scores: Scores) -> Scores:
    odds = np.exp(scores - scores.max())
    chances: Scores = odds / odds.sum()
    return chances
