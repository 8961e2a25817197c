"""The characters of a book: the names it uses, gathered over all its chapters and put together where they are one."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from engine.manuscript.speakers.name_words import (
    FEMALE_NAMES,
    FEMALE_TITLES,
    MALE_NAMES,
    MALE_TITLES,
    NOBODY,
    OTHER_TITLES,
    SAME_TITLE,
    SHORT_FORMS,
    TITLES,
    gender_of_word,
)
from engine.manuscript.speech_words import SAYING_WORDS, WEAK_WORDS

CAP = r"[A-ZÀ-ÖØ-Þ][a-zà-öø-ÿ]+(?:['’][A-ZÀ-ÖØ-Þ][a-zà-öø-ÿ]+)?(?:-[A-Za-zÀ-ÿ]+)*|[OD]['’][A-Z][a-z]+"
ABBREVIATED = r"(?:Mr|Mrs|Ms|Dr|St|Mme|Mlle|Capt|Col|Prof|Rev|Lieut|Messrs|M)\.?"
NAME_RUN = re.compile(
    rf"(?:{ABBREVIATED}\s+)?(?:(?:van|von)\s+(?:de[rn]\s+)?|de\s+(?:la\s+)?|du\s+)?(?!{ABBREVIATED}\s)(?:{CAP})(?:\s+(?:(?:de|du|la|le|von|van|der|des)\s+)*(?:(?!{ABBREVIATED}\s)(?:{CAP})|[A-Z]\.(?=\s+[A-Z][a-z]))){{0,3}}"
)
STRONG_WORDS = frozenset(SAYING_WORDS) - WEAK_WORDS
HUMAN_VERBS = frozenset(
    ["looked", "was", "had", "turned", "sat", "stood", "smiled", "nodded", "felt", "thought", "knew", "went", "came", "took", "shook", "saw", "could", "would", "did", "rose", "walked", "heard", "seemed", "made", "found", "paused", "laughed", "put", "gave", "began", "got", "held", "started", "stopped", "watched"]
)
PLACE_WORDS = frozenset({"in", "at", "near", "into", "through", "around", "across", "towards"})
WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")

Name = tuple[str, ...]  # the words of a name, titles in their one form, small letters
SENTENCE_STOP = re.compile(r"(?<!\bMr)(?<!\bMrs)(?<!\bDr)(?<!\bSt)(?<!\bMs)[.?!\"“”]|\n\s*\n")
NEXT_MENTIONED = re.compile(r"(?<!\w)(?:he|his|him|himself|she|her|herself|[A-Z][a-z]{2,}|[\"“”«])(?!\w)")

@dataclass(slots=True)
class Evidence:
    """What the book shows of one name."""

    count: int = 0
    sayings: int = 0  # beside a verb of saying
    acts: int = 0  # before a verb of what people do
    calls: int = 0  # called by it in speech
    told: int = 0  # in the narration
    places: int = 0  # after "in", "at"
    he: int = 0  # "he", "his" or "him" is the next that is mentioned
    she: int = 0
    spellings: Counter[str] = field(default_factory=Counter)
    beside: Counter[Name] = field(default_factory=Counter)  # other names in the same sentences: other people

    def is_only_called(self) -> bool:
        """Whether the name is for speaking to somebody, hardly ever for telling of them: a teller's own name."""
        return self.calls >= 5 and self.told * 10 <= self.calls + 5 and not self.sayings

    def add(self, other: Evidence) -> None:
        self.count += other.count
        self.sayings += other.sayings
        self.acts += other.acts
        self.calls += other.calls
        self.places += other.places
        self.told += other.told
        self.he += other.he
        self.she += other.she
        self.spellings.update(other.spellings)


@dataclass(slots=True)
class Person:
    """A character while the book is analysed; its number is its place in Roster.people."""

    names: list[Name]
    evidence: Evidence
    gender: str = ""  # "M", "F" or ""
    narrator: bool = False
    described: str = ""  # "the old lady": a character without a name
    pronouns: Counter[str] = field(default_factory=Counter)

    @property
    def surnames(self) -> set[str]:
        """The last words of the names that have more than one."""
        return {name[-1] for name in self.names if len(name) > 1 and name[-1] not in MALE_NAMES | FEMALE_NAMES}

    @property
    def label(self) -> str:
        """The name a person reads: the one the book uses most."""
        if self.described:
            return self.described
        spellings = self.evidence.spellings
        return max(spellings, key=lambda name: (spellings[name], name))


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
        """Who "the doctor", "the admiral" is: the one character with that title who is much more told of than others."""
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


def split_name(run: str) -> Name:
    """The words of a name as it stands in the text, in the one form they are looked up by."""
    words = [word.lower().rstrip(".") for word in run.replace("’", "'").split()]
    return tuple(SAME_TITLE.get(word, word) for word in words)


def gather_characters(texts: Sequence[str], speech: Sequence[Sequence[tuple[int, int]]]) -> Roster:
    """The book's characters. ``speech`` are each text's quotations: names called in them are told from names told."""
    lower = Counter[str]()
    for text in texts:
        lower.update(re.findall(r"(?<![\w'’])[a-zà-öø-ÿ]+", text))
    names: dict[Name, Evidence] = defaultdict(Evidence)
    for text, spans in zip(texts, speech, strict=True):
        _note_names(text, spans, lower, names)
    kept = {
        name: evidence
        for name, evidence in names.items()
        if _is_person(name, evidence) and not (name[-1].endswith("s") and _is_family(name, names))
    }
    return Roster(_unite(kept))


def _note_names(
    text: str, spans: Sequence[tuple[int, int]], lower: Counter[str], names: dict[Name, Evidence]
) -> None:
    inside = bytearray(len(text))
    for start, end in spans:
        inside[start:end] = b"\1" * (end - start)
    last: tuple[Name, int] | None = None
    for match in NAME_RUN.finditer(text):
        start, end = match.span()
        run = match[0]
        initial = _begins_sentence(text, start)
        words = run.split()
        while words and _is_ordinary(words[0], lower, initial):
            run = run[len(words[0]) :].lstrip()
            words, initial = words[1:], False
        if not words or (len(words) == 1 and words[0].lower().rstrip(".") in NOBODY | TITLES):
            continue
        start = end - len(run)
        name = split_name(run)
        found = names[name]
        found.count += 1
        if last is not None and last[0] != name and not SENTENCE_STOP.search(text, last[1], start):
            found.beside[last[0]] += 1
            names[last[0]].beside[name] += 1
        last = (name, end)
        found.spellings[" ".join(words)] += 1
        before = re.search(r"([\w'’]+)\s+(?:(the|poor|old|dear|little|young)\s+)*$", text[max(0, start - 30) : start])
        after = re.match(r"(?:'s|’s)?\s+(?:\w+ly\s+)?(\w+)", text[end : end + 30])
        first = before[1].lower() if before else ""
        following = after[1].lower() if after else ""
        if inside[start]:
            found.calls += _is_called(text, start, end)
        else:
            found.sayings += first in STRONG_WORDS or following in STRONG_WORDS
            found.acts += following in HUMAN_VERBS
        found.places += first in PLACE_WORDS
        if not inside[start]:
            found.told += 1
            pronoun = NEXT_MENTIONED.search(text, end, end + 120)
            found.he += bool(pronoun and pronoun[0] in ("he", "his", "him", "himself"))
            found.she += bool(pronoun and pronoun[0] in ("she", "her", "herself"))


def _begins_sentence(text: str, start: int) -> bool:
    before = text[max(0, start - 6) : start].rstrip(" \t\r\n\"'“”‘’«»„(_*-—[")
    return not before or before[-1] in ".?!…:" or "\n\n" in text[max(0, start - 6) : start]


def _is_ordinary(word: str, lower: Counter[str], initial: bool) -> bool:
    """Whether a capitalised word is no part of a name: it only begins a sentence, or is nobody's."""
    low = word.lower()
    if low in NOBODY and low.rstrip(".") not in TITLES:
        return True
    given = low in MALE_NAMES or low in FEMALE_NAMES
    return initial and low.rstrip(".") not in TITLES and lower[low] >= (8 if given else 1)


def _is_called(text: str, start: int, end: int) -> bool:
    before, after = text[:start][-2:].rstrip(), text[end : end + 1]
    return after in ',.!?"”’;—-' and (not before or before[-1] in ',"“‘;—-!?.')


def _is_family(name: Name, names: dict[Name, Evidence]) -> bool:
    """ "The Steeles", where there are people called Steele."""
    single = name[-1][:-1]
    return any(other[-1] == single and other != name for other in names) and not names[name].sayings


def _is_person(name: Name, evidence: Evidence) -> bool:
    titled = name[0] in TITLES and len(name) > 1
    given = name[0] in MALE_NAMES or name[0] in FEMALE_NAMES
    if evidence.sayings and evidence.sayings * 40 >= evidence.count:
        return True
    if titled or (given and (evidence.places * 4 < evidence.count or evidence.calls)):
        return True
    seen = evidence.acts + 2 * evidence.calls
    return seen >= 3 and evidence.places * 4 < evidence.count and seen * 12 > evidence.count


# --- which names are one character's --------------------------------------------------------------------------------


def _unite(names: dict[Name, Evidence]) -> list[Person]:
    """People, each with all names: full names first, then what each shorter name is most likely short for."""
    groups: dict[Name, Name] = {}  # name -> the name it is put with

    def root(name: Name) -> Name:
        while groups.get(name, name) != name:
            name = groups[name]
        return name

    ordered = sorted(names, key=lambda name: (-len(name), -names[name].count, name))
    for name in ordered:
        owner = _find_owner(name, [other for other in ordered if other != name and root(other) != name], names)
        if owner is not None and root(owner) != name:
            groups[name] = root(owner)
    people: dict[Name, Person] = {}
    for name in sorted(names, key=lambda name: -names[name].count):
        top = root(name)
        person = people.setdefault(top, Person([], Evidence()))
        person.names.append(name)
        person.evidence.add(names[name])
    found = list(people.values())
    for person in found:
        person.gender = _gender_of_names(person.names)
    return found


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
    if len(rest) == 1 and first >= 3 * second and all(
        len(_parts(other)[1]) > 1 and _parts(other)[1][0] == rest[0] for other in holders
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
    return together >= 2 and together * 50 >= names[name].count and rest[0] != other[0]


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
        return SHORT_FORMS.get(rest[0]) == other[0] and other_title not in ("lady", "lord", "sir", "mrs")
    if len(rest) == 1 and rest[0] == other[0] and title == (other_title or title):
        return title not in ("mr", "mrs") or rest[0] not in (MALE_NAMES | FEMALE_NAMES)  # Sir Thomas, Miss Elizabeth
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
    if ranks <= {"madame", "countess", "baroness", "princess", "marchioness", "duchess", "aunt", "cousin", "miss"}:
        return bool(ranks & {"madame", "countess", "aunt", "cousin"})
    return bool(ranks & OTHER_TITLES) and bool(ranks & {"mr", "sir", "master", "uncle", "father", "monsieur"})


def _hint_gender(title: str, rest: Name, names: dict[Name, Evidence]) -> str:
    """The gender a name's words tell, or those of the same name with a title."""
    told = _gender_of_names([_join(title, rest)])
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


def _gender_of_names(names: Iterable[Name]) -> str:
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


def find_runs(text: str) -> Iterator[re.Match[str]]:
    """Runs of capitalised words that may hold a name."""
    return NAME_RUN.finditer(text)
