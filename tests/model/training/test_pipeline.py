"""From labelled data and base weights to a released model, each command as a person runs it, on made-up data.

Whoever changes a form between two of the commands is told here, not after ten minutes on a GPU.
"""

from __future__ import annotations

import json
import sys
from dataclasses import asdict, replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import torch
from made_data import FEED_FORWARD, IMPORTANT, LAYERS, PIECES, TAG, WIDTH, pieces, write_base, write_data
from safetensors.torch import load_file

from model.calibration import RECALLS
from model.checkpoint import file_sha256
from model.relevance import FEATURES
from model.scorer import MANIFEST, TOKENIZER, WEIGHTS, Scorer
from model.tags import KINDS
from model.tokenizer import BEGIN, END, PADDING, UNKNOWN, Tokenizer
from model.training import calibrate, prepare, release, train
from model.training.base_weights import read_base_weights
from model.training.batches import Corpus

pytestmark = pytest.mark.usefixtures("one_thread")

SMALL = {
    "tokens": 600,
    "longest": 300,
    "very_long": 600,
    "long_every": 2,
    "pairs": 8,
    "transfer_run": 2,
    "transfer_from": 0,
    "tokens_planned": 8000.0,
    "minutes": 1.0,
    "evaluations": 2,
    "layers": 3,
    "scan_layers": 2,
    "first_layers": 1,
    "long_layers": 1,
    "window": 30,
}


RECIPE = train.Recipe(**SMALL)


def run(main, *arguments: object) -> None:
    before, sys.argv = sys.argv, ["command", *map(str, arguments)]
    try:
        main()
    finally:
        sys.argv = before


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """`data`, `base.bin`; `training` as prepared; `model` as trained and calibrated."""
    folder = tmp_path_factory.mktemp("pipeline")
    for name in ("data", "training", "model"):
        (folder / name).mkdir()
    write_data(folder / "data")
    write_base(folder / "base.bin")
    data = ("--data", folder / "data")
    run(prepare.main, *data, "--base", folder / "base.bin", "--out", folder / "training", "--layers", 3, "--minimum", 2)
    options = [part for name, value in SMALL.items() for part in ("--" + name.replace("_", "-"), value)]
    run(train.main, "--data", folder / "training", "--out", folder / "model", *options)
    (folder / "model" / TOKENIZER).write_bytes((folder / "training" / TOKENIZER).read_bytes())
    run(calibrate.main, *data, "--model", folder / "model", "--device", "cpu")
    return folder


def test_base_weights_are_read_as_they_were_written(tmp_path):
    written = write_base(tmp_path / "base.bin", seed=3)
    base = read_base_weights(tmp_path / "base.bin")
    assert (base.width, base.layers, base.heads, base.feed_forward, base.positions) == (
        WIDTH,
        LAYERS,
        4,
        FEED_FORWARD,
        512,
    )
    assert base.norm_epsilon == pytest.approx(1e-12)
    assert base.vocabulary.pieces == tuple(pieces())
    assert len(base.vocabulary.scores) == len(pieces())
    assert base.vectors.keys() | base.packed.keys() == written.keys()
    for name, tensor in written.items():
        np.testing.assert_array_equal((base.vectors if tensor.dtype == np.float32 else base.packed)[name], tensor)
    matrix = base.matrix("l0.fi.w", FEED_FORWARD, WIDTH)
    group = written["l0.fi.w"].reshape(FEED_FORWARD, WIDTH // 32, 18)[5, 1]
    scale = float(group[:2].view(np.float16)[0])
    assert matrix[5, 32] == pytest.approx(scale * ((group[2] & 15) - 8.0))
    assert matrix[5, 32 + 16] == pytest.approx(scale * ((group[2] >> 4) - 8.0))


def test_another_file_is_no_base(tmp_path):
    (tmp_path / "base.bin").write_bytes(b"GGUF" + bytes(100))
    with pytest.raises(ValueError, match="E5S1"):
        read_base_weights(tmp_path / "base.bin")


def test_the_tokenizer_keeps_the_pieces_that_are_used(folder):
    tokenizer = Tokenizer(folder / "training" / TOKENIZER)
    names = [tokenizer._processor.id_to_piece(i) for i in range(tokenizer.size)]
    assert [names[i] for i in (UNKNOWN, BEGIN, END, PADDING)] == ["<unk>", "<s>", "</s>", "<pad>"]
    assert {"▁" + word for word in PIECES["en"]} <= set(names)
    assert "▁zebra" not in names, "nobody wrote of one"
    assert "z" in names, "single characters are kept"
    ids, _ = tokenizer.encode(["the supplier shall pay", "責任する"])
    assert [names[i] for i in ids[:4]] == ["▁the", "▁supplier", "▁shall", "▁pay"]
    assert UNKNOWN not in ids


def test_word_vectors_stay_with_their_pieces(folder):
    """Row by row the packed vectors are those of the base for the same piece."""
    base = read_base_weights(folder / "base.bin")
    words = base.matrix("emb.word", len(pieces()), WIDTH)
    model = train.initial_model(folder / "training", RECIPE)
    tokenizer = Tokenizer(folder / "training" / TOKENIZER)
    vectors = model.encoder.embedding(torch.arange(tokenizer.size))
    for i in range(tokenizer.size):
        expected = words[pieces().index(tokenizer._processor.id_to_piece(i))]
        np.testing.assert_allclose(vectors[i], 0.0 if i == PADDING else expected, atol=1e-6)


def test_the_model_starts_as_the_base(folder):
    base = read_base_weights(folder / "base.bin")
    model = train.initial_model(folder / "training", RECIPE).eval()
    assert (model.encoder.config.width, model.encoder.config.local_layers) == (WIDTH, 3)
    layer = model.encoder.local[0]
    expected = np.concatenate([base.matrix(f"l0.{part}.w", WIDTH, WIDTH) for part in "qkv"])
    np.testing.assert_allclose(layer.qkv.weight.detach(), expected, atol=1e-3)
    positions = base.vectors["emb.pos"].reshape(-1, WIDTH) + base.vectors["emb.type"][:WIDTH]
    np.testing.assert_allclose(model.encoder.positions.detach(), positions[:32])
    with torch.inference_mode():
        local = model.encoder.read_locally(torch.arange(4, 40), [0, 36])
        whole, _ = model.encoder.read_whole(local, [0, 36], None)
        alike = torch.cosine_similarity(whole, model.encoder.long_norm(local))
    assert (alike > 0.97).all(), "whole-document layers add little to begin with"


def test_both_splits_are_packed_and_no_other(folder):
    for split in ("train", "validation"):
        corpus = Corpus(folder / "training" / f"{split}.npz")
        assert [len(corpus.members(group)) for group in (*TAG, "none")] == [6, 6, 6, 6, 3]
        assert {-1, 0, 1} == set(corpus.importance.tolist())
    assert (folder / "training" / "parallel.npz").is_file()


def test_training_says_how_it_went(folder):
    facts = json.loads((folder / "model" / "training.json").read_text("utf-8"))
    first, last = facts["history"][0], facts["history"][-1]
    assert first["tokens"] < last["tokens"]
    assert last["tokens"] >= SMALL["tokens_planned"] or last["seconds"] >= 60
    for figures in facts["history"]:
        assert {"contract_ap", "design_ap", "report_ap", "contract_tag_map", "meeting_recall10"} <= figures.keys()
        assert all(0 <= value <= 1 for name, value in figures.items() if name not in ("tokens", "steps", "seconds"))
    assert {"contract_scan0_ap", "contract_scan1_ap", "contract_0.2_ap", "contract_0.2_deep"} <= last.keys()
    assert load_file(folder / "model" / WEIGHTS)["encoder.local.0.qkv.weight"].dtype == torch.int8


def test_training_goes_on_from_trained_weights(folder):
    begun = train.Training(RECIPE, folder / "training", begin=folder / "model").model
    weights = train.load_checkpoint(folder / "model" / "model.safetensors", begun.encoder.config)
    for (name, one), other in zip(begun.state_dict().items(), weights.state_dict().values(), strict=True):
        assert torch.equal(one.cpu(), other), name


def test_weights_without_a_network_for_headings_go_on_with_one_and_others_are_refused(folder, tmp_path):
    for name, change in (("plain", {"headings": 0}), ("other", {"headings": 0, "long_layers": 2})):
        model = train.initial_model(folder / "training", replace(RECIPE, **change))
        (tmp_path / name).mkdir()
        train.save_checkpoint(model, tmp_path / name / WEIGHTS)
        facts = {"architecture": asdict(model.encoder.config)}
        (tmp_path / name / "training.json").write_text(json.dumps(facts), "utf-8")
    begun = train.Training(RECIPE, folder / "training", begin=tmp_path / "plain").model
    assert not begun.encoder.headings.up.weight.any()
    with pytest.raises(ValueError, match="another architecture"):
        train.Training(RECIPE, folder / "training", begin=tmp_path / "other")


def test_the_calibrated_model_scores(folder):
    scorer = Scorer(folder / "model", "cpu")
    manifest = json.loads((folder / "model" / MANIFEST).read_text("utf-8"))
    assert manifest["sha256"] == file_sha256(folder / "model" / WEIGHTS)
    assert manifest["calibration"]["kinds"].keys() == {*KINDS, "contract-ja", "query"}
    assert manifest["calibration"]["tags"].keys() == set(KINDS)
    assert len(manifest["calibration"]["relevance"]) == len(FEATURES) + 1
    for name in ("depth", "first", "first_tags"):
        assert manifest["calibration"][name].keys() == set(KINDS)
    english, japanese = (manifest["calibration"]["kinds"][name]["sigmoid"] for name in ("contract", "contract-ja"))
    assert english["slope"] == japanese["slope"]
    assert english["offset"] != japanese["offset"]
    assert [manifest["calibration"]["kinds"][kind]["documents"] for kind in KINDS] == [6, 6, 6]
    for kind in KINDS:
        thresholds = [scorer.threshold(kind, recall) for recall in RECALLS]
        assert all(a >= b for a, b in pairwise(thresholds))
        scores = scorer.score([f"The {IMPORTANT[kind]}.", "The state shall use the fee."], kind=kind)
        assert ((scores.low <= scores.importance) & (scores.importance <= scores.high)).all()
    first = []
    last = scorer.score([f"The {IMPORTANT['contract']}.", "The state shall use the fee."], early=first.append)
    assert len(first) == 1
    assert first[0].importance.shape == last.importance.shape
    assert not np.allclose(first[0].importance, last.importance), "the precise scores are others"
    asked = scorer.score(["The fee is due.", "We decided."], query="fee")
    assert asked.importance[0] > asked.importance[1], "shared words answer a query"


def figures_of(folder: Path, sha256: str) -> Path:
    (folder / "figures.json").write_text(json.dumps({"weights_sha256": sha256, "corpora": []}), "utf-8")
    return folder / "figures.json"


def test_a_release_is_whole_and_holds_its_figures(folder, tmp_path):
    sha256 = file_sha256(folder / "model" / WEIGHTS)
    figures = figures_of(tmp_path, sha256)
    run(release.main, "--model", folder / "model", "--figures", figures, "--out", tmp_path / "out" / "model")
    assert sorted(path.name for path in (tmp_path / "out" / "model").iterdir()) == sorted(
        [WEIGHTS, MANIFEST, TOKENIZER]
    )
    assert Scorer(tmp_path / "out" / "model", "cpu").name.sha256 == sha256
    manifest = json.loads((tmp_path / "out" / "model" / MANIFEST).read_text("utf-8"))
    assert manifest["figures"] == [{"weights_sha256": sha256, "corpora": []}]


def test_figures_of_other_weights_are_refused(folder, tmp_path, capsys):
    figures = figures_of(tmp_path, "0" * 64)
    with pytest.raises(SystemExit) as stopped:
        run(release.main, "--model", folder / "model", "--figures", figures, "--out", tmp_path / "out")
    assert stopped.value.code == 2
    assert "other weights" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_weights_that_are_too_large_are_refused(folder, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(release, "LARGEST", 1000)
    with pytest.raises(SystemExit):
        run(release.main, "--model", folder / "model", "--out", tmp_path / "out")
    assert "1,000 are allowed" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()
