"""Web and e-mail addresses, telephone numbers and other codes."""

from __future__ import annotations

import re

from engine.manuscript.spoken.numbers import ONES, cardinal, digits, name_letter_a
from engine.manuscript.spoken.rules import Rule

DOMAINS = (
    "com|org|net|edu|gov|mil|int|info|biz|name|museum|co|io|ai|tv|me|uk|us|ca|au|nz|ie|de|fr|it|es|nl|eu|ch|at|be|jp"
)
SAID_AS_WORDS = frozenset(
    {"com", "org", "net", "gov", "edu", "mil", "info", "biz", "name", "museum", "me", "drive", "dot"}
)
# Between hyphens these are words: "things-to-do"; after a stop they may name a country: "example.it".
SMALL_WORD_LIST = "an as at be by do go he if in is it me my no of on or so to up us we"
SMALL_WORDS = frozenset(SMALL_WORD_LIST.split())
SIGNS = {
    ".": "dot", "-": "dash", "_": "underscore", "/": "slash", ":": "colon", "@": "at", "&": "ampersand",
    "?": "question mark", "=": "equals", "+": "plus", "%": "percent", "#": "hash", "~": "tilde", ",": "comma",
}  # fmt: skip
PIECE = re.compile(r"[^\W\d_]+|\d+|[^\w\s]|_")
VOWEL = re.compile("[aeiouyAEIOUY]")

TAIL = r"(?:[/?#](?:[^\s<>\"”’)\]]*[\w/])?)?"
URL = re.compile(
    rf"\b(?:https?|ftp)://[\w-]+(?:\.[\w-]+)*(?::\d+)?{TAIL}|\bwww\.[\w-]+(?:\.[\w-]+)+{TAIL}", re.IGNORECASE
)
EMAIL = re.compile(r"(?<![\w.+&-])[\w.+&-]{0,63}\w@[\w-]+(?:\.[\w-]+)+(?:/[\w/-]*\w)?")
BARE = re.compile(
    rf"(?<![\w@.-])(?:[\w-]{{1,63}}\.)+(?:{DOMAINS})(?:\.[a-z]{{2}})?\b(?![\w@]|\.\w){TAIL}", re.IGNORECASE
)
PATH = re.compile(r"(?<![\w@./])[a-z][\w-]*\.[a-z]{2,4}(?:/[\w-]+)+|\A[a-z][\w-]*\.[a-z]{2,4}\Z")
NAME = re.compile(r"(?<![\w@.])@(?=\w)")
NETWORK = re.compile(r"(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?![\w.]*\d)")

PHONE = re.compile(
    r"(?<![\w.,$£€-])(?P<country>\+\d{1,3}[ -]?|1[-. ]|\d )?"
    r"(?:\((?P<area>\d{3})\)[- ]?|(?P<plain>\d{3})(?P<sign>[-. ]))(?P<first>\d{3})[-. ](?P<second>\d{4})"
    r"(?:-(?P<more>\d{1,4}))?(?![\w-]|[.,]\d)"
)
LOCAL_PHONE = re.compile(r"(?<![\w.,$£€-])(\d{3})-(\d{4})(?![\w-]|[.,]\d)")
LETTERED_PHONE = re.compile(r"(?<![\w-])1[- ]8(00|55|66|77|88)[- ](?=[A-Z])((?:[A-Z]{2,}|\d|I)(?:-(?:[A-Z]{2,}|\d+))*)")
CARD = re.compile(r"\b((?:ending in|extension|ext\.|PIN|code|zip code) )(\d{3,6})\b(?!,\d)")
LONG_CODE = re.compile(r"(?<![\w.,-])\d{3} \d{4} \d{4,6}(?: \d{4})?(?![\w,.-]*\d)")


def read_address(match: re.Match[str]) -> str:
    """ "john.smith9@example.co.uk" as "john dot smith nine at example dot co dot U K"."""
    pieces = PIECE.findall(match.group())
    said: list[str] = []
    for before, piece, after in zip(["", *pieces], pieces, [*pieces[1:], ""], strict=False):
        said += [piece] if piece in SMALL_WORDS and {before, after} & {"-", "_"} else read_piece(piece)
    return name_letter_a(" ".join(said))


def read_piece(piece: str) -> list[str]:
    if piece[0].isdigit():
        return [cardinal(int(piece))] if piece.endswith("000") and len(piece) < 7 else [ONES[int(d)] for d in piece]
    if piece in SIGNS:
        return [SIGNS[piece]]
    known = piece.lower() in SAID_AS_WORDS
    if piece.isalpha() and piece.isascii() and not known and (len(piece) < 3 or not VOWEL.search(piece)):
        return list(piece.upper())
    return [piece] if piece[0].isalpha() else []


def read_phone(match: re.Match[str]) -> str:
    country, more = match["country"] or "", match["more"]
    area = match["area"] or match["plain"]
    groups = ["plus " * country.startswith("+") + digits(country)] if country else []
    groups.append("eight hundred" if area == "800" else digits(area))
    groups += [digits(match["first"]), digits(match["second"])]
    return ", ".join([*groups, *([digits(more)] if more else [])])


def read_lettered_phone(match: re.Match[str]) -> str:
    free = "eight hundred" if match[1] == "00" else f"eight {digits(match[1])}"
    parts = [digits(part) if part.isdigit() else part for part in match[2].split("-")]
    return ", ".join(["one", free, *parts])


RULES = (
    Rule("email", EMAIL, read_address),
    Rule("url", URL, read_address),
    Rule("domain", BARE, read_address),
    Rule("path", PATH, read_address),
    Rule("network-address", NETWORK, lambda match: " dot ".join(digits(part) for part in match.group().split("."))),
    Rule("account", NAME, "at "),
)
LETTERED = Rule("phone-lettered", LETTERED_PHONE, read_lettered_phone)
PHONE_RULES = (
    Rule("phone", PHONE, read_phone),
    Rule("phone-local", LOCAL_PHONE, lambda match: f"{digits(match[1])}, {digits(match[2])}"),
    Rule("card", CARD, lambda match: match[1] + digits(match[2])),
    Rule("long-code", LONG_CODE, lambda match: ", ".join(digits(part) for part in match.group().split())),
)
