"""Who reads whom: a voice for each speaker of a book, suggested, accepted, and looked over.

Nothing is kept here: roles, their voices and what can be undone are the script's.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Protocol

from engine.core_types import NARRATOR, Finding, Shape, VoiceProfile
from engine.errors import NotFound
from engine.shelf_types import Reading, Role, StripPart
from engine.suggesting import Distance, Search, Suggestion, find_meetings, measure_distance, needs_voice

ALIKE = 0.1  # under this two voices in one scene are hard to tell apart
OFTEN = 3  # times that two follow each other: under this nobody minds that they sound alike
MOST_WARNINGS = 12


class Script(Protocol):
    """What the cast needs of the script desk."""

    def roles(self, slug: str) -> list[Role]: ...
    def strip(self, slug: str, chapter_id: int | None = None) -> list[StripPart]: ...
    def give_voice(self, slug: str, role: str, voice: str, shape: Shape | None = None) -> None: ...
    def give_voices(self, slug: str, given: Mapping[str, tuple[str, Shape | None]], deed: str) -> None: ...
    def set_reading(self, slug: str, reading: Reading) -> None: ...


@dataclass(frozen=True, slots=True)
class Survey:
    """A book's cast at one moment, as if it were read by a full cast."""

    roles: list[Role]
    strip: list[StripPart]
    uncast: list[Role]  # who have lines and no voice, or one that is gone
    suggested: dict[str, Suggestion]  # for those, by name
    warnings: list[Finding]  # voices that are hard to tell apart


class CastDesk:
    """The cast of every book."""

    def __init__(
        self,
        script: Script,
        find_voice: Callable[[str], VoiceProfile],
        list_voices: Callable[[], list[VoiceProfile]],
        distance: Distance = measure_distance,
    ) -> None:
        self._script = script
        self._find_voice = find_voice
        self._list_voices = list_voices
        self._distance = distance

    def survey(self, slug: str, *, everyone: bool = False) -> Survey:
        """The cast as it is, and what could be done about it. ``everyone``: suggest for those who have a voice, too."""
        roles, strip = self._script.roles(slug), self._script.strip(slug)
        speakers = [role for role in roles if needs_voice(role)]
        voices = {role.name: voice for role in roles if (voice := self._find(role))}
        narrator, meetings = voices.get(NARRATOR), find_meetings(strip)
        search = Search(self._list_voices(), narrator, self._distance, meetings)
        uncast = [role for role in speakers if role.name not in voices]
        heard = {role.name: voices[role.name] for role in speakers if role.name in voices}
        waiting = speakers if everyone else uncast
        for name in () if everyone else heard:
            search.take(name, heard[name])
        return Survey(
            roles=roles,
            strip=strip,
            uncast=uncast,
            suggested=search.suggest(waiting, speakers),
            warnings=self._compare(heard, narrator, meetings),
        )

    def uncast(self, slug: str) -> list[Role]:
        """Those who have lines and no voice, or one that is gone, as the roles come: a full cast waits for them."""
        return [role for role in self._script.roles(slug) if needs_voice(role) and not self._find(role)]

    def suggest(self, slug: str, *, everyone: bool = False) -> dict[str, Suggestion]:
        """A voice for each role that has none; with ``everyone``, for each role, whatever it has."""
        return self.survey(slug, everyone=everyone).suggested

    def warn(self, slug: str) -> list[Finding]:
        """Voices that are hard to tell apart and meet in one scene; those who meet most first, at most a dozen."""
        return self.survey(slug).warnings

    def accept_suggestions(self, slug: str, *, everyone: bool = False) -> int:
        """Give the suggested voices in one deed, which one undo takes back; returns how many."""
        suggested = self.suggest(slug, everyone=everyone)
        given = {name: (each.voice, each.shape) for name, each in suggested.items()}
        if given:
            self._script.give_voices(slug, given, "give the suggested voices")
        return len(given)

    def read_all_in_one(self, slug: str, voice: str = "") -> None:
        """One voice reads everything: the narrator's; the voice named, if any, becomes that. Raises NotFound."""
        if voice:
            name = self._find_voice(voice).name
            if name != next((role.voice for role in self._script.roles(slug) if role.name == NARRATOR), ""):
                self._script.give_voice(slug, NARRATOR, name)
        self._script.set_reading(slug, Reading.ONE_VOICE)

    def _compare(
        self, voices: Mapping[str, VoiceProfile], narrator: VoiceProfile | None, meetings: Counter[frozenset[str]]
    ) -> list[Finding]:
        sentences = [
            f"{name} has the narrator's own voice: listeners cannot hear where {name} begins."
            for name, voice in voices.items()
            if narrator and self._distance(voice, narrator) < ALIKE
        ]
        order = list(voices)
        for pair, times in meetings.most_common():
            if times >= OFTEN and pair <= voices.keys():
                first, second = sorted(pair, key=order.index)
                if self._distance(voices[first], voices[second]) < ALIKE:
                    sentences.append(_say_alike(first, voices[first], second, voices[second]))
        return [Finding("alike-voices", sentence) for sentence in sentences[:MOST_WARNINGS]]

    def _find(self, role: Role) -> VoiceProfile | None:
        """The role's voice in its shape; None when it has none, or one that is no longer there."""
        try:
            voice = self._find_voice(role.voice) if role.voice else None
        except NotFound:
            return None
        return replace(voice, shape=role.shape) if voice and role.shape else voice


def find_role(roles: Iterable[Role], name: str) -> Role:
    """The role of that name, or with that alias, whatever its capitals. Raises NotFound."""
    wanted = " ".join(name.split()).casefold()
    listed = list(roles)
    for role in listed:
        if role.name.casefold() == wanted:
            return role
    for role in listed:
        if wanted in [alias.casefold() for alias in role.aliases]:
            return role
    speaking = ", ".join(role.name for role in listed[:20] if role.lines)
    raise NotFound(f"Nobody in this book is called “{name}”. Those who speak most are: {speaking or 'nobody yet'}.")


def _say_alike(first: str, one: VoiceProfile, second: str, other: VoiceProfile) -> str:
    if one.name == other.name:
        what = f"both speak with {one.label}'s voice"
    else:
        what = f"their voices, {one.label} and {other.label}, are hard to tell apart"
    return f"{first} and {second} meet in one scene, and {what}."
