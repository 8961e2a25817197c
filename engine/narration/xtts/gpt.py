"""The network that reads: given a voice and a text, what comes next. A GPT-2 with two kinds of positions.

Modules carry the names their weights have in the checkpoint. The memory of a batch of lines is a ``Cache``; what is
worked out for a row of it does not depend on which other rows there are.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from engine.narration.xtts.sizes import Sizes
from engine.narration.xtts.voice_encoder import ConditioningEncoder, Perceiver

Attend = Callable[[int, Tensor, Tensor, Tensor], Tensor]
MOST_VOICES = 32  # whose keys and values a cache keeps besides


class Affine(nn.Module):
    """x @ weight + bias, the weight lying as GPT-2 keeps it: [in, out].

    On a processor PyTorch's own product for few rows is slow (AMD: two thirds of what can be had) and depends on how
    many rows there are. ``pack`` goes round it by the operator PyTorch's compiler uses for such layers, which is
    neither. It can go when ``F.linear`` takes that way itself.
    """

    def __init__(self, width_in: int, width: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.empty(width_in, width))
        self.bias = nn.Parameter(torch.empty(width))
        self._packed: Tensor | None = None

    def pack(self) -> None:
        """Lay the weight out for the machine it is on. Called once, when it has its place and precision."""
        self.weight.data = self.weight.data.T.contiguous()  # [out, in]
        operators, weight = torch.ops.mkldnn, self.weight
        known = hasattr(operators, "_linear_pointwise") and hasattr(operators, "_reorder_linear_weight")
        if known and weight.device.type == "cpu" and _multiplies(weight.dtype):
            self._packed = operators._reorder_linear_weight(weight.data, 16)
            self.weight.data = torch.empty(0)  # one copy is enough

    def forward(self, x: Tensor) -> Tensor:
        if self._packed is not None:
            product: Tensor = torch.ops.mkldnn._linear_pointwise(x, self._packed, self.bias, "none", [], "")
            return product
        return F.linear(x, self.weight, self.bias)


def _multiplies(precision: torch.dtype) -> bool:
    """Whether this processor has products of that precision of its own."""
    if precision == torch.bfloat16:
        return bool(torch.ops.mkldnn._is_mkldnn_bf16_supported())
    return precision == torch.float32


class Attention(nn.Module):
    def __init__(self, width: int) -> None:
        super().__init__()
        self.c_attn, self.c_proj = Affine(width, 3 * width), Affine(width, width)


class FeedForward(nn.Module):
    def __init__(self, width: int) -> None:
        super().__init__()
        self.c_fc, self.c_proj = Affine(width, 4 * width), Affine(4 * width, width)

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = self.c_proj(F.gelu(self.c_fc(x), approximate="tanh"))
        return out


class Block(nn.Module):
    """One layer: attention by whoever holds the keys and values, then a feed-forward; [rows, steps, width]."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.ln_1, self.ln_2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.attn, self.mlp = Attention(width), FeedForward(width)

    def forward(self, x: Tensor, layer: int, attend: Attend) -> Tensor:
        rows, steps, width = x.shape
        parts = self.attn.c_attn(self.ln_1(x)).view(rows, steps, 3, self.heads, width // self.heads)
        queries, keys, values = parts.permute(2, 0, 3, 1, 4)  # each [rows, heads, steps, head]
        heard = attend(layer, queries, keys, values)
        x = x + self.attn.c_proj(heard.transpose(1, 2).reshape(rows, steps, width))
        out: Tensor = x + self.mlp(self.ln_2(x))
        return out


class Trunk(nn.Module):
    def __init__(self, sizes: Sizes) -> None:
        super().__init__()
        self.h = nn.ModuleList(Block(sizes.width, sizes.heads) for _ in range(sizes.layers))
        self.ln_f = nn.LayerNorm(sizes.width)

    def forward(self, x: Tensor, attend: Attend) -> Tensor:
        for layer, block in enumerate(self.h):
            x = block(x, layer, attend)
        out: Tensor = self.ln_f(x)
        return out


class Table(nn.Module):
    """One row of weights for each number; like nn.Embedding, which draws random ones first, and that takes seconds."""

    def __init__(self, count: int, width: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.empty(count, width))

    def forward(self, numbers: Tensor) -> Tensor:
        return F.embedding(numbers, self.weight)


class Positions(nn.Module):
    def __init__(self, count: int, width: int) -> None:
        super().__init__()
        self.emb = Table(count, width)


class Gpt(nn.Module):
    """Listens to a voice, reads a text, and goes on in audio tokens."""

    def __init__(self, sizes: Sizes) -> None:
        super().__init__()
        self.sizes = sizes
        self.conditioning_encoder = ConditioningEncoder(sizes.width, sizes.heads)
        self.conditioning_perceiver = Perceiver(sizes.width)
        self.text_embedding = Table(sizes.text_tokens, sizes.width)
        self.mel_embedding = Table(sizes.audio_tokens, sizes.width)
        self.text_pos_embedding = Positions(sizes.text_positions, sizes.width)
        self.mel_pos_embedding = Positions(sizes.audio_positions, sizes.width)
        self.gpt = Trunk(sizes)
        self.final_norm = nn.LayerNorm(sizes.width)
        self.mel_head = nn.Linear(sizes.width, sizes.audio_tokens)

    def listen(self, mel: Tensor) -> Tensor:
        """A mel spectrogram [1, bands, frames] -> the latents of the voice [1, VOICE_LATENTS, width]."""
        latents: Tensor = self.conditioning_perceiver(self.conditioning_encoder(mel).transpose(1, 2))
        return latents

    def embed_text(self, text: list[int]) -> Tensor:
        """A text, which stands between the voice and the audio. Shape [tokens + 2, width]."""
        positions = self.text_pos_embedding.emb.weight
        ids = torch.tensor([self.sizes.start_text, *text, self.sizes.stop_text], device=positions.device)
        embedded: Tensor = self.text_embedding(ids) + positions[: len(ids)]
        return embedded

    def embed_audio(self, tokens: Tensor, positions: Tensor) -> Tensor:
        """Audio tokens at their places in their own lines; both [rows]. Shape [rows, 1, width]."""
        embedded: Tensor = self.mel_embedding(tokens) + self.mel_pos_embedding.emb(positions)
        return embedded.unsqueeze(1)

    def run(self, x: Tensor, attend: Attend) -> Tensor:
        """Through all layers; [rows, steps, width] in and out. The last row is a latent, what the vocoder reads."""
        latents: Tensor = self.final_norm(self.gpt(x, attend))
        return latents


def make_bias(seen: Tensor, like: Tensor) -> Tensor:
    """What is added to the scores of attention, [rows, 1, queries, keys]: nothing where seen, else all there is."""
    bias = torch.zeros(seen.shape, dtype=like.dtype, device=like.device)
    return bias.masked_fill(~seen, float("-inf")).unsqueeze(1)


class Cache:
    """Keys and values of a batch of lines, sized once: [layers, rows, heads, positions, head].

    A row's line starts at position 0 and has ``lengths[row]`` positions; what lies behind is masked.
    """

    def __init__(self, sizes: Sizes, rows: int, positions: int, like: Tensor) -> None:
        shape = (sizes.layers, rows, sizes.heads, positions, sizes.width // sizes.heads)
        self.keys = torch.zeros(shape, dtype=like.dtype, device=like.device)
        self.values = torch.zeros(shape, dtype=like.dtype, device=like.device)
        self._voices: dict[int, tuple[Tensor, Tensor, Tensor]] = {}
        self.lengths = torch.zeros(rows, dtype=torch.long, device=like.device)
        self.rows = torch.arange(rows, device=like.device)
        self.places = torch.arange(positions, device=like.device)

    def fill(self, gpt: Gpt, first: int, voices: list[Tensor], texts: list[list[int]]) -> None:
        """Read voices and texts into the rows from ``first`` on: the texts at once, padded on the left."""
        words = [gpt.embed_text(text) for text in texts]
        known = [self._know_voice(gpt, voice) for voice in voices]
        voice_keys, voice_values = (torch.stack(parts, dim=1) for parts in zip(*known, strict=True))
        count, longest = voice_keys.shape[3], max(len(text) for text in words)
        padding = torch.tensor([longest - len(text) for text in words], device=self.keys.device)
        x = torch.stack([F.pad(text, (0, 0, longest - len(text), 0)) for text in words])
        places = self.places[:longest]
        seen = (places[None, None, :] <= places[None, :, None]) & (places[None, None, :] >= padding[:, None, None])
        bias = make_bias(F.pad(seen, (count, 0), value=True), x)

        def attend(layer: int, queries: Tensor, keys: Tensor, values: Tensor) -> Tensor:
            for row, text in enumerate(words):
                end = count + len(text)
                self.keys[layer, first + row, :, count:end] = keys[row, :, longest - len(text) :]
                self.values[layer, first + row, :, count:end] = values[row, :, longest - len(text) :]
            keys = torch.cat([voice_keys[layer], keys], dim=2)
            values = torch.cat([voice_values[layer], values], dim=2)
            return F.scaled_dot_product_attention(queries, keys, values, attn_mask=bias)

        gpt.gpt(x, attend)
        last = first + len(words)
        self.keys[:, first:last, :, :count] = voice_keys
        self.values[:, first:last, :, :count] = voice_values
        for row, text in enumerate(words, first):
            self.lengths[row] = count + len(text)

    def _know_voice(self, gpt: Gpt, voice: Tensor) -> tuple[Tensor, Tensor]:
        """Keys and values of a voice [positions, width], which stand before all of its texts: worked out once."""
        if id(voice) not in self._voices:
            seen = self.places[: len(voice), None] >= self.places[None, : len(voice)]
            x = voice[None].to(self.keys.dtype)
            bias, layers = make_bias(seen[None], x), []

            def attend(layer: int, queries: Tensor, keys: Tensor, values: Tensor) -> Tensor:
                layers.append((keys[0], values[0]))
                return F.scaled_dot_product_attention(queries, keys, values, attn_mask=bias)

            gpt.gpt(x, attend)
            if len(self._voices) >= MOST_VOICES:
                self._voices.clear()
            keys, values = (torch.stack(parts) for parts in zip(*layers, strict=True))
            self._voices[id(voice)] = (voice, keys, values)  # the voice itself, so that its id stays its own
        return self._voices[id(voice)][1:]

    def attend_step(self, rows: int, span: int) -> Attend:
        """Attention of one new position in each of the first ``rows`` rows, none of them longer than ``span`` then."""
        which, lengths = self.rows[:rows], self.lengths[:rows]
        bias = make_bias((self.places[:span] <= lengths[:, None])[:, None, :], self.keys)

        def attend(layer: int, queries: Tensor, keys: Tensor, values: Tensor) -> Tensor:
            self.keys[layer][which, :, lengths] = keys.squeeze(2)
            self.values[layer][which, :, lengths] = values.squeeze(2)
            known, told = self.keys[layer, :rows, :, :span], self.values[layer, :rows, :, :span]
            if queries.device.type == "cpu":  # the fused way splits its sums by the number of rows there are
                scores = queries @ known.transpose(-1, -2) * queries.shape[-1] ** -0.5 + bias
                heard: Tensor = scores.softmax(-1) @ told
                return heard
            return F.scaled_dot_product_attention(queries, known, told, attn_mask=bias)

        return attend

    def move(self, source: int, target: int) -> None:
        """The line in row ``source`` is from now on in row ``target``."""
        length = int(self.lengths[source])
        self.keys[:, target, :, :length] = self.keys[:, source, :, :length]
        self.values[:, target, :, :length] = self.values[:, source, :, :length]
        self.lengths[target] = length
