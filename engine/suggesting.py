"""Which voice would suit whom: main roles first, each a voice of its own, then minor parts, who share a few.

A voice costs something for a role where gender and age are not as described, where it has to be bent, and where it
would be taken for a voice near it; each role takes the one that costs least beside those already given. A bent voice
is another character: one voice in another pitch and size of the throat.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from engine.core_types import NARRATOR, UNKNOWN, Shape, VoiceProfile
from engine.shelf_types import Role, StripPart

Distance = Callable[[VoiceProfile, VoiceProfile], float]  # 0 the same to 1 nothing in common
Meetings = Mapping[frozenset[str], int]  # two who speak in one scene, and how often one follows the other

MAIN_SHARE = 0.05  # of the lines spoken: from here on a role has a voice of its own
MINOR_VOICES = 2  # that the minor parts of one gender share
SCENE_REACH = 1500  # characters: who speaks that soon after another is in the same scene
APART = 0.15  # the shipped voices are all further from each other, and people tell them apart
STRANGERS = 0.5  # between two voices that are not bent from one: no shape says more

WOMEN = frozenset(("woman", "lady", "girl", "female", "she", "her", "mother", "aunt", "grandmother"))
MEN = frozenset(("man", "gentleman", "boy", "lad", "male", "he", "his", "father", "uncle", "grandfather"))
AGES = {
    "child": frozenset(("child", "boy", "girl", "kid")),
    "old": frozenset(("old", "elderly", "aged", "ancient", "grandmother", "grandfather")),
    "young": frozenset(("young", "teenager", "teenage", "youth", "youthful")),
}

WRONG_GENDER, UNTOLD_GENDER, CROSSED_GENDER = 1.0, 0.25, 0.35
WRONG_AGE = {  # role's age, voice's age
    ("", "child"): 1.0, ("", "old"): 0.15, ("", "young"): 0.05,
    ("child", ""): 0.5, ("child", "old"): 0.8, ("child", "young"): 0.4,
    ("young", "child"): 0.8, ("young", "old"): 0.5, ("young", ""): 0.1,
    ("old", "child"): 1.2, ("old", ""): 0.2, ("old", "young"): 0.5,
}  # fmt: skip
CROWDED = 0.9  # the very voice of the one person this role talks to: nearly as bad as the wrong gender
ELSEWHERE, TOGETHER = 0.5, 0.75  # of that, for somebody never, and hardly ever, in the same scene

# Ways to bend a voice: how, what it costs, the gender and age it has then (None: as before).
BENDS: tuple[tuple[Shape, float, str | None, str | None], ...] = (
    (Shape(2.0, 1.08, 1.03), 0.12, None, None),
    (Shape(-2.0, 0.93, 0.97), 0.12, None, None),
    (Shape(0.5, 1.15, 1.0), 0.16, None, None),
    (Shape(-1.0, 0.96, 0.88), 0.15, None, "old"),
    (Shape(6.0, 1.3, 1.04), 0.3, "", "child"),
)
CROSSINGS = {
    "M": (Shape(5.0, 1.14), CROSSED_GENDER, "F", None),
    "F": (Shape(-5.0, 0.87), CROSSED_GENDER, "M", None),
}
PITCHES, THROATS = (-12.0, 9.0), (0.7, 1.4)  # beyond these words are lost (benchmarks/results/voices.md)


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A voice for a role."""

    voice: str  # VoiceProfile's name
    shape: Shape | None  # None as the voice is
    main: bool  # a voice of its own; else a minor part, which shares one


@dataclass(frozen=True)
class Choice:
    """A voice that can be given, as it is or bent."""

    voice: VoiceProfile  # with the shape it has then
    shape: Shape | None  # None as the voice is
    gender: str
    age: str
    cost: float


def measure_distance(one: VoiceProfile, other: VoiceProfile) -> float:
    """How far two voices are from each other, from their shapes alone.

    Between voices bent from one, fitted to the likeness that a speaker embedding hears between the shipped voices
    (correlation 0.73 over their 28 pairs); voices of different origin count as STRANGERS.
    """
    if (one.engine, one.speaker, one.fingerprint) != (other.engine, other.speaker, other.fingerprint):
        return STRANGERS
    pitch = abs(one.shape.semitones - other.shape.semitones)
    throat = abs(math.log(one.shape.formant / other.shape.formant))
    return 0.015 * math.sqrt(pitch) + 0.4 * math.sqrt(throat)


def needs_voice(role: Role) -> bool:
    """Does this role speak with a voice of its own in a full cast? Those who tell the book have the narrator's."""
    return role.lines > 0 and role.name != NARRATOR and not role.is_narrator


def find_meetings(strip: Sequence[StripPart]) -> Counter[frozenset[str]]:
    """Who speaks in one scene with whom, and how often one of them follows the other."""
    meetings: Counter[frozenset[str]] = Counter()
    chapter, place = 0, 0
    last: dict[str, int] = {}
    for part in strip:
        if part.chapter_id != chapter:
            chapter, place, last = part.chapter_id, 0, {}
        if part.speaker not in (NARRATOR, UNKNOWN):
            last = {name: end for name, end in last.items() if place - end <= SCENE_REACH}
            meetings.update(frozenset((part.speaker, other)) for other in last if other != part.speaker)
            last[part.speaker] = place + part.characters
        place += part.characters
    return meetings


def read_gender(description: str) -> str:
    """ "M" or "F", from the words a voice is described in; "" where they do not say."""
    words = _read_words(description)
    woman, man = bool(words & WOMEN), bool(words & MEN)
    return "" if woman == man else "F" if woman else "M"


def read_age(description: str) -> str:
    """ "child", "young", "old" or "", from the words a voice is described in."""
    words = _read_words(description)
    return next((age for age, names in AGES.items() if words & names), "")


def _read_words(description: str) -> set[str]:
    return set(re.findall(r"[a-z]+", description.lower()))


def list_choices(voice: VoiceProfile) -> list[Choice]:
    """A voice as it is, and the ways it can be bent. A child's voice bends into nobody else's."""
    gender, age = read_gender(voice.description), read_age(voice.description)
    choices = [Choice(voice, None, gender, age, 0.0)]
    bends = () if age == "child" else (*BENDS, *([CROSSINGS[gender]] if gender else []))
    for bend, cost, new_gender, new_age in bends:
        shape = Shape(
            round(voice.shape.semitones + bend.semitones, 2),
            round(voice.shape.formant * bend.formant, 3),
            round(voice.shape.pace * bend.pace, 3),
        )
        if PITCHES[0] <= shape.semitones <= PITCHES[1] and THROATS[0] <= shape.formant <= THROATS[1]:
            new_gender, new_age = gender if new_gender is None else new_gender, age if new_age is None else new_age
            choices.append(Choice(replace(voice, shape=shape), shape, new_gender, new_age, cost))
    return choices


class Search:
    """One round of suggesting, beside the narrator's voice and those that ``take`` has given already."""

    def __init__(
        self, voices: Sequence[VoiceProfile], narrator: VoiceProfile | None, distance: Distance, meetings: Meetings
    ) -> None:
        """The narrator's voice is given to nobody else, unless there is no other."""
        self._voices = [voice for voice in voices if narrator is None or voice.name != narrator.name] or list(voices)
        self._narrator = narrator
        self._distance = distance
        self._company: dict[str, dict[str, int]] = {}  # who meets whom, and how often
        for pair, count in meetings.items():
            for name in pair:
                self._company.setdefault(name, {}).update(dict.fromkeys(pair - {name}, count))
        self._holders: dict[VoiceProfile, set[str]] = {}  # voice -> the roles that have it

    def take(self, role: str, voice: VoiceProfile) -> None:
        """This role has this voice."""
        self._holders.setdefault(voice, set()).add(role)

    def suggest(self, roles: Sequence[Role], speakers: Sequence[Role]) -> dict[str, Suggestion]:
        """Voices for ``roles``, some of the book's ``speakers``; nothing when there are no voices."""
        main = self._find_main(speakers)
        suggested: dict[str, Suggestion] = {}
        shared: dict[tuple[str, bool], list[Choice]] = {}
        for role in sorted(roles, key=lambda role: (role.name not in main, -role.lines)):
            few = shared.setdefault((role.gender, role.age == "child"), []) if role.name not in main else []
            choices = few if len(few) == MINOR_VOICES else self._choices
            if not choices:
                return {}
            best = min(choices, key=lambda choice: self._weigh(role, choice))
            if role.name not in main and best not in few:
                few.append(best)
            self.take(role.name, best.voice)
            suggested[role.name] = Suggestion(best.voice.name, best.shape, role.name in main)
        return suggested

    @cached_property
    def _choices(self) -> list[Choice]:
        return [choice for voice in self._voices for choice in list_choices(voice)]

    def _find_main(self, speakers: Sequence[Role]) -> set[str]:
        """Those who say enough to have a voice of their own, at most as many as there are voices."""
        named = sorted((role for role in speakers if role.name != UNKNOWN), key=lambda role: -role.lines)
        least = MAIN_SHARE * sum(role.lines for role in speakers)
        return {role.name for role in named[: len(self._voices)] if role.lines >= least}

    def _weigh(self, role: Role, choice: Choice) -> float:
        """What it costs to give this voice to this role."""
        age = 0.0 if role.age == choice.age else WRONG_AGE[role.age, choice.age]
        either = not role.gender or role.gender == choice.gender or role.age == choice.age == "child"
        gender = 0.0 if either else WRONG_GENDER if choice.gender else UNTOLD_GENDER
        return choice.cost + age + gender + CROWDED * self._find_crowding(role, choice)

    def _find_crowding(self, role: Role, choice: Choice) -> float:
        """From 0 to 1, how easily this voice would be taken for one already given."""
        nearness = [self._measure_nearness(choice.voice, self._narrator)] if self._narrator else [0.0]
        company = self._company.get(role.name, {})
        for voice, holders in self._holders.items():
            near = self._measure_nearness(choice.voice, voice)
            met = sum(company[name] for name in holders & company.keys()) if near else 0
            weight = TOGETHER + (1 - TOGETHER) * met / sum(company.values()) if met else ELSEWHERE
            nearness.append(weight * near)
        return max(nearness)

    def _measure_nearness(self, voice: VoiceProfile, other: VoiceProfile) -> float:
        return max(0.0, 1.0 - self._distance(voice, other) / APART)
