"""Which passages are selected, and in which order of importance."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray


def ranks(importance: NDArray[np.float64]) -> NDArray[np.int64]:
    """Ranks from 1 for the most important; of equals the one that comes first in the text."""
    order = np.argsort(-importance, kind="stable")
    ranked = np.empty(len(order), dtype=np.int64)
    ranked[order] = np.arange(1, len(order) + 1)
    return ranked


def select_by_threshold(importance: NDArray[np.float64], threshold: float) -> NDArray[np.bool_]:
    """The passages whose importance reaches the threshold."""
    return np.asarray(importance >= threshold)


def select_by_share(importance: NDArray[np.float64], lengths: Sequence[int], share: float) -> NDArray[np.bool_]:
    """The most important passages, until `share` of the characters of all passages is selected.

    The passage that reaches the share is selected too: the reader asked for so much of the text, not for less.
    """
    order = np.argsort(-importance, kind="stable")
    sizes = np.asarray(lengths, dtype=np.int64)[order]
    before = np.cumsum(sizes) - sizes
    selected = np.zeros(len(order), dtype=np.bool_)
    selected[order] = before < share * sizes.sum()
    return selected
