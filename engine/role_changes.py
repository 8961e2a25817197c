"""The people of a book put right: named, renamed, two made one, one made two."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from engine.core_types import NARRATOR, UNKNOWN
from engine.errors import EditRefused, NotFound
from engine.found_roles import LONGEST_NAME, NOBODY, name_roles, tidy_aliases, unite_roles
from engine.manuscript.speakers import Attribution
from engine.project.script_change import ScriptChange
from engine.project.script_rows import KeptRole
from engine.studies import list_lines


def check_name(name: str) -> str:
    """A role's name as it is kept: white space tidied, the narrator in the usual capitals. Raises EditRefused."""
    tidy = " ".join("".join(sign if sign.isprintable() else " " for sign in name).split())
    if not tidy:
        raise EditRefused("A speaker needs a name. Type one and try again.")
    if len(tidy) > LONGEST_NAME:
        raise EditRefused(f"“{tidy[:30]}…” is too long for a name. Use at most {LONGEST_NAME} characters.")
    return next((own for own in (NARRATOR, UNKNOWN) if own.casefold() == tidy.casefold()), tidy)


def find_speaker(change: ScriptChange, name: str) -> str:
    """The name of the role meant by what a person typed, whatever its capitals; a new name makes a role.

    Raises EditRefused for UNKNOWN, and for a name that is another role's as well.
    """
    wanted = check_name(name)
    if wanted == UNKNOWN:
        raise EditRefused("“Unknown” is nobody. Choose who speaks the line, or type a new name.")
    if wanted == NARRATOR:
        return wanted
    roles = change.roles()
    for role in roles:
        if role.name.casefold() == wanted.casefold():
            return role.name
    for role in roles:
        if wanted.casefold() in role.names:
            raise EditRefused(
                f"“{wanted}” is one of {role.name}'s names. Choose {role.name}, or split that name off first."
            )
    change.put_role(None, KeptRole(wanted, found_names=(wanted,)))
    return wanted


def find_person(change: ScriptChange, name: str, doing: str) -> KeptRole:
    """A role of somebody in the book; ``doing`` completes "cannot be ...". Raises NotFound, EditRefused."""
    if name.casefold() in NOBODY:
        raise EditRefused(f"{name} is not somebody in the book and cannot be {doing}.")
    return change.find_role(name)


def learn_names(change: ScriptChange, attribution: Attribution) -> dict[str, str]:
    """Name of a character -> name of its role; who speaks in the attribution and is no role yet is made one."""
    roles = change.roles()
    names = name_roles(roles, [])
    speaking = {line.speaker for line in list_lines(attribution).values() if line.speaker} - names.keys()
    for was, now in unite_roles(roles, attribution.characters) if speaking else ():
        if speaking.intersection(now.found_names):
            change.put_role(was, now)
            names |= dict.fromkeys(now.found_names, now.name)
    return names


def rename_role(change: ScriptChange, name: str, new_name: str) -> None:
    """Call a role something else, everywhere; the analysis and the series still know it by the old name."""
    role, wanted = find_person(change, name, "renamed"), check_name(new_name)
    refuse_taken(change.roles(), wanted, role)
    if wanted != name:
        change.put_role(role, replace(role, name=wanted, aliases=tidy_aliases(wanted, (*role.aliases, name))))
        change.set_rows((row, replace(row, speaker=wanted)) for row in change.all_rows() if row.speaker == name)


def refuse_taken(roles: Sequence[KeptRole], wanted: str, role: KeptRole | None) -> None:
    """Raise EditRefused where ``wanted`` is the name of a role other than ``role``."""
    for other in roles:
        if other.name.casefold() == wanted.casefold() and (role is None or other.name != role.name):
            raise EditRefused(
                f"There is already somebody called “{other.name}”. If both are one person, merge them instead."
            )
    if wanted.casefold() in NOBODY:
        raise EditRefused(f"“{wanted}” is a name that Voxfolio needs itself. Choose another one.")


def merge_roles(change: ScriptChange, name: str, into: str) -> None:
    """Make one person of two: lines, names and, where ``into`` has none, the voice go to ``into``."""
    role, other = find_person(change, name, "merged"), find_person(change, into, "merged with anybody")
    if role.name == other.name:
        raise EditRefused(f"{name} is one person already. Choose two to merge.")
    merged = replace(
        other,
        aliases=tidy_aliases(other.name, (*other.aliases, role.name, *role.aliases)),
        found_names=tuple(dict.fromkeys((*other.found_names, *role.found_names))),
        split_off=tuple(dict.fromkeys((*other.split_off, *role.split_off))),
        gender=other.gender or role.gender,
        age=other.age or role.age,
        voice=other.voice or role.voice,
        shape=other.shape if other.voice else role.shape,
        is_narrator=other.is_narrator or role.is_narrator,
    )
    change.put_role(other, merged)
    change.set_rows((row, replace(row, speaker=into)) for row in change.all_rows() if row.speaker == name)
    change.put_role(role, None)


def plan_split(roles: Sequence[KeptRole], name: str, alias: str, new_name: str) -> list[KeptRole]:
    """The roles once those called ``alias`` are somebody else, ``new_name``. Raises NotFound, EditRefused."""
    role = next((role for role in roles if role.name == name), None)
    if role is None or name.casefold() in NOBODY:
        raise NotFound(f"Nobody in this book is called “{name}”. Reload the page to see the cast as it is now.")
    wanted = check_name(new_name)
    refuse_taken(roles, wanted, None)
    known = {other: other.casefold() for other in (*role.found_names, *role.aliases)}
    spelling = next((other for other, folded in known.items() if folded == alias.strip().casefold()), None)
    if spelling is None:
        names = ", ".join(role.aliases) or "no other name"
        raise EditRefused(f"“{alias}” is not one of {name}'s names, which are: {names}.")
    left = tuple(other for other in role.aliases if other.casefold() != spelling.casefold())
    found = tuple(other for other in role.found_names if other != spelling)
    split_off = tuple(other for other in role.split_off if other != spelling)
    put_together = spelling in role.found_names and found  # by a person: the analysis knows the two apart
    if not (found or left):
        raise EditRefused(f"{name} has no other name to be split from. Rename {name} instead.")
    kept = replace(role, aliases=left, found_names=found or left, split_off=split_off)
    aliases = tidy_aliases(wanted, [spelling])
    fresh = KeptRole(wanted, aliases, (spelling,), () if put_together else (spelling,))
    return [*(kept if other is role else other for other in roles), fresh]
