"""Documents of the old Word: made DOCX by LibreOffice, where it is installed, before the document worker reads them.

The document worker may start no programs, so it answers that a conversion is wanted, and its client has one made here. The
client looks at nothing in the file: LibreOffice reads a copy in a process that confines itself first
(`app.workers.conversion`), with a folder and a profile of its own, in which macros never run.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import msgspec

from app.documents.files import translated
from app.documents.old_word import OldWordError
from app.errors import FusenError
from app.workers import failures
from app.workers.conversion import NOT_STARTED
from app.workers.pending import Pending
from app.workers.protocol import Body, ReadDocument, file_of
from app.workers.starting import Scratch, environment, own_group

LONGEST_CONVERSION = 60.0  # seconds
LARGEST_OLD = 256 << 20
_STARTS_AGAIN = 81  # LibreOffice's answer after it has made a profile
_STARTS = 3
_PROGRAMS = ("soffice", "libreoffice")
_USUAL_PLACES = (
    "/Applications/LibreOffice.app/Contents/MacOS/soffice",
    r"C:\Program Files\LibreOffice\program\soffice.exe",
    r"C:\Program Files (x86)\LibreOffice\program\soffice.exe",
)
_OF_THE_DESKTOP = ("DISPLAY", "WAYLAND_DISPLAY", "DBUS_SESSION_BUS_ADDRESS", "XDG_RUNTIME_DIR")


def libre_office() -> str | None:
    """The program, where it is installed."""
    for name in (*_PROGRAMS, *_USUAL_PLACES):
        if found := shutil.which(name):
            return found
    return None


class Conversions:
    """The conversions of one client, on its thread. A call goes on with `resume` once its file is converted, else it ends."""

    def __init__(
        self,
        scratch: Scratch,
        resume: Callable[[Pending], None],
        settle: Callable[[Pending, FusenError], None],
    ) -> None:
        self._scratch = scratch
        self._resume = resume
        self._settle = settle
        self._running: dict[int, tuple[Pending, asyncio.Task[None]]] = {}

    def begin(self, pending: Pending) -> None:
        """Convert the file of a reading; the reading's `converted` is what `drop` removes in the end."""
        body = pending.body
        if pending.cancelled:
            self._settle(pending, failures.cancelled())
        elif not isinstance(body, ReadDocument) or body.converted is not None:
            self._settle(pending, OldWordError(Path(file_of(body) or "The file").name))
        else:
            task = asyncio.get_running_loop().create_task(self._convert(pending, body))
            self._running[pending.id] = (pending, task)

    def stop(self, call: int) -> None:
        """End the conversion for this call, if there is one."""
        if call in self._running:
            pending, task = self._running.pop(call)
            task.cancel()
            self._settle(pending, failures.cancelled())

    async def close(self) -> None:
        """End all conversions and wait until they are gone."""
        tasks = [task for _, task in self._running.values()]
        for call in list(self._running):
            self.stop(call)
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _convert(self, pending: Pending, body: ReadDocument) -> None:
        path = Path(body.path)
        error: FusenError | None = None
        try:
            converted = await _converted(path, self._scratch.folder())
            pending.body = msgspec.structs.replace(body, converted=str(converted))
        except FusenError as told:
            error = told
        except OSError as failed:
            error = translated(failed, path)
        if self._running.pop(pending.id, None) is None:
            drop(pending.body)
        elif error is not None:
            self._settle(pending, error)
        else:
            pending.attempts = 0
            self._resume(pending)


def drop(body: Body) -> None:
    """Remove the DOCX that was made for a reading which is over."""
    if isinstance(body, ReadDocument) and body.converted is not None:
        with contextlib.suppress(OSError):
            Path(body.converted).unlink(missing_ok=True)


async def _converted(path: Path, scratch: Path) -> Path:
    program = libre_office()
    if program is None:
        raise OldWordError(path.name)
    if path.stat().st_size > LARGEST_OLD:
        raise FusenError("too-large", f"{path.name} is larger than 256 MiB.", "Save it as DOCX and open that.")
    folder = Path(tempfile.mkdtemp(dir=scratch))
    try:
        await asyncio.to_thread(_prepare, path, folder)
        await _run(_command(program, folder), path, folder)
        results = sorted((folder / "out").glob("*.docx"))
        if not results:
            raise FusenError(
                "damaged",
                f"{path.name} could not be converted from the old Word's format.",
                "Open it in Word, save it as DOCX, and open that.",
            )
        return results[0].rename(scratch / f"{secrets.token_hex(6)}.docx")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _prepare(path: Path, folder: Path) -> None:
    # A copy under a plain name: the user's own could look like an option, and locks are written beside a file.
    shutil.copyfile(path, folder / "document.doc")
    profile = folder / "profile" / "user"
    profile.mkdir(parents=True)
    (profile / "registrymodifications.xcu").write_text(_settings(), encoding="utf-8")


def _command(program: str, folder: Path) -> list[str]:
    arguments = [
        *("--headless", "--norestore", "--nolockcheck", "--nodefault"),
        f"-env:UserInstallation={(folder / 'profile').as_uri()}",
        "-env:OSL_SOCKET_PATH=.",  # the folder that it runs in; it would choose one that it may not write in
        *("--convert-to", "docx", "--outdir", str(folder / "out"), str(folder / "document.doc")),
    ]
    if sys.platform == "win32":  # which limits no process from within, and cannot put one program in another's place
        return [program, *arguments]
    # Its usual start asks a first process of its own to call at the second, which is not allowed.
    itself = Path(program).resolve().with_name("soffice.bin")
    chosen = str(itself) if itself.is_file() else program
    return [sys.executable, "-P", "-m", "app.workers.conversion", str(folder), chosen, *arguments]


async def _run(command: list[str], path: Path, folder: Path) -> None:
    place = dict.fromkeys(("TMPDIR", "TEMP", "TMP", "HOME"), str(folder))
    around = {name: value for name, value in environment().items() if name not in _OF_THE_DESKTOP}
    try:
        async with asyncio.timeout(LONGEST_CONVERSION):
            for _ in range(_STARTS):
                code = await _once(command, folder, {**around, **place, "SAL_USE_VCLPLUGIN": "svp"})
                if code != _STARTS_AGAIN:
                    break
    except TimeoutError as error:
        raise FusenError(
            "timeout",
            f"{path.name} took too long to convert from the old Word's format.",
            "Open it in Word, save it as DOCX, and open that.",
        ) from error
    if code == NOT_STARTED:
        raise FusenError(
            "unsupported",
            f"{path.name} was made by an old Word, and LibreOffice, which converts such files, did not start.",
            "Save it as DOCX and open that.",
        )


async def _once(command: list[str], folder: Path, variables: dict[str, str]) -> int:
    nothing = subprocess.DEVNULL
    try:
        process = await asyncio.create_subprocess_exec(
            *command, stdin=nothing, stdout=nothing, stderr=nothing, cwd=folder, env=variables, **own_group()
        )
    except OSError:
        return NOT_STARTED
    try:
        return await process.wait()
    finally:
        _end(process)
        await process.wait()


def _end(process: asyncio.subprocess.Process) -> None:
    """End the process and, where the system has groups of processes, all that it started."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        if sys.platform == "win32":
            process.kill()
        else:
            os.killpg(process.pid, signal.SIGKILL)


def _settings() -> str:
    """Macros never run, and linked content is never fetched."""
    wanted = {
        "MacroSecurityLevel": "3",
        "DisableMacrosExecution": "true",
        "BlockUntrustedRefererLinks": "true",
        "DisableActiveContent": "true",
    }
    items = "".join(
        '<item oor:path="/org.openoffice.Office.Common/Security/Scripting">'
        f'<prop oor:name="{name}" oor:op="fuse"><value>{value}</value></prop></item>'
        for name, value in wanted.items()
    )
    start = '<?xml version="1.0" encoding="UTF-8"?><oor:items xmlns:oor="http://openoffice.org/2001/registry">'
    return f"{start}{items}</oor:items>"
