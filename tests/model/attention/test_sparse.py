"""The sparse kernel beside the masked reference: values, gradients, and the texts at the edges of what there is."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from model.attention import AdaptiveAttentionConfig, adaptive_attention, dense_attention
from model.attention.dense import causal_mask, reference_attention, repeat_heads
from model.attention.selection import Selection
from model.attention.sparse import sparse_attention

pytestmark = pytest.mark.usefixtures("one_thread")

BLOCK = 4
CONFIG = AdaptiveAttentionConfig(coverage=0.5, block_size=BLOCK, pool=2, dense_below=0, floor=1, audit_rows=0)


def random_selection(batch: int, heads: int, count: int, is_causal: bool, generator: torch.Generator) -> Selection:
    """Any key blocks at all, however unlikely an estimator were to pick them; the own one first."""
    blocks = torch.full((batch, heads, count, count), -1, dtype=torch.int32)
    counts = torch.zeros(batch, heads, count, dtype=torch.long)
    for b in range(batch):
        for h in range(heads):
            for q in range(count):
                others = [k for k in torch.randperm(count, generator=generator).tolist() if k != q]
                others = [k for k in others if not is_causal or k < q]
                taken = [q, *others[: int(torch.randint(0, count, (1,), generator=generator))]]
                blocks[b, h, q, : len(taken)] = torch.tensor(taken, dtype=torch.int32)
                counts[b, h, q] = len(taken)
    return Selection(blocks, counts, torch.ones(batch, heads, count), count * BLOCK, BLOCK)


def allowed_tokens(selection: Selection, valid: torch.Tensor, is_causal: bool) -> torch.Tensor:
    tokens = valid.shape[1]
    fine = selection.mask().repeat_interleave(BLOCK, 2).repeat_interleave(BLOCK, 3) & valid[:, None, None, :]
    return fine & causal_mask(tokens, tokens, valid.device) if is_causal else fine


def random_case(seed: int, batch: int, heads: tuple[int, int], count: int, is_causal: bool, dtype=torch.double):
    generator = torch.Generator().manual_seed(seed)
    tokens = count * BLOCK
    query = torch.randn(batch, heads[0], tokens, 4, generator=generator, dtype=dtype)
    key, value = (torch.randn(batch, heads[1], tokens, 4, generator=generator, dtype=dtype) for _ in range(2))
    # Padding anywhere, whole blocks and whole documents of it included.
    valid = torch.rand(batch, tokens, generator=generator) < torch.rand(batch, 1, generator=generator) * 1.5
    return query, key, value, random_selection(batch, heads[0], count, is_causal, generator), valid


@settings(max_examples=50, deadline=None)
@given(
    st.integers(0, 10_000),
    st.integers(1, 3),
    st.sampled_from([(1, 1), (3, 3), (4, 2), (4, 1)]),
    st.integers(1, 9),
    st.booleans(),
)
def test_any_selection_is_attended_to_as_the_reference_does(seed, batch, heads, count, is_causal):
    query, key, value, selection, valid = random_case(seed, batch, heads, count, is_causal)
    output = sparse_attention(query, key, value, selection, valid, 0.7, is_causal=is_causal)
    expected, _ = reference_attention(query, key, value, allowed_tokens(selection, valid, is_causal), 0.7)
    torch.testing.assert_close(output, expected, atol=1e-10, rtol=1e-8)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("is_causal", [False, True])
def test_gradients_equal_those_of_the_reference_in_double_precision(seed, is_causal):
    query, key, value, selection, valid = random_case(seed, 2, (4, 2), 5, is_causal)
    given_ = tuple(t.requires_grad_() for t in (query, key, value))
    weight = torch.randn(query.shape, dtype=torch.double, generator=torch.Generator().manual_seed(seed))
    output = sparse_attention(*given_, selection, valid, 0.7, is_causal=is_causal)
    expected, _ = reference_attention(*given_, allowed_tokens(selection, valid, is_causal), 0.7)
    ours = torch.autograd.grad((output * weight).sum(), given_)
    theirs = torch.autograd.grad((expected * weight).sum(), given_)
    for mine, reference in zip(ours, theirs, strict=True):
        assert torch.isfinite(mine).all()
        torch.testing.assert_close(mine, reference, atol=1e-9, rtol=1e-7)


@pytest.mark.parametrize("is_causal", [False, True])
def test_gradients_are_those_of_finite_differences(is_causal):
    query, key, value, selection, _ = random_case(5, 1, (2, 1), 3, is_causal)
    valid = torch.ones(1, 3 * BLOCK, dtype=torch.bool)
    valid[0, -3:] = False

    def attended(q, k, v):
        return sparse_attention(q, k, v, selection, valid, 0.7, is_causal=is_causal)

    assert torch.autograd.gradcheck(attended, tuple(t.requires_grad_() for t in (query, key, value)), fast_mode=True)


def test_gathering_in_small_parts_makes_no_difference(monkeypatch):
    query, key, value, selection, valid = random_case(6, 2, (4, 2), 9, False, torch.float)
    whole = sparse_attention(query, key, value, selection, valid, 0.7, is_causal=False)
    monkeypatch.setattr("model.attention.sparse._GATHERED_BYTES", {"cpu": 1})
    parts = sparse_attention(query, key, value, selection, valid, 0.7, is_causal=False)
    torch.testing.assert_close(parts, whole)


@pytest.mark.parametrize(
    ("dtype", "tolerance"), [(torch.double, 1e-9), (torch.float, 1e-5), (torch.bfloat16, 3e-2), (torch.half, 4e-3)]
)
@pytest.mark.parametrize("coverage", [0.6, 1.0])
def test_other_precisions_stay_near_the_reference(dtype, tolerance, coverage):
    generator = torch.Generator().manual_seed(9)
    query = torch.randn(2, 4, 93, 8, generator=generator).to(dtype)
    key, value = (torch.randn(2, 2, 93, 8, generator=generator).to(dtype) for _ in range(2))
    padded = torch.arange(93) >= torch.tensor([[93], [41]])
    config = AdaptiveAttentionConfig(coverage=coverage, block_size=8, pool=4, dense_below=0, floor=1)
    result = adaptive_attention(query, key, value, config=config, key_padding_mask=padded)
    assert result.output.dtype == dtype
    fine = result.selection.mask().repeat_interleave(8, 2).repeat_interleave(8, 3)[:, :, :93, :93]
    expected, _ = reference_attention(query, key, value, fine & ~padded[:, None, None, :])
    torch.testing.assert_close(result.output.double(), expected, atol=tolerance, rtol=tolerance)
    assert 0.0 < result.covered_mass.estimate <= 1.0


@pytest.mark.parametrize("coverage", [0.5, 1.0])
@pytest.mark.parametrize("is_causal", [False, True])
def test_one_token_attends_to_itself(coverage, is_causal):
    value = torch.tensor([[[[3.0, -1.0]]]])
    config = AdaptiveAttentionConfig(coverage=coverage, block_size=8, pool=4, dense_below=0)
    result = adaptive_attention(
        torch.ones(1, 1, 1, 2), torch.ones(1, 1, 1, 2), value, config=config, is_causal=is_causal
    )
    torch.testing.assert_close(result.output, value)
    assert result.density == 1.0
    assert result.covered_mass.estimate == pytest.approx(1.0)
    assert result.selection.mask().tolist() == [[[[True]]]]


@pytest.mark.parametrize("coverage", [0.5, 1.0])
@pytest.mark.parametrize("is_causal", [False, True])
def test_a_document_of_nothing_but_padding_gives_zeros_and_finite_gradients(coverage, is_causal):
    generator = torch.Generator().manual_seed(10)
    tensors = tuple(torch.randn(2, 2, 21, 4, generator=generator, requires_grad=True) for _ in range(3))
    padded = torch.zeros(2, 21, dtype=torch.bool)
    padded[1] = True
    config = AdaptiveAttentionConfig(coverage=coverage, block_size=8, pool=4, dense_below=0, floor=1)
    result = adaptive_attention(*tensors, config=config, is_causal=is_causal, key_padding_mask=padded)
    assert not result.output[1].any()
    alone = adaptive_attention(*(t[:1] for t in tensors), config=config, is_causal=is_causal)
    if coverage == 1.0:
        torch.testing.assert_close(result.output[:1], alone.output)
    gradients = torch.autograd.grad(result.output.square().sum(), tensors)
    assert all(torch.isfinite(gradient).all() and not gradient[1].any() for gradient in gradients)


@pytest.mark.parametrize("is_causal", [False, True])
def test_documents_of_different_lengths_are_read_in_a_batch_as_alone(is_causal):
    """What lies in the padding changes nothing for the tokens before it, in dense attention and in sparse."""
    generator = torch.Generator().manual_seed(11)
    lengths = [60, 23, 1]
    query, key, value = (torch.randn(3, 2, 60, 4, generator=generator) for _ in range(3))
    padded = torch.arange(60) >= torch.tensor(lengths)[:, None]
    dense = dense_attention(query, key, value, is_causal=is_causal, key_padding_mask=padded)
    sparse = adaptive_attention(query, key, value, config=CONFIG, is_causal=is_causal, key_padding_mask=padded).output
    noise = 50.0 * padded[:, None, :, None]
    other = adaptive_attention(
        query, key + noise, value - noise, config=CONFIG, is_causal=is_causal, key_padding_mask=padded
    )
    for row, length in enumerate(lengths):
        alone = [t[row : row + 1, :, :length] for t in (query, key, value)]
        torch.testing.assert_close(dense[row : row + 1, :, :length], dense_attention(*alone, is_causal=is_causal))
        torch.testing.assert_close(other.output[row, :, :length], sparse[row, :, :length])


def test_key_heads_that_do_not_divide_the_query_heads_are_refused():
    with pytest.raises(ValueError, match="divide"):
        repeat_heads(torch.zeros(1, 2, 3, 4), 3)
    heads = torch.arange(2.0).view(1, 2, 1, 1)
    assert repeat_heads(heads, 4).flatten().tolist() == [0, 0, 1, 1]
