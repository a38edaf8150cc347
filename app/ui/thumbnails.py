"""The pages of a PDF as small pictures to go to; each shows where its findings are and how they were decided."""

from __future__ import annotations

from PySide6.QtCore import (
    QAbstractListModel,
    QCoreApplication,
    QModelIndex,
    QPersistentModelIndex,
    QPointF,
    QRectF,
    QSize,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import QFont, QHideEvent, QImage, QPainter, QPen, QShowEvent
from PySide6.QtWidgets import QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QVBoxLayout, QWidget

from app.review.findings import Finding
from app.ui.appearance import appearance, colour
from app.ui.page_images import PageImages
from app.ui.palette import marks_on
from app.ui.sheets import pieces_of
from app.ui.state import OpenFile
from app.ui.tiles import ByteCache

Index = QModelIndex | QPersistentModelIndex
CELL = QSize(108, 148)
PICTURE = QSize(88, 112)
_KEPT_BYTES = 8 << 20
_AHEAD = 6  # pages before and behind what shows


def _tr(text: str) -> str:
    return QCoreApplication.translate("Thumbnails", text)


class PageModel(QAbstractListModel):
    """A row a page of one file."""

    def __init__(self) -> None:
        super().__init__()
        self.file: OpenFile | None = None
        self._pages = 0
        self._known: object = None
        self._on_page: dict[int, list[str]] = {}

    def show(self, file: OpenFile | None) -> bool:
        """Show another file, or what has become known of it; says whether it is another."""
        pages = len(file.opened.pages) if file is not None and file.opened is not None else 0
        is_other = file is not self.file or pages != self._pages
        if is_other:
            self.beginResetModel()
            self.file, self._pages, self._known = file, pages, None
            self.endResetModel()
        return is_other

    def findings(self, page: int) -> list[Finding]:
        """The findings on a page (from 1)."""
        if self.file is None:
            return []
        if self._known is not self.file.findings:
            self._known, self._on_page = self.file.findings, {}
            for finding in self.file.findings.all():
                for piece in pieces_of(finding):
                    self._on_page.setdefault(piece.page, []).append(finding.id)
        found = (self.file.findings.get(finding_id) for finding_id in self._on_page.get(page, []))
        return [finding for finding in found if finding is not None]

    def label(self, page: int) -> str:
        """How the file numbers a page (from 1)."""
        return (self.file.label_of(page) if self.file is not None else "") or str(page)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008, N802
        """Number of pages."""
        return 0 if parent.isValid() else self._pages

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """The page's words for assistive technology and for searching by typing."""
        if not index.isValid():
            return None
        page = index.row() + 1
        if role == Qt.ItemDataRole.DisplayRole:
            return self.label(page)
        if role in (Qt.ItemDataRole.AccessibleTextRole, Qt.ItemDataRole.ToolTipRole):
            count = len(self.findings(page))
            words = _tr("Page {label}, findings: {count}") if count else _tr("Page {label}")
            return words.format(label=self.label(page), count=count)
        return None


class ThumbnailsPanel(QWidget):
    """`chosen` carries a page, from 1."""

    chosen = Signal(int)

    def __init__(self, images: PageImages) -> None:
        super().__init__()
        self._images = images
        self.model = PageModel()
        self.view = QListView()
        self.view.setModel(self.model)
        self.view.setItemDelegate(_PageDelegate(self.model, images, self.view))
        self.view.setViewMode(QListView.ViewMode.IconMode)
        self.view.setMovement(QListView.Movement.Static)
        self.view.setResizeMode(QListView.ResizeMode.Adjust)
        self.view.setUniformItemSizes(True)
        self.view.setGridSize(CELL)
        self.view.setMouseTracking(True)
        self.view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.view.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.view.setAccessibleName(_tr("Pages"))
        self.view.clicked.connect(lambda index: self.chosen.emit(index.row() + 1))
        self.view.activated.connect(lambda index: self.chosen.emit(index.row() + 1))
        self._asking = QTimer(self, interval=30, singleShot=True)
        self._asking.timeout.connect(self._ask)
        self.view.verticalScrollBar().valueChanged.connect(self._ask_soon)
        images.arrived.connect(self._take)
        appearance().changed.connect(self.view.viewport().update)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 0, 0, 0)
        layout.addWidget(self.view)

    def show_file(self, file: OpenFile | None) -> None:
        """Show another file, or its findings, decisions and labels as they are now."""
        if self.model.show(file):
            self._images.want_nothing(self)
        self.view.viewport().update()
        self._ask_soon()

    def show_place(self, page: int) -> None:
        """Mark the page (from 1) that is being read, and have it in view."""
        index = self.model.index(page - 1)
        if index.isValid() and index != self.view.currentIndex():
            self.view.setCurrentIndex(index)
            self.view.scrollTo(index)

    def showing(self) -> range:
        """The rows in view."""
        rows, view = self.model.rowCount(), self.view.viewport().rect()
        if not rows:
            return range(0)
        columns = max(view.width() // CELL.width(), 1)
        top = self.view.verticalScrollBar().value()
        first = top // CELL.height() * columns
        last = ((top + view.height()) // CELL.height() + 1) * columns
        return range(min(first, rows), min(last, rows))

    def _ask_soon(self) -> None:
        if self.isVisible() and not self._asking.isActive():
            self._asking.start()

    def _ask(self) -> None:
        if not self.isVisible() or self.model.file is None:
            return
        rows, showing = self.model.rowCount(), self.showing()
        beyond = [
            *range(showing.stop, showing.stop + _AHEAD),
            *range(showing.start - 1, showing.start - 1 - _AHEAD, -1),
        ]
        wanted = [*showing, *(row for row in beyond if 0 <= row < rows)]
        self._images.want_thumbnails(self, self.model.file, [row + 1 for row in wanted])

    def _take(self, key: int, page: int) -> None:
        if self.isVisible() and self.model.file is not None and key == self.model.file.key:
            self.view.update(self.model.index(page - 1))

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802
        """Ask for what shows."""
        super().showEvent(event)
        self.view.scrollTo(self.view.currentIndex())
        self._ask_soon()

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: N802
        """Nobody waits for what does not show."""
        super().hideEvent(event)
        self._asking.stop()
        self._images.want_nothing(self)


class _PageDelegate(QStyledItemDelegate):
    def __init__(self, model: PageModel, images: PageImages, parent: QWidget) -> None:
        super().__init__(parent)
        self._model = model
        self._images = images
        self._kept: ByteCache[tuple[int, int, int], QImage] = ByteCache(_KEPT_BYTES)

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:  # noqa: N802
        return CELL

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        file, page, theme = self._model.file, index.row() + 1, appearance().theme
        if file is None or file.opened is None or page > len(file.opened.pages):
            return
        current = bool(option.state & QStyle.StateFlag.State_Selected)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        cell = QRectF(option.rect)
        if current or option.state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(cell.adjusted(2, 2, -2, -2), colour(theme.flag_wash if current else theme.hover))
        target = self._target(cell, file.opened.pages[page - 1].width, file.opened.pages[page - 1].height)
        painter.fillRect(target, colour(theme.paper))
        if (
            picture := self._small(file.key, page, target.size().toSize() * painter.device().devicePixelRatio())
        ) is not None:
            painter.drawImage(target, picture)
        if theme.page_shade:
            painter.fillRect(target, colour("#14100a", theme.page_shade / 255))
        painter.setPen(QPen(colour(theme.flag if current else theme.line), 2 if current else 1))
        painter.drawRect(target.adjusted(-1, -1, 1, 1))
        self._paint_findings(painter, target, page, file.opened.pages[page - 1].height)
        font = QFont(option.font)
        font.setWeight(QFont.Weight.DemiBold if current else QFont.Weight.Normal)
        painter.setFont(font)
        painter.setPen(colour(theme.text if current else theme.muted))
        line = QRectF(cell.left() + 4, cell.bottom() - 24, cell.width() - 8, 20)
        words = painter.fontMetrics().elidedText(
            self._model.label(page), Qt.TextElideMode.ElideRight, int(line.width())
        )
        painter.drawText(line, Qt.AlignmentFlag.AlignCenter, words)
        painter.restore()

    def _small(self, key: int, page: int, size: QSize) -> QImage | None:
        """The page's picture in this size: scaled with care, once, since painting would leave out pixels."""
        coarse = self._images.get(key, page)
        if coarse is None:
            return None
        place = (coarse.cacheKey(), size.width(), size.height())
        small = self._kept.get(place)
        if small is None:
            small = coarse.scaled(
                size, Qt.AspectRatioMode.IgnoreAspectRatio, Qt.TransformationMode.SmoothTransformation
            )
            self._kept.put(place, small)
        return small

    def _target(self, cell: QRectF, width: float, height: float) -> QRectF:
        """The page in the middle of its place, as large as fits."""
        size = QSize(max(round(width), 1), max(round(height), 1)).scaled(PICTURE, Qt.AspectRatioMode.KeepAspectRatio)
        middle = QPointF(cell.center().x(), cell.top() + 8 + PICTURE.height() / 2)
        return QRectF(
            round(middle.x() - size.width() / 2), round(middle.y() - size.height() / 2), size.width(), size.height()
        )

    def _paint_findings(self, painter: QPainter, target: QRectF, page: int, height: float) -> None:
        """A short flag at the right edge for each finding, hollow where it was rejected."""
        marks = marks_on(dark=appearance().theme.dark)
        for finding in self._model.findings(page):
            quads = next(piece.quads for piece in pieces_of(finding) if piece.page == page)
            share = min(max(min(quads[0][1::2]) / max(height, 1.0), 0.0), 1.0)
            flag = QRectF(target.right() - 3, target.top() + share * (target.height() - 3), 8, 3)
            if finding.decision == "rejected":
                painter.setPen(QPen(colour(marks.rejected), 1))
                painter.drawRect(flag.adjusted(0.5, 0.5, -0.5, -0.5))
            else:
                painter.fillRect(flag, colour(marks.of(finding.decision)))
