"""Weak labels for Japanese documents, of which only a dozen were labelled: words that say what binds, warns, excepts or decides.

    python -m model.training.japanese_labels --data ../shared/data

prints how far the rule goes on the labelled validation documents, on which its words and its two constants were chosen. A model
that learns from such labels generalises beyond the words (data programming, Ratner et al., arXiv 1605.07723); the rule itself is
used in training only.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import average_precision_score

from model.calibration import fit
from model.structure import ROLES, Structure

Floats = NDArray[np.float64]

CUES = {
    "duty": r"なければな[らりる]|ねばなら|必要(?:が|で|と)|必須|要件|義務|べき|ものとする|こととする|とします|しなければ",
    "ban": r"てはな[らい]|てはいけ|禁止|できません|できない|不可|認めない|負わない|負いません|行使しない|ないでください|避け",
    "risk": r"リスク|危険|脅威|損害|責任|問題|障害|失わ|低下|攻撃|脆弱|漏[えい]|失敗|影響|欠陥|懸念|課題|損失|停止",
    "advice": r"推奨|勧め|望まし|べき|ベストプラクティス|注意|てください|検討し",
    "exception": r"ただし|但し|を除き|除く|に関わらず|にかかわらず|限り|場合には|例外|原則",
    "decision": r"することにし|に決定|決めま|採用し|選択し|変更しま|廃止|非推奨|移行し|結論|その結果|これにより|わかりました|判明"
    r"|準拠法|解除|終了|存続|期間|無償|有償|料金|支払",
    "amount": r"約?[0-9０-９,]+(?:兆|億|万)?円|[0-9０-９]+日|[0-9０-９]+か月|[0-9０-９.]+[%％]",
}
"""What a reviewer looks for, each counted once a passage."""

SLOPE, OFFSET = 0.84, -3.43
"""Of the logistic function from the rule's score to a probability, as the command fits them on `validation`."""

_PATTERNS = [re.compile(words) for words in CUES.values()]
_LENGTH = 0.3
_HEADING = 2.0


def scores(texts: Sequence[str], structure: Structure) -> Floats:
    """(passages,): how many kinds of cues a passage holds, a little more for long ones, less for headings."""
    cues = np.array([sum(bool(pattern.search(text)) for pattern in _PATTERNS) for text in texts], np.float64)
    length = np.log([max(len(text), 1) for text in texts])
    return np.asarray(cues + _LENGTH * length - _HEADING * (structure[:, 0] == ROLES.index("heading")))


def weak_importance(texts: Sequence[str], structure: Structure) -> Floats:
    """(passages,): the probability that a passage is important, as far as the rule can tell."""
    return np.asarray(1 / (1 + np.exp(-(SLOPE * scores(texts, structure) + OFFSET))))


def main() -> None:
    """Print the constants that fit and the rule's average precision."""
    from model.training.corpora import read_japanese_labelled

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    options = parser.parse_args()
    documents = [d for d in read_japanese_labelled(options.data) if d.split == "validation"]
    found, labels = [], []
    for document in documents:
        if document.structure is not None and document.important is not None:
            found.append(scores(document.texts(), document.structure))
            labels.append(document.important)
    pooled, truth = np.concatenate(found), np.concatenate(labels)
    slope, offset = fit(pooled, truth)
    each = [average_precision_score(truth, score) for score, truth in zip(found, labels, strict=True)]
    print(f"slope {slope:.2f}, offset {offset:.2f}")
    print(f"average precision {average_precision_score(truth, pooled):.3f}, mean over documents {np.mean(each):.3f}")


if __name__ == "__main__":
    main()
