"""ROUGE of what a method puts first against the author's own summary.

ROUGE-1, -2 and -L (Lin 2004) as the library rouge-score computes them: F1, English words stemmed, of Japanese single characters.
What is compared is the text of the passages that one reads, highest score first, until 10 % of the text is reached
(`figures.passages_read`), put back into reading order. All methods are given the same 10 %, which is mostly longer than
the summary; so figures compare methods with each other and not with summarizers elsewhere. The summary is not in the text. The
labels of design documents and reports were derived from the same summaries by word overlap: this is no second opinion on them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import Any

import numpy as np

from model.evaluation.centrality import Floats
from model.evaluation.figures import passages_read
from model.language import is_japanese
from model.training.corpora import LabelledDocument

SHARE = 0.1
"""Of the text, in characters of its passages."""

_MEASURES = {"ROUGE-1": "rouge1", "ROUGE-2": "rouge2", "ROUGE-L": "rougeL"}
MEASURES = tuple(_MEASURES)


@dataclass(frozen=True)
class Characters:
    """Cuts Japanese text as rouge-score cuts English: every letter or digit is a token, spaces and punctuation are none."""

    def tokenize(self, text: str) -> list[str]:
        """The tokens, in lower case."""
        return [character for character in text.lower() if character.isalnum()]


def selected_text(document: LabelledDocument, scores: Floats, share: float = SHARE) -> str:
    """The passages that are read until `share` of the text, in reading order, one a line; nothing where the first is longer."""
    lengths = np.array([end - start for start, end in document.spans], dtype=np.int64)
    read = sorted(passages_read(scores, lengths, share).tolist())
    return "\n".join(document.text[start:end] for start, end in (document.spans[place] for place in read))


def overlap(summary: str, selected: str) -> dict[str, float]:
    """F1 of each of `MEASURES`, 0 to 1."""
    found = _scorer(is_japanese([summary])).score(summary, selected)
    return {name: float(found[measure].fmeasure) for name, measure in _MEASURES.items()}


def mean_overlap(documents: Sequence[LabelledDocument], scores: Sequence[Floats]) -> dict[str, float] | None:
    """Mean of `overlap` over the documents that have a summary; None where none has."""
    found = [
        overlap(document.summary, selected_text(document, each))
        for document, each in zip(documents, scores, strict=True)
        if document.summary
    ]
    return {name: float(np.mean([each[name] for each in found])) for name in MEASURES} if found else None


@cache
def _scorer(japanese: bool) -> Any:
    scorer = import_module("rouge_score.rouge_scorer").RougeScorer
    measures = list(_MEASURES.values())
    return scorer(measures, tokenizer=Characters()) if japanese else scorer(measures, use_stemmer=True)
