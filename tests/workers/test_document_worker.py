"""The document worker through its client, as real processes: results, order, cancelling, death, deadlines, nothing left over."""

from __future__ import annotations

import os
import queue
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pymupdf
import pytest

from app.errors import FusenError
from app.review.findings import Finding
from app.workers import page_memory
from app.workers.client import WorkerClient
from app.workers.pending import Pending
from app.workers.protocol import (
    AnnotatePdf,
    Body,
    OpenDocument,
    OpenedDocument,
    PageImage,
    Progress,
    ReadDocument,
    ReadResult,
    RenderPage,
    Value,
    Written,
)

MODULE = "app.workers.document_worker"
PAGES = 150
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="sends POSIX signals")


@pytest.fixture
def client() -> Iterator[WorkerClient]:
    """A client that must leave neither thread nor process behind."""
    threads = set(threading.enumerate())
    made = WorkerClient(MODULE, name="document worker")
    yield made
    pids = workers()
    made.close()
    made.close()
    deadline = time.monotonic() + 5
    while set(threading.enumerate()) - threads and time.monotonic() < deadline:
        time.sleep(0.02)
    assert set(threading.enumerate()) <= threads
    assert not [pid for pid in pids if psutil.pid_exists(pid)]


def workers() -> list[int]:
    """Document workers that this test process started."""
    found = []
    for child in psutil.Process().children():
        try:
            if MODULE in child.cmdline():
                found.append(child.pid)
        except psutil.Error:
            continue
    return found


@pytest.fixture(scope="module")
def long_pdf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Long enough to be caught reading."""
    path = tmp_path_factory.mktemp("pdf") / "long.pdf"
    pdf = pymupdf.open()
    for number in range(PAGES):
        page = pdf.new_page(width=595, height=842)
        for line in range(40):
            page.insert_text(
                (60, 80 + 17 * line), f"Clause {number}.{line}: the Supplier shall deliver what was agreed upon."
            )
    pdf.save(path)
    return path


class Outcome:
    """Collects what becomes of a submitted call; `at_first` is called at its first progress, before the worker is far."""

    def __init__(self, client: WorkerClient, body: Body, at_first: Callable[[], None] = lambda: None) -> None:
        self._at_first = at_first
        self._ended: queue.Queue[Value | FusenError] = queue.Queue()
        self.progress: list[Progress] = []
        self.moving = threading.Event()
        self.at = 0.0
        self.id = client.submit(body, on_progress=self._note, on_result=self._end, on_failure=self._end)

    def _note(self, progress: Progress) -> None:
        self.progress.append(progress)
        if len(self.progress) == 1:
            self._at_first()
        self.moving.set()

    def _end(self, outcome: Value | FusenError) -> None:
        self.at = time.monotonic()
        self._ended.put(outcome)

    def wait(self, seconds: float = 30) -> Value | FusenError:
        return self._ended.get(timeout=seconds)


def test_open_read_and_progress(client: WorkerClient, long_pdf: Path) -> None:
    client.start()
    opened = client.call(OpenDocument(path=str(long_pdf)))
    assert isinstance(opened, OpenedDocument)
    assert (opened.format, len(opened.pages), opened.pages[0].width) == ("pdf", PAGES, 595)
    steps: list[Progress] = []
    read = client.call(ReadDocument(path=str(long_pdf)), on_progress=steps.append)
    assert isinstance(read, ReadResult)
    assert read.document.sha256 == opened.sha256
    assert read.document.quads is not None
    assert read.document.quads.shape == (len(read.document.text), 8)
    assert [(s.stage, s.done, s.total) for s in steps] == [("reading", n, PAGES) for n in range(1, PAGES + 1)]


def test_a_page_is_drawn_into_shared_memory(client: WorkerClient, tmp_path: Path) -> None:
    pdf = pymupdf.open()
    page = pdf.new_page(width=100, height=50)
    page.draw_rect(page.rect, color=(1, 0, 0), fill=(1, 0, 0))
    pdf.save(tmp_path / "red.pdf")
    memory = page_memory.create(page_memory.image_bytes(100, 50, 1.5))
    try:
        image = client.call(RenderPage(path=str(tmp_path / "red.pdf"), page=1, scale=1.5, memory=memory.name))
        assert isinstance(image, PageImage)
        assert (image.width, image.height, image.stride) == (150, 75, 450)
        middle = image.stride * 37 + 3 * 75
        assert memory.buf is not None
        assert bytes(memory.buf[middle : middle + 3]) == b"\xff\x00\x00"
        small = RenderPage(path=str(tmp_path / "red.pdf"), page=1, scale=20, memory=memory.name)
        with pytest.raises(FusenError) as caught:
            client.call(small)
        assert caught.value.code == "too-large"
    finally:
        memory.close()
        memory.unlink()


def test_a_tile_of_a_page_is_drawn(client: WorkerClient, tmp_path: Path) -> None:
    pdf = pymupdf.open()
    page = pdf.new_page(width=100, height=50)
    page.draw_rect((50, 0, 100, 50), color=(1, 0, 0), fill=(1, 0, 0))
    pdf.save(tmp_path / "half.pdf")
    memory = page_memory.create(3 * 200 * 100)
    try:
        for left, colour in ((200, b"\xff\xff\xff"), (600, b"\xff\x00\x00")):
            body = RenderPage(str(tmp_path / "half.pdf"), 1, 10.0, memory.name, area=(left, 100, left + 200, 200))
            image = client.call(body)
            assert isinstance(image, PageImage)
            assert (image.width, image.height, image.stride) == (200, 100, 600)
            assert image.seconds >= 0
            assert memory.buf is not None
            assert bytes(memory.buf[: 3 * 200 * 100]) == colour * 200 * 100
        with pytest.raises(FusenError) as caught:
            client.call(RenderPage(str(tmp_path / "half.pdf"), 1, 10.0, memory.name, area=(0, 0, 300, 300)))
        assert caught.value.code == "too-large"
    finally:
        memory.close()
        memory.unlink()


def test_pages_are_drawn_while_a_document_is_read(client: WorkerClient, long_pdf: Path) -> None:
    reading = Outcome(client, ReadDocument(path=str(long_pdf)))
    assert reading.moving.wait(30)
    memory = page_memory.create(page_memory.image_bytes(595, 842, 1))
    try:
        drawn = Outcome(client, RenderPage(path=str(long_pdf), page=7, scale=1, memory=memory.name))
        assert isinstance(drawn.wait(), PageImage)
        assert isinstance(reading.wait(), ReadResult)
        assert drawn.at < reading.at
    finally:
        memory.close()
        memory.unlink()


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="no signal comes so exactly there")
def test_ctrl_c_is_heard_at_any_moment_of_a_call(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("A clause.")
    code = """
import random, signal, sys
from app.workers.client import WorkerClient
from app.workers.protocol import OpenDocument

chance, heard = random.Random(1), 0
signal.signal(signal.SIGALRM, signal.default_int_handler)
client = WorkerClient("app.workers.document_worker", name="document worker")
client.call(OpenDocument(path=sys.argv[1]))
for _ in range(1500):
    try:
        signal.setitimer(signal.ITIMER_REAL, chance.uniform(1e-5, 2e-3))
        client.call(OpenDocument(path=sys.argv[1]))
        signal.setitimer(signal.ITIMER_REAL, 0)
    except KeyboardInterrupt:
        heard += 1
client.close()
print(heard)
"""
    command = [sys.executable, "-c", code, str(tmp_path / "a.txt")]
    output = subprocess.run(command, capture_output=True, text=True, timeout=100, check=True).stdout
    assert int(output) > 100


def test_cancelling_is_prompt_and_the_worker_stays(client: WorkerClient, long_pdf: Path) -> None:
    reading = Outcome(client, ReadDocument(path=str(long_pdf)))
    queued = Outcome(client, ReadDocument(path=str(long_pdf)))
    assert reading.moving.wait(30)
    before = workers()
    start = time.monotonic()
    client.cancel(queued.id)
    client.cancel(reading.id)
    for outcome in (reading, queued):
        error = outcome.wait()
        assert isinstance(error, FusenError)
        assert error.code == "cancelled"
    assert time.monotonic() - start < 5  # at once, where nothing else runs
    assert isinstance(client.call(OpenDocument(path=str(long_pdf))), OpenedDocument)
    assert workers() == before
    assert not queued.progress


def test_a_cancel_that_the_worker_overtakes_or_dies_of_is_one_all_the_same(
    client: WorkerClient, long_pdf: Path, tmp_path: Path
) -> None:
    client.call(OpenDocument(path=str(long_pdf)))
    (pid,) = workers()
    ended: queue.Queue[Value | FusenError] = queue.Queue()
    copy = AnnotatePdf(path=str(long_pdf), output=str(tmp_path / "copy.pdf"), findings=())
    writing = Pending(0, copy, None, ended.put, ended.put)
    written = client._scratch.folder().glob

    def cancel_what_is_written() -> None:
        """On the client's thread, which does not hear the worker meanwhile."""
        client._accept(writing)
        while not any(part.stat().st_size for part in written("*.part")) or cpu_seconds(pid) != cpu_seconds(pid):
            time.sleep(0.01)
        client._cancel(writing.id)

    def cpu_seconds(pid: int) -> float:
        time.sleep(0.05)
        return sum(psutil.Process(pid).cpu_times()[:2])

    client._post(cancel_what_is_written)
    reading = Outcome(client, ReadDocument(path=str(long_pdf)))
    assert reading.moving.wait(30)
    client._post(lambda: (client._cancel(reading.id), os.kill(pid, signal.SIGKILL)))
    for error in (ended.get(timeout=5), reading.wait(5)):
        assert isinstance(error, FusenError)
        assert error.code == "cancelled"
    assert isinstance(client.call(OpenDocument(path=str(long_pdf))), OpenedDocument)
    assert not list(tmp_path.iterdir())
    assert not list(written("*.part"))


def test_a_killed_worker_costs_nothing_that_can_be_read_again(
    client: WorkerClient, long_pdf: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other.txt"
    other.write_text("The other document.", encoding="utf-8")
    client.call(OpenDocument(path=str(long_pdf)))
    (pid,) = workers()
    reading = Outcome(client, ReadDocument(path=str(long_pdf)), lambda: os.kill(pid, signal.SIGKILL))
    waiting = Outcome(client, ReadDocument(path=str(other)))
    read = reading.wait(120)
    assert isinstance(read, ReadResult)
    assert read.document.warnings == ()
    assert [step.done for step in reading.progress] == list(range(1, PAGES + 1))
    survived = waiting.wait()
    assert isinstance(survived, ReadResult)
    assert survived.document.text == "The other document."
    assert workers() != [pid]


def stop_at_a_page(client: WorkerClient, pid: int) -> None:
    """Stop the worker while it is at a page: between two, none would be to blame."""
    while True:
        os.kill(pid, signal.SIGSTOP)
        time.sleep(0.1)  # for the client to hear what was sent before
        if any(pending.pages.seconds() is not None for pending in list(client._pending.values())):
            return
        os.kill(pid, signal.SIGCONT)
        time.sleep(0.001)


def test_a_stuck_worker_is_ended_and_costs_one_page(long_pdf: Path) -> None:
    client = WorkerClient(MODULE, name="document worker", page_seconds=2.0)
    try:
        client.call(OpenDocument(path=str(long_pdf)))
        (pid,) = workers()
        stopping = threading.Thread(target=stop_at_a_page, args=(client, pid))
        reading = Outcome(client, ReadDocument(path=str(long_pdf)), stopping.start)
        read = reading.wait(120)
        stopping.join()
        assert isinstance(read, ReadResult)
        (notice,) = read.document.warnings
        assert notice.code == "page-timeout"
        assert re.fullmatch(r"Page \d+ took too long and was left out\.", notice.message)
        assert read.document.page_count == PAGES
        assert isinstance(client.call(OpenDocument(path=str(long_pdf))), OpenedDocument)
    finally:
        client.close()


def test_an_idle_worker_makes_way_after_many_pages(tmp_path: Path) -> None:
    pdf = pymupdf.open()
    for _ in range(3):
        pdf.new_page()
    pdf.save(tmp_path / "a.pdf")
    client = WorkerClient(MODULE, name="document worker", recycle_pages=3)
    try:
        seen = set()
        for _ in range(3):
            assert isinstance(client.call(ReadDocument(path=str(tmp_path / "a.pdf"))), ReadResult)
            assert isinstance(client.call(OpenDocument(path=str(tmp_path / "a.pdf"))), OpenedDocument)
            seen |= set(workers())
        assert len(seen) >= 3
    finally:
        client.close()


def test_accepted_words_are_annotated_where_they_stand(client: WorkerClient, long_pdf: Path, tmp_path: Path) -> None:
    read = client.call(ReadDocument(path=str(long_pdf)))
    assert isinstance(read, ReadResult)
    document = read.document
    assert document.quads is not None
    start = document.text.index("Clause 4.7:")
    end = document.text.index(".", start + 12)
    rows = document.quads[start:end]
    quad = (*map(float, (*rows[0, 0:2], *rows[-1, 2:4], *rows[-1, 4:6], *rows[0, 6:8])),)
    finding = Finding(
        id="f",
        document_sha256=document.sha256,
        start=start,
        end=end,
        page=5,
        text=document.text[start:end],
        quads=(quad,),
        importance=0.9,
        interval=(0.8, 1.0),
        tags=(),
        rank=1,
        decision="accepted",
    )
    output = tmp_path / "out.pdf"
    assert client.call(AnnotatePdf(path=str(long_pdf), output=str(output), findings=(finding,))) == Written(
        path=str(output)
    )
    page = pymupdf.open(output)[4]
    (highlight,) = [annotation for annotation in page.annots() if annotation.type[1] == "Highlight"]
    box = highlight.rect
    words = page.get_textbox(pymupdf.Rect(box.x0, box.y0 + 3, box.x1, box.y1 - 3))
    assert document.text[start:end] in " ".join(words.split())


def test_failures_keep_their_code_over_the_boundary(client: WorkerClient, tmp_path: Path) -> None:
    for name, data, code in [("a.pdf", b"", "empty"), ("b.pdf", b"\x89PNG\r\n\x1a\n", "unsupported")]:
        (tmp_path / name).write_bytes(data)
        for body in (OpenDocument(path=str(tmp_path / name)), ReadDocument(path=str(tmp_path / name))):
            with pytest.raises(FusenError) as caught:
                client.call(body)
            assert caught.value.code == code
    with pytest.raises(FusenError) as caught:
        client.call(ReadDocument(path=str(tmp_path / "none.pdf")))
    assert caught.value.code == "not-found"


def test_a_file_that_changed_on_disk_is_opened_anew(client: WorkerClient, tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    for pages in (1, 3):
        pdf = pymupdf.open()
        for _ in range(pages):
            pdf.new_page()
        pdf.save(path)
        opened = client.call(OpenDocument(path=str(path)))
        assert isinstance(opened, OpenedDocument)
        assert len(opened.pages) == pages


def test_closing_while_busy_fails_what_is_pending(long_pdf: Path) -> None:
    client = WorkerClient(MODULE, name="document worker")
    reading = Outcome(client, ReadDocument(path=str(long_pdf)))
    assert reading.moving.wait(30)
    client.close()
    error = reading.wait(5)
    assert isinstance(error, FusenError)
    assert error.code == "cancelled"
    assert not workers()
    with pytest.raises(RuntimeError):
        client.start()


def test_the_worker_works_within_its_memory_limit_and_names_what_does_not_fit(
    client: WorkerClient, tmp_path: Path
) -> None:
    pdf = pymupdf.open()
    pdf.new_page(width=14_400, height=14_400)
    pdf.save(tmp_path / "huge.pdf")
    memory = page_memory.create(1024)
    try:
        with pytest.raises(FusenError) as caught:
            client.call(RenderPage(path=str(tmp_path / "huge.pdf"), page=1, scale=8, memory=memory.name))
        assert caught.value.code == "too-large"
    finally:
        memory.close()
        memory.unlink()
