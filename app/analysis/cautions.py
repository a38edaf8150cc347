"""What the reader should know of the model's limits for the document at hand; docs/model-card.md has the figures."""

from __future__ import annotations

from app.documents.document import DocumentKind, Language, Notice

_JAPANESE = Notice(
    "weak-in-japanese",
    "The model had no reviewer's labels in Japanese to learn from and misses more than in English. Read more than it selected.",
)
_REPORT = Notice(
    "few-reports",
    "The model learnt from few reports: the share of important passages that its selection finds is not assured.",
)
_QUERY = Notice(
    "query-unchecked",
    "Answers to what you look for were checked on English contracts only: trust the order more than the percentages.",
)

NOT_ASSURED = frozenset({_JAPANESE.code, _REPORT.code})
"""Codes of the notices under which nothing is assured of the share of important passages that is found."""


def cautions(kind: DocumentKind, language: Language, query: str | None) -> tuple[Notice, ...]:
    """The notices that apply, the gravest first."""
    found = []
    if language == "ja":
        found.append(_JAPANESE)
    if query is not None:
        found.append(_QUERY)
    elif kind == "report":
        found.append(_REPORT)
    return tuple(found)
