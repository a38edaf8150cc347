"""What attention over a whole document costs: adaptive beside dense, at the same lengths, on real text.

    python -m model.evaluation.attention_cost --weights resources/model --data ../shared/data --tokens 60000 --repeats 3

Contracts of the test split, the longest first, are laid end to end and read by the model's local layers, so that queries, keys
and values are those that the whole-document layers meet in use. The seconds are those of attention alone (the adaptive ones
with estimate, selection and audit), summed over the layers, the two ways by turns; the minimum of the repeats is shown, the
median is in the JSON. Beyond `--dense-up-to` tokens dense attention is not measured but extrapolated by the square of the
length, and marked "≈".
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from statistics import median

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from model.attention import AdaptiveAttentionConfig, AttentionResult, CoveredMass, adaptive_attention, dense_attention
from model.attention.audit import combine
from model.checkpoint import file_sha256, load_checkpoint, read_manifest
from model.encoder import Encoder
from model.evaluation.output import circumstances, number, progress, table, write_json
from model.scorer import MANIFEST, TOKENIZER, WEIGHTS
from model.tokenizer import Tokenizer
from model.training.corpora import read_contracts

LENGTHS = (4096, 8192, 16384, 32768)
"""Measured besides the wanted length, as far as they are shorter."""


@dataclass(frozen=True)
class Seconds:
    """Of one way at one length, summed over the layers: minimum and median of the repeats."""

    minimum: float
    median: float


@dataclass(frozen=True)
class Cost:
    """One length. `dense_measured` False: dense seconds are extrapolated, or None where nothing was measured.

    `without_audit` is adaptive attention with the audit switched off; what it saves is what the audit costs.
    """

    tokens: int
    dense: Seconds | None
    dense_measured: bool
    adaptive: Seconds
    without_audit: Seconds
    density: float
    covered_mass: CoveredMass | None
    kernels: tuple[str, ...]

    @property
    def ratio(self) -> float | None:
        """How many times as long dense attention takes."""
        return self.dense.minimum / self.adaptive.minimum if self.dense else None


@dataclass(frozen=True)
class LayerTimes:
    """One whole-document layer: its attention, and the seconds of each repeat; `dense` is empty where it was not measured."""

    result: AttentionResult
    dense: tuple[float, ...]
    adaptive: tuple[float, ...]
    without_audit: tuple[float, ...]


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print a table, write JSON. Returns the exit status."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    parser = _parser()
    options = parser.parse_args(given)
    if not (options.weights / MANIFEST).is_file():
        parser.error(f"no weights at {options.weights}")
    if options.device == "cuda" and not torch.cuda.is_available():
        parser.error("there is no GPU that torch can use")
    architecture, _ = read_manifest(options.weights / MANIFEST)
    encoder = load_checkpoint(options.weights / WEIGHTS, architecture).encoder.to(options.device)
    ids = contract_tokens(options.data, Tokenizer(options.weights / TOKENIZER), options.tokens)
    if not len(ids):
        parser.error(f"no contract of the test split in {options.data}")
    lengths = [*(length for length in LENGTHS if length < len(ids)), len(ids)]
    config = AdaptiveAttentionConfig(coverage=options.coverage, seed=options.seed)
    costs = measure(
        encoder, torch.from_numpy(ids).to(options.device), lengths, config, options.repeats, options.dense_up_to
    )
    print(described(costs))
    if options.json:
        facts = {
            **circumstances("model.evaluation.attention_cost", given),
            "weights_sha256": file_sha256(options.weights / WEIGHTS),
            "config": asdict(config),
            "layers": len(encoder.long_layers()),
            "lengths": [{**asdict(cost), "ratio": cost.ratio} for cost in costs],
        }
        write_json(options.json, facts)
    return 0


def contract_tokens(data: Path, tokenizer: Tokenizer, wanted: int) -> NDArray[np.int64]:
    """Token ids of test contracts laid end to end, cut at `wanted`; fewer where all together are shorter.

    The longest contract comes first: attention to one long document is what is asked about, and parts of different documents
    attend to each other less than parts of one.
    """
    contracts = [document for document in read_contracts(data) if document.split == "test" and document.spans]
    parts = [np.zeros(0, np.int64)]
    for document in sorted(contracts, key=lambda document: len(document.text), reverse=True):
        ids, _ = tokenizer.encode([document.text[start:end] for start, end in document.spans])
        parts.append(ids.astype(np.int64))
        if sum(map(len, parts)) >= wanted:
            break
    return np.concatenate(parts)[:wanted]


@torch.inference_mode()
def measure(
    encoder: Encoder,
    ids: Tensor,
    lengths: Sequence[int],
    config: AdaptiveAttentionConfig,
    repeats: int,
    dense_up_to: int,
) -> list[Cost]:
    """Costs at `lengths`, ascending: beginnings of `ids` (tokens,), read as one document."""
    states = encoder.read_locally(ids, [0, len(ids)])
    costs: list[Cost] = []
    for done, tokens in enumerate(lengths):
        progress("lengths", done, len(lengths))
        layers = _read(encoder, states[:tokens], config, repeats, dense=tokens <= dense_up_to)
        measured = [cost for cost in costs if cost.dense_measured]
        costs.append(_cost(tokens, layers, measured[-1] if measured else None))
    progress("lengths", len(lengths), len(lengths))
    return costs


def described(costs: Sequence[Cost]) -> str:
    """The table for people; "≈" marks what was extrapolated."""
    header = [
        "tokens",
        "dense s",
        "adaptive s",
        "without audit s",
        "dense / adaptive",
        "density",
        "covered mass",
        "95 %",
    ]
    return table(header, [_cells(cost) for cost in costs])


def _cells(cost: Cost) -> list[str]:
    mark = "" if cost.dense_measured else "≈ "
    mass = cost.covered_mass
    return [
        f"{cost.tokens:,}",
        mark + number(cost.dense.minimum) if cost.dense else "–",
        number(cost.adaptive.minimum),
        number(cost.without_audit.minimum),
        mark + number(cost.ratio, 1) if cost.dense else "–",
        number(cost.density),
        number(mass.estimate if mass else None, 4),
        f"[{mass.low:.4f}, {mass.high:.4f}]" if mass else "–",
    ]


def _read(
    encoder: Encoder, x: Tensor, config: AdaptiveAttentionConfig, repeats: int, *, dense: bool
) -> list[LayerTimes]:
    """Time each whole-document layer on `x` (tokens, width); the next layer reads what the adaptive one wrote, as in use."""
    times = []
    for place, layer in enumerate(encoder.long_layers()):
        seeded = replace(config, seed=config.seed + place)
        times.append(_time(*layer.attention_input(x), seeded, repeats, dense=dense))
        x = layer.after_attention(x, times[-1].result.output[0].transpose(0, 1).flatten(1))
    return times


def _time(
    query: Tensor, key: Tensor, value: Tensor, config: AdaptiveAttentionConfig, repeats: int, *, dense: bool
) -> LayerTimes:
    unaudited = replace(config, audit_rows=0)
    seconds: dict[str, list[float]] = {"dense": [], "adaptive": [], "without audit": []}
    ways: dict[str, Callable[[], object]] = {
        "adaptive": lambda: adaptive_attention(query, key, value, config=config),
        "without audit": lambda: adaptive_attention(query, key, value, config=unaudited),
    }
    if dense:
        ways["dense"] = lambda: dense_attention(query, key, value)
    result = adaptive_attention(query, key, value, config=config)  # also warms up
    for _ in range(repeats):
        # By turns, so that a busy spell of the machine meets every way.
        for name, way in ways.items():
            seconds[name].append(timed(way, query.device))
    return LayerTimes(result, tuple(seconds["dense"]), tuple(seconds["adaptive"]), tuple(seconds["without audit"]))


def timed(work: Callable[[], object], device: torch.device) -> float:
    """Seconds that `work` takes, until the device is done."""
    synchronize(device)
    started = time.perf_counter()
    work()
    synchronize(device)
    return time.perf_counter() - started


def synchronize(device: torch.device) -> None:
    """Wait for a GPU; the CPU never runs ahead."""
    if device.type == "cuda":
        torch.cuda.synchronize(device)


def _cost(tokens: int, layers: Sequence[LayerTimes], longest_measured: Cost | None) -> Cost:
    measured = bool(layers[0].dense)
    dense = None
    if measured:
        dense = _summed([layer.dense for layer in layers])
    elif longest_measured is not None and longest_measured.dense is not None:
        factor = (tokens / longest_measured.tokens) ** 2
        dense = Seconds(longest_measured.dense.minimum * factor, longest_measured.dense.median * factor)
    audits = [layer.result.covered_mass for layer in layers if layer.result.covered_mass is not None]
    return Cost(
        tokens,
        dense,
        measured,
        _summed([layer.adaptive for layer in layers]),
        _summed([layer.without_audit for layer in layers]),
        sum(layer.result.density for layer in layers) / len(layers),
        combine(audits) if audits else None,
        tuple(layer.result.kernel for layer in layers),
    )


def _summed(layers: Sequence[Sequence[float]]) -> Seconds:
    return Seconds(sum(min(repeats) for repeats in layers), sum(median(repeats) for repeats in layers))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m model.evaluation.attention_cost",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--weights", type=Path, default=Path("resources/model"), help="folder of weights and manifest")
    parser.add_argument("--data", type=Path, required=True, help="folder of the labelled documents")
    parser.add_argument("--tokens", type=int, default=60_000, help="the longest length")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--dense-up-to", type=int, default=16_384, help="measure dense attention up to so many tokens")
    parser.add_argument("--device", choices=["cpu", "cuda"], default="cpu")
    parser.add_argument("--coverage", type=float, default=AdaptiveAttentionConfig().coverage)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--json", type=Path, help="where to write all figures")
    return parser


if __name__ == "__main__":
    raise SystemExit(main())
