"""What adaptive attention costs in quality, in language models that know nothing of it: dense beside adaptive in one run.

    python -m model.evaluation.language_model --model gemma.gguf --data ../shared/data --device cuda --dtype bfloat16 \
        --json language-model.json
    python -m model.evaluation.language_model --model e5-small-q4.bin --data ../shared/data

Tasks: `perplexity` of the first 8,192 tokens of documents against the coverage asked for; `retrieval` of what stands anywhere in
texts of two lengths; `distance`, retrieval of what stands so many tokens before the question; and, for the encoder,
`embeddings`. Texts are contracts (English) and public documents (Japanese), of the test split unless told otherwise, which no
model here was trained or tuned on. The model's weights are read from local files; nothing is downloaded.

Adaptive attention serves the layers that look at everything; density and covered mass are means over those. It is switched on
for every length here (`dense_below` 0), also where dense attention would be faster.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch

from model.attention import AdaptiveAttentionConfig
from model.checkpoint import file_sha256
from model.evaluation import embeddings, perplexity, retrieval
from model.evaluation.foreign_models import ForeignModel, load_language_model
from model.evaluation.output import circumstances, write_json
from model.evaluation.retrieval_tasks import TASKS, Maker
from model.training.base_weights import read_base_weights
from model.training.corpora import read_lines

COVERAGES = (0.8, 0.9, 0.95, 0.98, 0.99)
LENGTHS = (8192, 32768)
DISTANCES = (256, 1024, 4096, 16384, 32768, 65536, 131072)

FILES = {"en": "contracts.jsonl.xz", "ja": "japanese.jsonl.xz"}
"""The texts of each language."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print tables, write JSON. Returns the exit status."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    parser = _parser()
    options = parser.parse_args(given)
    if not options.model.exists():
        parser.error(f"no model at {options.model}")
    if options.device == "cuda" and not torch.cuda.is_available():
        parser.error("there is no GPU that torch can use")
    is_encoder = options.model.suffix == ".bin"
    possible = ENCODER_TASKS if is_encoder else LANGUAGE_MODEL_TASKS
    tasks = options.tasks or list(possible)
    if unknown := [task for task in tasks if task not in possible]:
        parser.error(f"{unknown[0]} is no task for this model; there are {', '.join(possible)}")
    config = AdaptiveAttentionConfig(
        coverage=options.coverage,
        block_size=options.block_size,
        pool=options.pool,
        pilot_rows=options.pilot_rows,
        dense_below=0,
        seed=options.seed,
    )
    model = _encoder(options) if is_encoder else _language_model(options)
    facts = {
        **circumstances("model.evaluation.language_model", given),
        "model_sha256": file_sha256(options.model) if options.model.is_file() else None,
        "config": asdict(config),
    }
    for task in tasks:
        facts[task] = possible[task](model, options, config)
        if options.json:  # after each task, so that what is cut short has not measured for nothing
            write_json(options.json, facts)
    return 0


def documents(data: Path, language: str, split: str) -> list[tuple[str, str]]:
    """(id, text) of a split."""
    return [(line["id"], line["text"]) for line in read_lines(data / FILES[language]) if line["split"] == split]


def _perplexity(model: ForeignModel, options: argparse.Namespace, config: AdaptiveAttentionConfig) -> Any:
    rows = []
    for language in options.languages:
        texts = documents(options.data, language, options.split)
        pieces = perplexity.cut_pieces(model, texts, language, options.piece_tokens, options.pieces, options.seed)
        if not pieces:
            print(f"no document ({language}) of {options.piece_tokens:,} tokens", file=sys.stderr)
        else:
            rows += perplexity.measure(model, pieces, options.coverages, config)
    print(f"\nPerplexity\n\n{perplexity.described(rows)}", flush=True)
    return [asdict(row) for row in rows]


def _retrieval(model: ForeignModel, options: argparse.Namespace, config: AdaptiveAttentionConfig) -> Any:
    results = []
    for language in options.languages:
        maker, plan = _maker(model, options, language), _plan(options)
        results += retrieval.measure_lengths(model, maker, language, options.lengths, plan, config)
    return _told("Retrieval", results)


def _distance(model: ForeignModel, options: argparse.Namespace, config: AdaptiveAttentionConfig) -> Any:
    results = []
    for language in options.languages:
        maker, plan = _maker(model, options, language), _plan(options)
        results += retrieval.measure_distances(model, maker, language, options.distances, plan, config)
    return _told("Accuracy by distance", results)


def _told(title: str, results: Sequence[retrieval.Result]) -> Any:
    print(f"\n{title}\n\n{retrieval.described(results)}", flush=True)
    return [asdict(result) for result in results]


def _embeddings(model: Any, options: argparse.Namespace, config: AdaptiveAttentionConfig) -> Any:
    encoder, tokenizer = model
    texts = [text for language in options.languages for _, text in documents(options.data, language, options.split)]
    halves = embeddings.cut_stretches(
        tokenizer, texts, options.stretches, encoder.config.max_position_embeddings, options.seed
    )
    rows = embeddings.measure(encoder, *halves, options.coverages, embeddings.BLOCK_SIZES, config)
    print(f"\nEmbeddings\n\n{embeddings.described(rows)}", flush=True)
    return [asdict(row) for row in rows]


Task = Callable[[Any, argparse.Namespace, AdaptiveAttentionConfig], Any]
LANGUAGE_MODEL_TASKS: dict[str, Task] = {"perplexity": _perplexity, "retrieval": _retrieval, "distance": _distance}
ENCODER_TASKS: dict[str, Task] = {"embeddings": _embeddings}


def _maker(model: ForeignModel, options: argparse.Namespace, language: str) -> Maker:
    texts = [text for _, text in documents(options.data, language, options.split)]
    return Maker(model.encode, model.opening, model.encode("\n\n".join(texts)), language, options.seed)


def _plan(options: argparse.Namespace) -> retrieval.Plan:
    return retrieval.Plan(options.contexts, options.questions, options.retrieval_tasks)


def _language_model(options: argparse.Namespace) -> ForeignModel:
    return load_language_model(options.model, options.device, _dtype(options), options.layers)


def _encoder(options: argparse.Namespace) -> tuple[Any, embeddings.E5Tokenizer]:
    base = read_base_weights(options.model)
    return embeddings.e5_model(base).to(options.device, _dtype(options)), embeddings.E5Tokenizer(base)


def _dtype(options: argparse.Namespace) -> torch.dtype:
    return torch.bfloat16 if options.dtype == "bfloat16" else torch.float32


def _listed(kind: Callable[[str], Any]) -> Callable[[str], list[Any]]:
    def parse(given: str) -> list[Any]:
        return [kind(part) for part in given.split(",")]

    return parse


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m model.evaluation.language_model",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("--model", type=Path, required=True, help="folder or GGUF file of a language model, or e5-small-q4.bin")
    add("--data", type=Path, required=True, help="folder of the documents")
    add("--tasks", type=_listed(str), help="separated by commas; all that the model can do unless given")
    add("--languages", type=_listed(str), default=list(FILES))
    add("--split", choices=["validation", "test"], default="test", help="of the documents; choose on validation")
    add("--device", choices=["cpu", "cuda"], default="cpu")
    add("--dtype", choices=["float32", "bfloat16"], default="float32")
    add("--coverage", type=float, default=AdaptiveAttentionConfig().coverage, help="of retrieval and distance")
    add("--coverages", type=_listed(float), default=list(COVERAGES), help="of perplexity and embeddings")
    add("--block-size", type=int, default=AdaptiveAttentionConfig().block_size, help="not for embeddings")
    add("--pool", type=int, default=AdaptiveAttentionConfig().pool, help="tokens that the estimator averages")
    add("--layers", type=_listed(int), help="that adaptive attention serves, of a language model; all unless given")
    add("--pilot-rows", type=int, default=AdaptiveAttentionConfig().pilot_rows, help="0: the estimate is believed")
    add("--pieces", type=int, default=12, help="documents of each language whose perplexity is measured")
    add("--piece-tokens", type=int, default=8192)
    add("--lengths", type=_listed(int), default=list(LENGTHS), help="of retrieval")
    add("--distances", type=_listed(int), default=list(DISTANCES), help="powers of two")
    add("--retrieval-tasks", type=_listed(str), default=list(TASKS), help="of retrieval and distance")
    add("--contexts", type=int, default=8, help="texts of each retrieval task at each length or distance")
    add("--questions", type=int, default=16, help="questions in each of them")
    add("--stretches", type=int, default=400, help="of which embeddings are compared")
    add("--seed", type=int, default=0)
    add("--json", type=Path, help="where to write all figures")
    return parser


if __name__ == "__main__":
    raise SystemExit(main())
