"""Made-up labelled data and base weights in the forms in which the real ones come, small enough to train on in seconds."""

from __future__ import annotations

import json
import lzma
import struct
from pathlib import Path

import numpy as np

from model.tags import TAGS

WIDTH, FEED_FORWARD, LAYERS, POSITIONS = 96, 1536, 3, 512
PIECES = {
    "en": [
        "the", "supplier", "shall", "pay", "fee", "liability", "is", "limited", "to", "law", "of", "state", "meeting", "cost",
        "risk", "we", "decided", "use", "log",
    ],
    "ja": ["責任", "上限", "支払", "契約", "甲は", "乙は", "する", "会議", "費用"],
}  # fmt: skip
IMPORTANT = {"contract": "liability is limited", "report": "risk of cost", "design": "we decided use log"}
TAG = {"contract": "cap-on-liability", "report": "risk", "design": "decision", "confidentiality": "limited-use"}


def pieces() -> list[str]:
    """Base vocabulary: special pieces, single characters, whole words."""
    single = [chr(c) for c in range(0x20, 0x7F)] + list("。、" + "".join(sorted(set("".join(PIECES["ja"])))))
    words = ["▁" + word for word in PIECES["en"]] + PIECES["ja"] + ["▁", "▁zebra"]
    return ["<s>", "<pad>", "</s>", "<unk>", *single, *words]


def write_base(path: Path, seed: int = 0) -> dict[str, np.ndarray]:
    """A file as `read_base_weights` reads it; returns what was written: packed bytes, and float32 vectors."""
    generator = np.random.default_rng(seed)
    vocabulary = pieces()

    def packed(rows: int, columns: int) -> np.ndarray:
        groups = np.empty((rows, columns // 32, 18), np.uint8)
        groups[..., :2] = generator.uniform(0.005, 0.02, (rows, columns // 32, 1)).astype(np.float16).view(np.uint8)
        groups[..., 2:] = generator.integers(0, 256, (rows, columns // 32, 16))
        return groups.ravel()

    def vector(size: int, around: float = 0.0) -> np.ndarray:
        return (around + 0.1 * generator.normal(size=size)).astype(np.float32)

    tensors = {
        "emb.word": packed(len(vocabulary), WIDTH), "emb.pos": vector(POSITIONS * WIDTH), "emb.type": vector(2 * WIDTH),
        "emb.ln.w": vector(WIDTH, 1.0), "emb.ln.b": vector(WIDTH),
    }  # fmt: skip
    for i in range(LAYERS):
        shapes = dict.fromkeys(("q", "k", "v", "ao"), (WIDTH, WIDTH))
        shapes |= {"fi": (FEED_FORWARD, WIDTH), "fo": (WIDTH, FEED_FORWARD)}
        for part, (rows, columns) in shapes.items():
            tensors[f"l{i}.{part}.w"], tensors[f"l{i}.{part}.b"] = packed(rows, columns), vector(rows)
        for norm in ("aln", "oln"):
            tensors[f"l{i}.{norm}.w"], tensors[f"l{i}.{norm}.b"] = vector(WIDTH, 1.0), vector(WIDTH)
    _write(path, vocabulary, tensors)
    return tensors


def _write(path: Path, vocabulary: list[str], tensors: dict[str, np.ndarray]) -> None:
    encoded = [piece.encode() for piece in vocabulary]
    ends = np.cumsum([0, *map(len, encoded)]).astype(np.uint32)
    # Longer pieces are likelier than their letters together.
    scores = np.array([-1.0 - 10.0 / len(piece.strip("▁") or "x") for piece in vocabulary], np.float32)
    head = b"E5S1" + struct.pack("<i7i", 1, WIDTH, LAYERS, 4, FEED_FORWARD, len(vocabulary), POSITIONS, 2)
    head += struct.pack("<fi", 1e-12, 32)
    head += struct.pack("<5iQ", len(vocabulary), 0, 2, 1, 3, int(ends[-1])) + ends.tobytes() + scores.tobytes()
    head += b"".join(encoded) + struct.pack("<iI", 1, 5) + b"table"
    size = len(head) + 4 + sum(2 + len(name) + 21 for name in tensors)
    directory, body = struct.pack("<i", len(tensors)), b""
    for name, tensor in tensors.items():
        content = tensor.tobytes()
        count = len(tensor) if tensor.dtype == np.float32 else len(tensor) // 18 * 32
        directory += struct.pack("<H", len(name)) + name.encode()
        directory += struct.pack("<BIQQ", tensor.dtype == np.uint8, count, size + len(body), len(content))
        body += content
    path.write_bytes(head + directory + body)


def write_data(folder: Path, seed: int = 0) -> None:
    """All files that `prepare` and `calibrate` read, twelve documents each, in which a few words make what is important."""
    generator = np.random.default_rng(seed)

    def sentence(most: int = 9) -> str:
        return " ".join(generator.choice(PIECES["en"], generator.integers(3, most))) + "."

    def document(number: int, group: str) -> dict:
        text, labels = "", []
        for _ in range(int(generator.integers(4, 9))):
            text += "\n\n" if text else ""
            start = len(text)
            marked = generator.random() < 0.3 or not labels
            text += f"The {IMPORTANT.get(group, 'fee of use')} {sentence()}" if marked else f"The {sentence()}"
            if marked:
                names = [TAG[group]] if group in TAG else []
                names += ["important"] if group in ("report", "design") else []
                labels += [{"start": start, "end": len(text), "tag": name} for name in names] or [{}]
        more = {"summary_kind": "abstract"} if group in ("report", "design") else {}
        split = ("train", "validation")[number % 2]
        return {"id": f"{group}-{number}", "split": split, "text": text, "labels": [x for x in labels if x], **more}

    def write(name: str, lines: list[dict]) -> None:
        with lzma.open(folder / f"{name}.jsonl.xz", "wt", encoding="utf-8") as file:
            file.writelines(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)

    files = {"contracts": "contract", "contracts-nda": "confidentiality", "reports": "report", "design": "design"}
    for name, group in files.items():
        write(name, [document(i, group) for i in range(12)])
    japanese = ["。".join("".join(generator.choice(PIECES["ja"], 4)) for _ in range(6)) + "。" for _ in range(6)]
    write(
        "japanese",
        [
            {"id": f"ja-{i}", "split": ("train", "validation")[i % 2], "kind": "contract", "text": text, "labels": []}
            for i, text in enumerate(japanese)
        ],
    )
    labelled = [
        {
            "id": f"ja-l{i}",
            "split": "validation",
            "kind": "contract",
            "text": text,
            "labels": [{"start": 0, "end": 9, "tag": "other"}],
        }
        for i, text in enumerate(japanese)
    ]
    write("japanese-labelled", labelled)
    meetings = []
    for i in range(6):
        turns = [f"Then {sentence(20)} {sentence(20)}" for _ in range(8)]
        text = "\n\n".join(turns)
        start = text.index(turns[3])
        query = {"query": " ".join(turns[3].split()[1:4]), "spans": [[start, start + len(turns[3])]]}
        split = ("train", "validation")[i % 2]
        meetings.append(
            {"id": f"meeting-{i}", "split": split, "text": text, "queries": [query, {"query": "nothing", "spans": []}]}
        )
    write("meetings", meetings)
    clauses = [
        {"split": "train", "in_cuad": i < 2, "text": sentence(20), "labels": [{"query": "fee", "score": 4}]}
        for i in range(3)
    ]
    write("contract-clauses", clauses)
    names = {tag: {"name": tag.replace("-", " "), "description": f"the {tag}"} for tag in TAGS["contract"]}
    (folder / "contract-tags.json").write_text(json.dumps(names), "utf-8")
    words = list(zip(PIECES["en"], PIECES["ja"], strict=False))
    pairs = [(words[i], words[j]) for i in range(len(words)) for j in range(len(words)) if i != j]
    write("parallel-ja", [{"source": "made", "en": f"{a[0]} {b[0]}", "ja": a[1] + b[1]} for a, b in pairs])
