"""Sounds, covers and finished files, by what they are and never by a path: a page names a line, not a file.

So Gradio itself is allowed to serve nothing. What a book or a browser says is only ever looked up, never opened.
"""

from __future__ import annotations

import logging
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote

from fastapi import APIRouter
from fastapi.responses import FileResponse, PlainTextResponse, Response, StreamingResponse

from engine.errors import NotFound, StudioError
from engine.production import Production

ASSETS = Path(__file__).parents[1] / "assets"
STYLE_FILES = {"studio.css": "text/css", "studio.js": "text/javascript", "icon.svg": "image/svg+xml"}
PICTURES = {b"\xff\xd8\xff": "image/jpeg", b"\x89PNG": "image/png"}
SOUNDS = {
    ".flac": "audio/flac",
    ".wav": "audio/wav",
    ".m4a": "audio/mp4",
    ".m4b": "audio/mp4",
    ".mp3": "audio/mpeg",
}
LONGEST_SENTENCE = 400  # characters a person may have spoken as a trial
CHANGES = {"Cache-Control": "no-cache"}
STAYS = {"Cache-Control": "private, max-age=86400"}  # the address names the content: a take's key, a file's time
UNFORESEEN = "Something went wrong that Voxfolio did not foresee. The log file says more."

log = logging.getLogger(__name__)


def media_routes(production: Production) -> APIRouter:
    """GET routes under /media. A StudioError becomes its sentence as plain text, status 404 or 409."""
    router = APIRouter(prefix="/media", include_in_schema=False)
    add_voices(router, production)

    @router.get("/{name}.{suffix}")
    def style_file(name: str, suffix: str) -> Response:
        file = f"{name}.{suffix}"
        if file not in STYLE_FILES:
            return PlainTextResponse("There is no such file.", 404)
        return FileResponse(ASSETS / file, media_type=STYLE_FILES[file], headers=CHANGES)

    @router.get("/cover/{slug}")
    def cover(slug: str) -> Response:
        return answer(lambda: show_picture(production.book(slug).cover))

    @router.get("/chapter/{slug}/{chapter_id}")
    def chapter(slug: str, chapter_id: int) -> Response:
        def find() -> Response:
            audio = production.chapter_audio(slug, chapter_id)
            if audio is None:
                raise NotFound("This chapter is not narrated yet, or has changed since. Press Narrate first.")
            return play(audio.path)

        return answer(find)

    @router.get("/line/{slug}/{segment_id}")
    def line(slug: str, segment_id: int) -> Response:
        return answer(lambda: play(production.line_desk.hear_line(slug, segment_id)))

    @router.get("/export/{slug}/{name}")
    def export(slug: str, name: str) -> Response:
        return answer(lambda: download(find_export(production, slug, name)))

    @router.get("/log")
    def log_file() -> Response:
        return answer(lambda: download_log(production.settings.log_file))

    return router


def add_voices(router: APIRouter, production: Production) -> None:
    """A sentence in a voice, and the same while it is still being spoken."""

    @router.get("/voice/{name}")
    def voice(name: str, text: str = "") -> Response:
        sentence = " ".join(text.split())[:LONGEST_SENTENCE]

        def find() -> Response:
            sound = production.sample_desk.follow_voice(name, sentence or None)
            if isinstance(sound, Path):
                return play(sound)
            place = f"/media/growing/{quote(sound.path.name, safe='')}?job={sound.job_id}"
            return Response(headers={"X-Growing": place, "Cache-Control": "no-store"})

        return answer(find)

    @router.get("/growing/{name}")
    def growing(name: str, job: int) -> Response:
        """A sound as it is spoken; browsers begin to play it with the first stretch."""

        def find() -> Response:
            sound = production.sample_desk.hear_growing(name, job)
            if isinstance(sound, Path):
                return play(sound)
            return StreamingResponse(sound, media_type="audio/wav", headers={"Cache-Control": "no-store"})

        return answer(find)


def answer(find: Callable[[], Response]) -> Response:
    """What ``find`` gives; a sentence when it cannot."""
    try:
        return find()
    except NotFound as error:
        return PlainTextResponse(str(error), 404)
    except StudioError as error:
        return PlainTextResponse(str(error), 409)
    except Exception:
        log.exception("a sound or file could not be served")
        return PlainTextResponse(UNFORESEEN, 500)


def play(path: Path) -> Response:
    """A sound to be heard in the page; the browser may ask for parts of it."""
    if not path.is_file():
        raise NotFound("The sound is no longer there. Press Narrate to have it spoken again.")
    return FileResponse(path, media_type=SOUNDS.get(path.suffix, "application/octet-stream"), headers=STAYS)


def show_picture(path: Path | None) -> Response:
    """A cover, when its first bytes are those of a JPEG or PNG."""
    if path is None or not path.is_file():
        raise NotFound("This book has no cover.")
    with path.open("rb") as file:
        first = file.read(4)
    kind = next((kind for start, kind in PICTURES.items() if first.startswith(start)), None)
    if kind is None:
        raise NotFound("The cover is neither a JPEG nor a PNG picture.")
    return FileResponse(path, media_type=kind, headers=STAYS)


def find_export(production: Production, slug: str, name: str) -> Path:
    """The finished audiobook of that name: a file, or the folder of an MP3 set."""
    for book in production.exports(slug):
        if book.path.name == name.removesuffix(".zip") and book.path.exists():
            return book.path
    raise NotFound("This file is no longer there. Make the audiobook again.")


def download(path: Path) -> Response:
    """A finished file; a folder comes as one zip, made while it is sent so that no second copy is stored."""
    if path.is_file():
        return FileResponse(path, media_type=SOUNDS.get(path.suffix), filename=path.name, headers=CHANGES)
    headers = {"Content-Disposition": f"attachment; filename*=utf-8''{quote(path.name)}.zip", **CHANGES}
    return StreamingResponse(zip_folder(path), media_type="application/zip", headers=headers)


def download_log(path: Path) -> Response:
    """The log as it stands, as text; the worker's, kept beside it, follows the studio's."""
    parts = [path, path.with_name(f"{path.stem}-worker{path.suffix}")]
    text = "\n".join(part.read_text(encoding="utf-8", errors="replace") for part in parts if part.is_file())
    headers = {"Content-Disposition": f'attachment; filename="{path.name}"', "Cache-Control": "no-store"}
    return PlainTextResponse(text or "The log is empty.", headers=headers)


class _Outlet:
    """Takes what a zip writer writes, and hands it on."""

    def __init__(self) -> None:
        self._waiting = bytearray()

    def write(self, data: bytes) -> int:
        self._waiting += data
        return len(data)

    def flush(self) -> None:
        pass

    def close(self) -> None:
        pass

    def take(self) -> bytes:
        taken, self._waiting = bytes(self._waiting), bytearray()
        return taken


def zip_folder(folder: Path) -> Iterator[bytes]:
    """The files of a folder as a zip, stored uncompressed (sound does not shrink), a piece at a time."""
    outlet = _Outlet()
    with zipfile.ZipFile(outlet, "w", zipfile.ZIP_STORED, allowZip64=True) as archive:
        for path in sorted(folder.iterdir()):
            if not path.is_file() or path.name.endswith(".partial"):
                continue
            name = f"{folder.name}/{path.name}"
            with path.open("rb") as file, archive.open(name, "w", force_zip64=True) as entry:
                while piece := file.read(1 << 20):
                    entry.write(piece)
                    yield outlet.take()
    yield outlet.take()
