"""Seconds from opening a 600-page PDF to the image of its first page, through the document worker.

    python tests/benchmarks/first_page.py [--pages 600]

The PDF is the example agreement, repeated. "Cold" includes the start of the worker, "warm" has a worker that is already up.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from multiprocessing.shared_memory import SharedMemory
from pathlib import Path

import pymupdf

from app.workers.client import WorkerClient
from app.workers.protocol import OpenDocument, OpenedDocument, RenderPage

EXAMPLE = Path(__file__).resolve().parents[2] / "resources" / "examples" / "services-agreement.pdf"
SCALE = 1.5


def long_pdf(pages: int, output: Path) -> None:
    """The example's pages, again and again."""
    with pymupdf.open(EXAMPLE) as example, pymupdf.open() as document:
        while document.page_count < pages:
            document.insert_pdf(example, to_page=min(example.page_count, pages - document.page_count) - 1)
        document.save(output)


def first_page(worker: WorkerClient, path: Path) -> float:
    """Open, then draw page 1."""
    begin = time.perf_counter()
    opened = worker.call(OpenDocument(str(path)))
    assert isinstance(opened, OpenedDocument)
    size = opened.pages[0]
    memory = SharedMemory(create=True, size=int(size.width * SCALE + 2) * int(size.height * SCALE + 2) * 4)
    try:
        worker.call(RenderPage(path=str(path), page=1, scale=SCALE, memory=memory.name))
        return time.perf_counter() - begin
    finally:
        memory.close()
        memory.unlink()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, default=600)
    pages = parser.parse_args().pages
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder) / f"long-{number}.pdf" for number in range(4)]
        for path in paths:
            long_pdf(pages, path)
        worker = WorkerClient("app.workers.document_worker", name="document worker")
        try:
            cold = first_page(worker, paths[0])
            warm = [first_page(worker, path) for path in paths[1:]]
        finally:
            worker.close()
    print(f"first page of {pages}: cold {cold:.2f} s, warm {min(warm):.2f} to {max(warm):.2f} s")


if __name__ == "__main__":
    main()
