"""Colours of marks on pages: of decisions, search hits, selected text. Knows no Qt.

They are of Okabe and Ito's set (Color Universal Design, jfly.uni-koeln.de/color), which people of every colour vision tell
apart, lightened on dark ground. Colour never says it alone: each state has a line or a flag of its own (`highlights.py`).
"""

from __future__ import annotations

from dataclasses import dataclass

from app.review.findings import Decision
from app.ui.theme import DARK, LIGHT, wash


@dataclass(frozen=True, slots=True)
class Marks:
    """Colours as `#rrggbb` on one ground. `amended`: edited or added by the reviewer; `frame` is around the selected finding."""

    undecided: str
    accepted: str
    amended: str
    rejected: str
    hit: str
    marked: str
    frame: str

    def of(self, decision: Decision) -> str:
        """The colour of a decision."""
        return self.amended if decision in ("edited", "added") else str(getattr(self, decision))


ON_PAPER = Marks(
    undecided="#e69f00",
    accepted=LIGHT.accepted,
    amended="#0072b2",
    rejected="#767676",
    hit="#cc79a7",
    marked="#56b4e9",
    frame="#3b2f12",
)

ON_DARK = Marks(
    undecided="#f0b431",
    accepted=DARK.accepted,
    amended="#7ab8f5",
    rejected="#857f75",
    hit="#e39ac4",
    marked="#2f7fae",
    frame="#f3e3c0",
)


def marks_on(*, dark: bool) -> Marks:
    """The colours for light or dark ground; pages of a PDF are light ground in either theme."""
    return ON_DARK if dark else ON_PAPER


def wash_of(decision: Decision, importance: float, *, dark: bool) -> float:
    """Opacity of a highlight: what is to be decided the stronger the more important, what is decided always the same."""
    if decision == "rejected":
        return 0.0
    if decision == "undecided":
        return wash(importance) * (0.55 if dark else 0.85)
    return 0.28 if decision in ("edited", "added") else 0.36
