"""Pinching on a touchpad or a touch screen as a factor to zoom by."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QNativeGestureEvent
from PySide6.QtWidgets import QGestureEvent, QPinchGesture, QWidget


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
