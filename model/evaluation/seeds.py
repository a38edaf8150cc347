"""How far seeds differ: the mean of the figures of several runs, and the range between the lowest and the highest.

    python -m model.evaluation.seeds build/figures/seed-0.json build/figures/seed-1.json build/figures/seed-2.json

Each file is the JSON of `model.evaluation.importance` for weights of another seed, of the same corpora and splits. Files may be
given in groups, where one command evaluated the contracts and another the design documents: files of the same weights are put
together. What is written beside the tables with `--json` is what the model card and the manifest show.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from model.evaluation.output import table, write_json
from model.evaluation.rouge import MEASURES

FIGURES = ("AP", "recall@10", "recall@20", "recall@30", "tag mAP", "ECE", *MEASURES)
"""What is averaged, by the name that tables show."""


@dataclass(frozen=True)
class Spread:
    """Of one figure over runs."""

    mean: float
    low: float
    high: float


Row = Mapping[str, Spread]
"""By figure; one that is not defined is left out."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Print a table for each corpus and split; write JSON. Returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("figures", type=Path, nargs="+")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args(sys.argv[1:] if arguments is None else arguments)
    runs = by_weights([json.loads(path.read_text("utf-8")) for path in options.figures])
    corpora = over_runs(runs)
    for (corpus, split), methods in corpora.items():
        print(f"**{corpus}, {split}**: {len(runs)} seeds\n\n{described(methods)}\n")
    if options.json:
        rows = [
            {"corpus": corpus, "split": split, "rows": {name: _plain(row) for name, row in methods.items()}}
            for (corpus, split), methods in corpora.items()
        ]
        write_json(options.json, {"weights_sha256": list(runs), "corpora": rows})
    return 0


def by_weights(files: Sequence[Mapping[str, Any]]) -> dict[str, list[Mapping[str, Any]]]:
    """The corpora of each run, runs told apart by the SHA-256 of their weights."""
    runs: defaultdict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for each in files:
        runs[each["weights_sha256"]] += each["corpora"]
    return dict(runs)


def over_runs(runs: Mapping[str, Sequence[Mapping[str, Any]]]) -> dict[tuple[str, str], dict[str, Row]]:
    """By corpus and split, and by method. Raises `ValueError` where a run lacks what another has."""
    values: defaultdict[tuple[str, str], defaultdict[str, list[dict[str, float]]]]
    values = defaultdict(lambda: defaultdict(list))
    for run in runs.values():
        for measured in run:
            for row in measured["rows"]:
                values[measured["corpus"], measured["split"]][row["method"]].append(dict(_figures_of(row)))
    for (corpus, split), methods in values.items():
        for method, rows in methods.items():
            if len(rows) != len(runs):
                where = f"{corpus}, {split}, {method}"
                raise ValueError(f"{where}: {len(rows)} of {len(runs)} runs have figures of it")
    return {key: {method: _spread(rows) for method, rows in methods.items()} for key, methods in values.items()}


def described(methods: Mapping[str, Row]) -> str:
    """One line a method, the mean of each figure and in brackets its range; columns that no method has are left out."""
    shown = [name for name in FIGURES if any(name in row for row in methods.values())]
    return table(
        ["method", *shown], [[name, *(_cell(row.get(each)) for each in shown)] for name, row in methods.items()]
    )


def _figures_of(row: Mapping[str, Any]) -> Iterator[tuple[str, float]]:
    named = {
        "AP": row["average_precision"],
        **{f"recall@{share[2:].ljust(2, '0')}": value for share, value in (row["recall"] or {}).items()},
        "tag mAP": row["tag_mean_average_precision"],
        "ECE": row["calibration_error"],
        **(row["rouge"] or {}),
    }
    return ((name, value) for name, value in named.items() if value is not None)


def _spread(rows: Sequence[Mapping[str, float]]) -> Row:
    found = {}
    for name in FIGURES:
        values = [row[name] for row in rows if name in row]
        if len(values) == len(rows):
            found[name] = Spread(float(np.mean(values)), min(values), max(values))
    return found


def _cell(spread: Spread | None) -> str:
    return "–" if spread is None else f"{spread.mean:.3f} [{spread.low:.3f}, {spread.high:.3f}]"


def _plain(row: Row) -> dict[str, dict[str, float]]:
    return {name: asdict(spread) for name, spread in row.items()}


if __name__ == "__main__":
    raise SystemExit(main())
