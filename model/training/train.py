"""Fine-tune the importance model on what `prepare` packed.

    python -m model.training.train --data build/training --out build/model --minutes 6 --seed 0

Importance and tags of contracts, design documents and reports, tags of non-disclosure agreements, kinds of documents, questions
asked of meetings, tasks whose labels the documents hold (`losses.DocumentTasks`), and parallel text that keeps English and
Japanese together. Half of the steps read everything deeply, half what the scan finds most interesting. Weights are averaged
exponentially.
"""

from __future__ import annotations

import argparse
import copy
import json
import math
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, fields
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.torch import load_file
from torch import Tensor

from model.attention import AdaptiveAttentionConfig
from model.checkpoint import file_sha256, load_checkpoint, save_checkpoint
from model.depth import RandomDepth
from model.importance import ImportanceModel
from model.layers import EncoderConfig, unpack
from model.tags import KINDS
from model.training.batches import Batch, Corpus, Drawing, Pairs, Sampler, ahead
from model.training.concentration import Concentration
from model.training.graphs import LayerGraphs
from model.training.losses import (
    DocumentTasks,
    document_task_loss,
    interest_loss,
    label_targets,
    labelled_loss,
    pair_loss,
    relevance_loss,
    transfer_loss,
)
from model.training.validating import validate, validate_tasks

PACKED = ("base.safetensors", "train.npz", "validation.npz", "parallel.npz", "asked.npz", "japanese.npz")
"""What training reads of the folder that `prepare` wrote."""

CORPORA = (
    "train splits of contracts, contracts-nda, design, reports, japanese, meetings, parallel-ja; questions of meetings and "
    "contract-clauses (sources: NOTICE)"
)


@dataclass(frozen=True)
class Recipe:
    """How long and how to train. `*_share` are of each batch's tokens; learning rates are peaks; `*_weight` are of losses.

    `full_depth`: share of the steps that read everything deeply. `*_every`: in one step of so many. `attention_density`:
    while training, documents of at least `sparse_from` tokens are attended to at this density, forward and backward; 0:
    densely. Validation is dense. `teacher_share`: of the targets where there are labels (see `losses.label_targets`).
    """

    minutes: float = 6.0
    seed: int = 0
    layers: int = 12
    scan_layers: int = 4
    first_layers: int = 2
    long_layers: int = 2
    long_feed_forward: int = 768
    long_scale: float = 0.1
    window: int = 254
    structure: bool = True
    headings: int = 64
    tokens: int = 16_384
    longest: int = 4_096
    very_long: int = 8_192
    long_every: int = 8
    rate: float = 1.3e-4
    head_rate: float = 5e-4
    long_rate: float = 2e-4
    layer_decay: float = 0.92
    warm_up: float = 0.06
    dropout: float = 0.1
    averaging: float = 0.999
    full_depth: float = 0.6
    scan_weight: float = 0.2
    task_weight: float = 0.1
    relevance_weight: float = 0.05
    pairs: int = 256
    pairs_every: int = 8
    pair_weight: float = 0.2
    transfer_every: int = 8
    transfer_weight: float = 1.0
    transfer_from: int = 200
    transfer_run: int = 32
    concentration_weight: float = 0.05
    concentration_density: float = 0.04
    attention_density: float = 0.0
    sparse_from: int = 2048
    tokens_planned: float = 1e12
    evaluations: int = 6
    teacher_share: float = 0.5
    contract_share: float = 0.5
    design_share: float = 0.27
    confidentiality_share: float = 0.05
    report_share: float = 0.05
    meeting_share: float = 0.05
    none_share: float = 0.08

    def shares(self) -> dict[str, float]:
        """Of each batch's tokens, by group."""
        suffix = "_share"
        groups = ("contract", "design", "confidentiality", "report", "meeting", "none")
        return {group: getattr(self, group + suffix) for group in groups}


def main() -> None:
    """Train and write `model.safetensors` and `training.json`."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--teachers", type=Path, nargs="*", default=[], help="probabilities that `teach` wrote")
    parser.add_argument(
        "--begin", type=Path, help="folder that `train` wrote: go on from its weights, not from the base's"
    )
    for each in fields(Recipe):
        parse: Any = (
            (lambda text: text == "yes") if each.type == "bool" else {"int": int, "float": float}[str(each.type)]
        )
        parser.add_argument("--" + each.name.replace("_", "-"), type=parse, default=each.default)
    options = parser.parse_args()
    recipe = Recipe(**{each.name: getattr(options, each.name) for each in fields(Recipe)})
    options.out.mkdir(parents=True, exist_ok=True)
    training = Training(recipe, options.data, options.teachers, options.begin)
    history = training.run()
    save_checkpoint(training.average, options.out / "model.safetensors")
    prepared = options.data / "prepared.json"
    facts = {
        "command": " ".join(["python -m model.training.train", *sys.argv[1:]]),
        "device": torch.cuda.get_device_name() if training.device.type == "cuda" else "cpu",
        "architecture": asdict(training.model.encoder.config),
        "data": {name: file_sha256(options.data / name) for name in PACKED},
        "corpora": CORPORA,
        "recipe": asdict(recipe) | (json.loads(prepared.read_text("utf-8")) if prepared.exists() else {}),
        "history": history,
    }
    (options.out / "training.json").write_text(json.dumps(facts, indent=1) + "\n", "utf-8")


class Training:
    """A run of a recipe: the model, its average, and where the batches come from."""

    def __init__(self, recipe: Recipe, data: Path, teachers: Sequence[Path] = (), begin: Path | None = None) -> None:
        self.recipe = recipe
        self.device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        torch.manual_seed(recipe.seed)
        torch.set_float32_matmul_precision("high")
        # cuDNN compiles its attention anew for every length, and every crop has its own.
        torch.backends.cuda.enable_cudnn_sdp(False)
        self.model = initial_model(data, recipe)
        if begin is not None:
            begin_with(self.model, begin)
        self.model.to(self.device)
        self.tasks = DocumentTasks(self.model.encoder.config.width).to(self.device)
        self.average, self.average_tasks = copy.deepcopy(self.model), copy.deepcopy(self.tasks)
        # Listed once: to walk through all modules takes milliseconds, in each step.
        self.learnt: list[Tensor] = [*self.model.train().parameters(), *self.tasks.parameters()]
        self.averaged: list[Tensor] = [*self.average.parameters(), *self.average_tasks.parameters()]
        for parameter in self.learnt:
            # Graphs leave gradients in places that they use again; these here are added to, and never become those.
            parameter.grad = torch.zeros_like(parameter)
        self.graphs = self._captured() if self.device.type == "cuda" else None
        self.optimizer = make_optimizer(self.model, self.tasks, recipe)
        self.validation, self.japanese = Corpus(data / "validation.npz"), Corpus(data / "japanese.npz")
        corpus = Corpus(data / "train.npz", teachers)
        drawing = Drawing(recipe.tokens, recipe.longest, recipe.very_long, recipe.long_every)
        self.batches = ahead(self._on_device(iter(Sampler(corpus, recipe.shares(), drawing, recipe.seed))))
        self.parallel = ahead(iter(Pairs(data / "parallel.npz", recipe.pairs * 3 // 4, recipe.seed)))
        self.runs = ahead(iter(Pairs(data / "parallel.npz", recipe.pairs, recipe.seed, recipe.transfer_run)))
        self.asked = ahead(iter(Pairs(data / "asked.npz", recipe.pairs // 4, recipe.seed)))
        self.depth = RandomDepth(np.random.default_rng(recipe.seed))
        self.chance = np.random.default_rng([recipe.seed, 1])
        self.stopped = torch.zeros(len(KINDS), dtype=torch.bool, device=self.device)
        self.best = [(0.0, 0)] * len(KINDS)

    def run(self) -> list[dict[str, float]]:
        """Train to the end. Returns the validation figures along the way."""
        recipe = self.recipe
        history: list[dict[str, float]] = []
        started, seen, step = time.monotonic(), 0, 0
        while True:
            # Whichever of tokens and minutes runs out first ends the schedule.
            seconds = time.monotonic() - started
            done = max(seen / recipe.tokens_planned, seconds / (60 * recipe.minutes))
            if done * recipe.evaluations >= len(history) + 1 or done >= 1:
                history.append({"tokens": seen, "steps": step, "seconds": seconds, **self._evaluate(last=done >= 1)})
                print(json.dumps({k: round(float(v), 4) for k, v in history[-1].items()}), flush=True)
            if done >= 1:
                return history
            factor = schedule(min(done, 1.0), recipe.warm_up)
            for group in self.optimizer.param_groups:
                group["lr"] = group["peak"] * factor
            batch = next(self.batches)
            loss = self._step(batch, step)
            seen += len(batch.ids)
            step += 1
            if step % 200 == 0:
                rate = seen / (time.monotonic() - started)
                print(
                    json.dumps({"step": step, "tokens": seen, "a_second": round(rate), "loss": float(loss)}), flush=True
                )

    def _step(self, batch: Batch, step: int) -> Tensor:
        self.optimizer.zero_grad(set_to_none=False)
        loss = torch.zeros((), device=self.device)
        for part in self._parts(batch, step):
            with torch.autocast(self.device.type, torch.bfloat16, enabled=self.device.type == "cuda"):
                value = part()
            torch.autograd.backward(value)
            loss += value.detach()
            if self.graphs:
                self.graphs.release()
        torch.nn.utils.clip_grad_norm_(self.learnt, 1.0)
        self.optimizer.step()
        blend(self.averaged, self.learnt, min(self.recipe.averaging, (1 + step) / (10 + step)))
        return loss

    def _parts(self, batch: Batch, step: int) -> Iterator[Callable[[], Tensor]]:
        """The parts of a step's loss, each with a backward pass of its own."""
        recipe = self.recipe
        yield lambda: self._labelled(batch, step)
        if recipe.pair_weight and step % recipe.pairs_every == 0:
            yield self._paired
        # Before there is something to say in English, there is nothing to carry over.
        due = step % recipe.transfer_every == recipe.transfer_every // 2
        if recipe.transfer_weight and due and step >= recipe.transfer_from:
            yield self._transferred

    def _labelled(self, batch: Batch, step: int) -> Tensor:
        recipe, model = self.recipe, self.model
        watched = Concentration(recipe.concentration_density)
        concentrates = recipe.concentration_weight > 0 and step % recipe.long_every == recipe.long_every - 1
        everything = not recipe.scan_layers or self.chance.random() < recipe.full_depth
        scores = model(
            batch.ids,
            batch.passage_bounds,
            batch.document_bounds,
            training_attention(recipe, step),
            watch=watched if concentrates else None,
            structure=batch.structure,
            depth=None if everything else self.depth,
        )
        targets = label_targets(batch, recipe.teacher_share)
        loss = labelled_loss(scores, batch, targets, self.stopped)
        for scan in scores.scans:
            on_scan = labelled_loss(scan, batch, targets, self.stopped) + interest_loss(scan, targets)
            loss = loss + recipe.scan_weight * on_scan
        loss = loss + recipe.long_every * recipe.concentration_weight * watched.loss()
        loss = loss + recipe.task_weight * document_task_loss(self.tasks, scores, batch)
        return loss + recipe.relevance_weight * relevance_loss(model, scores, batch)

    def _paired(self) -> Tensor:
        sides = [ids for pair in (next(self.parallel), next(self.asked)) for ids in pair]
        return self.recipe.pair_weight * pair_loss(self.model, sides)

    def _transferred(self) -> Tensor:
        moved = transfer_loss(self.model, *next(self.runs), self.recipe.transfer_run)
        return self.recipe.transfer_weight * moved

    def _evaluate(self, *, last: bool) -> dict[str, float]:
        most = 1000 if last else 60
        figures = validate(self.average, self.validation, self.japanese, self.device, most, thorough=last)
        if last:
            figures |= validate_tasks(self.average, self.average_tasks, self.validation, self.device)
        # A kind whose importance has got worse twice running is learnt no further; its tags are.
        for number, kind in enumerate(KINDS):
            value, worse = figures.get(f"{kind}_ap", 0.0), self.best[number][1] + 1
            self.best[number] = (value, 0) if value >= self.best[number][0] else (self.best[number][0], worse)
            self.stopped[number] = self.best[number][1] >= 2
        return figures

    def _captured(self) -> LayerGraphs:
        """Graphs of the model's layers, which it goes through from now on."""
        encoder, config = self.model.encoder, self.model.encoder.config
        graphs = LayerGraphs()
        cuts = sorted({0, config.first_layers, config.scan_layers, config.local_layers})
        for first, last in pairwise(cuts):
            graphs.capture(list(encoder.local[first:last]), config.width, config.window + 2, sequences=767)
        if config.long_layers:
            graphs.capture(encoder.long_layers(), config.width, 2 * self.recipe.very_long, sequences=127)
        encoder.run = graphs
        return graphs

    def _on_device(self, batches: Iterator[Batch]) -> Iterator[Batch]:
        for batch in batches:
            yield batch.to(self.device)


def initial_model(data: Path, recipe: Recipe) -> ImportanceModel:
    """The base's embedding and first local layers; everything else as its module initialises it."""
    base = load_file(data / "base.safetensors")
    rows, half = base["embedding.codes"].shape
    config = EncoderConfig(
        vocabulary=rows,
        width=2 * half,
        feed_forward=base["local.0.up.bias"].shape[0],
        local_layers=recipe.layers,
        local_heads=2 * half // 32,
        window=recipe.window,
        long_layers=recipe.long_layers,
        long_heads=max(1, 2 * half // 64),
        dropout=recipe.dropout,
        scan_layers=recipe.scan_layers,
        first_layers=recipe.first_layers,
        long_feed_forward=recipe.long_feed_forward,
        long_scale=recipe.long_scale,
        structure=recipe.structure,
        asks=True,
        headings=recipe.headings if recipe.structure else 0,
    )
    model = ImportanceModel(config)
    state = {
        "encoder.embedding.codes": base["embedding.codes"],
        "encoder.embedding.scales": base["embedding.scales"],
        "encoder.positions": base["embedding.positions"][: recipe.window + 2],
        "encoder.embedding_norm.weight": base["embedding.norm.weight"],
        "encoder.embedding_norm.bias": base["embedding.norm.bias"],
    }
    for name, tensor in base.items():
        part, _, last = name.rpartition(".")
        if not part.startswith("local.") or int(part.split(".")[1]) >= recipe.layers:
            continue
        if last == "codes":
            state[f"encoder.{part}.weight"] = unpack(tensor, base[f"{part}.scales"])
        elif last != "scales":
            state[f"encoder.{name}"] = tensor.float()
    missing = model.load_state_dict(state, strict=False)
    if missing.unexpected_keys:
        raise ValueError(f"base weights that the model has no place for: {missing.unexpected_keys}")
    if recipe.scan_layers:
        _begin_deep_layers(model, data)
    return model


def begin_with(model: ImportanceModel, folder: Path) -> None:
    """Take over trained weights. What they do not have yet stays as it is: a network for headings, which begins as nothing."""
    facts = json.loads((folder / "training.json").read_text("utf-8"))
    trained = load_checkpoint(folder / "model.safetensors", EncoderConfig(**facts["architecture"])).state_dict()
    missing = model.load_state_dict(trained, strict=False)
    if missing.unexpected_keys or not all(name.startswith("encoder.headings.") for name in missing.missing_keys):
        raise ValueError(f"the weights in {folder} are of another architecture")


@torch.no_grad()
def _begin_deep_layers(model: ImportanceModel, data: Path) -> None:
    """What stands for <s> and </s> where layers go on begins as the mean of what the layers before make of them."""
    encoder = model.eval().encoder
    corpus = Corpus(data / "validation.npz")
    batch = corpus.batch([corpus.crop(int(corpus.members("contract")[0]), 0, None)])
    for place, layers in enumerate((encoder.config.first_layers, encoder.config.scan_layers)):
        states: list[Tensor] = []
        if layers:
            hook = encoder.local[layers - 1].register_forward_hook(lambda _, __, x, states=states: states.append(x))
            encoder.read_locally(batch.ids, [0, len(batch.ids)])
            hook.remove()
            encoder.ends[place].copy_(torch.stack([states[0][:, 0].mean(0), states[0][:, -1].mean(0)]))


def training_attention(recipe: Recipe, step: int) -> AdaptiveAttentionConfig | None:
    """How a training step attends to whole documents; each explores other token blocks."""
    if not recipe.attention_density:
        return None
    return AdaptiveAttentionConfig(
        density=recipe.attention_density, dense_below=recipe.sparse_from, audit_rows=0, seed=step
    )


def make_optimizer(model: ImportanceModel, tasks: DocumentTasks, recipe: Recipe) -> torch.optim.AdamW:
    """AdamW; the base's layers learn the slower the lower they lie, what is new learns at the heads' rate."""
    groups: dict[tuple[float, float], list[Tensor]] = {}
    layers = model.encoder.config.local_layers
    for name, parameter in [*model.named_parameters(), *tasks.named_parameters()]:
        rate = recipe.head_rate
        if name.startswith("encoder.local."):
            rate = recipe.rate * recipe.layer_decay ** (layers - 1 - int(name.split(".")[2]))
        elif name.startswith(("encoder.positions", "encoder.embedding_norm")):
            rate = recipe.rate * recipe.layer_decay**layers
        elif name.startswith("encoder.long"):
            rate = recipe.long_rate
        decay = 0.01 if parameter.dim() > 1 else 0.0
        groups.setdefault((rate, decay), []).append(parameter)
    return torch.optim.AdamW(
        [{"params": p, "lr": rate, "peak": rate, "weight_decay": decay} for (rate, decay), p in groups.items()],
        betas=(0.9, 0.98),
        fused=next(model.parameters()).is_cuda,
    )


@torch.no_grad()
def blend(averaged: list[Tensor], learnt: list[Tensor], keep: float) -> None:
    """Move the exponential average towards the parameters: averaged = keep · averaged + (1 - keep) · learnt."""
    torch._foreach_lerp_(averaged, learnt, 1.0 - keep)


def schedule(done: float, warm_up: float) -> float:
    """Share of the peak learning rate: linear up, then a cosine to zero."""
    if done < warm_up:
        return done / warm_up
    return 0.5 * (1 + math.cos(math.pi * (done - warm_up) / (1 - warm_up)))


if __name__ == "__main__":
    main()
