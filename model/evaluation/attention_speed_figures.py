"""What `model.evaluation.attention_speed` measured, to and from JSON, and as tables with the figures that are claimed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from itertools import pairwise
from typing import Any

from model.attention import CoveredMass
from model.evaluation.output import number, table

DEFAULT = "PyTorch's choice"
"""The kernel that `scaled_dot_product_attention` takes when it is not told which."""

PARTS = ("estimate", "select", "attend", "audit")
CLAIMED_DENSITY = 0.05


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
    of tokens, over all heads. `times` by part ("pilot" too, which a fixed density does without), "whole" and "audited" (the whole
    call without and with the audit read), "graph" (estimate and select, replayed), "audit graph", "flex", and backward passes;
    what was not measured is missing.
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
    named = (*PARTS, "whole", "audited", "graph", "audit graph", "flex")
    part = {way: run.milliseconds(cell, way) if cell else None for way in named}
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
        Claim("(audit, replayed as a CUDA graph) / attend", ratio(part["audit graph"], part["attend"]), "share"),
        Claim("(whole call whose audit is read - without audit) / attend", ratio(audit, part["attend"]), "share"),
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
    ways = ("flex", "whole", "audited", "estimate", "pilot", "select", "graph", "attend", "audit", "audit graph")
    backward = any("backward" in cell.times for length in run.lengths for cell in length.cells)
    ways = (*ways, *(("backward", "dense backward") if backward else ()))
    header = [
        "tokens",
        "density",
        "dense",
        "FlexAttention",
        "whole",
        "with audit",
        "estimate",
        "pilot",
        "select",
        "both, graph",
    ]
    header += ["attend", "audit", "audit, graph", *ways[10:], "dense / whole", "dense / with audit"]
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
