"""The script as a table: written, edited in a spreadsheet, read back, refused when it is damaged."""

import csv
import io

import pytest

from engine.core_types import NARRATOR
from engine.errors import EditRefused


@pytest.fixture
def table(desk, shelf, slug):
    """Write the script, let a test change its rows, read it back."""

    class Table:
        path = shelf.folder / "script.csv"

        def write(self):
            desk.write_csv(slug, self.path)
            return list(csv.reader(io.StringIO(self.path.read_text(encoding="utf-8-sig"), newline="")))

        def read(self, rows, encoding="utf-8-sig", delimiter=","):
            with self.path.open("w", encoding=encoding, newline="") as file:
                csv.writer(file, delimiter=delimiter).writerows(rows)
            return desk.read_csv(slug, self.path)

        def change(self, words, speaker, **options):
            rows = self.write()
            for row in rows:
                if words in row[7]:
                    row[3] = speaker
            return self.read(rows, **options)

    return Table()


def test_a_table_has_a_row_for_each_line_that_is_said(table, shelf, slug):
    header, *rows = table.write()
    assert header == ["chapter", "line", "kind", "speaker", "doubt", "reason", "settled", "text"]
    assert [row[7] for row in rows] == [" ".join(line.text.split()) for line in shelf.lines(slug) if line.said]
    assert table.path.read_bytes().startswith(b"\xef\xbb\xbf")


def test_a_table_read_back_as_it_was_changes_nothing(table, desk, shelf, slug):
    before = shelf.everything(slug)
    assert table.read(table.write()) == 0
    assert shelf.everything(slug) == before and desk.last_edit(slug) == ""


def test_changed_speakers_are_taken_over_and_settled(table, desk, shelf, slug):
    assert table.change("Alone?", "Mr. Knight") == 1
    line = shelf.line(slug, "Alone?")
    assert (line.speaker, line.settled, line.doubt) == ("Mr. Knight", True, 0.0)
    assert not shelf.line(slug, "The dog was there").settled
    assert desk.undo(slug) == "read the script from script.csv"
    assert shelf.line(slug, "Alone?").speaker == "Mrs. Bell"


def test_a_new_name_in_a_table_makes_a_role(table, desk, slug):
    assert table.change("“Open.”", "Zoë the cat") == 1
    assert "Zoë the cat" in [role.name for role in desk.roles(slug)]


def test_a_line_marked_as_settled_is(table, shelf, slug):
    rows = table.write()
    next(row for row in rows if "Alone?" in row[7])[6] = "yes"
    assert table.read(rows) == 0 and shelf.line(slug, "Alone?").settled


def test_rows_may_be_missing_and_in_any_order(table, shelf, slug):
    header, *rows = table.write()
    kept = [row for row in reversed(rows) if row[3] != NARRATOR]
    kept[0][3] = "Mrs. Bell"
    assert table.read([header, *kept]) == 1 and shelf.line(slug, "“Open.”").speaker == "Mrs. Bell"


@pytest.mark.parametrize("delimiter", [";", "\t"])
def test_the_separators_of_other_countries_are_read(table, delimiter):
    assert table.change("Alone?", "Mr. Knight", delimiter=delimiter) == 1


def test_a_table_saved_on_windows_without_unicode_is_read(table):
    assert table.change("Alone?", "Zoë", encoding="cp1252") == 1


def test_what_a_spreadsheet_makes_of_numbers_does_no_harm(desk, shelf):
    slug = shelf.open("CHAPTER 1\n\n“Stay,” said Emma.\n\n1871.\n\n“Go,” said Mr. Knight.\n", "n.txt")
    path = shelf.folder / "n.csv"
    desk.write_csv(slug, path)
    text = path.read_text(encoding="utf-8-sig").replace("1871.", "1871").replace("2,1,", "2.0,1.00,")
    path.write_text(text, encoding="utf-8")
    assert desk.read_csv(slug, path) == 0


HOSTILE = ['=HYPERLINK("http://example.org")', "+1", "-2+3", "@SUM(A1)", "'=already", "'plain"]


@pytest.mark.parametrize("name", HOSTILE)
def test_no_cell_is_a_formula_and_every_cell_comes_back(desk, shelf, slug, table, name):
    desk.rename_role(slug, "Emma", name)
    before = shelf.everything(slug)
    assert not any(cell[:1] in "=+-@\t\r" for row in table.write() for cell in row if cell)
    assert desk.read_csv(slug, table.path) == 0 and shelf.everything(slug) == before


def test_damage_is_told_with_its_line_and_nothing_changes(table, desk, shelf, slug):
    rows, before = table.write(), shelf.everything(slug)
    rows[4][3] = "The Dog"
    damages = {
        "does not have": lambda: rows[6].__setitem__(1, "900"),
        "Line 8": lambda: rows[7].__setitem__(0, "first"),
        "in the book that line is": lambda: rows[5].__setitem__(7, "Quite another line."),
        "no speaker": lambda: rows[9].__setitem__(3, "  "),
        "cells instead of 8": lambda: rows.__setitem__(3, rows[3][:4]),
        "too long for a name": lambda: rows[4].__setitem__(3, "x" * 90),
        "Emma's names": lambda: rows[4].__setitem__(3, "Emma Hart"),
    }
    for words, damage in damages.items():
        kept = [list(row) for row in rows]
        damage()
        with pytest.raises(EditRefused, match=words):
            table.read(rows)
        rows[:] = kept
        assert shelf.everything(slug) == before, words
    assert table.read(rows) == 1


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x00\x01\x02\xff\xfe binary",
        b"name;age\nEmma;21\n",
        b"PK\x03\x04 a spreadsheet of its own kind",
        b'chapter,line,speaker,text\n1,1,"Emma,open\n',
        b"chapter,line,speaker,text\n" + b"1" * 200_000 + b",1,Emma,x\n",
    ],
)
def test_another_file_is_refused_with_a_sentence(desk, shelf, slug, data):
    path, before = shelf.folder / "other.csv", shelf.everything(slug)
    path.write_bytes(data)
    with pytest.raises(EditRefused, match=r"\.$"):
        desk.read_csv(slug, path)
    assert shelf.everything(slug) == before


def test_the_table_of_another_book_is_refused(desk, shelf, slug, table):
    other = shelf.open("CHAPTER I. Other\n\nQuite another book.\n\n“No,” said Ann Lee.\n\n“Yes,” said Bob.\n", "b.txt")
    table.write()
    with pytest.raises(EditRefused, match=r"does not have|another book"):
        desk.read_csv(other, table.path)
