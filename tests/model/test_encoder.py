"""The encoder: windows that hold each token once, documents that do not disturb each other, dense beside adaptive."""

from __future__ import annotations

from dataclasses import replace
from itertools import accumulate, pairwise

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st
from made_model import TINY, made_model

from model import encoder, layers
from model.attention import AdaptiveAttentionConfig
from model.depth import AdaptiveDepth, Reading, token_blocks
from model.encoder import AttentionReport
from model.layers import PackedEmbedding, segment_means
from model.structure import COLUMNS, HEADING
from model.training.base_weights import dequantize_q4, split_q4

pytestmark = pytest.mark.usefixtures("one_thread")

LENGTHS = st.lists(st.integers(1, 25), min_size=1, max_size=6)
SPARSE = AdaptiveAttentionConfig(coverage=0.5, block_size=4, pool=2, floor=1, dense_below=0, audit_rows=16)
MODEL = made_model()


def documents(lengths: list[int], seed: int = 0) -> tuple[torch.Tensor, list[int]]:
    generator = torch.Generator().manual_seed(seed)
    ids = torch.randint(4, TINY.vocabulary, (sum(lengths),), generator=generator)
    return ids, [0, *accumulate(lengths)]


class CancelledError(Exception):
    pass


@settings(max_examples=60, deadline=None)
@given(LENGTHS, st.sampled_from([encoder.rectangles, encoder.end_to_end]), st.integers(9, 90))
def test_windows_hold_every_row_once_and_stay_in_their_document(lengths, lay, most):
    bounds = [0, *accumulate(lengths)]
    first, length = encoder.cut(bounds, TINY.window)
    assert len(first) == sum(-(-each // TINY.window) for each in lengths)
    owner = np.repeat(np.arange(len(lengths)), lengths)
    rows = []
    for windows in lay(first, length, most, torch.device("cpu")):
        inside = windows.inside()
        rows += windows.source[inside].tolist()
        column = windows.column.expand(inside.shape)
        last = windows.column == windows.length + 1
        used = windows.column <= windows.length + 1
        assert (used == (inside | (column == 0) | last)).all(), "a window begins with <s> and ends with </s>"
        if windows.limits is None:
            assert windows.padded == (not used.all())
            owners = owner[windows.source.numpy()]
            assert all(len(set(row[keep])) == 1 for row, keep in zip(owners, inside.numpy(), strict=True))
        else:
            assert used.all(), "nothing is padded"
            limits = windows.limits.tolist()
            assert limits[-1] == len(inside)
            assert windows.longest == max(b - a for a, b in pairwise(limits))
            assert all(len(set(owner[windows.source[a:b].numpy()])) == 1 for a, b in pairwise(limits))
    assert sorted(rows) == list(range(sum(lengths)))


DEEP = replace(TINY, local_layers=4, scan_layers=2, first_layers=1, structure=True, long_feed_forward=24, headings=8)
"""Everything that an architecture may have."""


def by_hand(query, key, value, limits, longest):
    # As `attend_end_to_end`, which runs on GPUs only.
    parts = []
    for start, end in pairwise(limits.tolist()):
        assert end - start <= longest
        one = [each[start:end].transpose(0, 1)[None] for each in (query, key, value)]
        parts.append(F.scaled_dot_product_attention(*one)[0].transpose(0, 1))
    return torch.cat(parts)


@pytest.mark.parametrize("training", [False, True])
@pytest.mark.parametrize("threshold", [None, 0.0, 9.0])
def test_windows_end_to_end_read_as_rectangles_do(monkeypatch, training, threshold):
    model = made_model(replace(DEEP, dropout=0.0)).train(training)
    ids, _ = documents([40, 9, 23])
    passages = torch.tensor([0, 5, 12, 31, 40, 49, 52, 60, 72])
    structure = torch.randint(0, 3, (8, COLUMNS), generator=torch.Generator().manual_seed(0))
    depth = None if threshold is None else AdaptiveDepth(threshold, audit_least=0, audit_share=0.0)

    def read():
        said = model(ids, passages, [0, 4, 5, 8], None, structure=structure, depth=depth)
        return said.importance, said.tags, said.vectors, said.kind, said.scans[0].importance, said.scans[1].interest

    rectangles = read()
    monkeypatch.setattr(encoder, "_in_half_precision", lambda device: True)
    monkeypatch.setattr(layers, "attend_end_to_end", by_hand)
    monkeypatch.setitem(encoder._TOKENS_AT_ONCE, "cpu", 30)
    for one, other in zip(rectangles, read(), strict=True):
        torch.testing.assert_close(one, other, atol=1e-5, rtol=1e-4)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no NVIDIA GPU")
@pytest.mark.parametrize("training", [False, True])
def test_a_gpu_in_half_precision_reads_as_a_cpu_does(training):
    model = made_model(replace(DEEP, dropout=0.0)).train(training)
    ids, _ = documents([400, 90, 230])
    passages, places = torch.tensor([0, 50, 120, 310, 400, 490, 520, 600, 720]), [0, 4, 5, 8]
    exact = model(ids, passages, places, None)
    with torch.autocast("cuda", torch.bfloat16):
        half = model.cuda()(ids.cuda(), passages.cuda(), places, None)
    for name in ("importance", "tags", "vectors"):
        expected = getattr(exact, name)
        error = (getattr(half, name).float().cpu() - expected).norm() / expected.norm()
        assert error < 0.03, name


@torch.inference_mode()
def test_what_is_ruled_out_is_one_row_and_nothing_deep_depends_on_its_order():
    model = made_model(DEEP)
    ids, _ = documents([60])
    bounds = torch.arange(0, 61, 6)
    deep = torch.zeros(10, dtype=torch.bool)
    deep[[2, 3, 7]] = True

    class Chosen:
        def __call__(self, interest, passage_bounds, document_bounds):
            blocks = token_blocks(passage_bounds, document_bounds)
            return Reading(deep, torch.zeros(blocks.count, dtype=torch.bool), blocks, blocks.count)

    watched = []
    said = model(ids, bounds, [0, 10], None, None, lambda query, key: watched.append(query.shape[2]), depth=Chosen())
    assert watched == [3 * 6 + 7] * TINY.long_layers, "three passages of six tokens, seven of one row"
    assert said.reading.deep.tolist() == deep.tolist()
    everything = model(ids, bounds, [0, 10], None)
    assert not torch.allclose(said.importance[~deep], everything.importance[~deep], atol=1e-3)
    torch.testing.assert_close(said.scans[1].importance, everything.scans[1].importance)


@torch.inference_mode()
def test_reading_everything_deeply_is_reading_without_a_depth():
    model = made_model(DEEP)
    ids, _ = documents([60, 13])
    bounds = torch.tensor([*range(0, 61, 6), 65, 73])
    with_depth = model(ids, bounds, [0, 10, 12], None, depth=AdaptiveDepth(-1e9))
    without = model(ids, bounds, [0, 10, 12], None)
    for name in ("importance", "tags", "kind", "vectors", "states"):
        torch.testing.assert_close(getattr(with_depth, name), getattr(without, name), atol=1e-5, rtol=1e-4)
    assert with_depth.reading.deep.all()


@torch.inference_mode()
def test_a_passage_is_told_what_the_headings_above_it_say_in_its_own_document():
    model = made_model(DEEP)
    ids, _ = documents([30, 30])
    bounds, structure = torch.arange(0, 61, 6), torch.ones(10, COLUMNS, dtype=torch.long)
    structure[:, HEADING] = torch.tensor([0, 1, 2, 2, 1, 0, 1, 2, 3, 4])

    def read(ids, structure, first=0, last=10, cuts=(0, 5, 10)):
        begin, end = int(bounds[first]), int(bounds[last])
        cuts = [cut - first for cut in cuts if first <= cut <= last]
        said = model(ids[begin:end], bounds[first : last + 1] - begin, cuts, None, structure=structure[first:last])
        return said.scans[0].importance

    both = read(ids, structure)
    torch.testing.assert_close(both[5:], read(ids, structure, 5), atol=1e-5, rtol=1e-4)
    other = ids.clone()
    other[:6] = (ids[:6] + 7) % 60 + 4
    changed = (read(other, structure) - both).abs().amax(1)
    assert (changed[1:3] > 1e-5).all(), "nearest, and so does the one above that of the fourth"
    assert changed[3] > 1e-5
    assert (changed[5:] < 1e-6).all(), "another document"
    unknown = structure.clone()
    unknown[:, HEADING] = 0
    assert ((read(ids, unknown) - both).abs().amax(1)[[1, 2, 3, 4, 6]] > 1e-5).all()
    across = structure.clone()
    across[5, HEADING] = 3
    torch.testing.assert_close(read(ids, across), both)


@torch.inference_mode()
def test_first_findings_come_once_before_anything_deep():
    model = made_model(DEEP)
    ids, _ = documents([60])
    order = []
    model(
        ids,
        torch.arange(0, 61, 6),
        [0, 10],
        None,
        lambda stage, *_: order.append(stage),
        early=lambda scan: order.append(scan.importance.shape),
    )
    stages = list(dict.fromkeys(order))
    assert stages == ["scanning", (10, 3), "deepening", "attending"]
    assert order.count((10, 3)) == 1


@settings(max_examples=25, deadline=None)
@given(LENGTHS, st.booleans(), st.integers(0, 100))
@torch.inference_mode()
def test_documents_together_are_read_as_each_alone(lengths, is_sparse, seed):
    ids, bounds = documents(lengths, seed)
    attention = SPARSE if is_sparse else None
    local = MODEL.encoder.read_locally(ids, bounds)
    together, _ = MODEL.encoder.read_whole(local, bounds, attention)
    assert together.shape == (len(ids), TINY.width)
    for start, end in pairwise(bounds):
        alone_locally = MODEL.encoder.read_locally(ids[start:end], [0, end - start])
        torch.testing.assert_close(local[start:end], alone_locally, atol=1e-5, rtol=1e-4)
        # The same local states, as a last digit may decide between two blocks.
        alone, _ = MODEL.encoder.read_whole(local[start:end], [0, end - start], attention)
        torch.testing.assert_close(together[start:end], alone, atol=1e-4, rtol=1e-4)


@torch.inference_mode()
def test_a_window_sees_all_of_itself_and_nothing_else():
    ids, bounds = documents([3 * TINY.window])
    before = MODEL.encoder.read_locally(ids, bounds)
    changed = ids.clone()
    middle = TINY.window + 3
    changed[middle] = 4 + (changed[middle] - 3) % (TINY.vocabulary - 4)
    moved = (MODEL.encoder.read_locally(changed, bounds) - before).abs().amax(1) > 1e-6
    window = torch.arange(len(ids)) // TINY.window == 1
    assert torch.equal(moved, window)


@torch.inference_mode()
def test_the_whole_document_layers_see_the_whole_document_and_no_other():
    ids, bounds = documents([40, 30])
    local = MODEL.encoder.read_locally(ids, bounds)
    before, _ = MODEL.encoder.read_whole(local, bounds, None)
    changed = local.clone()
    changed[2] += 1.0
    moved = (MODEL.encoder.read_whole(changed, bounds, None)[0] - before).abs().amax(1)
    assert (moved[:40] > 1e-7).all()
    assert (moved[40:] < 1e-5).all(), "but for rounding, which depends on how threads share the work"


@torch.inference_mode()
def test_covering_everything_equals_dense():
    ids, bounds = documents([90, 33])
    local = MODEL.encoder.read_locally(ids, bounds)
    dense, said_dense = MODEL.encoder.read_whole(local, bounds, None)
    everything, said = MODEL.encoder.read_whole(local, bounds, replace(SPARSE, coverage=1.0))
    torch.testing.assert_close(everything, dense, atol=1e-5, rtol=1e-4)
    assert (said_dense.density, said.density) == (1.0, 1.0)
    assert said_dense.covered_mass.rows == 0
    assert (said.covered_mass.estimate, said.covered_mass.rows) == (1.0, 0), "nothing was left out"
    sparse, said_sparse = MODEL.encoder.read_whole(local, bounds, SPARSE)
    assert not torch.allclose(sparse, dense, atol=1e-3), "the case tells sparse from dense"
    assert said_sparse.density < 1.0
    assert said_sparse.covered_mass.estimate < 1.0
    assert len(said_sparse.audits) == 2, "one a layer, over all documents"


@torch.inference_mode()
def test_density_counts_documents_by_their_pairs():
    ids, bounds = documents([200, 8])
    local = MODEL.encoder.read_locally(ids, bounds)
    config = replace(SPARSE, dense_below=100)  # the second is read densely
    first = MODEL.encoder.read_whole(local[:200], [0, 200], config)[1]
    both = MODEL.encoder.read_whole(local, bounds, config)[1]
    assert both.density == pytest.approx((first.density * 200**2 + 8**2) / (200**2 + 8**2))


def test_nothing_attended_to_is_dense():
    assert AttentionReport().density == 1.0
    assert AttentionReport().covered_mass.estimate == 1.0


STAGES = [("scanning", 0, 221), ("scanning", 98, 221), ("scanning", 196, 221), ("scanning", 217, 221)]
STAGES += [("attending", 0, 2), ("attending", 1, 2)]
"""Of 221 tokens: 31 full windows of seven, at most fourteen at once, the last window by itself; then each layer once."""


@pytest.fixture
def few_at_once(monkeypatch):
    monkeypatch.setitem(encoder._TOKENS_AT_ONCE, "cpu", 14 * (TINY.window + 2))


@torch.inference_mode()
def test_stages_are_reported_in_order_and_watched_layer_by_layer(few_at_once):
    ids, bounds = documents([30 * TINY.window, 11])
    stages: list[tuple[str, int, int]] = []
    watched: list[tuple[int, int]] = []
    local = MODEL.encoder.read_locally(ids, bounds, lambda *said: stages.append(said))
    MODEL.encoder.read_whole(
        local,
        bounds,
        SPARSE,
        lambda *said: stages.append(said),
        lambda query, key: watched.append((query.shape[2], key.shape[2])),
    )
    assert stages == STAGES
    assert watched == [(210, 210), (11, 11)] * 2


@pytest.mark.parametrize("at", STAGES)
@torch.inference_mode()
def test_whoever_is_told_may_cancel_at_every_stage(at, few_at_once):
    ids, bounds = documents([30 * TINY.window, 11])
    told = []

    def report(*said: object) -> None:
        told.append(said)
        if said == at:
            raise CancelledError

    passages = torch.tensor(bounds)
    with pytest.raises(CancelledError):
        MODEL(ids, passages, [0, 1, 2], None, report)
    assert told[-1] == at, "nothing is done after that"


def test_what_is_watched_are_the_queries_and_keys_of_the_layer():
    ids, bounds = documents([20])
    seen = []
    local = MODEL.encoder.read_locally(ids, bounds)
    MODEL.encoder.read_whole(local, bounds, None, watch=lambda query, key: seen.append((query, key)))
    query, key, _ = MODEL.encoder.long_layers()[0].attention_input(local)
    torch.testing.assert_close(seen[0], (query, key))
    assert query.shape == (1, TINY.long_heads, 20, TINY.width // TINY.long_heads)
    assert seen[0][0].requires_grad, "a loss on what is watched teaches the layer"


def test_training_reads_as_evaluation_does_but_for_dropout():
    model = made_model(replace(TINY, dropout=0.0))
    ids, bounds = documents([20 * TINY.window, 5])
    passages = torch.tensor(bounds)
    evaluated = model.eval()(ids, passages, [0, 2], None)
    trained = model.train()(ids, passages, [0, 2], None)
    torch.testing.assert_close(trained.importance, evaluated.importance, atol=1e-5, rtol=1e-4)
    torch.testing.assert_close(trained.tags, evaluated.tags, atol=1e-5, rtol=1e-4)


@torch.inference_mode()
def test_scores_of_a_document_do_not_depend_on_its_company():
    ids, bounds = documents([9, 14, 3, 22, 6])  # passages
    passages = torch.tensor(bounds)
    both = MODEL(ids, passages, [0, 2, 5], None)
    first = MODEL(ids[: bounds[2]], passages[:3], [0, 2], None)
    second = MODEL(ids[bounds[2] :], passages[2:] - bounds[2], [0, 3], None)
    for name in ("importance", "tags", "kind", "vectors"):
        joined = torch.cat([getattr(first, name), getattr(second, name)])
        torch.testing.assert_close(getattr(both, name), joined, atol=1e-4, rtol=1e-3)


@given(st.lists(st.integers(0, 5), min_size=1, max_size=8))
@settings(max_examples=40, deadline=None)
def test_means_of_segments(lengths):
    values = torch.randn(sum(lengths) + 3, 4, generator=torch.Generator().manual_seed(0))
    bounds = torch.tensor([2, *(2 + end for end in accumulate(lengths))])  # neither from the start nor to the end
    means = segment_means(values, bounds)
    for mean, (start, end) in zip(means, pairwise(bounds), strict=True):
        expected = values[start:end].mean(0) if end > start else torch.zeros(4)
        torch.testing.assert_close(mean, expected)


@settings(max_examples=20, deadline=None)
@given(st.integers(1, 6), st.integers(1, 4), st.integers(0, 1000))
def test_word_vectors_are_unpacked_as_they_were_packed(rows, groups, seed):
    """From the base's Q4_0 bytes through our packing, beside the plain unpacking of the whole matrix."""
    generator = np.random.default_rng(seed)
    width = 32 * groups
    scales = generator.normal(size=(rows, groups)).astype(np.float16)
    nibbles = generator.integers(0, 256, (rows, groups, 16), dtype=np.uint8)
    packed = np.concatenate([scales[..., None].view(np.uint8), nibbles], axis=2).ravel()
    codes, read_scales = split_q4(packed, rows, width)
    np.testing.assert_array_equal(read_scales, scales)
    # Weight j of a group lies in the low half of byte j, weight j + 16 in the high half.
    for row, group, j in np.ndindex(rows, groups, 16):
        assert codes[row, 32 * group + j] == nibbles[row, group, j] & 15
        assert codes[row, 32 * group + 16 + j] == nibbles[row, group, j] >> 4
    embedding = PackedEmbedding(rows, width)
    embedding.codes.copy_(torch.from_numpy(codes[:, 0::2] | (codes[:, 1::2] << 4)))
    embedding.scales.copy_(torch.from_numpy(read_scales.copy()))
    ids = torch.from_numpy(generator.integers(0, rows, (2, 3)))
    expected = torch.from_numpy(dequantize_q4(codes, read_scales))[ids]
    assert torch.equal(embedding(ids), expected)
    assert embedding(ids).dtype == torch.float32
    assert not list(embedding.parameters()), "frozen"
