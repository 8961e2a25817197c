"""The engine XTTS as the studio chooses it: its card at once, the model and its packages on first use."""

from __future__ import annotations

from pathlib import Path

from engine.core_types import EngineCard, Synthesizer
from engine.narration.xtts.card import check_installed, make_card
from engine.narration.xtts.checkpoint import open_checkpoint


def read_card(folder: Path | None = None, sha256: str = "") -> EngineCard:
    """What XTTS is with the checkpoint in ``folder``, without loading it; nothing needs to be installed.

    ``sha256`` is that of its model.pth, where it is known: 2 GB need not be read for it then. Raises ModelError when
    the folder does not hold an XTTS v2 checkpoint.
    """
    return make_card(open_checkpoint(folder, sha256).sha256 if folder else "")


def load_xtts(folder: Path, device: str = "", precision: str = "", rows: int = 0, sha256: str = "") -> Synthesizer:
    """The engine with the checkpoint in ``folder``; what is left empty is found out, or chosen for this machine.

    Raises SynthesisError when XTTS is not installed or the graphics card cannot be used, ModelError for the checkpoint.
    """
    check_installed()
    from engine.narration.xtts.synthesizer import XttsSynthesizer

    return XttsSynthesizer(folder, device, precision, rows, sha256=sha256)
