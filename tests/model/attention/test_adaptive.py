"""Adaptive attention as a whole, beside its references, on random inputs."""

from __future__ import annotations

import math
from dataclasses import astuple, replace

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from made_cases import allowed_tokens

from model.attention import AdaptiveAttentionConfig, AttentionResult, adaptive_attention, dense_attention
from model.attention.dense import reference_attention, repeat_heads

pytestmark = pytest.mark.usefixtures("one_thread")

SMALL = AdaptiveAttentionConfig(coverage=0.6, block_size=8, pool=4, dense_below=0, floor=1, audit_rows=16)
SHAPES = st.tuples(
    st.integers(1, 2),  # batch
    st.sampled_from([(1, 1), (2, 2), (4, 2), (4, 1)]),  # query heads, key heads
    st.integers(1, 150),  # tokens
    st.sampled_from([8, 16]),  # head_dim
)


def inputs(shape: tuple, seed: int) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    batch, (heads, key_heads), tokens, width = shape
    generator = torch.Generator().manual_seed(seed)
    query = torch.randn(batch, heads, tokens, width, generator=generator)
    key = torch.randn(batch, key_heads, tokens, width, generator=generator)
    value = torch.randn(batch, key_heads, tokens, width, generator=generator)
    return query, key, value


def padding(batch: int, tokens: int, seed: int) -> torch.Tensor:
    generator = torch.Generator().manual_seed(seed)
    lengths = torch.randint(1, tokens + 1, (batch, 1), generator=generator)
    return torch.arange(tokens)[None, :] >= lengths


def expected(query: torch.Tensor, key: torch.Tensor, value: torch.Tensor, result: AttentionResult) -> torch.Tensor:
    return reference_attention(query, key, value, allowed_tokens(result.selection))[0]


@settings(max_examples=60, deadline=None)
@given(SHAPES, st.booleans(), st.booleans(), st.integers(0, 1000))
def test_full_coverage_equals_dense(shape, is_causal, is_padded, seed):
    query, key, value = inputs(shape, seed)
    padded = padding(shape[0], shape[2], seed) if is_padded else None
    config = replace(SMALL, coverage=1.0)
    result = adaptive_attention(query, key, value, config=config, is_causal=is_causal, key_padding_mask=padded)
    dense = dense_attention(query, key, value, is_causal=is_causal, key_padding_mask=padded)
    if padded is not None:
        dense = dense * ~padded[:, None, :, None]
    torch.testing.assert_close(result.output, dense, atol=1e-5, rtol=1e-4)
    assert result.density == 1.0
    assert astuple(result.covered_mass) == (1.0, 1.0, 1.0, 0), "nothing was left out, so nothing is audited"


@settings(max_examples=80, deadline=None)
@given(SHAPES, st.booleans(), st.booleans(), st.floats(0.1, 0.99), st.integers(0, 1000))
def test_what_was_selected_is_what_is_attended_to(shape, is_causal, is_padded, coverage, seed):
    query, key, value = inputs(shape, seed)
    padded = padding(shape[0], shape[2], seed) if is_padded else None
    config = replace(SMALL, coverage=coverage)
    result = adaptive_attention(query, key, value, config=config, is_causal=is_causal, key_padding_mask=padded)
    assert result.kernel == "gathered"
    output = expected(query, key, value, result)
    torch.testing.assert_close(result.output.double(), output, atol=1e-5, rtol=1e-4)
    assert result.output.shape == query.shape


def test_count_adapts_to_the_text():
    """A head whose queries match one block takes few; one that looks at everything alike takes many."""
    tokens, width = 1024, 16
    key = torch.randn(1, 2, tokens, width, generator=torch.Generator().manual_seed(0))
    query = torch.zeros(1, 2, tokens, width)
    target = torch.zeros(width)
    target[0] = 8.0
    key[0, 0, 512:528] = target
    query[0, 0] = target
    config = AdaptiveAttentionConfig(coverage=0.9, block_size=16, pool=16, dense_below=0, floor=1)
    result = adaptive_attention(query, key, key, config=config)
    focused, diffuse = result.selection.counts.float().mean(-1)
    assert focused <= 8
    assert diffuse >= 50
    assert result.selection.mask()[0, :, 32].all()


def test_ceiling_bounds_the_density_and_the_audit_says_what_it_costs():
    query, key, value = inputs((1, (2, 2), 2048, 16), 5)
    config = AdaptiveAttentionConfig(
        coverage=0.95, block_size=16, pool=16, ceiling=8, dense_below=0, audit_rows=512, audit_share=1.0
    )
    result = adaptive_attention(query, key, value, config=config)
    assert int(result.selection.counts.max()) <= 8
    assert result.density <= 8 / 128
    everything = torch.ones(1, 1, 2048, 2048, dtype=torch.bool)
    _, probabilities = reference_attention(query, key, value, everything)
    truth = float((probabilities * allowed_tokens(result.selection)).sum(-1).mean())
    assert result.covered_mass.low <= truth <= result.covered_mass.high
    assert truth < 0.3


def test_the_same_is_done_again_and_another_seed_explores_elsewhere():
    query, key, value = inputs((1, (2, 2), 1024, 16), 6)
    config = AdaptiveAttentionConfig(coverage=0.2, block_size=16, pool=16, dense_below=0, explored=2)
    first = adaptive_attention(query, key, value, config=config)
    again = adaptive_attention(query, key, value, config=config)
    assert torch.equal(first.selection.indices, again.selection.indices)
    assert torch.equal(first.output, again.output)
    assert first.covered_mass == again.covered_mass
    other = adaptive_attention(query, key, value, config=replace(config, seed=1)).selection
    assert not torch.equal(first.selection.mask(), other.mask())


@pytest.mark.parametrize("is_causal", [False, True])
def test_density_counts_the_selected_pairs(is_causal):
    query, key, value = inputs((2, (2, 2), 310, 8), 2)
    config = replace(SMALL, coverage=0.4, block_size=16)
    result = adaptive_attention(query, key, value, config=config, is_causal=is_causal)
    pairs = 20 * 21 / 2 if is_causal else 20 * 20
    selected = sum(int(result.selection.mask(document).sum()) for document in range(2))
    assert result.density == pytest.approx(selected / (4 * pairs))
    assert 0 < result.density < 1


@pytest.mark.parametrize("coverage", [0.5, 1.0])
@pytest.mark.parametrize("is_causal", [False, True])
def test_one_token_attends_to_itself(coverage, is_causal):
    value = torch.tensor([[[[3.0, -1.0]]]])
    config = replace(SMALL, coverage=coverage)
    result = adaptive_attention(
        torch.ones(1, 1, 1, 2), torch.ones(1, 1, 1, 2), value, config=config, is_causal=is_causal
    )
    torch.testing.assert_close(result.output, value)
    assert result.density == 1.0
    assert result.covered_mass.estimate == pytest.approx(1.0)
    assert result.selection.mask().tolist() == [[[True]]]


@pytest.mark.parametrize("coverage", [0.5, 1.0])
@pytest.mark.parametrize("is_causal", [False, True])
def test_a_document_of_nothing_but_padding_gives_zeros_and_finite_gradients(coverage, is_causal):
    generator = torch.Generator().manual_seed(10)
    tensors = tuple(torch.randn(2, 2, 21, 4, generator=generator, requires_grad=True) for _ in range(3))
    padded = torch.zeros(2, 21, dtype=torch.bool)
    padded[1] = True
    config = replace(SMALL, coverage=coverage)
    result = adaptive_attention(*tensors, config=config, is_causal=is_causal, key_padding_mask=padded)
    assert not result.output[1].any()
    alone = adaptive_attention(*(t[:1] for t in tensors), config=config, is_causal=is_causal)
    torch.testing.assert_close(result.output[:1], alone.output)
    gradients = torch.autograd.grad(result.output.square().sum(), tensors)
    assert all(torch.isfinite(gradient).all() and not gradient[1].any() for gradient in gradients)


def test_a_batch_of_nothing_but_padding_gives_zeros_and_no_audit():
    query = torch.randn(2, 1, 40, 8)
    padded = torch.ones(2, 40, dtype=torch.bool)
    result = adaptive_attention(query, query, query, config=SMALL, key_padding_mask=padded)
    assert not result.output.any()
    assert result.covered_mass is None
    assert result.density == 1.0


@pytest.mark.parametrize("is_causal", [False, True])
def test_documents_of_different_lengths_are_read_in_a_batch_as_alone(is_causal):
    """What lies in the padding changes nothing for the tokens beside it, on either side of the text or inside it."""
    generator = torch.Generator().manual_seed(11)
    query, key, value = (torch.randn(5, 2, 60, 4, generator=generator) for _ in range(3))
    place = torch.arange(60)
    valid = torch.stack([place < 60, place < 23, place < 1, place >= 31, (place % 7 > 1) & (place > 4)])
    noise = 50.0 * ~valid[:, None, :, None]
    result = adaptive_attention(
        query, key + noise, value - noise, config=SMALL, is_causal=is_causal, key_padding_mask=~valid
    )
    assert not result.output.transpose(1, 2)[~valid].any(), "padding gets zeros"
    for row in range(5):
        alone = [t[row : row + 1, :, valid[row]] for t in (query, key, value)]
        read = adaptive_attention(*alone, config=SMALL, is_causal=is_causal)
        torch.testing.assert_close(result.output[row : row + 1, :, valid[row]], read.output, atol=1e-5, rtol=1e-4)


@pytest.mark.parametrize("is_causal", [False, True])
@pytest.mark.parametrize("coverage", [0.6, 1.0])
def test_packed_documents_are_read_as_alone(is_causal, coverage):
    query, key, value = inputs((1, (4, 2), 130, 8), 12)
    bounds = [0, 47, 47, 48, 112, 130]
    config = replace(SMALL, coverage=coverage)
    result = adaptive_attention(query, key, value, config=config, is_causal=is_causal, bounds=bounds)
    for start, end in [(0, 47), (47, 48), (48, 112), (112, 130)]:
        alone = [t[:, :, start:end] for t in (query, key, value)]
        read = adaptive_attention(*alone, config=config, is_causal=is_causal)
        torch.testing.assert_close(result.output[:, :, start:end], read.output, atol=1e-5, rtol=1e-4)


@pytest.mark.parametrize("inside", [False, True])
def test_named_tokens_are_seen_from_everywhere(inside):
    query, key, value = inputs((2, (2, 2), 320, 8), 13)
    named = torch.zeros(2, 320, dtype=torch.bool)
    named[0, 163] = named[1, 250] = True
    padded = torch.zeros(2, 320, dtype=torch.bool)
    if inside:
        padded[:, 3] = True
    config = replace(SMALL, coverage=0.05, explored=0, opening=0)
    read = adaptive_attention(query, key, value, config=config, named=named, key_padding_mask=padded)
    first, second = (read.selection.mask(document) for document in range(2))
    assert first[..., (163 - inside) // 8].all()
    assert second[..., (250 - inside) // 8].all()
    assert not second[..., 20].all()


def test_an_estimator_may_be_handed_in():
    query, key, value = inputs((1, (2, 2), 256, 8), 14)
    asked = []

    def estimator(query, key, layout, scale):
        from model.attention.estimators import PooledEstimator

        asked.append(layout.blocks)
        return PooledEstimator(8)(query, key, layout, scale)

    adaptive_attention(query, key, value, config=SMALL, estimator=estimator)
    assert asked == [32]


def test_no_audit_where_none_is_asked_for():
    query, key, value = inputs((1, (1, 1), 100, 8), 15)
    assert adaptive_attention(query, key, value, config=replace(SMALL, audit_rows=0)).covered_mass is None
    everything = replace(SMALL, audit_rows=0, coverage=1.0)
    assert adaptive_attention(query, key, value, config=everything).covered_mass is None


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda q, k, v: (q, k, v[:, :, :-1]), "one shape"),
        (lambda q, k, v: (q[:, :3], k, v), "divide"),
        (lambda q, k, v: (q[:, :, :0], k[:, :, :0], v[:, :, :0]), "no tokens"),
    ],
)
def test_shapes_that_do_not_fit_are_named(change, message):
    with pytest.raises(ValueError, match=message):
        adaptive_attention(*change(*inputs((1, (4, 2), 20, 8), 0)))


@pytest.mark.parametrize(
    ("given_", "message"),
    [
        ({"key_padding_mask": torch.zeros(1, 19, dtype=torch.bool)}, "key_padding_mask"),
        ({"named": torch.zeros(1, 21, dtype=torch.bool)}, "named"),
        ({"bounds": [0, 19]}, "ascend"),
        ({"bounds": [1, 20]}, "ascend"),
        ({"bounds": [0, 12, 8, 20]}, "ascend"),
        ({"bounds": [20]}, "ascend"),
        ({"bounds": [0, 20], "key_padding_mask": torch.zeros(1, 20, dtype=torch.bool)}, "without padding"),
    ],
)
def test_masks_and_bounds_that_do_not_fit_are_named(given_, message):
    with pytest.raises(ValueError, match=message):
        adaptive_attention(*inputs((1, (4, 2), 20, 8), 0), **given_)


@pytest.mark.parametrize(
    "settings_",
    [
        {"coverage": 0.0},
        {"coverage": 1.5},
        {"density": 0.0},
        {"threshold": 2.0},
        {"pool": 7},
        {"floor": -1},
        {"ceiling": 2},
        {"dense_below": -1},
        {"audit_share": 0.0},
    ],
)
def test_settings_that_make_no_sense_are_refused(settings_):
    with pytest.raises(ValueError, match="must"):
        AdaptiveAttentionConfig(**settings_)


def test_density_and_threshold_exclude_each_other_and_estimators_are_known():
    with pytest.raises(ValueError, match="not by both"):
        AdaptiveAttentionConfig(density=0.1, threshold=0.1)
    with pytest.raises(ValueError, match="antidiagonal"):
        adaptive_attention(*inputs((1, (1, 1), 64, 8), 0), config=replace(SMALL, estimator="clairvoyant"))


def test_an_own_scale_is_used():
    query, key, value = inputs((1, (2, 2), 64, 16), 8)
    config = replace(SMALL, coverage=0.999, floor=8)
    result = adaptive_attention(query, key, value, config=config, scale=1.0 / math.sqrt(32))
    output, _ = reference_attention(query, key, value, torch.ones(64, 64, dtype=torch.bool), 1.0 / math.sqrt(32))
    torch.testing.assert_close(result.output.double(), output, atol=1e-5, rtol=1e-4)


def test_key_heads_that_do_not_divide_the_query_heads_are_refused():
    with pytest.raises(ValueError, match="divide"):
        repeat_heads(torch.zeros(1, 2, 3, 4), 3)
    heads = torch.arange(2.0).view(1, 2, 1, 1)
    assert repeat_heads(heads, 4).flatten().tolist() == [0, 0, 1, 1]
