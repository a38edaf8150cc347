"""Importance estimators: where attention mass probably lies, from a coarse look at queries and keys."""

from model.attention.config import AdaptiveAttentionConfig
from model.attention.estimators.antidiagonal import AntidiagonalEstimator
from model.attention.estimators.features import Estimator, Features, estimate_mass
from model.attention.estimators.pooled import PooledEstimator

__all__ = [
    "AntidiagonalEstimator",
    "Estimator",
    "Features",
    "PooledEstimator",
    "estimate_mass",
    "make_estimator",
]


def make_estimator(config: AdaptiveAttentionConfig) -> Estimator:
    """The estimator that needs no weights and that `config.estimator` names; raises `ValueError` for other names."""
    match config.estimator:
        case "pooled":
            return PooledEstimator(config.pool)
        case "mean":
            return PooledEstimator(config.pool, spread=False)
        case "antidiagonal":
            return AntidiagonalEstimator(config.pool)
    raise ValueError(
        f"estimator must be pooled, mean or antidiagonal, not {config.estimator!r}; a learned one is passed itself"
    )
