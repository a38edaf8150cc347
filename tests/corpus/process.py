"""One file through the real command line, in a process of its own: its answer, and what it took, wrote and connected to.

Time and memory are those of the whole tree of processes. Where strace is at hand, system calls tell of connections and of
files opened for writing; elsewhere only listings of the folders before and after do.
"""

from __future__ import annotations

import contextlib
import functools
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

ROOT = Path(__file__).resolve().parents[2]
_POLL_SECONDS = 0.02
# What takes more is ended: it is already far beyond what is asked, and other work runs on this machine.
_ENDED_AT_BYTES = 6 << 30
_OPENED = re.compile(
    r'(?:openat\(AT_FDCWD|openat\(\d+|creat\(|mkdir\(|mkdirat\([^,]+|rename[^(]*\(|unlink[^(]*\()[, ]*"([^"]*)"(.*)'
)
_CONNECTED = re.compile(r"\b(?:connect|bind|sendto)\(\d+, .*sa_family=(AF_INET6?)\b.*")
_HARMLESS = ("/dev/", "/proc/")


@dataclass(slots=True)
class Run:
    """What one run of the command did. `peak_bytes` is resident memory of all its processes together."""

    answers: list[dict[str, Any]] = field(default_factory=list)
    status: int | None = None  # None: it was ended from here
    seconds: float = 0.0
    peak_bytes: int = 0
    stderr: str = ""
    written: list[str] = field(default_factory=list)
    connected: list[str] = field(default_factory=list)
    network_checked: bool = False
    ended: str = ""  # why it was ended from here

    @property
    def answer(self) -> dict[str, Any] | None:
        """The one object that a run on one file prints."""
        return self.answers[0] if len(self.answers) == 1 else None


def read_file(
    file: Path,
    *,
    seconds: float,
    password: str | None = None,
    trace: bool = True,
    meanwhile: Callable[[], None] | None = None,
) -> Run:
    """Run `fusen read FILE --json` and watch it; it is ended after `seconds`.

    `meanwhile` is called again and again on another thread while the command runs.
    """
    with tempfile.TemporaryDirectory(prefix="corpus-") as folder:
        place = Path(folder)
        for name in ("home", "tmp", "cwd"):
            (place / name).mkdir()
        command = [sys.executable, "-m", "app.cli", "read", str(file.absolute()), "--json"]
        if password is not None:
            (place / "password").write_bytes(password.encode())
            command += ["--password-file", str(place / "password")]
        log = place / "calls"
        traced = trace and strace() is not None
        if traced:
            command = [str(strace()), "-f", "--seccomp-bpf", "-s", "400", "-o", str(log), "-e", _CALLS, *command]
        before = _listing(file.parent)
        run = _watched(command, _environment(place), place, seconds, meanwhile)
        if meanwhile is None and (changed := _differences(before, _listing(file.parent))):
            run.written += [f"beside the file: {name}" for name in changed]
        run.written += [f"in the home folder: {p.relative_to(place)}" for p in (place / "home").rglob("*")]
        run.written += [f"in the working folder: {p.relative_to(place)}" for p in (place / "cwd").rglob("*")]
        run.written += [f"left in the temporary folder: {p.relative_to(place)}" for p in (place / "tmp").rglob("*")]
        if traced and log.exists():
            run.network_checked = True
            run.connected, opened = seen_calls(log.read_text(encoding="utf-8", errors="replace"), place)
            run.written += opened
    return run


_CALLS = "trace=openat,creat,mkdir,mkdirat,rename,renameat,renameat2,unlink,unlinkat,connect,bind,sendto"


@functools.cache
def strace() -> str | None:
    """Where the program is that shows system calls, if it works on this machine."""
    program = shutil.which("strace")
    if program is None:
        return None
    tried = subprocess.run([program, "-f", "--seccomp-bpf", "-o", os.devnull, "true"], capture_output=True, check=False)
    return program if tried.returncode == 0 else None


def seen_calls(log: str, scratch: Path) -> tuple[list[str], list[str]]:
    """What a log of strace tells: connections, and files written, made or removed outside the folder `scratch`."""
    connected: list[str] = []
    written: list[str] = []
    for line in log.splitlines():
        if found := _CONNECTED.search(line):
            connected.append(found.group()[:160])
        elif (opened := _OPENED.search(line)) and " = -1 " not in opened[2]:
            name, rest = opened[1], opened[2]
            changes = "openat" not in line or re.search(r"O_WRONLY|O_RDWR|O_CREAT", rest)
            if changes and not name.startswith((*_HARMLESS, str(scratch))):
                written.append(f"written: {name}")
    return connected, sorted(set(written))


def _environment(place: Path) -> dict[str, str]:
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("XDG_", "PYTHON"))}
    home, tmp = str(place / "home"), str(place / "tmp")
    return {
        **kept,
        "HOME": home,
        "USERPROFILE": home,
        "TMPDIR": tmp,
        "TEMP": tmp,
        "TMP": tmp,
        "PYTHONPATH": str(ROOT),
        "PYTHONDONTWRITEBYTECODE": "1",
    }


def _watched(
    command: list[str],
    environment: Mapping[str, str],
    place: Path,
    seconds: float,
    meanwhile: Callable[[], None] | None,
) -> Run:
    run = Run()
    with (place / "out").open("wb") as out, (place / "err").open("wb") as err:
        began = time.perf_counter()
        process = psutil.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=err,
            cwd=place / "cwd",
            env=environment,
        )
        ended = threading.Event()
        helper = threading.Thread(target=_repeat, args=(meanwhile, ended), daemon=True)
        if meanwhile is not None:
            helper.start()
        while process.poll() is None:
            run.peak_bytes = max(run.peak_bytes, _memory(process))
            if time.perf_counter() - began > seconds:
                run.ended = f"still running after {seconds:g} s"
            elif run.peak_bytes > _ENDED_AT_BYTES:
                run.ended = f"took {run.peak_bytes >> 20} MB"
            if run.ended:
                _end(process)
                break
            time.sleep(_POLL_SECONDS)
        run.status = None if run.ended else process.wait()
        run.seconds = time.perf_counter() - began
        ended.set()
        if meanwhile is not None:
            helper.join()
    run.stderr = (place / "err").read_text(encoding="utf-8", errors="replace")
    for line in (place / "out").read_text(encoding="utf-8", errors="replace").split("\n"):
        if line:
            run.answers.append(_decoded(line))
    return run


def _decoded(line: str) -> dict[str, Any]:
    with contextlib.suppress(ValueError):
        value = json.loads(line)
        if isinstance(value, dict):
            return value
    return {"schema": None, "line": line[:200]}


def _repeat(action: Callable[[], None], ended: threading.Event) -> None:
    while not ended.wait(0.02):
        action()


def _memory(process: psutil.Process) -> int:
    """Resident bytes of the process and its descendants, without the program that watches them."""
    total = 0
    with contextlib.suppress(psutil.Error):
        for one in [process, *process.children(recursive=True)]:
            with contextlib.suppress(psutil.Error):
                if one.name() != "strace":
                    total += one.memory_info().rss
    return total


def _end(process: psutil.Popen) -> None:
    everyone = [process]
    with contextlib.suppress(psutil.Error):
        everyone = [*process.children(recursive=True), process]
    for one in everyone:
        with contextlib.suppress(psutil.Error):
            one.kill()
    psutil.wait_procs(everyone, timeout=5)


def _listing(folder: Path) -> dict[str, tuple[int, int]]:
    found: dict[str, tuple[int, int]] = {}
    for path in folder.iterdir():
        with contextlib.suppress(OSError):
            status = path.lstat()
            found[path.name] = (status.st_size, status.st_mtime_ns)
    return found


def _differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    return sorted(name for name in before.keys() | after.keys() if before.get(name) != after.get(name))
