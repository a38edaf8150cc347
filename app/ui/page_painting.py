"""Paints a page of a PDF out of its tiles; where some are to come, the coarse picture and tiles of another scale stand in."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSizeF
from PySide6.QtGui import QImage, QPainter, QRegion

from app.ui.appearance import colour
from app.ui.page_images import PageImages, Part
from app.ui.state import OpenFile
from app.ui.tiles import Points, Tile


def points_of(area: QRectF) -> Points:
    """A rectangle as its four sides."""
    return area.left(), area.top(), area.right(), area.bottom()


def paint_page(
    painter: QPainter,
    images: PageImages,
    file: OpenFile,
    page: int,
    target: QRectF,
    exposed: QRectF,
    points_wide: float,
) -> bool:
    """Draw what is `exposed` of a page that fills `target`; says whether there was anything to draw.

    Tiles are laid pixel on pixel of the screen: nothing is smoothed twice.
    """
    ratio = painter.device().devicePixelRatio()
    zoom = target.width() / points_wide  # logical pixels a point
    shown = QRectF((exposed.topLeft() - target.topLeft()) / zoom, exposed.size() / zoom)
    wanted = images.tiles(file, Part(page, points_of(shown)), zoom * ratio)
    there = [(tile, image) for tile in wanted if (image := images.tile(file.key, tile)) is not None]
    coarse = images.get(file.key, page)
    complete = bool(wanted) and len(there) == len(wanted)
    if not complete:
        if coarse is not None:
            _stretch(painter, coarse, target, exposed)
        painter.save()
        painter.setClipRegion(QRegion(exposed.toAlignedRect()))
        for tile, image in images.others(file.key, page, wanted[0].scale if wanted else 0.0) if wanted else ():
            _stretch(painter, image, _placed(tile, target, zoom), exposed)
        painter.restore()
    _lay(painter, there, target, ratio)
    return bool(there) or coarse is not None


def draw_paper(painter: QPainter, target: QRectF, paper: str) -> None:
    """A sheet of paper with a faint shadow."""
    for spread in (3, 2, 1):
        painter.fillRect(target.adjusted(-spread, -spread + 1, spread, spread + 1), colour("#000000", 0.035))
    painter.fillRect(target, colour(paper))


def _lay(painter: QPainter, tiles: list[tuple[Tile, QImage]], target: QRectF, ratio: float) -> None:
    """Draw tiles of the present scale in pixels of the screen."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, on=False)
    painter.scale(1 / ratio, 1 / ratio)
    left, top = round(target.left() * ratio), round(target.top() * ratio)
    for tile, image in tiles:
        painter.drawImage(QPointF(left + tile.area[0], top + tile.area[1]), image)
    painter.restore()


def _placed(tile: Tile, target: QRectF, zoom: float) -> QRectF:
    """Where a tile of another scale lies on the page now."""
    left, top, right, bottom = (pixels / tile.scale * zoom for pixels in tile.area)
    return QRectF(target.topLeft() + QPointF(left, top), QSizeF(right - left, bottom - top))


def _stretch(painter: QPainter, image: QImage, target: QRectF, exposed: QRectF) -> None:
    """Draw that part of a picture of another scale which is exposed."""
    part = target & exposed
    if part.isEmpty():
        return
    across, down = image.width() / target.width(), image.height() / target.height()
    begin = part.topLeft() - target.topLeft()
    source = QRectF(begin.x() * across, begin.y() * down, part.width() * across, part.height() * down)
    painter.drawImage(part, image, source)
