"""The settings of adaptive sparse attention."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class AdaptiveAttentionConfig:
    """How pairs of token blocks are estimated, selected and audited. Counts are token blocks unless said otherwise.

    `coverage`: share of the estimated attention mass that each (head, query block) must reach; 1.0 computes every pair.
    `block_size`: tokens a token block. `pool`: tokens that the estimator averages; divides `block_size`.
    `opening`, `neighbours`, `explored`: always kept beside the query's own block: the first blocks of the text, so many on
    each side, and so many drawn at random under `seed`.
    `floor`, `ceiling`: fewest and most key blocks for a query block; the always-kept ones pass the ceiling. None: no ceiling.
    `dense_below`: texts of fewer tokens are attended to densely, where selecting costs more than it saves.
    `audit_rows`: query rows, drawn at random over batch and heads, whose covered mass is computed exactly; 0: no audit.
    """

    coverage: float = 0.95
    block_size: int = 64
    pool: int = 16
    opening: int = 1
    neighbours: int = 1
    explored: int = 1
    floor: int = 4
    ceiling: int | None = None
    dense_below: int = 1024
    audit_rows: int = 256
    seed: int = 0

    def __post_init__(self) -> None:
        if not 0.0 < self.coverage <= 1.0:
            raise ValueError(f"coverage must lie in (0, 1], not {self.coverage}")
        if self.block_size < 1 or self.pool < 1 or self.block_size % self.pool:
            raise ValueError(f"pool must divide block_size, and both be positive: {self.pool}, {self.block_size}")
        counts = (self.opening, self.neighbours, self.explored, self.floor, self.dense_below, self.audit_rows)
        if min(counts) < 0:
            raise ValueError("opening, neighbours, explored, floor, dense_below and audit_rows must not be negative")
        if self.ceiling is not None and self.ceiling < max(self.floor, 1):
            raise ValueError(f"ceiling must be at least the floor ({self.floor}) and 1, not {self.ceiling}")
