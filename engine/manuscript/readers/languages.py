"""What language a manuscript is in: as it says, or as its words show."""

from __future__ import annotations

import re
from collections import Counter
from typing import Final

LANGUAGE_TAG = re.compile(r"([A-Za-z]{2,3})((?:[-_][A-Za-z0-9]{2,8})*)")
NO_LANGUAGE: Final = frozenset({"und", "zxx", "mul", "mis", "jp", "xx", "none", "unknown"})  # "jp" is a country
THREE_LETTERS: Final = {
    "eng": "en", "fra": "fr", "fre": "fr", "deu": "de", "ger": "de", "spa": "es", "ita": "it", "por": "pt", "nld": "nl",
    "dut": "nl", "rus": "ru", "jpn": "ja", "zho": "zh", "chi": "zh", "kor": "ko", "ara": "ar", "heb": "he", "swe": "sv",
    "dan": "da", "nor": "no", "fin": "fi", "pol": "pl", "ell": "el", "gre": "el", "lat": "la",
}  # fmt: skip
NAMES: Final = {
    "english": "en", "french": "fr", "german": "de", "spanish": "es", "italian": "it", "portuguese": "pt",
    "dutch": "nl", "russian": "ru", "japanese": "ja", "chinese": "zh", "korean": "ko", "arabic": "ar", "hebrew": "he",
    "swedish": "sv", "danish": "da", "norwegian": "no", "finnish": "fi", "polish": "pl", "greek": "el", "latin": "la",
}  # fmt: skip
SCRIPTS: Final = (  # kana before ideographs: Japanese uses both
    ("ja", re.compile("[\u3041-\u30ff]")),
    ("ko", re.compile("[\uac00-\ud7af\u1100-\u11ff]")),
    ("zh", re.compile("[\u4e00-\u9fff]")),
    ("ar", re.compile("[\u0600-\u06ff]")),
    ("he", re.compile("[\u0590-\u05ff]")),
    ("ru", re.compile("[\u0400-\u04ff]")),
    ("el", re.compile("[\u0370-\u03ff]")),
    ("hi", re.compile("[\u0900-\u097f]")),
    ("th", re.compile("[\u0e00-\u0e7f]")),
)
COMMON_WORDS: Final = {
    "en": "the and of to in that was it his he with is for as had you not but at on her she be they have this from",
    "fr": "le la les des et de un une dans que qui pour pas est il elle sur avec ce se du au ne plus son mais était je",
    "de": "der die und das ich nicht ist zu in den ein es sie mit sich auf er dem war von als auch wie eine so dass",
    "es": "el la los las de que y en un una por con no se su para es al lo como más pero sus le ya era ella había",
    "it": "il la le gli di che e un una per non con del si era ma come più sono nel della lo mi anche questo aveva",
    "pt": "o a os as de que e um uma para com não se do da em por mais como mas ao era ele ela foi seu sua dos",
    "nl": "de het een en van ik dat niet is te in op zijn was met die voor hij er maar aan haar als ze had ook naar",
    "sv": "och att det som en på är av för den med till inte om ett han men var jag sig från så hade hon då skulle",
    "da": "og at det er en til på som af for med den de ikke han var et har jeg men sig om så havde fra hun kan",
    "pl": "i w nie na się z do to że jest jak o co ale po tak był za od tym już tego jej przez mnie są go",
    "fi": "ja on ei se että oli hän en mutta niin kun ole joka mitä minä sen ovat kuin hänen nyt vain myös tai",
    "la": "et in est non ad ut cum qui quod sed si esse ex ac per hoc quae enim aut etiam nec atque ab sunt",
}
SAMPLE_CHARACTERS: Final = 20_000
DEFAULT_LANGUAGE: Final = "en"


def settle_language(declared: str, text: str) -> str:
    """The BCP 47 tag a manuscript declares, tidied ("en_gb" is "en-GB"), or else the language its text is in."""
    declared = declared.strip()
    if declared.lower() in NAMES:
        return NAMES[declared.lower()]
    match = LANGUAGE_TAG.fullmatch(declared)
    if match is None or match.group(1).lower() in NO_LANGUAGE:
        return guess_language(text)
    primary = match.group(1).lower()
    parts = [THREE_LETTERS.get(primary, primary)]
    for part in re.split("[-_]", match.group(2))[1:]:
        parts.append(part.upper() if len(part) == 2 else part.title() if len(part) == 4 else part.lower())
    return "-".join(parts)


def guess_language(text: str) -> str:
    """The language of a text by its letters, then by its commonest words; English when nothing shows."""
    sample = (
        text[len(text) // 3 :][:SAMPLE_CHARACTERS] if len(text) > 3 * SAMPLE_CHARACTERS else text[:SAMPLE_CHARACTERS]
    )
    letters = sum(character.isalpha() for character in sample)
    for language, letter in SCRIPTS:
        # a Japanese page is half ideographs; a stray Greek quotation must not make a book Greek
        if letters and len(letter.findall(sample)) > letters * (0.1 if language == "ja" else 0.4):
            return language
    counts = Counter(re.findall(r"[^\W\d_]+", sample.lower()))
    scores = {language: sum(counts[word] for word in set(words.split())) for language, words in COMMON_WORDS.items()}
    best = max(scores, key=lambda language: scores[language])
    return best if scores[best] >= 3 else DEFAULT_LANGUAGE
