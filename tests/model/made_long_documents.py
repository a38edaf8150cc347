"""Queries and keys whose mass is known, and a folder of documents and weights small enough to read in a second."""

from __future__ import annotations

import json
import lzma
import shutil
from pathlib import Path

import torch
from made_model import made_model
from torch import Tensor

from model.checkpoint import file_sha256, save_checkpoint, write_manifest
from model.layers import EncoderConfig
from model.scorer import MANIFEST, TOKENIZER, WEIGHTS
from model.tokenizer import Tokenizer
from model.training.estimator import FILES

SHIPPED = Path(__file__).resolve().parents[2] / "resources" / "model"


def one_strong_key_a_run(seed: int, tokens: int = 512, run: int = 16, size: int = 16) -> tuple[Tensor, Tensor]:
    """Query and key (1, 2, tokens, size): an eighth of the runs hold one key that all look for, which the mean dilutes."""
    generator = torch.Generator().manual_seed(seed)
    query = 0.5 * torch.randn(1, 2, tokens, size, generator=generator)
    query[..., 0] += 4.0
    key = 0.5 * torch.randn(1, 2, tokens, size, generator=generator)
    strong = torch.randperm(tokens // run, generator=generator)[: tokens // run // 8]
    places = torch.arange(0, tokens, run) + torch.randint(run, (tokens // run,), generator=generator)
    key[:, :, places[strong], 0] += 7.0
    # What a strong key adds to the mean the others of its run lack.
    key[..., 0] -= key[..., 0].view(1, 2, -1, run).mean(-1).repeat_interleave(run, -1)
    return query, key


def write_folder(folder: Path) -> tuple[Path, Path]:
    """The folders of data (each kind four documents a split, the last one short) and of weights."""
    data, weights = folder / "data", folder / "weights"
    data.mkdir()
    weights.mkdir()
    sentences = [
        "The supplier shall pay the fee.",
        "責任は契約金額を上限とする。",
        "Either party may end this agreement.",
    ]
    for kind, name in FILES.items():
        with lzma.open(data / name, "wt", encoding="utf-8") as file:
            for split in ("train", "validation", "test"):
                for number in range(4):
                    text = "\n\n".join(sentences[(i * i + number) % 3] for i in range(4 if number == 3 else 40))
                    file.write(json.dumps({"id": f"{kind}-{split}-{number}", "split": split, "text": text}) + "\n")
    shutil.copyfile(SHIPPED / TOKENIZER, weights / TOKENIZER)
    config = EncoderConfig(
        vocabulary=Tokenizer(weights / TOKENIZER).size,
        width=128,
        feed_forward=32,
        local_layers=1,
        local_heads=2,
        window=62,
        long_layers=2,
        long_heads=2,
    )
    save_checkpoint(made_model(config), weights / WEIGHTS)
    write_manifest(weights / MANIFEST, config, {"sha256": file_sha256(weights / WEIGHTS)})
    return data, weights
