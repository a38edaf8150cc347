"""Random shapes through the GPU kernels, beside the plain reference: forward, backward, selection and audit.

    python -m tests.model.attention.agreement --cases 2000 --seed 0        # on a machine with an NVIDIA GPU
    TRITON_INTERPRET=1 python -m tests.model.attention.agreement --cases 6 # anywhere, by Triton's interpreter

Yardstick: PyTorch's own `scaled_dot_product_attention` in the same dtype with the same mask. Against the reference in float64 the
kernels' relative error may be twice PyTorch's (three times in float32, whose products are three tf32 ones), forward and backward.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import random
import sys
from dataclasses import dataclass, replace

import torch
import torch.nn.functional as F
from torch import Tensor

from model.attention.adaptive import attend, choose
from model.attention.audit import Drawn, covered_rows, draw, guessed_missed, uniform
from model.attention.config import AdaptiveAttentionConfig
from model.attention.dense import reference_attention, repeat_heads
from model.attention.estimators import PooledEstimator, estimate_mass
from model.attention.layout import Document, Layout, make_layout
from model.attention.pilot import exact_mass, pilot_tokens
from model.attention.selection import Selection, select

FLOOR = {torch.float32: 2.0**-16, torch.float16: 2.0**-12, torch.bfloat16: 2.0**-9}
"""What a gradient that is exactly zero may be off by, relative to a tenth of the gradient of the output.

A token that sees itself alone has such gradients: the difference of two sums of the same products. In half precision the
rounding of the output rules (half a unit). In float32 the order of summing does: over 80,000 draws of one token two float32
sums differ, in this measure, by 8e-7 in the median, 6e-6 in 99.9 % and 9e-6 at most.
"""
SLACK = {torch.float32: 3.0, torch.float16: 2.0, torch.bfloat16: 2.0}


@dataclass(frozen=True)
class Kind:
    """What the compiler makes a kernel of its own for."""

    dtype: torch.dtype
    width: int
    block_size: int
    pool: int
    is_causal: bool
    group: int


@dataclass(frozen=True)
class Case:
    """One random shape. `padding`: tokens of padding on the left (negative: on the right) of the last row."""

    kind: Kind
    batch: int
    key_heads: int
    tokens: int
    bounds: tuple[int, ...] | None
    padding: int
    coverage: float
    transposed: bool
    seed: int


KINDS = [
    Kind(dtype, width, block_size, pool, is_causal, group)
    for dtype, width, block_size, pool, is_causal, group in [
        (torch.bfloat16, 32, 64, 16, False, 1),
        (torch.bfloat16, 64, 64, 16, True, 2),
        (torch.bfloat16, 64, 128, 32, False, 1),
        (torch.bfloat16, 128, 128, 64, True, 4),
        (torch.bfloat16, 128, 128, 32, False, 2),
        (torch.bfloat16, 256, 64, 32, True, 4),
        (torch.float16, 32, 32, 8, True, 2),
        (torch.float16, 64, 128, 64, True, 1),
        (torch.float16, 128, 64, 32, False, 4),
        (torch.float16, 128, 128, 64, False, 1),
        (torch.float32, 32, 64, 16, True, 1),
        (torch.float32, 64, 64, 16, False, 2),
        (torch.float32, 128, 128, 32, True, 2),
        (torch.float32, 64, 32, 16, False, 1),
    ]
]


def made_case(kind: Kind, chance: random.Random, longest: int) -> Case:
    """A random shape of a kind: whole rows, padded rows, or documents packed end to end, some of them empty."""
    shape = chance.choice(["rows", "padded", "packed"])
    tokens = chance.choice([1, chance.randint(1, longest), chance.randint(1, longest), chance.randint(1, longest)])
    bounds, padding = None, 0
    if shape == "packed":
        bounds = (0, *sorted(chance.randint(0, tokens) for _ in range(chance.randint(0, 4))), tokens)
    if shape == "padded":
        padding = chance.randint(-tokens + 1, tokens - 1)
    return Case(
        kind,
        batch=1 if shape == "packed" else chance.randint(1, 2),
        key_heads=chance.randint(1, 2),
        tokens=tokens,
        bounds=bounds,
        padding=padding,
        coverage=chance.choice([0.3, 0.6, 0.9]),
        transposed=chance.random() < 0.5,
        seed=chance.randrange(2**31),
    )


def check(case: Case, device: torch.device) -> list[str]:
    """What does not agree; empty where everything does."""
    kind = case.kind
    query, key, value, gradient = _inputs(case, device)
    layout = _layout(case, device)
    scale = kind.width**-0.5
    config = AdaptiveAttentionConfig(
        coverage=case.coverage, block_size=kind.block_size, pool=kind.pool, floor=1, dense_below=0
    )
    selection = _selected(query, key, layout, config, scale, kind.is_causal)
    ours, logsum = attend(query, key, value, selection, "triton", scale, sums=True)
    found = (ours, *torch.autograd.grad(ours, (query, key, value), gradient))
    allowed = visible(selection)
    exact = _reference(query, key, value, gradient, allowed, scale)
    usual = _pytorch(query, key, value, gradient, allowed, scale)
    faults = []
    for name, mine, truth, theirs in zip(("output", "query", "key", "value"), found, exact, usual, strict=True):
        error, yardstick = _error(mine, truth, gradient), _error(theirs, truth, gradient)
        if not error <= SLACK[kind.dtype] * yardstick + FLOOR[kind.dtype]:
            faults.append(f"{name}: error {error:.2e}, PyTorch's {yardstick:.2e}")
    faults += _in_step_faults(query.detach(), key.detach(), value.detach(), selection, scale)
    faults += _selection_faults(query, key, selection, config, scale)
    faults += _audit_faults(query.detach(), key.detach(), selection, logsum, scale)
    return faults + _pilot_faults(query.detach(), key.detach(), selection, scale)


def visible(selection: Selection) -> Tensor:
    """(batch, heads, tokens, tokens) bool: the token pairs that a selection computes."""
    layout, size = selection.layout, selection.layout.block_size
    allowed = torch.zeros(
        layout.batch, selection.heads, layout.tokens, layout.tokens, dtype=torch.bool, device=layout.device
    )
    for number, document in enumerate(layout.documents):
        mask = selection.mask(number).repeat_interleave(size, 1).repeat_interleave(size, 2)
        mask = mask[:, : document.tokens, : document.tokens]
        if selection.is_causal:
            mask = mask.tril()
        span = slice(document.start, document.start + document.tokens)
        allowed[document.row, :, span, span] = mask
    return allowed


def _inputs(case: Case, device: torch.device) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    generator = torch.Generator().manual_seed(case.seed)
    kind = case.kind

    def drawn(heads: int) -> Tensor:
        made = torch.randn(case.batch, case.tokens, heads, kind.width, generator=generator).transpose(1, 2)
        made = made.to(device, kind.dtype)
        return (made if case.transposed else made.contiguous()).requires_grad_()

    heads = case.key_heads * kind.group
    query, key, value = drawn(heads), drawn(case.key_heads), drawn(case.key_heads)
    gradient = torch.randn(query.shape, generator=generator).to(device, kind.dtype)
    return query, key, value, gradient


def _layout(case: Case, device: torch.device) -> Layout:
    mask = None
    if case.padding:
        mask = torch.zeros(case.batch, case.tokens, dtype=torch.bool)
        span = slice(0, case.padding) if case.padding > 0 else slice(case.tokens + case.padding, case.tokens)
        mask[-1, span] = True
    return make_layout(case.batch, case.tokens, case.kind.block_size, device, key_padding_mask=mask, bounds=case.bounds)


@torch.no_grad()
def _selected(
    query: Tensor, key: Tensor, layout: Layout, config: AdaptiveAttentionConfig, scale: float, is_causal: bool
) -> Selection:
    from model.attention.gpu.selecting import pooled_features

    features = pooled_features(query, key, layout, scale, config.pool, spread=True)
    if query.device.type == "cpu":
        # Triton's interpreter multiplies the bits of bfloat16 as whole numbers.
        features = replace(features, probes=features.probes.float(), features=features.features.float())
    return choose(features, query.shape[1], layout, config, "triton", is_causal=is_causal)


def _reference(
    query: Tensor, key: Tensor, value: Tensor, gradient: Tensor, allowed: Tensor, scale: float
) -> tuple[Tensor, ...]:
    doubled = [tensor.detach().double().requires_grad_() for tensor in (query, key, value)]
    output, _ = reference_attention(*doubled, allowed, scale)
    return output, *torch.autograd.grad(output, doubled, gradient.double())


def _pytorch(
    query: Tensor, key: Tensor, value: Tensor, gradient: Tensor, allowed: Tensor, scale: float
) -> tuple[Tensor, ...]:
    own = [tensor.detach().requires_grad_() for tensor in (query, key, value)]
    heads = query.shape[1]
    output = F.scaled_dot_product_attention(
        own[0], repeat_heads(own[1], heads), repeat_heads(own[2], heads), attn_mask=allowed, scale=scale
    )
    output = torch.where(allowed.any(-1, keepdim=True), output, 0.0)
    return output, *(g.nan_to_num(0.0) for g in torch.autograd.grad(output, own, gradient))


@torch.no_grad()
def _error(found: Tensor, truth: Tensor, gradient: Tensor) -> float:
    """Relative error; NaN never passes a comparison. What is tiny beside the output's gradient is compared with that."""
    size = torch.maximum(truth.norm(), 0.1 * gradient.double().norm())
    return float((found.double() - truth).norm() / size)


def _selection_faults(
    query: Tensor, key: Tensor, selection: Selection, config: AdaptiveAttentionConfig, scale: float
) -> list[str]:
    """Beside the plain selection from the plain estimate in float32: as large, and holding what was asked for by that estimate.

    Which of two nearly equal key blocks is taken may differ, since rounding to bfloat16 decides it.
    """
    features = PooledEstimator(config.pool).plain(query.detach().float(), key.detach().float(), selection.layout, scale)

    def estimate(document: Document, first: int, last: int) -> Tensor:
        return estimate_mass(features, document, torch.arange(first, last), is_causal=selection.is_causal)

    plain = select(estimate, selection.heads, selection.layout, config, is_causal=selection.is_causal, rounded=False)
    larger = int((selection.counts - plain.counts).abs().max())
    faults = [f"selection: {larger} pairs of a row differ"] if larger > 1 + 0.1 * int(plain.counts.max()) else []
    for number, document in enumerate(selection.layout.documents):
        mass = estimate(document, 0, document.blocks)
        ours, theirs = ((mass * each.mask(number)).sum(-1) for each in (selection, plain))
        lost = float((theirs.clamp_max(config.coverage) - ours).max())
        if lost > 0.02:
            faults.append(f"selection: a row holds {lost:.3f} less of the mass than it shall")
    return faults


def _audit_faults(query: Tensor, key: Tensor, selection: Selection, logsum: Tensor, scale: float) -> list[str]:
    """The same chances draw the same rows, with the same weights, and find the same covered mass, in one document."""
    layout = selection.layout
    if len(layout.documents) != 1:
        return []
    from model.attention.gpu.auditing import draw_rows, weighted_missed

    faults = [] if not logsum.requires_grad else ["audit: the sums are differentiated"]
    ours = draw_rows(selection, logsum, uniform(selection.heads, 8, 0).to(query.device), step=2)
    plain = draw(layout, 8, 0, guessed_missed(selection, logsum))
    differ = (ours.tokens != plain.tokens) | ((ours.weights - plain.weights).abs() > 1e-4 * plain.weights)
    # A chance that lies on the edge between two rows may be rounded to either.
    if int(differ.sum()) > 0.05 * differ.numel():
        faults.append(f"audit: {int(differ.sum())} of {differ.numel()} rows are drawn otherwise")
    theirs = Drawn(ours.tokens.long(), ours.weights)
    expected = 1.0 - covered_rows(query, key, selection, theirs, scale, logsum)
    missed = weighted_missed(query, key, selection, ours, scale, chunk=64) / ours.weights
    worst = float((missed - expected).abs().max())
    return faults if worst < 2e-4 else [*faults, f"audit: covered mass is off by {worst:.1e}"]


def _in_step_faults(query: Tensor, key: Tensor, value: Tensor, selection: Selection, scale: float) -> list[str]:
    """On a Hopper GPU query blocks that are launched a few at a time give the same numbers as all at once."""
    from model.attention.gpu.hopper import hopper_forward, hopper_takes

    if not hopper_takes(query, selection):
        return []
    together, few = (hopper_forward(query, key, value, selection, scale, in_step=step)[0] for step in (0, 3))
    return [] if torch.equal(together, few) else ["in step: other numbers"]


def _pilot_faults(query: Tensor, key: Tensor, selection: Selection, scale: float) -> list[str]:
    """The exact mass of some rows, document by document."""
    from model.attention.gpu.auditing import mass_by_block

    worst = 0.0
    for document in selection.layout.documents:
        tokens = pilot_tokens(document, AdaptiveAttentionConfig()).to(query.device)
        place = document, selection.layout.block_size, tokens, scale
        ours = mass_by_block(query, key, *place, is_causal=selection.is_causal)
        plain = exact_mass(query.float(), key.float(), *place, is_causal=selection.is_causal)
        worst = max(worst, float((ours - plain).abs().max()))
    return [] if worst < 2e-4 else [f"pilot: mass is off by {worst:.1e}"]


def run(kind: Kind, cases: int, seed: int, longest: int, device_type: str) -> tuple[int, list[str]]:
    """(cases checked, what does not agree) of one kind."""
    chance = random.Random(f"{seed} {kind}")
    faults = []
    for _ in range(cases):
        case = made_case(kind, chance, longest)
        faults += [f"{case}: {fault}" for fault in check(case, torch.device(device_type))]
    return cases, faults


def main() -> int:
    """Check; returns 1 where something does not agree."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", type=int, default=2000, help="in all, spread over the kinds")
    parser.add_argument("--longest", type=int, default=700, help="tokens")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--processes", type=int, default=8)
    options = parser.parse_args()
    interpreted = os.environ.get("TRITON_INTERPRET") == "1"
    if not interpreted and not torch.cuda.is_available():
        parser.error("there is no NVIDIA GPU; TRITON_INTERPRET=1 runs the kernels without one")
    # The interpreter has no products of bfloat16.
    kinds = [kind for kind in KINDS if not (interpreted and kind.dtype == torch.bfloat16)]
    each = -(-options.cases // len(kinds))
    work = [(kind, each, options.seed, options.longest, "cpu" if interpreted else "cuda") for kind in kinds]
    if interpreted:
        done = [run(*arguments) for arguments in work]
    else:
        with multiprocessing.get_context("spawn").Pool(options.processes) as pool:
            done = pool.starmap(run, work)
    faults = [fault for _, found in done for fault in found]
    print(*faults[:50], sep="\n")
    print(f"{sum(count for count, _ in done)} cases, {len(faults)} disagreements")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
