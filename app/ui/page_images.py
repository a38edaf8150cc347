"""Pictures of PDF pages: asked of the document worker, nearest first, at most two at a time, kept within a byte bound."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage

from app.errors import FusenError
from app.ui.hub import Courier
from app.ui.state import OpenFile
from app.workers import page_memory
from app.workers.client import WorkerClient
from app.workers.protocol import PageImage, RenderPage, Value

KEPT_BYTES = 192 << 20
LARGEST_PIXELS = 16_000_000
IN_FLIGHT = 2
Place = tuple[int, int]  # key of the file, page from 1


class PageImages(QObject):
    """A cache of page pictures over all open files. A picture at another scale serves until the right one is there."""

    arrived = Signal(int, int)

    def __init__(self, client: WorkerClient, courier: Courier, kept_bytes: int = KEPT_BYTES) -> None:
        super().__init__(courier)
        self._client = client
        self._courier = courier
        self._kept_bytes = kept_bytes
        self._images: OrderedDict[Place, tuple[float, QImage]] = OrderedDict()
        self._wanted: list[tuple[OpenFile, int, float]] = []
        self._flying: set[Place] = set()
        self._failed: set[tuple[Place, float]] = set()
        self._open = True

    def get(self, key: int, page: int) -> QImage | None:
        """The picture of a page at whichever scale there is."""
        found = self._images.get((key, page))
        if found is None:
            return None
        self._images.move_to_end((key, page))
        return found[1]

    def is_lost(self, key: int, page: int) -> bool:
        """Whether the page could not be drawn, at whichever scale."""
        return (key, page) not in self._images and any(place == (key, page) for place, _ in self._failed)

    def want(self, file: OpenFile, pages: Sequence[int], scale: float) -> None:
        """Replace all wishes: these pages of `file`, most urgent first, at `scale` pixels a point."""
        self._wanted = [(file, page, self._allowed(file, page, scale)) for page in pages]
        self._send()

    def close(self) -> None:
        """Ask for nothing any more: the worker is ending."""
        self._open = False

    def forget(self, key: int) -> None:
        """Drop the pictures of a file that was closed."""
        for place in [place for place in self._images if place[0] == key]:
            del self._images[place]
        self._failed = {(place, scale) for place, scale in self._failed if place[0] != key}

    def bytes_kept(self) -> int:
        """Memory that the pictures take."""
        return sum(image.sizeInBytes() for _, image in self._images.values())

    def _allowed(self, file: OpenFile, page: int, scale: float) -> float:
        assert file.opened is not None  # noqa: S101 -- it has pages
        size = file.opened.pages[page - 1]
        pixels = size.width * size.height * scale * scale
        return scale if pixels <= LARGEST_PIXELS else scale * float((LARGEST_PIXELS / pixels) ** 0.5)

    def _send(self) -> None:
        for file, page, scale in self._wanted:
            if not self._open or len(self._flying) >= IN_FLIGHT:
                return
            place = (file.key, page)
            have = self._images.get(place)
            if place in self._flying or (place, scale) in self._failed or (have and abs(have[0] - scale) < 1e-3):
                continue
            self._request(file, page, scale)

    def _request(self, file: OpenFile, page: int, scale: float) -> None:
        assert file.opened is not None  # noqa: S101 -- it has pages
        size = file.opened.pages[page - 1]
        place = (file.key, page)
        try:
            memory = page_memory.create(page_memory.image_bytes(size.width, size.height, scale))
        except OSError:  # no room for it
            self._failed.add((place, scale))
            return
        self._flying.add(place)

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
            self._courier.post(lambda: self._take(place, scale, image))

        def failed(error: FusenError) -> None:
            free()
            self._courier.post(lambda: self._give_up(place, scale))

        body = RenderPage(path=str(file.path), page=page, scale=scale, memory=memory.name, password=file.password)
        self._client.submit(body, on_result=drawn, on_failure=failed)

    def _take(self, place: Place, scale: float, image: QImage) -> None:
        self._flying.discard(place)
        self._images[place] = (scale, image)
        self._images.move_to_end(place)
        while self.bytes_kept() > self._kept_bytes and len(self._images) > 1:
            self._images.popitem(last=False)
        self.arrived.emit(*place)
        self._send()

    def _give_up(self, place: Place, scale: float) -> None:
        self._flying.discard(place)
        self._failed.add((place, scale))
        self.arrived.emit(*place)
        self._send()
