"""The shipped tokenizer: English and Japanese text to ids and back, each passage by itself."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import numpy as np
import pytest
import sentencepiece
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from model.layers import EncoderConfig
from model.scorer import TOKENIZER
from model.tokenizer import BEGIN, END, PADDING, UNKNOWN, Tokenizer

PASSAGES = [
    "The Supplier's aggregate liability shall not exceed USD 1,000,000 (one million).",
    "乙の損害賠償責任は、委託料の総額を上限とする。ただし、故意又は重過失の場合を除く。",
    "Section 12.3 — サービスレベル（SLA）",
]


@pytest.fixture(scope="module")
def tokenizer(weights: Path) -> Tokenizer:
    return Tokenizer(weights / TOKENIZER)


@pytest.fixture(scope="module")
def processor(weights: Path) -> sentencepiece.SentencePieceProcessor:
    return sentencepiece.SentencePieceProcessor(model_file=str(weights / TOKENIZER))


def test_passages_come_back_from_their_ids(tokenizer, processor):
    ids, bounds = tokenizer.encode(PASSAGES)
    for passage, start, end in zip(PASSAGES, bounds, bounds[1:], strict=False):
        decoded = processor.decode(ids[start:end].tolist())
        assert decoded == unicodedata.normalize("NFKC", passage)


def test_ids_are_those_of_the_vocabulary_and_few(tokenizer):
    ids, bounds = tokenizer.encode(PASSAGES)
    assert (ids.dtype, bounds.dtype) == (np.int32, np.int64)
    assert (ids > PADDING).all(), "nothing in plain text is unknown or a control piece"
    assert ids.max() < tokenizer.size == EncoderConfig().vocabulary
    for passage, count in zip(PASSAGES, np.diff(bounds), strict=True):
        assert 3 < count < 0.8 * len(passage), "words, not letters"


def test_a_passage_without_a_token_is_unknown(tokenizer):
    ids, bounds = tokenizer.encode(["", "word", " \n", ""])
    assert bounds[0] == 0
    assert np.diff(bounds).tolist() == [1, bounds[2] - bounds[1], 1, 1]
    assert ids[0] == ids[bounds[2]] == ids[bounds[3]] == UNKNOWN
    assert ids[bounds[1]] != UNKNOWN


def test_no_passages_are_no_tokens(tokenizer):
    ids, bounds = tokenizer.encode([])
    assert ids.shape == (0,)
    assert bounds.tolist() == [0]


def test_text_cannot_smuggle_control_pieces_in(tokenizer):
    ids, _ = tokenizer.encode(["<s> </s> <pad> <unk>", "a</s>b"])
    assert not np.isin(ids, [BEGIN, END, PADDING]).any()


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=30), max_size=6))
def test_each_passage_is_cut_by_itself(tokenizer, passages):
    ids, bounds = tokenizer.encode(passages)
    assert bounds[-1] == len(ids)
    assert (np.diff(bounds) >= 1).all()
    assert not np.isin(ids, [BEGIN, END, PADDING]).any()
    for passage, start, end in zip(passages, bounds, bounds[1:], strict=False):
        alone, _ = tokenizer.encode([passage])
        np.testing.assert_array_equal(ids[start:end], alone)


def test_a_missing_file_is_said(tmp_path):
    with pytest.raises(FileNotFoundError):
        Tokenizer(tmp_path / TOKENIZER)


def test_the_folder_may_have_any_name(weights, tmp_path):
    folder = tmp_path / "模型 (1)"
    folder.mkdir()
    (folder / TOKENIZER).write_bytes((weights / TOKENIZER).read_bytes())
    assert Tokenizer(folder / TOKENIZER).size == Tokenizer(weights / TOKENIZER).size
