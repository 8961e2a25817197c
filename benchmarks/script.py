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
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from engine.manuscript.readers import read_book
from engine.manuscript.speakers import attribute_speakers, weights

SHARED = Path(__file__).resolve().parents[2] / "shared"
STYLES = ("curly", "british", "straight-single", "dash")
TARGETS = {
    "detF": 97.5, "acc": 78.0, "expl": 97.0, "anaph": 70.0, "impl": 70.0, "cast": 77.0, "voice1": 75.0, "leak": 1.5,
}  # fmt: skip
SPOKEN = ("dialogue", "thought")
LINKS = (weights.SAME_AS_BEFORE, weights.SAME_AS_TWO_BACK, weights.ADDRESSED)
# What each ingredient gives is what is lost without it: the weights that are made nothing.
INGREDIENTS: dict[str, tuple[dict[str, float], ...] | tuple[str, ...]] = {
    "the conversation (line by line)": LINKS,
    "the turn two back": (weights.SAME_AS_TWO_BACK,),
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
    lines = [
        {
            "start": chapter.source_start + line.start,
            "end": chapter.source_start + line.end,
            "kind": line.kind,
            "speaker": line.speaker,
            "doubt": round(line.doubt, 4),
            "reason": line.reason,
        }
        for chapter, spoken in zip(book.chapters, found.lines, strict=True)
        for line in spoken
        if line.kind in SPOKEN
    ]
    return lines, seconds, sum(chapter.words for chapter in book.chapters)


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
        for part in parts:
            if isinstance(part, str):
                weights.EVIDENCE[part] = 0.0
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


def measure_litbank(scorer: ModuleType, folder: Path, work: Path) -> None:
    """Detection by the marks each excerpt uses, pooled; voice1 pooled over all."""
    from engine.manuscript.dialogue import choose_marks

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
