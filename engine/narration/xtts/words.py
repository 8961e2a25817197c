"""What has to be known of each of the 17 languages: its script, its pace, its longest piece, its numbers and signs."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from engine.errors import LanguageNotSpoken, SynthesisError


@dataclass(frozen=True, slots=True)
class Language:
    tag: str  # BCP 47 primary subtag
    name: str
    longest: int  # characters of one piece: a little under what the original code warns of
    characters_per_s: float  # of a calm reader
    scripts: tuple[str, ...] = ("LATIN",)  # as Unicode names its letters
    signs: str = ""  # how & @ % # $ £ ° are said, in this order, separated by "|"

    @property
    def model_tag(self) -> str:
        return "zh-cn" if self.tag == "zh" else self.tag


SIGNS = "&@%#$£°"
LANGUAGES = {
    language.tag: language
    for language in (
        Language("en", "English", 240, 15.0, signs="and|at|percent|number|dollars|pounds|degrees"),
        Language("es", "Spanish", 230, 15.5, signs="y|arroba|por ciento|número|dólares|libras|grados"),
        Language("fr", "French", 260, 15.0, signs="et|arobase|pour cent|numéro|dollars|livres|degrés"),
        Language("de", "German", 240, 14.5, signs="und|at|Prozent|Nummer|Dollar|Pfund|Grad"),
        Language("it", "Italian", 205, 15.0, signs="e|chiocciola|per cento|numero|dollari|sterline|gradi"),
        Language("pt", "Portuguese", 195, 15.0, signs="e|arroba|por cento|número|dólares|libras|graus"),
        Language("pl", "Polish", 215, 14.0, signs="i|małpa|procent|numer|dolarów|funtów|stopni"),
        Language("tr", "Turkish", 215, 14.0, signs="ve|et|yüzde|numara|dolar|sterlin|derece"),
        Language("ru", "Russian", 175, 14.0, ("CYRILLIC",), "и|собака|процентов|номер|долларов|фунтов|градусов"),
        Language("nl", "Dutch", 240, 15.0, signs="en|at|procent|nummer|dollar|pond|graden"),
        Language("cs", "Czech", 178, 13.5, signs="a|zavináč|procent|číslo|dolarů|liber|stupňů"),
        Language("ar", "Arabic", 158, 11.5, ("ARABIC",), "و|على|بالمئة|رقم|دولار|جنيه|درجة"),
        Language("zh", "Chinese", 78, 4.3, ("CJK",), "和|在|百分之|号|美元|英镑|度"),
        Language("hu", "Hungarian", 215, 14.0, signs="és|kukac|százalék|szám|dollár|font|fok"),
        Language("ko", "Korean", 90, 6.0, ("HANGUL", "CJK"), "그리고|에|퍼센트|번호|달러|파운드|도"),
        Language("ja", "Japanese", 68, 7.0, ("CJK", "HIRAGANA", "KATAKANA", "KATAKANA-HIRAGANA"), ""),
        Language("hi", "Hindi", 142, 12.5, ("DEVANAGARI",), "और|ऐट|प्रतिशत|नंबर|डॉलर|पाउंड|डिग्री"),
    )
}
NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
CHINESE_DIGITS, CHINESE_PLACES = "零一二三四五六七八九", ("", "十", "百", "千")


def spell_symbols(text: str, language: Language) -> str:
    """The text with signs as words; a currency's name goes behind its amount."""
    text = re.sub(r"([$£])\s*(\d+(?:[.,]\d+)*)", r"\2 \1", text)
    for sign, word in zip(SIGNS, language.signs.lower().split("|"), strict=False):
        text = text.replace(sign, f" {word} ")
    return text


def read_digits(text: str, language: Language) -> str:
    """The text with numbers in words. English lines come with words already; this is for what a person typed."""
    if not any(letter.isdigit() for letter in text) or language.tag == "ja":  # Japanese words are made later
        return text
    return NUMBER.sub(lambda match: f" {_read_number(match[0], language)} ".replace("  ", " "), text)


def _read_number(digits: str, language: Language) -> str:
    value = plain_number(digits, comma_groups=language.tag in ("en", "zh", "ja", "ko", "hi"))
    if language.tag == "zh":
        whole, _, part = value.partition(".")
        return read_chinese(int(whole)) + ("点" + "".join(CHINESE_DIGITS[int(digit)] for digit in part) if part else "")
    try:
        from num2words import num2words

        return str(num2words(value if "." in value else int(value), lang=language.tag))
    except (ImportError, NotImplementedError, ValueError, OverflowError, ArithmeticError) as error:
        raise SynthesisError(
            f"The number {digits[:20]} cannot be read in {language.name}. Write it in words with Change."
        ) from error


def plain_number(digits: str, comma_groups: bool) -> str:
    """ "1,250.5" (or "1.250,5" where commas are for fractions) as "1250.5"; a row of dots is taken apart as groups."""
    group, point = (",", ".") if comma_groups else (".", ",")
    value = digits.replace(group, "") if re.fullmatch(rf"\d+(?:\{group}\d{{3}})+(?:\{point}\d+)?", digits) else digits
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


@lru_cache(maxsize=1)
def _load_japanese() -> Any:
    import cutlet

    return cutlet.Cutlet()


def romanize(words: str, language: Language) -> str:
    """The words in the letters the model was taught them in: Chinese as pinyin, Korean and Japanese in Latin ones."""
    try:
        if language.tag == "zh":
            from pypinyin import Style, pinyin

            sounds = pinyin(words, style=Style.TONE3, heteronym=False, neutral_tone_with_five=True)
            return "".join(sound[0] for sound in sounds)
        if language.tag == "ko":
            from ko_speech_tools import hangul_romanize

            return str(hangul_romanize(words))
        if language.tag == "ja":
            return str(_load_japanese().romaji(words)).lower()
    except ImportError as error:
        raise LanguageNotSpoken(
            f"{language.name} needs a further part that is not installed. "
            "Start Voxfolio with “python3 launch.py add xtts”, which installs it."
        ) from error
    return words
