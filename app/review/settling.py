"""Reviewers who disagree, and who decided in the end: noted on the opinions that were before her when she did.

An opinion that comes later, or that its reviewer changed since, is not settled by it: then they disagree anew.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from app.review.findings import Decision, Finding, Settlement
from app.review.handover import is_own, matters
from app.review.operations import Operation, SetDecision, SetOpinion, SetRange, Together, singles


def disagree(finding: Finding) -> bool:
    """Whether reviewers decided otherwise, one that the passage matters, one that it does not, and nobody settled it."""
    said = [matters(opinion.decision) for opinion in finding.opinions]
    if is_own(finding):
        said.append(matters(finding.decision))
    return True in said and False in said and settlement(finding) is None


def settlement(finding: Finding) -> Settlement | None:
    """Who settled a disagreement by the decision that stands; None where there was none, or where it is open."""
    decided = [opinion.settled for opinion in finding.opinions if opinion.decision != "undecided"]
    found = [settled for settled in decided if settled is not None]
    return max(found, key=lambda each: each.at) if found and len(found) == len(decided) else None


def decided_alone(finding: Finding) -> tuple[Decision, str]:
    """What the workspace's own reviewer decided, before she settled a disagreement if she did; and her name, if it is known."""
    settled = _noted_before(finding)
    if settled is not None:
        return settled.before, settled.by
    return (finding.decision, finding.decided_by) if is_own(finding) else ("undecided", "")


def _noted_before(finding: Finding) -> Settlement | None:
    return next((opinion.settled for opinion in finding.opinions if opinion.settled is not None), None)


def settling(findings: Mapping[str, Finding], operation: Operation, by: str, at: str) -> Operation:
    """The operation, in which a new decision on what reviewers disagree about (or did) is noted as the one that settles it.

    `findings` are those before it, by id.
    """
    parts = singles(operation)
    if any(isinstance(part, SetOpinion) for part in parts):
        return operation  # it says itself what becomes of the opinions
    more = [
        noted
        for part in parts
        if isinstance(part, SetDecision | SetRange) and not part.at
        for noted in _noted(findings[part.finding_id], part.decision, by, at)
    ]
    return Together((*parts, *more)) if more else operation


def _noted(finding: Finding, decision: Decision, by: str, at: str) -> Iterable[SetOpinion]:
    if not disagree(finding) and _noted_before(finding) is None:
        return
    alone, _ = decided_alone(finding)
    settled = None if decision == "undecided" else Settlement(by, at, alone)
    for opinion in finding.opinions:
        yield SetOpinion(finding.id, opinion.reviewer, replace(opinion, settled=settled))
