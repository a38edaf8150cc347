"""Calibrate trained weights on `validation` and write their manifest.

    python -m model.training.calibrate --data ../shared/data --model build/model

`--model` holds `model.safetensors` and `training.json` of `model.training.train` and the tokenizer of `model.training.prepare`;
`manifest.json` is written beside them. Importance is calibrated for each kind of document, tags for each group; the weights of
relevance to a query are fitted on QMSum's meetings of `train` and calibrated on those of `validation`.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from model import relevance
from model.calibration import Calibration, Floats, calibrate, fit
from model.checkpoint import file_sha256, write_manifest
from model.layers import EncoderConfig
from model.scorer import MANIFEST, QUERY, WEIGHTS, Attending, Scorer, unit_length
from model.tags import KINDS, Kind, tag_slice
from model.training import corpora

READERS = {"contract": corpora.read_contracts, "design": corpora.read_designs, "report": corpora.read_reports}
NAME, VERSION = "fusen-importance", "1"

Labels = NDArray[np.bool_]


def main() -> None:
    """Write the manifest, first without and then with the calibration."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--device", choices=["auto", "cpu", "cuda"], default="auto")
    parser.add_argument("--documents", type=int, default=150, help="at most so many validation documents of a kind")
    parser.add_argument(
        "--meetings", type=int, default=40, help="so many training meetings for the weights of relevance"
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
    }
    write_manifest(options.model / MANIFEST, architecture, facts)
    scorer = Scorer(options.model, options.device)
    kinds: dict[str, Calibration] = {}
    tags: dict[str, dict[str, float]] = {}
    for kind in KINDS:
        kinds[kind], tags[kind] = _calibrate_kind(scorer, options.data, kind, options.documents, options.seed)
        print(f"{kind}: {kinds[kind].sigmoid}, threshold for recall .9: {kinds[kind].threshold(0.9):.4f}", flush=True)
    train = islice(_asked(scorer, options.data, "train"), options.meetings)
    weights = _fit_relevance([asked for meeting in train for asked in meeting], options.seed)
    asked = [each for meeting in _asked(scorer, options.data, "validation") for each in meeting]
    logits = [found @ weights[:-1] + weights[-1] for found, _ in asked]
    kinds[QUERY] = calibrate(logits, [labels for _, labels in asked], options.seed)
    print(f"query: weights {weights.round(3)}, threshold for recall .9: {kinds[QUERY].threshold(0.9):.4f}")
    facts["calibration"] = {
        "documents": options.documents,
        "meetings": options.meetings,
        "seed": options.seed,
        "kinds": {name: calibration.to_json() for name, calibration in kinds.items()},
        "tags": tags,
        "relevance": weights.tolist(),
    }
    write_manifest(options.model / MANIFEST, architecture, facts)


def _calibrate_kind(
    scorer: Scorer, data: Path, kind: Kind, most: int, seed: int
) -> tuple[Calibration, dict[str, float]]:
    logits: list[Floats] = []
    labels: list[Labels] = []
    tag_logits: list[Floats] = []
    tag_labels: list[Labels] = []
    for document in _sample(data, kind, most, seed):
        raw, _ = scorer.logits([document.text[a:b] for a, b in document.spans], Attending())
        if document.important is not None:
            logits.append(raw.importance[:, KINDS.index(kind)].double().cpu().numpy())
            labels.append(document.important)
        scores = raw.tags[:, tag_slice(kind)].double().cpu().numpy()
        truth = np.zeros(scores.shape, np.bool_)
        truth[document.tags[:, 0], document.tags[:, 1]] = True
        tag_logits.append(scores.ravel())
        tag_labels.append(truth.ravel())
    slope, offset = fit(np.concatenate(tag_logits), np.concatenate(tag_labels))
    return calibrate(logits, labels, seed), {"slope": slope, "offset": offset}


def _sample(data: Path, kind: Kind, most: int, seed: int) -> list[corpora.LabelledDocument]:
    documents = [d for d in READERS[kind](data) if d.split == "validation" and d.spans]
    chosen = np.random.default_rng(seed).permutation(len(documents))[:most]
    return [documents[i] for i in sorted(chosen.tolist())]


Asked = tuple[Floats, Labels]
"""Features (passages, features) of one question to one meeting, and which passages answer it."""


def _asked(scorer: Scorer, data: Path, split: str) -> Iterator[list[Asked]]:
    """The questions to each meeting that have answers in it."""
    for line in corpora.read_lines(data / "meetings.jsonl.xz"):
        queries = [query for query in line["queries"] if query["spans"]]
        if line["split"] != split or not queries:
            continue
        spans = corpora.document_spans(line["text"])
        passages = [line["text"][a:b] for a, b in spans]
        raw, _ = scorer.logits(passages, Attending())
        vectors = unit_length(raw.vectors)
        asked = []
        for query in queries:
            answers = np.zeros(len(spans), np.bool_)
            for start, end in query["spans"]:
                answers[corpora.covered(spans, (start, end))] = True
            vector = scorer.query_vector(query["query"])
            asked.append((relevance.features(query["query"], passages, vector, vectors), answers))
        yield asked


def _fit_relevance(asked: list[Asked], seed: int) -> Floats:
    model = LogisticRegression(max_iter=1000, random_state=seed)
    model.fit(np.concatenate([found for found, _ in asked]), np.concatenate([labels for _, labels in asked]))
    return np.append(model.coef_[0], model.intercept_)


if __name__ == "__main__":
    main()
