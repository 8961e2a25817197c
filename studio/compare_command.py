"""`voxfolio compare`: the same lines in every engine and voice there is, side by side."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from engine.settings import Settings
from studio.progress_line import ProgressLine

if TYPE_CHECKING:
    from engine.comparing import Comparison
    from engine.production import Production

LINES_OF_A_BOOK = 6
RESULT = "comparison.json"


def add_compare_options(command: argparse.ArgumentParser) -> None:
    what = command.add_mutually_exclusive_group()
    what.add_argument("book", nargs="?", metavar="BOOK", help="a project, whose first lines are said")
    what.add_argument("--text", metavar="TEXT", help="what to say instead; - reads it from standard input")
    command.add_argument("--language", metavar="TAG", help="of the lines: en, fr (default: the book's, else en)")
    command.add_argument("--engines", nargs="+", default=[], metavar="NAME", help="only these engines")
    command.add_argument("--voices", nargs="+", default=[], metavar="NAME", help="only these voices")
    command.add_argument(
        "-o", "--output", type=Path, metavar="FOLDER", required=True, help="where the sounds and the table go"
    )
    command.add_argument("--json", action="store_true", help="give the result as one JSON object")


def print_comparison(options: argparse.Namespace, settings: Settings) -> None:
    """Speak, measure, and tell; the folder gets a sound for each voice, and the table as comparison.json and .md."""
    from studio.cli import opened_production

    folder = options.output.absolute()
    rows: list[Comparison] = []
    with opened_production(settings) as production, ProgressLine(sys.stderr) as show:
        desk = production.engine_desk
        lines, language = find_lines(production, options)
        voices = desk.choose_voices(options.engines, options.voices)
        advice = desk.recommend()
        for row in desk.compare(lines, voices, folder, show, language=language):
            rows.append(row)
            write_result(folder, describe_result(lines, advice, rows, len(voices)))
    (folder / "comparison.md").write_text("\n".join(tabulate(rows, advice)) + "\n", encoding="utf-8")
    if options.json:
        result = describe_result(lines, advice, rows, len(voices))
        sys.stdout.write(json.dumps(result, ensure_ascii=False, indent=2) + "\n")
    else:
        sys.stdout.write("\n".join(tabulate(rows, advice)) + f"\n\nThe sounds are in {folder}.\n")


def find_lines(production: Production, options: argparse.Namespace) -> tuple[list[str], str]:
    """What is to be said, and in which language. Raises NotFound."""
    from engine.comparing import SAMPLE_LINES
    from studio.cli import find_project

    if options.text is not None:
        text = sys.stdin.read() if options.text == "-" else options.text
        return [line for line in text.splitlines() if line.strip()], options.language or "en"
    if not options.book:
        return list(SAMPLE_LINES), "en"
    book = find_project(production, options.book)
    lines: list[str] = []
    for chapter in production.chapters(book.slug):
        if chapter.include and len(lines) < LINES_OF_A_BOOK:
            wanted = LINES_OF_A_BOOK - len(lines)
            lines += [line.segment.said for line in production.line_desk.lines(book.slug, chapter.id, 0, wanted)]
    return lines, options.language or book.language


def describe_result(lines: Sequence[str], advice: str, rows: Sequence[Comparison], total: int) -> dict[str, object]:
    """A comparison as it is written in JSON; ``total`` voices are compared in all."""
    return {
        "lines": list(lines),
        "recommendation": advice,
        "total": total,
        "voices": [describe_row(row) for row in rows],
    }


def describe_row(row: Comparison) -> dict[str, object]:
    return {
        "engine": row.engine,
        "voice": row.voice,
        "label": row.label,
        "file": row.path.name if row.path else None,
        "seconds": round(row.seconds, 2),
        "times_real_time": round(row.speed, 2),
        "similarity": None if row.likeness is None else round(row.likeness, 3),
        "predicted_score": None if row.score is None else round(row.score, 2),
        "licence": row.licence,
        "publishable": row.publishable,
        "needs": row.needs,
        "trouble": row.trouble,
    }


def write_result(folder: Path, result: dict[str, object]) -> None:
    from engine.disk import write_beside

    with write_beside(folder / RESULT) as partial:
        partial.write_text(json.dumps(result, ensure_ascii=False, indent=2), encoding="utf-8")


def tabulate(rows: Sequence[Comparison], advice: str) -> list[str]:
    """The comparison as a table in Markdown, with the advice under it."""
    table = [
        "| engine | voice | times real time | similarity | predicted score | licence | may be published |",
        "|---|---|---|---|---|---|---|",
    ]
    for row in rows:
        figures = (
            f"{row.speed:.1f}" if row.path else "-",
            "-" if row.likeness is None else f"{row.likeness:.2f}",
            "-" if row.score is None else f"{row.score:.2f}",
        )
        publish = "yes" if row.publishable else "no"
        table.append(f"| {row.engine} | {row.label} | {' | '.join(figures)} | {row.licence} | {publish} |")
    troubles = [f"- {row.engine}, {row.label}: {row.trouble}" for row in rows if row.trouble]
    needs = dict.fromkeys(f"- {row.engine}: {row.needs}" for row in rows if row.needs)
    return [*table, "", *troubles, *needs, "", advice]
