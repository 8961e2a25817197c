"""The characters that the analysis finds become the roles of a book, and stay those that a person made of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from engine.core_types import NARRATOR, UNKNOWN
from engine.manuscript.speakers import Character
from engine.project.script_rows import KeptRole

LONGEST_NAME = 80
MOST_ALIASES = 24
NOBODY = frozenset({NARRATOR.casefold(), UNKNOWN.casefold()})  # names that no role of the book's people has

RoleChange = tuple[KeptRole | None, KeptRole]  # as it was, None for a new one; as it is to be


def unite_roles(roles: Sequence[KeptRole], characters: Sequence[Character]) -> list[RoleChange]:
    """How the roles change when these characters are found: new ones, and what is learnt of those that are there."""
    now = list(roles)
    current = {character.name for character in characters}
    split_off = {alias: place for place, role in enumerate(roles) for alias in role.split_off}
    for character in characters:
        place = _find_role(now, character, current)
        if place is None:
            now.append(_make_role(character, now))
        else:
            role = now[place]
            theirs = {alias for alias, owner in split_off.items() if owner != place}
            aliases = (*role.aliases, *(alias for alias in character.aliases if alias not in theirs))
            now[place] = replace(
                role,
                aliases=tidy_aliases(role.name, aliases),
                found_names=tuple(dict.fromkeys((*role.found_names, character.name))),
                gender=role.gender or character.gender,
                age=role.age or character.age,
            )
    was: list[KeptRole | None] = [*roles, *([None] * (len(now) - len(roles)))]
    return [(before, after) for before, after in zip(was, now, strict=True) if before != after]


def _find_role(roles: Sequence[KeptRole], character: Character, current: set[str]) -> int | None:
    """The role that this character is: by what the analysis called it, by its name, or by an alias when orphaned."""
    for place, role in enumerate(roles):
        if character.name in role.found_names:
            return place
    for place, role in enumerate(roles):
        if role.name.casefold() == character.name.casefold() and role.name.casefold() not in NOBODY:
            return place
    for place, role in enumerate(roles):
        orphaned = not current.intersection(role.found_names)
        if orphaned and role.found_names and role.names.intersection(_fold(character.aliases)):
            return place
    return None


def _fold(names: Iterable[str]) -> set[str]:
    return {name.casefold() for name in names}


def _make_role(character: Character, roles: Sequence[KeptRole]) -> KeptRole:
    taken = NOBODY | {role.name.casefold() for role in roles}
    stem = " ".join(character.name.split())[: LONGEST_NAME - 5].strip() or "Somebody"
    name, number = stem, 2
    while name.casefold() in taken:
        name, number = f"{stem} ({number})", number + 1
    return KeptRole(
        name,
        tidy_aliases(name, character.aliases),
        (character.name,),
        gender=character.gender,
        age=character.age,
        is_narrator=character.is_narrator,
    )


def tidy_aliases(name: str, aliases: Iterable[str]) -> tuple[str, ...]:
    """Each once, whatever its capitals, and the role's own name not at all."""
    known = {name.casefold()}
    kept = []
    for alias in aliases:
        if alias.casefold() not in known:
            known.add(alias.casefold())
            kept.append(alias)
    return tuple(kept[:MOST_ALIASES])


def name_roles(roles: Sequence[KeptRole], changes: Sequence[RoleChange]) -> dict[str, str]:
    """Name of a character -> name of its role, once the changes are made."""
    names = {found: role.name for role in reversed(roles) for found in role.found_names}
    names |= {found: role.name for _, role in changes for found in role.found_names if found not in names}
    return names


def set_apart(roles: Iterable[KeptRole]) -> dict[str, str]:
    """What a person split off, as the study is told of it: a name the book uses -> the character it is of."""
    return {alias: role.found_names[0] for role in roles for alias in role.split_off if role.found_names}
