"""Why a passage is important to the model: its importance with each phrase of it left out, one at a time (occlusion).

M. D. Zeiler and R. Fergus, Visualizing and Understanding Convolutional Networks, 2014, section 2.2, with phrases for the grey
square. The passage is scored with its neighbours alone and not with its whole document, so that it takes a moment only; what is
said is how much the estimate falls there, and no more than that.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence

from app.analysis.analysis import Explanation, Weight
from app.analysis.analyzing import PassageScorer
from app.documents.document import DocumentKind
from model.scorer import Attending

MOST_PHRASES, FEWEST_PHRASES = 16, 6
"""A passage is cut into so many phrases at most: each costs a reading of the passage and its neighbours. A long passage, whose
reading takes longer, is cut into fewer, so that the answer comes within two seconds."""
_READ = 9_000
"""Characters that are read in all, where that leaves phrases enough; one core reads some 6,000 a second."""

_LEAST = 1e-6
_WORD = re.compile(
    r"(?:[\u4e00-\u9fff々〇\d]+[\u3041-\u309f]*|[\u30a1-\u30fa\u30fc]+[\u3041-\u309f]*|[\u3041-\u309f]+|[^\s\u3001-\u9fff\uff01-\uff65]+|\S)"
    r"[、。，．；：）」』】,.;:)]*"
)
"""A word with the marks that follow it; in Japanese a run of kanji, digits or katakana with the kana behind it."""
_STOP = re.compile(r"[,.;:、。；：)）」]$")


def explain(
    passages: Sequence[str],
    index: int,
    kind: DocumentKind,
    scorer: PassageScorer,
    check: Callable[[], None],
) -> Explanation:
    """Score `passages[index]`, among its neighbours, whole and with each phrase left out.

    `check` is called before each reading and may raise to end it. Raises IndexError where there is no such passage.
    """
    passage = passages[index]

    def log_odds(text: str) -> float:
        check()
        read = [*passages[:index], text, *passages[index + 1 :]]
        scores = scorer.score(read, kind=kind, attending=Attending(adaptive=False, whole=True))
        importance = min(max(float(scores.importance[index]), _LEAST), 1 - _LEAST)
        return math.log(importance / (1 - importance))

    whole = log_odds(passage)
    weights = [
        Weight(start, end, whole - log_odds(left))
        for start, end in phrases(passage, _affordable(passages))
        if (left := f"{passage[:start].rstrip()} {passage[end:].lstrip()}".strip())
    ]
    return Explanation(1 / (1 + math.exp(-whole)), tuple(weights))


def _affordable(passages: Sequence[str]) -> int:
    """How many phrases the passage is cut into."""
    once = max(sum(map(len, passages)), 1)
    return max(FEWEST_PHRASES, min(MOST_PHRASES, _READ // once))


def phrases(text: str, most: int = MOST_PHRASES) -> list[tuple[int, int]]:
    """The text cut into at most `most` runs of words, of about equal length, rather behind a comma than in midst of words."""
    words = [found.span() for found in _WORD.finditer(text)]
    if len(words) <= most:
        return words
    cut: list[tuple[int, int]] = []
    start = 0
    for left in range(most, 0, -1):
        if start >= len(words):
            break
        size = math.ceil((len(words) - start) / left)
        size = next((n for n in range(size, size // 2, -1) if _STOP.search(_of(text, words[start : start + n]))), size)
        cut.append((words[start][0], words[min(start + size, len(words)) - 1][1]))
        start += size
    if start < len(words):
        cut[-1] = (cut[-1][0], words[-1][1])
    return cut


def _of(text: str, words: Sequence[tuple[int, int]]) -> str:
    return text[words[0][0] : words[-1][1]] if words else ""
