"""The hostile PDFs of the shared collection, read one after the other by one client: an answer for each, soon, in bounds."""

from __future__ import annotations

import csv
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from app.errors import FusenError
from app.workers.client import WorkerClient
from app.workers.protocol import ReadDocument, ReadResult
from tests.corpus.cases import find_cases
from tests.corpus.drawing import draw_file, whole_file

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform == "win32", reason="Windows does not limit a process from within"),
]

SECONDS = 20
BYTES = 1 << 30


class Peak:
    """The largest resident size of any document worker, looked at a hundred times a second."""

    def __init__(self) -> None:
        self.bytes = 0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._over.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._over.wait(0.01):
            for child in psutil.Process().children():
                try:
                    # Between its fork and its own program a child has the size and the command of this process.
                    if any("document_worker" in word for word in child.cmdline()):
                        self.bytes = max(self.bytes, child.memory_info().rss)
                except psutil.Error:
                    continue


@pytest.fixture(scope="module")
def client() -> Iterator[WorkerClient]:
    made = WorkerClient("app.workers.document_worker", name="document worker")
    yield made
    made.close()


def expected(row: dict[str, str]) -> set[str]:
    return {row["expect"], *(row["also_ok"] or row["expect"]).split(" | ")}


def outcome(client: WorkerClient, path: Path) -> str:
    try:
        value = client.call(ReadDocument(path=str(path)))
    except FusenError as error:
        if error.code == "internal" or not (error.message and error.advice):
            return f"not explained: {error}"
        return "asks password" if error.code == "encrypted" else "clear error"
    assert isinstance(value, ReadResult)
    return "opens with warning" if value.document.warnings else "opens"


def test_every_hostile_pdf_gets_its_answer(client: WorkerClient, shared: Path) -> None:
    folder = shared / "documents" / "hostile"
    with (folder / "MANIFEST.tsv").open(encoding="utf-8") as stream:
        rows = [row for row in csv.DictReader(stream, delimiter="\t") if (folder / row["file"]).suffix == ".pdf"]
    wrong: dict[str, str] = {}
    slow: dict[str, float] = {}
    peak = Peak()
    try:
        for row in rows:
            path = folder / row["file"]
            if not path.exists():  # made at test time only
                continue
            start = time.monotonic()
            got = outcome(client, path)
            if time.monotonic() - start > SECONDS:
                slow[row["file"]] = time.monotonic() - start
            if got not in expected(row):
                wrong[row["file"]] = got
    finally:
        peak.stop()
    assert wrong == {}
    assert slow == {}
    assert peak.bytes < BYTES


def test_every_page_of_every_hostile_pdf_is_drawn_or_refused_in_time(
    client: WorkerClient, shared: Path, tmp_path: Path
) -> None:
    cases = [case for case in find_cases(shared / "documents", ("hostile",), "*.pdf") if case.path is not None]
    whole = whole_file(tmp_path)
    drawn = [draw_file(client, case, whole, pages=20, seconds=SECONDS) for case in cases]
    assert [f"{one.name}: {short}" for one in drawn for short in one.short] == []
    assert max(one.peak_bytes for one in drawn) < BYTES
    assert sum(one.outcomes["timeout"] for one in drawn) <= 3  # a refusal is no way to be in time
    assert sum(one.outcomes["drawn"] for one in drawn) > 100
