"""The trained model as one value: text of passages in, calibrated importance, tags and kind out. Builder apart from user."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray

from model import relevance
from model.attention import AdaptiveAttentionConfig, CoveredMass
from model.calibration import Calibration, Sigmoid
from model.checkpoint import file_sha256, load_checkpoint, read_manifest
from model.encoder import Report
from model.importance import ImportanceModel, Scores
from model.tags import KINDS, TAGS, Kind, tag_slice
from model.tokenizer import Tokenizer

WEIGHTS = "model.safetensors"
MANIFEST = "manifest.json"
TOKENIZER = "tokenizer.model"
QUERY = "query"
"""The name among the calibrations of the one for what a reader looks for."""


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

    def config(self) -> AdaptiveAttentionConfig | None:
        """For the encoder, which takes None for dense."""
        return AdaptiveAttentionConfig(coverage=self.coverage, seed=self.seed) if self.adaptive else None


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

    def __init__(self, folder: Path, device: str = "auto") -> None:
        """Read weights, tokenizer and manifest from `folder`. `device` is auto, cpu or cuda.

        Raises `ValueError` where cuda is asked for and absent, or where the weights are not those that the manifest names;
        `FileNotFoundError` where a file is missing.
        """
        architecture, manifest = read_manifest(folder / MANIFEST)
        sha256 = file_sha256(folder / WEIGHTS)
        if sha256 != manifest["sha256"]:
            raise ValueError(f"{WEIGHTS} is not the file that {MANIFEST} names: its SHA-256 is {sha256}")
        self.name = ModelName(manifest["name"], manifest["version"], sha256)
        self.device = _choose(device)
        # cuDNN compiles its attention anew for every length, and every document has its own.
        torch.backends.cuda.enable_cudnn_sdp(False)
        self.model: ImportanceModel = load_checkpoint(folder / WEIGHTS, architecture).to(self.device)
        self.tokenizer = Tokenizer(folder / TOKENIZER)
        calibration = manifest.get("calibration", {})
        self._calibrations = {
            name: Calibration.from_json(value) for name, value in calibration.get("kinds", {}).items()
        }
        self._tags = {name: Sigmoid(**value) for name, value in calibration.get("tags", {}).items()}
        self._relevance = np.array(calibration.get("relevance", [0.0] * (len(relevance.FEATURES) + 1)))

    @classmethod
    def load(cls, folder: Path, device: str = "auto") -> Scorer:
        """As the constructor, as a function to hand on."""
        return cls(folder, device)

    def score(
        self,
        passages: Sequence[str],
        *,
        kind: Kind | None = None,
        attending: Attending | None = None,
        query: str | None = None,
        report: Report | None = None,
        early: Callable[[PassageScores], None] | None = None,
    ) -> PassageScores:
        """Score all passages of one document, in reading order. `kind` None: the model decides.

        With a `query` the importance is the probability that a passage answers it. `report` is called with a stage
        (scanning, attending, scoring), units done and in all, and may raise to cancel. `early` is there for preliminary scores
        of all passages from a cheap scan, at most once and before this returns; it may raise to cancel, and this scorer,
        which has no such scan, never calls it. Raises `ValueError` without passages.
        """
        if not passages:
            raise ValueError("a document without passages cannot be scored")
        raw, tokens = self.logits(passages, attending or Attending(), report)
        if report:
            report("scoring", 0, 1)
        known = kind or KINDS[int(raw.kind[0].argmax())]
        vectors = unit_length(raw.vectors)
        if query is None:
            name: str = known
            logits = _array(raw.importance[:, KINDS.index(known)])
        else:
            name, logits = QUERY, self.relevance_logits(query, passages, vectors)
        sigmoid = self._calibrations[name].sigmoid if name in self._calibrations else Sigmoid()
        low, high = sigmoid.interval(logits)
        return PassageScores(
            kind=known,
            importance=sigmoid.probability(logits),
            low=low,
            high=high,
            tags=self._tags.get(known, Sigmoid()).probability(_array(raw.tags[:, tag_slice(known)])),
            tag_names=TAGS[known],
            vectors=vectors,
            tokens=tokens,
            density=raw.attention.density,
            covered_mass=raw.attention.covered_mass,
        )

    @torch.inference_mode()
    def logits(self, passages: Sequence[str], attending: Attending, report: Report | None = None) -> tuple[Scores, int]:
        """The model's raw outputs for one document, and its length in tokens."""
        ids, bounds = self.tokenizer.encode(passages)
        with self._precision():
            scores = self.model(
                torch.from_numpy(ids.astype(np.int64)).to(self.device),
                torch.from_numpy(bounds).to(self.device),
                [0, len(passages)],
                attending.config(),
                report,
            )
        return scores, len(ids)

    def relevance_logits(
        self, query: str, passages: Sequence[str], vectors: NDArray[np.float32]
    ) -> NDArray[np.float64]:
        """How well each passage answers the query, before calibration."""
        found = relevance.features(query, passages, self.query_vector(query), vectors)
        return np.asarray(found @ self._relevance[:-1] + self._relevance[-1])

    @torch.inference_mode()
    def query_vector(self, query: str) -> NDArray[np.float32]:
        """(width,), of length one, comparable with passages' vectors."""
        ids, bounds = self.tokenizer.encode([query])
        with self._precision():
            states = self.model.encoder.read_locally(
                torch.from_numpy(ids.astype(np.int64)).to(self.device), bounds.tolist()
            )
        vector: NDArray[np.float32] = unit_length(states.float().mean(0, keepdim=True))[0]
        return vector

    def threshold(self, kind: Kind, recall: float, *, query: bool = False) -> float:
        """The importance from which on a passage is selected so that `recall` of the important ones are expected found."""
        calibration = self._calibrations.get(QUERY if query else kind)
        return calibration.threshold(recall) if calibration else 0.5

    def facts(self) -> list[tuple[str, str]]:
        """Name, version, parameters, device, torch's version: for people."""
        parameters = sum(p.numel() for p in self.model.parameters()) + 2 * self.model.encoder.embedding.codes.numel()
        return [
            ("Model", f"{self.name.name} {self.name.version}, {parameters / 1e6:.1f} million parameters"),
            ("Model runs on", self.device),
            ("PyTorch", str(torch.__version__)),
        ]

    def _precision(self) -> torch.autocast:
        # bfloat16 is fast on GPUs and very slow on CPUs without its instructions.
        return torch.autocast(self.device, torch.bfloat16, enabled=self.device == "cuda")


def unit_length(vectors: torch.Tensor) -> NDArray[np.float32]:
    """Rows scaled to length one, as a float32 array."""
    scaled: NDArray[np.float32] = F.normalize(vectors.float(), dim=-1).cpu().numpy()
    return scaled


def _array(values: torch.Tensor) -> NDArray[np.float64]:
    array: NDArray[np.float64] = values.double().cpu().numpy()
    return array


def _choose(device: str) -> str:
    available = torch.cuda.is_available()
    if device == "cuda" and not available:
        raise ValueError("a GPU was asked for, and PyTorch finds none")
    return "cuda" if available and device != "cpu" else "cpu"
