"""The settings of adaptive sparse attention."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class AdaptiveAttentionConfig:
    """How pairs of token blocks are estimated, selected and audited. Counts are token blocks unless said otherwise.

    How many key blocks a (head, query block) takes: by `coverage`, the share of the attention mass to be reached (1.0 computes
    every pair); or, where given, by `density`, the same share of the key blocks for all; or by `threshold`, every key block
    whose estimated share of the mass is at least that.
    `pilot_rows`: query rows of each head and document whose exact mass tells, before selecting by coverage, what the estimate is
    worth (`model.attention.pilot`). 0: the estimate is believed.
    `block_size`: tokens a token block. `pool`: tokens that the estimator averages; divides `block_size`.
    `estimator`: "pooled", "mean" or "antidiagonal" (see `model.attention.estimators`).
    `opening`, `neighbours`, `explored`: always kept beside the query's own block: the first blocks of the text, so many on
    each side, and so many drawn at random under `seed`.
    `floor`, `ceiling`: fewest and most key blocks for a query block; the always-kept ones pass the ceiling. None: no ceiling.
    `dense_below`: documents of fewer tokens are attended to densely, where selecting costs more than it saves. None: the
    measured break-even of the device.
    `audit_rows`: most query rows over all heads, drawn at random, whose covered mass is computed exactly; 0: no audit.
    `audit_share`: the audit scores at most this share of the query-key products that attention computes, and takes fewer rows
    where it must, but no fewer than `model.attention.audit.LEAST_ROWS` a head.
    """

    coverage: float = 0.95
    density: float | None = None
    threshold: float | None = None
    block_size: int = 64
    pool: int = 16
    estimator: str = "pooled"
    opening: int = 1
    neighbours: int = 1
    explored: int = 1
    floor: int = 4
    ceiling: int | None = None
    pilot_rows: int = 16
    dense_below: int | None = None
    audit_rows: int = 256
    audit_share: float = 0.02
    seed: int = 0

    def __post_init__(self) -> None:
        for name, share in (("coverage", self.coverage), ("density", self.density), ("threshold", self.threshold)):
            if share is not None and not 0.0 < share <= 1.0:
                raise ValueError(f"{name} must lie in (0, 1], not {share}")
        if self.density is not None and self.threshold is not None:
            raise ValueError("select by density or by threshold, not by both")
        if self.block_size < 1 or self.pool < 1 or self.block_size % self.pool:
            raise ValueError(f"pool must divide block_size, and both be positive: {self.pool}, {self.block_size}")
        for name in ("opening", "neighbours", "explored", "floor", "pilot_rows", "dense_below", "audit_rows"):
            if (getattr(self, name) or 0) < 0:
                raise ValueError(f"{name} must not be negative")
        if self.ceiling is not None and self.ceiling < max(self.floor, 1):
            raise ValueError(f"ceiling must be at least the floor ({self.floor}) and 1, not {self.ceiling}")
        if not 0.0 < self.audit_share <= 1.0:
            raise ValueError(f"audit_share must lie in (0, 1], not {self.audit_share}")

    @property
    def takes_everything(self) -> bool:
        """Whether every pair is computed whatever the text."""
        return self.selects_by_coverage and self.coverage >= 1.0

    @property
    def selects_by_coverage(self) -> bool:
        """Whether neither density nor threshold is given."""
        return self.density is None and self.threshold is None
