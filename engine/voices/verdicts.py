"""From a figure to green, amber or red, and to what a person can do about it.

Every threshold is set from recordings whose faults are known: ``benchmarks/results/scorecard.md`` has each measure's
figure for each of them. Red means that a voice made of the recording would carry the fault; no recording without a
stated fault comes near a red limit.
"""

from __future__ import annotations

from dataclasses import dataclass

from engine.voice_types import Measure, Verdict


@dataclass(frozen=True, slots=True)
class Rule:
    """How a figure is judged. With ``more_is_worse`` the limits are the largest allowed, else the smallest."""

    name: str
    unit: str
    amber: float  # beyond this it is amber
    red: float | None  # beyond this it is red; None when it never is
    advice: str
    more_is_worse: bool = False

    def judge(self, value: float | None, unknown: str = "") -> Measure:
        """The measure; where there is no value, green with the sentence that says why."""
        if value is None:
            return Measure(self.name, None, self.unit, Verdict.GREEN, unknown)
        verdict = self._verdict(value)
        return Measure(self.name, value, self.unit, verdict, self.advice if verdict != Verdict.GREEN else "")

    def _verdict(self, value: float) -> Verdict:
        sign = 1.0 if self.more_is_worse else -1.0
        if self.red is not None and sign * value > sign * self.red:
            return Verdict.RED
        return Verdict.AMBER if sign * value > sign * self.amber else Verdict.GREEN


DURATION = Rule(
    "duration of speech", "s", 3.0, 1.0,
    "Read on: of each recording at least three seconds should be speech, and half a minute in all.",
)  # fmt: skip
PAUSES = Rule(
    "speech between pauses", "%", 50.0, None,
    "Read without long stops: more than half of the time between the first word and the last is silence.",
)  # fmt: skip
VOICED = Rule(
    "voicing", "%", 35.0, 15.0,
    "Read aloud, in your ordinary voice: most of what is said here is whispered, or drowned in noise.",
)  # fmt: skip
LEVEL = Rule("level", "dB", -42.0, -60.0, "Move closer to the microphone, or turn its level up: this is very quiet.")
CLIPPING = Rule(
    "clipping", "%", 0.004, 1.0,
    "Turn the microphone's level down or move back a little: the loudest moments are cut off.", more_is_worse=True,
)  # fmt: skip
NOISE = Rule(
    "signal-to-noise ratio", "dB", 22.0, 4.0,
    "Move closer to the microphone and turn off what makes noise: a fan, a computer, the street behind a window.",
)  # fmt: skip
FLOOR = Rule(
    "noise floor", "dB", -43.0, -28.0,
    "Find a quieter room, or turn off the fan: the background can be heard between the words.", more_is_worse=True,
)  # fmt: skip
SOUNDS = Rule(
    "sounds between words", "%", 5.0, None,
    "Listen to the marked places: there are breaths or other sounds between the words; turn the head aside to breathe.",
    more_is_worse=True,
)  # fmt: skip
REVERBERATION = Rule(
    "reverberation", "s", 0.18, 0.36,
    "Move closer to the microphone, or record among soft things, such as beds and clothes: the room can be heard.",
    more_is_worse=True,
)  # fmt: skip
BANDWIDTH = Rule(
    "bandwidth", "Hz", 6500.0, 3000.0,
    "Record with another microphone or program: the high sounds are missing, as on a telephone.",
)  # fmt: skip
HUM = Rule(
    "hum", "dB", -49.0, -20.0,
    "Move the microphone and its cable away from mains cables, chargers and lamps: there is a hum.", more_is_worse=True,
)  # fmt: skip
OFFSET = Rule(
    "DC", "%", 1.0, 20.0,
    "Try another microphone input: this one adds a constant voltage, which is taken out here.", more_is_worse=True,
)  # fmt: skip
DROPOUTS = Rule(
    "dropouts", "", 0.0, None,
    "Record again with fewer programs running, or over a better line: sound is missing at the marked places.",
    more_is_worse=True,
)  # fmt: skip
VARIATION = Rule(
    "level variation", "dB", 3.2, None,
    "Keep the same distance and the same voice: some places are much louder or softer than others.", more_is_worse=True,
)  # fmt: skip
PITCH = Rule(
    "pitch variation", "semitones", 4.5, None,
    "Keep to one voice: some phrases are much higher or deeper than the others.", more_is_worse=True,
)  # fmt: skip
VOICES = Rule(
    "more than one speaker", "", 1.0, None,
    "Record one person alone, or cut the other voice out at the marked places.", more_is_worse=True,
)  # fmt: skip
MUSIC = Rule(
    "music behind", "%", 9.0, 45.0,
    "Turn the music off: tones are held between the words.", more_is_worse=True,
)  # fmt: skip
LISTENING = Rule(
    "listening score", "of 5", 2.45, 1.2,
    "Listen to it with headphones: a listener would hear that the background disturbs or the voice is distorted.",
)  # fmt: skip
# Different prompts mostly share less than 15 % (99 in 100 of 1,560 pairs less than 24); a strong accent can leave a
# third of the words.
WORDS = Rule("words read", "%", 85.0, 15.0, "Read the sentence again, word for word.")
COVERAGE = Rule(
    "phoneme coverage", "%", 90.0, None,
    "Read some more of the prompts: not every sound of the language has come yet.",
)  # fmt: skip

# Predicted opinions of the background and of the voice alone, below which the listening score is amber in any case.
LEAST_BACKGROUND, LEAST_SPEECH = 3.0, 2.6
LEAST_WORDS = 40  # before so much is read, no coverage is too small

RULES = (
    DURATION, PAUSES, VOICED, LEVEL, CLIPPING, NOISE, FLOOR, SOUNDS, DROPOUTS, VARIATION, PITCH, OFFSET, REVERBERATION,
    BANDWIDTH, HUM, MUSIC, VOICES, LISTENING, WORDS, COVERAGE,
)  # fmt: skip
