"""Batches from packed documents: crops of whole passages with their labels, groups in their shares, pairs with padding."""

from __future__ import annotations

from itertools import count, islice, pairwise

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from model.structure import FEATURE_SIZES, HEADING, ROLES, Structure
from model.tags import TAG_COUNT, TAGS, tag_slice
from model.tokenizer import PADDING
from model.training.batches import (
    Corpus,
    Crop,
    Drawing,
    Pairs,
    Sampler,
    ahead,
    pack_probabilities,
    unpack_probabilities,
)

GROUPS = [*TAGS, "none"]
PLAIN = Drawing(4000, 100, moved_crops=0.0, unknown=0.0)


def made_structure(generator: np.random.Generator, document_bounds: np.ndarray) -> Structure:
    """A fifth of the passages are headings of one level."""
    found = generator.integers(1, FEATURE_SIZES, (document_bounds[-1], len(FEATURE_SIZES)))
    is_heading = generator.random(len(found)) < 0.2
    found[:, 0] = np.where(is_heading, ROLES.index("heading"), ROLES.index("paragraph"))
    distances = np.zeros((len(found), 1), np.int64)
    for first, last in pairwise(document_bounds):
        heading = -1
        for passage in range(first, last):
            distances[passage] = passage - heading if heading >= 0 and not is_heading[passage] else 0
            heading = passage if is_heading[passage] else heading
    return np.hstack([found, distances]).astype(np.int16)


@pytest.fixture(scope="module")
def corpus(tmp_path_factory) -> Corpus:
    """Forty documents of 1 to 60 passages of 1 to 12 tokens; each token tells its place."""
    generator = np.random.default_rng(0)
    document_bounds = np.concatenate([[0], np.cumsum(generator.integers(1, 61, 40))])
    passage_bounds = np.concatenate([[0], np.cumsum(generator.integers(1, 13, document_bounds[-1]))])
    group = np.arange(40) % len(GROUPS)
    pairs = {(int(p), int(t)) for p, t in generator.integers(0, [document_bounds[-1], TAG_COUNT], (400, 2))}
    links = []
    for first, last in pairwise(document_bounds):
        links += generator.integers(first, last, ((last - first) // 2, 2)).tolist()
    query_document = np.sort(generator.integers(0, 40, 30))
    answers = [
        (query, passage)
        for query, document in enumerate(query_document)
        for passage in np.unique(generator.integers(*document_bounds[document : document + 2], 3))
    ]
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
        weak=generator.integers(-1, 101, document_bounds[-1]).astype(np.int8),
        structure=made_structure(generator, document_bounds),
        links=np.array(sorted(links), np.int32),
        query_tokens=np.repeat(np.arange(30), 4).astype(np.uint16),
        query_bounds=np.arange(0, 121, 4).astype(np.int32),
        query_document=query_document.astype(np.int32),
        answers=np.array(answers, np.int32),
    )
    return Corpus(path)


def test_members_are_the_documents_of_a_group(corpus):
    members = [corpus.members(group).tolist() for group in GROUPS]
    assert members == [list(range(i, 40, len(GROUPS))) for i in range(len(GROUPS))]


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 39), st.integers(30, 200), st.integers(0, 10_000))
def test_a_crop_lies_in_its_document_and_is_not_too_long(corpus, document, longest, seed):
    start, end = corpus.document_bounds[document : document + 2]
    first, last = corpus.span(document, longest, np.random.default_rng(seed))
    assert start <= first < last <= end
    tokens = corpus.passage_bounds[last] - corpus.passage_bounds[first]
    whole = corpus.passage_bounds[end] - corpus.passage_bounds[start]
    assert tokens <= longest
    assert tokens >= min(whole - 10 * 12, longest - 2 * 12), "little is lost"
    assert corpus.span(document, longest, None) == (start, end)
    crop = corpus.crop(document, longest, np.random.default_rng(seed))
    assert crop.passages.tolist() == list(range(first, last))
    assert not crop.moved.any()
    assert corpus.size(crop) == tokens


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(0, 39), min_size=1, max_size=5), st.integers(0, 1000))
def test_a_batch_holds_what_the_crops_say(corpus, documents, seed):
    generator = np.random.default_rng(seed)
    crops = [corpus.crop(document, 60, generator) for document in documents]
    batch = corpus.batch(crops)
    passages = [p for crop in crops for p in crop.passages.tolist()]
    assert len(batch.passage_bounds) == len(passages) + 1
    assert batch.passage_bounds[-1] == len(batch.ids)
    assert np.diff(np.array(batch.document_bounds)).tolist() == [len(crop.passages) for crop in crops]
    assert batch.kind.tolist() == corpus.kind[documents].tolist()
    assert batch.importance.tolist() == corpus.importance[passages].tolist()
    pairs = {tuple(pair) for pair in corpus.tags.tolist()}
    owner = [crop.document for crop in crops for _ in crop.passages]
    np.testing.assert_allclose(batch.weak, np.float32(corpus._weak[passages]) / 100)
    told = corpus.structure[passages]
    assert batch.structure[:, :HEADING].tolist() == told[:, :HEADING].tolist()
    for row, (distance, known) in enumerate(
        zip(batch.structure[:, HEADING].tolist(), told[:, HEADING].tolist(), strict=True)
    ):
        number = next(d for d, end in enumerate(batch.document_bounds[1:]) if row < end)
        assert distance == (known if row - known >= batch.document_bounds[number] else 0), "a heading outside is none"
    places = [(number, p) for number, crop in enumerate(crops) for p in crop.passages.tolist()]
    expected_links = [
        [places.index((number, int(a))), places.index((number, int(b)))]
        for number, crop in enumerate(crops)
        for a, b in corpus.links
        if a in crop.passages and b in crop.passages
    ]
    assert sorted(batch.links.tolist()) == sorted(expected_links)
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
    sizes = []
    for batch in islice(Sampler(corpus, shares, PLAIN, seed=0), 60):
        sizes.append(len(batch.ids))
        for start, end in zip(batch.document_bounds, batch.document_bounds[1:], strict=False):
            first, last = batch.passage_bounds[start], batch.passage_bounds[end]
            place = np.searchsorted(
                corpus.document_bounds, np.searchsorted(corpus.passage_bounds, int(batch.ids[first])), "right"
            )
            tokens[GROUPS[corpus.group[place - 1]]] += int(last - first)
    total = sum(tokens.values())
    assert np.mean(sizes) == pytest.approx(4000, abs=50)
    assert np.ptp(sizes) <= 2 * 3 * 112, "a crop a group more or less"
    assert {group: count / total for group, count in tokens.items()} == pytest.approx(shares, abs=0.01)


def test_a_round_takes_each_document_as_often_as_it_is_long(corpus):
    sampler = Sampler(corpus, {"contract": 1.0}, Drawing(1, 100), seed=1)
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
        sampler = Sampler(corpus, {"report": 0.5, "none": 0.5}, Drawing(500, 100), seed)
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


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 39), st.integers(0, 39), st.integers(0, 1000))
def test_passages_moved_in_are_unlabelled_and_linked_to_nothing(corpus, document, other, seed):
    generator = np.random.default_rng(seed)
    crop = corpus.with_moved(corpus.crop(document, 100, None), other, 0.3, generator)
    batch = corpus.batch([crop])
    assert batch.moved.tolist() == crop.moved.tolist()
    begin, end = corpus.document_bounds[other : other + 2]
    assert ((crop.passages[crop.moved] >= begin) & (crop.passages[crop.moved] < end)).all()
    assert (batch.importance[batch.moved] == -1).all()
    assert not batch.tag_known[batch.moved].any()
    assert not batch.moved[batch.links.flatten()].any()
    first = corpus.document_bounds[document]
    kept = np.flatnonzero(~crop.moved)
    assert (crop.passages[kept] - first == kept).all(), "the others stay in their places"


def test_questions_come_with_their_answers(corpus):
    documents = np.unique(corpus.query_document)[:5].tolist()
    batch = corpus.batch([Crop(d, *whole(corpus, d)) for d in documents])
    starts = np.array(batch.document_bounds)
    assert len(batch.queries) == np.isin(corpus.query_document, documents).sum()
    for row, place in zip(batch.queries.tolist(), batch.query_document.tolist(), strict=True):
        query = row[0]
        assert row == [query] * 4
        assert corpus.query_document[query] == documents[place]
    for row, passage in batch.answers.tolist():
        place = int(batch.query_document[row])
        assert starts[place] <= passage < starts[place + 1]
        query = int(batch.queries[row, 0])
        global_passage = corpus.document_bounds[documents[place]] + passage - starts[place]
        assert [query, global_passage] in corpus._answers.tolist()


def whole(corpus: Corpus, document: int) -> tuple[np.ndarray, np.ndarray]:
    passages = np.arange(*corpus.document_bounds[document : document + 2])
    return passages, np.zeros(len(passages), np.bool_)


def test_headings_apart_are_told_from_nothing_but_words(corpus):
    asked = 0
    for document in range(40):
        generator = np.random.default_rng(document)
        whole_crop = corpus.crop(document, 100_000, None)
        crop = corpus.with_headings_apart(whole_crop, 3, generator)
        assert sorted(crop.passages.tolist()) == whole_crop.passages.tolist()
        asked += len(crop.sections)
        if not crop.apart:
            continue
        batch = corpus.batch([crop, whole_crop])
        apart = crop.passages[-crop.apart :]
        assert 2 <= crop.apart <= 3
        assert (corpus.structure[apart, 0] == ROLES.index("heading")).all()
        assert not batch.structure[len(crop.passages) - crop.apart : len(crop.passages), 1:].any()
        for own, heading in batch.sections.tolist():
            passage = crop.passages[own]
            assert crop.passages[heading] == passage - corpus.structure[passage, HEADING]
            assert batch.structure[own, HEADING] == 0
        # Who kept its heading finds it where it is now.
        for place, distance in enumerate(batch.structure[: len(crop.passages), HEADING].tolist()):
            if distance:
                passage = crop.passages[place]
                assert crop.passages[place - distance] == passage - corpus.structure[passage, HEADING]
    assert asked > 100


def test_structure_is_withheld_from_some_crops(corpus):
    crops = [corpus.crop(document, 100, None) for document in range(40)]
    batch = corpus.batch(crops, np.random.default_rng(0), unknown=0.5)
    known = [
        bool(batch.structure[a:b].any()) for a, b in zip(batch.document_bounds, batch.document_bounds[1:], strict=False)
    ]
    assert 10 < sum(known) < 30
    assert all(
        bool(batch.structure[a:b, :HEADING].all()) == told
        for a, b, told in zip(batch.document_bounds, batch.document_bounds[1:], known, strict=False)
    )


def test_runs_of_pairs_follow_each_other(tmp_path):
    arrays = {side: np.arange(40).astype(np.uint16) for side in ("en", "ja")}
    arrays |= {f"{side}_bounds": np.arange(41).astype(np.int32) for side in ("en", "ja")}
    np.savez_compressed(tmp_path / "parallel.npz", **arrays)
    english, japanese = next(iter(Pairs(tmp_path / "parallel.npz", 12, seed=0, run=4)))
    assert english.tolist() == japanese.tolist()
    runs = english.reshape(3, 4)
    assert (runs[:, 0] % 4 == 0).all()
    assert (runs.diff(dim=1) == 1).all()


def test_teachers_speak_with_one_voice(corpus, tmp_path):
    generator = np.random.default_rng(0)
    said = generator.random((2, len(corpus.importance), 3 + TAG_COUNT)) ** 4
    paths = [tmp_path / f"{i}.npz" for i in range(2)]
    for path, probabilities in zip(paths, said, strict=True):
        np.savez_compressed(path, probabilities=pack_probabilities(probabilities))
    unpacked = unpack_probabilities(pack_probabilities(said[0]))
    assert np.abs(unpacked - said[0]).max() < 0.004
    np.savez_compressed(tmp_path / "train.npz", **corpus._arrays)
    taught = Corpus(tmp_path / "train.npz", paths)
    batch = taught.batch([taught.crop(3, 100, None)])
    first, last = corpus.document_bounds[3:5]
    assert np.abs(batch.soft.numpy() - said.mean(0)[first:last]).max() < 0.004
    assert len(corpus.batch([corpus.crop(3, 100, None)]).soft) == 0


def test_some_batches_have_longer_crops(corpus):
    drawing = Drawing(200, 50, very_long=300, long_every=3, moved_crops=0.0, unknown=0.0)
    sizes = [
        np.diff(batch.passage_bounds[batch.document_bounds]).max()
        for batch in islice(Sampler(corpus, {"contract": 1.0}, drawing, 0), 30)
    ]
    assert max(size for i, size in enumerate(sizes) if i % 3 != 2) <= 50
    assert np.mean([size for i, size in enumerate(sizes) if i % 3 == 2]) > 150
