"""How well importance and tags are found: the model, adaptive and dense, beside what people use instead.

    python -m model.evaluation.importance --data ../shared/data --split test --json build/importance.json

Every method scores the same passages of the same documents, the units that training used. `model.evaluation.figures` defines
the figures; intervals are 95 % over resampled documents. The model is told each document's kind. Only the model gives tags and
probabilities, so tag mAP and ECE are its alone. `--attention none` runs the baselines without weights.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from model.evaluation import comparison
from model.evaluation.comparison import AttentionFigures, Difference, DocumentScorer, Method, Row, SelectionFigures
from model.evaluation.output import bounds, circumstances, number, progress, table, write_json
from model.scorer import Attending, Scorer
from model.tags import KINDS, Kind
from model.training import corpora
from model.training.corpora import LabelledDocument

Load = Callable[[Path, str], DocumentScorer]
"""(folder of the weights, device) -> the model."""

READERS: dict[str, Callable[[Path], Iterator[LabelledDocument]]] = {
    "contract": corpora.read_contracts,
    "design": corpora.read_designs,
    "report": corpora.read_reports,
    "japanese": corpora.read_japanese_labelled,
}
ADAPTIVE, DENSE = "Fusen (adaptive)", "Fusen (dense)"
RESAMPLES = 1000


@dataclass(frozen=True)
class CorpusFigures:
    """One corpus under all methods. `judged`: documents whose importance was labelled; `passages` and `share` are theirs."""

    corpus: str
    documents: int
    judged: int
    with_important: int
    passages: int
    share: float
    rows: tuple[Row, ...]
    attention: tuple[AttentionFigures, ...]
    difference: Difference | None
    selection: tuple[SelectionFigures, ...]


def main(arguments: Sequence[str] | None = None, load: Load = Scorer.load) -> int:
    """Evaluate, print tables, write JSON; `load` stands in for the real model in tests. Returns the exit status."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    parser = _parser()
    options = parser.parse_args(given)
    attendings = {
        {"adaptive": ADAPTIVE, "dense": DENSE}[way]: Attending(way == "adaptive", options.coverage, options.seed)
        for way in options.attention
    }
    methods = comparison.baseline_methods()
    sha256 = threshold = None
    if attendings:
        try:
            scorer = load(options.weights, options.device)
        except (FileNotFoundError, ValueError) as error:
            parser.error(f"{error}; --attention none runs the baselines without weights")
        sha256, threshold = scorer.name.sha256, scorer.threshold
        methods |= comparison.model_methods(scorer, attendings)
    results = []
    for corpus in [*options.kinds, *(["japanese"] if options.japanese else [])]:
        documents = read_split(options.data, corpus, options.split, options.limit)
        if not documents:
            print(f"{corpus}: no document in split {options.split}", file=sys.stderr)
            continue
        results.append(evaluate(corpus, documents, methods, options.seed, threshold))
        print(described(results[-1]), flush=True)
    if options.json:
        write_json(options.json, _facts(given, options, sha256, results))
    return 0


def read_split(data: Path, corpus: str, split: str, limit: int | None) -> list[LabelledDocument]:
    """The first `limit` documents of a split that hold a passage."""
    wanted = (document for document in READERS[corpus](data) if document.split == split and document.spans)
    return list(islice(wanted, limit))


def evaluate(
    corpus: str,
    documents: Sequence[LabelledDocument],
    methods: dict[str, Method],
    seed: int = 0,
    threshold: Callable[[Kind, float], float] | None = None,
) -> CorpusFigures:
    """All methods on one corpus; with `threshold` also what the first way of the model selects for a recall target."""
    runs = {name: comparison.run(name, method, documents, progress) for name, method in methods.items()}
    labels = [document.important for document in documents if document.important is not None]
    pooled = np.concatenate(labels) if labels else np.zeros(0, np.bool_)
    models = [runs[name] for name in (ADAPTIVE, DENSE) if name in runs]
    return CorpusFigures(
        corpus,
        len(documents),
        len(labels),
        sum(bool(important.any()) for important in labels),
        len(pooled),
        float(pooled.mean()) if len(pooled) else 0.0,
        tuple(comparison.row(documents, result, RESAMPLES, seed) for result in runs.values()),
        tuple(comparison.attention_figures(result) for result in models),
        comparison.difference(documents, models[0], models[1], RESAMPLES, seed) if len(models) == 2 else None,
        comparison.selection_figures(documents, models[0], threshold) if models and threshold else (),
    )


def described(result: CorpusFigures) -> str:
    """The corpus, the table of methods, and what adaptive attention did, for people."""
    heading = (
        f"\n{result.corpus}: {result.documents} documents; importance labelled in {result.judged}, "
        f"{result.with_important} of them with an important passage; {result.passages:,} passages, "
        f"{result.share:.1%} important\n"
    )
    header = ["method", "AP", "95 %", "AP by document"]
    header += [f"recall@{share:.0%}".rstrip("%") for share in comparison.SHARES] + ["tag mAP", "ECE", "seconds"]
    lines = [heading, table(header, [_cells(each) for each in result.rows]), ""]
    lines += [
        f"{each.method}: density {each.density:.3f}, covered mass {each.covered_mass.estimate:.4f} "
        f"{bounds((each.covered_mass.low, each.covered_mass.high), 4)}, {each.read_densely} of {each.documents} documents densely"
        for each in result.attention
    ]
    lines += [
        f"selected for a recall of {each.target:.0%}: recall {number(each.recall)}, {each.share:.1%} of the text"
        for each in result.selection
    ]
    if result.difference is not None:
        first, second = result.difference.methods
        lines.append(
            f"{first} − {second}: AP {number(result.difference.average_precision, 4)} "
            f"{bounds(result.difference.interval, 4)}, largest difference of importance "
            f"{result.difference.largest_importance:.4f}"
        )
    return "\n".join(lines)


def _cells(each: Row) -> list[str]:
    return [
        each.method,
        number(each.average_precision),
        bounds(each.average_precision_interval),
        number(each.average_precision_by_document),
        *(number(value) for value in each.recall.values()),
        number(each.tag_mean_average_precision),
        number(each.calibration_error, 4),
        number(each.seconds, 1),
    ]


def _facts(
    given: Sequence[str], options: argparse.Namespace, sha256: str | None, results: Sequence[CorpusFigures]
) -> dict[str, Any]:
    return {
        **circumstances("model.evaluation.importance", given),
        "weights_sha256": sha256,
        "split": options.split,
        "seed": options.seed,
        "coverage": options.coverage,
        "resamples": RESAMPLES,
        "corpora": [asdict(result) for result in results],
    }


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m model.evaluation.importance",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--data", type=Path, required=True, help="folder of the labelled documents")
    parser.add_argument("--split", choices=["train", "validation", "test"], default="test")
    parser.add_argument("--kinds", type=_listed(KINDS), default=list(KINDS), help="comma-separated, may be empty")
    parser.add_argument("--japanese", action="store_true", help="also the labelled Japanese documents, as one corpus")
    parser.add_argument("--attention", type=_listed(("adaptive", "dense")), default=["adaptive", "dense"])
    parser.add_argument("--coverage", type=float, default=Attending.coverage)
    parser.add_argument("--weights", type=Path, default=Path("resources/model"), help="folder of weights and manifest")
    parser.add_argument("--device", choices=["auto", "cpu", "cuda"], default="auto")
    parser.add_argument("--limit", type=int, help="only the first so many documents of each corpus")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--json", type=Path, help="where to write all figures")
    return parser


def _listed(allowed: Sequence[str]) -> Callable[[str], list[str]]:
    """A parser of comma-separated words; `none` and nothing mean an empty list."""

    def parse(text: str) -> list[str]:
        words = [] if text in ("", "none") else text.split(",")
        if unknown := set(words) - set(allowed):
            raise argparse.ArgumentTypeError(f"not one of {', '.join(allowed)}: {', '.join(sorted(unknown))}")
        return words

    return parse


if __name__ == "__main__":
    raise SystemExit(main())
