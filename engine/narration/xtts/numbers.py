"""Numbers in words, in each of the 17 languages. English books come with words already, written out for everybody; in
other languages a line comes with its digits."""

from __future__ import annotations

import re
import unicodedata

from engine.errors import SynthesisError
from engine.narration.xtts.words import Language

NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
COMMA_GROUPS = ("en", "zh", "ja", "ko", "hi")  # 1,250.5; the others write 1.250,5
FRACTIONS = {"½": "5", "¼": "25", "¾": "75"}
CHINESE_DIGITS, CHINESE_PLACES = "零一二三四五六七八九", ("", "十", "百", "千")
# The point of a fraction, where the library knows none or says it wrong.
POINTS = {"it": "virgola", "tr": "virgül", "ar": "فاصلة", "hi": "दशमलव"}
# What stands behind a number that counts a place. A German "3." ends a sentence as often, so its neighbours tell.
MONTHS = "januar|jänner|februar|märz|april|mai|juni|juli|august|september|oktober|november|dezember"
PLACED = "jahrhundert|jahrhunderts|mal|stock|kapitel|kapitels|klasse|weltkrieg|weltkriegs|jahrestag|geburtstag"
ORDINALS = {
    "en": re.compile(r"(\d+)(?:st|nd|rd|th)\b"),
    "es": re.compile(r"(\d+)\.?(?:o|a)\b"),  # º and ª were made plain letters before
    "fr": re.compile(r"(\d+)(?:ers?|res?|ère|[eè]mes?|es?)\b"),
    "de": re.compile(
        r"(?:(?<=\bam )|(?<=\bvom )|(?<=\bzum )|(?<=\bbeim )|(?<=\bim )|(?<=\bdem )|(?<=\bden ))(\d+)\.(?=\s+\w)"
        rf"|(\d+)\.(?=\s+(?:{MONTHS}|{PLACED})\b)"
    ),
    "it": re.compile(r"(\d+)(?:o|a)\b"),
    "pt": re.compile(r"(\d+)\.?(?:o|a)\b"),
    "ru": re.compile(r"(\d+)-(?:й|ый|ий|ой|я|ая|е|ое|го|му|м)\b"),
    "nl": re.compile(r"(\d+)(?:ste|de|e)\b"),
}
# Hindi from 0 to 99: each has a word of its own.
HINDI_WORDS = (
    "शून्य एक दो तीन चार पाँच छह सात आठ नौ दस ग्यारह बारह तेरह चौदह पंद्रह सोलह सत्रह अठारह उन्नीस बीस इक्कीस बाईस तेईस चौबीस "
    "पच्चीस छब्बीस सत्ताईस अट्ठाईस उनतीस तीस इकतीस बत्तीस तैंतीस चौंतीस पैंतीस छत्तीस सैंतीस अड़तीस उनतालीस चालीस इकतालीस बयालीस "
    "तैंतालीस चौवालीस पैंतालीस छियालीस सैंतालीस अड़तालीस उनचास पचास इक्यावन बावन तिरपन चौवन पचपन छप्पन सत्तावन अट्ठावन उनसठ साठ "
    "इकसठ बासठ तिरसठ चौंसठ पैंसठ छियासठ सड़सठ अड़सठ उनहत्तर सत्तर इकहत्तर बहत्तर तिहत्तर चौहत्तर पचहत्तर छिहत्तर सतहत्तर अठहत्तर "
    "उन्यासी अस्सी इक्यासी बयासी तिरासी चौरासी पचासी छियासी सत्तासी अट्ठासी नवासी नब्बे इक्यानवे बानवे तिरानवे चौरानवे पचानवे "
    "छियानवे सत्तानवे अट्ठानवे निन्यानवे"
)
HINDI = HINDI_WORDS.split()
HINDI_UNITS = ((10**11, "खरब"), (10**9, "अरब"), (10**7, "करोड़"), (10**5, "लाख"), (1000, "हज़ार"), (100, "सौ"))


def write_fractions(text: str, language: Language) -> str:
    """The text with ½, ¼ and ¾ as decimals: as plain signs they would join the number before them, 2½ as 21 and 2."""
    point = "." if language.tag in COMMA_GROUPS else ","
    return re.sub(r"(\d*)\s?([½¼¾])", lambda match: f"{match[1] or 0}{point}{FRACTIONS[match[2]]}", text)


def read_digits(text: str, language: Language) -> str:
    """The text, in small letters, with numbers in words. Raises SynthesisError for a number that cannot be read."""
    if not any(letter.isdigit() for letter in text):
        return text
    if language.tag == "zh":  # a year is told digit by digit
        text = re.sub(r"\d{4}(?=年)", lambda match: "".join(CHINESE_DIGITS[int(digit)] for digit in match[0]), text)
    if ordinal := ORDINALS.get(language.tag):
        text = ordinal.sub(lambda match: _read_ordinal(match, language), text)
    return NUMBER.sub(lambda match: f" {_read_number(match[0], language)} ".replace("  ", " "), text)


def _read_number(digits: str, language: Language) -> str:
    value = plain_number(digits, language.tag in COMMA_GROUPS, 2 if language.tag == "hi" else 3)
    whole, _, part = value.partition(".")
    if language.tag == "zh":
        return read_chinese(int(whole)) + ("点" + "".join(CHINESE_DIGITS[int(digit)] for digit in part) if part else "")
    if not part:
        return _say(int(whole), language, digits)
    if language.tag not in POINTS:
        return _say(value, language, digits)
    zeros = len(part) - len(part.lstrip("0"))
    rest = [part[zeros:]] if part[zeros:] and language.tag != "hi" else list(part[zeros:])
    words = [_say(int(number), language, digits) for number in (whole, *"0" * zeros, *rest)]
    return " ".join([words[0], POINTS[language.tag], *words[1:]])


def _read_ordinal(match: re.Match[str], language: Language) -> str:
    digits = next(group for group in match.groups() if group)
    words = _say(int(digits), language, digits, "ordinal")
    inflected = language.tag == "de" and re.search(
        r"\b(?:am|vom|zum|beim|im|dem|den|des)\s$", match.string[: match.start()]
    )
    feminine = match[0].endswith("a") and words.endswith("o")
    return f"{words}n" if inflected else f"{words[:-1]}a" if feminine else words


def _say(number: int | str, language: Language, digits: str, how: str = "cardinal") -> str:
    if language.tag == "hi" and isinstance(number, int) and number < 10**13:
        return read_hindi(number)
    if language.tag in ("de", "nl") and how == "cardinal" and re.fullmatch(r"1[1-9]\d\d", digits):
        how = "year"  # eighteen hundred and so on, which are years nearly always, and otherwise said so too
    try:
        from num2words import num2words

        words = str(num2words(number, lang=language.tag, to=how))
    except (ImportError, NotImplementedError, ValueError, OverflowError, ArithmeticError) as error:
        raise SynthesisError(
            f"The number {digits[:20]} cannot be read in {language.name}. Write it in words with Change."
        ) from error
    return words


def plain_number(digits: str, comma_groups: bool, shortest_group: int = 3) -> str:
    """ "1,250.5" (or "1.250,5" where commas are for fractions) as "1250.5"; a row of dots is taken apart as groups.

    India writes 12,50,000: groups of two in front of the last.
    """
    group, point = (",", ".") if comma_groups else (".", ",")
    grouped = rf"\d+(?:\{group}\d{{{shortest_group},3}})*\{group}\d{{3}}(?:\{point}\d+)?"
    value = digits.replace(group, "") if re.fullmatch(grouped, digits) else digits
    value = value.replace(point, ".").replace(group, ".")
    whole, _, part = value.partition(".")
    part = part.replace(".", "")
    return f"{whole}.{part}" if part else whole


def read_chinese(number: int) -> str:
    """A whole number in Chinese words, up to 16 digits; longer ones digit by digit."""
    if number >= 10**16:
        return "".join(CHINESE_DIGITS[int(digit)] for digit in str(number))
    for unit, name in ((10**12, "万亿"), (10**8, "亿"), (10**4, "万")):
        if number >= unit:
            rest = number % unit
            joint = "零" if 0 < rest < unit // 10 else ""
            return read_chinese(number // unit) + name + joint + (read_chinese(rest) if rest else "")
    words = ""
    for place in (3, 2, 1, 0):
        digit = number // 10**place % 10
        if digit:
            words += CHINESE_DIGITS[digit] + CHINESE_PLACES[place]
        elif words and number % 10**place and not words.endswith("零"):
            words += "零"
    words = words or "零"
    return words[1:] if words.startswith("一十") else words


def read_hindi(number: int) -> str:
    """A whole number under 10 ** 13 in Hindi words, letters composed as the rest of the text is."""
    words = []
    for unit, name in HINDI_UNITS:
        if number >= unit:
            words += [read_hindi(number // unit), name]
            number %= unit
    if number or not words:
        words.append(HINDI[number])
    return unicodedata.normalize("NFKC", " ".join(words))
