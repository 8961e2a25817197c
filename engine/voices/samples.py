"""A recording's scorecard: what was measured, what to do about it, what to keep and what to read next.

Green is good, amber can be used and could be better, red is not to be used. ``survey`` goes through the recording,
``judging`` takes the measures, ``verdicts`` holds the thresholds.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from engine.core_types import Clip, OnProgress, Progress, ShouldStop
from engine.errors import RecordingRefused, Stopped
from engine.voice_types import BadPlace, Measure, Scorecard, Verdict
from engine.voices import prompts, verdicts
from engine.voices.judging import (
    Judged,
    Transcribe,
    judge_coverage,
    judge_duration,
    judge_level,
    judge_listening,
    judge_pitch,
    judge_sound,
    judge_voices,
    judge_words,
    speech_seconds,
)
from engine.voices.loudness import Loudness, measure_loudness
from engine.voices.reading import open_recording
from engine.voices.speech_finder import Span
from engine.voices.speechless import explain_silence
from engine.voices.stretches import SHORTEST_S, cut_at_pauses, overlap
from engine.voices.survey import Survey, survey_recording

LEAST_SPEECH_S = 1.0  # less is no recording of a voice
BEST_CLIPS, BEST_CLIP_S = 3, (5.0, 12.0)  # how many to keep, and how long they are best
LONGEST_CLIP_S = 15.0
SCORED_STRETCHES = 3  # the most promising ones, which the listening model is asked about
BAD_PLACE_COST = 2.0  # points of the listening score for a stretch that is one bad place from end to end
SHORT_COST = 0.1  # points for each second short of the best length
WHOLE_SHARE, WHOLE_SLACK_S = 0.92, 1.0  # of the length that the file promises

WORST_FIRST = (Verdict.RED, Verdict.AMBER, Verdict.GREEN)


def check_recording(
    source: Path | Clip,
    *,
    prompt: str = "",
    read_before: Sequence[str] = (),
    transcribe: Transcribe | None = None,
    phonemize: prompts.Phonemize | None = None,
    on_progress: OnProgress | None = None,
    should_stop: ShouldStop | None = None,
) -> Scorecard:
    """Measure a recording. Raises RecordingRefused when it cannot be read as sound, Stopped.

    ``prompt`` is what was to be read, ``read_before`` what was read in other recordings of this voice; ``transcribe``
    hears words, ``phonemize`` tells how a text is said. A measure that cannot be taken has no value, is green, and its
    advice says why.
    """

    def report(share: float) -> None:
        if should_stop and should_stop():
            raise Stopped("The recording was not checked to its end.")
        if on_progress:
            on_progress(Progress("checking", round(share, 3), 1.0, message="Listening to the recording"))

    recording = open_recording(source)
    survey = survey_recording(recording, lambda share: report(share / 2.0), should_stop)
    return score_survey(
        survey,
        prompt=prompt,
        read_before=read_before,
        transcribe=transcribe,
        phonemize=phonemize,
        report=lambda share: report(0.5 + share / 2.0),
    )


def score_survey(
    survey: Survey,
    *,
    prompt: str = "",
    read_before: Sequence[str] = (),
    transcribe: Transcribe | None = None,
    phonemize: prompts.Phonemize | None = None,
    report: Callable[[float], None] = lambda share: None,
) -> Scorecard:
    """The scorecard of a recording that was gone through."""
    read = [*read_before, *([prompt] if prompt else [])]
    following = prompts.next_prompts(read, 1, phonemize)
    read_next = following[0].text if following else ""
    loudness = measure_loudness(survey)
    duration = judge_duration(survey)
    if duration.measure.verdict == Verdict.RED:
        duration = Judged(replace(duration.measure, advice=explain_silence(survey, loudness)))
    if not survey.speech:
        return _score_without_speech(survey, duration.measure, read_next)
    report(0.2)
    judged = [duration, *judge_level(survey, loudness), *judge_pitch(survey), *judge_sound(survey, loudness)]
    report(0.5)
    judged.append(judge_voices(survey))
    report(0.6)
    listening, best = _choose_clips(survey, loudness, judged)
    report(0.9)
    judged += [listening, judge_words(survey, prompt, transcribe), judge_coverage(read, phonemize)]
    report(1.0)
    measures = tuple(one.measure for one in judged)
    verdict = min((measure.verdict for measure in measures), key=WORST_FIRST.index)
    return Scorecard(
        verdict=verdict,
        measures=measures,
        advice=(*_collect_advice(measures), *_remarks(survey)),
        bad_places=_collect_places(judged),
        best_clips=tuple(best) if verdict != Verdict.RED else (),
        read_next=read_next,
    )


def refuse_speechless(survey: Survey) -> None:
    """Raise RecordingRefused when no voice can be made of a recording, because nobody speaks in it."""
    if speech_seconds(survey) < LEAST_SPEECH_S:
        reason = explain_silence(survey, measure_loudness(survey))
        raise RecordingRefused(f"{survey.recording.name} cannot be used. {reason}")


def _score_without_speech(survey: Survey, duration: Measure, read_next: str) -> Scorecard:
    others = [rule for rule in verdicts.RULES if rule is not verdicts.DURATION]
    unknown = [rule.judge(None, "This can only be told while somebody speaks.") for rule in others]
    place = BadPlace(0.0, round(survey.seconds, 3), duration.name)
    advice = (duration.advice, *_remarks(survey))
    return Scorecard(Verdict.RED, (duration, *unknown), advice, (place,), (), read_next)


# --- what to keep --------------------------------------------------------------------------------------------------


def _choose_clips(survey: Survey, loudness: Loudness, judged: Sequence[Judged]) -> tuple[Judged, list[Span]]:
    """The listening score, and the stretches worth keeping, best first."""
    stretches = cut_at_pauses(survey.speech, loudness, BEST_CLIP_S, LONGEST_CLIP_S)
    places = [(place.start_s, place.end_s) for place in _collect_places(judged)]

    def cost(stretch: Span) -> float:
        length = stretch[1] - stretch[0]
        return BAD_PLACE_COST * overlap(stretch, places) / length + SHORT_COST * max(0.0, BEST_CLIP_S[0] - length)

    promising = sorted(stretches, key=cost)[:SCORED_STRETCHES]
    listening, scores = judge_listening(survey, loudness, promising)
    worth = [score.overall - cost(stretch) for stretch, score in zip(promising, scores, strict=False)]
    ranked = [promising[number] for number in sorted(range(len(worth)), key=lambda number: -worth[number])]
    long_enough = [(start, end) for start, end in ranked if end - start >= SHORTEST_S] or ranked[:1]
    return listening, [(round(start, 3), round(end, 3)) for start, end in long_enough[:BEST_CLIPS]]


def _collect_places(judged: Sequence[Judged]) -> tuple[BadPlace, ...]:
    """Where something is wrong, in order, for the measures that are not green."""
    places = [
        BadPlace(round(start, 3), round(end, 3), one.measure.name)
        for one in judged
        if one.measure.verdict != Verdict.GREEN
        for start, end in one.places
    ]
    return tuple(sorted(places, key=lambda place: (place.start_s, place.end_s)))


# --- what to do ----------------------------------------------------------------------------------------------------


def _collect_advice(measures: Sequence[Measure]) -> list[str]:
    """What to do about everything that is not green, the worst first; without speech, about that alone."""
    told = [measure for measure in measures if measure.verdict != Verdict.GREEN]
    if any(measure.name == verdicts.DURATION.name and measure.verdict == Verdict.RED for measure in told):
        told = [measure for measure in told if measure.name == verdicts.DURATION.name]
    told.sort(key=lambda measure: WORST_FIRST.index(measure.verdict))
    return list(dict.fromkeys(measure.advice for measure in told))


def _remarks(survey: Survey) -> list[str]:
    """What a person should know of the file, though it makes no difference to the sound that is there."""
    recording, channels = survey.recording, survey.channels
    remarks = []
    if channels.dead:
        remarks.append(f"{channels.dead} of its {recording.channels} channels is silent; another one was used.")
    missing = recording.promised_s - recording.seconds
    if missing > WHOLE_SLACK_S and recording.seconds < WHOLE_SHARE * recording.promised_s:
        remarks.append(
            f"The file ends after {recording.seconds:.0f} s and should last {recording.promised_s:.0f} s: "
            "it was probably not copied whole. What is there was used."
        )
    elif recording.damaged:
        remarks.append("Parts of the file are damaged and were left out. Copy it again if you can.")
    return remarks
