"""A book read by several voices and back by one: what is spoken again, what waits, what is changed in a breath."""

import pytest

from engine.core_types import NARRATOR
from engine.errors import UncastSpeaker
from engine.shelf_types import Reading


def read_aloud(production, slug):
    return [chapter for chapter in production.chapters(slug) if chapter.include]


def takes_of(production, slug):
    return {path.name for path in (production.settings.books / slug / "takes").iterdir()}


def chapter_with_speech(production, slug):
    return read_aloud(production, slug)[-3]


def speakers(production, slug):
    return [role.name for role in production.script_desk.roles(slug) if role.lines and role.name != NARRATOR]


@pytest.fixture
def cast_slug(production, slug):
    """The book in a full cast, its speakers without voices."""
    production.script_desk.set_reading(slug, Reading.FULL_CAST)
    return slug


def test_the_script_is_cut_at_speech_and_one_voice_says_its_lines_uncut(production, slug):
    lines = [line.segment.said for line in production.line_desk.lines(slug, chapter_with_speech(production, slug).id)]
    assert '"Ninety-nine," he said aloud. "And never a hundred."' in lines
    assert speakers(production, slug)


def test_without_a_voice_a_speakers_lines_wait_and_all_else_is_narrated(production, cast_slug):
    with pytest.raises(UncastSpeaker, match=speakers(production, cast_slug)[0]):
        production.narrate(cast_slug)
    waiting = chapter_with_speech(production, cast_slug)
    assert waiting.audio is None and 0 < waiting.rendered < waiting.lines
    assert not production.is_complete(cast_slug, waiting.id)
    for chapter in read_aloud(production, cast_slug):
        if chapter.id != waiting.id:
            assert chapter.audio is not None and chapter.rendered == chapter.lines


def test_a_speaker_given_a_voice_is_all_that_is_spoken_then(production, cast_slug):
    with pytest.raises(UncastSpeaker):
        production.narrate(cast_slug)
    before = takes_of(production, cast_slug)
    for name in speakers(production, cast_slug):
        production.script_desk.give_voice(cast_slug, name, production.voices()[3].name)
    assert production.narrate(cast_slug) == []
    chapter = chapter_with_speech(production, cast_slug)
    assert chapter.audio is not None and chapter.rendered == chapter.lines
    assert before < takes_of(production, cast_slug)


def test_going_to_a_full_cast_and_back_renders_nothing_twice(production, slug):
    production.narrate(slug)
    one_voice = takes_of(production, slug)
    production.script_desk.set_reading(slug, Reading.FULL_CAST)
    assert chapter_with_speech(production, slug).audio is None
    production.script_desk.set_reading(slug, Reading.ONE_VOICE)
    assert all(chapter.audio for chapter in read_aloud(production, slug))
    production.narrate(slug)
    assert takes_of(production, slug) == one_voice


def test_a_word_changed_in_a_breath_is_changed_in_the_line_it_stands_in(production, slug):
    chapter = chapter_with_speech(production, slug)
    (line,) = [
        line.segment for line in production.line_desk.lines(slug, chapter.id) if "he said aloud" in line.segment.said
    ]
    wanted = '"Ninety-nine," he whispered. "And never a hundred."'
    production.line_desk.change_words(slug, line.id, wanted)
    (changed,) = [
        line.segment for line in production.line_desk.lines(slug, chapter.id) if "whispered" in line.segment.said
    ]
    assert changed.said == changed.own_words == wanted and changed.text == line.text
    production.script_desk.set_reading(slug, Reading.FULL_CAST)
    said = [line.segment.said for line in production.line_desk.lines(slug, chapter.id)]
    assert {'"Ninety-nine,"', "he whispered.", '"And never a hundred."'} <= set(said)
    production.script_desk.set_reading(slug, Reading.ONE_VOICE)
    production.line_desk.change_words(slug, line.id, "")
    assert line.said in [line.segment.said for line in production.line_desk.lines(slug, chapter.id)]


def test_a_redone_breath_has_another_take_and_is_still_one_line(production, slug):
    chapter = chapter_with_speech(production, slug)
    before = production.line_desk.lines(slug, chapter.id)
    (line,) = [line.segment for line in before if "he said aloud" in line.segment.said]
    first = production.line_desk.hear_line(slug, line.id)
    again = production.line_desk.redo_line(slug, line.id)
    assert again != first and production.line_desk.hear_line(slug, line.id) == again
    assert [line.segment.said for line in production.line_desk.lines(slug, chapter.id)] == [
        line.segment.said for line in before
    ]


def test_a_line_without_a_voice_is_refused_by_name_and_its_words_can_be_changed(production, cast_slug):
    chapter = chapter_with_speech(production, cast_slug)
    line = next(
        line.segment
        for line in production.line_desk.lines(cast_slug, chapter.id)
        if line.segment.said == '"Ninety-nine,"'
    )
    with pytest.raises(UncastSpeaker, match=line.speaker):
        production.line_desk.hear_line(cast_slug, line.id)
    production.line_desk.change_words(cast_slug, line.id, '"Ninety-eight,"')
    assert '"Ninety-eight,"' in [line.segment.said for line in production.line_desk.lines(cast_slug, chapter.id)]
