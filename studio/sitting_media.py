"""The routes of sittings: pages, recordings that come in, sounds that go out. The owner's under /recording, a guest's
under /guest; a guest's address carries a token that opens one voice, once."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, JSONResponse, Response
from starlette.background import BackgroundTask
from starlette.concurrency import run_in_threadpool
from starlette.responses import FileResponse

from engine.core_types import OnProgress
from engine.errors import NotFound, RecordingRefused, StudioError
from engine.production import Production
from engine.voices.parcel import LARGEST_BYTES as LARGEST_PARCEL
from engine.voices.reading import LARGEST_BYTES
from studio.invitations import find_link
from studio.media import ASSETS, CHANGES, answer, play
from studio.pages.frame import show_header
from studio.pages.sitting_frame import (
    Place,
    show_closed,
    show_document,
    show_guest_header,
    show_sitting,
    show_steps,
)
from studio.pages.sitting_missing import look_for_missing, show_needs
from studio.pages.sitting_steps import show_who
from studio.sitting_forms import Fields, name_safely, read_shape
from studio.sittings import Sitting
from studio.works import Answer, Works, answer_safely

LARGEST_READING = 60_000_000  # bytes: five minutes of stereo at 48 kHz
LARGEST_FORM = 100_000
SCRIPTS = ("recording.js", "recording-tap.js")
PRIVATE = {"Cache-Control": "no-store"}

FindSitting = Callable[[Request], Sitting]


def sitting_routes(production: Production) -> APIRouter:
    """Everything under /recording and /guest. A StudioError becomes its sentence: {"trouble"}, or a page."""
    router = APIRouter(include_in_schema=False)
    works = Works()

    def find_own(request: Request) -> Sitting:
        name, book = str(request.path_params["name"]), str(request.query_params.get("book", ""))
        voice = production.voice_desk.voice(name).row.name
        place = Place(f"/recording/{voice}", (("book", book),) if book else ())
        return Sitting(production, works, place, voice)

    def find_guests(request: Request) -> Sitting:
        token = str(request.query_params.get("token", ""))
        voice = production.voice_desk.open_invitation(token)
        return Sitting(production, works, Place("/guest", (("token", token),), guest=True), voice, token)

    add_beginning(router, production)
    add_pages(router, "/guest", find_guests, production)
    add_recordings(router, "/guest", find_guests)
    add_pages(router, "/recording/{name}", find_own, production)
    add_recordings(router, "/recording/{name}", find_own)
    add_takings(router, "/recording/{name}", find_own)
    add_care(router, "/recording/{name}", find_own)

    @router.get("/sitting/{name}")
    def script(name: str) -> Response:
        if name not in SCRIPTS:
            return JSONResponse({"trouble": "There is no such file."}, 404)
        return FileResponse(ASSETS / name, media_type="text/javascript", headers=CHANGES)

    @router.get("/guest/work/{id_}")
    @router.get("/recording/{name}/work/{id_}")
    def work(id_: str, name: str = "") -> Response:
        """The id cannot be guessed, and a guest's link may be spent by the very work that is asked after."""
        return JSONResponse(works.tell(id_), headers=PRIVATE)

    return router


# -- pages ----------------------------------------------------------------------------------------------------------


def add_beginning(router: APIRouter, production: Production) -> None:
    """A new voice, and one that comes as a file."""

    @router.get("/recording")
    def begin(book: str = "") -> Response:
        place = Place("/recording", (("book", book),) if book else ())
        body = show_sitting(
            place, show_steps(place, "who", set(), set()), show_who(book, show_needs(look_for_missing(production)))
        )
        return HTMLResponse(
            show_document("A new voice · Voxfolio", draw_header(production, book), body), headers=PRIVATE
        )

    @router.post("/recording")
    async def begin_voice(request: Request) -> Response:
        fields = await read_form(request)

        def do() -> Answer:
            taken = [voice.name for voice in production.voices()]
            name = production.voice_desk.begin(str(fields.get("person", "")), str(fields.get("label", "")), taken)
            return {"go": Place(f"/recording/{name}", find_query(fields)).address()}

        return JSONResponse(await run_in_threadpool(answer_safely, do), headers=PRIVATE)

    @router.post("/recording/parcel")
    async def take_parcel(request: Request) -> Response:
        """A voice as a sealed file; its passphrase comes in a header, which no log keeps."""
        passphrase = request.headers.get("x-passphrase", "")

        def do(path: Path) -> Answer:
            taken = [voice.name for voice in production.voices()]
            name = production.voice_desk.import_voice(path, bytes.fromhex(passphrase).decode(), taken)
            return {"go": Place(f"/recording/{name}").address(step="result")}

        try:
            path = await receive(
                request, production, request.query_params.get("file") or "voice.voxvoice", LARGEST_PARCEL
            )
        except StudioError as error:
            return JSONResponse({"trouble": str(error)}, 409, headers=PRIVATE)
        try:
            return JSONResponse(await run_in_threadpool(answer_safely, lambda: do(path)), headers=PRIVATE)
        finally:
            shutil.rmtree(path.parent, ignore_errors=True)


def add_pages(router: APIRouter, prefix: str, find: FindSitting, production: Production) -> None:
    """The page of a sitting, and the sounds on it."""

    @router.get(prefix)
    def page(request: Request, step: str = "", first: int = 0) -> Response:
        guest = prefix == "/guest"
        header = show_guest_header() if guest else draw_header(production, str(request.query_params.get("book", "")))
        try:
            sitting = find(request)
            voice = sitting.desk.voice(sitting.name)
            title, body, status = voice.row.person if guest else voice.row.label, sitting.draw(step, max(0, first)), 200
        except StudioError as error:
            title, body, status = "Voices", show_closed(str(error), guest), 404
        return HTMLResponse(show_document(f"{title} · Voxfolio", header, body), status, headers=PRIVATE)

    @router.get(f"{prefix}/sample/{{sample_id}}")
    def sample(request: Request, sample_id: str, before: bool = False) -> Response:
        def find_sound() -> Response:
            sitting = find(request)
            for one in sitting.desk.voice(sitting.name).samples:
                if one.id == sample_id:
                    return play(one.before if before else one.path)
            raise NotFound("This clip is no longer there. Reload the page.")

        return answer(find_sound)

    @router.get(f"{prefix}/statement/{{challenge}}")
    def statement(request: Request, challenge: str) -> Response:
        def find_sound() -> Response:
            sitting = find(request)
            return play(sitting.desk.find_statement(sitting.name, challenge))

        return answer(find_sound)


# -- recordings -----------------------------------------------------------------------------------------------------


def add_recordings(router: APIRouter, prefix: str, find: FindSitting) -> None:
    """What is recorded, and the deeds of the walk."""

    Do = Callable[[Sitting, Path, OnProgress], Answer]

    def add_sound(path: str, most: int, prepare: Callable[[Request], Do]) -> None:
        @router.post(f"{prefix}/{path}", name=f"{prefix} {path}")
        async def take(request: Request) -> Response:
            return await start_work(request, find, most, prepare(request))

    def statement(request: Request) -> Do:
        challenge = str(request.query_params.get("challenge", ""))
        return lambda sitting, path, report: sitting.take_statement(path, challenge, arrival(path), report)

    add_sound(
        "microphone", LARGEST_READING, lambda _: lambda sitting, path, report: sitting.check_microphone(path, report)
    )
    add_sound(
        "reading",
        LARGEST_READING,
        lambda request: (
            lambda sitting, path, report: sitting.take_reading(
                path, str(request.query_params.get("prompt", ""))[:400], report
            )
        ),
    )
    add_sound(
        "upload",
        LARGEST_BYTES,
        lambda request: (
            lambda sitting, path, report: sitting.take_file(
                path, request.query_params.get("reduce-noise") == "true", report
            )
        ),
    )
    add_sound("statement", LARGEST_READING, statement)

    def add_deed(path: str, do: Callable[[Sitting, Fields], Answer]) -> None:
        @router.post(f"{prefix}/{path}", name=f"{prefix} {path}")
        async def deed(request: Request) -> Response:
            fields = await read_form(request)
            return await answer_json(lambda: do(find(request), fields))

    add_deed("forget", Sitting.forget)
    add_deed("terms", Sitting.make_statement)


async def start_work(
    request: Request, find: FindSitting, most: int, do: Callable[[Sitting, Path, OnProgress], Answer]
) -> Response:
    """Take a recording in, then look at it while the page waits or is closed."""
    try:
        sitting = await run_in_threadpool(find, request)
        path = await receive(request, sitting.production, str(request.query_params.get("file", "")), most)
    except StudioError as error:
        return JSONResponse({"trouble": str(error)}, 409, headers=PRIVATE)

    def work(report: OnProgress) -> Answer:
        try:
            return do(sitting, path, report)
        finally:
            shutil.rmtree(path.parent, ignore_errors=True)

    return JSONResponse(sitting.works.start(sitting.name, work), headers=PRIVATE)


async def receive(request: Request, production: Production, name: str, most: int) -> Path:
    """The body of a request as a file in a folder of its own. Raises RecordingRefused when it is too large."""
    folder = Path(tempfile.mkdtemp(dir=production.settings.scratch))
    path = folder / name_safely(name)
    try:
        size = 0
        with path.open("wb") as file:
            async for piece in request.stream():
                size += len(piece)
                if size > most:
                    raise RecordingRefused(
                        f"This recording is larger than {most / 1e6:,.0f} MB. Make it shorter, or bring it as "
                        "FLAC or MP3."
                    )
                file.write(piece)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return path


def arrival(path: Path) -> datetime:
    """When a recording had come in whole, by this computer's clock."""
    return datetime.fromtimestamp(path.stat().st_mtime, UTC)


# -- looked after ---------------------------------------------------------------------------------------------------


def add_care(router: APIRouter, prefix: str, find: FindSitting) -> None:
    """What only the studio's owner does."""

    @router.post(f"{prefix}/review")
    async def review(request: Request) -> Response:
        fields = await read_form(request)
        return await answer_json(lambda: find(request).review(fields))

    @router.post(f"{prefix}/parcel")
    async def parcel(request: Request) -> Response:
        form = await request.form()

        def send() -> Response:
            path = find(request).write_parcel(str(form.get("passphrase", "")))
            gone = BackgroundTask(shutil.rmtree, path.parent, ignore_errors=True)
            return FileResponse(path, filename=path.name, headers=PRIVATE, background=gone)

        return await run_in_threadpool(answer, send)

    @router.post(f"{prefix}/{{deed}}")
    async def care(request: Request, deed: str) -> Response:
        fields = await read_form(request)

        def do() -> Answer:
            sitting = find(request)
            told = sitting.do(deed, fields)
            if "invitation" in told:
                return find_link(str(told["invitation"]), request.url.hostname or "", sitting.production.settings)
            return told

        return await answer_json(do)


def add_takings(router: APIRouter, prefix: str, find: FindSitting) -> None:
    """What the owner hears and takes away."""

    @router.get(f"{prefix}/bent")
    def bent(request: Request) -> Response:
        def find_sound() -> Response:
            sitting = find(request)
            return play(sitting.desk.profiles_desk.hear_bent(sitting.name, read_shape(dict(request.query_params))))

        return answer(find_sound)

    @router.get(f"{prefix}/receipt")
    def receipt(request: Request) -> Response:
        def write() -> Response:
            sitting = find(request)
            consent = sitting.desk.voice(sitting.name).consent
            if consent is None:
                raise NotFound("There is no consent for this voice yet.")
            text = json.dumps(sitting.desk.consents.make_receipt(consent.id), ensure_ascii=False, indent=2)
            named = {"Content-Disposition": f'attachment; filename="consent-{sitting.name}.json"', **PRIVATE}
            return Response(text, media_type="application/json", headers=named)

        return answer(write)

    @router.get(f"{prefix}/dataset.zip")
    def dataset(request: Request) -> Response:
        def send() -> Response:
            sitting = find(request)
            path = sitting.production.settings.scratch / "datasets" / f"{sitting.name}.zip"
            if not path.is_file() or not sitting.desk.voice(sitting.name).is_ready:
                raise NotFound("The data set is no longer there. Make it again.")
            return FileResponse(path, filename=f"{sitting.name}-ljspeech.zip", headers=CHANGES)

        return answer(send)


# -- shared ---------------------------------------------------------------------------------------------------------


async def answer_json(do: Callable[[], Answer]) -> Response:
    told = await run_in_threadpool(answer_safely, do)
    return JSONResponse(told, 409 if "trouble" in told else 200, headers=PRIVATE)


async def read_form(request: Request) -> Fields:
    """The fields of a form, sent as JSON; nothing when it is none, or larger than any form here."""
    data = bytearray()
    async for piece in request.stream():
        data += piece
        if len(data) > LARGEST_FORM:
            return {}
    try:
        fields = json.loads(data or b"{}")
    except ValueError:
        return {}
    return fields if isinstance(fields, dict) else {}


def find_query(fields: Fields) -> tuple[tuple[str, str], ...]:
    book = str(fields.get("book", ""))
    return (("book", book),) if book else ()


def draw_header(production: Production, slug: str) -> str:
    """The studio's header, with the book a person came from when there is one."""
    try:
        return show_header("/voices", production.book(slug)) if slug else show_header("")
    except StudioError:
        return show_header("")
