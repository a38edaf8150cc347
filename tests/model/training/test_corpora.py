"""Labelled documents: which passages a label covers, and what of them is packed."""

from __future__ import annotations

import json
import lzma
from itertools import accumulate
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model.scorer import TOKENIZER
from model.structure import structure_of
from model.tags import KINDS, TAGS, tag_slice
from model.tokenizer import Tokenizer
from model.training import corpora
from model.training.packing import pack, pack_pairs

CLAUSE = "This Agreement is governed by the laws of the State of Delaware."
PLAIN = "The headings are for convenience only and have no meaning."
PARTIES = "This Agreement is made between Alpha and Beta."


@pytest.fixture(scope="module")
def tokenizer(weights: Path) -> Tokenizer:
    return Tokenizer(weights / TOKENIZER)


def write(path: Path, lines: list[dict]) -> None:
    with lzma.open(path, "wt", encoding="utf-8") as file:
        file.writelines(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)


def line(text: str, labelled: dict[str, str], **more: object) -> dict:
    """`labelled`: piece of the text -> tag."""
    labels = [{"start": text.index(p), "end": text.index(p) + len(p), "tag": tag} for p, tag in labelled.items()]
    return {"id": "made-up", "split": "train", "text": text, "labels": labels, **more}


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 4), st.integers(1, 8)), max_size=8), st.integers(0, 60), st.integers(1, 40))
def test_covered_passages_by_brute_force(gaps_and_lengths, start, length):
    ends = list(accumulate(gap + size for gap, size in gaps_and_lengths))
    spans = tuple((end - size, end) for end, (_, size) in zip(ends, gaps_and_lengths, strict=True))
    label = set(range(start, start + length))
    expected = []
    for index, (a, b) in enumerate(spans):
        shared = len(label & set(range(a, b)))
        if shared and (2 * shared >= b - a or 2 * shared >= length):
            expected.append(index)
    assert corpora.covered(spans, (start, start + length)) == expected


def test_contracts_are_important_but_for_what_only_describes(tmp_path):
    text = f"{PARTIES}\n\n{PLAIN} {CLAUSE}"
    write(tmp_path / "contracts.jsonl.xz", [line(text, {PARTIES: "parties", CLAUSE: "governing-law"})])
    (document,) = corpora.read_contracts(tmp_path)
    assert [text[a:b] for a, b in document.spans] == [PARTIES, PLAIN, CLAUSE]
    assert document.important.tolist() == [False, False, True]
    names = TAGS["contract"]
    assert document.tags.tolist() == [[0, names.index("parties")], [2, names.index("governing-law")]]
    assert (document.group, document.kind, document.split) == ("contract", "contract", "train")


@pytest.mark.parametrize(
    ("name", "read", "group"),
    [("reports", corpora.read_reports, "report"), ("design", corpora.read_designs, "design")],
)
def test_importance_is_known_where_there_is_a_summary(tmp_path, name, read, group):
    labels = {PLAIN: "important", CLAUSE: "risk"}
    text = f"{PLAIN} {CLAUSE}"
    write(tmp_path / f"{name}.jsonl.xz", [line(text, labels, summary_kind=kind) for kind in ("abstract", "none")])
    with_summary, without = read(tmp_path)
    assert with_summary.important.tolist() == [True, False]
    assert without.important is None
    for document in (with_summary, without):
        assert document.tags.tolist() == [[1, TAGS[group].index("risk")]]


def test_confidentiality_agreements_have_tags_only(tmp_path):
    write(tmp_path / "contracts-nda.jsonl.xz", [line(CLAUSE, {CLAUSE: "limited-use"})])
    (document,) = corpora.read_confidentiality_agreements(tmp_path)
    assert (document.group, document.kind, document.important) == ("confidentiality", "contract", None)
    assert document.tags.tolist() == [[0, TAGS["confidentiality"].index("limited-use")]]


def test_japanese_documents(tmp_path):
    text = "甲は乙に支払う。乙は受領する。"
    lines = [line(text, {"甲は乙に支払う。": "x"}, kind=kind) for kind in ("contract", "other")]
    write(tmp_path / "japanese.jsonl.xz", lines)
    (document,) = corpora.read_japanese(tmp_path)
    assert (document.group, document.kind, document.important) == ("none", "contract", None)
    assert document.tags.shape == (0, 2)
    write(tmp_path / "japanese-labelled.jsonl.xz", lines[:1])
    (labelled,) = corpora.read_japanese_labelled(tmp_path)
    assert labelled.important.tolist() == [True, False]
    write(tmp_path / "parallel-ja.jsonl.xz", [{"en": "One.", "ja": "一。"}, {"en": "Two.", "ja": "二。"}])
    assert list(corpora.read_parallel(tmp_path)) == [("One.", "一。"), ("Two.", "二。")]


def parallel(tmp_path: Path, sources: list[str]) -> Path:
    """Pairs numbered in the order of the file, one a source given."""
    pairs = [{"source": source, "en": f"Number {i}.", "ja": f"{i}番。"} for i, source in enumerate(sources)]
    write(tmp_path / "parallel-ja.jsonl.xz", pairs)
    return tmp_path


def test_parallel_text_is_split_by_blocks(tmp_path):
    data = parallel(tmp_path, ["a"] * 1000 + ["b"] * 500)
    everything = list(corpora.read_parallel(data))
    by_split = {split: list(corpora.read_parallel(data, split)) for split in ("train", "validation", "test")}
    assert sorted(pair for pairs in by_split.values() for pair in pairs) == sorted(everything)
    assert [len(block.pairs) for block in corpora.read_parallel_blocks(data)] == [64] * 15 + [40] + [64] * 7 + [52]
    for split, pairs in by_split.items():
        blocks = corpora.read_parallel_blocks(data, split)
        assert [pair for block in blocks for pair in block.pairs] == pairs
        assert {corpora.parallel_split(block.index, block.source) for block in blocks} <= {split}


def test_blocks_are_counted_for_each_source(tmp_path):
    apart = corpora.read_parallel_blocks(parallel(tmp_path, ["a"] * 65 + ["b"] * 65))
    woven = corpora.read_parallel_blocks(parallel(tmp_path, ["a", "b"] * 65))
    assert [(block.source, block.index, len(block.pairs)) for block in apart] == [
        ("a", 0, 64), ("a", 1, 1), ("b", 0, 64), ("b", 1, 1),
    ]  # fmt: skip
    assert {(b.source, b.index): len(b.pairs) for b in woven} == {(b.source, b.index): len(b.pairs) for b in apart}


def test_a_block_keeps_its_split():
    # A hash that changed would let trained text into the test.
    splits = [corpora.parallel_split(index, "python/python-docs-ja") for index in range(4000)]
    assert splits.count("test") / 4000 == pytest.approx(0.10, abs=0.02)
    assert splits.count("validation") / 4000 == pytest.approx(0.05, abs=0.015)
    assert [splits.index(split) for split in ("train", "test", "validation")] == [0, 5, 12]


def test_queries_come_with_the_long_passages_that_answer_them(tmp_path):
    long = [f"The {word} point is long enough to be an answer that somebody would look for." for word in ("1st", "2nd")]
    text = f"{long[0]} Certainly. {long[1]}\n\nNot asked for, however long this passage may be, since no one wanted it."
    asked = {"query": "What?", "spans": [[0, text.index("\n\n")]]}
    write(
        tmp_path / "meetings.jsonl.xz",
        [{"split": split, "text": text, "queries": [asked]} for split in ("train", "validation")],
    )
    clause = {
        "text": long[0],
        "split": "train",
        "labels": [{"query": "Good?", "score": 3}, {"query": "Bad?", "score": 2}],
    }
    write(tmp_path / "contract-clauses.jsonl.xz", [clause])
    found = list(corpora.read_queries(tmp_path, "train"))
    assert sorted(found) == sorted([("What?", long[0]), ("What?", long[1]), ("Good?", long[0])])


def made_documents() -> list[corpora.LabelledDocument]:
    def made(group: str, kind: str, text: str, important: list[bool] | None, tags: list[list[int]]):
        spans = corpora.document_spans(text)
        known = None if important is None else np.array(important, dtype=np.bool_)
        blocks = tuple(range(len(spans)))
        structure = structure_of([text[a:b] for a, b in spans], blocks)
        queries = (("What law?", np.array([i == 2 for i in range(len(spans))])),) if group == "contract" else ()
        return corpora.LabelledDocument(
            "id",
            "train",
            group,
            kind,
            text,
            spans,
            known,
            np.array(tags, np.int32).reshape(-1, 2),
            blocks=blocks,
            structure=structure,
            queries=queries,
            weak=np.array([0.1, 0.6]) if group == "none" else None,
        )

    return [
        made("contract", "contract", f"{PARTIES} {PLAIN} {CLAUSE}", [False, False, True], [[0, 1], [2, 7]]),
        made("none", "report", "甲は乙に支払う。乙は受領する。", None, []),
        made("design", "design", "", None, []),
        made("design", "design", f"{PLAIN} {CLAUSE}", [True, False], [[1, 2], [1, 10]]),
    ]


def test_packed_documents_come_back(tokenizer):
    documents = [document for document in made_documents() if document.spans]
    packed = pack(made_documents(), tokenizer)
    assert {name: str(array.dtype) for name, array in packed.items()} == {
        "tokens": "uint16", "passage_bounds": "int32", "document_bounds": "int32", "kind": "int8", "group": "int8",
        "importance": "int8", "weak": "int8", "tags": "int32", "structure": "int16", "links": "int32", "query_tokens": "uint16",
        "query_bounds": "int32", "query_document": "int32", "answers": "int32",
    }  # fmt: skip
    assert packed["document_bounds"].tolist() == [0, 3, 5, 7], "one without passages is left out"
    assert [KINDS[kind] for kind in packed["kind"]] == ["contract", "report", "design"]
    assert packed["group"].tolist() == [0, -1, 2]
    assert packed["importance"].tolist() == [0, 0, 1, -1, -1, 1, 0]
    design = tag_slice("design").start
    assert packed["tags"].tolist() == [[0, 1], [2, 7], [6, design + 2], [6, design + 10]]
    passages = [document.text[a:b] for document in documents for a, b in document.spans]
    for passage, start, end in zip(passages, packed["passage_bounds"], packed["passage_bounds"][1:], strict=False):
        ids, _ = tokenizer.encode([passage])
        assert packed["tokens"][start:end].tolist() == ids.tolist()
    assert packed["passage_bounds"][-1] == len(packed["tokens"])
    assert packed["weak"].tolist() == [-1, -1, -1, 10, 60, -1, -1]
    assert packed["structure"].tolist() == np.concatenate([document.structure for document in documents]).tolist()
    query, _ = tokenizer.encode(["What law?"])
    assert packed["query_tokens"].tolist() == query.tolist()
    assert (packed["query_bounds"].tolist(), packed["query_document"].tolist()) == ([0, len(query)], [0])
    assert packed["answers"].tolist() == [[0, 2]]


def test_packed_links_count_over_all_documents(tokenizer):
    def made(text: str) -> corpora.LabelledDocument:
        spans = corpora.document_spans(text)
        blocks = tuple(range(len(spans)))
        texts = [text[a:b] for a, b in spans]
        none = np.zeros((0, 2), np.int32)
        return corpora.LabelledDocument(
            "id",
            "train",
            "none",
            "contract",
            text,
            spans,
            None,
            none,
            blocks=blocks,
            structure=structure_of(texts, blocks),
        )

    refers = "1. Fees are due at once.\n\n2. Terms. The fees of Section 1 are owed by the buyer."
    packed = pack([made("Nothing is said here."), made(refers)], tokenizer)
    texts = [refers[a:b] for a, b in corpora.document_spans(refers)]
    (link,) = packed["links"].tolist()
    source, target = (texts[i - 1] for i in link)
    assert "Section 1" in source
    assert target.startswith("1. Fees")


def test_documents_are_in_the_split_that_is_asked_for(tmp_path):
    splits = [("train", "test"), ("validation", "train"), ("test", "train"), ("validation", "test")]
    lines = [line(CLAUSE, {CLAUSE: "governing-law"}, split=ours, cuad_split=theirs) for ours, theirs in splits]
    write(tmp_path / "contracts.jsonl.xz", lines)
    assert [d.split for d in corpora.read_contracts(tmp_path)] == [ours for ours, _ in splits]
    published = [d.split for d in corpora.read_contracts(tmp_path, "cuad_split")]
    assert published == ["test", "validation", "train", "test"], "their test stays test, whatever it is in ours"


def test_packed_pairs_leave_the_long_ones_out(tokenizer):
    pairs = [("One.", "一。"), ("word " * 30, "二。"), ("Three.", "語" * 90 + "。"), ("Four and five.", "四と五。")]
    packed = pack_pairs(pairs, tokenizer, longest=20)
    for side, kept in (("en", ["One.", "Four and five."]), ("ja", ["一。", "四と五。"])):
        ids, bounds = tokenizer.encode(kept)
        assert packed[side].tolist() == ids.tolist()
        assert packed[f"{side}_bounds"].tolist() == bounds.tolist()
