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


def test_a_letter_does_not_run_into_the_talk_after_it() -> None:
    text = (
        'She opened the note and read it.\n\n"My dear Ann,--I shall come on Monday with the children, if the roads are '
        "dry enough by then, and I hope that you will have us all until the end of the week, for the house is full of "
        'painters. Yours ever, Tom."\n\n"When does he come?"\n\n"On Monday."'
    )
    assert kinds(text)[0][1] == "letter"
    assert spoken(text) == ["When does he come?", "On Monday."]


def test_the_name_under_a_letter_is_part_of_it() -> None:
    letter = "I hope that you are well and that the garden does not suffer from the rain. " * 4
    text = f'This was the letter:\n\n"My dear Ann,--{letter}Yours ever,"\n\n"T. H."\n\n"Well!" said Ann.'
    assert [kind for _, kind in kinds(text)] == ["letter", "letter", "dialogue"]


def test_what_a_look_said_and_what_nobody_said_is_no_speech() -> None:
    text = (
        'Her eyes said, "I know." He wanted to say, "I love you," but he coughed. She smiled, as if to say, '
        '"Go on."\n\n"Good night," he said.'
    )
    assert spoken(text) == ["Good night,"]


def test_speech_goes_on_after_verses_that_are_recited_in_it() -> None:
    text = (
        "\"I had to sing\n\n      Twinkle, twinkle, little bat!\n      How I wonder what you're at!\n\n"
        'You know the song, perhaps?"\n\n"No," said Alice.\n\nShe got up.\n\nShe sat down.'
    )
    assert spoken(text) == ["I had to sing", "You know the song, perhaps?", "No,"]


def test_a_stage_direction_inside_speech_is_told() -> None:
    text = '"Yes, my dear--(in a very depressed tone)--she is coming for one week," said Ann.'
    assert spoken(text) == ["Yes, my dear--", "she is coming for one week,"] or spoken(text) == [
        "Yes, my dear",
        "she is coming for one week,",
    ]


def test_a_tag_without_a_comma_still_makes_speech() -> None:
    text = 'Rabbit said in a loud voice "In you go, Roo!" and ran. "No!" said Tom, and "No, no!" cried Ann.'
    assert spoken(text) == ["In you go, Roo!", "No!", "No, no!"]


@pytest.mark.parametrize(
    ("language", "text", "said"),
    [
        ("es", "—Hola —dijo Juan—. ¿Cómo estás?\n\n—No sé —Juan se encogió de hombros—. Tal vez.", 4),
        ("es", "«Buenos días», dijo Ana. «¿Qué tal?»", 2),
        ("fr", "— Bonjour, dit-il. Comment ça va ?\n\n— Bien.\n\nIl sortit.", 3),
        ("fr", "« Bonjour », dit Paul.\n\n« Bien. »", 2),
        ("de", "„Hallo“, sagte Anna. „Wie geht es dir?“", 2),
        ("de", "»Hallo«, sagte Anna. »Wie geht es dir?«", 2),
        ("it", "«Ciao», disse Maria.\n\n— Bene, — rispose lui.", 2),
        ("pt", "— Olá — disse o João. — Como estás?\n\n— Bem.", 3),
        ("pl", "— Cześć — powiedział Jan. — Jak się masz?\n\nWyszedł.", 2),
        ("pl", "„Cześć”, powiedział Jan. „Dobrze.”", 2),
        ("tr", "“Merhaba,” dedi Ayşe. “Nasılsın?”\n\n— İyiyim, dedi Ali.", 3),
        ("ru", "— Привет, — сказал он. — Как дела?\n\n— Я — твой отец.\n\n«Странно», — подумал Иван.", 4),
        ("nl", "'Hallo,' zei Anna. 'Hoe gaat het?'\n\n'Goed.'", 3),
        ("nl", "„Hallo,” zei Anna. „Hoe gaat het?”", 2),
        ("cs", "„Ahoj,“ řekl Jan. „Jak se máš?“", 2),
        ("ar", "«مرحبا»، قال أحمد. «كيف حالك؟»", 2),
        ("zh", "“你好，”他说，“你怎么样？”\n\n她说：“很好。”", 3),
        ("zh", "「你好，」他說。「你怎麼樣？」", 2),
        ("ja", "「こんにちは」と彼は言った。\n\n彼は「行くよ」と言った。", 2),
        ("hu", "– Szia – mondta János. – Hogy vagy?\n\n„Furcsa” – gondolta.", 3),
        ("ko", "“안녕,” 그가 말했다. “잘 지내?”", 2),
        ("hi", "“नमस्ते,” राम ने कहा। “कैसे हो?”", 2),
    ],
)
def test_the_marks_of_every_voiced_language_are_read(language: str, text: str, said: int) -> None:
    found = spoken(text, language)
    assert len(found) == said
    verbs = ("dijo", "dit", "sagte", "disse", "powiedział", "dedi", "сказал", "zei", "řekl", "قال", "mondta", "कहा")
    assert not any(word in verbs for words in found for word in words.split())


PLAY = """ACT I

ALGERNON. Did you hear what I was playing, Lane?

LANE. I didn't think it polite to listen, sir.

ALGERNON. I'm sorry for that. [Goes to the piano.] I don't play accurately.

LANE. Yes, sir.

[Lane goes out.]

LADY BRACKNELL. [Sternly.] Good afternoon.

ALGERNON. I'm feeling very well.

LADY BRACKNELL. That's not quite the same thing."""


def test_a_play_names_its_speakers_before_the_words() -> None:
    found = find_quotations(Chapter("Act I", PLAY), "en")
    assert [(q.cue, PLAY[q.start : q.end]) for q in found][2:5] == [
        ("Algernon", "I'm sorry for that."),
        ("Algernon", "I don't play accurately."),
        ("Lane", "Yes, sir."),
    ]
    assert {q.cue for q in found} == {"Algernon", "Lane", "Lady Bracknell"}
    assert not any("goes out" in PLAY[q.start : q.end] for q in found)


def test_a_play_in_verse_has_its_names_on_lines_of_their_own() -> None:
    text = "\n\n".join(
        f"{name}\nWords of {name.lower()}, line {n},\nand one more." for n in range(4) for name in ("HAMLET", "OPHELIA")
    )
    found = find_quotations(Chapter("One", text), "en")
    assert [q.cue for q in found][:3] == ["Hamlet", "Ophelia", "Hamlet"]
    assert text[found[0].start : found[0].end] == "Words of hamlet, line 0,\nand one more."


def test_a_novel_in_capitals_is_no_play() -> None:
    told = (f"EMMA SAT DOWN {number} TIMES. IT RAINED." for number in range(9))
    text = "\n\n".join([*told, '"YES," SAID EMMA.', "TOM. IT WAS HE.", "EMMA ROSE."])
    assert not any(q.cue for q in find_quotations(Chapter("One", text), "en"))


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
