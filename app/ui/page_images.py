"""Pictures of PDF pages: asked of the document worker tile by tile, most urgent first, two at a time, kept within byte bounds.

Whoever shows pages says anew what it wants whenever that changes; what nobody wants any more is not asked for. A page that took
long is drawn in few large tiles and never ahead of the reader.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage

from app.ui.hub import Courier
from app.ui.large_blocks import give_back_large_blocks
from app.ui.page_fetch import request_picture
from app.ui.state import OpenFile
from app.ui.tiles import SIDE, SLOW_SIDE, ByteCache, Points, Tile, coarse_tile, tiles_in
from app.workers import page_memory
from app.workers.client import WorkerClient
from app.workers.protocol import RenderPage

KEPT_BYTES = 32 << 20
KEPT_COARSE_BYTES = 16 << 20
KEPT_VIEWS = 3
MOST_BYTES = 256 << 20
"""Tiles take `KEPT_BYTES`, on large fine screens so many times what shows, and never more than `MOST_BYTES`."""

WANTED_SHARE = 0.75
"""Of the bound that one view may want at once: what soon shows must not push out what shows."""

IN_FLIGHT = 2
SLOW_SECONDS = 0.8
"""Processor time of a page's coarse picture from which on the page counts as slow."""

Place = tuple[int, int]  # key of the file, page from 1
Key = tuple[int, Tile]  # key of the file, tile


@dataclass(frozen=True)
class Part:
    """A part of a page that shows or soon will: page from 1, area in points."""

    page: int
    area: Points


@dataclass(frozen=True)
class Wishes:
    """What one view wants, most urgent first."""

    file: OpenFile
    shown: tuple[Tile, ...]
    ahead: tuple[Tile, ...] = ()


class PageImages(QObject):
    """Pictures over all open files; `arrived` names the page of which there is a further one, or none to be had."""

    arrived = Signal(int, int)

    def __init__(self, client: WorkerClient, courier: Courier, kept_bytes: int = KEPT_BYTES) -> None:
        super().__init__(courier)
        give_back_large_blocks()
        self._client = client
        self._courier = courier
        self._kept_bytes = kept_bytes
        self._tiles: ByteCache[Key, QImage] = ByteCache(kept_bytes)
        self._coarse: ByteCache[Place, QImage] = ByteCache(KEPT_COARSE_BYTES)
        self._scales: dict[
            Place, dict[float, set[Tile]]
        ] = {}  # what is kept of a page, the scale that came last at the end
        self._wishes: dict[object, Wishes] = {}
        self._thumbnails: dict[object, Wishes] = {}
        self._flying: set[Key] = set()
        self._failed: set[Key] = set()
        self._lost: set[Place] = set()
        self._slow: set[Place] = set()
        self._open = True

    # ---- what there is

    def get(self, key: int, page: int) -> QImage | None:
        """The coarse picture of a whole page."""
        return self._coarse.get((key, page))

    def tile(self, key: int, tile: Tile) -> QImage | None:
        """The picture of a tile."""
        return self._tiles.get((key, tile))

    def tiles(self, file: OpenFile, part: Part, scale: float) -> list[Tile]:
        """The tiles that cover a part of a page at `scale` pixels a point."""
        width, height = _size(file, part.page)
        side = SLOW_SIDE if (file.key, part.page) in self._slow else SIDE
        return list(tiles_in(part.page, width, height, scale, side, part.area))

    def others(self, key: int, page: int, scale: float) -> list[tuple[Tile, QImage]]:
        """The tiles of the page at the scale that came last beside this one: they stand in, stretched."""
        for other, tiles in reversed(self._scales.get((key, page), {}).items()):
            if other != scale:
                return [(tile, image) for tile in tiles if (image := self._tiles.get((key, tile))) is not None]
        return []

    def is_lost(self, key: int, page: int) -> bool:
        """Whether the page could not be drawn."""
        return (key, page) in self._lost and (key, page) not in self._coarse

    def bytes_kept(self) -> int:
        """Memory that the pictures take."""
        return self._tiles.size + self._coarse.size

    # ---- what is wanted

    def want(
        self, who: object, file: OpenFile, shown: Sequence[Part], ahead: Sequence[Part] = (), scale: float = 1.0
    ) -> None:
        """Replace the wishes of `who`: these parts of `file`, most urgent first, at `scale` pixels a point."""
        near = self._wished(file, shown, scale)
        far = self._wished(file, [part for part in ahead if (file.key, part.page) not in self._slow], scale)
        others = sum(tile.size for other, wish in self._wishes.items() if other is not who for tile in wish.shown)
        showing = others + sum(tile.size for tile in near)
        self._tiles.most = min(max(self._kept_bytes, KEPT_VIEWS * showing), MOST_BYTES)
        budget = self._tiles.most * WANTED_SHARE - others
        kept = []
        for tile in (*near, *far):
            budget -= 0 if tile.coarse else tile.size
            if budget < 0:
                break
            kept.append(tile)
        self._wishes[who] = Wishes(file, tuple(kept[: len(near)]), tuple(kept[len(near) :]))
        self._send()

    def want_thumbnails(self, who: object, file: OpenFile, pages: Sequence[int]) -> None:
        """Replace the wishes of `who`: coarse pictures of these pages, when nothing else is wanted."""
        tiles = tuple(coarse_tile(page, *_size(file, page)) for page in pages)
        self._thumbnails[who] = Wishes(file, tiles)
        self._send()

    def want_nothing(self, who: object) -> None:
        """`who` shows nothing any more."""
        self._wishes.pop(who, None)
        self._thumbnails.pop(who, None)

    def close(self) -> None:
        """Ask for nothing any more: the worker is ending."""
        self._open = False

    def forget(self, key: int) -> None:
        """Drop the pictures of a file that was closed, and what is wanted of it."""
        for place in [place for place in self._coarse if place[0] == key]:
            self._coarse.drop(place)
        for tile in [tile for tile in self._tiles if tile[0] == key]:
            self._tiles.drop(tile)
        self._scales = {place: scales for place, scales in self._scales.items() if place[0] != key}
        self._lost = {place for place in self._lost if place[0] != key}
        self._slow = {place for place in self._slow if place[0] != key}
        self._failed = {failed for failed in self._failed if failed[0] != key}
        for wishes in (self._wishes, self._thumbnails):
            for who in [who for who, wish in wishes.items() if wish.file.key == key]:
                del wishes[who]

    def _wished(self, file: OpenFile, parts: Sequence[Part], scale: float) -> list[Tile]:
        coarse = {part.page: coarse_tile(part.page, *_size(file, part.page)) for part in parts}
        return [*coarse.values(), *(tile for part in parts for tile in self.tiles(file, part, scale))]

    def _in_order(self) -> Iterator[tuple[OpenFile, Tile]]:
        """All wishes: what shows before what soon will, and that before thumbnails."""
        for wish in self._wishes.values():
            yield from ((wish.file, tile) for tile in wish.shown)
        for wish in self._wishes.values():
            yield from ((wish.file, tile) for tile in wish.ahead)
        for wish in self._thumbnails.values():
            yield from ((wish.file, tile) for tile in wish.shown)

    # ---- asking

    def _send(self) -> None:
        if not self._open or len(self._flying) >= IN_FLIGHT:
            return
        for file, tile in self._in_order():
            if not self._is_there(file.key, tile):
                self._request(file, tile)
                if len(self._flying) >= IN_FLIGHT:
                    return

    def _is_there(self, key: int, tile: Tile) -> bool:
        """Whether the tile is there or on its way, or cannot be had."""
        place = (key, tile.page)
        have = place in self._coarse if tile.coarse else (key, tile) in self._tiles
        return have or (key, tile) in self._flying or place in self._lost or (key, tile) in self._failed

    def _request(self, file: OpenFile, tile: Tile) -> None:
        left, top, right, bottom = tile.area
        key = (file.key, tile)
        post = self._courier.post

        def body(memory: str) -> RenderPage:
            return RenderPage(
                path=str(file.source),
                page=tile.page,
                scale=tile.scale,
                memory=memory,
                password=file.password,
                area=tile.area,
            )

        self._flying.add(key)
        try:
            request_picture(
                self._client,
                (right - left) * (bottom - top) * page_memory.BYTES_A_PIXEL,
                body,
                lambda image, seconds: post(lambda: self._take(key, image, seconds)),
                lambda _error: post(lambda: self._give_up(key)),
            )
        except OSError:  # no room for it
            self._flying.discard(key)
            self._failed.add(key)

    def _take(self, key: Key, image: QImage, seconds: float) -> None:
        self._flying.discard(key)
        tile, place = key[1], (key[0], key[1].page)
        if tile.coarse:
            self._coarse.put(place, image)
            if seconds > SLOW_SECONDS:
                self._slow.add(place)
        else:
            self._keep(key, image)
        self.arrived.emit(*place)
        self._send()

    def _keep(self, key: Key, image: QImage) -> None:
        scales = self._scales.setdefault((key[0], key[1].page), {})
        tiles = scales[key[1].scale] = scales.pop(key[1].scale, set())  # the last one now
        tiles.add(key[1])
        for old_key, old in self._tiles.put(key, image):
            kept = self._scales[old_key, old.page]
            kept[old.scale].discard(old)
            if not kept[old.scale]:
                del kept[old.scale]

    def _give_up(self, key: Key) -> None:
        self._flying.discard(key)
        place = (key[0], key[1].page)
        if key[1].coarse:
            self._lost.add(place)
        else:
            self._failed.add(key)
        self.arrived.emit(*place)
        self._send()


def _size(file: OpenFile, page: int) -> tuple[float, float]:
    assert file.opened is not None  # noqa: S101 -- it has pages
    size = file.opened.pages[page - 1]
    return size.width, size.height
