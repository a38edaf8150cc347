"""What a link is to a finding, seen from either end, and the words for it."""

from __future__ import annotations

from dataclasses import replace
from typing import get_args

import pytest
from samples import make_analysis, make_document

from app.analysis.analysis import Link, LinkKind
from app.review.findings import with_span
from app.ui.relations import Way, relations
from app.ui.words import way_words
from app.workspace.packing import finding_of

DOCUMENT = make_document()
ANALYSIS = make_analysis(DOCUMENT)


def ways(kind: LinkKind, index: int) -> list[Way]:
    """How the finding of passage `index` is related by a link of passage 3 to passage 1."""
    analysis = replace(ANALYSIS, links=(Link(3, 1, 0.8, kind),))
    return [relation.way for relation in relations(analysis, finding_of(DOCUMENT.sha256, analysis.passages[index]))]


@pytest.mark.parametrize(
    ("kind", "from_source", "from_target"),
    [
        ("reference", "Refers to", "Referred to by"),
        ("definition", "Defined in", "Defines for"),
        ("amendment", "Amends", "Amended by"),
        ("exception", "Exception to", "Exception in"),
        ("read-together", "Read together with", "Read together with"),
    ],
)
def test_a_link_has_words_at_both_ends(kind: LinkKind, from_source: str, from_target: str) -> None:
    assert [way_words(way) for way in ways(kind, 3)] == [from_source]
    assert [way_words(way) for way in ways(kind, 1)] == [from_target]


def test_every_kind_is_told() -> None:
    told = {way for kind in get_args(LinkKind) for index in (1, 3) for way in ways(kind, index)}
    assert told == set(get_args(Way))


def test_a_finding_whose_ends_were_moved_keeps_its_links() -> None:
    finding = finding_of(DOCUMENT.sha256, ANALYSIS.passages[3])
    moved = with_span(finding, replace(finding.span, start=finding.start + 7, text=finding.text[7:]))
    assert relations(ANALYSIS, moved) == relations(ANALYSIS, finding) != []
