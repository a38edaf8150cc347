"""The audit beside the true covered mass: unbiased, with intervals that hold it as often as they say, at a stated cost.

How often they hold it on attention maps of the trained model stands in test_audit_of_the_model.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import astuple, dataclass, replace

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from made_cases import exact_covered, packed
from scipy import stats
from torch import Tensor

from model.attention import AdaptiveAttentionConfig, CoveredMass, adaptive_attention
from model.attention import audit as auditing
from model.attention.adaptive import rows_to_audit, start_audit
from model.attention.audit import LEAST_ROWS, Drawn, audit, combine, covered_rows, draw, guessed_missed, interval
from model.attention.gathered import gathered_attention_and_sums
from model.attention.selection import Selection, select_all

pytestmark = pytest.mark.usefixtures("one_thread")

CONFIG = AdaptiveAttentionConfig(coverage=0.5, block_size=16, pool=8, dense_below=0, ceiling=8, audit_rows=0)


@dataclass(frozen=True)
class Case:
    """Two documents with grouped heads, a selection that leaves much out, and what each row truly missed."""

    query: Tensor
    key: Tensor
    selection: Selection
    logsum: Tensor
    missed: Tensor

    @property
    def truth(self) -> float:
        return 1.0 - float(self.missed.mean())

    def drawn(self, rows: int, seed: int) -> Drawn:
        return draw(self.selection.layout, rows, seed, guessed_missed(self.selection, self.logsum))


def made_case(*, is_causal: bool, is_padded: bool, spread: float = 1.5) -> Case:
    generator = torch.Generator().manual_seed(7)
    query = spread * torch.randn(2, 4, 500, 8, generator=generator)
    key = spread * torch.randn(2, 2, 500, 8, generator=generator)
    padded = torch.zeros(2, 500, dtype=torch.bool)
    if is_padded:
        padded[1, :30] = padded[1, 170:] = True
    selection = adaptive_attention(
        query, key, key, config=CONFIG, is_causal=is_causal, key_padding_mask=padded
    ).selection
    _, logsum = gathered_attention_and_sums(query, key, key, selection, 8**-0.5)
    return Case(query, key, selection, logsum, 1.0 - exact_covered(query, key, selection, 8**-0.5))


def audits(case: Case, rows: int, seeds: Sequence[int], logsum: Tensor) -> list[CoveredMass]:
    """What an audit does, with the exact missed mass looked up."""
    guesses = guessed_missed(case.selection, logsum)
    drawn = (draw(case.selection.layout, rows, seed, guesses) for seed in seeds)
    return [interval(case.missed.gather(1, each.tokens) * each.weights) for each in drawn]


@pytest.mark.parametrize(("is_causal", "is_padded"), [(False, False), (True, True)])
def test_the_estimate_is_unbiased_and_the_intervals_hold_the_truth(is_causal, is_padded):
    case = made_case(is_causal=is_causal, is_padded=is_padded)
    assert 0.2 < case.truth < 0.9, "the case leaves something to be found out"
    found = audits(case, 10, range(2500), case.logsum)
    estimates = np.array([each.estimate for each in found])
    assert abs(estimates.mean() - case.truth) < 4 * estimates.std() / math.sqrt(len(found))
    assert 0.93 <= np.mean([each.low <= case.truth <= each.high for each in found]) <= 0.97


@pytest.mark.parametrize("factor", [0.0, 1.0, 30.0])
def test_it_is_unbiased_whatever_the_guess_is(factor):
    """Sums that say nothing of what was missed, or the contrary, cost width and no truth."""
    case = made_case(is_causal=False, is_padded=True)
    wrong = factor * torch.randn(case.logsum.shape, generator=torch.Generator().manual_seed(1))
    found = audits(case, 12, range(1500), wrong)
    estimates = np.array([each.estimate for each in found])
    assert abs(estimates.mean() - case.truth) < 4 * estimates.std() / math.sqrt(len(found))


@pytest.mark.parametrize("way", ["in one pass", "by products"])
@pytest.mark.parametrize(("is_causal", "is_padded"), [(False, False), (True, True)])
def test_drawn_rows_are_scored_exactly(is_causal, is_padded, way, monkeypatch):
    if way == "by products":
        monkeypatch.setattr(auditing, "_in_one_pass", auditing._by_products)
    case = made_case(is_causal=is_causal, is_padded=is_padded)
    drawn = case.drawn(150, 0)
    covered = covered_rows(case.query, case.key, case.selection, drawn, 8**-0.5, case.logsum)
    torch.testing.assert_close(1.0 - covered.double(), case.missed.gather(1, drawn.tokens), atol=2e-6, rtol=1e-5)


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
@pytest.mark.parametrize("is_causal", [False, True])
def test_one_document_in_half_precision_whose_heads_lie_side_by_side_is_scored_exactly(dtype, is_causal):
    generator = torch.Generator().manual_seed(5)
    query = torch.randn(1, 330, 6, 16, generator=generator).to(dtype).transpose(1, 2)
    key = torch.randn(1, 330, 2, 16, generator=generator).to(dtype).transpose(1, 2)
    config = replace(CONFIG, coverage=0.3)
    selection = adaptive_attention(query, key, key, config=config, is_causal=is_causal).selection
    _, logsum = gathered_attention_and_sums(query, key, key, selection, 0.25)
    drawn = draw(selection.layout, 40, 0, guessed_missed(selection, logsum))
    covered = covered_rows(query, key, selection, drawn, 0.25, logsum)
    exact = exact_covered(query.double(), key.double(), selection, 0.25)
    torch.testing.assert_close(covered.double(), exact.gather(1, drawn.tokens), atol=2e-5, rtol=1e-4)


@pytest.mark.parametrize("is_causal", [False, True])
def test_the_whole_audit_is_what_its_parts_are(is_causal):
    case = made_case(is_causal=is_causal, is_padded=True)
    (expected,) = audits(case, 9, [3], case.logsum)
    found = audit(case.query, case.key, case.selection, 9, 8**-0.5, 3, case.logsum)()
    assert astuple(found) == pytest.approx(astuple(expected), abs=1e-6)
    assert found.rows == 4 * 9


def test_rows_that_left_nothing_out_are_not_drawn():
    case = made_case(is_causal=True, is_padded=True)
    guesses = guessed_missed(case.selection, case.logsum)
    layout = case.selection.layout
    inside = torch.arange(16) < layout.lengths[:, None]
    seen = torch.arange(layout.blocks) + 1 - layout.table[:, 3]
    complete = case.selection.counts == seen
    assert complete.any()
    assert not guesses.blocks[complete].any()
    assert (guesses.blocks > 0)[~complete].all()
    assert not guesses.rows[:, ~inside].any()
    assert (case.missed.gather(1, case.drawn(400, 0).tokens) > 0).all()


def test_a_head_that_left_nothing_out_missed_nothing():
    case = made_case(is_causal=False, is_padded=False)
    layout, few = case.selection.layout, case.selection
    mask = torch.zeros(4, layout.blocks, layout.blocks, dtype=torch.bool)
    for number, document in enumerate(layout.documents):
        mask[:, document.first : document.last, document.first : document.last] = few.mask(number)
        mask[2, document.first : document.last, document.first : document.last] = True
    rows = mask.flatten(0, 1)
    offsets = torch.nn.functional.pad(rows.sum(1).cumsum(0), (1, 0))
    selection = Selection((rows.nonzero()[:, 1].int(), offsets), few.estimated, layout, False)
    _, logsum = gathered_attention_and_sums(case.query, case.key, case.key, selection, 8**-0.5)
    drawn = draw(layout, 50, 0, guessed_missed(selection, logsum))
    assert torch.isfinite(drawn.weights).all()
    covered = covered_rows(case.query, case.key, selection, drawn, 8**-0.5, logsum)
    torch.testing.assert_close(covered[2], torch.ones(50))
    assert (covered[[0, 1, 3]] < 0.999).any(1).all()


def test_chances_and_weights_agree():
    """A row's weight is one over the tokens and its chance: how often it is drawn tells the chance."""
    generator = torch.Generator().manual_seed(2)
    query, key = (2.0 * torch.randn(1, 1, 90, 8, generator=generator) for _ in range(2))
    selection = adaptive_attention(query, key, key, config=replace(CONFIG, ceiling=3, floor=1, block_size=8)).selection
    _, logsum = gathered_attention_and_sums(query, key, key, selection, 8**-0.5)
    drawn = draw(selection.layout, 200_000, 0, guessed_missed(selection, logsum))
    often = torch.bincount(drawn.tokens[0], minlength=90).double() / 200_000
    weight = torch.zeros(90, dtype=torch.double).scatter_(0, drawn.tokens[0], drawn.weights[0])
    chance = torch.where(weight > 0, 1 / (90 * weight.clamp_min(1e-9)), 0.0)
    assert float(chance.sum()) == pytest.approx(1.0, abs=1e-6)
    assert ((often - chance).abs() < 5 * (chance / 200_000).sqrt() + 1e-9).all()
    assert float(chance.max()) > 2 * float(chance[chance > 0].min())


def test_an_audit_follows_its_seed():
    case = made_case(is_causal=False, is_padded=False)
    first, again, other = (audits(case, 8, [seed], case.logsum)[0] for seed in (1, 1, 2))
    assert first == again
    assert first != other


def test_chunks_of_rows_make_no_difference(monkeypatch):
    case = made_case(is_causal=False, is_padded=True)
    whole = audit(case.query, case.key, case.selection, 25, 8**-0.5, 3, case.logsum)()
    monkeypatch.setattr("model.attention.audit._CHUNK", 7)
    chunked = audit(case.query, case.key, case.selection, 25, 8**-0.5, 3, case.logsum)()
    assert astuple(chunked) == pytest.approx(astuple(whole))


def test_where_nothing_was_left_out_nothing_is_audited():
    case = made_case(is_causal=False, is_padded=False)
    everything = select_all(4, case.selection.layout, is_causal=False)
    found = audit(case.query, case.key, everything, 9, 8**-0.5, 0, case.logsum)()
    assert astuple(found) == (1.0, 1.0, 1.0, 0)


def test_without_the_computed_sums_nothing_is_said():
    case = made_case(is_causal=False, is_padded=False)
    with pytest.raises(ValueError, match="sums"):
        start_audit(case.query, case.key, case.selection, replace(CONFIG, audit_rows=64), 8**-0.5)


# The interval


@settings(max_examples=200, deadline=None)
@given(st.integers(1, 5), st.integers(2, 30), st.integers(0, 1000), st.sampled_from([0.0, 0.3, 1.0, 3.0]))
def test_an_estimate_lies_in_its_interval_and_both_between_nothing_and_everything(heads, rows, seed, spread):
    generator = torch.Generator().manual_seed(seed)
    missed = torch.exp(spread * torch.randn(heads, rows, generator=generator) - 3.0)
    found = interval(missed)
    assert 0.0 <= found.low <= found.estimate <= found.high <= 1.0
    assert found.rows == heads * rows
    if found.estimate > 0.0 and spread:
        assert found.low < found.high


def test_without_skewness_the_interval_is_students():
    """Two samples of a head that mirror each other; by SciPy's quantile."""
    sample = torch.tensor([[0.1, 0.2, 0.3, 0.15, 0.25]])
    found = interval(sample)
    half = stats.t.ppf(0.975, 4) * float(sample.std()) / math.sqrt(5)
    assert (found.low, found.high) == pytest.approx((0.8 - half, 0.8 + half), abs=2e-3)


@pytest.mark.parametrize("freedom", [4, 5, 7, 10, 20.5, 40, 250])
def test_the_quantile_is_students(freedom):
    assert auditing.student_quantile(freedom) == pytest.approx(stats.t.ppf(0.975, freedom), rel=1e-3)


def test_a_head_that_alone_varies_has_the_freedom_of_its_own_rows():
    varying = torch.tensor([0.1, 0.2, 0.3, 0.15, 0.25])
    alone = interval(varying[None])
    among = interval(torch.stack([varying, *torch.full((3, 5), 0.2)]))
    assert among.high - among.low == pytest.approx((alone.high - alone.low) / 4)
    alike = interval(torch.stack([varying, varying, varying, varying]))
    assert alike.high - alike.low < (alone.high - alone.low) / 2


def test_a_sample_with_a_long_tail_reaches_further_on_that_side():
    found = interval(torch.tensor([[0.01, 0.02, 0.01, 0.015, 0.012, 0.018, 0.011, 0.2]]))
    assert found.estimate - found.low > 2 * (found.high - found.estimate)


@given(st.floats(-3, 3), st.floats(-1.5, 1.5))
def test_the_transformation_is_inverted(t, skewness):
    transformed = t + skewness * t**2 / 3 + skewness**2 * t**3 / 27 + skewness / 6
    if transformed * t > 0:
        found = auditing._unskewed(transformed, skewness)
        assert found == pytest.approx(t, abs=1e-3)


def test_a_sample_without_spread_is_believed():
    assert astuple(interval(torch.full((3, 4), 0.125))) == (0.875, 0.875, 0.875, 12)


@pytest.mark.parametrize("family", ["exponential", "lognormal", "mostly nothing"])
def test_skewed_samples_are_covered_too(family):
    generator = np.random.default_rng(0)
    held = 0
    for _ in range(3000):
        if family == "exponential":
            sample, mean = generator.exponential(0.02, (4, 12)), 0.02
        elif family == "lognormal":
            sample, mean = generator.lognormal(-5.0, 0.8, (4, 12)), math.exp(-5.0 + 0.8**2 / 2)
        else:
            sample, mean = generator.gamma(0.5, 0.04, (4, 12)), 0.02
        found = interval(torch.from_numpy(sample))
        held += found.low <= 1.0 - mean <= found.high
    assert 0.93 <= held / 3000 <= 0.97


# The cost


class Counting:
    """Counts the query-key products that audits score."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.scored = 0
        inner = auditing._log_sums

        def counted(query: Tensor, key: Tensor, position: Tensor | None, scale: float) -> Tensor:
            self.scored += query.shape[0] * query.shape[1] * key.shape[1]
            return inner(query, key, position, scale)

        monkeypatch.setattr(auditing, "_log_sums", counted)


@pytest.mark.parametrize("is_causal", [False, True])
@pytest.mark.parametrize("bounds", [None, [0, 900, 1000, 3000]])
@pytest.mark.parametrize("share", [0.01, 0.05, 0.5])
def test_the_audit_scores_no_more_than_its_share(is_causal, bounds, share, monkeypatch):
    generator = torch.Generator().manual_seed(3)
    query, key = (torch.randn(1, 4, 3000, 8, generator=generator) for _ in range(2))
    config = replace(CONFIG, ceiling=None, audit_rows=10_000, audit_share=share)
    counting = Counting(monkeypatch)
    result = adaptive_attention(query, key, key, config=config, is_causal=is_causal, bounds=bounds)
    assert 0 < result.density < 1
    rows = result.covered_mass.rows // 4
    computed = len(result.selection.indices) * 16**2
    assert counting.scored <= share * computed or rows == LEAST_ROWS
    assert rows == rows_to_audit(result.selection, config)
    assert counting.scored <= rows * 4 * 3000
    if share == 0.5:
        assert rows > LEAST_ROWS
        assert (rows + 1) * 4 * (3000 if bounds is None else 2000) > share * computed, "and uses what it may"


@pytest.mark.parametrize(("wanted", "rows"), [(1, 2), (16, 4), (32, 8), (100, 25), (10_000, 89)])
def test_settings_bound_the_rows(wanted, rows):
    generator = torch.Generator().manual_seed(3)
    query = torch.randn(1, 4, 2000, 8, generator=generator)
    config = replace(CONFIG, audit_rows=wanted, audit_share=1.0)
    found = adaptive_attention(query, query, query, config=config).covered_mass
    assert found.rows == 4 * rows if wanted <= 100 else found.rows > 400


def test_few_rows_are_scored_where_the_share_affords_fewer():
    selection = adaptive_attention(*(torch.randn(1, 2, 400, 8) for _ in range(3)), config=CONFIG).selection
    tight = replace(CONFIG, audit_rows=256, audit_share=1e-6)
    assert rows_to_audit(selection, tight) == LEAST_ROWS
    assert rows_to_audit(selection, replace(tight, audit_rows=10)) == 5


def test_documents_packed_together_are_audited_together():
    layout = packed([300, 7, 200], 16)
    generator = torch.Generator().manual_seed(4)
    query, key = (torch.randn(1, 2, layout.tokens, 8, generator=generator) for _ in range(2))
    config = replace(CONFIG, ceiling=4, audit_rows=20_000, audit_share=1.0)
    result = adaptive_attention(query, key, key, config=config, bounds=[0, 300, 307, 507])
    truth = float(exact_covered(query, key, result.selection, 8**-0.5).mean())
    found = result.covered_mass
    assert found.low <= truth <= found.high
    assert found.high - found.low < 0.2


def test_independent_audits_combine_by_hand():
    parts = [CoveredMass(0.8, 0.7, 0.86, 10), CoveredMass(0.9, 0.9, 0.98, 30)]
    combined = combine(parts)
    assert combined.estimate == pytest.approx(0.85)
    assert combined.low == pytest.approx(0.85 - 0.1 / 2)
    assert combined.high == pytest.approx(0.85 + math.hypot(0.06, 0.08) / 2)
    assert combined.rows == 40
    assert astuple(combine(parts[:1])) == pytest.approx(astuple(parts[0]))


def test_combined_intervals_hold_the_mean_of_the_truths():
    cases = [made_case(is_causal=is_causal, is_padded=False, spread=2.0) for is_causal in (False, True)]
    truth = sum(case.truth for case in cases) / 2
    pairs = zip(*(audits(case, 10, range(k, k + 1500), case.logsum) for k, case in enumerate(cases)), strict=True)
    held = [low.low <= truth <= low.high for low in map(combine, map(list, pairs))]
    assert 0.93 <= np.mean(held) <= 0.97
