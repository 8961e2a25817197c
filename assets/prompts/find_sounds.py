"""Write the sounds of every prompt beside it: ``python assets/prompts/find_sounds.py``.

Run it after a sentence was changed. The prompts are put in an order in which the first of them hold most sounds.
"""

from __future__ import annotations

import sys
from pathlib import Path

from hibari import Hibari

sys.path.insert(0, str(Path(__file__).parents[2]))
from engine.voices.prompts import SOUNDS, find_sounds

HEADER = """\
# What a person is asked to read to record a voice: a sentence, a tab, the sounds in it (IPA).
# The sentences were written for Voxfolio and are under its licence. The sounds: find_sounds.py, after a change.
"""


def order_prompts(found: dict[str, frozenset[str]]) -> list[str]:
    """Most new sounds first; once all have come, the rarest ones again."""
    left, ordered = dict(found), []
    heard = dict.fromkeys(SOUNDS, 0)
    while left:
        best = max(left, key=lambda text: sum(4.0 ** -heard[sound] for sound in left[text]))
        ordered.append(best)
        for sound in left.pop(best):
            heard[sound] += 1
    return ordered


def main() -> None:
    path = Path(__file__).with_name("en.txt")
    lines = path.read_text(encoding="utf-8").splitlines()
    texts = [line.split("\t")[0] for line in lines if line.strip() and not line.startswith("#")]
    engine = Hibari()
    found = {text: find_sounds(" ".join(engine.phonemize(text))) for text in texts}
    rows = [f"{text}\t{' '.join(sorted(found[text]))}\n" for text in order_prompts(found)]
    path.write_text(HEADER + "".join(rows), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
