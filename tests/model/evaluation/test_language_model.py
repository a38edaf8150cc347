"""The command: every task on a tiny model and made-up documents, and what it refuses."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import torch
from made_language_models import byte_vocabulary, write_documents

transformers = pytest.importorskip("transformers")

from model.evaluation.language_model import documents, main  # noqa: E402 (the library that it needs may be missing)

pytestmark = pytest.mark.usefixtures("one_thread")


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A folder of a model with random weights, and one of documents."""
    model, data = tmp_path_factory.mktemp("model"), tmp_path_factory.mktemp("data")
    torch.manual_seed(0)
    config = transformers.LlamaConfig(
        vocab_size=259,
        hidden_size=16,
        intermediate_size=16,
        num_hidden_layers=2,
        num_attention_heads=2,
        num_key_value_heads=1,
        bos_token_id=1,
        eos_token_id=2,
    )
    transformers.LlamaForCausalLM(config).save_pretrained(model)
    (model / "tokenizer.model").write_bytes(byte_vocabulary())
    write_documents(data)
    return model, data


PERPLEXITY = {"piece-tokens": 300, "pieces": 4, "coverages": ".5,.9"}
RETRIEVAL = {"lengths": 1024, "distances": 256, "contexts": 1, "questions": 3, "block-size": 16}


def given(places: tuple[Path, Path], *more: str) -> list[str]:
    small = [part for name, value in (PERPLEXITY | RETRIEVAL).items() for part in (f"--{name}", str(value))]
    return ["--model", str(places[0]), "--data", str(places[1]), *small, *more]


def test_it_measures_every_task_in_both_languages(
    places: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(given(places, "--json", str(tmp_path / "out.json"))) == 0
    facts: dict[str, Any] = json.loads((tmp_path / "out.json").read_text("utf-8"))
    rows = facts["perplexity"]
    assert [(row["language"], row["coverage"]) for row in rows] == [
        (text, way) for text in ("en", "ja") for way in (None, 0.5, 0.9)
    ]
    assert all(row["perplexity"] == pytest.approx(259, rel=0.2) for row in rows)  # random weights know nothing
    assert all(row["interval"] is not None and row["pieces"] == 4 and row["tokens"] == 300 for row in rows)
    assert all(0 < row["density"] <= 1 and 0 < row["covered_mass"] <= 1 for row in rows if row["coverage"])
    tasks = [(language, task) for language in ("en", "ja") for task in ("key", "passage", "continuation")]
    assert [(row["language"], row["task"]) for row in facts["retrieval"]] == tasks
    assert [(row["language"], row["task"]) for row in facts["distance"]] == tasks
    assert {row["distance"] for row in facts["distance"]} == {256}
    assert facts["config"]["coverage"] == 0.95
    assert facts["config"]["dense_below"] == 0
    told = capsys.readouterr().out
    assert [title in told for title in ("Perplexity", "Retrieval", "Accuracy by distance")] == [True] * 3


def test_a_split_is_read_alone(places: tuple[Path, Path]) -> None:
    for language in ("en", "ja"):
        assert len(documents(places[1], language, "test")) == 6
        assert [name for name, _ in documents(places[1], language, "train")] == ["learnt"]


def test_too_short_documents_are_said_to_be_so(places: tuple[Path, Path], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(given(places, "--tasks", "perplexity", "--piece-tokens", "100000")) == 0
    assert "no document (en) of 100,000 tokens" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("more", "complaint"),
    [
        (["--model", "nowhere"], "no model at nowhere"),
        (["--tasks", "embeddings"], "embeddings is no task for this model"),
        (["--tasks", "perplexity,cooking"], "cooking is no task for this model"),
    ],
)
def test_what_cannot_be_done_is_refused(
    places: tuple[Path, Path], more: list[str], complaint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(given(places, *more))
    assert stopped.value.code == 2
    assert complaint in capsys.readouterr().err
