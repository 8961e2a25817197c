"""An XTTS checkpoint in a folder: found, told apart by its content, and its weights read without running anything.

A folder holds config.json, vocab.json and model.safetensors, or model.pth as it was published. A .pth file is a pickle,
which can hold a program; it is read as weights only, and what is more than weights is refused. It is read once: what
Voxfolio needs of it is kept as safetensors in ``voxfolio.safetensors`` beside it, and the file itself is never changed.
"""

from __future__ import annotations

import json
import pickle
import shutil
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.disk import hash_file, write_beside
from engine.errors import ModelError, WorkspaceError
from engine.narration.xtts.sizes import Config, read_config

if TYPE_CHECKING:
    from torch import Tensor

SOURCES = ("model.safetensors", "model.pth")
KEPT = "voxfolio.safetensors"
RECORD = "voxfolio.json"  # size, time and sha256 of the model, so that 2 GB are not read at every start to name it
LAYOUT = "voxfolio xtts 1"  # raise when KEPT is laid out otherwise
GET_AGAIN = "Get the model again."

# Parts that only training needs, or that older versions of the original code kept besides.
NOT_NEEDED = ("torch_mel_spectrogram_style_encoder.", "torch_mel_spectrogram_dvae.", "dvae.", "gpt.gpt_inference.")
NOT_NEEDED_ENDS = (".attn.bias", ".attn.masked_bias", ".text_head.weight", ".text_head.bias", ".gpt.wte.weight")
# The published file holds its settings as objects of these classes; they are read as empty shells.
SETTINGS_CLASSES = (
    "TTS.tts.configs.xtts_config.XttsConfig",
    "TTS.tts.configs.xtts_config.XttsArgs",
    "TTS.tts.configs.xtts_config.XttsAudioConfig",
    "TTS.tts.models.xtts.XttsArgs",
    "TTS.tts.models.xtts.XttsAudioConfig",
    "TTS.config.shared_configs.BaseDatasetConfig",
)


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A folder with an XTTS v2 model, looked at and not yet loaded."""

    folder: Path
    source: Path  # the file of weights as it came
    sha256: str  # of ``source``, hex
    config: Config


def open_checkpoint(folder: Path, sha256: str = "") -> Checkpoint:
    """What lies in ``folder``; reads the weights' file through only when it is new. No torch. Raises ModelError.

    ``sha256`` is that of model.pth, where somebody knows it already.
    """
    config = read_config(folder)
    source = next((folder / name for name in SOURCES if (folder / name).is_file()), None)
    if source is None:
        raise ModelError(
            f"There is no model.safetensors or model.pth in {folder}. Choose the folder of an XTTS v2 checkpoint."
        )
    known = sha256 if source.name == "model.pth" else ""
    return Checkpoint(folder, source, known or find_sha256(source), config)


def find_sha256(source: Path) -> str:
    """Hex sha256 of the file, from the record beside it when the file has not changed since. Raises ModelError."""
    record = source.parent / RECORD
    try:
        stat = source.stat()
        mark = [source.name, stat.st_size, stat.st_mtime_ns]
        if known := _read_record(record, mark):
            return known
        sha256 = hash_file(source)
    except OSError as error:
        raise ModelError(f"The model file {source} cannot be read: {error.strerror or error}.") from error
    try:
        with write_beside(record) as partial:
            partial.write_text(json.dumps({"of": mark, "sha256": sha256}), encoding="utf-8")
    except (OSError, WorkspaceError):
        pass  # a folder that nothing may be written in: it is read through at every start
    return sha256


def _read_record(record: Path, mark: list[Any]) -> str:
    """The sha256 that was found for a file of this name, size and time; "" when there is none."""
    try:
        kept = json.loads(record.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return ""
    return str(kept.get("sha256", "")) if isinstance(kept, dict) and kept.get("of") == mark else ""


def read_weights(checkpoint: Checkpoint) -> dict[str, Tensor]:
    """The weights by name, as `model.build_model` takes them. Raises ModelError.

    A .pth is read once and kept as KEPT, where the disk has room and allows it.
    """
    kept = checkpoint.folder / KEPT
    if checkpoint.source.suffix == ".safetensors":
        return tidy_weights(_read_safetensors(checkpoint.source))
    if kept.is_file():
        try:
            return _read_safetensors(kept, checkpoint.sha256)
        except ModelError:
            pass  # of another model, or cut short: made again
    weights = tidy_weights(_read_pickle(checkpoint.source))
    _keep_weights(weights, kept, checkpoint.sha256)
    return weights


def tidy_weights(weights: dict[str, Tensor]) -> dict[str, Tensor]:
    """What Voxfolio uses of a state dict, in float32, with the vocoder's weight normalisation worked out."""
    import torch

    tidy: dict[str, Tensor] = {}
    for name, weight in weights.items():
        name = name.removeprefix("xtts.")
        if name.startswith(NOT_NEEDED) or name.endswith(NOT_NEEDED_ENDS):
            continue
        tidy[name] = weight.float() if weight.is_floating_point() else weight
    for scale_name, direction_name, name in list(_normalized_names(tidy)):
        scale, direction = tidy.pop(scale_name), tidy.pop(direction_name)
        length = torch.linalg.vector_norm(direction, dim=tuple(range(1, direction.ndim)), keepdim=True)
        tidy[name] = direction * (scale / length)
    return tidy


def _normalized_names(weights: dict[str, Tensor]) -> Iterator[tuple[str, str, str]]:
    """Triples of names: of a weight's lengths, of its directions, and its own; written in two ways over the years."""
    of_today = (".parametrizations.weight.original0", ".parametrizations.weight.original1")
    for lengths, directions in (of_today, (".weight_g", ".weight_v")):
        for name in list(weights):
            if name.endswith(lengths) and (name.removesuffix(lengths) + directions) in weights:
                stem = name.removesuffix(lengths)
                yield name, stem + directions, f"{stem}.weight"


def _read_safetensors(path: Path, of: str = "") -> dict[str, Tensor]:
    """All tensors of the file; with ``of``, only when it was made from a model of that sha256. Raises ModelError."""
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, framework="pt", device="cpu") as file:
            told = file.metadata() or {}
            if of and (told.get("of"), told.get("layout")) != (of, LAYOUT):
                raise ModelError(f"The file {path} was made from another model.")
            return {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118  it is no dict
    except (SafetensorError, OSError, ValueError) as error:
        raise ModelError(f"The model file {path} is damaged or cut short. {GET_AGAIN}") from error


def _read_pickle(path: Path) -> dict[str, Tensor]:
    import torch

    if not zipfile.is_zipfile(path):
        with path.open("rb") as file:
            begins_so = file.read(2) == b"PK"
        if begins_so:
            raise ModelError(f"The model file {path} is cut short: its end is missing. {GET_AGAIN}")
        raise ModelError(f"The file {path} is not a model as PyTorch writes them, so it was not opened. {GET_AGAIN}")
    shells: list[Any] = [(type("Settings", (), {}), name) for name in SETTINGS_CLASSES]
    try:
        with torch.serialization.safe_globals(shells):
            told = torch.load(path, map_location="cpu", weights_only=True, mmap=True)
    except pickle.UnpicklingError as error:
        raise ModelError(
            f"The model file {path} holds more than weights, and that could be a program, so it was not opened. "
            "Get the model from where it was published."
        ) from error
    except (RuntimeError, OSError, EOFError, ValueError, KeyError, AttributeError, TypeError, IndexError) as error:
        raise ModelError(f"The model file {path} is damaged or cut short. {GET_AGAIN}") from error
    weights = told.get("model", told) if isinstance(told, dict) else None
    if not isinstance(weights, dict) or not all(isinstance(weight, torch.Tensor) for weight in weights.values()):
        raise ModelError(f"The file {path} does not hold a model. Choose the folder of an XTTS v2 checkpoint.")
    return {str(name): weight for name, weight in weights.items()}


def _keep_weights(weights: dict[str, Tensor], kept: Path, sha256: str) -> None:
    from safetensors import SafetensorError
    from safetensors.torch import save_file

    size = sum(weight.numel() * weight.element_size() for weight in weights.values())
    try:
        if shutil.disk_usage(kept.parent).free < 1.1 * size:
            return
        with write_beside(kept) as partial:
            save_file(
                {name: weight.contiguous() for name, weight in weights.items()},
                partial,
                {"of": sha256, "layout": LAYOUT, "format": "pt"},
            )
    except (OSError, WorkspaceError, SafetensorError):
        return  # without it the next start takes longer, and that is all
