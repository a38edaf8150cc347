"""How the window stood: its place, size and the widths of its parts, kept from one time to the next beside the settings."""

from __future__ import annotations

import base64
import json
import logging
from pathlib import Path

from platformdirs import user_state_path
from PySide6.QtCore import QByteArray
from PySide6.QtWidgets import QMainWindow, QSplitter

from app.ui.settings import write_json

log = logging.getLogger(__name__)


def default_file() -> Path:
    """Where it is kept."""
    return user_state_path("fusen", appauthor=False) / "window.json"


def keep(file: Path, window: QMainWindow) -> None:
    """Write down how `window` stands. A disk that is full costs the layout and nothing else."""
    entry = {
        "geometry": _text(window.saveGeometry()),
        "parts": {part.objectName(): _text(part.saveState()) for part in _parts(window)},
    }
    try:
        write_json(file, entry)
    except OSError:
        log.exception("the window's layout cannot be kept")


def restore(file: Path, window: QMainWindow) -> None:
    """Let `window` stand as it did, as far as the file is there and whole. Qt moves what lies outside the screens of today."""
    try:
        entry = json.loads(file.read_text(encoding="utf-8"))
        geometry, parts = _bytes(entry["geometry"]), {name: _bytes(state) for name, state in entry["parts"].items()}
    except FileNotFoundError:
        return
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        log.info("the window's layout cannot be read")
        return
    window.restoreGeometry(geometry)
    for part in _parts(window):
        if part.objectName() in parts:
            part.restoreState(parts[part.objectName()])


def _parts(window: QMainWindow) -> list[QSplitter]:
    return [part for part in window.findChildren(QSplitter) if part.objectName()]


def _text(value: QByteArray) -> str:
    return base64.b64encode(bytes(value.data())).decode("ascii")


def _bytes(value: str) -> QByteArray:
    return QByteArray(base64.b64decode(value.encode("ascii"), validate=True))
