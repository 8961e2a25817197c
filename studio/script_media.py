"""The script of a book as a table to take home."""

from __future__ import annotations

import tempfile
from pathlib import Path

from fastapi import APIRouter
from fastapi.responses import Response

from engine.production import Production
from studio.media import CHANGES, answer


def script_routes(production: Production) -> APIRouter:
    """GET /media/script/BOOK: every line and its speaker, as CSV. A StudioError becomes its sentence."""
    router = APIRouter(prefix="/media", include_in_schema=False)

    @router.get("/script/{slug}")
    def script(slug: str) -> Response:
        return answer(lambda: write_script(production, slug))

    return router


def write_script(production: Production, slug: str) -> Response:
    """The table, made for this answer. Raises NotFound."""
    name = f"{production.book(slug).slug}-script.csv"
    with tempfile.TemporaryDirectory(dir=production.settings.scratch) as folder:
        table = Path(folder) / name
        production.script_desk.write_csv(slug, table)
        data = table.read_bytes()
    headers = {"Content-Disposition": f'attachment; filename="{name}"', **CHANGES}
    return Response(data, media_type="text/csv; charset=utf-8", headers=headers)
