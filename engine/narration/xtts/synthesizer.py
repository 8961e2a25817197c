"""XTTS v2 behind the Synthesizer protocol: a person's own voice, many lines at a time."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import torch

from engine.core_types import Clip, EngineCard, SpeechRequest, VoiceProfile
from engine.errors import RecordingRefused, SynthesisError
from engine.narration.shaping import check_shape
from engine.narration.xtts.card import NAME, make_card
from engine.narration.xtts.checkpoint import open_checkpoint, read_weights
from engine.narration.xtts.conditioning import Conditioning, find_conditioning, name_conditioning
from engine.narration.xtts.decoding import FEWEST_ROWS, Batch, Piece, Reading, decode
from engine.narration.xtts.job import Job, Part
from engine.narration.xtts.machine import Place, count_rows, explain_full_memory, find_place, is_out_of_memory
from engine.narration.xtts.model import build_model
from engine.narration.xtts.sizes import VOICE_LATENTS
from engine.narration.xtts.sounder import Frames, Sounder
from engine.narration.xtts.streaming import SoundStream
from engine.narration.xtts.text import TextPiece, TextReader
from engine.narration.xtts.vocoder import SECONDS_PER_TOKEN, stretch_latents
from engine.narration.xtts.words import LANGUAGES

MOST_TEXT_TOKENS = 250  # of a piece; the longest the model takes is 400, and the cache is sized for this
WINDOW = 4  # lines open for each row of the batch: enough that no row waits while a long line holds back its followers
MOST_VOICES = 64  # whose conditioning is kept in memory

THREADS = torch.get_num_threads()


class XttsSynthesizer:
    """The Synthesizer protocol over one checkpoint. Safe from any thread: jobs take turns at each step."""

    def __init__(
        self,
        folder: Path,
        device: str = "",
        precision: str = "",
        rows: int = 0,
        fixed: bool = False,
        sha256: str = "",
    ) -> None:
        """Load the checkpoint in ``folder``. Raises ModelError, SynthesisError.

        ``device`` ("cuda", "cpu"), ``precision`` ("float32", "float16", "bfloat16") and ``rows`` (lines in a batch) are
        found out when left empty, and so is ``sha256``, that of model.pth. ``fixed`` makes every line as long as its
        words imply, for measuring speed.
        """
        checkpoint = open_checkpoint(folder, sha256)
        self.card: EngineCard = make_card(checkpoint.sha256)
        self.place: Place = find_place(device, precision, rows)
        self._config, self._sha256, self._fixed = checkpoint.config, checkpoint.sha256, fixed
        sizes = checkpoint.config.sizes
        self._texts = TextReader(folder / "vocab.json", min(MOST_TEXT_TOKENS, sizes.most_text))
        try:
            self._model = build_model(
                sizes, read_weights(checkpoint), self.place.device, self.place.reading, self.place.sounding
            )
        except (RuntimeError, MemoryError) as error:
            if not is_out_of_memory(error):
                raise
            raise SynthesisError(explain_full_memory(self.place.device)) from error
        self._turn = threading.Lock()
        self._voices: dict[str, Conditioning] = {}

    def speak(self, requests: Sequence[SpeechRequest]) -> Iterator[Clip | SynthesisError]:
        """Yield a clip for each request, in order, as they are ready; a SynthesisError for a line it cannot say.

        Give it all lines of a job at once: it keeps its batch full from them. Raises SynthesisError when not even one
        line fits into the memory there is.
        """
        # Each thread of a program has a number of its own, and sums differ with it.
        torch.set_num_threads(max(1, THREADS - self._sounding_threads))
        job = Job(requests, self._prepare, WINDOW * self.place.rows, self._config.sizes.most_tokens, self._fixed)
        rows = self._count_rows(requests)
        while not job.finished:
            batch: Batch | None = None
            try:
                batch = self._make_batch(rows)
                yield from self._run(job, batch)
            except (RuntimeError, MemoryError) as error:
                if not is_out_of_memory(error):
                    raise
                if rows <= 1 or (batch is not None and batch.size <= FEWEST_ROWS):
                    raise SynthesisError(explain_full_memory(self.place.device)) from error
                job.recall()
                rows = max(1, rows // 2)
            del batch
            if self.place.device.type == "cuda":
                torch.cuda.empty_cache()

    def stream(self, request: SpeechRequest) -> Iterator[Clip]:
        """Yield a line in stretches of about a second, the first as soon as it can be: for listening, not for keeping.

        Nothing is said again when it goes wrong, as `speak` would. Raises SynthesisError.
        """
        shape = request.voice.shape
        if (shape.semitones, shape.formant) != (0.0, 1.0):  # bending takes the whole line
            (spoken,) = self.speak([request])
            if isinstance(spoken, SynthesisError):
                raise spoken
            yield spoken
            return
        job = Job([request], self._prepare, 1, self._config.sizes.most_tokens, self._fixed)
        batch = self._make_batch(1)
        while (piece := job.take_piece()) is not None:
            with self._turn:
                batch.join([piece])
                sound = SoundStream(self._model.vocoder, _owner(piece).embedding, shape.pace)
            finished: list[Reading] = []
            while not finished:
                with self._turn:
                    finished = batch.advance()
                    latents = finished[0].latents if finished else batch.look(0)
                    samples = sound.feed(latents, final=bool(finished))
                if len(samples):
                    yield Clip(samples, self.card.rate_hz)
            yield Clip(np.zeros(int(_owner(piece).text.pause_s * self.card.rate_hz), np.float32), self.card.rate_hz)
        for spoken in job.give_out():  # a line that could not even be begun
            if isinstance(spoken, SynthesisError):
                raise spoken

    # --- a job --------------------------------------------------------------------------------------------------

    def _run(self, job: Job, batch: Batch) -> Iterator[Clip | SynthesisError]:
        """Read and sound the pieces of a job until all its lines are given out."""
        waiting: list[Reading] = []
        reader = decode(batch, job.take_piece, self.place.joining)
        with Sounder(self._model.vocoder, self.place.sound_s, self._sounding_threads) as sounder:
            while not job.finished:
                with self._turn:
                    reading = next(reader, "end")
                    if isinstance(reading, Reading):
                        waiting.append(reading)
                    if waiting and (reading == "end" or self._is_ripe(waiting, job)):
                        sounder.give(waiting, [_stretch(reading) for reading in waiting])
                        waiting = []
                for heard, samples in sounder.take(wait=reading == "end"):
                    job.hear(heard, samples)
                yield from job.give_out()
                if reading == "end":  # what is left are pieces to be said again, or lines the window has just let in
                    reader = decode(batch, job.take_piece, self.place.joining)

    def _is_ripe(self, waiting: list[Reading], job: Job) -> bool:
        """Whether it is time to make sound: enough for a full batch, or somebody waits for the very first line."""
        if job.nothing_given and any(_part(reading).line == 0 for reading in waiting):
            return True
        return sum(len(reading.latents) for reading in waiting) * SECONDS_PER_TOKEN >= self.place.sound_s

    @property
    def _sounding_threads(self) -> int:
        """Half of a processor's cores, when it has more than one; none beside a graphics card."""
        return THREADS // 2 if self.place.device.type == "cpu" else 0

    def _make_batch(self, rows: int) -> Batch:
        sizes = self._config.sizes
        return Batch(
            self._model.gpt,
            self._config.manner,
            rows,
            VOICE_LATENTS + MOST_TEXT_TOKENS + 2 + sizes.most_tokens,
            sizes.most_tokens,
            self.place.graphs,
        )

    def _count_rows(self, requests: Sequence[SpeechRequest]) -> int:
        """How many lines to read at a time: no more than there are pieces, and than fit."""
        pieces = 0
        for request in requests:
            language = LANGUAGES.get(request.language.split("-")[0].lower())
            pieces += 1 + len(request.spoken_text) // (language.longest if language else 100)
            if pieces >= self.place.rows:
                break
        sizes, width = self._config.sizes, self._model.gpt.final_norm.weight.element_size()
        positions = VOICE_LATENTS + MOST_TEXT_TOKENS + 2 + sizes.most_tokens
        return count_rows(
            min(pieces, self.place.rows), 2 * sizes.layers * sizes.width * width * positions, self.place.device
        )

    # --- a line -------------------------------------------------------------------------------------------------

    def _prepare(self, request: SpeechRequest) -> tuple[list[TextPiece], Conditioning]:
        """What is read, and with whose voice. Raises SynthesisError."""
        check_voice(request.voice)
        pieces = self._texts.read_line(request.spoken_text, request.language)
        try:
            return pieces, self._find_voice(request.voice)
        except RecordingRefused as error:
            raise SynthesisError(str(error)) from error

    def _find_voice(self, voice: VoiceProfile) -> Conditioning:
        name = name_conditioning(voice, self._sha256, self._config.manner)
        if name not in self._voices:
            known = find_conditioning(self._model, voice, self._sha256, self._config.manner)
            if len(self._voices) >= MOST_VOICES:
                self._voices.clear()
            device = self.place.device
            self._voices[name] = Conditioning(known.latents.to(device), known.embedding.to(device))
        return self._voices[name]


def _stretch(reading: Reading) -> Frames:
    part = _part(reading)
    return stretch_latents(reading.latents, part.request.voice.shape.pace), part.embedding


def _part(reading: Reading) -> Part:
    return _owner(reading.piece)


def _owner(piece: Piece) -> Part:
    assert isinstance(piece.owner, Part)
    return piece.owner


def check_voice(voice: VoiceProfile) -> None:
    """Raises SynthesisError when XTTS cannot speak with this voice."""
    if voice.engine != NAME:
        raise SynthesisError(
            f'The voice "{voice.name}" is made for {voice.engine}, not for XTTS. Choose another voice.'
        )
    check_shape(voice, "XTTS")
