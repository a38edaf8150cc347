"""Prints the document in view, with its findings marked or without, a page at a time between other events.

Pages of a PDF are drawn by the document worker; text that the window sets itself is cut into pages between its lines. Printed
marks say by their line what they say by colour: printers have but one.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

from PySide6.QtCore import QLineF, QObject, QPointF, QRectF, QSizeF, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QFont, QImage, QPainter, QPen
from PySide6.QtPrintSupport import QPrinter

from app.errors import FusenError
from app.export.writing import replacing
from app.review.findings import Finding, page_by_page
from app.ui.appearance import appearance
from app.ui.finding_list import is_accepted
from app.ui.flow.sheets import FlowSheets
from app.ui.hub import Courier
from app.ui.page_fetch import fetch_page
from app.ui.state import OpenFile
from app.ui.theme import LIGHT
from app.workers.client import WorkerClient

DOTS = 200
"""Dots an inch at which pages are drawn: letters of 6 points stay sharp, and a page takes 12 MB."""
LARGEST_PIXELS = 16_000_000
"""Of a page's picture: A2 at that many dots; larger sheets are drawn coarser."""
POINTS = 72
_ENOUGH_SECONDS = 1.0


class PrintJob(QObject):
    """One printing. `progressed` carries the share done; `ended` None, or the error that ended it. `cancel` ends it at once."""

    progressed = Signal(float)
    ended = Signal(object)

    def __init__(self, printer: QPrinter, findings: Sequence[Finding], parent: QObject) -> None:
        super().__init__(parent)
        self._printer = printer
        self._findings = findings
        self._painter = QPainter()
        self._begun = time.monotonic()
        self._over = False
        self._output = ExitStack()  # of a printer that is a file: whole at the end, or as it was
        self._pages = 0
        self.share = 0.0

    def start(self) -> None:
        """Begin; everything else follows from events."""
        try:
            if name := self._printer.outputFileName():
                self._printer.setOutputFileName(str(self._output.enter_context(replacing(Path(name)))))
        except FusenError as error:
            self.end(error)
            return
        if not self._painter.begin(self._printer):
            self.end(
                FusenError("permission", "The printer does not take the document.", "Check it, or choose another.")
            )
            return
        self._painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        QTimer.singleShot(0, self, self.go_on)

    def go_on(self) -> None:
        """Do the next piece of work."""
        raise NotImplementedError

    def cancel(self) -> None:
        """Print no further page."""
        if not self._over:
            self._printer.abort()
            self.end(FusenError("cancelled", "Printing was cancelled."))

    def end(self, error: FusenError | None = None) -> None:
        """Give the printer back and say how it went."""
        if not self._over:
            self._over = True
            if self._painter.isActive():
                self._painter.end()
            try:
                if error is None:
                    self._output.close()
                else:
                    self._output.__exit__(type(error), error, None)
            except FusenError as problem:
                error = problem
            self.ended.emit(error)

    def seconds_left(self) -> float | None:
        """At the pace so far; None while too little is known."""
        spent = time.monotonic() - self._begun
        return spent / self.share - spent if self.share > 0 and spent > _ENOUGH_SECONDS else None

    def _page(self) -> QRectF:
        """Begin a page; returns what can be printed on, from the origin, in the printer's dots."""
        if self._pages:
            self._printer.newPage()
        self._pages += 1
        return QRectF(QPointF(0, 0), self._printer.pageRect(QPrinter.Unit.DevicePixel).size())

    def _report(self, share: float) -> None:
        self.share = share
        self.progressed.emit(share)

    def _mark(self, rects: Sequence[QRectF], finding: Finding, dot: float) -> None:
        """Mark one finding; `dot` is the printer's dots a point."""
        accepted = is_accepted(finding.decision)
        painter = self._painter
        painter.save()
        painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Multiply)
        tint = QColor(LIGHT.accepted_wash if accepted else LIGHT.flag_wash)
        for rect in rects:
            painter.fillRect(rect, tint)
        painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_SourceOver)
        pen = QPen(QColor(LIGHT.accepted if accepted else LIGHT.flag_text), 0.8 * dot)
        pen.setStyle(Qt.PenStyle.SolidLine if accepted else Qt.PenStyle.DotLine)
        painter.setPen(pen)
        for rect in rects:
            painter.drawLine(QLineF(rect.bottomLeft(), rect.bottomRight()))
        painter.restore()


class PdfPrintJob(PrintJob):
    """Pages that come as pictures, one asked for while none other is."""

    def __init__(
        self,
        file: OpenFile,
        printer: QPrinter,
        findings: Sequence[Finding],
        client: WorkerClient,
        courier: Courier,
        parent: QObject,
    ) -> None:
        super().__init__(printer, [part for finding in findings for part in page_by_page(finding)], parent)
        assert file.opened is not None  # noqa: S101 -- it has pages
        self._file, self._client, self._courier = file, client, courier
        first, last = printer.fromPage() or 1, printer.toPage() or len(file.opened.pages)
        self._wanted = list(range(first, min(last, len(file.opened.pages)) + 1))
        self._total = len(self._wanted)
        self._stop: Callable[[], None] = lambda: None

    def go_on(self) -> None:
        """Ask for the next page."""
        if self._over:
            return
        if not self._wanted:
            self.end()
            return
        number = self._wanted.pop(0)
        assert self._file.opened is not None  # noqa: S101 -- it has pages
        size = self._file.opened.pages[number - 1]
        most = float((LARGEST_PIXELS / (size.width * size.height)) ** 0.5)
        self._stop = fetch_page(
            self._client,
            self._courier,
            self._file,
            number,
            min(DOTS / POINTS, most),
            lambda image: self._print(number, image),
            self._lost,
        )

    def cancel(self) -> None:
        """See `PrintJob`; a page that is being drawn is not waited for."""
        self._stop()
        super().cancel()

    def _lost(self, error: FusenError) -> None:
        # A page left out in silence would be missed in the meeting: better none than not all.
        self._printer.abort()
        self.end(error)

    def _print(self, number: int, image: QImage) -> None:
        if self._over:
            return
        room, painter = self._page(), self._painter
        assert self._file.opened is not None  # noqa: S101 -- it has pages
        size = self._file.opened.pages[number - 1]
        painter.save()
        if (size.width > size.height) != (room.width() > room.height()):  # a page on its side is turned
            painter.translate(room.width(), 0)
            painter.rotate(90)
            room = QRectF(0, 0, room.height(), room.width())
        scale = min(room.width() / size.width, room.height() / size.height)
        shown = QSizeF(size.width, size.height) * scale
        painter.translate((room.width() - shown.width()) / 2, (room.height() - shown.height()) / 2)
        painter.drawImage(QRectF(QPointF(0, 0), shown), image, QRectF(image.rect()))
        for finding in self._findings:
            if finding.page == number:
                self._mark([_scaled(quad, scale) for quad in finding.quads], finding, scale)
        painter.restore()
        self._report((self._total - len(self._wanted)) / self._total)
        QTimer.singleShot(0, self, self.go_on)


def _scaled(quad: Sequence[float], scale: float) -> QRectF:
    xs, ys = quad[0::2], quad[1::2]
    corner = QPointF(min(xs), min(ys)) * scale
    return QRectF(corner, QPointF(max(xs), max(ys)) * scale)


class FlowPrintJob(PrintJob):
    """Text that the window sets: cut between lines, a printed page at each step."""

    def __init__(
        self, file: OpenFile, font: QFont, printer: QPrinter, findings: Sequence[Finding], parent: QObject
    ) -> None:
        super().__init__(printer, findings, parent)
        assert file.document is not None  # noqa: S101 -- it is shown
        with appearance().as_if(LIGHT):  # paper is white, whatever the window is
            self._sheets = FlowSheets(file.document, font)
        self._sheets.show_changes(shown=file.shows_changes)
        self._count = len(self._sheets.sizes())
        self._by_sheet: dict[int, list[Finding]] = {}
        for finding in findings:
            for sheet in self._sheets.sheets_of(finding):
                self._by_sheet.setdefault(sheet, []).append(finding)
        self._sheet, self._from = 0, 0.0

    def go_on(self) -> None:
        """Print the next page."""
        if self._over:
            return
        if self._sheet >= self._count:
            self.end()
            return
        with appearance().as_if(LIGHT):
            room = self._page()
            scale = room.width() / self._sheets.sizes()[0][0]
            y = 0.0
            for sheet, start, end in self._slices(room.height() / scale):
                self._paint(sheet, start, end, y, scale)
                y += (end - start) * scale
        self._report(min(self._sheet / self._count, 1.0))
        QTimer.singleShot(0, self, self.go_on)

    def _slices(self, room: float) -> Iterator[tuple[int, float, float]]:
        """Parts of sheets that fill one page of `room` points: the sheet, from where, to where."""
        left = room
        while self._sheet < self._count:
            sheet, start = self._sheet, self._from
            self._sheets.settle([sheet])
            height = self._sheets.sizes()[sheet][1]
            if height - start <= left:
                yield sheet, start, height
                left -= height - start
                self._sheet, self._from = sheet + 1, 0.0
                continue
            offset, _ = self._sheets.hold(sheet, start + left)
            end = self._sheets.held(sheet, (offset, 0.0))
            if end <= start + 1:  # not one line fits
                if left < room:
                    return
                end = start + left  # higher than a page: it is cut
            yield sheet, start, end
            self._from = end
            return

    def _paint(self, sheet: int, start: float, end: float, y: float, scale: float) -> None:
        width, height = self._sheets.sizes()[sheet]
        painter = self._painter
        shown = QRectF(0, y, width * scale, (end - start) * scale)
        target = QRectF(0, y - start * scale, width * scale, height * scale)
        painter.save()
        painter.setClipRect(shown)
        for finding in self._by_sheet.get(sheet, ()):
            rects = self._sheets.place(finding, sheet)
            placed = [QRectF(target.topLeft() + rect.topLeft() * scale, rect.size() * scale) for rect in rects]
            self._mark([rect for rect in placed if rect.intersects(shown)], finding, scale)
        self._sheets.paint(painter, sheet, target, shown)
        painter.restore()
