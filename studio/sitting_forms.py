"""What the forms of a sitting send, read with care: names, numbers, shapes."""

from __future__ import annotations

import re
from collections.abc import Mapping

from engine.core_types import Shape
from engine.errors import RecordingRefused

Fields = Mapping[str, object]  # what a form sent; several values of one name are a list


def name_safely(name: str, fallback: str = "recording.wav") -> str:
    """A file's own name, as far as it can be trusted: no folders, no signs that mean something to a system."""
    last = re.split(r"[/\\]", name)[-1]
    plain = re.sub(r"[^\w .()-]+", "_", last).strip(" .")[-80:]
    return plain if "." in plain[1:] else fallback


def read_shape(fields: Fields) -> Shape:
    """Raises RecordingRefused when a number is none."""
    try:
        numbers = [
            float(read_text(fields, name) or plain) for name, plain in (("semitones", 0), ("formant", 1), ("pace", 1))
        ]
    except ValueError:
        raise RecordingRefused("That is no shape a voice can be bent into.") from None
    if not all(abs(number) < 100 for number in numbers):
        raise RecordingRefused("That is no shape a voice can be bent into.")
    return Shape(*numbers)


def read_text(fields: Fields, name: str) -> str:
    """One line; "" when there is none."""
    value = fields.get(name, "")
    return " ".join(str(value[0] if isinstance(value, list) and value else value or "").split())


def read_list(fields: Fields, name: str) -> list[str]:
    """All values of one name."""
    value = fields.get(name, [])
    return [str(each) for each in value] if isinstance(value, list) else [str(value)]
