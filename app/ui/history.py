"""Where the reader was before she jumped, and where she came from when she went back. Knows no Qt.

A place is a character of the text and how far it stood from a fixed line of the view, so that it is found again at any zoom and
width. Pages without text have a place on the page.
"""

from __future__ import annotations

from dataclasses import dataclass, field

_MOST = 100


@dataclass(frozen=True, slots=True)
class Place:
    """Where a character stands in the view: `across` and `down` are logical pixels at 100 %.

    They count from the view's left edge and the line that is looked at. Where there is no text `offset` is None; then they say
    where the sheet begins in the view.
    """

    sheet: int
    offset: int | None
    across: float
    down: float


@dataclass
class History:
    """Places behind and ahead of the reader, the nearest last."""

    behind: list[Place] = field(default_factory=list)
    ahead: list[Place] = field(default_factory=list)

    def leave(self, place: Place) -> None:
        """The reader jumps away from here: what was ahead is forgotten."""
        self.ahead.clear()
        if not self.behind or self.behind[-1] != place:
            self.behind = [*self.behind, place][-_MOST:]

    def back(self, here: Place) -> Place | None:
        """Where to go back to from here, if anywhere."""
        return _move(self.behind, self.ahead, here)

    def forward(self, here: Place) -> Place | None:
        """Where `back` came from, if it did."""
        return _move(self.ahead, self.behind, here)


def _move(source: list[Place], target: list[Place], here: Place) -> Place | None:
    if not source:
        return None
    target.append(here)
    return source.pop()
