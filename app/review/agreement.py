"""How far reviewers agree on whether passages matter: percentages, Cohen's kappa of two, Fleiss' of several.

A passage counts where each of those who are compared decided on it: accepted, edited and added say that it matters, rejected
that it does not. A decision that settles a disagreement counts as what its reviewer had decided on her own until then.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Literal

from app.review.findings import Finding
from app.review.handover import matters
from app.review.settling import decided_alone, settlement

FEW = 10
"""Passages below which a share or a kappa tells little: with nine of ten alike, kappa's interval is still wider than one half."""

Undefined = Literal["none", "one-answer"]
"""none: there is no passage that all of them decided on. one-answer: all gave one and the same answer throughout, so that
chance alone would have them agree as well."""


@dataclass(frozen=True, slots=True)
class Kappa:
    """Agreement beyond chance with its 95 % interval, `passages` it is of, and the share of them on which all agree.

    Without a `value`, `undefined` says why there is none; without passages there is no `agreement` either.
    """

    reviewers: tuple[str, ...]
    passages: int
    agreement: float | None
    value: float | None = None
    low: float | None = None
    high: float | None = None
    undefined: Undefined | None = None

    @property
    def is_of_few(self) -> bool:
        """Whether there are too few passages for it to tell much."""
        return self.passages < FEW

    @property
    def interval(self) -> tuple[float, float] | None:
        """The interval, where it means something: of few passages it does not, nor where it has no width.

        That is so of full agreement, and where one reviewer always gave the same answer: the formula knows no doubt there.
        """
        if self.low is None or self.high is None or self.is_of_few or self.low == self.high:
            return None
        return self.low, self.high


@dataclass(frozen=True, slots=True)
class TagAgreement:
    """Of the passages with a tag, on which at least two decided, on so many all who decided agree."""

    tag: str
    passages: int
    agreed: int

    @property
    def is_of_few(self) -> bool:
        """Whether there are too few passages for it to tell much."""
        return self.passages < FEW


@dataclass(frozen=True, slots=True)
class Agreement:
    """All of it: each pair of reviewers, all of them together where they are more than two, each tag.

    Of the passages on which they disagree so many were `settled` since.
    """

    pairs: tuple[Kappa, ...]
    together: Kappa | None
    tags: tuple[TagAgreement, ...]
    disagreements: int
    settled: int = 0


Ratings = Mapping[str, bool]
"""What reviewers said of one passage, by name: whether it matters."""


def ratings_of(finding: Finding, own: str) -> dict[str, bool]:
    """Who said what of a finding; `own` is what the workspace's own reviewer is called."""
    said = {opinion.reviewer: matters(opinion.decision) for opinion in finding.opinions}
    alone, by = decided_alone(finding)
    said[by or own] = matters(alone)
    return {name: answer for name, answer in said.items() if answer is not None}


def agreement(findings: Iterable[Finding], own: str) -> Agreement:
    """How far all who decided on any of the findings agree."""
    rated = [(finding, ratings_of(finding, own)) for finding in findings]
    names = sorted({name for _, ratings in rated for name in ratings}, key=lambda name: (name != own, name))
    tables = [ratings for _, ratings in rated]
    pairs = tuple(cohen(one, other, tables) for one, other in combinations(names, 2))
    together = fleiss(names, tables) if len(names) > 2 else None
    disputed = [finding for finding, ratings in rated if len(set(ratings.values())) > 1]
    settled = sum(settlement(finding) is not None for finding in disputed)
    return Agreement(pairs, together, _by_tag(rated), len(disputed), settled)


def cohen(one: str, other: str, tables: Iterable[Ratings]) -> Kappa:
    """Cohen's kappa (1960) with the asymptotic standard error of Fleiss, Cohen and Everitt (1969)."""
    both = [(ratings[one], ratings[other]) for ratings in tables if one in ratings and other in ratings]
    names, count = (one, other), len(both)
    if not count:
        return Kappa(names, 0, None, undefined="none")
    cells = {(a, b): both.count((a, b)) / count for a in (True, False) for b in (True, False)}
    first = {a: cells[a, True] + cells[a, False] for a in (True, False)}
    second = {b: cells[True, b] + cells[False, b] for b in (True, False)}
    observed = cells[True, True] + cells[False, False]
    expected = sum(first[a] * second[a] for a in (True, False))
    if expected >= 1:
        return Kappa(names, count, observed, undefined="one-answer")
    kappa = (observed - expected) / (1 - expected)
    on = sum(cells[a, a] * ((1 - expected) - (first[a] + second[a]) * (1 - observed)) ** 2 for a in (True, False))
    off = sum(cells[a, not a] * (second[a] + first[not a]) ** 2 for a in (True, False))
    spread = on + (1 - observed) ** 2 * off - (observed * expected - 2 * expected + observed) ** 2
    error = math.sqrt(max(spread, 0) / count) / (1 - expected) ** 2
    return Kappa(names, count, observed, kappa, *_interval(kappa, error))


def fleiss(names: Sequence[str], tables: Iterable[Ratings]) -> Kappa:
    """Fleiss' kappa (1971) over the passages on which all of them decided; the standard error is that of no agreement."""
    rows = [sum(ratings[name] for name in names) for ratings in tables if all(name in ratings for name in names)]
    raters, count = len(names), len(rows)
    if not count:
        return Kappa(tuple(names), 0, None, undefined="none")
    unanimous = sum(row in (0, raters) for row in rows) / count
    share = sum(rows) / (count * raters)
    expected = share**2 + (1 - share) ** 2
    if expected >= 1:
        return Kappa(tuple(names), count, unanimous, undefined="one-answer")
    pairs = raters * (raters - 1)
    observed = sum(row * (row - 1) + (raters - row) * (raters - row - 1) for row in rows) / (count * pairs)
    kappa = (observed - expected) / (1 - expected)
    error = math.sqrt(2 / (count * pairs))
    return Kappa(tuple(names), count, unanimous, kappa, *_interval(kappa, error))


def _interval(kappa: float, error: float) -> tuple[float, float]:
    return max(kappa - 1.96 * error, -1.0), min(kappa + 1.96 * error, 1.0)


def _by_tag(rated: Iterable[tuple[Finding, dict[str, bool]]]) -> tuple[TagAgreement, ...]:
    counts: dict[str, tuple[int, int]] = {}
    for finding, ratings in rated:
        if len(ratings) < 2:
            continue
        for tag in finding.tags:
            passages, agreed = counts.get(tag.tag, (0, 0))
            counts[tag.tag] = (passages + 1, agreed + (len(set(ratings.values())) == 1))
    return tuple(TagAgreement(tag, *counts[tag]) for tag in sorted(counts))
