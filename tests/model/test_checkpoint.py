"""Weights on disk and back: within half a step of int8, or refused."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from made_model import TINY, made_model
from safetensors.torch import load_file

from model.checkpoint import (
    dequantize_rows,
    file_sha256,
    load_checkpoint,
    quantize_rows,
    read_manifest,
    save_checkpoint,
    write_manifest,
)
from model.layers import EncoderConfig

pytestmark = pytest.mark.usefixtures("one_thread")


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 6), st.integers(1, 9), st.integers(-6, 6), st.integers(0, 1000))
def test_a_row_is_rounded_by_at_most_half_its_step(rows, columns, exponent, seed):
    matrix = torch.randn(rows, columns, generator=torch.Generator().manual_seed(seed)) * 10.0**exponent
    codes, scale = quantize_rows(matrix)
    assert codes.dtype == torch.int8
    assert int(codes.abs().max()) == 127
    step = matrix.abs().amax(1, keepdim=True) / 127
    assert ((dequantize_rows(codes, scale) - matrix).abs() <= 0.5 * step * (1 + 1e-4)).all()


def test_a_row_of_zeros_stays_zero():
    codes, scale = quantize_rows(torch.zeros(2, 3))
    assert torch.equal(dequantize_rows(codes, scale), torch.zeros(2, 3))
    assert torch.isfinite(scale).all()


def test_a_model_comes_back_within_the_rounding(tmp_path):
    model = made_model()
    save_checkpoint(model, tmp_path / "weights")
    loaded = load_checkpoint(tmp_path / "weights", TINY)
    assert not loaded.training
    state = loaded.state_dict()
    for name, tensor in model.state_dict().items():
        if tensor.dim() == 2 and tensor.is_floating_point() and "embedding." not in name:
            step = tensor.abs().amax(1, keepdim=True) / 127
            assert ((state[name] - tensor).abs() <= 0.5 * step * (1 + 1e-4)).all(), name
            assert not torch.equal(state[name], tensor), f"{name} was rounded"
        else:
            assert torch.equal(state[name], tensor), name
    ids, bounds = torch.arange(4, 44), torch.tensor([0, 11, 25, 40])
    with torch.inference_mode():
        before, after = (each(ids, bounds, [0, 3], None) for each in (model, loaded))
    torch.testing.assert_close(after.importance, before.importance, atol=0.3, rtol=0.1)


def test_saving_what_was_loaded_changes_nothing_more(tmp_path):
    save_checkpoint(made_model(), tmp_path / "first")
    save_checkpoint(load_checkpoint(tmp_path / "first", TINY), tmp_path / "second")
    first, second = (load_file(tmp_path / name) for name in ("first", "second"))
    assert first.keys() == second.keys()
    assert all(torch.equal(first[name], second[name]) for name in first if first[name].dtype == torch.int8)


def test_matrices_take_a_byte_a_weight(tmp_path):
    model = made_model()
    save_checkpoint(model, tmp_path / "weights")
    stored = load_file(tmp_path / "weights")
    assert stored["encoder.local.0.qkv.weight"].dtype == torch.int8
    assert stored["encoder.local.0.qkv.weight.row_scale"].shape == (3 * TINY.width,)
    assert stored["encoder.embedding.codes"].dtype == torch.uint8
    assert stored["encoder.embedding.scales"].dtype == torch.float16
    assert stored["encoder.local.0.qkv.bias"].dtype == torch.float32


@pytest.mark.parametrize(
    "other",
    [
        replace(TINY, width=64),
        replace(TINY, local_layers=1),
        replace(TINY, local_layers=3),
        replace(TINY, window=8),
        replace(TINY, vocabulary=65),
        EncoderConfig(),
    ],
)
def test_weights_of_another_architecture_are_refused(tmp_path, other):
    save_checkpoint(made_model(), tmp_path / "weights")
    with pytest.raises(RuntimeError, match="state_dict"):
        load_checkpoint(tmp_path / "weights", other)


def test_a_manifest_comes_back(tmp_path):
    facts = {"name": "fusen-importance", "note": "付箋", "figures": [{"ap": 0.5}], "nothing": None}
    write_manifest(tmp_path / "manifest.json", TINY, facts)
    config, manifest = read_manifest(tmp_path / "manifest.json")
    assert config == TINY
    assert {name: manifest[name] for name in facts} == facts
    assert "付箋" in (tmp_path / "manifest.json").read_text("utf-8"), "people read it"


def test_a_manifest_with_sizes_unknown_to_the_encoder_is_refused(tmp_path):
    path = tmp_path / "manifest.json"
    path.write_text(json.dumps({"architecture": {"width": 32, "depth": 3}}), "utf-8")
    with pytest.raises(TypeError, match="depth"):
        read_manifest(path)


def test_the_checksum_of_a_file(tmp_path):
    content = bytes(range(256)) * 5000
    (tmp_path / "file").write_bytes(content)
    assert file_sha256(tmp_path / "file") == hashlib.sha256(content).hexdigest()
