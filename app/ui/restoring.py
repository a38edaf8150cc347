"""What the window showed is shown again at the next start, also after a kill: documents, places, order, what was looked at.

It lies in the workspace and is written soon after each change, in small pieces of JSON that a reader of any later version
takes: what it does not know or cannot use it leaves out. The history to undo lies in the workspace by itself. Passwords are
kept nowhere, so a protected document asks for its own again.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, get_args

from PySide6.QtCore import QObject, QTimer

from app.errors import FusenError
from app.ui import wishing
from app.ui.filtering import Filter
from app.ui.finding_list import UNDECIDED, Order
from app.ui.list_state import filter_from, filter_to_json, numbers_from, words_from
from app.ui.session import Session
from app.ui.sheet_view import SheetView
from app.ui.state import BUSY, OpenFile
from app.ui.wishing import Wished

log = logging.getLogger(__name__)

WRITE_AFTER = 250
"""Milliseconds after a change, and between two writings at most as often: scrolling changes the place all the time."""

_ORDERS: tuple[Order, ...] = get_args(Order)

Place = tuple[int, Any, float | None]
"""Sheet, what stands there as its sheets hold it, zoom; see `SheetView.place`."""


@dataclass(frozen=True)
class ShownFile:
    """One open document as the window showed it."""

    path: str
    selected: str | None = None
    order: Order = "importance"
    only_undecided: bool = False
    place: Place | None = None
    filter: Filter = field(default_factory=Filter)
    by_section: bool = False
    collapsed: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Shown:
    """All open documents in the order of the sidebar; `current` is the one in view, from 0.

    `hidden_tags` are the columns that the matrix does not show, `wished` are the findings that the list of all of them has.
    """

    files: tuple[ShownFile, ...] = ()
    current: int | None = None
    hidden_tags: frozenset[str] = frozenset()
    wished: Wished = field(default_factory=Wished)


def to_json(shown: Shown) -> str:
    """As it is stored."""
    value = asdict(shown) | {"files": [_file_to_json(file) for file in shown.files]}
    return json.dumps(value | {"hidden_tags": sorted(shown.hidden_tags)}, ensure_ascii=False)


def _file_to_json(file: ShownFile) -> dict[str, Any]:
    return asdict(file) | {"filter": filter_to_json(file.filter), "collapsed": sorted(file.collapsed)}


def from_json(text: str) -> Shown:
    """What `to_json` wrote, as far as it can be understood; nothing of it raises."""
    try:
        value = json.loads(text)
        read = [_file_from(entry) for entry in value["files"]]
        current, hidden = value.get("current"), words_from(value.get("hidden_tags"))
    except (ValueError, KeyError, TypeError, AttributeError):
        return Shown()
    files, wished = tuple(file for file in read if file is not None), wishing.from_json(value.get("wished"))
    known = isinstance(current, int) and 0 <= current < len(read) and read[current] is not None
    return Shown(files, sum(file is not None for file in read[:current]) if known else None, hidden, wished)


def _file_from(entry: Any) -> ShownFile | None:
    if not isinstance(entry, dict) or not isinstance(path := entry.get("path"), str):
        return None
    selected, order, place = entry.get("selected"), entry.get("order"), entry.get("place")
    only_undecided, chosen = entry.get("only_undecided") is True, filter_from(entry.get("filter"))
    if only_undecided and "filter" not in entry:  # as earlier versions wrote it
        chosen = replace(chosen, decisions=UNDECIDED)
    return ShownFile(
        path,
        selected if isinstance(selected, str) else None,
        next((known for known in _ORDERS if known == order), "importance"),
        only_undecided,
        _place_from(place),
        chosen,
        entry.get("by_section") is True,
        numbers_from(entry.get("collapsed")),
    )


def _place_from(place: Any) -> Place | None:
    match place:
        case [int(sheet), int() | float() | [int(), int() | float()] as held, None | int() | float() as zoom]:
            return sheet, tuple(held) if isinstance(held, list) else held, zoom
    return None


class Restoring(QObject):
    """Writes what the window shows, and shows it again. `sheets_of` gives the pages of an open file, once there are any."""

    def __init__(self, session: Session, sheets_of: Callable[[int], SheetView | None], parent: QObject) -> None:
        super().__init__(parent)
        self._session = session
        self._sheets_of = sheets_of
        self._places: dict[int, Place] = {}  # of files whose pages are still to come
        self._watched: set[int] = set()
        self._written = ""
        self._restoring = False
        self._writing = QTimer(self, interval=WRITE_AFTER, singleShot=True)
        self._writing.timeout.connect(self.write)
        hub = session.hub
        for signal in (hub.listed, hub.current, hub.selected, hub.findings, hub.arranged, hub.hid, hub.wished):
            signal.connect(self._soon)
        hub.changed.connect(self._changed)
        hub.selected.connect(self._selected)

    def restore(self) -> None:
        """Open what was open, as far as it is still there."""
        text = self._session.stored_window()
        shown = from_json(text) if text else Shown()
        self._restoring = True  # what is half restored is not to be written
        self._session.hide_tags(shown.hidden_tags)
        self._session.wish(shown.wished)
        try:
            opened = [self._open(file) for file in shown.files]
            current = opened[shown.current] if shown.current is not None else None
            if current is not None:
                self._session.show(current)
        finally:
            self._restoring = False

    def _open(self, shown: ShownFile) -> int | None:
        path = Path(shown.path)
        if self._session.state.with_path(path) is not None:
            return None
        # The workspace is asked first: a drive of the network that does not answer would hold up the start.
        if not self._session.caretaker.knows(path) and not path.is_file():
            return None  # nothing of it is stored, and nothing is known by which it could be found
        self._session.open([path])
        file = self._session.state.with_path(path)
        if file is None:
            return None
        file.findings.show_as(shown.order, shown.filter, by_section=shown.by_section, collapsed=shown.collapsed)
        file.findings.selected_id = shown.selected
        if shown.place is not None:
            self._places[file.key] = shown.place
        return file.key

    def write(self) -> None:
        """Store what the window shows now, if it is not what is stored."""
        self._writing.stop()
        text = to_json(self._now())
        if text != self._written:
            try:
                self._session.store_window(text)
            except FusenError as error:
                log.warning("what the window shows was not stored: %s", error.message)
            else:
                self._written = text

    def _now(self) -> Shown:
        files = list(self._session.state.files.values())
        keys = [file.key for file in files]
        current = self._session.state.current_key
        shown = keys.index(current) if current in keys else None
        state = self._session.state
        return Shown(tuple(map(self._shown, files)), shown, state.hidden_tags, state.wished)

    def _shown(self, file: OpenFile) -> ShownFile:
        sheets, findings = self._sheets_of(file.key), file.findings
        place = self._places.get(file.key) or (sheets.place() if sheets is not None else None)
        return ShownFile(
            str(file.path),
            findings.selected_id,
            findings.order,
            findings.only_undecided,
            place,
            findings.filter,
            findings.by_section,
            findings.collapsed,
        )

    # ---- when

    def _soon(self, *_: object) -> None:
        if not self._restoring and not self._writing.isActive():
            self._writing.start()

    def _changed(self, key: int) -> None:
        """Pages may have come: the reader is to be where she was, also once her finding is selected again."""
        sheets, file = self._sheets_of(key), self._session.state.files.get(key)
        if sheets is None or file is None:
            return
        if key not in self._watched:
            self._watched.add(key)
            sheets.moved.connect(self._soon)
            self._show_place(key)
        if file.phase == "analysing" or file.phase not in BUSY:
            QTimer.singleShot(0, self, lambda: self._places.pop(key, None))

    def _selected(self, key: int) -> None:
        self._show_place(key)

    def _show_place(self, key: int) -> None:
        sheets = self._sheets_of(key)
        if sheets is not None and key in self._places:
            sheets.show_place(*self._places[key])
