"""What a reader looks for in a document, answered from a reading that is kept: how likely each passage answers the question.

The first question about a document reads it whole, since what is asked for may stand anywhere; those that follow take the
time of reading the question alone. The scorer is handed in, loaded.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from app.analysis.analyzing import readable_passages, structure_of_passages
from app.analysis.passages import Passage
from app.documents.document import Document
from model.scorer import WholeReading
from model.structure import Structure

Report = Callable[[str, int, int], None]

MOST_PASSAGES = 60_000
"""So many passages' vectors are kept, of whatever number of documents: 0.2 GB."""


class AskedScorer(Protocol):
    """What is asked of `model.scorer.Scorer`; tests bring a stand-in."""

    def read_whole(
        self, passages: Sequence[str], *, report: Report | None = None, structure: Structure | None = None
    ) -> WholeReading:
        """Read every passage deeply."""
        ...

    def answer(self, query: str, reading: WholeReading) -> NDArray[np.float64]:
        """(passages,): the probability that each answers the query."""
        ...


@dataclass(frozen=True)
class _Kept:
    places: tuple[Passage, ...]
    reading: WholeReading


class Readings:
    """The documents that were asked about last, as read whole by one scorer; forgets the oldest beyond `most` passages."""

    def __init__(self, scorer: AskedScorer, most: int = MOST_PASSAGES) -> None:
        self._scorer = scorer
        self._most = most
        self._kept: OrderedDict[bytes, _Kept] = OrderedDict()

    def relevance(self, document: Document, query: str, report: Report) -> tuple[list[Passage], NDArray[np.float64]]:
        """The document's passages, and how likely each answers `query`; nothing is asked with an empty one, only read.

        `report` may raise to cancel. Raises `FusenError` for a document that has no text or too much.
        """
        kept = self._read(document, report)
        report("scoring", 0, 1)
        relevance = self._scorer.answer(query, kept.reading) if query.strip() else np.zeros(len(kept.places))
        return list(kept.places), relevance

    def _read(self, document: Document, report: Report) -> _Kept:
        key = _key(document)
        if (known := self._kept.get(key)) is not None:
            self._kept.move_to_end(key)
            return known
        places = readable_passages(document)
        texts = [document.text[place.start : place.end] for place in places]
        reading = self._scorer.read_whole(
            texts, report=report, structure=structure_of_passages(document, places, texts)
        )
        self._kept[key] = made = _Kept(tuple(places), reading)
        while len(self._kept) > 1 and sum(len(each.places) for each in self._kept.values()) > self._most:
            self._kept.popitem(last=False)
        return made


def _key(document: Document) -> bytes:
    """Of bytes that were read in two ways, such as with and without recognising pages, the text differs."""
    digest = hashlib.sha256(document.text.encode("utf-8", "surrogatepass"))
    digest.update(repr([(block.type, block.start, block.end) for block in document.blocks]).encode())
    return digest.digest()
