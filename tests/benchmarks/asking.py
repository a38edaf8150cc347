"""Seconds until a question about a long contract is answered, and until it is said which words carried a finding's score.

    python tests/benchmarks/asking.py [--contract FILE] [--findings 30]

The model worker of the window, with the weights that ship. The first question reads the document whole; three others follow.
Without a file the contract is that of `long_contract.py`, some 90 pages. Then `--findings` of its passages, evenly spread over
those that the analysis selected, are asked about as the card does it ("Why this passage").
"""

from __future__ import annotations

import argparse
import hashlib
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from app.analysis.analysis import Analysis, AnalysisSettings
from app.documents.document import Document
from app.documents.loading import load_document
from app.review.findings import Finding
from app.ui.explaining import question
from app.workers.client import WorkerClient
from app.workers.protocol import AnalysisResult, Analyze, Ask, Body, Value
from app.workspace.packing import finding_of
from tests.benchmarks.long_contract import long_contract

QUESTIONS = (
    "Who bears the cost when data is lost?",
    "How long does confidentiality last after the end?",
    "May the price be raised?",
    "What happens if a payment is late?",
)


def timed(call: Callable[[Body], Value], body: Body) -> tuple[Value, float]:
    """The answer and its seconds."""
    begin = time.perf_counter()
    return call(body), time.perf_counter() - begin


def ask(model: WorkerClient, document: Document) -> None:
    """Print the seconds of the first question and of those that follow."""
    seconds = [timed(model.call, Ask(document, text))[1] for text in QUESTIONS]
    print(f"first question, reads the document: {seconds[0]:.1f} s")
    print("those that follow: " + ", ".join(f"{each:.2f}" for each in seconds[1:]) + " s")


def explain(model: WorkerClient, document: Document, analysis: Analysis, count: int) -> None:
    """Print the seconds of `count` explanations."""
    findings: list[Finding] = [finding_of(document.sha256, p) for p in analysis.passages if p.selected]
    drawn = findings[:: max(1, len(findings) // count)][:count]
    seconds = sorted(timed(model.call, question(finding, analysis))[1] for finding in drawn)
    longest = max(len(finding.text) for finding in drawn)
    print(
        f"why, {len(seconds)} passages of up to {longest} characters: "
        f"median {statistics.median(seconds):.2f} s, worst {seconds[-1]:.2f} s"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--contract", type=Path)
    parser.add_argument("--findings", type=int, default=30)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = arguments.contract or Path(folder) / "contract.md"
        if arguments.contract is None:
            path.write_text(long_contract(), encoding="utf-8")
        document = load_document(path)
    digest = hashlib.sha256(document.text.encode()).hexdigest()[:12]
    print(f"{len(document.text):,} characters (text {digest})")
    model = WorkerClient("app.workers.model_worker", name="model worker")
    try:
        result, seconds = timed(model.call, Analyze(document, AnalysisSettings()))
        assert isinstance(result, AnalysisResult)
        print(f"analysis, starting the worker included: {seconds:.1f} s")
        ask(model, document)
        explain(model, document, result.analysis, arguments.findings)
    finally:
        model.close()


if __name__ == "__main__":
    main()
