"""Distil a learned importance estimator from the dense attention mass of the model that it serves.

    python -m model.training.estimator --data ../shared/data --weights resources/model --out build/estimator.safetensors --seed 0

The model reads whole documents of the train split densely. In each of its whole-document layers a few query blocks are drawn,
and what share of their attention each key block really holds is computed from all their rows: a drawn block costs its rows
alone. The loss is KL(dense mass ‖ estimated mass), the mean over heads and query blocks, as SeerAttention (arXiv 2410.13276,
section 3.2) and DeepSeek sparse attention (arXiv 2512.02556, section 2.1.1) distil. Figures are of the validation split.

Another model's estimator is distilled from its queries and keys: `make_example` for each document and layer, then `distil`.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from model.attention.estimators.features import Features
from model.attention.estimators.learned import (
    KEY_STATISTICS,
    LearnedEstimator,
    Statistics,
    save_learned,
    statistics,
)
from model.attention.layout import make_layout
from model.checkpoint import load_checkpoint, read_manifest
from model.encoder import Encoder
from model.importance import ImportanceModel
from model.scorer import MANIFEST, TOKENIZER, WEIGHTS
from model.tokenizer import Tokenizer
from model.training import corpora

FILES = {"contract": "contracts.jsonl.xz", "design": "design.jsonl.xz", "japanese": "japanese.jsonl.xz"}
"""Documents of each kind, in the folder of the labelled documents."""

_NOTHING = -1e4
"""Logarithm of no mass: its exponential is 0."""

Pair = tuple[Tensor, Tensor]
"""Query (1, heads, tokens, head_dim) and key (1, key heads, tokens, head_dim) of one document in one layer."""


@dataclass(frozen=True)
class Recipe:
    """How to distil. `documents` of each kind at most, `tokens` of each at most, `drawn` query blocks of each in each layer.

    `dropout`: share of the key statistics, the means apart, that a step leaves out. Without it an estimator learns its few
    documents by heart.
    """

    seed: int = 0
    documents: int = 16
    validation_documents: int = 4
    tokens: int = 8192
    shortest: int = 3072
    drawn: int = 24
    block_size: int = 64
    pool: int = 64
    width: int = 32
    steps: int = 1500
    rate: float = 3e-4
    warm_up: float = 0.06
    dropout: float = 0.4


@dataclass(frozen=True)
class Example:
    """One document in one layer: `pooled` (its queries those of the `drawn` query blocks) and the truth.

    `mass` (heads, drawn, key blocks): mean over the queries of a drawn block of the share that each key block holds.
    """

    pooled: Statistics
    drawn: Tensor
    mass: Tensor
    runs: int
    is_causal: bool


@torch.no_grad()
def dense_mass(
    query: Tensor, key: Tensor, drawn: Sequence[int], block_size: int, scale: float, *, is_causal: bool = False
) -> Tensor:
    """The attention mass that each key block really holds for drawn query blocks, from all rows of these.

    `query` (1, heads, tokens, head_dim), `key` (1, key heads, tokens, head_dim). Returns (heads, drawn, key blocks) float32,
    means over the queries of a block; rows sum to 1.
    """
    heads, tokens = query.shape[1], query.shape[2]
    group = heads // key.shape[1]
    position = torch.arange(tokens, device=query.device)
    mass = torch.empty(heads, len(drawn), -(-tokens // block_size), device=query.device)
    for place, block in enumerate(drawn):
        rows = slice(block * block_size, min(tokens, (block + 1) * block_size))
        for head in range(heads):
            scores = query[0, head, rows].float() @ key[0, head // group].float().T * scale  # (rows, tokens)
            if is_causal:
                scores.masked_fill_(position[None, :] > position[rows, None], -math.inf)
            shares = F.pad(torch.softmax(scores, -1).mean(0), (0, -tokens % block_size))
            mass[head, place] = shares.view(-1, block_size).sum(-1)
    return mass


def make_example(
    query: Tensor, key: Tensor, recipe: Recipe, generator: torch.Generator, *, scale: float, is_causal: bool = False
) -> Example:
    """Draw query blocks of one document in one layer, whole ones only; shapes as in `dense_mass`."""
    layout = make_layout(1, query.shape[2], recipe.block_size, query.device)
    drawn = torch.randperm(query.shape[2] // recipe.block_size, generator=generator)[: recipe.drawn].sort().values
    mass = dense_mass(query, key, drawn.tolist(), recipe.block_size, scale, is_causal=is_causal)
    pooled = statistics(query, key, layout, scale, recipe.pool)
    runs = recipe.block_size // recipe.pool
    of_blocks = pooled.queries.view(len(pooled.queries), -1, runs, pooled.queries.shape[-1])
    queries = of_blocks[:, drawn].flatten(1, 2)
    return Example(Statistics(queries, pooled.keys, pooled.log_count), drawn, mass, runs, is_causal)


def log_mass(features: Features, example: Example) -> Tensor:
    """Logarithm of the estimated mass, (heads, drawn, key blocks), as `estimate_mass` defines it, for learning."""
    heads, drawn, blocks = example.mass.shape
    key_heads, runs = len(features.features), example.runs
    # (key heads, group · drawn · runs, width)
    probes = features.probes.reshape(key_heads, -1, features.probes.shape[-1])
    scores = torch.baddbmm(features.bias[:, None], probes, features.features.transpose(1, 2))
    scores = scores.view(heads, drawn, runs, blocks, runs)
    if example.is_causal:
        later = torch.arange(blocks, device=scores.device) > example.drawn[:, None]
        # Not −∞, whose gradient is undefined where a whole block is left out.
        scores = scores.masked_fill(later[None, :, None, :, None], _NOTHING)
    of_blocks = scores.logsumexp(-1)  # (heads, drawn, query runs, key blocks)
    normalised = of_blocks - of_blocks.logsumexp(-1, keepdim=True)
    estimated: Tensor = normalised.logsumexp(2) - math.log(runs)
    return estimated


def divergence(estimator: LearnedEstimator, example: Example) -> Tensor:
    """KL(dense mass ‖ estimated mass) in nats, (heads, drawn)."""
    estimated = log_mass(estimator.project(example.pooled, example.runs), example)
    terms = torch.xlogy(example.mass, example.mass) - example.mass * estimated
    return terms.sum(-1)


def initial(examples: Sequence[Example], pool: int, width: int) -> LearnedEstimator:
    """The product of the means of queries and keys, as the pooled estimator has it, at its best approximation of rank `width`.

    Best in the mean square over all pairs of runs in the examples (singular values of C_q^½ C_k^½, where C are second moments
    of queries and of centred keys); exact where `width` is head_dim. Query heads that share a key head share its features.
    """
    first = examples[0].pooled
    heads, key_heads, size = len(first.queries), len(first.keys), first.queries.shape[-1]
    width = min(width, size)
    query_moment = torch.stack([_second_moment(each.pooled.queries) for each in examples]).sum(0)
    keys = [each.pooled.keys[..., :size] for each in examples]
    key_moment = torch.stack([_second_moment(each - each.mean(1, keepdim=True)) for each in keys]).sum(0)
    query_root, query_inverse = _roots(query_moment.view(key_heads, -1, size, size).sum(1))
    key_root, key_inverse = _roots(key_moment)
    left, values, right = torch.linalg.svd(query_root @ key_root)
    root = values[:, :width].sqrt()
    query_weight = (query_inverse @ left[..., :width] * root[:, None]).transpose(1, 2)
    key_weight = key_root.new_zeros(key_heads, width, KEY_STATISTICS * size)
    key_weight[..., :size] = root[..., None] * (right[:, :width] @ key_inverse)
    return LearnedEstimator(
        pool,
        query_weight.repeat_interleave(heads // key_heads, 0).contiguous(),
        key_weight,
        key_root.new_zeros(key_heads, KEY_STATISTICS * size),
    )


def distil(examples: Sequence[Example], recipe: Recipe) -> LearnedEstimator:
    """The estimator of one layer, learnt from examples of it; the same for the same examples and seed."""
    start = initial(examples, recipe.pool, recipe.width)
    weights = [each.clone().requires_grad_() for each in (start.query_weight, start.key_weight, start.key_bias)]
    estimator = LearnedEstimator(recipe.pool, *weights)
    optimizer = torch.optim.Adam(weights, lr=recipe.rate)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, recipe.rate, total_steps=recipe.steps, pct_start=recipe.warm_up, cycle_momentum=False
    )
    generator = torch.Generator().manual_seed(recipe.seed)
    for _ in range(recipe.steps):
        example = examples[int(torch.randint(len(examples), (), generator=generator))]
        loss = divergence(estimator, _thinned(example, recipe.dropout, generator)).mean()
        optimizer.zero_grad(set_to_none=True)
        torch.autograd.backward(loss)
        optimizer.step()
        schedule.step()
    return LearnedEstimator(recipe.pool, *(each.detach() for each in weights))


@torch.no_grad()
def figures(estimator: LearnedEstimator, examples: Sequence[Example], density: float = 0.05) -> dict[str, float]:
    """Means over heads, query blocks and examples, by name.

    `divergence` in nats; the mass held by the share `density` of the key blocks that is largest by the estimate (`held`) and
    by the truth (`best`).
    """
    lost, held, best = [], [], []
    for example in examples:
        estimated = log_mass(estimator.project(example.pooled, example.runs), example)
        count = max(1, math.ceil(density * estimated.shape[-1]))
        lost.append(float(divergence(estimator, example).mean()))
        held.append(float(example.mass.gather(-1, estimated.topk(count).indices).sum(-1).mean()))
        best.append(float(example.mass.topk(count).values.sum(-1).mean()))
    return {"divergence": float(np.mean(lost)), "held": float(np.mean(held)), "best": float(np.mean(best))}


def long_documents(
    data: Path, split: str, kind: str, tokenizer: Tokenizer, shortest: int, tokens: int, seed: int
) -> Iterator[tuple[str, Tensor]]:
    """(id, token ids cut at `tokens`) of the documents of at least `shortest` tokens, in an order that `seed` draws."""
    lines = corpora.read_lines(data / FILES[kind])
    # A token has one character at least.
    documents = [
        (line["id"], line["text"]) for line in lines if line["split"] == split and len(line["text"]) >= shortest
    ]
    for place in np.random.default_rng(seed).permutation(len(documents)).tolist():
        name, text = documents[place]
        ids, _ = tokenizer.encode([text[start:end] for start, end in corpora.document_spans(text)])
        if len(ids) >= shortest:
            yield name, torch.from_numpy(ids[:tokens].astype(np.int64))


@torch.no_grad()
def read_densely(encoder: Encoder, ids: Tensor) -> list[Pair]:
    """Queries and keys of each whole-document layer for one document, `ids` (tokens,), every layer attending densely."""
    pairs: list[Pair] = []
    bounds = [0, len(ids)]
    local = encoder.read_locally(ids, bounds)
    encoder.read_whole(local, bounds, None, watch=lambda query, key: pairs.append((query, key)))
    return pairs


def parameters_of(model: ImportanceModel) -> int:
    """How many parameters the served model has; its packed word vectors count as two a byte."""
    return sum(each.numel() for each in model.parameters()) + 2 * model.encoder.embedding.codes.numel()


def main(arguments: Sequence[str] | None = None) -> None:
    """Distil, write weights and manifest, print the validation figures."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    options = _parser().parse_args(given)
    recipe = Recipe(**{name: getattr(options, name) for name in Recipe.__dataclass_fields__})
    architecture, manifest = read_manifest(options.weights / MANIFEST)
    model = load_checkpoint(options.weights / WEIGHTS, architecture)
    tokenizer = Tokenizer(options.weights / TOKENIZER)
    started = time.monotonic()
    train, read = _examples(model.encoder, tokenizer, options.data, "train", recipe.documents, recipe)
    validation, _ = _examples(model.encoder, tokenizer, options.data, "validation", recipe.validation_documents, recipe)
    torch.set_num_threads(1)  # tensors this small are slower with several
    estimators, of_layers = {}, {}
    for layer, examples in enumerate(train):
        estimators[layer] = distil(examples, recipe)
        before = figures(initial(examples, recipe.pool, recipe.width), validation[layer])
        of_layers[str(layer)] = {"initial": before, "distilled": figures(estimators[layer], validation[layer])}
        print(json.dumps({"layer": layer, **of_layers[str(layer)]}), flush=True)
    options.out.parent.mkdir(parents=True, exist_ok=True)
    facts = {
        "model_sha256": manifest["sha256"],
        "model_parameters": parameters_of(model),
        "command": " ".join(["python -m model.training.estimator", *given]),
        "recipe": vars(recipe),
        "split": "train",
        "documents": read,
        "seconds": time.monotonic() - started,
        "validation": of_layers,
    }
    save_learned(options.out, estimators, facts)


def _examples(
    encoder: Encoder, tokenizer: Tokenizer, data: Path, split: str, most: int, recipe: Recipe
) -> tuple[list[list[Example]], list[str]]:
    """Examples of each layer, and the ids of the documents that were read: `most` of each kind."""
    generator = torch.Generator().manual_seed(recipe.seed)
    layers: list[list[Example]] = [[] for _ in encoder.long_layers()]
    scale = (encoder.config.width // encoder.config.long_heads) ** -0.5
    read: list[str] = []
    for kind in FILES:
        found = long_documents(data, split, kind, tokenizer, recipe.shortest, recipe.tokens, recipe.seed)
        for number, (name, ids) in zip(range(most), found, strict=False):
            for layer, (query, key) in enumerate(read_densely(encoder, ids)):
                layers[layer].append(make_example(query, key, recipe, generator, scale=scale))
            read.append(name)
            print(f"{split} {kind} {number + 1}: {len(ids)} tokens", file=sys.stderr, flush=True)
    return layers, read


def _thinned(example: Example, dropout: float, generator: torch.Generator) -> Example:
    """Some coordinates of the variance, the largest and the smallest left out in all runs, the others scaled up for them."""
    keys = example.pooled.keys
    kept = (torch.rand(len(keys), 1, keys.shape[-1], generator=generator) >= dropout) / (1.0 - dropout)
    kept[..., : keys.shape[-1] // KEY_STATISTICS] = 1.0
    return replace(example, pooled=replace(example.pooled, keys=keys * kept.to(keys.device)))


def _second_moment(values: Tensor) -> Tensor:
    # (heads, runs, size) -> (heads, size, size)
    return values.transpose(1, 2) @ values / values.shape[1]


def _roots(moment: Tensor) -> tuple[Tensor, Tensor]:
    # The symmetric root of a second moment, and its inverse.
    values, vectors = torch.linalg.eigh(moment.double())
    values = values.clamp_min(1e-8 * float(values.max()))
    root = (vectors * values.sqrt()[:, None]) @ vectors.transpose(1, 2)
    inverse = (vectors * values.rsqrt()[:, None]) @ vectors.transpose(1, 2)
    return root.float(), inverse.float()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m model.training.estimator",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--data", type=Path, required=True, help="folder of the labelled documents")
    parser.add_argument(
        "--weights", type=Path, default=Path("resources/model"), help="folder of the model that is served"
    )
    parser.add_argument("--out", type=Path, required=True, help="the weights; the manifest goes beside them")
    for name, field in Recipe.__dataclass_fields__.items():
        parser.add_argument(f"--{name.replace('_', '-')}", type=type(field.default), default=field.default)
    return parser


if __name__ == "__main__":
    main()
