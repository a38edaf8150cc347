"""One window a workspace: files are handed over, sockets that nobody listens at are replaced."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtNetwork import QLocalServer, QLocalSocket
from pytestqt.qtbot import QtBot

from app.ui import single
from app.workers.starting import environment

HANDS_OVER = """
import sys
from PySide6.QtCore import QCoreApplication
application = QCoreApplication([])
from app.ui.single import hand_over
sys.exit(0 if hand_over(sys.argv[1], sys.argv[2:]) else 3)
"""
LISTENS_AND_DIES = """
import os, signal, sys
from PySide6.QtCore import QCoreApplication
from PySide6.QtNetwork import QLocalServer
application = QCoreApplication([])
server = QLocalServer()
print(server.listen(sys.argv[1]), flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_each_workspace_has_a_socket_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert single.name_of(Path("a.fusen")) == single.name_of(tmp_path / "a.fusen")
    assert single.name_of(tmp_path / "a.fusen") != single.name_of(tmp_path / "b.fusen")


def test_nobody_listens(qtbot: QtBot, tmp_path: Path) -> None:
    assert not single.hand_over(single.name_of(tmp_path), ["x.pdf"])


def test_a_second_start_hands_its_files_over(qtbot: QtBot, tmp_path: Path) -> None:
    name = single.name_of(tmp_path / "one.fusen")
    reception = single.Reception(name)
    assert reception.listens
    with qtbot.waitSignal(reception.asked, timeout=30_000) as asked:
        start = subprocess.Popen(
            [sys.executable, "-c", HANDS_OVER, name, "契約 書.pdf", "b.docx"], cwd=tmp_path, env=environment()
        )
    qtbot.waitUntil(lambda: start.poll() is not None, timeout=30_000)
    assert start.returncode == 0
    assert asked.args == [[str(tmp_path / "契約 書.pdf"), str(tmp_path / "b.docx")]]
    reception.close()


@pytest.mark.skipif(sys.platform == "win32", reason="a named pipe of Windows is gone with its program")
def test_a_socket_that_was_left_is_replaced(qtbot: QtBot, tmp_path: Path) -> None:
    name = single.name_of(tmp_path / "left.fusen")
    dead = subprocess.run([sys.executable, "-c", LISTENS_AND_DIES, name], capture_output=True, text=True, check=False)
    assert dead.returncode == -signal.SIGKILL
    assert dead.stdout.strip() == "True"
    plain = QLocalServer()
    assert not plain.listen(name)  # so it does lie in the way
    assert not single.hand_over(name, [])
    reception = single.Reception(name)
    assert reception.listens
    reception.close()


def test_two_windows_that_begin_at_once_do_not_make_each_other_deaf(qtbot: QtBot, tmp_path: Path) -> None:
    name = single.name_of(tmp_path)
    first, second = single.Reception(name), single.Reception(name)
    if sys.platform != "win32":  # where two may listen at one pipe
        assert not second.listens
    channel = QLocalSocket()
    channel.connectToServer(name)
    channel.write(b'["/a.pdf"]\n')
    with qtbot.waitSignal(first.asked) as asked:
        assert channel.waitForConnected(1000)
    assert asked.args == [["/a.pdf"]]
    first.close()
    second.close()


@pytest.mark.parametrize("said", [b"no json\n", b'{"a": 1}\n', b"[1]\n", b"\xff\n"])
def test_what_is_no_list_of_files_is_not_taken(qtbot: QtBot, tmp_path: Path, said: bytes) -> None:
    reception = single.Reception(single.name_of(tmp_path))
    heard: list[object] = []
    reception.asked.connect(heard.append)
    socket = QLocalSocket()
    socket.connectToServer(single.name_of(tmp_path))
    assert socket.waitForConnected(1000)
    socket.write(said)
    qtbot.waitUntil(lambda: socket.state() == QLocalSocket.LocalSocketState.UnconnectedState)
    assert not heard
    reception.close()


def test_the_socket_is_the_users_own(qtbot: QtBot, tmp_path: Path) -> None:
    reception = single.Reception(single.name_of(tmp_path))
    path = Path(reception._server.fullServerName())
    if path.exists():  # not on Windows
        assert path.stat().st_mode & 0o077 == 0
    reception.close()
