"""Every change a reviewer makes, as a value: what it changes, what undoes it, and how it is written down.

Pure functions from findings to findings. The workspace applies an operation and stores it; the window shows the `Change`.
A new kind of change is a new frozen dataclass here, with its line in `_applied`, `_back` and `_KINDS`. What was written down
once must be read for ever: fields are only added, with a value for when they are missing.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import get_args

import msgspec

from app.analysis.analysis import TagScore
from app.review.findings import Decision, Finding, Opinion, Span, with_span, with_tags

DECISIONS: tuple[Decision, ...] = get_args(Decision)
_NO_DATE = "-"
"""Of a decision that is brought back and had none: it is not stamped anew."""


def _check(decision: Decision) -> None:
    if decision not in DECISIONS:
        raise ValueError(f"{decision!r} is not a decision")


@dataclass(frozen=True, slots=True)
class SetDecision:
    """The reviewer accepts, rejects, … a finding, or takes the decision back (`undecided`).

    A range of her own becomes a finding by the decision `added`, and is none any more once that is taken back. `by` whom and
    when is told by who applies it (`stamped`), as of every decision.
    """

    finding_id: str
    decision: Decision
    by: str = ""
    at: str = ""

    def __post_init__(self) -> None:
        _check(self.decision)


@dataclass(frozen=True, slots=True)
class SetComment:
    """The reviewer writes, changes or (with an empty text) removes the comment of a finding."""

    finding_id: str
    comment: str


@dataclass(frozen=True, slots=True)
class SetRange:
    """The reviewer moves the ends of a finding; without a `span` it is at the proposed range again."""

    finding_id: str
    span: Span | None
    decision: Decision = "edited"
    by: str = ""
    at: str = ""

    def __post_init__(self) -> None:
        _check(self.decision)


@dataclass(frozen=True, slots=True)
class SetTags:
    """The reviewer chooses the tags of a finding; None: those of the model again."""

    finding_id: str
    tags: tuple[TagScore, ...] | None


@dataclass(frozen=True, slots=True)
class SetOwner:
    """Who is to take care of a finding; empty: nobody in particular."""

    finding_id: str
    owner: str


@dataclass(frozen=True, slots=True)
class SetDue:
    """Until when, as YYYY-MM-DD; empty: no date."""

    finding_id: str
    due: str

    def __post_init__(self) -> None:
        if self.due and date.fromisoformat(self.due).isoformat() != self.due:
            raise ValueError(f"{self.due!r} is not a date as YYYY-MM-DD")


@dataclass(frozen=True, slots=True)
class SetRaised:
    """Whether a finding is to be raised in the meeting."""

    finding_id: str
    raised: bool


@dataclass(frozen=True, slots=True)
class SetSkipped:
    """The reviewer passes a finding by without deciding, or (False) does not."""

    finding_id: str
    skipped: bool


@dataclass(frozen=True, slots=True)
class SetOpinion:
    """What another reviewer said of a finding, in place of what she said before; None: nothing."""

    finding_id: str
    reviewer: str
    opinion: Opinion | None


Single = SetDecision | SetComment | SetRange | SetTags | SetOwner | SetDue | SetRaised | SetSkipped | SetOpinion


@dataclass(frozen=True, slots=True)
class SetDecisions:
    """One decision on several findings, in one step."""

    finding_ids: tuple[str, ...]
    decision: Decision
    by: str = ""
    at: str = ""

    def __post_init__(self) -> None:
        _check(self.decision)
        if not self.finding_ids:
            raise ValueError("a decision needs a finding")


@dataclass(frozen=True, slots=True)
class Together:
    """Several changes in one step, one after the other."""

    operations: tuple[Single, ...]

    def __post_init__(self) -> None:
        if not self.operations:
            raise ValueError("a step needs a change")


Operation = Single | SetDecisions | Together


@dataclass(frozen=True, slots=True)
class Change:
    """The new values of the findings that an operation changed; empty where everything already was as asked."""

    findings: tuple[Finding, ...] = ()


def singles(operation: Operation) -> tuple[Single, ...]:
    """The operation as changes of one finding each, in their order."""
    match operation:
        case SetDecisions(finding_ids=ids, decision=decision, by=by, at=at):
            return tuple(SetDecision(finding_id, decision, by, at) for finding_id in ids)
        case Together(operations=parts):
            return parts
        case _:
            return (operation,)


def stamped(operation: Operation, by: str, at: str) -> Operation:
    """The operation with whose its decisions are and when they were made, where it does not say so."""
    match operation:
        case SetDecision() | SetRange() | SetDecisions():
            return operation if operation.at else replace(operation, by=by, at=at)
        case Together(operations=parts):
            return Together(tuple(each for part in parts for each in singles(stamped(part, by, at))))
        case _:
            return operation


def finding_ids(operation: Operation) -> tuple[str, ...]:
    """The findings that an operation is about, each once."""
    return tuple(dict.fromkeys(part.finding_id for part in singles(operation)))


def kinds(operation: Operation) -> dict[str, tuple[str, ...]]:
    """What an operation does to each finding, in the words of the history."""
    found: dict[str, dict[str, None]] = {}
    for part in singles(operation):
        found.setdefault(part.finding_id, {})[_NAMES[type(part)]] = None
    return {finding: tuple(names) for finding, names in found.items()}


def apply(findings: Mapping[str, Finding], operation: Operation) -> Change:
    """What `operation` makes of `findings` (by id). Raises KeyError for a finding that is not among them."""
    after: dict[str, Finding] = {}
    for part in singles(operation):
        before = after.get(part.finding_id) or findings[part.finding_id]
        after[part.finding_id] = _applied(before, part)
    return Change(tuple(finding for finding in after.values() if finding != findings[finding.id]))


def inverse(findings: Mapping[str, Finding], operation: Operation) -> Operation:
    """The operation that leads back to `findings` once `operation` was applied to them."""
    state, back = dict(findings), []
    for part in singles(operation):
        before = state[part.finding_id]
        back.append(_back(before, part))
        state[part.finding_id] = _applied(before, part)
    return back[0] if len(back) == 1 else Together(tuple(reversed(back)))


def _applied(before: Finding, operation: Single) -> Finding:
    match operation:
        case SetDecision(decision=decision, by=by, at=at):
            return _decided(before, decision, by, at)
        case SetComment(comment=comment):
            return replace(before, comment=comment)
        case SetRange(span=span, decision=decision, by=by, at=at):
            return _decided(with_span(before, span), decision, by, at)
        case SetTags(tags=tags):
            return with_tags(before, tags)
        case SetOwner(owner=owner):
            return replace(before, owner=owner)
        case SetDue(due=due):
            return replace(before, due=due)
        case SetRaised(raised=raised):
            return replace(before, raised=raised)
        case SetSkipped(skipped=skipped):
            return replace(before, skipped=skipped)
        case SetOpinion(reviewer=reviewer, opinion=opinion):
            others = [each for each in before.opinions if each.reviewer != reviewer]
            said = others if opinion is None else [*others, opinion]
            return replace(before, opinions=tuple(sorted(said, key=lambda each: each.reviewer)))


def _decided(before: Finding, decision: Decision, by: str, at: str) -> Finding:
    """A decision that is no other, by the same reviewer, keeps its date; what is undecided is nobody's."""
    at = "" if at == _NO_DATE else at
    if decision == "undecided":
        by = at = ""
    if (decision, by) == (before.decision, before.decided_by):
        at = before.decided_at or at
    return replace(before, decision=decision, decided_by=by, decided_at=at)


def _back(before: Finding, operation: Single) -> Single:
    match operation:
        case SetDecision():
            return SetDecision(before.id, before.decision, *whose(before))
        case SetComment():
            return SetComment(before.id, before.comment)
        case SetRange():
            span = None if before.proposal is None else before.span
            return SetRange(before.id, span, before.decision, *whose(before))
        case SetTags():
            return SetTags(before.id, None if before.proposed_tags is None else before.tags)
        case SetOwner():
            return SetOwner(before.id, before.owner)
        case SetDue():
            return SetDue(before.id, before.due)
        case SetRaised():
            return SetRaised(before.id, before.raised)
        case SetSkipped():
            return SetSkipped(before.id, before.skipped)
        case SetOpinion(reviewer=reviewer):
            said = next((each for each in before.opinions if each.reviewer == reviewer), None)
            return SetOpinion(before.id, reviewer, said)


def whose(before: Finding) -> tuple[str, str]:
    """By whom and when its decision was made, as an operation that makes the same decision again has it."""
    return before.decided_by, before.decided_at or _NO_DATE


_KINDS: dict[str, type[Operation]] = {
    "set-decision": SetDecision,
    "set-comment": SetComment,
    "set-range": SetRange,
    "set-tags": SetTags,
    "set-owner": SetOwner,
    "set-due": SetDue,
    "set-raised": SetRaised,
    "set-skipped": SetSkipped,
    "set-opinion": SetOpinion,
    "set-decisions": SetDecisions,
    "together": Together,
}
_NAMES = {kind: name for name, kind in _KINDS.items()}


def to_json(operation: Operation) -> str:
    """The operation in the words of the history: readable, and stable under renaming of the classes."""
    return json.dumps(_written(operation), ensure_ascii=False)


def from_json(text: str) -> Operation:
    """The operation that `to_json` wrote; raises ValueError, KeyError or TypeError for anything else."""
    return _read(json.loads(text))


def _written(operation: Operation) -> dict[str, object]:
    name = _NAMES[type(operation)]
    if isinstance(operation, Together):
        return {"operation": name, "operations": [_written(part) for part in operation.operations]}
    fields = asdict(operation)
    return {"operation": name, **{key: value for key, value in fields.items() if value or key not in ("by", "at")}}


def _read(fields: dict[str, object]) -> Operation:
    kind = _KINDS[str(fields.pop("operation"))]
    if kind is Together:
        parts = fields["operations"]
        if not isinstance(parts, list):
            raise ValueError("the changes of one step are a list")
        return Together(tuple(part for each in parts for part in singles(_read(each))))
    try:
        return msgspec.convert(fields, kind)
    except msgspec.MsgspecError as error:
        raise ValueError(f"this is no change of a finding: {error}") from error
