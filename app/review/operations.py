"""Every change a reviewer makes, as a value: what it changes, what undoes it, and how it is written down.

Pure functions from findings to findings. The workspace applies an operation and stores it; the window shows the `Change`.
A new kind of change is a new frozen dataclass here, with its line in `apply`, `inverse` and `_KINDS`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import get_args

from app.review.findings import Decision, Finding

DECISIONS: tuple[Decision, ...] = get_args(Decision)


@dataclass(frozen=True, slots=True)
class SetDecision:
    """The reviewer accepts, rejects, … a finding, or takes the decision back (`undecided`)."""

    finding_id: str
    decision: Decision

    def __post_init__(self) -> None:
        if self.decision not in DECISIONS:
            raise ValueError(f"{self.decision!r} is not a decision")


@dataclass(frozen=True, slots=True)
class SetComment:
    """The reviewer writes, changes or (with an empty text) removes the comment of a finding."""

    finding_id: str
    comment: str


Operation = SetDecision | SetComment


@dataclass(frozen=True, slots=True)
class Change:
    """The new values of the findings that an operation changed; empty where everything already was as asked."""

    findings: tuple[Finding, ...] = ()


def apply(findings: Mapping[str, Finding], operation: Operation) -> Change:
    """What `operation` makes of `findings` (by id). Raises KeyError for a finding that is not among them."""
    before = findings[operation.finding_id]
    match operation:
        case SetDecision(decision=decision):
            after = replace(before, decision=decision)
        case SetComment(comment=comment):
            after = replace(before, comment=comment)
    return Change() if after == before else Change((after,))


def inverse(findings: Mapping[str, Finding], operation: Operation) -> Operation:
    """The operation that leads back to `findings` once `operation` was applied to them."""
    before = findings[operation.finding_id]
    match operation:
        case SetDecision():
            return SetDecision(before.id, before.decision)
        case SetComment():
            return SetComment(before.id, before.comment)


_KINDS: dict[str, type[SetDecision] | type[SetComment]] = {"set-decision": SetDecision, "set-comment": SetComment}
_NAMES = {kind: name for name, kind in _KINDS.items()}


def to_json(operation: Operation) -> str:
    """The operation in the words of the history: readable, and stable under renaming of the classes."""
    return json.dumps({"operation": _NAMES[type(operation)], **asdict(operation)}, ensure_ascii=False)


def from_json(text: str) -> Operation:
    """The operation that `to_json` wrote; raises ValueError, KeyError or TypeError for anything else."""
    fields = json.loads(text)
    return _KINDS[fields.pop("operation")](**fields)
