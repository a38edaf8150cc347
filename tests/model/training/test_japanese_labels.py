"""Weak labels by rule for Japanese passages."""

from __future__ import annotations

import numpy as np
import pytest

from model.structure import structure_of
from model.training.japanese_labels import CUES, scores, weak_importance

TEXTS = [
    "第5条（責任制限）",
    "甲は、本契約に違反してはならず、損害を賠償しなければならない。ただし、不可抗力の場合を除き、この限りでない。",
    "本書は三つの章からなる。",
    "この設定を推奨します。",
]


def test_what_binds_and_warns_weighs_more_than_what_describes():
    found = scores(TEXTS, structure_of(TEXTS, list(range(4))))
    assert found[1] > found[3] > found[2] > found[0], "headings last"
    probabilities = weak_importance(TEXTS, structure_of(TEXTS, list(range(4))))
    assert ((probabilities > 0) & (probabilities < 1)).all()
    assert np.argsort(probabilities).tolist() == np.argsort(found).tolist()


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("duty", "届け出なければならない。"), ("ban", "譲渡することはできません。"), ("risk", "脆弱性がある。"),
        ("advice", "確認してください。"), ("exception", "但し、休日を除く。"), ("decision", "廃止する。"), ("amount", "約3兆円"),
    ],
)  # fmt: skip
def test_each_kind_of_cue_is_found(kind, text):
    without = "これは説明の文である。"[: len(text)].ljust(len(text), "。")
    structure = structure_of([text, without], [0, 1], ["paragraph", "paragraph"])
    found = scores([text, without], structure)
    assert found[0] >= found[1] + 1
    assert kind in CUES
