"""The summary by section, in the document's own sentences, each with its clause and page; plain values.

Where the summary has no sentence of a section, the section's most important passage stands for it if it is selected, that is,
where it passes the threshold of what the reviewer reads at present.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass

from app.analysis.analysis import Analysis, ScoredPassage
from app.analysis.sentences import is_sentence
from app.analysis.structure.values import Structure
from app.documents.document import Language
from app.review.sections import Section, Sections

_BARE = re.compile(r"(?:(?:section|sec\.?|clause|paragraph|§)\s*)?(?P<number>\d+(?:\.\d+)*)[.)]?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Entry:
    """A sentence: `chosen` for the summary, or the most important one of a section that the summary leaves out.

    `clause` is the number of the innermost clause that it stands in ("§ 7.2", 第7条), `page` what its page calls itself; either
    may be empty.
    """

    passage: ScoredPassage
    chosen: bool
    clause: str
    page: str


@dataclass(frozen=True, slots=True)
class SectionSummary:
    """A section that has something to say."""

    section: Section
    entries: tuple[Entry, ...]


class ClauseNames:
    """Says by what number a place of the text is cited."""

    def __init__(self, structure: Structure) -> None:
        self._clauses = structure.clauses
        self._starts = [clause.start for clause in structure.clauses]

    def at(self, offset: int) -> str:
        """The number of the innermost clause, other than an item of a list, that holds this character; empty without one."""
        number: int | None = bisect_right(self._starts, offset) - 1
        if number == -1:
            return ""
        while number is not None:
            clause = self._clauses[number]
            if clause.kind != "item" and clause.number and clause.start <= offset < clause.end:
                return cited(clause.number)
            number = clause.parent
        return ""


def cited(number: str) -> str:
    """A clause's number as it is cited: § 7.2 for 7.2. and Section 7.2; others, such as 第7条 and Article V, as written."""
    bare = _BARE.fullmatch(number.strip())
    return f"§ {bare['number']}" if bare else " ".join(number.split())


def by_section(
    analysis: Analysis, structure: Structure, sections: Sections, label_of: Callable[[int], str]
) -> tuple[SectionSummary, ...]:
    """The sections that have something to say, in their order; `label_of` a page is what it calls itself, or empty."""
    names = ClauseNames(structure)
    summary = set(analysis.summary)
    found: dict[int, list[int]] = {}
    best: dict[int, int] = {}
    for index, passage in enumerate(analysis.passages):
        number = sections.number_at(passage.start)
        if index in summary:
            found.setdefault(number, []).append(index)
        elif passage.selected and is_sentence(passage.text):
            known = best.get(number)
            if known is None or passage.rank < analysis.passages[known].rank:
                best[number] = index

    def entry(index: int) -> Entry:
        passage = analysis.passages[index]
        return Entry(passage, index in summary, names.at(passage.start), label_of(passage.page))

    return tuple(
        SectionSummary(section, tuple(entry(index) for index in indices))
        for number, section in enumerate(sections.all)
        if (indices := found.get(number) or ([best[number]] if number in best else []))
    )


def citation(entry: Entry, language: Language) -> str:
    """Clause and page in brackets, or nothing where neither is known."""
    page = entry.page and (f"{entry.page} ページ" if language == "ja" else f"p. {entry.page}")
    parts = [part for part in (entry.clause, page) if part]
    if not parts:
        return ""
    return f"（{'、'.join(parts)}）" if language == "ja" else f"({', '.join(parts)})"
