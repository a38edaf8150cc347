"""Triton kernels of precise attention over selected token blocks: forward, and backward in two.

The online softmax is that of FlashAttention-2 (arXiv 2307.08691, section 3.1), the backward pass its section 3.2; instead of all key
blocks a program walks its row of the selection. Rows ascend, so that only a row's last key block can be cut by causality or by
the document's end, and all others need no mask. `table` is `Layout.table`; scores are in base 2.
"""

import triton
import triton.language as tl


@triton.jit
def _place(table, block):
    """Row of the batch, first token, tokens, the document's first block and its tokens up to its last block's end."""
    row = tl.load(table + block * 5).to(tl.int64)
    start = tl.load(table + block * 5 + 1)
    length = tl.load(table + block * 5 + 2)
    first = tl.load(table + block * 5 + 3)
    last = tl.load(table + block * 5 + 4)
    tail = tl.load(table + (last - 1) * 5 + 2)
    return row, start, length, first, last, tail


@triton.jit
def _step(
    query, maximum, total, output, keys, values, row, key_head, origin, token, query_token, seen, scale,
    stride_kt, stride_vt,
    D: tl.constexpr, BN: tl.constexpr, CAUSAL: tl.constexpr, MASKED: tl.constexpr, TMA: tl.constexpr,
    PRECISION: tl.constexpr,
):
    """One key tile of the online softmax. `token` is its first token, counted from the document's first, `origin`."""
    n = tl.arange(0, BN)
    d = tl.arange(0, D)
    if TMA:
        key = keys.load([row.to(tl.int32), key_head, origin + token, 0]).reshape(BN, D)
    elif MASKED:
        key = tl.load(keys + (token + n)[:, None] * stride_kt + d[None, :], mask=(token + n)[:, None] < seen, other=0.0)
    else:
        key = tl.load(keys + (token + n)[:, None] * stride_kt + d[None, :])
    scores = tl.dot(query, tl.trans(key), input_precision=PRECISION)
    if MASKED:
        visible = (token + n)[None, :] < seen
        if CAUSAL:
            visible = visible & ((token + n)[None, :] <= query_token[:, None])
        scores = tl.where(visible, scores, float("-inf"))
    highest = tl.maximum(maximum, tl.max(scores, 1) * scale)
    weight = tl.exp2(scores * scale - highest[:, None])
    shrink = tl.exp2(maximum - highest)
    total = total * shrink + tl.sum(weight, 1)
    output = output * shrink[:, None]
    if TMA:
        value = values.load([row.to(tl.int32), key_head, origin + token, 0]).reshape(BN, D)
    elif MASKED:
        value = tl.load(values + (token + n)[:, None] * stride_vt + d[None, :], mask=(token + n)[:, None] < seen, other=0.0)
    else:
        value = tl.load(values + (token + n)[:, None] * stride_vt + d[None, :])
    output = tl.dot(weight.to(value.dtype), value, output, input_precision=PRECISION)
    return highest, total, output


@triton.jit(do_not_specialize=["blocks", "tokens"])
def forward(
    queries, keys, values, outputs, lse, offsets, indices, table, scale, blocks, tokens,
    stride_qb, stride_qh, stride_qt, stride_kb, stride_kh, stride_kt, stride_vb, stride_vh, stride_vt,
    stride_ob, stride_oh, stride_ot,
    GROUP: tl.constexpr, D: tl.constexpr, BLOCK: tl.constexpr, BM: tl.constexpr, BN: tl.constexpr,
    CAUSAL: tl.constexpr, TMA: tl.constexpr, PRECISION: tl.constexpr,
):
    """Output and log2-sum-exp of one tile of BM queries. Where TMA, `keys` and `values` are tensor descriptors."""
    tile = tl.program_id(0)
    head = tl.program_id(1)
    block = tile // (BLOCK // BM)
    if CAUSAL:
        block = blocks - 1 - block  # the longest rows first
    within = (tile % (BLOCK // BM)) * BM
    row, start, length, first, last, tail = _place(table, block)
    if within < length:
        m = within + tl.arange(0, BM)
        d = tl.arange(0, D)
        inside = m < length
        at = queries + row * stride_qb + head.to(tl.int64) * stride_qh + (start + m).to(tl.int64)[:, None] * stride_qt
        query = tl.load(at + d[None, :], mask=inside[:, None], other=0.0)
        origin = start - (block - first) * BLOCK
        seen = (last - 1 - first) * BLOCK + tail
        key_head = head // GROUP
        if TMA:
            keys_at = keys
            values_at = values
        else:
            keys_at = keys + row * stride_kb + key_head.to(tl.int64) * stride_kh + origin.to(tl.int64) * stride_kt
            values_at = values + row * stride_vb + key_head.to(tl.int64) * stride_vh + origin.to(tl.int64) * stride_vt
        query_token = (block - first) * BLOCK + m
        begin = tl.load(offsets + head * blocks + block)
        count = (tl.load(offsets + head * blocks + block + 1) - begin).to(tl.int32)
        chosen = indices + begin
        maximum = tl.full([BM], float("-inf"), tl.float32)
        total = tl.zeros([BM], tl.float32)
        output = tl.zeros([BM, D], tl.float32)
        SUB: tl.constexpr = BLOCK // BN
        for step in range((count - 1) * SUB):
            token = (tl.load(chosen + step // SUB) - first) * BLOCK + (step % SUB) * BN
            maximum, total, output = _step(
                query, maximum, total, output, keys_at, values_at, row, key_head, origin, token, query_token, seen, scale,
                stride_kt, stride_vt, D, BN, CAUSAL, False, TMA, PRECISION,
            )  # fmt: skip
        for sub in range(SUB):
            token = (tl.load(chosen + count - 1) - first) * BLOCK + sub * BN
            maximum, total, output = _step(
                query, maximum, total, output, keys_at, values_at, row, key_head, origin, token, query_token, seen, scale,
                stride_kt, stride_vt, D, BN, CAUSAL, True, TMA, PRECISION,
            )  # fmt: skip
        output = output / total[:, None]
        at = outputs + row * stride_ob + head.to(tl.int64) * stride_oh + (start + m).to(tl.int64)[:, None] * stride_ot
        tl.store(at + d[None, :], output.to(outputs.dtype.element_ty), mask=inside[:, None])
        heads = tl.num_programs(1)
        tl.store(lse + (row * heads + head) * tokens + start + m, maximum + tl.log2(total), mask=inside)


@triton.jit(do_not_specialize=["blocks", "tokens"])
def backward_query(
    queries, keys, values, gradients, query_gradients, lse, delta, offsets, indices, table, scale, blocks, tokens,
    stride_qb, stride_qh, stride_qt, stride_kb, stride_kh, stride_kt, stride_vb, stride_vh, stride_vt,
    stride_gb, stride_gh, stride_gt, stride_ob, stride_oh, stride_ot,
    GROUP: tl.constexpr, D: tl.constexpr, BLOCK: tl.constexpr, BM: tl.constexpr, BN: tl.constexpr,
    CAUSAL: tl.constexpr, PRECISION: tl.constexpr,
):
    """Gradient of one tile of BM queries. `scale` is in base e; `delta` (batch, heads, tokens) is Σ gradient · output."""
    tile = tl.program_id(0)
    head = tl.program_id(1)
    block = tile // (BLOCK // BM)
    if CAUSAL:
        block = blocks - 1 - block
    within = (tile % (BLOCK // BM)) * BM
    row, start, length, first, last, tail = _place(table, block)
    if within < length:
        m = within + tl.arange(0, BM)
        n = tl.arange(0, BN)
        d = tl.arange(0, D)
        inside = m < length
        far = (start + m).to(tl.int64)[:, None]
        wide = head.to(tl.int64)
        query = tl.load(queries + row * stride_qb + wide * stride_qh + far * stride_qt + d[None, :], mask=inside[:, None], other=0.0)
        gradient = tl.load(gradients + row * stride_gb + wide * stride_gh + far * stride_gt + d[None, :], mask=inside[:, None], other=0.0)
        heads = tl.num_programs(1)
        line = (row * heads + head) * tokens + start + m
        normal = tl.load(lse + line, mask=inside, other=float("inf"))
        shift = tl.load(delta + line, mask=inside, other=0.0)
        origin = start - (block - first) * BLOCK
        seen = (last - 1 - first) * BLOCK + tail
        key_head = (head // GROUP).to(tl.int64)
        keys_at = keys + row * stride_kb + key_head * stride_kh + origin.to(tl.int64) * stride_kt
        values_at = values + row * stride_vb + key_head * stride_vh + origin.to(tl.int64) * stride_vt
        query_token = (block - first) * BLOCK + m
        begin = tl.load(offsets + head * blocks + block)
        count = (tl.load(offsets + head * blocks + block + 1) - begin).to(tl.int32)
        SUB: tl.constexpr = BLOCK // BN
        result = tl.zeros([BM, D], tl.float32)
        for step in range(count * SUB):
            token = (tl.load(indices + begin + step // SUB) - first) * BLOCK + (step % SUB) * BN + n
            visible = token < seen
            key = tl.load(keys_at + token[:, None] * stride_kt + d[None, :], mask=visible[:, None], other=0.0)
            value = tl.load(values_at + token[:, None] * stride_vt + d[None, :], mask=visible[:, None], other=0.0)
            scores = tl.dot(query, tl.trans(key), input_precision=PRECISION)
            weight = tl.exp2(scores * (scale * 1.4426950408889634) - normal[:, None])
            allowed = visible[None, :]
            if CAUSAL:
                allowed = allowed & (token[None, :] <= query_token[:, None])
            weight = tl.where(allowed, weight, 0.0)
            change = weight * (tl.dot(gradient, tl.trans(value), input_precision=PRECISION) - shift[:, None])
            result = tl.dot(change.to(key.dtype), key, result, input_precision=PRECISION)
        at = query_gradients + row * stride_ob + wide * stride_oh + far * stride_ot
        tl.store(at + d[None, :], (result * scale).to(query_gradients.dtype.element_ty), mask=inside[:, None])


@triton.jit(do_not_specialize=["blocks", "tokens", "heads"])
def backward_key_value(
    queries, keys, values, gradients, key_gradients, value_gradients, lse, delta, offsets, rows, table, scale, blocks,
    tokens, heads,
    stride_qb, stride_qh, stride_qt, stride_kb, stride_kh, stride_kt, stride_vb, stride_vh, stride_vt,
    stride_gb, stride_gh, stride_gt, stride_ob, stride_oh, stride_ot,
    D: tl.constexpr, BLOCK: tl.constexpr, BM: tl.constexpr, BN: tl.constexpr,
    CAUSAL: tl.constexpr, PRECISION: tl.constexpr,
):
    """Gradients of one tile of BN keys and values: walks the selection transposed, `rows[offsets[key head · blocks + block]...]`
    being the (head · blocks + query block) that took this key block.
    """
    tile = tl.program_id(0)
    key_head = tl.program_id(1)
    block = tile // (BLOCK // BN)
    within = (tile % (BLOCK // BN)) * BN
    row, start, length, first, last, tail = _place(table, block)
    if within < length:
        n = within + tl.arange(0, BN)
        m = tl.arange(0, BM)
        d = tl.arange(0, D)
        inside = n < length
        far = (start + n).to(tl.int64)[:, None]
        wide = key_head.to(tl.int64)
        key = tl.load(keys + row * stride_kb + wide * stride_kh + far * stride_kt + d[None, :], mask=inside[:, None], other=0.0)
        value = tl.load(values + row * stride_vb + wide * stride_vh + far * stride_vt + d[None, :], mask=inside[:, None], other=0.0)
        origin = start - (block - first) * BLOCK
        seen = (last - 1 - first) * BLOCK + tail
        key_token = (block - first) * BLOCK + n
        begin = tl.load(offsets + key_head * blocks + block)
        count = (tl.load(offsets + key_head * blocks + block + 1) - begin).to(tl.int32)
        SUB: tl.constexpr = BLOCK // BM
        key_result = tl.zeros([BN, D], tl.float32)
        value_result = tl.zeros([BN, D], tl.float32)
        for step in range(count * SUB):
            taker = tl.load(rows + begin + step // SUB)
            head = (taker // blocks).to(tl.int64)
            token = (taker % blocks - first) * BLOCK + (step % SUB) * BM + m
            there = token < seen
            far_query = (origin + token).to(tl.int64)[:, None]
            query = tl.load(
                queries + row * stride_qb + head * stride_qh + far_query * stride_qt + d[None, :], mask=there[:, None], other=0.0
            )
            gradient = tl.load(
                gradients + row * stride_gb + head * stride_gh + far_query * stride_gt + d[None, :], mask=there[:, None], other=0.0
            )
            line = (row * heads + head) * tokens + origin + token
            normal = tl.load(lse + line, mask=there, other=float("inf"))
            shift = tl.load(delta + line, mask=there, other=0.0)
            scores = tl.dot(key, tl.trans(query), input_precision=PRECISION)  # (BN, BM)
            weight = tl.exp2(scores * (scale * 1.4426950408889634) - normal[None, :])
            if CAUSAL:
                weight = tl.where(key_token[:, None] <= token[None, :], weight, 0.0)
            value_result = tl.dot(weight.to(gradient.dtype), gradient, value_result, input_precision=PRECISION)
            change = weight * (tl.dot(value, tl.trans(gradient), input_precision=PRECISION) - shift[None, :])
            key_result = tl.dot(change.to(query.dtype), query, key_result, input_precision=PRECISION)
        at = row * stride_ob + wide * stride_oh + far * stride_ot + d[None, :]
        tl.store(key_gradients + at, (key_result * scale).to(key_gradients.dtype.element_ty), mask=inside[:, None])
        tl.store(value_gradients + at, value_result.to(value_gradients.dtype.element_ty), mask=inside[:, None])
