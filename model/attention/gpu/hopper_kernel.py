"""The forward kernel for Hopper GPUs, in Gluon (Triton's lower level).

One warp copies tiles by the tensor memory accelerator, a ring of stages ahead; two warp groups of 64 queries each compute, sharing the
tiles, and drift apart so that one's softmax meets another's matrix products. Within a warp group the product with one key
block's values overlaps the softmax of the next. Both overlaps are FlashAttention-3's (arXiv 2407.08608, sections 3.1 and 3.2). The
last key block of a row, the only one that needs a mask, is taken first, so that the loop has none.
"""

from triton.experimental import gluon
from triton.experimental.gluon import language as gl
from triton.experimental.gluon.language.nvidia.hopper import (
    fence_async_shared,
    mbarrier,
    tma,
    warpgroup_mma,
    warpgroup_mma_wait,
)

ROWS = gl.constexpr(64)
"""Queries of one warp group."""


@gluon.jit
def _load(descriptor, place, column, barrier, tile):
    """Start copying the tile of rows from `place` on; its barrier counts the bytes."""
    mbarrier.expect(barrier, descriptor.block_type.nbytes)
    tma.async_copy_global_to_shared(descriptor, [place, column], barrier, tile)


@gluon.jit
def _produce(
    key_tiles, value_tiles, keys, values, key_ready, key_free, value_ready, value_free, chosen, count, first,
    key_row, key_column, value_row, value_column, BLOCK: gl.constexpr, STAGES: gl.constexpr,
):
    """Copy the row's key and value tiles, keys one tile ahead; the row's last block comes first, then the others."""
    token = (gl.load(chosen + count - 1) - first) * BLOCK
    _load(key_tiles, key_row + token, key_column, key_ready.index(0), keys.index(0))
    for step in range(count):
        following = step + 1
        after = token
        if following < count:
            after = (gl.load(chosen + step) - first) * BLOCK
            stage = following % STAGES
            mbarrier.wait(key_free.index(stage), ((following // STAGES) & 1) ^ 1)
            _load(key_tiles, key_row + after, key_column, key_ready.index(stage), keys.index(stage))
        stage = step % STAGES
        mbarrier.wait(value_free.index(stage), ((step // STAGES) & 1) ^ 1)
        _load(value_tiles, value_row + token, value_column, value_ready.index(stage), values.index(stage))
        token = after


@gluon.jit
def _consume(
    query, keys, values, query_ready, key_ready, key_free, value_ready, value_free, outputs, lse, seen, diagonal, length,
    count, scale, stride_ot, part,
    D: gl.constexpr, BLOCK: gl.constexpr, STAGES: gl.constexpr,
):
    """Attention of one warp group's queries. `outputs` and `lse` point to the block's first query; of the first key tile `seen` keys
    are visible, of each query those up to its own place where `diagonal`.
    """
    dtype: gl.constexpr = query.dtype
    score_layout: gl.constexpr = gl.NVMMADistributedLayout([3, 0], [4, 1], [16, BLOCK, 16])
    output_layout: gl.constexpr = gl.NVMMADistributedLayout([3, 0], [4, 1], [16, D, 16])
    weight_layout: gl.constexpr = gl.DotOperandLayout(0, output_layout, 2)
    output_row: gl.constexpr = gl.SliceLayout(1, output_layout)
    m = part * ROWS + gl.arange(0, ROWS, layout=gl.SliceLayout(1, score_layout))
    n = gl.arange(0, BLOCK, layout=gl.SliceLayout(0, score_layout))

    mbarrier.wait(query_ready, 0)
    mbarrier.wait(key_ready.index(0), 0)
    zeros = gl.zeros([ROWS, BLOCK], gl.float32, score_layout)
    scores = warpgroup_mma(query, keys.index(0).permute((1, 0)), zeros, use_acc=False, is_async=True)
    scores = warpgroup_mma_wait(0, deps=(scores,))
    mbarrier.arrive(key_free.index(0), count=1)
    visible = (n < seen)[None, :] & ((n[None, :] <= m[:, None]) | (diagonal == 0))
    scores = gl.where(visible, scores, float("-inf"))
    maximum = gl.max(scores, 1) * scale
    weight = gl.exp2(scores * scale - maximum[:, None])
    total = gl.sum(weight, 1)
    weight_now = gl.convert_layout(weight.to(dtype), weight_layout)
    output = gl.zeros([ROWS, D], gl.float32, output_layout)

    for step in range(count - 1):
        following = step + 1
        stage = following % STAGES
        mbarrier.wait(key_ready.index(stage), (following // STAGES) & 1)
        scores = warpgroup_mma(query, keys.index(stage).permute((1, 0)), zeros, use_acc=False, is_async=True)
        mbarrier.wait(value_ready.index(step % STAGES), (step // STAGES) & 1)
        output = warpgroup_mma(weight_now, values.index(step % STAGES), output, is_async=True)
        scores = warpgroup_mma_wait(1, deps=(scores,))
        mbarrier.arrive(key_free.index(stage), count=1)
        highest = gl.maximum(maximum, gl.max(scores, 1) * scale)
        weight = gl.exp2(scores * scale - highest[:, None])
        shrink = gl.exp2(maximum - highest)
        total = total * shrink + gl.sum(weight, 1)
        maximum = highest
        output = warpgroup_mma_wait(0, deps=(output,))
        mbarrier.arrive(value_free.index(step % STAGES), count=1)
        weight_now = gl.convert_layout(weight.to(dtype), weight_layout)
        output = output * gl.convert_layout(shrink, output_row)[:, None]

    end = count - 1
    mbarrier.wait(value_ready.index(end % STAGES), (end // STAGES) & 1)
    output = warpgroup_mma(weight_now, values.index(end % STAGES), output, is_async=True)
    output = warpgroup_mma_wait(0, deps=(output,))
    output = output / gl.convert_layout(total, output_row)[:, None]
    place = part * ROWS + gl.arange(0, ROWS, layout=output_row)
    d = gl.arange(0, D, layout=gl.SliceLayout(0, output_layout))
    at = outputs + place[:, None] * stride_ot + d[None, :]
    gl.store(at, output.to(dtype), mask=(place < length)[:, None])
    gl.store(lse + m, maximum + gl.log2(total), mask=m < length)


@gluon.jit(
    do_not_specialize=[
        "passed", "heads", "blocks", "tokens", "query_batch", "query_head", "key_batch", "key_head_rows", "value_batch", "value_head",
    ]
)
def forward(
    query_tiles, key_tiles, value_tiles, outputs, lse, offsets, indices, table, order, scale, passed, heads, blocks, tokens,
    query_batch, query_head, query_column, key_batch, key_head_rows, key_column, value_batch, value_head, value_column,
    stride_ob, stride_oh, stride_ot,
    GROUP: gl.constexpr, D: gl.constexpr, BLOCK: gl.constexpr, CAUSAL: gl.constexpr, ORDERED: gl.constexpr,
    STAGES: gl.constexpr,
):
    """Output and log2-sum-exp of one query block; `..._tiles` are descriptors of 2-dimensional views in which token t of (batch
    row, head) is row  row · `..._batch` + head · `..._head` + t  from column  head · `..._column`  on. Where ORDERED, query blocks
    are taken as `order` (heads · blocks,) int32 says. The first program takes the one that is number `passed`.
    """
    number = passed + gl.program_id(0)
    if ORDERED:
        number = gl.load(order + number)
    head = number // blocks
    block = number % blocks
    if CAUSAL and not ORDERED:
        block = blocks - 1 - block  # the longest rows first
    row = gl.load(table + block * 5)
    start = gl.load(table + block * 5 + 1)
    length = gl.load(table + block * 5 + 2)
    first = gl.load(table + block * 5 + 3)
    last = gl.load(table + block * 5 + 4)
    tail = gl.load(table + (last - 1) * 5 + 2)
    origin = start - (block - first) * BLOCK
    begin = gl.load(offsets + head * blocks + block)
    count = (gl.load(offsets + head * blocks + block + 1) - begin).to(gl.int32)
    chosen = indices + begin
    final = gl.load(chosen + count - 1)
    seen = gl.where(final == last - 1, tail, BLOCK)
    diagonal = (final == block).to(gl.int32)
    if not CAUSAL:
        diagonal = diagonal * 0

    query = gl.allocate_shared_memory(query_tiles.dtype, [2, ROWS, D], query_tiles.layout)
    keys = gl.allocate_shared_memory(query_tiles.dtype, [STAGES, BLOCK, D], key_tiles.layout)
    values = gl.allocate_shared_memory(query_tiles.dtype, [STAGES, BLOCK, D], value_tiles.layout)
    query_ready = gl.allocate_shared_memory(gl.int64, [1], mbarrier.MBarrierLayout())
    key_ready = gl.allocate_shared_memory(gl.int64, [STAGES, 1], mbarrier.MBarrierLayout())
    key_free = gl.allocate_shared_memory(gl.int64, [STAGES, 1], mbarrier.MBarrierLayout())
    value_ready = gl.allocate_shared_memory(gl.int64, [STAGES, 1], mbarrier.MBarrierLayout())
    value_free = gl.allocate_shared_memory(gl.int64, [STAGES, 1], mbarrier.MBarrierLayout())
    mbarrier.init(query_ready, count=1)
    for stage in gl.static_range(STAGES):
        mbarrier.init(key_ready.index(stage), count=1)
        mbarrier.init(value_ready.index(stage), count=1)
        mbarrier.init(key_free.index(stage), count=2)
        mbarrier.init(value_free.index(stage), count=2)
    fence_async_shared()
    mbarrier.expect(query_ready, query_tiles.block_type.nbytes * 2)
    for part in gl.static_range(2):
        place = row * query_batch + head * query_head + start + part * ROWS
        tma.async_copy_global_to_shared(query_tiles, [place, head * query_column], query_ready, query.index(part))

    key_head = head // GROUP
    key_row = row * key_batch + key_head * key_head_rows + origin
    value_row = row * value_batch + key_head * value_head + origin
    outputs_at = outputs + row.to(gl.int64) * stride_ob + head.to(gl.int64) * stride_oh + start.to(gl.int64) * stride_ot
    lse_at = lse + (row.to(gl.int64) * heads + head) * tokens + start
    produced = (
        key_tiles, value_tiles, keys, values, key_ready, key_free, value_ready, value_free, chosen, count, first,
        key_row, key_head * key_column, value_row, key_head * value_column, BLOCK, STAGES,
    )  # fmt: skip
    gl.warp_specialize(
        [
            (_consume, (
                query.index(0), keys, values, query_ready, key_ready, key_free, value_ready, value_free, outputs_at, lse_at,
                seen, diagonal, length, count, scale, stride_ot, 0, D, BLOCK, STAGES,
            )),
            (_consume, (
                query.index(1), keys, values, query_ready, key_ready, key_free, value_ready, value_free, outputs_at, lse_at,
                seen, diagonal, length, count, scale, stride_ot, 1, D, BLOCK, STAGES,
            )),
            (_produce, produced),
        ],
        [4, 1], [240, 24],
    )  # fmt: skip
