"""What trained models say of every training document: the mean of their probabilities, for others to learn from.

    python -m model.training.teach --data build/training --models build/teacher-0 build/teacher-1 --out
    build/training/teacher.npz

A student learns from these beside the labels (knowledge distillation, Hinton et al., arXiv 1503.02531): an ensemble is right
where its members are not, and it is unsure where labels are noisy. Documents without labels get some.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from model.checkpoint import load_checkpoint
from model.importance import ImportanceModel
from model.layers import EncoderConfig
from model.tags import KINDS, TAG_COUNT, tag_slice
from model.training.batches import Corpus, Crop, pack_probabilities

LONGEST = 16_384
"""Tokens that are read at once; a longer document is read in parts, densely."""


def main() -> None:
    """Write the probabilities, (passages, kinds + tag outputs), as `pack_probabilities` packs them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--models", type=Path, nargs="+", required=True, help="folders that `train` wrote")
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    corpus = Corpus(options.data / "train.npz")
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    total = np.zeros((len(corpus.importance), len(KINDS) + TAG_COUNT), np.float32)
    for folder in options.models:
        facts = json.loads((folder / "training.json").read_text("utf-8"))
        model = load_checkpoint(folder / "model.safetensors", EncoderConfig(**facts["architecture"])).to(device)
        total += probabilities(model, corpus, device)
        print(f"{folder}: done", flush=True)
    packed = pack_probabilities(total / len(options.models))
    np.savez_compressed(options.out, probabilities=packed, allow_pickle=False)


@torch.no_grad()
def probabilities(model: ImportanceModel, corpus: Corpus, device: torch.device) -> NDArray[np.float32]:
    """(passages, kinds + tag outputs) of one model, all read deeply."""
    torch.backends.cuda.enable_cudnn_sdp(False)
    found = np.zeros((len(corpus.importance), len(KINDS) + TAG_COUNT), np.float32)
    waiting: list[Crop] = []
    size = 0
    parts = [part for document in range(len(corpus.kind)) for part in _parts(corpus, document)]
    for number, part in enumerate(parts):
        waiting.append(part)
        size += corpus.size(part)
        if size >= 8 * LONGEST or number + 1 == len(parts):
            batch = corpus.batch(waiting).to(device)
            with torch.autocast(device.type, torch.bfloat16, enabled=device.type == "cuda"):
                said = model(batch.ids, batch.passage_bounds, batch.document_bounds, None, structure=batch.structure)
            logits = torch.cat([said.importance, said.tags], dim=1).float()
            kept = logits.sigmoid() * wanted_outputs(batch.passage_kind, batch.tag_known)
            found[np.concatenate([crop.passages for crop in waiting])] = kept.cpu().numpy()
            waiting, size = [], 0
    return found


def wanted_outputs(kind: Tensor, tag_known: Tensor) -> Tensor:
    """(passages, kinds + tag outputs) bool: importance and tags of the passage's own kind, and the tags that are labelled."""
    own = torch.zeros(len(kind), len(KINDS) + TAG_COUNT, dtype=torch.bool, device=kind.device)
    for number, name in enumerate(KINDS):
        part = tag_slice(name)
        own[:, number] = kind == number
        own[:, len(KINDS) + part.start : len(KINDS) + part.stop] = (kind == number)[:, None]
    own[:, len(KINDS) :] |= tag_known
    return own


def _parts(corpus: Corpus, document: int) -> list[Crop]:
    whole = corpus.crop(document, 0, None)
    count = -(-corpus.size(whole) // LONGEST)
    return [
        Crop(document, part, np.zeros(len(part), np.bool_))
        for part in np.array_split(whole.passages, count)
        if len(part)
    ]


if __name__ == "__main__":
    main()
