"""Cyclic garbage is collected in the window's thread, and in no other.

Python collects in whichever thread happens to make an object. Garbage may hold widgets and timers (a menu that was shown, a
dialog that was closed), and Qt ends the process where these are deleted outside their thread.
"""

from __future__ import annotations

import gc

from PySide6.QtCore import QObject, QTimer

INTERVAL = 1000
"""Milliseconds from one look to the next."""
SHARE = 4
"""Everything is looked through when this part of what was old before has become old since: Python's own rule."""


class Collector(QObject):
    """Takes over from Python's collector, until `stop`. Made in the window's thread."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        gc.disable()
        gc.freeze()  # modules, which stay: to look through them each time would take longer than a frame may
        self._limits = gc.get_threshold()
        self._old = self._grown = 0
        timer = QTimer(self)
        timer.timeout.connect(self.collect)
        timer.start(INTERVAL)

    def collect(self) -> None:
        """Collect as much as Python would by now: mostly what is young, seldom everything."""
        young, middle, _ = gc.get_count()
        if young <= self._limits[0]:
            return
        if middle <= self._limits[1]:
            gc.collect(0)
            return
        self._grown += len(gc.get_objects(0)) + len(gc.get_objects(1))
        if self._grown * SHARE > self._old:
            self._collect_everything()
        else:
            gc.collect(1)

    def _collect_everything(self) -> None:
        """Collect all that there is, however long it takes."""
        found = gc.collect()
        self._old, self._grown = max(self._old + self._grown - found, 0), 0

    def stop(self) -> None:
        """Leave it to Python again."""
        gc.unfreeze()
        gc.enable()
        self.deleteLater()
