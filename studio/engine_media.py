"""The sounds of a comparison, by the name of their file in its result and never by a path."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import Response

from engine.production import Production
from studio.engine_comparing import Comparer
from studio.media import answer, play


def engine_routes(production: Production) -> APIRouter:
    """GET routes under /media/comparison. A StudioError becomes its sentence as plain text, status 404 or 409."""
    router = APIRouter(prefix="/media/comparison", include_in_schema=False)
    comparer = Comparer(production.settings, production.engine_desk.comparison_folder)

    @router.get("/{name}")
    def sound(name: str) -> Response:
        return answer(lambda: play(comparer.find_sound(name)))

    return router
