"""Weights on disk: safetensors with int8 matrices (one scale a row), and a manifest beside them that says how they came about."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor

from model.importance import ImportanceModel
from model.layers import EncoderConfig

_SCALE = ".row_scale"


def save_checkpoint(model: ImportanceModel, path: Path) -> None:
    """Write the weights, matrices rounded to int8 by row, vectors as float32, the packed word vectors as they are."""
    tensors: dict[str, Tensor] = {}
    for name, tensor in model.state_dict().items():
        tensor = tensor.detach().cpu()
        if tensor.dim() == 2 and tensor.is_floating_point() and not name.startswith("encoder.embedding."):
            tensors[name], tensors[name + _SCALE] = quantize_rows(tensor.float())
        else:
            tensors[name] = tensor.contiguous()
    save_file(tensors, path)


def load_checkpoint(path: Path, config: EncoderConfig) -> ImportanceModel:
    """The model in evaluation mode, float32 on the CPU. Raises `RuntimeError` where the weights are not those of `config`."""
    tensors = load_file(path)
    state = {
        name: dequantize_rows(tensor, tensors[name + _SCALE]) if name + _SCALE in tensors else tensor
        for name, tensor in tensors.items()
        if not name.endswith(_SCALE)
    }
    model = ImportanceModel(config)
    model.load_state_dict(state)
    return model.eval()


def quantize_rows(matrix: Tensor) -> tuple[Tensor, Tensor]:
    """int8 (rows, columns) and float32 scales (rows,), symmetric: matrix ≈ codes · scale."""
    scale = matrix.abs().amax(1).clamp_min(1e-12) / 127.0
    return torch.round(matrix / scale[:, None]).to(torch.int8), scale


def dequantize_rows(codes: Tensor, scale: Tensor) -> Tensor:
    """The matrix that `quantize_rows` rounded, float32."""
    return codes.float() * scale[:, None]


def file_sha256(path: Path) -> str:
    """Hexadecimal SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write_manifest(path: Path, config: EncoderConfig, facts: dict[str, Any]) -> None:
    """JSON with the architecture and whatever else is to be known of the weights."""
    path.write_text(json.dumps({"architecture": asdict(config), **facts}, indent=1, ensure_ascii=False) + "\n", "utf-8")


def read_manifest(path: Path) -> tuple[EncoderConfig, dict[str, Any]]:
    """The architecture, and the whole manifest."""
    manifest: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return EncoderConfig(**manifest["architecture"]), manifest
