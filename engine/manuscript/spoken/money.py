"""Sums of money: dollars and cents, pounds, shillings and pence, other coins, and what a thing costs a month."""

from __future__ import annotations

import re

from engine.manuscript.spoken.numbers import NUMBER, cardinal, decimal
from engine.manuscript.spoken.rules import Rule

COINS = {
    "$": ("dollar", "dollars", "cent", "cents"),
    "£": ("pound", "pounds", "penny", "pence"),
    "€": ("euro", "euros", "cent", "cents"),
    "¥": ("yen", "yen", "sen", "sen"),
    "₩": ("won", "won", "jeon", "jeon"),
    "₹": ("rupee", "rupees", "paisa", "paise"),
    "₽": ("ruble", "rubles", "kopeck", "kopecks"),
    "₪": ("shekel", "shekels", "agora", "agorot"),
}
LARGE = {"k": "thousand", "m": "million", "mn": "million", "b": "billion", "bn": "billion", "t": "trillion"}
SCALE = r"(?:hundred|thousand|million|billion|trillion)"
PERIODS = {
    "mo": "month", "month": "month", "yr": "year", "year": "year", "wk": "week", "week": "week", "day": "day",
    "h": "hour", "hr": "hour", "hour": "hour", "kg": "kilogram", "lb": "pound", "person": "person",
}  # fmt: skip

SIGN = f"[{''.join(re.escape(sign) for sign in COINS)}]"
AMOUNT = re.compile(
    rf"(?<![\w.])(?P<minus>[-−])?(?P<sign>{SIGN}) ?(?P<number>{NUMBER})(?![\d])"
    rf"(?: ?(?P<large>[kKmMbBtT]|[mb]n)\b(?!\.[a-z])|[ -](?P<scale>{SCALE})\b)?"
    rf"(?P<range>(?P<to> ?[-–—] ?| to )(?P<again>{SIGN})?(?P<second>{NUMBER})(?![\d]))?"
    rf"(?:[ -](?P<late>{SCALE})\b)?(?:/(?P<period>{'|'.join(PERIODS)})\b)?"
)
AFTER = re.compile(rf"(?<![\w.])(?P<number>{NUMBER})(?P<sign>[€£])(?!\d)")
CENTS = re.compile(rf"(?<![\w.])({NUMBER}) ?¢")
# Before 1971: "£2 10s. 6d.", "£2 10s.", "10s. 6d.", "2l. 10s."; "s." and "d." alone may be something else.
OLD_MONEY = re.compile(
    r"(?<![\w.])(?:(?:£ ?(?P<pounds>\d[\d,]{0,12})|(?P<livres>\d[\d,]{0,12})l\.)[ ,]{1,2})?"
    r"(?P<shillings>\d{1,3})s\.?(?:[ ,]{1,2}(?:and )?(?P<pence>\d{1,2})(?P<part>[½¼¾])?d\b\.?)?"
)
OLD_POUNDS = re.compile(r"(?<![\w.,])(\d{1,3}(?:,\d{3})+|\d{2,6}) ?l\.(?=\W|$)")  # "a woman of 10,000l."
SHILLINGS = re.compile(r"(?<![\w.,£$€])(\d|1\d)s\.(?=\W|$)")
PENCE = re.compile(r"(?<![\w.,£$€])(\d|1[01])d\.(?=\W|$)")
FARTHINGS = {"½": " halfpenny", "¼": " farthing", "¾": " three farthings"}


def read_amount(match: re.Match[str]) -> str:
    sign, scale = match["sign"], match["scale"] or match["late"]
    if match["large"]:
        scale = LARGE[match["large"].lower()]
    minus = "minus " if match["minus"] else ""
    period = f" per {PERIODS[match['period']]}" if match["period"] else ""
    if not match["range"]:
        return minus + name_sum(match["number"], sign, scale) + period
    second = name_sum(match["second"], match["again"] or sign, scale)
    if match["again"]:
        return f"{minus}{name_sum(match['number'], sign, scale if match['scale'] else None)} to {second}{period}"
    return f"{minus}{decimal(match['number'])} to {second}{period}"


def name_sum(number: str, sign: str, scale: str | None) -> str:
    """ "3.50", "$" as "three dollars fifty cents"; with a scale "one point two million dollars"."""
    one, many, cent, cents = COINS[sign]
    whole, dot, part = number.replace(",", "").partition(".")
    if scale:
        return f"{decimal(number)} {scale} {many}"
    part = part.rstrip("0") if len(part) > 2 else part
    part = part.ljust(2, "0") if dot else ""
    if len(part) > 2:
        return f"{decimal(number)} {many}"
    words = []
    if whole and (int(whole) or not int(part or "0")):
        words.append(f"{decimal(whole)} {one if int(whole) == 1 else many}")
    if part and int(part):
        words.append(f"{cardinal(int(part))} {cent if int(part) == 1 else cents}")
    return " ".join(words) or f"zero {many}"


def read_old_money(match: re.Match[str]) -> str | None:
    pounds, shillings, pence = match["pounds"] or match["livres"], match["shillings"], match["pence"]
    if not pounds and not pence:
        return None
    words = []
    if pounds:
        number = int(pounds.replace(",", ""))
        words.append(f"{cardinal(number)} {'pound' if number == 1 else 'pounds'}")
    if int(shillings):
        words.append(f"{cardinal(int(shillings))} {'shilling' if int(shillings) == 1 else 'shillings'}")
    if pence and int(pence):
        words.append(f"and {name_pence(int(pence))}{FARTHINGS.get(match['part'] or '', '')}")
    closed = match.group().endswith(".") and ends_sentence(match)
    return " ".join(words) + ("." if closed else "")


def read_shillings(match: re.Match[str]) -> str:
    return f"{cardinal(int(match[1]))} shilling{'s' if int(match[1]) != 1 else ''}{'.' * ends_sentence(match)}"


def name_pence(number: int) -> str:
    return "one penny" if number == 1 else "sixpence" if number == 6 else f"{cardinal(number)} pence"


def ends_sentence(match: re.Match[str]) -> bool:
    """Whether the full stop that ends the match ends a sentence as well: nothing, or a capital, follows."""
    after = match.string[match.end() :].lstrip(" \"'”’)")
    return not after or after[0].isupper()


def read_cents(match: re.Match[str]) -> str:
    return f"{decimal(match[1])} {'cent' if match[1] == '1' else 'cents'}"


RULES = (
    Rule("old-money", OLD_MONEY, read_old_money),
    Rule("old-pounds", OLD_POUNDS, lambda match: f"{decimal(match[1])} pounds{'.' * ends_sentence(match)}"),
    Rule("shillings", SHILLINGS, read_shillings),
    Rule("pence", PENCE, lambda match: name_pence(int(match[1])) + "." * ends_sentence(match)),
    Rule("money", AMOUNT, read_amount),
    Rule("money-after", AFTER, lambda match: name_sum(match["number"], match["sign"], None)),
    Rule("cents", CENTS, read_cents),
)
