"""The one refresh path: whoever changes the state says here what changed, and views that show it listen."""

from __future__ import annotations

import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Literal, TypeVar

from PySide6.QtCore import QObject, Qt, Signal

from app.errors import FusenError

log = logging.getLogger(__name__)
T = TypeVar("T")


@dataclass(frozen=True)
class Message:
    """A sentence in the bar above a document; `folder` adds a button that opens it, `command` one that runs a command.

    `other_command`: another way out, where there are two. `action`: what another button says, in the window's language, and
    `act` what it does.
    """

    kind: Literal["success", "error", "note"]
    text: str
    advice: str = ""
    folder: str | None = None
    command: str | None = None
    other_command: str | None = None
    action: str = ""
    act: Callable[[], object] | None = None


class Hub(QObject):
    """Signals only. Keys are those of `OpenFile`; the empty set of ids stands for every finding."""

    listed = Signal()  # files came, went or changed their order
    current = Signal()  # another file is in view
    changed = Signal(int)  # phase, progress, pages of a file
    findings = Signal(int, object)  # key, frozenset of ids
    arranged = Signal(int)  # the list of a file: other order, filter, groups, or several selected
    shown = Signal(int)  # more of a file was shown to the reviewer, or looked at a second time
    selected = Signal(int)  # another finding of the file is selected
    announced = Signal(int, object)  # key (0: the window), Message or None
    history = Signal()  # what can be undone and redone
    hid = Signal()  # other columns of the matrix are hidden
    wished = Signal()  # other findings of all documents are to be listed
    marked = Signal(int)  # another range of the text is selected on the pages


class Courier(QObject):
    """Carries work from any thread to the window's thread."""

    _posted = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._open = True
        self._posted.connect(self._run, Qt.ConnectionType.QueuedConnection)

    def post(self, job: Callable[[], object]) -> None:
        """Run `job` soon in the window's thread; forgotten once the window is closing."""
        if self._open:
            self._posted.emit(job)

    def close(self) -> None:
        """Deliver nothing any more."""
        self._open = False

    def _run(self, job: Callable[[], object]) -> None:
        if self._open:
            job()


class Background:
    """One thread for what takes longer than a frame: storing and loading analyses, writing exports."""

    def __init__(self, courier: Courier) -> None:
        self._courier = courier
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="background")

    def run(self, work: Callable[[], T], done: Callable[[T], object], failed: Callable[[FusenError], object]) -> None:
        """Do `work` on the thread; `done` or `failed` follows in the window's thread."""

        def task() -> None:
            try:
                value = work()
            except FusenError as error:
                self._courier.post(partial(failed, error))
            except Exception as problem:
                log.exception("background work failed")
                told = FusenError("internal", f"Something went wrong: {problem}", "Please report this as a bug.")
                self._courier.post(lambda: failed(told))
            else:
                self._courier.post(lambda: done(value))

        self._pool.submit(task)

    def close(self) -> None:
        """Finish what was begun, then end the thread."""
        self._pool.shutdown(wait=True)
