"""The selection of token-block pairs: what is kept, how much is covered, how many, and in which order."""

from __future__ import annotations

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from model.attention import AdaptiveAttentionConfig, adaptive_attention
from model.attention.adaptive import density
from model.attention.estimator import estimate_mass, pad_tokens, pool_keys, pool_queries
from model.attention.selection import Selection, select, select_all

pytestmark = pytest.mark.usefixtures("one_thread")

CPU = torch.device("cpu")


@st.composite
def cases(draw):
    """Random estimated masses, some blocks without keys, and settings that fit."""
    batch, heads, count = draw(st.integers(1, 2)), draw(st.integers(1, 3)), draw(st.integers(1, 40))
    generator = torch.Generator().manual_seed(draw(st.integers(0, 10_000)))
    usable = torch.ones(batch, count, dtype=torch.bool)
    for row in usable:
        row[draw(st.integers(0, count)) :] = False
    is_causal = draw(st.booleans())
    floor = draw(st.integers(0, 6))
    config = AdaptiveAttentionConfig(
        coverage=draw(st.floats(0.05, 0.99)),
        opening=draw(st.integers(0, 3)),
        neighbours=draw(st.integers(0, 2)),
        explored=draw(st.integers(0, 3)),
        floor=floor,
        ceiling=draw(st.none() | st.integers(max(floor, 1), 12)),
        seed=draw(st.integers(0, 50)),
    )
    logits = torch.randn(batch, heads, count, count, generator=generator) * draw(st.sampled_from([0.0, 1.0, 5.0]))
    seen = usable[:, None, None, :].expand_as(logits)
    if is_causal:
        seen = seen & torch.ones(count, count, dtype=torch.bool).tril()
    mass = torch.softmax(logits.masked_fill(~seen, -math.inf), -1).nan_to_num(0.0)
    return mass, usable, seen, config, is_causal


def chosen(mass: torch.Tensor, usable: torch.Tensor, config: AdaptiveAttentionConfig, is_causal: bool) -> Selection:
    batch, heads, count, _ = mass.shape
    return select(
        lambda first, last: mass[:, :, first:last],
        (batch, heads, count),
        count * config.block_size,
        config,
        is_causal=is_causal,
        usable=usable,
        device=CPU,
    )


def kept_without_exploring(count: int, config: AdaptiveAttentionConfig) -> torch.Tensor:
    block = torch.arange(count)
    return ((block[:, None] - block).abs() <= config.neighbours) | (block[None, :] < config.opening)


@settings(max_examples=40, deadline=None)
@given(cases())
def test_the_own_block_and_what_is_always_kept_are_selected_and_nothing_unseen(case):
    mass, usable, seen, config, is_causal = case
    mask = chosen(mass, usable, config, is_causal).mask()
    count = mass.shape[-1]
    own = torch.eye(count, dtype=torch.bool).expand_as(mask)
    assert mask[own].all()
    assert mask[kept_without_exploring(count, config) & seen].all()
    assert not mask[~(seen | own)].any()


@settings(max_examples=40, deadline=None)
@given(cases())
def test_blocks_come_own_first_without_repeats_and_end_in_minus_one(case):
    mass, usable, _, config, is_causal = case
    selection = chosen(mass, usable, config, is_causal)
    most = selection.blocks.shape[-1]
    inside = torch.arange(most) < selection.counts[..., None]
    assert torch.equal(selection.blocks >= 0, inside)
    assert torch.equal(selection.blocks[..., 0], torch.arange(mass.shape[-1]).expand_as(selection.counts).int())
    # A repeated block would leave fewer pairs in the mask than are counted.
    assert torch.equal(selection.mask().sum(-1), selection.counts)
    assert most == int(selection.counts.max())


@settings(max_examples=50, deadline=None)
@given(cases())
def test_the_target_is_reached_by_few_within_floor_and_ceiling(case):
    """Beside a slow reference: what is kept, then the heaviest until the target is reached."""
    mass, usable, seen, config, is_causal = case
    selection = chosen(mass, usable, config, is_causal)
    mask = selection.mask()
    held = (mass * mask).sum(-1)
    torch.testing.assert_close(selection.estimated, held, atol=1e-5, rtol=0)
    # With nothing explored the kept pairs are known; explored ones are told apart by the seed alone.
    plain = AdaptiveAttentionConfig(
        coverage=config.coverage, opening=config.opening, neighbours=config.neighbours, explored=0, floor=config.floor,
        ceiling=config.ceiling,
    )  # fmt: skip
    selection = chosen(mass, usable, plain, is_causal)
    count = mass.shape[-1]
    own = torch.eye(count, dtype=torch.bool)
    kept = (kept_without_exploring(count, config) & seen) | own
    for place in torch.cartesian_prod(*map(torch.arange, mass.shape[:3])).tolist():
        row, first = mass[tuple(place)], kept[tuple(place)]
        rest = sorted(row[~first & seen[tuple(place)]].tolist(), reverse=True)
        reached, needed = float(row[first].sum()), int(first.sum())
        while reached < config.coverage - 1e-6 and rest:
            reached += rest.pop(0)
            needed += 1
        available = int((seen[tuple(place)] | own[place[2]]).sum())
        least = min(max(needed, config.floor), available)
        highest = math.inf if config.ceiling is None else max(config.ceiling, int(first.sum()))
        got = int(selection.counts[tuple(place)])
        assert got <= highest
        # Counts are rounded up by at most an eighth; sums differ in the last digit.
        assert min(least, highest) - 1 <= got <= max(1.125 * least, least + 1)
        if got < min(highest, available):
            assert float(selection.estimated[tuple(place)]) >= config.coverage - 1e-5


def test_a_ceiling_holds_for_each_query_block_by_itself():
    """Blocks at the ends keep fewer neighbours than those in the middle, and may not take more for that."""
    mass = torch.full((1, 1, 12, 12), 1 / 12)
    config = AdaptiveAttentionConfig(coverage=0.99, opening=0, neighbours=2, explored=0, floor=3, ceiling=3)
    selection = chosen(mass, torch.ones(1, 12, dtype=torch.bool), config, False)
    assert selection.counts[0, 0].tolist() == [3, 4, 5, 5, 5, 5, 5, 5, 5, 5, 4, 3]


def test_a_floor_is_met_where_one_block_holds_everything():
    mass = torch.eye(20)[None, None]
    config = AdaptiveAttentionConfig(coverage=0.5, opening=0, neighbours=0, explored=0, floor=7)
    selection = chosen(mass, torch.ones(1, 20, dtype=torch.bool), config, False)
    assert selection.counts.unique().tolist() == [7]


def test_exploring_follows_the_seed_and_reaches_everywhere():
    count = 24
    mass = torch.eye(count)[None, None].expand(1, 200, count, count).contiguous()
    usable = torch.ones(1, count, dtype=torch.bool)

    def explored(seed: int, is_causal: bool = False) -> torch.Tensor:
        config = AdaptiveAttentionConfig(coverage=0.5, opening=0, neighbours=0, explored=2, floor=0, seed=seed)
        return chosen(mass, usable, config, is_causal).mask()

    first = explored(1)
    assert torch.equal(first, explored(1))
    assert not torch.equal(first, explored(2))
    assert first.any(1).all(), "over two hundred heads every pair is explored at least once"
    causal = explored(1, is_causal=True)
    assert not causal.triu(1).any()
    assert torch.equal(causal.any(1)[0], torch.ones(count, count, dtype=torch.bool).tril())


@settings(max_examples=20, deadline=None)
@given(st.integers(1, 20), st.booleans())
def test_all_pairs_are_each_pair_once(count, is_causal):
    selection = select_all((2, 3, count), 8 * count - 3, 8, is_causal=is_causal, device=CPU)
    everything = torch.ones(count, count, dtype=torch.bool)
    assert torch.equal(selection.mask(), (everything.tril() if is_causal else everything).expand(2, 3, count, count))
    assert torch.equal(selection.mask().sum(-1), selection.counts)
    assert torch.equal(selection.blocks[..., 0], torch.arange(count).int().expand(2, 3, count))
    assert density(selection, is_causal=is_causal) == 1.0


@pytest.mark.parametrize("is_causal", [False, True])
def test_density_counts_the_selected_pairs(is_causal):
    generator = torch.Generator().manual_seed(2)
    query, key = (torch.randn(2, 2, 310, 8, generator=generator) for _ in range(2))
    config = AdaptiveAttentionConfig(coverage=0.4, block_size=16, pool=8, dense_below=0, audit_rows=0)
    result = adaptive_attention(query, key, key, config=config, is_causal=is_causal)
    pairs = 20 * 21 / 2 if is_causal else 20 * 20
    assert result.density == pytest.approx(int(result.selection.mask().sum()) / (4 * pairs))
    assert 0 < result.density < 1


def test_tiles_select_as_one(monkeypatch):
    """A long text is selected a tile at a time, and the tile makes no difference."""
    generator = torch.Generator().manual_seed(3)
    query, key = (torch.randn(1, 2, 500, 8, generator=generator) for _ in range(2))
    config = AdaptiveAttentionConfig(coverage=0.5, block_size=16, pool=8, dense_below=0, audit_rows=0, ceiling=9)
    whole = adaptive_attention(query, key, key, config=config)
    monkeypatch.setattr("model.attention.selection._TILE_ELEMENTS", 3 * 2 * 32 * 4)
    tiled = adaptive_attention(query, key, key, config=config)
    assert torch.equal(whole.selection.mask(), tiled.selection.mask())
    torch.testing.assert_close(whole.output, tiled.output)


def test_what_a_selection_says_it_holds_is_what_the_estimator_said():
    generator = torch.Generator().manual_seed(4)
    query, key = (torch.randn(1, 2, 300, 8, generator=generator) for _ in range(2))
    config = AdaptiveAttentionConfig(coverage=0.6, block_size=16, pool=4, dense_below=0, audit_rows=0)
    selection = adaptive_attention(query, key, key, config=config).selection
    query, key = pad_tokens(query, 16), pad_tokens(key, 16)
    valid = (torch.arange(304) < 300)[None]
    mass = estimate_mass(pool_queries(query, 4), pool_keys(key, valid, 4, 16), 8**-0.5)
    torch.testing.assert_close((mass * selection.mask()).sum(-1), selection.estimated)
    assert selection.estimated.min() >= 0.6
