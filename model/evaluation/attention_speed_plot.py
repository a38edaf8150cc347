"""What `model.evaluation.attention_speed` measured, and how it is shown: tables, the figures that are claimed, the picture."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

from model.attention import CoveredMass
from model.evaluation.output import number, table

DEFAULT = "PyTorch's choice"
"""The kernel that `scaled_dot_product_attention` takes when it is not told which."""

PARTS = ("estimate", "select", "attend", "audit")
CLAIMED_DENSITY = 0.05

_COLOURS = {
    "dense": "#444444",
    "flex": "#b5651d",
    "whole": "#0b62a8",
    "attend": "#5b9bd0",
    "estimate": "#2f8f6b",
    "select": "#8a5fb0",
    "audit": "#c0507a",
    "audited": "#0b62a8",
}
_SPEEDUP_COLOURS = {"audited": "#0b62a8", "whole": "#5b9bd0", "flex": "#b5651d"}


@dataclass(frozen=True)
class Timing:
    """Milliseconds of the repeats; `extrapolated`: from a shorter length, by the square."""

    minimum: float
    median: float
    extrapolated: bool = False

    def scaled(self, factor: float) -> Timing:
        """Expected where so many times as much is to be done."""
        return Timing(self.minimum * factor, self.median * factor, extrapolated=True)


@dataclass(frozen=True)
class Cell:
    """One density at one length.

    `wanted` is the density that was asked for, `fixed_blocks` the key blocks where their number was; `pairs` the computed pairs
    of tokens, over all heads. `times` by part, "whole" and "audited" (the whole call without and with the audit read), "graph"
    (estimate and select, replayed), "flex", and backward passes; what was not measured is missing.
    """

    tokens: int
    wanted: float
    fixed_blocks: int | None
    density: float
    pairs: int
    kernel: str
    times: Mapping[str, Timing]
    covered: CoveredMass | None = None
    peak_bytes: int | None = None


@dataclass(frozen=True)
class Dispatched:
    """A call with the usual coverage and break-even, audit read: what it took and why."""

    timing: Timing
    kernel: str
    reason: str
    density: float


@dataclass(frozen=True)
class Length:
    """One length; `dense` by kernel, empty where dense attention was not asked for."""

    tokens: int
    dense: Mapping[str, Timing]
    dispatched: Dispatched | None
    cells: tuple[Cell, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Settings:
    """Under what all lengths of a run were measured. `statistic`: which of the timings is shown."""

    device: str
    heads: int
    key_heads: int
    head_size: int
    dtype: str
    block_size: int
    pool: int
    inputs: str
    statistic: str
    densities_at: int

    @property
    def title(self) -> str:
        """In a few words."""
        shared = f" ({self.key_heads} key heads)" if self.key_heads != self.heads else ""
        return f"{self.device}, {self.heads} heads × {self.head_size}{shared}, {self.dtype}"


@dataclass(frozen=True)
class Run:
    """Lengths, ascending, measured under the same settings."""

    settings: Settings
    lengths: tuple[Length, ...]

    def best_dense(self, length: Length) -> tuple[str, Timing] | None:
        """The fastest dense kernel."""
        return min(length.dense.items(), key=lambda item: self.shown(item[1]), default=None)

    def shown(self, timing: Timing) -> float:
        """The milliseconds that are shown."""
        return float(getattr(timing, self.settings.statistic))

    def milliseconds(self, cell: Cell, way: str) -> float | None:
        """Of a part or a whole; None where it was not measured."""
        return self.shown(cell.times[way]) if way in cell.times else None

    def teraflops(self, pairs: float, milliseconds: float | None) -> float | None:
        """4 · head size FLOPs a computed pair of tokens, in 10¹² a second."""
        return None if not milliseconds else 4 * self.settings.head_size * pairs / milliseconds / 1e9

    def dense_teraflops(self, length: Length) -> float | None:
        """Of the fastest dense kernel."""
        best = self.best_dense(length)
        return self.teraflops(self.settings.heads * length.tokens**2, self.shown(best[1])) if best else None

    def speedup(self, length: Length, cell: Cell, way: str) -> float | None:
        """How many times as long the fastest dense kernel takes."""
        best = self.best_dense(length)
        return ratio(self.shown(best[1]) if best else None, self.milliseconds(cell, way))

    def find(self, tokens: int, density: float | None = None, *, fixed: bool = False) -> tuple[Length, Cell] | None:
        """The cell of a length and a wanted density."""
        for length in self.lengths:
            for cell in length.cells:
                same = cell.fixed_blocks is not None if fixed else cell.fixed_blocks is None and cell.wanted == density
                if length.tokens == tokens and same:
                    return length, cell
        return None

    def facts(self) -> dict[str, Any]:
        """For JSON, with what follows from the figures; `read` takes it back."""
        lengths = []
        for length in self.lengths:
            cells = [{**asdict(cell), "derived": self._derived(length, cell)} for cell in length.cells]
            lengths.append({**asdict(length), "cells": cells, "dense_teraflops": self.dense_teraflops(length)})
        claimed = [asdict(claim) for claim in claims(self)]
        return {"settings": asdict(self.settings), "lengths": lengths, "claims": claimed}

    def _derived(self, length: Length, cell: Cell) -> dict[str, float | None]:
        return {
            "dense_over_whole": self.speedup(length, cell, "whole"),
            "dense_over_audited": self.speedup(length, cell, "audited"),
            "attend_teraflops": self.teraflops(cell.pairs, self.milliseconds(cell, "attend")),
            "flex_teraflops": self.teraflops(cell.pairs, self.milliseconds(cell, "flex")),
        }


@dataclass(frozen=True)
class Claim:
    """A figure that is claimed; None where it was not measured."""

    name: str
    value: float | None
    unit: str


def read(facts: Mapping[str, Any]) -> Run:
    """`Run.facts` back from JSON."""
    return Run(Settings(**facts["settings"]), tuple(_length(length) for length in facts["lengths"]))


def merged(runs: Iterable[Run]) -> list[Run]:
    """Runs of the same settings become one; of two cells that agree in all but the figures, the later one stays."""
    found: dict[tuple[Any, ...], Run] = {}
    for run in runs:
        s = run.settings
        same = (s.device, s.heads, s.key_heads, s.head_size, s.dtype, s.block_size, s.pool, s.inputs, s.statistic)
        earlier = found.get(same)
        lengths = {length.tokens: length for length in earlier.lengths} if earlier else {}
        for length in run.lengths:
            lengths[length.tokens] = _joined(lengths.get(length.tokens), length)
        ascending = tuple(lengths[tokens] for tokens in sorted(lengths))
        found[same] = Run(earlier.settings if earlier else s, ascending)
    return list(found.values())


def ratio(above: float | None, below: float | None) -> float | None:
    """A quotient; None where either is not known."""
    return above / below if above is not None and below else None


def claims(run: Run) -> list[Claim]:
    """The figures that are claimed, at the claimed density and the length at which all densities are measured."""
    tokens = run.settings.densities_at
    length, cell = run.find(tokens, CLAIMED_DENSITY) or (None, None)
    # What is always kept may pass what was asked for.
    where = f"density {cell.density if cell else CLAIMED_DENSITY:.3f}, {tokens:,} tokens"
    part = {way: run.milliseconds(cell, way) if cell else None for way in (*PARTS, "whole", "audited", "graph", "flex")}
    scan = part["estimate"] + part["select"] if part["estimate"] and part["select"] else None
    rate = run.teraflops(cell.pairs, part["attend"]) if cell else None
    audit = part["audited"] - part["whole"] if part["audited"] and part["whole"] else None
    found = [
        Claim(f"dense / whole, {where}", run.speedup(length, cell, "whole") if length and cell else None, "×"),
        Claim(
            f"dense / whole with audit, {where}", run.speedup(length, cell, "audited") if length and cell else None, "×"
        ),
        Claim("attend TFLOP/s / FlexAttention's, same mask", ratio(part["flex"], part["attend"]), "×"),
        Claim("attend TFLOP/s / dense's", ratio(rate, run.dense_teraflops(length) if length else None), "×"),
        Claim("(estimate + select) / attend", ratio(scan, part["attend"]), "share"),
        Claim("(estimate + select, replayed as a CUDA graph) / attend", ratio(part["graph"], part["attend"]), "share"),
        Claim("audit / whole call with it", ratio(audit, part["audited"]), "share"),
    ]
    return [*found, *_never_slower(run), *_linear(run), *_largest(run)]


def _never_slower(run: Run) -> list[Claim]:
    found = []
    for length in run.lengths:
        best = run.best_dense(length)
        if length.tokens > 8192 or length.dispatched is None or best is None:
            continue
        taken = run.shown(length.dispatched.timing)
        found.append(
            Claim(f"as dispatched / dense ({best[0]}), {length.tokens:,} tokens", taken / run.shown(best[1]), "×")
        )
        if DEFAULT in length.dense and best[0] != DEFAULT:
            usual = taken / run.shown(length.dense[DEFAULT])
            found.append(Claim(f"as dispatched / dense ({DEFAULT}), {length.tokens:,} tokens", usual, "×"))
    return found


def _linear(run: Run) -> list[Claim]:
    cells = [cell for length in run.lengths for cell in length.cells if cell.fixed_blocks is not None]
    found = []
    for shorter, longer in pairwise(cells):
        if shorter.fixed_blocks == longer.fixed_blocks and longer.tokens == 2 * shorter.tokens:
            name = f"time({longer.tokens:,}) / time({shorter.tokens:,}), {longer.fixed_blocks} key blocks a query block"
            value = ratio(run.milliseconds(longer, "whole"), run.milliseconds(shorter, "whole"))
            found.append(Claim(name, value, "×"))
    return found


def _largest(run: Run) -> list[Claim]:
    cells = [cell for length in run.lengths for cell in length.cells if cell.peak_bytes is not None]
    if not cells:
        return []
    cell = max(cells, key=lambda cell: (cell.tokens, cell.peak_bytes))
    mebibytes = (cell.peak_bytes or 0) / 2**20
    return [Claim(f"peak memory, {cell.tokens:,} tokens, density {cell.density:.4f}", mebibytes, "MiB")]


def described(run: Run) -> str:
    """All tables and the claims, for people."""
    notes = [f"- {length.tokens:,} tokens: {note}" for length in run.lengths for note in length.notes]
    parts = [
        f"## {run.settings.title}, {run.settings.inputs}",
        f"Milliseconds, {run.settings.statistic} of the repeats:",
        _times_table(run),
        "TFLOP/s on computed pairs, and what they cover:",
        _rates_table(run),
        "Dense attention, and what a call with the usual settings does:",
        _dense_table(run),
        "Claimed:",
        table(["", "measured"], [[claim.name, _claimed(claim)] for claim in claims(run)]),
        *(["Not measured:", "\n".join(notes)] if notes else []),
    ]
    return "\n\n".join(parts)


def _times_table(run: Run) -> str:
    ways: tuple[str, ...] = ("flex", "whole", "audited", "estimate", "select", "graph", "attend", "audit")
    backward = any("backward" in cell.times for length in run.lengths for cell in length.cells)
    ways += ("backward", "dense backward") if backward else ()
    header = ["tokens", "density", "dense", "FlexAttention", "whole", "with audit", "estimate", "select", "both, graph"]
    header += ["attend", "audit", *ways[8:], "dense / whole", "dense / with audit"]
    rows = []
    for length in run.lengths:
        best = run.best_dense(length)
        mark = "≈ " if best and best[1].extrapolated else ""
        for cell in length.cells:
            figures = [_figure(run.milliseconds(cell, way)) for way in ways]
            ratios = [run.speedup(length, cell, way) for way in ("whole", "audited")]
            dense = mark + _figure(run.shown(best[1])) if best else "–"
            shown = [mark + number(value, 2) if value else "–" for value in ratios]
            rows.append([f"{cell.tokens:,}", f"{cell.density:.4f}", dense, *figures, *shown])
    return table(header, rows)


def _rates_table(run: Run) -> str:
    header = ["tokens", "density", "covered mass", "95 %", "attend", "FlexAttention", "dense", "peak MiB", "kernel"]
    rows = []
    for length in run.lengths:
        best = run.best_dense(length)
        mark = "≈ " if best and best[1].extrapolated else ""
        dense = run.dense_teraflops(length)
        for cell in length.cells:
            mass = cell.covered
            row = [
                number(mass.estimate if mass else None, 4),
                f"[{mass.low:.4f}, {mass.high:.4f}]" if mass else "–",
                *(_figure(run.teraflops(cell.pairs, run.milliseconds(cell, way))) for way in ("attend", "flex")),
                mark + _figure(dense) if dense else "–",
                number(None if cell.peak_bytes is None else cell.peak_bytes / 2**20, 0),
                cell.kernel,
            ]
            rows.append([f"{cell.tokens:,}", f"{cell.density:.4f}", *row])
    return table(header, rows)


def _dense_table(run: Run) -> str:
    kernels = list(dict.fromkeys(kernel for length in run.lengths for kernel in length.dense))
    rows = []
    for length in run.lengths:
        row = [f"{length.tokens:,}"]
        for kernel in kernels:
            timing = length.dense.get(kernel)
            row.append(("≈ " if timing.extrapolated else "") + _figure(run.shown(timing)) if timing else "–")
        taken = length.dispatched
        row += [_figure(run.shown(taken.timing)), number(taken.density, 4), taken.reason] if taken else ["–", "–", "–"]
        rows.append(row)
    return table(["tokens", *kernels, "as dispatched", "density", "reason"], rows)


def _figure(value: float | None) -> str:
    return number(value, 3 if value is not None and value < 10 else 1)


def _claimed(claim: Claim) -> str:
    if claim.value is None:
        return "not measured"
    return f"{claim.value:.1%}" if claim.unit == "share" else f"{claim.value:.2f} {claim.unit}"


def _length(facts: Mapping[str, Any]) -> Length:
    dispatched = facts["dispatched"]
    if dispatched is not None:
        dispatched = Dispatched(**{**dispatched, "timing": Timing(**dispatched["timing"])})
    dense = {kernel: Timing(**timing) for kernel, timing in facts["dense"].items()}
    cells = tuple(_cell(cell) for cell in facts["cells"])
    return Length(facts["tokens"], dense, dispatched, cells, tuple(facts["notes"]))


def _cell(facts: Mapping[str, Any]) -> Cell:
    given = {name: value for name, value in facts.items() if name != "derived"}
    given["times"] = {way: Timing(**timing) for way, timing in facts["times"].items()}
    given["covered"] = CoveredMass(**facts["covered"]) if facts["covered"] else None
    return Cell(**given)


def _joined(earlier: Length | None, later: Length) -> Length:
    if earlier is None:
        return later
    cells = {(cell.wanted, cell.fixed_blocks): cell for cell in (*earlier.cells, *later.cells)}
    ordered = sorted(cells.values(), key=lambda cell: (cell.fixed_blocks or 0, cell.wanted))
    return replace(
        later,
        dense={**earlier.dense, **later.dense},
        dispatched=later.dispatched or earlier.dispatched,
        cells=tuple(ordered),
        notes=tuple(dict.fromkeys((*earlier.notes, *later.notes))),
    )


def plot(runs: Sequence[Run], path: Path) -> None:
    """Draw each run as a row of two panels and write the picture; needs matplotlib, which nothing else here does."""
    from matplotlib.figure import Figure
    from matplotlib.layout_engine import ConstrainedLayoutEngine

    engine = ConstrainedLayoutEngine(w_pad=0.12, h_pad=0.09)
    figure = Figure(figsize=(12.4, 5.2 * len(runs)), layout=engine, facecolor="white")
    rows = figure.subfigures(len(runs), 1, squeeze=False, hspace=0.06)[:, 0]
    for row, run in zip(rows, runs, strict=True):
        row.suptitle(f"{run.settings.title}, {run.settings.inputs}", x=0.012, ha="left", fontsize=12, fontweight="bold")
        left, right = row.subplots(1, 2, width_ratios=(1.2, 1))
        _draw_times(left, run)
        _draw_speedups(right, run)
    figure.savefig(path, dpi=150)


def _draw_times(axes: Any, run: Run) -> None:
    """Milliseconds against tokens, at the claimed density."""
    _draw_dense(axes, run)
    cells = [cell for length in run.lengths if (cell := _claimed_cell(length)) is not None]
    parts: list[tuple[str, str, dict[str, Any]]] = [
        ("flex", "FlexAttention, same mask", {"marker": "s", "linewidth": 2, "markersize": 6}),
        ("audited", "ours, whole call with audit", {"marker": "o", "linewidth": 2.6, "markersize": 5}),
        *((part, f"ours: {part}", {"linewidth": 1.2}) for part in ("attend", "select", "estimate", "audit")),
    ]
    for way, label, style in parts:
        points = [(cell.tokens, value) for cell in cells if (value := run.milliseconds(cell, way)) is not None]
        if points:
            axes.plot(*zip(*points, strict=True), color=_COLOURS[way], label=label, **style)
    most = max((cell.density for cell in cells), default=0.0)
    # What is always kept is a larger share of a short text.
    more = f" (up to {most:.2g} where the text is short)" if most > 1.2 * CLAIMED_DENSITY else ""
    axes.set_title(f"Milliseconds, at density {CLAIMED_DENSITY:g}{more}", loc="left", fontsize=11)
    axes.set_xlabel("tokens")
    axes.set_ylabel("milliseconds")
    _logarithmic(axes, [length.tokens for length in run.lengths if length.cells], _short)
    low, high = axes.get_ylim()
    _decades(axes.yaxis, low, high)
    if axes.lines:
        axes.legend(frameon=False, fontsize=9, loc="upper left", labelspacing=0.35)


def _draw_dense(axes: Any, run: Run) -> None:
    points = [(length.tokens, best[1]) for length in run.lengths if (best := run.best_dense(length))]
    measured = [(tokens, run.shown(timing)) for tokens, timing in points if not timing.extrapolated]
    beyond = [(tokens, run.shown(timing)) for tokens, timing in points if timing.extrapolated]
    style = {"color": _COLOURS["dense"], "linewidth": 2}
    if measured:
        axes.plot(*zip(*measured, strict=True), marker="D", markersize=5, label="dense, fastest kernel", **style)
    if beyond:
        axes.plot(
            *zip(*(*measured[-1:], *beyond), strict=True),
            linestyle=(0, (4, 2)),
            zorder=1,
            label="dense, extrapolated",
            **style,
        )
        axes.plot(*zip(*beyond, strict=True), linestyle="", marker="D", markersize=5, markerfacecolor="white", **style)


def _draw_speedups(axes: Any, run: Run) -> None:
    """How many times as long dense attention takes, against density, at the length where all densities are measured."""
    tokens = run.settings.densities_at
    length = next((length for length in run.lengths if length.tokens == tokens), None)
    cells = [cell for cell in length.cells if cell.fixed_blocks is None] if length else []
    best = run.best_dense(length) if length else None
    extrapolated = " (dense: extrapolated)" if best and best[1].extrapolated else ""
    axes.set_title(f"Speed-up over dense attention, at {tokens:,} tokens{extrapolated}", loc="left", fontsize=11)
    axes.set_xlabel("density")
    axes.set_ylabel("dense time / time")
    if length is None or best is None or not cells:
        return
    densities = sorted({cell.density for cell in cells})
    ideal = [1 / density for density in densities]
    axes.plot(densities, ideal, color="#999999", linestyle=(0, (4, 2)), linewidth=1.4, label="ideal: 1 / density")
    highest = lowest = 1.0
    for way, label, style in (
        ("flex", "FlexAttention alone, same mask", {"marker": "s", "linewidth": 2}),
        ("audited", "ours, whole call with audit", {"marker": "o", "linewidth": 2.6}),
        ("whole", "ours, whole call without audit", {"linewidth": 1.2}),
    ):
        points = [(cell.density, value) for cell in cells if (value := run.speedup(length, cell, way)) is not None]
        if not points:
            continue
        highest, lowest = max(highest, *(y for _, y in points)), min(lowest, *(y for _, y in points))
        axes.plot(*zip(*points, strict=True), color=_SPEEDUP_COLOURS[way], markersize=5, label=label, **style)
        if way == "audited":
            _row_of_figures(axes, dict(points), _SPEEDUP_COLOURS[way])
    axes.axhline(1, color="#444444", linewidth=1)
    _logarithmic(axes, _apart(densities), lambda density: f"{density:.2g}")
    axes.margins(x=0.08)
    axes.set_ylim(0.5 * lowest, 1.5 * max(highest, ideal[0]))
    _decades(axes.yaxis, 0.999 * lowest, axes.get_ylim()[1])
    axes.legend(frameon=False, fontsize=9, loc="upper right", labelspacing=0.35)


def _row_of_figures(axes: Any, points: Mapping[float, float], colour: str) -> None:
    """The figures in a row at the foot of the panel, where no line runs."""
    for density in _apart(sorted(points)):
        place = {"xycoords": ("data", "axes fraction"), "ha": "center", "va": "bottom"}
        axes.annotate(f"{points[density]:.1f}×", (density, 0.025), color=colour, fontsize=9.5, **place)


def _apart(densities: Sequence[float]) -> list[float]:
    """Those that are far enough apart to be named beside each other."""
    kept: list[float] = []
    for density in densities:
        if not kept or density > 1.15 * kept[-1]:
            kept.append(density)
    return kept


def _claimed_cell(length: Length) -> Cell | None:
    return next((cell for cell in length.cells if cell.fixed_blocks is None and cell.wanted == CLAIMED_DENSITY), None)


def _logarithmic(axes: Any, ticks: Sequence[float], name: Callable[[float], str]) -> None:
    """Both axes logarithmic, with named ticks below and a light grid."""
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_xticks(ticks, [name(tick) for tick in ticks])
    axes.minorticks_off()
    axes.grid(color="#e4e4e4", linewidth=0.8)
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)


def _decades(axis: Any, low: float, high: float) -> None:
    """Ticks as plain numbers: powers of ten, or also twice and five times those where there are few."""
    powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    factors = (1,) if math.log10(high / low) > 3 else (1, 2, 5)
    ticks = [factor * 10.0**power for power in powers for factor in factors]
    inside = [tick for tick in ticks if low <= tick <= high]
    axis.set_ticks(inside, [f"{tick:,.0f}" if tick >= 1 else f"{tick:g}" for tick in inside])


def _short(tokens: float) -> str:
    """4096 as 4 k, 1048576 as 1 M."""
    for size, unit in ((2**20, "M"), (2**10, "k")):
        if tokens >= size:
            return f"{tokens / size:g} {unit}"
    return f"{tokens:g}"
