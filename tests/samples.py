"""Documents and analyses made by hand, for tests that need the values and not the programs that make them."""

from __future__ import annotations

import hashlib
from dataclasses import replace

from app.analysis.analysis import (
    Analysis,
    AnalysisSettings,
    Cost,
    CoveredMass,
    Link,
    ModelIdentity,
    ScoredPassage,
    TagScore,
)
from app.documents.document import Block, Document, Notice, Page

ENGLISH = (
    "Master Services Agreement",
    "The Supplier's total liability shall not exceed the fees paid in the twelve months before the claim.",
    "This Agreement is governed by the laws of Japan.",
    "Either party may terminate this Agreement for convenience by giving thirty days' notice.",
    "The parties shall meet quarterly.",
)
JAPANESE = (
    "業務委託契約書",
    "受託者の賠償責任は、直近十二か月間に支払われた委託料の総額を上限とする。",
    "本契約は日本法に準拠する。",
    "各当事者は、三十日前の通知により、理由を問わず本契約を解約することができる。",
    "当事者は四半期ごとに協議する。",
)
TAGS = ((), ("cap-on-liability",), ("governing-law",), ("termination-for-convenience", "notice-period"), ())
IMPORTANCE = (0.12, 0.93, 0.71, 0.64, 0.05)


def make_document(sentences: tuple[str, ...] = ENGLISH, *, file: str = "/contracts/services.pdf") -> Document:
    """Two pages: the first three sentences, and the rest; the first sentence is a heading."""
    text = "\n".join(sentences)
    spans = _spans(sentences)
    middle = spans[min(2, len(spans) - 1)][1]
    return Document(
        file=file,
        sha256=hashlib.sha256(text.encode()).hexdigest(),
        format="pdf",
        language="ja" if ord(text[0]) > 0x3000 else "en",
        kind="contract",
        page_count=2,
        text=text,
        pages=(Page(1, 595, 842, 0, middle), Page(2, 595, 842, middle, len(text))),
        blocks=tuple(
            Block(
                "heading" if index == 0 else "paragraph", start, end, 1 if index < 3 else 2, 1 if index == 0 else None
            )
            for index, (start, end) in enumerate(spans)
        ),
    )


def make_analysis(document: Document, *, selected: tuple[int, ...] = (1, 2, 3)) -> Analysis:
    """One passage a sentence, with the importance and tags above."""
    sentences = tuple(document.text.split("\n"))
    order = sorted(range(len(sentences)), key=lambda index: -_importance(index))
    passages = tuple(
        ScoredPassage(
            start=start,
            end=end,
            page=1 if index < 3 else 2,
            text=document.text[start:end],
            quads=(
                (
                    72.0,
                    100.0 + 20 * index,
                    500.0,
                    100.0 + 20 * index,
                    500.0,
                    112.0 + 20 * index,
                    72.0,
                    112.0 + 20 * index,
                ),
            ),
            importance=_importance(index),
            interval=(max(0.0, _importance(index) - 0.05), min(1.0, _importance(index) + 0.05)),
            tags=tuple(TagScore(tag, 0.8) for tag in TAGS[index % len(TAGS)]),
            selected=index in selected,
            rank=order.index(index) + 1,
        )
        for index, (start, end) in enumerate(_spans(sentences))
    )
    return Analysis(
        file=document.file,
        sha256=document.sha256,
        kind="contract",
        language=document.language,
        passages=passages,
        links=(Link(3, 1, 0.5, "read-together"),),
        summary=(1, 3),
        model=ModelIdentity("fusen-base", "1.0", "ab" * 32),
        settings=AnalysisSettings(),
        cost=Cost(1234, 2.5, 600_000_000, 0.18, CoveredMass(0.961, 0.951, 0.969), "cpu"),
        warnings=(Notice("no-text-layer", "Page 2 is an image; its text was not read."),),
    )


def with_importance(analysis: Analysis, index: int, importance: float) -> Analysis:
    """The analysis with one passage scored otherwise."""
    passages = list(analysis.passages)
    passages[index] = replace(passages[index], importance=importance)
    return replace(analysis, passages=tuple(passages))


def _importance(index: int) -> float:
    return IMPORTANCE[index % len(IMPORTANCE)]


def _spans(sentences: tuple[str, ...]) -> list[tuple[int, int]]:
    spans, start = [], 0
    for sentence in sentences:
        spans.append((start, start + len(sentence)))
        start += len(sentence) + 1
    return spans
