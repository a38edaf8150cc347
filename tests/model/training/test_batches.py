"""Batches from packed documents: crops of whole passages with their labels, groups in their shares, pairs with padding."""

from __future__ import annotations

from itertools import count, islice

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from model.tags import TAG_COUNT, TAGS, tag_slice
from model.tokenizer import PADDING
from model.training.batches import Corpus, Pairs, Sampler, ahead

GROUPS = [*TAGS, "none"]


@pytest.fixture(scope="module")
def corpus(tmp_path_factory) -> Corpus:
    """Forty documents of 1 to 60 passages of 1 to 12 tokens; each token tells its place."""
    generator = np.random.default_rng(0)
    document_bounds = np.concatenate([[0], np.cumsum(generator.integers(1, 61, 40))])
    passage_bounds = np.concatenate([[0], np.cumsum(generator.integers(1, 13, document_bounds[-1]))])
    group = np.arange(40) % len(GROUPS)
    pairs = {(int(p), int(t)) for p, t in generator.integers(0, [document_bounds[-1], TAG_COUNT], (400, 2))}
    path = tmp_path_factory.mktemp("corpus") / "train.npz"
    np.savez_compressed(
        path,
        tokens=np.arange(passage_bounds[-1]).astype(np.uint16),
        passage_bounds=passage_bounds.astype(np.int32),
        document_bounds=document_bounds.astype(np.int32),
        kind=generator.integers(0, 3, 40).astype(np.int8),
        group=np.where(group < len(TAGS), group, -1).astype(np.int8),
        importance=generator.integers(-1, 2, document_bounds[-1]).astype(np.int8),
        tags=np.array(sorted(pairs), np.int32),
    )
    return Corpus(path)


def test_members_are_the_documents_of_a_group(corpus):
    members = [corpus.members(group).tolist() for group in GROUPS]
    assert members == [list(range(i, 40, len(GROUPS))) for i in range(len(GROUPS))]


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 39), st.integers(30, 200), st.integers(0, 10_000))
def test_a_crop_lies_in_its_document_and_is_not_too_long(corpus, document, longest, seed):
    start, end = corpus.document_bounds[document : document + 2]
    first, last = corpus.crop(document, longest, np.random.default_rng(seed))
    assert start <= first < last <= end
    tokens = corpus.passage_bounds[last] - corpus.passage_bounds[first]
    whole = corpus.passage_bounds[end] - corpus.passage_bounds[start]
    assert tokens <= longest
    assert tokens >= min(whole - 10 * 12, longest - 2 * 12), "little is lost"
    assert corpus.crop(document, longest, None) == (start, end)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(0, 39), min_size=1, max_size=5), st.integers(0, 1000))
def test_a_batch_holds_what_the_crops_say(corpus, documents, seed):
    generator = np.random.default_rng(seed)
    crops = [(document, corpus.crop(document, 60, generator)) for document in documents]
    batch = corpus.batch(crops)
    passages = [p for _, (first, last) in crops for p in range(first, last)]
    assert len(batch.passage_bounds) == len(passages) + 1
    assert batch.passage_bounds[-1] == len(batch.ids)
    assert np.diff(np.array(batch.document_bounds)).tolist() == [last - first for _, (first, last) in crops]
    assert batch.kind.tolist() == corpus.kind[documents].tolist()
    assert batch.importance.tolist() == corpus.importance[passages].tolist()
    pairs = {tuple(pair) for pair in corpus.tags.tolist()}
    owner = [document for document, (first, last) in crops for _ in range(first, last)]
    for row, (passage, document) in enumerate(zip(passages, owner, strict=True)):
        ids = batch.ids[batch.passage_bounds[row] : batch.passage_bounds[row + 1]].tolist()
        assert ids == list(range(corpus.passage_bounds[passage], corpus.passage_bounds[passage + 1]))
        assert batch.passage_kind[row] == corpus.kind[document]
        assert batch.tags[row].nonzero().flatten().tolist() == [t for t in range(TAG_COUNT) if (passage, t) in pairs]
        known = np.zeros(TAG_COUNT, np.bool_)
        if corpus.group[document] >= 0:
            known[tag_slice(GROUPS[corpus.group[document]])] = True
        assert batch.tag_known[row].tolist() == known.tolist()
    assert all(
        value.device.type == "cpu" for value in vars(batch.to(torch.device("cpu"))).values() if hasattr(value, "device")
    )


@pytest.mark.parametrize("group", GROUPS)
def test_whole_documents_come_once_in_batches_of_about_the_size(corpus, group):
    batches = list(corpus.whole(group, tokens=400))
    ids = [i for batch in batches for i in batch.ids.tolist()]
    expected = []
    for document in corpus.members(group):
        first, last = corpus.passage_bounds[corpus.document_bounds[document : document + 2]]
        expected += range(first, last)
    assert ids == expected
    assert all(len(batch.ids) >= 400 for batch in batches[:-1])
    assert len(batches) > 1


def test_groups_have_their_shares_of_the_tokens(corpus):
    shares = {"contract": 0.5, "design": 0.3, "none": 0.2}
    tokens = dict.fromkeys(shares, 0)
    for batch in islice(Sampler(corpus, shares, 4000, 100, seed=0), 60):
        assert len(batch.ids) >= 4000
        for start, end in zip(batch.document_bounds, batch.document_bounds[1:], strict=False):
            first, last = batch.passage_bounds[start], batch.passage_bounds[end]
            place = np.searchsorted(
                corpus.document_bounds, np.searchsorted(corpus.passage_bounds, int(batch.ids[first])), "right"
            )
            tokens[GROUPS[corpus.group[place - 1]]] += int(last - first)
    total = sum(tokens.values())
    assert {group: count / total for group, count in tokens.items()} == pytest.approx(shares, abs=0.01)


def test_a_round_takes_each_document_as_often_as_it_is_long(corpus):
    sampler = Sampler(corpus, {"contract": 1.0}, 1, 100, seed=1)
    members = corpus.members("contract").tolist()
    sizes = [int(np.diff(corpus.passage_bounds[corpus.document_bounds[d : d + 2]])[0]) for d in members]
    turns = {document: max(1, round(size / 100)) for document, size in zip(members, sizes, strict=True)}
    drawn = [sampler._next("contract") for _ in range(2 * sum(turns.values()))]
    half = len(drawn) // 2
    for part in (drawn[:half], drawn[half:]):
        assert {document: part.count(document) for document in members} == turns
    assert drawn[:half] != drawn[half:], "in another order"


def test_a_seed_decides_what_is_drawn(corpus):
    def drawn(seed: int) -> list[list[int]]:
        sampler = Sampler(corpus, {"report": 0.5, "none": 0.5}, 500, 100, seed)
        return [batch.ids.tolist() for batch in islice(sampler, 3)]

    assert drawn(0) == drawn(0)
    assert drawn(0) != drawn(1)


def test_pairs_stay_together_and_are_padded(tmp_path):
    lengths = {"en": [3, 1, 5, 2], "ja": [2, 4, 1, 3]}
    arrays = {}
    for side, each in lengths.items():
        arrays[side] = np.concatenate([np.full(n, 10 * (i + 1)) + np.arange(n) for i, n in enumerate(each)]).astype(
            np.uint16
        )
        arrays[f"{side}_bounds"] = np.concatenate([[0], np.cumsum(each)]).astype(np.int32)
    np.savez_compressed(tmp_path / "parallel.npz", **arrays)
    for english, japanese in islice(Pairs(tmp_path / "parallel.npz", 3, seed=0), 10):
        which = (english[:, 0] // 10 - 1).tolist()
        assert len(set(which)) == 3
        for matrix, each in ((english, lengths["en"]), (japanese, lengths["ja"])):
            assert matrix.shape == (3, max(each[i] for i in which))
            for row, i in zip(matrix.tolist(), which, strict=True):
                text = [10 * (i + 1) + j for j in range(each[i])]
                assert row == text + [PADDING] * (matrix.shape[1] - len(text))


def test_items_made_ahead_keep_their_order():
    assert list(islice(ahead(count(), depth=3), 50)) == list(range(50))
