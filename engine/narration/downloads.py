"""One file from the network to the disk: goes on where it was cut off, checked while it is written, whole or not there.

    fetch_file -> _Partial (what is here already, hashed) -> _fetch_rest, again when the line breaks -> renamed

What has come stays beside the destination as ``NAME.partial`` until it is whole, also when the program ends meanwhile.
"""

from __future__ import annotations

import hashlib
import os
import re
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import httpx

from engine.core_types import ShouldStop
from engine.disk import disk_errors, flush_folder
from engine.errors import ModelError, Stopped
from engine.narration.model_list import ModelFile

CHUNK = 1 << 18
TRIES = 6  # in a row without a byte of progress
FIRST_WAIT_S = 1.0  # doubled with every try
TIMEOUT = httpx.Timeout(30.0, connect=10.0)
SHA256 = re.compile(r'^(?:W/)?"?([0-9a-f]{64})"?$')
STOPPED = "Stopped. What was fetched so far is kept, and the next try goes on from there."
ANSWERS_OF_A_SERVER_IN_TROUBLE = frozenset({408, 425, 429, 500, 502, 503, 504})
TOKEN_HOSTS = ("huggingface.co",)  # who may see a person's access token

Report = Callable[[int], None]


class _Interrupted(Exception):
    """The line broke or the server is busy: the rest is asked for again."""


@dataclass(frozen=True, slots=True)
class _Promise:
    """What the file has to be, by the model list or, where that says nothing, by the place it comes from."""

    bytes: int
    sha256: str


class _Partial:
    """What has come of a file, and its checksum so far."""

    def __init__(self, destination: Path) -> None:
        self.path = destination.with_name(f"{destination.name}.partial")
        self.size, self.digest = 0, hashlib.sha256()
        if self.path.exists():
            with self.path.open("rb") as file:
                while chunk := file.read(CHUNK):
                    self.digest.update(chunk)
                    self.size += len(chunk)

    def restart(self) -> None:
        self.path.unlink(missing_ok=True)
        self.size, self.digest = 0, hashlib.sha256()

    def take_from(self, response: httpx.Response, most: int, report: Report, should_stop: ShouldStop) -> None:
        """Write what comes, until it ends. Raises Stopped."""
        with self.path.open("ab") as file:
            for chunk in response.iter_raw(CHUNK):
                if should_stop():
                    raise Stopped(STOPPED)
                if self.size == 0:
                    refuse_web_page(chunk, str(response.url))
                file.write(chunk)
                self.digest.update(chunk)
                self.size += len(chunk)
                report(len(chunk))
                if self.size > most:
                    return
            file.flush()
            os.fsync(file.fileno())


def fetch_file(
    file: ModelFile,
    destination: Path,
    report: Report = lambda _bytes: None,
    should_stop: ShouldStop = lambda: False,
    token: str = "",
    tell_wait: Callable[[str], None] = lambda _why: None,
) -> str:
    """Fetch a file to ``destination``; returns its sha256 in hex.

    ``report`` is given the bytes as they come, those of an earlier try at once (and less than nothing when they have
    to be fetched again); ``tell_wait`` is told, before each new try, what is in the way. ``token`` is shown to the hub
    alone. Raises ModelError, DiskFull, WorkspaceError, Stopped.
    """
    with disk_errors(f"keep {destination.name}", destination.parent):
        destination.parent.mkdir(parents=True, exist_ok=True)
        partial = _Partial(destination)
        if file.bytes and partial.size > file.bytes:
            partial.restart()
        report(partial.size)
        resumed = partial.size > 0
        with httpx.Client(follow_redirects=True, timeout=TIMEOUT) as client:
            while True:
                promise = _fetch_whole(client, file, partial, report, should_stop, token, tell_wait)
                if partial.digest.hexdigest() == promise.sha256:
                    break
                report(-partial.size)
                partial.restart()
                if not resumed:
                    raise ModelError(
                        f"What came from {host_of(file.url)} as {file.name} is not the file that was published there: "
                        "its checksum is another. It was thrown away. Try again; if this stays, something between you "
                        "and the server changes files."
                    )
                resumed = False  # the part from the earlier try may be of another file: once more from the start
        partial.path.replace(destination)
        flush_folder(destination.parent)
    return promise.sha256


def _fetch_whole(
    client: httpx.Client,
    file: ModelFile,
    partial: _Partial,
    report: Report,
    should_stop: ShouldStop,
    token: str,
    tell_wait: Callable[[str], None],
) -> _Promise:
    """Ask until the file is as long as promised. Raises ModelError after TRIES in a row that brought nothing."""
    failures = 0
    while True:
        had = partial.size
        try:
            return _fetch_rest(client, file, partial, report, should_stop, token)
        except (httpx.TransportError, _Interrupted) as error:
            failures = 1 if partial.size > had else failures + 1
            if failures >= TRIES:
                raise ModelError(
                    f"{file.name} could not be fetched from {host_of(file.url)}: {explain_silence(error)} Check the "
                    "network and try again: it goes on from where it is. Or bring the files from another machine."
                ) from error
            tell_wait(f"{host_of(file.url)}: {explain_silence(error)} Trying again.")
            _wait(FIRST_WAIT_S * 2 ** (failures - 1), should_stop)


def _fetch_rest(
    client: httpx.Client, file: ModelFile, partial: _Partial, report: Report, should_stop: ShouldStop, token: str
) -> _Promise:
    if should_stop():
        raise Stopped(STOPPED)
    if file.sha256 and file.bytes and partial.size == file.bytes:
        return _Promise(file.bytes, file.sha256)
    headers = {"Accept-Encoding": "identity"}
    if partial.size:
        headers["Range"] = f"bytes={partial.size}-"
    if token and host_of(file.url) in TOKEN_HOSTS and file.url.startswith("https:"):
        headers["Authorization"] = f"Bearer {token}"  # httpx leaves it out when it is led on to another host
    with client.stream("GET", file.url, headers=headers) as response:
        if response.status_code == 416 or (response.status_code == 206 and start_of(response) != partial.size):
            report(-partial.size)
            partial.restart()  # there is no such rest: what is here is of another file, or too long
            raise _Interrupted("it does not go on where it stopped")
        _check_answer(response, file)
        if response.status_code == 200 and partial.size:
            report(-partial.size)
            partial.restart()  # the server sends the whole file again
        promise = read_promise(response, file)
        partial.take_from(response, promise.bytes, report, should_stop)
    if partial.size < promise.bytes:
        raise _Interrupted("it was cut off")
    if partial.size > promise.bytes:
        report(-partial.size)
        partial.restart()
        raise ModelError(f"{file.name} from {host_of(file.url)} is longer than it should be, so it was thrown away.")
    return promise


def _check_answer(response: httpx.Response, file: ModelFile) -> None:
    """Raises _Interrupted for a server in trouble, ModelError for a refusal."""
    status, host = response.status_code, host_of(file.url)
    if status in ANSWERS_OF_A_SERVER_IN_TROUBLE:
        raise _Interrupted(f"the server answers {status}")
    if status in (401, 403):
        raise ModelError(
            f"{host} does not give out {file.name} to everybody. Ask for leave on the model's page there, make an "
            "access token in your settings there, and give it here."
        )
    if status in (404, 410):
        raise ModelError(f"{file.name} is no longer at {host}. Update Voxfolio, or bring the file from elsewhere.")
    if status not in (200, 206):
        raise ModelError(f"{host} refuses to give out {file.name} (it answers {status}). Try again later.")
    if response.headers.get("content-type", "").startswith("text/html"):
        raise _web_page(str(response.url))


def read_promise(response: httpx.Response, file: ModelFile) -> _Promise:
    """Size and checksum by the model list, else as the hub tells them. Raises ModelError when nobody does."""
    told: dict[str, str] = {}
    for answer in (response, *reversed(response.history)):  # the hub tells it, then leads on to where the file lies
        told.update(answer.headers)
    size = file.bytes or int(told.get("x-linked-size", 0)) or size_of(response)
    checksum = SHA256.match(told.get("x-linked-etag", ""))
    sha256 = file.sha256 or (checksum[1] if checksum else "")
    if not size or not sha256:
        raise ModelError(
            f"{host_of(file.url)} does not say what {file.name} should be, so it cannot be checked and was not taken. "
            "Bring the file from elsewhere, with “python3 launch.py models import”."
        )
    coming = size_of(response)
    if coming and coming != size:
        raise ModelError(
            f"{file.name} at {host_of(file.url)} is {coming:,} bytes long instead of {size:,}: it is not the file that "
            "Voxfolio knows, so it was not taken. Update Voxfolio, or bring the file from elsewhere."
        )
    return _Promise(size, sha256)


def size_of(response: httpx.Response) -> int:
    """The whole file's size by this answer; 0 when it does not say."""
    if response.status_code == 206:
        total = response.headers.get("content-range", "").rpartition("/")[2]
    else:
        total = response.headers.get("content-length", "")
    return int(total) if total.isdecimal() else 0


def start_of(response: httpx.Response) -> int:
    """The place in the file at which this answer begins; -1 when it does not say."""
    span = re.match(r"bytes (\d+)-", response.headers.get("content-range", ""))
    return int(span[1]) if span else -1


def refuse_web_page(first: bytes, source: str) -> None:
    """Raises ModelError when these first bytes of what should be a model are those of a web page."""
    if first[:512].lstrip().lower().startswith((b"<!doctype", b"<html", b"<?xml", b"<head")):
        raise _web_page(source)


def _web_page(source: str) -> ModelError:
    return ModelError(
        f"What came from {host_of(source)} is a web page and not the model. Often that is the sign-in page of a "
        "network: open a browser, sign in, and try again."
    )


def host_of(url: str) -> str:
    return urlsplit(url).hostname or url


def explain_silence(error: Exception) -> str:
    """Why nothing came, as the end of a sentence."""
    if isinstance(error, httpx.ConnectTimeout | httpx.ConnectError):
        return "it cannot be reached."
    if isinstance(error, httpx.TimeoutException):
        return "it does not answer in time."
    if isinstance(error, _Interrupted) and str(error):
        return f"{error}."
    return "the connection breaks again and again."


def _wait(seconds: float, should_stop: ShouldStop) -> None:
    pause = threading.Event()
    while seconds > 0:
        if should_stop():
            raise Stopped(STOPPED)
        pause.wait(min(0.2, seconds))
        seconds -= 0.2
