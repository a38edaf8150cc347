"""The tokenizer's coverage: a small vocabulary whose gaps are known, and the command on made-up documents."""

from __future__ import annotations

import json
import lzma
from pathlib import Path

import numpy as np
import pytest

from model.evaluation import tokenizer_coverage
from model.evaluation.tokenizer_coverage import Vocabulary, coverage
from model.scorer import TOKENIZER
from model.tokenizer import Tokenizer
from model.training.vocabulary import build_model
from tests.model.training.made_data import write_base

PIECES = ["▁", "a", "b", "ab", "法", "1", "."]


@pytest.fixture(scope="module")
def model() -> bytes:
    return build_model(PIECES, np.array([-3.0, -2.0, -2.0, -1.0, -2.0, -2.0, -2.0], np.float32))


@pytest.fixture(scope="module")
def vocabulary(model: bytes) -> Vocabulary:
    return Vocabulary("small", model)


def test_unknown_and_dropped_characters(vocabulary: Vocabulary) -> None:
    # ① becomes 1, which is known; a zero-width space becomes nothing; 𓂀 and 律 are in no piece.
    tokens, unknown, lost, dropped = vocabulary.read(["ab①\u200b", "法律𓂀a"])
    assert lost == {"律": 1, "𓂀": 1}
    assert dropped == {"\u200b": 1}
    assert unknown == 1, "neighbours that are unknown are one token"
    assert tokens == len(["▁", "ab", "1"]) + len(["▁", "法", "律𓂀", "a"])


def test_a_passage_of_which_nothing_is_left_is_one_unknown_token(vocabulary: Vocabulary) -> None:
    assert vocabulary.read(["\u200b"]) == (1, 1, {}, {"\u200b": 1})


def test_tokens_are_counted_as_the_model_counts_them(vocabulary: Vocabulary, model: bytes, tmp_path: Path) -> None:
    (tmp_path / TOKENIZER).write_bytes(model)
    passages = ["ab b", "律", "\u200b", "法 1."]
    ids, bounds = Tokenizer(tmp_path / TOKENIZER).encode(passages)
    tokens, unknown, _, _ = vocabulary.read(passages)
    assert (tokens, unknown) == (bounds[-1], int((ids == 0).sum()))


def test_shares_that_can_be_counted(vocabulary: Vocabulary) -> None:
    row = coverage(vocabulary, "ja", "contract", ["ab 法。\n\n律律 a\u200b", "b"])
    assert (row.documents, row.characters) == (2, 9)
    assert row.unknown_characters == pytest.approx(3 / 9), "both 律, and the full stop 。"
    assert row.dropped_characters == pytest.approx(1 / 9)
    assert row.lost_characters == pytest.approx(4 / 9)
    assert row.characters_per_token == pytest.approx(9 / row.tokens)
    worst = [(each.character, each.code, each.times, each.reason) for each in row.worst]
    assert worst == [("律", "U+5F8B", 2, "unknown"), ("\u200b", "U+200B", 1, "dropped"), ("。", "U+3002", 1, "unknown")]
    assert row.worst[1].name == "ZERO WIDTH SPACE"


@pytest.fixture
def folder(tmp_path: Path, model: bytes) -> Path:
    (tmp_path / TOKENIZER).write_bytes(model)
    documents = [
        {"split": split, "lang": "en", "kind": "contract", "text": text}
        for split, text in (("validation", "ab a b."), ("validation", "abc."), ("train", "zzz"))
    ]
    write(tmp_path / "contracts.jsonl.xz", documents)
    write(tmp_path / "japanese.jsonl.xz", [{"split": "validation", "lang": "ja", "kind": "other", "text": "法律"}])
    pairs = [{"source": "a", "en": "a", "ja": "法"} for _ in range(64 * 14)]
    write(tmp_path / "parallel-ja.jsonl.xz", pairs)
    return tmp_path


def write(path: Path, lines: list[dict]) -> None:
    with lzma.open(path, "wt", encoding="utf-8") as file:
        file.writelines(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)


def run(folder: Path, *arguments: str) -> dict:
    out = folder / "figures.json"
    given = ["--data", str(folder), "--weights", str(folder), "--json", str(out), *arguments]
    assert tokenizer_coverage.main(given) == 0
    return json.loads(out.read_text("utf-8"))


def test_the_command_by_language_and_kind(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(tokenizer_coverage, "installed_base", lambda: None)
    facts = run(folder)
    rows = {(row["language"], row["kind"]): row for row in facts["rows"]}
    assert set(rows) == {("en", "contract"), ("en", "parallel"), ("ja", "other"), ("ja", "parallel")}
    assert rows["en", "contract"]["documents"] == 2
    assert rows["en", "contract"]["unknown_characters"] == pytest.approx(1 / 9)
    assert rows["ja", "parallel"]["documents"] == 2, "two of the first 14 blocks of this source are of validation"
    assert facts["pieces"] == {"ours": len(PIECES) + 4}
    printed = capsys.readouterr()
    assert "ja, other, ours: 律 U+5F8B (1, unknown)" in printed.out
    assert "XLM-R is left out" in printed.err
    assert run(folder, "--limit", "1")["rows"][0]["documents"] == 1


def test_the_whole_vocabulary_stands_beside_ours(folder: Path) -> None:
    write_base(folder / "base.bin")
    facts = run(folder, "--base", str(folder / "base.bin"))
    assert [row["vocabulary"] for row in facts["rows"]] == ["ours", "XLM-R"] * 4
    assert facts["pieces"]["XLM-R"] > facts["pieces"]["ours"]


@pytest.mark.parametrize("arguments", [["--split", "test"], ["--base", "nowhere.bin"]])
def test_what_is_not_there_is_wrong_usage(folder: Path, arguments: list[str]) -> None:
    (folder / "parallel-ja.jsonl.xz").unlink()
    with pytest.raises(SystemExit) as stopped:
        run(folder, *arguments)
    assert stopped.value.code == 2


def test_a_package_that_is_not_installed_has_no_vocabulary(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tokenizer_coverage, "find_spec", lambda name: None)
    assert tokenizer_coverage.installed_base() is None
