"""The script as a table that a person edits in a spreadsheet: written whole, read back with what was changed in it."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from engine.core_types import Chapter, Segment
from engine.disk import disk_errors, write_beside
from engine.errors import EditRefused

COLUMNS = ("chapter", "line", "kind", "speaker", "doubt", "reason", "settled", "text")
NEEDED = ("chapter", "line", "speaker", "text")
SETTLED = "yes"
ACTIVE = re.compile(r"'*[=+\-@\t\r]")  # a spreadsheet would compute a cell that begins so
LARGEST_BYTES = 100_000_000
NOT_LETTERS = re.compile(r"[\W\d_]+")


@dataclass(frozen=True, slots=True)
class TableRow:
    """A line of the book as the table has it."""

    segment: Segment  # as it is in the book
    speaker: str  # as it is in the table
    settled: bool
    file_line: int  # where in the file, for what has to be said of it


def write_table(destination: Path, chapters: Sequence[Chapter], lines: Sequence[Sequence[Segment]]) -> None:
    """One row for each line that is said in the chapters read aloud. Raises WorkspaceError."""
    text = io.StringIO(newline="")
    table = csv.writer(text)
    table.writerow(COLUMNS)
    for number, (chapter, chapter_lines) in enumerate(zip(chapters, lines, strict=True), start=1):
        for place, line in enumerate(chapter_lines, start=1):
            if chapter.include and line.said:
                settled = SETTLED if line.settled else ""
                cells = (line.kind.value, line.speaker, f"{line.doubt:.3f}", line.reason, settled, _tidy(line.text))
                table.writerow([number, place, *(_defuse(cell) for cell in cells)])
    with write_beside(destination, "write the script") as partial:
        partial.write_text(text.getvalue(), encoding="utf-8-sig", newline="")


def read_table(source: Path, chapters: Sequence[Chapter], lines: Sequence[Sequence[Segment]]) -> list[TableRow]:
    """The rows of a table that was written for these lines; some may be missing, and in any order.

    Raises EditRefused, with the line of the file, where the table is damaged or another book's.
    """
    found: list[TableRow] = []
    for file_line, row in _read_rows(source):
        where = f"Line {file_line} of {source.name}"
        chapter, place = _read_number(row["chapter"]), _read_number(row["line"])
        if not (0 < chapter <= len(chapters) and 0 < place <= len(lines[chapter - 1])):
            raise EditRefused(
                f"{where} is for line {row['line']} of chapter {row['chapter']}, which this book does not have. "
                "Write the script anew, and make your changes in that table; nothing was changed."
            )
        segment = lines[chapter - 1][place - 1]
        if not _is_same_text(row["text"], segment.text):
            raise EditRefused(
                f"{where} is “{row['text'][:40]}”, and in the book that line is “{_tidy(segment.text)[:40]}”. "
                "The table is of another book or an older script, or was saved without its special letters (save it "
                "as CSV UTF-8). Nothing was changed."
            )
        settled = row.get("settled", "").strip().casefold() in (SETTLED, "true", "1", "x")
        if not row["speaker"].strip():
            raise EditRefused(f"{where} has no speaker. Type one in and read the table again; nothing was changed.")
        found.append(TableRow(segment, row["speaker"], settled, file_line))
    return found


def _read_rows(source: Path) -> Iterator[tuple[int, dict[str, str]]]:
    with disk_errors("read the table", source):
        data = source.read_bytes() if source.stat().st_size <= LARGEST_BYTES else b""
    text = _decode(data)
    header, _, _ = text.partition("\n")
    delimiter = max(",;\t", key=header.count)
    table = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        names = [name.strip().casefold() for name in next(table, [])]
        missing = [name for name in NEEDED if name not in names]
        if missing:
            raise EditRefused(
                f"{source.name} is not a script as Voxfolio writes it: it has no column “{missing[0]}”. "
                "The first line names the columns: " + ", ".join(COLUMNS) + "."
            )
        for cells in table:
            if any(cell.strip() for cell in cells):
                if len(cells) < len(names):
                    raise EditRefused(
                        f"Line {table.line_num} of {source.name} has {len(cells)} cells instead of {len(names)}. "
                        "Repair it, or write the script anew; nothing was changed."
                    )
                yield table.line_num, {name: _recharge(cell) for name, cell in zip(names, cells, strict=False)}
    except csv.Error as error:
        raise EditRefused(
            f"Line {table.line_num} of {source.name} cannot be read as a table: a quotation mark is amiss there. "
            "Save the table once more as CSV; nothing was changed."
        ) from error


def _decode(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")  # what a spreadsheet on Windows calls plain CSV


def _read_number(cell: str) -> int:
    """0 for what is no number; "3.0" is how some spreadsheets write 3."""
    match = re.fullmatch(r"\s*(\d{1,7})(?:[.,]0+)?\s*", cell)
    return int(match[1]) if match else 0


def _is_same_text(cell: str, text: str) -> bool:
    """By their letters alone: a spreadsheet takes "1871." for a number and "3-4" for a date."""
    return NOT_LETTERS.sub("", cell) == NOT_LETTERS.sub("", text) or not NOT_LETTERS.sub("", text)


def _tidy(text: str) -> str:
    return " ".join(text.split())


def _defuse(cell: str) -> str:
    return f"'{cell}" if ACTIVE.match(cell) else cell


def _recharge(cell: str) -> str:
    return cell[1:] if cell.startswith("'") and ACTIVE.match(cell) else cell
