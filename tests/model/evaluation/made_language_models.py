"""Language models whose answers are known beforehand: one that guesses, one that repeats, and tiny real ones."""

from __future__ import annotations

import json
import lzma
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from sentencepiece import sentencepiece_model_pb2

from model.attention import AdaptiveAttentionConfig
from model.evaluation.foreign_models import Layer, Reading

proto: Any = sentencepiece_model_pb2

BEGIN = 1
WORDS = (
    "The Supplier shall keep all records of the Services in good order and make them available for inspection. "
    "Neither party may assign this Agreement without the written consent of the other party. "
)
SENTENCES = (
    "受託者は、本業務の記録を整備し、委託者の求めに応じて提出する。"
    "甲及び乙は、本契約上の地位を第三者に譲渡してはならない。"
)


class Guessing:
    """Knows nothing: every one of `size` tokens is equally likely. Adaptively each token loses `more` nats."""

    def __init__(self, size: int, more: float = 0.0) -> None:
        self.size, self.more = size, more
        self.asked: list[tuple[int, ...]] = []

    @property
    def opening(self) -> list[int]:
        return [BEGIN]

    def encode(self, text: str) -> list[int]:
        return [ord(letter) for letter in text]

    def read(self, ids: Sequence[int], targets: Sequence[int], config: AdaptiveAttentionConfig | None) -> Reading:
        self.asked.append(tuple(targets))
        loss = math.log(self.size) + (self.more if config else 0.0)
        layers = (Layer(0.25, config.coverage, "made up"), Layer(0.75, None, "other")) if config else ()
        return Reading(np.full(len(targets), -loss), np.zeros(len(targets), bool), layers)


class Repeating(Guessing):
    """Goes on as the text went on where most of the last tokens stood before; adaptively it looks back `reach` tokens only."""

    def __init__(self, reach: int) -> None:
        super().__init__(2)
        self.reach = reach

    def read(self, ids: Sequence[int], targets: Sequence[int], config: AdaptiveAttentionConfig | None) -> Reading:
        found = [self._next(ids, place, self.reach if config else len(ids)) == ids[place] for place in targets]
        reading = super().read(ids, targets, config)
        return Reading(reading.log_probabilities, np.array(found), reading.layers)

    def _next(self, ids: Sequence[int], place: int, reach: int) -> int:
        places = range(max(1, place - reach), place)
        return ids[max(places, key=lambda before: _alike(ids, before, place))] if places else -1


def _alike(ids: Sequence[int], first: int, second: int) -> int:
    """How many tokens before both places are the same, 40 at most."""
    return next((i for i in range(min(first, 40)) if ids[first - 1 - i] != ids[second - 1 - i]), min(first, 40))


def byte_vocabulary(words: Sequence[str] = ()) -> bytes:
    """A SentencePiece BPE model of three special pieces, 256 bytes, and `words` with the merges that lead to them."""
    model = proto.ModelProto()
    kinds = proto.ModelProto.SentencePiece
    for piece, kind in (("<unk>", kinds.UNKNOWN), ("<s>", kinds.CONTROL), ("</s>", kinds.CONTROL)):
        model.pieces.add(piece=piece, score=0.0, type=kind)
    for byte in range(256):
        model.pieces.add(piece=f"<0x{byte:02X}>", score=0.0, type=kinds.BYTE)
    merges = dict.fromkeys(word[:length] for word in words for length in range(1, len(word) + 1))
    merges |= dict.fromkeys(letter for word in words for letter in word)
    for rank, piece in enumerate(sorted(merges, key=len)):
        model.pieces.add(piece=piece, score=-float(rank), type=kinds.NORMAL)
    model.trainer_spec.model_type, model.trainer_spec.byte_fallback = proto.TrainerSpec.BPE, True
    model.trainer_spec.unk_id, model.trainer_spec.bos_id, model.trainer_spec.eos_id = 0, BEGIN, 2
    model.trainer_spec.pad_id = -1
    model.normalizer_spec.name = "identity"
    model.normalizer_spec.add_dummy_prefix = False
    model.normalizer_spec.remove_extra_whitespaces = False
    return bytes(model.SerializeToString())


def write_documents(folder: Path, documents: int = 6) -> None:
    """Made-up contracts and Japanese documents, all of the test split, no two alike."""
    for name, text in (("contracts", WORDS), ("japanese", SENTENCES)):
        with lzma.open(folder / f"{name}.jsonl.xz", "wt", encoding="utf-8") as lines:
            for number in range(documents):
                varied = "".join(f"{number}.{part} {text}" for part in range(8))
                lines.write(json.dumps({"id": f"{name}-{number}", "split": "test", "text": varied}) + "\n")
            lines.write(json.dumps({"id": "learnt", "split": "train", "text": text}) + "\n")
