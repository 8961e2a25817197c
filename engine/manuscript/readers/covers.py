"""Pictures told by their first bytes, whatever their names say."""

from __future__ import annotations

from typing import Final

SIGNATURES: Final = (
    (b"\xff\xd8\xff", "JPEG picture"),
    (b"\x89PNG\r\n\x1a\n", "PNG picture"),
    (b"GIF87a", "GIF picture"),
    (b"GIF89a", "GIF picture"),
)


def name_picture(raw: bytes) -> str:
    """ "JPEG picture", "PNG picture", "GIF picture" or "WebP picture"; "" for anything else."""
    if raw[:4] == b"RIFF" and raw[8:12] == b"WEBP":
        return "WebP picture"
    return next((name for signature, name in SIGNATURES if raw.startswith(signature)), "")
