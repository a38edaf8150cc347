"""The first answers to a question, by its words alone, shown while the model still reads the document. Knows no Qt.

Passages that hold the question's words, rare ones counting more (K. Sparck Jones, A statistical interpretation of term
specificity, 1972). The window has them within a frame; what the model answers takes their place.
"""

from __future__ import annotations

import math
import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator, Sequence

from app.ui.answering import MOST, Answer

_TERM = re.compile(r"[\u3005\u4e00-\u9fff]{2,}|[\u30a1-\u30fa\u30fc]{2,}|[^\W_\u3005-\u30ff\u4e00-\u9fff]{3,}")
"""Runs of kanji or katakana; words of other scripts. Hiragana alone says how, not what."""
_ENDING = 2
"""So many letters at the end of a long word may differ: it may stand in another form."""
_LEAST = 0.34
"""Passages with a smaller share of the question's words are not shown."""


def answers_by_words(
    question: str, text: str, places: Sequence[tuple[int, int]], most: int = MOST
) -> tuple[Answer, ...]:
    """The passages at `places` (in order, half-open ranges of `text`) that share most words with `question`, best first.

    `Answer.relevance` is the share of the question's words, that the document holds, weighed by how
    rare they are among the passages.
    """
    folded = text.lower()
    if len(folded) != len(text):  # a letter that has no lower case of one letter: offsets would be others
        folded = text
    starts = [start for start, _ in places]
    found = {term: _holders(term, folded, places, starts) for term in _terms(question)}
    held = {
        term: where for term, where in found.items() if where
    }  # what the document does not say tells no passage from another
    weights = {term: math.log((len(places) + 1) / (len(where) + 0.5)) for term, where in held.items()}
    total = sum(weights.values())
    shares: dict[int, float] = {}
    for term, where in held.items():
        for index in where:
            shares[index] = shares.get(index, 0.0) + weights[term] / total
    best = sorted((index for index in shares if shares[index] >= _LEAST), key=lambda index: (-shares[index], index))
    return tuple(Answer(*places[index], shares[index]) for index in best[:most])


def _terms(question: str) -> list[str]:
    found = _TERM.findall(unicodedata.normalize("NFKC", question).lower())
    return list(dict.fromkeys(part for term in found for part in _parts(term)))


def _parts(term: str) -> Iterator[str]:
    if "\u4e00" <= term[0] <= "\u9fff":  # compounds have no spaces: pairs, so that 契約解除 finds 契約の解除
        yield from (term[i : i + 2] for i in range(len(term) - 1))
    else:
        yield term[: max(len(term) - _ENDING, 4)]


def _holders(term: str, folded: str, places: Sequence[tuple[int, int]], starts: Sequence[int]) -> set[int]:
    """Indices of the passages in which a word begins with `term`."""
    begins_words = term[0].isascii()
    held: set[int] = set()
    at = folded.find(term)
    while at >= 0:
        if not (begins_words and at and folded[at - 1].isalnum()):
            index = bisect_right(starts, at) - 1
            if index >= 0 and at < places[index][1]:
                held.add(index)
        at = folded.find(term, at + 1)
    return held
