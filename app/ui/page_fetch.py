"""One picture of one page from the document worker, for those who want no cache."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtGui import QImage

from app.errors import FusenError
from app.ui.hub import Courier
from app.ui.state import OpenFile
from app.workers import page_memory
from app.workers.client import WorkerClient
from app.workers.protocol import PageImage, RenderPage, Value


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
    try:
        memory = page_memory.create(page_memory.image_bytes(size.width, size.height, scale))
    except OSError:
        told = FusenError(
            "out-of-memory", "There is not enough memory for this page.", "Close other documents or programs."
        )
        courier.post(lambda: failed(told))
        return lambda: None

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
        courier.post(lambda: done(image))

    def lost(error: FusenError) -> None:
        free()
        courier.post(lambda: failed(error))

    body = RenderPage(path=str(file.path), page=page, scale=scale, memory=memory.name, password=file.password)
    call = client.submit(body, on_result=drawn, on_failure=lost)
    return lambda: client.cancel(call)
