"""The cast page in a real browser: one voice or many, lines settled with single keys, the picture of the book."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator

from tests.browser.studio_process import StudioProcess
from tests.browser.visitor import PHONE, Visitor, is_sideways, tab_to

CONVERSATION = """
The door stood open, and the two of them went in.

“You are late,” said Anna.

“The roads were bad,” said {name}.

“They are always bad.”

“Not always.”

“You might have written.”

“I might.”

She laughed, and put the kettle on the fire. The old man in the corner woke.

“Who is there?” he asked.

“It is {name},” said Anna. “Go back to sleep.”

“I was not asleep.”
"""
HOSTILE = "Tom <img src=x onerror=alert(1)>"


@pytest.fixture(scope="module")
def slug(visitor: Visitor, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A short book of conversations, opened as a person opens one."""
    book = tmp_path_factory.mktemp("book") / "The Open Door.txt"
    chapters = [f"CHAPTER {number}\n{CONVERSATION.format(name='Peter')}" for number in ("I", "II", "III")]
    book.write_text("\n\n".join(chapters), encoding="utf-8")
    visitor.go("/")
    visitor.find("#manuscript-file input[type=file]").set_input_files(str(book))
    visitor.page.wait_for_url("**/manuscript?book=*")
    return visitor.read_slug()


@pytest.fixture
def cast(visitor: Visitor, slug: str) -> Iterator[Visitor]:
    """The cast page, at every line that is the least in doubt; without troubles at the end."""
    visitor.troubles.clear()
    visitor.go(f"/cast?book={slug}&above=10")
    visitor.find("#doubt-desk").wait_for()
    yield visitor
    assert visitor.troubles == []


def read_left(cast: Visitor) -> int:
    return int(cast.find("#doubts-left").inner_text().replace(",", ""))


def wait_for_left(cast: Visitor, lines: int) -> None:
    cast.page.wait_for_function(f"document.querySelector('#doubts-left')?.textContent.trim() === '{lines}'")


def undo_all(cast: Visitor) -> None:
    while cast.find("#undo").count():
        deed = cast.find("#undo").inner_text()
        cast.find("#undo").click()
        cast.page.wait_for_function("deed => document.querySelector('#undo')?.innerText !== deed", arg=deed)


def stretch(cast: Visitor, name: str) -> Locator:
    return cast.find(f'.strip path[data-name="{name}"]').first


def test_the_walk_leads_from_voices_over_the_cast_to_narration(cast: Visitor) -> None:
    cast.find("#to-voices").click()
    cast.page.wait_for_url("**/voices?book=*")
    cast.find("#to-cast").click()
    cast.page.wait_for_url("**/cast?book=*")
    cast.find("#next-step").click()
    cast.page.wait_for_url("**/narration?book=*")


def test_a_full_cast_is_given_voices_and_taken_back(cast: Visitor) -> None:
    cast.find("#full-cast").click()
    cast.find("#uncast").wait_for()
    assert "Anna" in cast.find("#uncast").inner_text()
    cast.find("#suggest").click()
    cast.find("#uncast").wait_for(state="detached")
    chosen = cast.find(".role select[data-act=voice]").evaluate_all("all => all.map(select => select.value)")
    assert all(chosen) and len(set(chosen)) > 1
    undo_all(cast)
    cast.find("#one-voice[aria-pressed=true]").wait_for()


def test_a_line_is_settled_and_taken_back_without_the_mouse(cast: Visitor) -> None:
    before = read_left(cast)
    assert before > 0
    line = cast.find(".doubtful").get_attribute("data-line")
    name = cast.find('[data-key="1"] span:last-child').inner_text()
    cast.page.keyboard.press("1")
    cast.find(".said").wait_for()
    assert cast.find(".said").inner_text().startswith(f"{name} it is.")
    assert read_left(cast) < before
    assert re.fullmatch(rf"Undo: give .* to {name}", cast.find("#undo").inner_text())
    cast.page.keyboard.press("u")
    wait_for_left(cast, before)
    assert cast.find(".doubtful").get_attribute("data-line") == line


def test_space_skips_and_comes_round_again(cast: Visitor) -> None:
    first, left = cast.find(".doubtful").get_attribute("data-line"), read_left(cast)
    for _ in range(left):
        here = cast.find(".doubtful").get_attribute("data-line")
        cast.page.keyboard.press(" ")
        cast.page.wait_for_function(f"document.querySelector('.doubtful')?.dataset.line !== '{here}'")
    cast.find("#doubts-again").wait_for()
    cast.page.keyboard.press("ArrowRight")
    cast.page.wait_for_function(f"document.querySelector('.doubtful')?.dataset.line === '{first}'")


def test_the_line_in_doubt_is_always_in_sight_within_its_context(browser: Browser, cast: Visitor, slug: str) -> None:
    visitor = Visitor(browser, cast.address, PHONE)
    visitor.go(f"/cast?book={slug}&above=10")
    visitor.find("#doubt-desk").wait_for()
    for _ in range(read_left(visitor)):
        line = visitor.find(".doubtful").get_attribute("data-line")
        visitor.page.wait_for_function(
            "() => { const box = document.querySelector('.doubtful blockquote').getBoundingClientRect(),"
            " line = document.querySelector('#doubt-line').getBoundingClientRect();"
            " return line.top >= box.top && line.bottom <= box.bottom; }",
            timeout=5_000,
        )
        visitor.find("#doubt-skip").click()
        visitor.page.wait_for_function(f"document.querySelector('.doubtful')?.dataset.line !== '{line}'")
    visitor.close()


def test_keys_do_nothing_to_the_lines_while_a_name_is_typed(cast: Visitor) -> None:
    left = read_left(cast)
    cast.find("#other-name").fill("")
    cast.find("#other-name").press_sequentially(f"1 u 0 {HOSTILE}")
    assert read_left(cast) == left and not cast.find("#undo").count()
    cast.find("#other-name").fill(HOSTILE)
    cast.page.keyboard.press("Enter")
    cast.find(".said").wait_for()
    cast.find(".role b", has_text=HOSTILE).wait_for()  # the list follows when the keys are at rest
    assert not cast.find("img[src=x]").count()
    undo_all(cast)


def test_the_picture_says_who_speaks_and_opens_the_line(cast: Visitor) -> None:
    middle = stretch(cast, "Anna").evaluate(
        "path => { const at = path.getPointAtLength(3).matrixTransform(path.getScreenCTM()); return [at.x, at.y]; }"
    )
    cast.page.mouse.move(*middle)
    cast.page.wait_for_function("document.querySelector('.strip-said').textContent.endsWith(': Anna')")
    cast.page.mouse.click(*middle)
    cast.find("#doubts-back").wait_for()
    assert "Anna" in cast.find(".doubtful .where b").inner_text() and "You are late" in cast.find("mark").inner_text()
    cast.page.go_back()
    cast.find("#doubts-back").wait_for(state="detached")


def test_the_picture_can_be_walked_with_the_arrow_keys(cast: Visitor) -> None:
    cast.find(".strip").focus()
    for key in ("ArrowDown", "ArrowRight"):
        cast.page.keyboard.press(key)
    assert re.search(r": (Anna|Peter)$", cast.find(".strip-said").inner_text())
    cast.page.keyboard.press("Enter")
    cast.find("#doubts-back").wait_for()


def test_one_speaker_can_be_shown_alone(cast: Visitor) -> None:
    cast.find("[data-light=Anna]").click()
    assert "dim" in (stretch(cast, "Peter").get_attribute("class") or "")
    assert "dim" not in (stretch(cast, "Anna").get_attribute("class") or "")
    cast.find("[data-light=Anna]").click()
    assert not cast.find(".strip .dim").count()


def test_a_speaker_is_renamed_and_merged(cast: Visitor) -> None:
    cast.find('[data-role="Peter"] .edit').click()
    cast.find("#rename").click()
    cast.find("#answer").fill("Pyotr")
    cast.page.keyboard.press("Enter")
    cast.find('[data-role="Pyotr"]').wait_for()
    cast.find('[data-role="Pyotr"] .edit').click()
    cast.find("#merge-into").select_option("Anna")
    cast.find("#merge").click()
    cast.find('[data-role="Pyotr"]').wait_for(state="detached")
    undo_all(cast)
    cast.find('[data-role="Peter"]').wait_for()


def test_a_choice_goes_with_the_name_and_not_with_its_place_in_the_list(cast: Visitor) -> None:
    cast.find("#cast-more button.label-wrap").click()
    cast.find("#replace-old").select_option("Peter")
    cast.find("#replace-new").fill("Anna")
    cast.find("#replace").click()
    cast.find('[data-role="Peter"]', has_text="0 lines").wait_for()
    cast.find("#replace:not([aria-busy])").wait_for()
    assert cast.find("#replace-old").input_value() == ""
    cast.find("#replace").click()
    cast.find(".notice.trouble", has_text="Choose whose lines").wait_for()
    undo_all(cast)
    assert cast.find("#replace-old").input_value() == "Peter"


def test_the_script_is_taken_home_changed_and_read_again(cast: Visitor, slug: str, tmp_path: Path) -> None:
    table = tmp_path / "script.csv"
    text = cast.fetch(f"/media/script/{slug}").decode("utf-8-sig")
    table.write_text(text.replace(",Peter,", ",Anna,"), encoding="utf-8")
    cast.find("#cast-more button.label-wrap").click()
    with cast.page.expect_file_chooser() as chooser:
        cast.find("#script-upload").click()
    chooser.value.set_files(str(table))
    cast.find('[data-role="Peter"]', has_text="0 lines").wait_for()
    undo_all(cast)


def test_everything_can_be_reached_with_the_keyboard(cast: Visitor) -> None:
    assert tab_to(cast.page, "full-cast") and tab_to(cast.page, "other-name")


def test_the_page_fits_a_phone(browser: Browser, studio: StudioProcess, slug: str) -> None:
    visitor = Visitor(browser, studio.address, PHONE)
    visitor.go(f"/cast?book={slug}&role=Anna&above=10")
    visitor.find(".role-card").wait_for()
    assert not is_sideways(visitor.page)
    small = visitor.find("#page button:visible, #page a.button:visible, #page select:visible").evaluate_all(
        "all => all.filter(one => one.getBoundingClientRect().height < 36).map(one => one.outerHTML.slice(0, 80))"
    )
    assert small == []
    assert visitor.troubles == []
    visitor.close()
