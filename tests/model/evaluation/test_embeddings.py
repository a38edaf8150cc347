"""The encoder as published, with made-up weights: read as written out by hand, and dense beside adaptive."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from model.attention import AdaptiveAttentionConfig
from model.training.base_weights import BaseWeights, Vocabulary

pytest.importorskip("transformers")

from model.evaluation.embeddings import (
    E5Tokenizer,
    cut_stretches,
    described,
    e5_model,
    measure,
)

pytestmark = pytest.mark.usefixtures("one_thread")

WIDTH, LAYERS, POSITIONS, WORDS = 32, 2, 96, 40
LETTERS = "abcdefghijklmnopqrstuvwxyz: "
CONFIG = AdaptiveAttentionConfig(dense_below=0, floor=1, explored=0, audit_rows=64)


@pytest.fixture(scope="module")
def base() -> BaseWeights:
    draw = np.random.default_rng(0)

    def packed(rows: int, columns: int) -> Any:
        scales = np.full((rows, columns // 32, 1), 0.05, np.float16).view(np.uint8).reshape(rows, columns // 32, 2)
        nibbles = draw.integers(0, 256, (rows, columns // 32, 16), dtype=np.uint8)
        return np.concatenate([scales, nibbles], axis=2).reshape(-1)

    matrices = {"emb.word": packed(WORDS, WIDTH)}
    vectors = {
        "emb.pos": draw.normal(size=POSITIONS * WIDTH),
        "emb.type": draw.normal(size=2 * WIDTH),
        "emb.ln.w": 1 + 0.1 * draw.normal(size=WIDTH),
        "emb.ln.b": 0.1 * draw.normal(size=WIDTH),
    }
    for layer in range(LAYERS):
        for name, rows, columns in (
            *((part, WIDTH, WIDTH) for part in ("q", "k", "v", "ao")),
            ("fi", 64, WIDTH),
            ("fo", WIDTH, 64),
        ):
            matrices[f"l{layer}.{name}.w"] = packed(rows, columns)
            vectors[f"l{layer}.{name}.b"] = 0.1 * draw.normal(size=rows)
        for name in ("aln", "oln"):
            vectors[f"l{layer}.{name}.w"] = 1 + 0.1 * draw.normal(size=WIDTH)
            vectors[f"l{layer}.{name}.b"] = 0.1 * draw.normal(size=WIDTH)
    pieces = ("<s>", "<pad>", "</s>", "<unk>", "▁", *LETTERS.strip())
    vocabulary = Vocabulary(pieces, np.full(len(pieces), -3.0, np.float32))
    floats = {name: vector.astype(np.float32) for name, vector in vectors.items()}
    return BaseWeights(WIDTH, LAYERS, 4, 64, POSITIONS, 1e-6, vocabulary, matrices, floats)


def test_the_first_layer_is_what_the_weights_say(base: BaseWeights) -> None:
    ids = [0, 5, 6, 7, 2]
    with torch.no_grad():
        states = e5_model(base)(input_ids=torch.tensor([ids]), output_hidden_states=True).hidden_states[0][0]
    v = base.vectors
    summed = base.matrix("emb.word", WORDS, WIDTH)[ids] + v["emb.pos"].reshape(-1, WIDTH)[:5] + v["emb.type"][:WIDTH]
    centred = summed - summed.mean(1, keepdims=True)
    expected = centred / np.sqrt(centred.var(1, keepdims=True) + 1e-6) * v["emb.ln.w"] + v["emb.ln.b"]
    np.testing.assert_allclose(states.numpy(), expected, atol=1e-4)


def test_stretches_are_cut_into_halves_that_fill_all_positions(base: BaseWeights) -> None:
    tokenizer = E5Tokenizer(base)
    draw = np.random.default_rng(1)
    texts = ["".join(draw.choice(list("abcdefghij"), 400)) for _ in range(3)]
    queries, passages = cut_stretches(tokenizer, texts, 5, POSITIONS, seed=0)
    assert queries.shape == passages.shape == (5, POSITIONS)
    assert (queries[:, 0] == 0).all()
    assert (passages[:, -1] == 2).all()
    lead = len(tokenizer.encode("query: ")) + 1, len(tokenizer.encode("passage: ")) + 1
    shown = "".join(base.vocabulary.pieces[i] for i in [*queries[0, lead[0] : -1], *passages[0, lead[1] : -1]])
    assert any(shown.replace("▁", "") in text for text in texts)


def test_what_is_not_in_the_vocabulary_is_unknown(base: BaseWeights) -> None:
    assert E5Tokenizer(base).encode("a甲") == [4, 5, 3]


def test_all_pairs_give_the_dense_embeddings_and_few_pairs_others(base: BaseWeights) -> None:
    model, draw = e5_model(base), np.random.default_rng(2)
    queries, passages = draw.integers(4, WORDS, (2, 20, POSITIONS))
    passages[:10] = queries[:10]  # found by dense attention
    dense, few, all_pairs = measure(model, queries, passages, [0.1, 1.0], [8], CONFIG)
    assert (dense.coverage, dense.density, dense.points) == (None, None, 0.0)
    assert dense.cosine == pytest.approx(1.0)
    assert dense.top1 >= 0.5
    assert all_pairs.density == 1.0
    assert all_pairs.lowest_cosine == pytest.approx(1.0, abs=1e-4)
    assert all_pairs.top1 == dense.top1
    assert few.density < 1
    assert few.lowest_cosine < few.cosine < 0.9999
    assert few.block_size == 8
    assert len(described([dense, few, all_pairs]).splitlines()) == 5
