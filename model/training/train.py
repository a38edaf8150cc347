"""Fine-tune the importance model on what `prepare` packed.

    python -m model.training.train --data build/training --out build/model --minutes 6 --seed 0

Importance and tags of contracts, design documents and reports, tags of non-disclosure agreements, kinds of documents, and
parallel sentences that keep English and Japanese together. Weights are averaged exponentially; the average that does best on
`validation` is kept.
"""

from __future__ import annotations

import argparse
import copy
import json
import math
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from safetensors.torch import load_file
from sklearn.metrics import average_precision_score
from torch import Tensor

from model.attention import AdaptiveAttentionConfig
from model.checkpoint import file_sha256, save_checkpoint
from model.encoder import EncoderConfig
from model.importance import ImportanceModel, Scores, segment_means
from model.tags import TAGS, tag_slice
from model.tokenizer import PADDING
from model.training.batches import Batch, Corpus, Pairs, Sampler, ahead
from model.training.concentration import Concentration

PACKED = ("base.safetensors", "train.npz", "validation.npz", "parallel.npz")
"""What training reads of the folder that `prepare` wrote."""

CORPORA = (
    "train splits of contracts, contracts-nda, design, reports, japanese; parallel-ja; questions of meetings and "
    "contract-clauses (sources: NOTICE)"
)

_EVALUATIONS = 8
"""How often a run is looked at."""


@dataclass(frozen=True)
class Recipe:
    """How long and how to train. `shares` are of each batch's tokens; learning rates are peaks.

    `attention_density`: while training, documents of at least `sparse_from` tokens are attended to at this density, forward and
    backward; None: densely. Evaluation is dense.
    """

    minutes: float = 6.0
    seed: int = 0
    tokens: int = 65_536
    longest: int = 16_384
    rate: float = 1.5e-4
    head_rate: float = 5e-4
    layer_decay: float = 0.9
    warm_up: float = 0.06
    averaging: float = 0.998
    pairs: int = 256
    pair_weight: float = 0.1
    kind_weight: float = 0.1
    concentration_weight: float = 0.05
    concentration_density: float = 0.04
    attention_density: float | None = None
    sparse_from: int = 2048
    tokens_planned: float = 250e6
    shares: tuple[tuple[str, float], ...] = (
        ("contract", 0.5),
        ("design", 0.3),
        ("confidentiality", 0.08),
        ("report", 0.06),
        ("none", 0.06),
    )


def main() -> None:
    """Train and write `model.safetensors` and `training.json`."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--minutes", type=float, default=Recipe.minutes)
    parser.add_argument("--tokens-planned", type=float, default=Recipe.tokens_planned)
    parser.add_argument("--seed", type=int, default=Recipe.seed)
    parser.add_argument("--concentration-weight", type=float, default=Recipe.concentration_weight)
    parser.add_argument("--attention-density", type=float, help="attend sparsely while training, at this density")
    arguments = parser.parse_args()
    recipe = Recipe(
        minutes=arguments.minutes,
        seed=arguments.seed,
        tokens_planned=arguments.tokens_planned,
        concentration_weight=arguments.concentration_weight,
        attention_density=arguments.attention_density,
    )
    arguments.out.mkdir(parents=True, exist_ok=True)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    architecture, history = train(recipe, arguments.data, arguments.out, device)
    facts = {
        "command": " ".join(["python -m model.training.train", *sys.argv[1:]]),
        "device": torch.cuda.get_device_name() if device.type == "cuda" else "cpu",
        "architecture": asdict(architecture),
        "data": {name: file_sha256(arguments.data / name) for name in PACKED},
        "corpora": CORPORA,
        "recipe": asdict(recipe),
        "history": history,
    }
    (arguments.out / "training.json").write_text(json.dumps(facts, indent=1) + "\n", "utf-8")


def train(recipe: Recipe, data: Path, out: Path, device: torch.device) -> tuple[EncoderConfig, list[dict[str, float]]]:
    """Run the recipe. Returns the architecture and the validation figures along the way; writes the best average to `out`."""
    torch.manual_seed(recipe.seed)
    torch.set_float32_matmul_precision("high")
    # cuDNN compiles its attention anew for every length, and every crop has its own.
    torch.backends.cuda.enable_cudnn_sdp(False)
    model = initial_model(data).to(device)
    average = copy.deepcopy(model)
    optimizer = make_optimizer(model, recipe)
    validation = Corpus(data / "validation.npz")
    batches = ahead(
        iter(Sampler(Corpus(data / "train.npz"), dict(recipe.shares), recipe.tokens, recipe.longest, recipe.seed))
    )
    pairs = ahead(iter(Pairs(data / "parallel.npz", recipe.pairs, recipe.seed)))
    history: list[dict[str, float]] = []
    best, started, seen, step = -1.0, time.monotonic(), 0, 0
    evaluations = 0
    while True:
        # Whichever of tokens and minutes runs out first ends the schedule.
        done = max(seen / recipe.tokens_planned, (time.monotonic() - started) / (60 * recipe.minutes))
        if done * _EVALUATIONS >= evaluations + 1 or done >= 1:
            evaluations += 1
            figures = {
                "tokens": seen,
                "seconds": time.monotonic() - started,
                **evaluate(average, validation, device),
            }
            history.append(figures)
            print(json.dumps({k: round(float(v), 4) for k, v in figures.items()}), flush=True)
            score = figures["contract_ap"] + figures["design_ap"]
            if score > best:
                best = score
                save_checkpoint(average, out / "model.safetensors")
        if done >= 1:
            return model.encoder.config, history
        factor = schedule(min(done, 1.0), recipe.warm_up)
        for group in optimizer.param_groups:
            group["lr"] = group["peak"] * factor
        batch = next(batches).to(device)
        model.train()
        with torch.autocast(device.type, torch.bfloat16, enabled=device.type == "cuda"):
            watched = Concentration(recipe.concentration_density)
            scores = model(
                batch.ids, batch.passage_bounds, batch.document_bounds, training_attention(recipe, step), watch=watched
            )
            uncovered = watched.loss()
            loss = recipe.concentration_weight * uncovered + labelled_loss(scores, batch, recipe)
            english, japanese = next(pairs)
            loss = loss + recipe.pair_weight * pair_loss(model, english.to(device), japanese.to(device))
        optimizer.zero_grad(set_to_none=True)
        torch.autograd.backward(loss)
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        blend(average, model, min(recipe.averaging, (1 + step) / (10 + step)))
        seen += len(batch.ids)
        step += 1
        if step % 100 == 0:
            figures = {"step": step, "tokens": seen, "loss": float(loss), "uncovered": float(uncovered)}
            print(json.dumps(figures), flush=True)


def initial_model(data: Path) -> ImportanceModel:
    """The base's embedding and local layers; everything else as its module initialises it."""
    base = load_file(data / "base.safetensors")
    rows, half = base["embedding.codes"].shape
    layers = 1 + max(int(name.split(".")[1]) for name in base if name.startswith("local."))
    model = ImportanceModel(EncoderConfig(vocabulary=rows, width=2 * half, local_layers=layers))
    state = {f"encoder.{name}": tensor.float() for name, tensor in base.items() if name.startswith("local.")}
    state["encoder.embedding.codes"] = base["embedding.codes"]
    state["encoder.embedding.scales"] = base["embedding.scales"]
    state["encoder.positions"] = base["embedding.positions"]
    state["encoder.embedding_norm.weight"] = base["embedding.norm.weight"]
    state["encoder.embedding_norm.bias"] = base["embedding.norm.bias"]
    missing = model.load_state_dict(state, strict=False)
    if missing.unexpected_keys:
        raise ValueError(f"base weights that the model has no place for: {missing.unexpected_keys}")
    return model


def training_attention(recipe: Recipe, step: int) -> AdaptiveAttentionConfig | None:
    """How a training step attends to whole documents; each explores other token blocks."""
    if recipe.attention_density is None:
        return None
    return AdaptiveAttentionConfig(
        density=recipe.attention_density, dense_below=recipe.sparse_from, audit_rows=0, seed=step
    )


def make_optimizer(model: ImportanceModel, recipe: Recipe) -> torch.optim.AdamW:
    """AdamW; the base's layers learn the slower the lower they lie, what is new learns at the heads' rate."""
    groups: dict[tuple[float, float], list[Tensor]] = {}
    layers = model.encoder.config.local_layers
    for name, parameter in model.named_parameters():
        rate = recipe.head_rate
        if name.startswith("encoder.local."):
            rate = recipe.rate * recipe.layer_decay ** (layers - 1 - int(name.split(".")[2]))
        elif name.startswith(("encoder.positions", "encoder.embedding_norm")):
            rate = recipe.rate * recipe.layer_decay**layers
        decay = 0.01 if parameter.dim() > 1 else 0.0
        groups.setdefault((rate, decay), []).append(parameter)
    return torch.optim.AdamW(
        [{"params": p, "lr": rate, "peak": rate, "weight_decay": decay} for (rate, decay), p in groups.items()],
        betas=(0.9, 0.98),
        fused=next(model.parameters()).is_cuda,
    )


@torch.no_grad()
def blend(average: ImportanceModel, model: ImportanceModel, keep: float) -> None:
    """Move the exponential average towards the model: average = keep · average + (1 - keep) · model."""
    for mine, theirs in zip(average.parameters(), model.parameters(), strict=True):
        mine.lerp_(theirs, 1.0 - keep)


def schedule(done: float, warm_up: float) -> float:
    """Share of the peak learning rate: linear up, then a cosine to zero."""
    if done < warm_up:
        return done / warm_up
    return 0.5 * (1 + math.cos(math.pi * (done - warm_up) / (1 - warm_up)))


def labelled_loss(scores: Scores, batch: Batch, recipe: Recipe) -> Tensor:
    """Cross entropy of importance (mean over labelled passages of each kind), of tags (summed over tags), and of kinds."""
    rows = torch.arange(len(batch.importance), device=batch.importance.device)
    logits = scores.importance[rows, batch.passage_kind].float()
    errors = F.binary_cross_entropy_with_logits(logits, batch.importance.clamp_min(0).float(), reduction="none")
    known = batch.importance >= 0
    loss = (errors * known).sum() / known.sum().clamp_min(1)
    tag_errors = F.binary_cross_entropy_with_logits(scores.tags.float(), batch.tags, reduction="none") * batch.tag_known
    for group in TAGS:
        part = tag_slice(group)
        labelled = batch.tag_known[:, part].any(1).sum().clamp_min(1)
        # A group's weight is its share of the passages.
        loss = loss + tag_errors[:, part].sum() / labelled * (labelled / len(rows)).sqrt()
    return loss + recipe.kind_weight * F.cross_entropy(scores.kind.float(), batch.kind)


def pair_loss(model: ImportanceModel, english: Tensor, japanese: Tensor) -> Tensor:
    """InfoNCE in both directions between mean vectors of parallel sentences after the local layers (temperature 0.05)."""
    vectors = [F.normalize(sentence_vectors(model, ids), dim=-1) for ids in (english, japanese)]
    similarity = vectors[0] @ vectors[1].T / 0.05
    target = torch.arange(len(similarity), device=similarity.device)
    return F.cross_entropy(similarity, target) + F.cross_entropy(similarity.T, target)


def sentence_vectors(model: ImportanceModel, ids: Tensor) -> Tensor:
    """Mean token states of the local layers: padded ids (sentences, tokens) -> (sentences, width), float32."""
    lengths = (ids != PADDING).sum(1)
    flat = ids[ids != PADDING]
    bounds = F.pad(lengths.cumsum(0), (1, 0))
    states = model.encoder.read_locally(flat, bounds.tolist())
    return segment_means(states.float(), bounds)


@torch.no_grad()
def evaluate(model: ImportanceModel, corpus: Corpus, device: torch.device) -> dict[str, float]:
    """Average precision of importance and mean average precision of tags for each group, and accuracy of the kind."""
    model.eval()
    figures: dict[str, float] = {}
    kinds: list[Tensor] = []
    for group in (*TAGS, "none"):
        parts = [_score(model, batch.to(device)) for batch in corpus.whole(group)]
        importance, labels, tags, truths, hits = (torch.cat(column).cpu() for column in zip(*parts, strict=True))
        known = labels >= 0
        if bool(known.any()):
            figures[f"{group}_ap"] = float(average_precision_score(labels[known], importance[known]))
        if group in TAGS:
            truth, score = truths[:, tag_slice(group)].numpy(), tags[:, tag_slice(group)].numpy()
            each = [average_precision_score(truth[:, i], score[:, i]) for i in np.flatnonzero(truth.any(0))]
            figures[f"{group}_tag_map"] = float(np.mean(each))
        kinds.append(hits)
    figures["kind_accuracy"] = float(torch.cat(kinds).float().mean())
    return figures


def _score(model: ImportanceModel, batch: Batch) -> tuple[Tensor, Tensor, Tensor, Tensor, Tensor]:
    with torch.autocast(batch.ids.device.type, torch.bfloat16, enabled=batch.ids.device.type == "cuda"):
        scores = model(batch.ids, batch.passage_bounds, batch.document_bounds, None)
    own = scores.importance.gather(1, batch.passage_kind[:, None])[:, 0]
    return own.float(), batch.importance, scores.tags.float(), batch.tags, scores.kind.argmax(1) == batch.kind


if __name__ == "__main__":
    main()
