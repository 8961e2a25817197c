"""The characters of a book: its names, gathered over all chapters and put together where they are one person's."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from engine.manuscript.speakers.name_words import FEMALE_NAMES, MALE_NAMES, SAME_TITLE, TITLES
from engine.manuscript.speakers.names import Evidence, Name, gather_names, split_name
from engine.manuscript.speakers.uniting import gender_of_names, unite_names

MUCH_MORE = 3  # times as often told of, to be thought of first


@dataclass(slots=True)
class Person:
    """A character while the book is analysed; its number is its place in Roster.people."""

    names: list[Name]
    evidence: Evidence
    gender: str = ""  # "M", "F" or ""
    narrator: bool = False
    described: str = ""  # "the old lady": a character without a name
    shared: frozenset[str] = frozenset()  # spellings that are of somebody else too: "John", where there is a Sir John
    given: str = ""  # the name a person gave it, splitting it off from another
    pronouns: Counter[str] = field(default_factory=Counter)
    ages: Counter[str] = field(default_factory=Counter)  # what is told beside the names: "old", "child"
    age: str = ""

    @property
    def surnames(self) -> set[str]:
        """The last words of the names that have more than one."""
        return {name[-1] for name in self.names if len(name) > 1 and name[-1] not in MALE_NAMES | FEMALE_NAMES}

    @property
    def label(self) -> str:
        """The name a person reads: the one the book uses most."""
        if self.given or self.described:
            return self.given or self.described
        spellings = self.evidence.spellings
        own = [name for name in spellings if name not in self.shared] or list(spellings)
        return max(own, key=lambda name: (spellings[name], len(name), name))


class Roster:
    """All characters, found by any of their names."""

    def __init__(self, people: list[Person]) -> None:
        self.people = people
        self.by_name: dict[Name, int] = {name: i for i, person in enumerate(people) for name in person.names}
        self.longest = max((len(name) for name in self.by_name), default=1)

    def find(self, words: Name) -> int | None:
        """The character of this name, or of the longest end of it that names one: "then poor Emma"."""
        for start in range(len(words)):
            found = self.by_name.get(words[start:])
            if found is not None:
                return found
        return self.by_name.get(words[:1]) if len(words) > 1 else None

    def find_titled(self, noun: str) -> int | None:
        """Who "the doctor" is: the character with that title who is much more told of than the others."""
        title = SAME_TITLE.get(noun, noun)
        if title not in TITLES:
            return None
        bearers = [
            (person.evidence.count, number)
            for number, person in enumerate(self.people)
            if any(name[0] == title and len(name) > 1 for name in person.names)
        ]
        bearers.sort(reverse=True)
        if not bearers or (len(bearers) > 1 and bearers[0][0] < 3 * bearers[1][0]):
            return None
        return bearers[0][1]

    def add_described(self, label: str, gender: str) -> int:
        """The character who is only ever "the landlord"; the same one for the same words."""
        name = (label.lower(),)
        if name not in self.by_name:
            self.by_name[name] = len(self.people)
            self.people.append(Person([name], Evidence(), gender, described=label))
        return self.by_name[name]

    def find_label(self, label: str) -> int | None:
        """The character shown by this name, or known by it."""
        for number, person in enumerate(self.people):
            if person.label == label:
                return number
        return self.by_name.get(split_name(label))

    def add_narrator(self) -> int:
        """The "I" who tells the book: made of whoever is often called by a name that the narration never uses."""
        for number, person in enumerate(self.people):
            if person.narrator:
                return number
        called = [person for person in self.people if person.evidence.is_only_called()]
        if called:
            teller = max(called, key=lambda person: person.evidence.calls)
            teller.narrator, teller.described = True, "I"
            return self.people.index(teller)
        self.people.append(Person([], Evidence(), narrator=True, described="I"))
        return len(self.people) - 1


def gather_characters(
    texts: Sequence[str], speech: Sequence[Sequence[tuple[int, int]]], apart: Mapping[str, str]
) -> Roster:
    """The book's characters. ``speech`` are each text's quotations; ``apart`` gives names to whom a person says."""
    names = gather_names(texts, speech)
    moved = {split_name(alias): label for alias, label in apart.items()}
    people: list[Person] = []
    for group in unite_names(names):
        kept = [name for name in group if name not in moved]
        if kept:
            people.append(_make_person(kept, names))
    by_label = {person.label: person for person in people}
    for name, label in moved.items():
        if name not in names:
            continue
        if label in by_label:
            person = by_label[label]
            person.names.append(name)
            person.evidence.add(names[name])
        else:
            by_label[label] = _make_person([name], names)
            by_label[label].given = label
            people.append(by_label[label])
    _note_shared(people)
    return Roster(people)


def _note_shared(people: Sequence[Person]) -> None:
    """Find the bare given names that are no name to call somebody by: somebody much more told of bears them."""
    bearers: dict[str, Counter[int]] = defaultdict(Counter)  # given name -> person -> how often told of
    for number, person in enumerate(people):
        for name in person.names:
            given = name[1] if name[0] in TITLES and len(name) > 1 else name[0]
            bearers[given][number] = person.evidence.count
    for number, person in enumerate(people):
        spellings = person.evidence.spellings
        short = [
            word
            for word in spellings
            if any(other != number and n > MUCH_MORE * spellings[word] for other, n in bearers[word.lower()].items())
        ]
        if len(short) < len(spellings):
            person.shared = frozenset(short)


def _make_person(group: list[Name], names: Mapping[Name, Evidence]) -> Person:
    person = Person(group, Evidence(), gender_of_names(group))
    for name in group:
        person.evidence.add(names[name])
    return person
