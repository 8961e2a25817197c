"""The order in which English is read: what is most particular first, what is left of numbers last."""

from __future__ import annotations

import re

from engine.manuscript.spoken import abbreviations, dates, measures, money, quantities, romans, signs, web
from engine.manuscript.spoken.draft import Draft
from engine.manuscript.spoken.rules import Rule

# What a line must have for a group of rules to be tried at all: most lines of a novel have none of it.
WEB = re.compile(r"@|://|www\.|[a-z0-9]\.[a-z0-9]|\d\.\d", re.IGNORECASE)
DIGIT = re.compile(r"\d|[½⅓⅔¼¾⅕⅖⅗⅘⅙⅚⅐⅛⅜⅝⅞⅑⅒]")
SIGN = re.compile(r"[&§%$£€#/™®©]")
RAISED = re.compile(r"[²³⁰¹⁴-⁹₀-₉]")
NUMERAL = re.compile(r"\bWW?I|\b[IVXLC]+\b(?<!\bI)|\b[A-Z]\w+\.? I\b|\b[ivxl]+\b(?<!\bi)|\. i\b")
STOP = re.compile(
    r"[A-Za-z]\.|\b(?:Mr|Mrs|Dr|St|Mme|Mlle|Messrs|Lt|Capt|Prof|Revd)\b|&c|w/o|#|№|, [A-Z]{2}\b|\b(?:MR|MRS|DR)\b"
)

GROUPS: tuple[tuple[re.Pattern[str], tuple[Rule, ...]], ...] = (
    (WEB, web.RULES),
    (DIGIT, (*web.PHONE_RULES, *money.RULES, *abbreviations.HOUSES)),
    (STOP, (*abbreviations.STATES_AFTER, *dates.WEEKDAY_RULES)),
    (DIGIT, (*quantities.SUMS, *measures.RULES, *dates.RULES)),
    (STOP, abbreviations.RULES),
    (NUMERAL, romans.RULES),
    (DIGIT, (*quantities.BEFORE_YEARS, *dates.YEAR_RULES)),
    (RAISED, quantities.SIGN_RULES),
    (DIGIT, quantities.RULES),
    (SIGN, signs.RULES),
)
# Where the day is written first. In the United States, in Canada, and where no land is told, it is the month.
DAY_FIRST_LANDS = frozenset({"GB", "UK", "IE", "AU", "NZ", "ZA", "IN", "SG", "HK", "MT", "JM", "TT", "NG", "KE", "GH"})
# Read while capitals are still capitals: "1-800-SANDALS".
IN_CAPITALS = (web.LETTERED,)
RULES = (*IN_CAPITALS, *(rule for _, rules in GROUPS for rule in rules), *dates.DAY_FIRST.values())
TAG = re.compile(r"<[a-z/][^<>]*>")


def read_english(draft: Draft, language: str = "en") -> None:
    """Write out numbers, abbreviations and signs as English says them; ``language`` may name the land: "en-GB"."""
    day_first = not DAY_FIRST_LANDS.isdisjoint(language.upper().split("-")[1:])
    for needed, rules in GROUPS:
        if needed.search(draft.text):
            for rule in rules:
                apply_rule(draft, dates.DAY_FIRST.get(rule, rule) if day_first else rule)


def read_capitals(draft: Draft) -> None:
    """What must be read before words in capitals become ordinary ones."""
    if DIGIT.search(draft.text):
        for rule in IN_CAPITALS:
            apply_rule(draft, rule)


def apply_rule(draft: Draft, rule: Rule) -> None:
    """Rewrite what the rule finds, outside of markup such as "<pitch=3>"."""
    if "<" not in draft.text:
        draft.sub(rule.pattern, rule.say)
        return
    tags = [match.span() for match in TAG.finditer(draft.text)]

    def say(match: re.Match[str]) -> str | None:
        if any(start <= match.start() < end for start, end in tags):
            return None
        return rule.say if isinstance(rule.say, str) else rule.say(match)

    draft.sub(rule.pattern, say)
