"""The scorecard: each fault is found by the measure that is about it, and told with what to do."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
import soundfile

from benchmarks import spoiling
from engine.core_types import Clip, Progress
from engine.errors import ModelMissing, RecordingRefused, Stopped
from engine.voice_types import Measure, Scorecard, Verdict
from engine.voices import judging, verdicts
from engine.voices.listening_score import ListeningScore
from engine.voices.prompts import list_prompts
from engine.voices.reading import open_recording
from engine.voices.samples import check_recording, refuse_speechless
from engine.voices.survey import survey_recording
from tests.voices.people import read_aloud
from tests.voices.recordings import RATE_HZ, SENTENCES, hiss, record, silence, write_compressed, write_wav

NAMES = {rule.name for rule in verdicts.RULES}
GREEN, AMBER, RED = Verdict.GREEN, Verdict.AMBER, Verdict.RED


@pytest.fixture(autouse=True)
def _listen_to_nothing(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """The listening model takes longer than all else together; where nothing hangs on it, everything sounds good."""
    if "really_listening" not in request.fixturenames:
        good = ListeningScore(3.5, 4.0, 3.3)
        monkeypatch.setattr(judging, "score_windows", lambda windows: [good for _ in windows])


@pytest.fixture
def really_listening() -> None:
    """For tests that need the listening model."""


def measure(card: Scorecard, name: str) -> Measure:
    return next(one for one in card.measures if one.name == name)


def chords(seconds: float) -> np.ndarray:
    """Held triads, half a second each."""
    times = np.arange(RATE_HZ // 2) / RATE_HZ
    bars = []
    for root in (220.0, 196.0, 261.6, 174.6) * int(seconds):
        tones = [np.sin(2 * np.pi * root * ratio * k * times) / k for ratio in (1, 1.26, 1.5) for k in (1, 2, 3)]
        bars.append(np.sum(tones, axis=0) * np.exp(-2.0 * times))
    return np.concatenate(bars)[: int(seconds * RATE_HZ)].astype(np.float32) * 0.1


# --- a good recording ----------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("really_listening")
def test_a_clean_reading_is_green_and_every_measure_is_there() -> None:
    card = check_recording(record(sentences=4))
    assert (card.verdict, card.advice, card.bad_places) == (GREEN, (), ())
    assert {one.name for one in card.measures} == NAMES
    assert measure(card, "duration of speech").value == pytest.approx(17.4, abs=1.0)
    for start, end in card.best_clips:
        assert 3.0 <= end - start <= 15.0
    assert card.read_next == list_prompts()[0].text


def test_the_same_voice_is_green_in_every_container(tmp_path: Path) -> None:
    for suffix in (".mp3", ".webm"):
        assert check_recording(write_compressed(tmp_path / f"a{suffix}", record())).verdict == GREEN


def test_a_measure_that_cannot_be_taken_says_why_and_spoils_nothing() -> None:
    card = check_recording(record(sentences=1))
    untold = [one for one in card.measures if one.value is None]
    assert {one.name for one in untold} >= {"words read", "phoneme coverage", "more than one speaker"}
    assert all(one.verdict == GREEN and one.advice.endswith(".") for one in untold)
    assert card.advice == ()


def test_a_missing_model_leaves_its_measure_out(monkeypatch: pytest.MonkeyPatch) -> None:
    def miss(*_: object) -> None:
        raise ModelMissing("The model is not here. Install it.")

    monkeypatch.setattr(judging, "count_voices", miss)
    monkeypatch.setattr(judging, "score_windows", miss)
    card = check_recording(record(sentences=2))
    assert measure(card, "listening score") == Measure(
        "listening score", None, "of 5", GREEN, "The model is not here. Install it."
    )
    assert measure(card, "more than one speaker").value is None
    assert card.verdict == GREEN


# --- faults of the sound -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "amount", "verdict"),
    [
        ("white noise", 20.0, AMBER),
        ("white noise", 0.0, RED),
        ("pink noise", 20.0, AMBER),
        ("air conditioner", 15.0, AMBER),
        ("hum, 50 Hz", 20.0, AMBER),
        ("hum, 60 Hz, rich", 20.0, AMBER),
        ("room", 0.3, AMBER),
        ("room", 1.2, RED),
        ("clipping", 0.1, AMBER),
        ("clipping", 5.0, RED),
        ("clipping, then MP3", 1.0, AMBER),
        ("clipping, then MP3", 5.0, RED),
        ("soft clipping", 1.0, AMBER),
        ("bandwidth", 5500.0, AMBER),
        ("bandwidth", 2500.0, RED),
        ("DC", 5.0, AMBER),
        ("level", 25.0, AMBER),
        ("level variation", 10.0, AMBER),
        ("pitch variation", 12.0, AMBER),
        ("dropouts", 2.0, AMBER),
        ("silence inside", 20.0, AMBER),
        ("piano behind", 25.0, RED),
        ("whisper", 1.0, RED),
    ],
)
def test_a_fault_is_found_by_the_measure_that_is_about_it(name: str, amount: float, verdict: Verdict) -> None:
    fault = next(fault for fault in spoiling.FAULTS if fault.name == name)
    card = check_recording(fault.spoil(record(sentences=3, pause_s=0.8), amount))
    found = measure(card, fault.measures[0])
    assert (found.verdict, found.advice in card.advice) == (verdict, True)
    assert card.verdict in (verdict, RED)


def test_a_hum_is_no_music() -> None:
    for below_db in (50.0, 30.0, 15.0):
        card = check_recording(spoiling.add_rich_hum(record(sentences=3, pause_s=0.8), below_db))
        assert measure(card, "music behind").value == pytest.approx(0.0, abs=5.0)


def test_a_noise_gate_makes_no_dropouts() -> None:
    samples = record(sentences=2, room_db=-60.0).samples.copy()
    frames = samples[: len(samples) // 240 * 240].reshape(-1, 240)
    frames[np.sqrt(np.mean(np.square(frames), axis=1)) < 0.003] = 0.0
    assert measure(check_recording(Clip(samples, RATE_HZ)), "dropouts").value == 0.0


def test_a_very_quiet_recording_is_quiet_and_not_empty() -> None:
    card = check_recording(spoiling.soften(record(sentences=2), 45.0))
    assert measure(card, "duration of speech").verdict == GREEN
    assert measure(card, "level").verdict == RED


@pytest.mark.usefixtures("really_listening")
def test_a_noisy_recording_is_not_blamed_on_the_room() -> None:
    card = check_recording(spoiling.add_noise(record(sentences=3), 10.0))
    assert measure(card, "reverberation").value is None
    assert measure(card, "noise floor").verdict != GREEN
    assert measure(card, "listening score").verdict != GREEN


def test_clipping_is_shown_where_it_is() -> None:
    samples = record(sentences=2).samples.copy()
    here = slice(3 * RATE_HZ, 4 * RATE_HZ)
    samples[here] = np.clip(samples[here] * 20.0, -0.9, 0.9)
    card = check_recording(Clip(samples, RATE_HZ))
    places = [place for place in card.bad_places if place.measure == "clipping"]
    assert places
    assert all(2.9 <= place.start_s <= place.end_s <= 4.1 for place in places)


def test_a_recording_clipped_and_then_turned_down_is_still_clipped() -> None:
    quiet = spoiling.soften(spoiling.cut_off(record(), 3.0), 20.0)
    assert measure(check_recording(quiet), "clipping").verdict == RED


def test_a_sound_between_words_is_shown_where_it_is() -> None:
    samples = record(sentences=2, pause_s=3.0).samples.copy()
    start = len(samples) - 2 * RATE_HZ
    samples[start : start + RATE_HZ] += hiss(RATE_HZ, -38.0)
    card = check_recording(Clip(samples, RATE_HZ))
    found = [place for place in card.bad_places if place.measure == "sounds between words"]
    assert measure(card, "sounds between words").verdict == AMBER
    assert [place.start_s for place in found] == [pytest.approx(start / RATE_HZ, abs=0.1)]
    assert [place.end_s for place in found] == [pytest.approx(start / RATE_HZ + 1.0, abs=0.1)]


def test_music_behind_the_voice_is_found() -> None:
    clip = record(sentences=3, pause_s=1.0)
    behind = spoiling.add_music(Clip(chords(clip.seconds), RATE_HZ))
    assert measure(check_recording(behind(clip, 20.0)), "music behind").verdict != GREEN
    assert measure(check_recording(clip), "music behind").value == 0.0


@pytest.mark.parametrize("where", ["before", "amid", "after"])
def test_three_seconds_of_another_person_are_found(where: str) -> None:
    card = check_recording(spoiling.add_voice(record("bruno", 2), where)(record("hazel", 3), 3.5))
    assert measure(card, "more than one speaker").verdict != GREEN


def test_two_people_are_found_and_the_second_shown() -> None:
    one, other = record("hazel", 3), record("bruno", 2)
    card = check_recording(Clip(np.concatenate([one.samples, other.samples]), RATE_HZ))
    assert measure(card, "more than one speaker").verdict != GREEN
    places = [place for place in card.bad_places if place.measure == "more than one speaker"]
    assert all(place.end_s > one.seconds for place in places)


# --- channels ------------------------------------------------------------------------------------------------------


def write_stereo(path: Path, left: np.ndarray, right: np.ndarray) -> Path:
    soundfile.write(path, np.stack([left, right], axis=1), RATE_HZ, subtype="PCM_16")
    return path


def test_a_dead_channel_is_left_out_and_told(tmp_path: Path) -> None:
    clip = record()
    card = check_recording(write_stereo(tmp_path / "a.wav", silence(clip.seconds)[: len(clip.samples)], clip.samples))
    mono = check_recording(write_wav(tmp_path / "b.wav", clip.samples))
    assert card.measures == mono.measures
    assert card.advice == ("1 of its 2 channels is silent; another one was used.",)


def test_channels_of_opposite_sign_do_not_cancel(tmp_path: Path) -> None:
    clip = record()
    card = check_recording(write_stereo(tmp_path / "a.wav", clip.samples, -clip.samples))
    assert card.verdict == GREEN


def test_two_people_with_a_channel_each_are_found(tmp_path: Path) -> None:
    one, other = record("hazel").samples, record("bruno").samples
    count = min(len(one), len(other))
    card = check_recording(write_stereo(tmp_path / "a.wav", one[:count], other[:count]))
    assert measure(card, "more than one speaker").verdict == AMBER
    assert any("two channels" in sentence for sentence in card.advice)


# --- nobody speaks -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("samples", "reason"),
    [
        (silence(4.0), "It is silent."),
        (hiss(4 * RATE_HZ, -75.0), "It is silent."),
        (hiss(4 * RATE_HZ, -25.0), "There is noise in it"),
        (chords(6.0), "This is music"),
        (silence(0.0), "It lasts 0.0 s"),
        (record().samples[RATE_HZ : RATE_HZ + RATE_HZ // 5], "It lasts 0.2 s"),
    ],
)
def test_why_there_is_no_voice_in_it_is_told(samples: np.ndarray, reason: str) -> None:
    clip = Clip(samples, RATE_HZ)
    card = check_recording(clip)
    assert card.verdict == RED
    assert (card.advice[0].startswith(reason), len(card.advice)) == (True, 1)
    assert {one.name for one in card.measures} == NAMES
    with pytest.raises(RecordingRefused, match=reason):
        refuse_speechless(survey_recording(open_recording(clip)))


def test_a_file_cut_short_is_told(tmp_path: Path) -> None:
    path = write_compressed(tmp_path / "a.mp3", record(sentences=4))
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    assert any("not copied whole" in sentence for sentence in check_recording(path).advice)


# --- words ---------------------------------------------------------------------------------------------------------


def hears(words: str) -> judging.Transcribe:
    return lambda clip: words


def test_the_words_read_are_compared_with_the_prompt() -> None:
    clip = record(sentences=1)
    right = check_recording(clip, prompt=SENTENCES[0], transcribe=hears(SENTENCES[0].upper().replace(",", "")))
    wrong = check_recording(clip, prompt=SENTENCES[0], transcribe=hears("It was cold."))
    assert (measure(right, "words read").value, right.verdict) == (100.0, GREEN)
    assert (measure(wrong, "words read").verdict, wrong.verdict) == (RED, RED)
    assert "“clear”" in " ".join(wrong.advice)


def test_a_recogniser_that_has_lost_the_thread_makes_no_reading_red() -> None:
    words = SENTENCES[0].split()
    heard = " ".join([*words[:9], *("and I do not know how to say it" for _ in range(30))])
    card = check_recording(record(sentences=1), prompt=SENTENCES[0], transcribe=hears(heard))
    assert measure(card, "words read").verdict == AMBER


def test_a_word_begun_again_is_told_without_a_prompt() -> None:
    card = check_recording(record(sentences=1), transcribe=hears("It was it was a clear, clear evening"))
    assert measure(card, "words read").verdict == AMBER
    assert "“it was”" in " ".join(card.advice)


def read_prompt(count: int) -> Sequence[str]:
    return [prompt.text for prompt in list_prompts()[:count]]


def test_coverage_counts_what_was_read_before_and_says_what_to_read_next() -> None:
    clip, texts = record(sentences=1), read_prompt(4)
    alone = check_recording(clip, prompt=texts[0])
    together = check_recording(clip, prompt=texts[0], read_before=texts[1:])
    assert measure(alone, "phoneme coverage").value == 80.0
    assert measure(alone, "phoneme coverage").verdict == GREEN  # one sentence cannot hold them all
    assert measure(together, "phoneme coverage").value == 100.0
    assert alone.read_next not in texts[:1]
    assert together.read_next not in texts


def test_coverage_of_a_text_of_ones_own_is_found_with_a_dictionary() -> None:
    text = "see the sea " * 20
    card = check_recording(record(sentences=1), prompt=text, phonemize=lambda _: "siː ðə siː")
    coverage = measure(card, "phoneme coverage")
    assert (coverage.value, coverage.verdict) == (10.0, AMBER)


# --- long work -----------------------------------------------------------------------------------------------------


def test_progress_goes_from_nothing_to_everything(tmp_path: Path) -> None:
    seen: list[Progress] = []
    check_recording(write_wav(tmp_path / "a.wav", record(sentences=4).samples), on_progress=seen.append)
    shares = [progress.done / progress.total for progress in seen]
    assert shares == sorted(shares)
    assert (len(shares) > 5, shares[-1]) == (True, 1.0)


def test_a_check_can_be_stopped() -> None:
    with pytest.raises(Stopped):
        check_recording(record(), should_stop=lambda: True)


@pytest.mark.slow
def test_half_an_hour_stays_under_500_megabytes(tmp_path: Path) -> None:
    if not Path("/proc/self/status").exists():
        pytest.skip("only Linux tells how much memory a program has taken at most")
    sentence = np.concatenate([read_aloud("hazel", SENTENCES[0]).samples, silence(1.0)])
    half_an_hour = np.resize(sentence, 30 * 60 * RATE_HZ) * np.float32(0.8)
    path = write_wav(tmp_path / "long.flac", half_an_hour)
    program = (
        "import sys; from pathlib import Path; from engine.voices.samples import check_recording\n"
        "card = check_recording(Path(sys.argv[1]))\n"
        "peak = next(line for line in open('/proc/self/status') if line.startswith('VmHWM'))\n"
        "print(card.measures[0].value, peak.split()[1])"
    )
    root = Path(__file__).parents[2]
    ran = subprocess.run([sys.executable, "-c", program, path], cwd=root, capture_output=True, text=True, check=True)
    seconds, kibibytes = map(float, ran.stdout.split())
    assert seconds > 1200.0
    assert kibibytes * 1024 < 500e6
