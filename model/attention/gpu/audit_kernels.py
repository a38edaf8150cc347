"""Triton kernels of the audit of one document: draw query rows by what they are guessed to have missed, and score them.

What is guessed, drawn and weighted is what `model.attention.audit` says. `logsums` are natural logarithms, of the document's
row of the batch; `start` is the document's first token. Drawn rows are numbered head · `each` + number. Numbers that differ
from document to document are not specialized on, else every length would be compiled for.
"""

import triton
import triton.language as tl

LOG2_E = tl.constexpr(1.4426950408889634)


@triton.jit
def _guesses(logsums, estimated, head, block, blocks, start, tokens, stride_h, least, BLOCK: tl.constexpr):
    """What the rows of one token block are guessed to have missed, 0 beyond the end; their sums; whether they are inside."""
    token = block * BLOCK + tl.arange(0, BLOCK)
    inside = token < tokens
    sums = tl.load(logsums + head.to(tl.int64) * stride_h + start + token, mask=inside, other=0.0)
    covered = tl.minimum(tl.maximum(tl.load(estimated + head * blocks + block), least), 1.0)
    length = tl.minimum(tokens - block * BLOCK, BLOCK)
    typical = tl.sum(sums, 0) / length.to(tl.float32) + tl.log((1.0 - covered + least) / covered)
    return tl.where(inside, 1.0 / (1.0 + tl.exp(sums - typical)), 0.0), sums, inside


@triton.jit(do_not_specialize=["blocks", "start", "tokens", "stride_h"])
def guess(logsums, estimated, guessed, blocks, start, tokens, stride_h, least, BLOCK: tl.constexpr):
    """The sum over one token block's rows of what they are guessed to have missed; `guessed` (heads, blocks) float32."""
    block = tl.program_id(0)
    head = tl.program_id(1)
    guesses, _, _ = _guesses(logsums, estimated, head, block, blocks, start, tokens, stride_h, least, BLOCK)
    tl.store(guessed + head * blocks + block, tl.sum(guesses, 0))


@triton.jit
def _of_blocks(guessed, offsets, head, block, blocks, tokens, BLOCK: tl.constexpr, CAUSAL: tl.constexpr):
    """Of some token blocks: the guessed sum, tokens, and how many pairs were left out; zeros beyond the last."""
    there = block < blocks
    at = head * blocks + block
    sums = tl.load(guessed + at, mask=there, other=0.0).to(tl.float64)
    length = tl.where(there, tl.minimum(tokens - block * BLOCK, BLOCK), 0).to(tl.float64)
    begin = tl.load(offsets + at, mask=there, other=0)
    end = tl.load(offsets + at + 1, mask=there, other=0)
    seen = tl.where(there, blocks, 0)
    if CAUSAL:
        seen = tl.where(there, block + 1, 0)
    return sums, length, seen - (end - begin).to(tl.int32)


@triton.jit(do_not_specialize=["count", "each", "blocks", "start", "tokens", "stride_h"])
def draw(
    chances, guessed, logsums, estimated, offsets, row_token, row_weight, row_sum, count, each, blocks, start, tokens,
    stride_h, least, evenly,
    BLOCK: tl.constexpr, STEP: tl.constexpr, CAUSAL: tl.constexpr,
):
    """Draw one row: its token, its weight, and its sum.

    `chances` (2, `count` rows) float64 draw a token block and a row in it. `evenly` is the share of the head's mean guess that
    every row is given besides.
    """
    row = tl.program_id(0)
    head = row // each
    some = tl.zeros([STEP], tl.float64)
    some_length = tl.zeros([STEP], tl.float64)
    all_sums = tl.zeros([STEP], tl.float64)
    all_length = tl.zeros([STEP], tl.float64)
    for first in range(0, blocks, STEP):
        sums, length, left_out = _of_blocks(
            guessed, offsets, head, first + tl.arange(0, STEP), blocks, tokens, BLOCK, CAUSAL
        )
        some += tl.where(left_out > 0, sums, 0.0)
        some_length += tl.where(left_out > 0, length, 0.0)
        all_sums += sums
        all_length += length
    # A head that left nothing out is drawn from all the same, and found to have missed nothing.
    nothing = tl.sum(some_length, 0) == 0.0
    total = tl.where(nothing, tl.sum(all_sums, 0), tl.sum(some, 0))
    least_left_out = tl.where(nothing, 0, 1)
    each_evenly = evenly * total / tl.where(nothing, tl.sum(all_length, 0), tl.sum(some_length, 0))
    total = total * (1.0 + evenly)
    target = tl.load(chances + row) * total
    before = total * 0.0
    block = row * 0
    for first in range(0, blocks, STEP):
        places = first + tl.arange(0, STEP)
        sums, length, left_out = _of_blocks(guessed, offsets, head, places, blocks, tokens, BLOCK, CAUSAL)
        size = tl.where(left_out >= least_left_out, sums + each_evenly * length, 0.0)
        passed = (before + tl.cumsum(size, 0) <= target) & (places < blocks)
        block += tl.sum(passed.to(tl.int32), 0)
        before += tl.sum(size, 0)
    block = tl.minimum(block, blocks - 1)
    guesses, sums, inside = _guesses(logsums, estimated, head, block, blocks, start, tokens, stride_h, least, BLOCK)
    size = tl.where(inside, guesses.to(tl.float64) + each_evenly, 0.0)
    passed = (tl.cumsum(size, 0) <= tl.load(chances + count + row) * tl.sum(size, 0)) & inside
    place = tl.minimum(tl.sum(passed.to(tl.int32), 0), tl.minimum(tokens - block * BLOCK, BLOCK) - 1)
    own = tl.arange(0, BLOCK) == place
    weight = total / (tl.sum(tl.where(own, size, 0.0), 0) * tokens)
    tl.store(row_token + row, block * BLOCK + place)
    tl.store(row_weight + row, weight.to(tl.float32))
    tl.store(row_sum + row, tl.sum(tl.where(own, sums, 0.0), 0))


@triton.jit(do_not_specialize=["rows", "each", "start", "tokens", "chunk"])
def score_rows(
    queries, keys, highest, total, row_token, scale, rows, each, start, tokens, chunk,
    stride_qh, stride_qt, stride_kh, stride_kt,
    D: tl.constexpr, R: tl.constexpr, BN: tl.constexpr, CAUSAL: tl.constexpr, PRECISION: tl.constexpr,
):
    """For R of the `rows` drawn rows of one key head and one chunk of keys: highest score, and sum of the weights beside it.

    Results (chunks, key heads · rows) float32, in base 2.
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
    keys_at = keys + key_head.to(tl.int64) * stride_kh
    maximum = tl.full([R], -1e30, tl.float32)
    everything = tl.zeros([R], tl.float32)
    for step in range(chunk // BN):
        place = part * chunk + step * BN + n
        there = place < tokens
        far = (start + place).to(tl.int64)[:, None] * stride_kt
        key = tl.load(keys_at + far + d[None, :], mask=there[:, None], other=0.0)
        scores = tl.dot(query, tl.trans(key), input_precision=PRECISION) * scale
        visible = there[None, :] & inside[:, None]
        if CAUSAL:
            visible = visible & (place[None, :] <= token[:, None])
        scores = tl.where(visible, scores, float("-inf"))
        top = tl.maximum(maximum, tl.max(scores, 1))
        everything = everything * tl.exp2(maximum - top) + tl.sum(tl.exp2(scores - top[:, None]), 1)
        maximum = top
    out = (part * tl.num_programs(1) + key_head) * rows + r
    tl.store(highest + out, maximum, mask=inside)
    tl.store(total + out, everything, mask=inside)


@triton.jit(do_not_specialize=["count", "chunks"])
def combine(highest, total, row_sum, row_weight, missed, count, chunks, R: tl.constexpr, STEP: tl.constexpr):
    """The weighted missed mass of R of the `count` drawn rows, from the sums that they computed and those over all keys."""
    r = tl.program_id(0) * R + tl.arange(0, R)
    inside = r < count
    maximum = tl.full([R], -1e30, tl.float32)
    everything = tl.zeros([R], tl.float32)
    for first in range(0, chunks, STEP):
        chunk = first + tl.arange(0, STEP)
        at = chunk[:, None] * count + r[None, :]
        there = (chunk < chunks)[:, None] & inside[None, :]
        high = tl.load(highest + at, mask=there, other=-1e30)
        sums = tl.load(total + at, mask=there, other=0.0)
        top = tl.maximum(maximum, tl.max(high, 0))
        everything = everything * tl.exp2(maximum - top) + tl.sum(sums * tl.exp2(high - top[None, :]), 0)
        maximum = top
    computed = tl.load(row_sum + r, mask=inside, other=0.0) * LOG2_E
    # Sums of the same numbers in another order can pass one another in the last digit.
    covered = tl.minimum(tl.exp2(computed - maximum - tl.log2(everything)), 1.0)
    tl.store(missed + r, (1.0 - covered) * tl.load(row_weight + r, mask=inside, other=0.0), mask=inside)
