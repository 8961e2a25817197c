"""Bytes into text, and how sure we are of it."""

from __future__ import annotations

import codecs
import re
from typing import Final

from charset_normalizer import from_bytes

from engine.core_types import Finding

BYTE_ORDER_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16: it begins with the same two bytes
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
DECLARED = re.compile(rb"""(?:encoding|charset)\s*=\s*["']?\s*([A-Za-z0-9._:-]{2,40})""")
SAMPLE_BYTES: Final = 400_000  # enough to guess by; the whole of a large file would take seconds
FEWEST_BYTES: Final = 200  # nothing can be told from less
# left to itself charset-normalizer takes short Western texts for Vietnamese
LIKELY_ENCODINGS: Final = [
    "cp1252", "cp1250", "cp1251", "cp1253", "cp1254", "cp1255", "cp1256", "koi8_r", "mac_roman", "cp932", "euc_jp",
    "euc_kr", "gb18030", "big5",
]  # fmt: skip


def decode_text(raw: bytes, source: str, declared: str = "") -> tuple[str, tuple[Finding, ...]]:
    """The text of a file, without byte order mark, and a finding when its encoding had to be guessed.

    Order: byte order mark, the encoding the file declares, UTF-8, a guess, Windows-1252. Never fails.
    """
    for mark, encoding in BYTE_ORDER_MARKS:
        if raw.startswith(mark):
            return raw[len(mark) :].decode(encoding, errors="replace"), ()
    for encoding in (declared, "utf-8"):
        text = _try_decoding(raw, encoding)
        if text is not None:
            return text, ()
    encoding = _guess_encoding(raw)
    text = _try_decoding(raw, encoding)
    finding = Finding(
        "encoding",
        f'"{source}" does not say how its letters are stored; it was read as {encoding}. '
        "If letters look wrong, save the file as UTF-8 and open it again.",
    )
    return (text if text is not None else raw.decode("cp1252", errors="replace")), (finding,)


def find_declared_encoding(raw: bytes) -> str:
    """What an XML declaration or an HTML meta element says, or ""."""
    match = DECLARED.search(raw[:2048])
    return match.group(1).decode("ascii").lower() if match else ""


def _try_decoding(raw: bytes, encoding: str) -> str | None:
    # browsers read "iso-8859-1" and "ascii" as Windows-1252, and so do the files that claim them
    alias = {"iso-8859-1": "cp1252", "latin-1": "cp1252", "latin1": "cp1252", "us-ascii": "utf-8", "ascii": "utf-8"}
    if not encoding:
        return None
    try:
        return raw.decode(alias.get(encoding, encoding))
    except (UnicodeDecodeError, LookupError):
        return None


def _guess_encoding(raw: bytes) -> str:
    """Windows-1252 for the odd accent in Western text; what charset-normalizer finds for anything denser."""
    high = sum(byte >= 0x80 for byte in raw[:SAMPLE_BYTES])
    if high * 20 < min(len(raw), SAMPLE_BYTES) or len(raw) < FEWEST_BYTES:
        return "cp1252"
    best = from_bytes(raw[:SAMPLE_BYTES], cp_isolation=LIKELY_ENCODINGS).best()
    western = _try_decoding(raw[:SAMPLE_BYTES], "cp1252")
    return best.encoding if best is not None and str(best) != western else "cp1252"
