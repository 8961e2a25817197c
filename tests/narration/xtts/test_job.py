"""A job of many lines: in order, again when wrong, never growing, and on with half the rows when memory runs out."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch

from engine.audio import peak_db
from engine.core_types import Clip, Shape, SpeechRequest, VoiceProfile
from engine.errors import LanguageNotSpoken, SynthesisError
from engine.narration.xtts import job as job_file
from engine.narration.xtts import sounder as sounder_file
from engine.narration.xtts import synthesizer as synthesizer_file
from engine.narration.xtts.decoding import Batch
from engine.narration.xtts.guards import MOST_TRIES, Fault
from engine.narration.xtts.sounder import Sounder
from engine.narration.xtts.synthesizer import WINDOW, XttsSynthesizer

WORDS = ("lamp", "keeper", "wind", "steps", "midnight", "house", "road", "years", "door", "match")


@pytest.fixture(autouse=True)
def _content_with_anything(monkeypatch: pytest.MonkeyPatch) -> None:
    """The tiny model's sounds are noise, and would all be said again; here that is tested by itself."""
    monkeypatch.setattr(job_file, "check_piece", lambda *_: [])


def lines(count: int) -> list[str]:
    return [f"The {WORDS[number % 10]} and the {WORDS[number // 10 % 10]}" for number in range(count)]


def ask(voice: VoiceProfile, texts: Sequence[str], seed: int = 0) -> list[SpeechRequest]:
    return [SpeechRequest(text, voice, seed) for text in texts]


def samples(spoken: Iterator[Clip | SynthesisError]) -> list[np.ndarray]:
    clips = []
    for clip in spoken:
        assert isinstance(clip, Clip), clip
        clips.append(clip.samples)
    return clips


def equal(one: Sequence[np.ndarray], other: Sequence[np.ndarray]) -> bool:
    return len(one) == len(other) and all(np.array_equal(a, b) for a, b in zip(one, other, strict=True))


# --- order and sameness -------------------------------------------------------------------------------------------


def test_lines_of_all_lengths_come_back_in_order_as_they_sound_alone(synthesizer, voice):
    texts = ["One step.", "The lamp went out, and nobody spoke for a while. " * 9, "Who?", *lines(20)]
    together = samples(synthesizer.speak(ask(voice, texts)))
    some = (0, 1, 2, 9, 22)
    assert equal([together[n] for n in some], [samples(synthesizer.speak(ask(voice, [texts[n]])))[0] for n in some])


def test_voices_languages_and_shapes_share_a_batch(synthesizer, voice, other_voice):
    bent = replace(voice, shape=Shape(semitones=-3.0, formant=0.9, pace=1.2))
    requests = [
        SpeechRequest("The lamp went out.", voice),
        SpeechRequest("The lamp went out.", other_voice),
        SpeechRequest("Das Licht ging aus.", voice, language="de"),
        SpeechRequest("The lamp went out.", bent),
        SpeechRequest("The lamp went out.", voice, seed=1),
    ]
    together = samples(synthesizer.speak(requests))
    assert equal(together, [samples(synthesizer.speak([request]))[0] for request in requests])
    assert len({clip.tobytes() for clip in together}) == len(requests)


def test_a_line_that_cannot_be_said_is_told_in_its_place(synthesizer, voice):
    requests = ask(voice, ["One step.", "?!", "Two steps."])
    requests.append(SpeechRequest("Ett steg.", voice, language="sv"))
    requests.append(SpeechRequest("One step.", replace(voice, engine="hibari", name="hazel")))
    requests.append(SpeechRequest("One step.", replace(voice, shape=Shape(pace=9.0))))
    spoken = list(synthesizer.speak(requests))
    refused = SynthesisError
    assert [type(one) for one in spoken] == [Clip, refused, Clip, LanguageNotSpoken, refused, refused]
    assert "hazel" in str(spoken[4]) and "pace" in str(spoken[5])


def test_no_line_passes_full_scale(synthesizer, voice):
    loud = replace(voice, shape=Shape(formant=1.3, semitones=6.0))
    for clip in samples(synthesizer.speak(ask(loud, lines(4)))):
        assert peak_db(clip) < 0.0


def test_a_job_can_be_left_at_any_line_and_others_go_on(synthesizer, voice):
    speaking = synthesizer.speak(ask(voice, lines(30)))
    first = next(speaking)
    other = samples(synthesizer.speak(ask(voice, lines(1))))  # while the first job waits for its turn
    assert isinstance(first, Clip) and np.array_equal(first.samples, other[0])
    speaking.close()


def test_only_a_window_of_lines_is_open_at_a_time(folder, voice, monkeypatch):
    synthesizer = XttsSynthesizer(folder, device="cpu", rows=4)
    taken = 0

    class Watched(Sequence[SpeechRequest]):
        def __len__(self) -> int:
            return 200

        def __getitem__(self, number: Any) -> Any:
            nonlocal taken
            taken = max(taken, number + 1)
            return SpeechRequest("One.", voice, seed=number)

        def __iter__(self) -> Iterator[SpeechRequest]:
            return (SpeechRequest("One.", voice) for _ in range(5))

    monkeypatch.setattr(XttsSynthesizer, "_count_rows", lambda *_: 4)
    for given, _ in enumerate(synthesizer.speak(Watched()), 1):
        assert taken - given <= WINDOW * 4
        if given == 60:
            break


# --- again --------------------------------------------------------------------------------------------------------


def blame(monkeypatch: pytest.MonkeyPatch, *faults: list[Fault]) -> list[int]:
    """The first pieces heard have these faults, the next none; returns where the tokens heard are counted."""
    left, heard = list(faults), []

    def check(tokens: Sequence[int], *_: Any) -> list[Fault]:
        heard.append(hash(tuple(tokens)))
        return left.pop(0) if left else []

    monkeypatch.setattr(job_file, "check_piece", check)
    return heard


def test_a_fault_is_said_again_with_other_chances(synthesizer, voice, monkeypatch):
    plain = samples(synthesizer.speak(ask(voice, ["Who is there?"])))
    heard = blame(monkeypatch, [Fault.TOO_LONG])
    again = samples(synthesizer.speak(ask(voice, ["Who is there?"])))
    assert len(heard) == 2 and heard[0] != heard[1]
    assert not equal(plain, again)
    blame(monkeypatch, [Fault.TOO_LONG])
    assert equal(again, samples(synthesizer.speak(ask(voice, ["Who is there?"]))))


def test_the_best_of_all_tries_is_kept(synthesizer, voice, monkeypatch):
    tries = [[Fault.RUNAWAY], [Fault.LOUD_END], [Fault.TOO_LONG], [Fault.SILENT]]
    blame(monkeypatch, *tries)
    best = samples(synthesizer.speak(ask(voice, ["Who is there?"])))
    blame(monkeypatch, [Fault.RUNAWAY])
    assert equal(best, samples(synthesizer.speak(ask(voice, ["Who is there?"]))))


def test_tries_are_bounded_and_what_is_useless_is_an_error(synthesizer, voice, monkeypatch):
    heard = blame(monkeypatch, *[[Fault.RUNAWAY]] * 50)
    (spoken,) = synthesizer.speak(ask(voice, ["Who is there?"]))
    assert len(heard) == MOST_TRIES
    assert isinstance(spoken, SynthesisError)
    assert str(spoken) == (
        "XTTS could not say “who is there?” well in 4 tries (does not come to an end). "
        "Redo the line, or change its words."
    )


def test_one_bad_line_holds_up_no_other(synthesizer, voice, monkeypatch):
    texts = lines(12)
    plain = samples(synthesizer.speak(ask(voice, texts)))
    real = iter([[Fault.LOUD_END]])
    monkeypatch.setattr(job_file, "check_piece", lambda *_: next(real, []))
    again = samples(synthesizer.speak(ask(voice, texts)))
    assert sum(not np.array_equal(a, b) for a, b in zip(plain, again, strict=True)) == 1


# --- memory -------------------------------------------------------------------------------------------------------


class Memory:
    """A machine on which only so many rows fit, and which notices in the middle of the work."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, rows: int, after: int = 7) -> None:
        self.sizes: list[int] = []
        real, self.steps = Batch.advance, 0

        def advance(batch: Batch) -> Any:
            self.steps += 1
            if not self.sizes or self.sizes[-1] != batch.size:
                self.sizes.append(batch.size)
            if batch.size > rows and self.steps % after == 0:
                raise torch.OutOfMemoryError("CUDA out of memory.")
            return real(batch)

        monkeypatch.setattr(Batch, "advance", advance)


def test_out_of_memory_halves_the_batch_and_goes_on_with_the_same_result(synthesizer, voice, monkeypatch):
    requests = ask(voice, lines(24))
    plain = samples(synthesizer.speak(requests))
    memory = Memory(monkeypatch, rows=4)
    assert equal(samples(synthesizer.speak(requests)), plain)
    assert memory.sizes == [16, 8, 4]


PLACES = {
    "while lines are read in": (Batch, "join"),
    "in a step, with lines waiting for their sound": (Batch, "advance"),
    "while sound is made": (Sounder, "_make_sound"),
    "while a voice is listened to": (XttsSynthesizer, "_find_voice"),
}


@pytest.mark.parametrize("place", PLACES)
def test_no_line_is_lost_wherever_the_memory_runs_out(synthesizer, voice, other_voice, monkeypatch, place):
    requests = [SpeechRequest(text, (voice, other_voice)[n % 2]) for n, text in enumerate(lines(24))]
    plain = samples(synthesizer.speak(requests))
    monkeypatch.setattr(synthesizer, "place", replace(synthesizer.place, sound_s=4.0, joining=4))
    owner, name = PLACES[place]
    real, calls = getattr(owner, name), iter(range(10_000))

    def run_out_twice(*given: Any) -> Any:
        if next(calls) in (1, 4):
            raise torch.OutOfMemoryError("CUDA out of memory.")
        return real(*given)

    monkeypatch.setattr(owner, name, run_out_twice)
    again = samples(synthesizer.speak(requests))
    assert len(again) == len(plain) == 24
    assert all(np.allclose(a, b, atol=1e-4) for a, b in zip(plain, again, strict=True))
    assert next(calls) > 5


@pytest.mark.parametrize("threads", [1, 2])
def test_sound_is_made_beside_the_reading_and_comes_out_the_same(synthesizer, voice, monkeypatch, threads):
    requests, sounding = ask(voice, lines(12)), set()
    plain = samples(synthesizer.speak(requests))
    real = Sounder._make_sound

    def make_sound(sounder: Sounder, *given: Any) -> Any:
        sounding.add(threading.current_thread())
        return real(sounder, *given)

    monkeypatch.setattr(Sounder, "_make_sound", make_sound)
    monkeypatch.setattr(synthesizer_file, "THREADS", threads)
    assert all(np.allclose(a, b, atol=1e-4) for a, b in zip(plain, samples(synthesizer.speak(requests)), strict=True))
    assert sounding and (threading.current_thread() in sounding) == (threads == 1)


def test_when_not_even_one_line_fits_it_is_told(synthesizer, voice, monkeypatch):
    Memory(monkeypatch, rows=0)
    with pytest.raises(SynthesisError, match="memory of this machine is not enough"):
        list(synthesizer.speak(ask(voice, lines(9))))


def test_the_vocoder_out_of_memory_makes_less_at_once(synthesizer, voice, monkeypatch):
    requests = ask(voice, lines(6))
    plain = samples(synthesizer.speak(requests))
    monkeypatch.setattr(synthesizer, "place", replace(synthesizer.place, sound_s=40.0))
    asked, real = [], sounder_file.make_sound

    def make_sound(vocoder: Any, together: Any, seconds: float) -> Any:
        asked.append(seconds)
        if seconds > 5.0:
            raise torch.OutOfMemoryError("CUDA out of memory.")
        return real(vocoder, together, seconds)

    monkeypatch.setattr(sounder_file, "make_sound", make_sound)
    together = samples(synthesizer.speak(requests))
    assert 40.0 in asked and 5.0 in asked
    assert all(np.allclose(a, b, atol=1e-4) for a, b in zip(plain, together, strict=True))


def test_an_error_that_is_not_of_memory_is_not_hidden(synthesizer, voice, monkeypatch):
    def fail(batch: Batch) -> Any:
        raise RuntimeError("device-side assert triggered")

    monkeypatch.setattr(Batch, "advance", fail)
    with pytest.raises(RuntimeError, match="device-side"):
        list(synthesizer.speak(ask(voice, lines(2))))


# --- preview ------------------------------------------------------------------------------------------------------


def test_a_preview_is_the_line_in_stretches(synthesizer, voice):
    (request,) = ask(voice, ["The lamp went out, and nobody spoke for a while."])
    stretches = [clip.samples for clip in synthesizer.stream(request)]
    assert len(stretches) > 2
    heard, (whole,) = np.concatenate(stretches), samples(synthesizer.speak([request]))
    words = whole[4000:-4000]  # without the quiet that is put around a take, and its fades
    best = max(
        float(np.dot(heard[start : start + len(words)], words)) / float(np.dot(words, words))
        for start in range(min(6000, len(heard) - len(words) + 1))
    )
    assert best == pytest.approx(1.0, abs=0.01)


def test_a_preview_of_a_bent_voice_or_of_several_pieces_is_whole(synthesizer, voice):
    bent = replace(voice, shape=Shape(semitones=3.0))
    assert len(list(synthesizer.stream(SpeechRequest("One step.", bent)))) == 1
    assert sum(clip.seconds for clip in synthesizer.stream(SpeechRequest("One step. " * 60, voice))) > 10


def test_a_preview_of_nothing_is_an_error(synthesizer, voice):
    with pytest.raises(SynthesisError, match="nothing to say"):
        list(synthesizer.stream(SpeechRequest("…", voice)))
