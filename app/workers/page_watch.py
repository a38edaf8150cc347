"""What a hanging or deadly page costs: that page. Plain state without processes or clocks, kept by the client.

A reading says which page it is at. When the worker has to be ended there, or ends by itself, the reading starts again in a
new worker that leaves the page out. A worker's death may have other causes than the page (a full machine), so a page is tried
once more after the first; a hang is not, for it costs its whole deadline each time.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from app.documents.left_out import Reason
from app.workers.protocol import RenderPage

PAGE_SECONDS = 8.0
"""How long a page may take. A usual one takes a hundredth of a second, the slowest of real drawings some seconds."""

LATER_PAGE_SECONDS = 2.0
"""How long a page may take once another page of the file has hung."""

RECOGNITION_SECONDS = 60.0
"""How long a page's recognition may take, once the page is drawn. A dense one takes some five seconds on two cores."""

LOST_SECONDS, LOST_SECONDS_A_PAGE = 13.0, 0.1
"""What hanging pages of a file may take together, plus this for each page it has, before its unread pages are left out.

A short file cannot take more than some twenty seconds so, and a long one with a few pages of heavy drawings loses only those.
"""

LOST_PAGES, LOST_PAGES_A_PAGE = 8, 0.05
"""How many pages may end the worker, plus this for each page of the file, before the unread pages are left out."""

DEATHS_A_PAGE = 2
_NO_PAGE = 0

_Drawing = tuple[str, int, int, int]


@dataclass
class PageWatch:
    """The pages of one reading, over the lives of all workers that it needs. Times are in seconds of one steady clock."""

    limit: float = PAGE_SECONDS
    left_out: dict[int, Reason] = field(default_factory=dict)
    furthest: int = 0
    _page: int | None = None
    _total: int = 0
    _since: float = 0.0
    _recognising: bool = False
    _lost_seconds: float = 0.0
    _hung: int = 0
    _deaths: Counter[int] = field(default_factory=Counter)

    def begin(self, page: int, total: int, now: float, *, recognising: bool = False) -> None:
        """The worker is at `page` (from 1) of `total`."""
        self._page, self._total, self._since, self._recognising = page, total, now, recognising

    def rest(self) -> None:
        """The worker is at no page: it opens the file, or lets other requests pass, or puts together what was read."""
        self._page = None

    def advance(self, done: int) -> bool:
        """Whether `done` pages are more than were ever told of; after a new start, progress is not told twice."""
        self.rest()
        ahead, self.furthest = done > self.furthest, max(done, self.furthest)
        return ahead

    def seconds(self) -> float | None:
        """How long the page at work may take; None when there is none."""
        if self._page is None:
            return None
        if self._recognising:
            return RECOGNITION_SECONDS
        return min(self.limit, LATER_PAGE_SECONDS) if self._hung else self.limit

    def give_up_page(self, reason: Reason, now: float) -> bool:
        """The worker is gone, for `reason`. Whether another may go on, leaving out what this one could not read."""
        page, self._page = self._page, None
        if page is None:
            # Between pages none is to blame: whoever ended the worker may not do so again.
            self._deaths[_NO_PAGE] += 1
            return reason == "crash" and self._total > 0 and self._deaths[_NO_PAGE] < DEATHS_A_PAGE
        self._deaths[page] += 1
        if reason == "crash" and self._deaths[page] < DEATHS_A_PAGE:
            return True
        self.left_out[page] = reason
        if reason == "timeout":
            self._hung += 1
            # Recognition is long in any case: what it loses is counted as a page's reading is.
            self._lost_seconds += min(now - self._since, self.limit) if self._recognising else now - self._since
        if self._is_enough():
            self.left_out |= dict.fromkeys(range(page + 1, self._total + 1), reason)
        return True

    def _is_enough(self) -> bool:
        return (
            self._lost_seconds > LOST_SECONDS + LOST_SECONDS_A_PAGE * self._total
            or len(self.left_out) >= LOST_PAGES + LOST_PAGES_A_PAGE * self._total
        )


class LostDrawings:
    """The pages that hung when they were drawn: asking for them again is answered without trying. A changed file is another."""

    def __init__(self) -> None:
        self._lost: set[_Drawing] = set()

    def add(self, body: RenderPage) -> None:
        """Remember a page that hung."""
        if (key := _key(body)) is not None:
            self._lost.add(key)

    def __contains__(self, body: RenderPage) -> bool:
        return bool(self._lost) and _key(body) in self._lost


def _key(body: RenderPage) -> _Drawing | None:
    try:
        status = Path(body.path).stat()
    except (OSError, ValueError):
        return None
    return body.path, body.page, status.st_mtime_ns, status.st_size
