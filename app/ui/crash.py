"""A report of a fault in the window: where in the program it happened, and nothing of any document. Knows no Qt.

The message of an exception may quote a document, and a file's name may say whose it is, so neither is written: only the kinds
of the exceptions, the places in the program's code, and what the machine is. The report stays in the user's folder for logs.
"""

from __future__ import annotations

import platform
import sys
import traceback
from datetime import datetime
from pathlib import Path
from types import TracebackType

from platformdirs import user_log_path

KEPT = 20
"""Reports; older ones are removed."""

_ROOT = Path(__file__).resolve().parents[2]


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
    return "\n".join([*head, *_chain(kind, problem, trace, set())]) + "\n"


def _chain(kind: type[BaseException], problem: BaseException, trace: TracebackType | None, seen: set[int]) -> list[str]:
    lines = []
    seen.add(id(problem))
    before = problem.__cause__ or (None if problem.__suppress_context__ else problem.__context__)
    if before is not None and id(before) not in seen:
        lines += [*_chain(type(before), before, before.__traceback__, seen), "", "and then:", ""]
    for frame in traceback.extract_tb(trace):
        lines.append(f"  {_place(frame.filename)}, line {frame.lineno}, in {frame.name}")
        if frame.line:
            lines.append(f"    {frame.line}")
    return [*lines, f"{kind.__module__}.{kind.__qualname__}"]


def _place(filename: str) -> str:
    """A file of code without the folders of the user."""
    path = Path(filename)
    if path.is_relative_to(_ROOT):
        return path.relative_to(_ROOT).as_posix()
    for folder in (Path(entry) for entry in sys.path if entry):
        if path.is_relative_to(folder):
            return path.relative_to(folder).as_posix()
    return path.name


def keep(text: str, folder: Path, now: datetime) -> Path:
    """Write a report and remove the oldest of too many. Raises `OSError`."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"fault-{now:%Y%m%d-%H%M%S-%f}.txt"
    file.write_text(text, encoding="utf-8")
    for old in sorted(folder.glob("fault-*.txt"))[:-KEPT]:
        old.unlink(missing_ok=True)
    return file
