"""What a fault of the program leaves behind: the kinds of the exceptions and the places in the code, never their words.

The message of an exception may quote a document, and its variables hold documents. What is written to standard error ends in a
system's journal, a terminal's history or a report that somebody sends on; so in every process of the program (`install`)
exceptions are written as places only, whoever writes them: the interpreter, a thread, a library's logger. Nor does a process
that is killed leave its memory behind as a core dump.
"""

from __future__ import annotations

import contextlib
import logging
import sys
import threading
import traceback
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sys import UnraisableHookArgs

_ROOT = Path(__file__).resolve().parents[1]


def places(kind: type[BaseException], problem: BaseException | None, trace: TracebackType | None) -> list[str]:
    """The lines of code that an exception came through and its kind, those of its causes before."""
    return _chain(kind, problem, trace, set())


def _chain(
    kind: type[BaseException], problem: BaseException | None, trace: TracebackType | None, seen: set[int]
) -> list[str]:
    lines = []
    if problem is not None:
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


class PlacesFormatter(logging.Formatter):
    """Writes the exceptions of a log as places, and of asyncio's messages the first line: the others show values."""

    def __init__(self) -> None:
        super().__init__("%(levelname)s %(name)s: %(message)s")

    def format(self, record: logging.LogRecord) -> str:
        """See `logging.Formatter`."""
        record.exc_text = None  # another handler may have kept it with its words
        try:
            text = super().format(record)
        finally:
            record.exc_text = None
        return text.partition("\n")[0] if record.name == "asyncio" else text

    def formatException(  # noqa: N802
        self, ei: tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]
    ) -> str:
        """See `logging.Formatter`."""
        return "\n".join(places(*ei)) if ei[0] is not None else ""


def install() -> None:
    """Let nothing of this process write the words of an exception, or its memory."""
    no_core_dumps()
    formatter = PlacesFormatter()
    last = [logging.lastResort] if logging.lastResort is not None else []
    for handler in [*logging.getLogger().handlers, *last]:
        handler.setFormatter(formatter)
    sys.excepthook = _write
    threading.excepthook = lambda args: _write(args.exc_type, args.exc_value, args.exc_traceback)
    sys.unraisablehook = _write_unraisable


def no_core_dumps() -> None:
    """A core dump would be a copy of somebody's contract. Windows writes none unless it is set up to."""
    if sys.platform != "win32":
        import resource

        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _write(kind: type[BaseException], problem: BaseException | None, trace: TracebackType | None) -> None:
    if issubclass(kind, SystemExit):
        return
    with contextlib.suppress(OSError, AttributeError, ValueError):  # there may be no standard error
        print("A fault of Fusen:", *places(kind, problem, trace), sep="\n", file=sys.stderr, flush=True)


def _write_unraisable(args: UnraisableHookArgs) -> None:
    _write(args.exc_type, args.exc_value, args.exc_traceback)
