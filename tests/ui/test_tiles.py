"""Tiles cover what shows and no more, meet without a seam, and are kept within a bound."""

from __future__ import annotations

import math

from hypothesis import given
from hypothesis import strategies as st

from app.ui.tiles import COARSE_SIDE, COARSEST, SIDE, ByteCache, Tile, coarse_tile, exact, tiles_in

LENGTH = st.floats(10, 3000)


class Block:
    def __init__(self, size: int) -> None:
        self._size = size

    def sizeInBytes(self) -> int:  # noqa: N802 -- as Qt names it
        return self._size


@given(LENGTH, LENGTH, st.floats(1.0, 25.0))
def test_tiles_of_a_whole_page_cover_each_pixel_once(width: float, height: float, scale: float) -> None:
    scale = min(scale, 9000 / max(width, height))
    tiles = list(tiles_in(1, width, height, scale, SIDE, (0, 0, width, height)))
    if not tiles:
        assert exact(scale) <= coarse_tile(1, width, height).scale
        return
    right, bottom = math.ceil(width * exact(scale)), math.ceil(height * exact(scale))
    assert sum((x1 - x0) * (y1 - y0) for x0, y0, x1, y1 in (tile.area for tile in tiles)) == right * bottom
    assert len({tile.area for tile in tiles}) == len(tiles)
    assert all(0 <= x0 < x1 <= right and 0 <= y0 < y1 <= bottom for x0, y0, x1, y1 in (tile.area for tile in tiles))


@given(LENGTH, LENGTH, st.floats(2.0, 20.0), st.floats(0, 1), st.floats(0, 1), st.floats(0.01, 0.3))
def test_tiles_of_a_part_hold_it_and_nothing_far_from_it(
    width: float, height: float, scale: float, left: float, top: float, part: float
) -> None:
    shown = (left * width, top * height, min(left + part, 1) * width, min(top + part, 1) * height)
    tiles = list(tiles_in(1, width, height, scale, SIDE, shown))
    if exact(scale) <= coarse_tile(1, width, height).scale or shown[0] >= shown[2] or shown[1] >= shown[3]:
        return
    used = exact(scale)
    for x in (shown[0], (shown[0] + shown[2]) / 2, shown[2] - 1e-6):
        for y in (shown[1], (shown[1] + shown[3]) / 2, shown[3] - 1e-6):
            at = (x * used, y * used)
            assert any(a[0] <= at[0] <= a[2] and a[1] <= at[1] <= a[3] for a in (tile.area for tile in tiles))
    for x0, y0, x1, y1 in (tile.area for tile in tiles):
        assert x0 <= shown[2] * used
        assert x1 >= shown[0] * used
        assert y0 <= shown[3] * used
        assert y1 >= shown[1] * used


def test_a_coarse_picture_is_small_whatever_the_page_measures() -> None:
    for width, height in ((595, 842), (144_000, 10), (1, 1), (0, 0), (20, 30)):
        tile = coarse_tile(1, width, height)
        assert 1 <= tile.area[2] <= COARSE_SIDE + 1
        assert 1 <= tile.area[3] <= COARSE_SIDE + 1
        assert tile.scale <= COARSEST


def test_no_tiles_are_needed_where_the_coarse_picture_is_as_fine() -> None:
    assert not list(tiles_in(1, 595, 842, 0.2, SIDE, (0, 0, 595, 842)))


def test_an_area_outside_the_page_has_no_tiles() -> None:
    assert not list(tiles_in(1, 595, 842, 2, SIDE, (0, -300, 595, -100)))
    assert not list(tiles_in(1, 595, 842, 2, SIDE, (0, 900, 595, 1200)))
    assert not list(tiles_in(1, 595, 842, 2, SIDE, (10, 10, 10, 10)))


def test_a_cache_keeps_to_its_bound_and_what_was_used_last() -> None:
    cache: ByteCache[int, Block] = ByteCache(30)
    for key in range(3):
        assert cache.put(key, Block(10)) == []
    assert cache.get(0) is not None
    assert cache.put(3, Block(10)) == [1]  # 0 was used since
    assert cache.size == 30
    assert [key in cache for key in range(4)] == [True, False, True, True]
    cache.put(3, Block(5))
    assert cache.size == 25
    assert cache.put(4, Block(100)) == [2, 0, 3]  # one value is kept whatever its size
    cache.drop(4)
    cache.drop(4)
    assert cache.size == 0


def test_a_tile_says_how_large_its_picture_is() -> None:
    assert Tile(1, 2.0, (512, 0, 700, 100)).size == 188 * 100 * 4
