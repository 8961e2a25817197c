"""Whether files that a person brings are of the model they are brought for, found out before anything is kept.

Files of the right kind (``model_files.py``) can still be another model's. Each engine that can tell without loading
itself has a line in CHECKS; what it cannot tell, loading does.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

from engine.errors import ModelError
from engine.narration.xtts.sizes import read_config


def check_kind(engine: str, found: Mapping[str, Path]) -> None:
    """``found``: where the files lie now, by their names in the model's folder. Raises ModelError with a sentence."""
    if engine in CHECKS:
        CHECKS[engine](found)


def _check_xtts(found: Mapping[str, Path]) -> None:
    config, vocabulary = found["config.json"], found["vocab.json"]
    if (config.name, vocabulary.name, config.parent) != ("config.json", "vocab.json", vocabulary.parent):
        return  # files called otherwise were known by their content
    told, held = read_config(config.parent).sizes.layers, count_layers(found["model.pth"])
    if not held:
        raise ModelError(f"The file {found['model.pth']} does not hold the weights of XTTS. Nothing was taken.")
    if held != told:
        raise ModelError(
            f"The files in {config.parent} are of two models: config.json speaks of {told} layers, and model.pth has "
            f"{held}. Get both from one place; nothing was taken."
        )


def count_layers(path: Path) -> int:
    """How many layers the network has whose weights are named in a .pth file; read from the names, nothing is run."""
    with zipfile.ZipFile(path) as archive:
        pickles = [archive.read(name) for name in archive.namelist() if name.endswith(".pkl")]
    return len({number for pickle in pickles for number in re.findall(rb"gpt\.gpt\.h\.(\d+)\.", pickle)})


def _check_kokoro(found: Mapping[str, Path]) -> None:
    from engine.narration.kokoro_synthesizer import open_session, read_voice

    try:
        open_session(found["model.onnx"])
        for name, path in found.items():
            if name.startswith("voices/"):
                read_voice(path)
    except ModelError as error:
        raise ModelError(str(error).replace("Remove the model and get it again.", "Nothing was taken.")) from error


CHECKS: dict[str, Callable[[Mapping[str, Path]], None]] = {"xtts": _check_xtts, "kokoro": _check_kokoro}
