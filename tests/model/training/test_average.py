"""Averages of stages: what lies between, and what is refused."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from pathlib import Path

import pytest
import torch

from model.checkpoint import load_checkpoint, save_checkpoint
from model.importance import ImportanceModel
from model.layers import EncoderConfig
from model.scorer import WEIGHTS
from model.training.average import FACTS, average
from tests.model.made_model import TINY, made_model


def written(folder: Path, model: ImportanceModel, config: EncoderConfig = TINY) -> Path:
    folder.mkdir()
    save_checkpoint(model, folder / WEIGHTS)
    (folder / FACTS).write_text(json.dumps({"architecture": asdict(config), "command": f"made {folder.name}"}), "utf-8")
    return folder


def next_stage(model: ImportanceModel, config: EncoderConfig = TINY) -> ImportanceModel:
    """Other weights, the same word vectors."""
    later = made_model(config, seed=1)
    later.encoder.embedding.load_state_dict(model.encoder.embedding.state_dict())
    return later


def test_weights_lie_between_the_stages_by_their_shares(tmp_path: Path) -> None:
    first = made_model()
    last = next_stage(first)
    average([written(tmp_path / "a", first), written(tmp_path / "b", last)], [0.25, 0.75], tmp_path / "out")
    found = load_checkpoint(tmp_path / "out" / WEIGHTS, TINY).state_dict()
    for name, tensor in first.state_dict().items():
        if name.startswith("encoder.embedding."):
            assert torch.equal(found[name], tensor)
            continue
        expected = 0.25 * tensor + 0.75 * last.state_dict()[name]
        # int8 by row rounds each of the three once, by half a step at most.
        assert torch.allclose(found[name], expected, atol=float(expected.abs().max()) / 60)


def test_the_facts_are_those_of_the_last_and_name_every_stage(tmp_path: Path) -> None:
    first = made_model()
    folders = [written(tmp_path / "a", first), written(tmp_path / "b", next_stage(first))]
    average(folders, [0.25, 0.75], tmp_path / "out")
    facts = json.loads((tmp_path / "out" / FACTS).read_text("utf-8"))
    assert facts["architecture"] == asdict(TINY)
    assert [(stage["share"], stage["command"]) for stage in facts["averaged"]] == [(0.25, "made a"), (0.75, "made b")]


def test_what_came_with_the_last_stage_is_taken_from_it(tmp_path: Path) -> None:
    structured = replace(TINY, structure=True)
    with_headings = replace(structured, headings=8)
    first = made_model(structured)
    last = next_stage(first, with_headings)
    folders = [written(tmp_path / "a", first, structured), written(tmp_path / "b", last, with_headings)]
    average(folders, [0.5, 0.5], tmp_path / "out")
    found = load_checkpoint(tmp_path / "out" / WEIGHTS, with_headings).state_dict()
    for name, tensor in load_checkpoint(tmp_path / "b" / WEIGHTS, with_headings).state_dict().items():
        if name.startswith("encoder.headings."):
            assert torch.allclose(found[name], tensor, atol=1e-6)


def test_other_word_vectors_are_refused(tmp_path: Path) -> None:
    folders = [written(tmp_path / "a", made_model()), written(tmp_path / "b", made_model(seed=1))]
    with pytest.raises(ValueError, match=r"of another architecture or base: encoder\.embedding\.codes"):
        average(folders, [0.5, 0.5], tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_an_earlier_stage_with_more_than_the_last_is_refused(tmp_path: Path) -> None:
    larger = replace(TINY, local_layers=3)
    first = made_model(larger)
    folders = [written(tmp_path / "a", first, larger), written(tmp_path / "b", next_stage(first))]
    with pytest.raises(ValueError, match=r"another architecture or base: encoder\.local\.2\."):
        average(folders, [0.5, 0.5], tmp_path / "out")
