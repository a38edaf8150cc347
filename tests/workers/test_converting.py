"""Documents of the old Word through the client: what a program in LibreOffice's place may do, and how it can end."""

from __future__ import annotations

import shutil
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import docx
import psutil
import pytest

from app.documents.document import Document
from app.errors import FusenError
from app.workers import converting
from app.workers.client import WorkerClient
from app.workers.protocol import ReadDocument, ReadResult

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the stand-in is a script with a first line")

END, FREE = 0xFFFFFFFE, 0xFFFFFFFF


def old_word_file(path: Path) -> Path:
    """The smallest compound file with a stream named as the old Word's; what it holds is LibreOffice's business."""
    magic = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
    numbers = (
        62,
        3,
        0xFFFE,
        9,
        6,
        0,
        1,
        1,
        0,
        4096,
        END,
        0,
        END,
        0,
        0,
    )  # of the header, the last the table's own place
    first = struct.pack("<8s16sHHHHH6xIIIIIIIIII", magic, b"", *numbers)
    table = [0xFFFFFFFD, END, *range(3, 10), END]
    entries = [_entry("Root Entry", 5, 1, END, 0), _entry("WordDocument", 2, FREE, 2, 4096), bytes(128), bytes(128)]
    sectors = struct.pack("<128I", *table, *[FREE] * (128 - len(table))) + b"".join(entries) + bytes(4096)
    path.write_bytes(first + struct.pack("<108I", *[FREE] * 108) + sectors)
    return path


def _entry(name: str, kind: int, child: int, start: int, size: int) -> bytes:
    coded = name.encode("utf-16-le")
    return struct.pack(
        "<64sHBBIII16sIQQIQ", coded, len(coded) + 2, kind, 1, FREE, FREE, child, b"", 0, 0, 0, start, size
    )


@pytest.fixture
def old(tmp_path: Path) -> Path:
    return old_word_file(tmp_path / "--old.doc")


@pytest.fixture
def client() -> Iterator[WorkerClient]:
    made = WorkerClient("app.workers.document_worker", name="document worker")
    yield made
    made.close()


def stand_in(path: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    """A program in the place of LibreOffice; `out` is where it is asked to write, `said` its arguments."""
    path.mkdir()
    head = (
        "import os, pathlib, socket, sys, time\nsaid = sys.argv\nout = pathlib.Path(said[said.index('--outdir') + 1])\n"
    )
    program = path / "soffice"
    program.write_text(f"#!{sys.executable}\n{head}{script}", encoding="utf-8")
    program.chmod(0o755)
    monkeypatch.setattr(converting, "libre_office", lambda: str(program))


TELLING = """
import zipfile
def attempt(action):
    try:
        action()
    except OSError as error:
        return type(error).__name__
    return "done"
told = {{
    "network": attempt(lambda: socket.socket(socket.AF_INET).close()),
    "waiting": attempt(lambda: socket.socket(socket.AF_UNIX).bind("a")),
    "calling": attempt(lambda: socket.socket(socket.AF_UNIX).connect("a")),
    "outside": attempt(lambda: pathlib.Path({outside!r}).write_text("x")),
    "removing": attempt(lambda: os.unlink({kept!r})),
    "starting": attempt(lambda: os.system("true") and None),
    "name": os.path.basename(said[-1]),
    "headless": "--headless" in said,
    "folder": os.getcwd(),
}}
out.mkdir()
with zipfile.ZipFile({made!r}) as source, zipfile.ZipFile(out / "document.docx", "w") as target:
    for name in source.namelist():
        text = "; ".join(f"{{key}} {{value}}" for key, value in told.items()).encode()
        target.writestr(name, source.read(name).replace(b"TOLD", text))
"""


def read(client: WorkerClient, path: Path) -> Document:
    value = client.call(ReadDocument(str(path)))
    assert isinstance(value, ReadResult)
    return value.document


def test_a_converted_document_is_read_and_leaves_nothing_behind(
    client: WorkerClient, old: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, kept = tmp_path / "made.docx", tmp_path / "kept"
    document = docx.Document()
    document.add_paragraph("TOLD")
    document.save(str(made))
    kept.write_text("x", encoding="utf-8")
    words = {"outside": str(tmp_path / "outside"), "kept": str(kept), "made": str(made)}
    stand_in(tmp_path / "office", monkeypatch, TELLING.format(**words))
    read_ = read(client, old)
    told = dict(part.split(" ", 1) for part in read_.text.split("; "))
    assert (told["name"], told["headless"]) == ("document.doc", "True")
    assert (read_.file, [warning.code for warning in read_.warnings]) == (str(old), ["converted"])
    scratch = Path(told["folder"]).parent
    assert list(scratch.iterdir()) == []
    if sys.platform == "linux":
        assert (told["network"], told["calling"]) == ("PermissionError", "PermissionError")
        assert (told["waiting"], told["starting"]) == ("done", "done")
    # Without Landlock in the kernel nothing keeps a program from writing; the document worker's own tests tell as much.
    if told["outside"] == "PermissionError":
        assert told["removing"] == "PermissionError"
        assert not (tmp_path / "outside").exists()
    client.close()
    assert not scratch.exists()


def failure(client: WorkerClient, path: Path) -> FusenError:
    with pytest.raises(FusenError) as caught:
        client.call(ReadDocument(str(path)))
    assert caught.value.advice
    return caught.value


def test_without_libre_office_it_is_said(client: WorkerClient, old: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(converting, "libre_office", lambda: None)
    error = failure(client, old)
    assert error.code == "unsupported"
    assert "LibreOffice" in error.message


def test_a_conversion_that_fails_is_explained(
    client: WorkerClient, old: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stand_in(tmp_path / "a", monkeypatch, "raise SystemExit(1)")
    assert failure(client, old).code == "damaged"
    stand_in(tmp_path / "b", monkeypatch, "out.mkdir(); (out / 'document.docx').write_bytes(b'no document')")
    assert failure(client, old).code in ("damaged", "unsupported")
    monkeypatch.setattr(converting, "libre_office", lambda: str(tmp_path / "absent"))
    assert failure(client, old).code == "unsupported"
    monkeypatch.setattr(converting, "LARGEST_OLD", 100)
    assert failure(client, old).code == "too-large"


def test_libre_office_starts_again_after_it_made_a_profile(
    client: WorkerClient, old: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = (
        "seen = pathlib.Path('seen')\nif not seen.exists():\n    seen.touch()\n    raise SystemExit(81)\nout.mkdir()\n"
    )
    made = tmp_path / "made.docx"
    document = docx.Document()
    document.add_paragraph("Old terms.")
    document.save(str(made))
    stand_in(
        tmp_path / "office", monkeypatch, f"{script}import shutil; shutil.copy({str(made)!r}, out / 'document.docx')"
    )
    assert read(client, old).text == "Old terms."


def sleeping() -> set[int]:
    """Processes below this one that the stand-in started."""
    return {one.pid for one in psutil.process_iter(["cmdline"]) if "old-word-sleeper" in (one.info["cmdline"] or [])}


SLEEPER = """
import subprocess
subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)", "old-word-sleeper"])
time.sleep(60)
"""


def test_a_conversion_that_hangs_is_ended_with_all_that_it_started(
    client: WorkerClient, old: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stand_in(tmp_path / "office", monkeypatch, SLEEPER)
    monkeypatch.setattr(converting, "LONGEST_CONVERSION", 4.0)
    began = time.monotonic()
    assert failure(client, old).code == "timeout"
    assert time.monotonic() - began < 30
    assert not _until_none(sleeping)


def test_a_conversion_can_be_cancelled_and_does_not_outlive_the_client(
    client: WorkerClient, old: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stand_in(tmp_path / "office", monkeypatch, SLEEPER)
    ended: list[FusenError] = []
    over = [threading.Event(), threading.Event()]

    def submit(event: threading.Event) -> int:
        def fail(error: FusenError) -> None:
            ended.append(error)
            event.set()

        return client.submit(ReadDocument(str(old)), on_result=lambda _: event.set(), on_failure=fail)

    first, _ = submit(over[0]), submit(over[1])
    deadline = time.monotonic() + 60
    while len(sleeping()) < 2 and time.monotonic() < deadline:
        time.sleep(0.1)
    client.cancel(first)
    assert over[0].wait(10)
    client.close()
    assert over[1].is_set()
    assert [error.code for error in ended] == ["cancelled", "cancelled"]
    assert not _until_none(sleeping)


def _until_none(look: object) -> set[int]:
    assert callable(look)
    deadline = time.monotonic() + 10
    found: set[int] = look()
    while found and time.monotonic() < deadline:
        time.sleep(0.1)
        found = look()
    return found


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("soffice") is None, reason="needs LibreOffice")
def test_libre_office_itself_within_its_walls(client: WorkerClient, tmp_path: Path) -> None:
    document = docx.Document()
    document.add_heading("業務委託契約書")
    document.add_paragraph("The Supplier shall indemnify the Customer.")
    document.save(str(tmp_path / "a.docx"))
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    command = [
        "soffice",
        profile,
        "--headless",
        "--convert-to",
        "doc",
        "--outdir",
        str(tmp_path),
        str(tmp_path / "a.docx"),
    ]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    read_ = read(client, tmp_path / "a.doc")
    assert read_.text == "業務委託契約書\n\nThe Supplier shall indemnify the Customer."
    assert "converted" in [warning.code for warning in read_.warnings]
