"""Reliability diagrams: how often passages are important that the model gives a probability, kind by kind, language by language.

    python -m model.evaluation.reliability --json build/importance.json --out docs/reliability.svg

reads what `model.evaluation.importance` wrote; that command draws the same picture with `--diagram`. Passages are put into ten
bins of equal numbers by probability. A point is a bin: mean probability to the right, share of important passages upwards. The
bar is the 95 % interval of that share over resampled documents, with the bins held; there is none for fewer than four documents,
which say nothing about how documents differ.
"""

from __future__ import annotations

import argparse
import io
import json
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from model.evaluation import figures
from model.evaluation.figures import Judged

BINS = 10
LARGEST = 60_000
"""Bytes of a picture."""

_FEWEST = 4
_TICKS = (0.0, 0.01, 0.1, 0.25, 0.5, 1.0)
_LANGUAGES = {"en": "English", "ja": "Japanese"}
_KINDS = {"contract": "contracts", "design": "design documents", "report": "reports", "japanese": "all kinds"}
_COLOUR = "#0b62a8"


@dataclass(frozen=True)
class Bin:
    """A run of passages of like probability: mean probability, share that is important and its interval, how many."""

    probability: float
    frequency: float
    interval: tuple[float, float] | None
    passages: int


@dataclass(frozen=True)
class Reliability:
    """The calibration of one method on the documents of one kind (or corpus) and language.

    `documents` are those whose importance was labelled; `calibration_error` is ECE as `figures` defines it.
    """

    method: str
    kind: str
    language: str
    documents: int
    passages: int
    calibration_error: float | None
    bins: tuple[Bin, ...]


def reliability(
    method: str, kind: str, language: str, documents: Sequence[Judged], resamples: int = 1000, seed: int = 0
) -> Reliability:
    """The calibration of probabilities that `documents` hold as scores."""
    if not documents:
        return Reliability(method, kind, language, 0, 0, None, ())
    important = np.concatenate([document.important for document in documents])
    probabilities = np.concatenate([document.scores for document in documents])
    owner = np.repeat(np.arange(len(documents)), [len(document.important) for document in documents])
    count = figures.drawn_documents(len(documents), resamples, seed)
    bins = []
    for run in figures.equal_mass_bins(probabilities, BINS):
        size = np.bincount(owner[run], minlength=len(documents))
        hits = np.bincount(owner[run], important[run], minlength=len(documents))
        drawn, found = count @ size, count @ hits
        sampled = np.divide(found, drawn, out=np.full(resamples, np.nan), where=drawn > 0)
        bins.append(
            Bin(
                float(probabilities[run].mean()),
                float(important[run].mean()),
                figures.interval(sampled) if len(documents) >= _FEWEST else None,
                len(run),
            )
        )
    error = figures.calibration_error(important, probabilities)
    return Reliability(method, kind, language, len(documents), len(important), error, tuple(bins))


def read(facts: dict[str, Any]) -> tuple[str, list[Reliability]]:
    """The last split in the JSON of `model.evaluation.importance`, and of it the calibration of the first way of the model.

    Raises `ValueError` where no model was evaluated.
    """
    corpora = [corpus for corpus in facts["corpora"] if corpus["reliability"]]
    if not corpora:
        raise ValueError("the figures hold no calibration: only the model gives probabilities")
    split = corpora[-1]["split"]
    method = corpora[-1]["reliability"][0]["method"]
    found = [
        each
        for corpus in corpora
        if corpus["split"] == split
        for each in corpus["reliability"]
        if each["method"] == method
    ]
    return split, [Reliability(**{**each, "bins": tuple(map(_read_bin, each["bins"]))}) for each in found]


def _read_bin(fields: dict[str, Any]) -> Bin:
    interval = fields["interval"]
    return Bin(**{**fields, "interval": None if interval is None else (interval[0], interval[1])})


def draw(panels: Sequence[Reliability], split: str, path: Path) -> None:
    """One panel a kind, one row a language, as SVG with its text as text. Raises `ValueError` above `LARGEST` bytes."""
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    panels = [panel for panel in panels if panel.bins]
    rows = [[panel for panel in panels if panel.language == language] for language in _LANGUAGES]
    rows = [row for row in rows if row]
    columns = max(map(len, rows), default=1)
    # Without a salt every drawing has other ids. Each text names all fonts of the list: one is enough before any sans-serif.
    with rc_context({"svg.fonttype": "none", "svg.hashsalt": "fusen", "font.sans-serif": ["DejaVu Sans"]}):
        figure = Figure(figsize=(2.7 * columns, 3.0 * max(len(rows), 1) + 0.4), layout="constrained", facecolor="white")
        grid = figure.subplots(max(len(rows), 1), columns, squeeze=False)
        for axes in grid.flat:
            axes.set_axis_off()
        for row, line in zip(rows, grid, strict=False):
            # What pools the kinds stands last, so that a kind is in the same column in every row.
            for panel, axes in zip(sorted(row, key=lambda panel: list(_KINDS).index(panel.kind)), line, strict=False):
                _panel(axes, panel)
                axes.tick_params(labelleft=axes is line[0])
        methods = sorted({panel.method for panel in panels})
        figure.suptitle(
            f"Probability said (→) and share found important (↑): {', '.join(methods)}, {split} documents", fontsize=10
        )
        drawn = io.StringIO()
        figure.savefig(drawn, format="svg", metadata={"Date": None, "Creator": None})
    picture = re.sub(r"\n +", "\n", drawn.getvalue()).encode()  # a tenth of it was indentation
    if len(picture) > LARGEST:
        raise ValueError(f"the picture has {len(picture):,} bytes; {LARGEST:,} are allowed")
    path.write_bytes(picture)


def _panel(axes: Any, panel: Reliability) -> None:
    axes.set_axis_on()
    # Most passages are unimportant: on a plain scale nearly all points would lie in one corner; a logarithm knows no 0.
    for scale in (axes.set_xscale, axes.set_yscale):
        scale("function", functions=(_root, np.square))
    axes.plot([0, 1], [0, 1], color="#999999", linewidth=1, linestyle=(0, (4, 2)))
    bars = [(each.probability, *each.interval) for each in panel.bins if each.interval is not None]
    if bars:
        axes.vlines(*zip(*bars, strict=True), color=_COLOUR, linewidth=1.2, alpha=0.6)
    probabilities = [each.probability for each in panel.bins]
    axes.plot(
        probabilities, [each.frequency for each in panel.bins], color=_COLOUR, marker="o", markersize=3.5, linewidth=1
    )
    axes.set_xlim(0, 1)
    axes.set_ylim(0, 1)
    axes.set_aspect("equal")
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_ticks(_TICKS, [f"{tick:g}" for tick in _TICKS], fontsize=7)
    axes.minorticks_off()
    axes.spines[["top", "right"]].set_visible(False)
    error = math.nan if panel.calibration_error is None else panel.calibration_error
    axes.set_title(
        f"{_LANGUAGES[panel.language]} {_KINDS[panel.kind]}\n"
        f"{panel.documents:,} document{'s' * (panel.documents != 1)}, {panel.passages:,} passages, ECE {error:.3f}",
        fontsize=8,
        loc="left",
    )


def _root(values: Any) -> Any:
    return np.sqrt(np.maximum(values, 0))


def main(arguments: Sequence[str] | None = None) -> int:
    """Draw the picture from a JSON of figures. Returns the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m model.evaluation.reliability",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--json", type=Path, nargs="+", required=True, help="JSON of model.evaluation.importance")
    parser.add_argument("--out", type=Path, required=True, help="the picture, SVG")
    options = parser.parse_args(arguments)
    try:
        runs = [json.loads(path.read_text("utf-8")) for path in options.json]
        split, panels = read({"corpora": [corpus for run in runs for corpus in run["corpora"]]})
        draw(panels, split, options.out)
    except ValueError as error:
        parser.error(str(error))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
