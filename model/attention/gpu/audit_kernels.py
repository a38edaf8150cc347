"""Triton kernels of the audit: drawn query rows against all keys of their document, in chunks."""

import triton
import triton.language as tl


@triton.jit
def score_rows(
    queries, keys, chosen, highest, total, covered, row_token, scale, rows, each, start, tokens, blocks, chunk,
    stride_qh, stride_qt, stride_kh, stride_kt,
    D: tl.constexpr, BLOCK: tl.constexpr, R: tl.constexpr, BN: tl.constexpr, CAUSAL: tl.constexpr, PRECISION: tl.constexpr,
):
    """For R of the `rows` drawn rows of one key head and one chunk of keys: highest score, sum of all and of computed weights.

    `row_token` (key heads, rows), counted from the document's first, `each` of one query head after the other; `chosen` (key heads,
    rows, blocks) uint8; results (key heads, chunks, rows) float32 in base 2.
    """
    part = tl.program_id(0)
    key_head = tl.program_id(1)
    r = tl.program_id(2) * R + tl.arange(0, R)
    n = tl.arange(0, BN)
    d = tl.arange(0, D)
    inside = r < rows
    token = tl.load(row_token + key_head * rows + r, mask=inside, other=0)
    head = key_head * (rows // each) + r // each
    at = queries + head.to(tl.int64)[:, None] * stride_qh + (start + token).to(tl.int64)[:, None] * stride_qt
    query = tl.load(at + d[None, :], mask=inside[:, None], other=0.0)
    keys_at = keys + key_head.to(tl.int64) * stride_kh + start.to(tl.int64) * stride_kt
    chosen_at = chosen + (key_head * rows + r).to(tl.int64) * blocks
    maximum = tl.full([R], -1e30, tl.float32)
    everything = tl.zeros([R], tl.float32)
    computed = tl.zeros([R], tl.float32)
    for step in range(chunk // BN):
        place = part * chunk + step * BN + n
        there = place < tokens
        key = tl.load(keys_at + place.to(tl.int64)[:, None] * stride_kt + d[None, :], mask=there[:, None], other=0.0)
        scores = tl.dot(query, tl.trans(key), input_precision=PRECISION) * scale
        visible = there[None, :] & inside[:, None]
        if CAUSAL:
            visible = visible & (place[None, :] <= token[:, None])
        scores = tl.where(visible, scores, float("-inf"))
        top = tl.maximum(maximum, tl.max(scores, 1))
        weight = tl.exp2(scores - top[:, None])
        # A tile lies inside one token block, so one flag a row says whether it was computed; beyond the last there is no weight.
        block = tl.minimum((part * chunk + step * BN) // BLOCK, blocks - 1)
        taken = tl.load(chosen_at + block, mask=inside, other=0).to(tl.float32)
        shrink = tl.exp2(maximum - top)
        here = tl.sum(weight, 1)
        everything = everything * shrink + here
        computed = computed * shrink + here * taken
        maximum = top
    out = (key_head * tl.num_programs(0) + part) * rows + r
    tl.store(highest + out, maximum, mask=inside)
    tl.store(total + out, everything, mask=inside)
    tl.store(covered + out, computed, mask=inside)


@triton.jit
def mark(chosen, row_token, offsets, indices, each, blocks, BLOCK: tl.constexpr, STEP: tl.constexpr):
    """Set `chosen` (rows, blocks) uint8, zeros before, where a drawn row of one document computed a key block."""
    row = tl.program_id(0)
    place = row // each * blocks + tl.load(row_token + row) // BLOCK
    begin = tl.load(offsets + place)
    count = (tl.load(offsets + place + 1) - begin).to(tl.int32)
    for step in range(0, count, STEP):
        at = step + tl.arange(0, STEP)
        block = tl.load(indices + begin + at, mask=at < count, other=0)
        tl.store(chosen + row.to(tl.int64) * blocks + block, tl.full([STEP], 1, tl.uint8), mask=at < count)


@triton.jit
def summarise(
    highest, total, covered, estimated, row_token, lengths, summary, rows, each, chunks, blocks,
    BLOCK: tl.constexpr, R: tl.constexpr, CHUNKS: tl.constexpr, STEP: tl.constexpr,
):
    """One query head's line of `summary` (heads, 2 each + 1): exact and estimated covered mass of its drawn rows, then the sum over
    its tokens of the estimated one. `estimated` (heads, blocks), `lengths` (blocks) with a stride of 5.
    """
    head = tl.program_id(0)
    line = summary + head * (2 * each + 1)
    r = tl.arange(0, R)
    own = head * each % rows + r
    inside = r < each
    chunk = tl.arange(0, CHUNKS)
    at = ((head * each // rows) * chunks + chunk)[:, None] * rows + own[None, :]
    there = (chunk < chunks)[:, None] & inside[None, :]
    high = tl.load(highest + at, mask=there, other=-1e30)
    weight = tl.exp2(high - tl.max(high, 0)[None, :])
    whole = tl.sum(weight * tl.load(total + at, mask=there, other=0.0), 0)
    part = tl.sum(weight * tl.load(covered + at, mask=there, other=0.0), 0)
    tl.store(line + r, tl.minimum(part / whole, 1.0), mask=inside)
    token = tl.load(row_token + head * each + r, mask=inside, other=0)
    tl.store(line + each + r, tl.load(estimated + head * blocks + token // BLOCK, mask=inside, other=0.0), mask=inside)
    sum_of = tl.zeros([STEP], tl.float32)
    for step in range(0, blocks, STEP):
        block = step + tl.arange(0, STEP)
        length = tl.load(lengths + block * 5, mask=block < blocks, other=0).to(tl.float32)
        sum_of += tl.load(estimated + head * blocks + block, mask=block < blocks, other=0.0) * length
    tl.store(line + 2 * each, tl.sum(sum_of, 0))
