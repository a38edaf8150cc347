"""Layers as CUDA graphs: what is padded, and, where there is a GPU, that nothing else changes."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from model.encoder import one_after_another
from model.layers import EncoderConfig, LocalLayer
from model.training.graphs import LayerGraphs, _Stack

CONFIG = EncoderConfig(vocabulary=64, width=64, feed_forward=96, local_layers=3, local_heads=4, dropout=0.0)


def test_padding_is_in_sequences_of_its_own_and_their_number_never_changes():
    stack = _Stack(longest=256, sequences=20)
    for ends in ([0, 100, 356, 400], [0, 1]):
        limits = torch.tensor(ends, dtype=torch.int32)
        padded = stack.limits(limits, ends[-1], 1024)
        assert padded.dtype == torch.int32
        assert len(padded) == 21
        assert padded[: len(ends)].tolist() == ends
        assert padded[-1] == 1024
        assert padded.diff().min() >= 0
        assert padded.diff().max() <= 256


def test_layers_without_a_graph_are_gone_through():
    layers = [torch.nn.Identity()]
    layers[0].forward = lambda x, limits, longest: x + longest
    assert LayerGraphs()(layers, torch.zeros(2, 3), torch.tensor([0, 2]), 5).eq(5).all()


@pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no NVIDIA GPU")
def test_graphs_compute_what_the_layers_do():
    torch.manual_seed(0)
    layers = [LocalLayer(replace(CONFIG)).cuda() for _ in range(3)]
    parameters = [parameter for layer in layers for parameter in layer.parameters()]
    for parameter in parameters:
        parameter.grad = torch.zeros_like(parameter)
    graphs = LayerGraphs()
    graphs.capture(layers, 64, longest=256, sequences=767)
    for lengths in ([200, 256, 3], [256] * 20, [256] * 60, [7]):
        limits = torch.tensor([0, *lengths], dtype=torch.int32, device="cuda").cumsum(0).int()
        given = torch.randn(sum(lengths), 64, device="cuda")
        found = []
        for run in (one_after_another, graphs):
            x = given.clone().requires_grad_()
            for parameter in parameters:
                parameter.grad.zero_()
            with torch.autocast("cuda", torch.bfloat16):
                states = run(layers, x, limits, 256)
            states.square().sum().backward()
            graphs.release()
            found.append([states.detach(), x.grad, *(parameter.grad.clone() for parameter in parameters)])
        for plain, replayed in zip(*found, strict=True):
            assert (plain - replayed).norm() <= 0.01 * plain.norm() + 1e-4
