"""Adaptive depth: which token blocks are read deeply, and what is said of those that are not."""

from __future__ import annotations

from itertools import accumulate

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from model.depth import TOKEN_BLOCK, AdaptiveDepth, RandomDepth, missed, token_blocks
from model.importance import Scan


def scanned(interest: torch.Tensor, kind: int = 0) -> Scan:
    nothing = torch.zeros(len(interest), 0)
    return Scan(nothing, nothing, torch.nn.functional.one_hot(torch.tensor([kind]), 3).float(), interest)


LENGTHS = st.lists(st.lists(st.integers(1, 200), min_size=1, max_size=12), min_size=1, max_size=4)


def bounds_of(lengths: list[list[int]]) -> tuple[torch.Tensor, list[int]]:
    passages = torch.tensor([0, *accumulate(n for document in lengths for n in document)])
    return passages, [0, *accumulate(map(len, lengths))]


@settings(max_examples=80, deadline=None)
@given(LENGTHS, st.integers(0, 1000))
def test_blocks_by_brute_force(lengths, seed):
    passage_bounds, document_bounds = bounds_of(lengths)
    blocks = token_blocks(passage_bounds, document_bounds)
    held: list[set[int]] = []
    begun = 0
    for document in lengths:
        ends = list(accumulate(document))
        for end, length in zip(ends, document, strict=True):
            held.append({begun + token // TOKEN_BLOCK for token in range(end - length, end)})
        begun += -(-ends[-1] // TOKEN_BLOCK)
    assert blocks.count == begun
    generator = np.random.default_rng(seed)
    chosen = torch.from_numpy(generator.random(len(held)) < 0.3)
    expected = {block for blocks_of, is_chosen in zip(held, chosen, strict=True) if is_chosen for block in blocks_of}
    assert set(blocks.holding(chosen).nonzero().flatten().tolist()) == expected
    kept = torch.from_numpy(generator.random(blocks.count) < 0.3)
    expected_passages = [any(kept[block] for block in blocks_of) for blocks_of in held]
    assert blocks.touching(kept).tolist() == expected_passages


def test_what_interests_is_read_with_its_block_and_no_more():
    passage_bounds, document_bounds = bounds_of([[32] * 20])
    interest = torch.full((20,), -5.0)
    interest[6] = 1.0
    reading = AdaptiveDepth(0.0, audit_share=0.0, audit_least=0)(scanned(interest), passage_bounds, document_bounds)
    assert reading.deep.nonzero().flatten().tolist() == [6, 7], "both passages of the third token block"
    assert reading.ruled_out == 9
    assert not reading.drawn.any()


def test_some_of_what_is_ruled_out_is_read_all_the_same():
    passage_bounds, document_bounds = bounds_of([[64] * 1000])
    interest = torch.full((1000,), -5.0)
    first, second, again = (
        AdaptiveDepth(0.0, audit_share=0.05, seed=seed)(scanned(interest), passage_bounds, document_bounds)
        for seed in (0, 1, 0)
    )
    assert int(first.drawn.sum()) == 50
    assert first.deep.tolist() == first.drawn.tolist(), "a passage a block here"
    assert first.drawn.tolist() == again.drawn.tolist()
    assert first.drawn.tolist() != second.drawn.tolist()
    few = AdaptiveDepth(0.0, audit_share=0.0, audit_least=8)(scanned(interest), passage_bounds, document_bounds)
    assert int(few.drawn.sum()) == 8


def test_training_reads_what_interests_most():
    passage_bounds, document_bounds = bounds_of([[64] * 400])
    interest = torch.linspace(-50, 50, 400)
    shares = []
    depth = RandomDepth(np.random.default_rng(0), least=0.1, most=0.4)
    for _ in range(20):
        deep = depth(scanned(interest), passage_bounds, document_bounds).deep
        shares.append(float(deep.float().mean()))
        assert deep[-20:].all()
        assert not deep[:200].any()
    assert 0.1 <= min(shares) < 0.2 < max(shares) <= 0.41


@pytest.mark.parametrize(("rate", "blocks", "share"), [(0.02, 2000, 0.1), (0.005, 3000, 0.05), (0.2, 400, 0.2)])
def test_the_interval_of_what_was_missed_holds_it(rate, blocks, share):
    """Of 600 drawings the interval misses at most one in twelve; the estimate is right on average."""
    generator = np.random.default_rng(0)
    inside, estimates, totals = 0, [], []
    for _ in range(600):
        sums = generator.random(blocks) * (generator.random(blocks) < rate) + 0.001 * generator.random(blocks)
        drawn = generator.permutation(blocks)[: round(share * blocks)]
        said = missed(sums[drawn], blocks, 0.3)
        truth = sums.sum() - sums[drawn].sum()
        inside += said.low <= truth <= said.high
        estimates.append(said.estimate)
        totals.append(truth)
        assert said.low <= said.estimate <= said.high
    assert inside >= 550
    error = np.array(estimates) - np.array(totals)
    assert abs(error.mean()) < 4 * error.std() / len(error) ** 0.5


def test_nothing_left_unread_is_nothing_missed():
    assert (missed(np.array([0.3, 0.1]), 2, 1.0).low, missed(np.array([0.3, 0.1]), 2, 1.0).high) == (0.0, 0.0)
    assert missed(np.zeros(0), 0, 1.0).high == 0.0
    assert missed(np.zeros(0), 5, 0.5).high == float("inf"), "without a sample nothing can be said"
    found_nothing = missed(np.zeros(10), 100, 0.5)
    assert found_nothing.estimate == 0.0
    assert 9 <= found_nothing.high <= 60, "about three in ten blocks could still hold one"


def test_each_kind_has_its_threshold():
    passage_bounds, document_bounds = bounds_of([[64] * 10])
    interest = torch.linspace(-2, 2, 10)
    depth = AdaptiveDepth((-9.0, 0.0, 9.0), audit_share=0.0, audit_least=0)
    read = [int(depth(scanned(interest, kind), passage_bounds, document_bounds).deep.sum()) for kind in range(3)]
    assert read == [10, 5, 0]
