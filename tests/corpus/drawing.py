"""Draw all pages of the PDFs at hand as the window does: `python -m tests.corpus --only drawing`.

One client draws them all, so that what one file does to the worker is met by the next. Each page must come back in time with
a picture or an error that a user understands, and after each file the worker must draw a page of a whole one.
"""

from __future__ import annotations

import json
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import psutil
import pymupdf
from rich.console import Console
from rich.table import Table
from rich.text import Text

from app.errors import FusenError
from app.ui.tiles import SIDE, Tile, coarse_tile, tiles_in
from app.workers import page_memory
from app.workers.client import WorkerClient
from app.workers.protocol import OpenDocument, OpenedDocument, PageImage, PageSize, RenderPage
from tests.corpus.cases import Case
from tests.corpus.judging import error_faults

SCALES = (2.0, 20.0)
"""Pixels a point: a page that fills a window on a screen of high density, and the largest zoom there."""


@dataclass(slots=True)
class Drawn:
    """What became of one file: how many pages ended how, the slowest page, the memory, and what falls short."""

    name: str
    pages: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    slowest: float = 0.0
    peak_bytes: int = 0
    short: list[str] = field(default_factory=list)


def draw_all(
    cases: Sequence[Case],
    console: Console,
    *,
    pages: int,
    seconds: float,
    megabytes: int,
    json_file: Path | None = None,
) -> int:
    """The exit status: 1 where a file falls short."""
    chosen = [case for case in cases if case.path is not None and case.path.suffix.lower() == ".pdf"]
    client = WorkerClient("app.workers.document_worker", name="document worker")
    drawn: list[Drawn] = []
    with tempfile.TemporaryDirectory(prefix="drawing-") as folder:
        whole = whole_file(Path(folder))
        try:
            for case in chosen:
                one = draw_file(client, case, whole, pages=pages, seconds=seconds)
                if one.peak_bytes > megabytes << 20:
                    one.short.append(f"took {one.peak_bytes >> 20} MB")
                drawn.append(one)
        finally:
            client.close()
    _print(drawn, console)
    if json_file is not None:
        json_file.write_text(json.dumps([_as_json(one) for one in drawn], indent=1) + "\n", encoding="utf-8")
    return 1 if any(one.short for one in drawn) or not drawn else 0


def _as_json(one: Drawn) -> dict[str, Any]:
    # Of a counter, `asdict` would make another with pairs as its keys.
    return {**asdict(replace(one, outcomes=Counter())), "outcomes": dict(one.outcomes)}


def draw_file(client: WorkerClient, case: Case, whole: Path, *, pages: int, seconds: float) -> Drawn:
    """Open the file and draw its first `pages` pages, then a page of the file `whole`."""
    one = Drawn(case.name)
    assert case.path is not None
    with _peak(one):
        try:
            sizes = _sizes(client, one, case.path, case.password, seconds)
        except FusenError as error:
            _note_error(one, "opening", error)
            sizes = ()
        one.pages = len(sizes)
        for number, size in list(enumerate(sizes, 1))[:pages]:
            _draw(client, one, case, number, size, seconds)
        if not _is_alive(client, whole, seconds):
            one.short.append("the worker did not draw the next file")
    return one


def _sizes(client: WorkerClient, one: Drawn, path: Path, password: str | None, seconds: float) -> Sequence[PageSize]:
    began = time.monotonic()
    try:
        opened = client.call(OpenDocument(str(path), password))
    finally:
        if time.monotonic() - began > seconds:
            one.short.append(f"opening took {time.monotonic() - began:.1f} s")
    assert isinstance(opened, OpenedDocument)
    return opened.pages


def _draw(client: WorkerClient, one: Drawn, case: Case, number: int, size: PageSize, seconds: float) -> None:
    began = time.monotonic()
    try:
        image = draw_page(client, str(case.path), number, size, case.password)
        one.outcomes["drawn"] += 1
        if image.width < 1 or image.height < 1:
            one.short.append(f"page {number} is a picture of {image.width} x {image.height}")
    except FusenError as error:
        _note_error(one, f"page {number}", error)
    taken = time.monotonic() - began
    one.slowest = max(one.slowest, taken)
    if taken > seconds:
        one.short.append(f"page {number} took {taken:.1f} s")


def draw_page(client: WorkerClient, path: str, number: int, size: PageSize, password: str | None = None) -> PageImage:
    """A page as the window asks for it: small and whole, then a tile of it at each scale. Raises `FusenError`."""
    middle = (size.width / 2, size.height / 2, size.width / 2 + 1, size.height / 2 + 1)
    tiles = [tile for scale in SCALES for tile in tiles_in(number, size.width, size.height, scale, SIDE, middle)]
    coarse = _draw_tile(client, path, coarse_tile(number, size.width, size.height), password)
    for tile in tiles:
        _draw_tile(client, path, tile, password)
    return coarse


def _draw_tile(client: WorkerClient, path: str, tile: Tile, password: str | None) -> PageImage:
    left, top, right, bottom = tile.area
    memory = page_memory.create((right - left) * (bottom - top) * page_memory.BYTES_A_PIXEL)
    try:
        image = client.call(RenderPage(path, tile.page, tile.scale, memory.name, password, tile.area))
    finally:
        memory.close()
        memory.unlink()
    assert isinstance(image, PageImage)
    return image


def _note_error(one: Drawn, what: str, error: FusenError) -> None:
    one.outcomes[error.code] += 1
    told = {"code": error.code, "message": error.message, "advice": error.advice}
    one.short += [f"{what}: {fault}" for fault in error_faults(told)]
    if error.code in ("internal", "cancelled"):
        one.short.append(f"{what}: {error.message}")


def _is_alive(client: WorkerClient, whole: Path, seconds: float) -> bool:
    began = time.monotonic()
    try:
        draw_page(client, str(whole), 1, PageSize(595, 842))
    except FusenError:
        return False
    return time.monotonic() - began <= seconds


def whole_file(folder: Path) -> Path:
    """A PDF of one page that any worker can draw."""
    with pymupdf.open() as pdf:
        pdf.new_page(width=595, height=842).insert_text((72, 100), "The Supplier shall indemnify the Customer.")
        pdf.save(folder / "whole.pdf")
    return folder / "whole.pdf"


@contextmanager
def _peak(one: Drawn) -> Iterator[None]:
    """Note the largest resident size of any worker meanwhile, looked at fifty times a second."""
    over = threading.Event()

    def look() -> None:
        while not over.wait(0.02):
            for child in psutil.Process().children():
                try:
                    one.peak_bytes = max(one.peak_bytes, child.memory_info().rss)
                except psutil.Error:
                    continue

    watching = threading.Thread(target=look, daemon=True)
    watching.start()
    try:
        yield
    finally:
        over.set()
        watching.join()


def _print(drawn: Sequence[Drawn], console: Console) -> None:
    table = Table(box=None, pad_edge=False)
    for name in ("file", "pages", "ended", "slowest s", "MB", ""):
        table.add_column(name, justify="left" if name in ("file", "ended") else "right")
    for one in drawn:
        ended = ", ".join(f"{count} {outcome}" for outcome, count in one.outcomes.most_common())
        mark = "SHORT" if one.short else "ok"
        cells = (one.name, str(one.pages), ended, f"{one.slowest:.1f}", str(one.peak_bytes >> 20), mark)
        table.add_row(*map(Text, cells))
    console.print(table)
    for one in drawn:
        for short in one.short:
            console.print(Text(f"{one.name}: {short}"))
    sums = sum((one.outcomes for one in drawn), Counter[str]())
    words = ", ".join(f"{count} {outcome}" for outcome, count in sums.most_common())
    right = sum(not one.short for one in drawn)
    console.print(
        Text(f"\n{right} of {len(drawn)} files have nothing that falls short; pages and files that ended: {words}")
    )
