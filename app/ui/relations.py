"""What a finding is linked with, as its card lists it. Knows no Qt."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from app.analysis.analysis import Analysis, Link, LinkKind, ScoredPassage
from app.review.findings import Finding

Way = Literal[
    "refers-to", "referred-to-by", "defined-in", "defines", "amends", "amended-by", "exception-to", "exception-in",
    "read-together",
]  # fmt: skip
_WAYS: dict[LinkKind, tuple[Way, Way]] = {
    "reference": ("refers-to", "referred-to-by"),
    "definition": ("defined-in", "defines"),
    "amendment": ("amends", "amended-by"),
    "exception": ("exception-to", "exception-in"),
    "read-together": ("read-together", "read-together"),
}


@dataclass(frozen=True, slots=True)
class Relation:
    """The passage at the other end of a link, and what it is to the finding."""

    way: Way
    passage: ScoredPassage
    weight: float


def relations(analysis: Analysis | None, finding: Finding) -> list[Relation]:
    """The finding's links, what the text itself says first, then by weight; one for each passage."""
    if analysis is None:
        return []
    place = (finding.proposed.start, finding.proposed.end)  # passages are the model's, also where its ends were moved
    own = next((n for n, p in enumerate(analysis.passages) if (p.start, p.end) == place), None)
    found: dict[int, Relation] = {}
    for link in sorted(analysis.links, key=lambda link: (link.kind == "read-together", -link.weight)):
        if own in (link.source, link.target) and link.source != link.target:
            other, relation = _seen_from(own == link.source, link, analysis)
            found.setdefault(other, relation)
    return list(found.values())


def _seen_from(source: bool, link: Link, analysis: Analysis) -> tuple[int, Relation]:
    other = link.target if source else link.source
    return other, Relation(_WAYS[link.kind][0 if source else 1], analysis.passages[other], link.weight)
