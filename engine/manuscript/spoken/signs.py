"""Signs that are words: "&", "%", "§", a lone "$"."""

from __future__ import annotations

import re

from engine.manuscript.spoken.rules import Rule

COINS = {"$": "dollar", "£": "pound", "€": "euro"}
AMPERSAND = re.compile(r"(?<=\w)( ?)&( ?)(?=\w)|(?<= )&(?= )")
SECTION = re.compile(r"§{1,2} ?(?=[\w-])")
PERCENT = re.compile(r" ?%(?!\w)")
LONE_COIN = re.compile(r"(?:(?<=\w)|(?<= )|^|(?<=\$))([$£€])(?![\d.])")
HASH = re.compile(r"(?<!\w)#(?=\w)|(?<=\w)#(?=\w)|(?<=\w)#(?!\w)")
SLASH = re.compile(r"(?<=[a-z]) ?/ ?(?=[a-z]{2})|(?<=\d)/(?= )")
SILENT = re.compile("[™®©]")


def read_slash(match: re.Match[str]) -> str | None:
    text = match.string
    before, after = text[max(0, match.start() - 4) : match.start()], text[match.end() : match.end() + 2]
    return None if before.strip().lower().endswith("and") and after.lower() == "or" else " slash "


def read_hash(match: re.Match[str]) -> str:
    before = match.string[: match.start()][-1:].isalnum()
    return f"{' ' * before}hash{' ' if match.string[match.end() :][:1].isalnum() else ''}"


def read_coin(match: re.Match[str]) -> str:
    before, after = match.string[: match.start()][-1:], match.string[match.end() :][:1]
    return f"{'' if before in ('', ' ') else ' '}{COINS[match[1]]}{' ' * after.isalnum()}"


RULES = (
    Rule(
        "ampersand",
        AMPERSAND,
        lambda match: f"{match[1] or ' '}and{match[2] or ' '}" if match[1] is not None else "and",
    ),
    Rule("section", SECTION, "section "),
    Rule("percent-sign", PERCENT, lambda match: " percent" if match.start() else "percent"),
    Rule("coin-sign", LONE_COIN, read_coin),
    Rule("hash", HASH, read_hash),
    Rule("slash", SLASH, read_slash),
    Rule("silent-sign", SILENT, ""),
)
