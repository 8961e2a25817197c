"""English is said in words: each rule of reading against its cases, and what holds for any text."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.manuscript.lexicon import Lexicon, LexiconEntry
from engine.manuscript.spoken.draft import SpokenSpan
from engine.manuscript.spoken.english import RULES
from engine.manuscript.spoken.foreign import find_foreign
from engine.manuscript.spoken_text import speak_span_by_span, spoken_form

GOLDEN = Path(__file__).resolve().parents[1] / "golden" / "spoken_text"
RULE_IDS = [rule.id for rule in RULES]
BRITISH = {"date-day-first", "date-year-first-british"}
PIECES = [
    *[
        "the ",
        "Mr. ",
        "St. ",
        "No. ",
        "etc. ",
        "Louis ",
        "I ",
        "XIV ",
        "Chapter ",
        "$",
        "£",
        "1",
        "007",
        "1984",
        ",",
        ".",
        " ",
    ],
    *[
        "½",
        "3/4",
        "5pm",
        "p.m. ",
        "10:30 ",
        "’80s ",
        "-",
        "–",
        "%",
        "#",
        "@",
        "a@b.com ",
        "www.x.org/1 ",
        "<b>",
        "\n",
        "\u00ad",
    ],
    *[
        "WORLD WAR ",
        "kg ",
        " m ",
        "°C ",
        "1st ",
        "2s. 6d. ",
        "_",
        "*",
        "“",
        "”",
        "ø",
        "水",
        "CO₂",
        "--",
        "&c. ",
        "é",
        "May 5, 1800 ",
        "_vous avez_ ",
        "und nicht ein ",
        "\ue000",
        "\ua4d0",
    ],
]
texts = st.one_of(st.text(max_size=200), st.lists(st.sampled_from(PIECES), max_size=30).map("".join))


@pytest.mark.parametrize("rule", RULE_IDS)
def test_a_rule_says_its_cases_as_the_golden_file_does(rule: str) -> None:
    """A new case is a line in tests/golden/spoken_text/RULE.in.txt and one in RULE.golden.txt."""
    written = (GOLDEN / f"{rule}.in.txt").read_text(encoding="utf-8").splitlines()
    golden = (GOLDEN / f"{rule}.golden.txt").read_text(encoding="utf-8").splitlines()
    language = "en-GB" if rule in BRITISH else "en"
    assert [spoken_form(line, language=language) for line in written] == golden
    assert written != golden


def test_every_golden_file_belongs_to_a_rule_and_ids_are_single() -> None:
    assert {path.name.split(".")[0] for path in GOLDEN.iterdir()} == set(RULE_IDS)
    assert len(set(RULE_IDS)) == len(RULE_IDS)


@pytest.mark.parametrize(
    "line",
    [
        "“I’m a-goin’, ’tis th’ ol’ dawg, an’ we’uns ain’t hankerin’ f’r nowt.”",
        "“I say, I never did; did I, Charles?” said I. I, for one, am I.",
        "He did mix the dim liquid, and she came. It was mild. Is it I? It is I.",
        "No. No! No? I say no.",
        "The part I took in it, the book I read, and the letter I wrote.",
        "On the mar. Yes you may. She may march in May.",
        "He said, “O'er th' hill—an' so wi' ye!”",
        "Don’t you see? It’s the min. he spoke of.",
        "“Well, if I—that is—oh!” cried Emma.",
    ],
)
def test_prose_without_numbers_is_said_as_it_is_written(line: str) -> None:
    assert spoken_form(line) == line


def test_another_language_keeps_its_numbers() -> None:
    assert spoken_form("Am 5. Mai 1884 kostete es 3,50 Mark.", language="de") == "Am 5. Mai 1884 kostete es 3,50 Mark."
    assert spoken_form("Am 5. Mai", language="en-GB") != "Am 5. Mai"


@pytest.mark.parametrize("language", ["en-GB", "en-AU", "en-IN", "en-Latn-IE"])
def test_numeric_dates_have_the_day_first_where_it_is_written_so(language: str) -> None:
    assert spoken_form("On 5/10/1812.", language=language) == "On the fifth of October eighteen twelve."
    assert spoken_form("On 1812-10-05.", language=language) == "On the fifth of October eighteen twelve."


@pytest.mark.parametrize("language", ["en", "en-US", "en-CA"])
def test_elsewhere_the_month_is_first_unless_it_cannot_be(language: str) -> None:
    assert spoken_form("On 5/10/1812.", language=language) == "On May tenth, eighteen twelve."
    assert spoken_form("On 15/10/1812.", language=language) == "On the fifteenth of October eighteen twelve."


@pytest.mark.parametrize(
    ("text", "spoken"),
    [
        ("He said _M. X est mort, vol. 3_ to Mr. X.", "He said M. X est mort, vol. 3 to Mister X."),
        (
            "“Das ist nicht Nr. 5, Dr. Faust, und auch nicht 1789!”",
            "“Das ist nicht Nr. 5, Dr. Faust, und auch nicht 1789!”",
        ),
        ("It was _not_ Dr. No.", "It was not Doctor No."),
        ("_Mr. Pim_ et al. met M. de Villefort.", "Mister Pim et alii met Monsieur de Villefort."),
        ("They ate, Dr. Moss et cetera, in 1789.", "They ate, Doctor Moss et cetera, in seventeen eighty nine."),
    ],
)
def test_what_is_in_another_language_is_left_alone(text: str, spoken: str) -> None:
    assert spoken_form(text) == spoken


def test_foreign_words_in_italics_are_left_alone_and_a_lexicon_says_them() -> None:
    text = "She wrote: vous avez le no. 5, Mr. Pim."
    italics = [(text.index("vous"), text.index(", Mr."))]
    assert spoken_form(text) == "She wrote: vous avez le number five, Mister Pim."
    assert spoken_form(text, emphasis=italics) == "She wrote: vous avez le no. 5, Mister Pim."
    own = Lexicon((LexiconEntry("avez", "avay"),))
    assert spoken_form(text, emphasis=italics, lexicon=own) == "She wrote: vous avay le no. 5, Mister Pim."
    spans = speak_span_by_span(text, emphasis=italics)
    assert ("Mr.", "Mister") in [(text[span.start : span.end], span.spoken) for span in spans]


def test_spans_lie_beside_the_source() -> None:
    text = "Mr. Pim\nhad  $5 in 1884."
    spans = speak_span_by_span(text)
    assert [(text[span.start : span.end], span.spoken) for span in spans] == [
        ("Mr.", "Mister"),
        (" Pim", " Pim"),
        ("\n", " "),
        ("had", "had"),
        ("  ", " "),
        ("$5", "five dollars"),
        (" in ", " in "),
        ("1884", "eighteen eighty four"),
        (".", "."),
    ]


def test_what_is_left_out_lies_in_a_span_as_well() -> None:
    assert speak_span_by_span("a[7]b", [(1, 4)]) == (SpokenSpan(0, 1, "a"), SpokenSpan(1, 4, ""), SpokenSpan(4, 5, "b"))
    assert speak_span_by_span("* * *") == (SpokenSpan(0, 5, ""),)
    assert speak_span_by_span("") == ()


@settings(max_examples=300, derandomize=True, deadline=None)
@given(texts, st.booleans())
def test_the_spans_cover_the_source_in_order_and_join_to_the_spoken_form(text: str, heading: bool) -> None:
    spans = speak_span_by_span(text, heading=heading)
    assert "".join(span.spoken for span in spans) == spoken_form(text, heading=heading)
    edges = [0, *(span.end for span in spans)]
    assert [span.start for span in spans] == edges[:-1]
    assert edges[-1] == len(text)


@settings(max_examples=300, derandomize=True, deadline=None)
@given(texts)
def test_a_spoken_form_has_no_digits_left_and_is_one_line(text: str) -> None:
    spoken = spoken_form(text)
    assert spoken == " ".join(spoken.split())
    if "<" not in text and not find_foreign(text):
        assert not set("0123456789") & set(spoken)


def test_the_built_in_voice_says_what_is_written_out() -> None:
    hibari = pytest.importorskip("hibari").Hibari()
    for written, words in [
        ("agent 007", "agent double oh seven"),
        ("It cost £2 10s. 6d. in all.", "It cost two pounds ten shillings and sixpence in all."),
        ("Louis XVI and H2O, &c.", "Louis the sixteenth and H two O, et cetera."),
    ]:
        assert hibari.phonemize(spoken_form(written)) == hibari.phonemize(words)
        assert hibari.phonemize(written) != hibari.phonemize(words)  # else the voice needs no help here
