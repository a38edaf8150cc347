"""Products in int8 beside float32."""

from __future__ import annotations

import pytest
import torch
from made_model import TINY, made_model

from model import int8

pytestmark = [
    pytest.mark.usefixtures("one_thread"),
    pytest.mark.skipif(not int8.is_supported(), reason="int8 products need an x86 processor"),
]


@pytest.mark.parametrize(("rows", "columns", "outputs"), [(1, 32, 16), (7, 384, 1152), (300, 64, 48)])
def test_a_rounded_layer_is_close_to_the_exact_one(rows, columns, outputs):
    torch.manual_seed(0)
    linear = torch.nn.Linear(columns, outputs)
    x = torch.randn(2, rows, columns)
    exact, rounded = linear(x), int8.RoundedLinear(linear)(x)
    assert rounded.shape == exact.shape
    assert rounded.dtype == torch.float32
    # Two roundings to 1/127 of the largest value, each spread over the columns.
    assert (rounded - exact).norm() < 0.03 * exact.norm()
    assert torch.equal(rounded, int8.RoundedLinear(linear)(x))


def test_the_layers_named_are_replaced_and_no_other():
    model = made_model(TINY)
    before = {name for name, layer in model.named_modules() if isinstance(layer, torch.nn.Linear)}
    int8.round_local_layers(model)
    after = {name for name, layer in model.named_modules() if isinstance(layer, torch.nn.Linear)}
    gone = {f"encoder.local.{i}.{name}" for i in range(TINY.local_layers) for name in int8.ROUNDED}
    assert before - after == gone


def test_where_it_is_not_supported_it_says_so(monkeypatch):
    monkeypatch.setattr(int8.platform, "machine", lambda: "arm64")
    assert not int8.is_supported()
    with pytest.raises(RuntimeError, match="x86"):
        int8.round_local_layers(made_model(TINY))
