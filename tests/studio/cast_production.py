"""The fake production with a script and a cast: one book, “light”, in which a few people speak."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from engine.cast_desk import CastDesk
from engine.core_types import NARRATOR, UNKNOWN, VoiceProfile
from engine.shelf_types import BookSummary, Role
from engine.voices.presets import find_preset, preset_voices
from tests.fake_script import FakeScript, Told
from tests.studio.fake_production import FakeProduction

ROLES = (
    Role("Emma", ("Miss Woodhouse", "Emma"), "F", "young"),
    Role("Mr. Knightley", ("George",), "M"),
    Role("Harriet", (), "F", "young"),
)
FIRST: list[Told] = [
    (NARRATOR, "The morning was fine.", 0.0),
    ("Emma", "“You are early,”", 0.05),
    (NARRATOR, "said Emma.", 0.0),
    ("Mr. Knightley", "“The roads are dry.”", 0.15),
    (UNKNOWN, "“Then let us walk.”", 0.6),
    (UNKNOWN, "“Gladly.”", 0.55),
]
SECOND: list[Told] = [
    (NARRATOR, "They walked.", 0.0),
    ("Harriet", "“I am tired.”", 0.35),
    ("Emma", "“Sit down, then.”", 0.25),
    (NARRATOR, "She sat down.", 0.0),
]


class CastProduction(FakeProduction):
    """What the cast page asks for; the book's reading, series and narrator are the script's."""

    def __init__(self, workspace: Path, script: FakeScript | None = None) -> None:
        super().__init__(workspace)
        self.script_desk = script or FakeScript.of(FIRST, SECOND, roles=ROLES)
        self.cast_desk = CastDesk(self.script_desk, find_preset, self.voices)
        self.put("light", "The Keeper of the Light", (12, 12))
        self.contents_desk.include("light", self.contents["light"][1].id, True)

    def voices(self) -> list[VoiceProfile]:
        return list(preset_voices())

    def book(self, slug: str) -> BookSummary:
        book, script = super().book(slug), self.script_desk
        voice = script.cast[NARRATOR].voice
        return replace(book, reading=script.reading, series=script.kept_series, voice=voice)
