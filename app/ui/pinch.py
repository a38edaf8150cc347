"""Pinching on a touchpad or a touch screen as a factor to zoom by."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QPointF, Qt
from PySide6.QtGui import QNativeGestureEvent
from PySide6.QtWidgets import QGestureEvent, QPinchGesture, QWidget


class PinchWatch(QObject):
    """Watches a viewport beside its owner; `zoom` is called with the factor and the place that is to stay."""

    def __init__(self, viewport: QWidget, zoom: Callable[[float, QPointF], object]) -> None:
        super().__init__(viewport)
        self._viewport = viewport
        self._zoom = zoom
        viewport.grabGesture(Qt.GestureType.PinchGesture)  # of touch screens; touchpads tell by themselves
        viewport.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        """Take pinches, leave everything else."""
        pinch = pinch_of(event, self._viewport)
        if pinch is not None:
            self._zoom(*pinch)
        return pinch is not None


def pinch_of(event: QEvent, viewport: QWidget) -> tuple[float, QPointF] | None:
    """How much larger the fingers ask for since the last event, and the place between them; None for any other event."""
    if isinstance(event, QNativeGestureEvent):
        if event.gestureType() != Qt.NativeGestureType.ZoomNativeGesture:
            return None
        return max(1.0 + event.value(), 0.1), event.position()
    if isinstance(event, QGestureEvent):
        gesture = event.gesture(Qt.GestureType.PinchGesture)
        if isinstance(gesture, QPinchGesture):
            event.accept(gesture)
            middle = viewport.mapFromGlobal(gesture.centerPoint())
            return max(gesture.scaleFactor(), 0.1), QPointF(middle)
    return None
