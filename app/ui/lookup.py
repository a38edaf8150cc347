"""What a place in a document's text names: a clause, by a reference, or a defined term. Knows no Qt."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from typing import Literal

from app.analysis.geometry import passage_quads
from app.analysis.structure.values import Definition, Range, Structure
from app.documents.document import Document, Quad

_REACH = 80
"""So many characters before and after a place may belong to the term that it lies in."""
_LONGEST = 320
_KANJI = re.compile(r"[\u4e00-\u9fff々]")
_BESIDE = frozenset("甲乙丙丁及又並若各")
"""Kanji that may stand right beside a term in Japanese without making a longer word of it."""


@dataclass(frozen=True, slots=True)
class Spot:
    """A range of the text with its place, as `SheetView` shows one."""

    start: int
    end: int
    page: int
    quads: tuple[Quad, ...]


@dataclass(frozen=True, slots=True)
class Hint:
    """What stands at `start:end`: `title` says what it names, `text` quotes it, `target` is where to find it, if anywhere."""

    kind: Literal["found", "elsewhere", "missing", "term"]
    start: int
    end: int
    title: str
    text: str = ""
    target: Range | None = None


def place_of(document: Document, start: int, end: int) -> Spot:
    """The place of a range; of one that runs over several pages, what lies on the first."""
    starts = [page.start for page in document.pages]
    page = document.pages[max(bisect_right(starts, start) - 1, 0)]
    end = min(end, page.end) if start < page.end else end
    quads = passage_quads(document.quads, [(start, end)])[0] if document.quads is not None else ()
    return Spot(start, end, page.number, quads)


class Lookup:
    """Finds references by their ranges, and terms by their words around the place."""

    def __init__(self, document: Document, structure: Structure) -> None:
        self._text = document.text
        self._structure = structure
        self._starts = [reference.start for reference in structure.references]
        self._definitions: dict[str, list[Definition]] = {}
        for definition in structure.definitions:
            self._definitions.setdefault(definition.term, []).append(definition)
        terms = sorted(self._definitions, key=len, reverse=True)
        self._terms = re.compile("|".join(map(re.escape, terms))) if terms else None

    def at(self, offset: int) -> Hint | None:
        """The reference that holds this character, else the defined term."""
        number = bisect_right(self._starts, offset) - 1
        if number >= 0 and offset < self._structure.references[number].end:
            return self._reference(number)
        return self._term(offset)

    def _reference(self, number: int) -> Hint:
        reference = self._structure.references[number]
        if reference.state != "found":
            return Hint(reference.state, reference.start, reference.end, reference.document)
        place, clause = reference.places[0], self._structure.clauses[reference.targets[0]]
        title = " ".join(filter(None, (clause.number, clause.title)))
        return Hint("found", reference.start, reference.end, title, self._quote(*place), place)

    def _term(self, offset: int) -> Hint | None:
        if self._terms is None:
            return None
        for found in self._terms.finditer(self._text, max(offset - _REACH, 0), offset + _REACH):
            if found.start() > offset:
                break
            if offset < found.end() and self._is_word(*found.span()):
                definition = self._nearest(found.group(), offset)
                if definition.defining[0] <= offset < definition.defining[1]:
                    return None  # the reader reads the definition
                quote = self._quote(*definition.defining)
                return Hint("term", *found.span(), definition.term, quote, definition.defining)
        return None

    def _nearest(self, term: str, offset: int) -> Definition:
        """The last definition before the place, else the first: an exhibit may define a term anew."""
        places = self._definitions[term]
        return next((one for one in reversed(places) if one.start <= offset), places[0])

    def _is_word(self, start: int, end: int) -> bool:
        """Whether the term is no part of a longer word; an English plural counts."""
        before, after = self._text[start - 1 : start], self._text[end : end + 1]
        if self._text[start].isascii():
            rest = self._text[end : end + 3]
            return not before.isalnum() and bool(re.match(r"(?:e?s)?(?!\w)", rest))
        return all(not _KANJI.match(beside) or beside in _BESIDE for beside in (before, after))

    def _quote(self, start: int, end: int) -> str:
        words = " ".join(self._text[start : min(end, start + 2 * _LONGEST)].split())
        return words if len(words) <= _LONGEST else words[:_LONGEST].rstrip() + "…"
