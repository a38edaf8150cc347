"""Documents beside each other by tag: which passage of each contract says what the governing law is. Plain values.

A cell shows the best of the passages of one document with one tag: what the reviewer kept before what she did not decide on,
that before what she rejected; then the likeliest tag, then importance.

What is stored by the ten thousand is a `Struct`, which is read ten times as quickly as a dataclass.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

import msgspec

from app.analysis.analysis import TagScore
from app.documents.document import Language
from app.documents.folding import fold_words
from app.review.findings import Decision, Finding

SortKey = Literal["text", "importance"]

DOCUMENT = ""
"""Stands for the column of the documents' names where a tag is expected."""


class TaggedPassage(msgspec.Struct, frozen=True):
    """A passage with tags, as a stored analysis has it; `label` is what its page calls itself."""

    start: int
    end: int
    page: int
    label: str
    text: str
    importance: float
    tags: tuple[TagScore, ...]


@dataclass(frozen=True, slots=True)
class Source:
    """One document with its tagged passages and what was decided; `file` is its absolute path, `paged` if its pages are named."""

    sha256: str
    file: str
    name: str
    language: Language
    paged: bool
    passages: tuple[TaggedPassage, ...]
    findings: tuple[Finding, ...] = ()


class CellPassage(msgspec.Struct, frozen=True, array_like=True):
    """A passage in a cell: where it stands, and what was decided on it."""

    start: int
    end: int
    label: str
    text: str
    importance: float
    probability: float
    decision: Decision


class Cell(msgspec.Struct, frozen=True, array_like=True):
    """Of the passages of one document with one tag the best one, and how many `more` there are."""

    best: CellPassage
    more: int


@dataclass(frozen=True)
class Matrix:
    """`documents` in the order of the workspace, `tags` that some document has, the most frequent first."""

    documents: tuple[Source, ...] = ()
    tags: tuple[str, ...] = ()
    cells: Mapping[tuple[str, str], Cell] = field(default_factory=dict)

    def cell(self, row: int, tag: str) -> Cell | None:
        """What document number `row` says under a tag."""
        return self.cells.get((self.documents[row].sha256, tag))

    @cached_property
    def _words(self) -> tuple[str, ...]:
        """All that stands in each row, folded."""
        found = [[document.name] for document in self.documents]
        rows = {document.sha256: row for row, document in enumerate(self.documents)}
        for (sha256, _tag), cell in self.cells.items():
            found[rows[sha256]].append(cell.best.text)
        return tuple(fold_words("\n".join(texts)) for texts in found)

    def arranged(
        self, by: str = DOCUMENT, key: SortKey = "text", *, descending: bool = False, words: str = ""
    ) -> tuple[int, ...]:
        """Numbers of the documents that hold all of `words`, sorted by a tag's column; what is empty there comes last."""
        wanted = fold_words(words).split()
        rows = [row for row, text in enumerate(self._words) if all(word in text for word in wanted)]
        if by == DOCUMENT:
            return tuple(sorted(rows, key=lambda row: fold_words(self.documents[row].name), reverse=descending))
        filled = [(row, cell) for row in rows if (cell := self.cell(row, by)) is not None]
        filled.sort(key=lambda entry: _sort_value(entry[1], key), reverse=descending)
        return (*(row for row, _ in filled), *(row for row in rows if self.cell(row, by) is None))


def make_matrix(sources: Iterable[Source]) -> Matrix:
    """The matrix of documents; a finding's tags and decision stand for its passage's, also where the reviewer added it."""
    return join_rows([(document, cells_of(document)) for document in sources])


def cells_of(document: Source) -> dict[str, Cell]:
    """The cells of one document by tag."""
    return {tag: Cell(min(passages, key=_rank), len(passages) - 1) for tag, passages in _by_tag(document).items()}


def join_rows(rows: Sequence[tuple[Source, Mapping[str, Cell]]]) -> Matrix:
    """The matrix of documents whose cells are known."""
    cells = {(document.sha256, tag): cell for document, of_document in rows for tag, cell in of_document.items()}
    counts: dict[str, int] = {}
    for _, tag in cells:
        counts[tag] = counts.get(tag, 0) + 1
    documents = tuple(document for document, _ in rows)
    return Matrix(documents, tuple(sorted(counts, key=lambda tag: (-counts[tag], tag))), cells)


def _by_tag(document: Source) -> dict[str, list[CellPassage]]:
    found: dict[str, list[CellPassage]] = {}
    labels = {passage.page: passage.label for passage in document.passages}
    decided = {(finding.proposed.start, finding.proposed.end) for finding in document.findings}
    for passage in document.passages:
        if (passage.start, passage.end) not in decided:
            _add(found, passage, passage.label, "undecided")
    for finding in document.findings:
        _add(found, finding, labels.get(finding.page, str(finding.page)), finding.decision)
    return found


def _add(found: dict[str, list[CellPassage]], passage: TaggedPassage | Finding, label: str, decision: Decision) -> None:
    for score in passage.tags:
        made = CellPassage(
            passage.start, passage.end, label, passage.text, passage.importance, score.probability, decision
        )
        found.setdefault(score.tag, []).append(made)


_KEPT: Mapping[Decision, int] = {"accepted": 0, "edited": 0, "added": 0, "rejected": 2}


def _rank(passage: CellPassage) -> tuple[int, float, float, int]:
    return _KEPT.get(passage.decision, 1), -passage.probability, -passage.importance, passage.start


def _sort_value(cell: Cell, key: SortKey) -> tuple[float, str]:
    text = fold_words(cell.best.text[:200])
    return (cell.best.importance, text) if key == "importance" else (0.0, text)


def table(matrix: Matrix, rows: Sequence[int], tags: Sequence[str]) -> list[list[Cell | None]]:
    """The cells of these rows and columns."""
    return [[matrix.cell(row, tag) for tag in tags] for row in rows]
