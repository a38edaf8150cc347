"""What adaptive attention returns."""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor

from model.attention.audit import CoveredMass
from model.attention.selection import Selection


@dataclass(frozen=True)
class AttentionResult:
    """The attention and what is known of it.

    `output` (batch, query heads, tokens, head_dim); `density` is computed pairs of token blocks / all pairs (of the causal
    triangle where causal); `covered_mass` is None where the audit was switched off; `kernel` names the path that was taken, one
    of "dense", "triton" and "gathered", and `reason` says why (`model.attention.dispatch`).
    """

    output: Tensor
    density: float
    covered_mass: CoveredMass | None
    selection: Selection
    kernel: str
    reason: str
