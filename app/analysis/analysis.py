"""What the model says of a document: scored passages, links, a summary, and what it cost. Plain values, no model code."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

from app.documents.document import DocumentKind, Language, Notice, Quad

LinkKind = Literal["reference", "definition", "amendment", "exception", "read-together"]


@dataclass(frozen=True, slots=True)
class TagScore:
    """A tag such as `cap-on-liability` with its calibrated probability."""

    tag: str
    probability: float


@dataclass(frozen=True, slots=True)
class ScoredPassage:
    """A sentence or clause with its importance.

    `importance` is a calibrated probability, `interval` its 95 % interval; `rank` counts from 1 in order of importance over
    the document; `selected` says whether it passes the threshold of the settings. `quads` lie on `page`.
    """

    start: int
    end: int
    page: int
    text: str
    quads: tuple[Quad, ...]
    importance: float
    interval: tuple[float, float]
    tags: tuple[TagScore, ...]
    selected: bool
    rank: int


@dataclass(frozen=True, slots=True)
class Link:
    """Two passages, by index, that belong together.

    `source` refers to, uses a term of, amends, is an exception to or was read with `target`.
    """

    source: int
    target: int
    weight: float
    kind: LinkKind


@dataclass(frozen=True, slots=True)
class ModelIdentity:
    """Which weights scored the document; `sha256` is that of the weights file."""

    name: str
    version: str
    sha256: str


@dataclass(frozen=True, slots=True)
class AnalysisSettings:
    """What the user asked for. Exactly one of `recall` and `share` decides the threshold; `share` wins where both are set."""

    kind: Literal["auto", "contract", "report", "design"] = "auto"
    query: str | None = None
    attention: Literal["adaptive", "dense"] = "adaptive"
    coverage: float = 0.95
    device: Literal["auto", "cpu", "cuda"] = "auto"
    recall: float = 0.9
    share: float | None = None


@dataclass(frozen=True, slots=True)
class CoveredMass:
    """An audited estimate of the share of dense attention mass that was computed, with its 95 % interval."""

    estimate: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Missed:
    """How many important passages a sample says are among those that were not read deeply, with the 95 % interval."""

    estimate: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Cost:
    """Seconds are wall-clock of the analysis without loading the model; `peak_bytes` is the worker's resident peak.

    `read_deeply`: share of the passages that the scan did not rule out; `missed`: how many important ones are expected among the
    others; None where there are none.
    """

    tokens: int
    seconds: float
    peak_bytes: int
    density: float
    covered_mass: CoveredMass
    device: str
    read_deeply: float = 1.0
    missed: Missed | None = None


@dataclass(frozen=True, slots=True)
class Weight:
    """Characters `start:end` of the passage, and by how much its log-odds of being important fall without them."""

    start: int
    end: int
    fall: float


@dataclass(frozen=True, slots=True)
class Explanation:
    """`importance` of the passage as read with its neighbours alone, and what each of its phrases adds to it."""

    importance: float
    weights: tuple[Weight, ...]


@dataclass(frozen=True)
class Analysis:
    """The result for one document; `summary` holds passage indices in reading order.

    `preliminary`: first scores of all passages from a cheap scan, without links and summary. It is shown until the precise
    one comes, and neither stored nor given to other programs.
    """

    file: str
    sha256: str
    kind: DocumentKind
    language: Language
    passages: tuple[ScoredPassage, ...]
    links: tuple[Link, ...]
    summary: tuple[int, ...]
    model: ModelIdentity
    settings: AnalysisSettings
    cost: Cost
    warnings: tuple[Notice, ...] = ()
    preliminary: bool = False

    def to_json(self) -> dict[str, Any]:
        """The `fusen.analysis/1` object, which only a complete analysis has; raises ValueError for a preliminary one."""
        if self.preliminary:
            raise ValueError("a preliminary analysis is not given to other programs")
        return {
            "schema": "fusen.analysis/1",
            "file": self.file,
            "sha256": self.sha256,
            "kind": self.kind,
            "language": self.language,
            "passages": [_passage_json(p) for p in self.passages],
            "links": [
                {"from": link.source, "to": link.target, "weight": link.weight, "kind": link.kind}
                for link in self.links
            ],
            "summary": list(self.summary),
            "model": {"name": self.model.name, "version": self.model.version, "sha256": self.model.sha256},
            "settings": {
                "kind": self.settings.kind,
                "query": self.settings.query,
                "attention": self.settings.attention,
                "coverage": self.settings.coverage,
                "device": self.settings.device,
                "recall": self.settings.recall,
                "share": self.settings.share,
            },
            "cost": {
                "tokens": self.cost.tokens,
                "seconds": self.cost.seconds,
                "peak_bytes": self.cost.peak_bytes,
                "density": self.cost.density,
                "covered_mass": {
                    "estimate": self.cost.covered_mass.estimate,
                    "low": self.cost.covered_mass.low,
                    "high": self.cost.covered_mass.high,
                },
                "device": self.cost.device,
                "read_deeply": self.cost.read_deeply,
                "missed": None if self.cost.missed is None else asdict(self.cost.missed),
            },
            "warnings": [{"code": w.code, "message": w.message} for w in self.warnings],
        }


def _passage_json(passage: ScoredPassage) -> dict[str, Any]:
    return {
        "start": passage.start,
        "end": passage.end,
        "page": passage.page,
        "text": passage.text,
        "quads": [list(quad) for quad in passage.quads],
        "importance": passage.importance,
        "interval": list(passage.interval),
        "tags": [{"tag": t.tag, "probability": t.probability} for t in passage.tags],
        "selected": passage.selected,
        "rank": passage.rank,
    }
