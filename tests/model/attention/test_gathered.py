"""The gathered kernel beside the masked reference: values, gradients, and the texts at the edges of what there is.

The random comparison looks at FUSEN_ATTENTION_CASES cases, 500 where that is not set, always the same ones; set it to a larger
number for a longer search.
"""

from __future__ import annotations

import os
from dataclasses import dataclass

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st
from made_cases import CPU, allowed_tokens, packed, random_selection
from torch import Tensor

from model.attention.dense import reference_attention, repeat_heads
from model.attention.gathered import (
    _attend_and_sum,
    _by_products,
    _gathered,
    gathered_attention,
    gathered_attention_and_sums,
)
from model.attention.layout import Layout, make_layout
from model.attention.selection import Selection

pytestmark = pytest.mark.usefixtures("one_thread")

CASES = int(os.environ.get("FUSEN_ATTENTION_CASES", "500"))


@dataclass(frozen=True)
class Case:
    """Random tensors and a random selection over documents that are whole rows, padded or packed."""

    query: Tensor
    key: Tensor
    value: Tensor
    weight: Tensor
    selection: Selection
    scale: float


@st.composite
def cases(draw) -> Case:
    layout = draw(layouts())
    heads, key_heads = draw(st.sampled_from([(1, 1), (2, 2), (3, 1), (4, 2)]))
    width = draw(st.sampled_from([8, 16, 24, 32, 64]))
    dtype = draw(st.sampled_from([torch.float, torch.float, torch.double, torch.bfloat16, torch.half]))
    is_causal, density = draw(st.booleans()), draw(st.sampled_from([0.0, 0.2, 0.6, 1.0]))
    generator = torch.Generator().manual_seed(draw(st.integers(0, 1 << 20)))
    return made_case(layout, (heads, key_heads), width, dtype, generator, is_causal=is_causal, density=density)


@st.composite
def layouts(draw) -> Layout:
    size = draw(st.sampled_from([1, 4, 8, 16]))
    longest = min(8 * size, 48)
    shape = draw(st.sampled_from(["whole", "left", "right", "both", "packed"]))
    if shape == "packed":
        lengths = draw(st.lists(st.integers(0, longest), min_size=1, max_size=4))
        return packed([*lengths, draw(st.integers(1, longest))], size)
    batch, tokens = draw(st.integers(1, 3)), draw(st.integers(1, longest))
    if shape == "whole":
        return make_layout(batch, tokens, size, CPU)
    padded = torch.ones(batch, tokens, dtype=torch.bool)
    for row in padded:
        start = draw(st.integers(0, tokens)) if shape in ("left", "both") else 0
        end = draw(st.integers(start, tokens)) if shape in ("right", "both") else tokens
        row[start:end] = False
    padded[-1] = False  # some text there is
    return make_layout(batch, tokens, size, CPU, key_padding_mask=padded)


def made_case(
    layout: Layout,
    heads: tuple[int, int],
    width: int,
    dtype: torch.dtype,
    generator: torch.Generator,
    *,
    is_causal: bool,
    density: float = 0.4,
) -> Case:
    def drawn(count: int) -> Tensor:
        return torch.randn(layout.batch, count, layout.tokens, width, generator=generator).to(dtype)

    query, weight, key, value = drawn(heads[0]), drawn(heads[0]), drawn(heads[1]), drawn(heads[1])
    selection = random_selection(heads[0], layout, generator, is_causal=is_causal, density=density)
    return Case(query, key, value, weight, selection, width**-0.5)


def by_reference(case: Case) -> list[Tensor]:
    """Output and gradients of query, key and value in float64."""
    given_ = [tensor.double().requires_grad_() for tensor in (case.query, case.key, case.value)]
    output, _ = reference_attention(*given_, allowed_tokens(case.selection), case.scale)
    return [output.detach(), *torch.autograd.grad((output * case.weight.double()).sum(), given_)]


def by_gathering(case: Case) -> list[Tensor]:
    given_ = [tensor.clone().requires_grad_() for tensor in (case.query, case.key, case.value)]
    output = gathered_attention(*given_, case.selection, case.scale)
    return [output.detach(), *torch.autograd.grad((output * case.weight).sum(), given_)]


def by_masking(case: Case) -> list[Tensor]:
    """PyTorch's own attention with the selection as its mask: what the dtype lets one expect."""
    given_ = [tensor.clone().requires_grad_() for tensor in (case.query, case.key, case.value)]
    allowed = allowed_tokens(case.selection)
    rows = allowed.any(-1, keepdim=True)
    query, key, value = given_[0], *(repeat_heads(tensor, case.query.shape[1]) for tensor in given_[1:])
    # A row of padding would give NaN: it looks at everything, and its output is left out.
    output = F.scaled_dot_product_attention(query, key, value, attn_mask=allowed | ~rows, scale=case.scale)
    output = torch.where(rows, output, torch.zeros((), dtype=output.dtype))
    return [output.detach(), *torch.autograd.grad((output * case.weight).sum(), given_)]


def largest(tensor: Tensor) -> float:
    return float(tensor.detach().abs().max())


def magnitude_of_gradients(case: Case) -> float:
    changes = largest(case.weight.norm(dim=-1)) * largest(case.value.norm(dim=-1))
    return max(case.scale * changes * max(largest(case.query), largest(case.key)), largest(case.weight))


@settings(max_examples=CASES, deadline=None, derandomize=True, database=None)
@given(cases())
def test_any_selection_is_attended_to_as_the_reference_does_forward_and_backward(case):
    names = ("output", "gradient of the query", "gradient of the key", "gradient of the value")
    found = zip(names, by_gathering(case), by_masking(case), by_reference(case), strict=True)
    for name, ours, yardstick, exact in found:
        assert torch.isfinite(ours).all(), name
        # Of what gradients are the difference of: they may be small, or nothing, beside it.
        magnitude = largest(case.value) if name == "output" else magnitude_of_gradients(case)
        allowed = 3 * largest(yardstick.double() - exact) + torch.finfo(ours.dtype).eps * magnitude
        error = largest(ours.double() - exact)
        assert error <= allowed, f"{name}: {error} where {allowed} is to be expected"


@pytest.mark.parametrize("is_causal", [False, True])
def test_gradients_are_those_of_finite_differences(is_causal):
    generator = torch.Generator().manual_seed(5)
    case = made_case(packed([9, 4], 4), (2, 1), 4, torch.double, generator, is_causal=is_causal)

    def attended(query: Tensor, key: Tensor, value: Tensor) -> Tensor:
        return gathered_attention(query, key, value, case.selection, 0.7)

    tensors = tuple(tensor.requires_grad_() for tensor in (case.query, case.key, case.value))
    assert torch.autograd.gradcheck(attended, tensors, fast_mode=True)


@pytest.mark.parametrize("is_causal", [False, True])
def test_gathering_in_small_parts_makes_no_difference(is_causal, monkeypatch):
    generator = torch.Generator().manual_seed(6)
    case = made_case(make_layout(2, 35, 4, CPU), (4, 2), 8, torch.float, generator, is_causal=is_causal)
    whole = by_gathering(case)
    monkeypatch.setattr("model.attention.gathered._GATHERED_BYTES", {"cpu": 1})
    for part, expected in zip(by_gathering(case), whole, strict=True):
        torch.testing.assert_close(part, expected)


def test_only_rows_that_see_a_partial_block_are_masked(monkeypatch):
    """Masks cost time: a text that blocks divide needs none."""
    masked: list[bool] = []
    attend = F.scaled_dot_product_attention

    def watched(*tensors: Tensor, attn_mask: Tensor | None, scale: float) -> Tensor:
        masked.append(attn_mask is not None)
        return attend(*tensors, attn_mask=attn_mask, scale=scale)

    monkeypatch.setattr(F, "scaled_dot_product_attention", watched)
    generator = torch.Generator().manual_seed(7)
    by_gathering(made_case(make_layout(1, 64, 8, CPU), (2, 2), 8, torch.float, generator, is_causal=False))
    assert masked
    assert not any(masked)
    by_gathering(made_case(make_layout(1, 63, 8, CPU), (2, 2), 8, torch.float, generator, is_causal=False))
    assert any(masked)


def test_all_pairs_as_a_selection_are_dense_attention():
    """Where a selection holds everything its rows are made when asked for."""
    generator = torch.Generator().manual_seed(8)
    layout = packed([20, 9], 4)
    query, key, value = (torch.randn(1, 2, 29, 8, generator=generator) for _ in range(3))
    for is_causal in (False, True):
        everything = Selection(None, torch.ones(2, layout.blocks), layout, is_causal)
        output = gathered_attention(query, key, value, everything, 0.3)
        for document in layout.documents:
            ours = slice(document.start, document.start + document.tokens)
            alone = [tensor[:, :, ours] for tensor in (query, key, value)]
            expected = F.scaled_dot_product_attention(*alone, is_causal=is_causal, scale=0.3)
            torch.testing.assert_close(output[:, :, ours], expected)


@settings(max_examples=150, deadline=None, derandomize=True, database=None)
@given(cases())
def test_sums_are_those_of_the_computed_weights_and_change_nothing(case):
    """In one pass, as on a CPU, and by products, as elsewhere."""
    selection = case.selection
    output, sums = gathered_attention_and_sums(case.query, case.key, case.value, selection, case.scale)
    assert torch.equal(output, gathered_attention(case.query, case.key, case.value, selection, case.scale))
    key = repeat_heads(case.key, case.query.shape[1]).double()
    scores = case.query.double() @ key.transpose(-1, -2) * case.scale
    allowed = allowed_tokens(selection)
    expected = scores.masked_fill(~allowed, -torch.inf).logsumexp(-1)
    expected = torch.where(allowed.any(-1), expected, 0.0)
    tolerance = 20 * torch.finfo(case.query.dtype).eps * max(1.0, largest(scores))
    torch.testing.assert_close(sums.double(), expected, atol=max(tolerance, 1e-5), rtol=0)
    apart, blocks = _gathered(case.query, case.key, case.value, selection, case.scale, _by_products)
    torch.testing.assert_close(apart, output, atol=tolerance * largest(case.value), rtol=0)
    by_products = selection.layout.from_blocks(blocks[..., None])[..., 0]
    torch.testing.assert_close(by_products.double(), expected, atol=max(tolerance, 1e-5), rtol=0)


@pytest.mark.parametrize("attend", [_attend_and_sum, _by_products])
def test_gradients_pass_where_sums_are_kept(attend):
    generator = torch.Generator().manual_seed(9)
    case = made_case(packed([19, 8], 4), (4, 2), 8, torch.double, generator, is_causal=True)
    given_ = [tensor.clone().requires_grad_() for tensor in (case.query, case.key, case.value)]
    output, sums = _gathered(*given_, case.selection, case.scale, attend)
    assert not sums.requires_grad
    found = torch.autograd.grad((output * case.weight).sum(), given_)
    for ours, exact in zip(found, by_reference(case)[1:], strict=True):
        torch.testing.assert_close(ours, exact)
