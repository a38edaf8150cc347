"""Products of int8 matrices on a CPU: for the linear layers that lose nothing by it.

Weights are on disk in int8 by row; here they stay so, and what they are multiplied with is rounded to eight bits for each call
(dynamic quantization, as in Jacob et al., arXiv 1712.05877, section 2). Without the instructions of newer processors for it
that is a third faster than float32. The layer after the activation is left out: its inputs have outliers, and rounding them
costs average precision, while rounding the others does not.
"""

from __future__ import annotations

import platform
import warnings
from typing import Any

import torch
from torch import Tensor, nn

from model.checkpoint import quantize_rows
from model.layers import LocalLayer

ROUNDED = ("qkv", "out", "up")
"""Linear layers of a local layer."""

_ENGINES = ("onednn", "x86", "fbgemm")


class RoundedLinear(nn.Module):
    """A linear layer for inference on a CPU, int8 weights by row, inputs rounded to eight bits as a whole."""

    def __init__(self, linear: nn.Linear) -> None:
        super().__init__()
        codes, scales = quantize_rows(linear.weight.detach())
        zeros = torch.zeros(len(scales), dtype=torch.long)
        with warnings.catch_warnings():
            # The constructor is deprecated in favour of compilers; PyTorch is pinned, and this needs none.
            warnings.simplefilter("ignore")
            weight = torch._make_per_channel_quantized_tensor(codes, scales.double(), zeros, 0)
        self._packed: Any = torch.ops.quantized.linear_prepack(weight, linear.bias.detach())

    def forward(self, x: Tensor) -> Tensor:
        """(..., columns) -> (..., rows) float32."""
        # A range reduced by a bit, as sums of two products must fit into sixteen.
        product: Tensor = torch.ops.quantized.linear_dynamic(x, self._packed, True)
        return product


def is_supported() -> bool:
    """Whether this machine's processor and this PyTorch can do it, and faster than float32."""
    x86 = platform.machine().lower() in ("x86_64", "amd64")
    return x86 and any(engine in torch.backends.quantized.supported_engines for engine in _ENGINES)


def round_local_layers(model: nn.Module) -> None:
    """Replace the linear layers named in `ROUNDED` of every local layer. Raises `RuntimeError` where that is not supported."""
    if not is_supported():
        raise RuntimeError("int8 products need an x86 processor and a PyTorch built for it")
    torch.backends.quantized.engine = next(
        engine for engine in _ENGINES if engine in torch.backends.quantized.supported_engines
    )
    for layer in model.modules():
        if isinstance(layer, LocalLayer):
            for name in ROUNDED:
                setattr(layer, name, RoundedLinear(getattr(layer, name)))
