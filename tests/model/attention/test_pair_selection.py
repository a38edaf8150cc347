"""The selection of token-block pairs: what is kept, how much is covered, how many, in which order, in how much memory."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from made_cases import CPU, packed
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode

from model.attention import AdaptiveAttentionConfig, adaptive_attention
from model.attention.estimators import PooledEstimator, estimate_mass
from model.attention.layout import Document, Layout, make_layout
from model.attention.selection import Selection, explored, hashed, select, select_all

pytestmark = pytest.mark.usefixtures("one_thread")

ALONE = AdaptiveAttentionConfig(opening=0, neighbours=0, explored=0, floor=0)
"""Nothing is kept but the own block."""


@dataclass(frozen=True)
class Case:
    """Random estimated masses, one tensor (heads, blocks, blocks) a document, and settings that fit."""

    masses: list[Tensor]
    layout: Layout
    config: AdaptiveAttentionConfig
    is_causal: bool
    named: Tensor | None

    @property
    def heads(self) -> int:
        return self.masses[0].shape[0]


@st.composite
def cases(draw) -> Case:
    heads, counts = draw(st.integers(1, 3)), draw(st.lists(st.integers(1, 30), min_size=1, max_size=3))
    generator = torch.Generator().manual_seed(draw(st.integers(0, 10_000)))
    is_causal, floor = draw(st.booleans()), draw(st.integers(0, 6))
    config = AdaptiveAttentionConfig(
        coverage=draw(st.floats(0.05, 0.99)),
        block_size=4,
        pool=2,
        opening=draw(st.integers(0, 3)),
        neighbours=draw(st.integers(0, 2)),
        explored=draw(st.integers(0, 3)),
        floor=floor,
        ceiling=draw(st.none() | st.integers(max(floor, 1), 12)),
        seed=draw(st.integers(0, 50)),
    )
    spread = draw(st.sampled_from([0.0, 1.0, 5.0]))
    masses = [random_mass(heads, count, generator, spread, is_causal=is_causal) for count in counts]
    layout = packed([4 * count for count in counts], 4)
    named = torch.rand(layout.blocks, generator=generator) < 0.1 if draw(st.booleans()) else None
    return Case(masses, layout, config, is_causal, named)


def random_mass(heads: int, count: int, generator: torch.Generator, spread: float, *, is_causal: bool) -> Tensor:
    logits = torch.randn(heads, count, count, generator=generator) * spread
    if is_causal:
        logits = logits.masked_fill(~torch.ones(count, count, dtype=torch.bool).tril(), -math.inf)
    return torch.softmax(logits, -1)


def tiles(masses: list[Tensor], layout: Layout) -> Callable[[Document, int, int], Tensor]:
    of = dict(zip(layout.documents, masses, strict=True))
    return lambda document, first, last: of[document][:, first:last]


def selected(case: Case, *, rounded: bool = True) -> Selection:
    return select(
        tiles(case.masses, case.layout),
        case.heads,
        case.layout,
        case.config,
        is_causal=case.is_causal,
        named=case.named,
        rounded=rounded,
    )


def of_one(
    mass: Tensor, config: AdaptiveAttentionConfig, *, is_causal: bool = False, rounded: bool = True
) -> Selection:
    layout = packed([4 * mass.shape[-1]], 4)
    return selected(Case([mass], layout, config, is_causal, None), rounded=rounded)


def kept_by_hand(case: Case, number: int) -> Tensor:
    """(heads, blocks, blocks): what settings, names and the draws keep, block by block."""
    document, config = case.layout.documents[number], case.config
    count = document.blocks
    drawn = explored(document, torch.arange(count), case.heads, config).tolist()
    kept = torch.zeros(case.heads, count, count, dtype=torch.bool)
    for head in range(case.heads):
        for query in range(count):
            for key in range(query + 1 if case.is_causal else count):
                named = case.named is not None and bool(case.named[document.first + key])
                near = abs(key - query) <= config.neighbours
                kept[head, query, key] = near or key < config.opening or named or key in drawn[head][query]
    return kept


@settings(max_examples=150, deadline=None)
@given(cases())
def test_what_is_always_kept_is_selected_and_nothing_that_may_not_be_seen(case):
    selection = selected(case)
    for number, document in enumerate(case.layout.documents):
        mask = selection.mask(number)
        assert mask[kept_by_hand(case, number)].all()
        assert mask[:, torch.arange(document.blocks), torch.arange(document.blocks)].all()
        assert not case.is_causal or not mask.triu(1).any()


@settings(max_examples=100, deadline=None)
@given(cases(), st.booleans())
def test_rows_ascend_within_their_document_and_causal_ones_end_with_the_own_block(case, rounded):
    selection = selected(case, rounded=rounded)
    assert int(selection.offsets[-1]) == len(selection.indices)
    assert selection.counts.shape == (case.heads, case.layout.blocks)
    whole = torch.stack([selection.mask(number).sum((1, 2)) for number in range(len(case.masses))]).sum(0)
    assert torch.equal(whole, selection.counts.sum(1)), "each pair once"
    for head in range(case.heads):
        for document in case.layout.documents:
            for block in range(document.first, document.last):
                row = selection.row(head, block).tolist()
                assert row == sorted(set(row))
                assert document.first <= row[0]
                assert row[-1] < document.last
                if case.is_causal:
                    assert row[-1] == block
                assert len(row) == int(selection.counts[head, block])


@settings(max_examples=150, deadline=None)
@given(cases())
def test_the_smallest_set_that_reaches_the_target_within_floor_and_ceiling(case):
    """Beside a slow reference: what is kept, then the heaviest until the target is reached."""
    selection = selected(case, rounded=False)
    for number, document in enumerate(case.layout.documents):
        kept, mask, mass = kept_by_hand(case, number), selection.mask(number), case.masses[number]
        held = (mass * mask).sum(-1)
        torch.testing.assert_close(selection.estimated[:, document.first : document.last], held, atol=1e-5, rtol=0)
        for head in range(case.heads):
            for query in range(document.blocks):
                seen = query + 1 if case.is_causal else document.blocks
                check_row(mass[head, query, :seen], kept[head, query, :seen], mask[head, query, :seen], case.config)


def check_row(mass: Tensor, kept: Tensor, mask: Tensor, config: AdaptiveAttentionConfig) -> None:
    count, least = int(mask.sum()), int(kept.sum())
    highest = max(len(mass) if config.ceiling is None else config.ceiling, least)
    assert least <= count <= min(highest, len(mass))
    assert count >= min(config.floor, len(mass))
    chosen, left = mass[mask & ~kept], mass[~mask]
    if len(chosen) and len(left):
        assert chosen.min() >= left.max(), "the heaviest first"
    held = float(mass[mask].sum())
    if count < min(highest, len(mass)):
        assert held >= config.coverage - 1e-5, "the target is reached where the ceiling lets it"
    if count > max(least, config.floor):
        assert held - float(chosen.min()) < config.coverage + 1e-5, "and one fewer would not reach it"


@settings(max_examples=60, deadline=None)
@given(cases())
def test_rounding_adds_at_most_an_eighth_and_keeps_to_the_ceiling(case):
    exact, rounded = selected(case, rounded=False), selected(case)
    assert (rounded.counts >= exact.counts).all()
    assert (rounded.counts <= torch.maximum(exact.counts * 1.125, exact.counts + 0.999)).all()
    for number in range(len(case.masses)):
        assert (rounded.mask(number) | ~exact.mask(number)).all(), "it only adds"
        if case.config.ceiling is not None:
            least = kept_by_hand(case, number).sum(-1)
            assert (rounded.mask(number).sum(-1) <= least.clamp_min(case.config.ceiling)).all()


def test_counts_are_rounded_to_eight_sizes_an_octave():
    sizes = set()
    for heavy in range(1, 200):
        mass = torch.zeros(1, 256, 256)
        mass[:, :, :heavy] = 1 / heavy
        mass[:, torch.arange(256), torch.arange(256)] = 1e-6
        sizes |= set(of_one(mass, replace(ALONE, coverage=0.9999)).counts.unique().tolist())
    assert len([size for size in sizes if 64 <= size < 128]) == 8
    assert all(size % 16 == 0 for size in sizes if 128 < size < 224)


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 40), st.floats(0.01, 1.0), st.booleans(), st.integers(0, 1000))
def test_a_fixed_density_takes_the_same_share_for_all(count, density, is_causal, seed):
    mass = random_mass(2, count, torch.Generator().manual_seed(seed), 2.0, is_causal=is_causal)
    selection = of_one(mass, replace(ALONE, density=density), is_causal=is_causal)
    wanted = max(1, math.ceil(density * count))
    seen = torch.arange(count) + 1 if is_causal else torch.full((count,), count)
    assert torch.equal(selection.counts, seen.clamp_max(wanted).expand(2, count))
    mask = selection.mask()
    for head in range(2):
        for query in range(count):
            rest = mass[head, query].clone()
            rest[query] = 2.0  # the own block is kept
            best = set(rest[: seen[query]].topk(int(selection.counts[head, query])).indices.tolist())
            assert set(mask[head, query].nonzero()[:, 0].tolist()) == best


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 40), st.floats(0.001, 0.5), st.booleans(), st.integers(0, 1000))
def test_a_threshold_takes_what_reaches_it(count, threshold, is_causal, seed):
    mass = random_mass(2, count, torch.Generator().manual_seed(seed), 2.0, is_causal=is_causal)
    selection = of_one(mass, replace(ALONE, threshold=threshold), is_causal=is_causal, rounded=False)
    assert torch.equal(selection.mask(), (mass >= threshold) | torch.eye(count, dtype=torch.bool))
    floored = of_one(mass, replace(ALONE, threshold=threshold, floor=5, ceiling=6), is_causal=is_causal, rounded=False)
    assert int(floored.counts.max()) <= 6
    seen = torch.arange(count) + 1 if is_causal else torch.full((count,), count)
    assert (floored.counts >= seen.clamp_max(5)).all()


def test_a_ceiling_holds_for_each_query_block_by_itself():
    """Blocks at the ends keep fewer neighbours than those in the middle, and may not take more for that."""
    mass = torch.full((1, 12, 12), 1 / 12)
    selection = of_one(mass, replace(ALONE, coverage=0.99, neighbours=2, floor=3, ceiling=3))
    assert selection.counts[0].tolist() == [3, 4, 5, 5, 5, 5, 5, 5, 5, 5, 4, 3]


def test_a_floor_is_met_where_one_block_holds_everything():
    selection = of_one(torch.eye(20)[None], replace(ALONE, coverage=0.5, floor=7))
    assert selection.counts.unique().tolist() == [7]


@pytest.mark.parametrize("settings_", [{"coverage": 0.4}, {"threshold": 0.05}, {"coverage": 0.4, "ceiling": 3}])
def test_ties_are_cut_alike_again_and_counts_do_not_depend_on_them(settings_):
    mass = torch.full((2, 16, 16), 1 / 16)
    first, again = (of_one(mass, replace(ALONE, **settings_), rounded=False) for _ in range(2))
    assert torch.equal(first.indices, again.indices)
    assert len(first.counts.unique()) == 1
    reached = math.ceil(0.4 * 16) if "coverage" in settings_ else 16
    assert int(first.counts[0, 0]) == min(reached, settings_.get("ceiling", 16))


def test_ties_go_to_the_earlier_block():
    mass = torch.full((1, 120, 120), 1 / 120)
    for ceiling in (None, 7):
        selection = of_one(mass, replace(ALONE, coverage=0.4, ceiling=ceiling), rounded=False)
        count = int(selection.counts[0, 0])
        assert selection.row(0, 119).tolist() == [*range(count - 1), 119]


# Drawing


def test_draws_are_uniform_over_the_document():
    """Pearson's χ² over the blocks of a document, for every number of draw, head and query block together and apart."""
    layout = packed([4 * 11, 4 * 37], 4)
    config = replace(ALONE, explored=2, seed=5)
    for document in layout.documents:
        drawn = explored(document, torch.arange(document.blocks), 400, config)  # (heads, query blocks, 2)
        assert drawn.shape == (400, document.blocks, 2)
        for part in (drawn, drawn[:, 3], drawn[..., 1], drawn[7:40]):
            counts = torch.bincount(part.flatten(), minlength=document.blocks).double()
            expected = part.numel() / document.blocks
            statistic = float(((counts - expected).square() / expected).sum())
            freedom = document.blocks - 1
            # The normal approximation of χ² by Wilson and Hilferty: five standard deviations either way.
            deviate = ((statistic / freedom) ** (1 / 3) - (1 - 2 / (9 * freedom))) / math.sqrt(2 / (9 * freedom))
            assert abs(deviate) < 5, (document, statistic)


def test_draws_of_neighbours_seeds_and_numbers_are_independent():
    """Pairs of draws fall on the same block as often as chance has it."""
    (document,) = packed([4 * 29], 4).documents

    def drawn(seed: int) -> Tensor:
        return explored(document, torch.arange(29), 500, replace(ALONE, explored=2, seed=seed))

    one, other = drawn(3), drawn(4)
    pairs = {
        "seeds": (one, other),
        "numbers": (one[..., 0], one[..., 1]),
        "heads": (one[1:], one[:-1]),
        "query blocks": (one[:, 1:], one[:, :-1]),
    }
    for name, (left, right) in pairs.items():
        same, chance = float((left == right).double().mean()), 1 / 29
        assert abs(same - chance) < 5 * math.sqrt(chance * (1 - chance) / left.numel()), name


@given(st.lists(st.integers(0, (1 << 32) - 1), min_size=1, max_size=20))
def test_the_hash_is_that_of_whole_numbers(values):
    """Exact in 64 bits, so that every device draws alike."""

    def by_hand(value: int) -> int:
        for _ in range(2):
            value = ((value ^ (value >> 16)) * 0x45D9F3B) % (1 << 32)
        return value ^ (value >> 16)

    assert hashed(torch.tensor(values)).tolist() == [by_hand(value) for value in values]


def test_a_document_explores_alike_in_any_company_and_a_head_alike_among_any():
    config = replace(ALONE, explored=3)
    first, second = packed([4 * 9, 4 * 20], 4).documents
    (alone,) = packed([4 * 20], 4).documents
    assert torch.equal(explored(second, torch.arange(20), 2, config), explored(alone, torch.arange(20), 2, config))
    assert torch.equal(
        explored(second, torch.arange(5, 9), 1, config), explored(alone, torch.arange(20), 3, config)[:1, 5:9]
    )
    assert int(explored(first, torch.arange(9), 50, config).max()) == 8


def test_exploring_follows_the_seed_and_reaches_everywhere():
    count = 24
    mass = torch.eye(count).expand(200, count, count).contiguous()

    def drawn(seed: int, *, is_causal: bool = False) -> Tensor:
        config = replace(ALONE, coverage=0.5, explored=2, seed=seed)
        return of_one(mass, config, is_causal=is_causal).mask()

    first = drawn(1)
    assert torch.equal(first, drawn(1))
    assert not torch.equal(first, drawn(2))
    assert not torch.equal(first[0], first[1])
    assert first.any(0).all(), "over two hundred heads every pair is explored at least once"
    causal = drawn(1, is_causal=True)
    assert torch.equal(causal.any(0), torch.ones(count, count, dtype=torch.bool).tril())


# All pairs, short documents, tiles, memory


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(1, 20), min_size=1, max_size=3), st.booleans())
def test_all_pairs_are_each_pair_once(counts, is_causal):
    layout = packed([8 * count - 3 for count in counts], 8)
    selection = select_all(3, layout, is_causal=is_causal)
    assert selection.everything
    assert selection.density == 1.0
    for number, count in enumerate(counts):
        everything = torch.ones(count, count, dtype=torch.bool)
        assert torch.equal(selection.mask(number), (everything.tril() if is_causal else everything).expand(3, -1, -1))
    seen = torch.cat([torch.arange(c) + 1 if is_causal else torch.full((c,), c) for c in counts])
    assert torch.equal(selection.counts, seen.expand(3, -1))


@pytest.mark.parametrize("is_causal", [False, True])
def test_documents_named_dense_take_every_pair_beside_others(is_causal):
    generator = torch.Generator().manual_seed(1)
    layout = packed([4 * 6, 4 * 20, 4 * 3], 4)
    masses = [random_mass(2, d.blocks, generator, 6.0, is_causal=is_causal) for d in layout.documents]
    selection = select(
        tiles(masses, layout),
        2,
        layout,
        replace(ALONE, coverage=0.3),
        is_causal=is_causal,
        dense=lambda document: document.blocks < 10,
    )
    for number, density in ((0, 1.0), (2, 1.0), (1, 0.5)):
        pairs = 2 * layout.pairs(layout.documents[number], is_causal=is_causal)
        assert float(selection.mask(number).sum()) / pairs == density or density < 1.0
    assert selection.density < 1.0
    assert torch.equal(selection.estimated[:, :6], torch.ones(2, 6))


@pytest.mark.parametrize("is_causal", [False, True])
def test_tiles_select_as_one(is_causal, monkeypatch):
    """A long text is selected a tile at a time, and the tile makes no difference."""
    generator = torch.Generator().manual_seed(3)
    query, key = (torch.randn(1, 2, 500, 8, generator=generator) for _ in range(2))
    config = AdaptiveAttentionConfig(
        coverage=0.5, block_size=16, pool=8, dense_below=0, audit_rows=0, ceiling=20, explored=2
    )
    whole = adaptive_attention(query, key, key, config=config, is_causal=is_causal, bounds=[0, 170, 500])
    monkeypatch.setattr("model.attention.selection._TILE_ELEMENTS", 3 * 2 * 32 * 4)
    tiled = adaptive_attention(query, key, key, config=config, is_causal=is_causal, bounds=[0, 170, 500])
    assert torch.equal(whole.selection.indices, tiled.selection.indices)
    assert torch.equal(whole.selection.offsets, tiled.selection.offsets)
    torch.testing.assert_close(whole.selection.estimated, tiled.selection.estimated)
    torch.testing.assert_close(whole.output, tiled.output)


def test_what_a_selection_says_it_holds_is_what_the_estimator_said():
    generator = torch.Generator().manual_seed(4)
    query, key = (torch.randn(1, 2, 300, 8, generator=generator) for _ in range(2))
    config = AdaptiveAttentionConfig(coverage=0.6, block_size=16, pool=4, dense_below=0, audit_rows=0, pilot_rows=0)
    selection = adaptive_attention(query, key, key, config=config).selection
    layout = make_layout(1, 300, 16, CPU)
    mass = estimate_mass(
        PooledEstimator(4)(query, key, layout, 8**-0.5), layout.documents[0], torch.arange(19), is_causal=False
    )
    torch.testing.assert_close((mass * selection.mask()).sum(-1), selection.estimated)
    assert selection.estimated.min() >= 0.6


class Largest(TorchDispatchMode):
    """Notes the most elements that any operation's result holds."""

    def __init__(self) -> None:
        super().__init__()
        self.elements = 0

    def __torch_dispatch__(self, operation, types, args=(), kwargs=None):
        result = operation(*args, **(kwargs or {}))
        for tensor in result if isinstance(result, (tuple, list)) else (result,):
            if isinstance(tensor, Tensor):
                self.elements = max(self.elements, tensor.untyped_storage().nbytes() // tensor.element_size())
        return result


@pytest.mark.parametrize("is_causal", [False, True])
def test_nothing_of_the_size_of_all_pairs_is_held(is_causal):
    """262,144 tokens: all pairs of runs would be 268 million numbers, all pairs of token blocks 4 million."""
    config = AdaptiveAttentionConfig(block_size=128, pool=16, ceiling=48, audit_rows=0)
    tokens = 1 << 18
    layout = make_layout(1, tokens, 128, CPU)
    generator = torch.Generator().manual_seed(0)
    query, key = (torch.randn(1, 1, tokens, 4, generator=generator) for _ in range(2))
    with Largest() as largest, torch.no_grad():
        features = PooledEstimator(16)(query, key, layout, 0.5)
        selection = select(
            lambda document, first, last: estimate_mass(
                features, document, torch.arange(first, last), is_causal=is_causal
            ),
            1,
            layout,
            config,
            is_causal=is_causal,
        )
    assert layout.blocks == 2048
    assert len(selection.indices) <= 2048 * 51
    # What the estimator reads, and one tile of what it says; a tile would be all of it but for the limit.
    assert tokens * 4 <= largest.elements <= 1 << 23
