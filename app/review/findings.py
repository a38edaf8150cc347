"""A finding is a passage under review; what a reviewer decides about it is kept beside what the model said."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from app.analysis.analysis import TagScore
from app.documents.document import Quad

Decision = Literal["undecided", "accepted", "rejected", "edited", "added"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One passage under review. `id` is stable across restarts; `selected` is the model's proposal, `decision` the person's."""

    id: str
    document_sha256: str
    start: int
    end: int
    page: int
    text: str
    quads: tuple[Quad, ...]
    importance: float
    interval: tuple[float, float]
    tags: tuple[TagScore, ...]
    rank: int
    selected: bool = True
    decision: Decision = "undecided"
    comment: str = ""
