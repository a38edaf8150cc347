"""Importance estimators beside each other: the attention mass that they cover, at what density, and how long they take.

    python -m model.evaluation.estimators --data ../shared/data --split test --learned build/estimator.safetensors --json OUT

Long documents of the split, contracts, design documents and Japanese ones by turns, are read densely by the model; in each
whole-document layer every estimator sees the same queries and keys. The exact mass is computed of all rows of query blocks
that are drawn at random, the same for all estimators; "oracle" selects by it, "random" by lot. All selections keep what
is always kept (own block, neighbours, opening, one explored), which is why a small density may be passed. `--recorded` compares
on queries and keys of another model, that `Recorder` wrote.

At a fixed density the table gives the mean exact mass covered. At a coverage it gives the exact mass where the estimate is
believed, which is less than was asked for where the estimate is overconfident; and, with what a pilot of a few exact rows
asks of the estimate, the exact mass and the density that was taken for it. Milliseconds are those of scoring all query blocks
of one document in one layer, without selecting, the median of repeats by turns.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import mean, median

import torch
from safetensors import safe_open
from safetensors.torch import save_file
from torch import Tensor

from model.attention import AdaptiveAttentionConfig, Selection
from model.attention.estimators import (
    AntidiagonalEstimator,
    Estimator,
    Features,
    PooledEstimator,
    estimate_mass,
)
from model.attention.estimators.learned import LearnedEstimator, load_learned
from model.attention.layout import Layout, make_layout
from model.attention.pilot import calibrated_coverage
from model.attention.selection import select
from model.checkpoint import file_sha256, load_checkpoint, read_manifest
from model.evaluation.attention_cost import timed
from model.evaluation.output import circumstances, number, progress, table, write_json
from model.scorer import MANIFEST, TOKENIZER, WEIGHTS
from model.tokenizer import Tokenizer
from model.training.estimator import FILES, dense_mass, long_documents, read_densely

DENSITIES = (0.01, 0.02, 0.05, 0.1, 0.2)
COVERAGES = (0.9, 0.95)
BLOCK_SIZES = (64, 128)
POOLS = (8, 16, 32, 64)
STRIDES = (8, 16)
ORACLE, RANDOM, KEPT = "oracle", "random", "always kept only"

_TILE_ELEMENTS = 1 << 23
"""So many estimates are held at once, as in selecting."""


@dataclass(frozen=True)
class Recorded:
    """Queries (1, heads, tokens, head_dim) and keys (1, key heads, tokens, head_dim) of one document in one layer."""

    document: str
    layer: int
    query: Tensor
    key: Tensor
    scale: float
    is_causal: bool = False


@dataclass(frozen=True)
class Point:
    """What one selection covers: exact and estimated mass, and density, means over heads and drawn query blocks."""

    covered: float
    estimated: float
    density: float


@dataclass(frozen=True)
class Measured:
    """One estimator on one document in one layer; keys are the densities and coverages asked for.

    `at_coverage` with a pilot, `believed` without one; for oracle and random, which no pilot calibrates, they are the same.
    """

    milliseconds: float | None
    at_density: dict[float, Point]
    at_coverage: dict[float, Point]
    believed: dict[float, Point]


@dataclass(frozen=True)
class Summary:
    """Over all documents and layers: means, and the least covered."""

    covered: float
    worst: float
    estimated: float
    density: float


@dataclass(frozen=True)
class Row:
    """One estimator at one block size."""

    block_size: int
    estimator: str
    milliseconds: float | None
    at_density: dict[float, Summary]
    at_coverage: dict[float, Summary]
    believed: dict[float, Summary]


class Recorder:
    """Collects queries and keys while a model reads; `record` is called wherever they are at hand, layer after layer."""

    def __init__(self) -> None:
        self._tensors: dict[str, Tensor] = {}

    def record(self, query: Tensor, key: Tensor) -> None:
        """`query` (1, heads, tokens, head_dim), `key` (1, key heads, tokens, head_dim), as attention multiplies them."""
        count = len(self._tensors) // 2
        for name, tensor in (("query", query), ("key", key)):
            self._tensors[f"{name}.{count}"] = (
                tensor.detach().float().cpu().clone(memory_format=torch.contiguous_format)
            )

    def save(self, path: Path, *, is_causal: bool, layers: int | None = None, scale: float | None = None) -> None:
        """Write them; `layers` were recorded of each document (all of one, by default), `scale` defaults to 1/√head_dim."""
        query = self._tensors["query.0"]
        described = {
            "causal": str(int(is_causal)),
            "layers": str(layers or len(self._tensors) // 2),
            "scale": repr(scale or query.shape[-1] ** -0.5),
        }
        save_file(self._tensors, path, described)


def read_recorded(path: Path) -> Iterator[Recorded]:
    """The pairs that a `Recorder` wrote, one at a time; layers of a document are numbered from 0."""
    with safe_open(path, "pt") as file:
        described = file.metadata() or {}
        pairs = len(file.keys()) // 2
        layers = int(described.get("layers", pairs))
        for place in range(pairs):
            query, key = file.get_tensor(f"query.{place}"), file.get_tensor(f"key.{place}")
            scale = float(described.get("scale", query.shape[-1] ** -0.5))
            document, layer = divmod(place, layers)
            yield Recorded(f"{path.stem} {document}", layer, query, key, scale, described.get("causal") == "1")


def read_documents(data: Path, split: str, weights: Path, documents: int, tokens: int, seed: int) -> Iterator[Recorded]:
    """Documents of the split of at least half of `tokens`, cut there, kinds by turns, read densely by the model in `weights`."""
    architecture, _ = read_manifest(weights / MANIFEST)
    encoder = load_checkpoint(weights / WEIGHTS, architecture).encoder
    tokenizer = Tokenizer(weights / TOKENIZER)
    waiting = [long_documents(data, split, kind, tokenizer, tokens // 2, tokens, seed) for kind in FILES]
    read = 0
    while waiting and read < documents:
        kind = waiting.pop(0)
        found = next(kind, None)
        if found is None:
            continue
        waiting.append(kind)
        read += 1
        progress("documents", read, documents)
        for layer, (query, key) in enumerate(read_densely(encoder, found[1])):
            yield Recorded(found[0], layer, query, key, query.shape[-1] ** -0.5)


def estimators_for(
    block_size: int, layer: int, learned: Mapping[int, LearnedEstimator] | None = None
) -> dict[str, Estimator]:
    """By the names in the table: those that fit the block size, and the learned one of the layer where there is one."""
    found: dict[str, Estimator] = {}
    for pool in POOLS:
        if block_size % pool == 0:
            found[f"pooled {pool}"] = PooledEstimator(pool)
            found[f"mean {pool}"] = PooledEstimator(pool, spread=False)
    found |= {f"antidiagonal {stride}": AntidiagonalEstimator(stride) for stride in STRIDES if block_size % stride == 0}
    if learned:
        found["learned"] = learned[layer]
    return found


def estimate_all(features: Features, layout: Layout, *, is_causal: bool) -> Tensor:
    """(heads, query blocks, key blocks) estimated mass of the only document, a tile of query blocks at a time."""
    (document,) = layout.documents
    size = len(features.probes) * document.blocks * features.query_runs * features.key_runs
    tile = max(1, _TILE_ELEMENTS // size)
    parts = [
        estimate_mass(features, document, blocks, is_causal=is_causal)
        for blocks in torch.split(torch.arange(document.blocks), tile)
    ]
    return torch.cat(parts, dim=1)


@torch.inference_mode()
def measure(
    recorded: Recorded, block_size: int, estimators: Mapping[str, Estimator], drawn: int, repeats: int, seed: int
) -> dict[str, Measured]:
    """All estimators, and oracle, random and what is always kept, on one document in one layer.

    `drawn` query blocks are looked at exactly; `repeats` are timed, none where 0.
    """
    query, key, is_causal = recorded.query, recorded.key, recorded.is_causal
    layout = make_layout(1, query.shape[2], block_size, query.device)
    generator = torch.Generator().manual_seed(seed)
    blocks = torch.randperm(layout.blocks, generator=generator)[:drawn].sort().values
    exact = dense_mass(query, key, blocks.tolist(), block_size, recorded.scale, is_causal=is_causal)
    works = {
        name: _work(estimator, query, key, layout, recorded.scale, is_causal=is_causal)
        for name, estimator in estimators.items()
    }
    masses = {name: work() for name, work in works.items()}  # also warms up
    seconds: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(repeats):
        for name, work in works.items():
            seconds[name].append(timed(work, query.device))
    known = torch.zeros(query.shape[1], layout.blocks, layout.blocks)
    known[:, blocks] = exact
    lot = torch.rand(known.shape, generator=generator)
    masses |= {RANDOM: lot / lot.sum(-1, keepdim=True), ORACLE: known}
    found = {}
    for name, mass in masses.items():
        took = 1000 * median(seconds[name]) if seconds.get(name) else None
        targets = _piloted(recorded, estimators[name], layout, seed) if name in estimators else {}
        found[name] = _measured(mass, exact, blocks, layout, took, targets, seed, is_causal=is_causal)
    nothing = {0.0: _point(known, exact, blocks, layout, _config(layout, seed, density=1e-9), is_causal=is_causal)}
    return found | {KEPT: Measured(None, nothing, {}, {})}


def summarise(block_size: int, measured: Sequence[Mapping[str, Measured]]) -> list[Row]:
    """Rows of the estimators that were measured on every document in every layer."""
    rows = []
    for name in measured[0]:
        each = [one[name] for one in measured]
        times = [one.milliseconds for one in each if one.milliseconds is not None]
        rows.append(
            Row(
                block_size,
                name,
                mean(times) if times else None,
                _summaries([one.at_density for one in each]),
                _summaries([one.at_coverage for one in each]),
                _summaries([one.believed for one in each]),
            )
        )
    return rows


def described(rows: Sequence[Row]) -> str:
    """One block size, for people."""
    (kept,) = (row for row in rows if row.estimator == KEPT)
    alone = kept.at_density[0.0]
    heading = (
        f"token blocks of {rows[0].block_size}; what is always kept covers {alone.covered:.4f} (worst {alone.worst:.4f}) "
        f"at density {alone.density:.4f}"
    )
    header = ["estimator", "ms", *(f"mass at {density:g}" for density in DENSITIES), "worst at 0.05"]
    for coverage in COVERAGES:
        header += [f"believed {coverage:g}: mass", f"piloted {coverage:g}: mass", "worst", "density"]
    return f"{heading}\n\n{table(header, [_cells(row) for row in rows if row is not kept])}\n"


def main(arguments: Sequence[str] | None = None) -> int:
    """Compare, print a table for each block size, write JSON and a plot. Returns the exit status."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    parser = _parser()
    options = parser.parse_args(given)
    learned = sha256 = None
    if not options.recorded:
        if not options.data or not (options.weights / MANIFEST).is_file():
            parser.error(f"no --recorded, and no --data or no weights at {options.weights}")
        sha256 = file_sha256(options.weights / WEIGHTS)
    if options.learned:
        try:
            learned, _ = load_learned(options.learned, sha256)
        except (FileNotFoundError, ValueError) as error:
            parser.error(str(error))
    measured, named = _measure_all(options, learned)
    if not named:
        parser.error(f"no document of {options.tokens // 2} tokens in split {options.split} of {options.data}")
    rows = {size: summarise(size, each) for size, each in measured.items()}
    for each in rows.values():
        print(described(each), flush=True)
    if options.plot:
        plot(rows, options.plot)
    if options.json:
        facts = {
            **circumstances("model.evaluation.estimators", given),
            "weights_sha256": sha256,
            "learned_sha256": file_sha256(options.learned) if options.learned else None,
            "pairs": named,
            "rows": [asdict(row) for each in rows.values() for row in each],
            "each": {size: [{k: asdict(v) for k, v in one.items()} for one in m] for size, m in measured.items()},
        }
        write_json(options.json, facts)
    return 0


def plot(rows: Mapping[int, Sequence[Row]], path: Path) -> None:
    """Missed mass against density, a panel a block size."""
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot as plt

    figure, axes = plt.subplots(1, len(rows), figsize=(6 * len(rows), 4.5), squeeze=False, sharey=True)
    for axis, (size, each) in zip(axes[0], rows.items(), strict=True):
        axis.set_prop_cycle(color=plt.get_cmap("tab20")(range(20)))
        for row in each:
            if row.estimator != KEPT:
                points = row.at_density.values()
                missed = [max(1e-6, 1 - point.covered) for point in points]
                style = "k--" if row.estimator == ORACLE else "o-"
                axis.plot([point.density for point in points], missed, style, label=row.estimator, markersize=3)
        axis.set(xscale="log", yscale="log", xlabel="density", title=f"token blocks of {size}")
    axes[0, 0].set_ylabel("attention mass not covered")
    axes[0, -1].legend(fontsize=7)
    figure.tight_layout()
    figure.savefig(path, dpi=150)
    plt.close(figure)


def _measure_all(
    options: argparse.Namespace, learned: Mapping[int, LearnedEstimator] | None
) -> tuple[dict[int, list[dict[str, Measured]]], list[dict[str, object]]]:
    """By block size, one entry a document and layer; and which documents, layers and lengths those are."""
    source = (
        read_recorded(options.recorded)
        if options.recorded
        else read_documents(
            options.data, options.split, options.weights, options.documents, options.tokens, options.seed
        )
    )
    measured: dict[int, list[dict[str, Measured]]] = {size: [] for size in options.block_size}
    named: list[dict[str, object]] = []
    for recorded in source:
        named.append({"document": recorded.document, "layer": recorded.layer, "tokens": recorded.query.shape[2]})
        for size, each in measured.items():
            estimators = estimators_for(size, recorded.layer, learned)
            each.append(measure(recorded, size, estimators, options.drawn, options.repeats, options.seed))
    return measured, named


def _work(
    estimator: Estimator, query: Tensor, key: Tensor, layout: Layout, scale: float, *, is_causal: bool
) -> Callable[[], Tensor]:
    return lambda: estimate_all(estimator(query, key, layout, scale), layout, is_causal=is_causal)


def _piloted(recorded: Recorded, estimator: Estimator, layout: Layout, seed: int) -> dict[float, Tensor]:
    """By coverage what a pilot asks of the estimate, (1, heads)."""
    query, key, scale = recorded.query, recorded.key, recorded.scale
    features = estimator(query, key, layout, scale)
    (document,) = layout.documents
    return {
        coverage: calibrated_coverage(
            query,
            key,
            features,
            document,
            layout,
            _config(layout, seed, coverage=coverage),
            scale,
            is_causal=recorded.is_causal,
        )[0][None]
        for coverage in COVERAGES
    }


def _config(
    layout: Layout, seed: int, *, coverage: float = 0.95, density: float | None = None
) -> AdaptiveAttentionConfig:
    size = layout.block_size
    return AdaptiveAttentionConfig(coverage=coverage, density=density, block_size=size, pool=size, seed=seed)


def _measured(
    mass: Tensor,
    exact: Tensor,
    blocks: Tensor,
    layout: Layout,
    milliseconds: float | None,
    targets: Mapping[float, Tensor],
    seed: int,
    *,
    is_causal: bool,
) -> Measured:
    def at(*, coverage: float = 0.95, density: float | None = None, target: Tensor | None = None) -> Point:
        config = _config(layout, seed, coverage=coverage, density=density)
        return _point(mass, exact, blocks, layout, config, target, is_causal=is_causal)

    return Measured(
        milliseconds,
        {density: at(density=density) for density in DENSITIES},
        {coverage: at(coverage=coverage, target=targets.get(coverage)) for coverage in COVERAGES},
        {coverage: at(coverage=coverage) for coverage in COVERAGES},
    )


def _point(
    mass: Tensor,
    exact: Tensor,
    blocks: Tensor,
    layout: Layout,
    config: AdaptiveAttentionConfig,
    target: Tensor | None = None,
    *,
    is_causal: bool,
) -> Point:
    """Select by `mass` (heads, query blocks, key blocks); look up the `exact` mass (heads, drawn, key blocks) of `blocks`.

    `target` (1, heads): see `select`'s coverage.
    """
    selection: Selection = select(
        lambda _, first, last: mass[:, first:last],
        len(mass),
        layout,
        config,
        is_causal=is_causal,
        coverage=target,
        rounded=False,
    )
    chosen = selection.mask()[:, blocks]
    seen = blocks + 1 if is_causal else torch.full_like(blocks, layout.blocks)
    return Point(
        covered=float((exact * chosen).sum(-1).mean()),
        estimated=float(selection.estimated[:, blocks].mean()),
        density=float(chosen.sum() / (len(mass) * seen.sum())),
    )


def _summaries(points: Sequence[Mapping[float, Point]]) -> dict[float, Summary]:
    return {
        asked: Summary(
            covered=mean(each[asked].covered for each in points),
            worst=min(each[asked].covered for each in points),
            estimated=mean(each[asked].estimated for each in points),
            density=mean(each[asked].density for each in points),
        )
        for asked in points[0]
    }


def _cells(row: Row) -> list[str]:
    cells = [row.estimator, number(row.milliseconds, 1)]
    cells += [number(summary.covered, 4) for summary in row.at_density.values()]
    cells.append(number(row.at_density[0.05].worst, 4))
    for asked, summary in row.at_coverage.items():
        cells.append(number(row.believed[asked].covered, 4))
        cells += [number(summary.covered, 4), number(summary.worst, 4), number(summary.density, 4)]
    return cells


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m model.evaluation.estimators",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--data", type=Path, help="folder of the labelled documents")
    parser.add_argument("--split", choices=["train", "validation", "test"], default="test")
    parser.add_argument("--weights", type=Path, default=Path("resources/model"), help="folder of weights and manifest")
    parser.add_argument("--recorded", type=Path, help="queries and keys of another model, instead of documents")
    parser.add_argument("--learned", type=Path, help="weights of model.training.estimator, to compare as well")
    parser.add_argument("--documents", type=int, default=6)
    parser.add_argument(
        "--tokens", type=int, default=16_384, help="documents are cut there; those of less than half are left out"
    )
    parser.add_argument("--block-size", type=int, nargs="+", default=list(BLOCK_SIZES))
    parser.add_argument(
        "--drawn", type=int, default=24, help="query blocks whose mass is computed exactly, in each layer"
    )
    parser.add_argument("--repeats", type=int, default=3, help="how often each estimator is timed")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--json", type=Path, help="where to write all figures")
    parser.add_argument("--plot", type=Path, help="where to draw missed mass against density")
    return parser


if __name__ == "__main__":
    raise SystemExit(main())
