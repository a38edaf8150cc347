"""The tokenizer's vocabulary: the XLM-R pieces that English and Japanese text uses, rebuilt as a SentencePiece model.

Keeping only used pieces shrinks the word embedding from 250,037 to some 33,000 rows without retraining: pieces and scores stay
as they were, so the text is cut as XLM-R cuts it, but for pieces that the corpora hardly ever use.
"""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import sentencepiece
from numpy.typing import NDArray
from sentencepiece import sentencepiece_model_pb2

from model.tokenizer import BEGIN, END, PADDING, UNKNOWN
from model.training.base_weights import Vocabulary

proto: Any = sentencepiece_model_pb2  # its classes are made at run time, which type checkers cannot see

_SPECIAL = {UNKNOWN: "<unk>", BEGIN: "<s>", END: "</s>", PADDING: "<pad>"}
_CHARACTER_RANGES = (
    (0x20, 0x17F),
    (0x2010, 0x2044),
    (0x2190, 0x2193),
    (0x2460, 0x2473),
    (0x3000, 0x30FF),
    (0x4E00, 0x9FFF),
)
"""Single characters that are kept whether the corpora use them or not: Latin, punctuation, circled digits, kana, kanji."""


def choose_pieces(vocabulary: Vocabulary, texts: Iterable[str], minimum: int) -> list[int]:
    """Rows of the base vocabulary to keep, in ascending order: pieces used at least `minimum` times, and single characters."""
    full = _processor(build_model(vocabulary.pieces[4:], vocabulary.scores[4:]))
    counts: Counter[int] = Counter()
    for text in texts:
        counts.update(full.encode(text))
    shift = 4 - len(_SPECIAL)
    used = {i + shift for i, n in counts.items() if i >= len(_SPECIAL) and n >= minimum}
    single = {i for i, piece in enumerate(vocabulary.pieces) if i >= 4 and _is_kept_character(piece)}
    return sorted(used | single)


def build_model(pieces: Sequence[str], scores: NDArray[np.float32]) -> bytes:
    """A serialized SentencePiece unigram model with our special pieces first and the `nmt_nfkc` normaliser."""
    model = proto.ModelProto()
    model.ParseFromString(_normalizer_template())
    del model.pieces[:]
    kinds = proto.ModelProto.SentencePiece
    for index in sorted(_SPECIAL):
        kind = kinds.UNKNOWN if index == UNKNOWN else kinds.CONTROL
        model.pieces.add(piece=_SPECIAL[index], score=0.0, type=kind)
    for piece, score in zip(pieces, scores, strict=True):
        model.pieces.add(piece=piece, score=float(score), type=kinds.NORMAL)
    model.trainer_spec.unk_id, model.trainer_spec.bos_id = UNKNOWN, BEGIN
    model.trainer_spec.eos_id, model.trainer_spec.pad_id = END, PADDING
    model.trainer_spec.vocab_size = len(model.pieces)
    model.trainer_spec.input[:] = []
    model.trainer_spec.model_prefix = ""
    return bytes(model.SerializeToString())


def _normalizer_template() -> bytes:
    # The compiled normalisation table is only to be had by training a model, so train the smallest one.
    with tempfile.TemporaryDirectory() as folder:
        text = Path(folder) / "text"
        text.write_text("a b c d e f g\n" * 8)
        sentencepiece.SentencePieceTrainer.train(
            input=str(text),
            model_prefix=str(Path(folder) / "tiny"),
            vocab_size=12,
            normalization_rule_name="nmt_nfkc",
            minloglevel=2,
            hard_vocab_limit=False,
        )
        return (Path(folder) / "tiny.model").read_bytes()


def _processor(model: bytes) -> sentencepiece.SentencePieceProcessor:
    return sentencepiece.SentencePieceProcessor(model_proto=model)


def _is_kept_character(piece: str) -> bool:
    bare = piece.removeprefix("▁")
    return len(bare) <= 1 and (not bare or any(a <= ord(bare) <= b for a, b in _CHARACTER_RANGES))
