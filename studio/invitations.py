"""A guest's link as it is sent: with an address that other devices can reach, as far as there is one."""

from __future__ import annotations

import ipaddress
import socket

from studio.pages.wording import escape
from studio.works import Answer


def find_link(path: str, seen_at: str, host: str, port: int) -> Answer:
    """The link to show for a guest's path. ``seen_at`` is the name by which the owner's own browser reaches the studio,
    ``host`` and ``port`` where it listens."""
    if not is_here(seen_at):  # the owner came over the network or a tunnel themselves: guests can, too
        return show_link(f"https://{seen_at}{path}" if not is_number(seen_at) else f"http://{seen_at}:{port}{path}", "")
    if is_here(host):
        note = (
            "This studio answers on this computer only, so the link works here alone. For a phone in the same network, "
            "close Voxfolio and start it with --host 0.0.0.0; the guide to voices tells how to reach people elsewhere."
        )
        return show_link(f"http://127.0.0.1:{port}{path}", note)
    note = (
        "Opens in your own network. Browsers give a microphone only to pages with https: over this link a phone "
        "brings a "
        "recording made with its own recorder instead. The guide to voices tells more."
    )
    return show_link(f"http://{find_own_address()}:{port}{path}", note)


def show_link(link: str, note: str) -> Answer:
    html = (
        f'<label class="link">The link, for one person, once<input readonly value="{escape(link)}" id="guest-link" '
        f"data-select></label>{f'<p class=hint>{escape(note)}</p>' if note else ''}"
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


def find_own_address() -> str:
    """This computer's address in its network; nothing is sent to find it."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        try:
            asking.connect(("192.0.2.1", 9))  # an address for examples: only the way out is looked up
            return str(asking.getsockname()[0])
        except OSError:
            return socket.gethostname()
