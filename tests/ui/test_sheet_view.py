"""Pages on the screen: crisp at every zoom and on fine screens; the place under the pointer stays; tiles stay as they came."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pymupdf
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QImage, QNativeGestureEvent, QPointingDevice, QWheelEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.ui.finding_list import FindingList
from app.ui.main_window import MainWindow
from app.ui.page_images import Part
from app.ui.session import Session
from app.ui.sheet_view import POINT, SheetView
from app.ui.sheets import LARGEST, SMALLEST
from app.ui.sheets_in_view import parts
from app.ui.state import OpenFile
from tests.ui.conftest import EXAMPLE

Settle = Callable[[], OpenFile]


def pages(window: MainWindow, session: Session, settle: Settle) -> SheetView:
    session.open([EXAMPLE])
    file = settle()
    view = window.views[file.key].sheets
    assert view is not None
    view.verticalScrollBar().setValue(0)
    return view


def complete(session: Session, view: SheetView) -> bool:
    """Whether every tile that shows is there."""
    file = session.state.current
    assert file is not None
    scale = view._scale() * view.viewport().devicePixelRatioF()
    for sheet, area in parts(view, view.viewport().rect().toRectF(), view._scale()):
        part = Part(sheet + 1, (area.left(), area.top(), area.right(), area.bottom()))
        if any(session.images.tile(file.key, tile) is None for tile in session.images.tiles(file, part, scale)):
            return False
    return True


def pixels(image: QImage) -> np.ndarray:
    image = image.convertToFormat(QImage.Format.Format_RGB32)
    data = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine() // 4, 4)
    return data[:, : image.width(), 2::-1].copy()  # the image goes


def expected(page: int, scale: float) -> np.ndarray:
    """The page as its own library draws it at this scale."""
    with pymupdf.open(EXAMPLE) as pdf:
        drawn = pdf[page].get_pixmap(matrix=pymupdf.Matrix(scale, scale), alpha=False)
        return (
            np.frombuffer(drawn.samples, np.uint8)
            .reshape(drawn.height, drawn.stride)[:, : drawn.width * 3]
            .reshape(drawn.height, drawn.width, 3)
        )


@pytest.mark.parametrize("zoom", [0.79, 1.0, 2.35])
def test_what_shows_is_the_page_pixel_by_pixel(
    qtbot: QtBot, window: MainWindow, session: Session, settle: Settle, zoom: float
) -> None:
    view = pages(window, session, settle)
    view.show_findings(FindingList())  # highlights lie over the tiles: without them the tiles alone are seen
    view.zoom_by(zoom / view.zoom)
    view.verticalScrollBar().setValue(0)
    qtbot.waitUntil(lambda: complete(session, view), timeout=30_000)
    shown = pixels(view.viewport().grab().toImage())
    page = expected(0, round(view._scale(), 4))
    target = view.target(0)
    left, top = round(target.left()), round(target.top())
    across = slice(max(left, 0), min(left + page.shape[1], shown.shape[1]))
    part = page[: shown.shape[0] - top, across.start - left : across.stop - left]
    there = shown[top : top + part.shape[0], across]
    # A page's own edge may be a pixel wider here.
    assert np.array_equal(there[:-1, 1:-1], part[: there.shape[0] - 1, 1:-1])
    assert part.min() < 100


def test_eight_hundred_percent_is_drawn_in_tiles_that_show(
    qtbot: QtBot, window: MainWindow, session: Session, settle: Settle
) -> None:
    view = pages(window, session, settle)
    view.zoom_by(100)
    assert view.zoom == LARGEST == 8.0
    qtbot.waitUntil(lambda: complete(session, view), timeout=30_000)
    assert session.images.bytes_kept() < 100 << 20
    view.zoom_by(0.001)
    assert view.zoom == SMALLEST


def test_marks_are_painted_over_tiles_and_never_into_them(
    qtbot: QtBot, window: MainWindow, session: Session, settle: Settle
) -> None:
    view = pages(window, session, settle)
    qtbot.waitUntil(lambda: complete(session, view), timeout=30_000)
    before = {key: session.images._tiles.get(key).copy() for key in list(session.images._tiles)}  # type: ignore[union-attr]
    view.show_hits([(0, 400)], 0)
    view.grab()
    qtbot.keyClick(window, Qt.Key.Key_A)
    view.grab()
    kept = {key: image for key in before if (image := session.images._tiles.get(key)) is not None}
    assert kept
    assert all(image == before[key] for key, image in kept.items())


PLACES = [QPointF(120, 90), QPointF(400, 300), QPointF(560, 600)]


@pytest.mark.parametrize("at", PLACES, ids=lambda at: f"{at.x():.0f}-{at.y():.0f}")
def test_ctrl_and_wheel_zoom_at_the_pointer(
    qtbot: QtBot, window: MainWindow, session: Session, settle: Settle, at: QPointF
) -> None:
    view = pages(window, session, settle)
    view.zoom_by(1.6)  # wider than the view, so that there is room to both sides
    view.verticalScrollBar().setValue(900)
    before = view.zoom
    place = place_at(view, at)
    for _ in range(4):
        wheel(view, at, 120)
        assert np.hypot(*(place_in_view(view, place) - at).toTuple()) < 2.5  # scroll bars know whole pixels only
    assert view.zoom > before * 1.5
    for _ in range(4):
        wheel(view, at, -120)
    assert view.zoom == pytest.approx(before)
    assert np.hypot(*(place_in_view(view, place) - at).toTuple()) < 5


def place_at(view: SheetView, at: QPointF) -> tuple[int, QPointF]:
    sheet = view._sheet_at(at.y() + view.verticalScrollBar().value())
    return sheet, (at - view.target(sheet).topLeft()) / view._scale()


def place_in_view(view: SheetView, place: tuple[int, QPointF]) -> QPointF:
    return view.target(place[0]).topLeft() + place[1] * view._scale()


def wheel(view: SheetView, at: QPointF, turn: int) -> None:
    event = QWheelEvent(
        at, view.viewport().mapToGlobal(at), QPoint(), QPoint(0, turn), Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.ControlModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(view.viewport(), event)


def test_pinching_on_a_touchpad_zooms_between_the_fingers(window: MainWindow, session: Session, settle: Settle) -> None:
    view = pages(window, session, settle)
    view.zoom_by(1.6)
    view.verticalScrollBar().setValue(500)
    at, before = QPointF(300, 250), view.zoom
    place = place_at(view, at)
    touchpad = QPointingDevice.primaryPointingDevice()
    for value in (0.1, 0.1, -0.05):
        event = QNativeGestureEvent(
            Qt.NativeGestureType.ZoomNativeGesture,
            touchpad,
            2,
            at,
            at,
            view.viewport().mapToGlobal(at),
            value,
            QPointF(),
        )
        QApplication.sendEvent(view.viewport(), event)
    assert view.zoom == pytest.approx(before * 1.1 * 1.1 * 0.95)
    assert np.hypot(*(place_in_view(view, place) - at).toTuple()) < 2.5


def test_fit_width_and_fit_page_follow_the_window(
    qtbot: QtBot, window: MainWindow, session: Session, settle: Settle
) -> None:
    view = pages(window, session, settle)
    window.resize(1360, 860)
    view.show_sheet(3)
    qtbot.keyClick(window, Qt.Key.Key_9, Qt.KeyboardModifier.ControlModifier)
    assert view.current_sheet() == 3
    for height in (860, 620):
        window.resize(1360, height)
        QApplication.processEvents()
        target = view.target(view.current_sheet())
        assert target.height() <= view.viewport().height()
        assert target.height() > 0.85 * view.viewport().height()
    qtbot.keyClick(window, Qt.Key.Key_0, Qt.KeyboardModifier.ControlModifier)
    assert view.zoom == pytest.approx(view._room() / POINT / view._sizes[0][0])
    assert view.target(0).width() <= view.viewport().width()


def test_a_view_that_is_hidden_wants_nothing(
    qtbot: QtBot, window: MainWindow, session: Session, settle: Settle
) -> None:
    view = pages(window, session, settle)
    qtbot.waitUntil(lambda: bool(session.images._wishes), timeout=5_000)
    view.hide()
    assert not session.images._wishes
    view.show()
    qtbot.waitUntil(lambda: bool(session.images._wishes), timeout=5_000)


FINE = """
import sys, time
from pathlib import Path
from PySide6.QtWidgets import QApplication
from app.ui.finding_list import FindingList
from app.ui.main_window import MainWindow
from app.ui.session import Session
application = QApplication([])
session = Session(Path(sys.argv[1]), model_worker="tests.ui.fake_model_worker")
window = MainWindow(session)
window.resize(1200, 700)
window.show()
session.start()
session.open([Path(sys.argv[2])])
view = None
end = time.monotonic() + 40
def settled():
    global view
    file = session.state.current
    view = window.views[file.key].sheets if file is not None and file.phase == "ready" else None
    if view is None:
        return False
    view._marks.findings.selected_id, view._marks._by_sheet = None, {}
    view.verticalScrollBar().setValue(0)
    return len(list(session.images._tiles)) >= 6 and not session.images._flying
while not settled() and time.monotonic() < end:
    application.processEvents()
    time.sleep(0.01)
target = view.target(0)
view.viewport().grab().toImage().save(sys.argv[3])
print(view._scale(), target.left(), target.top(), view.viewport().devicePixelRatioF())
window.close()
session.close()
"""


def test_a_fine_screen_gets_twice_the_pixels(qapp: QApplication, tmp_path: Path) -> None:
    picture = tmp_path / "fine.png"
    done = subprocess.run(
        [sys.executable, "-c", FINE, str(tmp_path / "a.fusen"), str(EXAMPLE), str(picture)],
        cwd=EXAMPLE.parents[2],
        env={
            **os.environ,
            "QT_SCALE_FACTOR": "2",
            "QT_QPA_PLATFORM": "offscreen",
            "PYTHONPATH": str(EXAMPLE.parents[2]),
        },
        capture_output=True,
        text=True,
        check=True,
    )
    scale, left, top, ratio = map(float, done.stdout.split())
    assert ratio == 2.0
    page = expected(0, round(scale * 2, 4))
    shown = pixels(QImage(str(picture)))
    x, y = round(left * 2), round(top * 2)
    assert np.array_equal(shown[y : y + 1000, x + 1 : x + page.shape[1] - 1], page[: shown.shape[0] - y, 1:-1][:1000])


def test_a_pinch_event_type_is_no_other(window: MainWindow, session: Session, settle: Settle) -> None:
    view = pages(window, session, settle)
    before = view.zoom
    at, touchpad = QPointF(300, 250), QPointingDevice.primaryPointingDevice()
    for kind in (Qt.NativeGestureType.RotateNativeGesture, Qt.NativeGestureType.SmartZoomNativeGesture):
        event = QNativeGestureEvent(kind, touchpad, 2, at, at, view.viewport().mapToGlobal(at), 0.4, QPointF())
        QApplication.sendEvent(view.viewport(), event)
    QApplication.sendEvent(view.viewport(), QEvent(QEvent.Type.UpdateRequest))
    assert view.zoom == before
