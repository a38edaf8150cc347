"""How well a passage answers what a reader looks for: likeness of meaning and shared words, weighed by a logistic regression.

Features stand beside those of the neighbourhood, since what is asked about is seldom one sentence alone.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

FEATURES = ("likeness", "words", "likeness-nearby", "words-nearby")
ASKED_FEATURES = (*FEATURES, "asked", "asked-nearby")
"""Those of a model that has heads for what a reader asks."""

_REACH = 2
"""Passages on each side that count as nearby."""

_WORD = re.compile(r"[^\W_]+")
_CJK = re.compile(r"[\u3005\u3041-\u30ff\u4e00-\u9fff]+")


def features(
    query: str,
    passages: Sequence[str],
    query_vector: NDArray[np.float32],
    vectors: NDArray[np.float32],
    asked: NDArray[np.float64] | None = None,
) -> NDArray[np.float64]:
    """(passages, features), in the order of `FEATURES`, or of `ASKED_FEATURES` with `asked`, (passages,) logits of the heads.

    `query_vector` (width,), `vectors` (passages, width), of length one. Likeness is the cosine in standard deviations over the
    document, as cosines of one model all lie close together; words are the share of the query's words, weighed by rarity.
    """
    likeness = _standardized((vectors @ query_vector).astype(np.float64))
    words = shared_words(query, passages)
    columns = [likeness, words, _nearby(likeness), _nearby(words)]
    if asked is not None:
        asked = _standardized(asked)
        columns += [asked, _nearby(asked)]
    return np.stack(columns, axis=1)


def _standardized(values: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray((values - values.mean()) / max(float(values.std()), 1e-6))


def shared_words(query: str, passages: Sequence[str]) -> NDArray[np.float64]:
    """Share of the query's terms that each passage holds, weighed by their inverse document frequency over the passages."""
    wanted = terms(query)
    held = [terms(passage) for passage in passages]
    seen = Counter(term for each in held for term in each & wanted)
    weight = {term: float(np.log((len(passages) + 1) / (seen[term] + 0.5))) for term in wanted}
    total = sum(weight.values())
    if total <= 0:
        return np.zeros(len(passages))
    return np.array([sum(weight[term] for term in each & wanted) / total for each in held])


def terms(text: str) -> frozenset[str]:
    """Words in lower case; of Japanese, which has no spaces, pairs of characters."""
    found: set[str] = set()
    for word in _WORD.findall(unicodedata.normalize("NFKC", text).lower()):
        found.update(filter(None, _CJK.split(word)))
        for run in _CJK.findall(word):
            found.update(run[i : i + 2] for i in range(max(1, len(run) - 1)))
    return frozenset(found)


def _nearby(values: NDArray[np.float64]) -> NDArray[np.float64]:
    kernel = np.ones(2 * _REACH + 1)
    return (
        np.convolve(values, kernel, mode="full")[_REACH : _REACH + len(values)]
        / np.convolve(np.ones_like(values), kernel, mode="full")[_REACH : _REACH + len(values)]
    )
