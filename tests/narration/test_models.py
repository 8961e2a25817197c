"""The model manager: fetched whole or not at all, checked, accepted, and known for what it is."""

from __future__ import annotations

import hashlib
import shutil
import threading
from collections.abc import Iterator
from dataclasses import replace
from unittest.mock import patch

import pytest

from engine.core_types import Progress
from engine.errors import DiskFull, LicenceNotAccepted, ModelError, ModelMissing, NotFound, Stopped
from engine.narration import downloads, models
from engine.narration.model_list import APACHE, CPML, MODELS, ModelCard, ModelFile
from engine.narration.models import (
    accept_licence,
    find_model,
    find_sha256,
    get_model,
    import_model,
    list_models,
    look_at,
    read_stamp,
    remove_model,
)
from tests.narration.model_server import Served, serving

WEIGHTS = bytes(range(1, 251)) * 20_000  # 5 MB
CONFIG = b'{"layers": 2}'


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


@pytest.fixture
def server(monkeypatch) -> Iterator[Served]:
    """A server with a model's files; waiting between tries takes no time."""
    monkeypatch.setattr(downloads, "FIRST_WAIT_S", 0.001)
    for name in ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    with serving() as served:
        served.files = {"model.bin": WEIGHTS, "config.json": CONFIG}
        yield served


@pytest.fixture
def card(server) -> Iterator[ModelCard]:
    """A model of two files that can be had from the server."""
    made = ModelCard(
        "small",
        "Small",
        "For tests.",
        "",
        (
            ModelFile("model.bin", f"{server.url}/model.bin", len(WEIGHTS), sha256(WEIGHTS)),
            ModelFile("sub/config.json", f"{server.url}/config.json", len(CONFIG), sha256(CONFIG)),
        ),
        APACHE,
    )
    with patch.dict(MODELS, {"small": made}):
        yield made


def listed(card: ModelCard, **changes: object):
    return patch.dict(MODELS, {card.name: replace(card, **changes)})  # type: ignore[arg-type]


def unpinned(card: ModelCard) -> tuple[ModelFile, ...]:
    return tuple(replace(file, bytes=0, sha256="") for file in card.files)


# --- fetching -----------------------------------------------------------------------------------------------------


def test_a_model_is_fetched_and_found(card, tmp_path):
    with pytest.raises(ModelMissing, match=r"launch\.py models get small"):
        find_model(tmp_path, "small")
    told: list[Progress] = []
    place = get_model(tmp_path, "small", told.append)
    assert find_model(tmp_path, "SMALL") == place
    assert (place / "model.bin").read_bytes() == WEIGHTS and (place / "sub/config.json").read_bytes() == CONFIG
    assert told[-1].done == told[-1].total == len(WEIGHTS) + len(CONFIG)
    assert find_sha256(tmp_path, "small") == sha256(WEIGHTS)
    kept = look_at(tmp_path, "small")
    assert kept.here and kept.usable and kept.as_published and kept.source == "downloaded"


def test_a_model_that_is_here_is_not_fetched_again(card, server, tmp_path):
    get_model(tmp_path, "small")
    asked = len(server.asked)
    get_model(tmp_path, "small")
    assert len(server.asked) == asked


def test_a_download_cut_off_at_sixty_per_cent_goes_on_from_there(card, server, tmp_path):
    server.cut_after, server.cuts = int(0.6 * len(WEIGHTS)), 1
    get_model(tmp_path, "small")
    assert find_sha256(tmp_path, "small") == sha256(WEIGHTS)
    tries = [asked for asked in server.asked if asked["path"] == "model.bin"]
    assert len(tries) == 2 and "Range" not in tries[0]
    start = int(tries[1]["Range"].removeprefix("bytes=").rstrip("-"))
    assert 0.5 * len(WEIGHTS) < start <= 0.6 * len(WEIGHTS)


def test_a_download_cut_off_with_the_program_goes_on_in_the_next(card, server, tmp_path):
    server.cut_after, server.cuts = int(0.6 * len(WEIGHTS)), 1
    with patch.object(downloads, "TRIES", 1), pytest.raises(ModelError, match="goes on from where it is"):
        get_model(tmp_path, "small")
    assert not look_at(tmp_path, "small").here and look_at(tmp_path, "small").bytes > 0.5 * len(WEIGHTS)
    told: list[Progress] = []
    get_model(tmp_path, "small", told.append)
    assert find_sha256(tmp_path, "small") == sha256(WEIGHTS)
    assert "Range" in server.asked[-2] and told[-1].done == told[-1].total


def test_a_download_stops_when_a_person_says_so_and_keeps_what_came(card, server, tmp_path):
    looks = iter([False] * 6)
    with pytest.raises(Stopped, match="kept"):
        get_model(tmp_path, "small", should_stop=lambda: next(looks, True))
    assert 0 < look_at(tmp_path, "small").bytes < len(WEIGHTS)
    get_model(tmp_path, "small")
    assert look_at(tmp_path, "small").usable


def test_a_server_that_cannot_send_the_rest_sends_it_all_again(card, server, tmp_path):
    server.cut_after, server.cuts, server.ranges = len(WEIGHTS) // 2, 1, False
    told: list[Progress] = []
    get_model(tmp_path, "small", told.append)
    assert find_sha256(tmp_path, "small") == sha256(WEIGHTS)
    assert told[-1].done == told[-1].total


def test_what_lies_there_of_another_file_is_fetched_anew(card, tmp_path):
    partial = tmp_path / "small" / "model.bin.partial"
    partial.parent.mkdir()
    partial.write_bytes(b"something else" * 1000)
    get_model(tmp_path, "small")
    assert find_sha256(tmp_path, "small") == sha256(WEIGHTS)


def test_what_lies_there_and_is_too_long_is_fetched_anew(card, tmp_path):
    partial = tmp_path / "small" / "model.bin.partial"
    partial.parent.mkdir()
    partial.write_bytes(WEIGHTS + b"more")
    get_model(tmp_path, "small")
    assert find_sha256(tmp_path, "small") == sha256(WEIGHTS)


def test_a_server_in_trouble_is_asked_again(card, server, tmp_path):
    server.refuse, server.refusals = 503, 3
    get_model(tmp_path, "small")
    assert look_at(tmp_path, "small").usable


@pytest.mark.parametrize(
    ("status", "sentence"),
    [(503, "answers 503"), (404, "no longer"), (403, "access token"), (418, "refuses")],
)
def test_a_refusal_is_a_sentence(card, server, tmp_path, status, sentence):
    server.refuse = status
    with pytest.raises(ModelError, match=sentence) as caught:
        get_model(tmp_path, "small")
    assert str(caught.value).endswith(".") and "127.0.0.1" in str(caught.value)


def test_a_place_that_cannot_be_reached_is_a_sentence(card, tmp_path):
    gone = tuple(replace(file, url="http://127.0.0.1:9/" + file.name) for file in card.files)
    with listed(card, files=gone), pytest.raises(ModelError, match=r"cannot be reached.*network"):
        get_model(tmp_path, "small")


def test_another_file_of_the_same_length_is_thrown_away(card, server, tmp_path):
    server.files["model.bin"] = WEIGHTS[::-1]
    with pytest.raises(ModelError, match=r"not the file.*thrown away"):
        get_model(tmp_path, "small")
    assert not any(tmp_path.rglob("model.bin*"))


@pytest.mark.parametrize("body", [WEIGHTS[:-1], WEIGHTS + b"1"])
def test_a_file_of_another_length_is_not_taken(card, server, tmp_path, body):
    server.files["model.bin"] = body
    with pytest.raises(ModelError, match="bytes long instead of"):
        get_model(tmp_path, "small")
    assert not look_at(tmp_path, "small").here


@pytest.mark.parametrize("page", [b"<!DOCTYPE html><title>Sign in</title>", b"\n <html>"])
def test_a_sign_in_page_is_told_from_a_model(card, server, tmp_path, page):
    server.page = page
    with pytest.raises(ModelError, match=r"web page.*sign in"):
        get_model(tmp_path, "small")


def test_a_full_disk_is_found_out_before_the_download(card, server, tmp_path):
    usage = shutil.disk_usage(tmp_path)
    little = patch.object(models.shutil, "disk_usage", lambda _path: usage._replace(free=1_000_000))
    with little, pytest.raises(DiskFull, match="fetch Small"):
        get_model(tmp_path, "small")
    assert not server.asked


# --- checked by what the hub says ---------------------------------------------------------------------------------


def test_a_file_nobody_listed_is_checked_by_what_the_hub_says_of_it(card, server, tmp_path):
    server.hub = True
    with listed(card, files=unpinned(card)):
        get_model(tmp_path, "small")
        assert look_at(tmp_path, "small").usable
    assert find_sha256(tmp_path, "small") == sha256(WEIGHTS)


def test_a_file_of_which_nobody_says_what_it_is_is_not_taken(card, tmp_path):
    with listed(card, files=unpinned(card)), pytest.raises(ModelError, match="cannot be checked"):
        get_model(tmp_path, "small")


def test_a_model_whose_makers_want_to_be_asked_is_not_fetched_without_a_token(card, server, tmp_path):
    with listed(card, gated="https://example.org/model"):
        with pytest.raises(ModelError, match=r"example\.org/model.*token"):
            get_model(tmp_path, "small")
        get_model(tmp_path, "small", token="secret")
    assert not any("secret" in str(asked) for asked in server.asked), "only the hub is shown the token"
    assert b"secret" not in b"".join(path.read_bytes() for path in tmp_path.rglob("*.json"))


def test_the_token_does_not_follow_to_another_host(card, server, tmp_path, monkeypatch):
    monkeypatch.setattr(downloads, "TOKEN_HOSTS", ("127.0.0.1",))
    server.hub = True

    class Insecure(str):  # the test's server has no certificate
        def startswith(self, *wanted: object) -> bool:
            return True

    files = tuple(replace(file, url=Insecure(file.url)) for file in card.files)
    with listed(card, files=files):
        get_model(tmp_path, "small", token="secret")
    shown = {asked["path"]: "secret" in asked.get("Authorization", "") for asked in server.asked}
    assert shown == {"model.bin": True, "far/model.bin": False, "config.json": True, "far/config.json": False}


# --- licences -----------------------------------------------------------------------------------------------------


def test_a_licence_is_accepted_by_a_person_before_anything_is_fetched(card, server, tmp_path):
    with listed(card, licence=CPML):
        for refused in (lambda: get_model(tmp_path, "small"), lambda: import_model(tmp_path, "small", tmp_path)):
            with pytest.raises(LicenceNotAccepted, match="--accept-licence"):
                refused()
        assert not server.asked
        with pytest.raises(LicenceNotAccepted, match="name"):
            accept_licence(tmp_path, "small", "   ")
        accept_licence(tmp_path, "small", " Ada  Lovelace ")
        get_model(tmp_path, "small")
        kept = look_at(tmp_path, "small").accepted
        assert kept and kept.person == "Ada Lovelace" and kept.text_sha256 == CPML.sha256 and kept.accepted_at
    changed = replace(CPML, summary="Something else.")
    with listed(card, licence=changed), pytest.raises(LicenceNotAccepted):
        find_model(tmp_path, "small")


def test_the_licence_of_xtts_is_shown_whole_and_goes_with_what_it_speaks():
    assert "Patent Defense" in CPML.wording and "Non-commercial Purpose" in CPML.wording
    assert CPML.url in CPML.notice


def test_an_acceptance_stays_on_record_when_the_model_goes(card, tmp_path):
    with listed(card, licence=CPML):
        accept_licence(tmp_path, "small", "Ada")
        get_model(tmp_path, "small")
        remove_model(tmp_path, "small")
        assert look_at(tmp_path, "small").accepted


# --- here, removed, brought ---------------------------------------------------------------------------------------


def test_a_removed_model_frees_its_room_and_is_missing(card, tmp_path):
    get_model(tmp_path, "small")
    (tmp_path / "small" / "made-by-the-engine.bin").write_bytes(b"12345")
    assert remove_model(tmp_path, "small") == len(WEIGHTS) + len(CONFIG) + 5
    with pytest.raises(ModelMissing):
        find_model(tmp_path, "small")
    assert remove_model(tmp_path, "small") == 0


def test_a_model_cut_short_later_is_missing_with_the_file_named(card, tmp_path):
    get_model(tmp_path, "small")
    (tmp_path / "small" / "model.bin").write_bytes(WEIGHTS[:1000])
    with pytest.raises(ModelMissing, match=r"model\.bin is missing or cut short"):
        find_model(tmp_path, "small")
    get_model(tmp_path, "small")
    assert find_sha256(tmp_path, "small") == sha256(WEIGHTS)


def test_a_folder_put_there_by_hand_is_found(card, tmp_path):
    (tmp_path / "small" / "sub").mkdir(parents=True)
    (tmp_path / "small" / "model.bin").write_bytes(WEIGHTS)
    (tmp_path / "small" / "sub" / "config.json").write_bytes(CONFIG)
    assert find_sha256(tmp_path, "small") == sha256(WEIGHTS)
    assert look_at(tmp_path, "small").source == "found" and look_at(tmp_path, "small").as_published


def test_a_model_is_brought_from_a_folder_whatever_its_files_are_called(card, server, tmp_path):
    brought = tmp_path / "stick" / "deep"
    brought.mkdir(parents=True)
    (brought / "renamed.bin").write_bytes(WEIGHTS)
    (brought.parent / "config.json").write_bytes(CONFIG)
    import_model(tmp_path / "models", "small", tmp_path / "stick")
    assert not server.asked and look_at(tmp_path / "models", "small").as_published
    assert find_sha256(tmp_path / "models", "small") == sha256(WEIGHTS)


def test_a_model_that_was_trained_further_is_taken_and_told_apart(card, tmp_path):
    brought = tmp_path / "mine"
    brought.mkdir()
    (brought / "model.bin").write_bytes(WEIGHTS[:-250])
    (brought / "config.json").write_bytes(CONFIG)
    import_model(tmp_path / "models", "small", brought)
    kept = look_at(tmp_path / "models", "small")
    assert kept.here and kept.source == "imported" and not kept.as_published


def test_a_folder_without_the_model_is_a_sentence(card, tmp_path):
    with pytest.raises(ModelError, match=r"model\.bin, sub/config\.json is not there"):
        import_model(tmp_path / "models", "small", tmp_path)
    with pytest.raises(ModelError, match="There is no folder"):
        import_model(tmp_path / "models", "small", tmp_path / "nowhere")


def test_a_change_is_seen_by_whoever_asks_for_the_stamp(card, tmp_path):
    stamps = [read_stamp(tmp_path, "small")]
    get_model(tmp_path, "small")
    stamps.append(read_stamp(tmp_path, "small"))
    assert read_stamp(tmp_path, "small") == stamps[-1]
    remove_model(tmp_path, "small")
    stamps.append(read_stamp(tmp_path, "small"))
    assert stamps[0] != stamps[1] != stamps[2]


def test_two_at_a_time_at_one_model_is_a_sentence(card, tmp_path):
    begun, go_on = threading.Event(), threading.Event()

    def wait(_progress: Progress) -> None:
        begun.set()
        go_on.wait(20)

    first = threading.Thread(target=get_model, args=(tmp_path, "small", wait))
    first.start()
    try:
        assert begun.wait(20)
        with pytest.raises(ModelError, match="busy"):
            get_model(tmp_path, "small")
    finally:
        go_on.set()
        first.join()
    assert look_at(tmp_path, "small").usable


def test_an_unknown_model_is_refused_with_the_names_of_those_there_are(tmp_path):
    for ask in (find_model, get_model, remove_model, look_at):
        with pytest.raises(NotFound, match=r"“parrot”.*xtts-v2"):
            ask(tmp_path, "parrot")


def test_every_model_that_can_be_had_says_what_it_is(tmp_path):
    kept = list_models(tmp_path)
    assert {model.card.name for model in kept} >= {"xtts-v2", "kokoro-82m", "pocket-tts", "whisper-base"}
    for model in kept:
        card = model.card
        assert card.label and card.description.endswith(".") and card.licence.summary and card.bytes > 1_000_000
        assert all(file.url.startswith("https://") for file in card.files)
        assert all(len(file.sha256) in (0, 64) for file in card.files)
        assert not model.here and not model.usable
