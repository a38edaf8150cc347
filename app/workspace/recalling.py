"""What questions about all documents were answered from, kept in memory for the next question: folded texts, rows of the matrix.

Each entry names the state of the document that it was made of, so that one which changed is made anew. Used by one thread at a
time; whoever asks several questions of a workspace makes one and passes it on.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from app.documents.folding import Folded
from app.review.matrix import Cell, Source
from app.workspace.digests import TextDigest

MOST_CHARACTERS = 64_000_000
"""Of texts, which take one to four bytes each, twice. What came first stays: a search reads all of them, in the same order."""


@dataclass(frozen=True, slots=True)
class KnownText:
    """A document's text, and the same made comparable."""

    digest: TextDigest
    folded: Folded


@dataclass(frozen=True, slots=True)
class KnownRow:
    """A document of the matrix, with its cells by tag."""

    source: Source
    cells: dict[str, Cell]


@dataclass
class Recall:
    """`text` and `row` give what is known of a document in this state, or make it."""

    _texts: dict[str, tuple[object, KnownText]] = field(default_factory=dict)
    _rows: dict[str, tuple[object, KnownRow]] = field(default_factory=dict)
    _characters: int = 0

    def text(self, sha256: str, state: object, make: Callable[[], KnownText]) -> KnownText:
        """The text of a document; `state` is equal only where the text is."""
        known = self._texts.get(sha256)
        if known is not None and known[0] == state:
            return known[1]
        if known is not None:
            del self._texts[sha256]
            self._characters -= len(known[1].digest.text)
        made = make()
        if self._characters + len(made.digest.text) <= MOST_CHARACTERS:
            self._texts[sha256] = (state, made)
            self._characters += len(made.digest.text)
        return made

    def row(self, sha256: str, state: object, make: Callable[[], KnownRow]) -> KnownRow:
        """The row of a document; `state` is equal only where the row is."""
        known = self._rows.get(sha256)
        if known is None or known[0] != state:
            known = self._rows[sha256] = (state, make())
        return known[1]
