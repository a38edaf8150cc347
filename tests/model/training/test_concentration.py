"""The concentration loss beside the plain reference: −log of the mass that the estimator's pick holds."""

from __future__ import annotations

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from model.attention import AdaptiveAttentionConfig
from model.attention.dense import reference_attention
from model.attention.estimators import PooledEstimator, estimate_mass
from model.attention.layout import make_layout
from model.training.concentration import Concentration, uncovered

pytestmark = pytest.mark.usefixtures("one_thread")

CONFIG = AdaptiveAttentionConfig(block_size=8, pool=4, floor=2)


def made_case(seed: int, count: int, width: int = 8) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(seed)
    query, key = (1.5 * torch.randn(1, 3, 8 * count, width, generator=generator) for _ in range(2))
    return query, key, torch.randperm(count, generator=generator)[: max(1, count // 2)]


def picked_by_hand(query: torch.Tensor, key: torch.Tensor, head: int, block: int, most: int) -> list[int]:
    """What is always kept, then the heaviest by the estimate."""
    layout = make_layout(1, key.shape[2], 8, key.device)
    features = PooledEstimator(4)(query, key, layout, query.shape[-1] ** -0.5)
    mass = estimate_mass(features, layout.documents[0], torch.arange(layout.blocks), is_causal=False)
    row = mass[head, block].tolist()
    kept = [abs(i - block) <= CONFIG.neighbours or i < CONFIG.opening for i in range(len(row))]
    return sorted(range(len(row)), key=lambda i: (not kept[i], -row[i]))[:most]


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 1000), st.integers(1, 12), st.floats(0.1, 1.0))
def test_the_loss_is_minus_the_log_of_the_covered_mass(seed, count, density):
    query, key, drawn = made_case(seed, count)
    loss = uncovered(query, key, drawn, density, CONFIG)
    _, probabilities = reference_attention(query, key, key, torch.ones(1, 1, dtype=torch.bool))
    most = min(count, max(2, round(density * count)))
    expected = []
    for head in range(3):
        for block in drawn.tolist():
            columns = [8 * i + j for i in picked_by_hand(query, key, head, block, most) for j in range(8)]
            held = probabilities[0, head, 8 * block : 8 * block + 8][:, columns].sum(1)
            expected.append(-held.log())
    assert float(loss) == pytest.approx(float(torch.cat(expected).mean()), abs=1e-5)


def test_all_blocks_leave_nothing_uncovered():
    query, key, drawn = made_case(1, 6)
    assert float(uncovered(query, key, drawn, 1.0, CONFIG)) == pytest.approx(0.0, abs=1e-6)


def test_following_the_gradient_concentrates_the_attention():
    query, key, drawn = made_case(2, 10)
    parameters = [query.requires_grad_(), key.requires_grad_()]
    optimizer = torch.optim.Adam(parameters, lr=0.05)
    losses = []
    for _ in range(40):
        loss = uncovered(query, key, drawn, 0.3, CONFIG)
        optimizer.zero_grad()
        torch.autograd.backward(loss)
        assert all(torch.isfinite(each.grad).all() for each in parameters)
        optimizer.step()
        losses.append(loss.item())
    assert losses[-1] < 0.3 * losses[0]


def test_long_documents_are_watched_and_short_ones_left_alone():
    watch = Concentration(0.1, drawn=2, shortest=256)
    assert watch.loss() == 0.0
    generator = torch.Generator().manual_seed(3)
    short, long = (torch.randn(1, 2, tokens, 8, generator=generator) for tokens in (255, 700))
    watch(short, short)
    assert watch.loss() == 0.0
    watch(long.requires_grad_(), long)
    loss = watch.loss()
    assert loss.requires_grad
    assert 0 < loss.item() < math.inf
    watch(2 * long, long)
    both = watch.loss()
    assert both.item() != pytest.approx(loss.item())
    assert len(watch._parts) == 2


def test_the_last_partial_block_is_left_out():
    generator = torch.Generator().manual_seed(4)
    tensor = torch.randn(1, 1, 5 * 64 + 30, 8, generator=generator)
    changed = tensor.clone()
    changed[:, :, 5 * 64 :] = 100.0
    losses = []
    for each in (tensor, changed):
        watch = Concentration(0.1, drawn=5, shortest=64)
        watch(each, each)
        losses.append(float(watch.loss()))
    assert losses[0] == pytest.approx(losses[1], rel=1e-5)
