"""What has to be known of each of the 17 languages: its script, its pace, its longest piece, its signs."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from engine.errors import LanguageNotSpoken


@dataclass(frozen=True, slots=True)
class Language:
    tag: str  # BCP 47 primary subtag
    name: str
    longest: int  # characters of one piece: a little under what the original code warns of
    characters_per_s: float  # of a calm reader
    scripts: tuple[str, ...] = ("LATIN",)  # as Unicode names its letters
    signs: str = ""  # how & @ % # $ £ ° € are said, in this order, separated by "|"

    @property
    def model_tag(self) -> str:
        return "zh-cn" if self.tag == "zh" else self.tag


SIGNS = "&@%#$£°€"
LANGUAGES = {
    language.tag: language
    for language in (
        Language("en", "English", 240, 15.0, signs="and|at|percent|number|dollars|pounds|degrees|euros"),
        Language("es", "Spanish", 230, 15.5, signs="y|arroba|por ciento|número|dólares|libras|grados|euros"),
        Language("fr", "French", 260, 15.0, signs="et|arobase|pour cent|numéro|dollars|livres|degrés|euros"),
        Language("de", "German", 240, 14.5, signs="und|at|Prozent|Nummer|Dollar|Pfund|Grad|Euro"),
        Language("it", "Italian", 205, 15.0, signs="e|chiocciola|per cento|numero|dollari|sterline|gradi|euro"),
        Language("pt", "Portuguese", 195, 15.0, signs="e|arroba|por cento|número|dólares|libras|graus|euros"),
        Language("pl", "Polish", 215, 14.0, signs="i|małpa|procent|numer|dolarów|funtów|stopni|euro"),
        Language("tr", "Turkish", 215, 14.0, signs="ve|et|yüzde|numara|dolar|sterlin|derece|euro"),
        Language("ru", "Russian", 175, 14.0, ("CYRILLIC",), "и|собака|процентов|номер|долларов|фунтов|градусов|евро"),
        Language("nl", "Dutch", 240, 15.0, signs="en|at|procent|nummer|dollar|pond|graden|euro"),
        Language("cs", "Czech", 178, 13.5, signs="a|zavináč|procent|číslo|dolarů|liber|stupňů|eur"),
        Language("ar", "Arabic", 158, 11.5, ("ARABIC",), "و|على|بالمئة|رقم|دولار|جنيه|درجة|يورو"),
        Language("zh", "Chinese", 78, 4.3, ("CJK",), "和|在|百分之|号|美元|英镑|度|欧元"),
        Language("hu", "Hungarian", 215, 14.0, signs="és|kukac|százalék|szám|dollár|font|fok|euró"),
        Language("ko", "Korean", 90, 6.0, ("HANGUL", "CJK"), "그리고|에|퍼센트|번호|달러|파운드|도|유로"),
        Language(
            "ja",
            "Japanese",
            68,
            7.0,
            ("CJK", "HIRAGANA", "KATAKANA"),
            "アンド|アット|パーセント|ナンバー|ドル|ポンド|度|ユーロ",
        ),
        Language("hi", "Hindi", 142, 12.5, ("DEVANAGARI",), "और|ऐट|प्रतिशत|नंबर|डॉलर|पाउंड|डिग्री|यूरो"),
    )
}


def spell_symbols(text: str, language: Language) -> str:
    """The text with signs as words; a currency's name goes behind its amount."""
    text = re.sub(r"([$£€])\s*(\d+(?:[.,]\d+)*)", r"\2 \1", text)
    for sign, word in zip(SIGNS, language.signs.lower().split("|"), strict=False):
        text = text.replace(sign, f" {word} ")
    return text


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
