"""Random limits through the GPU's selection, beside the plain one: coverage of each head, density, threshold, floor, ceiling.

TRITON_INTERPRET=1 python -m tests.model.attention.selecting_agreement runs the kernels by Triton's interpreter, without a GPU.
"""

from __future__ import annotations

import argparse
import random
import sys

import torch
from torch import Tensor

from model.attention.config import AdaptiveAttentionConfig
from model.attention.estimators import Features, estimate_mass
from model.attention.layout import Document, make_layout
from model.attention.selection import select

SIZE = 32
HEADS = 2
RUNS = 2


def check(chance: random.Random, device: torch.device, longest: int = 30) -> list[str]:
    """What does not agree in one random case of at most `longest` token blocks; empty where everything does."""
    from model.attention.gpu.selecting import select_on_gpu

    tokens = chance.randint(1, longest * SIZE)
    layout = make_layout(1, tokens, SIZE, device, bounds=(0, chance.randint(0, min(tokens, 5 * SIZE)), tokens))
    is_causal = chance.random() < 0.5
    config = _limits(chance)
    generator = torch.Generator().manual_seed(chance.randrange(2**31))
    probes, keys = (torch.randn(HEADS, layout.blocks * RUNS, 16, generator=generator).to(device) for _ in range(2))
    bias = torch.zeros(1, layout.blocks * RUNS, device=device)
    features = Features(probes * chance.choice([0.0, 0.3, 1.0, 3.0]), keys, bias, RUNS, RUNS)
    shape = (len(layout.documents), HEADS)
    coverage = None
    if config.density is None and config.threshold is None and chance.random() < 0.8:
        coverage = torch.tensor([chance.choice([0.0, 0.5, 0.95, 1.0]) for _ in range(shape[0] * shape[1])]).view(shape)
        coverage = coverage.to(device)

    def estimate(document: Document, first: int, last: int) -> Tensor:
        return estimate_mass(features, document, torch.arange(first, last), is_causal=is_causal)

    plain = select(estimate, HEADS, layout, config, is_causal=is_causal, coverage=coverage, rounded=False)
    ours = select_on_gpu(features, HEADS, layout, config, is_causal=is_causal, coverage=coverage)
    faults = []
    # Rounding of the mass decides what is left out at a coverage of 1 and whether a coverage or a threshold is just met.
    apart = (ours.counts - plain.counts).abs()
    target = torch.full(shape, config.coverage, device=device) if coverage is None else coverage
    row_target = torch.cat([target[i, :, None].expand(-1, d.blocks) for i, d in enumerate(layout.documents)], 1)
    counted = row_target < 1.0
    if int((apart * counted).max()) > (0 if config.density is not None else 2):
        faults.append(f"counts differ by {int((apart * counted).max())}")
    for number, document in enumerate(layout.documents):
        mass = estimate(document, 0, document.blocks)
        mine, theirs = ((mass * each.mask(number)).sum(-1) for each in (ours, plain))
        lost = float((theirs - mine).max())
        if lost > 0.02:
            faults.append(f"a row holds {lost:.3f} less of the mass than the plain one")
    return [f"{config}, {tokens} tokens, causal {is_causal}, coverage {coverage}: {fault}" for fault in faults]


def _limits(chance: random.Random) -> AdaptiveAttentionConfig:
    floor = chance.choice([0, 1, 1, 4, 30])
    way = chance.choice(["coverage", "coverage", "density", "threshold"])
    return AdaptiveAttentionConfig(
        coverage=chance.choice([0.3, 0.9]),
        density=chance.choice([0.01, 0.2, 1.0]) if way == "density" else None,
        threshold=chance.choice([0.002, 0.05, 0.5]) if way == "threshold" else None,
        block_size=SIZE,
        pool=SIZE // RUNS,
        floor=floor,
        ceiling=chance.choice([None, None, max(floor, 1), floor + 8]),
        opening=chance.choice([0, 1]),
        neighbours=chance.choice([0, 1]),
        explored=chance.choice([0, 2]),
        dense_below=0,
        seed=chance.randrange(100),
    )


def main() -> int:
    """Check; returns 1 where something does not agree."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", type=int, default=200)
    parser.add_argument("--longest", type=int, default=30, help="token blocks")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    chance = random.Random(options.seed)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    faults = [fault for _ in range(options.cases) for fault in check(chance, device, options.longest)]
    print(*faults[:50], sep="\n")
    print(f"{options.cases} cases, {len(faults)} disagreements")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
