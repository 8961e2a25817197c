"""A guest's link as it is sent: with an address that other devices can reach, as far as there is one."""

from __future__ import annotations

import ipaddress

from engine.settings import Settings
from studio.pages.wording import escape
from studio.secure_door import secure_address
from studio.works import Answer


def find_link(path: str, seen_at: str, settings: Settings) -> Answer:
    """The link to show for a guest's path. ``seen_at`` is the name by which the owner's browser reaches the studio."""
    if not is_here(seen_at) and not is_number(seen_at):  # the owner came through a tunnel: guests can, too
        return show_link(f"https://{seen_at}{path}", "")
    if is_here(settings.host):
        note = (
            "This studio answers on this computer only, so the link works here alone. For a phone in the same network, "
            "close Voxfolio and start it with --host 0.0.0.0; the guide to voices tells how to reach people elsewhere."
        )
        return show_link(f"http://127.0.0.1:{settings.port}{path}", note)
    note = (
        "Opens in your own network. The phone's browser says once that it does not know this studio, as it would of "
        "any that runs at home: choose “Advanced” or “Details” there, and go on. Then the microphone works."
    )
    return show_link(f"{secure_address(settings)}{path}", note)


def show_link(link: str, note: str) -> Answer:
    html = (
        '<div class="row"><label class="link grow">The link, for one person, once'
        f'<input readonly value="{escape(link)}" id="guest-link" data-select></label>'
        '<button type="button" class="button" data-copy="#guest-link">Copy</button>'
        f"</div>{f'<p class=hint>{escape(note)}</p>' if note else ''}"
    )
    return {"into": "#invitation", "html": html}


def is_here(name: str) -> bool:
    """Is this a name of this very computer for itself?"""
    if name.lower() in ("", "localhost"):
        return True
    try:
        return ipaddress.ip_address(name.strip("[]")).is_loopback
    except ValueError:
        return False


def is_number(name: str) -> bool:
    try:
        return bool(ipaddress.ip_address(name.strip("[]")))
    except ValueError:
        return False
