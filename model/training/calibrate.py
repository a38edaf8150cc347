"""Calibrate trained weights on `validation` and write their manifest.

    python -m model.training.calibrate --data ../shared/data --model build/model

`--model` holds `model.safetensors` and `training.json` of `model.training.train` and the tokenizer of `model.training.prepare`;
`manifest.json` is written beside them. First is chosen how much the scan may rule out: of the passages that the whole model finds
likely to matter, `--lost` at most. With that, importance is calibrated for each kind of document, and for Japanese documents of
each kind; tags for each group; the same for what the first layers say. The weights of relevance to a query are fitted on every
other contract and calibrated on the rest: contracts are asked for each of their tags, in the words of `contract-tags.json`.
`--queries` does this last part alone, and keeps the rest.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, replace
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import expit
from torch import Tensor

from model.calibration import Calibration, Floats, Sigmoid, calibrate, fit, fit_offset, fit_with_uncertainty
from model.checkpoint import file_sha256, write_manifest
from model.importance import Scan, Scores
from model.layers import EncoderConfig
from model.scorer import MANIFEST, QUERY, WEIGHTS, Attending, Scorer, unit_length
from model.tags import KINDS, TAGS, Kind, tag_slice
from model.training import corpora
from model.training.corpora import LabelledDocument

NAME, VERSION = "fusen-importance", "2"

LIKELY = 0.3
"""From this probability on a passage is likely to matter: to be important, or to carry a tag."""

Labels = NDArray[np.bool_]


@dataclass
class Logits:
    """What a model says of documents of one kind, a list entry a document, and their labels.

    `importance` and `labels` (passages,) hold the documents whose importance was labelled; `tags` and `truth` (passages, tags).
    """

    importance: list[Floats] = field(default_factory=list)
    labels: list[Labels] = field(default_factory=list)
    tags: list[Floats] = field(default_factory=list)
    truth: list[Labels] = field(default_factory=list)

    def add(self, said: Scores | Scan, document: LabelledDocument, kind: Kind) -> None:
        """One more document."""
        if document.important is not None:
            self.importance.append(_array(said.importance[:, KINDS.index(kind)]))
            self.labels.append(document.important)
        if document.group == kind:
            self.tags.append(_array(said.tags[:, tag_slice(kind)]))
            truth = np.zeros(self.tags[-1].shape, np.bool_)
            truth[document.tags[:, 0], document.tags[:, 1]] = True
            self.truth.append(truth)

    def tag_sigmoid(self) -> Sigmoid:
        """One for all tags of the kind."""
        each = [np.concatenate([part.ravel() for part in parts]) for parts in (self.tags, self.truth)]
        return Sigmoid(*fit(each[0], each[1].astype(np.bool_)))


def main() -> None:
    """Write the manifest, first without, then with the depth alone, at last with the whole calibration."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--device", choices=["auto", "cpu", "cuda"], default="auto")
    parser.add_argument("--documents", type=int, default=150, help="at most so many validation documents of a kind")
    parser.add_argument(
        "--lost", type=float, default=0.002, help="share of what is likely to matter that may be ruled out"
    )
    parser.add_argument("--asked", type=int, default=40, help="so many contracts for relevance")
    parser.add_argument("--queries", action="store_true", help="relevance alone; the manifest keeps the rest")
    parser.add_argument(
        "--int8", action="store_true", help="on CPUs multiply in int8 where it costs least (model.int8)"
    )
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    training = json.loads((options.model / "training.json").read_text("utf-8"))
    architecture = EncoderConfig(**training["architecture"])
    facts: dict[str, Any] = {
        "name": NAME,
        "version": VERSION,
        "sha256": file_sha256(options.model / WEIGHTS),
        "training": training,
        "int8": options.int8,
    }

    def loaded(calibration: dict[str, Any]) -> Scorer:
        write_manifest(options.model / MANIFEST, architecture, {**facts, "calibration": calibration})
        return Scorer(options.model, options.device)

    contract_split = training["recipe"].get("contract_split", "split")
    if options.queries:
        found: dict[str, Any] = json.loads((options.model / MANIFEST).read_text("utf-8"))["calibration"]
        found |= {"asked": options.asked}
    else:
        documents = _documents(options, contract_split)
        found = {name: getattr(options, name) for name in ("documents", "lost", "asked", "seed")}
        if architecture.scan_layers:
            found |= _calibrate_scan(loaded({}), documents, options.lost, options.seed)
        found |= _calibrate_kinds(loaded(found), documents, options.seed)
    found |= _calibrate_queries(loaded(found), found["kinds"], options, contract_split)
    loaded(found)


def _documents(options: argparse.Namespace, contract_split: str) -> dict[Kind, list[LabelledDocument]]:
    """Validation documents of each kind: those with labels, at most `--documents`, and the Japanese ones."""
    readers: dict[Kind, Iterator[LabelledDocument]] = {
        "contract": corpora.read_contracts(options.data, contract_split),
        "report": corpora.read_reports(options.data),
        "design": corpora.read_designs(options.data),
    }
    japanese = [d for d in corpora.read_japanese_labelled(options.data) if d.split == "validation"]
    found = {}
    for kind, reader in readers.items():
        documents = [d for d in reader if d.split == "validation" and d.spans]
        chosen = np.random.default_rng(options.seed).permutation(len(documents))[: options.documents]
        found[kind] = [documents[i] for i in sorted(chosen.tolist())] + [d for d in japanese if d.kind == kind]
    return found


def _calibrate_scan(
    scorer: Scorer, documents: dict[Kind, list[LabelledDocument]], lost: float, seed: int
) -> dict[str, Any]:
    """How much may be ruled out, and what the first layers' logits mean."""
    depth, first, first_tags = {}, {}, {}
    for kind in KINDS:
        whole, shallow, interest = Logits(), Logits(), []
        for document in documents[kind]:
            if document.group != kind:
                continue
            raw, _ = scorer.logits(document.texts(), Attending(whole=True), structure=document.structure)
            whole.add(raw, document, kind)
            shallow.add(raw.scans[0], document, kind)
            if document.important is not None:
                interest.append(_array(raw.scans[-1].interest))
        sigmoid = Sigmoid(*fit(np.concatenate(whole.importance), np.concatenate(whole.labels)))
        by_tags = whole.tag_sigmoid()
        tags = [t for t, d in zip(whole.tags, _of_kind(documents, kind), strict=True) if d.important is not None]
        matters = np.concatenate(
            [
                np.maximum(sigmoid.probability(importance), by_tags.probability(each).max(1)) >= LIKELY
                for importance, each in zip(whole.importance, tags, strict=True)
            ]
        )
        pooled = np.concatenate(interest)
        depth[kind] = float(np.quantile(pooled[matters], lost)) if matters.any() else float(pooled.min())
        first[kind] = asdict(fit_with_uncertainty(shallow.importance, shallow.labels, seed))
        first_tags[kind] = asdict(shallow.tag_sigmoid())
        share = float((pooled >= depth[kind]).mean())
        print(f"{kind}: {share:.1%} of the passages interest the scan from {depth[kind]:.3f} on", flush=True)
    return {"depth": depth, "first": first, "first_tags": first_tags}


def _of_kind(documents: dict[Kind, list[LabelledDocument]], kind: Kind) -> list[LabelledDocument]:
    return [document for document in documents[kind] if document.group == kind]


def _calibrate_kinds(scorer: Scorer, documents: dict[Kind, list[LabelledDocument]], seed: int) -> dict[str, Any]:
    kinds: dict[str, Calibration] = {}
    tags = {}
    japanese: dict[str, Logits] = {}
    for kind in KINDS:
        english = Logits()
        for document in documents[kind]:
            raw, _ = scorer.logits(document.texts(), Attending(), structure=document.structure)
            (english if document.group == kind else japanese.setdefault(kind, Logits())).add(raw, document, kind)
        kinds[kind] = calibrate(english.importance, english.labels, seed)
        tags[kind] = asdict(english.tag_sigmoid())
        print(f"{kind}: {kinds[kind].sigmoid}, threshold for recall .9: {kinds[kind].threshold(0.9):.4f}", flush=True)
    kinds |= _calibrate_japanese(kinds, japanese, seed)
    return {"kinds": {name: calibration.to_json() for name, calibration in kinds.items()}, "tags": tags}


def _calibrate_japanese(
    kinds: dict[str, Calibration], japanese: dict[str, Logits], seed: int
) -> dict[str, Calibration]:
    """Two documents a kind are enough for how often something matters in Japanese, not for how sharply, nor kind by kind.

    So all move the English sigmoids by one offset, and share thresholds.
    """
    if not japanese:
        return {}
    odds, labels = [], []
    for kind, said in japanese.items():
        sigmoid = kinds[kind].sigmoid
        odds += [sigmoid.slope * each + sigmoid.offset for each in said.importance]
        labels += said.labels
    moved = fit_offset(Sigmoid(1.0, 0.0), odds, labels)
    shared = calibrate(odds, labels, seed, moved)
    print(f"Japanese: offset {moved.offset:+.3f}", flush=True)
    return {
        f"{kind}-ja": replace(
            shared, sigmoid=replace(kinds[kind].sigmoid, offset=kinds[kind].sigmoid.offset + moved.offset)
        )
        for kind in japanese
    }


def _calibrate_queries(
    scorer: Scorer, kinds: dict[str, Any], options: argparse.Namespace, contract_split: str
) -> dict[str, Any]:
    asked = _asked(scorer, options, contract_split)
    # Not on `train`: on what the model has learnt by heart it looks far better than it is.
    weights = _fit_relevance([pair for pairs in asked[::2] for pair in pairs])
    each = [pair for pairs in asked[1::2] for pair in pairs]
    logits = [found @ weights[:-1] + weights[-1] for found, _ in each]
    calibration = calibrate(logits, [labels for _, labels in each], options.seed)
    print(f"query: weights {weights.round(3)}, threshold for recall .9: {calibration.threshold(0.9):.4f}")
    return {"relevance": weights.tolist(), "kinds": {**kinds, QUERY: calibration.to_json()}}


Asked = tuple[Floats, Labels]
"""Features (passages, features) of one question to one document, and which passages answer it."""


def _asked(scorer: Scorer, options: argparse.Namespace, contract_split: str) -> list[list[Asked]]:
    """The questions to contracts of `validation`, document by document."""
    contracts = (
        replace(d, queries=_by_tag(d, options.data))
        for d in corpora.read_contracts(options.data, contract_split)
        if d.split == "validation" and len(d.tags)
    )
    return [_answers(scorer, document) for document in islice(contracts, options.asked)]


def _by_tag(document: LabelledDocument, data: Path) -> tuple[tuple[str, Labels], ...]:
    """A contract asked for each tag that it has, by the tag's name and by its description."""
    described = json.loads((data / "contract-tags.json").read_text("utf-8"))
    queries = []
    for tag in sorted(set(document.tags[:, 1].tolist())):
        answers = np.zeros(len(document.spans), np.bool_)
        answers[document.tags[document.tags[:, 1] == tag, 0]] = True
        words = described[TAGS["contract"][tag]]
        queries += [(words["name"], answers), (words["description"], answers)]
    return tuple(queries)


def _answers(scorer: Scorer, document: LabelledDocument) -> list[Asked]:
    """Likeness and words alone: the heads for what a reader asks learnt from English meetings, and lead astray in contracts."""
    texts = document.texts()
    raw, _ = scorer.logits(texts, Attending(whole=True), structure=document.structure)
    vectors = unit_length(raw.vectors)
    return [
        (scorer.relevance_features(query, texts, vectors, raw.states, heads=False), answers)
        for query, answers in document.queries
    ]


def _fit_relevance(asked: list[Asked]) -> Floats:
    """Weights and offset of a logistic regression. No weight is negative: a shared word does not speak against a passage."""
    features = np.concatenate([found for found, _ in asked])
    labels = np.concatenate([answers for _, answers in asked])

    def loss(weights: Floats) -> tuple[float, Floats]:
        logits = features @ weights[:-1] + weights[-1]
        wrong = (expit(logits) - labels) / len(labels)
        value = float((np.logaddexp(0, logits) - labels * logits).mean())
        return value, np.append(features.T @ wrong, wrong.sum())

    count = features.shape[1]
    bounds = [(0.0, None)] * count + [(None, None)]
    fitted: Floats = minimize(loss, np.zeros(count + 1), jac=True, bounds=bounds, method="L-BFGS-B").x
    return fitted


def _array(values: Tensor) -> Floats:
    array: Floats = values.double().cpu().numpy()
    return array


if __name__ == "__main__":
    main()
