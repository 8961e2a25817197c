"""How well written English becomes spoken words: ``python -m benchmarks.spoken_text CASES.tsv [--with NAME ...]``.

CASES.tsv has the columns category, written, spoken, source and match. A case is scored "exact" (the whole line), "any"
(one of the readings split by " || "), "contains", or "one acceptable reading" (there are others as good). Projects
disagree on hyphens, "hundred and", years and the order of a date, so both sides are brought to one form first
(``benchmarks/readings.py``). ``--strict`` does without that: only case, punctuation, hyphens and the "and" of "hundred
and" are forgiven, and a case that gives one reading of several is held to that one. ``--with`` adds other systems, each
only where it is installed.
"""

from __future__ import annotations

import argparse
import csv
import json
import re
import sys
import time
from collections import Counter
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import NamedTuple

from benchmarks.machine import describe_machine
from benchmarks.readings import agrees
from engine.manuscript.spoken_text import spoken_form

Say = Callable[[str], str]
LOST = frozenset({"-", '"'})  # cases that kept what is to be heard and lost what was written


class Case(NamedTuple):
    category: str
    written: str
    spoken: str
    match: str

    @property
    def scorable(self) -> bool:
        return self.written not in LOST or self.written == self.spoken


def read_cases(path: Path) -> list[Case]:
    with path.open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        return [Case(row["category"], row["written"], row["spoken"].removesuffix("\\n"), row["match"]) for row in rows]


def agrees_strictly(said: str, expected: str, match: str) -> bool:
    """Whether ``said`` is the expected text, word for word."""
    heard = strip_to_words(said)
    readings = [strip_to_words(reading) for reading in (expected.split(" || ") if match == "any" else [expected])]
    return heard in readings or (match == "contains" and any(reading in heard for reading in readings))


def strip_to_words(text: str) -> str:
    text = re.sub(r"['’‘`]", "", text.lower().replace("°", " degrees "))
    text = " ".join(re.sub(r"[^\w\s]|_", " ", text).split())
    text = re.sub(r"\b([ap]) m\b", r"\1m", text)
    return re.sub(r"\b(hundred|thousand|million) and\b", r"\1", text)


def make_hibari() -> Say:
    engine = import_module("hibari").Hibari()
    return lambda text: " ".join(engine.phonemize(text))


def make_num2words() -> Say:
    num2words = import_module("num2words").num2words
    return lambda text: re.sub(r"\d+(?:\.\d+)?", lambda match: str(num2words(match.group())), text)


def make_wetext() -> Say:
    normalizer = import_module("wetext").Normalizer(lang="en")
    return lambda text: str(normalizer.normalize(text))


def make_wetextprocessing() -> Say:
    normalizer = import_module("tn.english.normalizer").Normalizer(overwrite_cache=False)
    return lambda text: str(normalizer.normalize(text))


def make_nemo() -> Say:
    module = import_module("nemo_text_processing.text_normalization.normalize")
    normalizer = module.Normalizer(input_case="cased", lang="en")
    return lambda text: str(normalizer.normalize(text, verbose=False))


SYSTEMS: dict[str, Callable[[], Say]] = {
    "voxfolio": lambda: spoken_form,
    "hibari": make_hibari,
    "num2words": make_num2words,
    "wetext": make_wetext,
    "WeTextProcessing": make_wetextprocessing,
    "NeMo": make_nemo,
}


def score(cases: list[Case], name: str, strict: bool = False) -> tuple[list[bool], list[str], float]:
    """Whether each case is right, what was said, and the seconds all took.

    hibari writes no words, only sounds: it is right where it says the written line as it says the expected words.
    """
    say = SYSTEMS[name]()
    start = time.perf_counter()
    outputs = [try_to_say(say, case.written) for case in cases]
    seconds = time.perf_counter() - start
    if name != "hibari":
        judge = agrees_strictly if strict else agrees
        right = [judge(said, case.spoken, case.match) for said, case in zip(outputs, cases, strict=True)]
        return right, outputs, seconds
    return [hears(say, said, case) for said, case in zip(outputs, cases, strict=True)], outputs, seconds


def try_to_say(say: Say, text: str) -> str:
    try:
        return say(text)
    except Exception as error:  # a library that breaks on a line has said it wrong
        return f"({type(error).__name__})"


def hears(say: Say, said: str, case: Case) -> bool:
    readings = case.spoken.split(" || ") if case.match == "any" else [case.spoken]
    heard = [sounds(try_to_say(say, reading)) for reading in readings]
    return any(sounds(said) == one or (case.match == "contains" and one in sounds(said)) for one in heard)


def sounds(phonemes: str) -> str:
    """Vowels and consonants alone: stress and pauses hang on hyphens and commas."""
    return "".join(sound for sound in phonemes.replace("ænd", "") if sound.isalpha() and sound not in "ˈˌː")


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Score spoken forms.")
    parser.add_argument("cases", type=Path)
    parser.add_argument("--with", dest="others", nargs="*", default=[], choices=[*SYSTEMS][1:])
    parser.add_argument("--strict", action="store_true", help="forgive nothing but punctuation")
    parser.add_argument("--misses", action="store_true", help="list what Voxfolio says otherwise")
    parser.add_argument("--json", type=Path, help="keep every system's output here")
    options = parser.parse_args(arguments)
    cases = [case for case in read_cases(options.cases) if case.scorable]
    print(f"{describe_machine()}\n{len(cases)} cases\n")
    names = ["voxfolio", *options.others]
    results = {name: score(cases, name, options.strict) for name in names}
    counts = Counter(case.category for case in cases)
    print("| category | cases | " + " | ".join(names) + " |")
    print("|---|---:|" + "---:|" * len(names))
    for category in sorted(counts):
        rows = [number for number, case in enumerate(cases) if case.category == category]
        shares = [sum(results[name][0][row] for row in rows) / len(rows) for name in names]
        print(f"| {category} | {len(rows)} | " + " | ".join(f"{share:.0%}" for share in shares) + " |")
    totals = [sum(results[name][0]) / len(cases) for name in names]
    print(f"| **all** | {len(cases)} | " + " | ".join(f"{share:.1%}" for share in totals) + " |")
    print("| seconds | | " + " | ".join(f"{results[name][2]:.2f}" for name in names) + " |")
    if options.misses:
        print()
        for case, right, said in zip(cases, *results["voxfolio"][:2], strict=True):
            if not right:
                print(f"{case.category}\t{case.written}\t{said}\t{case.spoken}\t{case.match}")
    if options.json:
        kept = {name: outputs for name, (_, outputs, _) in results.items()}
        options.json.write_text(json.dumps(kept, ensure_ascii=False, indent=1), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
