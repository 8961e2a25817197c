"""The names a book uses, and what it shows of each: how often, beside which verbs, called or told, next to whom."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from engine.manuscript.speakers.name_words import (
    FEMALE_NAMES,
    INTERJECTIONS,
    MALE_NAMES,
    NOBODY,
    PLACE_NOUNS,
    SAME_TITLE,
    TITLES,
)
from engine.manuscript.speech_words import STRONG_WORDS, WEAK_WORDS, read_words

CAP = r"[A-ZÀ-ÖØ-Þ][a-zà-öø-ÿ]+(?:['’][A-ZÀ-ÖØ-Þ][a-zà-öø-ÿ]+)?(?:-[A-Za-zÀ-ÿ]+)*|[OD]['’][A-Z][a-z]+"
ABBREVIATED = r"(?:Mr|Mrs|Ms|Dr|St|Mme|Mlle|Capt|Col|Prof|Rev|Lieut|Messrs|M)\.?"
NAME_RUN = re.compile(
    rf"(?<!\w)(?:{ABBREVIATED}\s+)?(?:(?:van|von)\s+(?:de[rn]\s+)?|de\s+(?:la\s+)?|du\s+)?(?!{ABBREVIATED}\s)(?:{CAP})(?:\s+(?:(?:de|du|la|le|von|van|der|des)\s+)*(?:(?!{ABBREVIATED}\s)(?:{CAP})|[A-Z]\.(?=\s+[A-Z][a-z]))){{0,3}}"
)
HUMAN_VERBS = read_words(
    """
    looked was had turned sat stood smiled nodded felt thought knew went came took shook saw could would did rose
    walked heard seemed made found paused laughed put gave began got held started stopped watched
    """
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
    articles: int = 0  # after "the"
    he: int = 0  # "he", "his" or "him" is the next that is mentioned
    she: int = 0
    spellings: Counter[str] = field(default_factory=Counter)
    beside: Counter[Name] = field(default_factory=Counter)  # other names in the same sentences: other people

    def is_only_called(self) -> bool:
        """Whether the name is for speaking to somebody, hardly ever for telling of them: a teller's own name."""
        return self.calls >= 5 and self.told * 10 <= self.calls + 5 and not self.sayings

    def is_told_of(self) -> bool:
        """Whether somebody silent is worth a line in the list of characters."""
        return self.count >= 5 and self.acts + self.sayings + self.calls >= 3

    def add(self, other: Evidence) -> None:
        self.count += other.count
        self.sayings += other.sayings
        self.acts += other.acts
        self.calls += other.calls
        self.places += other.places
        self.articles += other.articles
        self.told += other.told
        self.he += other.he
        self.she += other.she
        self.spellings.update(other.spellings)


SAINT = re.compile(r"\bSt\.?\s+([A-Z])")  # a given name or a surname of two words, no title


def split_name(run: str) -> Name:
    """The words of a name as it stands in the text, in the one form they are looked up by."""
    words = [word.lower().rstrip(".") for word in SAINT.sub(r"st-\1", run.replace("’", "'")).split()]
    return tuple(SAME_TITLE.get(word, word) for word in words)


def find_runs(text: str) -> Iterator[re.Match[str]]:
    """Runs of capitalised words that may hold a name."""
    return NAME_RUN.finditer(text)


def gather_names(texts: Sequence[str], speech: Sequence[Sequence[tuple[int, int]]]) -> dict[Name, Evidence]:
    """The names that are people's. ``speech`` are each text's quotations: names called are told from names told of."""
    lower = Counter[str]()
    for text in texts:
        lower.update(re.findall(r"(?<![\w'’])[a-zà-öø-ÿ]+", text))
    names: dict[Name, Evidence] = defaultdict(Evidence)
    for text, spans in zip(texts, speech, strict=True):
        _note_names(text, spans, lower, names)
    authors = _find_authors(texts)
    return {
        name: evidence
        for name, evidence in names.items()
        if not (name in authors and evidence.count <= 3)
        and _is_person(name, evidence)
        and not (name[-1].endswith("s") and _is_family(name, names))
        and not _is_accident(name, names, lower)
    }


BY_LINE = re.compile(
    rf"^[\W_]*(?:by|author:|written\s+by)\s+((?:{CAP}|[A-Z]\.|[A-Z]{{2,}})(?:\s+(?:{CAP}|[A-Z]\.|[A-Z]{{2,}})){{0,3}})",
    re.IGNORECASE | re.MULTILINE,
)


def _find_authors(texts: Sequence[str]) -> set[Name]:
    """Names after "by" at the start of a line on the first pages: no characters, unless the story tells of them too."""
    front = "\n".join(texts[:3])[:4_000]
    return {split_name(match[1]) for match in BY_LINE.finditer(front)}


# "said poor Emma", "broke in old Isaac"
BEFORE_NAME = re.compile(r"([\w'’]+)(?:\s+(in|out|on))?\s+(?:(?:the|poor|old|dear|little|young)\s+)*$")


def _note_names(text: str, spans: Sequence[tuple[int, int]], lower: Counter[str], names: dict[Name, Evidence]) -> None:
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
        before = BEFORE_NAME.search(text[max(0, start - 30) : start])
        after = re.match(r"(?:'s|’s)?\s+(?:\w+ly\s+)?(\w+)", text[end : end + 30])
        first = before[1].lower() if before else ""
        following = after[1].lower() if after else ""
        if inside[start]:
            found.calls += _is_called(text, start, end)
        else:
            broke_in = bool(before and before[2]) and first in WEAK_WORDS
            found.sayings += first in STRONG_WORDS or following in STRONG_WORDS or broke_in
            found.acts += following in HUMAN_VERBS
        found.places += first in PLACE_WORDS
        found.articles += first == "the"
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


def _is_accident(name: Name, names: dict[Name, Evidence], lower: Counter[str]) -> bool:
    """ "By-and-by Tom", "Tom Sawyer Tom", "Becky Retaliates": capitals that stand side by side once or twice."""
    if len(name) == 1 or names[name].count > 3:
        return False
    count = 10 * names[name].count
    if name[0] not in TITLES and any(rest in names and names[rest].count >= count for rest in (name[1:], name[:-1])):
        stray = name[0] if name[1:] in names and names[name[1:]].count >= count else name[-1]
        return (stray == name[0] and stray not in MALE_NAMES | FEMALE_NAMES) or lower[stray] > 0 or name[0] == name[-1]
    return any(lower[word] > 1 for word in name[1:]) and name[0] not in TITLES


def _is_family(name: Name, names: dict[Name, Evidence]) -> bool:
    """ "The Steeles", where there are people called Steele."""
    single = name[-1][:-1]
    return any(other[-1] == single and other != name for other in names) and not names[name].sayings


# Titles of those whom inns, ships and streets are called after.
NAMED_AFTER = frozenset({"king", "queen", "prince", "admiral", "general", "lord", "captain", "duke"})


def _is_person(name: Name, evidence: Evidence) -> bool:
    titled = name[0] in TITLES and len(name) > 1
    if name[0] in INTERJECTIONS and evidence.sayings < 2:
        return False
    if name[-1] in PLACE_NOUNS and len(name) > 1 and (not titled or name[0] in NAMED_AFTER):
        return False
    if titled and name[0] in NAMED_AFTER and evidence.articles * 2 > evidence.count:
        return False  # the Admiral Benbow, an inn
    given = name[0] in MALE_NAMES or name[0] in FEMALE_NAMES
    if evidence.sayings and evidence.sayings * 40 >= evidence.count:
        return True
    if titled or (given and (evidence.places * 4 < evidence.count or evidence.calls)):
        return True
    seen = evidence.acts + 2 * evidence.calls
    return seen >= 3 and evidence.places * 4 < evidence.count and seen * 12 > evidence.count
