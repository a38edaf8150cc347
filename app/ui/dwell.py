"""What stood in view for long enough to count as shown. Knows neither Qt nor what the numbers mean: pages or characters."""

from __future__ import annotations

from app.review.ledger import LOOK_SECONDS
from app.review.spans import Range


class Dwell:
    """Told again and again what is in view, it knows what was in view all the while for the last `seconds`."""

    def __init__(self, seconds: float = LOOK_SECONDS) -> None:
        self._seconds = seconds
        self._looks: list[tuple[float, Range]] = []

    def look(self, now: float, span: Range | None) -> None:
        """At `now` (seconds, rising) this half-open range is in view; None: nothing is, and what was counts no longer."""
        if span is None or span[1] <= span[0]:
            self._looks.clear()
        elif not self._looks or self._looks[-1][1] != span:
            self._looks.append((now, span))

    def held(self, now: float) -> Range | None:
        """What was in view at every moment of the last `seconds`; None where there is no such thing."""
        before = [place for place, (at, _) in enumerate(self._looks) if at <= now - self._seconds]
        if not before:
            return None
        del self._looks[: before[-1]]
        start = max(span[0] for _, span in self._looks)
        end = min(span[1] for _, span in self._looks)
        return (start, end) if start < end else None

    @property
    def waits(self) -> bool:
        """Whether something came into view that may still have to count."""
        return len(self._looks) > 1
