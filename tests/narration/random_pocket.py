"""A Pocket TTS of the true architecture, but small and random: what it says is noise, the way it says it is real."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

VOCABULARY = 400
WORDS = (
    "the lamp went out, and nobody spoke for a while. who is there? only the wind, said the keeper. ninety-nine steps. "
    "it was past midnight. the lamp went on. one step. two steps."
)


def make_random_pocket(folder: Path) -> None:
    """config.yaml, model.safetensors and tokenizer.model in ``folder``; needs pocket-tts, torch and sentencepiece."""
    import sentencepiece
    import torch
    import yaml
    from pocket_tts.models.tts_model import TTSModel
    from safetensors.torch import save_file

    folder.joinpath("tokenizer.model").write_bytes(train_tokenizer())
    words = sentencepiece.SentencePieceProcessor(model_file=str(folder / "tokenizer.model")).vocab_size()
    layout = describe_layout(folder, words)
    path = folder / "config.yaml"
    path.write_text(yaml.safe_dump({**layout, "weights_path": None}), encoding="utf-8")
    torch.manual_seed(3)
    model: Any = TTSModel.load_model(config=path)
    weights = {name: weight.detach().clone().contiguous() for name, weight in model.state_dict().items()}
    for name, weight in weights.items():
        if weight.is_floating_point() and weight.ndim > 1:
            weights[name] = torch.randn_like(weight) * (1.0 / max(1, weight[0].numel())) ** 0.5
    layers = [name for name in weights if name.startswith("mimi.decoder.model.") and name.endswith("conv.weight")]
    last = max(layers, key=lambda name: int(name.split(".")[3]))
    weights[last] = weights[last] * 0.3  # as loud as speech
    save_file(weights, folder / "model.safetensors")


def describe_layout(folder: Path, words: int) -> dict[str, Any]:
    """The package's own English layout with every width cut down."""
    import yaml
    from pocket_tts.utils.config import CONFIGS_DIR

    layout: dict[str, Any] = yaml.safe_load((CONFIGS_DIR / "english.yaml").read_text(encoding="utf-8"))
    layout.pop("weights_path_without_voice_cloning", None)
    layout["default_eos_threshold"] = 1e9  # chance would end a line anywhere: each gets the most its words allow
    layout["flow_lm"]["flow"].update(depth=1, dim=32)
    layout["flow_lm"]["transformer"].update(d_model=32, num_heads=2, num_layers=1, hidden_scale=2)
    layout["flow_lm"]["lookup_table"].update(
        dim=32, n_bins=words, tokenizer="sentencepiece", tokenizer_path=str(folder / "tokenizer.model")
    )
    mimi = layout["mimi"]
    mimi.update(inner_dim=8, outer_dim=32)
    mimi["seanet"].update(dimension=32, n_filters=4)
    mimi["transformer"].update(
        d_model=32, num_heads=2, num_layers=1, dim_feedforward=32, input_dimension=32, output_dimensions=[32]
    )
    mimi["quantizer"].update(dimension=8, output_dimension=32)
    return layout


def train_tokenizer() -> bytes:
    import sentencepiece

    written = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(
            [*([WORDS, WORDS.title()] * 20), "A B C D E F G H I J K L M N O P Q R S T U V W X Y Z 0 1 2 ? ! ."]
        ),
        model_writer=written,
        vocab_size=VOCABULARY,
        model_type="word",
        hard_vocab_limit=False,
        minloglevel=2,
    )
    return written.getvalue()
