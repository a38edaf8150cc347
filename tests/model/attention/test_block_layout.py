"""Where token blocks lie: each document from its own start, nothing lost on the way to blocks and back."""

from __future__ import annotations

from itertools import pairwise

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from made_cases import CPU, packed

from model.attention.layout import Layout, is_contiguous, make_layout

pytestmark = pytest.mark.usefixtures("one_thread")


@st.composite
def layouts(draw) -> Layout:
    size = draw(st.sampled_from([1, 4, 8]))
    if draw(st.booleans()):
        lengths = draw(st.lists(st.integers(0, 30), min_size=1, max_size=5).filter(any))
        return packed(lengths, size)
    batch, tokens = draw(st.integers(1, 3)), draw(st.integers(1, 30))
    if draw(st.booleans()):
        return make_layout(batch, tokens, size, CPU)
    padded = torch.ones(batch, tokens, dtype=torch.bool)
    for row in padded:
        start = draw(st.integers(0, tokens))
        row[start : draw(st.integers(start, tokens))] = False
    return make_layout(batch, tokens, size, CPU, key_padding_mask=padded)


@settings(max_examples=150, deadline=None)
@given(layouts())
def test_every_token_lies_in_one_block_in_order_and_blocks_in_one_document(layout):
    place = torch.arange(layout.batch * layout.tokens).view(layout.batch, 1, layout.tokens, 1) + 1
    blocks = layout.to_blocks(place)[0, :, :, 0]
    assert blocks.shape == (layout.blocks, layout.block_size)
    first = 0
    for document in layout.documents:
        assert document.first == first
        first = document.last
        assert document.blocks == -(-document.tokens // layout.block_size)
        text = place[document.row, 0, document.start : document.start + document.tokens, 0].tolist()
        mine = blocks[document.first : document.last].flatten().tolist()
        assert mine == text + [0] * (len(mine) - len(text)), "zeros beyond the document's end"
    assert first == layout.blocks
    assert layout.lengths.tolist() == (blocks > 0).sum(1).tolist()
    assert int(layout.lengths.sum()) == sum(document.tokens for document in layout.documents)


@settings(max_examples=100, deadline=None)
@given(layouts(), st.integers(1, 3), st.sampled_from([torch.float, torch.bfloat16, torch.double, torch.bool]))
def test_blocks_and_back_is_the_same_but_for_padding(layout, heads, dtype):
    tensor = torch.rand(layout.batch, heads, layout.tokens, 2, generator=torch.Generator().manual_seed(heads)) + 0.1
    tensor = tensor.to(dtype)
    blocks = layout.to_blocks(tensor)
    assert blocks.shape == (heads, layout.blocks, layout.block_size, 2)
    back = layout.from_blocks(blocks.contiguous())
    inside = torch.zeros(layout.batch, layout.tokens, dtype=torch.bool)
    for document in layout.documents:
        inside[document.row, document.start : document.start + document.tokens] = True
    assert back.dtype == dtype
    assert torch.equal(back, torch.where(inside[:, None, :, None], tensor, torch.zeros((), dtype=dtype)))
    assert layout.complete == bool(inside.all())


@settings(max_examples=50, deadline=None)
@given(layouts())
def test_gradients_come_back_to_their_tokens(layout):
    generator = torch.Generator().manual_seed(0)
    tensor = torch.randn(layout.batch, 2, layout.tokens, 3, generator=generator, requires_grad=True)
    weight = torch.randn(tensor.shape, generator=generator)
    (gradient,) = torch.autograd.grad(
        (layout.from_blocks(layout.to_blocks(tensor).contiguous()) * weight).sum(), tensor
    )
    assert torch.equal(gradient, layout.from_blocks(layout.to_blocks(weight).contiguous()))


def test_what_lies_in_the_padding_does_not_reach_the_blocks():
    padded = torch.arange(10)[None] >= 6
    layout = make_layout(1, 10, 4, CPU, key_padding_mask=padded)
    tensor = torch.where(padded[:, None, :, None], torch.inf, 1.0)
    assert layout.to_blocks(tensor).flatten().tolist() == [1.0] * 6 + [0.0] * 2


@pytest.mark.parametrize("is_causal", [False, True])
def test_pairs_are_counted_within_documents(is_causal):
    layout = packed([33, 0, 8, 1], 8)
    counts = [5, 1, 1]
    expected = [count * (count + 1) // 2 if is_causal else count**2 for count in counts]
    assert [layout.pairs(document, is_causal=is_causal) for document in layout.documents] == expected


def test_bounds_leave_empty_documents_out():
    layout = packed([0, 5, 0, 9], 4)
    assert [(d.start, d.tokens) for d in layout.documents] == [(0, 5), (5, 9)]
    assert layout.table.tolist() == [
        [0, 0, 4, 0, 2], [0, 4, 1, 0, 2], [0, 5, 4, 2, 5], [0, 9, 4, 2, 5], [0, 13, 1, 2, 5],
    ]  # fmt: skip


def test_one_document_that_blocks_divide_is_a_view():
    tensor = torch.randn(1, 2, 64, 4)
    assert make_layout(1, 64, 16, CPU).to_blocks(tensor).data_ptr() == tensor.data_ptr()


def test_padding_on_the_left_starts_the_blocks_at_the_text():
    padded = torch.arange(20)[None] < torch.tensor([[7], [20], [0]])
    layout = make_layout(3, 20, 8, CPU, key_padding_mask=padded)
    assert [(d.row, d.start, d.tokens, d.first, d.last) for d in layout.documents] == [
        (0, 7, 13, 0, 2),
        (2, 0, 20, 2, 5),
    ]
    assert not layout.regular


@settings(max_examples=100, deadline=None)
@given(st.lists(st.booleans(), min_size=1, max_size=12))
def test_padding_inside_the_text_is_noticed(padding):
    mask = torch.tensor([padding])
    runs = sum(not after and before for before, after in pairwise([True, *padding]))
    assert is_contiguous(mask) == (runs <= 1)
    if runs > 1:
        with pytest.raises(ValueError, match="inside"):
            make_layout(1, len(padding), 4, CPU, key_padding_mask=mask)
