"""A learned estimator: small projections of pooled queries and keys, distilled from the dense attention mass of one model.

A run of queries is described by its mean, a run of keys by its mean, its variance and how far its largest and smallest
coordinates lie from the mean; a linear map for each head takes both to a few numbers whose product is the logarithm of the
mass. SeerAttention (arXiv 2410.13276, section 3) learns such a gate from pooled queries and max-, min- and mean-pooled keys;
DeepSeek sparse attention (arXiv 2512.02556, section 2.1) distils its indexer by the KL divergence from dense attention
(`model.training.estimator` does). The means alone start as the pooled estimator of the same rank; the rest is learnt.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor

from model.attention.estimators.features import Features
from model.attention.layout import Layout

LARGEST_SHARE = 0.02
"""An estimator may have at most this share of the parameters of the model that it serves."""

FORMAT = "fusen.learned-estimator/1"

KEY_STATISTICS = 4
"""Mean, variance, largest and smallest: each has head_dim coordinates."""

_PARTS = ("query_weight", "key_weight", "key_bias")


@dataclass(frozen=True)
class Statistics:
    """What the projections read.

    `queries` (heads, blocks · runs, head_dim): means, times the attention's scale. `keys` (key heads, blocks · runs,
    4 · head_dim). `log_count` (blocks · runs,): logarithm of the keys of a run, −inf where there are none.
    """

    queries: Tensor
    keys: Tensor
    log_count: Tensor


@dataclass(frozen=True)
class LearnedEstimator:
    """The estimator of one attention layer, for runs of `pool` tokens.

    `query_weight` (heads, width, head_dim), `key_weight` (key heads, width, 4 · head_dim), `key_bias` (key heads, 4 · head_dim),
    float32: probe = W_q · mean, feature = W_k · statistics, bias = b · statistics + log count.
    """

    pool: int
    query_weight: Tensor
    key_weight: Tensor
    key_bias: Tensor

    def __call__(self, query: Tensor, key: Tensor, layout: Layout, scale: float) -> Features:
        """See `Estimator`. Raises `ValueError` for heads other than those that it was made for."""
        heads, key_heads, width = self.query_weight.shape[0], self.key_weight.shape[0], self.query_weight.shape[2]
        if (query.shape[1], key.shape[1], query.shape[3]) != (heads, key_heads, width):
            raise ValueError(
                f"the learned estimator is for {heads} query and {key_heads} key heads of {width}, not for "
                f"{query.shape[1]} and {key.shape[1]} of {query.shape[3]}"
            )
        features = self.project(statistics(query, key, layout, scale, self.pool), layout.block_size // self.pool)
        return replace(features, probes=features.probes.to(query.dtype), features=features.features.to(key.dtype))

    def project(self, pooled: Statistics, runs: int) -> Features:
        """The features of statistics with so many runs a token block, float32."""
        probes = pooled.queries @ self.query_weight.transpose(1, 2)
        features = pooled.keys @ self.key_weight.transpose(1, 2)
        bias = (pooled.keys @ self.key_bias[:, :, None])[..., 0] + pooled.log_count
        return Features(probes, features, bias, runs, runs)

    def to(self, device: torch.device | str) -> LearnedEstimator:
        """The same on another device."""
        moved = {part: getattr(self, part).to(device) for part in _PARTS}
        return replace(self, **moved)

    @property
    def parameters(self) -> int:
        """How many numbers were learnt."""
        return self.query_weight.numel() + self.key_weight.numel() + self.key_bias.numel()


def statistics(query: Tensor, key: Tensor, layout: Layout, scale: float, pool: int) -> Statistics:
    """Pool queries and keys, as `Estimator` takes them, over runs of `pool` tokens, which divides the block size.

    Raises `ValueError` where it does not.
    """
    if layout.block_size % pool:
        raise ValueError(f"runs of {pool} tokens do not divide token blocks of {layout.block_size}")
    start = torch.arange(0, layout.block_size, pool, device=layout.device)
    count = (layout.lengths[:, None] - start).clamp(0, pool).flatten().float()  # (blocks · runs,)
    share = 1.0 / count.clamp_min(1.0)[None, :, None]
    # Zeros beyond a document's end add nothing to the sums.
    queries = _runs(layout.to_blocks(query), pool).sum(2, dtype=torch.float32) * (share * scale)
    keys = _runs(layout.to_blocks(key), pool)  # (key heads, blocks · runs, pool, head_dim)
    mean = keys.sum(2, dtype=torch.float32) * share
    variance = (keys.float().square().sum(2) * share - mean.square()).clamp_min(0.0)
    largest, smallest = keys.amax(2).float(), keys.amin(2).float()
    for run, tokens in _partial_runs(layout, pool):
        largest[:, run], smallest[:, run] = keys[:, run, :tokens].amax(1).float(), keys[:, run, :tokens].amin(1).float()
    return Statistics(queries, torch.cat([mean, variance, largest - mean, smallest - mean], -1), count.log())


def share_of(estimators: Mapping[int, LearnedEstimator], model_parameters: int) -> float:
    """Parameters of the estimators / those of the served model; raises `ValueError` above `LARGEST_SHARE`."""
    share = sum(each.parameters for each in estimators.values()) / model_parameters
    if share > LARGEST_SHARE:
        raise ValueError(f"the estimator has {share:.1%} of the model's parameters; {LARGEST_SHARE:.0%} are allowed")
    return share


def save_learned(path: Path, estimators: Mapping[int, LearnedEstimator], facts: dict[str, Any]) -> None:
    """Write `path` (safetensors) and the manifest beside it (.json).

    `estimators` by the number of their layer; `facts` must name the served model's `model_parameters` and may name its
    `model_sha256`. Raises `ValueError` where the estimators are too large for the model.
    """
    share = share_of(estimators, facts["model_parameters"])
    tensors = {
        f"layers.{layer}.{part}": getattr(each, part)
        .detach()
        .cpu()
        .float()
        .clone(memory_format=torch.contiguous_format)
        for layer, each in estimators.items()
        for part in _PARTS
    }
    save_file(tensors, path)
    manifest = {
        "format": FORMAT,
        "sha256": _sha256(path),
        "pool": {str(layer): each.pool for layer, each in estimators.items()},
        "parameters": sum(each.parameters for each in estimators.values()),
        "share": share,
        **facts,
    }
    manifest_of(path).write_text(json.dumps(manifest, indent=1, ensure_ascii=False) + "\n", "utf-8")


def load_learned(path: Path, model_sha256: str | None = None) -> tuple[dict[int, LearnedEstimator], dict[str, Any]]:
    """The estimators by layer, on the CPU, and the manifest.

    Raises `FileNotFoundError` where a file is missing; `ValueError` where the weights are damaged or not those that the
    manifest names, or where they were distilled from a model other than `model_sha256`.
    """
    manifest = _manifest(path)
    if (found := _sha256(path)) != manifest.get("sha256"):
        raise ValueError(f"{path.name} is not the file that {manifest_of(path).name} names: its SHA-256 is {found}")
    if model_sha256 is not None and manifest.get("model_sha256") != model_sha256:
        raise ValueError(f"{path.name} was distilled from other weights: {manifest.get('model_sha256')}")
    try:
        tensors = load_file(path)
        estimators = {
            int(layer): LearnedEstimator(pool, *(tensors[f"layers.{layer}.{part}"] for part in _PARTS))
            for layer, pool in manifest["pool"].items()
        }
    except (SafetensorError, KeyError) as error:
        raise ValueError(f"{path.name} lacks weights of a learned estimator: {error}") from error
    for layer, each in estimators.items():
        _check_shapes(layer, each)
    share_of(estimators, manifest["model_parameters"])
    return estimators, manifest


def manifest_of(path: Path) -> Path:
    """Where the manifest of the weights at `path` lies."""
    return path.with_suffix(".json")


def _manifest(path: Path) -> dict[str, Any]:
    manifest: dict[str, Any] = json.loads(manifest_of(path).read_text("utf-8"))
    if manifest.get("format") != FORMAT:
        raise ValueError(f"{manifest_of(path).name} is not the manifest of a learned estimator ({FORMAT})")
    return manifest


def _check_shapes(layer: int, each: LearnedEstimator) -> None:
    heads, width, size = each.query_weight.shape
    key_heads = each.key_weight.shape[0]
    expected = ((key_heads, width, KEY_STATISTICS * size), (key_heads, KEY_STATISTICS * size))
    if (each.key_weight.shape, each.key_bias.shape) != expected or heads % key_heads:
        raise ValueError(f"the weights of layer {layer} do not fit each other")


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _runs(blocks: Tensor, pool: int) -> Tensor:
    # (heads, blocks, block_size, width) -> (heads, blocks · runs, pool, width)
    return blocks.reshape(blocks.shape[0], -1, pool, blocks.shape[-1])


def _partial_runs(layout: Layout, pool: int) -> list[tuple[int, int]]:
    # The last run of each document whose length the run does not divide, and its tokens. Zeros after them are no keys.
    runs = layout.block_size // pool
    return [(d.first * runs + d.tokens // pool, d.tokens % pool) for d in layout.documents if d.tokens % pool]
