"""From the passages of a contract and their probabilities for a tag to the spans that CUAD's measures compare.

The model tags passages (sentences and clauses); CUAD's answers are spans of any length. Most answers of four tags are a
name or a date within a sentence, those of the others mostly one passage and for about a fifth of them several. One fixed rule
turns passages into spans; `python -m model.evaluation.cuad --choose` compares rules on documents that are not tested on.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from model.evaluation.cuad_figures import Candidate
from model.training.corpora import Span

Floats = NDArray[np.float64]

MOST_CANDIDATES = 20
"""Spans proposed for a question at most: as many as the published models' lists hold."""

_MONTH = (
    r"(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?|Oct(?:ober)?"
    r"|Nov(?:ember)?|Dec(?:ember)?)"
)
_ORDINAL = r"\d{1,2}\s*(?:s\s*t|n\s*d|r\s*d|t\s*h)?"
_BLANK = r"(?:_+|\[[^\]]{0,12}\])"
_YEAR = r"(?:\d{4}|(?:19|20)?_+|_+)"
_DATE = re.compile(
    rf"(?:{_ORDINAL}|{_BLANK})\s*(?:day\s+)?(?:of\s+)?(?:{_MONTH}|{_BLANK})\.?\s*,?\s*{_YEAR}"
    rf"|{_MONTH}\.?\s*(?:{_ORDINAL}|{_BLANK})?\s*,?\s*{_YEAR}"
    r"|\d{1,2}[/.-]\d{1,2}[/.-]\d{2,4}",
    re.IGNORECASE,
)
_SMALL = r"(?:and|or|of|for|the|to|in|on|with|by|&|-|–)"
_TITLE = re.compile(
    rf"[A-Z][\w'’&/,-]*(?:\s+(?:{_SMALL}|[A-Z(][\w'’&/,)-]*))*?\s+(?:AGREEMENT|Agreement|CONTRACT|Contract|ADDENDUM|Addendum)\b"
)
_LEADING = re.compile(r"(?:(?:this|exhibit|execution|copy|form\s+of|\d[\w.-]*)\s+)+", re.IGNORECASE)


@dataclass(frozen=True)
class Rule:
    """How passages become spans.

    `join_from`: neighbouring passages that all have at least this probability are one span, whose probability is their
    highest; above 1 nothing is joined. `alone`: each passage of such a span is proposed besides, with this share of its
    probability; 0: it is not. `trim`: of the tags in `TRIMMED` only the date or the title within a passage is proposed, where
    there is one. The default is the best of those that `--choose` compares.
    """

    join_from: float = 0.7
    alone: float = 0.5
    trim: bool = True


def date_within(text: str) -> str | None:
    """The first date in a text, also one with blanks to fill in."""
    found = _DATE.search(text)
    return found[0].strip() if found else None


def title_within(text: str) -> str | None:
    """The first name of an agreement in a text: capitalised words that end in Agreement, Contract and the like."""
    found = _TITLE.search(text)
    return _LEADING.sub("", found[0], count=1) if found else None


TRIMMED = {"agreement-date": date_within, "effective-date": date_within, "document-name": title_within}
"""Tags whose answers are a part of a passage, with what finds that part. Of `parties` CUAD's measure asks for no trimming."""


def candidates(tag: str, text: str, spans: Sequence[Span], probabilities: Floats, rule: Rule) -> list[Candidate]:
    """The likeliest spans for a tag, at most `MOST_CANDIDATES`, most likely first.

    `spans`: passages in reading order; `probabilities` (passages,): that each carries the tag.
    """
    find = TRIMMED.get(tag) if rule.trim else None
    found = []
    for first, last in _runs(probabilities >= rule.join_from) if find is None else _alone(len(spans)):
        found.append((float(probabilities[first : last + 1].max()), spans[first][0], spans[last][1]))
        if first < last and rule.alone:
            found += [(rule.alone * float(probabilities[i]), *spans[i]) for i in range(first, last + 1)]
    found.sort(key=lambda each: (-each[0], each[1]))
    proposed = []
    for probability, start, end in found[:MOST_CANDIDATES]:
        part = find(text[start:end]) if find else None
        proposed.append(Candidate(part or text[start:end], probability))
    return proposed


def _alone(count: int) -> list[tuple[int, int]]:
    return [(index, index) for index in range(count)]


def _runs(joined: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """First and last passage of each span: a run of joined passages, or a passage alone."""
    runs: list[tuple[int, int]] = []
    for index, here in enumerate(joined):
        if here and runs and runs[-1][1] == index - 1 and joined[index - 1]:
            runs[-1] = (runs[-1][0], index)
        else:
            runs.append((index, index))
    return runs
