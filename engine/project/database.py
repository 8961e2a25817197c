"""Opening studio.db: durable settings, numbered migrations, and what the disk says turned into sentences."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import DatabaseError

from engine.disk import closed_folder, disk_errors, full_disk
from engine.errors import DamagedDatabase, NewerDatabase, WorkspaceError

MIGRATIONS = Path(__file__).parent / "migrations"


@contextmanager
def storage_errors(doing: str, where: Path) -> Iterator[None]:
    """Turn what the disk and SQLite say into a WorkspaceError; ``doing`` ("keep a take") completes "could not ..."."""
    try:
        with disk_errors(doing, where):
            yield
    except (DatabaseError, sqlite3.DatabaseError) as error:
        raise _explain(str(error), doing, where) from error


def _explain(text: str, doing: str, where: Path) -> WorkspaceError:
    if "disk is full" in text:
        return full_disk(doing, where)
    if "readonly" in text or "unable to open" in text:
        return closed_folder(doing, where)
    if "malformed" in text or "not a database" in text:
        return DamagedDatabase(
            f"The database studio.db in {where} is damaged. Put back a copy of that file from a backup, "
            "or move it away to start with an empty shelf; your manuscripts and recordings in books are untouched."
        )
    if "locked" in text:
        return WorkspaceError(
            f"Another program keeps {where} locked, so Voxfolio could not {doing}. Close it and try again."
        )
    return WorkspaceError(f"Voxfolio could not {doing} in {where}: {text.splitlines()[0]}.")


class Database:
    """The door to studio.db; one for each process, safe for its threads."""

    def __init__(self, path: Path) -> None:
        """Open or create the database and bring it to the present shape. Raises WorkspaceError."""
        self.path = path
        with storage_errors("open the projects", path.parent):
            path.parent.mkdir(parents=True, exist_ok=True)
            unclean = path.with_name(path.name + "-wal").exists()
            with closing(sqlite3.connect(path, timeout=10, isolation_level=None)) as connection:
                connection.execute("PRAGMA journal_mode = WAL")
                if unclean and connection.execute("PRAGMA quick_check").fetchone()[0] != "ok":
                    raise sqlite3.DatabaseError("database disk image is malformed")
                migrate(connection, path)
        self._engine: Engine = create_engine(
            f"sqlite:///{path}", connect_args={"timeout": 10, "check_same_thread": False}
        )
        event.listen(self._engine, "connect", _prepare_connection)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A consistent view; nothing is written."""
        with storage_errors("read the project", self.path.parent), self._engine.connect() as connection:
            connection.exec_driver_sql("BEGIN")
            try:
                yield connection
            finally:
                connection.rollback()

    @contextmanager
    def write(self, doing: str) -> Iterator[Connection]:
        """One transaction: all of it is kept, or none. ``doing`` completes the sentence "could not ..."."""
        with storage_errors(doing, self.path.parent), self._engine.connect() as connection:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            try:
                yield connection
            except BaseException:
                connection.rollback()
                raise
            connection.commit()

    def close(self) -> None:
        self._engine.dispose()


def _prepare_connection(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None  # transactions begin where Database says, not where the driver guesses
    for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON", "busy_timeout = 10000"):
        connection.execute(f"PRAGMA {pragma}")


def migrate(connection: sqlite3.Connection, path: Path) -> list[int]:
    """Apply the numbered migrations that this database has not had, each in a transaction of its own.

    A copy is put beside the database before it is changed. Returns the numbers applied; raises NewerDatabase when
    the database has had migrations this program does not know.
    """
    connection.execute("CREATE TABLE IF NOT EXISTS migrations (number INTEGER PRIMARY KEY, name TEXT, applied_at TEXT)")
    had = {number for (number,) in connection.execute("SELECT number FROM migrations")}
    known = {int(file.name[:4]): file for file in sorted(MIGRATIONS.glob("[0-9]*.sql"))}
    if had - known.keys():
        raise NewerDatabase(
            f"The projects in {path.parent} were made by a newer Voxfolio than this one. "
            "Update Voxfolio, or choose another folder with --workspace; nothing was changed."
        )
    due = sorted(known.keys() - had)
    if due and had:
        with closing(sqlite3.connect(path.with_name(f"studio.before-{due[0]:04d}.db"))) as copy:
            connection.backup(copy)
    for number in due:
        connection.execute("BEGIN IMMEDIATE")
        if connection.execute("SELECT 1 FROM migrations WHERE number = ?", (number,)).fetchone():
            connection.execute("ROLLBACK")  # another process was faster
            continue
        for statement in _statements(known[number].read_text(encoding="utf-8")):
            connection.execute(statement)
        connection.execute("INSERT INTO migrations VALUES (?, ?, datetime('now'))", (number, known[number].stem[5:]))
        connection.execute("COMMIT")
    return due


def _statements(script: str) -> Iterator[str]:
    pending = ""
    for line in script.splitlines(keepends=True):
        pending += line
        if sqlite3.complete_statement(pending):
            yield pending
            pending = ""
