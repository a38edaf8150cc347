"""Links between the passages of a document by rule; the rules themselves are the model's, which trains on them too.

What is shown differs from what is trained on in the references alone: `app.analysis.structure` resolves some more (同条第2項,
前2項, "Sections 4 through 6"), and sees that some name a clause of another document, or one that is not there.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from app.analysis.analysis import Link
from app.analysis.passages import Passage
from app.analysis.structure.clauses import Clauses, find_clauses
from app.analysis.structure.passages import Walked, walk
from app.analysis.structure.references import find_references
from app.analysis.structure.values import Reference
from app.documents.document import Document
from model import links

_MOST_TARGETS = 4
"""A reference to more clauses ("Sections 1 through 20") belongs to everything and hence to nothing."""
_MOST_ADDED = 8
_BEFORE_THE_EYES = 4
"""Passages at most so far from each other are read together anyway."""
_WEIGHT = 0.8
"""Of what the rules of the model do not find: as sure as a reference that counts from where it stands."""


def find_links(document: Document, passages: Sequence[Passage]) -> tuple[Link, ...]:
    """All links, by source and target; at most one of a pair, of the most telling kind (`model.links.find_links`)."""
    walked = walk(document, passages)
    clauses = find_clauses(walked)
    by_passage: dict[int, list[Reference]] = defaultdict(list)
    for reference in find_references(walked, clauses):
        if (passage := walked.passage_at(reference.start)) is not None:
            by_passage[passage].append(reference)
    types = [block.type for block in document.blocks]
    found = [
        Link(link.source, link.target, link.weight, link.kind)
        for link in links.find_links(walked.texts, [passage.block for passage in passages], types)
        if link.kind != "reference" or _is_confirmed(link, by_passage, clauses)
    ]
    pairs = {pair for link in found for pair in ((link.source, link.target), (link.target, link.source))}
    found += (link for link in _added(walked, by_passage, clauses) if (link.source, link.target) not in pairs)
    return tuple(sorted(found, key=lambda link: (link.source, link.target)))


def _is_confirmed(link: links.TextLink, by_passage: Mapping[int, Sequence[Reference]], clauses: Clauses) -> bool:
    """Whether one of the source's references names the clause that the target stands in, or one within or around it."""
    around = set(_around(clauses, clauses.of_passage[link.target]))
    targets = {target for reference in by_passage.get(link.source, ()) for target in reference.targets}
    return not around or any(not around.isdisjoint(_around(clauses, target)) for target in targets)


def _around(clauses: Clauses, number: int | None) -> Iterator[int]:
    while number is not None:
        yield number
        number = clauses.found[number].parent


def _added(walked: Walked, by_passage: Mapping[int, Sequence[Reference]], clauses: Clauses) -> Iterator[Link]:
    """References with few targets, none of which the reader has before her eyes, as 次の各号 are."""
    for source, references in by_passage.items():
        around = set(_around(clauses, clauses.of_passage[source]))
        own = clauses.of_passage[source]
        targets: dict[int, None] = {}
        for reference in references:
            for start, _ in reference.places if len(reference.places) <= _MOST_TARGETS else ():
                target = walked.passage_at(start)
                if target is None or abs(target - source) <= _BEFORE_THE_EYES:
                    continue
                named = clauses.of_passage[target]
                if named not in around and own not in set(_around(clauses, named)):
                    targets[target] = None
        yield from (Link(source, target, _WEIGHT, "reference") for target in list(targets)[:_MOST_ADDED])
