"""Search by meaning: questions to meetings, and sentences across English and Japanese; the model beside what people use.

    python -m model.evaluation.search --data ../shared/data --weights resources/model --json build/search.json

`model.evaluation.search_methods` says what is compared, `meeting_search` and `translation_search` beside it what is measured.
Meetings of `test` are held out of the data, so `validation` is the default; the model's relevance to a query was calibrated on
it, which does not change an order, but choices made there may favour the model. The embeddings as published and BM25 need the
extra `evaluation`; `--methods` leaves them out.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from model.evaluation import meeting_search, translation_search
from model.evaluation.output import circumstances, listed, write_json
from model.evaluation.search_methods import (
    METHODS,
    MissingPackageError,
    QueryScorer,
    across_languages,
    within_documents,
)
from model.scorer import MANIFEST, Scorer
from model.training.corpora import read_parallel_blocks

Load = Callable[[Path, str], QueryScorer]
"""(folder of the weights, device) -> the model."""

TASKS = ("meetings", "translations")


def main(arguments: Sequence[str] | None = None, load: Load = Scorer.load) -> int:
    """Measure, print tables, write JSON; `load` stands in for the real model in tests. Returns the exit status."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    parser = _parser()
    options = parser.parse_args(given)
    scorer = None
    facts: dict[str, Any] = {
        **circumstances("model.evaluation.search", given),
        "weights_sha256": None,
        "split": options.split,
        "seed": options.seed,
    }
    try:
        if "fusen" in options.methods:
            scorer = load(options.weights, options.device)
            facts["weights_sha256"] = scorer.name.sha256
        if "meetings" in options.tasks:
            facts["meetings"] = _search_meetings(options, scorer)
        if "translations" in options.tasks:
            facts["translations"] = _search_translations(options, scorer)
    except (FileNotFoundError, MissingPackageError, ValueError) as error:
        parser.error(str(error))
    if options.json:
        write_json(options.json, facts)
    return 0


def held_out(folder: Path) -> bool:
    """Does the manifest say that only the parallel text of `train` was trained on? False without a manifest."""
    path = folder / MANIFEST
    if not path.is_file():
        return False
    recipe = json.loads(path.read_text("utf-8")).get("training", {}).get("recipe", {})
    return bool(recipe.get("parallel_split") == "train")


def _search_meetings(options: argparse.Namespace, scorer: QueryScorer | None) -> dict[str, Any] | None:
    # Methods first: a missing package is said before minutes of reading.
    methods = within_documents(options.methods, scorer, options.seed)
    meetings = meeting_search.read_meetings(options.data, options.split, options.limit, options.questions, options.seed)
    if not meetings:
        print(f"meetings: none in split {options.split}", file=sys.stderr)
        return None
    result = meeting_search.measure(options.split, meetings, methods, options.seed)
    print(meeting_search.described(result), flush=True)
    return {"resamples": meeting_search.RESAMPLES, **asdict(result)}


def _search_translations(options: argparse.Namespace, scorer: QueryScorer | None) -> dict[str, Any] | None:
    methods = across_languages(options.methods, scorer, options.seed)
    blocks = translation_search.drawn_blocks(
        read_parallel_blocks(options.data, options.split), options.limit, options.seed
    )
    if not blocks:
        print(f"translations: none in split {options.split}", file=sys.stderr)
        return None
    result = translation_search.measure(options.split, blocks, methods, options.seed)
    unseen = options.split != "train" and held_out(options.weights)
    print(translation_search.described(result))
    if scorer is not None and not unseen:
        print("NOT HELD OUT: the manifest does not say that Fusen was trained without these pairs", flush=True)
    return {"resamples": translation_search.RESAMPLES, "held_out": unseen, **asdict(result)}


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m model.evaluation.search",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--data", type=Path, required=True, help="folder of the labelled documents")
    parser.add_argument("--split", choices=["train", "validation", "test"], default="validation")
    parser.add_argument("--tasks", type=listed(TASKS), default=list(TASKS), help="comma-separated")
    parser.add_argument("--methods", type=listed(METHODS), default=list(METHODS), help="comma-separated")
    parser.add_argument("--weights", type=Path, default=Path("resources/model"), help="folder of weights and manifest")
    parser.add_argument("--device", choices=["auto", "cpu", "cuda"], default="auto")
    parser.add_argument("--limit", type=int, help="only so many meetings, and blocks of pairs, drawn with the seed")
    parser.add_argument("--questions", type=int, help="only so many questions a meeting, drawn with the seed")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--json", type=Path, help="where to write all figures")
    return parser


if __name__ == "__main__":
    raise SystemExit(main())
