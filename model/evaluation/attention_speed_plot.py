"""The picture of what `model.evaluation.attention_speed` measured: milliseconds against tokens, speed-up against density."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from model.evaluation.attention_speed_figures import CLAIMED_DENSITY, Cell, Length, Run

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
