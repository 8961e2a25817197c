"""studio.db: made by numbered migrations, durable, and plain about what is wrong with it."""

import errno
import os
import shutil
import sqlite3
import stat

import pytest
from sqlalchemy import inspect, text

from engine.errors import DamagedDatabase, DiskFull, NewerDatabase, WorkspaceReadOnly
from engine.project import tables
from engine.project.database import MIGRATIONS, Database, migrate, storage_errors


def test_the_migrations_make_the_tables_that_the_queries_name(tmp_path):
    database = Database(tmp_path / "studio.db")
    with database.read() as connection:
        found = inspect(connection)
        for table in tables.metadata.tables.values():
            columns = {column["name"]: column["nullable"] for column in found.get_columns(table.name)}
            expected = {column.name: bool(column.nullable) for column in table.columns}
            for name in [column.name for column in table.primary_key.columns]:
                columns[name] = expected[name]  # SQLite calls a primary key column nullable unless told otherwise
            assert columns == expected, table.name
            keys = {
                (key["constrained_columns"][0], key["referred_table"]) for key in found.get_foreign_keys(table.name)
            }
            assert keys == {(key.parent.name, key.column.table.name) for key in table.foreign_keys}, table.name


def test_every_connection_is_durable_and_checks_foreign_keys(tmp_path):
    database = Database(tmp_path / "studio.db")
    with database.read() as connection:
        values = [connection.scalar(text(f"PRAGMA {name}")) for name in ("journal_mode", "synchronous", "foreign_keys")]
    assert values == ["wal", 2, 1]


def test_migrations_are_applied_once(tmp_path):
    path = tmp_path / "studio.db"
    Database(path).close()
    with sqlite3.connect(path) as connection:
        assert migrate(connection, path) == []
        applied = connection.execute("SELECT printf('%04d_%s', number, name) FROM migrations").fetchall()
    assert [name for (name,) in applied] == [file.stem for file in sorted(MIGRATIONS.glob("*.sql"))]


def test_a_database_of_the_first_shape_becomes_one_of_the_present(tmp_path):
    path = tmp_path / "studio.db"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE migrations (number INTEGER PRIMARY KEY, name TEXT, applied_at TEXT)")
        connection.executescript((MIGRATIONS / "0001_first_shape.sql").read_text(encoding="utf-8"))
        connection.execute("INSERT INTO migrations VALUES (1, 'first_shape', '2024-01-01')")
        columns = "id, slug, title, author, language, year, description, narrator, source_name, source_sha256"
        connection.execute(
            f"INSERT INTO books ({columns}, voice, pauses, left_out, findings, created_at)"
            " VALUES (1, 'old', 'Old', '', 'en', '', '', '', 'm.txt', '0', 'hazel', '{}', '[]', '[]', '')"
        )
    with Database(path).read() as connection:
        book = connection.execute(text("SELECT title, reading, series FROM books")).one()
    assert tuple(book) == ("Old", "one voice", "")


def test_a_database_from_a_newer_version_is_refused_and_left_alone(tmp_path):
    path = tmp_path / "studio.db"
    Database(path).close()
    with sqlite3.connect(path) as connection:
        connection.execute("INSERT INTO migrations VALUES (9999, 'from_the_future', '2099-01-01')")
    with pytest.raises(NewerDatabase, match="newer Voxfolio"):
        Database(path)
    with sqlite3.connect(path) as connection:
        assert connection.execute("SELECT max(number) FROM migrations").fetchone() == (9999,)


def test_a_migration_of_an_older_database_keeps_a_copy_beside_it(tmp_path, monkeypatch):
    path = tmp_path / "studio.db"
    Database(path).close()
    folder = tmp_path / "migrations"
    shutil.copytree(MIGRATIONS, folder)
    (folder / "0999_later.sql").write_text("ALTER TABLE books ADD COLUMN isbn TEXT;", encoding="utf-8")
    monkeypatch.setattr("engine.project.database.MIGRATIONS", folder)
    Database(path).close()
    with sqlite3.connect(tmp_path / "studio.before-0999.db") as copy, sqlite3.connect(path) as changed:
        assert "isbn" not in [row[1] for row in copy.execute("PRAGMA table_info(books)")]
        assert "isbn" in [row[1] for row in changed.execute("PRAGMA table_info(books)")]


def test_a_failed_transaction_keeps_nothing(tmp_path):
    database = Database(tmp_path / "studio.db")
    with pytest.raises(RuntimeError), database.write("test") as connection:
        connection.execute(text("INSERT INTO worker VALUES (1, 'me', 0)"))
        raise RuntimeError
    with database.read() as connection:
        assert connection.scalar(text("SELECT count(*) FROM worker")) == 0


def test_a_file_that_is_no_database_is_said_to_be_damaged(tmp_path):
    (tmp_path / "studio.db").write_bytes(b"this is not a database at all" * 100)
    with pytest.raises(DamagedDatabase, match="damaged"):
        Database(tmp_path / "studio.db")


@pytest.mark.skipif(
    os.name == "nt" or not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write anywhere"
)
def test_a_read_only_workspace_is_said_to_be_one(tmp_path):
    folder = tmp_path / "closed"
    folder.mkdir()
    folder.chmod(stat.S_IRUSR | stat.S_IXUSR)
    with pytest.raises(WorkspaceReadOnly, match="write permission"):
        Database(folder / "studio.db")


@pytest.mark.parametrize(
    ("number", "expected"),
    [(errno.ENOSPC, DiskFull), (errno.EROFS, WorkspaceReadOnly), (errno.EACCES, WorkspaceReadOnly)],
)
def test_what_the_disk_says_becomes_a_sentence(tmp_path, number, expected):
    with pytest.raises(expected) as caught, storage_errors("keep a take", tmp_path):
        raise OSError(number, "whatever the system calls it")
    assert "keep a take" in str(caught.value) and str(tmp_path) in str(caught.value)
