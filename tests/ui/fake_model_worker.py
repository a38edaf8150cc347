"""A model worker without a model: a real process that speaks the protocol and finds sentences important by their words.

Of a file with "first findings" in its name it sends such, then waits for an order in a file beside it.
"""

from __future__ import annotations

import os
import re
import signal
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np

from app.analysis.analysis import (
    Analysis,
    AnalysisSettings,
    Cost,
    CoveredMass,
    Explanation,
    Link,
    ModelIdentity,
    ScoredPassage,
    TagScore,
    Weight,
)
from app.documents.document import Document
from app.workers.protocol import AnalysisResult, Analyze, Answers, Ask, Body, Explain, ExplanationResult, Value
from app.workers.serving import CallContext, serve

WORDS = {
    "terminat": ("termination-for-convenience", 0.91),
    "liab": ("cap-on-liability", 0.96),
    "indemn": ("uncapped-liability", 0.83),
    "exclusive": ("exclusivity", 0.78),
    "governed by": ("governing-law", 0.72),
    "renew": ("renewal-term", 0.69),
    "assign": ("anti-assignment", 0.58),
    "shall not": ("non-compete", 0.44),
    "責任": ("cap-on-liability", 0.93),
    "解除": ("termination-for-convenience", 0.88),
}


def line_quads(document: Document, start: int, end: int) -> tuple[tuple[float, ...], ...]:
    """One quad a line, out of the quads of the characters."""
    if document.quads is None:
        return ()
    lines: list[list[float]] = []
    for quad in document.quads[start:end]:
        if not quad.any():
            continue
        x0, y0, x1, y1 = quad[0::2].min(), quad[1::2].min(), quad[0::2].max(), quad[1::2].max()
        if lines and abs(lines[-1][1] - y0) < 4 and x0 >= lines[-1][0]:
            lines[-1] = [lines[-1][0], min(lines[-1][1], y0), max(lines[-1][2], x1), max(lines[-1][3], y1)]
        else:
            lines.append([x0, y0, x1, y1])
    return tuple(tuple(float(v) for v in (a, b, c, b, c, d, a, d)) for a, b, c, d in np.array(lines).reshape(-1, 4))


# What a scan says first: other passages than the precise reading selects, in another order.
FIRST_WORDS = {
    "liab": ("cap-on-liability", 0.71),
    "indemn": ("uncapped-liability", 0.88),
    "exclusive": ("exclusivity", 0.74),
    "renew": ("renewal-term", 0.81),
    "assign": ("anti-assignment", 0.66),
    "invoice": ("price-restrictions", 0.77),
    "confidential": ("non-compete", 0.63),
    "責任": ("cap-on-liability", 0.64),
}


def analyse(document: Document, settings: AnalysisSettings, words: dict[str, tuple[str, float]] = WORDS) -> Analysis:
    found = []
    for block in document.blocks:
        text = document.text[block.start : block.end]
        for match in re.finditer(r"\S.*?(?:[.;](?=\s|$)|[。；]|$)", text, re.DOTALL):
            sentence = match.group()
            start = block.start + match.start() + len(sentence) - len(sentence.lstrip())
            end = block.start + match.start() + len(sentence.rstrip())
            if end - start < 24:
                continue
            hits = [hit for word, hit in words.items() if word in document.text[start:end].lower()]
            best = max(hits, key=lambda hit: hit[1], default=None)
            found.append((start, end, block.page, best))
    order = sorted(range(len(found)), key=lambda row: -(found[row][3][1] if found[row][3] else 0))
    ranks = {row: rank for rank, row in enumerate(order, start=1)}
    passages = [
        ScoredPassage(
            start=start,
            end=end,
            page=page,
            text=document.text[start:end],
            quads=line_quads(document, start, end),  # type: ignore[arg-type]
            importance=best[1] if best else 0.05,
            interval=(0.4, 0.99),
            tags=(TagScore(best[0], 0.9),) if best else (),
            selected=best is not None,
            rank=ranks[row],
        )
        for row, (start, end, page, best) in enumerate(found)
    ]
    return Analysis(
        file=document.file,
        sha256=document.sha256,
        kind=document.kind,
        language=document.language,
        passages=tuple(passages),
        links=tuple(references(passages)),
        summary=tuple(sorted(order[:5])),
        model=ModelIdentity("words", "0", "0" * 64),
        settings=settings,
        cost=Cost(len(document.text), 0.1, 1, 0.25, CoveredMass(0.96, 0.95, 0.97), "cpu"),
        warnings=document.warnings,
    )


def references(passages: list[ScoredPassage]) -> Iterator[Link]:
    """From each passage that names a section to the passage that begins with its number."""
    begins = {match[1]: row for row, p in enumerate(passages) if (match := re.match(r"(\d+\.\d+)\s", p.text))}
    for row, passage in enumerate(passages):
        for number in dict.fromkeys(re.findall(r"\d+\.\d+", passage.text[5:])):
            if number in begins and begins[number] != row:
                yield Link(row, begins[number], 0.8, "reference")


def wait_for_order(document: Document, context: CallContext) -> None:
    """Wait for a file beside the document, and do what is in it: `go on` or `die`."""
    order = Path(document.file).with_suffix(".order")
    for step in range(10_000):
        if order.is_file() and (text := order.read_text(encoding="utf-8")):
            if text == "die":
                os._exit(9)
            return
        context.progress("attending", step % 100, 200)
        context.check_cancelled()
        time.sleep(0.01)


def explained(text: str) -> Explanation:
    """The words by which `analyse` goes, and those between them."""
    words = "|".join(re.escape(word) for word in WORDS)
    found = [match.span() for match in re.finditer(rf"\w*(?:{words})\w*", text, re.IGNORECASE)]
    return Explanation(0.8, (*(Weight(start, end, 2.0) for start, end in found), Weight(0, 4, 0.01)))


_READ: set[str] = set()


def answers(body: Ask, context: CallContext) -> Answers:
    """By the words that a passage shares with the question; the first time a document is asked about it takes a while."""
    if body.document.sha256 not in _READ:
        steps = 400 if "take your time" in body.query else 20
        for step in range(steps):
            context.progress("attending", step, steps)
            context.check_cancelled()
            time.sleep(0.01)
        _READ.add(body.document.sha256)
    passages = analyse(body.document, AnalysisSettings()).passages
    words = set(re.findall(r"[a-z]{3,}|[一-龠]{2}", body.query.lower()))
    shares = [sum(word in p.text.lower() for word in words) / max(len(words), 1) for p in passages]
    return Answers(tuple((p.start, p.end) for p in passages), tuple(0.8 * share**2 for share in shares))


def handle(body: Body, context: CallContext) -> Value:
    if isinstance(body, Ask):
        return answers(body, context)
    if isinstance(body, Explain):
        return ExplanationResult(explained(body.passages[body.index]))
    assert isinstance(body, Analyze)
    if body.preliminary and "first findings" in Path(body.document.file).name:
        first = analyse(body.document, body.settings, FIRST_WORDS)
        context.preliminary(replace(first, links=(), summary=(), preliminary=True))
        wait_for_order(body.document, context)
        return AnalysisResult(analyse(body.document, body.settings))
    steps = 200 if "take your time" in body.document.text.lower() else 4
    for stage in ("loading-model", "scanning", "attending", "scoring"):
        for step in range(steps):
            context.progress(stage, step, steps)
            context.check_cancelled()
            time.sleep(0.01)
    return AnalysisResult(analyse(body.document, body.settings))


def forget(*_: object) -> None:
    """Be as a worker that has just started."""
    _READ.clear()


if __name__ == "__main__":
    if hasattr(signal, "SIGUSR1"):  # not on Windows
        signal.signal(signal.SIGUSR1, forget)
    serve(handle, urgent=(Ask, Explain))
