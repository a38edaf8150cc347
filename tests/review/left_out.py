"""Whether "leaves out about N important ones (low to high)" holds: its intervals beside people's labels.

    OMP_NUM_THREADS=2 python -m tests.review.left_out --data ../shared/data [--split validation]

Reads each document of the split with the weights that ship, selects shares of its text as the window's slider does, and counts
the labelled passages that are left out. An interval of 95 % should hold that number in 95 of 100 documents.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import numpy as np

from app.review.estimates import Estimate, expected
from model.evaluation.importance import CORPORA
from model.scorer import PassageScores, Scorer
from model.training.corpora import LabelledDocument

WEIGHTS = Path(__file__).resolve().parents[2] / "resources" / "model"
SHARES = (0.02, 0.05, 0.10, 0.20, 0.40)


def left_out(document: LabelledDocument, scores: PassageScores, share: float) -> tuple[Estimate, int]:
    """What is told to be left out by the selection of `share` of the text, and how many labelled passages are."""
    assert document.important is not None
    sizes = np.array([end - start for start, end in document.spans])
    order = np.argsort(-scores.importance, kind="stable")
    before = np.concatenate([[0], np.cumsum(sizes[order])[:-1]])
    rest = order[before >= share * sizes.sum()]
    told = expected(scores.importance[rest].tolist(), scores.low[rest].tolist(), scores.high[rest].tolist())
    return told, int(document.important[rest].sum())


def documents(data: Path, corpus: str, split: str, limit: int) -> Iterator[LabelledDocument]:
    """Those of the split whose importance was labelled."""
    labelled = (d for d in CORPORA[corpus].read(data) if d.split == split and d.important is not None)
    return islice(labelled, limit)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--corpora", nargs="+", choices=tuple(CORPORA), default=["contract", "design"])
    parser.add_argument("--split", choices=("validation", "test"), default="validation")
    parser.add_argument("--limit", type=int, default=60, help="documents of each corpus")
    options = parser.parse_args()
    scorer = Scorer.load(WEIGHTS, "cpu")
    for corpus in options.corpora:
        found: dict[float, list[tuple[Estimate, int]]] = {share: [] for share in SHARES}
        for document in documents(options.data, corpus, options.split, options.limit):
            scores = scorer.score(document.texts(), kind=document.kind, structure=document.structure)
            for share in SHARES:
                found[share].append(left_out(document, scores, share))
        print(f"{corpus}, {options.split}, {len(found[SHARES[0]])} documents")
        for share, pairs in found.items():
            within = np.mean([low <= true <= high for told, true in pairs for _, low, high in [told.rounded]])
            above = np.mean([true > told.rounded[2] for told, true in pairs])
            about, true = (float(np.mean(each)) for each in ([t.value for t, _ in pairs], [n for _, n in pairs]))
            width = np.mean([told.rounded[2] - told.rounded[1] for told, _ in pairs])
            print(
                f"  {share:4.0%} of the text: told {about:6.2f}, true {true:6.2f}, mean width {width:5.1f}, "
                f"within {within:.2f}, above {above:.2f}"
            )


if __name__ == "__main__":
    main()
