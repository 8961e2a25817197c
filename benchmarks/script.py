"""Who says what, measured on hand-marked books: ``python -m benchmarks.script --data DIR``.

DIR is an export of the Project Dialogism Novel Corpus as its scorer reads it: DIR/score.py, DIR/restyle.py and
DIR/data/NOVEL/{text.txt,gold.jsonl,characters.json}. ``--litbank DIR`` measures LitBank's excerpts the same way. The
corpora are not part of Voxfolio; without them this says so and stops. End to end: nothing of the gold is used.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import subprocess
import sys
import tempfile
import time
from bisect import bisect_right
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from engine.core_types import Book
from engine.manuscript.dialogue import choose_marks
from engine.manuscript.readers import read_book
from engine.manuscript.speakers import SpokenLine, attribute_speakers, exchanges, likeness, study_book, weights

SHARED = Path(__file__).resolve().parents[2] / "shared"
STYLES = ("curly", "british", "straight-single", "dash")
TARGETS = {
    "detF": 97.5, "acc": 78.0, "expl": 97.0, "anaph": 70.0, "impl": 70.0, "cast": 77.0, "voice1": 75.0, "leak": 1.5,
}  # fmt: skip
SPOKEN = ("dialogue", "thought")
LINKS = (weights.SAME_AS_BEFORE, weights.SAME_AS_TWO_BACK, weights.ADDRESSED)
ROUNDS = 10  # in which a person settles a tenth of a book
Switch = tuple[ModuleType, str, float]  # a constant and the value that turns its ingredient off
WITHOUT_ANSWERS: Switch = (exchanges, "ANSWERED", 0.0)
# What each ingredient gives is what is lost without it: the weights that are made nothing.
INGREDIENTS: dict[str, tuple[dict[str, float] | str | Switch, ...]] = {
    "the conversation (line by line)": (*LINKS, WITHOUT_ANSWERS),
    "the turn two back": (weights.SAME_AS_TWO_BACK,),
    "who answers without words": (WITHOUT_ANSWERS,),
    "who is spoken to": ("spoken to", "speaks to self"),
    "how each speaks": ("manner",),
    "who a description is": ((likeness, "PRESENT_SHARE", 2.0),),
    "who is called by name": ("calls self", "names self", "called before", "called after"),
    "gender": ("tag fits", "tag wrong gender", "act fits", "act wrong gender"),
    "who was told of last": ("tag in focus", "tag last told", "act in focus", "act last told", "told last"),
    "who acts beside the words": tuple(name for name in weights.EVIDENCE if name.startswith("act")),
    "who is present": ("warm", "known", "present"),
}

Line = dict[str, Any]


def load_scorer(folder: Path) -> ModuleType:
    """DIR/score.py as a module."""
    spec = importlib.util.spec_from_file_location("pdnc_score", folder / "score.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def predict_lines(text_file: Path) -> tuple[list[Line], float, int]:
    """The spoken lines of a book, in offsets of its file; the seconds of CPU taken, without reading it; its words."""
    book = read_book(text_file)
    started = time.process_time()
    found = attribute_speakers(book.chapters, "en")
    seconds = time.process_time() - started
    lines = list_lines(book, found.lines)
    return lines, seconds, sum(chapter.words for chapter in book.chapters)


def list_lines(book: Book, found: Sequence[Sequence[SpokenLine]]) -> list[Line]:
    """The lines of all chapters that somebody speaks, in offsets of the book's file."""
    return [
        {
            "start": chapter.source_start + line.start,
            "end": chapter.source_start + line.end,
            "kind": line.kind,
            "speaker": line.speaker,
            "doubt": round(line.doubt, 4),
            "reason": line.reason,
        }
        for chapter, spoken in zip(book.chapters, found, strict=True)
        for line in spoken
        if line.kind in SPOKEN
    ]


def predict_all(data: Path, out: Path, novels: list[str]) -> float:
    """Write OUT/NOVEL.jsonl for each; the words a second of all."""
    out.mkdir(parents=True, exist_ok=True)
    words, seconds = 0, 0.0
    for novel in novels:
        lines, taken, count = predict_lines(data / novel / "text.txt")
        words, seconds = words + count, seconds + taken
        rows = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
        (out / f"{novel}.jsonl").write_text(rows, encoding="utf-8")
    return words / max(seconds, 1e-6)


def score_all(scorer: ModuleType, data: Path, out: Path, novels: list[str]) -> tuple[dict[str, Any], list[list[float]]]:
    """The scorer's results, and for every gold quotation that was found [doubt, wrong]."""
    results: dict[str, Any] = {}
    doubts: list[list[float]] = []
    for novel in novels:
        text, gold, characters = scorer.load_novel(str(data / novel))
        lines = scorer.load(str(out / f"{novel}.jsonl"))
        errors: list[tuple[Any, ...]] = []
        results[novel] = scorer.score(text, gold, characters, lines, errors)
        wrong = {error[0] for error in errors}
        starts = [line["start"] for line in lines]
        for quotation in gold:
            first = quotation["parts"][0][0]
            place = bisect_right(starts, first + 1) - 1
            if quotation["scored"] and place >= 0 and lines[place]["end"] > first:
                doubts.append([lines[place]["doubt"], float(quotation["id"] in wrong)])
    return results, doubts


def measure_doubt(doubts: list[list[float]]) -> tuple[float, float]:
    """Expected calibration error over ten bins, and what settling the most doubtful tenth gains; in points."""
    doubt, wrong = np.array(doubts).T
    error = 0.0
    bins = np.minimum((doubt * 10).astype(int), 9)
    for number in range(10):
        inside = bins == number
        if inside.any():
            error += inside.mean() * abs(doubt[inside].mean() - wrong[inside].mean())
    tenth = np.argsort(-doubt, kind="stable")[: len(doubt) // 10]
    return 100 * error, 100 * wrong[tenth].sum() / len(doubt)


def measure_settling(scorer: ModuleType, data: Path, novels: list[str]) -> float:
    """What settling a tenth of the lines gains, as a person would: the most doubtful ones, a few at a time, the rest of
    their conversations solved again before the next are asked. Macro, in points of accuracy."""
    gains: list[float] = []
    for novel in novels:
        book = read_book(data / novel / "text.txt")
        text, gold, characters = scorer.load_novel(str(data / novel))
        study = study_book(book.chapters, "en")
        found = study.attribute()
        names = settle_names(scorer, gold, characters, [character.name for character in found.characters])
        scored = [quotation for quotation in gold if quotation["scored"]]
        settled: dict[tuple[int, int], str] = {}
        accuracies = [scorer.score(text, gold, characters, list_lines(book, found.lines))["acc"]["all"]]
        for _ in range(ROUNDS):
            asked = [one for one in find_asked(book, scored, found.lines) if one[1] not in settled]
            asked.sort(key=lambda one: -one[0])
            for _, where, speaker in asked[: len(scored) // (10 * ROUNDS)]:
                settled[where] = names.get(speaker, speaker)
            found = study.attribute(settled)
        accuracies.append(scorer.score(text, gold, characters, list_lines(book, found.lines))["acc"]["all"])
        gains.append(accuracies[-1] - accuracies[0])
    return 100 * float(np.mean(gains))


def find_asked(
    book: Book, scored: list[Any], lines: Sequence[Sequence[SpokenLine]]
) -> list[tuple[float, tuple[int, int], str]]:
    """For each gold quotation that was found: its doubt, the line it begins in, and who truly speaks."""
    places = {
        chapter.source_start + line.start: (number, line)
        for number, (chapter, spoken) in enumerate(zip(book.chapters, lines, strict=True))
        for line in spoken
        if line.kind in SPOKEN
    }
    starts = sorted(places)
    asked: list[tuple[float, tuple[int, int], str]] = []
    for quotation in scored:
        first = quotation["parts"][0][0]
        place = bisect_right(starts, first + 1) - 1
        if place >= 0:
            number, line = places[starts[place]]
            if book.chapters[number].source_start + line.end > first:
                asked.append((line.doubt, (number, line.start), quotation["speaker"]))
    return asked


def settle_names(scorer: ModuleType, gold: list[Any], characters: list[Any], ours: list[str]) -> dict[str, str]:
    """The gold's names -> our names of the same characters, whoever speaks most first."""
    cast = scorer.Cast(characters, gold)
    by_id = {character["id"]: character["name"] for character in characters}
    names: dict[str, str] = {}
    for name in ours:
        for found in cast.resolve(name):
            names.setdefault(by_id[found], name)
    return names


def print_targets(scorer: ModuleType, results: dict[str, Any]) -> None:
    macro = scorer.summary(results)["macro"]
    for name, target in TARGETS.items():
        reached = 100 * macro[name]
        met = reached <= target if name == "leak" else reached >= target
        print(f"{name:7s} {reached:5.1f}  to reach {target:5.1f}  {'reached' if met else 'NOT REACHED'}")


def measure_styles(scorer: ModuleType, folder: Path, novels: list[str], work: Path) -> None:
    """The same books in other quotation marks: detection and accuracy, macro."""
    for style in STYLES:
        data = work / style
        command = [sys.executable, str(folder / "restyle.py"), str(folder / "data"), str(data), style, ",".join(novels)]
        subprocess.run(command, check=True)
        predict_all(data, work / f"{style}-lines", novels)
        results, _ = score_all(scorer, data, work / f"{style}-lines", novels)
        macro = scorer.summary(results)["macro"]
        print(f"{style:16s} detection F1 {100 * macro['detF']:.1f}  accuracy {100 * macro['acc']:.1f}", flush=True)


def measure_ingredients(scorer: ModuleType, data: Path, novels: list[str], work: Path) -> None:
    """What is lost without each ingredient: accuracy, by type and in all."""
    for name, parts in INGREDIENTS.items():
        kept = [(table, dict(table)) for table in (weights.EVIDENCE, *LINKS)]
        switched = [(part, getattr(part[0], part[1])) for part in parts if isinstance(part, tuple)]
        for part in parts:
            if isinstance(part, str):
                weights.EVIDENCE[part] = 0.0
            elif isinstance(part, tuple):
                setattr(part[0], part[1], part[2])
            else:
                part.update(dict.fromkeys(part, 0.0))
        predict_all(data, work / "without", novels)
        macro = scorer.summary(score_all(scorer, data, work / "without", novels)[0])["macro"]
        figures = "  ".join(
            f"{column} {100 * macro[column]:.1f}" for column in ("acc", "expl", "anaph", "impl", "voice1")
        )
        print(f"without {name:32s} {figures}", flush=True)
        for table, before in kept:
            table.update(before)
        for (module, constant, _), value in switched:
            setattr(module, constant, value)


def measure_litbank(scorer: ModuleType, folder: Path, work: Path) -> None:
    """Detection by the marks each excerpt uses, pooled; voice1 pooled over all."""
    data = folder / "data"
    excerpts = sorted(path.name for path in data.iterdir() if (path / "gold.jsonl").is_file())
    predict_all(data, work / "litbank", excerpts)
    pools: dict[str, list[int]] = {}
    one = total = 0.0
    for excerpt in excerpts:
        text, gold, characters = scorer.load_novel(str(data / excerpt))
        lines = scorer.load(str(work / "litbank" / f"{excerpt}.jsonl"))
        trimmed = [scorer.trim(text, *part) for quotation in gold for part in quotation["parts"]]
        spoken = [line for line in lines if line["kind"] == "dialogue"]  # LitBank does not mark thoughts
        spans, found = scorer.pieces(text, trimmed), scorer.pieces(text, [(x["start"], x["end"]) for x in spoken])
        pool = pools.setdefault(choose_marks([text], "en").value, [0, 0, 0])
        for place, count in enumerate((scorer.match(spans, found, 0), len(found), len(spans))):
            pool[place] += count
        result = scorer.score(text, gold, characters, lines)
        weight = sum(end - start for quotation in gold for start, end in quotation["parts"])
        one, total = one + result["cast"]["voice1"] * weight, total + weight
    for style, (right, predicted, wanted) in sorted(pools.items()):
        print(f"LitBank {style:16s} detection F1 {200 * right / max(1, predicted + wanted):5.1f}  ({wanted} spans)")
    print(f"LitBank voice1 {100 * one / total:.1f}")


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=SHARED / "pdnc", help="the folder with score.py and data/")
    parser.add_argument("--litbank", type=Path, default=SHARED / "litbank")
    parser.add_argument("--novels", help="only these, with commas between")
    parser.add_argument("--out", type=Path, help="keep the predicted lines here")
    parser.add_argument("--styles", action="store_true", help="also the same books in other quotation marks")
    parser.add_argument("--ingredients", action="store_true", help="also what is lost without each ingredient")
    options = parser.parse_args(arguments)
    if not (options.data / "score.py").is_file():
        print(f"There is no corpus at {options.data}: it must hold score.py and data/. Name its folder with --data.")
        return 2
    scorer = load_scorer(options.data)
    data = options.data / "data"
    every = sorted(path.name for path in data.iterdir() if (path / "gold.jsonl").is_file())
    novels = options.novels.split(",") if options.novels else every
    with tempfile.TemporaryDirectory() as temporary:
        work = Path(temporary)
        out = options.out or work / "lines"
        speed = predict_all(data, out, novels)
        results, doubts = score_all(scorer, data, out, novels)
        scorer.table(results)
        print_targets(scorer, results)
        error, gain = measure_doubt(doubts)
        print(f"calibration error {error:.1f} points; settling the most doubtful tenth gains {gain:.1f} points")
        again = measure_settling(scorer, data, novels)
        print(f"with the rest of their conversations solved again it gains {again:.1f} points")
        print(f"{speed:,.0f} words a second of one core", flush=True)
        if options.ingredients:
            measure_ingredients(scorer, data, novels, work)
        if options.styles:
            measure_styles(scorer, options.data, novels, work)
        if (options.litbank / "data").is_dir():
            measure_litbank(scorer, options.litbank, work)
        else:
            print(f"LitBank is not at {options.litbank}: not measured.")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
