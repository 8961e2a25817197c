"""Which names are one person's: "Lizzy" and "Miss Elizabeth Bennet"; not "Mr." and "Mrs. Bennet"."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from engine.manuscript.speakers.name_words import (
    FEMALE_NAMES,
    FEMALE_TITLES,
    MALE_NAMES,
    MALE_TITLES,
    OTHER_TITLES,
    SHORT_FORMS,
    TITLES,
    gender_of_word,
)
from engine.manuscript.speakers.names import Evidence, Name

BOTH_TOLD = 5  # times the narration uses each of two titles with one surname, when they are two people's


def unite_names(names: dict[Name, Evidence]) -> list[list[Name]]:
    """Names put together by person, the most used first: full names, then what each shorter one is short for."""
    owners: dict[Name, Name] = {}  # name -> the name it is put with

    def root(name: Name) -> Name:
        while owners.get(name, name) != name:
            name = owners[name]
        return name

    ordered = sorted(names, key=lambda name: (-len(name), -names[name].count, name))
    for name in ordered:
        owner = _find_owner(name, [other for other in ordered if other != name and root(other) != name], names)
        if owner is not None and root(owner) != name:
            owners[name] = root(owner)
    groups: dict[Name, list[Name]] = {}
    for name in sorted(names, key=lambda name: -names[name].count):
        groups.setdefault(root(name), []).append(name)
    return list(groups.values())


def _parts(name: Name) -> tuple[str, Name]:
    """A name's title, or "", and the rest."""
    return (name[0], name[1:]) if name[0] in TITLES and len(name) > 1 else ("", name)


def _find_owner(name: Name, others: Iterable[Name], names: dict[Name, Evidence]) -> Name | None:
    """The longer or more usual name that this one is another form of; None when it stands alone or could be many."""
    title, rest = _parts(name)
    fits: list[Name] = []
    for other in others:
        other_title, other_rest = _parts(other)
        if _stand_together(name, other_rest, names):
            continue
        if _is_short_for(title, rest, other_title, other_rest, names):
            fits.append(other)
    if not title and len(rest) == 1:  # "John" is John Dashwood before he is Sir John
        plain = [other for other in fits if _parts(other)[0] not in ("sir", "lady", "lord")]
        fits = plain or fits
    if not fits:
        return None
    fits.sort(key=lambda other: -names[other].count)
    holders = _distinct(fits)
    if len(holders) == 1:
        return fits[0]
    first, second = names[holders[0]].count, names[holders[1]].count
    if title:  # "Mr. Oakley": the only Oakley much spoken of, if the book does not say "Mr. Maurice Oakley"
        full = (title, *_parts(holders[0])[1])
        apart = names[full].count if full in names else 0
        return holders[0] if first >= 4 * second and apart * 10 < names[name].count else None
    if (
        len(rest) == 1
        and first >= 3 * second
        and all(len(_parts(other)[1]) > 1 and _given(_parts(other)[1]) == _given(rest) for other in holders)
    ):
        return holders[0]  # May Welland, who is May Archer later on
    mister = next((other for other in fits if _parts(other) == ("mr", rest)), None)
    if mister is not None and len(rest) == 1:  # "Darcy"
        return mister
    return None  # "Charles", where there is a Charles Hayter and a Charles Musgrove: the one who needs no surname


def _stand_together(name: Name, other: Name, names: dict[Name, Evidence]) -> bool:
    """Whether a name and another's given name are often in one sentence, which does not call one person by both."""
    title, rest = _parts(name)
    if not title and len(rest) == 1:
        return names[name].beside[other] >= 2  # Charles and Charles Hayter
    together = sum(
        count
        for beside, count in names[name].beside.items()
        if _parts(beside)[1][0] == other[0] and _parts(beside)[0] not in ("mrs", "mr")
    )
    by_given = names[other[:1]].told if other[:1] in names else 0  # Mr. Hale is not Frederick, who is called so
    much = together * 50 >= names[name].count or by_given * 4 >= names[name].told
    return together >= 2 and much and rest[0] != other[0]


def _distinct(fits: Sequence[Name]) -> list[Name]:
    """Those of the names that are surely different people: two given names, or two titles, to one surname."""
    kept: list[Name] = []
    for name in fits:
        title, rest = _parts(name)
        for other in kept:
            other_title, other_rest = _parts(other)
            same_title = not title or not other_title or title == other_title
            same = _given(rest) == _given(other_rest) and rest[-1] == other_rest[-1]
            if same_title and (same or len(rest) == 1 or len(other_rest) == 1):
                break
        else:
            kept.append(name)
    return kept


def _given(rest: Name) -> str:
    return SHORT_FORMS.get(rest[0], rest[0])


def _is_short_for(title: str, rest: Name, other_title: str, other: Name, names: dict[Name, Evidence]) -> bool:
    gender, other_gender = _hint_gender(title, rest, names), _hint_gender(other_title, other, names)
    if gender and other_gender and gender != other_gender:
        return False
    if title and other_title and title != other_title and not _same_rank(title, other_title):
        return False
    if rest == other:
        titles = {name[0] for name in names if name[1:] == rest and name[0] in OTHER_TITLES}
        if title and other_title and title != other_title:  # Mr. Lennox and Captain Lennox, both told of: brothers
            told = min(names[(title, *rest)].told, names[(other_title, *other)].told)
            return len(titles) < 2 and told < BOTH_TOLD
        return bool(other_title) and (not title or len(titles) < 2)
    if len(other) <= len(rest):
        short = len(rest) == len(other) == 1 and SHORT_FORMS.get(rest[0]) == other[0]
        return short and not title and not other_title and not {("lady", *other), ("sir", *other)} & names.keys()
    if not title:  # "Sherlock", "Holmes", "Lizzy" for "Sherlock Holmes", "Elizabeth Bennet"
        if len(rest) > 1:
            return rest[-1] == other[-1] and (rest[0] == other[0] or _given(rest) == other[0])
        if rest[0] == other[0] and other_title in ("lady", "lord", "sir"):
            return (other_title, rest[0]) in names  # Mary is Lady Mary Grierson only where there is a "Lady Mary"
        if other_title == "mrs" and rest[0] == other[0] and rest[0] not in FEMALE_NAMES and len(other) > 1:
            return False  # Mrs. Newland Archer is not Newland
        if rest[0] in (other[0], other[-1]):
            return True
        ranked = (
            other_title in ("lady", "lord", "sir", "mrs") or ("lady", other[0]) in names or ("sir", other[0]) in names
        )
        return SHORT_FORMS.get(rest[0]) == other[0] and not ranked
    if len(rest) == 1 and rest[0] == other[0] and title == (other_title or title):
        if title in ("mr", "mrs") and rest[0] in MALE_NAMES | FEMALE_NAMES:
            return (title, *other) in names  # "Mr. Franklin", where there is a Mr. Franklin Blake
        return True  # Sir Thomas, Miss Elizabeth
    if rest[-1] != other[-1] or len(rest) > 1:
        return False
    if title in ("mrs", "lady", "aunt"):  # Mrs. Bennet is not Jane Bennet
        return (title, *other) in names or other_title == title
    # where there is a Mrs. John Knightley, Mr. Knightley is another
    return len(other) == 1 or title != "mr" or ("mrs", *other) not in names


def _same_rank(title: str, other: str) -> bool:
    """Whether two titles can be one person's: Captain and Mr., Dr. and Professor; not Dr. and Mrs."""
    if title in OTHER_TITLES and other in OTHER_TITLES:
        return False
    ranks = {title, other}
    if ranks <= {"madame", "countess", "baroness", "princess", "marchioness", "duchess", "cousin", "miss"}:
        return bool(ranks & {"madame", "countess", "cousin"})
    return bool(ranks & OTHER_TITLES) and bool(ranks & {"mr", "sir", "master", "uncle", "father", "monsieur"})


def _hint_gender(title: str, rest: Name, names: dict[Name, Evidence]) -> str:
    """The gender a name's words tell, or those of the same name with a title."""
    told = gender_of_names([_join(title, rest)])
    if told or title:
        return told
    for one, gender in (("mr", "M"), ("miss", "F"), ("mrs", "F")):
        if (one, *rest) in names and len(rest) > 1:
            return gender
    seen = names.get(rest)
    if seen is None or max(seen.he, seen.she) < 3 or max(seen.he, seen.she) < 3 * min(seen.he, seen.she):
        return ""
    return "M" if seen.he > seen.she else "F"


def _join(title: str, rest: Name) -> Name:
    return (title, *rest) if title else rest


def gender_of_names(names: Iterable[Name]) -> str:
    found = Counter[str]()
    for name in names:
        title, rest = _parts(name)
        if title in MALE_TITLES:
            return "M"
        if title in FEMALE_TITLES:
            return "F"
        if len(rest) > 1 or not title or title in OTHER_TITLES:
            found[gender_of_word(rest[0])] += 1
    del found[""]
    return found.most_common(1)[0][0] if len(found) == 1 else ""
