"""Triton kernels of the coarse stage: pool tokens, score features, select key blocks, write compressed rows.

The estimated mass of a tile lies in memory once, in bfloat16 and not yet normalised; nothing else of that size is made.
"""

import triton
import triton.language as tl

LOG2_E = tl.constexpr(1.4426950408889634)
LARGEST = tl.constexpr(0x40000000)  # the bits of 2.0: more than any share of mass


@triton.jit
def _pool_block(
    source, features, row, start, length, head, block, blocks, stride_b, stride_h, stride_t,
    D: tl.constexpr, BLOCK: tl.constexpr, POOL: tl.constexpr, SPREAD: tl.constexpr, SQUARES: tl.constexpr,
):
    """Means over runs of POOL tokens (runs, D), means of their squares where SQUARES, where to store them, and the runs' tokens."""
    RUNS: tl.constexpr = BLOCK // POOL
    WIDTH: tl.constexpr = D * 2 if SPREAD else D
    STEP: tl.constexpr = min(POOL, max(1, 32 // RUNS))
    run = tl.arange(0, RUNS)
    d = tl.arange(0, D)
    at = source + row * stride_b + head.to(tl.int64) * stride_h + start.to(tl.int64) * stride_t
    total = tl.zeros([RUNS, STEP, D], tl.float32)
    squares = tl.zeros([RUNS, STEP, D], tl.float32)
    for step in tl.static_range(0, POOL, STEP):
        token = (run * POOL + step)[:, None] + tl.arange(0, STEP)[None, :]
        place = token.to(tl.int64)[:, :, None] * stride_t + d[None, None, :]
        values = tl.load(at + place, mask=(token < length)[:, :, None], other=0.0).to(tl.float32)
        total += values
        if SQUARES:
            squares += values * values
    count = tl.minimum(tl.maximum(length - run * POOL, 0), POOL).to(tl.float32)
    divisor = tl.maximum(count, 1.0)[:, None]
    out = features + ((head.to(tl.int64) * blocks + block) * RUNS + run)[:, None] * WIDTH + d[None, :]
    return tl.sum(total, 1) / divisor, tl.sum(squares, 1) / divisor, out, count


@triton.jit
def pool(
    queries, keys, probes, features, bias, table, scale, blocks, heads,
    stride_qb, stride_qh, stride_qt, stride_kb, stride_kh, stride_kt,
    D: tl.constexpr, BLOCK: tl.constexpr, POOL: tl.constexpr, SPREAD: tl.constexpr,
):
    """Probes of one token block of one query head, or features of one key head; the key heads follow the query heads.

    Means of POOL tokens and, where SPREAD, half squares (queries) or variances (keys). `probes`, `features` (heads, blocks ·
    runs, D or 2 D); `bias` (blocks · runs,) is the logarithm of the keys' numbers.
    """
    block = tl.program_id(0)
    head = tl.program_id(1)
    row = tl.load(table + block * 5).to(tl.int64)
    start = tl.load(table + block * 5 + 1)
    length = tl.load(table + block * 5 + 2)
    RUNS: tl.constexpr = BLOCK // POOL
    if head < heads:
        mean, _, out, count = _pool_block(
            queries, probes, row, start, length, head, block, blocks, stride_qb, stride_qh, stride_qt,
            D, BLOCK, POOL, SPREAD, False,
        )  # fmt: skip
        mean = mean * scale
        tl.store(out, mean.to(probes.dtype.element_ty))
        if SPREAD:
            tl.store(out + D, (mean * mean * 0.5).to(probes.dtype.element_ty))
    else:
        mean, square, out, count = _pool_block(
            keys, features, row, start, length, head - heads, block, blocks, stride_kb, stride_kh, stride_kt,
            D, BLOCK, POOL, SPREAD, SPREAD,
        )  # fmt: skip
        tl.store(out, mean.to(features.dtype.element_ty))
        if SPREAD:
            tl.store(out + D, tl.maximum(square - mean * mean, 0.0).to(features.dtype.element_ty))
        if head == heads:
            tl.store(bias + block * RUNS + tl.arange(0, RUNS), tl.log(count))


@triton.jit
def score(
    probes, features, bias, mass, probe_rows, first_block, key_blocks, stride_ph, stride_fh, stride_bh, stride_mh,
    GROUP: tl.constexpr, F: tl.constexpr, BF: tl.constexpr, QUERY_RUNS: tl.constexpr, KEY_RUNS: tl.constexpr,
    BM: tl.constexpr, BN: tl.constexpr, CAUSAL: tl.constexpr, PRECISION: tl.constexpr,
):
    """Unnormalised estimated mass (heads, probe rows, key blocks) of BM probes; `first_block` is the tile's first query block.

    Each probe's scores are taken relative to the highest near its own place, which keeps them in the range of bfloat16.
    """
    tile = tl.program_id(0)
    head = tl.program_id(1).to(tl.int64)
    m = tile * BM + tl.arange(0, BM)
    n = tl.arange(0, BN)
    f = tl.arange(0, BF)
    inside = m < probe_rows
    own = first_block + m // QUERY_RUNS
    key_rows = key_blocks * KEY_RUNS
    probes_at = probes + head * stride_ph + m[:, None] * F
    features_at = features + (head // GROUP) * stride_fh
    bias_at = bias + (head // GROUP) * stride_bh
    highest = tl.zeros([BM], tl.float32)
    steps = tl.cdiv(key_rows, BN)
    if CAUSAL:
        end = first_block + (tl.minimum(tile * BM + BM, probe_rows) - 1) // QUERY_RUNS + 1
        steps = tl.cdiv(end * KEY_RUNS, BN)
    near = (first_block + tile * BM // QUERY_RUNS) * KEY_RUNS // BN
    # Step -1 looks at the tile of keys around the probes' own place, for the reference.
    for step in range(-1, steps):
        column = tl.where(step < 0, near, step) * BN + n
        scores = tl.zeros([BM, BN], tl.float32)
        for part in tl.static_range(0, F, BF):
            probe = tl.load(probes_at + part + f[None, :], mask=inside[:, None], other=0.0)
            feature = tl.load(features_at + column[:, None] * F + part + f[None, :], mask=(column < key_rows)[:, None], other=0.0)
            scores = tl.dot(probe, tl.trans(feature), scores, input_precision=PRECISION)
        scores = (scores + tl.load(bias_at + column, mask=column < key_rows, other=float("-inf"))[None, :]) * LOG2_E
        if CAUSAL:
            scores = tl.where((column // KEY_RUNS)[None, :] <= own[:, None], scores, float("-inf"))
        if step < 0:
            highest = tl.max(scores, 1)
        else:
            weight = tl.exp2(tl.minimum(scores - highest[:, None], 100.0))
            summed = tl.sum(tl.reshape(weight, [BM, BN // KEY_RUNS, KEY_RUNS]), 2)
            block = step * (BN // KEY_RUNS) + tl.arange(0, BN // KEY_RUNS)
            at = mass + head * stride_mh + m.to(tl.int64)[:, None] * key_blocks + block[None, :]
            tl.store(at, summed.to(mass.dtype.element_ty), mask=inside[:, None] & (block < key_blocks)[None, :])


@triton.jit
def _mixed(value):
    """`model.attention.selection.hashed`."""
    value = (value ^ (value >> 16)) * 0x45D9F3B & 0xFFFFFFFF
    value = (value ^ (value >> 16)) * 0x45D9F3B & 0xFFFFFFFF
    return value ^ (value >> 16)


@triton.jit
def choose(
    mass, bits, counts, held, named, first_block, document_first, key_blocks, words, blocks,
    coverage, threshold, floor, ceiling, seed, stride_mh,
    QUERY_RUNS: tl.constexpr, COLUMNS: tl.constexpr, CAUSAL: tl.constexpr, NAMED: tl.constexpr,
    OPENING: tl.constexpr, NEIGHBOURS: tl.constexpr, EXPLORED: tl.constexpr, BY_MASS: tl.constexpr, SHIFT: tl.constexpr,
):
    """Select for one query block: bit set (heads, rows, words) of its key blocks, their count and the estimated mass they hold.

    The largest level of mass is sought, bit by bit, at which the blocks that reach it satisfy coverage and floor, or the ceiling;
    of blocks exactly at that level the earliest are taken, as many as are needed. Levels are the bits of the share of mass
    without the last SHIFT: `mass` is in bfloat16, which has no more.
    """
    row = tl.program_id(0)
    head = tl.program_id(1)
    rows = tl.num_programs(0)
    block = first_block + row
    target = tl.load(coverage + head) if BY_MASS else 0.0
    column = tl.arange(0, COLUMNS)
    allowed = column < key_blocks
    if CAUSAL:
        allowed = allowed & (column <= block)
    share = tl.zeros([COLUMNS], tl.float32)
    for run in tl.static_range(0, QUERY_RUNS):
        at = mass + head.to(tl.int64) * stride_mh + (row.to(tl.int64) * QUERY_RUNS + run) * key_blocks
        part = tl.load(at + column, mask=allowed, other=0.0).to(tl.float32)
        share += part / tl.maximum(tl.sum(part, 0), 1e-30) / QUERY_RUNS
    distance = column - block
    kept = ((distance <= NEIGHBOURS) & (distance >= -NEIGHBOURS)) | (column < OPENING)
    for number in tl.static_range(0, EXPLORED):
        mixed = _mixed(block.to(tl.int64))
        mixed = _mixed(_mixed(_mixed(mixed ^ head) ^ number) ^ seed)
        kept = kept | (column == ((mixed * key_blocks) >> 32))
    if NAMED:
        kept = kept | (tl.load(named + document_first + column, mask=allowed, other=0) > 0)
    kept = kept & allowed
    level = tl.where(kept | (allowed == 0), -1, share.to(tl.int32, bitcast=True) >> SHIFT)
    kept_count = tl.sum(kept.to(tl.int32), 0)
    kept_mass = tl.sum(tl.where(kept, share, 0.0), 0)
    found = 0
    step = LARGEST
    for _ in range(31):
        trial = found + step
        reach = level >= trial
        count = kept_count + tl.sum(reach.to(tl.int32), 0)
        enough = (count >= floor) & (trial <= threshold)
        if BY_MASS:
            enough = enough & (kept_mass + tl.sum(tl.where(reach, share, 0.0), 0) >= target)
        found = tl.where(enough | (count >= ceiling), trial, found)
        step = step // 2
    above = level > found
    count = kept_count + tl.sum(above.to(tl.int32), 0)
    reached = kept_mass + tl.sum(tl.where(above, share, 0.0), 0)
    tie = level == found
    ties = tl.sum(tie.to(tl.int32), 0)
    worth = tl.sum(tl.where(tie, share, 0.0), 0) / tl.maximum(ties, 1)
    need = tl.maximum(floor - count, tl.ceil((target - reached) / tl.maximum(worth, 1e-30)).to(tl.int32))
    need = tl.where((found >= threshold) | (found == 0) & (reached < target), ties, need)
    need = tl.maximum(tl.minimum(tl.minimum(need, ceiling - count), ties), 0)
    taken = kept | above | (tie & (tl.cumsum(tie.to(tl.int32), 0) <= need))
    packed = tl.sum(tl.reshape(taken.to(tl.int32), [COLUMNS // 32, 32]) << tl.arange(0, 32)[None, :], 1)
    word = tl.arange(0, COLUMNS // 32)
    place = head.to(tl.int64) * rows + row
    tl.store(bits + place * words + word, packed, mask=word < words)
    tl.store(counts + head * blocks + document_first + block, tl.sum(taken.to(tl.int32), 0))
    tl.store(held + head * blocks + document_first + block, tl.sum(tl.where(taken, share, 0.0), 0))


@triton.jit
def write(bits, offsets, indices, first_block, document_first, words, blocks, COLUMNS: tl.constexpr):
    """The set bits of one row as ascending key blocks, at the row's place in the compressed selection."""
    row = tl.program_id(0)
    head = tl.program_id(1)
    word = tl.arange(0, COLUMNS // 32)
    place = head.to(tl.int64) * tl.num_programs(0) + row
    packed = tl.load(bits + place * words + word, mask=word < words, other=0)
    taken = tl.reshape((packed[:, None] >> tl.arange(0, 32)[None, :]) & 1, [COLUMNS])
    begin = tl.load(offsets + head * blocks + document_first + first_block + row)
    position = tl.cumsum(taken, 0) - 1
    tl.store(indices + begin + position, tl.arange(0, COLUMNS) + document_first, mask=taken > 0)
