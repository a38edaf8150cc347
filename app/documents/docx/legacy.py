"""Documents of the old Word, through LibreOffice where it is installed: a copy as DOCX in a scratch folder, then as any other."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from app.errors import FusenError

LONGEST_CONVERSION = 60.0  # seconds
_PROGRAMS = ("soffice", "libreoffice")
_USUAL_PLACES = (
    "/Applications/LibreOffice.app/Contents/MacOS/soffice",
    r"C:\Program Files\LibreOffice\program\soffice.exe",
    r"C:\Program Files (x86)\LibreOffice\program\soffice.exe",
)


def libre_office() -> str | None:
    """The program, where it is installed."""
    for name in (*_PROGRAMS, *_USUAL_PLACES):
        if found := shutil.which(name):
            return found
    return None


def converted(path: Path) -> bytes:
    """The old document as DOCX. LibreOffice runs with a profile of its own, made for this once, in which macros never run.

    Raises `FusenError` where it is not installed, takes longer than `LONGEST_CONVERSION`, or does not know the file.
    """
    program = libre_office()
    if program is None:
        raise FusenError(
            "unsupported",
            f"{path.name} was made by an old Word. Fusen reads such files only where LibreOffice is installed.",
            "Save it as DOCX and open that, or install LibreOffice.",
        )
    with tempfile.TemporaryDirectory(prefix="fusen-", ignore_cleanup_errors=True) as name:
        scratch = Path(name)
        _run(program, path, scratch)
        results = sorted((scratch / "out").glob("*.docx"))
        if not results:
            raise FusenError(
                "damaged",
                f"{path.name} could not be converted from the old Word's format.",
                "Open it in Word, save it as DOCX, and open that.",
            )
        return results[0].read_bytes()


def _run(program: str, path: Path, scratch: Path) -> None:
    # A copy under a plain name: the user's own could look like an option, and locks are written beside a file.
    copy = scratch / "document.doc"
    shutil.copyfile(path, copy)
    profile = scratch / "profile" / "user"
    profile.mkdir(parents=True)
    (profile / "registrymodifications.xcu").write_text(_settings(), encoding="utf-8")
    command = [
        program,
        "--headless",
        "--norestore",
        "--nolockcheck",
        "--nodefault",
        f"-env:UserInstallation={(scratch / 'profile').as_uri()}",
        "--convert-to",
        "docx",
        "--outdir",
        str(scratch / "out"),
        str(copy),
    ]
    environment = {**os.environ, "http_proxy": "http://127.0.0.1:9", "https_proxy": "http://127.0.0.1:9"}
    try:
        subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=LONGEST_CONVERSION,
            check=False,
            env=environment,
        )
    except subprocess.TimeoutExpired as error:
        raise FusenError(
            "timeout",
            f"{path.name} took too long to convert from the old Word's format.",
            "Open it in Word, save it as DOCX, and open that.",
        ) from error
    except OSError as error:
        raise FusenError(
            "unsupported",
            f"{path.name} was made by an old Word, and LibreOffice, which converts such files, did not start.",
            "Save it as DOCX and open that.",
        ) from error


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
