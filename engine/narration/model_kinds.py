"""Whether files that a person brings are of the model they are brought for, found out before anything is kept.

Files of the right kind (``model_files.py``) can still be another model's. Each engine that can tell without loading
itself has a line in CHECKS; what it cannot tell, loading does.
"""

from __future__ import annotations

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
    if (config.name, vocabulary.name, config.parent) == ("config.json", "vocab.json", vocabulary.parent):
        read_config(config.parent)  # files called otherwise were known by their content


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
