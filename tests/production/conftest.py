import pytest

from engine.production import Production
from engine.settings import Settings

BOOK = """THE LIGHTHOUSE

by Ada Winter


CHAPTER I. The Lamp

The keeper climbed the stairs at dusk. He counted every step, as he always did, and there were always ninety-nine.

"Ninety-nine," he said aloud. "And never a hundred."

CHAPTER II. The Letter

In the morning a letter came with the boat. It was short, and it was kind, and it said that the lamp was to be put out.

CHAPTER III. The Dark

That night the ships went by without a sound. Nobody counted the stairs.
"""


@pytest.fixture
def production(tmp_path):
    opened = Production(Settings(tmp_path / "workspace"))
    yield opened
    opened.close()


@pytest.fixture
def manuscript(tmp_path):
    path = tmp_path / "lighthouse.txt"
    path.write_text(BOOK, encoding="utf-8")
    return path


@pytest.fixture
def slug(production, manuscript):
    return production.import_book(manuscript).slug
