"""The structure of a document as plain values, which the window and the messages between processes can hold.

All ranges are half-open and count code points of the document's text. A clause is named by its number in `Structure.clauses`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import msgspec

ClauseKind = Literal["part", "chapter", "article", "section", "item", "heading"]
"""part: an exhibit, schedule, 別紙 or 附則. chapter: 編, 章, 節 or 款. item: (a), ii., 第2項, 一号. heading: without a number."""

ReferenceState = Literal["found", "elsewhere", "missing"]
"""found: the clause is in the document. elsewhere: another document is meant. missing: no clause, or more than one, has
this number here."""

DefinitionWay = Literal["means", "called", "points-on"]
"""“Term” means …; (the “Term”); a term whose definition is only said to stand elsewhere."""

DatePurpose = Literal["effective", "signature", "expiry"]

BlockLanguage = Literal["en", "ja", "mixed", "other", "none"]
"""By letters alone: en stands for Latin letters, ja for kana and kanji, other for other scripts, none for no letters."""

Range = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Clause:
    """A numbered clause or heading and all that stands in it.

    `number` is as written ("Section 9.2", "(a)", 第3条), `path` in one spelling, outermost step first: ("9", "2", "a"),
    ("EXHIBIT", "A"), ("3", "2") for 第3条第2項, whose items have a "#" before their number. `title`: the words that name it,
    often none. `head` covers number and title, `start:end` the whole. `level` counts from 1; `parent` is the clause around
    it.
    """

    kind: ClauseKind
    number: str
    path: tuple[str, ...]
    title: str
    head: Range
    start: int
    end: int
    level: int
    parent: int | None


@dataclass(frozen=True, slots=True)
class Reference:
    """A place that names a clause: "Section 9.2(b)", "Articles 4 through 6", 第3条第2項, 前条, "this Section".

    `targets` are the clauses, more than one for a range; `places` what of the text each of them is: the clause itself, or
    within it the item (b) that begins no clause of its own. `document`: the other document, where its name is plain.
    """

    start: int
    end: int
    state: ReferenceState
    path: tuple[str, ...]
    targets: tuple[int, ...] = ()
    places: tuple[Range, ...] = ()
    document: str = ""


@dataclass(frozen=True, slots=True)
class Definition:
    """A defined term. `start:end` is the term where it is defined, `defining` the sentence that does so.

    `aliases` are the other terms that the same words define; `clause` is where it stands.
    """

    term: str
    start: int
    end: int
    defining: Range
    way: DefinitionWay
    aliases: tuple[str, ...] = ()
    clause: int | None = None


@dataclass(frozen=True, slots=True)
class Party:
    """Who makes the contract: the name with its range, and the words by which the text calls her (Supplier, 甲)."""

    name: str
    start: int
    end: int
    roles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DatePlace:
    """A date as written; `iso` is YYYY-MM-DD, or YYYY-MM where no day is said. `purpose` where the words are plain."""

    start: int
    end: int
    iso: str
    purpose: DatePurpose | None = None


@dataclass(frozen=True, slots=True)
class Structure:
    """Everything, each kind in the order of the text; `languages` has one entry a block of the document."""

    clauses: tuple[Clause, ...] = ()
    references: tuple[Reference, ...] = ()
    definitions: tuple[Definition, ...] = ()
    parties: tuple[Party, ...] = ()
    dates: tuple[DatePlace, ...] = ()
    languages: tuple[BlockLanguage, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The value of `structure` in `fusen.document/1`; the keys are the names above."""
        value: dict[str, Any] = msgspec.to_builtins(self)
        return value
