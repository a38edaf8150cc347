"""Adaptive sparse attention: estimate, calibrate, select, attend, audit. The one function that others call."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from itertools import pairwise

import torch
from torch import Tensor

from model.attention.audit import LEAST_ROWS, CoveredMass, affordable_rows, audit
from model.attention.config import AdaptiveAttentionConfig
from model.attention.dense import dense_attention
from model.attention.dispatch import DENSE_ABOVE, Choice, first_choice, is_short
from model.attention.estimators import Estimator, Features, estimate_mass, make_estimator
from model.attention.gathered import gathered_attention, gathered_attention_and_sums
from model.attention.layout import Document, Layout, is_contiguous, make_layout
from model.attention.pilot import foresee
from model.attention.result import AttentionResult
from model.attention.selection import Selection, select, select_all


def adaptive_attention(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    *,
    config: AdaptiveAttentionConfig | None = None,
    is_causal: bool = False,
    key_padding_mask: Tensor | None = None,
    bounds: Sequence[int] | None = None,
    named: Tensor | None = None,
    estimator: Estimator | None = None,
    scale: float | None = None,
) -> AttentionResult:
    """Attention whose computed pairs of token blocks adapt to the text.

    `query` (batch, query heads, tokens, head_dim); `key`, `value` (batch, key heads, tokens, head_dim), the key heads dividing
    the query heads. `key_padding_mask` (batch, tokens), True where a token is padding; or `bounds`, for documents packed end to
    end in a batch of one: document d is tokens `bounds[d]:bounds[d + 1]`, and none sees another. `named` (batch, tokens), True at
    tokens (of headings, of definitions) whose blocks everything shall see. `estimator` replaces the one that `config` names.
    `scale` defaults to 1/√head_dim. Padding gets zeros. Raises `ValueError` for shapes that do not fit.

    Which kernel computes it, and why, stands in the result; `model.attention.dispatch` has the rule. The selection is the same
    for the same inputs and seed.
    """
    config = config or AdaptiveAttentionConfig()
    _check(query, key, value, key_padding_mask, bounds, named)
    scale = 1.0 / math.sqrt(query.shape[-1]) if scale is None else scale
    if key_padding_mask is not None and not is_contiguous(key_padding_mask):
        return _compacted(query, key, value, key_padding_mask, config, is_causal, named, estimator, scale)
    batch, heads, tokens, _ = query.shape
    layout = make_layout(
        batch, tokens, config.block_size, query.device, key_padding_mask=key_padding_mask, bounds=bounds
    )
    choice = first_choice(query, layout, config)
    selection = select_all(heads, layout, is_causal=is_causal)
    if choice.kernel != "dense":
        with torch.no_grad():
            features = (estimator or make_estimator(config))(query, key, layout, scale)
            choice, selection = _second_choice(query, key, features, choice, selection, config, named, scale)
    output, logsum = attend(query, key, value, selection, choice.kernel, scale, sums=config.audit_rows > 0)
    audited = start_audit(query, key, selection, config, scale, logsum)
    return AttentionResult(output, selection.density, audited, selection, choice.kernel, choice.reason)


def _second_choice(
    query: Tensor,
    key: Tensor,
    features: Features,
    choice: Choice,
    everything: Selection,
    config: AdaptiveAttentionConfig,
    named: Tensor | None,
    scale: float,
) -> tuple[Choice, Selection]:
    """The selection, or dense attention after all where the selection is too large to pay."""
    layout, is_causal = everything.layout, everything.is_causal
    kept = None if named is None else layout.to_blocks(named[:, None, :, None])[0, :, :, 0].any(1)
    coverage, density = foresee(query, key, features, layout, config, scale, is_causal=is_causal, named=kept)
    never_dense = config.dense_below == 0
    # A look beforehand, since selecting costs more on a CPU; a GPU would have to be waited for.
    if choice.kernel == "gathered" and not never_dense and (foreseen := density()) > DENSE_ABOVE[choice.kernel]:
        return Choice("dense", f"about {foreseen:.0%} of the pairs would be selected"), everything
    selection = choose(
        features, everything.heads, layout, config, choice.kernel, is_causal=is_causal, coverage=coverage, named=kept
    )
    if selection.density > DENSE_ABOVE[choice.kernel] and not never_dense:
        return Choice("dense", f"{selection.density:.0%} of the pairs were selected"), everything
    return choice, selection


def choose(
    features: Features,
    heads: int,
    layout: Layout,
    config: AdaptiveAttentionConfig,
    kernel: str,
    *,
    is_causal: bool,
    coverage: Tensor | None = None,
    named: Tensor | None = None,
) -> Selection:
    """Select from an estimator's features, for `kernel`. Short documents take every pair.

    `coverage` (documents, heads), where given, stands for `config.coverage`; `named` (blocks,) bool.
    """
    if kernel == "triton":
        from model.attention.gpu.selecting import select_on_gpu

        return select_on_gpu(features, heads, layout, config, is_causal=is_causal, coverage=coverage, named=named)

    def estimate(document: Document, first: int, last: int) -> Tensor:
        return estimate_mass(features, document, torch.arange(first, last), is_causal=is_causal)

    return select(
        estimate,
        heads,
        layout,
        config,
        is_causal=is_causal,
        coverage=coverage,
        named=named,
        dense=lambda document: is_short(document, config, layout.device),
    )


def attend(
    query: Tensor, key: Tensor, value: Tensor, selection: Selection, kernel: str, scale: float, *, sums: bool = False
) -> tuple[Tensor, Tensor | None]:
    """Precise attention to the selected pairs, and where `sums` what `start_audit` wants; shapes as in `adaptive_attention`."""
    if kernel == "dense":
        return _dense(query, key, value, selection, scale), None
    if kernel == "triton":
        from model.attention.gpu.attending import triton_attention

        output, log2_sums = triton_attention(query, key, value, selection, scale)
        return output, log2_sums * math.log(2.0) if sums else None
    if sums:
        return gathered_attention_and_sums(query, key, value, selection, scale)
    return gathered_attention(query, key, value, selection, scale), None


def start_audit(
    query: Tensor,
    key: Tensor,
    selection: Selection,
    config: AdaptiveAttentionConfig,
    scale: float,
    logsum: Tensor | None = None,
) -> Callable[[], CoveredMass | None]:
    """The audit of a selection: exactly 1 where nothing was left out, None where there is no token or it is switched off.

    `logsum` (batch, query heads, tokens): of each query the logarithm of the sum of exp(score) over the computed pairs; needed
    where some are left out.
    """
    if not config.audit_rows or not selection.layout.documents:
        return lambda: None
    if selection.everything:
        return lambda: CoveredMass(1.0, 1.0, 1.0, 0)
    if logsum is None:
        raise ValueError("without the sums that attention computed nothing can be said of what it left out")
    return audit(query, key, selection, rows_to_audit(selection, config), scale, config.seed, logsum)


def rows_to_audit(selection: Selection, config: AdaptiveAttentionConfig) -> int:
    """Rows a head: what `audit_rows` allows and `audit_share` affords, but not for its sake fewer than `LEAST_ROWS`."""
    affordable = max(LEAST_ROWS, affordable_rows(selection, config.audit_share))
    return max(2, min(config.audit_rows // selection.heads, affordable))


def _dense(query: Tensor, key: Tensor, value: Tensor, selection: Selection, scale: float) -> Tensor:
    layout = selection.layout
    if layout.regular:
        return dense_attention(query, key, value, is_causal=selection.is_causal, scale=scale)
    output = torch.zeros_like(query)
    for document in layout.documents:
        row, tokens = slice(document.row, document.row + 1), slice(document.start, document.start + document.tokens)
        part = dense_attention(
            *(tensor[row, :, tokens] for tensor in (query, key, value)), is_causal=selection.is_causal, scale=scale
        )
        output[row, :, tokens] = part
    return output


def _compacted(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    key_padding_mask: Tensor,
    config: AdaptiveAttentionConfig,
    is_causal: bool,
    named: Tensor | None,
    estimator: Estimator | None,
    scale: float,
) -> AttentionResult:
    """Padding inside a row's text: what is left is packed end to end, attended to, and put back."""
    valid = ~key_padding_mask
    bounds = [0, *valid.sum(1).cumsum(0).tolist()]
    packed = [tensor.transpose(1, 2)[valid].transpose(0, 1)[None] for tensor in (query, key, value)]
    result = adaptive_attention(
        *packed,
        config=config,
        is_causal=is_causal,
        bounds=bounds,
        named=None if named is None else named[valid][None],
        estimator=estimator,
        scale=scale,
    )
    whole = query.new_zeros(query.shape[0], query.shape[2], query.shape[1], query.shape[3])
    place = valid.flatten().nonzero()[:, 0]
    output = whole.flatten(0, 1).index_copy(0, place, result.output[0].transpose(0, 1)).view_as(whole).transpose(1, 2)
    return AttentionResult(output, result.density, result.audited, result.selection, result.kernel, result.reason)


def _check(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    key_padding_mask: Tensor | None,
    bounds: Sequence[int] | None,
    named: Tensor | None,
) -> None:
    if query.dim() != 4 or key.shape != value.shape or key.dim() != 4:
        raise ValueError("query, key and value must be (batch, heads, tokens, head_dim), key and value of one shape")
    if query.shape[0] != key.shape[0] or query.shape[2:] != key.shape[2:] or query.shape[1] % key.shape[1]:
        raise ValueError(
            f"query {tuple(query.shape)} and key {tuple(key.shape)} must agree in batch, tokens and head_dim, "
            "and the key heads must divide the query heads"
        )
    batch, _, tokens, _ = query.shape
    if tokens == 0:
        raise ValueError("there are no tokens to attend to")
    for name, given in (("key_padding_mask", key_padding_mask), ("named", named)):
        if given is not None and given.shape != (batch, tokens):
            raise ValueError(f"{name} must be (batch, tokens), not {tuple(given.shape)}")
    if bounds is None:
        return
    if batch != 1 or key_padding_mask is not None:
        raise ValueError("bounds are for documents packed in a batch of one, without padding")
    if len(bounds) < 2 or bounds[0] != 0 or bounds[-1] != tokens or any(b < a for a, b in pairwise(bounds)):
        raise ValueError(f"bounds must ascend from 0 to the number of tokens, {tokens}")
