"""One frozen Settings; the only reader of the environment."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from engine.errors import StudioError

DEFAULT_HOST = "127.0.0.1"
DEFAULT_PORT = 7860


@dataclass(frozen=True, slots=True)
class Settings:
    """Where the projects are and how the studio runs; made once at the start and handed on."""

    workspace: Path  # folder of studio.db and books/; absolute
    host: str = DEFAULT_HOST
    port: int = DEFAULT_PORT
    open_browser: bool = True
    threads: int = 2  # how many lines are spoken at the same time
    public_names: tuple[str, ...] = ()  # host names of a tunnel by which guests may come
    processor_only: bool = False  # leave a graphics card alone

    @property
    def database(self) -> Path:
        return self.workspace / "studio.db"

    @property
    def books(self) -> Path:
        return self.workspace / "books"

    @property
    def voices(self) -> Path:
        return self.workspace / "voices"

    @property
    def models(self) -> Path:
        """Weights that were downloaded or brought; the same for every book and voice."""
        return self.workspace / "models"

    @property
    def private_paths(self) -> tuple[Path, ...]:
        """What no web page may ever be given by its path."""
        return (self.database, self.log_file, self.books, self.voices, self.models)

    @property
    def log_file(self) -> Path:
        return self.workspace / "voxfolio.log"

    @property
    def scratch(self) -> Path:
        """Uploads and other short-lived files; emptied when the studio starts."""
        return self.workspace / "scratch"


def read_settings(
    workspace: Path | None = None,
    host: str | None = None,
    port: int | None = None,
    open_browser: bool | None = None,
    public_names: Sequence[str] = (),
) -> Settings:
    """What the caller says, else the environment (VOXFOLIO_WORKSPACE, _HOST, _PORT, _NO_BROWSER, _PROCESSOR_ONLY),
    else the defaults.

    The default workspace is the folder Voxfolio in the person's home: theirs to see, copy and back up, and untouched
    when the program's own folder is deleted.
    """
    environment = os.environ
    chosen = workspace or Path(environment.get("VOXFOLIO_WORKSPACE") or Path.home() / "Voxfolio")
    if open_browser is None:
        open_browser = not environment.get("VOXFOLIO_NO_BROWSER")
    return Settings(
        workspace=chosen.expanduser().absolute(),
        host=host or environment.get("VOXFOLIO_HOST") or DEFAULT_HOST,
        port=_read_port(environment.get("VOXFOLIO_PORT")) if port is None else port,
        open_browser=open_browser,
        threads=max(1, min(8, os.cpu_count() or 1)),
        public_names=tuple(public_names),
        processor_only=bool(environment.get("VOXFOLIO_PROCESSOR_ONLY")),
    )


def _read_port(text: str | None) -> int:
    if not text:
        return DEFAULT_PORT
    if text.isdecimal() and 1 <= int(text) <= 65535:
        return int(text)
    raise StudioError("VOXFOLIO_PORT is not a number from 1 to 65535. Correct it, or give the port with --port.")
