"""The spoken form undoes typography; where the language is not English it changes no word."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.manuscript.spoken_text import roman_number, spoken_form


@pytest.mark.parametrize(
    ("text", "spoken"),
    [
        ("The  mill\nwheel \t turned.", "The mill wheel turned."),
        ("a\u00a0b\u2009c\u3000d\ufeff", "a b c d"),
        ("re\u00ad\njoined and soft\u00adened", "rejoined and softened"),
        ("well-\nknown", "well- known"),
        ("zero\u200bwidth\u2060", "zerowidth"),
        ("auf\u200clage", "auflage"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("he _did_ say it, **truly**", "he did say it, truly"),
        ("_What?_ “_Me?_”", "What? “Me?”"),
        ("a snow_ball and 2 * 3", "a snow_ball and 2 * 3"),
        ("• one thing", "one thing"),
        ("* one thing", "one thing"),
        ("— Oui, dit-il.", "— Oui, dit-il."),
        ("he ran--and fell", "he ran—and fell"),
        ("well . . . then", "well … then"),
        ("[Illustration: The mill\nby night] He ran.", "He ran."),
        ("[Illustration]", ""),
        ("* * *", ""),
        ("—", ""),
        ("  \n", ""),
        ("“…?!”", ""),
        ("½", "½"),
        ("In 1984 it cost £3.50.", "In 1984 it cost £3.50."),
        ("IT WAS the best of times", "It Was the best of times"),
        ("the FBI and NASA", "the FBI and NASA"),
        ("THE FBI MAN", "The FBI MAN"),
        ("MR. AND MRS. TOAD", "Mr. And Mrs. Toad"),
        ("I did NOT do it", "I did NOT do it"),
    ],
)
def test_typography_is_undone(text: str, spoken: str) -> None:
    """In every language; in English words are written out besides (test_spoken_english.py)."""
    assert spoken_form(text, language="de") == spoken


@pytest.mark.parametrize(
    ("text", "spoken"),
    [
        ("CHAPTER IV.", "Chapter 4."),
        ("Chapter IV", "Chapter 4"),
        ("CHAPTER L", "Chapter 50"),
        ("CHAPTER THE FIRST", "Chapter The First"),
        ("THE RIVER BANK", "The River Bank"),
        ("CHAPTER XIV. OF WONDERS", "Chapter 14. Of Wonders"),
        ("CHAPTER 1\nTHE RIVER BANK", "Chapter 1. The River Bank"),
        ("Chapter 12 of 20", "Chapter 12 of 20"),
        ("STAVE I: MARLEY’S GHOST", "Stave 1: Marley’s Ghost"),
        ("BOOK II\nTHE END", "Book 2. The End"),
        ("CHAPITRE IV", "Chapitre 4"),
        ("I. THE PIPER", "1. The Piper"),
        ("XII.", "12."),
        ("I", "1"),
        ("I AM BORN", "I Am Born"),
        ("C", "C"),
        ("APPENDIX C", "Appendix C"),
        ("THE BBC", "The BBC"),
        ("DULCE DOMUM", "Dulce Domum"),
        ("The Piper", "The Piper"),
        ("***", ""),
    ],
)
def test_a_heading_is_said_in_words_and_numbers(text: str, spoken: str) -> None:
    assert spoken_form(text, heading=True, language="fr") == spoken


def test_silent_spans_are_left_out_without_a_gap() -> None:
    assert spoken_form("The mil[7]ler.12", [(7, 10), (14, 16)]) == "The miller."


def test_roman_numerals_are_counted_and_nothing_else_is() -> None:
    assert [roman_number(numeral) for numeral in ("I", "IV", "IX", "XIV", "XL", "XC", "CD", "MCMXCIX")] == [
        1, 4, 9, 14, 40, 90, 400, 1999,
    ]  # fmt: skip
    assert [roman_number(word) for word in ("", "IIII", "VX", "IC", "MILD", "A", "C", "iv")] == [0] * 8


@settings(derandomize=True, deadline=None)
@given(st.text(), st.booleans())
def test_the_spoken_form_is_one_line_and_says_something_or_is_empty(text: str, heading: bool) -> None:
    spoken = spoken_form(text, heading=heading)
    assert spoken == " ".join(spoken.split())
    assert not spoken or any(letter.isalnum() for letter in spoken)
    assert spoken_form(text, heading=heading) == spoken


def test_capital_headings_are_not_spelled_by_the_built_in_engine() -> None:
    hibari = pytest.importorskip("hibari").Hibari()
    for capitals, words in [
        ("DULCE DOMUM", "Dulce Domum"),
        ("IT WAS NOT", "It Was Not"),
        ("MARLEY’S GHOST", "Marley’s Ghost"),
    ]:
        assert hibari.phonemize(spoken_form(capitals, heading=True)) == hibari.phonemize(words)
        assert hibari.phonemize(capitals) != hibari.phonemize(words)  # else this rule is no longer needed
    assert hibari.phonemize(spoken_form("CHAPTER IV.", heading=True)) == hibari.phonemize("Chapter four.")
