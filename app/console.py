"""What every command of `fusen` shares: results on stdout, all else on stderr, progress, errors, how it ends."""

from __future__ import annotations

import contextlib
import errno
import json
import os
import re
import signal
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any, NoReturn, TextIO, TypeVar

import typer

from app.errors import FusenError

if TYPE_CHECKING:
    from app.workers.client import WorkerClient
    from app.workers.protocol import Progress

DONE, SOME_FAILED, WRONG_USAGE, INTERRUPTED = 0, 1, 2, 130

T = TypeVar("T")

_LONGEST_SECRET = 1 << 16  # bytes
_DISK_FULL = (errno.ENOSPC, errno.EDQUOT)
_NOT_SHOWN = re.compile("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")
"""What would break a line, or tell a terminal to do something or to turn the writing round."""


def examples(*commands: str) -> str:
    """What stands below a command's help."""
    return "\n".join(("\b", "Examples:" if len(commands) > 1 else "Example:", *(f"  {each}" for each in commands)))


def report(file: Path, error: FusenError, as_json: bool) -> bool:
    """Tell of a failed file and return True; a cancelled one ends the program."""
    if error.code == "cancelled":
        raise KeyboardInterrupt
    if as_json:
        say(
            json_line(
                {
                    "schema": "fusen.error/1",
                    "file": str(file),
                    "code": error.code,
                    "message": error.message,
                    "advice": error.advice,
                }
            )
        )
    else:
        complain(f"{file}: {error}")
    return True


def json_line(value: dict[str, Any]) -> str:
    """One JSON line."""
    return json.dumps(value, ensure_ascii=False)


def say(text: str) -> None:
    """A result."""
    print(text, flush=True)


def complain(text: str) -> None:
    """Anything else, on one line. Where nobody can hear it, the work goes on."""
    try:
        print(on_one_line(text), file=sys.stderr, flush=True)
    except OSError:
        _close(sys.stderr)


def on_one_line(text: str) -> str:
    """The text without what a name from elsewhere may hold to deceive who reads it in a terminal."""
    return _NOT_SHOWN.sub("\N{REPLACEMENT CHARACTER}", text)


def wrong_usage(sentence: str) -> NoReturn:
    """End the program with 2, saying why."""
    complain(sentence)
    raise typer.Exit(WRONG_USAGE)


def text_of(option: str, value: str | None) -> str:
    """The text that was given with an option, empty where there is none. What is no valid text is wrong usage."""
    try:
        (value or "").encode()
    except UnicodeEncodeError:
        wrong_usage(f"{option} is not valid text.")
    return (value or "").strip()


class _CtrlC:
    """Where an exception comes out of a finalizer Python only tells of it, and goes on: so that it came is kept."""

    heard = False

    def hear(self, number: int, frame: FrameType | None) -> NoReturn:
        del number, frame
        self.heard = True
        raise KeyboardInterrupt


_ctrl_c = _CtrlC()


def listen_for_ctrl_c() -> None:
    """From now on `until_ctrl_c` knows of it. Who started the program may have switched it off, which stays so."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, _ctrl_c.hear)


def until_ctrl_c(things: Iterable[T]) -> Iterator[T]:
    """One after the other, up to a Ctrl-C that nothing else heard of."""
    for thing in things:
        yield thing
        if _ctrl_c.heard:
            raise KeyboardInterrupt


@contextlib.contextmanager
def orderly() -> Iterator[None]:
    """Ctrl-C ends with 130; a reader of our output that has seen enough (`| head`) is no error; a full disk is one in words."""
    try:
        yield
    except KeyboardInterrupt:
        complain("Stopped.")
        sys.exit(INTERRUPTED)
    except BrokenPipeError:
        _close(sys.stdout)
        sys.exit(DONE)
    except OSError as error:
        if error.errno not in _DISK_FULL:
            raise
        _close(sys.stdout)
        complain("There is no space left for the output. Free some space and try again.")
        sys.exit(SOME_FAILED)


def _close(stream: TextIO) -> None:
    """Let what is still to be written to it go nowhere: Python flushes it once more at its end."""
    with contextlib.suppress(OSError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def password_of(file: Path | None) -> str | None:
    """The password of the documents, if there is a file with one."""
    if file is None:
        return None
    try:
        return secret_in(file)
    except (OSError, ValueError):
        wrong_usage(f"The password file {file} cannot be read as UTF-8 text.")


def secret_in(file: Path) -> str:
    """What a file holds in UTF-8, verbatim but for one final line end. Raises OSError, or ValueError for other content."""
    with file.open("rb") as stream:  # may be a pipe
        content = stream.read(_LONGEST_SECRET + 1)
    if len(content) > _LONGEST_SECRET:
        raise ValueError("too long for a password")
    text = content.decode("utf-8")
    return text.removesuffix("\n").removesuffix("\r") if text.endswith("\n") else text


@contextlib.contextmanager
def worker(module: str) -> Iterator[WorkerClient]:
    """A worker process of `app.workers`, ended afterwards."""
    from app.workers.client import WorkerClient

    client = WorkerClient(f"app.workers.{module}", name=module.replace("_", " "))
    try:
        yield client
    finally:
        client.close()


class Meter:
    """Progress on stderr: a bar with share and time left on a terminal, else one line for each stage of each file."""

    def __init__(self) -> None:
        self._file = self._stage = ""
        self._bar: Any = None
        self._task: Any = None

    def __enter__(self) -> Meter:
        return self

    def __exit__(self, *_: object) -> None:
        self.pause()

    def begin(self, file: str) -> None:
        """The stages that follow are those of `file`."""
        self._file, self._stage = Path(file).name, ""

    def report(self, progress: Progress) -> None:
        """Called on the worker client's thread."""
        new_stage, self._stage = progress.stage != self._stage, progress.stage
        words = f"{on_one_line(self._file)}: {progress.stage.replace('-', ' ')}"
        if not sys.stderr.isatty():
            if new_stage:
                complain(words)
            return
        if self._bar is None:
            self._bar = _new_bar()
            self._bar.start()
        if new_stage:
            if self._task is not None:
                self._bar.remove_task(self._task)
            self._task = self._bar.add_task(words)
        self._bar.update(self._task, completed=progress.done, total=progress.total or None)

    def pause(self) -> None:
        """Take the bar away, before something is printed."""
        if self._bar is not None:
            self._bar.stop()
        self._bar = self._task = None
        self._stage = ""


def _new_bar() -> Any:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}", markup=False), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    return Progress(*columns, console=Console(stderr=True), transient=True)
