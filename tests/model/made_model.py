"""A model small enough to try anything with: made-up weights, of which none is zero."""

from __future__ import annotations

import torch

from model.importance import ImportanceModel
from model.layers import EncoderConfig

TINY = EncoderConfig(
    vocabulary=64,
    width=32,
    feed_forward=48,
    local_layers=2,
    local_heads=4,
    window=7,
    long_layers=2,
    long_heads=2,
    dropout=0.1,
)


def made_model(config: EncoderConfig = TINY, seed: int = 0) -> ImportanceModel:
    """Random weights everywhere, the layers that start as the identity included; in evaluation mode."""
    generator = torch.Generator().manual_seed(seed)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)  # what the layers start from, which else depends on what ran before
        model = ImportanceModel(config)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(0.3 * torch.randn(parameter.shape, generator=generator))
        embedding = model.encoder.embedding
        embedding.codes.random_(0, 256, generator=generator)
        embedding.scales.copy_(0.05 + 0.1 * torch.rand(embedding.scales.shape, generator=generator))
    return model.eval()
