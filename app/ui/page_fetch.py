"""Pictures of pages from the document worker, through shared memory: one request, and one page for those who want no cache."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtGui import QImage

from app.errors import FusenError
from app.ui.hub import Courier
from app.ui.state import OpenFile
from app.workers import page_memory
from app.workers.client import WorkerClient
from app.workers.protocol import PageImage, RenderPage, Value


def request_picture(
    client: WorkerClient,
    most_bytes: int,
    body: Callable[[str], RenderPage],
    done: Callable[[QImage, float], object],
    failed: Callable[[FusenError], object],
) -> int:
    """Ask for the picture that `body` makes a request for, given the name of the memory for it; returns the call's number.

    `done` (with the seconds that drawing took) or `failed` follows in a thread of the client's. Raises `OSError` where there is
    no room for the picture.
    """
    memory = page_memory.create(most_bytes)

    def free() -> None:
        memory.close()
        memory.unlink()

    def drawn(value: Value) -> None:
        assert isinstance(value, PageImage)  # noqa: S101 -- the worker's contract
        assert memory.buf is not None  # noqa: S101 -- it is open
        view = QImage(memory.buf, value.width, value.height, value.stride, QImage.Format.Format_RGB888)
        image = view.convertToFormat(QImage.Format.Format_RGB32)
        del view
        free()
        done(image, value.seconds)

    def lost(error: FusenError) -> None:
        free()
        failed(error)

    return client.submit(body(memory.name), on_result=drawn, on_failure=lost)


def fetch_page(
    client: WorkerClient,
    courier: Courier,
    file: OpenFile,
    page: int,
    scale: float,
    done: Callable[[QImage], object],
    failed: Callable[[FusenError], object],
) -> Callable[[], None]:
    """Have `page` (from 1) drawn at `scale` pixels a point; `done` or `failed` follows in the window's thread.

    Returns what cancels it, after which neither is called with a picture.
    """
    assert file.opened is not None  # noqa: S101 -- it has pages
    size = file.opened.pages[page - 1]

    def body(memory: str) -> RenderPage:
        return RenderPage(path=str(file.source), page=page, scale=scale, memory=memory, password=file.password)

    try:
        call = request_picture(
            client,
            page_memory.image_bytes(size.width, size.height, scale),
            body,
            lambda image, _seconds: courier.post(lambda: done(image)),
            lambda error: courier.post(lambda: failed(error)),
        )
    except OSError:
        told = FusenError(
            "out-of-memory", "There is not enough memory for this page.", "Close other documents or programs."
        )
        courier.post(lambda: failed(told))
        return lambda: None
    return lambda: client.cancel(call)
