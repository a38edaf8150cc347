"""Triton kernels of the coarse stage: pool tokens, score features, select key blocks, write compressed rows.

The estimated mass of a tile lies in memory once, in bfloat16 and not yet normalised; nothing else of that size is made.
Numbers that differ from document to document are not specialized on, else every length would be compiled for.
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


@triton.jit(do_not_specialize=["blocks", "heads"])
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
def _scored(
    probe, probes, features, bias, column, own, inside, key_rows,
    F: tl.constexpr, BF: tl.constexpr, KEY_RUNS: tl.constexpr, CAUSAL: tl.constexpr, PRECISION: tl.constexpr,
):
    """Binary logarithms of unnormalised mass (probes, columns); `probe` is all of the probes where BF == F."""
    f = tl.arange(0, BF)
    within = column < key_rows
    scores = tl.zeros([probe.shape[0], column.shape[0]], tl.float32)
    for part in tl.static_range(0, F, BF):
        feature = tl.load(features + column[:, None] * F + part + f[None, :], mask=within[:, None], other=0.0)
        if BF < F:
            probe = tl.load(probes + part + f[None, :], mask=inside[:, None], other=0.0)
        scores = tl.dot(probe, tl.trans(feature), scores, input_precision=PRECISION)
    scores = (scores + tl.load(bias + column, mask=within, other=float("-inf"))[None, :]) * LOG2_E
    if CAUSAL:
        scores = tl.where((column // KEY_RUNS)[None, :] <= own[:, None], scores, float("-inf"))
    return scores


@triton.jit(do_not_specialize=["probe_rows", "first_block", "key_blocks", "part_steps"], do_not_specialize_on_alignment=["bias"])
def score(
    probes, features, bias, mass, probe_rows, first_block, key_blocks, width, part_steps,
    stride_ph, stride_fh, stride_bh, stride_mh,
    GROUP: tl.constexpr, F: tl.constexpr, BF: tl.constexpr, QUERY_RUNS: tl.constexpr, KEY_RUNS: tl.constexpr,
    BM: tl.constexpr, BN: tl.constexpr, CAUSAL: tl.constexpr, PRECISION: tl.constexpr,
):
    """Unnormalised estimated mass (heads, probe rows, width ≥ key blocks) of BM probes from query block `first_block` on.

    One of the programs that share these probes, each with `part_steps` · BN keys.
    Each probe's scores are taken relative to the highest near its own place, which keeps them in the range of bfloat16.
    """
    tile = tl.program_id(0)
    head = tl.program_id(1).to(tl.int64)
    m = tile * BM + tl.arange(0, BM)
    n = tl.arange(0, BN)
    inside = m < probe_rows
    own = first_block + m // QUERY_RUNS
    key_rows = key_blocks * KEY_RUNS
    probes_at = probes + head * stride_ph + m[:, None] * F
    features_at = features + (head // GROUP) * stride_fh
    bias_at = bias + (head // GROUP) * stride_bh
    probe = tl.load(probes_at + tl.arange(0, BF)[None, :], mask=inside[:, None], other=0.0)
    near = (first_block + tile * BM // QUERY_RUNS) * KEY_RUNS // BN * BN + n
    highest = tl.max(
        _scored(probe, probes_at, features_at, bias_at, near, own, inside, key_rows, F, BF, KEY_RUNS, CAUSAL, PRECISION), 1
    )
    steps = tl.cdiv(key_rows, BN)
    if CAUSAL:
        end = first_block + (tl.minimum(tile * BM + BM, probe_rows) - 1) // QUERY_RUNS + 1
        steps = tl.cdiv(end * KEY_RUNS, BN)
    part = tl.program_id(2) * part_steps
    for step in range(part, tl.minimum(steps, part + part_steps)):
        scores = _scored(
            probe, probes_at, features_at, bias_at, step * BN + n, own, inside, key_rows, F, BF, KEY_RUNS, CAUSAL, PRECISION
        )
        weight = tl.exp2(tl.minimum(scores - highest[:, None], 100.0))
        summed = tl.sum(tl.reshape(weight, [BM, BN // KEY_RUNS, KEY_RUNS]), 2)
        block = step * (BN // KEY_RUNS) + tl.arange(0, BN // KEY_RUNS)
        at = mass + head * stride_mh + m.to(tl.int64)[:, None] * width + block[None, :]
        tl.store(at, summed.to(mass.dtype.element_ty), mask=inside[:, None] & (block < width)[None, :])


@triton.jit
def _mixed(value):
    """`model.attention.selection.hashed`."""
    value = (value ^ (value >> 16)) * 0x45D9F3B & 0xFFFFFFFF
    value = (value ^ (value >> 16)) * 0x45D9F3B & 0xFFFFFFFF
    return value ^ (value >> 16)


@triton.jit
def _shares(mass, width, allowed, column, last, QUERY_RUNS: tl.constexpr):
    """Each key block's share of the mass, averaged over the query block's runs; a run is read while the last one is summed.

    Whole eights are read, up to the one that holds block `last`, since a mask that changes inside one has it read singly.
    """
    near = (column < width) & (column // 8 <= last // 8)
    share = tl.zeros_like(column).to(tl.float32)
    part = tl.load(mass + column, mask=near, other=0.0)
    for run in tl.static_range(0, QUERY_RUNS):
        present = tl.where(allowed, part, 0.0).to(tl.float32)
        if run + 1 < QUERY_RUNS:
            part = tl.load(mass + (run + 1) * width + column, mask=near, other=0.0)
        share += present / tl.maximum(tl.sum(present, 0), 1e-30) / QUERY_RUNS
    return share


@triton.jit
def _kept(column, block, head, key_blocks, seed, OPENING: tl.constexpr, NEIGHBOURS: tl.constexpr, EXPLORED: tl.constexpr):
    """`model.attention.selection.always_kept` but for those named and the causal order."""
    distance = column - block
    kept = ((distance <= NEIGHBOURS) & (distance >= -NEIGHBOURS)) | (column < OPENING)
    for number in tl.static_range(0, EXPLORED):
        mixed = _mixed(block.to(tl.int64))
        mixed = _mixed(_mixed(_mixed(mixed ^ head) ^ number) ^ seed)
        kept = kept | (column == ((mixed * key_blocks) >> 32).to(tl.int32))
    return kept


@triton.jit
def _added_2(a, b, y, z):
    return a + y, b + z


@triton.jit
def _added_3(a, b, c, x, y, z):
    return a + x, b + y, c + z


@triton.jit
def _added_4(a, b, c, d, w, x, y, z):
    return a + w, b + x, c + y, d + z


@triton.jit
def _added_6(a, b, c, d, e, f, u, v, w, x, y, z):
    return a + u, b + v, c + w, d + x, e + y, f + z


@triton.jit
def _satisfied(code, first, second, third, target, threshold, floor, ceiling, BY_MASS: tl.constexpr):
    """How many of three ascending levels are satisfied by the blocks that reach them.

    All are counted in one reduction, since each waits for every warp.
    """
    a, b, c = code >= first, code >= second, code >= third
    if BY_MASS:
        share = (code & (LARGEST - 1)).to(tl.float32, bitcast=True)
        some, fewer, fewest, p, q, r = tl.reduce(
            (
                a.to(tl.int32), b.to(tl.int32), c.to(tl.int32),
                tl.where(a, share, 0.0), tl.where(b, share, 0.0), tl.where(c, share, 0.0),
            ), 0, _added_6,
        )
        one, two, three = p >= target, q >= target, r >= target
    else:
        # The sign bit of a difference is had for less than a comparison.
        below = ((code - first) >> 31, (code - second) >> 31, (code - third) >> 31)
        some, fewer, fewest = tl.reduce(below, 0, _added_3)
        some, fewer, fewest = some + code.shape[0], fewer + code.shape[0], fewest + code.shape[0]
        one, two, three = some >= 0, fewer >= 0, fewest >= 0
    one = (one & (some >= floor) & (first <= threshold)) | (some >= ceiling)
    two = (two & (fewer >= floor) & (second <= threshold)) | (fewer >= ceiling)
    three = (three & (fewest >= floor) & (third <= threshold)) | (fewest >= ceiling)
    return one.to(tl.int32) + two.to(tl.int32) + three.to(tl.int32)


@triton.jit
def _highest_level(code, target, threshold, floor, ceiling, BY_MASS: tl.constexpr, SHIFT: tl.constexpr):
    """The largest satisfied level, two bits a round; first tried are shares of 2^-63, 2^-31 and 2^-15, since most lie above."""
    STEP: tl.constexpr = 1 << (26 - SHIFT % 2)
    passed = _satisfied(code, 0x20000000, 0x30000000, 0x38000000, target, threshold, floor, ceiling, BY_MASS)
    found = tl.where(passed == 0, 0, 0x10000000 + passed * 0x10000000)
    found = tl.where(passed == 3, 0x38000000, found)
    step = tl.where(passed >= 2, STEP, STEP * 4)
    while step >= (1 << SHIFT):
        passed = _satisfied(
            code, found + step, found + 2 * step, found + 3 * step, target, threshold, floor, ceiling, BY_MASS
        )
        found += passed * step
        step = step // 4
    return found


@triton.jit
def _taken(code, found, target, threshold, floor, ceiling, BY_MASS: tl.constexpr, SHIFT: tl.constexpr):
    """Which blocks are taken: all above level `found` and as many of those at it as are needed; and all blocks' shares."""
    share = (code & (LARGEST - 1)).to(tl.float32, bitcast=True)
    above = code >= tl.minimum(found + (1 << SHIFT), LARGEST)
    tie = (code >= found) & (above == 0)
    if BY_MASS:
        count, ties, reached, worth = tl.reduce(
            (above.to(tl.int32), tie.to(tl.int32), tl.where(above, share, 0.0), tl.where(tie, share, 0.0)), 0, _added_4
        )
        worth = worth / tl.maximum(ties, 1)
        need = tl.maximum(floor - count, tl.ceil((target - reached) / tl.maximum(worth, 1e-30)).to(tl.int32))
        need = tl.where((found == 0) & (reached < target), ties, need)
    else:
        count = tl.sum(above.to(tl.int32), 0)
        need = tl.where(found >= threshold, code.shape[0], floor - count)
    need = tl.minimum(need, ceiling - count)
    return above | (tie & (tl.cumsum(tie.to(tl.int32), 0) <= need)), share


@triton.jit(
    do_not_specialize=["first_block", "document_first", "key_blocks", "words", "blocks", "threshold", "floor", "ceiling", "seed"],
)
def choose(
    mass, bits, counts, held, named, first_block, document_first, key_blocks, words, blocks,
    coverage, threshold, floor, ceiling, seed, width, stride_mh,
    QUERY_RUNS: tl.constexpr, COLUMNS: tl.constexpr, CAUSAL: tl.constexpr, NAMED: tl.constexpr,
    OPENING: tl.constexpr, NEIGHBOURS: tl.constexpr, EXPLORED: tl.constexpr, BY_MASS: tl.constexpr, SHIFT: tl.constexpr,
):
    """Select for one query block: bit set (heads, rows, words) of its key blocks, their count and the estimated mass they hold.

    The largest level of mass is sought at which the blocks that reach it satisfy coverage (heads,) and floor, or the ceiling;
    of blocks exactly at that level the earliest are taken, as many as are needed. Levels are the bits of the share of mass, the
    last SHIFT of them cut off: `mass` is in bfloat16, which has no more. Always-kept blocks lie above every level.
    """
    row = tl.program_id(0)
    head = tl.program_id(1)
    rows = tl.num_programs(0)
    block = first_block + row
    target = tl.load(coverage + head) if BY_MASS else 0.0
    column = tl.arange(0, COLUMNS)
    last = tl.minimum(block, key_blocks - 1) if CAUSAL else key_blocks - 1
    allowed = column <= last
    at = mass + head.to(tl.int64) * stride_mh + row.to(tl.int64) * QUERY_RUNS * width
    share = _shares(at, width, allowed, column, last, QUERY_RUNS)
    kept = _kept(column, block, head, key_blocks, seed, OPENING, NEIGHBOURS, EXPLORED)
    if NAMED:
        kept = kept | (tl.load(named + document_first + column, mask=allowed, other=0) > 0)
    # One number a block carries all there is to know of it, which leaves room for more programs at once.
    code = tl.where(kept, share.to(tl.int32, bitcast=True) | LARGEST, share.to(tl.int32, bitcast=True))
    code = tl.where(allowed, code, -1)
    found = _highest_level(code, target, threshold, floor, ceiling, BY_MASS, SHIFT)
    taken, share = _taken(code, found, target, threshold, floor, ceiling, BY_MASS, SHIFT)
    packed = tl.sum(tl.reshape(taken.to(tl.int32), [COLUMNS // 32, 32]) << tl.arange(0, 32)[None, :], 1)
    word = tl.arange(0, COLUMNS // 32)
    place = head.to(tl.int64) * rows + row
    tl.store(bits + place * words + word, packed, mask=word < words)
    number, total = tl.reduce((taken.to(tl.int32), tl.where(taken, share, 0.0)), 0, _added_2)
    tl.store(counts + head * blocks + document_first + block, number)
    tl.store(held + head * blocks + document_first + block, total)


@triton.jit(do_not_specialize=["first_block", "document_first", "words", "blocks"])
def write(bits, offsets, indices, first_block, document_first, words, blocks, WORDS: tl.constexpr):
    """The set bits of one row as ascending key blocks, at the row's place in the compressed selection."""
    row = tl.program_id(0)
    head = tl.program_id(1)
    word = tl.arange(0, WORDS)
    place = head.to(tl.int64) * tl.num_programs(0) + row
    packed = tl.load(bits + place * words + word, mask=word < words, other=0)
    number = tl.zeros_like(packed)
    for bit in range(32):
        number += (packed >> bit) & 1
    position = tl.cumsum(number, 0) - number
    at = indices + tl.load(offsets + head * blocks + document_first + first_block + row)
    for bit in range(32):
        taken = (packed >> bit) & 1
        tl.store(at + position, word * 32 + bit + document_first, mask=taken > 0)
        position += taken
