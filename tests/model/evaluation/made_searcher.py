"""A made-up model that searches: vectors of a few words, which English and Japanese share where they mean the same."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from model.attention import CoveredMass
from model.scorer import Attending, ModelName, PassageScores
from model.tags import TAGS, Kind

MEANINGS = (("law", "法"), ("cost", "費用"), ("rain", "雨"), ("sea", "海"), ("train", "電車"))


def vector(text: str) -> np.ndarray:
    """(6,) of length one: which meanings a text holds, and a little of nothing, so that no text is empty."""
    held = [float(any(word in text.lower() for word in words)) for words in MEANINGS]
    found = np.array([*held, 0.1], np.float32)
    return found / np.linalg.norm(found)


class FakeSearcher:
    """Relevance is likeness squared; counts how often it reads a document."""

    name = ModelName("fake", "1", "cd" * 32)

    def __init__(self) -> None:
        self.read = 0

    def score(
        self,
        passages: Sequence[str],
        *,
        kind: Kind | None = None,
        attending: Attending | None = None,
    ) -> PassageScores:
        self.read += 1
        vectors = np.stack([vector(text) for text in passages])
        importance = np.zeros(len(passages))
        tags = np.zeros((len(passages), len(TAGS["report"])))
        mass = CoveredMass(1, 1, 1, 0)
        return PassageScores("report", importance, importance, importance, tags, TAGS["report"], vectors, 9, 1.0, mass)

    def answers(
        self, passages: Sequence[str], queries: Sequence[str], attending: Attending | None = None
    ) -> np.ndarray:
        self.read += 1
        vectors = np.stack([vector(text) for text in passages])
        return np.stack([(vectors @ vector(query)).astype(np.float64) ** 2 for query in queries])

    def query_vector(self, query: str) -> np.ndarray:
        return vector(query)
