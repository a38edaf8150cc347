"""What text a reader chooses, from where she pressed to where she is now, by letters, words, sentences or blocks. Knows no Qt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from app.analysis.analysis import ScoredPassage
from app.documents.document import Document
from app.ui.text_units import Range, Step, block_at, sentence_at, step_letter, step_word, word_at

Unit = Literal["letter", "word", "sentence", "block"]
UNITS: tuple[Unit, ...] = ("letter", "word", "sentence", "block")
"""By the number of clicks on one place, from one."""


@dataclass
class TextChoice:
    """`anchor` is what was chosen first and stays chosen, `caret` the end that moves; None until there is a place."""

    document: Document
    passages: Sequence[ScoredPassage] = ()
    anchor: Range = (0, 0)
    caret: int | None = None
    unit: Unit = field(default="letter")

    @property
    def range(self) -> Range | None:
        """What is chosen, if anything."""
        if self.caret is None:
            return None
        start, end = min(self.anchor[0], self.caret), max(self.anchor[1], self.caret)
        return (start, end) if start < end else None

    def begin(self, offset: int, unit: Unit = "letter") -> None:
        """Choose anew: at a place, or the unit around it."""
        self.unit = unit
        self.anchor = self._around(offset)
        self.caret = self.anchor[1]

    def choose(self, start: int, end: int) -> None:
        """Choose a range; what extends it begins at its start."""
        self.unit, self.anchor, self.caret = "letter", (start, start), end

    def extend(self, offset: int) -> None:
        """Choose as far as this place, in whole units."""
        around = self._around(offset)
        self.caret = around[0] if offset < self.anchor[0] else around[1]

    def move(self, offset: int, *, extends: bool) -> None:
        """Set the caret by a key."""
        if extends and self.caret is not None:
            chosen = self.range
            if chosen is not None and self.unit != "letter":  # words and sentences: the far end stays from now on
                fixed = chosen[0] if self.caret >= chosen[1] else chosen[1]
                self.anchor = (fixed, fixed)
            self.unit, self.caret = "letter", offset
        else:
            self.begin(offset)

    def step(self, step: Step, *, by_word: bool) -> int:
        """Where the caret is one letter or word further on."""
        move = step_word if by_word else step_letter
        return move(self.document.text, self.caret or 0, step)

    def _around(self, offset: int) -> Range:
        if self.unit == "word":
            return word_at(self.document.text, offset)
        if self.unit == "sentence":
            return sentence_at(self.document, self.passages, offset)
        return block_at(self.document, offset) if self.unit == "block" else (offset, offset)
