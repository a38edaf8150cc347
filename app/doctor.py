"""What this machine has, what Fusen will use of it, what is wrong and what to do about it."""

from __future__ import annotations

import hashlib
import os
import platform
import shutil
import subprocess
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from app.documents.recognition.recogniser import INSTALL, is_installed
from app.errors import FusenError


@dataclass(frozen=True, slots=True)
class Check:
    """One line of the examination; without an `essential` one that is ok, Fusen cannot do its work."""

    name: str
    finding: str
    ok: bool = True
    essential: bool = False
    advice: str = ""


def examine() -> list[Check]:
    """All checks, the machine's first. Starts both workers, which takes some seconds."""
    return [
        Check("Python", f"{platform.python_version()} on {platform.system()} {platform.machine()}"),
        Check("CPU threads", str(_threads())),
        Check("Memory", _memory()),
        *_said_by("document", "Reading"),
        *_recognition(),
        *_said_by("model", "Model"),
        *_weights(),
        _window(),
        _japanese_fonts(),
        _libreoffice(),
        _workspace(),
    ]


def _threads() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _memory() -> str:
    try:
        return f"{os.sysconf('SC_PHYS_PAGES') * os.sysconf('SC_PAGE_SIZE') / 2**30:.1f} GiB"
    except (AttributeError, ValueError, OSError):
        return "unknown"


def _said_by(worker: str, heading: str) -> list[Check]:
    """What a worker says of itself. It alone may load the libraries that it guards, and stands within walls of its own."""
    from app.workers.client import WorkerClient
    from app.workers.protocol import Describe, Description

    client = WorkerClient(f"app.workers.{worker}_worker", name=f"{worker} worker")
    try:
        value = client.call(Describe())
    except FusenError as error:
        advice = "Install Fusen again; if that does not help, report what `fusen doctor` says."
        return [Check(heading, error.message, ok=False, essential=True, advice=advice)]
    finally:
        client.close()
    if not isinstance(value, Description):
        return []
    found = [Check(name, fact) for name, fact in value.facts]
    return found + [
        Check(name, reason, ok=False, advice=_MISSING_ADVICE.get(name, _CONFINEMENT_ADVICE))
        for name, reason in value.missing
    ]


_MISSING_ADVICE = {"Recognition": f"Install it again: {INSTALL}"}
_CONFINEMENT_ADVICE = (
    "Documents are read all the same, in a process of its own with deadlines. "
    "Linux 6.7 or newer with Landlock, and libseccomp, confine it further."
)


def _recognition() -> list[Check]:
    """Where it is installed, the document worker says whether it works."""
    if is_installed():
        return []
    finding = "not installed: pages that are pictures without text are not read"
    return [Check("Recognition", finding, ok=False, advice=f"To have them read: {INSTALL}")]


def _weights() -> list[Check]:
    """The hash of every file of weights that ships."""
    found = []
    with resources.as_file(resources.files("resources")) as folder:
        for file in sorted(folder.rglob("*.safetensors")):
            digest = hashlib.sha256(file.read_bytes()).hexdigest()
            found.append(Check("Weights", f"{file.name}, SHA-256 {digest}"))
    if found:
        return found
    return [Check("Weights", "missing", ok=False, essential=True, advice="Install Fusen again.")]


def _window() -> Check:
    from app.ui.availability import why_no_window

    reason = why_no_window()
    if reason is None:
        return Check("Window", "can be shown")
    return Check("Window", reason, ok=False, advice="Without it, `fusen analyze` and the other commands work.")


def _japanese_fonts() -> Check:
    """Asked of fontconfig where there is one; Windows and macOS come with Japanese fonts."""
    lister = shutil.which("fc-list")
    if lister is None:
        if platform.system() in ("Windows", "Darwin"):
            return Check("Japanese fonts", "part of the system")
        return Check("Japanese fonts", "unknown (fontconfig is not installed)", ok=False, advice=_LISTER_ADVICE)
    listed = subprocess.run([lister, ":lang=ja", "family"], capture_output=True, text=True, timeout=30, check=False)
    families = sorted({line.split(",")[0] for line in listed.stdout.splitlines() if line.strip()})
    if families:
        return Check("Japanese fonts", f"{families[0]}" + (f" and {len(families) - 1} more" if families[1:] else ""))
    return Check("Japanese fonts", "none: Japanese shows as boxes", ok=False, advice=_FONT_ADVICE)


_LISTER_ADVICE = (
    "On Debian or Ubuntu: apt install fontconfig fonts-noto-cjk. "
    "On Fedora: dnf install fontconfig google-noto-sans-cjk-fonts."
)
_FONT_ADVICE = "On Debian or Ubuntu: apt install fonts-noto-cjk. On Fedora: dnf install google-noto-sans-cjk-fonts."


def _libreoffice() -> Check:
    from app.workers.converting import libre_office

    return Check("LibreOffice", libre_office() or "not installed (needed only for documents of the old Word)")


def _workspace() -> Check:
    from app.workspace.store import Workspace, default_workspace

    path = default_workspace()
    if not path.exists():
        return Check("Workspace", f"{path} (made when it is needed)", ok=_can_make(path))
    try:
        with Workspace.open(path) as workspace:
            return Check("Workspace", f"{path}, {len(workspace.documents())} documents")
    except FusenError as error:
        if error.code == "encrypted":
            return Check("Workspace", f"{path}, encrypted")
        return Check("Workspace", error.message, ok=False, essential=True, advice=error.advice)


def _can_make(path: Path) -> bool:
    parent = next(folder for folder in path.parents if folder.exists())
    return os.access(parent, os.W_OK)
