"""A confined process, in the kernel's own words: no network, no writing outside its folder, no programs, no endless memory."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from app.workers.confinement import Confinement

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux confines a process from within")

PROBE = """
import json, os, pathlib, sys
from app.workers.confinement import confine
from app.workers import limits
scratch, elsewhere, memory = map(pathlib.Path, sys.argv[1:])
had = confine(scratch)
def attempt(action):
    try:
        action()
    except (OSError, MemoryError) as error:
        return type(error).__name__
    return "done"
import socket, tempfile
from multiprocessing.shared_memory import SharedMemory
tried = {
    "scratch": attempt(lambda: (scratch / "a").write_text("x")),
    "temporary": attempt(lambda: tempfile.TemporaryFile().close()),
    "elsewhere": attempt(lambda: (elsewhere / "a").write_text("x")),
    "append": attempt(lambda: (elsewhere / "old").open("a").close()),
    "truncate": attempt(lambda: os.truncate(elsewhere / "old", 0)),
    "remove": attempt(lambda: (elsewhere / "old").unlink()),
    "rename": attempt(lambda: (scratch / "a").rename(elsewhere / "b")),
    "mode": attempt(lambda: (elsewhere / "old").chmod(0o777)),
    "read": attempt(lambda: (elsewhere / "old").read_text()),
    "inet": attempt(lambda: socket.socket(socket.AF_INET).close()),
    "datagram": attempt(lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).close()),
    "unix": attempt(lambda: socket.socket(socket.AF_UNIX).close()),
    "program": attempt(lambda: os.execv(sys.executable, [sys.executable, "-c", ""])),
    "parent": attempt(lambda: os.kill(os.getppid(), 0)),
    "shared": attempt(lambda: memory.open("r+b").close()),
    "new shared": attempt(lambda: (memory.parent / "fusen-test-new").open("wb").close()),
}
limits.limit_step(limits.STEP_MEMORY)
tried["memory"] = attempt(lambda: bytearray(limits.STEP_MEMORY + 1))
tried["whole memory"] = attempt(lambda: (limits.limit_step(), bytearray(limits.STEP_MEMORY + 1)))
tried["files"] = attempt(lambda: [os.open("/dev/null", os.O_RDONLY) for _ in range(limits.OPEN_FILES)])
print(json.dumps([[had.limits, had.files, had.network], tried]))
"""


@pytest.fixture(scope="module")
def probed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Confinement, dict[str, str]]:
    folder = tmp_path_factory.mktemp("confined")
    scratch, elsewhere = folder / "scratch", folder / "elsewhere"
    for made in (scratch, elsewhere):
        made.mkdir()
    (elsewhere / "old").write_text("what was there", encoding="utf-8")
    memory = Path("/dev/shm") / f"fusen-test-{os.getpid()}"  # noqa: S108 -- where the page images travel
    memory.write_bytes(b"x")
    try:
        done = subprocess.run(
            [sys.executable, "-c", PROBE, scratch, elsewhere, memory], capture_output=True, text=True, check=False
        )
    finally:
        memory.unlink()
    assert done.returncode == 0, done.stderr
    had, tried = json.loads(done.stdout)
    assert (elsewhere / "old").read_text(encoding="utf-8") == "what was there"
    assert sorted(path.name for path in elsewhere.iterdir()) == ["old"]
    return Confinement(*had), tried


def test_the_limits_hold(probed: tuple[Confinement, dict[str, str]]) -> None:
    had, tried = probed
    assert had.limits == ""
    assert tried["memory"] == "MemoryError"
    assert tried["whole memory"] == "done"
    assert tried["files"] == "OSError"


def test_it_reads_everywhere_and_writes_in_its_folder_only(probed: tuple[Confinement, dict[str, str]]) -> None:
    had, tried = probed
    if had.files:
        pytest.skip(had.files)
    allowed = {name for name in ("scratch", "temporary", "read", "shared") if tried[name] == "done"}
    assert allowed == {"scratch", "temporary", "read", "shared"}
    for name in ("elsewhere", "append", "truncate", "remove", "new shared", "program"):
        assert tried[name] == "PermissionError", name
    assert tried["rename"] in ("PermissionError", "OSError")  # the kernel may call it a link between file systems


def test_it_reaches_neither_network_nor_other_processes(probed: tuple[Confinement, dict[str, str]]) -> None:
    had, tried = probed
    if had.network:
        pytest.skip(had.network)
    for name in ("inet", "datagram", "unix", "program", "parent", "mode"):
        assert tried[name] == "PermissionError", name


def test_what_is_missing_is_said() -> None:
    whole, half = Confinement(), Confinement(files="the kernel has no Landlock", network="no libseccomp")
    assert whole.missing() == ()
    assert len(whole.facts()) == 3
    assert [name for name, _ in half.missing()] == ["Reading, files", "Reading, network"]
    assert all("not confined" in reason for _, reason in half.missing())
