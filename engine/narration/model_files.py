"""Whether a file is of the kind its name says, told from its bytes without loading it.

That does not make a model trusted: its checksum does, or else the loader, which reads weights and runs nothing.
"""

from __future__ import annotations

import json
import pickletools
import re
import struct
import zipfile
from pathlib import Path

from engine.errors import ModelError

PICKLE_STARTS = (b"\x80\x02", b"\x80\x03", b"\x80\x04", b"\x80\x05")
LONGEST_HEADER = 100_000_000  # bytes of a safetensors header, as its own reader allows
# What a pickle of weights may name: tensors, plain containers, and the settings of the model's own code, which the
# loader reads as empty shells.
HARMLESS = re.compile(
    r"torch\.?\w* (\w+Storage|Size|device|_rebuild_\w+|Parameter)|torch\.nn\.parameter Parameter|"
    r"torch (float|bfloat|int|uint|complex)\d+|torch bool|collections (OrderedDict|defaultdict)|"
    r"(__builtin__|builtins) (set|frozenset|dict|list|tuple|complex|bytearray)|_codecs encode|TTS(\.\w+)+ \w+"
)


def check_file(path: Path) -> None:
    """Raises ModelError with a sentence when the file is empty, a web page, cut short, or of another kind."""
    try:
        with path.open("rb") as file:
            first = file.read(512)
    except OSError as error:
        raise ModelError(f"The file {path} cannot be read: {error.strerror or error}.") from error
    if not first:
        raise ModelError(f"The file {path} is empty. Get it again.")
    if first.lstrip().lower().startswith((b"<!doctype", b"<html", b"<?xml", b"<head")):
        raise ModelError(f"The file {path} is a web page and not a model. Get it again from where it was published.")
    if first.startswith(b"version https://git-lfs"):
        raise ModelError(f"The file {path} only points to the model's file (git LFS). Get the file itself.")
    if path.suffix == ".safetensors":
        _check_safetensors(path, first)
    elif path.suffix in (".pth", ".pt"):
        _check_pickle(path, first)
    elif path.suffix == ".json":
        _check_json(path)
    elif first.startswith((*PICKLE_STARTS, b"PK\x03\x04")):
        raise _other_kind(path)


def _other_kind(path: Path) -> ModelError:
    return ModelError(
        f"The file {path} is not what its name says: it is a pickle or an archive, which can hold a program, so it was "
        "not taken. Get it from where the model was published."
    )


def _check_safetensors(path: Path, first: bytes) -> None:
    if first.startswith((*PICKLE_STARTS, b"PK\x03\x04")):
        raise _other_kind(path)
    damaged = ModelError(f"The file {path} is cut short or damaged. Get it again.")
    size = path.stat().st_size
    if len(first) < 9:
        raise damaged
    (length,) = struct.unpack("<Q", first[:8])
    if not 2 <= length <= LONGEST_HEADER or 8 + length > size:
        raise damaged
    try:
        with path.open("rb") as file:
            file.seek(8)
            header = json.loads(file.read(length))
        ends = [tensor["data_offsets"][1] for name, tensor in header.items() if name != "__metadata__"]
    except (ValueError, KeyError, TypeError, IndexError, AttributeError) as error:
        raise damaged from error
    if 8 + length + max(ends, default=0) != size:
        raise damaged


def _check_pickle(path: Path, first: bytes) -> None:
    """A .pth: a zip with one pickle of weights, which names nothing but tensors and settings."""
    if not zipfile.is_zipfile(path):
        if first.startswith(b"PK"):
            raise ModelError(f"The file {path} is cut short: its end is missing. Get it again.")
        raise ModelError(f"The file {path} is not a model as PyTorch writes them. Get it from where it was published.")
    try:
        with zipfile.ZipFile(path) as archive:
            pickles = [name for name in archive.namelist() if name.endswith(".pkl")]
            named = {name for pickle in pickles for name in _names_in(archive.read(pickle))}
    except (zipfile.BadZipFile, OSError, ValueError, EOFError, NotImplementedError) as error:
        raise ModelError(f"The file {path} is cut short or damaged. Get it again.") from error
    if not pickles:
        raise ModelError(f"The file {path} holds no weights. Get it from where it was published.")
    strange = sorted(name for name in named if not HARMLESS.fullmatch(name))
    if strange:
        raise ModelError(
            f"The file {path} holds more than weights: it would run “{strange[0].replace(' ', '.')}” when it is "
            "opened. It was not taken. Get the model from where it was published."
        )


def _names_in(pickle: bytes) -> set[str]:
    """ "module name" of everything a pickle would look up, read from its steps without running them."""
    names: set[str] = set()
    strings: list[str] = []
    for step, argument, _ in pickletools.genops(pickle):
        if step.name in ("GLOBAL", "INST"):
            names.add(str(argument))
        elif step.name == "STACK_GLOBAL":
            names.add(" ".join(strings[-2:]))
        elif isinstance(argument, str):
            strings.append(argument)
    return names


def _check_json(path: Path) -> None:
    try:
        json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, OSError) as error:
        raise ModelError(f"The file {path} is cut short or damaged. Get it again.") from error
