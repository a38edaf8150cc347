"""Pictures are asked for in the order of need, what nobody wants any more is not, and memory stays bounded."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication
from pytestqt.qtbot import QtBot

from app.errors import FusenError
from app.ui import page_images
from app.ui.hub import Courier
from app.ui.page_images import IN_FLIGHT, PageImages, Part
from app.ui.state import OpenFile
from app.ui.tiles import SIDE, SLOW_SIDE, Tile
from app.workers import page_memory
from app.workers.protocol import OpenedDocument, PageImage, PageSize, RenderPage

WIDTH, HEIGHT = 600.0, 800.0
WHOLE = (0.0, 0.0, WIDTH, HEIGHT)


class Client:
    """A worker that answers when it is told to; it paints nothing."""

    def __init__(self) -> None:
        self.asked: list[RenderPage] = []
        self.waiting: list[tuple[RenderPage, Callable[..., object], Callable[..., object]]] = []

    def submit(self, body: RenderPage, *, on_result: Callable[..., object], on_failure: Callable[..., object]) -> int:
        self.asked.append(body)
        self.waiting.append((body, on_result, on_failure))
        return len(self.asked)

    def answer(self, seconds: float = 0.01) -> RenderPage:
        body, on_result, _ = self.waiting.pop(0)
        assert body.area is not None
        left, top, right, bottom = body.area
        memory = page_memory.attach(body.memory)
        assert len(memory.buf) >= 3 * (right - left) * (bottom - top)
        memory.close()
        on_result(PageImage(body.page, right - left, bottom - top, 3 * (right - left), seconds))
        QCoreApplication.processEvents()
        return body

    def fail(self) -> None:
        _, _, on_failure = self.waiting.pop(0)
        on_failure(FusenError("timeout", "It took too long.", ""))
        QCoreApplication.processEvents()

    def answer_all(self) -> None:
        while self.waiting:
            self.answer()


@pytest.fixture
def client() -> Client:
    return Client()


@pytest.fixture
def images(qtbot: QtBot, client: Client) -> Iterator[PageImages]:
    courier = Courier()
    made = PageImages(client, courier)  # type: ignore[arg-type]  # stands in for a worker's client
    yield made
    made.close()
    while client.waiting:
        client.fail()
    courier.close()


def opened(pages: int = 100) -> OpenFile:
    file = OpenFile(1, Path("a.pdf"))
    file.opened = OpenedDocument("a.pdf", "0" * 64, "pdf", (PageSize(WIDTH, HEIGHT),) * pages)
    return file


def is_coarse(body: RenderPage) -> bool:
    return body.scale < 1


def test_the_coarse_page_comes_first_and_then_the_tiles_that_show(images: PageImages, client: Client) -> None:
    file = opened()
    images.want("view", file, [Part(3, (0, 0, WIDTH, 300))], [Part(4, WHOLE)], 2.0)
    assert len(client.waiting) == IN_FLIGHT
    client.answer_all()
    assert is_coarse(client.asked[0])
    near = images.tiles(file, Part(3, (0, 0, WIDTH, 300)), 2.0)
    assert [body.area for body in client.asked[1 : 1 + len(near)]] == [tile.area for tile in near]
    assert {body.page for body in client.asked[1 + len(near) :]} == {4}
    assert all(images.tile(file.key, tile) is not None for tile in near)
    assert images.get(file.key, 3) is not None


def test_wishes_that_were_replaced_are_not_asked_for(images: PageImages, client: Client) -> None:
    file = opened()
    for page in range(1, 60):  # the reader scrolls fast
        images.want("view", file, [Part(page, WHOLE)], [Part(page + 1, WHOLE)], 2.0)
    client.answer_all()
    assert {body.page for body in client.asked} == {1, 59, 60}


def test_nothing_is_asked_for_twice_or_for_a_view_that_is_gone(images: PageImages, client: Client) -> None:
    file = opened()
    images.want("view", file, [Part(1, WHOLE)], (), 2.0)
    images.want("view", file, [Part(1, WHOLE)], (), 2.0)
    client.answer_all()
    images.want("view", file, [Part(1, WHOLE)], (), 2.0)
    assert len({(body.page, body.scale, body.area) for body in client.asked}) == len(client.asked)
    count = len(client.asked)
    images.want("view", file, [Part(2, WHOLE)], (), 2.0)
    images.want_nothing("view")
    client.answer_all()
    assert len(client.asked) == count + IN_FLIGHT


def test_two_views_do_not_take_each_other_s_wishes_away(images: PageImages, client: Client) -> None:
    file = opened()
    images.want("left", file, [Part(1, WHOLE)], (), 1.5)
    images.want("right", file, [Part(50, WHOLE)], (), 1.5)
    images.want_thumbnails("pages", file, [70, 71])
    client.answer_all()
    assert {body.page for body in client.asked} == {1, 50, 70, 71}
    assert [body.page for body in client.asked[-2:]] == [70, 71]  # thumbnails come last


def test_memory_stays_within_its_bound_and_what_shows_stays(
    images: PageImages, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, area = opened(), (0.0, 0.0, WIDTH, 200.0)
    monkeypatch.setattr(page_images, "KEPT_VIEWS", 1)
    images._kept_bytes = 12 << 20
    for page in range(1, 40):
        images.want("view", file, [Part(page, area)], [Part(page + 1, WHOLE)], 2.0)
        client.answer_all()
        assert images.bytes_kept() <= (12 << 20) + page_images.KEPT_COARSE_BYTES
        assert all(images.tile(file.key, tile) is not None for tile in images.tiles(file, Part(page, area), 2.0))
    count = len(client.asked)
    images.want("view", file, [Part(39, area)], [Part(40, WHOLE)], 2.0)
    client.answer_all()
    assert len(client.asked) == count  # nothing is drawn in turns with what it pushed out
    kept = sum(len(tiles) for scales in images._scales.values() for tiles in scales.values())
    assert kept == len(list(images._tiles))


def test_a_screen_that_shows_more_than_the_bound_is_served_whole(images: PageImages, client: Client) -> None:
    file = opened()
    images._kept_bytes = 1 << 20
    images.want("view", file, [Part(1, WHOLE), Part(2, WHOLE)], (), 4.0)
    client.answer_all()
    for page in (1, 2):
        assert all(images.tile(file.key, tile) is not None for tile in images.tiles(file, Part(page, WHOLE), 4.0))


def test_a_slow_page_is_drawn_in_few_large_tiles_and_not_ahead(images: PageImages, client: Client) -> None:
    file = opened()
    images.want_thumbnails("pages", file, [1])
    client.answer(seconds=3.0)
    tiles = images.tiles(file, Part(1, WHOLE), 3.0)
    assert max(tile.area[3] - tile.area[1] for tile in tiles) == SLOW_SIDE > SIDE
    assert len(tiles) == 2
    images.want("view", file, [Part(2, WHOLE)], [Part(1, WHOLE)], 3.0)
    client.answer_all()
    assert {body.page for body in client.asked[1:]} == {2}


def test_a_page_that_cannot_be_drawn_is_not_asked_for_again(images: PageImages, client: Client) -> None:
    file = opened()
    images.want("view", file, [Part(1, WHOLE)], (), 2.0)
    client.fail()
    assert images.is_lost(file.key, 1)
    count = len(client.asked)
    client.answer_all()
    images.want("view", file, [Part(1, WHOLE)], (), 2.5)
    assert len(client.asked) == count
    images.forget(file.key)
    assert not images.is_lost(file.key, 1)
    images.want("view", file, [Part(1, WHOLE)], (), 2.0)
    assert len(client.asked) > count


def test_a_tile_that_fails_leaves_the_coarse_page(images: PageImages, client: Client) -> None:
    file = opened()
    images.want("view", file, [Part(1, WHOLE)], (), 2.0)
    client.answer()
    client.fail()
    client.answer_all()
    assert not images.is_lost(file.key, 1)
    failed = [body.area for body in client.asked][1]
    assert failed is not None
    assert images.tile(file.key, Tile(1, 2.0, failed)) is None


def test_a_closed_file_leaves_nothing(images: PageImages, client: Client) -> None:
    file = opened()
    images.want("view", file, [Part(1, WHOLE)], (), 2.0)
    images.want_thumbnails("pages", file, [5])
    client.answer()
    images.forget(file.key)
    client.answer_all()
    images.forget(file.key)
    assert images.bytes_kept() == 0
    assert not images._scales
