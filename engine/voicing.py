"""Voices given to the roles of a book, and what the books of a series share: the same people in the same voices."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from engine.core_types import NARRATOR, UNKNOWN, Shape
from engine.errors import EditRefused
from engine.project.script_change import ScriptChange
from engine.project.script_rows import KeptRole


def give_voice(change: ScriptChange, name: str, voice: str, shape: Shape | None) -> None:
    """Let a role speak with a voice ("" takes it away), in the book and in its series to come. Raises NotFound."""
    known = {role.name: role for role in change.roles()}
    was = known.get(name) if name in (NARRATOR, UNKNOWN) else change.find_role(name)
    role = replace(was or KeptRole(name), voice=voice, shape=None if shape == Shape() else shape)
    if name == NARRATOR:  # whose voice is the book's
        if not voice:
            raise EditRefused("The narrator cannot be without a voice. Choose another one instead.")
        change.set_book(voice=voice)
        if was or role.shape:
            change.put_role(was, replace(role, voice=""))
    else:
        change.put_role(was, role)
    series = change.book("series")
    if series and voice and name != UNKNOWN:
        _keep_for_series(change, series, role)


def join_series(change: ScriptChange, series: str) -> int:
    """Take the voices the series has for a book's roles, and give it those it has not; returns how many were taken."""
    change.set_book(series=series)
    roles, narrator = change.roles(), KeptRole(NARRATOR, voice=change.book("voice"))
    people = [role for role in roles if role.name not in (NARRATOR, UNKNOWN)]
    kept = [role for role in change.series_roles(series) if role.voice]
    matched = {ours.name: theirs for ours, theirs in match_roles([narrator, *people], kept)}
    taken = 0
    for role in (narrator, *people):
        if role.name in matched:
            theirs = matched[role.name]
            taken += (role.voice, role.shape) != (theirs.voice, theirs.shape)
            give_voice(change, role.name, theirs.voice, theirs.shape)
        elif role.voice:
            _keep_for_series(change, series, role)
    return taken


def match_roles(roles: Sequence[KeptRole], kept: Sequence[KeptRole]) -> list[tuple[KeptRole, KeptRole]]:
    """Roles of a book with those that a series keeps: of the same name, else where one's name is an alias of the other.

    A name that two people bear matches neither.
    """
    by_name = {role.name.casefold(): role for role in kept}
    pairs = [(role, by_name.pop(role.name.casefold())) for role in roles if role.name.casefold() in by_name]
    matched = {role.name for role, _ in pairs}
    left = [role for role in roles if role.name not in matched]
    for known in by_name.values():
        found = [role for role in left if _is_known_as(role, known)]
        rivals = [other for other in by_name.values() if found and _is_known_as(found[0], other)]
        if len(found) == 1 and len(rivals) == 1:
            pairs.append((found[0], known))
    return pairs


def _is_known_as(role: KeptRole, other: KeptRole) -> bool:
    return role.name.casefold() in other.names or other.name.casefold() in role.names


def _keep_for_series(change: ScriptChange, series: str, role: KeptRole) -> None:
    """Note a role's voice for the books of its series to come."""
    known = next((theirs for _, theirs in match_roles([role], change.series_roles(series))), None)
    if known is None:
        change.put_series_role(series, None, role)
        return
    names = (*known.aliases, role.name, *role.aliases)
    now = replace(
        known,
        aliases=tuple(dict.fromkeys(name for name in names if name.casefold() != known.name.casefold())),
        gender=role.gender or known.gender,
        age=role.age or known.age,
        voice=role.voice,
        shape=role.shape,
    )
    change.put_series_role(series, known, now)
