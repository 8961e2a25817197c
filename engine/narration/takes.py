"""What a take is known by, and speaking many lines at once."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import asdict
from functools import lru_cache

from engine.core_types import Clip, EngineCard, ShouldStop, SpeechRequest, Synthesizer, VoiceProfile
from engine.errors import Stopped, SynthesisError

STOPPED = "Stopped. Every line spoken so far is kept."
IN_FLIGHT_PER_THREAD = 4  # enough that no thread waits for the caller to write a file, few enough to stop at once


def take_key(request: SpeechRequest, card: EngineCard) -> str:
    """Hex sha256 of everything that goes into a take: words, voice, shape, engine and version, seed.

    Change any of them and the line is spoken again; change none and it never is.
    """
    digest = _digest_voice(request.voice, card).copy()
    if request.language != "en" or request.sounds:
        sounds = [(sound.start, sound.end, sound.ipa) for sound in request.sounds]
        digest.update(f"\n{request.language}\n{sounds}".encode())
    digest.update(f"\n{request.seed}\n{request.spoken_text}".encode("utf-8", "surrogatepass"))
    return digest.hexdigest()


@lru_cache(maxsize=256)
def _digest_voice(voice: VoiceProfile, card: EngineCard) -> hashlib._Hash:
    """The part of the key that all lines of a voice share: a long book asks for ten thousand keys at a time."""
    ingredients = {
        "voice": voice.fingerprint,
        "shape": asdict(voice.shape),
        "engine": card.name,
        "version": card.version,
    }
    return hashlib.sha256(json.dumps(ingredients, sort_keys=True).encode())


def speak_one(synthesizer: Synthesizer, request: SpeechRequest) -> Clip:
    """One line at once. Raises SynthesisError."""
    spoken = next(iter(synthesizer.speak([request])))
    if isinstance(spoken, SynthesisError):
        raise spoken
    return spoken


def speak_lines(
    requests: Mapping[str, SpeechRequest], synthesizer: Synthesizer, threads: int, should_stop: ShouldStop
) -> Iterator[tuple[str, Clip | SynthesisError]]:
    """Speak each request, several at a time; yields (key, clip) as each is ready, roughly in order.

    A line the engine cannot say comes back as its error, and the others go on. Raises Stopped when ``should_stop``
    says so; what was yielded until then is whole.
    """

    if synthesizer.card.batch_lines > 1:
        yield from _speak_batches(requests, synthesizer, should_stop)
        return

    def speak(request: SpeechRequest) -> Clip | SynthesisError:
        return next(iter(synthesizer.speak([request])))

    waiting = iter(requests.items())
    in_flight: dict[Future[Clip | SynthesisError], str] = {}
    with ThreadPoolExecutor(threads, thread_name_prefix="speak") as pool:
        try:
            while True:
                while len(in_flight) < threads * IN_FLIGHT_PER_THREAD and (following := next(waiting, None)):
                    key, request = following
                    in_flight[pool.submit(speak, request)] = key
                if not in_flight:
                    return
                if should_stop():
                    raise Stopped(STOPPED)
                for future in wait(in_flight, return_when=FIRST_COMPLETED).done:
                    yield in_flight.pop(future), future.result()
        finally:
            pool.shutdown(cancel_futures=True)


def _speak_batches(
    requests: Mapping[str, SpeechRequest], synthesizer: Synthesizer, should_stop: ShouldStop
) -> Iterator[tuple[str, Clip | SynthesisError]]:
    """All requests in one call: the engine keeps its batch full itself, and gives lines out as they are asked for."""
    if should_stop():
        raise Stopped(STOPPED)
    for key, spoken in zip(requests, synthesizer.speak(list(requests.values())), strict=True):
        yield key, spoken
        if should_stop():
            raise Stopped(STOPPED)
