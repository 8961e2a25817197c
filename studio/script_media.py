"""The script of a book as a table to take home."""

from __future__ import annotations

from pathlib import Path
from tempfile import mkdtemp

from fastapi import APIRouter
from fastapi.responses import FileResponse, Response
from starlette.background import BackgroundTask

from engine.production import Production
from studio.media import CHANGES, answer


def script_routes(production: Production) -> APIRouter:
    """GET /media/script/BOOK: every line and its speaker, as CSV. A StudioError becomes its sentence."""
    router = APIRouter(prefix="/media", include_in_schema=False)

    @router.get("/script/{slug}")
    def script(slug: str) -> Response:
        return answer(lambda: send_script(production, slug))

    return router


def send_script(production: Production, slug: str) -> Response:
    """The table, made for this answer and gone after it."""
    name = f"{production.book(slug).slug}-script.csv"
    folder = Path(mkdtemp(dir=production.settings.scratch))
    table = folder / name

    def remove() -> None:
        table.unlink(missing_ok=True)
        folder.rmdir()

    try:
        production.script_desk.write_csv(slug, table)
    except BaseException:
        remove()
        raise
    return FileResponse(
        table, media_type="text/csv; charset=utf-8", filename=name, headers=CHANGES, background=BackgroundTask(remove)
    )
