"""The audit beside the true covered mass: unbiased, with intervals that hold it as often as they say."""

from __future__ import annotations

import math
from dataclasses import astuple

import pytest
import torch
from made_cases import exact_covered

from model.attention import AdaptiveAttentionConfig, CoveredMass, Selection, adaptive_attention
from model.attention.audit import audit, combine

pytestmark = pytest.mark.usefixtures("one_thread")

BLOCK = 16


def made_case(is_causal: bool, is_padded: bool) -> tuple[torch.Tensor, torch.Tensor, Selection, float]:
    """Two documents with grouped heads, a selection that leaves much out, and the mass that it truly covers."""
    generator = torch.Generator().manual_seed(7)
    tokens, width = 500, 8
    query = 1.5 * torch.randn(2, 4, tokens, width, generator=generator)
    key = 1.5 * torch.randn(2, 2, tokens, width, generator=generator)
    padded = torch.zeros(2, tokens, dtype=torch.bool)
    if is_padded:
        padded[1, 170:] = True
    config = AdaptiveAttentionConfig(coverage=0.5, block_size=BLOCK, pool=8, dense_below=0, ceiling=8, audit_rows=0)
    selection = adaptive_attention(
        query, key, key, config=config, is_causal=is_causal, key_padding_mask=padded
    ).selection
    return query, key, selection, float(exact_covered(query, key, selection, 8**-0.5).mean())


@pytest.mark.parametrize(("is_causal", "is_padded"), [(False, False), (True, True)])
def test_the_audit_is_unbiased_and_its_intervals_hold_the_truth(is_causal, is_padded):
    query, key, selection, truth = made_case(is_causal, is_padded)
    assert 0.2 < truth < 0.9, "the case leaves something to be found out"
    draws = [audit(query, key, selection, 48, 8**-0.5, seed) for seed in range(300)]
    estimates = torch.tensor([draw.estimate for draw in draws], dtype=torch.double)
    error = float(estimates.std()) / math.sqrt(len(draws))
    assert abs(float(estimates.mean()) - truth) < 4 * error
    held = sum(draw.low <= truth <= draw.high for draw in draws) / len(draws)
    # 95 % in the long run; 300 draws lie within four standard deviations of it.
    assert 0.9 <= held < 1.0
    assert {draw.rows for draw in draws} == {48}


def test_an_audit_follows_its_seed():
    query, key, selection, _ = made_case(False, False)
    first, again, other = (audit(query, key, selection, 32, 8**-0.5, seed) for seed in (1, 1, 2))
    assert first == again
    assert first != other


def test_chunks_of_rows_make_no_difference(monkeypatch):
    query, key, selection, _ = made_case(False, True)
    whole = audit(query, key, selection, 100, 8**-0.5, 3)
    monkeypatch.setattr("model.attention.audit._CHUNK", 7)
    assert astuple(audit(query, key, selection, 100, 8**-0.5, 3)) == pytest.approx(astuple(whole))


@pytest.mark.parametrize("rows", [1, 2, 100])
def test_an_estimate_lies_in_its_interval_and_both_between_nothing_and_everything(rows):
    for seed in range(12):
        generator = torch.Generator().manual_seed(seed)
        query, key = (torch.randn(1, 2, 64, 8, generator=generator) for _ in range(2))
        for coverage in (0.4, 1.0):
            config = AdaptiveAttentionConfig(
                coverage=coverage, block_size=8, pool=4, dense_below=0, audit_rows=rows, seed=seed
            )
            mass = adaptive_attention(query, key, key, config=config).covered_mass
            assert mass is not None
            assert 0.0 <= mass.low <= mass.estimate <= mass.high <= 1.0


def test_independent_audits_combine_by_hand():
    parts = [CoveredMass(0.8, 0.7, 0.86, 10), CoveredMass(0.9, 0.9, 0.98, 30)]
    combined = combine(parts)
    assert combined.estimate == pytest.approx(0.85)
    assert combined.low == pytest.approx(0.85 - 0.1 / 2)
    assert combined.high == pytest.approx(0.85 + math.hypot(0.06, 0.08) / 2)
    assert combined.rows == 40
    assert astuple(combine(parts[:1])) == pytest.approx(astuple(parts[0]))
