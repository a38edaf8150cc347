"""Average the weights of successive stages of one training.

    python -m model.training.average --models build/second-0 build/third-0 --shares .3 .7 --out build/model-0

Weights on the way from one stage to the next often generalise better than either end (Wortsman et al. 2022, "Robust
fine-tuning of zero-shot models", section 3). Each folder holds `model.safetensors` and `training.json` of
`model.training.train`; `--out` gets the same two. The shares are chosen on `validation`. What only the last has, as a network
that came with its stage, is taken from it.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from model.checkpoint import file_sha256, load_checkpoint, save_checkpoint
from model.layers import EncoderConfig
from model.scorer import WEIGHTS

FACTS = "training.json"


def main() -> None:
    """Write the average of `--models`, the last of which says what the architecture is."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--models", type=Path, nargs="+", required=True)
    parser.add_argument("--shares", type=float, nargs="+", required=True, help="one a model, 1 together")
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    if len(options.shares) != len(options.models) or abs(sum(options.shares) - 1) > 1e-6:
        parser.error("--shares takes a number for each model, and they make 1 together")
    try:
        average(options.models, options.shares, options.out)
    except ValueError as error:
        parser.error(str(error))


def average(folders: Sequence[Path], shares: Sequence[float], out: Path) -> None:
    """Raises `ValueError` where a model has weights that the last has not, or of another shape."""
    facts: list[dict[str, Any]] = [json.loads((folder / FACTS).read_text("utf-8")) for folder in folders]
    models = [
        load_checkpoint(folder / WEIGHTS, EncoderConfig(**each["architecture"]))
        for folder, each in zip(folders, facts, strict=True)
    ]
    states = [model.state_dict() for model in models]
    for folder, state in zip(folders, states, strict=True):
        other = [name for name, tensor in state.items() if not _fits(tensor, states[-1].get(name))]
        if other:
            raise ValueError(f"the weights in {folder} are of another architecture or base: {', '.join(other[:3])}")
    models[-1].load_state_dict({name: _mean(name, states, shares) for name in states[-1]})
    out.mkdir(parents=True, exist_ok=True)
    save_checkpoint(models[-1], out / WEIGHTS)
    stages = [
        {"share": share, "sha256": file_sha256(folder / WEIGHTS), **each}
        for folder, share, each in zip(folders, shares, facts, strict=True)
    ]
    command = "python -m model.training.average " + " ".join(sys.argv[1:])
    whole = {**facts[-1], "command": command, "averaged": stages}
    (out / FACTS).write_text(json.dumps(whole, indent=1, ensure_ascii=False) + "\n", "utf-8")


def _fits(tensor: Tensor, last: Tensor | None) -> bool:
    """Whether there is a mean of the two: that of packed word vectors is none."""
    if last is None or tensor.shape != last.shape:
        return False
    return tensor.is_floating_point() or torch.equal(tensor, last)


def _mean(name: str, states: Sequence[dict[str, Tensor]], shares: Sequence[float]) -> Tensor:
    last = states[-1][name]
    if any(name not in state for state in states) or all(torch.equal(state[name], last) for state in states):
        return last
    return sum((share * state[name] for share, state in zip(shares, states, strict=True)), torch.zeros_like(last))


if __name__ == "__main__":
    main()
