"""The studio: a page for each station, served on this machine.

    run_studio -> create_app -> Guard -> media routes, then Gradio's pages -> Production

Pages only look: long work is asked of Production and done by the worker process, which is kept running beside.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import logging
import os
import secrets
import shutil
import socket
import sys
import threading
import time
import warnings
import webbrowser
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from studio import offline  # isort: skip  # before gradio, which reads the environment when it is loaded

import gradio as gr
import uvicorn
from fastapi import FastAPI

from engine.errors import StudioError
from engine.production import Production
from engine.settings import Settings
from studio.engine_media import engine_routes
from studio.engine_setup import offer_engine
from studio.guard import Guard
from studio.invitations import is_here
from studio.lexicon_media import lexicon_routes
from studio.media import media_routes
from studio.pages.audiobook import AudiobookPage
from studio.pages.casting import CastingPage
from studio.pages.engines import EnginesPage
from studio.pages.frame import Page
from studio.pages.home import HomePage
from studio.pages.lexicon import LexiconPage
from studio.pages.manuscript import ManuscriptPage
from studio.pages.narration import NarrationPage
from studio.pages.voices import VoicesPage
from studio.script_media import script_routes
from studio.secure_door import find_certificate, secure_address, secure_port
from studio.shell import prepare_shell
from studio.sitting_media import sitting_routes
from studio.theme import make_theme
from studio.worker_keeper import WorkerKeeper

PAGES: tuple[type[Page], ...] = (
    HomePage,
    ManuscriptPage,
    LexiconPage,
    VoicesPage,
    CastingPage,
    NarrationPage,
    AudiobookPage,
    EnginesPage,
)
LARGEST_UPLOAD = "200mb"
UPLOADS_KEPT_S = 3600
PATIENCE_S = 2  # how long a closing studio waits for open pages

log = logging.getLogger(__name__)


class PortTaken(StudioError):
    """Another program answers at the address the studio was to have."""


def create_app(production: Production, key: str = "") -> FastAPI:
    """The studio's web application over an open workspace. Starts no worker and opens no port.

    ``key`` opens all of it to another device, "" to none: those see guests' pages only.
    """
    settings = production.settings
    uploads = settings.scratch / "uploads"
    uploads.mkdir(parents=True, exist_ok=True)
    offline.keep_uploads_in(uploads)
    prepare_shell()
    app = FastAPI(title="Voxfolio", openapi_url=None, docs_url=None, redoc_url=None)
    for routes in (media_routes, script_routes, lexicon_routes, engine_routes, sitting_routes):
        app.include_router(routes(production))
    app.add_middleware(Guard, host=settings.host, key=key, public_names=settings.public_names)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="SSR mode")
        gr.mount_gradio_app(
            app,
            make_pages(production),
            path="/",
            theme=make_theme(),
            footer_links=[],
            run_history=False,
            app_kwargs={"openapi_url": None, "docs_url": None, "redoc_url": None},
            allowed_paths=[],
            blocked_paths=[str(path) for path in settings.private_paths],
            show_error=False,
            max_file_size=LARGEST_UPLOAD,
            ssr_mode=False,
            enable_monitoring=False,
            pwa=False,
            mcp_server=False,
        )
    return app


def make_pages(production: Production) -> gr.Blocks:
    """One Gradio page for each station."""
    with gr.Blocks(
        title="Voxfolio", analytics_enabled=False, delete_cache=(UPLOADS_KEPT_S, UPLOADS_KEPT_S), fill_width=True
    ) as blocks:
        PAGES[0](production).build(blocks)
    for station in PAGES[1:]:
        with blocks.route(station.station, station.path.strip("/")):
            station(production).build(blocks)
    for part in blocks.blocks.values():
        if isinstance(part, gr.File | gr.UploadButton):
            part.example_payload = lambda: None  # Gradio's own is a file on another host
    return blocks


def run_studio(settings: Settings) -> None:
    """Open the workspace and serve it until Ctrl-C. Raises PortTaken, WorkspaceError."""
    listener = open_port(settings)
    with contextlib.closing(listener), contextlib.closing(Production(settings)) as production:
        empty_folder(settings.scratch)
        os.chdir(settings.scratch)  # whatever is served by a relative path by mistake is not there
        key = secrets.token_urlsafe(16)
        app = create_app(production, key)
        keeper = WorkerKeeper(settings)
        keeper.start()
        doors = [(make_server(app), listener)]
        if not is_here(settings.host):
            certificate = str(find_certificate(settings.workspace))
            second = make_server(app, ssl_certfile=certificate, ssl_keyfile=certificate, lifespan="off")
            doors.append((second, open_secure_port(settings)))
        threading.Thread(target=announce, args=(doors[0][0], production, key), daemon=True).start()
        try:
            with contextlib.suppress(KeyboardInterrupt):
                asyncio.run(serve(doors))
        finally:
            keeper.stop()
    log.info("the studio has closed")


def make_server(app: FastAPI, **more: Any) -> uvicorn.Server:
    return uvicorn.Server(
        uvicorn.Config(app, log_config=None, access_log=False, timeout_graceful_shutdown=PATIENCE_S, **more)
    )


async def serve(doors: Sequence[tuple[uvicorn.Server, socket.socket]]) -> None:
    """All doors in one loop, since they lead into one application; a signal closes the last first, and so on."""
    await asyncio.gather(*(server.serve(sockets=[listener]) for server, listener in doors))


def open_port(settings: Settings) -> socket.socket:
    """The studio's address, taken. Raises PortTaken."""
    host, port = settings.host.strip("[]"), settings.port
    try:
        family, kind, _, _, place = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listener = socket.socket(family, kind)
        if sys.platform == "win32":
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
        else:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(place)
        listener.listen(128)
    except (OSError, OverflowError) as error:
        if isinstance(error, OSError) and error.errno == errno.EADDRINUSE:
            raise PortTaken(
                f"Port {port} is in use: perhaps Voxfolio is open already, at {address_of(settings)}. "
                f"To open another one, add --port {port + 1 if port < 65535 else 7861}."
            ) from error
        raise PortTaken(
            f"Voxfolio cannot be opened at {host}, port {port} ({error}). Choose another with --host and --port."
        ) from error
    return listener


def open_secure_port(settings: Settings) -> socket.socket:
    """The address for other devices, taken. Raises PortTaken."""
    try:
        return open_port(replace(settings, port=secure_port(settings)))
    except PortTaken as error:
        raise PortTaken(
            f"Port {secure_port(settings)}, by which other devices would come, is in use. Choose another pair of ports "
            f"with --port {settings.port + 2 if settings.port < 65000 else 7860}."
        ) from error


def address_of(settings: Settings) -> str:
    host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(settings.host, settings.host)
    return f"http://{f'[{host}]' if ':' in host and not host.startswith('[') else host}:{settings.port}"


def announce(server: uvicorn.Server, production: Production, key: str) -> None:
    """Say where the studio is, once it answers, open it in the browser if that is wanted, and get ready to read."""
    settings = production.settings
    while not server.started:
        if server.should_exit:
            return
        time.sleep(0.02)
    address = address_of(settings)
    sys.stdout.write(f"Voxfolio is open at {address}  (Ctrl-C closes it)\n")
    if not is_here(settings.host):
        sys.stdout.write(
            f"From another device in your network: {secure_address(settings)}/?key={key}\n"
            "Its browser says once that it does not know this studio: go on there. Whoever has that address can use "
            "all of the studio; guests' links open nothing but their own page.\n"
        )
    if machine_offer := offer_engine():
        sys.stdout.write(machine_offer + "\n")
    sys.stdout.flush()
    log.info("open at %s", address)
    if settings.open_browser:
        with contextlib.suppress(webbrowser.Error):
            webbrowser.open(address)
    production.warm_up(reading=True)


def empty_folder(folder: Path) -> None:
    """Remove what a former run left among the short-lived files."""
    folder.mkdir(parents=True, exist_ok=True)
    for path in folder.iterdir():
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            with contextlib.suppress(OSError):
                path.unlink()
