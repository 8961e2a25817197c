"""Every way printers have marked speech, and what stands between marks without being speech."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.core_types import Chapter
from engine.manuscript.dialogue import Marks, choose_marks, find_quotations, split_paragraphs

SPOKEN = ("dialogue", "thought")


def spoken(text: str, language: str = "en") -> list[str]:
    chapter = Chapter("One", text)
    return [text[q.start : q.end] for q in find_quotations(chapter, language) if q.kind in SPOKEN]


def kinds(text: str) -> list[tuple[str, str]]:
    return [(text[q.start : q.end], q.kind) for q in find_quotations(Chapter("One", text), "en")]


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ('"Come in," said Ann. "It is late."', "en"),
        ("“Come in,” said Ann. “It is late.”", "en"),
        ("‘Come in,’ said Ann. ‘It is late.’", "en"),
        ("'Come in,' said Ann. 'It is late.'", "en"),
        ("„Come in,“ sagte Ann. „It is late.“", "de"),
        ("«Come in,» disse Ann. «It is late.»", "it"),
        ("»Come in,« sagte Ann. »It is late.«", "de"),
        ("「Come in,」 Ann 「It is late.」", "ja"),
    ],
)
def test_every_pair_of_marks_is_read(text: str, language: str) -> None:
    assert spoken(text, language) == ["Come in,", "It is late."]


def test_an_apostrophe_closes_no_british_quotation() -> None:
    text = "‘I don’t know,’ said Tom. ‘It’s the dogs’ supper, isn’t it? ’Tis late.’\n\n‘Goin’ home,’ he said."
    assert spoken(text) == ["I don’t know,", "It’s the dogs’ supper, isn’t it? ’Tis late.", "Goin’ home,"]


def test_straight_apostrophes_close_no_straight_single_quotation() -> None:
    text = "'I ain't goin' an' you can't make me,' said Tom.\n\n'Tis the boys' room,' she said. 'Don't 'ee cry.'"
    assert spoken(text)[0] == "I ain't goin' an' you can't make me,"
    assert spoken(text)[-1] == "Don't 'ee cry."


def test_single_quotes_inside_double_ones_are_part_of_the_speech() -> None:
    text = "“He said, ‘Go away,’ and I went,” said Ann."
    assert spoken(text) == ["He said, ‘Go away,’ and I went,"]


def test_double_quotes_inside_british_ones_are_part_of_the_speech() -> None:
    text = "‘He said, “Go away,” and I went,’ said Ann.\n\n‘Did he?’"
    assert spoken(text) == ["He said, “Go away,” and I went,", "Did he?"]


def test_speech_goes_on_over_paragraphs_that_open_with_a_mark() -> None:
    text = '"It began in May.\n\n"Then June came.\n\n"Then I left," said Ann.\n\nShe wept.'
    found = find_quotations(Chapter("One", text), "en")
    assert [text[q.start : q.end] for q in found] == ["It began in May.", "Then June came.", "Then I left,"]
    assert [q.continues for q in found] == [False, True, True]


def test_a_mark_left_open_ends_with_its_paragraph() -> None:
    told = "\n\n".join(f"The road went on for mile {number}." for number in range(50))
    text = f'"Who is there? said Ann.\n\n{told}'
    assert spoken(text) == ["Who is there? said Ann."]


def test_a_mark_left_open_in_an_endless_paragraph_takes_one_sentence() -> None:
    text = '"Who is there? ' + "The road went on. " * 2_000
    assert [len(words) < 100 for words in spoken(text)] == [True]


def test_a_closing_mark_nobody_opened_opens_nothing() -> None:
    text = 'He left the room." She stayed behind for an hour.\n\n"Good," she said.'
    assert spoken(text) == ["Good,"]


def test_speech_after_a_dash_ends_at_its_tag() -> None:
    text = "— Well, said Stephen, I never knew.\n\n— Nor I.\n\nHe went out.\n\n— Where are you going? she cried."
    assert spoken(text) == ["Well,", "I never knew.", "Nor I.", "Where are you going?"]


def test_french_dashes_and_guillemets_are_speech() -> None:
    text = "« Bonjour », dit Paul.\n\n— Salut, répondit Anne.\n\nIl sortit.\n\n« Et toi ? »"
    assert [words.strip() for words in spoken(text, "fr")] == ["Bonjour", "Salut,", "Et toi ?"]


def test_a_dash_in_english_narration_is_no_speech_where_marks_are_used() -> None:
    text = '"Yes," he said.\n\n— but that is another story.\n\n"No," she said.'
    assert spoken(text) == ["Yes,", "No,"]


def test_titles_and_words_held_at_a_distance_are_not_speech() -> None:
    text = 'She was reading "The Tempest" and thought her "friend" a bore.\n\n"Is it good?" he asked.'
    assert spoken(text) == ["Is it good?"]
    assert [kind for _, kind in kinds(text)] == ["quoted", "quoted", "dialogue"]


def test_a_thought_is_told_from_speech_said_aloud() -> None:
    text = '"How odd," thought Alice.\n\n"How odd!" she said.'
    assert kinds(text) == [("How odd,", "thought"), ("How odd!", "dialogue")]


def test_a_letter_is_not_speech() -> None:
    words = "I hope that you are well and that the garden does not suffer from the rain we have had. " * 3
    text = f'The letter was to this effect:\n\n"My dear Ann,--{words}Yours ever, Tom."\n\n"So he writes," said Ann.'
    assert spoken(text) == ["So he writes,"]
    assert kinds(text)[0][1] == "letter"


def test_marks_are_chosen_by_how_paragraphs_open() -> None:
    british = "‘It is “art”,’ he said.\n\n‘Is it?’\n\n‘It is “art”.’"
    assert choose_marks([british], "en") is Marks.SINGLE
    assert choose_marks(["No speech at all."], "en") is Marks.NONE


def test_a_chapter_of_marks_only_has_no_words() -> None:
    assert spoken('"' * 5_000) == []
    assert spoken("‘’" * 2_000 + "\n\n" + "“" * 3_000) == []


def test_a_long_chapter_without_speech_has_none() -> None:
    assert spoken("The rain fell on the quiet town and nobody was about. " * 10_000) == []


def test_paragraphs_are_found_by_blank_lines_else_by_lines() -> None:
    assert len(split_paragraphs(Chapter("One", "One.\n\nTwo\ngoes on.\n\nThree."))) == 3
    assert len(split_paragraphs(Chapter("One", "One.\nTwo.\nThree."))) == 3


@given(st.text(alphabet="ab .,?!\n\"'“”‘’«»—-I", max_size=300), st.sampled_from(["en", "fr", "de"]))
def test_quotations_lie_in_order_inside_the_text(text: str, language: str) -> None:
    place = 0
    for quotation in find_quotations(Chapter("One", text), language):
        assert place <= quotation.start < quotation.end <= len(text)
        assert text[quotation.start : quotation.end].strip() == text[quotation.start : quotation.end]
        place = quotation.end
