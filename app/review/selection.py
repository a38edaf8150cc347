"""Another selection from the same analysis: the reviewer asks for more or less to read, and nothing is computed again."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass, replace
from typing import Literal

from app.analysis.analysis import Analysis, ScoredPassage
from app.analysis.cautions import NOT_ASSURED
from app.review.estimates import Estimate, expected

SHARES = (0.01, 0.02, 0.03, 0.05, 0.07, 0.10, 0.15, 0.20, 0.30, 0.40, 0.50, 0.75, 1.00)
"""The shares of the text among which a reviewer chooses."""

FIRST = 0.20
"""The window starts with no more than this share: a target of 90 % may select most of a contract, and a page that is
highlighted throughout says nothing. In the tests a fifth of a contract holds four of five important passages."""


Place = tuple[int, int]
"""A passage by the range of its characters."""


@dataclass(frozen=True, slots=True)
class Level:
    """What a selection of so much comes to: passages, their share of the text, and how many important ones it leaves out.

    `left_out` is None where nothing is assured of the model's probabilities in documents like this one.
    """

    passages: int
    share: float
    left_out: Estimate | None


def level(analysis: Analysis, decided: Container[Place] = ()) -> Level:
    """What is selected now. What the reviewer `decided` on is not left out, selected or not."""
    count = sum(1 for passage in analysis.passages if passage.selected)
    rest = [p for p in analysis.passages if not p.selected and (p.start, p.end) not in decided]
    return Level(count, selected_share(analysis), _left_out(analysis, rest))


def level_at(analysis: Analysis, share: float, decided: Container[Place] = ()) -> Level:
    """What `select_share` with this share would come to."""
    chosen, others = _cut(analysis, share)
    size, taken = (sum(p.end - p.start for p in passages) for passages in (analysis.passages, chosen))
    rest = [p for p in others if (p.start, p.end) not in decided]
    return Level(len(chosen), taken / size if size else 0.0, _left_out(analysis, rest))


def is_assured(analysis: Analysis) -> bool:
    """Whether the model's probabilities were checked on documents like this one."""
    return NOT_ASSURED.isdisjoint(warning.code for warning in analysis.warnings)


def _left_out(analysis: Analysis, rest: list[ScoredPassage]) -> Estimate | None:
    if not is_assured(analysis):
        return None
    return expected([p.importance for p in rest], [p.interval[0] for p in rest], [p.interval[1] for p in rest])


def _cut(analysis: Analysis, share: float) -> tuple[list[ScoredPassage], list[ScoredPassage]]:
    """The most important passages until `share` of the text is reached, and all others."""
    ranked = sorted(analysis.passages, key=lambda passage: passage.rank)
    room, count = share * sum(p.end - p.start for p in ranked), 0
    while count < len(ranked) and room > 0:
        room -= ranked[count].end - ranked[count].start
        count += 1
    return ranked[:count], ranked[count:]


def selected_share(analysis: Analysis) -> float:
    """The selected passages' share of the text that was scored, by characters."""
    scored = sum(passage.end - passage.start for passage in analysis.passages)
    chosen = sum(passage.end - passage.start for passage in analysis.passages if passage.selected)
    return chosen / scored if scored else 0.0


def select_share(analysis: Analysis, share: float) -> Analysis:
    """The analysis with its most important passages selected until `share` (above 0, up to 1) of its text is.

    As with `--share`, the passage that reaches the share is selected too. The settings say `share` from then on.
    """
    chosen = {id(passage) for passage in _cut(analysis, share)[0]}
    passages = tuple(replace(passage, selected=id(passage) in chosen) for passage in analysis.passages)
    return replace(analysis, passages=passages, settings=replace(analysis.settings, share=share))


def first_share(analysis: Analysis) -> float | None:
    """The share that the window starts with; None where the model itself selected no more."""
    return FIRST if selected_share(analysis) > FIRST + 0.02 else None


def stepped(analysis: Analysis, step: Literal[1, -1]) -> float | None:
    """The next larger or smaller share than what is selected now; None at the end."""
    now = selected_share(analysis) if analysis.settings.share is None else analysis.settings.share
    further = [share for share in SHARES if (share - now) * step > 1e-6]
    return None if not further else min(further) if step == 1 else max(further)
