"""The coarse stage on an NVIDIA GPU: the same selection as `model.attention.selection.select`, without rounding of counts.

Tiles of query blocks are scored and selected one after the other; a tile's estimates take at most `_TILE_BYTES`.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
import triton
from torch import Tensor

from model.attention.config import AdaptiveAttentionConfig
from model.attention.dispatch import is_short
from model.attention.estimators.features import Features
from model.attention.gpu import select_kernels
from model.attention.layout import Document, Layout
from model.attention.selection import Selection, limits

_TILE_BYTES = 256 << 20

_SCORING = 1 << 16
"""Numbers of a probe times programs that score at once on an H100: 512 of 128 numbers, 256 of 256."""


def pooled_features(query: Tensor, key: Tensor, layout: Layout, scale: float, pool: int, *, spread: bool) -> Features:
    """`PooledEstimator`'s features in one pass over queries and keys, in bfloat16 unless the queries are float32."""
    runs = layout.block_size // pool
    query, key = (tensor if tensor.stride(3) == 1 else tensor.contiguous() for tensor in (query, key))
    heads, key_heads, width = query.shape[1], key.shape[1], query.shape[3]
    dtype = torch.float32 if query.dtype == torch.float32 else torch.bfloat16
    made = [
        torch.empty(count, layout.blocks * runs, width * (1 + spread), dtype=dtype, device=query.device)
        for count in (heads, key_heads)
    ]
    bias = torch.empty(1, layout.blocks * runs, dtype=torch.float32, device=query.device)
    select_kernels.pool[(layout.blocks, heads + key_heads)](
        query, key, *made, bias, layout.table, scale, layout.blocks, heads, *query.stride()[:3], *key.stride()[:3],
        D=width, BLOCK=layout.block_size, POOL=pool, SPREAD=spread, num_warps=4,
    )  # fmt: skip
    return Features(made[0], made[1], bias, runs, runs)


def select_on_gpu(
    features: Features,
    heads: int,
    layout: Layout,
    config: AdaptiveAttentionConfig,
    *,
    is_causal: bool,
    coverage: Tensor | None = None,
    named: Tensor | None = None,
) -> Selection:
    """Select from features. Short documents take every pair.

    `coverage` (documents, heads) float32 on the device, each from 0 (what is always kept, and the floor) to 1, stands for
    `config.coverage`; `named` (blocks,) bool.
    """
    if coverage is None:
        coverage = torch.full((len(layout.documents), heads), config.coverage, device=layout.device)
    coverage = coverage.float().contiguous()
    counts = torch.empty(heads, layout.blocks, dtype=torch.int32, device=layout.device)
    held = torch.empty(heads, layout.blocks, dtype=torch.float32, device=layout.device)
    prepared = _prepared(features)
    tiles = []
    for document, target in zip(layout.documents, coverage, strict=True):
        short = is_short(document, config, layout.device)
        step = _tile_rows(document, heads, features.query_runs)
        for first in range(0, document.blocks, step):
            tile = _Tile(document, first, min(step, document.blocks - first), short)
            tiles.append((tile, _choose(tile, prepared, config, target, counts, held, named, is_causal=is_causal)))
    offsets = torch.zeros(heads * layout.blocks + 1, dtype=torch.int64, device=layout.device)
    torch.cumsum(counts.flatten(), 0, out=offsets[1:])
    total = _known_total(heads, layout, config, is_causal=is_causal, named=named)
    indices = torch.empty(int(offsets[-1]) if total is None else total, dtype=torch.int32, device=layout.device)
    for tile, bits in tiles:
        select_kernels.write[(tile.rows, heads)](
            bits, offsets, indices, tile.first, tile.document.first, bits.shape[2], layout.blocks,
            WORDS=_columns(tile.document) // 32, num_warps=1,
        )  # fmt: skip
    return Selection((indices, offsets), held, layout, is_causal)


@dataclass(frozen=True)
class _Tile:
    document: Document
    first: int
    rows: int
    everything: bool


def _prepared(features: Features) -> Features:
    """Contiguous, of one dtype, the width padded to a power of two."""
    width = max(16, triton.next_power_of_2(features.probes.shape[2]))
    parts = [
        torch.nn.functional.pad(part, (0, width - part.shape[2])) if part.shape[2] < width else part
        for part in (features.probes, features.features)
    ]
    probes, keys = (part.contiguous() for part in parts)
    bias = features.bias.float().contiguous()
    return Features(probes, keys.to(probes.dtype), bias, features.query_runs, features.key_runs)


def _choose(
    tile: _Tile,
    features: Features,
    config: AdaptiveAttentionConfig,
    coverage: Tensor,
    counts: Tensor,
    held: Tensor,
    named: Tensor | None,
    *,
    is_causal: bool,
) -> Tensor:
    """Score and select one tile: bit set (heads, rows, words) int32; writes its part of `counts` and `held`.

    `coverage` (heads,) float32.
    """
    document, heads, blocks = tile.document, *counts.shape
    mass = _score(tile, features, heads, is_causal=is_causal)
    _, floor, ceiling = limits(document, config)
    by_mass = config.selects_by_coverage and not tile.everything
    # A threshold is met exactly; other levels need no finer steps than the mass has.
    shift = 15 if config.threshold is None else 0
    threshold = select_kernels.LARGEST.value
    if tile.everything:
        floor = ceiling = document.blocks
    elif config.threshold is not None:
        threshold = int(torch.tensor(config.threshold).view(torch.int32))
    words = -(-document.blocks // 32)
    bits = torch.empty(heads, tile.rows, words, dtype=torch.int32, device=counts.device)
    columns = _columns(document)
    # Of large programs at least two shall run at once on each multiprocessor and wait for one another's loads and barriers.
    registers = None if columns < 8192 else 80 if columns == 8192 else 64 if columns == 16384 else 128
    select_kernels.choose[(tile.rows, heads)](
        mass, bits, counts, held, counts if named is None else named.to(torch.uint8),
        tile.first, document.first, document.blocks, words, blocks,
        coverage, threshold, floor, ceiling, config.seed & 0x7FFFFFFF, mass.stride(1), mass.stride(0),
        QUERY_RUNS=features.query_runs, COLUMNS=columns, CAUSAL=is_causal, NAMED=named is not None,
        OPENING=config.opening, NEIGHBOURS=config.neighbours, EXPLORED=config.explored, BY_MASS=by_mass, SHIFT=shift,
        num_warps=max(1, min(16, columns // 1024)), maxnreg=registers,
    )  # fmt: skip
    return bits


def _score(tile: _Tile, features: Features, heads: int, *, is_causal: bool) -> Tensor:
    """Unnormalised mass (heads, rows · query runs, key blocks and padding), bfloat16.

    Where causal, later blocks are left unwritten. Rows are padded so that each begins where wide loads and stores may.
    """
    document, runs = tile.document, features.query_runs
    probe_rows = tile.rows * runs
    mass = torch.empty(heads, probe_rows, _padded(document.blocks), dtype=torch.bfloat16, device=features.probes.device)
    start = (document.first + tile.first) * runs
    probes = features.probes[:, start : start + probe_rows]
    keys = slice(document.first * features.key_runs, document.last * features.key_runs)
    key_features, bias = features.features[:, keys], features.bias[:, keys]
    width = probes.shape[2]
    size = 32 if probes.dtype == torch.float32 else 64
    feature_tile = min(width, 64 if size == 32 else 256 if width <= 256 else 128)
    programs = triton.cdiv(probe_rows, size) * heads
    columns = max(size, features.key_runs)
    steps = triton.cdiv(document.blocks * features.key_runs, columns)
    # Where there are few rows, several programs share each, so that all multiprocessors hold as many programs as they can.
    parts = min(steps, triton.cdiv(_SCORING // width, programs))
    part_steps = triton.cdiv(steps, parts)
    select_kernels.score[(programs // heads, heads, triton.cdiv(steps, part_steps))](
        probes, key_features, bias, mass, probe_rows, tile.first, document.blocks, mass.stride(1), part_steps,
        probes.stride(0), key_features.stride(0), bias.stride(0) if bias.shape[0] > 1 else 0, mass.stride(0),
        GROUP=heads // key_features.shape[0], F=width, BF=feature_tile,
        QUERY_RUNS=runs, KEY_RUNS=features.key_runs, BM=size, BN=columns,
        CAUSAL=is_causal, PRECISION="tf32", num_warps=4, num_stages=2 if width <= 256 else 1,
    )  # fmt: skip
    return mass


def _tile_rows(document: Document, heads: int, runs: int) -> int:
    return max(1, _TILE_BYTES // (2 * heads * runs * _padded(document.blocks)))


def _padded(blocks: int) -> int:
    return -(-blocks // 16) * 16


def _columns(document: Document) -> int:
    columns: int = triton.next_power_of_2(document.blocks)
    return max(32, columns)


def _known_total(
    heads: int, layout: Layout, config: AdaptiveAttentionConfig, *, is_causal: bool, named: Tensor | None
) -> int | None:
    """How many pairs fixed density selects, where it can be told without waiting for the GPU."""
    kept = 1 + 2 * config.neighbours + config.opening + config.explored
    total = 0
    for document in layout.documents:
        _, floor, _ = limits(document, config)
        if is_short(document, config, layout.device):
            floor = document.blocks
        elif config.density is None or named is not None or floor < kept:
            return None
        count = document.blocks
        floor = min(floor, count)
        total += floor * (floor + 1) // 2 + floor * (count - floor) if is_causal else floor * count
    return heads * total
