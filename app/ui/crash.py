"""A report of a fault in the window: where in the program it happened, and nothing of any document. Knows no Qt.

The message of an exception may quote a document, and a file's name may say whose it is, so neither is written: only the kinds
of the exceptions, the places in the program's code, and what the machine is. The report stays in the user's folder for logs.
"""

from __future__ import annotations

import platform
from datetime import datetime
from pathlib import Path
from types import TracebackType

from platformdirs import user_log_path

from app.faults import places

KEPT = 20
"""Reports; older ones are removed."""


def default_folder() -> Path:
    """Where reports lie."""
    return user_log_path("fusen", appauthor=False)


def report(kind: type[BaseException], problem: BaseException, trace: TracebackType | None, version: str) -> str:
    """The report's text."""
    head = [
        "Fusen: a fault in the window",
        f"Fusen {version}, Python {platform.python_version()}, {platform.system()} {platform.release()}",
        "This report holds no text of a document and no file's name.",
        "",
    ]
    return "\n".join([*head, *places(kind, problem, trace)]) + "\n"


def keep(text: str, folder: Path, now: datetime) -> Path:
    """Write a report and remove the oldest of too many. Raises `OSError`."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"fault-{now:%Y%m%d-%H%M%S-%f}.txt"
    file.write_text(text, encoding="utf-8")
    for old in sorted(folder.glob("fault-*.txt"))[:-KEPT]:
        old.unlink(missing_ok=True)
    return file
