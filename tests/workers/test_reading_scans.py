"""Recognition in the document worker, within its walls: progress, pages drawn meanwhile, cancelling, a doctor's question."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator
from pathlib import Path

import pymupdf
import pytest

from app.documents.recognition.recogniser import is_installed
from app.errors import FusenError
from app.workers import page_memory
from app.workers.client import WorkerClient
from app.workers.protocol import (
    Describe,
    Description,
    PageImage,
    Progress,
    ReadDocument,
    ReadResult,
    RenderPage,
    Value,
)
from tests.made_scans import Scan, as_scan

pytestmark = pytest.mark.skipif(not is_installed(), reason="the extra ocr is not installed")

# A machine that does much else needs its time.
PATIENT = 300


@pytest.fixture
def client() -> Iterator[WorkerClient]:
    made = WorkerClient("app.workers.document_worker", name="document worker")
    yield made
    made.close()


@pytest.fixture(scope="module")
def scan(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three pages of twelve lines, as pictures."""
    folder = tmp_path_factory.mktemp("scan")
    with pymupdf.open() as pdf:
        for number in range(3):
            page = pdf.new_page(width=595, height=842)
            for line in range(12):
                page.insert_text(
                    (60, 80 + 22 * line), f"Clause {number + 1}.{line}: the Supplier shall deliver on time."
                )
        pdf.save(folder / "text.pdf")
    return as_scan(folder / "text.pdf", folder / "scan.pdf", Scan(), (1, 2, 3))


def test_pages_are_recognised_within_the_walls(client: WorkerClient, scan: Path) -> None:
    steps: list[Progress] = []
    value = client.call(ReadDocument(str(scan), ocr="auto"), steps.append)
    assert isinstance(value, ReadResult)
    assert [(step.stage, step.done, step.total) for step in steps] == [("recognising", n, 3) for n in (1, 2, 3)]
    assert all(page.recognised is not None and page.recognised.confidence > 0.9 for page in value.document.pages)
    assert value.document.text.count("the Supplier shall deliver on time.") > 32
    assert [warning.code for warning in value.document.warnings] == ["recognised"]


def test_nothing_is_recognised_that_nobody_asked_for(client: WorkerClient, scan: Path) -> None:
    value = client.call(ReadDocument(str(scan)))
    assert isinstance(value, ReadResult)
    assert [warning.code for warning in value.document.warnings] == ["no-text"]


def test_a_page_is_drawn_meanwhile_and_cancelling_ends_it(client: WorkerClient, scan: Path) -> None:
    ended: queue.Queue[Value | FusenError] = queue.Queue()
    begun = threading.Event()
    reading = client.submit(
        ReadDocument(str(scan), ocr="auto"),
        on_progress=lambda _: begun.set(),
        on_result=ended.put,
        on_failure=ended.put,
    )
    assert begun.wait(PATIENT)
    memory = page_memory.create(page_memory.image_bytes(595, 842, 1))
    try:
        drawn = client.call(RenderPage(path=str(scan), page=2, scale=1, memory=memory.name))
    finally:
        memory.close()
        memory.unlink()
    assert isinstance(drawn, PageImage)
    assert ended.empty(), "the page came while the others were still being recognised"
    client.cancel(reading)
    outcome = ended.get(timeout=PATIENT)
    assert isinstance(outcome, FusenError)
    assert outcome.code == "cancelled"


def test_the_worker_says_that_it_works(client: WorkerClient) -> None:
    value = client.call(Describe())
    assert isinstance(value, Description)
    assert "it reads its test picture" in dict(value.facts)["Recognition"]
