"""Train variants of the recipe beside each other, on all GPUs of a machine, and set their validation figures side by side.

    python -m model.training.trials --data build/training --out build/trials --minutes 7 --trials base windows-only window-510
    python -m model.training.trials --out build/trials --table

A trial is the recipe with a few things changed; `TRIALS` names those that the model card reports. Several trials may share a GPU,
which a small model leaves half idle. Each writes what `train` writes into a folder of its name, and `train.log`.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch

from model.evaluation.output import number, table

Change = Mapping[str, Any]

TRIALS: dict[str, Change] = {
    "base": {},
    "seed-1": {"seed": 1},
    "seed-2": {"seed": 2},
    "windows-only": {"long_layers": 0},
    "one-whole-layer": {"long_layers": 1},
    "window-126": {"window": 126},
    "window-510": {"window": 510},
    "no-structure": {"structure": False},
    "no-headings": {"headings": 0},
    "no-document-tasks": {"task_weight": 0.0},
    "no-transfer": {"transfer_weight": 0.0},
    "no-concentration": {"concentration_weight": 0.0},
    "always-whole": {"full_depth": 1.0},
    "scan-of-three": {"scan_layers": 3, "first_layers": 1},
    "no-scan": {"scan_layers": 0, "first_layers": 0},
    "six-layers": {"layers": 6, "scan_layers": 2, "first_layers": 1},
    "large-batches": {"tokens": 65_536, "longest": 8_192},
    "higher-rate": {"rate": 2.5e-4},
}
"""By name, what is changed of `train.Recipe`."""

FIGURES = {
    "contract AP": "contract_ap",
    "recall@20": "contract_recall20",
    "tag mAP": "contract_tag_map",
    "design AP": "design_ap",
    "design tags": "design_tag_map",
    "report AP": "report_ap",
    "Japanese AP": "japanese_ap",
    "meetings@10": "meeting_recall10",
    "first AP": "contract_scan0_ap",
    "scan AP": "contract_scan1_ap",
    "moved AP": "contract_moved_ap",
    "links": "contract_link_top1",
    "sections": "design_section_top1",
}
"""What the table shows, by its heading; all on validation, importance read deeply and densely."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run trials, print the table of all that are in `--out`. Returns 1 where a trial failed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, help="folder that `prepare` wrote; needed to train")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--trials", nargs="+", choices=list(TRIALS), default=["base"])
    parser.add_argument("--minutes", type=float, default=7.0)
    parser.add_argument("--per-gpu", type=int, default=2, help="trials that share a GPU")
    parser.add_argument("--table", action="store_true", help="train nothing")
    options, passed_on = parser.parse_known_args(arguments)
    failed: list[str] = []
    if not options.table:
        if options.data is None:
            parser.error("--data is needed to train")
        failed = run(options.trials, options, passed_on)
    print(described(options.out))
    for name in failed:
        print(f"{name} failed: see {options.out / name / 'train.log'}", file=sys.stderr)
    return int(bool(failed))


def run(names: Sequence[str], options: argparse.Namespace, passed_on: Sequence[str]) -> list[str]:
    """Run trials, as many at once as there is room for. Returns those that failed; `passed_on` are arguments of `train`."""
    slots = max(1, torch.cuda.device_count()) * options.per_gpu
    waiting = list(names)
    running: dict[str, tuple[int, subprocess.Popen[bytes]]] = {}
    failed: list[str] = []
    free = list(range(slots))
    while waiting or running:
        while waiting and free:
            name, slot = waiting.pop(0), free.pop(0)
            running[name] = (slot, _start(name, slot // options.per_gpu, options, passed_on))
        for name, (slot, process) in list(running.items()):
            if process.poll() is not None:
                del running[name]
                free.append(slot)
                failed += [name] if process.returncode else []
        time.sleep(0.2)
    return failed


def _start(name: str, gpu: int, options: argparse.Namespace, passed_on: Sequence[str]) -> subprocess.Popen[bytes]:
    folder = options.out / name
    folder.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "model.training.train", "--data", options.data, "--out", folder]
    command += ["--minutes", options.minutes, *passed_on]
    for key, value in TRIALS[name].items():
        command += [
            "--" + key.replace("_", "-"),
            {True: "yes", False: "no"}.get(value, value) if isinstance(value, bool) else value,
        ]
    with (folder / "train.log").open("wb") as log:
        return subprocess.Popen(
            list(map(str, command)),
            stdout=log,
            stderr=subprocess.STDOUT,
            env={**os.environ, "CUDA_VISIBLE_DEVICES": str(gpu)},
        )


def described(out: Path) -> str:
    """The table of all trials in a folder that came to their end, with the tokens and steps that each made of its time."""
    rows = []
    for path in sorted(out.glob("*/training.json")):
        facts = json.loads(path.read_text("utf-8"))
        last = facts["history"][-1]
        counts = [f"{last['tokens'] / 1e6:.0f} M", f"{last['steps']:.0f}", str(facts["recipe"]["seed"])]
        rows.append([path.parent.name, *counts, *(number(last.get(name)) for name in FIGURES.values())])
    return table(["trial", "tokens", "steps", "seed", *FIGURES], rows)


if __name__ == "__main__":
    raise SystemExit(main())
