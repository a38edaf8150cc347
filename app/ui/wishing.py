"""Which findings of all documents are listed and in which order, as the window keeps it from one start to the next. Knows no Qt.

It says "this week" and "mine", so that it means another thing on another day, and for another reviewer.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from datetime import date, timedelta
from typing import Any, Literal, get_args

from app.review.due import parse_due
from app.workspace.across import Order, Wish

Choice = Literal["", "undecided", "kept", "rejected", "edited", "added"]
"""Of decisions; `kept`, as in the list of a document: accepted, edited and added."""
Whose = Literal["", "mine", "nobody", "named"]
Due = Literal["", "overdue", "week", "until", "dated"]

CHOICES: tuple[Choice, ...] = get_args(Choice)
DUES: tuple[Due, ...] = get_args(Due)


@dataclass(frozen=True, slots=True)
class Wished:
    """Empty parts let everything through. `owner` is the one who is `named`, `until` a day as YYYY-MM-DD."""

    decision: Choice = ""
    whose: Whose = ""
    owner: str = ""
    due: Due = ""
    until: str = ""
    tag: str = ""
    words: str = ""
    order: Order = "document"
    descending: bool = False

    @property
    def is_filtering(self) -> bool:
        """Whether anything is left out."""
        return bool(self.decision or self.whose or self.due or self.tag or self.words.strip())

    def unfiltered(self) -> Wished:
        """All findings, in the same order."""
        return Wished(order=self.order, descending=self.descending)


def wish_of(wished: Wished, today: date, reviewer: str) -> Wish:
    """What that means on this day for this reviewer. A week is from Monday to Sunday; what is rejected is not overdue."""
    monday = today - timedelta(days=today.weekday())
    last = {
        "overdue": today - timedelta(days=1),
        "week": monday + timedelta(days=6),
        "until": date.fromisoformat(wished.until) if wished.until else None,
    }.get(wished.due)
    return Wish(
        decision=wished.decision or None,
        owner={"mine": reviewer, "named": wished.owner, "nobody": ""}.get(wished.whose),
        due_by=last.isoformat() if last is not None else None,
        tag=wished.tag or None,
        due_from=monday.isoformat() if wished.due == "week" else None,
        dated=wished.due in ("dated", "until"),
        not_rejected=wished.due in ("overdue", "week") and not wished.decision,
        words=wished.words.strip(),
    )


def to_json(wished: Wished) -> dict[str, Any]:
    """Plain values."""
    return asdict(wished)


def from_json(value: Any) -> Wished:
    """What `to_json` wrote, part by part; a part that cannot be understood is as if nothing were wished of it."""
    if not isinstance(value, dict):
        return Wished()
    known = {each.name: value.get(each.name) for each in fields(Wished)}
    allowed = {"decision": CHOICES, "whose": get_args(Whose), "due": DUES, "order": get_args(Order)}
    parts: dict[str, Any] = {
        name: part
        for name, part in known.items()
        if (part in allowed[name] if name in allowed else isinstance(part, bool if name == "descending" else str))
    }
    if parts.get("whose") == "named" and not parts.get("owner"):
        parts["whose"] = ""
    try:
        parts["until"] = parse_due(parts.get("until", ""), date.today())
    except ValueError:
        parts["until"] = ""
    return Wished(**parts)
