"""What encryption costs: opening a workspace and deciding in it, encrypted beside plain; the key; writing the file anew.

python -m tests.benchmarks.encrypted_workspace --documents 100 --decisions 500
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from samples import ENGLISH, make_analysis, make_document

from app.review.findings import Decision
from app.review.operations import SetDecision
from app.workspace import encryption, rewriting
from app.workspace.store import Workspace

PASSPHRASE = "a passphrase to measure with"
PASSAGES = 200


def timed(work: Callable[[], object]) -> float:
    """Seconds."""
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def fill(path: Path, documents: int) -> list[str]:
    """Make a workspace of documents with `PASSAGES` findings each; returns the ids of the first one's."""
    with Workspace.open(path) as workspace:
        for number in range(documents):
            sentences = tuple(f"{number}.{place} {ENGLISH[1 + place % 4]}" for place in range(PASSAGES))
            document = make_document(("A contract", *sentences), file=f"/contracts/{number}.pdf")
            analysis = make_analysis(document, selected=tuple(range(1, PASSAGES + 1)))
            passages = tuple(replace(passage, importance=0.5) for passage in analysis.passages)
            workspace.save_analysis(document, replace(analysis, passages=passages))
            if number == 0:
                ids = [finding.id for finding in workspace.findings(document.sha256)]
    return ids


def measure(path: Path, ids: list[str], decisions: int, kinds: tuple[Decision, Decision]) -> dict[str, float]:
    """Medians in milliseconds: opening with its check, opening once more beside it, a decision, a search.

    `kinds` are decided by turns; the first differs from what was decided before, or there is nothing to store.
    """
    opened = [timed(lambda: Workspace.open(path).close()) for _ in range(5)]
    with Workspace.open(path) as workspace:
        again = [timed(lambda: Workspace.open(path).close()) for _ in range(5)]
        steps = [SetDecision(ids[n % len(ids)], kinds[(n // len(ids)) % 2]) for n in range(decisions)]
        decided = [timed(lambda step=step: workspace.apply(step)) for step in steps]  # type: ignore[misc]
        searched = [timed(lambda: list(workspace.library.search("liability"))) for _ in range(3)]
    named = {"open": opened, "open again": again, "decide": decided, "search": searched}
    return {name: statistics.median(times) * 1000 for name, times in named.items()}


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--documents", type=int, default=100)
    parser.add_argument("--decisions", type=int, default=500)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "w.fusen"
        ids = fill(path, arguments.documents)
        size = path.stat().st_size / 1e6
        plain = measure(path, ids, arguments.decisions, ("accepted", "rejected"))
        key = timed(lambda: encryption.new_key(PASSPHRASE))
        encrypting = timed(lambda: rewriting.encrypt(path, PASSPHRASE))
        encrypted = measure(path, ids, arguments.decisions, ("undecided", "accepted"))
        decrypting = timed(lambda: rewriting.decrypt(path))
    print(f"{arguments.documents} documents, {size:.1f} MB; milliseconds, medians")
    for name, value in plain.items():
        print(f"{name:<12} plain {value:9.2f}   encrypted {encrypted[name]:9.2f}")
    print(
        f"the key {key * 1000:.0f}, encrypting {encrypting * 1000:.0f} (with the key), decrypting {decrypting * 1000:.0f}"
    )


if __name__ == "__main__":
    main()
