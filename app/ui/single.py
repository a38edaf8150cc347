"""One window a workspace: a second start hands its files to the first one and ends.

The first listens at a socket of its user (a named pipe on Windows). A socket that a killed program left answers nobody and is
replaced.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtNetwork import QLocalServer, QLocalSocket

PATIENCE = 1500
"""Milliseconds for each step between the two; a first window that hangs must not keep a second one from opening."""
LONGEST = 1 << 20
_TAKEN = b"taken\n"


def name_of(workspace: Path) -> str:
    """The socket's name: another for each user (by her workspace's place) and workspace."""
    return "fusen-" + hashlib.sha256(str(workspace.absolute()).encode("utf-8", "surrogateescape")).hexdigest()[:24]


def hand_over(name: str, files: Sequence[str]) -> bool:
    """Give `files` to the window that listens at `name`; whether one took them. An empty list brings it to the front."""
    socket = QLocalSocket()
    socket.connectToServer(name)
    if not socket.waitForConnected(PATIENCE):
        return False
    paths = [str(Path(file).absolute()) for file in files]
    socket.write(json.dumps(paths).encode("ascii") + b"\n")
    socket.flush()
    while not socket.canReadLine():
        if not socket.waitForReadyRead(PATIENCE):
            return False
    taken = bytes(socket.readLine().data()) == _TAKEN
    socket.disconnectFromServer()
    return taken


class Reception(QObject):
    """Listens for later starts; `asked` carries the paths that one hands over."""

    asked = Signal(list)

    def __init__(self, name: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        self._server.newConnection.connect(self._greet)
        # Nobody answered there (`hand_over` was tried before), so what lies there was left by a program that was killed.
        QLocalServer.removeServer(name)
        self.listens = self._server.listen(name)

    def close(self) -> None:
        """Listen no more."""
        self._server.close()

    def _greet(self) -> None:
        while (socket := self._server.nextPendingConnection()) is not None:
            socket.readyRead.connect(lambda socket=socket: self._hear(socket))
            socket.disconnected.connect(socket.deleteLater)
            self._hear(socket)

    def _hear(self, socket: QLocalSocket) -> None:
        if socket.bytesAvailable() > LONGEST:
            socket.abort()
            return
        if not socket.canReadLine():
            return
        try:
            paths = json.loads(bytes(socket.readLine().data()))
        except ValueError:
            paths = None
        if not isinstance(paths, list) or not all(isinstance(path, str) for path in paths):
            socket.abort()
            return
        socket.write(_TAKEN)
        socket.flush()
        self.asked.emit(paths)
