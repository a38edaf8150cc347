"""What adaptive attention returns."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from torch import Tensor

from model.attention.audit import CoveredMass
from model.attention.selection import Selection


@dataclass(frozen=True)
class AttentionResult:
    """The attention and what is known of it.

    `output` (batch, query heads, tokens, head_dim); `density` is computed pairs of token blocks / all pairs (of the causal
    triangle where causal); `audited` waits for the audit, which `covered_mass` asks once; `kernel` names the path that was
    taken, one of "dense", "triton" and "gathered", and `reason` says why (`model.attention.dispatch`).
    """

    output: Tensor
    density: float
    audited: Callable[[], CoveredMass | None]
    selection: Selection
    kernel: str
    reason: str

    @cached_property
    def covered_mass(self) -> CoveredMass | None:
        """The share of the dense attention mass that was computed, by the audit; None where that was switched off."""
        return self.audited()
