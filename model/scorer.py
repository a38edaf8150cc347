"""The trained model as one value: text of passages in, calibrated importance, tags and kind out. Builder apart from user."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from model.attention import CoveredMass
from model.encoder import Report
from model.tags import Kind

WEIGHTS = "model.safetensors"
MANIFEST = "manifest.json"
TOKENIZER = "tokenizer.model"


@dataclass(frozen=True)
class ModelName:
    """Which weights these are; `sha256` is that of the weights file."""

    name: str
    version: str
    sha256: str


@dataclass(frozen=True)
class Attending:
    """How the whole-document layers attend: `coverage` of the estimated mass, 1.0 for every pair; `seed` of what is random."""

    adaptive: bool = True
    coverage: float = 0.95
    seed: int = 0


@dataclass(frozen=True)
class PassageScores:
    """What the model says of one document's passages.

    `importance`, `low`, `high` (passages,) float64: calibrated probability and its 95 % interval. `tags` (passages, tags of the
    kind) float64: calibrated probabilities, columns named by `tag_names`. `vectors` (passages, width) float32 of length one:
    near vectors are passages that say like things. `tokens` is the document's length; `density` and `covered_mass` are means
    over the whole-document layers.
    """

    kind: Kind
    importance: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    tags: NDArray[np.float64]
    tag_names: tuple[str, ...]
    vectors: NDArray[np.float32]
    tokens: int
    density: float
    covered_mass: CoveredMass


class Scorer:
    """Loaded weights, ready to score documents one after the other; not to be entered from two threads."""

    name: ModelName
    device: str

    @classmethod
    def load(cls, folder: Path, device: str = "auto") -> Scorer:
        """Read weights, tokenizer and manifest from `folder`. `device` is auto, cpu or cuda.

        Raises `ValueError` where cuda is asked for and absent, `FileNotFoundError` where a file is missing.
        """
        raise NotImplementedError

    def score(
        self,
        passages: Sequence[str],
        *,
        kind: Kind | None = None,
        attending: Attending | None = None,
        query: str | None = None,
        report: Report | None = None,
    ) -> PassageScores:
        """Score all passages of one document, in reading order. `kind` None: the model decides.

        With a `query` the importance is the probability that a passage answers it. `report` is called with a stage
        (scanning, attending, scoring), units done and in all, and may raise to cancel. Raises `ValueError` without passages.
        """
        raise NotImplementedError

    def threshold(self, kind: Kind, recall: float, *, query: bool = False) -> float:
        """The importance from which on a passage is selected so that `recall` of the important ones are expected found."""
        raise NotImplementedError

    def facts(self) -> list[tuple[str, str]]:
        """Name, version, parameters, device, torch's version: for people."""
        raise NotImplementedError
