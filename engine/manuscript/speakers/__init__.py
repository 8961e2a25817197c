"""Who speaks each line of a book, and how sure that is.

The names are gathered over the whole book (characters), the quotations put into turns with what their tags say (turns,
tags, mentions), every candidate of a turn is weighed (evidence, weights), and each conversation is solved as a whole
(exchanges). ``study_book`` does the slow part once; ``Study.attribute`` gives the lines, around what a person settled.
"""

from engine.manuscript.speakers.study import (
    Attribution,
    Character,
    SpokenLine,
    Study,
    attribute_speakers,
    study_book,
)

__all__ = ["Attribution", "Character", "SpokenLine", "Study", "attribute_speakers", "study_book"]
