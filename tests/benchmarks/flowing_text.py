"""How soon a long text shows in the window, and the longest time for which anything there holds the window up. Offscreen.

    python tests/benchmarks/flowing_text.py [--cpu] [FILE ...]

Without files: a text of 2 MB in English, one in Japanese, one line of 2 MB, a table of 20,000 rows and 500,000 paragraphs. "First
paint" is from the document, as the worker hands it over, to its first painted page; the other columns are the longest single
step of each kind: one scroll, jump, width, zoom, theme, tracked changes on and off, and one step of the work done when idle.
With `--cpu` all is processor time, for a machine that has other things to do.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtWidgets import QApplication

from app.documents.document import Block, Cell, Document, Page
from app.documents.loading import load_document
from app.ui.appearance import appearance
from app.ui.flow.sheets import FlowSheets
from app.ui.sheet_view import SheetView
from app.ui.theme import DARK, LIGHT

Clock = Callable[[], float]
ENGLISH = "The supplier shall deliver the goods within thirty days of the order, unless the parties agree otherwise. "
JAPANESE = "受託者は、本契約に別段の定めがある場合を除き、注文の日から三十日以内に物品を納入しなければならない。"


def made(texts: list[str], *, columns: int = 0, language: str = "en") -> Document:
    """A document of these paragraphs, or of a table with so many columns."""
    blocks, position = [], 0
    for number, text in enumerate(texts):
        cell = Cell(0, number // columns, number % columns) if columns else None
        type_ = "table-cell" if columns else "paragraph"
        blocks.append(Block(type_, position, position + len(text), 1, None, None, cell))
        position += len(text) + 1
    text = "\n".join(texts)
    page = Page(1, 0, 0, 0, len(text))
    return Document("made.txt", "0" * 64, "text", language, "contract", 1, text, (page,), tuple(blocks))


def made_documents() -> dict[str, Document]:
    return {
        "2 MB of English": made([ENGLISH * 5] * 4000),
        "2 MB of Japanese": made([JAPANESE * 4] * 3500, language="ja"),
        "one line of 2 MB": made([ENGLISH * 20_000]),
        "20,000 rows": made([f"Item {n}" for n in range(60_000)], columns=3),
        "500,000 paragraphs": made([f"Clause {n}. The supplier shall deliver item {n}." for n in range(500_000)]),
    }


def longest(steps: list[Callable[[], object]], application: QApplication, clock: Clock) -> float:
    """Milliseconds of the longest step with the painting that it causes."""
    times = []
    for step in steps:
        begin = clock()
        step()
        application.processEvents()
        times.append(clock() - begin)
    return 1000 * max(times)


def measure(name: str, document: Document, application: QApplication, clock: Clock) -> None:
    begin = clock()
    sheets = FlowSheets(document, application.font())
    planned = 1000 * (clock() - begin)
    view = SheetView(sheets)
    view.resize(800, 900)
    view.show()
    view.viewport().repaint()
    first = 1000 * (clock() - begin)
    bar = view.verticalScrollBar()
    end = bar.maximum()
    figures = {
        "scroll": longest([lambda: bar.setValue(bar.value() + 48)] * 120, application, clock),
        "jump": longest([lambda n=n: bar.setValue(end * n // 7) for n in range(8)], application, clock),
        "width": longest([lambda n=n: view.resize(500 + 60 * n, 900) for n in range(6)], application, clock),
        "zoom": longest([lambda: view.zoom_by(1.2), lambda: view.zoom_by(0.7), view.fit_width], application, clock),
        "theme": longest([lambda: appearance().use(DARK), lambda: appearance().use(LIGHT)], application, clock),
        "changes": longest(
            [lambda: view.show_changes(shown=False), lambda: view.show_changes(shown=True)], application, clock
        ),
        "idle": longest([view._settle_more] * 40, application, clock),
    }
    told = ", ".join(f"{kind} {value:.0f}" for kind, value in figures.items())
    print(f"{name}: planned {planned:.0f} ms, first paint {first:.0f} ms; longest: {told} ms", flush=True)
    view.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="*", type=Path)
    parser.add_argument("--cpu", action="store_true")
    arguments = parser.parse_args()
    files, clock = arguments.files, time.process_time if arguments.cpu else time.perf_counter
    application = QApplication([])
    appearance().use(LIGHT)
    measure("(to warm up)", made([ENGLISH, JAPANESE]), application, clock)
    for path in files:
        measure(path.name, load_document(path), application, clock)
    for name, document in ({} if files else made_documents()).items():
        measure(name, document, application, clock)


if __name__ == "__main__":
    main()
