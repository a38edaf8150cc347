"""Adaptive sparse attention: scan coarsely, select pairs of token blocks, attend to those, audit the rest."""

from model.attention.adaptive import adaptive_attention
from model.attention.audit import CoveredMass
from model.attention.config import AdaptiveAttentionConfig
from model.attention.dense import dense_attention
from model.attention.result import AttentionResult
from model.attention.selection import Selection

__all__ = [
    "AdaptiveAttentionConfig",
    "AttentionResult",
    "CoveredMass",
    "Selection",
    "adaptive_attention",
    "dense_attention",
]
