"""The contract of the batch: every row reads exactly what the original code reads, one line after the other.

The original is coqui-tts, over the same checkpoint. Greedy and in single precision the tokens must be the very same,
for every row, with lines of all lengths and several voices. That such a test can fail is shown too: with the mask of
the padding left out, a position off by one, or voices in each other's place, it does.
"""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple
from unittest.mock import patch

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from engine.narration.xtts.checkpoint import open_checkpoint, read_weights
from engine.narration.xtts.decoding import Batch, Piece, decode
from engine.narration.xtts.gpt import Cache, Gpt
from engine.narration.xtts.model import Xtts, build_model
from engine.narration.xtts.sizes import Config
from engine.narration.xtts.text import TextReader
from engine.narration.xtts.vocoder import make_sound, stretch_latents
from tests.narration.xtts.tiny_checkpoint import make_checkpoint

LENGTHS = (1, 2, 3, 5, 8, 13, 21, 34, 55, 89, 120, 7, 30, 61, 4, 18, 99, 44, 12, 70)
VOICES = 3


class Read(NamedTuple):
    """What a line comes to."""

    tokens: list[int]
    latents: Tensor


class AnyLetter(frozenset[str]):
    def __contains__(self, letter: object) -> bool:
        return True


class Twins(NamedTuple):
    """The original code and ours over the same checkpoint, what there is to read, and how the original reads it."""

    stock: Any
    ours: Xtts
    config: Config
    lines: list[tuple[tuple[int, ...], int]]  # text tokens, number of the voice
    voices: list[Tensor]
    expected: list[Read]


@pytest.fixture(scope="module")
def twins(tmp_path_factory: pytest.TempPathFactory) -> Twins:
    pytest.importorskip("coqpit", reason="needs coqui-tts, the original code")
    from benchmarks.stock_xtts import load_stock

    folder = make_checkpoint(tmp_path_factory.mktemp("twins") / "ours", stop_bias=1.0, channels=512)
    copy = tmp_path_factory.mktemp("twins") / "theirs"
    shutil.copytree(folder, copy)
    stock = load_stock(copy)
    checkpoint = open_checkpoint(folder)
    sizes = checkpoint.config.sizes
    ours = build_model(sizes, read_weights(checkpoint), torch.device("cpu"), torch.float32, torch.float32)
    random = torch.Generator().manual_seed(5)
    voices = [torch.randn(32, sizes.width, generator=random) for _ in range(VOICES)]
    lines = [
        (tuple(torch.randint(4, sizes.text_tokens, (length,), generator=random).tolist()), number % VOICES)
        for number, length in enumerate(LENGTHS)
    ]
    expected = [read_as_original(stock, text, voices[voice]) for text, voice in lines]
    return Twins(stock, ours, checkpoint.config, lines, voices, expected)


@torch.inference_mode()
def read_as_original(stock: Any, text: tuple[int, ...], voice: Tensor) -> Read:
    """As Xtts.inference does it, up to the vocoder."""
    ids = torch.tensor([text])
    codes = stock.gpt.generate(
        cond_latents=voice[None],
        text_inputs=ids,
        do_sample=False,
        num_beams=1,
        num_return_sequences=1,
        length_penalty=1.0,
        repetition_penalty=5.0,
        output_attentions=False,
    )
    seconds = torch.tensor([codes.shape[-1] * stock.gpt.code_stride_len])
    latents = stock.gpt(ids, torch.tensor([len(text)]), codes, seconds, cond_latents=voice[None], return_latent=True)
    return Read(codes[0].tolist(), latents[0])


def read_in_batch(twins: Twins, rows: int = 8, joining: int = 1, gpt: Gpt | None = None) -> list[Read]:
    """All lines through our batch, in the order of the lines."""
    most = twins.config.sizes.most_tokens
    pieces = [
        Piece(text, twins.voices[voice], seed=(0,), cap=most, owner=number)
        for number, (text, voice) in enumerate(twins.lines)
    ]
    waiting = iter(pieces)
    batch = Batch(
        gpt or twins.ours.gpt,
        replace(twins.config.manner, greedy=True),
        rows,
        max(piece.positions for piece in pieces),
        most,
    )
    found: dict[Any, Read] = {}
    for reading in decode(batch, lambda: next(waiting, None), joining):
        if reading is not None:
            stop = [twins.config.sizes.stop_audio] if reading.stopped else []
            found[reading.piece.owner] = Read([*reading.tokens, *stop], reading.latents)
    return [found[number] for number in range(len(pieces))]


def tokens(reads: list[Read]) -> list[list[int]]:
    return [read.tokens for read in reads]


def test_the_lines_are_told_apart_by_text_and_voice_and_end_by_themselves(twins: Twins) -> None:
    """Without this the tests below would say little."""
    assert len({tuple(read.tokens) for read in twins.expected}) >= len(twins.lines) - 2
    assert all(read.tokens[-1] == twins.config.sizes.stop_audio for read in twins.expected)
    assert len({len(read.tokens) for read in twins.expected}) > len(twins.lines) / 2


@pytest.mark.parametrize(("rows", "joining"), [(1, 1), (4, 1), (8, 3), (16, 16), (32, 32)])
def test_every_row_reads_what_the_original_reads_one_by_one(twins: Twins, rows: int, joining: int) -> None:
    assert tokens(read_in_batch(twins, rows, joining)) == tokens(twins.expected)


def test_latents_collected_on_the_way_are_those_of_the_originals_second_pass(twins: Twins) -> None:
    for read, expected in zip(read_in_batch(twins), twins.expected, strict=True):
        assert read.latents.shape == expected.latents.shape
        assert torch.allclose(read.latents, expected.latents, atol=1e-4)


def test_without_the_mask_of_the_padding_rows_differ(twins: Twins) -> None:
    real = F.scaled_dot_product_attention

    def attend_to_padding(queries: Tensor, keys: Tensor, values: Tensor, attn_mask: Tensor) -> Tensor:
        causal = attn_mask.isneginf().all(dim=0, keepdim=True)
        return real(queries, keys, values, attn_mask=torch.zeros_like(attn_mask).masked_fill(causal, float("-inf")))

    with patch.object(F, "scaled_dot_product_attention", attend_to_padding):
        spoiled = read_in_batch(twins, 20, joining=20)
    differing = [read.tokens != expected.tokens for read, expected in zip(spoiled, twins.expected, strict=True)]
    assert sum(differing) >= 5


def test_without_the_mask_of_what_lies_behind_a_row_rows_differ(twins: Twins) -> None:
    real = Cache.attend_step

    def attend_to_all(cache: Cache, rows: int, span: int) -> Any:
        step, longest = real(cache, rows, span), int(cache.lengths[:rows].max()) + 1

        def attend(layer: int, queries: Tensor, keys: Tensor, values: Tensor) -> Tensor:
            step(layer, queries, keys, values)
            known, told = cache.keys[layer, :rows, :, :longest], cache.values[layer, :rows, :, :longest]
            return F.scaled_dot_product_attention(queries, known, told)

        return attend

    with patch.object(Cache, "attend_step", attend_to_all):
        assert tokens(read_in_batch(twins)) != tokens(twins.expected)


@pytest.mark.parametrize("table", ["text_pos_embedding", "mel_pos_embedding"])
def test_with_positions_off_by_one_rows_differ(twins: Twins, table: str) -> None:
    weight = twins.ours.gpt.get_submodule(table).get_parameter("emb.weight")
    kept = weight.data
    try:
        weight.data = kept.roll(1, dims=0)
        assert tokens(read_in_batch(twins)) != tokens(twins.expected)
    finally:
        weight.data = kept


def test_with_voices_swapped_all_their_rows_differ(twins: Twins) -> None:
    swapped = twins._replace(voices=[*twins.voices[1:], twins.voices[0]])
    for read, expected in zip(read_in_batch(swapped), twins.expected, strict=True):
        assert read.tokens != expected.tokens


def test_without_the_penalty_for_what_the_prefix_is_marked_with_rows_differ(twins: Twins) -> None:
    with patch("engine.narration.xtts.decoding.ALWAYS_SEEN", twins.config.sizes.start_audio):
        assert tokens(read_in_batch(twins)) != tokens(twins.expected)


def test_the_sound_of_a_padded_batch_is_the_originals_of_each_line(twins: Twins) -> None:
    embeddings = F.normalize(torch.randn(3, 512, 1, generator=torch.Generator().manual_seed(2)), dim=1)
    short = [
        (read.latents[:length], embeddings[number])
        for number, (read, length) in enumerate(zip(twins.expected[:3], (6, 11, 9), strict=True))
    ]
    sounds = make_sound(twins.ours.vocoder, [(stretch_latents(latents), voice) for latents, voice in short])
    for (latents, voice), sound in zip(short, sounds, strict=True):
        with torch.inference_mode():
            expected = twins.stock.hifigan_decoder(latents[None], g=voice[None]).squeeze()
        assert sound.shape == expected.shape
        assert torch.allclose(sound, expected, atol=1e-5)


@pytest.mark.parametrize(
    ("tag", "text"),
    [
        ("en", "The lamp went out, and nobody spoke for a while. Who is there?"),
        ("es", "¿La lámpara se apagó, y nadie habló durante un rato?"),
        ("fr", "La lampe s'éteignit, et personne ne parla pendant un moment?"),
        ("de", "Das Licht ging aus, und eine Weile sprach niemand?"),
        ("it", "La lampada si spense, e per un po' nessuno parlò?"),
        ("pt", "A lâmpada apagou-se, e ninguém falou por um tempo?"),
        ("pl", "Lampa zgasła i przez chwilę nikt się nie odezwał?"),
        ("tr", "Lamba söndü ve bir süre kimse konuşmadı?"),
        ("ru", "Лампа погасла, и некоторое время никто не говорил?"),
        ("nl", "De lamp ging uit, en een tijdje sprak niemand?"),
        ("cs", "Lampa zhasla a chvíli nikdo nepromluvil?"),
        ("ar", "انطفأ المصباح ولم يتكلم أحد لفترة؟"),
        ("zh", "灯灭了，好一会儿没有人说话。有五十名士兵"),
        ("hu", "A lámpa kialudt, és egy ideig senki sem szólt?"),
        ("ko", "등불이 꺼지고 한동안 아무도 말하지 않았다"),
        ("ja", "ランプが消えて、しばらく誰も話さなかった"),
        ("hi", "दीपक बुझ गया और कुछ देर तक कोई नहीं बोला"),
    ],
)
def test_plain_words_become_the_originals_tokens(twins: Twins, folder: Path, tag: str, text: str) -> None:
    for package in {"zh": ["pypinyin"], "ja": ["cutlet"], "ko": ["ko_speech_tools"]}.get(tag, []):
        pytest.importorskip(package, reason=f"needs {package} for this language")
    from TTS.tts.layers.xtts.tokenizer import VoiceBpeTokenizer

    reader = TextReader(folder / "vocab.json", 250)
    reader._letters = AnyLetter()  # the tiny vocabulary lacks most scripts; here they are compared as they are
    (piece,) = reader.read_line(text, tag)
    assert list(piece.tokens) == VoiceBpeTokenizer(str(folder / "vocab.json")).encode(text.lower(), tag)


def test_a_voice_is_heard_as_the_original_hears_it(twins: Twins) -> None:
    random = torch.Generator().manual_seed(3)
    mel = torch.randn(1, 80, 200, generator=random)
    sound = torch.randn(1, 20_000, generator=random) * 0.1
    with torch.inference_mode():
        latents = twins.stock.gpt.get_style_emb(mel).transpose(1, 2)
        timbre = twins.stock.hifigan_decoder.speaker_encoder.forward(sound.clone(), l2_norm=True)
        assert torch.allclose(twins.ours.gpt.listen(mel), latents, atol=1e-4)
        assert torch.allclose(twins.ours.speaker_encoder(sound), timbre, atol=1e-5)
