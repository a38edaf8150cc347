"""The trained model as one value: text of passages in, calibrated importance, tags and kind out. Builder apart from user."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray

from model import int8, relevance
from model.attention import AdaptiveAttentionConfig, CoveredMass
from model.calibration import Calibration, Sigmoid
from model.checkpoint import file_sha256, load_checkpoint, read_manifest
from model.depth import AdaptiveDepth, Missed, Reading, missed
from model.encoder import Report
from model.importance import ImportanceModel, Scan, Scores
from model.language import is_japanese
from model.memory import give_back
from model.structure import Structure, unknown_structure
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
    """How a document is read.

    `coverage` of the estimated mass is attended to by the whole-document layers; 1.0 or not `adaptive`: every pair. `whole`:
    every passage is read deeply, none is ruled out by the scan. `seed` of what is random.
    """

    adaptive: bool = True
    coverage: float = 0.95
    seed: int = 0
    whole: bool = False

    def config(self) -> AdaptiveAttentionConfig | None:
        """For the encoder, which takes None for dense."""
        return AdaptiveAttentionConfig(coverage=self.coverage, seed=self.seed) if self.adaptive else None


@dataclass(frozen=True)
class PassageScores:
    """What the model says of one document's passages.

    `importance`, `low`, `high` (passages,) float64: calibrated probability and its 95 % interval. `tags` (passages, tags of the
    kind) float64: calibrated probabilities, columns named by `tag_names`. `vectors` (passages, width) float32 of length one:
    near vectors are passages that say like things, among those read equally deeply. `tokens` is the document's length; `density`
    and `covered_mass` are means over the whole-document layers. `deep` (passages,) bool: read by the deep layers; None: all.
    `missed`: how many important passages there are expected to be among those that were not; None where all were.
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
    deep: NDArray[np.bool_] | None = None
    missed: Missed | None = None


@dataclass(frozen=True, eq=False)
class WholeReading:
    """What is kept of a document that was read whole, to answer any number of queries: see `Scorer.answer`.

    `vectors` (passages, width) float32 of length one; `states` (passages, width), on the scorer's device.
    """

    passages: tuple[str, ...]
    vectors: NDArray[np.float32]
    states: torch.Tensor


@dataclass(frozen=True)
class _Calibrations:
    """What the manifest says of how logits become probabilities; whatever it lacks leaves logits as they are."""

    kinds: dict[str, Calibration]
    tags: dict[str, Sigmoid]
    first: dict[str, Sigmoid]
    first_tags: dict[str, Sigmoid]
    depth: tuple[float, ...]
    relevance: NDArray[np.float64]

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> _Calibrations:
        def sigmoids(name: str) -> dict[str, Sigmoid]:
            return {kind: Sigmoid(**each) for kind, each in value.get(name, {}).items()}

        return cls(
            {name: Calibration.from_json(each) for name, each in value.get("kinds", {}).items()},
            sigmoids("tags"),
            sigmoids("first"),
            sigmoids("first_tags"),
            # Nothing is ruled out unless it was found how much may be.
            tuple(value.get("depth", {}).get(kind, -math.inf) for kind in KINDS),
            np.array(value.get("relevance", [0.0] * (len(relevance.FEATURES) + 1))),
        )


class Scorer:
    """Loaded weights, ready to score documents one after the other; not to be entered from two threads."""

    def __init__(self, folder: Path, device: str = "auto") -> None:
        """Read weights, tokenizer and manifest from `folder`. `device` is auto, cpu or cuda.

        On a CPU that can, local layers multiply in int8 where the manifest says that the weights bear it.

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
        self._parameters = sum(p.numel() for p in self.model.parameters())
        self._parameters += 2 * self.model.encoder.embedding.codes.numel()
        if self.device == "cpu" and manifest.get("int8") and int8.is_supported():
            int8.round_local_layers(self.model)
        if self.device == "cpu":
            give_back()
        self.tokenizer = Tokenizer(folder / TOKENIZER)
        self._calibrations = _Calibrations.from_json(manifest.get("calibration", {}))

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
        structure: Structure | None = None,
    ) -> PassageScores:
        """Score all passages of one document, in reading order. `kind` None: the model decides.

        With a `query` the importance is the probability that a passage answers it, and everything is read deeply, since what is
        asked for may stand anywhere. `report` is called with a stage (scanning, deepening, attending, scoring), units done and in
        all, and may raise to cancel. `early` gets preliminary scores of all passages from the model's first layers, once and
        before this returns, where the model has such an exit and nothing is asked; it may raise to cancel. `structure`
        (passages, features): as in `model.structure`; None: unknown. Raises `ValueError` without passages.
        """
        if not passages:
            raise ValueError("a document without passages cannot be scored")
        attending = attending or Attending()
        if query is not None:
            attending, early = replace(attending, whole=True), None
        language = "ja" if is_japanese(passages) else "en"

        def first(scan: Scan, tokens: int) -> None:
            if early is not None:
                early(self._first(scan, kind or _likeliest(scan.kind), tokens))

        raw, tokens = self.logits(passages, attending, report, structure=structure, early=first)
        if report:
            report("scoring", 0, 1)
        known = kind or _likeliest(raw.kind)
        vectors = unit_length(raw.vectors)
        if query is None:
            sigmoid = self._calibration(known, language).sigmoid
            logits = _array(raw.importance[:, KINDS.index(known)])
        else:
            sigmoid = self._calibration(QUERY, language).sigmoid
            logits = self.relevance_logits(query, passages, vectors, raw.states)
        low, high = sigmoid.interval(logits)
        importance = sigmoid.probability(logits)
        return PassageScores(
            kind=known,
            importance=importance,
            low=low,
            high=high,
            tags=self._calibrations.tags.get(known, Sigmoid()).probability(_array(raw.tags[:, tag_slice(known)])),
            tag_names=TAGS[known],
            vectors=vectors,
            tokens=tokens,
            density=raw.attention.density,
            covered_mass=raw.attention.covered_mass,
            deep=None if raw.reading is None else raw.reading.deep.cpu().numpy(),
            missed=None if raw.reading is None else _missed(raw.reading, importance),
        )

    @torch.inference_mode()
    def logits(
        self,
        passages: Sequence[str],
        attending: Attending,
        report: Report | None = None,
        *,
        structure: Structure | None = None,
        early: Callable[[Scan, int], None] | None = None,
    ) -> tuple[Scores, int]:
        """The model's raw outputs for one document, and its length in tokens; `early` is told what the first layers say."""
        ids, bounds = self.tokenizer.encode(passages)
        config = self.model.encoder.config
        # Unknown is a value that was learnt, not the lack of one.
        known = unknown_structure(len(passages)) if structure is None else structure
        with self._precision():
            scores = self.model(
                torch.from_numpy(ids.astype(np.int64)).to(self.device),
                torch.from_numpy(bounds).to(self.device),
                [0, len(passages)],
                attending.config(),
                report,
                structure=torch.from_numpy(known).to(self.device),
                depth=self._depth(attending) if config.scan_layers else None,
                early=None if early is None else lambda scan: early(scan, len(ids)),
            )
        return scores, len(ids)

    def answers(
        self,
        passages: Sequence[str],
        queries: Sequence[str],
        attending: Attending | None = None,
        structure: Structure | None = None,
    ) -> NDArray[np.float64]:
        """(queries, passages): the probability that a passage answers a query, as `score` gives it. The document is read once."""
        reading = self.read_whole(passages, attending=attending, structure=structure)
        return np.array([self.answer(each, reading) for each in queries]).reshape(len(queries), len(passages))

    def read_whole(
        self,
        passages: Sequence[str],
        *,
        attending: Attending | None = None,
        report: Report | None = None,
        structure: Structure | None = None,
    ) -> WholeReading:
        """Read every passage deeply, for any number of calls of `answer`. `report` as for `score`; it may raise to cancel."""
        if not passages:
            raise ValueError("a document without passages cannot be asked")
        raw, _ = self.logits(passages, replace(attending or Attending(), whole=True), report, structure=structure)
        return WholeReading(tuple(passages), unit_length(raw.vectors), raw.states)

    def answer(self, query: str, reading: WholeReading) -> NDArray[np.float64]:
        """(passages,): the probability that each passage answers the query, as `score` gives it; nothing is read again."""
        sigmoid = self._calibration(QUERY, "ja" if is_japanese(reading.passages) else "en").sigmoid
        return sigmoid.probability(self.relevance_logits(query, reading.passages, reading.vectors, reading.states))

    def relevance_logits(
        self, query: str, passages: Sequence[str], vectors: NDArray[np.float32], states: torch.Tensor
    ) -> NDArray[np.float64]:
        """How well each passage answers the query, before calibration; `states` are those of `Scores`."""
        weights = self._calibrations.relevance
        heads = len(weights) > len(relevance.FEATURES) + 1
        found = self.relevance_features(query, passages, vectors, states, heads=heads)[:, : len(weights) - 1]
        return np.asarray(found @ weights[:-1] + weights[-1])

    @torch.inference_mode()
    def relevance_features(
        self,
        query: str,
        passages: Sequence[str],
        vectors: NDArray[np.float32],
        states: torch.Tensor,
        *,
        heads: bool = True,
    ) -> NDArray[np.float64]:
        """(passages, features) of `model.relevance`, with those of the `heads` where the model has them."""
        state = self._query_state(query)
        asked = None
        if heads and self.model.encoder.config.asks:
            with self._precision():
                asked = _array(self.model.relevance(state, states)[0])
        return relevance.features(query, passages, unit_length(state)[0], vectors, asked)

    def query_vector(self, query: str) -> NDArray[np.float32]:
        """(width,), of length one, comparable with passages' vectors."""
        vector: NDArray[np.float32] = unit_length(self._query_state(query))[0]
        return vector

    def threshold(self, kind: Kind, recall: float, *, query: bool = False) -> float:
        """The importance from which on a passage is selected so that `recall` of the important ones are expected found."""
        calibration = self._calibrations.kinds.get(QUERY if query else kind)
        return calibration.threshold(recall) if calibration else 0.5

    def facts(self) -> list[tuple[str, str]]:
        """Name, version, parameters, device, torch's version: for people."""
        return [
            ("Model", f"{self.name.name} {self.name.version}, {self._parameters / 1e6:.1f} million parameters"),
            ("Model runs on", self.device),
            ("PyTorch", str(torch.__version__)),
        ]

    def _first(self, scan: Scan, kind: Kind, tokens: int) -> PassageScores:
        sigmoid = self._calibrations.first.get(kind, Sigmoid())
        logits = _array(scan.importance[:, KINDS.index(kind)])
        low, high = sigmoid.interval(logits)
        tags = _array(scan.tags[:, tag_slice(kind)])
        return PassageScores(
            kind=kind,
            importance=sigmoid.probability(logits),
            low=low,
            high=high,
            tags=self._calibrations.first_tags.get(kind, Sigmoid()).probability(tags),
            tag_names=TAGS[kind],
            vectors=np.zeros((len(logits), 0), np.float32),
            tokens=tokens,
            density=0.0,
            covered_mass=CoveredMass(1.0, 1.0, 1.0, 0),
            deep=np.zeros(len(logits), np.bool_),
        )

    def _calibration(self, name: str, language: str) -> Calibration:
        kinds = self._calibrations.kinds
        return kinds.get(f"{name}-{language}") or kinds.get(name) or Calibration(Sigmoid(), (), 0)

    def _depth(self, attending: Attending) -> AdaptiveDepth | None:
        return None if attending.whole else AdaptiveDepth(self._calibrations.depth, seed=attending.seed)

    @torch.inference_mode()
    def _query_state(self, query: str) -> torch.Tensor:
        """(1, width)."""
        ids, bounds = self.tokenizer.encode([query])
        with self._precision():
            states = self.model.encoder.read_locally(
                torch.from_numpy(ids.astype(np.int64)).to(self.device), bounds.tolist()
            )
        return states.float().mean(0, keepdim=True)

    def _precision(self) -> torch.autocast:
        # bfloat16 is fast on GPUs and very slow on CPUs without its instructions.
        return torch.autocast(self.device, torch.bfloat16, enabled=self.device == "cuda")


def _likeliest(kind: torch.Tensor) -> Kind:
    return KINDS[int(kind[0].argmax())]


def _missed(reading: Reading, importance: NDArray[np.float64]) -> Missed:
    """What the drawn blocks held says of those that were not read."""
    first = reading.blocks.first.cpu().numpy()
    drawn = reading.drawn.cpu().numpy()
    found = np.bincount(first, importance, minlength=len(drawn))[drawn]
    return missed(found, reading.ruled_out, float(reading.deep.float().mean()))


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
