"""How quick the findings list is with ten thousand findings, in a real window without a screen.

    python -m tests.benchmarks.findings_list [--findings 10000] [--pages 250] [--times 20]

Prints milliseconds: what the list itself takes to sort, filter and group (limit 50), the same until the window is painted, and
from a decision's key until the window is painted with the decision stored on the disk (limit 30). Ends with 1 where a median is
over its limit. The document is made here, with several findings on every page.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.analysis.analysis import Analysis, TagScore
from app.review.sections import Section, Sections
from app.tags import tag_names
from app.ui.filtering import Filter
from app.ui.finding_list import ORDERS, FindingList
from app.ui.main_window import MainWindow
from app.ui.session import Session
from app.ui.state import OpenFile
from app.workspace.packing import finding_of

LIST_LIMIT, DECISION_LIMIT = 50.0, 30.0
SENTENCE = "the supplier shall indemnify and hold harmless the customer against all claims arising out of this clause"
MAKE = """
import sys, pymupdf
document = pymupdf.open()
for number in range(int(sys.argv[2])):
    page = document.new_page()
    for line in range(40):
        page.insert_text((72, 60 + 17 * line), f"{number + 1}.{line + 1} The parties shall not assign this agreement to anyone.")
document.save(sys.argv[1])
"""


def milliseconds(work: Callable[[], object], times: int) -> list[float]:
    taken = []
    for _ in range(times):
        begin = time.perf_counter()
        work()
        taken.append((time.perf_counter() - begin) * 1000)
    return taken


def widen(analysis: Analysis, count: int) -> Analysis:
    """So many passages, all selected, with the places and quads of those that there are, and words, tags and figures anew."""
    tags, made = list(tag_names()), []
    for n in range(count):
        base = analysis.passages[n % len(analysis.passages)]
        importance = (n * 37 % 97) / 100
        made.append(
            replace(
                base,
                start=base.start + n // len(analysis.passages),
                text=f"{SENTENCE[n % 60 :]}, {SENTENCE} {n}",
                importance=importance,
                interval=(importance * 0.7, min(importance * 1.3, 1.0)),
                tags=(TagScore(tags[n % len(tags)], 0.9),),
                rank=n + 1,
                selected=True,
            )
        )
    return replace(analysis, passages=tuple(made), links=(), summary=())


def open_document(application: QApplication, session: Session, path: Path, count: int) -> OpenFile:
    session.open([path])
    file = session.state.current
    assert file is not None
    end = time.monotonic() + 300
    while time.monotonic() < end and not (file.phase == "ready" and file.document is not None):
        application.processEvents()
        time.sleep(0.01)
    assert file.analysis is not None, file.problem
    analysis = widen(file.analysis, count)
    file.take(analysis, tuple(finding_of(analysis.sha256, passage) for passage in analysis.passages))
    session.hub.changed.emit(file.key)
    session.hub.findings.emit(file.key, frozenset())
    return file


def filters() -> list[tuple[str, Filter]]:
    tags = frozenset(list(tag_names())[:3])
    return [
        ("filter by tags", Filter(tags=tags)),
        ("filter by words", Filter(text="harmless the customer")),
        ("filter by all parts", Filter(tags, frozenset({"undecided"}), frozenset({"model"}), (2, 200), "customer")),
        ("filter by nothing", Filter()),
    ]


def list_alone(findings: FindingList, times: int) -> dict[str, list[float]]:
    """The list without a window, each change from another state."""
    found: dict[str, list[float]] = {}
    for order in ORDERS:

        def sort(order: object = order) -> None:
            findings._orders.clear()  # as after new findings
            findings.arrange(order)  # type: ignore[arg-type]  # one of ORDERS

        found[f"sort by {order}"] = milliseconds(sort, times)
    for name, chosen in filters():
        found[name] = []
        for _ in range(times):
            findings.choose(Filter(text="xyz"))
            found[name] += milliseconds(lambda chosen=chosen: findings.choose(chosen), 1)
    findings.choose(Filter())
    last = max(f.start for f in findings.all()) + 1
    step = max(last // 100, 1)
    starts = range(0, last, step)
    findings.take_sections(Sections(tuple(Section(start, start + step, str(start)) for start in starts)))
    found["group by section"] = []
    for _ in range(times):
        findings.group(by_section=False)
        found["group by section"] += milliseconds(lambda: findings.group(by_section=True), 1)
    findings.group(by_section=False)
    return found


def in_window(application: QApplication, window: MainWindow, session: Session, times: int) -> dict[str, list[float]]:
    """Until everything that changed is painted."""

    def painted(work: Callable[[], object]) -> Callable[[], None]:
        def run() -> None:
            work()
            application.processEvents()  # what is to be painted anew is painted here

        return run

    found: dict[str, list[float]] = {}
    for order in ("place", "uncertainty"):
        found[f"sort by {order}, painted"] = milliseconds(painted(lambda order=order: session.arrange(order)), times)
    for name, chosen in filters():
        found[f"{name}, painted"] = []
        for _ in range(times):
            painted(lambda: session.filter(Filter(pages=(1, 2))))()
            found[f"{name}, painted"] += milliseconds(painted(lambda chosen=chosen: session.filter(chosen)), 1)
    found["group, painted"] = milliseconds(painted(session.toggle_groups), times * 2)
    found["decision"] = []
    for number in range(times * 2):
        key = Qt.Key.Key_A if number % 2 else Qt.Key.Key_R
        found["decision"] += milliseconds(painted(lambda key=key: QTest.keyClick(window, key)), 1)
        QTest.qWait(100)  # what follows later is not to fall into the next one
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--findings", type=int, default=10_000)
    parser.add_argument("--pages", type=int, default=250)
    parser.add_argument("--times", type=int, default=20)
    arguments = parser.parse_args()
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    application = QApplication([])
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "long.pdf"
        subprocess.run([sys.executable, "-c", MAKE, str(path), str(arguments.pages)], check=True)
        session = Session(Path(folder) / "reviews.fusen", model_worker="tests.ui.fake_model_worker")
        window = MainWindow(session)
        window.show()
        session.start()
        try:
            file = open_document(application, session, path, arguments.findings)
            alone = list_alone(FindingList(file.findings.all()), arguments.times)
            shown = in_window(application, window, session, arguments.times)
        finally:
            window.close()
            session.close()
    print(f"{arguments.findings:,} findings on {arguments.pages} pages; milliseconds, median and worst")
    over = False
    for name, taken in {**alone, **shown}.items():
        limit = LIST_LIMIT if name in alone else DECISION_LIMIT if name == "decision" else None
        middle = statistics.median(taken)
        over |= limit is not None and middle > limit
        told = "" if limit is None else f"   limit {limit:.0f}" + ("  OVER" if middle > limit else "")
        print(f"  {name:32} {middle:7.1f} {max(taken):7.1f}{told}")
    return int(over)


if __name__ == "__main__":
    sys.exit(main())
