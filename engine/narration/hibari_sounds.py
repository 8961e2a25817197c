"""IPA to the sounds hibari knows: those of American English. Others are said as English speakers say them."""

from __future__ import annotations

import re
import unicodedata

from engine.errors import LexiconError

# The longest spelling goes first. hibari writes diphthongs as capitals: A I O W Y are those of day, my, go, now, boy.
VOWELS = {
    "eɪ": "A", "ei": "A", "eː": "A", "ɛɪ": "A", "aɪ": "I", "ai": "I", "ɑɪ": "I", "oʊ": "O", "əʊ": "O", "ou": "O",
    "aʊ": "W", "au": "W", "ɑʊ": "W", "ɔɪ": "Y", "oɪ": "Y", "oi": "Y", "ɔi": "Y", "o": "O", "ɪə": "ɪɹ", "eə": "ɛɹ",
    "ɛə": "ɛɹ", "ʊə": "ʊɹ", "aj": "I", "ej": "A", "oj": "Y", "aw": "W", "ɜː": "ɜɹ", "ɜ": "ɜɹ", "ɜɹ": "ɜɹ",
    "ɝ": "ɜɹ", "ɚ": "əɹ", "ø": "ɜɹ", "œ": "ɜɹ", "i": "i", "ɪ": "ɪ", "ɨ": "ɪ", "e": "ɛ", "ɛ": "ɛ", "æ": "æ",
    "a": "ɑ", "ɑ": "ɑ", "ɒ": "ɑ", "ɔ": "ɔ", "u": "u", "y": "u", "ʉ": "u", "ɯ": "u", "ʊ": "ʊ", "ʏ": "ʊ", "ʌ": "ʌ",
    "ɐ": "ʌ", "ə": "ə", "ɘ": "ə", "ɵ": "ə", "ɤ": "ʌ", "ᵻ": "ᵻ", "ᵊ": "ᵊ",
}  # fmt: skip
CONSONANTS = {
    "tʃ": "ʧ", "ʧ": "ʧ", "tɕ": "ʧ", "ʨ": "ʧ", "ʈʂ": "ʧ", "dʒ": "ʤ", "ʤ": "ʤ", "dʑ": "ʤ", "ʥ": "ʤ", "ʦ": "ts",
    "ʣ": "dz", "p": "p", "b": "b", "t": "t", "ʈ": "t", "d": "d", "ɖ": "d", "k": "k", "q": "k", "c": "k", "x": "k",
    "χ": "k", "ɡ": "ɡ", "ɢ": "ɡ", "ɣ": "ɡ", "ɟ": "ɡ", "m": "m", "ɱ": "m", "n": "n", "ɳ": "n", "ŋ": "ŋ", "ɴ": "ŋ",
    "ɲ": "nj", "f": "f", "ɸ": "f", "v": "v", "β": "v", "ʋ": "v", "θ": "θ", "ð": "ð", "s": "s", "z": "z", "ʃ": "ʃ",
    "ʂ": "ʃ", "ɕ": "ʃ", "ç": "ʃ", "ʒ": "ʒ", "ʐ": "ʒ", "ʑ": "ʒ", "h": "h", "ɦ": "h", "ħ": "h", "l": "l", "ɫ": "l",
    "ɭ": "l", "ɬ": "l", "ʎ": "lj", "ɹ": "ɹ", "r": "ɹ", "ɻ": "ɹ", "ɽ": "ɹ", "ʁ": "ɹ", "ʀ": "ɹ", "ɾ": "T", "j": "j",
    "ʝ": "j", "w": "w", "ʍ": "w", "ɥ": "w", "ɰ": "w", "ʔ": "", "ʕ": "",
}  # fmt: skip
LENGTH = {"ː": "", "ˑ": ""}
SPELLINGS = {**VOWELS, **CONSONANTS, **LENGTH}
STRESS = "ˈˌ"
NASAL, SYLLABIC = "\u0303", "\u0329"
# Ties, breath, tongue: finer than the engine can say. Points and bars between syllables are no sounds.
TOO_FINE = re.compile("[.|‖‿·ʰʲʷˠˤˀʼⁿˡ\u0300-\u0302\u0304-\u0328\u032a-\u036f-]")
TYPED = str.maketrans("g'’:", "ɡˈˈː")  # what a keyboard has instead
TOKEN = re.compile("|".join(map(re.escape, sorted(SPELLINGS, key=len, reverse=True))) + f"|[{STRESS}{NASAL}{SYLLABIC}]")
SPOKEN_VOWELS = frozenset("AIOWYiuæɑɔəɛɜɪʊʌᵊᵻ")
WEAK = frozenset("əᵊᵻ")
HISSES = frozenset("szʃʒʧʤ")
VOICELESS = frozenset("ptkfθ")


def check_sounds(ipa: str) -> None:
    """Raises LexiconError with a sentence for signs that hibari has no sound for."""
    write_sounds(ipa)


def write_sounds(ipa: str) -> str:
    """IPA as hibari writes it, the stress mark right before its vowel: "ˈwɪn" is "wˈɪn".

    A word without any stress gets one on its first full vowel. Raises LexiconError.
    """
    plain = unicodedata.normalize("NFD", ipa).replace("c\u0327", "ç")
    plain = TOO_FINE.sub("", plain).translate(TYPED)
    words = [write_word(word, ipa) for word in plain.split()]
    if not any(sound not in STRESS for word in words for sound in word):
        raise LexiconError(f"“{ipa}” has no sounds in it. Write them in IPA, such as ˈneɪm.")
    if not any(mark in word for word in words for mark in STRESS):
        words = [stress_word(word) for word in words]
    return " ".join(word for word in words if word)


def write_word(word: str, ipa: str) -> str:
    sounds: list[str] = []
    stress = ""
    place = 0
    while place < len(word):
        match = TOKEN.match(word, place)
        if match is None:
            raise LexiconError(
                f"“{word[place]}” in “{ipa}” is not a sign of IPA that the voice has a sound for. "
                "Write the sounds in IPA, such as ˈneɪm, or say in letters how the word sounds."
            )
        token, place = match.group(), match.end()
        if token in STRESS:
            stress = token
        elif token == NASAL:
            sounds.append("n")
        elif token == SYLLABIC:
            sounds[-1:] = ["ᵊ", *sounds[-1:]]
        elif token in VOWELS:
            sounds.append(stress + VOWELS[token])
            stress = ""
        else:
            sounds.append(SPELLINGS[token])
    return "".join(sounds).replace("ɹɹ", "ɹ")


def stress_word(word: str) -> str:
    for vowels in (SPOKEN_VOWELS - WEAK, SPOKEN_VOWELS):
        for place, sound in enumerate(word):
            if sound in vowels:
                return f"{word[:place]}ˈ{word[place:]}"
    return word


def add_s(sounds: str) -> str:
    """The sounds with the ending of "Rhys's" or "Pim's"."""
    last = sounds[-1:]
    return f"{sounds}ᵻz" if last in HISSES else f"{sounds}s" if last in VOICELESS else f"{sounds}z"
