"""What adaptive attention costs and covers beside dense attention and FlexAttention, part by part, on a GPU or a CPU.

    python -m model.evaluation.attention_speed --device cuda --heads 8 --head-size 128 --flex --json speed.json
    python -m model.evaluation.attention_speed --from-json speed.json --plot docs/images/attention-speed-cuda.png

Queries, keys and values are made up unless `--recorded` names those of a real document (`query.0`, `key.0`, `value.0`, cut or
repeated to each length). Made-up numbers that are only noise would spread the attention mass evenly, and no selection would be
better than another; so the tokens of a block lean, in queries and keys alike, towards two of 300 directions, some blocks more
than others. Covered mass there says that the selection finds what was put in; what it covers in real documents is what
`model.evaluation.estimators` measures.

On a GPU a figure is the median over `--milliseconds` of repeats (`triton.testing.do_bench`, caches cleared between); what takes
longer than 0.1 s is repeated up to three times. Estimate and select, and the audit, are also replayed as CUDA graphs: the time
of the GPU alone, without that of launching. On a CPU all ways take turns, `--repeats` times after one that is not timed; the
minimum is shown, the median is in the JSON. Dense attention that would take longer than `--dense-seconds`, or is longer than
`--dense-up-to`, is extrapolated by the square and marked "≈"; a dense kernel that took 2.5 times as long as the fastest is not
measured at greater lengths. The pilot is timed beside the other parts, though only a call that asks for a coverage needs one.
FLOPs are 4 · head size a computed pair of tokens. Peak memory is that of a whole call, audit included, beyond inputs and
output: on a GPU what torch allocated, on a CPU what the resident set grew by (Linux; coarse, since small pieces come from
memory that the process already holds). What failed, for want of memory for instance, is left empty and noted.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch

from model.attention import AdaptiveAttentionConfig, Selection, adaptive_attention
from model.attention.adaptive import attend, choose, start_audit
from model.attention.dispatch import first_choice
from model.attention.estimators import make_estimator
from model.attention.layout import make_layout
from model.attention.pilot import foresee
from model.attention.selection import limits
from model.evaluation.attention_speed_figures import (
    CLAIMED_DENSITY,
    DEFAULT,
    Cell,
    Dispatched,
    Length,
    Run,
    Settings,
    Timing,
    described,
    merged,
    read,
)
from model.evaluation.attention_speed_plot import plot
from model.evaluation.attention_speed_timing import Place, Way, peak_bytes, said, timed
from model.evaluation.attention_speed_ways import (
    DENSE,
    LONGEST,
    Inputs,
    audit_kernels_way,
    backward_ways,
    dense_way,
    flex_way,
    make_inputs,
    recorded,
)
from model.evaluation.output import circumstances, progress, write_json

FLEX_LENGTHS = (32768, 131072)
"""FlexAttention is compiled for each length, which takes longer than all measurements there."""

USUAL = (CLAIMED_DENSITY, 0.1)
"""Densities at lengths at which not all are measured."""

_SLOWER = 2.5


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure or read, print tables, write JSON and a picture. Returns the exit status."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    parser = _parser()
    options = parser.parse_args(given)
    if options.from_json:
        runs = merged(read(json.loads(path.read_text("utf-8"))) for path in options.from_json)
    else:
        _complete(options, parser)
        runs = [_measured(options, given)]
    for run in runs:
        print(described(run) + "\n")
    if options.plot:
        plot(runs, options.plot)
    return 0


def _measured(options: argparse.Namespace, given: Sequence[str]) -> Run:
    settings = _settings(options)
    run = Run(settings, ())
    for length in measure(options):
        run = replace(run, lengths=(*run.lengths, length))
        if options.json:
            # After every length, so that nothing is lost where the time ends.
            write_json(options.json, {**circumstances("model.evaluation.attention_speed", given), **run.facts()})
    return run


def measure(options: argparse.Namespace) -> Iterator[Length]:
    """All lengths, ascending."""
    known: list[Length] = []
    lengths = sorted({*options.lengths, *options.fixed_lengths})
    for done, tokens in enumerate(lengths):
        progress("lengths", done, len(lengths))
        try:
            found = _at_length(tokens, known, options)
        except Exception as error:
            found = Length(tokens, {}, None, (), (f"nothing: {said(error)}",))
        if found.dense:
            known.append(found)
        yield found
        if options.device == "cuda":
            torch.cuda.empty_cache()
    progress("lengths", len(lengths), len(lengths))


@torch.no_grad()
def _at_length(tokens: int, known: Sequence[Length], options: argparse.Namespace) -> Length:
    inputs = make_inputs(tokens, options)
    notes: list[str] = []
    ways: dict[Place, Way] = {}
    extrapolated: dict[str, Timing] = {}
    usual = AdaptiveAttentionConfig(block_size=options.block_size, pool=options.pool, seed=options.seed)
    if tokens in options.lengths:
        dense, extrapolated = _dense_ways(inputs, known, options)
        ways = {(-1, kernel): way for kernel, way in dense.items()}
        ways[-1, "dispatched"] = lambda: _audited(inputs, usual)
    cells: list[Cell] = []
    for config, fixed in _configs(tokens, options):
        try:
            cell, its_ways = _prepare(inputs, config, fixed, options, notes)
        except Exception as error:
            notes.append(f"density {config.density:.4g}: {said(error)}")
            continue
        ways |= {(len(cells), name): way for name, way in its_ways.items()}
        cells.append(cell)
    times, failed = timed(ways, options.device, options.repeats, options.milliseconds)
    for (index, name), fault in failed.items():
        notes.append(f"{name}: {fault}" if index < 0 else f"{name} at density {cells[index].density:.4f}: {fault}")
    dispatched = None
    if (-1, "dispatched") in times:
        result = adaptive_attention(inputs.query, inputs.key, inputs.value, config=usual)
        dispatched = Dispatched(times[-1, "dispatched"], result.kernel, result.reason, result.density)
    found = {kernel: timing for (cell, kernel), timing in times.items() if cell == -1 and kernel != "dispatched"}
    filled = [
        replace(cell, times={name: timing for (at, name), timing in times.items() if at == index})
        for index, cell in enumerate(cells)
    ]
    return Length(tokens, {**found, **extrapolated}, dispatched, tuple(filled), tuple(notes))


def _configs(tokens: int, options: argparse.Namespace) -> list[tuple[AdaptiveAttentionConfig, int | None]]:
    """What is measured at a length: (config, key blocks where their number is fixed)."""
    blocks = -(-tokens // options.block_size)
    wanted: list[tuple[float, int | None]] = []
    if tokens in options.lengths:
        usual = [density for density in options.densities if density in USUAL] or options.densities
        wanted = [(density, None) for density in (options.densities if tokens == options.densities_at else usual)]
    if tokens in options.fixed_lengths:
        # Half a block less, since the count is rounded up.
        wanted.append((min(1.0, (options.fixed_blocks - 0.5) / blocks), options.fixed_blocks))
    return [
        (
            AdaptiveAttentionConfig(
                density=density,
                block_size=options.block_size,
                pool=options.pool,
                dense_below=0,
                audit_rows=options.audit_rows,
                seed=options.seed,
            ),
            fixed,
        )
        for density, fixed in wanted
    ]


def _prepare(
    inputs: Inputs, config: AdaptiveAttentionConfig, fixed: int | None, options: argparse.Namespace, notes: list[str]
) -> tuple[Cell, dict[str, Way]]:
    """A cell without its times, and the ways that are to be timed."""
    query, key, value = inputs.query, inputs.key, inputs.value
    layout = make_layout(1, inputs.tokens, config.block_size, query.device)
    kernel = first_choice(query, layout, config).kernel
    estimator, heads, scale = make_estimator(config), query.shape[1], query.shape[3] ** -0.5

    def estimate() -> Any:
        return estimator(query, key, layout, scale)

    features = estimate()
    selection = choose(features, heads, layout, config, kernel, is_causal=False)
    _, logsum = attend(query, key, value, selection, kernel, scale, sums=True)
    unaudited = replace(config, audit_rows=0)
    result = adaptive_attention(query, key, value, config=config)
    cell = Cell(
        tokens=inputs.tokens,
        wanted=config.density or 0.0,
        fixed_blocks=fixed,
        density=result.density,
        pairs=computed_pairs(result.selection),
        kernel=result.kernel,
        times={},
        covered=result.covered_mass,
        peak_bytes=peak_bytes(lambda: _audited(inputs, config), query.nbytes, query.device),
    )
    ways: dict[str, Way] = {
        "estimate": estimate,
        "pilot": lambda: foresee(query, key, features, layout, replace(config, density=None), scale, is_causal=False),
        "select": lambda: choose(features, heads, layout, config, kernel, is_causal=False),
        "attend": lambda: attend(query, key, value, selection, kernel, scale),
        "audit": lambda: start_audit(query, key, selection, config, scale, logsum)(),
        "whole": lambda: adaptive_attention(query, key, value, config=unaudited),
        "audited": lambda: _audited(inputs, config),
    }
    kept = 1 + 2 * config.neighbours + config.opening + config.explored
    if kernel == "triton" and limits(layout.documents[0], config)[1] >= kept:  # else the number of pairs is waited for
        ways["graph"] = lambda: choose(estimate(), heads, layout, config, kernel, is_causal=False)
    if kernel == "triton" and logsum is not None and config.audit_rows:
        ways["audit graph"] = audit_kernels_way(inputs, selection, config, scale, logsum)
    if options.flex and inputs.tokens in options.flex_lengths and not inputs.tokens % config.block_size:
        ways["flex"] = flex_way(inputs, selection, options.flex_options)
    if options.backward and inputs.tokens == options.densities_at:
        ways |= backward_ways(inputs, unaudited, notes)
    return cell, ways


def _audited(inputs: Inputs, config: AdaptiveAttentionConfig) -> object:
    """A whole call whose audit is read; the output is kept until then, as in use."""
    result = adaptive_attention(inputs.query, inputs.key, inputs.value, config=config)
    return result.covered_mass, result


def computed_pairs(selection: Selection) -> int:
    """Pairs of tokens that are computed, over all heads; the last token block may be partial."""
    layout = selection.layout
    if not layout.tokens % layout.block_size:
        return len(selection.indices) * layout.block_size**2
    lengths = layout.lengths.long()
    queries = lengths.repeat(selection.heads).repeat_interleave(selection.offsets.diff())
    return int((queries * lengths[selection.indices.long()]).sum())


def _dense_ways(
    inputs: Inputs, known: Sequence[Length], options: argparse.Namespace
) -> tuple[dict[str, Way], dict[str, Timing]]:
    """Dense kernels to be measured, and what is extrapolated from the lengths measured before."""
    ways: dict[str, Way] = {}
    extrapolated: dict[str, Timing] = {}
    shorter = known[-1] if known else None
    for kernel in DENSE if options.device == "cuda" else (DEFAULT,):
        if options.device == "cuda" and inputs.tokens > LONGEST.get(kernel, inputs.tokens):
            continue
        if shorter is None:
            if inputs.tokens <= options.dense_up_to:
                ways[kernel] = dense_way(inputs, kernel)
            continue
        before = shorter.dense.get(kernel)
        if before is None or before.median > _SLOWER * min(timing.median for timing in shorter.dense.values()):
            continue
        expected = before.scaled((inputs.tokens / shorter.tokens) ** 2)
        if inputs.tokens > options.dense_up_to or expected.median > 1000 * options.dense_seconds:
            extrapolated[kernel] = expected
        else:
            ways[kernel] = dense_way(inputs, kernel)
    return ways, extrapolated


def _settings(options: argparse.Namespace) -> Settings:
    on_gpu = options.device == "cuda"
    threads = torch.get_num_threads()
    return Settings(
        device=torch.cuda.get_device_name() if on_gpu else f"CPU, {threads} thread{'s' if threads != 1 else ''}",
        heads=options.heads,
        key_heads=options.key_heads,
        head_size=options.head_size,
        dtype=options.dtype,
        block_size=options.block_size,
        pool=options.pool,
        inputs="inputs of a recorded document" if options.recorded else "made-up inputs",
        statistic="median" if on_gpu else "minimum",
        densities_at=options.densities_at,
    )


def _complete(options: argparse.Namespace, parser: argparse.ArgumentParser) -> None:
    """Fill in what depends on other options; refuse what cannot be."""
    on_gpu = options.device == "cuda"
    if on_gpu and not torch.cuda.is_available():
        parser.error("there is no GPU that torch can use")
    if options.recorded:
        query, key, _ = recorded(options.recorded)
        options.heads, options.key_heads, options.head_size = query.shape[1], key.shape[1], query.shape[3]
    options.key_heads = options.key_heads or options.heads
    if options.heads % options.key_heads:
        parser.error(f"--key-heads {options.key_heads} must divide --heads {options.heads}")
    options.dtype = options.dtype or ("bfloat16" if on_gpu else "float32")
    options.lengths = options.lengths or [2**power for power in (range(12, 21) if on_gpu else range(12, 16))]
    if options.fixed_blocks and not options.fixed_lengths:
        options.fixed_lengths = [524288, 1048576] if on_gpu else [32768, 65536]
    if not options.fixed_blocks:
        options.fixed_lengths = []
    wanted = options.densities_at or (131072 if on_gpu else 16384)
    # Else the longest that is not longer.
    shorter = [length for length in options.lengths if length <= wanted]
    options.densities_at = max(shorter) if shorter else min(options.lengths)
    if options.dense_up_to is None:
        options.dense_up_to = 2**31 if on_gpu else 16384


def _numbers(kind: Callable[[str], Any]) -> Callable[[str], list[Any]]:
    def split(text: str) -> list[Any]:
        return sorted({kind(part) for part in text.split(",") if part})

    split.__name__ = "list"  # argparse names the type in its message
    return split


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m model.evaluation.attention_speed",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    lengths, densities = _numbers(int), _numbers(float)
    parser.add_argument("--device", choices=["cpu", "cuda"], default="cpu")
    parser.add_argument("--heads", type=int, default=8)
    parser.add_argument("--key-heads", type=int, help="default: as many as --heads")
    parser.add_argument("--head-size", type=int, default=128)
    parser.add_argument(
        "--dtype", choices=["float32", "bfloat16", "float16"], help="default: float32 on a CPU, else bfloat16"
    )
    parser.add_argument(
        "--recorded", type=Path, help="safetensors with query.0, key.0 and value.0; sets heads and head size"
    )
    parser.add_argument(
        "--lengths", type=lengths, help="tokens; default: 4,096 by doubling to 1,048,576, on a CPU to 32,768"
    )
    parser.add_argument("--densities", type=densities, default=[0.02, 0.05, 0.1, 0.2, 0.5])
    parser.add_argument(
        "--densities-at", type=int, help="the length at which all densities are measured; else .05 and .1 are"
    )
    parser.add_argument("--block-size", type=int, default=128)
    parser.add_argument("--pool", type=int, default=64)
    parser.add_argument("--audit-rows", type=int, default=AdaptiveAttentionConfig().audit_rows)
    parser.add_argument("--repeats", type=int, default=3, help="on a CPU")
    parser.add_argument("--milliseconds", type=int, default=60, help="of repeats for each figure on a GPU")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--dense-up-to", type=int, help="tokens; default: 16,384 on a CPU, no limit on a GPU")
    parser.add_argument("--dense-seconds", type=float, default=3.0)
    parser.add_argument("--flex", action="store_true", help="also FlexAttention")
    parser.add_argument("--flex-lengths", type=lengths, default=list(FLEX_LENGTHS))
    parser.add_argument(
        "--flex-options", type=json.loads, default={}, help='its kernel options, as JSON: {"USE_TMA": true}'
    )
    parser.add_argument(
        "--backward", action="store_true", help="also backward passes, where all densities are measured"
    )
    parser.add_argument("--fixed-blocks", type=int, help="so many key blocks a query block at the --fixed-lengths")
    parser.add_argument("--fixed-lengths", type=lengths, default=[])
    parser.add_argument("--json", type=Path, help="where to write all figures")
    parser.add_argument("--from-json", type=Path, nargs="+", help="measure nothing; show what was written before")
    parser.add_argument("--plot", type=Path, help="where to draw a picture, which needs matplotlib")
    return parser


if __name__ == "__main__":
    raise SystemExit(main())
